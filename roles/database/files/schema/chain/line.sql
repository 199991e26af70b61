-- chain.line: The expression that makes a row of a table into text, form 1: a JSON object of the columns that are not
-- NULL, by name, without spaces around. So a column that is added later, and is NULL in older rows, changes no text.
-- Moments are in UTC whatever zone a session has. Types that other settings of a session show differently are
-- refused. The audit makes the same text in Python, of tables that it reads raw (danhba_host/audit/table.py).
-- Called by: chain.cover.
-- Serves: R9.6; decisions 0066, 0089.

CREATE OR REPLACE FUNCTION chain.line(of_table regclass) RETURNS text
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    strange text;
    columns text;
BEGIN
    SELECT string_agg(attname || ' ' || format_type(atttypid, NULL), ', ') INTO strange FROM pg_attribute
     WHERE attrelid = of_table AND attnum > 0 AND NOT attisdropped AND atttypid NOT IN (
           'timestamptz'::regtype, 'bigint'::regtype, 'int'::regtype, 'smallint'::regtype, 'boolean'::regtype,
           'text'::regtype, 'uuid'::regtype, 'date'::regtype, 'inet'::regtype, 'text[]'::regtype, 'jsonb'::regtype);
    IF strange IS NOT NULL THEN
        RAISE feature_not_supported USING MESSAGE = format('chain: %s of %s has no text yet', strange, of_table);
    END IF;
    SELECT string_agg(format('%L || %s', to_json(attname)::text || ':', CASE
               WHEN atttypid = 'timestamptz'::regtype THEN format('to_json(%I AT TIME ZONE ''UTC'')::text', attname)
               WHEN atttypid IN ('text'::regtype, 'uuid'::regtype, 'date'::regtype, 'inet'::regtype, 'text[]'::regtype)
               THEN format('to_json(%I)::text', attname)
               ELSE format('%I::text', attname) END), ', ' ORDER BY attname COLLATE "C")
      INTO columns FROM pg_attribute WHERE attrelid = of_table AND attnum > 0 AND NOT attisdropped;
    RETURN '''{'' || concat_ws('','', ' || columns || ') || ''}''';
END $$;

REVOKE EXECUTE ON FUNCTION chain.line FROM PUBLIC;
