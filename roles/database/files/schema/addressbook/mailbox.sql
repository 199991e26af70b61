-- addressbook.mailbox: The mailboxes that the address book shows: every open one, an agency's own mailbox among its
-- people.
-- Read by: danhba_host/addressbook/source.py (role openldap), danhba_host/protected_names.py (names that the gate warns of).
-- Serves: R5; decision 0034.

CREATE OR REPLACE VIEW addressbook.mailbox AS
    SELECT account.kind, account.id, account.address, account.name, account.title, account.unit, account.phone,
           account.agency, agency.name AS agency_name,
           'uid=' || addressbook.escaped(split_part(account.address, '@', 1)) || ',' || agency.dn AS dn,
           account.family, account.given
      FROM mail.account JOIN addressbook.agency ON agency.code = account.agency
     WHERE account.state = 'open';

GRANT SELECT ON addressbook.mailbox TO openldap, danhba_notices;
