-- Who sends how much, and who may not go on (R10.6); whom to write what; and what the credential service remembers when
-- it starts again (R10.4).

ALTER TABLE mail.run DROP CONSTRAINT run_job_check;
ALTER TABLE mail.run ADD CONSTRAINT run_job_check
    CHECK (job IN ('accounts', 'passwords', 'credentials', 'sending'));

-- What each mailbox tried to send within the last day, in slots of five minutes: asked and written at each recipient, so
-- it is not logged, which costs nothing but the counts of a day where the server crashes. No foreign key, which would lock
-- the account's row each time.
CREATE UNLOGGED TABLE mail.sending (
    kind       text        NOT NULL,
    id         text        NOT NULL,
    slot       timestamptz NOT NULL,            -- its beginning
    messages   integer     NOT NULL DEFAULT 0,
    recipients integer     NOT NULL DEFAULT 0,
    refused    integer     NOT NULL DEFAULT 0,  -- beyond a limit, of both
    PRIMARY KEY (kind, id, slot)
);

-- Whose sending is suspended, until the operator lifts it. Reading and receiving go on.
CREATE TABLE mail.sending_suspension (
    kind   text        NOT NULL,
    id     text        NOT NULL,
    since  timestamptz NOT NULL DEFAULT now(),
    reason text        NOT NULL CHECK (reason <> ''),
    PRIMARY KEY (kind, id),
    FOREIGN KEY (kind, id) REFERENCES mail.account
);

-- What an owner, and of a suspension the operator too, has to be written; the same no more than once a day.
CREATE TABLE mail.notice (
    kind   text        NOT NULL,
    id     text        NOT NULL,
    what   text        NOT NULL CHECK (what IN ('guessed', 'strange', 'suspended')),
    since  timestamptz NOT NULL DEFAULT now(),
    detail text        NOT NULL DEFAULT '',
    told   timestamptz,
    PRIMARY KEY (kind, id, what),
    FOREIGN KEY (kind, id) REFERENCES mail.account
);

CREATE FUNCTION mail.note(of_kind text, of_id text, of_what text, of_detail text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO mail.notice (kind, id, what, detail) VALUES (of_kind, of_id, of_what, of_detail)
        ON CONFLICT (kind, id, what) DO UPDATE SET since = now(), detail = EXCLUDED.detail, told = NULL
     WHERE notice.told IS NOT NULL AND notice.since < now() - interval '1 day';
END;

-- Postfix asks it about a sign-in, at each recipient and at the end of each message: no row where it may go on, which is
-- counted; else whether sending is suspended, or the minutes after which it may go on. `official` and `agency` are what a
-- mailbox of that kind may send: messages and recipients an hour, messages and recipients a day. Whoever tries `times` the
-- recipients of an hour within an hour, those that were refused among them, is suspended.
-- One mailbox is counted by one session after the other: many at once get no further. Each statement sees what the one
-- before it waited for.
CREATE FUNCTION postfix.sending(login text, step text, official integer[], agency integer[], times integer)
    RETURNS TABLE (suspended boolean, minutes integer)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who mail.account;
    may integer[];
    asked timestamptz;
    free timestamptz;
    tried bigint;
BEGIN
    SELECT account.* INTO who
      FROM mail.account JOIN mail.credential USING (kind, id)
     WHERE account.address = split_part(login, '/', 1) AND account.address || '/' || credential.run = login
       AND account.state = 'open' AND NOT credential.initial;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    may := CASE who.kind WHEN 'agency' THEN agency ELSE official END;
    PERFORM pg_advisory_xact_lock(hashtextextended('sending ' || who.kind || '/' || who.id, 0));
    asked := clock_timestamp();
    IF EXISTS (SELECT FROM mail.sending_suspension AS held WHERE (held.kind, held.id) = (who.kind, who.id)) THEN
        RETURN QUERY SELECT true, 0;
        RETURN;
    END IF;
    -- A slot counts until the last moment of it is out of the span. Of each bound that is reached, the first slot after
    -- whose end there is room again.
    SELECT max(bound.free) INTO free
      FROM (SELECT min(slot) FILTER (WHERE later < most) + span + interval '5 minutes' AS free
              FROM (SELECT of_span.what, span, most, slot,
                           sum(amount) OVER newest - amount AS later,
                           sum(amount) OVER (PARTITION BY of_span.what, span) AS total
                      FROM (VALUES ('message', interval '1 hour', may[1]), ('recipient', interval '1 hour', may[2]),
                                   ('message', interval '1 day', may[3]), ('recipient', interval '1 day', may[4]))
                           AS of_span (what, span, most)
                           CROSS JOIN LATERAL (
                               SELECT slot, CASE of_span.what WHEN 'message' THEN messages ELSE recipients END AS amount
                                 FROM mail.sending AS sent
                                WHERE (sent.kind, sent.id) = (who.kind, who.id)
                                  AND slot > asked - span - interval '5 minutes') AS counted
                     WHERE step = 'recipient' OR of_span.what = 'message'
                    WINDOW newest AS (PARTITION BY of_span.what, span ORDER BY slot DESC)) AS summed
             WHERE total >= most
             GROUP BY what, span) AS bound;
    INSERT INTO mail.sending AS sent (kind, id, slot, messages, recipients, refused)
    VALUES (who.kind, who.id, date_bin('5 minutes', asked, '2000-01-01T00:00Z'),
            (free IS NULL AND step = 'message')::integer, (free IS NULL AND step = 'recipient')::integer,
            (free IS NOT NULL)::integer)
        ON CONFLICT (kind, id, slot) DO UPDATE
       SET messages = sent.messages + EXCLUDED.messages, recipients = sent.recipients + EXCLUDED.recipients,
           refused = sent.refused + EXCLUDED.refused;
    IF free IS NULL THEN
        RETURN;
    END IF;
    SELECT sum(recipients) + sum(refused) INTO tried
      FROM mail.sending AS sent
     WHERE (sent.kind, sent.id) = (who.kind, who.id) AND slot > asked - interval '65 minutes';
    IF tried >= times * may[2]::bigint THEN
        PERFORM mail.suspend_sending(who, format('%s/%s', tried, may[2]));
        RETURN QUERY SELECT true, 0;
    ELSE
        RETURN QUERY SELECT false, greatest(1, ceil(extract(epoch FROM free - asked) / 60)::integer);
    END IF;
END $$;

CREATE FUNCTION mail.suspend_sending(who mail.account, why text) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    of_run bigint;
BEGIN
    INSERT INTO mail.sending_suspension (kind, id, reason) VALUES (who.kind, who.id, why);
    INSERT INTO mail.notice (kind, id, what, detail) VALUES (who.kind, who.id, 'suspended', why)
        ON CONFLICT (kind, id, what) DO UPDATE SET since = now(), detail = EXCLUDED.detail, told = NULL;
    INSERT INTO mail.run (job, actor) VALUES ('sending', 'postfix') RETURNING run INTO of_run;
    INSERT INTO mail.audit (run, action, kind, id, document, after)
    VALUES (of_run, 'suspend_sending', who.kind, who.id, who.document,
            jsonb_build_object('address', who.address, 'tried', why));
END $$;

-- The operator lifts it, and says who that is: false where it was not suspended. What was counted until then counts no more.
CREATE FUNCTION mail.resume_sending(of_address text, actor text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    who mail.account;
    was mail.sending_suspension;
    of_run bigint;
BEGIN
    SELECT * INTO who FROM mail.account WHERE address = of_address;
    DELETE FROM mail.sending_suspension AS held WHERE (held.kind, held.id) = (who.kind, who.id) RETURNING * INTO was;
    IF was.kind IS NULL THEN
        RETURN false;
    END IF;
    DELETE FROM mail.sending AS sent WHERE (sent.kind, sent.id) = (who.kind, who.id);
    INSERT INTO mail.run (job, actor) VALUES ('sending', actor) RETURNING run INTO of_run;
    INSERT INTO mail.audit (run, action, kind, id, document, before)
    VALUES (of_run, 'resume_sending', who.kind, who.id, who.document,
            jsonb_build_object('address', who.address, 'since', was.since, 'tried', was.reason));
    RETURN true;
END $$;

REVOKE EXECUTE ON FUNCTION mail.note, mail.suspend_sending, mail.resume_sending, postfix.sending FROM PUBLIC;
GRANT EXECUTE ON FUNCTION postfix.sending TO postfix;
GRANT EXECUTE ON FUNCTION mail.resume_sending TO danhba_apply;
GRANT SELECT ON mail.sending_suspension TO danhba_apply;
GRANT EXECUTE ON FUNCTION mail.note TO danhba_credentials;

-- The job that writes, and forgets the counts of yesterday: it knows nothing of an account but how to write to it.
GRANT USAGE ON SCHEMA mail TO danhba_notices;
GRANT SELECT (kind, id, address, name, state) ON mail.account TO danhba_notices;
GRANT SELECT, UPDATE (told) ON mail.notice TO danhba_notices;
GRANT SELECT (slot), DELETE ON mail.sending TO danhba_notices;

-- From where each account has shown its password, and what was guessed in the last minutes: digests, and nothing that
-- anybody typed. Written now and then in one go; what a crash takes of the second is a few minutes old at most.
CREATE TABLE mail.known_client (
    account bytea       NOT NULL,
    client  bytea       NOT NULL,
    seen    timestamptz NOT NULL,
    PRIMARY KEY (account, client)
);
CREATE UNLOGGED TABLE mail.attempt (
    key bytea         PRIMARY KEY,
    at  timestamptz[] NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON mail.known_client, mail.attempt TO danhba_credentials;

-- The names that the gate warns of, where a stranger has them.
GRANT USAGE ON SCHEMA addressbook TO danhba_notices;
GRANT SELECT ON addressbook.mailbox, addressbook.agency TO danhba_notices;
