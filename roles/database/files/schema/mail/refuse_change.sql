-- mail.refuse_change: Refuse every change of a record but new rows (R9.6).
-- Called by: its triggers.
-- Serves: R9.6; decisions 0066, 0089.

CREATE OR REPLACE FUNCTION mail.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'mail.% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

REVOKE EXECUTE ON FUNCTION mail.refuse_change FROM PUBLIC;

CREATE OR REPLACE TRIGGER run_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON mail.run
    FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();
CREATE OR REPLACE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON mail.audit
    FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();
CREATE OR REPLACE TRIGGER handover_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON mail.handover
    FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();
CREATE OR REPLACE TRIGGER handover_end_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON mail.handover_end
    FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();
CREATE OR REPLACE TRIGGER mailed_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON usage.mailed
    FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();
CREATE OR REPLACE TRIGGER restore_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON mail.restore
    FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();
CREATE OR REPLACE TRIGGER credential_digest_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON mail.credential_digest
    FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();
