-- chain.refuse_change: Refuse every change of the chain but new rows.
-- Called by: its triggers.
-- Serves: R9.6; decision 0066.

CREATE OR REPLACE FUNCTION chain.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('chain.%s only grows: %s is refused', TG_TABLE_NAME, TG_OP);
END $$;

REVOKE EXECUTE ON FUNCTION chain.refuse_change FROM PUBLIC;

CREATE OR REPLACE TRIGGER batch_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON chain.batch
    FOR EACH STATEMENT EXECUTE FUNCTION chain.refuse_change();
CREATE OR REPLACE TRIGGER seal_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON chain.seal
    FOR EACH STATEMENT EXECUTE FUNCTION chain.refuse_change();
