-- addressbook.version: Which apply of the register the address book shows: the run's number and its time, because a
-- database that was built anew counts from 1 again.
-- Read by: danhba_host/addressbook/source.py (role openldap).
-- Serves: R5; decision 0034.

CREATE OR REPLACE VIEW addressbook.version AS
    SELECT run || ' ' || extract(epoch FROM at) AS version
      FROM mail.run WHERE job = 'accounts' ORDER BY run DESC LIMIT 1;

GRANT SELECT ON addressbook.version TO openldap;
