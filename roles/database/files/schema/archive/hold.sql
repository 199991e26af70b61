-- archive.hold: Whether the mailbox of an archive is closed as it was when it was sealed. The account's row is locked
-- until the transaction ends, so that nobody opens the mailbox meanwhile.
-- Called by: archive.admit, danhba_host/archive/store.py.
-- Serves: decision 0070.

CREATE OR REPLACE FUNCTION archive.hold(number bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM mail.account JOIN archive.archive USING (kind, id)
      WHERE archive.number = hold.number AND account.state = 'closed' AND account.since = archive.since
        FOR SHARE OF account;
    RETURN FOUND;
END $$;

REVOKE EXECUTE ON FUNCTION archive.hold FROM PUBLIC;
GRANT EXECUTE ON FUNCTION archive.hold TO danhba_archive;
