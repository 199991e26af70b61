-- usage.last_whole: The last day that is over in Viet Nam and collected to its end. The collector was here at
-- `checked`; where the last line that it has read is an hour older than that, it is still reading what has come
-- meanwhile.
-- Called by: usage.whole, usage.shown, plugins/module_utils/host/usage.py, plugins/module_utils/host/monthly.py.
-- Serves: R8; decisions 0059, 0063.

CREATE OR REPLACE FUNCTION usage.last_whole() RETURNS date
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT least(events.day(now()),
                 events.day(CASE WHEN at < checked - interval '1 hour' THEN at ELSE checked END)) - 1
      FROM events.progress
$$;

REVOKE EXECUTE ON FUNCTION usage.last_whole FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usage.last_whole TO danhba_apply;
