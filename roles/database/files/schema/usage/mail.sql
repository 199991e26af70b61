-- usage.mail: How many messages each mailbox sent and received between two moments, and the octets received.
-- Called by: usage.count_day.
-- Serves: R8; decision 0063.

CREATE OR REPLACE FUNCTION usage.mail(since timestamptz, until timestamptz)
    RETURNS TABLE (kind text, id text, sent int, received int, octets bigint)
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN QUERY EXECUTE $query$
    SELECT e.kind, e.id, count(*) FILTER (WHERE e.event = 'received')::int,
           count(*) FILTER (WHERE e.event = 'stored')::int,
           coalesce(sum(e.size) FILTER (WHERE e.event = 'stored'), 0)::bigint
      FROM events.event AS e
     WHERE e.at >= $1 AND e.at < $2 AND e.id IS NOT NULL
       AND (e.event = 'received' OR e.event = 'stored' AND e.protocol = 'lmtp')
     GROUP BY 1, 2
    $query$ USING since, until;
END $$;

REVOKE EXECUTE ON FUNCTION usage.mail FROM PUBLIC;
