-- secrecy.refuse_change: Refuse every change of the record of incidents but new rows.
-- Called by: its trigger.
-- Serves: R9.6; decision 0053.

CREATE OR REPLACE FUNCTION secrecy.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'secrecy.% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

REVOKE EXECUTE ON FUNCTION secrecy.refuse_change FROM PUBLIC;

CREATE OR REPLACE TRIGGER incident_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON secrecy.incident
    FOR EACH STATEMENT EXECUTE FUNCTION secrecy.refuse_change();
