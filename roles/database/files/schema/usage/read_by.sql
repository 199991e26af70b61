-- usage.read_by: The agency whose use a mailbox may read: its own, while the register says so and the mailbox is open
-- there.
-- Called by: usage.shown, danhba_host/credentials/store.py.
-- Serves: R8, R9.5; decision 0065.

CREATE OR REPLACE FUNCTION usage.read_by(of_kind text, of_id text) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT reader.agency FROM usage.reader JOIN mail.account USING (kind, id, agency)
     WHERE kind = of_kind AND id = of_id AND account.state = 'open';
END;

REVOKE EXECUTE ON FUNCTION usage.read_by FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usage.read_by TO danhba_credentials;
