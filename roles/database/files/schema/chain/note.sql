-- chain.note: Put the rows of a statement into batches of the chain. Each record has the trigger; a new one is taken
-- in by chain.cover in its migration and listed here.
-- Called by: its triggers (chain.cover makes that of a new record), after each statement that adds to a record.
-- Serves: R9.6; decision 0066.

CREATE OR REPLACE FUNCTION chain.note() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    about chain.covered;
BEGIN
    SELECT * INTO STRICT about FROM chain.covered WHERE relation = format('%s.%s', TG_TABLE_SCHEMA, TG_TABLE_NAME);
    EXECUTE chain.batches('key, name, line', format('(SELECT %1$I AS key, %2$s AS name, %3$s AS line FROM fresh)',
                                                    about.key, chain.name(about.key), about.line))
      USING about.relation, 'written';
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION chain.note FROM PUBLIC;

CREATE OR REPLACE TRIGGER chained AFTER INSERT ON mail.run REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION chain.note();
CREATE OR REPLACE TRIGGER chained AFTER INSERT ON mail.audit REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION chain.note();
CREATE OR REPLACE TRIGGER chained AFTER INSERT ON mail.handover REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION chain.note();
CREATE OR REPLACE TRIGGER chained AFTER INSERT ON mail.handover_end REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION chain.note();
CREATE OR REPLACE TRIGGER chained AFTER INSERT ON recall.recall REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION chain.note();
CREATE OR REPLACE TRIGGER chained AFTER INSERT ON recall.step REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION chain.note();
CREATE OR REPLACE TRIGGER chained AFTER INSERT ON recall.record REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION chain.note();
CREATE OR REPLACE TRIGGER chained AFTER INSERT ON secrecy.incident REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION chain.note();
CREATE OR REPLACE TRIGGER chained AFTER INSERT ON events.look REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION chain.note();
CREATE OR REPLACE TRIGGER chained AFTER INSERT ON mail.restore REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION chain.note();
CREATE OR REPLACE TRIGGER chained AFTER INSERT ON archive.archive REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION chain.note();
CREATE OR REPLACE TRIGGER chained AFTER INSERT ON archive.step REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION chain.note();
CREATE OR REPLACE TRIGGER chained AFTER INSERT ON archive.export REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION chain.note();
CREATE OR REPLACE TRIGGER chained AFTER INSERT ON mail.credential_digest REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION chain.note();
