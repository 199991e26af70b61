-- mail.resume_sending: Lift the suspension of a mailbox's sending, and record who did; false where it was not
-- suspended. What was counted until then counts no more.
-- Called by: danhba_host/sending.py.
-- Serves: R10.6; decision 0057.

CREATE OR REPLACE FUNCTION mail.resume_sending(of_address text, actor text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who mail.account;
    was mail.sending_suspension;
    of_run bigint;
BEGIN
    SELECT * INTO who FROM mail.account WHERE address = of_address;
    DELETE FROM mail.sending_suspension AS held WHERE (held.kind, held.id) = (who.kind, who.id) RETURNING * INTO was;
    IF was.kind IS NULL THEN
        RETURN false;
    END IF;
    DELETE FROM mail.sending AS sent WHERE (sent.kind, sent.id) = (who.kind, who.id);
    INSERT INTO mail.run (job, actor) VALUES ('sending', actor) RETURNING run INTO of_run;
    INSERT INTO mail.audit (run, action, kind, id, document, before)
    VALUES (of_run, 'resume_sending', who.kind, who.id, who.document,
            jsonb_build_object('address', who.address, 'since', was.since, 'tried', was.reason));
    RETURN true;
END $$;

REVOKE EXECUTE ON FUNCTION mail.resume_sending FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mail.resume_sending TO danhba_apply;
