-- usage.note_start: Note the days of which a part was never collected, because collecting began on them: at first, or
-- with the journal of another machine after a restore.
-- Called by: its trigger, after the collector has begun with a journal.
-- Serves: R8; decision 0063.

CREATE OR REPLACE FUNCTION usage.note_start() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO usage.partial (day)
        SELECT each::date
          FROM generate_series(
                   coalesce(events.day(OLD.at), (SELECT min(mark.day) FROM usage.mark), events.day(NEW.began)),
                   coalesce(CASE WHEN OLD.at IS NULL THEN (SELECT min(mark.day) FROM usage.mark) END,
                            events.day(NEW.began)), interval '1 day') AS each
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION usage.note_start FROM PUBLIC;

CREATE OR REPLACE TRIGGER began_anew AFTER UPDATE ON events.progress
    FOR EACH ROW WHEN (OLD.began IS DISTINCT FROM NEW.began AND NEW.began IS NOT NULL)
    EXECUTE FUNCTION usage.note_start();
