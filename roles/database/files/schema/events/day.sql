-- events.day: The day of a moment, as days are in Viet Nam. Each day has a table of events and one of use.
-- Called by: functions of events, usage and metrics; plugins/module_utils/host/usage.py.
-- Serves: R8; decisions 0055, 0059.

CREATE OR REPLACE FUNCTION events.day(at timestamptz) RETURNS date
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT (at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
$$;

REVOKE EXECUTE ON FUNCTION events.day FROM PUBLIC;
GRANT EXECUTE ON FUNCTION events.day TO danhba_apply;
