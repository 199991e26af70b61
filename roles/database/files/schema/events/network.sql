-- events.network: Who counts as one client: an address of IPv4, or a network of 64 bits of IPv6, since whoever has
-- one address has all of them.
-- Called by: events.count_refusals, danhba_host/trace/queries.py.
-- Serves: decision 0055.

CREATE OR REPLACE FUNCTION events.network(client inet) RETURNS inet
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN client IS NULL THEN '::'::inet WHEN family(client) = 6 THEN network(set_masklen(client, 64))::inet
                ELSE client END
$$;

REVOKE EXECUTE ON FUNCTION events.network FROM PUBLIC;
GRANT EXECUTE ON FUNCTION events.network TO danhba_trace, danhba_recall;
