-- usage.flows: How much mail there was between two moments, by what became of it.
-- Called by: usage.count_day, metrics.figures.
-- Serves: R9.2, R14; decision 0063.

CREATE OR REPLACE FUNCTION usage.flows(since timestamptz, until timestamptz) RETURNS TABLE (what text, times bigint)
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY EXECUTE $query$
    SELECT said.what, sum(said.times)::bigint FROM (
        SELECT CASE WHEN e.event = 'received' AND e.id IS NULL THEN 'incoming'
                    WHEN e.event = 'received' THEN 'outgoing'
                    WHEN e.event = 'stored' AND e.protocol = 'lmtp' THEN 'stored'
                    WHEN e.event = 'delivered' AND e.id IS NULL AND e.next_queue_id IS NULL THEN 'relayed'
                    WHEN e.event IN ('bounced', 'expired') THEN 'bounced'
                    WHEN e.event = 'refused' THEN 'refused'
                    WHEN e.event = 'judged' AND e.symbols ~ '\mCLAM_(VIRUS|PROGRAM|MACRO)\M' THEN 'virus'
                    WHEN e.event = 'judged' AND e.action = 'reject' THEN 'spam'
                    WHEN e.event = 'judged' AND e.action IN ('add-header', 'rewrite-subject') THEN 'junk' END AS what,
               1 AS times
          FROM events.event AS e WHERE e.at >= $1 AND e.at < $2
         UNION ALL
        SELECT 'refused', r.times FROM events.refusals AS r WHERE r.minute >= $1 AND r.minute < $2) AS said
     WHERE said.what IS NOT NULL GROUP BY 1
    $query$ USING since, until;
END $$;

REVOKE EXECUTE ON FUNCTION usage.flows FROM PUBLIC;
