-- A day is whole only when nothing came for it since it was counted. Of today the nightly job counts what there is, too:
-- until it runs again, after midnight, that day is over and collected, but not counted to its end.

-- The days from a first to a last one that are over, collected and counted to their end, with nothing of them lost.
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
