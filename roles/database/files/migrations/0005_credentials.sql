-- The credential service says with each sign-in where the mailbox stands in the address book, by which the webmail binds.
GRANT USAGE ON SCHEMA addressbook TO danhba_credentials;
GRANT SELECT ON addressbook.agency TO danhba_credentials;
