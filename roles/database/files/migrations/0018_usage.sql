-- Use by day (R8, R9.5, R13) and how much mail there was (R9.2, R14): counted from events, and kept when those are gone.
-- No address of a client and nothing of a message is in it.
CREATE SCHEMA usage;

-- For which days something came since they were counted. Each batch of the collector adds rows of its own, so that it
-- never waits; who counts a day removes the marks that it sees, and then reads.
CREATE TABLE usage.mark (
    entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day   date   NOT NULL
);
CREATE INDEX mark_day ON usage.mark (day);

-- A mailbox on a day of Viet Nam: the minutes in which somebody looked, from midnight on, and those of them with a sign
-- that is of no program that only asks (none: in all of them). Which minutes count, and on which days, is a setting:
-- whoever reads knows it.
CREATE TABLE usage.day (
    day       date      NOT NULL,
    kind      text      NOT NULL,
    id        text      NOT NULL,
    minutes   bit(1440),                                  -- none: nobody looked
    attended  bit(1440),
    protocols text[]    NOT NULL,
    sent      int       NOT NULL,                         -- messages handed in
    received  int       NOT NULL,                         -- messages stored in the mailbox, and their octets
    octets    bigint    NOT NULL,
    PRIMARY KEY (day, kind, id)
);

-- All mail of a day, by what became of it.
CREATE TABLE usage.flow (
    day   date   NOT NULL,
    what  text   NOT NULL CHECK (what IN (
        'incoming', 'outgoing',                           -- messages from outside, and of our own mailboxes
        'stored', 'relayed',                              -- to each recipient: in a mailbox, outside
        'refused', 'bounced',                             -- at the door; could not be delivered
        'spam', 'junk', 'virus')),                        -- of the filters: refused, put into Junk, refused for malware
    times bigint NOT NULL CHECK (times > 0),
    PRIMARY KEY (day, what)
);

-- When a day was counted. One that is closed has no events any more: what comes for it later is only told.
CREATE TABLE usage.counted (
    day    date        NOT NULL PRIMARY KEY,
    at     timestamptz NOT NULL DEFAULT now(),
    closed bool        NOT NULL DEFAULT false,
    late   int         NOT NULL DEFAULT 0
);

-- How full a disk was on a day, in octets.
CREATE TABLE usage.disk (
    day    date   NOT NULL,
    folder text   NOT NULL CHECK (folder <> ''),
    total  bigint NOT NULL CHECK (total > 0),
    used   bigint NOT NULL CHECK (used BETWEEN 0 AND total),
    PRIMARY KEY (day, folder)
);

CREATE FUNCTION usage.note_days() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'event' THEN
        INSERT INTO usage.mark (day) SELECT DISTINCT events.day(at) FROM fresh;
    ELSE
        INSERT INTO usage.mark (day) SELECT DISTINCT events.day(minute) FROM fresh;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER event_marks AFTER INSERT ON events.event
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION usage.note_days();
CREATE TRIGGER use_marks AFTER INSERT ON events.use
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION usage.note_days();
CREATE TRIGGER refusals_mark AFTER INSERT ON events.refusals
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION usage.note_days();
CREATE TRIGGER more_refusals_mark AFTER UPDATE ON events.refusals
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION usage.note_days();

-- What there is already.
INSERT INTO usage.mark (day)
    SELECT DISTINCT to_date(right(relname, 8), 'YYYYMMDD') FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
     WHERE inhparent IN ('events.event'::regclass, 'events.use'::regclass);

-- The signs of a moment, each client's once a minute. A program that asks, as danhba/usage/polling.py has it: 6 visits or
-- more, nine in ten of the intervals within a tenth (5 seconds at least) of the middle one, and nothing read. Who sends
-- mail, changes filters or asks the address book has not looked.
CREATE FUNCTION usage.signs(since timestamptz, until timestamptz)
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
                 WHERE u.minute >= $1 AND u.minute < $2
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

-- What each mailbox sent and got.
CREATE FUNCTION usage.mail(since timestamptz, until timestamptz)
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

CREATE FUNCTION usage.flows(since timestamptz, until timestamptz) RETURNS TABLE (what text, times bigint)
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

-- Counts a day anew, whole or not at all: how many mailboxes have a row. One whose events are gone stays as it was.
CREATE FUNCTION usage.count_day(of_day date) RETURNS int
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    since timestamptz := of_day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh';
    until timestamptz := (of_day + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh';
    rows int;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('usage ' || of_day, 0));
    DELETE FROM usage.mark WHERE mark.day = of_day;
    UPDATE usage.counted SET late = late + 1 WHERE counted.day = of_day AND closed;
    IF FOUND THEN
        RETURN 0;
    END IF;
    DELETE FROM usage.day WHERE day.day = of_day;
    INSERT INTO usage.day (day, kind, id, minutes, attended, protocols, sent, received, octets)
        SELECT of_day, kind, id, s.minutes, nullif(s.attended, s.minutes), coalesce(s.protocols, '{}'),
               coalesce(m.sent, 0), coalesce(m.received, 0), coalesce(m.octets, 0)
          FROM usage.signs(since, until) AS s FULL JOIN usage.mail(since, until) AS m USING (kind, id);
    GET DIAGNOSTICS rows = ROW_COUNT;
    DELETE FROM usage.flow WHERE flow.day = of_day;
    INSERT INTO usage.flow (day, what, times) SELECT of_day, f.what, f.times FROM usage.flows(since, until) AS f;
    INSERT INTO usage.counted (day) VALUES (of_day) ON CONFLICT (day) DO UPDATE SET at = now();
    RETURN rows;
END $$;

-- Days whose events are about to go: counted, where that was not done, as far as it takes no more than some seconds, for
-- the collector waits; and once they were, never again.
CREATE FUNCTION usage.close(before date) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    due date;
    enough timestamptz := clock_timestamp() + interval '5 seconds';
BEGIN
    FOR due IN SELECT DISTINCT mark.day FROM usage.mark WHERE mark.day < before ORDER BY 1 LOOP
        EXIT WHEN clock_timestamp() > enough;
        PERFORM usage.count_day(due);
    END LOOP;
    UPDATE usage.counted SET closed = true
     WHERE counted.day < before AND NOT closed AND NOT EXISTS (SELECT FROM usage.mark WHERE mark.day = counted.day);
END $$;

CREATE FUNCTION usage.note_disk(of_folder text, of_total bigint, of_used bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO usage.disk (day, folder, total, used) VALUES (events.day(now()), of_folder, of_total, of_used)
        ON CONFLICT (day, folder) DO UPDATE SET total = EXCLUDED.total, used = EXCLUDED.used;
END;

-- As before; no day goes before it was counted, and no month of which a day was not.
CREATE OR REPLACE FUNCTION events.forget(days int) RETURNS int
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    name text;
    dropped int := 0;
BEGIN
    IF days IS NULL OR days < 31 THEN
        RAISE insufficient_privilege USING MESSAGE = 'events are kept for 31 days at least';
    END IF;
    PERFORM usage.close(events.day(now()) - days);
    FOR name IN
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
         WHERE inhparent IN ('events.event'::regclass, 'events.use'::regclass)
           AND to_date(right(relname, 8), 'YYYYMMDD') < events.day(now()) - days
           AND NOT EXISTS (SELECT FROM usage.mark WHERE mark.day = to_date(right(relname, 8), 'YYYYMMDD'))
        UNION ALL
        SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
         WHERE inhparent IN ('events.key'::regclass, 'events.refusals'::regclass)
           AND to_date(right(relname, 6), 'YYYYMM') + interval '1 month' <= events.day(now()) - days
           AND NOT EXISTS (SELECT FROM usage.mark WHERE to_char(mark.day, 'YYYYMM') = right(relname, 6))
    LOOP
        EXECUTE format('DROP TABLE events.%I', name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA usage FROM PUBLIC;

-- The collector's daily job has days counted and reads none of them; who makes a report reads.
GRANT USAGE ON SCHEMA usage TO danhba_events, danhba_apply;
GRANT SELECT ON usage.mark TO danhba_events, danhba_apply;
GRANT EXECUTE ON FUNCTION usage.count_day TO danhba_events, danhba_apply;
GRANT EXECUTE ON FUNCTION usage.note_disk TO danhba_events;
GRANT SELECT ON usage.day, usage.flow, usage.counted, usage.disk TO danhba_apply;
GRANT USAGE ON SCHEMA events TO danhba_apply;
GRANT SELECT ON events.gap TO danhba_apply;
-- Reports name recalls and hand-overs; what was taken out of a mailbox is not in them.
GRANT USAGE ON SCHEMA recall TO danhba_apply;
GRANT SELECT (id, at, purpose, document, document_date) ON recall.recall TO danhba_apply;
GRANT SELECT (recall, state) ON recall.copy TO danhba_apply;
GRANT SELECT (recall) ON recall.record TO danhba_apply;
GRANT SELECT (handover, agency, address, former, successor, document) ON mail.handover TO danhba_apply;
GRANT SELECT (handover, at) ON mail.handover_end TO danhba_apply;
GRANT EXECUTE ON FUNCTION events.day TO danhba_apply;
