-- The first password and what follows it (R10.1): an issued password only opens the page that changes it. Owners change
-- their passwords through the credential service, which is the role danhba_credentials; the webmail reads nothing here.

ALTER TABLE mail.credential
    ADD COLUMN initial boolean NOT NULL DEFAULT true,         -- issued, and not yet changed by its owner
    ADD COLUMN since   timestamptz NOT NULL DEFAULT now();    -- in force since
UPDATE mail.credential SET since = run.at FROM mail.run WHERE run.run = credential.run;

-- Hashes that were in force, so that an owner does not come back to one of the last few.
CREATE TABLE mail.former_password (
    entry    bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind     text        NOT NULL,
    id       text        NOT NULL,
    password text        NOT NULL,
    until    timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (kind, id) REFERENCES mail.account (kind, id)
);
CREATE INDEX former_password_account ON mail.former_password (kind, id);

-- A sign-in to the webmail. Its token is what the webmail shows to the mail services in place of the password; it has
-- 256 random bits, so a fast hash keeps it as well as a slow one. It holds for the address it was given for alone.
CREATE TABLE mail.web_session (
    token   text        NOT NULL PRIMARY KEY CHECK (token ~ '^[0-9a-f]{64}$'),   -- SHA-256 in hexadecimal
    kind    text        NOT NULL,
    id      text        NOT NULL,
    address text        NOT NULL,
    expires timestamptz NOT NULL,
    FOREIGN KEY (kind, id) REFERENCES mail.account (kind, id)
);
CREATE INDEX web_session_account ON mail.web_session (kind, id);
CREATE INDEX web_session_expires ON mail.web_session (expires);

-- Whoever replaces a password, and by whatever way: the old one is remembered, and no web session outlives it.
CREATE FUNCTION mail.replace_password() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO mail.former_password (kind, id, password) VALUES (OLD.kind, OLD.id, OLD.password);
    DELETE FROM mail.web_session WHERE kind = OLD.kind AND id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER password_replaced AFTER UPDATE ON mail.credential
    FOR EACH ROW WHEN (OLD.password IS DISTINCT FROM NEW.password) EXECUTE FUNCTION mail.replace_password();

ALTER TABLE mail.run DROP CONSTRAINT run_job_check;
ALTER TABLE mail.run ADD CONSTRAINT run_job_check CHECK (job IN ('accounts', 'passwords', 'credentials'));

CREATE OR REPLACE VIEW dovecot.passdb AS
    SELECT account.address, credential.password, credential.initial
      FROM mail.account JOIN mail.credential USING (kind, id)
     WHERE account.state = 'open';

CREATE VIEW dovecot.web_session AS
    SELECT account.address, web_session.token
      FROM mail.account JOIN mail.web_session USING (kind, id, address)
     WHERE account.state = 'open' AND web_session.expires > now();

-- Who may not send yet.
CREATE VIEW postfix.initial AS
    SELECT account.address
      FROM mail.account JOIN mail.credential USING (kind, id)
     WHERE credential.initial;

GRANT SELECT ON dovecot.web_session TO dovecot;
GRANT SELECT ON postfix.initial TO postfix;

-- The service changes passwords and neither makes nor removes any, and no account.
GRANT USAGE ON SCHEMA mail TO danhba_credentials;
GRANT SELECT ON mail.account, mail.credential, mail.former_password TO danhba_credentials;
GRANT UPDATE (password, initial, since, run) ON mail.credential TO danhba_credentials;
GRANT DELETE ON mail.former_password TO danhba_credentials;
GRANT SELECT, INSERT, DELETE ON mail.web_session TO danhba_credentials;
GRANT INSERT, SELECT (run) ON mail.run TO danhba_credentials;
GRANT INSERT ON mail.audit TO danhba_credentials;
