-- Hand-overs of contact mailboxes (R11.2): what each mailbox was like when another custodian got it, and what was taken out
-- of it that acted for the former one. Rows are only added.
CREATE TABLE mail.handover (
    handover  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT now(),
    actor     text        NOT NULL CHECK (actor <> ''),
    agency    text        NOT NULL CHECK (agency <> ''),
    address   text        NOT NULL,
    name      text        NOT NULL,                            -- of the agency
    former    jsonb       NOT NULL,                            -- person, name, title: as the register had them then
    successor jsonb       NOT NULL CHECK (successor ->> 'person' <> ''),
    role      text        NOT NULL,
    document  text        NOT NULL CHECK (document <> ''),
    day       date        NOT NULL,                            -- from which the successor is the custodian
    state     jsonb       NOT NULL,                            -- folders, quota, checksum; nothing of a message
    removed   jsonb       NOT NULL                             -- rules, and settings of the webmail
);
CREATE INDEX handover_agency ON mail.handover (agency, handover);

-- What is not here was cut short: the rest of it is done by the next run.
CREATE TABLE mail.handover_end (
    handover bigint      NOT NULL PRIMARY KEY REFERENCES mail.handover,
    at       timestamptz NOT NULL DEFAULT now(),
    actor    text        NOT NULL CHECK (actor <> '')
);

CREATE TRIGGER handover_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON mail.handover
    FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();
CREATE TRIGGER handover_end_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON mail.handover_end
    FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();

-- Who has each open contact mailbox: by the last hand-over, or by the letter of the first password; of one that is older
-- than this record, no more is known than the day. And to whom the last letter went, on which document.
CREATE INDEX audit_agency_password ON mail.audit (id, entry)
    WHERE kind = 'agency' AND action IN ('issue_password', 'reissue_password');
CREATE VIEW mail.held AS
    SELECT account.id AS agency, coalesce(handed.person, first.person, '') AS person,
           (coalesce(first.at, credential.since) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day,
           coalesce(last.person, '') AS issued_to, coalesce(last.document, '') AS issued_on, last.at AS issued_at,
           credential.initial
      FROM mail.account JOIN mail.credential USING (kind, id)
      LEFT JOIN LATERAL (
          SELECT audit.after ->> 'custodian' AS person, run.at FROM mail.audit JOIN mail.run USING (run)
           WHERE audit.kind = 'agency' AND audit.id = account.id AND audit.action IN ('issue_password', 'reissue_password')
           ORDER BY audit.entry LIMIT 1) AS first ON true
      LEFT JOIN LATERAL (
          SELECT audit.after ->> 'custodian' AS person, audit.document, run.at FROM mail.audit JOIN mail.run USING (run)
           WHERE audit.kind = 'agency' AND audit.id = account.id AND audit.action IN ('issue_password', 'reissue_password')
           ORDER BY audit.entry DESC LIMIT 1) AS last ON true
      LEFT JOIN LATERAL (
          SELECT handover.successor ->> 'person' AS person FROM mail.handover JOIN mail.handover_end USING (handover)
           WHERE handover.agency = account.id ORDER BY handover DESC LIMIT 1) AS handed ON true
     WHERE account.kind = 'agency' AND account.state = 'open';

GRANT SELECT ON mail.held TO danhba_apply, danhba_password;

-- Whoever issues passwords hands over. The list of sessions that have to end is its to lengthen, too.
GRANT SELECT, INSERT ON mail.handover, mail.handover_end TO danhba_password;
GRANT INSERT (address) ON mail.ending TO danhba_password;

-- Who reissues the passwords of all who were there from some address (R10.5) finds them in the events, and that is put on
-- record as any look into these.
GRANT USAGE ON SCHEMA events TO danhba_password;
GRANT SELECT ON events.use, events.progress, events.gap TO danhba_password;
GRANT INSERT (actor, asked, since, found) ON events.look TO danhba_password;
