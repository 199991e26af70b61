-- The verifier of the chain reads the tables by itself, makes each row's text by code of its own, and knows from a file
-- that is shipped with it which objects there have to be (danhba_host/audit, auditing/made.json). A view that shows it
-- lines, or a list of triggers, is something that whoever is superuser could put another in place of: there is none.
DROP VIEW chain.unguarded;
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT relation FROM chain.covered LOOP
        EXECUTE format('DROP VIEW chain.%I', name);
    END LOOP;
END $$;

-- As before (0021), without a view; and the audit may read the whole table.
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
SELECT chain.cover(relation::regclass) FROM chain.covered ORDER BY relation;

-- Which password each account had when: a digest of its row in mail.credential, for the hash itself is nobody's but the
-- services' that compare passwords. So a hash that was put in past the triggers is found: it is not the last one sealed.
CREATE TABLE mail.credential_digest (
    entry  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     timestamptz NOT NULL DEFAULT now(),
    kind   text        NOT NULL,
    id     text        NOT NULL,
    run    bigint,                                            -- that stored it, as the credential says
    digest text        CHECK (digest ~ '^[0-9a-f]{64}$')      -- NULL: the account has no password any more
);

-- SHA-256 over the columns that decide who may sign in, as the text of a row of which there are no others (0021).
CREATE FUNCTION mail.digest_credential(kind text, id text, password text, initial boolean) RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT encode(sha256(convert_to(format('{"id":%s,"initial":%s,"kind":%s,"password":%s}', to_json(id),
                                           initial::text, to_json(kind), to_json(password)), 'UTF8')), 'hex')
$$;

INSERT INTO mail.credential_digest (kind, id, run, digest)
SELECT kind, id, run, mail.digest_credential(kind, id, password, initial) FROM mail.credential ORDER BY kind, id;
CREATE TRIGGER credential_digest_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON mail.credential_digest
    FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();
SELECT chain.cover('mail.credential_digest');

-- One statement of a whole batch is one statement here, and one seal.
CREATE FUNCTION mail.note_credentials() RETURNS trigger
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
CREATE TRIGGER credential_stored AFTER INSERT ON mail.credential REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION mail.note_credentials();
CREATE TRIGGER credential_changed AFTER UPDATE ON mail.credential REFERENCING OLD TABLE AS gone NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION mail.note_credentials();
CREATE TRIGGER credential_removed AFTER DELETE ON mail.credential REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION mail.note_credentials();
REVOKE EXECUTE ON FUNCTION mail.digest_credential, mail.note_credentials FROM PUBLIC;

-- What these digests are compared with, by root's job alone, which tells nothing but digests.
GRANT SELECT (kind, id, password, initial) ON mail.credential TO danhba_audit;
