-- archive.refuse_change: Refuse every change of a record of archives but new rows.
-- Called by: its triggers.
-- Serves: R9.6; decision 0070.

CREATE OR REPLACE FUNCTION archive.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('archive.%s only grows: %s is refused', TG_TABLE_NAME, TG_OP);
END $$;

REVOKE EXECUTE ON FUNCTION archive.refuse_change FROM PUBLIC;

CREATE OR REPLACE TRIGGER archive_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON archive.archive
    FOR EACH STATEMENT EXECUTE FUNCTION archive.refuse_change();
CREATE OR REPLACE TRIGGER step_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON archive.step
    FOR EACH STATEMENT EXECUTE FUNCTION archive.refuse_change();
CREATE OR REPLACE TRIGGER export_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON archive.export
    FOR EACH STATEMENT EXECUTE FUNCTION archive.refuse_change();
