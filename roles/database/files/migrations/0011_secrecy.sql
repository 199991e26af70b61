-- Messages with a secrecy mark (R7.1, R10.7): what was refused, what passed by an exception, and the exceptions that the
-- register grants. Nothing of a message is here but its SHA-256 and its size.

CREATE SCHEMA secrecy;

-- An exception: files by their SHA-256, for one sender, for some days, by a document. Applied like the accounts; one that
-- the register no longer has is gone, and what passed by it stays recorded.
CREATE TABLE secrecy.exception (
    id       text   NOT NULL PRIMARY KEY,
    sender   text   NOT NULL CHECK (sender = lower(sender) AND sender LIKE '%_@_%'),
    files    text[] NOT NULL CHECK (cardinality(files) > 0 AND array_to_string(files, '', '?') ~ '^([0-9a-f]{64})+$'),
    since    date   NOT NULL,
    until    date   NOT NULL,
    document text   NOT NULL CHECK (document <> ''),
    reason   text   NOT NULL CHECK (reason <> ''),
    CHECK (since <= until)
);

-- Those that hold on this day; all that the gate sees of them.
CREATE VIEW secrecy.holding AS
    SELECT id, sender, files FROM secrecy.exception WHERE current_date BETWEEN since AND until;

-- Rows are only ever added. The names of accounts are those at that time: an address may be another's name later.
CREATE TABLE secrecy.incident (
    reference  text        NOT NULL PRIMARY KEY CHECK (reference <> ''),      -- that the sender was told
    at         timestamptz NOT NULL DEFAULT now(),
    action     text        NOT NULL CHECK (action IN ('refused', 'passed')),
    verdict    text        NOT NULL CHECK (verdict IN ('marked', 'unreadable')),
    level      text        NOT NULL CHECK (level IN ('', 'mat', 'toi-mat', 'tuyet-mat')),
    place      text        NOT NULL CHECK (place IN ('', 'subject', 'text', 'attachment')),
    direction  text        NOT NULL CHECK (direction IN ('outgoing', 'internal', 'incoming')),
    mail_from  text        NOT NULL,
    signed_in  text        NOT NULL,                                          -- empty: from outside, or this host itself
    sender     text        NOT NULL DEFAULT '',                               -- kind/id of whose account that is
    recipients text[]      NOT NULL,
    receivers  text[]      NOT NULL DEFAULT '{}',                             -- kind/id of those that have an account
    client     text        NOT NULL,
    queue_id   text        NOT NULL,
    digest     text        NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),        -- SHA-256 of the message
    octets     bigint      NOT NULL CHECK (octets >= 0),
    exceptions text[]      NOT NULL,
    CHECK ((action = 'passed') = (cardinality(exceptions) > 0)),
    CHECK ((verdict = 'marked') = (level <> ''))
);
CREATE INDEX incident_at ON secrecy.incident (at);

-- Whose accounts they are, which the gate itself need not read.
CREATE FUNCTION secrecy.name_accounts() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.at := now();
    NEW.sender := coalesce((SELECT kind || '/' || id FROM mail.account
                             WHERE address = lower(coalesce(nullif(NEW.signed_in, ''), NEW.mail_from))), '');
    NEW.receivers := ARRAY (SELECT kind || '/' || id FROM mail.account
                             WHERE address IN (SELECT lower(each) FROM unnest(NEW.recipients) AS each) ORDER BY 1);
    RETURN NEW;
END $$;
CREATE TRIGGER incident_accounts BEFORE INSERT ON secrecy.incident
    FOR EACH ROW EXECUTE FUNCTION secrecy.name_accounts();

CREATE FUNCTION secrecy.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'secrecy.% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER incident_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON secrecy.incident
    FOR EACH STATEMENT EXECUTE FUNCTION secrecy.refuse_change();

GRANT USAGE ON SCHEMA secrecy TO danhba_secrecy, danhba_apply;
GRANT SELECT ON secrecy.holding TO danhba_secrecy;
GRANT INSERT (reference, action, verdict, level, place, direction, mail_from, signed_in, recipients, client, queue_id,
              digest, octets, exceptions) ON secrecy.incident TO danhba_secrecy;
GRANT SELECT, INSERT, UPDATE, DELETE ON secrecy.exception TO danhba_apply;
GRANT SELECT ON secrecy.incident TO danhba_apply;  -- for the operator's list (playbooks/incidents.yml), which root asks for
