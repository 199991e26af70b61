-- The use of an agency's mailboxes, read by its custodian and its head on the webmail (R8, R9.5, R13): who they are, which
-- mailboxes are its own and on which days these have to be looked at is the register's, and comes with the accounts. The
-- days are counted already (schema usage). No address of a client, nothing of a message, no minute is told.
CREATE TABLE usage.rule (
    one      bool          NOT NULL DEFAULT true PRIMARY KEY CHECK (one),
    windows  bit(1440)[]   NOT NULL CHECK (cardinality(windows) > 0),
    names    text[]        NOT NULL CHECK (cardinality(names) = cardinality(windows)),   -- such as 07:00–09:30
    official int[]         NOT NULL,                      -- which windows a mailbox of that kind needs, from 1 on
    agency   int[]         NOT NULL,
    target   int           NOT NULL CHECK (target BETWEEN 1 AND 100),                    -- per cent of working days
    days     date[]        NOT NULL                       -- working days, as far as they were told
);

CREATE TABLE usage.page (
    agency    text  NOT NULL PRIMARY KEY CHECK (agency <> ''),
    name      text  NOT NULL,
    mailboxes jsonb NOT NULL                              -- kind, id, holder, address; stays: when it is open there
);

CREATE TABLE usage.reader (
    kind   text NOT NULL,
    id     text NOT NULL,
    agency text NOT NULL REFERENCES usage.page ON DELETE CASCADE,
    PRIMARY KEY (kind, id, agency)
);

-- The agency whose use a mailbox may read: its own, while both the register says so and the mailbox is open there.
CREATE FUNCTION usage.read_by(of_kind text, of_id text) RETURNS text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT reader.agency FROM usage.reader JOIN mail.account USING (kind, id, agency)
     WHERE kind = of_kind AND id = of_id AND account.state = 'open';
END;

-- What the owner of a web session may read: nothing is asked for but by that session. This month and the last, until
-- yesterday, as far as days were counted; none where nobody may.
-- To compile it takes ten times as long as to run it.
CREATE FUNCTION usage.shown(of_address text, of_token text) RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    WITH session AS (
        SELECT usage.read_by(kind, id) AS agency, events.day(now()) AS today
          FROM mail.web_session
         WHERE token = of_token AND address = of_address AND expires > now()
           AND EXISTS (SELECT FROM mail.account AS a
                        WHERE (a.kind, a.id, a.address) = (web_session.kind, web_session.id, web_session.address))
    ), month AS (
        SELECT (date_trunc('month', today) - interval '1 month' * ago)::date AS since,
               least(today, (date_trunc('month', today) - interval '1 month' * (ago - 1))::date) AS until
          FROM session, generate_series(0, 1) AS ago
    ), worked AS (
        SELECT month.since, day.day, counted.day IS NOT NULL AS counted
          FROM usage.rule, unnest(rule.days) AS day
          JOIN month ON day.day >= month.since AND day.day < month.until
          LEFT JOIN usage.counted USING (day)
    ), box AS (
        SELECT number, box.kind, box.id, box.holder, box.address, box.stays,
               CASE box.kind WHEN 'agency' THEN rule.agency ELSE rule.official END AS required
          FROM session JOIN usage.page USING (agency), usage.rule,
               ROWS FROM (jsonb_to_recordset(page.mailboxes)
                          AS (kind text, id text, holder text, address text, stays datemultirange)
                         ) WITH ORDINALITY AS box (kind, id, holder, address, stays, number)
    ), looked AS (
        SELECT worked.since, box.number, box.required,
               ARRAY (SELECT coalesce((day.minutes & minutes) <> repeat('0', 1440)::bit(1440), false)
                        FROM usage.rule, unnest(rule.windows) WITH ORDINALITY AS window_ (minutes, n) ORDER BY n) AS windows
          FROM box JOIN worked ON worked.day <@ box.stays AND worked.counted
          LEFT JOIN usage.day ON (day.day, day.kind, day.id) = (worked.day, box.kind, box.id)
    ), summed AS (
        SELECT since, number, count(*) AS days,
               count(*) FILTER (WHERE (SELECT bool_and(windows[n]) FROM unnest(required) AS n)) AS met,
               array_agg(windows) AS windows
          FROM looked GROUP BY since, number
    ), told AS (
        SELECT since, jsonb_agg(jsonb_build_object(
                   'kind', kind, 'holder', holder, 'address', address, 'days', days, 'met', met,
                   'windows', (SELECT jsonb_agg(seen ORDER BY n) FROM (
                       SELECT n, (SELECT count(*) FROM generate_subscripts(windows, 1) AS d WHERE windows[d][n]) AS seen
                         FROM generate_subscripts(windows, 2) AS n) AS each)) ORDER BY number) AS mailboxes
          FROM summed JOIN box USING (number) GROUP BY since
    )
    SELECT jsonb_build_object(
               'agency', page.agency, 'name', page.name, 'until', session.today - 1,
               'windows', to_jsonb(rule.names), 'target', rule.target,
               'required', jsonb_build_object('official', rule.official, 'agency', rule.agency),
               'months', (SELECT jsonb_agg(jsonb_build_object(
                              'month', to_char(month.since, 'YYYY-MM'),
                              'days', (SELECT count(*) FROM worked WHERE worked.since = month.since),
                              'uncounted', (SELECT count(*) FROM worked
                                             WHERE worked.since = month.since AND NOT worked.counted),
                              'mailboxes', coalesce(told.mailboxes, '[]')) ORDER BY month.since DESC)
                            FROM month LEFT JOIN told USING (since)))
      FROM session JOIN usage.page USING (agency), usage.rule;
END;

-- Of which month the report was mailed, so that nobody gets it twice.
CREATE TABLE usage.mailed (
    month      text        NOT NULL PRIMARY KEY CHECK (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
    at         timestamptz NOT NULL DEFAULT now(),
    actor      text        NOT NULL CHECK (actor <> ''),
    recipient  text        NOT NULL CHECK (recipient <> ''),
    message_id text        NOT NULL,
    digest     text        NOT NULL                       -- SHA-256 of the sealed file
);
CREATE TRIGGER mailed_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON usage.mailed
    FOR EACH STATEMENT EXECUTE FUNCTION mail.refuse_change();

-- Use is not kept for ever: what is older than some days goes.
CREATE FUNCTION usage.forget(days int) RETURNS int
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    last date := events.day(now()) - days;
    gone int;
BEGIN
    IF days IS NULL OR days < 731 THEN
        RAISE insufficient_privilege USING MESSAGE = 'use is kept for 731 days at least';
    END IF;
    DELETE FROM usage.day WHERE day.day < last;
    GET DIAGNOSTICS gone = ROW_COUNT;
    DELETE FROM usage.flow WHERE flow.day < last;
    DELETE FROM usage.disk WHERE disk.day < last;
    DELETE FROM usage.counted WHERE counted.day < last;
    RETURN gone;
END $$;

REVOKE EXECUTE ON FUNCTION usage.read_by, usage.shown, usage.forget FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON usage.rule, usage.page, usage.reader TO danhba_apply;
GRANT SELECT, INSERT ON usage.mailed TO danhba_apply;
GRANT USAGE ON SCHEMA usage TO danhba_credentials;
GRANT EXECUTE ON FUNCTION usage.read_by, usage.shown TO danhba_credentials;
GRANT EXECUTE ON FUNCTION usage.forget TO danhba_events;
