-- secrecy.name_accounts: Name the accounts of an incident's sender and recipients, which the gate itself need not
-- read.
-- Called by: its trigger, at each row of secrecy.incident.
-- Serves: R10.7; decision 0053.

CREATE OR REPLACE FUNCTION secrecy.name_accounts() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.at := now();
    NEW.sender := coalesce((SELECT kind || '/' || id FROM mail.account
                             WHERE address = lower(coalesce(nullif(NEW.signed_in, ''), NEW.mail_from))), '');
    NEW.receivers := ARRAY (SELECT kind || '/' || id FROM mail.account
                             WHERE address IN (SELECT lower(each) FROM unnest(NEW.recipients) AS each) ORDER BY 1);
    RETURN NEW;
END $$;

REVOKE EXECUTE ON FUNCTION secrecy.name_accounts FROM PUBLIC;

CREATE OR REPLACE TRIGGER incident_accounts BEFORE INSERT ON secrecy.incident
    FOR EACH ROW EXECUTE FUNCTION secrecy.name_accounts();
