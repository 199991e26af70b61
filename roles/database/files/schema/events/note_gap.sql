-- events.note_gap: Note that the journal lost lines between two moments, so that reports say what is missing.
-- Called by: danhba_host/events/storing.py.
-- Serves: R9.2; decision 0055.

CREATE OR REPLACE FUNCTION events.note_gap(since timestamptz, until timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO events.gap (since, until) VALUES (since, until)
$$;

REVOKE EXECUTE ON FUNCTION events.note_gap FROM PUBLIC;
GRANT EXECUTE ON FUNCTION events.note_gap TO danhba_events;
