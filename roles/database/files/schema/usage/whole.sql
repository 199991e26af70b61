-- usage.whole: The days from a first to a last one that are over, collected and counted to their end, with nothing of
-- them lost. A day for which something came since it was counted is not whole until it is counted again.
-- Called by: usage.shown, plugins/module_utils/host/usage.py.
-- Serves: R8; decisions 0059, 0063.

CREATE OR REPLACE FUNCTION usage.whole(first date, last date) RETURNS SETOF date
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT counted.day FROM usage.counted
     WHERE counted.day BETWEEN whole.first AND least(whole.last, usage.last_whole())
       AND NOT EXISTS (SELECT FROM usage.mark WHERE mark.day = counted.day AND NOT counted.closed)
       AND NOT EXISTS (SELECT FROM usage.partial WHERE partial.day = counted.day)
       AND NOT EXISTS (SELECT FROM events.gap
                        WHERE events.day(coalesce(gap.since, '-infinity')) <= counted.day
                          AND events.day(coalesce(gap.until, gap.noticed)) >= counted.day)
$$;

REVOKE EXECUTE ON FUNCTION usage.whole FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usage.whole TO danhba_apply;
