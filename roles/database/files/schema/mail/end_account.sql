-- mail.end_account: End the web sessions of a mailbox that was closed or suspended, or has another address, for good:
-- they do not come back with it. Whoever deletes web sessions or begins one locks the password first, so that neither
-- waits for the other in a circle nor a session slips in between; what did all the same goes when the mailbox comes
-- back.
-- Called by: its trigger, after the state or address of an account has changed.
-- Serves: R10.1; decisions 0030, 0036.

CREATE OR REPLACE FUNCTION mail.end_account() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM FROM mail.credential WHERE kind = OLD.kind AND id = OLD.id FOR NO KEY UPDATE;
    DELETE FROM mail.web_session WHERE kind = OLD.kind AND id = OLD.id;
    IF OLD.state = 'open' THEN
        INSERT INTO mail.ending (address) VALUES (OLD.address);
    END IF;
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION mail.end_account FROM PUBLIC;

CREATE OR REPLACE TRIGGER account_ended AFTER UPDATE ON mail.account
    FOR EACH ROW WHEN (OLD.state <> NEW.state OR OLD.address <> NEW.address) EXECUTE FUNCTION mail.end_account();
