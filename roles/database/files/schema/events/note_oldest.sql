-- events.note_oldest: Note the moment of the oldest line that the journal still has.
-- Called by: danhba_host/events/storing.py.
-- Serves: decision 0055.

CREATE OR REPLACE FUNCTION events.note_oldest(oldest timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE events.progress SET oldest = note_oldest.oldest
$$;

REVOKE EXECUTE ON FUNCTION events.note_oldest FROM PUBLIC;
GRANT EXECUTE ON FUNCTION events.note_oldest TO danhba_events;
