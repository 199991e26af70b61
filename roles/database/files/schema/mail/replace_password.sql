-- mail.replace_password: Whoever replaces a password, and by whatever way: remember the old one, delete the mailbox's
-- web sessions, and have its sessions of mail ended.
-- Called by: its trigger, after a password has changed.
-- Serves: R10.1; decisions 0030, 0036.

CREATE OR REPLACE FUNCTION mail.replace_password() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO mail.former_password (kind, id, password) VALUES (OLD.kind, OLD.id, OLD.password);
    DELETE FROM mail.web_session WHERE kind = OLD.kind AND id = OLD.id;
    INSERT INTO mail.ending (address) SELECT address FROM mail.account WHERE kind = OLD.kind AND id = OLD.id;
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION mail.replace_password FROM PUBLIC;

CREATE OR REPLACE TRIGGER password_replaced AFTER UPDATE ON mail.credential
    FOR EACH ROW WHEN (OLD.password IS DISTINCT FROM NEW.password) EXECUTE FUNCTION mail.replace_password();
