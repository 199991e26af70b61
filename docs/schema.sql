-- The database of accounts as it is today, for reading: nothing runs this file. `make generated` makes it of the files
-- of role database, migrations and schema, whose comments say why; a test fails while it is not up to date.
-- Everything belongs to danhba_owner. A service signs in under its own role and sees what is granted here and no more.
-- `mail` holds the tables; `postfix`, `dovecot` and `addressbook` hold the views of the services they are named for.

CREATE SCHEMA addressbook;

CREATE SCHEMA archive;

CREATE SCHEMA chain;

CREATE SCHEMA dovecot;

CREATE SCHEMA events;

CREATE SCHEMA mail;

CREATE SCHEMA metrics;

CREATE SCHEMA postfix;

CREATE SCHEMA recall;

CREATE SCHEMA reports;

CREATE SCHEMA secrecy;

CREATE SCHEMA usage;

CREATE FUNCTION addressbook.base(address text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ('dc='::text || replace(split_part(address, '@'::text, 2), '.'::text, ',dc='::text));

CREATE FUNCTION addressbook.escaped(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN regexp_replace(regexp_replace(value, '([\\,+"<>;=])'::text, '\\\1'::text, 'g'::text), '(^[ #])|( $)'::text, '\\\1\2'::text, 'g'::text);

CREATE FUNCTION archive.admit() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    done text[];
    needs text := CASE NEW.step WHEN 'removed' THEN 'removing' WHEN 'restored' THEN 'removing' WHEN 'purged' THEN 'removed' END;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('archive.step ' || NEW.archive, 0));
    NEW.at := clock_timestamp();
    SELECT coalesce(array_agg(step), '{}') INTO done FROM archive.step WHERE archive = NEW.archive;
    IF 'purged' = ANY (done) OR needs IS NOT NULL AND needs <> ALL (done)
       OR NEW.step <> 'restored' AND NEW.step = ANY (done) THEN
        RAISE check_violation USING MESSAGE = format('archive.step: %s does not follow', NEW.step);
    END IF;
    IF NEW.step IN ('removing', 'removed') AND NOT archive.hold(NEW.archive) THEN
        RAISE check_violation USING MESSAGE = 'archive.step: the mailbox is not closed as it was';
    END IF;
    IF NEW.step = 'purged' THEN
        PERFORM FROM mail.account JOIN archive.archive USING (kind, id)
          WHERE archive.number = NEW.archive AND account.state = 'closed' FOR SHARE OF account;
        IF NOT FOUND THEN
            RAISE check_violation USING MESSAGE = 'archive.step: the mailbox is open';
        END IF;
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION archive.hold(number bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM FROM mail.account JOIN archive.archive USING (kind, id)
      WHERE archive.number = hold.number AND account.state = 'closed' AND account.since = archive.since
        FOR SHARE OF account;
    RETURN FOUND;
END $$;

CREATE FUNCTION archive.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('archive.%s only grows: %s is refused', TG_TABLE_NAME, TG_OP);
END $$;

CREATE FUNCTION chain.batches(line text, source text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
    SELECT format('
        INSERT INTO chain.batch (relation, origin, rows, leaves)
        SELECT $1, $2, count(*),
               string_agg(name || '' '' || encode(sha256(convert_to(line, ''UTF8'')), ''hex''), E''\n'' ORDER BY part, nth)
          FROM (SELECT name, line, nth, (nth - 1) / 10000 AS part
                  FROM (SELECT %s, row_number() OVER (ORDER BY key) AS nth FROM %s AS of_source) AS numbered) AS parted
         GROUP BY part ORDER BY part', line, source)
$_$;

CREATE FUNCTION chain.cover(of_table regclass) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
    known boolean;
    about chain.covered;
    space text;
BEGIN
    SELECT format('%s.%s', nspname, relname), attname, chain.line(of_table), nspname
      INTO STRICT about.relation, about.key, about.line, space
      FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      JOIN pg_index ON indrelid = pg_class.oid AND indisprimary AND indnkeyatts = 1
      JOIN pg_attribute ON attrelid = pg_class.oid AND attnum = indkey[0]
     WHERE pg_class.oid = of_table;
    known := EXISTS (SELECT FROM chain.covered WHERE relation = about.relation);
    INSERT INTO chain.covered SELECT about.* ON CONFLICT (relation) DO UPDATE SET line = excluded.line;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO danhba_audit', space);
    EXECUTE format('GRANT SELECT ON %s TO danhba_audit', of_table);
    IF NOT known THEN
        EXECUTE chain.batches('key, name, line', format('(SELECT %1$I AS key, %2$s AS name, %3$s AS line FROM %4$s)',
                                                        about.key, chain.name(about.key), about.line, of_table))
          USING about.relation, 'adopted';
        EXECUTE format('CREATE TRIGGER chained AFTER INSERT ON %s REFERENCING NEW TABLE AS fresh
                            FOR EACH STATEMENT EXECUTE FUNCTION chain.note()', of_table);
    END IF;
END $_$;

CREATE FUNCTION chain.line(of_table regclass) RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    strange text;
    columns text;
BEGIN
    SELECT string_agg(attname || ' ' || format_type(atttypid, NULL), ', ') INTO strange FROM pg_attribute
     WHERE attrelid = of_table AND attnum > 0 AND NOT attisdropped AND atttypid NOT IN (
           'timestamptz'::regtype, 'bigint'::regtype, 'int'::regtype, 'smallint'::regtype, 'boolean'::regtype,
           'text'::regtype, 'uuid'::regtype, 'date'::regtype, 'inet'::regtype, 'text[]'::regtype, 'jsonb'::regtype);
    IF strange IS NOT NULL THEN
        RAISE feature_not_supported USING MESSAGE = format('chain: %s of %s has no text yet', strange, of_table);
    END IF;
    SELECT string_agg(format('%L || %s', to_json(attname)::text || ':', CASE
               WHEN atttypid = 'timestamptz'::regtype THEN format('to_json(%I AT TIME ZONE ''UTC'')::text', attname)
               WHEN atttypid IN ('text'::regtype, 'uuid'::regtype, 'date'::regtype, 'inet'::regtype, 'text[]'::regtype)
               THEN format('to_json(%I)::text', attname)
               ELSE format('%I::text', attname) END), ', ' ORDER BY attname COLLATE "C")
      INTO columns FROM pg_attribute WHERE attrelid = of_table AND attnum > 0 AND NOT attisdropped;
    RETURN '''{'' || concat_ws('','', ' || columns || ') || ''}''';
END $$;

CREATE FUNCTION chain.name(key text) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT format('regexp_replace(%I::text, ''\s'', ''?'', ''g'')', key)
$$;

CREATE FUNCTION chain.note() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
    about chain.covered;
BEGIN
    SELECT * INTO STRICT about FROM chain.covered WHERE relation = format('%s.%s', TG_TABLE_SCHEMA, TG_TABLE_NAME);
    EXECUTE chain.batches('key, name, line', format('(SELECT %1$I AS key, %2$s AS name, %3$s AS line FROM fresh)',
                                                    about.key, chain.name(about.key), about.line))
      USING about.relation, 'written';
    RETURN NULL;
END $_$;

CREATE FUNCTION chain.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('chain.%s only grows: %s is refused', TG_TABLE_NAME, TG_OP);
END $$;

CREATE FUNCTION chain.seal() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    last chain.seal;
    sealed text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('chain.seal', 0));
    SELECT * INTO last FROM chain.seal ORDER BY n DESC LIMIT 1;
    last.n := coalesce(last.n, 0) + 1;
    last.previous := coalesce(last.hash, repeat('0', 64));
    sealed := to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
    last.at := greatest(sealed COLLATE "C", last.at COLLATE "C");
    INSERT INTO chain.seal (n, batch, at, previous, hash)
    VALUES (last.n, NEW.batch, last.at, last.previous, encode(sha256(convert_to(concat_ws(E'\n',
            last.previous, last.n, last.at, NEW.relation, NEW.form, NEW.origin, NEW.rows, NEW.leaves), 'UTF8')), 'hex'));
    RETURN NULL;
END $$;

CREATE FUNCTION events.count_refusals() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
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
END $_$;

CREATE FUNCTION events.day(at timestamp with time zone) RETURNS date
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT (at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
$$;

CREATE FUNCTION events.forget(days integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION events.hash(word text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT hashtextextended(word, 0) $$;

CREATE FUNCTION events.network(client inet) RETURNS inet
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT CASE WHEN client IS NULL THEN '::'::inet WHEN family(client) = 6 THEN network(set_masklen(client, 64))::inet
                ELSE client END
$$;

CREATE FUNCTION events.note_gap(since timestamp with time zone, until timestamp with time zone) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    INSERT INTO events.gap (since, until) VALUES (since, until)
$$;

CREATE FUNCTION events.note_holders() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    DELETE FROM events.holder AS noted USING fresh
     WHERE (noted.address, noted.since) = (fresh.address, now());
    INSERT INTO events.holder (address, kind, id)
        SELECT address, kind, id FROM fresh
         WHERE kind || '/' || id IS DISTINCT FROM (
             SELECT former.kind || '/' || former.id FROM events.holder AS former
              WHERE former.address = fresh.address ORDER BY since DESC LIMIT 1);
    RETURN NULL;
END $$;

CREATE FUNCTION events.note_oldest(oldest timestamp with time zone) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    UPDATE events.progress SET oldest = note_oldest.oldest
$$;

CREATE FUNCTION events.prepare(day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION events.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('events.%s only grows: %s is refused', TG_TABLE_NAME, TG_OP);
END $$;

CREATE FUNCTION events.take(source uuid, "position" bigint, cursor text, at timestamp with time zone, begun jsonb, ended text[], days integer) RETURNS integer
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

CREATE TABLE events.event (
    at timestamp with time zone NOT NULL,
    source uuid NOT NULL,
    "position" bigint NOT NULL,
    event text NOT NULL,
    kind text,
    id text,
    queue_id text,
    next_queue_id text,
    message_id text,
    sender text,
    recipient text,
    original text,
    origin text,
    folder text,
    uid bigint,
    size bigint,
    client inet,
    protocol text,
    code text,
    said text,
    session text,
    action text,
    score real,
    symbols text,
    reference text,
    step text,
    files text,
    CONSTRAINT event_event_check CHECK ((event = ANY (ARRAY['received'::text, 'judged'::text, 'carried'::text, 'refused'::text, 'delivered'::text, 'deferred'::text, 'bounced'::text, 'expired'::text, 'notified'::text, 'stored'::text, 'copied'::text, 'moved'::text, 'read'::text, 'expunged'::text]))),
    CONSTRAINT event_said_check CHECK ((length(said) <= 300))
)
PARTITION BY RANGE (at);

CREATE FUNCTION events.words(e events.event) RETURNS SETOF text
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

CREATE FUNCTION mail.digest_credential(kind text, id text, password text, initial boolean) RETURNS text
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT encode(sha256(convert_to(format('{"id":%s,"initial":%s,"kind":%s,"password":%s}', to_json(id),
                                           initial::text, to_json(kind), to_json(password)), 'UTF8')), 'hex')
$$;

CREATE FUNCTION mail.end_account() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM FROM mail.credential WHERE kind = OLD.kind AND id = OLD.id FOR NO KEY UPDATE;
    DELETE FROM mail.web_session WHERE kind = OLD.kind AND id = OLD.id;
    IF OLD.state = 'open' THEN
        INSERT INTO mail.ending (address) VALUES (OLD.address);
    END IF;
    RETURN NULL;
END $$;

CREATE TABLE mail.notice (
    kind text NOT NULL,
    id text NOT NULL,
    what text NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    told timestamp with time zone,
    CONSTRAINT notice_what_check CHECK ((what = ANY (ARRAY['guessed'::text, 'strange'::text, 'suspended'::text])))
);

CREATE FUNCTION mail.note(of_kind text, of_id text, of_what text, of_detail text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 INSERT INTO mail.notice (kind, id, what, detail)
   VALUES (note.of_kind, note.of_id, note.of_what, note.of_detail) ON CONFLICT(kind, id, what) DO UPDATE SET since = now(), detail = excluded.detail, told = NULL::timestamp with time zone
   WHERE ((notice.told IS NOT NULL) AND (notice.since < (now() - '1 day'::interval)));
END;

CREATE FUNCTION mail.note_credentials() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO mail.credential_digest (kind, id, run, digest)
        SELECT kind, id, run, mail.digest_credential(kind, id, password, initial) FROM fresh ORDER BY kind, id;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO mail.credential_digest (kind, id, run, digest)
        SELECT kind, id, run, mail.digest_credential(kind, id, password, initial)
          FROM (SELECT kind, id, run, password, initial FROM fresh
                EXCEPT SELECT kind, id, run, password, initial FROM gone) AS changed ORDER BY kind, id;
    ELSE
        INSERT INTO mail.credential_digest (kind, id) SELECT kind, id FROM gone ORDER BY kind, id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION mail.own_record() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('%s records what it does itself, and nothing else', current_user);
END $$;

CREATE FUNCTION mail.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'mail.% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION mail.replace_password() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO mail.former_password (kind, id, password) VALUES (OLD.kind, OLD.id, OLD.password);
    DELETE FROM mail.web_session WHERE kind = OLD.kind AND id = OLD.id;
    INSERT INTO mail.ending (address) SELECT address FROM mail.account WHERE kind = OLD.kind AND id = OLD.id;
    RETURN NULL;
END $$;

CREATE FUNCTION mail.resume_sending(of_address text, actor text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    who mail.account;
    was mail.sending_suspension;
    of_run bigint;
BEGIN
    SELECT * INTO who FROM mail.account WHERE address = of_address;
    DELETE FROM mail.sending_suspension AS held WHERE (held.kind, held.id) = (who.kind, who.id) RETURNING * INTO was;
    IF was.kind IS NULL THEN
        RETURN false;
    END IF;
    DELETE FROM mail.sending AS sent WHERE (sent.kind, sent.id) = (who.kind, who.id);
    INSERT INTO mail.run (job, actor) VALUES ('sending', actor) RETURNING run INTO of_run;
    INSERT INTO mail.audit (run, action, kind, id, document, before)
    VALUES (of_run, 'resume_sending', who.kind, who.id, who.document,
            jsonb_build_object('address', who.address, 'since', was.since, 'tried', was.reason));
    RETURN true;
END $$;

CREATE TABLE mail.account (
    kind text NOT NULL,
    id text NOT NULL,
    address text NOT NULL,
    name text NOT NULL,
    agency text NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    unit text DEFAULT ''::text NOT NULL,
    phone text DEFAULT ''::text NOT NULL,
    quota bigint NOT NULL,
    state text NOT NULL,
    document text NOT NULL,
    since date NOT NULL,
    parent text DEFAULT ''::text NOT NULL,
    family text DEFAULT ''::text NOT NULL,
    given text DEFAULT ''::text NOT NULL,
    quota_document text DEFAULT ''::text NOT NULL,
    CONSTRAINT account_address_check CHECK (((address = lower(address)) AND (address ~~ '%_@_%'::text))),
    CONSTRAINT account_document_check CHECK ((document <> ''::text)),
    CONSTRAINT account_id_check CHECK ((id ~ '^[A-Za-z0-9-]{1,64}$'::text)),
    CONSTRAINT account_kind_check CHECK ((kind = ANY (ARRAY['official'::text, 'agency'::text]))),
    CONSTRAINT account_quota_check CHECK ((quota > 0)),
    CONSTRAINT account_state_check CHECK ((state = ANY (ARRAY['open'::text, 'suspended'::text, 'closed'::text])))
);

CREATE FUNCTION mail.suspend_sending(who mail.account, why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    of_run bigint;
BEGIN
    INSERT INTO mail.sending_suspension (kind, id, reason) VALUES (who.kind, who.id, why);
    INSERT INTO mail.notice (kind, id, what, detail) VALUES (who.kind, who.id, 'suspended', why)
        ON CONFLICT (kind, id, what) DO UPDATE SET since = now(), detail = EXCLUDED.detail, told = NULL;
    INSERT INTO mail.run (job, actor) VALUES ('sending', 'postfix') RETURNING run INTO of_run;
    INSERT INTO mail.audit (run, action, kind, id, document, after)
    VALUES (of_run, 'suspend_sending', who.kind, who.id, who.document,
            jsonb_build_object('address', who.address, 'tried', why));
END $$;

CREATE FUNCTION mail.write_at_once() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'on', true);
    RETURN NULL;
END
$$;

CREATE FUNCTION mail.write_soon() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    RETURN NULL;
END
$$;

CREATE FUNCTION metrics.figures() RETURNS TABLE(name text, labels jsonb, value double precision)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
DECLARE
    midnight timestamptz := events.day(now())::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh';
BEGIN
    -- How long messages took that arrived in the last quarter of an hour, wherever they waited before.
    RETURN QUERY EXECUTE $query$
    WITH received AS (
        SELECT e.queue_id, min(e.at) AS at FROM events.event AS e
         WHERE e.at >= $1 - interval '1 day' AND e.event = 'received' GROUP BY 1
    ), delivered AS (
        SELECT CASE WHEN e.id IS NULL THEN 'outside' ELSE 'mailbox' END AS place,
               e.at >= $1 - interval '15 minutes' AS recent,
               greatest(extract(epoch FROM e.at - received.at), 0)::double precision AS seconds
          FROM events.event AS e JOIN received USING (queue_id)
         WHERE e.at >= $1 - interval '1 hour' AND e.event = 'delivered' AND e.next_queue_id IS NULL
    ), told AS (
        SELECT place, count(*) AS hour, count(*) FILTER (WHERE recent) AS quarter,
               percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE recent) AS p95
          FROM delivered GROUP BY place
    )
    SELECT figure.name, jsonb_build_object('place', told.place), figure.value
      FROM told, LATERAL (VALUES ('danhba_delivery_seconds_p95', told.p95),
                                 ('danhba_deliveries_last_quarter', told.quarter::double precision),
                                 ('danhba_deliveries_last_hour', told.hour::double precision)) AS figure (name, value)
     WHERE figure.value IS NOT NULL
    $query$ USING now();

    RETURN QUERY SELECT 'danhba_mail_last_hour', jsonb_build_object('what', f.what), f.times::double precision
      FROM usage.flows(now() - interval '1 hour', now()) AS f;
    RETURN QUERY SELECT 'danhba_mail_today', jsonb_build_object('what', f.what), f.times::double precision
      FROM usage.flows(midnight, now()) AS f;
    RETURN QUERY SELECT 'danhba_secrecy_incidents_today', jsonb_build_object('action', i.action),
           count(*)::double precision
      FROM secrecy.incident AS i WHERE i.at >= midnight GROUP BY i.action;

    RETURN QUERY SELECT 'danhba_collector_lag_seconds', '{}'::jsonb,
           greatest(extract(epoch FROM now() - p.checked), 0)::double precision FROM events.progress AS p;
    RETURN QUERY SELECT 'danhba_sending_suspended', '{}'::jsonb, count(*)::double precision
      FROM mail.sending_suspension;
    RETURN QUERY SELECT 'danhba_accounts_guessed_last_day', '{}'::jsonb, count(*)::double precision
      FROM mail.notice AS n WHERE n.what = 'guessed' AND n.since >= now() - interval '1 day';
    RETURN QUERY SELECT 'danhba_mailboxes', jsonb_build_object('kind', a.kind, 'state', a.state),
           count(*)::double precision
      FROM mail.account AS a GROUP BY a.kind, a.state;
END $_$;

CREATE FUNCTION postfix.sending(login text, step text, official integer[], agency integer[], times integer) RETURNS TABLE(suspended boolean, minutes integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    who mail.account;
    may integer[];
    asked timestamptz;
    free timestamptz;
    tried bigint;
BEGIN
    SELECT account.* INTO who
      FROM mail.account JOIN mail.credential USING (kind, id)
     WHERE account.address = split_part(login, '/', 1) AND account.address || '/' || credential.run = login
       AND account.state = 'open' AND NOT credential.initial;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    may := CASE who.kind WHEN 'agency' THEN agency ELSE official END;
    PERFORM pg_advisory_xact_lock(hashtextextended('sending ' || who.kind || '/' || who.id, 0));
    asked := clock_timestamp();
    IF EXISTS (SELECT FROM mail.sending_suspension AS held WHERE (held.kind, held.id) = (who.kind, who.id)) THEN
        RETURN QUERY SELECT true, 0;
        RETURN;
    END IF;
    -- A slot counts until the last moment of it is out of the span. Of each bound that is reached, the first slot after
    -- whose end there is room again.
    SELECT max(bound.free) INTO free
      FROM (SELECT min(slot) FILTER (WHERE later < most) + span + interval '5 minutes' AS free
              FROM (SELECT of_span.what, span, most, slot,
                           sum(amount) OVER newest - amount AS later,
                           sum(amount) OVER (PARTITION BY of_span.what, span) AS total
                      FROM (VALUES ('message', interval '1 hour', may[1]), ('recipient', interval '1 hour', may[2]),
                                   ('message', interval '1 day', may[3]), ('recipient', interval '1 day', may[4]))
                           AS of_span (what, span, most)
                           CROSS JOIN LATERAL (
                               SELECT slot, CASE of_span.what WHEN 'message' THEN messages ELSE recipients END AS amount
                                 FROM mail.sending AS sent
                                WHERE (sent.kind, sent.id) = (who.kind, who.id)
                                  AND slot > asked - span - interval '5 minutes') AS counted
                     WHERE step = 'recipient' OR of_span.what = 'message'
                    WINDOW newest AS (PARTITION BY of_span.what, span ORDER BY slot DESC)) AS summed
             WHERE total >= most
             GROUP BY what, span) AS bound;
    INSERT INTO mail.sending AS sent (kind, id, slot, messages, recipients, refused)
    VALUES (who.kind, who.id, date_bin('5 minutes', asked, '2000-01-01T00:00Z'),
            (free IS NULL AND step = 'message')::integer, (free IS NULL AND step = 'recipient')::integer,
            (free IS NOT NULL)::integer)
        ON CONFLICT (kind, id, slot) DO UPDATE
       SET messages = sent.messages + EXCLUDED.messages, recipients = sent.recipients + EXCLUDED.recipients,
           refused = sent.refused + EXCLUDED.refused;
    IF free IS NULL THEN
        RETURN;
    END IF;
    SELECT sum(recipients) + sum(refused) INTO tried
      FROM mail.sending AS sent
     WHERE (sent.kind, sent.id) = (who.kind, who.id) AND slot > asked - interval '65 minutes';
    IF tried >= times * may[2]::bigint THEN
        PERFORM mail.suspend_sending(who, format('%s/%s', tried, may[2]));
        RETURN QUERY SELECT true, 0;
    ELSE
        RETURN QUERY SELECT false, greatest(1, ceil(extract(epoch FROM free - asked) / 60)::integer);
    END IF;
END $$;

CREATE FUNCTION recall.archives(mailboxes text[], since timestamp with time zone) RETURNS TABLE(number bigint, mailbox text, address text, at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT a.number, a.kind || '/' || a.id, a.address, a.at FROM archive.archive AS a
     WHERE a.kind || '/' || a.id = ANY (mailboxes) AND a.at >= since
       AND EXISTS (SELECT FROM archive.step AS s WHERE s.archive = a.number AND s.step = 'removed')
       AND NOT EXISTS (SELECT FROM archive.step AS s WHERE s.archive = a.number AND s.step = 'purged')
     ORDER BY a.number
$$;

CREATE FUNCTION recall.chain() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    before recall.record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('recall.record', 0));
    SELECT * INTO before FROM recall.record ORDER BY number DESC LIMIT 1;
    NEW.number := coalesce(before.number, 0) + 1;
    NEW.at := now();
    NEW.sha256 := encode(sha256(convert_to(NEW.record, 'UTF8')), 'hex');
    IF NEW.record::jsonb ->> 'previous' IS DISTINCT FROM coalesce(before.sha256, repeat('0', 64))
       OR NEW.record::jsonb ->> 'number' IS DISTINCT FROM NEW.number::text THEN
        RAISE serialization_failure USING MESSAGE = 'recall.record: it does not name the record before it';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION recall.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('recall.%s only grows: %s is refused', TG_TABLE_NAME, TG_OP);
END $$;

CREATE FUNCTION secrecy.name_accounts() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    NEW.at := now();
    NEW.sender := coalesce((SELECT kind || '/' || id FROM mail.account
                             WHERE address = lower(coalesce(nullif(NEW.signed_in, ''), NEW.mail_from))), '');
    NEW.receivers := ARRAY (SELECT kind || '/' || id FROM mail.account
                             WHERE address IN (SELECT lower(each) FROM unnest(NEW.recipients) AS each) ORDER BY 1);
    RETURN NEW;
END $$;

CREATE FUNCTION secrecy.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'secrecy.% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION usage.close(before date) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION usage.count_day(of_day date) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
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

CREATE FUNCTION usage.flows(since timestamp with time zone, until timestamp with time zone) RETURNS TABLE(what text, times bigint)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
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
END $_$;

CREATE FUNCTION usage.forget(days integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
DECLARE
    last date := events.day(now()) - days;
    gone int;
BEGIN
    IF days IS NULL OR days < 731 THEN
        RAISE insufficient_privilege USING MESSAGE = 'use is kept for 731 days at least';
    END IF;
    DELETE FROM usage.day WHERE day.day < last;
    GET DIAGNOSTICS gone = ROW_COUNT;
    DELETE FROM usage.flow WHERE flow.day < last;
    DELETE FROM usage.disk WHERE disk.day < last;
    DELETE FROM usage.counted WHERE counted.day < last;
    RETURN gone;
END $$;

CREATE FUNCTION usage.last_whole() RETURNS date
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT least(events.day(now()),
                 events.day(CASE WHEN at < checked - interval '1 hour' THEN at ELSE checked END)) - 1
      FROM events.progress
$$;

CREATE FUNCTION usage.mail(since timestamp with time zone, until timestamp with time zone) RETURNS TABLE(kind text, id text, sent integer, received integer, octets bigint)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
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
END $_$;

CREATE FUNCTION usage.note_days() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    IF TG_TABLE_NAME = 'event' THEN
        INSERT INTO usage.mark (day) SELECT DISTINCT events.day(at) FROM fresh;
    ELSE
        INSERT INTO usage.mark (day) SELECT DISTINCT events.day(minute) FROM fresh;
    END IF;
    RETURN NULL;
END $$;

CREATE TABLE usage.disk (
    day date NOT NULL,
    folder text NOT NULL,
    total bigint NOT NULL,
    used bigint NOT NULL,
    CONSTRAINT disk_check CHECK (((used >= 0) AND (used <= total))),
    CONSTRAINT disk_folder_check CHECK ((folder <> ''::text)),
    CONSTRAINT disk_total_check CHECK ((total > 0))
);

CREATE FUNCTION usage.note_disk(of_folder text, of_total bigint, of_used bigint) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 INSERT INTO usage.disk (day, folder, total, used)
   VALUES (events.day(now()), note_disk.of_folder, note_disk.of_total, note_disk.of_used) ON CONFLICT(day, folder) DO UPDATE SET total = excluded.total, used = excluded.used;
END;

CREATE FUNCTION usage.note_start() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO usage.partial (day)
        SELECT each::date
          FROM generate_series(
                   coalesce(events.day(OLD.at), (SELECT min(mark.day) FROM usage.mark), events.day(NEW.began)),
                   coalesce(CASE WHEN OLD.at IS NULL THEN (SELECT min(mark.day) FROM usage.mark) END,
                            events.day(NEW.began)), interval '1 day') AS each
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TABLE usage.reader (
    kind text NOT NULL,
    id text NOT NULL,
    agency text NOT NULL
);

CREATE FUNCTION usage.read_by(of_kind text, of_id text) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    BEGIN ATOMIC
 SELECT reader.agency
    FROM (usage.reader
      JOIN mail.account USING (kind, id, agency))
   WHERE ((reader.kind = read_by.of_kind) AND (reader.id = read_by.of_id) AND (account.state = 'open'::text));
END;

CREATE FUNCTION usage.whole(first date, last date) RETURNS SETOF date
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT counted.day FROM usage.counted
     WHERE counted.day BETWEEN whole.first AND least(whole.last, usage.last_whole())
       AND NOT EXISTS (SELECT FROM usage.mark WHERE mark.day = counted.day AND NOT counted.closed)
       AND NOT EXISTS (SELECT FROM usage.partial WHERE partial.day = counted.day)
       AND NOT EXISTS (SELECT FROM events.gap
                        WHERE events.day(coalesce(gap.since, '-infinity')) <= counted.day
                          AND events.day(coalesce(gap.until, gap.noticed)) >= counted.day)
$$;

CREATE TABLE mail.web_session (
    token text NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    address text NOT NULL,
    expires timestamp with time zone NOT NULL,
    CONSTRAINT web_session_token_check CHECK ((token ~ '^[0-9a-f]{64}$'::text))
);

CREATE TABLE usage.day (
    day date NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    minutes bit(1440),
    attended bit(1440),
    protocols text[] NOT NULL,
    sent integer NOT NULL,
    received integer NOT NULL,
    octets bigint NOT NULL
);

CREATE TABLE usage.page (
    agency text NOT NULL,
    name text NOT NULL,
    mailboxes jsonb NOT NULL,
    written text NOT NULL,
    CONSTRAINT page_agency_check CHECK ((agency <> ''::text)),
    CONSTRAINT page_written_check CHECK ((mailboxes = (written)::jsonb))
);

CREATE TABLE usage.rule (
    one boolean DEFAULT true NOT NULL,
    windows bit(1440)[] NOT NULL,
    names text[] NOT NULL,
    official integer[] NOT NULL,
    agency integer[] NOT NULL,
    target integer NOT NULL,
    days date[] NOT NULL,
    CONSTRAINT rule_check CHECK ((cardinality(names) = cardinality(windows))),
    CONSTRAINT rule_one_check CHECK (one),
    CONSTRAINT rule_target_check CHECK (((target >= 1) AND (target <= 100))),
    CONSTRAINT rule_windows_check CHECK ((cardinality(windows) > 0))
);

CREATE FUNCTION usage.shown(of_address text, of_token text) RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    SET jit TO 'off'
    BEGIN ATOMIC
 WITH session AS (
          SELECT usage.read_by(web_session.kind, web_session.id) AS agency,
             events.day(now()) AS today,
             usage.last_whole() AS last
            FROM mail.web_session
           WHERE ((web_session.token = shown.of_token) AND (web_session.address = shown.of_address) AND (web_session.expires > now()) AND (EXISTS ( SELECT
                    FROM mail.account a
                   WHERE ((a.kind = web_session.kind) AND (a.id = web_session.id) AND (a.address = web_session.address)))))
         ), month AS (
          SELECT ((date_trunc('month'::text, (session_1.today)::timestamp with time zone) - ('1 mon'::interval * (ago.ago)::double precision)))::date AS since,
             LEAST((session_1.last + 1), ((date_trunc('month'::text, (session_1.today)::timestamp with time zone) - ('1 mon'::interval * ((ago.ago - 1))::double precision)))::date) AS until
            FROM session session_1,
             generate_series(0, 1) ago(ago)
         ), worked AS (
          SELECT month.since,
             day.day,
             (whole.day IS NOT NULL) AS counted
            FROM usage.rule rule_1,
             ((LATERAL unnest(rule_1.days) day(day)
              JOIN month ON (((day.day >= month.since) AND (day.day < month.until))))
              LEFT JOIN ( SELECT w.day
                    FROM session session_1,
                     LATERAL usage.whole(((date_trunc('month'::text, (session_1.today)::timestamp with time zone) - '1 mon'::interval))::date, session_1.last) w(day)) whole USING (day))
         ), box AS (
          SELECT box.number,
             box.kind,
             box.id,
             box.holder,
             box.address,
             box.stays,
                 CASE box.kind
                     WHEN 'agency'::text THEN rule_1.agency
                     ELSE rule_1.official
                 END AS required
            FROM (session session_1
              JOIN usage.page page_1 USING (agency)),
             usage.rule rule_1,
             LATERAL ROWS FROM(jsonb_to_recordset(page_1.mailboxes) AS (kind text, id text, holder text, address text, stays datemultirange)) WITH ORDINALITY box(kind, id, holder, address, stays, number)
         ), looked AS (
          SELECT worked.since,
             box.number,
             box.required,
             ARRAY( SELECT COALESCE(((day.minutes & window_.minutes) <> (repeat('0'::text, 1440))::bit(1440)), false) AS "coalesce"
                    FROM usage.rule rule_1,
                     LATERAL unnest(rule_1.windows) WITH ORDINALITY window_(minutes, n)
                   ORDER BY window_.n) AS windows
            FROM ((box
              JOIN worked ON (((worked.day <@ box.stays) AND worked.counted)))
              LEFT JOIN usage.day ON (((day.day = worked.day) AND (day.kind = box.kind) AND (day.id = box.id))))
         ), summed AS (
          SELECT looked.since,
             looked.number,
             count(*) AS days,
             count(*) FILTER (WHERE ( SELECT bool_and(looked.windows[n.n]) AS bool_and
                    FROM unnest(looked.required) n(n))) AS met,
             array_agg(looked.windows) AS windows
            FROM looked
           GROUP BY looked.since, looked.number
         ), told AS (
          SELECT summed.since,
             jsonb_agg(jsonb_build_object('kind', box.kind, 'holder', box.holder, 'address', box.address, 'days', summed.days, 'met', summed.met, 'windows', ( SELECT jsonb_agg(each.seen ORDER BY each.n) AS jsonb_agg
                    FROM ( SELECT n.n,
                             ( SELECT count(*) AS count
                                    FROM generate_subscripts(summed.windows, 1) d(d)
                                   WHERE summed.windows[d.d][n.n]) AS seen
                            FROM generate_subscripts(summed.windows, 2) n(n)) each)) ORDER BY summed.number) AS mailboxes
            FROM (summed
              JOIN box USING (number))
           GROUP BY summed.since
         )
  SELECT jsonb_build_object('agency', page.agency, 'name', page.name, 'until', session.last, 'windows', to_jsonb(rule.names), 'target', rule.target, 'required', jsonb_build_object('official', rule.official, 'agency', rule.agency), 'months', ( SELECT jsonb_agg(jsonb_build_object('month', to_char((month.since)::timestamp with time zone, 'YYYY-MM'::text), 'days', ( SELECT count(*) AS count
                    FROM worked
                   WHERE (worked.since = month.since)), 'uncounted', ( SELECT count(*) AS count
                    FROM worked
                   WHERE ((worked.since = month.since) AND (NOT worked.counted))), 'mailboxes', COALESCE(told.mailboxes, '[]'::jsonb)) ORDER BY month.since DESC) AS jsonb_agg
            FROM (month
              LEFT JOIN told USING (since)))) AS jsonb_build_object
    FROM (session
      JOIN usage.page USING (agency)),
     usage.rule;
END;

CREATE FUNCTION usage.signs(since timestamp with time zone, until timestamp with time zone) RETURNS TABLE(kind text, id text, minutes bit, attended bit, protocols text[])
    LANGUAGE plpgsql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
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
END $_$;

CREATE VIEW addressbook.agency AS
 WITH RECURSIVE live AS (
         SELECT account.agency AS code,
            min(account.address) AS address
           FROM mail.account
          WHERE (account.state = 'open'::text)
          GROUP BY account.agency
        ), known AS (
         SELECT account.id AS code,
            account.name,
            account.parent,
            account.address
           FROM mail.account
          WHERE (account.kind = 'agency'::text)
        UNION ALL
         SELECT live.code,
            live.code,
            ''::text,
            live.address
           FROM live
          WHERE (NOT (live.code IN ( SELECT account.id
                   FROM mail.account
                  WHERE (account.kind = 'agency'::text))))
        ), shown AS (
         SELECT known.code,
            known.parent
           FROM (known
             JOIN live USING (code))
        UNION
         SELECT known.code,
            known.parent
           FROM (known
             JOIN shown ON ((known.code = shown.parent)))
        ), placed AS (
         SELECT known.code,
            known.name,
            known.parent,
            ((('ou='::text || addressbook.escaped(known.code)) || ','::text) || addressbook.base(known.address)) AS dn
           FROM known
          WHERE (NOT (known.parent IN ( SELECT known_1.code
                   FROM known known_1)))
        UNION ALL
         SELECT known.code,
            known.name,
            known.parent,
            ((('ou='::text || addressbook.escaped(known.code)) || ','::text) || placed_1.dn)
           FROM (known
             JOIN placed placed_1 ON ((known.parent = placed_1.code)))
        )
 SELECT code,
    name,
    parent,
    dn
   FROM placed
  WHERE (code IN ( SELECT shown.code
           FROM shown));

CREATE VIEW addressbook.mailbox AS
 SELECT account.kind,
    account.id,
    account.address,
    account.name,
    account.title,
    account.unit,
    account.phone,
    account.agency,
    agency.name AS agency_name,
    ((('uid='::text || addressbook.escaped(split_part(account.address, '@'::text, 1))) || ','::text) || agency.dn) AS dn,
    account.family,
    account.given
   FROM (mail.account
     JOIN addressbook.agency ON ((agency.code = account.agency)))
  WHERE (account.state = 'open'::text);

CREATE TABLE mail.run (
    run bigint NOT NULL,
    job text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    as_of date,
    register text,
    checksum text,
    batch uuid,
    author text,
    signer text,
    signature text,
    approver text,
    CONSTRAINT run_job_check CHECK ((job = ANY (ARRAY['accounts'::text, 'passwords'::text, 'credentials'::text, 'sending'::text])))
);

CREATE VIEW addressbook.version AS
 SELECT ((run || ' '::text) || EXTRACT(epoch FROM at)) AS version
   FROM mail.run
  WHERE (job = 'accounts'::text)
  ORDER BY run DESC
 LIMIT 1;

CREATE TABLE archive.archive (
    number bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    address text NOT NULL,
    since date NOT NULL,
    document text NOT NULL,
    document_date date NOT NULL,
    recipient text NOT NULL,
    messages bigint NOT NULL,
    octets bigint NOT NULL,
    manifest text NOT NULL,
    sealed text NOT NULL,
    size bigint NOT NULL,
    CONSTRAINT archive_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT archive_document_check CHECK ((document <> ''::text)),
    CONSTRAINT archive_manifest_check CHECK ((manifest ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT archive_recipient_check CHECK ((recipient ~ '^age1[02-9ac-hj-np-z]{58}$'::text)),
    CONSTRAINT archive_sealed_check CHECK ((sealed ~ '^[0-9a-f]{64}$'::text))
);

ALTER TABLE archive.archive ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME archive.archive_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE archive.export (
    number bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    document text NOT NULL,
    document_date date NOT NULL,
    recipient text NOT NULL,
    messages bigint NOT NULL,
    sealed text NOT NULL,
    size bigint NOT NULL,
    CONSTRAINT export_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT export_document_check CHECK ((document <> ''::text)),
    CONSTRAINT export_recipient_check CHECK ((recipient ~ '^age1[02-9ac-hj-np-z]{58}$'::text)),
    CONSTRAINT export_sealed_check CHECK ((sealed ~ '^[0-9a-f]{64}$'::text))
);

ALTER TABLE archive.export ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME archive.export_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE archive.step (
    entry bigint NOT NULL,
    archive bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    step text NOT NULL,
    actor text NOT NULL,
    document text NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT step_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT step_document_check CHECK ((document <> ''::text)),
    CONSTRAINT step_step_check CHECK ((step = ANY (ARRAY['removing'::text, 'removed'::text, 'restored'::text, 'purged'::text])))
);

ALTER TABLE archive.step ALTER COLUMN entry ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME archive.step_entry_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chain.batch (
    batch bigint NOT NULL,
    relation text NOT NULL,
    form smallint DEFAULT 1 NOT NULL,
    origin text NOT NULL,
    rows integer NOT NULL,
    leaves text NOT NULL,
    CONSTRAINT batch_origin_check CHECK ((origin = ANY (ARRAY['written'::text, 'adopted'::text]))),
    CONSTRAINT batch_rows_check CHECK ((rows > 0))
);

ALTER TABLE chain.batch ALTER COLUMN batch ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chain.batch_batch_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chain.covered (
    relation text NOT NULL,
    key text NOT NULL,
    line text NOT NULL
);

CREATE TABLE chain.seal (
    n bigint NOT NULL,
    batch bigint NOT NULL,
    at text NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL,
    CONSTRAINT seal_hash_check CHECK ((hash ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT seal_n_check CHECK ((n > 0)),
    CONSTRAINT seal_previous_check CHECK ((previous ~ '^[0-9a-f]{64}$'::text))
);

CREATE TABLE mail.credential (
    kind text NOT NULL,
    id text NOT NULL,
    password text NOT NULL,
    run bigint NOT NULL,
    document text DEFAULT ''::text NOT NULL,
    initial boolean DEFAULT true NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT credential_password_check CHECK ((password ~ '^\{[A-Z0-9-]+\}.'::text))
);

CREATE VIEW dovecot.passdb AS
 SELECT account.address,
    credential.password,
    credential.initial,
    ((account.address || '/'::text) || credential.run) AS login
   FROM (mail.account
     JOIN mail.credential USING (kind, id))
  WHERE (account.state = 'open'::text);

CREATE VIEW dovecot.userdb AS
 SELECT account.address,
    ((account.kind || '/'::text) || account.id) AS home,
    account.quota,
        CASE
            WHEN (account.state = 'open'::text) THEN ((account.address || '/'::text) || credential.run)
            ELSE NULL::text
        END AS login
   FROM (mail.account
     LEFT JOIN mail.credential USING (kind, id))
  WHERE (account.state = ANY (ARRAY['open'::text, 'suspended'::text]));

CREATE VIEW dovecot.web_session AS
 SELECT account.address,
    web_session.token,
    ((account.address || '/'::text) || credential.run) AS login
   FROM ((mail.account
     JOIN mail.web_session USING (kind, id, address))
     JOIN mail.credential USING (kind, id))
  WHERE ((account.state = 'open'::text) AND (web_session.expires > now()) AND (NOT credential.initial));

CREATE UNLOGGED TABLE events.arrival (
    at timestamp with time zone NOT NULL,
    source uuid NOT NULL,
    "position" bigint NOT NULL,
    event text NOT NULL,
    kind text,
    id text,
    queue_id text,
    next_queue_id text,
    message_id text,
    sender text,
    recipient text,
    original text,
    origin text,
    folder text,
    uid bigint,
    size bigint,
    client inet,
    protocol text,
    code text,
    said text,
    session text,
    action text,
    score real,
    symbols text,
    reference text,
    person text,
    step text,
    files text
);

CREATE UNLOGGED TABLE events.arrival_use (
    at timestamp with time zone,
    source uuid,
    "position" bigint,
    person text,
    sign text,
    protocol text,
    client inet
);

CREATE TABLE events.gap (
    noticed timestamp with time zone DEFAULT now() NOT NULL,
    since timestamp with time zone,
    until timestamp with time zone
);

CREATE TABLE events.holder (
    address text NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    kind text NOT NULL,
    id text NOT NULL
);

CREATE TABLE events.key (
    hash bigint NOT NULL,
    at timestamp with time zone NOT NULL
)
PARTITION BY RANGE (at);

CREATE TABLE events.look (
    entry bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    asked text NOT NULL,
    since timestamp with time zone,
    found integer NOT NULL,
    CONSTRAINT look_actor_check CHECK ((actor <> ''::text))
);

ALTER TABLE events.look ALTER COLUMN entry ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME events.look_entry_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE events.open (
    key text NOT NULL,
    known jsonb NOT NULL
);

CREATE TABLE events.progress (
    one boolean DEFAULT true NOT NULL,
    source uuid,
    "position" bigint,
    cursor text,
    at timestamp with time zone,
    checked timestamp with time zone DEFAULT now() NOT NULL,
    oldest timestamp with time zone,
    began timestamp with time zone,
    CONSTRAINT progress_one_check CHECK (one)
);

CREATE TABLE events.refusals (
    minute timestamp with time zone NOT NULL,
    network inet NOT NULL,
    code text NOT NULL,
    protocol text NOT NULL,
    times integer NOT NULL
)
PARTITION BY RANGE (minute);

CREATE TABLE events.use (
    minute timestamp with time zone NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    sign text NOT NULL,
    protocol text NOT NULL,
    client inet NOT NULL,
    times integer NOT NULL,
    CONSTRAINT use_sign_check CHECK ((sign = ANY (ARRAY['signed-in'::text, 'selected'::text, 'connected'::text])))
)
PARTITION BY RANGE (minute);

CREATE UNLOGGED TABLE mail.attempt (
    key bytea NOT NULL,
    at timestamp with time zone[] NOT NULL
);

CREATE TABLE mail.audit (
    entry bigint NOT NULL,
    run bigint NOT NULL,
    action text NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    document text NOT NULL,
    before jsonb,
    after jsonb
);

ALTER TABLE mail.audit ALTER COLUMN entry ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mail.audit_entry_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE mail.credential_digest (
    entry bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    run bigint,
    digest text,
    CONSTRAINT credential_digest_digest_check CHECK ((digest ~ '^[0-9a-f]{64}$'::text))
);

ALTER TABLE mail.credential_digest ALTER COLUMN entry ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mail.credential_digest_entry_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE mail.ending (
    entry bigint NOT NULL,
    address text NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE mail.ending ALTER COLUMN entry ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mail.ending_entry_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE mail.former_password (
    entry bigint NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    password text NOT NULL,
    until timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE mail.former_password ALTER COLUMN entry ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mail.former_password_entry_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE mail.handover (
    handover bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    agency text NOT NULL,
    address text NOT NULL,
    name text NOT NULL,
    former jsonb NOT NULL,
    successor jsonb NOT NULL,
    role text NOT NULL,
    document text NOT NULL,
    day date NOT NULL,
    state jsonb NOT NULL,
    removed jsonb NOT NULL,
    CONSTRAINT handover_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT handover_agency_check CHECK ((agency <> ''::text)),
    CONSTRAINT handover_document_check CHECK ((document <> ''::text)),
    CONSTRAINT handover_successor_check CHECK (((successor ->> 'person'::text) <> ''::text))
);

CREATE TABLE mail.handover_end (
    handover bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    CONSTRAINT handover_end_actor_check CHECK ((actor <> ''::text))
);

ALTER TABLE mail.handover ALTER COLUMN handover ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mail.handover_handover_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW mail.held AS
 SELECT account.id AS agency,
    COALESCE(handed.person, first.person, ''::text) AS person,
    ((COALESCE(first.at, credential.since) AT TIME ZONE 'Asia/Ho_Chi_Minh'::text))::date AS day,
    COALESCE(last.person, ''::text) AS issued_to,
    COALESCE(last.document, ''::text) AS issued_on,
    last.at AS issued_at,
    credential.initial
   FROM ((((mail.account
     JOIN mail.credential USING (kind, id))
     LEFT JOIN LATERAL ( SELECT (audit.after ->> 'custodian'::text) AS person,
            run.at
           FROM (mail.audit
             JOIN mail.run USING (run))
          WHERE ((audit.kind = 'agency'::text) AND (audit.id = account.id) AND (audit.action = ANY (ARRAY['issue_password'::text, 'reissue_password'::text])))
          ORDER BY audit.entry
         LIMIT 1) first ON (true))
     LEFT JOIN LATERAL ( SELECT (audit.after ->> 'custodian'::text) AS person,
            audit.document,
            run.at
           FROM (mail.audit
             JOIN mail.run USING (run))
          WHERE ((audit.kind = 'agency'::text) AND (audit.id = account.id) AND (audit.action = ANY (ARRAY['issue_password'::text, 'reissue_password'::text])))
          ORDER BY audit.entry DESC
         LIMIT 1) last ON (true))
     LEFT JOIN LATERAL ( SELECT (handover.successor ->> 'person'::text) AS person
           FROM (mail.handover
             JOIN mail.handover_end USING (handover))
          WHERE (handover.agency = account.id)
          ORDER BY handover.handover DESC
         LIMIT 1) handed ON (true))
  WHERE ((account.kind = 'agency'::text) AND (account.state = 'open'::text));

CREATE TABLE mail.known_client (
    account bytea NOT NULL,
    client bytea NOT NULL,
    seen timestamp with time zone NOT NULL
);

CREATE TABLE mail.restore (
    restore bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    document text NOT NULL,
    document_date date NOT NULL,
    what text NOT NULL,
    run text NOT NULL,
    counts jsonb NOT NULL,
    CONSTRAINT restore_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT restore_document_check CHECK ((document <> ''::text)),
    CONSTRAINT restore_run_check CHECK ((run <> ''::text)),
    CONSTRAINT restore_what_check CHECK ((what = ANY (ARRAY['host'::text, 'mailbox'::text, 'accounts'::text])))
);

ALTER TABLE mail.restore ALTER COLUMN restore ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mail.restore_restore_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE mail.room (
    kind text NOT NULL,
    id text NOT NULL,
    quota bigint NOT NULL,
    free bigint NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT room_check CHECK (((free >= 0) AND (free <= quota))),
    CONSTRAINT room_quota_check CHECK ((quota > 0))
);

CREATE TABLE mail.route (
    address text NOT NULL,
    mode text NOT NULL,
    document text NOT NULL,
    reply text DEFAULT ''::text NOT NULL,
    CONSTRAINT route_address_check CHECK (((address = lower(address)) AND (address ~~ '%_@_%'::text))),
    CONSTRAINT route_check CHECK (((mode = ANY (ARRAY['redirect'::text, 'cancelled'::text])) = (reply <> ''::text))),
    CONSTRAINT route_mode_check CHECK ((mode = ANY (ARRAY['system'::text, 'forward'::text, 'redirect'::text, 'cancelled'::text]))),
    CONSTRAINT route_reply_check CHECK ((reply ~ '^[ -~]*$'::text))
);

CREATE TABLE mail.route_target (
    address text NOT NULL,
    kind text NOT NULL,
    id text NOT NULL
);

ALTER TABLE mail.run ALTER COLUMN run ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mail.run_run_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE mail.sending (
    kind text NOT NULL,
    id text NOT NULL,
    slot timestamp with time zone NOT NULL,
    messages integer DEFAULT 0 NOT NULL,
    recipients integer DEFAULT 0 NOT NULL,
    refused integer DEFAULT 0 NOT NULL
);

CREATE TABLE mail.sending_suspension (
    kind text NOT NULL,
    id text NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    reason text NOT NULL,
    CONSTRAINT sending_suspension_reason_check CHECK ((reason <> ''::text))
);

CREATE VIEW postfix.alias AS
 SELECT route.address,
    account.address AS destination
   FROM ((mail.route
     JOIN mail.route_target USING (address))
     JOIN mail.account ON (((account.kind = route_target.kind) AND (account.id = route_target.id))))
  WHERE ((route.mode = ANY (ARRAY['system'::text, 'forward'::text])) AND (account.state = ANY (ARRAY['open'::text, 'suspended'::text])));

CREATE VIEW postfix.initial AS
 SELECT account.address,
    ((account.address || '/'::text) || credential.run) AS login
   FROM (mail.account
     JOIN mail.credential USING (kind, id))
  WHERE ((account.state = 'open'::text) AND credential.initial);

CREATE VIEW postfix.mailbox AS
 SELECT address
   FROM mail.account
  WHERE (state = ANY (ARRAY['open'::text, 'suspended'::text]));

CREATE VIEW postfix.refusal AS
 SELECT address,
    (
        CASE mode
            WHEN 'redirect'::text THEN '550 5.1.6 '::text
            ELSE '550 5.2.1 '::text
        END || reply) AS action
   FROM mail.route
  WHERE (mode = ANY (ARRAY['redirect'::text, 'cancelled'::text]));

CREATE VIEW postfix.room AS
 SELECT account.address,
        CASE
            WHEN (room.quota <= account.quota) THEN room.free
            ELSE (0)::bigint
        END AS free
   FROM (mail.account
     LEFT JOIN mail.room USING (kind, id))
  WHERE (account.state = ANY (ARRAY['open'::text, 'suspended'::text]));

CREATE VIEW postfix.sender AS
 SELECT account.address,
    ((account.address || '/'::text) || credential.run) AS login
   FROM (mail.account
     JOIN mail.credential USING (kind, id))
  WHERE ((account.state = 'open'::text) AND (NOT credential.initial));

CREATE TABLE public.schema_file (
    name text NOT NULL,
    sha256 text NOT NULL,
    made text NOT NULL,
    loaded_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE public.schema_migration (
    number integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE recall.copy (
    recall text NOT NULL,
    mailbox text NOT NULL,
    folder_id text NOT NULL,
    uid bigint NOT NULL,
    address text NOT NULL,
    folder text NOT NULL,
    digest text NOT NULL,
    message_id text NOT NULL,
    relation text NOT NULL,
    flags text NOT NULL,
    received text NOT NULL,
    size bigint NOT NULL,
    state text NOT NULL,
    percent smallint DEFAULT 100 NOT NULL,
    differs text DEFAULT ''::text NOT NULL,
    CONSTRAINT copy_digest_check CHECK ((digest ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT copy_percent_check CHECK (((percent >= 0) AND (percent <= 100))),
    CONSTRAINT copy_relation_check CHECK ((relation = ANY (ARRAY['copy'::text, 'changed'::text, 'twin'::text, 'carrier'::text, 'whole'::text, 'part'::text, 'namesake'::text]))),
    CONSTRAINT copy_state_check CHECK ((state = ANY (ARRAY['found'::text, 'held'::text, 'erased'::text, 'released'::text, 'gone'::text, 'left'::text, 'lapsed'::text])))
);

CREATE TABLE recall.queued (
    recall text NOT NULL,
    queue_id text NOT NULL,
    digest text NOT NULL,
    recipients text[] NOT NULL,
    state text NOT NULL,
    relation text DEFAULT 'copy'::text NOT NULL,
    CONSTRAINT queued_digest_check CHECK ((digest ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT queued_relation_check CHECK ((relation = ANY (ARRAY['copy'::text, 'changed'::text, 'twin'::text, 'carrier'::text, 'whole'::text, 'part'::text, 'namesake'::text]))),
    CONSTRAINT queued_state_check CHECK ((state = ANY (ARRAY['found'::text, 'held'::text, 'erased'::text, 'released'::text, 'gone'::text, 'left'::text])))
);

CREATE TABLE recall.recall (
    id text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    purpose text NOT NULL,
    document text NOT NULL,
    document_date date NOT NULL,
    message_id text NOT NULL,
    digests text[] NOT NULL,
    file text DEFAULT ''::text NOT NULL,
    CONSTRAINT recall_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT recall_digests_check CHECK ((array_to_string(digests, ''::text, '?'::text) ~ '^([0-9a-f]{64})*$'::text)),
    CONSTRAINT recall_document_check CHECK ((document <> ''::text)),
    CONSTRAINT recall_file_check CHECK ((file ~ '^([0-9a-f]{64})?$'::text)),
    CONSTRAINT recall_id_check CHECK ((id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'::text)),
    CONSTRAINT recall_message_id_check CHECK ((message_id <> ''::text)),
    CONSTRAINT recall_purpose_check CHECK ((purpose = ANY (ARRAY['secret'::text, 'outbreak'::text])))
);

CREATE TABLE recall.record (
    number bigint NOT NULL,
    recall text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    record text NOT NULL,
    sha256 text NOT NULL
);

CREATE TABLE recall.step (
    entry bigint NOT NULL,
    recall text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    step text NOT NULL,
    actor text NOT NULL,
    plan text NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT step_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT step_plan_check CHECK ((plan ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT step_step_check CHECK ((step = ANY (ARRAY['find'::text, 'hold'::text, 'release'::text, 'keep'::text, 'erase'::text, 'backups'::text, 'record'::text])))
);

ALTER TABLE recall.step ALTER COLUMN entry ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME recall.step_entry_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE reports.mail (
    guid text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    stored integer NOT NULL,
    refused text[] NOT NULL,
    CONSTRAINT mail_guid_check CHECK ((guid <> ''::text)),
    CONSTRAINT mail_stored_check CHECK ((stored >= 0))
);

CREATE TABLE reports.record (
    report bigint NOT NULL,
    line integer NOT NULL,
    source inet,
    count bigint NOT NULL,
    passed boolean NOT NULL,
    dkim text NOT NULL,
    spf text NOT NULL,
    disposition text NOT NULL,
    header_from text NOT NULL,
    envelope_from text NOT NULL,
    auth text NOT NULL,
    reason text NOT NULL,
    mx text NOT NULL,
    CONSTRAINT record_count_check CHECK ((count >= 0))
);

CREATE TABLE reports.report (
    report bigint NOT NULL,
    kind text NOT NULL,
    sender text NOT NULL,
    verified boolean NOT NULL,
    organisation text NOT NULL,
    id text NOT NULL,
    domain text NOT NULL,
    since timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL,
    policy text NOT NULL,
    CONSTRAINT report_check CHECK ((since <= until)),
    CONSTRAINT report_domain_check CHECK ((domain <> ''::text)),
    CONSTRAINT report_id_check CHECK ((id <> ''::text)),
    CONSTRAINT report_kind_check CHECK ((kind = ANY (ARRAY['dmarc'::text, 'tls'::text]))),
    CONSTRAINT report_organisation_check CHECK ((organisation <> ''::text))
);

ALTER TABLE reports.report ALTER COLUMN report ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME reports.report_report_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE secrecy.exception (
    id text NOT NULL,
    sender text NOT NULL,
    files text[] NOT NULL,
    since date NOT NULL,
    until date NOT NULL,
    document text NOT NULL,
    reason text NOT NULL,
    CONSTRAINT exception_check CHECK ((since <= until)),
    CONSTRAINT exception_document_check CHECK ((document <> ''::text)),
    CONSTRAINT exception_files_check CHECK (((cardinality(files) > 0) AND (array_to_string(files, ''::text, '?'::text) ~ '^([0-9a-f]{64})+$'::text))),
    CONSTRAINT exception_reason_check CHECK ((reason <> ''::text)),
    CONSTRAINT exception_sender_check CHECK (((sender = lower(sender)) AND (sender ~~ '%_@_%'::text)))
);

CREATE VIEW secrecy.holding AS
 SELECT id,
    sender,
    files
   FROM secrecy.exception
  WHERE ((CURRENT_DATE >= since) AND (CURRENT_DATE <= until));

CREATE TABLE secrecy.incident (
    reference text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    action text NOT NULL,
    verdict text NOT NULL,
    level text NOT NULL,
    place text NOT NULL,
    direction text NOT NULL,
    mail_from text NOT NULL,
    signed_in text NOT NULL,
    sender text DEFAULT ''::text NOT NULL,
    recipients text[] NOT NULL,
    receivers text[] DEFAULT '{}'::text[] NOT NULL,
    client text NOT NULL,
    queue_id text NOT NULL,
    digest text NOT NULL,
    octets bigint NOT NULL,
    exceptions text[] NOT NULL,
    CONSTRAINT incident_action_check CHECK ((action = ANY (ARRAY['refused'::text, 'passed'::text]))),
    CONSTRAINT incident_check CHECK (((action = 'passed'::text) = (cardinality(exceptions) > 0))),
    CONSTRAINT incident_check1 CHECK (((verdict = 'marked'::text) = (level <> ''::text))),
    CONSTRAINT incident_digest_check CHECK ((digest ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT incident_direction_check CHECK ((direction = ANY (ARRAY['outgoing'::text, 'internal'::text, 'incoming'::text]))),
    CONSTRAINT incident_level_check CHECK ((level = ANY (ARRAY[''::text, 'mat'::text, 'toi-mat'::text, 'tuyet-mat'::text]))),
    CONSTRAINT incident_octets_check CHECK ((octets >= 0)),
    CONSTRAINT incident_place_check CHECK ((place = ANY (ARRAY[''::text, 'subject'::text, 'text'::text, 'attachment'::text]))),
    CONSTRAINT incident_reference_check CHECK ((reference <> ''::text)),
    CONSTRAINT incident_verdict_check CHECK ((verdict = ANY (ARRAY['marked'::text, 'unreadable'::text])))
);

CREATE TABLE usage.counted (
    day date NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    closed boolean DEFAULT false NOT NULL,
    late integer DEFAULT 0 NOT NULL
);

CREATE TABLE usage.flow (
    day date NOT NULL,
    what text NOT NULL,
    times bigint NOT NULL,
    CONSTRAINT flow_times_check CHECK ((times > 0)),
    CONSTRAINT flow_what_check CHECK ((what = ANY (ARRAY['incoming'::text, 'outgoing'::text, 'stored'::text, 'relayed'::text, 'refused'::text, 'bounced'::text, 'spam'::text, 'junk'::text, 'virus'::text])))
);

CREATE TABLE usage.mailed (
    month text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    recipient text NOT NULL,
    message_id text NOT NULL,
    digest text NOT NULL,
    CONSTRAINT mailed_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT mailed_month_check CHECK ((month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'::text)),
    CONSTRAINT mailed_recipient_check CHECK ((recipient <> ''::text))
);

CREATE TABLE usage.mark (
    entry bigint NOT NULL,
    day date NOT NULL
);

ALTER TABLE usage.mark ALTER COLUMN entry ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME usage.mark_entry_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE usage.partial (
    day date NOT NULL
);

ALTER TABLE ONLY archive.archive
    ADD CONSTRAINT archive_pkey PRIMARY KEY (number);

ALTER TABLE ONLY archive.export
    ADD CONSTRAINT export_pkey PRIMARY KEY (number);

ALTER TABLE ONLY archive.step
    ADD CONSTRAINT step_pkey PRIMARY KEY (entry);

ALTER TABLE ONLY chain.batch
    ADD CONSTRAINT batch_pkey PRIMARY KEY (batch);

ALTER TABLE ONLY chain.covered
    ADD CONSTRAINT covered_pkey PRIMARY KEY (relation);

ALTER TABLE ONLY chain.seal
    ADD CONSTRAINT seal_batch_key UNIQUE (batch);

ALTER TABLE ONLY chain.seal
    ADD CONSTRAINT seal_pkey PRIMARY KEY (n);

ALTER TABLE ONLY events.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (at, source, "position");

ALTER TABLE ONLY events.holder
    ADD CONSTRAINT holder_pkey PRIMARY KEY (address, since);

ALTER TABLE ONLY events.key
    ADD CONSTRAINT key_pkey PRIMARY KEY (hash, at);

ALTER TABLE ONLY events.look
    ADD CONSTRAINT look_pkey PRIMARY KEY (entry);

ALTER TABLE ONLY events.open
    ADD CONSTRAINT open_pkey PRIMARY KEY (key);

ALTER TABLE ONLY events.progress
    ADD CONSTRAINT progress_pkey PRIMARY KEY (one);

ALTER TABLE ONLY events.refusals
    ADD CONSTRAINT refusals_pkey PRIMARY KEY (minute, network, code, protocol);

ALTER TABLE ONLY events.use
    ADD CONSTRAINT use_pkey PRIMARY KEY (id, minute, kind, sign, protocol, client);

ALTER TABLE ONLY mail.account
    ADD CONSTRAINT account_address_key UNIQUE (address) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY mail.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (kind, id);

ALTER TABLE ONLY mail.attempt
    ADD CONSTRAINT attempt_pkey PRIMARY KEY (key);

ALTER TABLE ONLY mail.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (entry);

ALTER TABLE ONLY mail.credential_digest
    ADD CONSTRAINT credential_digest_pkey PRIMARY KEY (entry);

ALTER TABLE ONLY mail.credential
    ADD CONSTRAINT credential_pkey PRIMARY KEY (kind, id);

ALTER TABLE ONLY mail.ending
    ADD CONSTRAINT ending_pkey PRIMARY KEY (entry);

ALTER TABLE ONLY mail.former_password
    ADD CONSTRAINT former_password_pkey PRIMARY KEY (entry);

ALTER TABLE ONLY mail.handover_end
    ADD CONSTRAINT handover_end_pkey PRIMARY KEY (handover);

ALTER TABLE ONLY mail.handover
    ADD CONSTRAINT handover_pkey PRIMARY KEY (handover);

ALTER TABLE ONLY mail.known_client
    ADD CONSTRAINT known_client_pkey PRIMARY KEY (account, client);

ALTER TABLE ONLY mail.notice
    ADD CONSTRAINT notice_pkey PRIMARY KEY (kind, id, what);

ALTER TABLE ONLY mail.restore
    ADD CONSTRAINT restore_pkey PRIMARY KEY (restore);

ALTER TABLE ONLY mail.room
    ADD CONSTRAINT room_pkey PRIMARY KEY (kind, id);

ALTER TABLE ONLY mail.route
    ADD CONSTRAINT route_pkey PRIMARY KEY (address);

ALTER TABLE ONLY mail.route_target
    ADD CONSTRAINT route_target_pkey PRIMARY KEY (address, kind, id);

ALTER TABLE ONLY mail.run
    ADD CONSTRAINT run_batch_key UNIQUE (batch);

ALTER TABLE ONLY mail.run
    ADD CONSTRAINT run_pkey PRIMARY KEY (run);

ALTER TABLE ONLY mail.sending
    ADD CONSTRAINT sending_pkey PRIMARY KEY (kind, id, slot);

ALTER TABLE ONLY mail.sending_suspension
    ADD CONSTRAINT sending_suspension_pkey PRIMARY KEY (kind, id);

ALTER TABLE ONLY mail.web_session
    ADD CONSTRAINT web_session_pkey PRIMARY KEY (token);

ALTER TABLE ONLY public.schema_file
    ADD CONSTRAINT schema_file_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (number);

ALTER TABLE ONLY recall.copy
    ADD CONSTRAINT copy_pkey PRIMARY KEY (recall, mailbox, folder_id, uid);

ALTER TABLE ONLY recall.queued
    ADD CONSTRAINT queued_pkey PRIMARY KEY (recall, queue_id);

ALTER TABLE ONLY recall.recall
    ADD CONSTRAINT recall_pkey PRIMARY KEY (id);

ALTER TABLE ONLY recall.record
    ADD CONSTRAINT record_pkey PRIMARY KEY (number);

ALTER TABLE ONLY recall.step
    ADD CONSTRAINT step_pkey PRIMARY KEY (entry);

ALTER TABLE ONLY reports.mail
    ADD CONSTRAINT mail_pkey PRIMARY KEY (guid);

ALTER TABLE ONLY reports.record
    ADD CONSTRAINT record_pkey PRIMARY KEY (report, line);

ALTER TABLE ONLY reports.report
    ADD CONSTRAINT report_kind_sender_verified_organisation_id_domain_policy_key UNIQUE (kind, sender, verified, organisation, id, domain, policy);

ALTER TABLE ONLY reports.report
    ADD CONSTRAINT report_pkey PRIMARY KEY (report);

ALTER TABLE ONLY secrecy.exception
    ADD CONSTRAINT exception_pkey PRIMARY KEY (id);

ALTER TABLE ONLY secrecy.incident
    ADD CONSTRAINT incident_pkey PRIMARY KEY (reference);

ALTER TABLE ONLY usage.counted
    ADD CONSTRAINT counted_pkey PRIMARY KEY (day);

ALTER TABLE ONLY usage.day
    ADD CONSTRAINT day_pkey PRIMARY KEY (day, kind, id);

ALTER TABLE ONLY usage.disk
    ADD CONSTRAINT disk_pkey PRIMARY KEY (day, folder);

ALTER TABLE ONLY usage.flow
    ADD CONSTRAINT flow_pkey PRIMARY KEY (day, what);

ALTER TABLE ONLY usage.mailed
    ADD CONSTRAINT mailed_pkey PRIMARY KEY (month);

ALTER TABLE ONLY usage.mark
    ADD CONSTRAINT mark_pkey PRIMARY KEY (entry);

ALTER TABLE ONLY usage.page
    ADD CONSTRAINT page_pkey PRIMARY KEY (agency);

ALTER TABLE ONLY usage.partial
    ADD CONSTRAINT partial_pkey PRIMARY KEY (day);

ALTER TABLE ONLY usage.reader
    ADD CONSTRAINT reader_pkey PRIMARY KEY (kind, id, agency);

ALTER TABLE ONLY usage.rule
    ADD CONSTRAINT rule_pkey PRIMARY KEY (one);

CREATE INDEX archive_account ON archive.archive USING btree (kind, id);

CREATE INDEX step_archive ON archive.step USING btree (archive);

CREATE INDEX holder_id ON events.holder USING btree (id, kind);

CREATE INDEX audit_agency_password ON mail.audit USING btree (id, entry) WHERE ((kind = 'agency'::text) AND (action = ANY (ARRAY['issue_password'::text, 'reissue_password'::text])));

CREATE INDEX audit_object ON mail.audit USING btree (kind, id);

CREATE INDEX ending_address ON mail.ending USING btree (address);

CREATE INDEX former_password_account ON mail.former_password USING btree (kind, id);

CREATE INDEX handover_agency ON mail.handover USING btree (agency, handover);

CREATE INDEX route_target_account ON mail.route_target USING btree (kind, id);

CREATE INDEX web_session_account ON mail.web_session USING btree (kind, id);

CREATE INDEX web_session_expires ON mail.web_session USING btree (expires);

CREATE INDEX step_recall ON recall.step USING btree (recall);

CREATE INDEX report_since ON reports.report USING btree (since);

CREATE INDEX incident_at ON secrecy.incident USING btree (at);

CREATE INDEX mark_day ON usage.mark USING btree (day);

CREATE TRIGGER archive_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON archive.archive FOR EACH STATEMENT EXECUTE FUNCTION archive.refuse_change();

CREATE TRIGGER chained AFTER INSERT ON archive.archive REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION chain.note();

CREATE TRIGGER chained AFTER INSERT ON archive.export REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION chain.note();

CREATE TRIGGER chained AFTER INSERT ON archive.step REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION chain.note();

CREATE TRIGGER export_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON archive.export FOR EACH STATEMENT EXECUTE FUNCTION archive.refuse_change();

CREATE TRIGGER step_admitted BEFORE INSERT ON archive.step FOR EACH ROW EXECUTE FUNCTION archive.admit();

CREATE TRIGGER step_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON archive.step FOR EACH STATEMENT EXECUTE FUNCTION archive.refuse_change();

CREATE TRIGGER batch_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON chain.batch FOR EACH STATEMENT EXECUTE FUNCTION chain.refuse_change();

CREATE CONSTRAINT TRIGGER batch_sealed AFTER INSERT ON chain.batch DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION chain.seal();

CREATE TRIGGER seal_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON chain.seal FOR EACH STATEMENT EXECUTE FUNCTION chain.refuse_change();

CREATE TRIGGER began_anew AFTER UPDATE ON events.progress FOR EACH ROW WHEN (((old.began IS DISTINCT FROM new.began) AND (new.began IS NOT NULL))) EXECUTE FUNCTION usage.note_start();

CREATE TRIGGER chained AFTER INSERT ON events.look REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION chain.note();

CREATE TRIGGER event_marks AFTER INSERT ON events.event REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION usage.note_days();

CREATE TRIGGER look_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON events.look FOR EACH STATEMENT EXECUTE FUNCTION events.refuse_change();

CREATE TRIGGER more_refusals_mark AFTER UPDATE ON events.refusals REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION usage.note_days();

CREATE TRIGGER refusals_mark AFTER INSERT ON events.refusals REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION usage.note_days();

CREATE TRIGGER use_marks AFTER INSERT ON events.use REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION usage.note_days();

CREATE TRIGGER account_ended AFTER UPDATE ON mail.account FOR EACH ROW WHEN (((old.state <> new.state) OR (old.address <> new.address))) EXECUTE FUNCTION mail.end_account();

CREATE TRIGGER account_held AFTER INSERT ON mail.account REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION events.note_holders();

CREATE TRIGGER account_moved AFTER UPDATE ON mail.account REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION events.note_holders();

CREATE TRIGGER audit_is_own BEFORE INSERT ON mail.audit FOR EACH ROW WHEN ((((CURRENT_USER = 'danhba_apply'::name) AND (new.action = ANY (ARRAY['issue_password'::text, 'reissue_password'::text, 'change_password'::text]))) OR ((CURRENT_USER = 'danhba_password'::name) AND (new.action <> ALL (ARRAY['issue_password'::text, 'reissue_password'::text]))) OR ((CURRENT_USER = 'danhba_credentials'::name) AND (new.action <> 'change_password'::text)))) EXECUTE FUNCTION mail.own_record();

CREATE TRIGGER audit_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON mail.audit FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();

CREATE TRIGGER chained AFTER INSERT ON mail.audit REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION chain.note();

CREATE TRIGGER chained AFTER INSERT ON mail.credential_digest REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION chain.note();

CREATE TRIGGER chained AFTER INSERT ON mail.handover REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION chain.note();

CREATE TRIGGER chained AFTER INSERT ON mail.handover_end REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION chain.note();

CREATE TRIGGER chained AFTER INSERT ON mail.restore REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION chain.note();

CREATE TRIGGER chained AFTER INSERT ON mail.run REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION chain.note();

CREATE TRIGGER credential_changed AFTER UPDATE ON mail.credential REFERENCING OLD TABLE AS gone NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION mail.note_credentials();

CREATE TRIGGER credential_digest_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON mail.credential_digest FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();

CREATE TRIGGER credential_removed AFTER DELETE ON mail.credential REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION mail.note_credentials();

CREATE TRIGGER credential_stored AFTER INSERT ON mail.credential REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION mail.note_credentials();

CREATE TRIGGER handover_end_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON mail.handover_end FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();

CREATE TRIGGER handover_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON mail.handover FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();

CREATE TRIGGER password_replaced AFTER UPDATE ON mail.credential FOR EACH ROW WHEN ((old.password IS DISTINCT FROM new.password)) EXECUTE FUNCTION mail.replace_password();

CREATE TRIGGER restore_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON mail.restore FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();

CREATE TRIGGER run_is_own BEFORE INSERT ON mail.run FOR EACH ROW WHEN ((((CURRENT_USER = 'danhba_apply'::name) AND (new.job <> 'accounts'::text)) OR ((CURRENT_USER = 'danhba_password'::name) AND (new.job <> 'passwords'::text)) OR ((CURRENT_USER = 'danhba_credentials'::name) AND (new.job <> 'credentials'::text)))) EXECUTE FUNCTION mail.own_record();

CREATE TRIGGER run_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON mail.run FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();

CREATE TRIGGER write_at_once AFTER INSERT OR DELETE OR UPDATE ON mail.sending_suspension FOR EACH STATEMENT EXECUTE FUNCTION mail.write_at_once();

CREATE TRIGGER write_soon BEFORE INSERT OR UPDATE ON mail.sending FOR EACH STATEMENT EXECUTE FUNCTION mail.write_soon();

CREATE TRIGGER chained AFTER INSERT ON recall.recall REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION chain.note();

CREATE TRIGGER chained AFTER INSERT ON recall.record REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION chain.note();

CREATE TRIGGER chained AFTER INSERT ON recall.step REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION chain.note();

CREATE TRIGGER recall_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON recall.recall FOR EACH STATEMENT EXECUTE FUNCTION recall.refuse_change();

CREATE TRIGGER record_chained BEFORE INSERT ON recall.record FOR EACH ROW EXECUTE FUNCTION recall.chain();

CREATE TRIGGER record_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON recall.record FOR EACH STATEMENT EXECUTE FUNCTION recall.refuse_change();

CREATE TRIGGER step_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON recall.step FOR EACH STATEMENT EXECUTE FUNCTION recall.refuse_change();

CREATE TRIGGER chained AFTER INSERT ON secrecy.incident REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION chain.note();

CREATE TRIGGER incident_accounts BEFORE INSERT ON secrecy.incident FOR EACH ROW EXECUTE FUNCTION secrecy.name_accounts();

CREATE TRIGGER incident_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON secrecy.incident FOR EACH STATEMENT EXECUTE FUNCTION secrecy.refuse_change();

CREATE TRIGGER mailed_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON usage.mailed FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();

ALTER TABLE ONLY archive.archive
    ADD CONSTRAINT archive_kind_id_fkey FOREIGN KEY (kind, id) REFERENCES mail.account(kind, id);

ALTER TABLE ONLY archive.export
    ADD CONSTRAINT export_kind_id_fkey FOREIGN KEY (kind, id) REFERENCES mail.account(kind, id);

ALTER TABLE ONLY archive.step
    ADD CONSTRAINT step_archive_fkey FOREIGN KEY (archive) REFERENCES archive.archive(number);

ALTER TABLE ONLY chain.seal
    ADD CONSTRAINT seal_batch_fkey FOREIGN KEY (batch) REFERENCES chain.batch(batch);

ALTER TABLE ONLY mail.audit
    ADD CONSTRAINT audit_run_fkey FOREIGN KEY (run) REFERENCES mail.run(run);

ALTER TABLE ONLY mail.credential
    ADD CONSTRAINT credential_kind_id_fkey FOREIGN KEY (kind, id) REFERENCES mail.account(kind, id);

ALTER TABLE ONLY mail.credential
    ADD CONSTRAINT credential_run_fkey FOREIGN KEY (run) REFERENCES mail.run(run);

ALTER TABLE ONLY mail.former_password
    ADD CONSTRAINT former_password_kind_id_fkey FOREIGN KEY (kind, id) REFERENCES mail.account(kind, id);

ALTER TABLE ONLY mail.handover_end
    ADD CONSTRAINT handover_end_handover_fkey FOREIGN KEY (handover) REFERENCES mail.handover(handover);

ALTER TABLE ONLY mail.notice
    ADD CONSTRAINT notice_kind_id_fkey FOREIGN KEY (kind, id) REFERENCES mail.account(kind, id);

ALTER TABLE ONLY mail.room
    ADD CONSTRAINT room_kind_id_fkey FOREIGN KEY (kind, id) REFERENCES mail.account(kind, id);

ALTER TABLE ONLY mail.route_target
    ADD CONSTRAINT route_target_address_fkey FOREIGN KEY (address) REFERENCES mail.route(address) ON DELETE CASCADE;

ALTER TABLE ONLY mail.route_target
    ADD CONSTRAINT route_target_kind_id_fkey FOREIGN KEY (kind, id) REFERENCES mail.account(kind, id);

ALTER TABLE ONLY mail.sending_suspension
    ADD CONSTRAINT sending_suspension_kind_id_fkey FOREIGN KEY (kind, id) REFERENCES mail.account(kind, id);

ALTER TABLE ONLY mail.web_session
    ADD CONSTRAINT web_session_kind_id_fkey FOREIGN KEY (kind, id) REFERENCES mail.account(kind, id);

ALTER TABLE ONLY recall.copy
    ADD CONSTRAINT copy_recall_fkey FOREIGN KEY (recall) REFERENCES recall.recall(id);

ALTER TABLE ONLY recall.queued
    ADD CONSTRAINT queued_recall_fkey FOREIGN KEY (recall) REFERENCES recall.recall(id);

ALTER TABLE ONLY recall.record
    ADD CONSTRAINT record_recall_fkey FOREIGN KEY (recall) REFERENCES recall.recall(id);

ALTER TABLE ONLY recall.step
    ADD CONSTRAINT step_recall_fkey FOREIGN KEY (recall) REFERENCES recall.recall(id);

ALTER TABLE ONLY reports.record
    ADD CONSTRAINT record_report_fkey FOREIGN KEY (report) REFERENCES reports.report(report);

ALTER TABLE ONLY usage.reader
    ADD CONSTRAINT reader_agency_fkey FOREIGN KEY (agency) REFERENCES usage.page(agency) ON DELETE CASCADE;

GRANT USAGE ON SCHEMA addressbook TO openldap;
GRANT USAGE ON SCHEMA addressbook TO danhba_credentials;
GRANT USAGE ON SCHEMA addressbook TO danhba_notices;

GRANT USAGE ON SCHEMA archive TO danhba_archive;
GRANT USAGE ON SCHEMA archive TO danhba_audit;

GRANT USAGE ON SCHEMA chain TO danhba_audit;

GRANT USAGE ON SCHEMA dovecot TO dovecot;

GRANT USAGE ON SCHEMA events TO danhba_events;
GRANT USAGE ON SCHEMA events TO danhba_trace;
GRANT USAGE ON SCHEMA events TO danhba_recall;
GRANT USAGE ON SCHEMA events TO danhba_password;
GRANT USAGE ON SCHEMA events TO danhba_apply;
GRANT USAGE ON SCHEMA events TO danhba_audit;
GRANT USAGE ON SCHEMA events TO danhba_archive;

GRANT USAGE ON SCHEMA mail TO danhba_apply;
GRANT USAGE ON SCHEMA mail TO danhba_password;
GRANT USAGE ON SCHEMA mail TO danhba_credentials;
GRANT USAGE ON SCHEMA mail TO danhba_sessions;
GRANT USAGE ON SCHEMA mail TO danhba_room;
GRANT USAGE ON SCHEMA mail TO danhba_trace;
GRANT USAGE ON SCHEMA mail TO danhba_notices;
GRANT USAGE ON SCHEMA mail TO danhba_recall;
GRANT USAGE ON SCHEMA mail TO danhba_audit;
GRANT USAGE ON SCHEMA mail TO danhba_archive;

GRANT USAGE ON SCHEMA metrics TO danhba_metrics;

GRANT USAGE ON SCHEMA postfix TO postfix;

GRANT USAGE ON SCHEMA recall TO danhba_recall;
GRANT USAGE ON SCHEMA recall TO danhba_apply;
GRANT USAGE ON SCHEMA recall TO danhba_audit;

GRANT USAGE ON SCHEMA reports TO danhba_apply;

GRANT USAGE ON SCHEMA secrecy TO danhba_secrecy;
GRANT USAGE ON SCHEMA secrecy TO danhba_apply;
GRANT USAGE ON SCHEMA secrecy TO danhba_audit;

GRANT USAGE ON SCHEMA usage TO danhba_events;
GRANT USAGE ON SCHEMA usage TO danhba_apply;
GRANT USAGE ON SCHEMA usage TO danhba_credentials;

REVOKE ALL ON FUNCTION addressbook.base(address text) FROM PUBLIC;
GRANT ALL ON FUNCTION addressbook.base(address text) TO openldap;
GRANT ALL ON FUNCTION addressbook.base(address text) TO danhba_credentials;
GRANT ALL ON FUNCTION addressbook.base(address text) TO danhba_notices;

REVOKE ALL ON FUNCTION addressbook.escaped(value text) FROM PUBLIC;
GRANT ALL ON FUNCTION addressbook.escaped(value text) TO openldap;
GRANT ALL ON FUNCTION addressbook.escaped(value text) TO danhba_credentials;
GRANT ALL ON FUNCTION addressbook.escaped(value text) TO danhba_notices;

REVOKE ALL ON FUNCTION archive.admit() FROM PUBLIC;

REVOKE ALL ON FUNCTION archive.hold(number bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION archive.hold(number bigint) TO danhba_archive;

REVOKE ALL ON FUNCTION archive.refuse_change() FROM PUBLIC;

REVOKE ALL ON FUNCTION chain.batches(line text, source text) FROM PUBLIC;

REVOKE ALL ON FUNCTION chain.cover(of_table regclass) FROM PUBLIC;

REVOKE ALL ON FUNCTION chain.line(of_table regclass) FROM PUBLIC;

REVOKE ALL ON FUNCTION chain.name(key text) FROM PUBLIC;

REVOKE ALL ON FUNCTION chain.note() FROM PUBLIC;

REVOKE ALL ON FUNCTION chain.refuse_change() FROM PUBLIC;

REVOKE ALL ON FUNCTION chain.seal() FROM PUBLIC;

REVOKE ALL ON FUNCTION events.count_refusals() FROM PUBLIC;

REVOKE ALL ON FUNCTION events.day(at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION events.day(at timestamp with time zone) TO danhba_apply;

REVOKE ALL ON FUNCTION events.forget(days integer) FROM PUBLIC;
GRANT ALL ON FUNCTION events.forget(days integer) TO danhba_events;

REVOKE ALL ON FUNCTION events.hash(word text) FROM PUBLIC;
GRANT ALL ON FUNCTION events.hash(word text) TO danhba_trace;
GRANT ALL ON FUNCTION events.hash(word text) TO danhba_recall;
GRANT ALL ON FUNCTION events.hash(word text) TO danhba_archive;

REVOKE ALL ON FUNCTION events.network(client inet) FROM PUBLIC;
GRANT ALL ON FUNCTION events.network(client inet) TO danhba_trace;
GRANT ALL ON FUNCTION events.network(client inet) TO danhba_recall;

REVOKE ALL ON FUNCTION events.note_gap(since timestamp with time zone, until timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION events.note_gap(since timestamp with time zone, until timestamp with time zone) TO danhba_events;

REVOKE ALL ON FUNCTION events.note_holders() FROM PUBLIC;

REVOKE ALL ON FUNCTION events.note_oldest(oldest timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION events.note_oldest(oldest timestamp with time zone) TO danhba_events;

REVOKE ALL ON FUNCTION events.prepare(day date) FROM PUBLIC;
GRANT ALL ON FUNCTION events.prepare(day date) TO danhba_events;

REVOKE ALL ON FUNCTION events.refuse_change() FROM PUBLIC;

REVOKE ALL ON FUNCTION events.take(source uuid, "position" bigint, cursor text, at timestamp with time zone, begun jsonb, ended text[], days integer) FROM PUBLIC;
GRANT ALL ON FUNCTION events.take(source uuid, "position" bigint, cursor text, at timestamp with time zone, begun jsonb, ended text[], days integer) TO danhba_events;

GRANT SELECT ON TABLE events.event TO danhba_trace;
GRANT SELECT ON TABLE events.event TO danhba_recall;

GRANT SELECT(at) ON TABLE events.event TO danhba_archive;

GRANT SELECT(event) ON TABLE events.event TO danhba_archive;

GRANT SELECT(kind) ON TABLE events.event TO danhba_archive;

GRANT SELECT(id) ON TABLE events.event TO danhba_archive;

GRANT SELECT(message_id) ON TABLE events.event TO danhba_archive;

GRANT SELECT(folder) ON TABLE events.event TO danhba_archive;

GRANT SELECT(uid) ON TABLE events.event TO danhba_archive;

GRANT SELECT(size) ON TABLE events.event TO danhba_archive;

GRANT SELECT(client) ON TABLE events.event TO danhba_archive;

GRANT SELECT(protocol) ON TABLE events.event TO danhba_archive;

REVOKE ALL ON FUNCTION events.words(e events.event) FROM PUBLIC;

REVOKE ALL ON FUNCTION mail.digest_credential(kind text, id text, password text, initial boolean) FROM PUBLIC;

REVOKE ALL ON FUNCTION mail.end_account() FROM PUBLIC;

GRANT SELECT ON TABLE mail.notice TO danhba_notices;

GRANT UPDATE(told) ON TABLE mail.notice TO danhba_notices;

REVOKE ALL ON FUNCTION mail.note(of_kind text, of_id text, of_what text, of_detail text) FROM PUBLIC;
GRANT ALL ON FUNCTION mail.note(of_kind text, of_id text, of_what text, of_detail text) TO danhba_credentials;

REVOKE ALL ON FUNCTION mail.note_credentials() FROM PUBLIC;

REVOKE ALL ON FUNCTION mail.own_record() FROM PUBLIC;

REVOKE ALL ON FUNCTION mail.refuse_change() FROM PUBLIC;

REVOKE ALL ON FUNCTION mail.replace_password() FROM PUBLIC;

REVOKE ALL ON FUNCTION mail.resume_sending(of_address text, actor text) FROM PUBLIC;
GRANT ALL ON FUNCTION mail.resume_sending(of_address text, actor text) TO danhba_apply;

GRANT SELECT,INSERT,UPDATE ON TABLE mail.account TO danhba_apply;
GRANT SELECT ON TABLE mail.account TO danhba_password;
GRANT SELECT ON TABLE mail.account TO danhba_credentials;

GRANT SELECT(kind) ON TABLE mail.account TO danhba_room;
GRANT SELECT(kind) ON TABLE mail.account TO danhba_trace;
GRANT SELECT(kind) ON TABLE mail.account TO danhba_notices;
GRANT SELECT(kind) ON TABLE mail.account TO danhba_recall;
GRANT SELECT(kind) ON TABLE mail.account TO danhba_audit;
GRANT SELECT(kind) ON TABLE mail.account TO danhba_archive;

GRANT SELECT(id) ON TABLE mail.account TO danhba_room;
GRANT SELECT(id) ON TABLE mail.account TO danhba_trace;
GRANT SELECT(id) ON TABLE mail.account TO danhba_notices;
GRANT SELECT(id) ON TABLE mail.account TO danhba_recall;
GRANT SELECT(id) ON TABLE mail.account TO danhba_audit;
GRANT SELECT(id) ON TABLE mail.account TO danhba_archive;

GRANT SELECT(address) ON TABLE mail.account TO danhba_room;
GRANT SELECT(address) ON TABLE mail.account TO danhba_trace;
GRANT SELECT(address) ON TABLE mail.account TO danhba_notices;
GRANT SELECT(address) ON TABLE mail.account TO danhba_recall;
GRANT SELECT(address) ON TABLE mail.account TO danhba_audit;
GRANT SELECT(address) ON TABLE mail.account TO danhba_archive;

GRANT SELECT(name) ON TABLE mail.account TO danhba_trace;
GRANT SELECT(name) ON TABLE mail.account TO danhba_notices;
GRANT SELECT(name) ON TABLE mail.account TO danhba_recall;
GRANT SELECT(name) ON TABLE mail.account TO danhba_audit;
GRANT SELECT(name) ON TABLE mail.account TO danhba_archive;

GRANT SELECT(agency) ON TABLE mail.account TO danhba_recall;
GRANT SELECT(agency) ON TABLE mail.account TO danhba_audit;
GRANT SELECT(agency) ON TABLE mail.account TO danhba_archive;

GRANT SELECT(title) ON TABLE mail.account TO danhba_archive;

GRANT SELECT(unit) ON TABLE mail.account TO danhba_archive;

GRANT SELECT(phone) ON TABLE mail.account TO danhba_archive;

GRANT SELECT(quota) ON TABLE mail.account TO danhba_room;
GRANT SELECT(quota) ON TABLE mail.account TO danhba_archive;

GRANT SELECT(state) ON TABLE mail.account TO danhba_room;
GRANT SELECT(state) ON TABLE mail.account TO danhba_trace;
GRANT SELECT(state) ON TABLE mail.account TO danhba_notices;
GRANT SELECT(state) ON TABLE mail.account TO danhba_recall;
GRANT SELECT(state) ON TABLE mail.account TO danhba_audit;
GRANT SELECT(state) ON TABLE mail.account TO danhba_archive;

GRANT SELECT(document) ON TABLE mail.account TO danhba_archive;

GRANT SELECT(since) ON TABLE mail.account TO danhba_archive;

REVOKE ALL ON FUNCTION mail.suspend_sending(who mail.account, why text) FROM PUBLIC;

REVOKE ALL ON FUNCTION mail.write_at_once() FROM PUBLIC;

REVOKE ALL ON FUNCTION mail.write_soon() FROM PUBLIC;

REVOKE ALL ON FUNCTION metrics.figures() FROM PUBLIC;
GRANT ALL ON FUNCTION metrics.figures() TO danhba_metrics;

REVOKE ALL ON FUNCTION postfix.sending(login text, step text, official integer[], agency integer[], times integer) FROM PUBLIC;
GRANT ALL ON FUNCTION postfix.sending(login text, step text, official integer[], agency integer[], times integer) TO postfix;

REVOKE ALL ON FUNCTION recall.archives(mailboxes text[], since timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION recall.archives(mailboxes text[], since timestamp with time zone) TO danhba_recall;

REVOKE ALL ON FUNCTION recall.chain() FROM PUBLIC;

REVOKE ALL ON FUNCTION recall.refuse_change() FROM PUBLIC;

REVOKE ALL ON FUNCTION secrecy.name_accounts() FROM PUBLIC;

REVOKE ALL ON FUNCTION secrecy.refuse_change() FROM PUBLIC;

REVOKE ALL ON FUNCTION usage.close(before date) FROM PUBLIC;

REVOKE ALL ON FUNCTION usage.count_day(of_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION usage.count_day(of_day date) TO danhba_events;
GRANT ALL ON FUNCTION usage.count_day(of_day date) TO danhba_apply;

REVOKE ALL ON FUNCTION usage.flows(since timestamp with time zone, until timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION usage.forget(days integer) FROM PUBLIC;
GRANT ALL ON FUNCTION usage.forget(days integer) TO danhba_events;

REVOKE ALL ON FUNCTION usage.last_whole() FROM PUBLIC;
GRANT ALL ON FUNCTION usage.last_whole() TO danhba_apply;

REVOKE ALL ON FUNCTION usage.mail(since timestamp with time zone, until timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION usage.note_days() FROM PUBLIC;

GRANT SELECT ON TABLE usage.disk TO danhba_apply;

REVOKE ALL ON FUNCTION usage.note_disk(of_folder text, of_total bigint, of_used bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION usage.note_disk(of_folder text, of_total bigint, of_used bigint) TO danhba_events;

REVOKE ALL ON FUNCTION usage.note_start() FROM PUBLIC;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE usage.reader TO danhba_apply;

REVOKE ALL ON FUNCTION usage.read_by(of_kind text, of_id text) FROM PUBLIC;
GRANT ALL ON FUNCTION usage.read_by(of_kind text, of_id text) TO danhba_credentials;

REVOKE ALL ON FUNCTION usage.whole(first date, last date) FROM PUBLIC;
GRANT ALL ON FUNCTION usage.whole(first date, last date) TO danhba_apply;

GRANT SELECT,INSERT,DELETE ON TABLE mail.web_session TO danhba_credentials;

GRANT SELECT ON TABLE usage.day TO danhba_apply;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE usage.page TO danhba_apply;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE usage.rule TO danhba_apply;

REVOKE ALL ON FUNCTION usage.shown(of_address text, of_token text) FROM PUBLIC;
GRANT ALL ON FUNCTION usage.shown(of_address text, of_token text) TO danhba_credentials;

REVOKE ALL ON FUNCTION usage.signs(since timestamp with time zone, until timestamp with time zone) FROM PUBLIC;

GRANT SELECT ON TABLE addressbook.agency TO openldap;
GRANT SELECT ON TABLE addressbook.agency TO danhba_credentials;
GRANT SELECT ON TABLE addressbook.agency TO danhba_notices;

GRANT SELECT ON TABLE addressbook.mailbox TO openldap;
GRANT SELECT ON TABLE addressbook.mailbox TO danhba_notices;

GRANT SELECT,INSERT ON TABLE mail.run TO danhba_apply;
GRANT SELECT,INSERT ON TABLE mail.run TO danhba_password;
GRANT SELECT ON TABLE mail.run TO danhba_audit;

GRANT SELECT(run) ON TABLE mail.run TO danhba_credentials;

GRANT INSERT(job) ON TABLE mail.run TO danhba_credentials;

GRANT INSERT(actor) ON TABLE mail.run TO danhba_credentials;

GRANT SELECT ON TABLE addressbook.version TO openldap;

GRANT SELECT ON TABLE archive.archive TO danhba_archive;
GRANT SELECT ON TABLE archive.archive TO danhba_audit;

GRANT INSERT(actor) ON TABLE archive.archive TO danhba_archive;

GRANT INSERT(kind) ON TABLE archive.archive TO danhba_archive;

GRANT INSERT(id) ON TABLE archive.archive TO danhba_archive;

GRANT INSERT(address) ON TABLE archive.archive TO danhba_archive;

GRANT INSERT(since) ON TABLE archive.archive TO danhba_archive;

GRANT INSERT(document) ON TABLE archive.archive TO danhba_archive;

GRANT INSERT(document_date) ON TABLE archive.archive TO danhba_archive;

GRANT INSERT(recipient) ON TABLE archive.archive TO danhba_archive;

GRANT INSERT(messages) ON TABLE archive.archive TO danhba_archive;

GRANT INSERT(octets) ON TABLE archive.archive TO danhba_archive;

GRANT INSERT(manifest) ON TABLE archive.archive TO danhba_archive;

GRANT INSERT(sealed) ON TABLE archive.archive TO danhba_archive;

GRANT INSERT(size) ON TABLE archive.archive TO danhba_archive;

GRANT SELECT ON TABLE archive.export TO danhba_archive;
GRANT SELECT ON TABLE archive.export TO danhba_audit;

GRANT INSERT(actor) ON TABLE archive.export TO danhba_archive;

GRANT INSERT(kind) ON TABLE archive.export TO danhba_archive;

GRANT INSERT(id) ON TABLE archive.export TO danhba_archive;

GRANT INSERT(document) ON TABLE archive.export TO danhba_archive;

GRANT INSERT(document_date) ON TABLE archive.export TO danhba_archive;

GRANT INSERT(recipient) ON TABLE archive.export TO danhba_archive;

GRANT INSERT(messages) ON TABLE archive.export TO danhba_archive;

GRANT INSERT(sealed) ON TABLE archive.export TO danhba_archive;

GRANT INSERT(size) ON TABLE archive.export TO danhba_archive;

GRANT SELECT ON TABLE archive.step TO danhba_archive;
GRANT SELECT ON TABLE archive.step TO danhba_audit;

GRANT INSERT(archive) ON TABLE archive.step TO danhba_archive;

GRANT INSERT(step) ON TABLE archive.step TO danhba_archive;

GRANT INSERT(actor) ON TABLE archive.step TO danhba_archive;

GRANT INSERT(document) ON TABLE archive.step TO danhba_archive;

GRANT INSERT(detail) ON TABLE archive.step TO danhba_archive;

GRANT SELECT ON TABLE chain.batch TO danhba_audit;

GRANT SELECT ON TABLE chain.covered TO danhba_audit;

GRANT SELECT ON TABLE chain.seal TO danhba_audit;

GRANT SELECT,INSERT,UPDATE ON TABLE mail.credential TO danhba_password;
GRANT SELECT ON TABLE mail.credential TO danhba_credentials;

GRANT SELECT(kind) ON TABLE mail.credential TO danhba_audit;

GRANT SELECT(id) ON TABLE mail.credential TO danhba_audit;

GRANT UPDATE(password) ON TABLE mail.credential TO danhba_credentials;
GRANT SELECT(password) ON TABLE mail.credential TO danhba_audit;

GRANT UPDATE(run) ON TABLE mail.credential TO danhba_credentials;

GRANT UPDATE(initial) ON TABLE mail.credential TO danhba_credentials;
GRANT SELECT(initial) ON TABLE mail.credential TO danhba_audit;

GRANT UPDATE(since) ON TABLE mail.credential TO danhba_credentials;

GRANT SELECT ON TABLE dovecot.passdb TO dovecot;

GRANT SELECT ON TABLE dovecot.userdb TO dovecot;

GRANT SELECT ON TABLE dovecot.web_session TO dovecot;

GRANT INSERT ON TABLE events.arrival TO danhba_events;

GRANT INSERT ON TABLE events.arrival_use TO danhba_events;

GRANT SELECT ON TABLE events.gap TO danhba_trace;
GRANT SELECT ON TABLE events.gap TO danhba_recall;
GRANT SELECT ON TABLE events.gap TO danhba_password;
GRANT SELECT ON TABLE events.gap TO danhba_apply;

GRANT SELECT ON TABLE events.holder TO danhba_trace;
GRANT SELECT ON TABLE events.holder TO danhba_recall;

GRANT SELECT ON TABLE events.key TO danhba_trace;
GRANT SELECT ON TABLE events.key TO danhba_recall;
GRANT SELECT ON TABLE events.key TO danhba_archive;

GRANT SELECT ON TABLE events.look TO danhba_audit;

GRANT INSERT(actor) ON TABLE events.look TO danhba_trace;
GRANT INSERT(actor) ON TABLE events.look TO danhba_recall;
GRANT INSERT(actor) ON TABLE events.look TO danhba_password;

GRANT INSERT(asked) ON TABLE events.look TO danhba_trace;
GRANT INSERT(asked) ON TABLE events.look TO danhba_recall;
GRANT INSERT(asked) ON TABLE events.look TO danhba_password;

GRANT INSERT(since) ON TABLE events.look TO danhba_trace;
GRANT INSERT(since) ON TABLE events.look TO danhba_recall;
GRANT INSERT(since) ON TABLE events.look TO danhba_password;

GRANT INSERT(found) ON TABLE events.look TO danhba_trace;
GRANT INSERT(found) ON TABLE events.look TO danhba_recall;
GRANT INSERT(found) ON TABLE events.look TO danhba_password;

GRANT SELECT ON TABLE events.open TO danhba_events;

GRANT SELECT ON TABLE events.progress TO danhba_events;
GRANT SELECT ON TABLE events.progress TO danhba_trace;
GRANT SELECT ON TABLE events.progress TO danhba_recall;
GRANT SELECT ON TABLE events.progress TO danhba_password;

GRANT SELECT ON TABLE events.refusals TO danhba_trace;
GRANT SELECT ON TABLE events.refusals TO danhba_recall;

GRANT SELECT ON TABLE events.use TO danhba_trace;
GRANT SELECT ON TABLE events.use TO danhba_password;
GRANT SELECT ON TABLE events.use TO danhba_archive;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE mail.attempt TO danhba_credentials;

GRANT SELECT,INSERT ON TABLE mail.audit TO danhba_apply;
GRANT SELECT,INSERT ON TABLE mail.audit TO danhba_password;
GRANT SELECT ON TABLE mail.audit TO danhba_audit;

GRANT INSERT(run) ON TABLE mail.audit TO danhba_credentials;

GRANT INSERT(action) ON TABLE mail.audit TO danhba_credentials;

GRANT INSERT(kind) ON TABLE mail.audit TO danhba_credentials;

GRANT INSERT(id) ON TABLE mail.audit TO danhba_credentials;

GRANT INSERT(document) ON TABLE mail.audit TO danhba_credentials;

GRANT INSERT(before) ON TABLE mail.audit TO danhba_credentials;

GRANT INSERT(after) ON TABLE mail.audit TO danhba_credentials;

GRANT SELECT ON TABLE mail.credential_digest TO danhba_audit;

GRANT SELECT,DELETE ON TABLE mail.ending TO danhba_sessions;
GRANT SELECT,DELETE ON TABLE mail.ending TO danhba_password;
GRANT SELECT,DELETE ON TABLE mail.ending TO danhba_credentials;

GRANT INSERT(address) ON TABLE mail.ending TO danhba_password;

GRANT SELECT,DELETE ON TABLE mail.former_password TO danhba_credentials;

GRANT SELECT,INSERT ON TABLE mail.handover TO danhba_password;
GRANT SELECT ON TABLE mail.handover TO danhba_audit;

GRANT SELECT(handover) ON TABLE mail.handover TO danhba_apply;
GRANT SELECT(handover) ON TABLE mail.handover TO danhba_audit;

GRANT SELECT(at) ON TABLE mail.handover TO danhba_audit;

GRANT SELECT(actor) ON TABLE mail.handover TO danhba_audit;

GRANT SELECT(agency) ON TABLE mail.handover TO danhba_apply;
GRANT SELECT(agency) ON TABLE mail.handover TO danhba_audit;

GRANT SELECT(address) ON TABLE mail.handover TO danhba_apply;
GRANT SELECT(address) ON TABLE mail.handover TO danhba_audit;

GRANT SELECT(former) ON TABLE mail.handover TO danhba_apply;
GRANT SELECT(former) ON TABLE mail.handover TO danhba_audit;

GRANT SELECT(successor) ON TABLE mail.handover TO danhba_apply;
GRANT SELECT(successor) ON TABLE mail.handover TO danhba_audit;

GRANT SELECT(document) ON TABLE mail.handover TO danhba_apply;
GRANT SELECT(document) ON TABLE mail.handover TO danhba_audit;

GRANT SELECT,INSERT ON TABLE mail.handover_end TO danhba_password;
GRANT SELECT ON TABLE mail.handover_end TO danhba_audit;

GRANT SELECT(handover) ON TABLE mail.handover_end TO danhba_apply;

GRANT SELECT(at) ON TABLE mail.handover_end TO danhba_apply;

GRANT SELECT ON TABLE mail.held TO danhba_apply;
GRANT SELECT ON TABLE mail.held TO danhba_password;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE mail.known_client TO danhba_credentials;

GRANT SELECT,INSERT ON TABLE mail.restore TO danhba_apply;
GRANT SELECT ON TABLE mail.restore TO danhba_audit;

GRANT SELECT,INSERT,UPDATE ON TABLE mail.room TO danhba_room;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE mail.route TO danhba_apply;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE mail.route_target TO danhba_apply;

GRANT DELETE ON TABLE mail.sending TO danhba_notices;

GRANT SELECT(slot) ON TABLE mail.sending TO danhba_notices;

GRANT SELECT ON TABLE mail.sending_suspension TO danhba_apply;

GRANT SELECT ON TABLE postfix.alias TO postfix;

GRANT SELECT ON TABLE postfix.initial TO postfix;

GRANT SELECT ON TABLE postfix.mailbox TO postfix;

GRANT SELECT ON TABLE postfix.refusal TO postfix;

GRANT SELECT ON TABLE postfix.room TO postfix;

GRANT SELECT ON TABLE postfix.sender TO postfix;

GRANT SELECT,INSERT ON TABLE recall.copy TO danhba_recall;

GRANT SELECT(recall) ON TABLE recall.copy TO danhba_apply;
GRANT SELECT(recall) ON TABLE recall.copy TO danhba_audit;

GRANT SELECT(mailbox) ON TABLE recall.copy TO danhba_audit;

GRANT UPDATE(address) ON TABLE recall.copy TO danhba_recall;

GRANT UPDATE(folder) ON TABLE recall.copy TO danhba_recall;

GRANT UPDATE(relation) ON TABLE recall.copy TO danhba_recall;

GRANT UPDATE(flags) ON TABLE recall.copy TO danhba_recall;

GRANT UPDATE(state) ON TABLE recall.copy TO danhba_recall;
GRANT SELECT(state) ON TABLE recall.copy TO danhba_apply;
GRANT SELECT(state) ON TABLE recall.copy TO danhba_audit;

GRANT UPDATE(percent) ON TABLE recall.copy TO danhba_recall;

GRANT UPDATE(differs) ON TABLE recall.copy TO danhba_recall;

GRANT SELECT,INSERT ON TABLE recall.queued TO danhba_recall;

GRANT UPDATE(state) ON TABLE recall.queued TO danhba_recall;

GRANT UPDATE(relation) ON TABLE recall.queued TO danhba_recall;

GRANT SELECT ON TABLE recall.recall TO danhba_recall;
GRANT SELECT ON TABLE recall.recall TO danhba_audit;

GRANT INSERT(id) ON TABLE recall.recall TO danhba_recall;
GRANT SELECT(id) ON TABLE recall.recall TO danhba_apply;

GRANT SELECT(at) ON TABLE recall.recall TO danhba_apply;

GRANT INSERT(actor) ON TABLE recall.recall TO danhba_recall;

GRANT INSERT(purpose) ON TABLE recall.recall TO danhba_recall;
GRANT SELECT(purpose) ON TABLE recall.recall TO danhba_apply;

GRANT INSERT(document) ON TABLE recall.recall TO danhba_recall;
GRANT SELECT(document) ON TABLE recall.recall TO danhba_apply;

GRANT INSERT(document_date) ON TABLE recall.recall TO danhba_recall;
GRANT SELECT(document_date) ON TABLE recall.recall TO danhba_apply;

GRANT INSERT(message_id) ON TABLE recall.recall TO danhba_recall;

GRANT INSERT(digests) ON TABLE recall.recall TO danhba_recall;

GRANT INSERT(file) ON TABLE recall.recall TO danhba_recall;

GRANT SELECT ON TABLE recall.record TO danhba_recall;
GRANT SELECT ON TABLE recall.record TO danhba_audit;

GRANT INSERT(recall) ON TABLE recall.record TO danhba_recall;
GRANT SELECT(recall) ON TABLE recall.record TO danhba_apply;

GRANT INSERT(record) ON TABLE recall.record TO danhba_recall;

GRANT SELECT ON TABLE recall.step TO danhba_recall;
GRANT SELECT ON TABLE recall.step TO danhba_audit;

GRANT INSERT(recall) ON TABLE recall.step TO danhba_recall;

GRANT INSERT(step) ON TABLE recall.step TO danhba_recall;

GRANT INSERT(actor) ON TABLE recall.step TO danhba_recall;

GRANT INSERT(plan) ON TABLE recall.step TO danhba_recall;

GRANT INSERT(detail) ON TABLE recall.step TO danhba_recall;

GRANT SELECT,INSERT ON TABLE reports.mail TO danhba_apply;

GRANT SELECT,INSERT ON TABLE reports.record TO danhba_apply;

GRANT SELECT,INSERT ON TABLE reports.report TO danhba_apply;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE secrecy.exception TO danhba_apply;

GRANT SELECT ON TABLE secrecy.holding TO danhba_secrecy;

GRANT SELECT ON TABLE secrecy.incident TO danhba_apply;
GRANT SELECT ON TABLE secrecy.incident TO danhba_audit;

GRANT INSERT(reference) ON TABLE secrecy.incident TO danhba_secrecy;

GRANT INSERT(action) ON TABLE secrecy.incident TO danhba_secrecy;

GRANT INSERT(verdict) ON TABLE secrecy.incident TO danhba_secrecy;

GRANT INSERT(level) ON TABLE secrecy.incident TO danhba_secrecy;

GRANT INSERT(place) ON TABLE secrecy.incident TO danhba_secrecy;

GRANT INSERT(direction) ON TABLE secrecy.incident TO danhba_secrecy;

GRANT INSERT(mail_from) ON TABLE secrecy.incident TO danhba_secrecy;

GRANT INSERT(signed_in) ON TABLE secrecy.incident TO danhba_secrecy;

GRANT INSERT(recipients) ON TABLE secrecy.incident TO danhba_secrecy;

GRANT INSERT(client) ON TABLE secrecy.incident TO danhba_secrecy;

GRANT INSERT(queue_id) ON TABLE secrecy.incident TO danhba_secrecy;

GRANT INSERT(digest) ON TABLE secrecy.incident TO danhba_secrecy;

GRANT INSERT(octets) ON TABLE secrecy.incident TO danhba_secrecy;

GRANT INSERT(exceptions) ON TABLE secrecy.incident TO danhba_secrecy;

GRANT SELECT ON TABLE usage.counted TO danhba_apply;

GRANT SELECT ON TABLE usage.flow TO danhba_apply;

GRANT SELECT,INSERT ON TABLE usage.mailed TO danhba_apply;

GRANT SELECT ON TABLE usage.mark TO danhba_events;
GRANT SELECT ON TABLE usage.mark TO danhba_apply;
