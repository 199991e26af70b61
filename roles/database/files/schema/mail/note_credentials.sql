-- mail.note_credentials: Write digests of the passwords that a statement stored, changed or removed to
-- mail.credential_digest, which is sealed. One statement of a whole batch is one statement there, and one seal.
-- Called by: its triggers, after each statement on mail.credential.
-- Serves: R9.6; decision 0089.

CREATE OR REPLACE FUNCTION mail.note_credentials() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO mail.credential_digest (kind, id, run, digest)
        SELECT kind, id, run, mail.digest_credential(kind, id, password, initial) FROM fresh ORDER BY kind, id;
    ELSIF TG_OP = 'UPDATE' THEN
        INSERT INTO mail.credential_digest (kind, id, run, digest)
        SELECT kind, id, run, mail.digest_credential(kind, id, password, initial)
          FROM (SELECT kind, id, run, password, initial FROM fresh
                EXCEPT SELECT kind, id, run, password, initial FROM gone) AS changed ORDER BY kind, id;
    ELSE
        INSERT INTO mail.credential_digest (kind, id) SELECT kind, id FROM gone ORDER BY kind, id;
    END IF;
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION mail.note_credentials FROM PUBLIC;

CREATE OR REPLACE TRIGGER credential_stored AFTER INSERT ON mail.credential REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION mail.note_credentials();
CREATE OR REPLACE TRIGGER credential_changed AFTER UPDATE ON mail.credential REFERENCING OLD TABLE AS gone NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION mail.note_credentials();
CREATE OR REPLACE TRIGGER credential_removed AFTER DELETE ON mail.credential REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION mail.note_credentials();
