-- recall.chain: Number a record of a recall, and refuse it unless it names the SHA-256 of the record before it.
-- Called by: its trigger, at each row of recall.record.
-- Serves: R10.7, R10.8; decision 0060.

CREATE OR REPLACE FUNCTION recall.chain() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before recall.record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('recall.record', 0));
    SELECT * INTO before FROM recall.record ORDER BY number DESC LIMIT 1;
    NEW.number := coalesce(before.number, 0) + 1;
    NEW.at := now();
    NEW.sha256 := encode(sha256(convert_to(NEW.record, 'UTF8')), 'hex');
    IF NEW.record::jsonb ->> 'previous' IS DISTINCT FROM coalesce(before.sha256, repeat('0', 64))
       OR NEW.record::jsonb ->> 'number' IS DISTINCT FROM NEW.number::text THEN
        RAISE serialization_failure USING MESSAGE = 'recall.record: it does not name the record before it';
    END IF;
    RETURN NEW;
END $$;

REVOKE EXECUTE ON FUNCTION recall.chain FROM PUBLIC;

CREATE OR REPLACE TRIGGER record_chained BEFORE INSERT ON recall.record FOR EACH ROW EXECUTE FUNCTION recall.chain();
