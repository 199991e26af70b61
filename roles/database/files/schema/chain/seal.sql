-- chain.seal: Seal a batch: its SHA-256 with that of the seal before. This runs last in the transaction, so that
-- nobody waits for a lock behind this one, and no two wait for each other.
-- Called by: its trigger, when a transaction is committed.
-- Serves: R9.6; decision 0066.

CREATE OR REPLACE FUNCTION chain.seal() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last chain.seal;
    sealed text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('chain.seal', 0));
    SELECT * INTO last FROM chain.seal ORDER BY n DESC LIMIT 1;
    last.n := coalesce(last.n, 0) + 1;
    last.previous := coalesce(last.hash, repeat('0', 64));
    sealed := to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
    last.at := greatest(sealed COLLATE "C", last.at COLLATE "C");
    INSERT INTO chain.seal (n, batch, at, previous, hash)
    VALUES (last.n, NEW.batch, last.at, last.previous, encode(sha256(convert_to(concat_ws(E'\n',
            last.previous, last.n, last.at, NEW.relation, NEW.form, NEW.origin, NEW.rows, NEW.leaves), 'UTF8')), 'hex'));
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION chain.seal FROM PUBLIC;

-- PostgreSQL does not replace a constraint trigger.
DROP TRIGGER IF EXISTS batch_sealed ON chain.batch;
CREATE CONSTRAINT TRIGGER batch_sealed AFTER INSERT ON chain.batch DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION chain.seal();
