-- events.hash: The number under which a word (an id, an address, a file's digest) is looked up in events.key.
-- Called by: events.take; danhba_host/trace/queries.py, danhba_host/archive/store.py.
-- Serves: decision 0055.

CREATE OR REPLACE FUNCTION events.hash(word text) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT hashtextextended(word, 0) $$;

REVOKE EXECUTE ON FUNCTION events.hash FROM PUBLIC;
GRANT EXECUTE ON FUNCTION events.hash TO danhba_trace, danhba_recall, danhba_archive;
