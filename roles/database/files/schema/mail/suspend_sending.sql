-- mail.suspend_sending: Suspend the sending of a mailbox, note it for its owner and the operator, and record it.
-- Called by: postfix.sending.
-- Serves: R10.6; decision 0057.

CREATE OR REPLACE FUNCTION mail.suspend_sending(who mail.account, why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    of_run bigint;
BEGIN
    INSERT INTO mail.sending_suspension (kind, id, reason) VALUES (who.kind, who.id, why);
    INSERT INTO mail.notice (kind, id, what, detail) VALUES (who.kind, who.id, 'suspended', why)
        ON CONFLICT (kind, id, what) DO UPDATE SET since = now(), detail = EXCLUDED.detail, told = NULL;
    INSERT INTO mail.run (job, actor) VALUES ('sending', 'postfix') RETURNING run INTO of_run;
    INSERT INTO mail.audit (run, action, kind, id, document, after)
    VALUES (of_run, 'suspend_sending', who.kind, who.id, who.document,
            jsonb_build_object('address', who.address, 'tried', why));
END $$;

REVOKE EXECUTE ON FUNCTION mail.suspend_sending FROM PUBLIC;
