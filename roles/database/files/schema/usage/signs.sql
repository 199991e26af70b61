-- usage.signs: In which minutes of a day each mailbox was looked at, each client's once a minute, and which of them
-- have a sign that is not of a program that only asks. Such a program, as danhba/usage/polling.py has it, makes 6
-- visits or more, nine in ten of the intervals within a tenth (5 seconds at least) of the middle one, and reads
-- nothing. Whoever sends mail, changes filters, asks the address book or merely stays connected has not looked.
-- Called by: usage.count_day.
-- Serves: R8; decision 0059.

CREATE OR REPLACE FUNCTION usage.signs(since timestamptz, until timestamptz)
    RETURNS TABLE (kind text, id text, minutes bit, attended bit, protocols text[])
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    -- Planned anew each time, so that no other days are opened than that one.
    RETURN QUERY EXECUTE $query$
    WITH moment AS (
        SELECT told.kind, told.id, told.protocol, told.client, told.minute, bool_or(told.reads) AS reads
          FROM (SELECT u.kind, u.id, u.protocol, u.client, (extract(epoch FROM u.minute - $1) / 60)::int AS minute,
                       false AS reads
                  FROM events.use AS u
                 WHERE u.minute >= $1 AND u.minute < $2 AND u.sign <> 'connected'
                 UNION ALL
                SELECT e.kind, e.id, coalesce(e.protocol, 'imap'), coalesce(e.client, '::'),
                       floor(extract(epoch FROM e.at - $1) / 60)::int, true
                  FROM events.event AS e
                 WHERE e.at >= $1 AND e.at < $2 AND e.event = 'read' AND e.id IS NOT NULL) AS told
         WHERE told.protocol IN ('imap', 'pop3', 'web')
         GROUP BY 1, 2, 3, 4, 5
    ), spaced AS (
        SELECT m.*, m.minute - lag(m.minute) OVER (
                   PARTITION BY m.kind, m.id, m.protocol, m.client ORDER BY m.minute) AS gap
          FROM moment AS m
    ), middle AS (
        SELECT s.kind, s.id, s.protocol, s.client, percentile_disc(0.5) WITHIN GROUP (ORDER BY s.gap) AS gap
          FROM spaced AS s GROUP BY 1, 2, 3, 4 HAVING count(*) >= 6 AND NOT bool_or(s.reads)
    ), asking AS (
        SELECT s.kind, s.id, s.protocol, s.client
          FROM spaced AS s JOIN middle AS m USING (kind, id, protocol, client)
         WHERE s.gap IS NOT NULL GROUP BY 1, 2, 3, 4
        HAVING 10 * count(*) FILTER (WHERE 60 * abs(s.gap - m.gap) <= greatest(6 * m.gap, 5)) >= 9 * count(*)
    )
    SELECT m.kind, m.id, bit_or(set_bit($3, m.minute, 1)),
           CASE WHEN bool_or(a.id IS NOT NULL)
                THEN coalesce(bit_or(set_bit($3, m.minute, 1)) FILTER (WHERE a.id IS NULL), $3) END,
           array_agg(DISTINCT m.protocol)
      FROM moment AS m LEFT JOIN asking AS a USING (kind, id, protocol, client)
     GROUP BY 1, 2
    $query$ USING since, until, repeat('0', 1440)::bit(1440);
END $$;

REVOKE EXECUTE ON FUNCTION usage.signs FROM PUBLIC;
