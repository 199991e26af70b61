-- A suspension waits for the disk, and is lifted so too. What a mailbox sends is counted without waiting (migration
-- 0032), and who sends far too much is suspended by the same transaction: the suspension, its notice, the entry of the
-- record and its seal would be lost with the counts where the server crashes. What is set last holds when the transaction
-- ends.

CREATE FUNCTION mail.write_at_once() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true);
    RETURN NULL;
END
$$;
REVOKE EXECUTE ON FUNCTION mail.write_at_once FROM PUBLIC;

CREATE TRIGGER write_at_once AFTER INSERT OR UPDATE OR DELETE ON mail.sending_suspension
    FOR EACH STATEMENT EXECUTE FUNCTION mail.write_at_once();
