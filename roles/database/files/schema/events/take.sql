-- events.take: Take over the events that the collector copied in, in the same transaction, and note how far the
-- journal was read: both or neither. Lines that were taken before are left out, also where the journal is read again
-- from an older place. `begun` are the messages and copies that became open with this batch, `ended` the keys of
-- those that it has finished.
-- Called by: danhba_host/events/storing.py.
-- Serves: R9.2; decision 0055.

CREATE OR REPLACE FUNCTION events.take(source uuid, "position" bigint, cursor text, at timestamp with time zone, begun jsonb, ended text[], days integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    known events.progress;
    day date;
    taken int;
BEGIN
    IF days IS NULL OR days < 31 THEN
        RAISE insufficient_privilege USING MESSAGE = 'events are kept for 31 days at least';
    END IF;
    SELECT * INTO STRICT known FROM events.progress FOR UPDATE;
    DELETE FROM events.arrival AS a WHERE events.day(a.at) < events.day(now()) - days
        OR a.source = known.source AND a.position <= known.position;
    DELETE FROM events.arrival_use AS a WHERE events.day(a.at) < events.day(now()) - days
        OR a.source = known.source AND a.position <= known.position;
    FOR day IN SELECT DISTINCT events.day(a.at) FROM events.arrival AS a
               UNION SELECT DISTINCT events.day(a.at) FROM events.arrival_use AS a LOOP
        PERFORM events.prepare(day);
    END LOOP;
    PERFORM events.count_refusals();

    WITH arrived AS (DELETE FROM events.arrival RETURNING *), stored AS (
    INSERT INTO events.event
        SELECT a.at, a.source, a.position, a.event, holder.kind, holder.id, a.queue_id, a.next_queue_id, a.message_id,
               a.sender, a.recipient, a.original, a.origin, a.folder, a.uid, a.size, a.client, a.protocol, a.code,
               a.said, a.session, a.action, a.score, a.symbols, a.reference, a.step, a.files
          FROM arrived AS a LEFT JOIN LATERAL (
              SELECT h.kind, h.id FROM events.holder AS h
               WHERE h.address = regexp_replace(lower(a.person), '\+[^@]*@', '@') AND h.since <= a.at
               ORDER BY h.since DESC LIMIT 1) AS holder ON true
        ON CONFLICT DO NOTHING
        RETURNING *
    ), keyed AS (
        INSERT INTO events.key SELECT DISTINCT events.hash(word), s.at FROM stored AS s, events.words(s) AS word
        ON CONFLICT DO NOTHING
    )
    SELECT count(*) INTO taken FROM stored;

    WITH arrived AS (DELETE FROM events.arrival_use RETURNING *)
    INSERT INTO events.use AS mine (minute, kind, id, sign, protocol, client, times)
        SELECT date_trunc('minute', a.at), holder.kind, holder.id, a.sign, a.protocol, coalesce(a.client, '::'),
               count(*)
          FROM arrived AS a JOIN LATERAL (
              SELECT h.kind, h.id FROM events.holder AS h
               WHERE h.address = lower(a.person) AND h.since <= a.at
               ORDER BY h.since DESC LIMIT 1) AS holder ON true
         GROUP BY 1, 2, 3, 4, 5, 6
        ON CONFLICT (id, minute, kind, sign, protocol, client) DO UPDATE SET times = mine.times + EXCLUDED.times;

    DELETE FROM events.open AS o WHERE o.key = ANY (ended);
    INSERT INTO events.open AS o (key, known) SELECT each.key, each.value FROM jsonb_each(begun) AS each
        ON CONFLICT (key) DO UPDATE SET known = EXCLUDED.known;
    UPDATE events.progress AS p
       SET source = coalesce(take.source, p.source), position = coalesce(take.position, p.position),
           cursor = coalesce(take.cursor, p.cursor), at = coalesce(take.at, p.at), checked = now(),
           began = CASE WHEN take.source <> p.source OR p.source IS NULL THEN take.at ELSE p.began END;
    RETURN taken;
END $$;

REVOKE EXECUTE ON FUNCTION events.take FROM PUBLIC;
GRANT EXECUTE ON FUNCTION events.take TO danhba_events;
