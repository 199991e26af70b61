-- usage.note_days: Mark the days for which something came, so that they are counted anew. Each batch of the collector
-- adds marks of its own, so that it never waits.
-- Called by: its triggers, after each statement that brings events, use or counted refusals.
-- Serves: R8; decision 0063.

CREATE OR REPLACE FUNCTION usage.note_days() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'event' THEN
        INSERT INTO usage.mark (day) SELECT DISTINCT events.day(at) FROM fresh;
    ELSE
        INSERT INTO usage.mark (day) SELECT DISTINCT events.day(minute) FROM fresh;
    END IF;
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION usage.note_days FROM PUBLIC;

CREATE OR REPLACE TRIGGER event_marks AFTER INSERT ON events.event
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION usage.note_days();
CREATE OR REPLACE TRIGGER use_marks AFTER INSERT ON events.use
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION usage.note_days();
CREATE OR REPLACE TRIGGER refusals_mark AFTER INSERT ON events.refusals
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION usage.note_days();
CREATE OR REPLACE TRIGGER more_refusals_mark AFTER UPDATE ON events.refusals
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION usage.note_days();
