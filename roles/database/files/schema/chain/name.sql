-- chain.name: The expression that makes a key into one word: white space becomes a question mark.
-- Called by: chain.note, chain.cover.
-- Serves: R9.6; decision 0066.

CREATE OR REPLACE FUNCTION chain.name(key text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('regexp_replace(%I::text, ''\s'', ''?'', ''g'')', key)
$$;

REVOKE EXECUTE ON FUNCTION chain.name FROM PUBLIC;
