-- mail.digest_credential: SHA-256 over the columns that decide who may sign in. Its text is that of a row of which
-- there are no other columns (chain.line). The audit computes the same digest in Python.
-- Called by: mail.note_credentials.
-- Serves: R9.6; decision 0089.

CREATE OR REPLACE FUNCTION mail.digest_credential(kind text, id text, password text, initial boolean) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT encode(sha256(convert_to(format('{"id":%s,"initial":%s,"kind":%s,"password":%s}', to_json(id),
                                           initial::text, to_json(kind), to_json(password)), 'UTF8')), 'hex')
$$;

REVOKE EXECUTE ON FUNCTION mail.digest_credential FROM PUBLIC;
