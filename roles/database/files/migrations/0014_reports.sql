-- What others report of mail in our name (DMARC, RFC 7489) and of TLS on the way to us (RFC 8460): playbooks/reports.yml
-- reads the mails that bring it. Claims of whoever sent the report; `verified` says that DMARC knew its sender.

CREATE SCHEMA reports;

-- Mails that were looked at, by Dovecot's GUID, so that each is read once; nothing of them but why one was refused.
CREATE TABLE reports.mail (
    guid    text        NOT NULL PRIMARY KEY CHECK (guid <> ''),
    at      timestamptz NOT NULL DEFAULT now(),
    stored  integer     NOT NULL CHECK (stored >= 0),     -- reports that were new in it
    refused text[]      NOT NULL
);

-- A report, stored once, however often it is sent. The sender is a part of what it is known by, so that nobody takes the
-- place of another's.
CREATE TABLE reports.report (
    report       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind         text        NOT NULL CHECK (kind IN ('dmarc', 'tls')),
    sender       text        NOT NULL,                    -- the domain of the mail's From
    verified     boolean     NOT NULL,
    organisation text        NOT NULL CHECK (organisation <> ''),
    id           text        NOT NULL CHECK (id <> ''),
    domain       text        NOT NULL CHECK (domain <> ''),
    since        timestamptz NOT NULL,
    until        timestamptz NOT NULL,
    policy       text        NOT NULL,                    -- of DMARC as it was found in DNS; sts, tlsa, no-policy-found
    CHECK (since <= until),
    UNIQUE (kind, sender, verified, organisation, id, domain, policy)
);
CREATE INDEX report_since ON reports.report (since);

CREATE TABLE reports.record (
    report        bigint  NOT NULL REFERENCES reports.report,
    line          integer NOT NULL,
    source        inet,                                   -- who sent; of TLS unknown where all went well
    count         bigint  NOT NULL CHECK (count >= 0),    -- messages; of TLS sessions
    passed        boolean NOT NULL,
    dkim          text    NOT NULL,                       -- pass or fail, as DMARC counts it
    spf           text    NOT NULL,
    disposition   text    NOT NULL,
    header_from   text    NOT NULL,
    envelope_from text    NOT NULL,
    auth          text    NOT NULL,                       -- each signature and SPF by itself
    reason        text    NOT NULL,                       -- why a policy was not followed; why TLS failed
    mx            text    NOT NULL,
    PRIMARY KEY (report, line)
);

GRANT USAGE ON SCHEMA reports TO danhba_apply;
GRANT SELECT, INSERT ON reports.mail, reports.report, reports.record TO danhba_apply;
