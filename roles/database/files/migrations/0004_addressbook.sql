-- The address book for mail programs (R5): what the LDAP server shows, and nothing else.

-- Of an agency's own mailbox: the tendonvi of the agency that manages it; empty at the top, and for officials.
ALTER TABLE mail.account ADD COLUMN parent text NOT NULL DEFAULT '';

CREATE SCHEMA addressbook;

-- A value of a distinguished name (RFC 4514, 2.4).
CREATE FUNCTION addressbook.escaped(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN regexp_replace(regexp_replace(value, '([\\,+"<>;=])', '\\\1', 'g'), '(^[ #])|( $)', '\\\1\2', 'g');

-- dc=laocai,dc=gov,dc=vn of contact@laocai.gov.vn (RFC 2247).
CREATE FUNCTION addressbook.base(address text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 'dc=' || replace(split_part(address, '@', 2), '.', ',dc=');

-- Every agency with an open mailbox in it or below it, each below the one that manages it; one of which only officials
-- are known is at the top.
CREATE VIEW addressbook.agency AS
    WITH RECURSIVE live AS (
        SELECT agency AS code, min(address) AS address FROM mail.account WHERE state <> 'closed' GROUP BY agency
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

-- Every mailbox that is open or suspended, an agency's own among its people.
CREATE VIEW addressbook.mailbox AS
    SELECT account.kind, account.id, account.address, account.name, account.title, account.unit, account.phone,
           account.agency, agency.name AS agency_name,
           'uid=' || addressbook.escaped(split_part(account.address, '@', 1)) || ',' || agency.dn AS dn
      FROM mail.account JOIN addressbook.agency ON agency.code = account.agency
     WHERE account.state IN ('open', 'suspended');

-- Which apply the views show: its number and its time, because a database that was built anew counts from 1 again.
CREATE VIEW addressbook.version AS
    SELECT run || ' ' || extract(epoch FROM at) AS version
      FROM mail.run WHERE job = 'accounts' ORDER BY run DESC LIMIT 1;

GRANT USAGE ON SCHEMA addressbook TO openldap;
GRANT SELECT ON addressbook.agency, addressbook.mailbox, addressbook.version TO openldap;
