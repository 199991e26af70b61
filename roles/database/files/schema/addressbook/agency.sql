-- addressbook.agency: The agencies that the address book shows, each with its distinguished name below the agency
-- that manages it. An agency is shown if a mailbox is open in it or below it. An agency of which only officials are
-- known stands at the top.
-- Read by: addressbook.mailbox, danhba_host/addressbook/source.py (role openldap), danhba_host/credentials/store.py.
-- Serves: R5; decision 0034.

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

GRANT SELECT ON addressbook.agency TO openldap, danhba_credentials, danhba_notices;
