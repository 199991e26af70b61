-- usage.close: Count the days whose events are about to be dropped, as far as that takes no more than some seconds,
-- for the collector waits; a day that was counted is closed and never counted again.
-- Called by: events.forget.
-- Serves: R8; decision 0063.

CREATE OR REPLACE FUNCTION usage.close(before date) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    due date;
    enough timestamptz := clock_timestamp() + interval '5 seconds';
BEGIN
    FOR due IN SELECT DISTINCT mark.day FROM usage.mark WHERE mark.day < before ORDER BY 1 LOOP
        EXIT WHEN clock_timestamp() > enough;
        PERFORM usage.count_day(due);
    END LOOP;
    UPDATE usage.counted SET closed = true
     WHERE counted.day < before AND NOT closed AND NOT EXISTS (SELECT FROM usage.mark WHERE mark.day = counted.day);
END $$;

REVOKE EXECUTE ON FUNCTION usage.close FROM PUBLIC;
