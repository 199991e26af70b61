-- archive.admit: Admit a step of an archive only in its order (removing, removed, restored, purged), and only while
-- its mailbox is closed as it was when it was sealed.
-- Called by: its trigger, at each row of archive.step.
-- Serves: decisions 0009, 0070.

CREATE OR REPLACE FUNCTION archive.admit() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    done text[];
    needs text := CASE NEW.step WHEN 'removed' THEN 'removing' WHEN 'restored' THEN 'removing' WHEN 'purged' THEN 'removed' END;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('archive.step ' || NEW.archive, 0));
    NEW.at := clock_timestamp();
    SELECT coalesce(array_agg(step), '{}') INTO done FROM archive.step WHERE archive = NEW.archive;
    IF 'purged' = ANY (done) OR needs IS NOT NULL AND needs <> ALL (done)
       OR NEW.step <> 'restored' AND NEW.step = ANY (done) THEN
        RAISE check_violation USING MESSAGE = format('archive.step: %s does not follow', NEW.step);
    END IF;
    IF NEW.step IN ('removing', 'removed') AND NOT archive.hold(NEW.archive) THEN
        RAISE check_violation USING MESSAGE = 'archive.step: the mailbox is not closed as it was';
    END IF;
    IF NEW.step = 'purged' THEN
        PERFORM FROM mail.account JOIN archive.archive USING (kind, id)
          WHERE archive.number = NEW.archive AND account.state = 'closed' FOR SHARE OF account;
        IF NOT FOUND THEN
            RAISE check_violation USING MESSAGE = 'archive.step: the mailbox is open';
        END IF;
    END IF;
    RETURN NEW;
END $$;

REVOKE EXECUTE ON FUNCTION archive.admit FROM PUBLIC;

CREATE OR REPLACE TRIGGER step_admitted BEFORE INSERT ON archive.step FOR EACH ROW EXECUTE FUNCTION archive.admit();
