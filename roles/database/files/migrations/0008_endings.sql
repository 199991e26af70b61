-- What may not go on is ended, whatever was cut short: the list of whose mail sessions have to end is kept here until it is
-- done, and nobody who changes an account or a password has to think of it.

CREATE TABLE mail.ending (
    entry   bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    address text        NOT NULL,                    -- under which the sessions run
    since   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX ending_address ON mail.ending (address);

-- A mailbox that was closed or suspended, or has another address: its web sessions are over for good, also if it comes
-- back. Whoever deletes web sessions or begins one locks the password first, so that neither waits for the other in a
-- circle nor a session slips in between; what did all the same goes when the mailbox comes back.
CREATE FUNCTION mail.end_account() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM mail.credential WHERE kind = OLD.kind AND id = OLD.id FOR NO KEY UPDATE;
    DELETE FROM mail.web_session WHERE kind = OLD.kind AND id = OLD.id;
    IF OLD.state = 'open' THEN
        INSERT INTO mail.ending (address) VALUES (OLD.address);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER account_ended AFTER UPDATE ON mail.account
    FOR EACH ROW WHEN (OLD.state <> NEW.state OR OLD.address <> NEW.address) EXECUTE FUNCTION mail.end_account();

CREATE OR REPLACE FUNCTION mail.replace_password() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO mail.former_password (kind, id, password) VALUES (OLD.kind, OLD.id, OLD.password);
    DELETE FROM mail.web_session WHERE kind = OLD.kind AND id = OLD.id;
    INSERT INTO mail.ending (address) SELECT address FROM mail.account WHERE kind = OLD.kind AND id = OLD.id;
    RETURN NULL;
END $$;

-- The job that ends them; and whoever ends sessions at once takes off the list what is done.
GRANT USAGE ON SCHEMA mail TO danhba_sessions;
GRANT SELECT, DELETE ON mail.ending TO danhba_sessions, danhba_password, danhba_credentials;

-- A sign-in that was under way while the password was replaced, or the mailbox suspended, finds no mailbox: what the
-- password was checked against has to be what holds.
CREATE OR REPLACE VIEW dovecot.userdb AS
    SELECT account.address, account.kind || '/' || account.id AS home, account.quota,
           CASE WHEN account.state = 'open' THEN account.address || '/' || credential.run END AS login
      FROM mail.account LEFT JOIN mail.credential USING (kind, id)
     WHERE account.state IN ('open', 'suspended');

-- The record is only as good as it is true: each role writes what it does itself, and nobody another's. Its rows cannot
-- be taken back.
REVOKE INSERT ON mail.run, mail.audit FROM danhba_credentials;
GRANT INSERT (job, actor) ON mail.run TO danhba_credentials;
GRANT INSERT (run, action, kind, id, document, before, after) ON mail.audit TO danhba_credentials;

CREATE FUNCTION mail.own_record() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('%s records what it does itself, and nothing else', current_user);
END $$;
CREATE TRIGGER run_is_own BEFORE INSERT ON mail.run FOR EACH ROW
    WHEN (current_user = 'danhba_apply' AND NEW.job <> 'accounts'
          OR current_user = 'danhba_password' AND NEW.job <> 'passwords'
          OR current_user = 'danhba_credentials' AND NEW.job <> 'credentials')
    EXECUTE FUNCTION mail.own_record();
CREATE TRIGGER audit_is_own BEFORE INSERT ON mail.audit FOR EACH ROW
    WHEN (current_user = 'danhba_apply' AND NEW.action IN ('issue_password', 'reissue_password', 'change_password')
          OR current_user = 'danhba_password' AND NEW.action NOT IN ('issue_password', 'reissue_password')
          OR current_user = 'danhba_credentials' AND NEW.action <> 'change_password')
    EXECUTE FUNCTION mail.own_record();
