-- events.prepare: Make the tables of a day's events and use, and those of its month for keys and counted refusals,
-- unless they are there.
-- Called by: events.take, danhba_host/events/storing.py.
-- Serves: decision 0055.

CREATE OR REPLACE FUNCTION events.prepare(day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    parent text;
    month date := date_trunc('month', day::timestamp);
BEGIN
    FOREACH parent IN ARRAY ARRAY['key', 'refusals'] LOOP
        IF to_regclass(format('events.%s_%s', parent, to_char(month, 'YYYYMM'))) IS NULL THEN
            EXECUTE format('CREATE TABLE events.%I PARTITION OF events.%I FOR VALUES FROM (%L) TO (%L)',
                parent || '_' || to_char(month, 'YYYYMM'), parent, month::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh',
                (month + interval '1 month') AT TIME ZONE 'Asia/Ho_Chi_Minh');
        END IF;
    END LOOP;
    FOREACH parent IN ARRAY ARRAY['event', 'use'] LOOP
        IF to_regclass(format('events.%s_%s', parent, to_char(day, 'YYYYMMDD'))) IS NULL THEN
            EXECUTE format('CREATE TABLE events.%I PARTITION OF events.%I FOR VALUES FROM (%L) TO (%L)',
                parent || '_' || to_char(day, 'YYYYMMDD'), parent,
                day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh', (day + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh');
        END IF;
    END LOOP;
END $$;

REVOKE EXECUTE ON FUNCTION events.prepare FROM PUBLIC;
GRANT EXECUTE ON FUNCTION events.prepare TO danhba_events;
