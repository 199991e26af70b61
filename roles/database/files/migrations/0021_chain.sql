-- The chain: every row of the records that only grow is sealed when it is committed, in one order, each seal with the
-- SHA-256 of the one before. Whoever can do anything here can also make a chain anew: that is found by heads of it which
-- are kept elsewhere (playbooks/audit.yml).
CREATE SCHEMA chain;

-- From which commit of the register: who wrote it, whose key signed it (empty: nobody's), who let it in.
ALTER TABLE mail.run ADD COLUMN author text, ADD COLUMN signer text, ADD COLUMN signature text, ADD COLUMN approver text;

-- The records that are sealed, with how a row of each becomes text (form 1 of it, below).
CREATE TABLE chain.covered (
    relation text NOT NULL PRIMARY KEY,
    key      text NOT NULL,                                   -- its primary key
    line     text NOT NULL                                    -- SQL
);

-- What one statement brought, 10,000 rows at most. Written by the trigger of the record alone.
CREATE TABLE chain.batch (
    batch    bigint   GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    relation text     NOT NULL,
    form     smallint NOT NULL DEFAULT 1,
    origin   text     NOT NULL CHECK (origin IN ('written', 'adopted')),   -- adopted: it was there before the chain was
    rows     int      NOT NULL CHECK (rows > 0),
    leaves   text     NOT NULL                                -- a line a row: its key, a space, SHA-256 of its text
);

-- hash: SHA-256, in hexadecimal digits, over these lines in UTF-8: previous, n, at, relation, form, origin, rows, leaves.
CREATE TABLE chain.seal (
    n        bigint NOT NULL PRIMARY KEY CHECK (n > 0),
    batch    bigint NOT NULL UNIQUE REFERENCES chain.batch,
    at       text   NOT NULL,                                 -- in UTC, with microseconds: 2026-11-28T01:02:03.000004Z
    previous text   NOT NULL CHECK (previous ~ '^[0-9a-f]{64}$'),
    hash     text   NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$')
);

-- A row as text, form 1: a JSON object of the columns that are not NULL, by name, without spaces around. So a column that
-- comes later, and is NULL in what was there before, changes no text. Moments are in UTC, whatever zone a session has. Of
-- types that other settings of a session show otherwise there is none.
CREATE FUNCTION chain.line(of_table regclass) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
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

-- Puts rows of a relation or of a transition table into batches.
CREATE FUNCTION chain.batches(line text, source text) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('
        INSERT INTO chain.batch (relation, origin, rows, leaves)
        SELECT $1, $2, count(*),
               string_agg(name || '' '' || encode(sha256(convert_to(line, ''UTF8'')), ''hex''), E''\n'' ORDER BY part, nth)
          FROM (SELECT name, line, nth, (nth - 1) / 10000 AS part
                  FROM (SELECT %s, row_number() OVER (ORDER BY key) AS nth FROM %s AS of_source) AS numbered) AS parted
         GROUP BY part ORDER BY part', line, source)
$$;

CREATE FUNCTION chain.note() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    about chain.covered;
BEGIN
    SELECT * INTO STRICT about FROM chain.covered WHERE relation = format('%s.%s', TG_TABLE_SCHEMA, TG_TABLE_NAME);
    EXECUTE chain.batches('key, name, line', format('(SELECT %1$I AS key, %2$s AS name, %3$s AS line FROM fresh)',
                                                    about.key, chain.name(about.key), about.line))
      USING about.relation, 'written';
    RETURN NULL;
END $$;

-- A key as a word.
CREATE FUNCTION chain.name(key text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('regexp_replace(%I::text, ''\s'', ''?'', ''g'')', key)
$$;

-- Last in the transaction, so that nobody waits for a lock behind this one, and no two wait for each other.
CREATE FUNCTION chain.seal() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
CREATE CONSTRAINT TRIGGER batch_sealed AFTER INSERT ON chain.batch DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION chain.seal();

CREATE FUNCTION chain.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('chain.%s only grows: %s is refused', TG_TABLE_NAME, TG_OP);
END $$;
CREATE TRIGGER batch_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON chain.batch
    FOR EACH STATEMENT EXECUTE FUNCTION chain.refuse_change();
CREATE TRIGGER seal_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON chain.seal
    FOR EACH STATEMENT EXECUTE FUNCTION chain.refuse_change();

-- Takes a record into the chain: a table that only grows, with a primary key of one column. What is in it is sealed as
-- adopted. Once more for a table that has got a column: then nothing is sealed again.
CREATE FUNCTION chain.cover(of_table regclass) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known boolean;
    about chain.covered;
BEGIN
    SELECT format('%s.%s', nspname, relname), attname, chain.line(of_table) INTO STRICT about.relation, about.key, about.line
      FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      JOIN pg_index ON indrelid = pg_class.oid AND indisprimary AND indnkeyatts = 1
      JOIN pg_attribute ON attrelid = pg_class.oid AND attnum = indkey[0]
     WHERE pg_class.oid = of_table;
    known := EXISTS (SELECT FROM chain.covered WHERE relation = about.relation);
    INSERT INTO chain.covered SELECT about.* ON CONFLICT (relation) DO UPDATE SET line = excluded.line;
    EXECUTE format('CREATE OR REPLACE VIEW chain.%1$I AS SELECT %2$I AS key, %3$s AS name, %4$s AS line FROM %5$s',
                   about.relation, about.key, chain.name(about.key), about.line, of_table);
    EXECUTE format('GRANT SELECT ON chain.%I TO danhba_audit', about.relation);
    IF NOT known THEN
        EXECUTE chain.batches('key, name, line', format('chain.%I', about.relation)) USING about.relation, 'adopted';
        EXECUTE format('CREATE TRIGGER chained AFTER INSERT ON %s REFERENCING NEW TABLE AS fresh
                            FOR EACH STATEMENT EXECUTE FUNCTION chain.note()', of_table);
    END IF;
END $$;

-- Which triggers do not keep the records as they should: those that seal, and those that refuse changes.
CREATE VIEW chain.unguarded AS
    SELECT needed.relation, needed.trigger
      FROM (SELECT relation, 'chained' AS trigger FROM chain.covered
            UNION ALL SELECT relation, split_part(relation, '.', 2) || '_only_grows' FROM chain.covered
            UNION ALL VALUES ('chain.batch', 'batch_sealed'), ('chain.batch', 'batch_only_grows'),
                             ('chain.seal', 'seal_only_grows')) AS needed
      LEFT JOIN pg_trigger ON tgrelid = to_regclass(needed.relation) AND tgname = needed.trigger
     WHERE tgenabled IS DISTINCT FROM 'O';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA chain FROM PUBLIC;

-- Root's job that reads the chain and what it seals, and lists what was done with a mailbox.
GRANT USAGE ON SCHEMA chain, mail, recall, secrecy, events TO danhba_audit;
GRANT SELECT ON chain.covered, chain.batch, chain.seal, chain.unguarded TO danhba_audit;
GRANT SELECT (kind, id, address, name, state, agency) ON mail.account TO danhba_audit;
GRANT SELECT ON mail.run, mail.audit, mail.handover_end, recall.recall, recall.step TO danhba_audit;
GRANT SELECT (handover, at, actor, agency, address, former, successor, document) ON mail.handover TO danhba_audit;
GRANT SELECT (recall, mailbox, state) ON recall.copy TO danhba_audit;

SELECT chain.cover(record) FROM unnest('{mail.run, mail.audit, mail.handover, mail.handover_end, recall.recall,
    recall.step, recall.record, secrecy.incident, events.look}'::regclass[]) AS record;
