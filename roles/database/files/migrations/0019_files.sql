-- Which files a message carries, by SHA-256 of each as it would be saved: by that a message is recalled whose id nobody
-- knows, and one that was sent on under another (R10.7). No name and nothing of what is in them.
ALTER TABLE events.event ADD COLUMN files text;
ALTER TABLE events.arrival ADD COLUMN files text;
ALTER TABLE events.event DROP CONSTRAINT event_event_check;
ALTER TABLE events.event ADD CONSTRAINT event_event_check CHECK (event IN (
    'received', 'judged', 'carried', 'refused', 'delivered', 'deferred', 'bounced', 'expired', 'notified',
    'stored', 'copied', 'moved', 'read', 'expunged'));

-- Also by its files an event is found.
CREATE OR REPLACE FUNCTION events.words(e events.event) RETURNS SETOF text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT DISTINCT word FROM unnest(ARRAY[
        e.message_id, e.queue_id, e.next_queue_id, e.recipient, e.original,
        CASE WHEN e.event IN ('received', 'refused', 'expired') THEN nullif(e.sender, '') END,
        CASE WHEN e.event = 'stored' THEN e.session END,
        CASE WHEN e.event IN ('received', 'refused', 'delivered', 'deferred', 'bounced') THEN e.kind || '/' || e.id END,
        CASE WHEN e.event = 'read' THEN concat_ws('/', e.kind, e.id, e.uid, e.folder) END
    ] || string_to_array(e.files, ' ')) AS word WHERE word IS NOT NULL
$$;

-- As before, with the files.
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

-- The file that is recalled with whatever carries it, where no message was named; empty: that message is.
ALTER TABLE recall.recall ADD COLUMN file text NOT NULL DEFAULT '' CHECK (file ~ '^([0-9a-f]{64})?$');
GRANT INSERT (file) ON recall.recall TO danhba_recall;
