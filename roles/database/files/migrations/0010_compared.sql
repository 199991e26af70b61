-- The document that decides a mailbox's own quota (R9.2), so that a change of it is not recorded under the decision by
-- which its owner was hired; empty where the policy decides.
ALTER TABLE mail.account ADD COLUMN quota_document text NOT NULL DEFAULT '';

-- Address books offer open mailboxes and no others, in every form: who is suspended reads nothing meanwhile, and is there
-- again when that is over. The core's exports say the same (is_offered in exporting/addressbook.py).

-- Every agency with an open mailbox in it or below it, each below the one that manages it; one of which only officials
-- are known is at the top.
CREATE OR REPLACE VIEW addressbook.agency AS
    WITH RECURSIVE live AS (
        SELECT agency AS code, min(address) AS address FROM mail.account WHERE state = 'open' GROUP BY agency
    ), known AS (
        SELECT id AS code, name, parent, address FROM mail.account WHERE kind = 'agency'
        UNION ALL
        SELECT code, code, '', address FROM live
         WHERE code NOT IN (SELECT id FROM mail.account WHERE kind = 'agency')
    ), shown AS (
        SELECT known.code, known.parent FROM known JOIN live USING (code)
        UNION
        SELECT known.code, known.parent FROM known JOIN shown ON known.code = shown.parent
    ), placed AS (
        SELECT code, name, parent, 'ou=' || addressbook.escaped(code) || ',' || addressbook.base(address) AS dn
          FROM known WHERE parent NOT IN (SELECT code FROM known)
        UNION ALL
        SELECT known.code, known.name, known.parent, 'ou=' || addressbook.escaped(known.code) || ',' || placed.dn
          FROM known JOIN placed ON known.parent = placed.code
    )
    SELECT code, name, parent, dn FROM placed WHERE code IN (SELECT code FROM shown);

-- Every mailbox that is open, an agency's own among its people.
CREATE OR REPLACE VIEW addressbook.mailbox AS
    SELECT account.kind, account.id, account.address, account.name, account.title, account.unit, account.phone,
           account.agency, agency.name AS agency_name,
           'uid=' || addressbook.escaped(split_part(account.address, '@', 1)) || ',' || agency.dn AS dn,
           account.family, account.given
      FROM mail.account JOIN addressbook.agency ON agency.code = account.agency
     WHERE account.state = 'open';
