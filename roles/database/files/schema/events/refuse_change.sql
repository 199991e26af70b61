-- events.refuse_change: Refuse every change of the record of traces (events.look) but new rows.
-- Called by: its trigger.
-- Serves: R9.6; decision 0055.

CREATE OR REPLACE FUNCTION events.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('events.%s only grows: %s is refused', TG_TABLE_NAME, TG_OP);
END $$;

REVOKE EXECUTE ON FUNCTION events.refuse_change FROM PUBLIC;

CREATE OR REPLACE TRIGGER look_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON events.look
    FOR EACH STATEMENT EXECUTE FUNCTION events.refuse_change();
