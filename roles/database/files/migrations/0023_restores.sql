-- What was restored from backups (R9.2): by whom, on which document, from which set of snapshots. Rows are only added.
CREATE TABLE mail.restore (
    restore       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at            timestamptz NOT NULL DEFAULT now(),
    actor         text        NOT NULL CHECK (actor <> ''),
    document      text        NOT NULL CHECK (document <> ''),
    document_date date        NOT NULL,
    what          text        NOT NULL CHECK (what IN ('host', 'mailbox', 'accounts')),
    run           text        NOT NULL CHECK (run <> ''),     -- of the backup
    counts        jsonb       NOT NULL                        -- and of a mailbox: which, and where its messages are now
);
CREATE TRIGGER restore_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON mail.restore
    FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();
GRANT SELECT, INSERT ON mail.restore TO danhba_apply;
SELECT chain.cover('mail.restore');
