-- The accounts as they are on this server, what becomes of mail to every other address, and the record of each change.
--
-- Written by two jobs, each under its own role: the register is applied by danhba_apply, passwords are issued by
-- danhba_password. Neither can do the other's work. Services never see these tables, only the views of 0002.

CREATE SCHEMA mail;

-- A mailbox: of an official (id: the staff number) or of an agency (id: its tendonvi). Neither id ever changes, so mail
-- is stored under it and a new address moves nothing. A closed mailbox keeps its row: it is never given to another.
CREATE TABLE mail.account (
    kind     text   NOT NULL CHECK (kind IN ('official', 'agency')),
    id       text   NOT NULL CHECK (id ~ '^[A-Za-z0-9-]{1,64}$'),
    address  text   NOT NULL CHECK (address = lower(address) AND address LIKE '%_@_%'),
    name     text   NOT NULL,
    agency   text   NOT NULL,
    title    text   NOT NULL DEFAULT '',
    unit     text   NOT NULL DEFAULT '',
    phone    text   NOT NULL DEFAULT '',
    quota    bigint NOT NULL CHECK (quota > 0),                                   -- bytes
    state    text   NOT NULL CHECK (state IN ('open', 'suspended', 'closed')),
    document text   NOT NULL CHECK (document <> ''),                              -- that put it into this state
    since    date   NOT NULL,                                                     -- and from which day
    PRIMARY KEY (kind, id),
    -- Deferred, because one transaction may hand addresses on from row to row.
    CONSTRAINT account_address_key UNIQUE (address) DEFERRABLE INITIALLY DEFERRED
);

-- What the server does with mail to an address that is no open mailbox. An address in neither table is unknown.
CREATE TABLE mail.route (
    address  text NOT NULL PRIMARY KEY CHECK (address = lower(address) AND address LIKE '%_@_%'),
    mode     text NOT NULL CHECK (mode IN ('system', 'forward', 'redirect', 'cancelled')),
    document text NOT NULL,
    reply    text NOT NULL DEFAULT '',   -- the text of the SMTP refusal: printable ASCII (RFC 5321, 4.2)
    -- A route delivers (system, forward) or refuses (redirect, cancelled), and a refusal always explains itself.
    CHECK ((mode IN ('redirect', 'cancelled')) = (reply <> '')),
    CHECK (reply ~ '^[ -~]*$')
);

CREATE TABLE mail.route_target (
    address text NOT NULL REFERENCES mail.route (address) ON DELETE CASCADE,
    kind    text NOT NULL,
    id      text NOT NULL,
    PRIMARY KEY (address, kind, id),
    FOREIGN KEY (kind, id) REFERENCES mail.account (kind, id)
);
CREATE INDEX route_target_account ON mail.route_target (kind, id);

-- One row a job that changed something: who, when, from which state of the register.
CREATE TABLE mail.run (
    run      bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job      text        NOT NULL CHECK (job IN ('accounts', 'passwords')),
    at       timestamptz NOT NULL DEFAULT now(),
    actor    text        NOT NULL,
    as_of    date,                        -- of the accounts job: the day whose state was applied
    register text,                        -- the git commit of the register
    checksum text,                        -- of the plan
    batch    uuid UNIQUE                  -- of the passwords job: names the controller's file of issued passwords
);

-- One row a change, with the document it rests on (R9.6). Rows are only ever added.
CREATE TABLE mail.audit (
    entry    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run      bigint NOT NULL REFERENCES mail.run (run),
    action   text   NOT NULL,
    kind     text   NOT NULL,             -- official, agency or route
    id       text   NOT NULL,
    document text   NOT NULL,
    before   jsonb,
    after    jsonb
);
CREATE INDEX audit_object ON mail.audit (kind, id);

-- An account without a row here has no password and cannot log in.
CREATE TABLE mail.credential (
    kind     text   NOT NULL,
    id       text   NOT NULL,
    password text   NOT NULL CHECK (password ~ '^\{[A-Z0-9-]+\}.'),   -- {SCHEME}hash, as Dovecot reads it
    run      bigint NOT NULL REFERENCES mail.run (run),
    document text   NOT NULL DEFAULT '',
    PRIMARY KEY (kind, id),
    FOREIGN KEY (kind, id) REFERENCES mail.account (kind, id)
);

CREATE FUNCTION mail.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'mail.% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER run_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON mail.run
    FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();
CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON mail.audit
    FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();

GRANT USAGE ON SCHEMA mail TO danhba_apply, danhba_password;
GRANT SELECT, INSERT, UPDATE ON mail.account TO danhba_apply;
GRANT SELECT, INSERT, UPDATE, DELETE ON mail.route, mail.route_target TO danhba_apply;
GRANT SELECT, INSERT ON mail.run, mail.audit TO danhba_apply, danhba_password;
GRANT SELECT ON mail.account TO danhba_password;
GRANT SELECT, INSERT, UPDATE ON mail.credential TO danhba_password;
