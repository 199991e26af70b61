-- events.forget: Drop the tables of events older than `days` days, 31 at least; answers how many. No day is dropped
-- before it was counted, and no month of which a day was not, so that nobody shortens what the reports of a year
-- need.
-- Called by: danhba_host/events/storing.py.
-- Serves: R9.2; decisions 0055, 0063.

CREATE OR REPLACE FUNCTION events.forget(days int) RETURNS int
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    name text;
    dropped int := 0;
BEGIN
    IF days IS NULL OR days < 31 THEN
        RAISE insufficient_privilege USING MESSAGE = 'events are kept for 31 days at least';
    END IF;
    PERFORM usage.close(events.day(now()) - days);
    FOR name IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
         WHERE inhparent IN ('events.event'::regclass, 'events.use'::regclass)
           AND to_date(right(relname, 8), 'YYYYMMDD') < events.day(now()) - days
           AND NOT EXISTS (SELECT FROM usage.mark WHERE mark.day = to_date(right(relname, 8), 'YYYYMMDD'))
        UNION ALL
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
         WHERE inhparent IN ('events.key'::regclass, 'events.refusals'::regclass)
           AND to_date(right(relname, 6), 'YYYYMM') + interval '1 month' <= events.day(now()) - days
           AND NOT EXISTS (SELECT FROM usage.mark WHERE to_char(mark.day, 'YYYYMM') = right(relname, 6))
    LOOP
        EXECUTE format('DROP TABLE events.%I', name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;

REVOKE EXECUTE ON FUNCTION events.forget FROM PUBLIC;
GRANT EXECUTE ON FUNCTION events.forget TO danhba_events;
