-- How much each mailbox has sent within a day comes back with a restore, so that whoever had sent all that he may does not
-- begin anew: an unlogged table is in no backup. It is written at each recipient, and nobody waits for the disk: where the
-- server crashes, the counts of the last moment are lost, as before.

ALTER TABLE mail.sending SET LOGGED;

CREATE FUNCTION mail.write_soon() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION mail.write_soon FROM PUBLIC;

CREATE TRIGGER write_soon BEFORE INSERT OR UPDATE ON mail.sending
    FOR EACH STATEMENT EXECUTE FUNCTION mail.write_soon();
