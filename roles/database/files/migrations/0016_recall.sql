-- Recalls (R10.7, R10.8): what was asked for, which messages they are, what was done with each, and the records. Nothing of
-- a message is here but where it lies, its id and its digests.
CREATE SCHEMA recall;

-- What is recalled, and by which document. Rows are only added.
CREATE TABLE recall.recall (
    id            text        NOT NULL PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
    at            timestamptz NOT NULL DEFAULT now(),
    actor         text        NOT NULL CHECK (actor <> ''),
    purpose       text        NOT NULL CHECK (purpose IN ('secret', 'outbreak')),
    document      text        NOT NULL CHECK (document <> ''),
    document_date date        NOT NULL,
    message_id    text        NOT NULL CHECK (message_id <> ''),
    digests       text[]      NOT NULL CHECK (array_to_string(digests, '', '?') ~ '^([0-9a-f]{64})*$')
);

-- A copy in a mailbox. Its place is the folder's GUID and its number there, which no renaming changes; `folder` and
-- `address` are for people. Only its state goes on.
CREATE TABLE recall.copy (
    recall     text   NOT NULL REFERENCES recall.recall,
    mailbox    text   NOT NULL,                              -- kind/id
    folder_id  text   NOT NULL,
    uid        bigint NOT NULL,
    address    text   NOT NULL,
    folder     text   NOT NULL,
    digest     text   NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    message_id text   NOT NULL,
    relation   text   NOT NULL CHECK (relation IN ('copy', 'carrier')),
    flags      text   NOT NULL,
    received   text   NOT NULL,
    size       bigint NOT NULL,
    state      text   NOT NULL CHECK (state IN ('found', 'held', 'erased', 'released', 'gone')),
    PRIMARY KEY (recall, mailbox, folder_id, uid)
);

-- What waited in the queue.
CREATE TABLE recall.queued (
    recall     text   NOT NULL REFERENCES recall.recall,
    queue_id   text   NOT NULL,
    digest     text   NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    recipients text[] NOT NULL,
    state      text   NOT NULL CHECK (state IN ('found', 'held', 'erased', 'released', 'gone')),
    PRIMARY KEY (recall, queue_id)
);

-- What was done, when, by whom, and under which plan. Rows are only added.
CREATE TABLE recall.step (
    entry  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    recall text        NOT NULL REFERENCES recall.recall,
    at     timestamptz NOT NULL DEFAULT now(),
    step   text        NOT NULL CHECK (step IN ('find', 'hold', 'release', 'erase', 'record')),
    actor  text        NOT NULL CHECK (actor <> ''),
    plan   text        NOT NULL CHECK (plan ~ '^[0-9a-f]{64}$'),
    detail jsonb       NOT NULL DEFAULT '{}'                 -- counts; of erase: who has signed
);
CREATE INDEX step_recall ON recall.step (recall);

-- The records, each with the SHA-256 of the one before: none can be changed or left out without all behind it.
CREATE TABLE recall.record (
    number   bigint      NOT NULL PRIMARY KEY,
    recall   text        NOT NULL REFERENCES recall.recall,
    at       timestamptz NOT NULL DEFAULT now(),
    record   text        NOT NULL,                           -- canonical JSON, with `number` and `previous`
    sha256   text        NOT NULL                            -- of it in UTF-8
);
CREATE FUNCTION recall.chain() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
CREATE TRIGGER record_chained BEFORE INSERT ON recall.record FOR EACH ROW EXECUTE FUNCTION recall.chain();

CREATE FUNCTION recall.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('recall.%s only grows: %s is refused', TG_TABLE_NAME, TG_OP);
END $$;
CREATE TRIGGER recall_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON recall.recall
    FOR EACH STATEMENT EXECUTE FUNCTION recall.refuse_change();
CREATE TRIGGER step_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON recall.step
    FOR EACH STATEMENT EXECUTE FUNCTION recall.refuse_change();
CREATE TRIGGER record_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON recall.record
    FOR EACH STATEMENT EXECUTE FUNCTION recall.refuse_change();

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA recall FROM PUBLIC;

-- Root's job: it reads the events as the trace does, and puts on record that it did.
GRANT USAGE ON SCHEMA recall, events, mail TO danhba_recall;
GRANT SELECT ON ALL TABLES IN SCHEMA recall TO danhba_recall;
GRANT INSERT (id, actor, purpose, document, document_date, message_id, digests) ON recall.recall TO danhba_recall;
GRANT INSERT, UPDATE (state, folder, address, flags) ON recall.copy TO danhba_recall;
GRANT INSERT, UPDATE (state) ON recall.queued TO danhba_recall;
GRANT INSERT (recall, step, actor, plan, detail) ON recall.step TO danhba_recall;
GRANT INSERT (recall, record) ON recall.record TO danhba_recall;
GRANT SELECT ON events.event, events.key, events.holder, events.progress, events.gap, events.refusals TO danhba_recall;
GRANT EXECUTE ON FUNCTION events.hash, events.network TO danhba_recall;
GRANT INSERT (actor, asked, since, found) ON events.look TO danhba_recall;
GRANT SELECT (kind, id, address, name, agency, state) ON mail.account TO danhba_recall;
