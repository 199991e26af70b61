-- mail.write_soon: Have what a mailbox sends be counted without waiting for the disk: it is written at each
-- recipient. Where the server crashes, the counts of the last moment are lost.
-- Called by: its trigger, before each change of mail.sending.
-- Serves: R10.6; decision 0057.

CREATE OR REPLACE FUNCTION mail.write_soon() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION mail.write_soon FROM PUBLIC;

CREATE OR REPLACE TRIGGER write_soon BEFORE INSERT OR UPDATE ON mail.sending
    FOR EACH STATEMENT EXECUTE FUNCTION mail.write_soon();
