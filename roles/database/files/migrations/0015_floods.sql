-- What a flood may cost the store of events (docs/decisions/0055): what is open is a row each, so that a batch writes
-- what it changed; refusals that repeat within a minute are counted; how far back the journal goes is known.

-- What is known of messages whose first lines were read and the last not yet, and of copies that may become moves.
CREATE TABLE events.open (
    key   text  NOT NULL PRIMARY KEY,
    known jsonb NOT NULL
);
INSERT INTO events.open SELECT each.key, each.value FROM events.progress, jsonb_each(progress.open) AS each;
ALTER TABLE events.progress DROP COLUMN open;
ALTER TABLE events.progress ADD COLUMN oldest timestamptz;   -- line that the journal still has
ALTER TABLE events.progress ADD COLUMN began timestamptz;    -- since when it is this journal that is read
UPDATE events.progress SET began = at;

-- At which command a message was refused: RCPT, or END-OF-MESSAGE where it was seen whole.
ALTER TABLE events.event ADD COLUMN step text;
ALTER TABLE events.arrival ADD COLUMN step text;

-- Refusals beyond the first of a minute: how many more there were, one row for all of a client and a reason.
CREATE TABLE events.refusals (
    minute   timestamptz NOT NULL,
    network  inet        NOT NULL,             -- events.network of the client
    code     text        NOT NULL,             -- enhanced status code; empty where there was none
    protocol text        NOT NULL,
    times    int         NOT NULL,
    PRIMARY KEY (minute, network, code, protocol)
) PARTITION BY RANGE (minute);

-- Who is one client: whoever has an address of IPv6 has a network of 64 bits of them.
CREATE FUNCTION events.network(client inet) RETURNS inet
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN client IS NULL THEN '::'::inet WHEN family(client) = 6 THEN network(set_masklen(client, 64))::inet
                ELSE client END
$$;

-- Refusals are by the month as keys are: there are few of them.
CREATE OR REPLACE FUNCTION events.prepare(day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    parent text;
    month date := date_trunc('month', day::timestamp);
BEGIN
    FOREACH parent IN ARRAY ARRAY['key', 'refusals'] LOOP
        IF to_regclass(format('events.%s_%s', parent, to_char(month, 'YYYYMM'))) IS NULL THEN
            EXECUTE format('CREATE TABLE events.%I PARTITION OF events.%I FOR VALUES FROM (%L) TO (%L)',
                parent || '_' || to_char(month, 'YYYYMM'), parent, month::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh',
                (month + interval '1 month') AT TIME ZONE 'Asia/Ho_Chi_Minh');
        END IF;
    END LOOP;
    FOREACH parent IN ARRAY ARRAY['event', 'use'] LOOP
        IF to_regclass(format('events.%s_%s', parent, to_char(day, 'YYYYMMDD'))) IS NULL THEN
            EXECUTE format('CREATE TABLE events.%I PARTITION OF events.%I FOR VALUES FROM (%L) TO (%L)',
                parent || '_' || to_char(day, 'YYYYMMDD'), parent,
                day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh', (day + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh');
        END IF;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION events.forget(days int) RETURNS int
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    name text;
    dropped int := 0;
BEGIN
    IF days IS NULL OR days < 31 THEN
        RAISE insufficient_privilege USING MESSAGE = 'events are kept for 31 days at least';
    END IF;
    FOR name IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
         WHERE inhparent IN ('events.event'::regclass, 'events.use'::regclass)
           AND to_date(right(relname, 8), 'YYYYMMDD') < events.day(now()) - days
        UNION ALL
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
         WHERE inhparent IN ('events.key'::regclass, 'events.refusals'::regclass)
           AND to_date(right(relname, 6), 'YYYYMM') + interval '1 month' <= events.day(now()) - days
    LOOP
        EXECUTE format('DROP TABLE events.%I', name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;

-- Turns what arrived beyond the first refusals of a minute into counts: 20 of one client for one reason, 1,000 of all
-- together, beyond which clients that have not had theirs are counted as one (::). A message that was seen whole is not
-- among them: it has a way of its own, and its sender had to send it.
CREATE FUNCTION events.count_refusals() RETURNS void
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

-- As before; what is open comes as what this batch has begun, and what it has ended.
DROP FUNCTION events.take(uuid, bigint, text, timestamptz, jsonb, int);
CREATE FUNCTION events.take(
    source uuid, "position" bigint, cursor text, at timestamptz, begun jsonb, ended text[], days int) RETURNS int
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
               a.said, a.session, a.action, a.score, a.symbols, a.reference, a.step
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

CREATE FUNCTION events.note_oldest(oldest timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE events.progress SET oldest = note_oldest.oldest
$$;

REVOKE EXECUTE ON FUNCTION events.network, events.count_refusals, events.take, events.note_oldest FROM PUBLIC;
GRANT SELECT ON events.open TO danhba_events;
GRANT EXECUTE ON FUNCTION events.take, events.note_oldest TO danhba_events;
GRANT SELECT ON events.refusals TO danhba_trace;
GRANT EXECUTE ON FUNCTION events.network TO danhba_trace;
