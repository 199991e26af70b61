-- usage.note_disk: Note how full a disk is today, in octets.
-- Called by: danhba_host/usage.py.
-- Serves: R9.2; decision 0063.

CREATE OR REPLACE FUNCTION usage.note_disk(of_folder text, of_total bigint, of_used bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO usage.disk (day, folder, total, used) VALUES (events.day(now()), of_folder, of_total, of_used)
        ON CONFLICT (day, folder) DO UPDATE SET total = EXCLUDED.total, used = EXCLUDED.used;
END;

REVOKE EXECUTE ON FUNCTION usage.note_disk FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usage.note_disk TO danhba_events;
