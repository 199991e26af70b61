-- The database of accounts as it is after every migration, for reading: nothing runs this file. `make generated` makes
-- it of roles/database/files/migrations, whose comments say why; a test fails while it is not up to date.
-- Everything belongs to danhba_owner. A service signs in under its own role and sees what is granted here and no more.
-- `mail` holds the tables; `postfix`, `dovecot` and `addressbook` hold the views of the services they are named for.

CREATE SCHEMA addressbook;

CREATE SCHEMA dovecot;

CREATE SCHEMA mail;

CREATE SCHEMA postfix;

CREATE FUNCTION addressbook.base(address text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ('dc='::text || replace(split_part(address, '@'::text, 2), '.'::text, ',dc='::text));

CREATE FUNCTION addressbook.escaped(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN regexp_replace(regexp_replace(value, '([\\,+"<>;=])'::text, '\\\1'::text, 'g'::text), '(^[ #])|( $)'::text, '\\\1\2'::text, 'g'::text);

CREATE FUNCTION mail.end_account() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    PERFORM FROM mail.credential WHERE kind = OLD.kind AND id = OLD.id FOR NO KEY UPDATE;
    DELETE FROM mail.web_session WHERE kind = OLD.kind AND id = OLD.id;
    IF OLD.state = 'open' THEN
        INSERT INTO mail.ending (address) VALUES (OLD.address);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION mail.own_record() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    RAISE insufficient_privilege USING MESSAGE = format('%s records what it does itself, and nothing else', current_user);
END $$;

CREATE FUNCTION mail.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'mail.% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE FUNCTION mail.replace_password() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
BEGIN
    INSERT INTO mail.former_password (kind, id, password) VALUES (OLD.kind, OLD.id, OLD.password);
    DELETE FROM mail.web_session WHERE kind = OLD.kind AND id = OLD.id;
    INSERT INTO mail.ending (address) SELECT address FROM mail.account WHERE kind = OLD.kind AND id = OLD.id;
    RETURN NULL;
END $$;

CREATE TABLE mail.account (
    kind text NOT NULL,
    id text NOT NULL,
    address text NOT NULL,
    name text NOT NULL,
    agency text NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    unit text DEFAULT ''::text NOT NULL,
    phone text DEFAULT ''::text NOT NULL,
    quota bigint NOT NULL,
    state text NOT NULL,
    document text NOT NULL,
    since date NOT NULL,
    parent text DEFAULT ''::text NOT NULL,
    family text DEFAULT ''::text NOT NULL,
    given text DEFAULT ''::text NOT NULL,
    quota_document text DEFAULT ''::text NOT NULL,
    CONSTRAINT account_address_check CHECK (((address = lower(address)) AND (address ~~ '%_@_%'::text))),
    CONSTRAINT account_document_check CHECK ((document <> ''::text)),
    CONSTRAINT account_id_check CHECK ((id ~ '^[A-Za-z0-9-]{1,64}$'::text)),
    CONSTRAINT account_kind_check CHECK ((kind = ANY (ARRAY['official'::text, 'agency'::text]))),
    CONSTRAINT account_quota_check CHECK ((quota > 0)),
    CONSTRAINT account_state_check CHECK ((state = ANY (ARRAY['open'::text, 'suspended'::text, 'closed'::text])))
);

CREATE VIEW addressbook.agency AS
 WITH RECURSIVE live AS (
         SELECT account.agency AS code,
            min(account.address) AS address
           FROM mail.account
          WHERE (account.state = 'open'::text)
          GROUP BY account.agency
        ), known AS (
         SELECT account.id AS code,
            account.name,
            account.parent,
            account.address
           FROM mail.account
          WHERE (account.kind = 'agency'::text)
        UNION ALL
         SELECT live.code,
            live.code,
            ''::text,
            live.address
           FROM live
          WHERE (NOT (live.code IN ( SELECT account.id
                   FROM mail.account
                  WHERE (account.kind = 'agency'::text))))
        ), shown AS (
         SELECT known.code,
            known.parent
           FROM (known
             JOIN live USING (code))
        UNION
         SELECT known.code,
            known.parent
           FROM (known
             JOIN shown ON ((known.code = shown.parent)))
        ), placed AS (
         SELECT known.code,
            known.name,
            known.parent,
            ((('ou='::text || addressbook.escaped(known.code)) || ','::text) || addressbook.base(known.address)) AS dn
           FROM known
          WHERE (NOT (known.parent IN ( SELECT known_1.code
                   FROM known known_1)))
        UNION ALL
         SELECT known.code,
            known.name,
            known.parent,
            ((('ou='::text || addressbook.escaped(known.code)) || ','::text) || placed_1.dn)
           FROM (known
             JOIN placed placed_1 ON ((known.parent = placed_1.code)))
        )
 SELECT code,
    name,
    parent,
    dn
   FROM placed
  WHERE (code IN ( SELECT shown.code
           FROM shown));

CREATE VIEW addressbook.mailbox AS
 SELECT account.kind,
    account.id,
    account.address,
    account.name,
    account.title,
    account.unit,
    account.phone,
    account.agency,
    agency.name AS agency_name,
    ((('uid='::text || addressbook.escaped(split_part(account.address, '@'::text, 1))) || ','::text) || agency.dn) AS dn,
    account.family,
    account.given
   FROM (mail.account
     JOIN addressbook.agency ON ((agency.code = account.agency)))
  WHERE (account.state = 'open'::text);

CREATE TABLE mail.run (
    run bigint NOT NULL,
    job text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    as_of date,
    register text,
    checksum text,
    batch uuid,
    CONSTRAINT run_job_check CHECK ((job = ANY (ARRAY['accounts'::text, 'passwords'::text, 'credentials'::text])))
);

CREATE VIEW addressbook.version AS
 SELECT ((run || ' '::text) || EXTRACT(epoch FROM at)) AS version
   FROM mail.run
  WHERE (job = 'accounts'::text)
  ORDER BY run DESC
 LIMIT 1;

CREATE TABLE mail.credential (
    kind text NOT NULL,
    id text NOT NULL,
    password text NOT NULL,
    run bigint NOT NULL,
    document text DEFAULT ''::text NOT NULL,
    initial boolean DEFAULT true NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT credential_password_check CHECK ((password ~ '^\{[A-Z0-9-]+\}.'::text))
);

CREATE VIEW dovecot.passdb AS
 SELECT account.address,
    credential.password,
    credential.initial,
    ((account.address || '/'::text) || credential.run) AS login
   FROM (mail.account
     JOIN mail.credential USING (kind, id))
  WHERE (account.state = 'open'::text);

CREATE VIEW dovecot.userdb AS
 SELECT account.address,
    ((account.kind || '/'::text) || account.id) AS home,
    account.quota,
        CASE
            WHEN (account.state = 'open'::text) THEN ((account.address || '/'::text) || credential.run)
            ELSE NULL::text
        END AS login
   FROM (mail.account
     LEFT JOIN mail.credential USING (kind, id))
  WHERE (account.state = ANY (ARRAY['open'::text, 'suspended'::text]));

CREATE TABLE mail.web_session (
    token text NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    address text NOT NULL,
    expires timestamp with time zone NOT NULL,
    CONSTRAINT web_session_token_check CHECK ((token ~ '^[0-9a-f]{64}$'::text))
);

CREATE VIEW dovecot.web_session AS
 SELECT account.address,
    web_session.token,
    ((account.address || '/'::text) || credential.run) AS login
   FROM ((mail.account
     JOIN mail.web_session USING (kind, id, address))
     JOIN mail.credential USING (kind, id))
  WHERE ((account.state = 'open'::text) AND (web_session.expires > now()) AND (NOT credential.initial));

CREATE TABLE mail.audit (
    entry bigint NOT NULL,
    run bigint NOT NULL,
    action text NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    document text NOT NULL,
    before jsonb,
    after jsonb
);

ALTER TABLE mail.audit ALTER COLUMN entry ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mail.audit_entry_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE mail.ending (
    entry bigint NOT NULL,
    address text NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE mail.ending ALTER COLUMN entry ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mail.ending_entry_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE mail.former_password (
    entry bigint NOT NULL,
    kind text NOT NULL,
    id text NOT NULL,
    password text NOT NULL,
    until timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE mail.former_password ALTER COLUMN entry ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mail.former_password_entry_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE mail.room (
    kind text NOT NULL,
    id text NOT NULL,
    quota bigint NOT NULL,
    free bigint NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT room_check CHECK (((free >= 0) AND (free <= quota))),
    CONSTRAINT room_quota_check CHECK ((quota > 0))
);

CREATE TABLE mail.route (
    address text NOT NULL,
    mode text NOT NULL,
    document text NOT NULL,
    reply text DEFAULT ''::text NOT NULL,
    CONSTRAINT route_address_check CHECK (((address = lower(address)) AND (address ~~ '%_@_%'::text))),
    CONSTRAINT route_check CHECK (((mode = ANY (ARRAY['redirect'::text, 'cancelled'::text])) = (reply <> ''::text))),
    CONSTRAINT route_mode_check CHECK ((mode = ANY (ARRAY['system'::text, 'forward'::text, 'redirect'::text, 'cancelled'::text]))),
    CONSTRAINT route_reply_check CHECK ((reply ~ '^[ -~]*$'::text))
);

CREATE TABLE mail.route_target (
    address text NOT NULL,
    kind text NOT NULL,
    id text NOT NULL
);

ALTER TABLE mail.run ALTER COLUMN run ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME mail.run_run_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW postfix.alias AS
 SELECT route.address,
    account.address AS destination
   FROM ((mail.route
     JOIN mail.route_target USING (address))
     JOIN mail.account ON (((account.kind = route_target.kind) AND (account.id = route_target.id))))
  WHERE ((route.mode = ANY (ARRAY['system'::text, 'forward'::text])) AND (account.state = ANY (ARRAY['open'::text, 'suspended'::text])));

CREATE VIEW postfix.initial AS
 SELECT account.address,
    ((account.address || '/'::text) || credential.run) AS login
   FROM (mail.account
     JOIN mail.credential USING (kind, id))
  WHERE ((account.state = 'open'::text) AND credential.initial);

CREATE VIEW postfix.mailbox AS
 SELECT address
   FROM mail.account
  WHERE (state = ANY (ARRAY['open'::text, 'suspended'::text]));

CREATE VIEW postfix.refusal AS
 SELECT address,
    (
        CASE mode
            WHEN 'redirect'::text THEN '550 5.1.6 '::text
            ELSE '550 5.2.1 '::text
        END || reply) AS action
   FROM mail.route
  WHERE (mode = ANY (ARRAY['redirect'::text, 'cancelled'::text]));

CREATE VIEW postfix.room AS
 SELECT account.address,
        CASE
            WHEN (room.quota <= account.quota) THEN room.free
            ELSE (0)::bigint
        END AS free
   FROM (mail.account
     LEFT JOIN mail.room USING (kind, id))
  WHERE (account.state = ANY (ARRAY['open'::text, 'suspended'::text]));

CREATE VIEW postfix.sender AS
 SELECT account.address,
    ((account.address || '/'::text) || credential.run) AS login
   FROM (mail.account
     JOIN mail.credential USING (kind, id))
  WHERE ((account.state = 'open'::text) AND (NOT credential.initial));

CREATE TABLE public.schema_migration (
    number integer NOT NULL,
    name text NOT NULL,
    sha256 text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY mail.account
    ADD CONSTRAINT account_address_key UNIQUE (address) DEFERRABLE INITIALLY DEFERRED;

ALTER TABLE ONLY mail.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (kind, id);

ALTER TABLE ONLY mail.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (entry);

ALTER TABLE ONLY mail.credential
    ADD CONSTRAINT credential_pkey PRIMARY KEY (kind, id);

ALTER TABLE ONLY mail.ending
    ADD CONSTRAINT ending_pkey PRIMARY KEY (entry);

ALTER TABLE ONLY mail.former_password
    ADD CONSTRAINT former_password_pkey PRIMARY KEY (entry);

ALTER TABLE ONLY mail.room
    ADD CONSTRAINT room_pkey PRIMARY KEY (kind, id);

ALTER TABLE ONLY mail.route
    ADD CONSTRAINT route_pkey PRIMARY KEY (address);

ALTER TABLE ONLY mail.route_target
    ADD CONSTRAINT route_target_pkey PRIMARY KEY (address, kind, id);

ALTER TABLE ONLY mail.run
    ADD CONSTRAINT run_batch_key UNIQUE (batch);

ALTER TABLE ONLY mail.run
    ADD CONSTRAINT run_pkey PRIMARY KEY (run);

ALTER TABLE ONLY mail.web_session
    ADD CONSTRAINT web_session_pkey PRIMARY KEY (token);

ALTER TABLE ONLY public.schema_migration
    ADD CONSTRAINT schema_migration_pkey PRIMARY KEY (number);

CREATE INDEX audit_object ON mail.audit USING btree (kind, id);

CREATE INDEX ending_address ON mail.ending USING btree (address);

CREATE INDEX former_password_account ON mail.former_password USING btree (kind, id);

CREATE INDEX route_target_account ON mail.route_target USING btree (kind, id);

CREATE INDEX web_session_account ON mail.web_session USING btree (kind, id);

CREATE INDEX web_session_expires ON mail.web_session USING btree (expires);

CREATE TRIGGER account_ended AFTER UPDATE ON mail.account FOR EACH ROW WHEN (((old.state <> new.state) OR (old.address <> new.address))) EXECUTE FUNCTION mail.end_account();

CREATE TRIGGER audit_is_own BEFORE INSERT ON mail.audit FOR EACH ROW WHEN ((((CURRENT_USER = 'danhba_apply'::name) AND (new.action = ANY (ARRAY['issue_password'::text, 'reissue_password'::text, 'change_password'::text]))) OR ((CURRENT_USER = 'danhba_password'::name) AND (new.action <> ALL (ARRAY['issue_password'::text, 'reissue_password'::text]))) OR ((CURRENT_USER = 'danhba_credentials'::name) AND (new.action <> 'change_password'::text)))) EXECUTE FUNCTION mail.own_record();

CREATE TRIGGER audit_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON mail.audit FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();

CREATE TRIGGER password_replaced AFTER UPDATE ON mail.credential FOR EACH ROW WHEN ((old.password IS DISTINCT FROM new.password)) EXECUTE FUNCTION mail.replace_password();

CREATE TRIGGER run_is_own BEFORE INSERT ON mail.run FOR EACH ROW WHEN ((((CURRENT_USER = 'danhba_apply'::name) AND (new.job <> 'accounts'::text)) OR ((CURRENT_USER = 'danhba_password'::name) AND (new.job <> 'passwords'::text)) OR ((CURRENT_USER = 'danhba_credentials'::name) AND (new.job <> 'credentials'::text)))) EXECUTE FUNCTION mail.own_record();

CREATE TRIGGER run_only_grows BEFORE DELETE OR UPDATE OR TRUNCATE ON mail.run FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();

ALTER TABLE ONLY mail.audit
    ADD CONSTRAINT audit_run_fkey FOREIGN KEY (run) REFERENCES mail.run(run);

ALTER TABLE ONLY mail.credential
    ADD CONSTRAINT credential_kind_id_fkey FOREIGN KEY (kind, id) REFERENCES mail.account(kind, id);

ALTER TABLE ONLY mail.credential
    ADD CONSTRAINT credential_run_fkey FOREIGN KEY (run) REFERENCES mail.run(run);

ALTER TABLE ONLY mail.former_password
    ADD CONSTRAINT former_password_kind_id_fkey FOREIGN KEY (kind, id) REFERENCES mail.account(kind, id);

ALTER TABLE ONLY mail.room
    ADD CONSTRAINT room_kind_id_fkey FOREIGN KEY (kind, id) REFERENCES mail.account(kind, id);

ALTER TABLE ONLY mail.route_target
    ADD CONSTRAINT route_target_address_fkey FOREIGN KEY (address) REFERENCES mail.route(address) ON DELETE CASCADE;

ALTER TABLE ONLY mail.route_target
    ADD CONSTRAINT route_target_kind_id_fkey FOREIGN KEY (kind, id) REFERENCES mail.account(kind, id);

ALTER TABLE ONLY mail.web_session
    ADD CONSTRAINT web_session_kind_id_fkey FOREIGN KEY (kind, id) REFERENCES mail.account(kind, id);

GRANT USAGE ON SCHEMA addressbook TO openldap;
GRANT USAGE ON SCHEMA addressbook TO danhba_credentials;

GRANT USAGE ON SCHEMA dovecot TO dovecot;

GRANT USAGE ON SCHEMA mail TO danhba_apply;
GRANT USAGE ON SCHEMA mail TO danhba_password;
GRANT USAGE ON SCHEMA mail TO danhba_credentials;
GRANT USAGE ON SCHEMA mail TO danhba_sessions;
GRANT USAGE ON SCHEMA mail TO danhba_room;

GRANT USAGE ON SCHEMA postfix TO postfix;

GRANT SELECT,INSERT,UPDATE ON TABLE mail.account TO danhba_apply;
GRANT SELECT ON TABLE mail.account TO danhba_password;
GRANT SELECT ON TABLE mail.account TO danhba_credentials;

GRANT SELECT(kind) ON TABLE mail.account TO danhba_room;

GRANT SELECT(id) ON TABLE mail.account TO danhba_room;

GRANT SELECT(address) ON TABLE mail.account TO danhba_room;

GRANT SELECT(quota) ON TABLE mail.account TO danhba_room;

GRANT SELECT(state) ON TABLE mail.account TO danhba_room;

GRANT SELECT ON TABLE addressbook.agency TO openldap;
GRANT SELECT ON TABLE addressbook.agency TO danhba_credentials;

GRANT SELECT ON TABLE addressbook.mailbox TO openldap;

GRANT SELECT,INSERT ON TABLE mail.run TO danhba_apply;
GRANT SELECT,INSERT ON TABLE mail.run TO danhba_password;

GRANT SELECT(run) ON TABLE mail.run TO danhba_credentials;

GRANT INSERT(job) ON TABLE mail.run TO danhba_credentials;

GRANT INSERT(actor) ON TABLE mail.run TO danhba_credentials;

GRANT SELECT ON TABLE addressbook.version TO openldap;

GRANT SELECT,INSERT,UPDATE ON TABLE mail.credential TO danhba_password;
GRANT SELECT ON TABLE mail.credential TO danhba_credentials;

GRANT UPDATE(password) ON TABLE mail.credential TO danhba_credentials;

GRANT UPDATE(run) ON TABLE mail.credential TO danhba_credentials;

GRANT UPDATE(initial) ON TABLE mail.credential TO danhba_credentials;

GRANT UPDATE(since) ON TABLE mail.credential TO danhba_credentials;

GRANT SELECT ON TABLE dovecot.passdb TO dovecot;

GRANT SELECT ON TABLE dovecot.userdb TO dovecot;

GRANT SELECT,INSERT,DELETE ON TABLE mail.web_session TO danhba_credentials;

GRANT SELECT ON TABLE dovecot.web_session TO dovecot;

GRANT SELECT,INSERT ON TABLE mail.audit TO danhba_apply;
GRANT SELECT,INSERT ON TABLE mail.audit TO danhba_password;

GRANT INSERT(run) ON TABLE mail.audit TO danhba_credentials;

GRANT INSERT(action) ON TABLE mail.audit TO danhba_credentials;

GRANT INSERT(kind) ON TABLE mail.audit TO danhba_credentials;

GRANT INSERT(id) ON TABLE mail.audit TO danhba_credentials;

GRANT INSERT(document) ON TABLE mail.audit TO danhba_credentials;

GRANT INSERT(before) ON TABLE mail.audit TO danhba_credentials;

GRANT INSERT(after) ON TABLE mail.audit TO danhba_credentials;

GRANT SELECT,DELETE ON TABLE mail.ending TO danhba_sessions;
GRANT SELECT,DELETE ON TABLE mail.ending TO danhba_password;
GRANT SELECT,DELETE ON TABLE mail.ending TO danhba_credentials;

GRANT SELECT,DELETE ON TABLE mail.former_password TO danhba_credentials;

GRANT SELECT,INSERT,UPDATE ON TABLE mail.room TO danhba_room;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE mail.route TO danhba_apply;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE mail.route_target TO danhba_apply;

GRANT SELECT ON TABLE postfix.alias TO postfix;

GRANT SELECT ON TABLE postfix.initial TO postfix;

GRANT SELECT ON TABLE postfix.mailbox TO postfix;

GRANT SELECT ON TABLE postfix.refusal TO postfix;

GRANT SELECT ON TABLE postfix.room TO postfix;

GRANT SELECT ON TABLE postfix.sender TO postfix;
