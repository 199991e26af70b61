-- events.count_refusals: Turn refusals that arrived beyond the first of a minute into counts: beyond 20 of one client
-- for one reason; beyond 1,000 of all together, where clients that have not had their 20 are counted as one (::). A
-- message that was seen whole is not counted here: it has a way of its own, and its sender had to send it.
-- Called by: events.take.
-- Serves: R9.2; decision 0055.

CREATE OR REPLACE FUNCTION events.count_refusals() RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first timestamptz;
    last timestamptz;
BEGIN
    SELECT date_trunc('minute', min(a.at)), max(a.at) INTO first, last
      FROM events.arrival AS a WHERE a.event = 'refused';
    IF first IS NULL THEN
        RETURN;
    END IF;
    -- Planned anew each time, so that no other days are opened than those.
    EXECUTE $query$
    WITH arrived AS (
        SELECT a.ctid AS place, date_trunc('minute', a.at) AS minute, events.network(a.client) AS network,
               coalesce(a.code, '') AS code, coalesce(a.protocol, '') AS protocol, a.at, a.position
          FROM events.arrival AS a
         WHERE a.event = 'refused' AND a.step IS DISTINCT FROM 'END-OF-MESSAGE'
    ), stored AS (
        SELECT date_trunc('minute', e.at) AS minute, events.network(e.client) AS network, coalesce(e.code, '') AS code,
               coalesce(e.protocol, '') AS protocol, count(*) AS times
          FROM events.event AS e
         WHERE e.at >= $1 AND e.at < $2 + interval '1 minute'
           AND e.event = 'refused' AND e.step IS DISTINCT FROM 'END-OF-MESSAGE'
         GROUP BY 1, 2, 3, 4
    ), numbered AS (
        SELECT a.place, minute, network, code, protocol,
               coalesce((SELECT s.times FROM stored AS s
                        WHERE (s.minute, s.network, s.code, s.protocol) = (a.minute, a.network, a.code, a.protocol)), 0)
                   + row_number() OVER (PARTITION BY minute, network, code, protocol ORDER BY at, position) AS nth,
               coalesce((SELECT sum(s.times) FROM stored AS s WHERE s.minute = a.minute), 0)
                   + row_number() OVER (PARTITION BY minute ORDER BY at, position) AS nth_of_all
          FROM arrived AS a
    ), counted AS (
        DELETE FROM events.arrival AS a USING numbered AS n
         WHERE a.ctid = n.place AND (n.nth > 20 OR n.nth_of_all > 1000)
        RETURNING n.minute, CASE WHEN n.nth > 20 THEN n.network ELSE '::' END AS network, n.code, n.protocol
    )
    INSERT INTO events.refusals AS mine (minute, network, code, protocol, times)
        SELECT minute, network, code, protocol, count(*) FROM counted GROUP BY 1, 2, 3, 4
        ON CONFLICT (minute, network, code, protocol) DO UPDATE SET times = mine.times + EXCLUDED.times
    $query$ USING first, last;
END $$;

REVOKE EXECUTE ON FUNCTION events.count_refusals FROM PUBLIC;
