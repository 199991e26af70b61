-- usage.forget: Delete use by day older than `days` days, 731 at least; answers how many rows of mailboxes that were.
-- Called by: danhba_host/usage.py.
-- Serves: R8; decision 0063.

CREATE OR REPLACE FUNCTION usage.forget(days int) RETURNS int
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last date := events.day(now()) - days;
    gone int;
BEGIN
    IF days IS NULL OR days < 731 THEN
        RAISE insufficient_privilege USING MESSAGE = 'use is kept for 731 days at least';
    END IF;
    DELETE FROM usage.day WHERE day.day < last;
    GET DIAGNOSTICS gone = ROW_COUNT;
    DELETE FROM usage.flow WHERE flow.day < last;
    DELETE FROM usage.disk WHERE disk.day < last;
    DELETE FROM usage.counted WHERE counted.day < last;
    RETURN gone;
END $$;

REVOKE EXECUTE ON FUNCTION usage.forget FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usage.forget TO danhba_events;
