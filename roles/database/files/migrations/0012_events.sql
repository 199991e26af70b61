-- What became of each message, and who used the mail system (R7.2; recall, use and reports stand on it). One row an event,
-- and no column has room for a subject or a content. The collector writes, whoever traces a message reads, and neither
-- changes a row: what is older than the retention time goes by the day.
CREATE SCHEMA events;

-- Whose an address was, and since when: events keep the person's id, which no new address changes. Rows are only added.
CREATE TABLE events.holder (
    address text        NOT NULL,
    since   timestamptz NOT NULL DEFAULT now(),
    kind    text        NOT NULL,
    id      text        NOT NULL,
    PRIMARY KEY (address, since)
);
CREATE INDEX holder_id ON events.holder (id, kind);
INSERT INTO events.holder (address, since, kind, id) SELECT address, '-infinity', kind, id FROM mail.account;

CREATE FUNCTION events.note_holders() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO events.holder (address, kind, id)
        SELECT address, kind, id FROM fresh
         WHERE kind || '/' || id IS DISTINCT FROM (
             SELECT former.kind || '/' || former.id FROM events.holder AS former
              WHERE former.address = fresh.address ORDER BY since DESC LIMIT 1)
        ON CONFLICT (address, since) DO UPDATE SET kind = EXCLUDED.kind, id = EXCLUDED.id;
    RETURN NULL;
END $$;
CREATE TRIGGER account_held AFTER INSERT ON mail.account
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION events.note_holders();
CREATE TRIGGER account_moved AFTER UPDATE ON mail.account
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION events.note_holders();

CREATE TABLE events.event (
    at            timestamptz NOT NULL,
    source        uuid        NOT NULL,        -- the journal, and the line in it that told the event: a line that is read
    position      bigint      NOT NULL,        -- twice makes one row
    event         text        NOT NULL CHECK (event IN (
        'received', 'judged', 'refused',                                -- at the door
        'delivered', 'deferred', 'bounced', 'expired', 'notified',      -- each recipient; a notice to the sender
        'stored', 'copied', 'moved', 'read', 'expunged')),              -- in a mailbox
    kind          text,                        -- whose mailbox it is about, as it was then: mail.account
    id            text,
    queue_id      text,                        -- Postfix's, unique for ever (enable_long_queue_ids)
    next_queue_id text,                        -- under which it goes on: sent on to a filter, or a notice
    message_id    text,                        -- as its header has it, with < and >
    sender        text,                        -- of the envelope, and
    recipient     text,                        -- as it was delivered to;
    original      text,                        -- as the sender wrote it, where that is another address
    origin        text,                        -- the server it was sent to; the folder it came from
    folder        text,
    uid           bigint,                      -- in the folder
    size          bigint,                      -- octets
    client        inet,
    protocol      text,
    code          text,                        -- enhanced status code (RFC 3463)
    said          text CHECK (length(said) <= 300),   -- by the other side
    session       text,                        -- of Dovecot, in which it was stored
    action        text,                        -- of the filter: what it decided; of a notice: what it says
    score         real,
    symbols       text,                        -- of the filter: names, without what they were found in
    reference     text,                        -- of an incident
    PRIMARY KEY (at, source, position)
) PARTITION BY RANGE (at);

-- By which words an event is found: ids, addresses, whose it is, where a message that was read is. A year of days has 400
-- tables, and to open each with an index for each word takes seconds; this has one index in each of 14 tables, and says in
-- which moments to look.
CREATE TABLE events.key (
    hash bigint      NOT NULL,
    at   timestamptz NOT NULL,
    PRIMARY KEY (hash, at)
) PARTITION BY RANGE (at);

CREATE FUNCTION events.hash(word text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT hashtextextended(word, 0) $$;

CREATE FUNCTION events.words(e events.event) RETURNS SETOF text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT DISTINCT word FROM unnest(ARRAY[
        e.message_id, e.queue_id, e.next_queue_id, e.recipient, e.original,
        CASE WHEN e.event IN ('received', 'refused', 'expired') THEN nullif(e.sender, '') END,
        CASE WHEN e.event = 'stored' THEN e.session END,
        CASE WHEN e.event IN ('received', 'refused', 'delivered', 'deferred', 'bounced') THEN e.kind || '/' || e.id END,
        CASE WHEN e.event = 'read' THEN concat_ws('/', e.kind, e.id, e.uid, e.folder) END
    ]) AS word WHERE word IS NOT NULL
$$;

-- Signs that somebody looked (R8), one row for all of a minute: the webmail signs in by IMAP at each request.
CREATE TABLE events.use (
    minute   timestamptz NOT NULL,
    kind     text        NOT NULL,
    id       text        NOT NULL,
    sign     text        NOT NULL CHECK (sign IN ('signed-in', 'selected', 'connected')),
    protocol text        NOT NULL,             -- imap, pop3, sieve, smtp; web: the webmail; book: the address book
    client   inet        NOT NULL,
    times    int         NOT NULL,
    PRIMARY KEY (id, minute, kind, sign, protocol, client)
) PARTITION BY RANGE (minute);

-- How far the journal was read; and what is known of messages whose first lines were read and the last not yet.
CREATE TABLE events.progress (
    one      bool        NOT NULL PRIMARY KEY DEFAULT true CHECK (one),
    source   uuid,
    position bigint,
    cursor   text,
    at       timestamptz,                                 -- of the last line that was read
    open     jsonb       NOT NULL DEFAULT '{}',
    checked  timestamptz NOT NULL DEFAULT now()           -- when the collector was here last
);
INSERT INTO events.progress DEFAULT VALUES;

-- Where lines were lost, because the journal was emptied before they were read. Nothing else loses any.
CREATE TABLE events.gap (
    noticed timestamptz NOT NULL DEFAULT now(),
    since   timestamptz,
    until   timestamptz
);

-- Looking into the ways of other people's mail is put on record.
CREATE TABLE events.look (
    entry bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at    timestamptz NOT NULL DEFAULT now(),
    actor text        NOT NULL CHECK (actor <> ''),
    asked text        NOT NULL,                           -- message id, queue id or address
    since timestamptz,
    found int         NOT NULL                            -- events
);

CREATE FUNCTION events.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('events.%s only grows: %s is refused', TG_TABLE_NAME, TG_OP);
END $$;
CREATE TRIGGER look_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON events.look
    FOR EACH STATEMENT EXECUTE FUNCTION events.refuse_change();

-- What a batch brings, for a moment: written by COPY, taken over by events.take. No log is kept of it: after a crash the
-- journal is read again from events.progress.
CREATE UNLOGGED TABLE events.arrival (LIKE events.event);
ALTER TABLE events.arrival ADD COLUMN person text;
CREATE UNLOGGED TABLE events.arrival_use (
    at timestamptz, source uuid, position bigint, person text, sign text, protocol text, client inet
);

-- The days, as they are in Viet Nam. Each has a table of events and one of use; keys are by the month.
CREATE FUNCTION events.day(at timestamptz) RETURNS date
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT (at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
$$;

CREATE FUNCTION events.prepare(day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    parent text;
    month date := date_trunc('month', day::timestamp);
BEGIN
    IF to_regclass(format('events.key_%s', to_char(month, 'YYYYMM'))) IS NULL THEN
        EXECUTE format('CREATE TABLE events.%I PARTITION OF events.key FOR VALUES FROM (%L) TO (%L)',
            'key_' || to_char(month, 'YYYYMM'), month::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh',
            (month + interval '1 month') AT TIME ZONE 'Asia/Ho_Chi_Minh');
    END IF;
    FOREACH parent IN ARRAY ARRAY['event', 'use'] LOOP
        IF to_regclass(format('events.%s_%s', parent, to_char(day, 'YYYYMMDD'))) IS NULL THEN
            EXECUTE format('CREATE TABLE events.%I PARTITION OF events.%I FOR VALUES FROM (%L) TO (%L)',
                parent || '_' || to_char(day, 'YYYYMMDD'), parent,
                day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh', (day + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh');
        END IF;
    END LOOP;
END $$;

-- Drops the days before the last `days`; how many tables that were. Nobody shortens what the reports of a year need.
CREATE FUNCTION events.forget(days int) RETURNS int
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
         WHERE inhparent = 'events.key'::regclass
           AND to_date(right(relname, 6), 'YYYYMM') + interval '1 month' <= events.day(now()) - days
    LOOP
        EXECUTE format('DROP TABLE events.%I', name);
        dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
END $$;

-- Takes over what COPY brought, in the same transaction, and notes how far the journal was read: both or neither. Lines
-- that were taken before are left out, also where the journal is read again from an older place.
CREATE FUNCTION events.take(source uuid, "position" bigint, cursor text, at timestamptz, open jsonb, days int) RETURNS int
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

    WITH arrived AS (DELETE FROM events.arrival RETURNING *), stored AS (
    INSERT INTO events.event
        SELECT a.at, a.source, a.position, a.event, holder.kind, holder.id, a.queue_id, a.next_queue_id, a.message_id,
               a.sender, a.recipient, a.original, a.origin, a.folder, a.uid, a.size, a.client, a.protocol, a.code, a.said,
               a.session, a.action, a.score, a.symbols, a.reference
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
        SELECT date_trunc('minute', a.at), holder.kind, holder.id, a.sign, a.protocol, coalesce(a.client, '::'), count(*)
          FROM arrived AS a JOIN LATERAL (
              SELECT h.kind, h.id FROM events.holder AS h
               WHERE h.address = lower(a.person) AND h.since <= a.at
               ORDER BY h.since DESC LIMIT 1) AS holder ON true
         GROUP BY 1, 2, 3, 4, 5, 6
        ON CONFLICT (id, minute, kind, sign, protocol, client) DO UPDATE SET times = mine.times + EXCLUDED.times;

    UPDATE events.progress AS p
       SET source = coalesce(take.source, p.source), position = coalesce(take.position, p.position),
           cursor = coalesce(take.cursor, p.cursor), at = coalesce(take.at, p.at), open = coalesce(take.open, p.open),
           checked = now();
    RETURN taken;
END $$;

CREATE FUNCTION events.note_gap(since timestamptz, until timestamptz) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO events.gap (since, until) VALUES (since, until)
$$;

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA events FROM PUBLIC;

-- The collector brings rows and has them taken over; it neither reads nor changes any.
GRANT USAGE ON SCHEMA events TO danhba_events;
GRANT INSERT ON events.arrival, events.arrival_use TO danhba_events;
GRANT SELECT ON events.progress TO danhba_events;
GRANT EXECUTE ON FUNCTION events.take, events.prepare, events.forget, events.note_gap TO danhba_events;

-- Whoever traces a message reads, and puts that on record. Of accounts no more than whose an address is now.
GRANT USAGE ON SCHEMA events, mail TO danhba_trace;
GRANT SELECT ON events.event, events.key, events.use, events.holder, events.progress, events.gap TO danhba_trace;
GRANT EXECUTE ON FUNCTION events.hash TO danhba_trace;
GRANT INSERT (actor, asked, since, found) ON events.look TO danhba_trace;
GRANT SELECT (kind, id, address, name, state) ON mail.account TO danhba_trace;
