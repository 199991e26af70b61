-- usage.count_day: Count the use and the mail of a day anew, whole or not at all; answers how many mailboxes have a
-- row. A closed day stays as it was.
-- Called by: usage.close, danhba_host/usage.py, plugins/module_utils/host/usage.py.
-- Serves: R8, R13; decisions 0059, 0063.

CREATE OR REPLACE FUNCTION usage.count_day(of_day date) RETURNS int
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    since timestamptz := of_day::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh';
    until timestamptz := (of_day + 1)::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh';
    rows int;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('usage ' || of_day, 0));
    DELETE FROM usage.mark WHERE mark.day = of_day;
    UPDATE usage.counted SET late = late + 1 WHERE counted.day = of_day AND closed;
    IF FOUND THEN
        RETURN 0;
    END IF;
    DELETE FROM usage.day WHERE day.day = of_day;
    INSERT INTO usage.day (day, kind, id, minutes, attended, protocols, sent, received, octets)
        SELECT of_day, kind, id, s.minutes, nullif(s.attended, s.minutes), coalesce(s.protocols, '{}'),
               coalesce(m.sent, 0), coalesce(m.received, 0), coalesce(m.octets, 0)
          FROM usage.signs(since, until) AS s FULL JOIN usage.mail(since, until) AS m USING (kind, id);
    GET DIAGNOSTICS rows = ROW_COUNT;
    DELETE FROM usage.flow WHERE flow.day = of_day;
    INSERT INTO usage.flow (day, what, times) SELECT of_day, f.what, f.times FROM usage.flows(since, until) AS f;
    INSERT INTO usage.counted (day) VALUES (of_day) ON CONFLICT (day) DO UPDATE SET at = now();
    RETURN rows;
END $$;

REVOKE EXECUTE ON FUNCTION usage.count_day FROM PUBLIC;
GRANT EXECUTE ON FUNCTION usage.count_day TO danhba_events, danhba_apply;
