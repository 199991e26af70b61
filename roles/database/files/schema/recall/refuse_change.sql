-- recall.refuse_change: Refuse every change of a record of recalls but new rows.
-- Called by: its triggers.
-- Serves: R10.7, R10.8; decision 0060.

CREATE OR REPLACE FUNCTION recall.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('recall.%s only grows: %s is refused', TG_TABLE_NAME, TG_OP);
END $$;

REVOKE EXECUTE ON FUNCTION recall.refuse_change FROM PUBLIC;

CREATE OR REPLACE TRIGGER recall_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON recall.recall
    FOR EACH STATEMENT EXECUTE FUNCTION recall.refuse_change();
CREATE OR REPLACE TRIGGER step_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON recall.step
    FOR EACH STATEMENT EXECUTE FUNCTION recall.refuse_change();
CREATE OR REPLACE TRIGGER record_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON recall.record
    FOR EACH STATEMENT EXECUTE FUNCTION recall.refuse_change();
