-- mail.write_at_once: Have a suspension wait for the disk, and its lifting too. What a mailbox sends is counted
-- without waiting (mail.write_soon), and whoever sends far too much is suspended by the same transaction: the
-- suspension, its notice, the entry of the record and its seal would be lost with the counts where the server
-- crashes. What is set last holds when the transaction ends.
-- Called by: its trigger, after each change of mail.sending_suspension.
-- Serves: R10.6; decision 0057.

CREATE OR REPLACE FUNCTION mail.write_at_once() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true);
    RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION mail.write_at_once FROM PUBLIC;

CREATE OR REPLACE TRIGGER write_at_once AFTER INSERT OR UPDATE OR DELETE ON mail.sending_suspension
    FOR EACH STATEMENT EXECUTE FUNCTION mail.write_at_once();
