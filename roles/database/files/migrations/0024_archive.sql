-- Archived mailboxes, what became of each archive, and exports of one person's data (docs/decisions/0070). Rows are only
-- added, and each says on which document. Nothing of a message is here: counts and checksums.
CREATE SCHEMA archive;

-- A mailbox that was sealed for the archive, as it was closed on a day. The numbers name the files on the controller.
CREATE TABLE archive.archive (
    number        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at            timestamptz NOT NULL DEFAULT now(),
    actor         text        NOT NULL CHECK (actor <> ''),
    kind          text        NOT NULL,
    id            text        NOT NULL,
    address       text        NOT NULL,                              -- as it was then
    since         date        NOT NULL,                              -- from which day it was closed
    document      text        NOT NULL CHECK (document <> ''),       -- that decided the archiving
    document_date date        NOT NULL,
    recipient     text        NOT NULL CHECK (recipient ~ '^age1[02-9ac-hj-np-z]{58}$'),
    messages      bigint      NOT NULL,
    octets        bigint      NOT NULL,                              -- of all its files
    manifest      text        NOT NULL CHECK (manifest ~ '^[0-9a-f]{64}$'),  -- SHA-256 of the list of files inside
    sealed        text        NOT NULL CHECK (sealed ~ '^[0-9a-f]{64}$'),    -- SHA-256 of the sealed file
    size          bigint      NOT NULL,                              -- of the sealed file, in octets
    FOREIGN KEY (kind, id) REFERENCES mail.account (kind, id)
);
CREATE INDEX archive_account ON archive.archive (kind, id);

-- What became of an archive: the mailbox leaves the store (removing, removed), comes back (restored), the archive itself
-- is deleted (purged).
CREATE TABLE archive.step (
    entry    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    archive  bigint      NOT NULL REFERENCES archive.archive,
    at       timestamptz NOT NULL DEFAULT now(),
    step     text        NOT NULL CHECK (step IN ('removing', 'removed', 'restored', 'purged')),
    actor    text        NOT NULL CHECK (actor <> ''),
    document text        NOT NULL CHECK (document <> ''),
    detail   jsonb       NOT NULL DEFAULT '{}'               -- counts; of purged: who has signed, and what
);
CREATE INDEX step_archive ON archive.step (archive);

-- What one person was given of their own data (Law 91/2025/QH15).
CREATE TABLE archive.export (
    number        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at            timestamptz NOT NULL DEFAULT now(),
    actor         text        NOT NULL CHECK (actor <> ''),
    kind          text        NOT NULL,
    id            text        NOT NULL,
    document      text        NOT NULL CHECK (document <> ''),
    document_date date        NOT NULL,
    recipient     text        NOT NULL CHECK (recipient ~ '^age1[02-9ac-hj-np-z]{58}$'),
    messages      bigint      NOT NULL,
    sealed        text        NOT NULL CHECK (sealed ~ '^[0-9a-f]{64}$'),
    size          bigint      NOT NULL,
    FOREIGN KEY (kind, id) REFERENCES mail.account (kind, id)
);

-- Whether the mailbox of an archive is closed as it was when it was sealed. Until the transaction ends nobody opens it.
CREATE FUNCTION archive.hold(number bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM mail.account JOIN archive.archive USING (kind, id)
      WHERE archive.number = hold.number AND account.state = 'closed' AND account.since = archive.since
        FOR SHARE OF account;
    RETURN FOUND;
END $$;

-- The steps come in their order, whoever writes them; and only of a mailbox that is closed does anything leave.
CREATE FUNCTION archive.admit() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
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
CREATE TRIGGER step_admitted BEFORE INSERT ON archive.step FOR EACH ROW EXECUTE FUNCTION archive.admit();

CREATE FUNCTION archive.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('archive.%s only grows: %s is refused', TG_TABLE_NAME, TG_OP);
END $$;
CREATE TRIGGER archive_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON archive.archive
    FOR EACH STATEMENT EXECUTE FUNCTION archive.refuse_change();
CREATE TRIGGER step_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON archive.step
    FOR EACH STATEMENT EXECUTE FUNCTION archive.refuse_change();
CREATE TRIGGER export_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON archive.export
    FOR EACH STATEMENT EXECUTE FUNCTION archive.refuse_change();

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA archive FROM PUBLIC;

-- Root's job. Of the events it reads those about one mailbox, for the export of its owner's data.
GRANT USAGE ON SCHEMA archive, events, mail TO danhba_archive;
GRANT SELECT ON ALL TABLES IN SCHEMA archive TO danhba_archive;
GRANT INSERT (actor, kind, id, address, since, document, document_date, recipient, messages, octets, manifest, sealed, size)
   ON archive.archive TO danhba_archive;
GRANT INSERT (archive, step, actor, document, detail) ON archive.step TO danhba_archive;
GRANT INSERT (actor, kind, id, document, document_date, recipient, messages, sealed, size) ON archive.export TO danhba_archive;
GRANT EXECUTE ON FUNCTION archive.hold TO danhba_archive;
GRANT SELECT (kind, id, address, name, agency, title, unit, phone, quota, state, document, since) ON mail.account TO danhba_archive;
GRANT SELECT (at, event, kind, id, message_id, folder, uid, size, client, protocol) ON events.event TO danhba_archive;
GRANT SELECT ON events.key, events.use TO danhba_archive;
GRANT EXECUTE ON FUNCTION events.hash TO danhba_archive;

-- What was archived, purged and given to people is sealed as all records are.
GRANT USAGE ON SCHEMA archive TO danhba_audit;
SELECT chain.cover(record) FROM unnest('{archive.archive, archive.step, archive.export}'::regclass[]) AS record;
