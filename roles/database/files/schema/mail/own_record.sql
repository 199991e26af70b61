-- mail.own_record: Refuse that a job records what another job does: the register is applied by danhba_apply,
-- passwords are issued by danhba_password and changed by danhba_credentials.
-- Called by: its triggers, at each row of mail.run and mail.audit that is another job's.
-- Serves: R9.6; decision 0013.

CREATE OR REPLACE FUNCTION mail.own_record() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('%s records what it does itself, and nothing else', current_user);
END $$;

REVOKE EXECUTE ON FUNCTION mail.own_record FROM PUBLIC;

CREATE OR REPLACE TRIGGER run_is_own BEFORE INSERT ON mail.run FOR EACH ROW
    WHEN (current_user = 'danhba_apply' AND NEW.job <> 'accounts'
          OR current_user = 'danhba_password' AND NEW.job <> 'passwords'
          OR current_user = 'danhba_credentials' AND NEW.job <> 'credentials')
    EXECUTE FUNCTION mail.own_record();
CREATE OR REPLACE TRIGGER audit_is_own BEFORE INSERT ON mail.audit FOR EACH ROW
    WHEN (current_user = 'danhba_apply' AND NEW.action IN ('issue_password', 'reissue_password', 'change_password')
          OR current_user = 'danhba_password' AND NEW.action NOT IN ('issue_password', 'reissue_password')
          OR current_user = 'danhba_credentials' AND NEW.action <> 'change_password')
    EXECUTE FUNCTION mail.own_record();
