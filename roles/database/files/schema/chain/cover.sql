-- chain.cover: Take a record into the chain: a table that only grows, with a primary key of one column. Rows that are
-- in it are sealed as adopted. A migration calls this for a new record, and again for a record that has got a column:
-- then nothing is sealed again. The trigger of a new record is also listed in chain/note.sql.
-- Called by: migrations.
-- Serves: R9.6; decisions 0066, 0089.

CREATE OR REPLACE FUNCTION chain.cover(of_table regclass) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    known boolean;
    about chain.covered;
    space text;
BEGIN
    SELECT format('%s.%s', nspname, relname), attname, chain.line(of_table), nspname
      INTO STRICT about.relation, about.key, about.line, space
      FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
      JOIN pg_index ON indrelid = pg_class.oid AND indisprimary AND indnkeyatts = 1
      JOIN pg_attribute ON attrelid = pg_class.oid AND attnum = indkey[0]
     WHERE pg_class.oid = of_table;
    known := EXISTS (SELECT FROM chain.covered WHERE relation = about.relation);
    INSERT INTO chain.covered SELECT about.* ON CONFLICT (relation) DO UPDATE SET line = excluded.line;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO danhba_audit', space);
    EXECUTE format('GRANT SELECT ON %s TO danhba_audit', of_table);
    IF NOT known THEN
        EXECUTE chain.batches('key, name, line', format('(SELECT %1$I AS key, %2$s AS name, %3$s AS line FROM %4$s)',
                                                        about.key, chain.name(about.key), about.line, of_table))
          USING about.relation, 'adopted';
        EXECUTE format('CREATE TRIGGER chained AFTER INSERT ON %s REFERENCING NEW TABLE AS fresh
                            FOR EACH STATEMENT EXECUTE FUNCTION chain.note()', of_table);
    END IF;
END $$;

REVOKE EXECUTE ON FUNCTION chain.cover FROM PUBLIC;
