-- chain.batches: The statement that puts rows of a relation, or of a transition table, into batches of 10,000 rows at
-- most. `line` names the columns to take, `source` is where they come from.
-- Called by: chain.note, chain.cover.
-- Serves: R9.6; decision 0066.

CREATE OR REPLACE FUNCTION chain.batches(line text, source text) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('
        INSERT INTO chain.batch (relation, origin, rows, leaves)
        SELECT $1, $2, count(*),
               string_agg(name || '' '' || encode(sha256(convert_to(line, ''UTF8'')), ''hex''), E''\n'' ORDER BY part, nth)
          FROM (SELECT name, line, nth, (nth - 1) / 10000 AS part
                  FROM (SELECT %s, row_number() OVER (ORDER BY key) AS nth FROM %s AS of_source) AS numbered) AS parted
         GROUP BY part ORDER BY part', line, source)
$$;

REVOKE EXECUTE ON FUNCTION chain.batches FROM PUBLIC;
