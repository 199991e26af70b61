-- What of use was measured: the last day that is over and collected, and the days that are known as a whole. Reports, the
-- month's report and the page of an agency ask here, so that they never say two things of one day.

-- Days of which a part was never collected, beside those of events.gap: on which collecting began, at first or with the
-- journal of another machine (a restore). Who was not seen on such a day may have looked.
CREATE TABLE usage.partial (
    day date NOT NULL PRIMARY KEY
);

CREATE FUNCTION usage.note_start() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO usage.partial (day)
        SELECT each::date
          FROM generate_series(
                   coalesce(events.day(OLD.at), (SELECT min(mark.day) FROM usage.mark), events.day(NEW.began)),
                   coalesce(CASE WHEN OLD.at IS NULL THEN (SELECT min(mark.day) FROM usage.mark) END,
                            events.day(NEW.began)), interval '1 day') AS each
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER began_anew AFTER UPDATE ON events.progress
    FOR EACH ROW WHEN (OLD.began IS DISTINCT FROM NEW.began AND NEW.began IS NOT NULL)
    EXECUTE FUNCTION usage.note_start();

-- Where collecting began before this migration: the first day of all, and of the journal that is read now.
INSERT INTO usage.partial (day)
    SELECT min(day) FROM usage.counted HAVING min(day) IS NOT NULL
     UNION
    SELECT events.day(began) FROM events.progress WHERE began IS NOT NULL;

-- The last day that is over in Viet Nam and collected to its end. The collector was here at `checked`; where the last line
-- that it has read is an hour older than that, it is still reading what has come meanwhile.
CREATE FUNCTION usage.last_whole() RETURNS date
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT least(events.day(now()),
                 events.day(CASE WHEN at < checked - interval '1 hour' THEN at ELSE checked END)) - 1
      FROM events.progress
$$;

-- The days from a first to a last one that are over, collected and counted, with nothing of them lost.
CREATE FUNCTION usage.whole(first date, last date) RETURNS SETOF date
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT counted.day FROM usage.counted
     WHERE counted.day BETWEEN whole.first AND least(whole.last, usage.last_whole())
       AND NOT EXISTS (SELECT FROM usage.partial WHERE partial.day = counted.day)
       AND NOT EXISTS (SELECT FROM events.gap
                        WHERE events.day(coalesce(gap.since, '-infinity')) <= counted.day
                          AND events.day(coalesce(gap.until, gap.noticed)) >= counted.day)
$$;

-- As before (migration 0020), but the page ends with usage.last_whole() and counts the days of usage.whole(), as reports do.
-- To compile it takes ten times as long as to run it.
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

REVOKE EXECUTE ON FUNCTION usage.note_start, usage.last_whole, usage.whole FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usage.last_whole, usage.whole TO danhba_apply;
