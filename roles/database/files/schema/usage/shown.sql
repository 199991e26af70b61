-- usage.shown: What the owner of a web session may read of the use of an agency: this month and the last, until
-- usage.last_whole(), over the days of usage.whole(), as reports have them; nothing where the owner may read none.
-- Nothing but the session says whose. JIT is off: compiling takes ten times as long as running.
-- Called by: danhba_host/credentials/store.py (the webmail's page).
-- Serves: R8, R9.5; decision 0065.

CREATE OR REPLACE FUNCTION usage.shown(of_address text, of_token text) RETURNS jsonb
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    WITH session AS (
        SELECT usage.read_by(kind, id) AS agency, events.day(now()) AS today, usage.last_whole() AS last
          FROM mail.web_session
         WHERE token = of_token AND address = of_address AND expires > now()
           AND EXISTS (SELECT FROM mail.account AS a
                        WHERE (a.kind, a.id, a.address) = (web_session.kind, web_session.id, web_session.address))
    ), month AS (
        SELECT (date_trunc('month', today) - interval '1 month' * ago)::date AS since,
               least(last + 1, (date_trunc('month', today) - interval '1 month' * (ago - 1))::date) AS until
          FROM session, generate_series(0, 1) AS ago
    ), worked AS (
        SELECT month.since, day.day, whole.day IS NOT NULL AS counted
          FROM usage.rule, unnest(rule.days) AS day
          JOIN month ON day.day >= month.since AND day.day < month.until
          LEFT JOIN (SELECT w.day FROM session, usage.whole((date_trunc('month', today) - interval '1 month')::date,
                                                            last) AS w (day)) AS whole USING (day)
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
               'agency', page.agency, 'name', page.name, 'until', session.last,
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

REVOKE EXECUTE ON FUNCTION usage.shown FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usage.shown TO danhba_credentials;
