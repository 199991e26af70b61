-- metrics.figures: What is watched of the mail system, as numbers: whoever asks reads no row, no address and no name.
-- Each number comes with its name and the labels that tell it from others of that name. Times are seconds. How long
-- messages took is told of the last quarter of an hour, with their number, so that an incident of an hour ago is no
-- news.
-- Called by: danhba_host/metrics/sources.py.
-- Serves: R9.2; decision 0068.

CREATE OR REPLACE FUNCTION metrics.figures() RETURNS TABLE (name text, labels jsonb, value double precision)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    midnight timestamptz := events.day(now())::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh';
BEGIN
    -- How long messages took that arrived in the last quarter of an hour, wherever they waited before.
    RETURN QUERY EXECUTE $query$
    WITH received AS (
        SELECT e.queue_id, min(e.at) AS at FROM events.event AS e
         WHERE e.at >= $1 - interval '1 day' AND e.event = 'received' GROUP BY 1
    ), delivered AS (
        SELECT CASE WHEN e.id IS NULL THEN 'outside' ELSE 'mailbox' END AS place,
               e.at >= $1 - interval '15 minutes' AS recent,
               greatest(extract(epoch FROM e.at - received.at), 0)::double precision AS seconds
          FROM events.event AS e JOIN received USING (queue_id)
         WHERE e.at >= $1 - interval '1 hour' AND e.event = 'delivered' AND e.next_queue_id IS NULL
    ), told AS (
        SELECT place, count(*) AS hour, count(*) FILTER (WHERE recent) AS quarter,
               percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE recent) AS p95
          FROM delivered GROUP BY place
    )
    SELECT figure.name, jsonb_build_object('place', told.place), figure.value
      FROM told, LATERAL (VALUES ('danhba_delivery_seconds_p95', told.p95),
                                 ('danhba_deliveries_last_quarter', told.quarter::double precision),
                                 ('danhba_deliveries_last_hour', told.hour::double precision)) AS figure (name, value)
     WHERE figure.value IS NOT NULL
    $query$ USING now();

    RETURN QUERY SELECT 'danhba_mail_last_hour', jsonb_build_object('what', f.what), f.times::double precision
      FROM usage.flows(now() - interval '1 hour', now()) AS f;
    RETURN QUERY SELECT 'danhba_mail_today', jsonb_build_object('what', f.what), f.times::double precision
      FROM usage.flows(midnight, now()) AS f;
    RETURN QUERY SELECT 'danhba_secrecy_incidents_today', jsonb_build_object('action', i.action),
           count(*)::double precision
      FROM secrecy.incident AS i WHERE i.at >= midnight GROUP BY i.action;

    RETURN QUERY SELECT 'danhba_collector_lag_seconds', '{}'::jsonb,
           greatest(extract(epoch FROM now() - p.checked), 0)::double precision FROM events.progress AS p;
    RETURN QUERY SELECT 'danhba_sending_suspended', '{}'::jsonb, count(*)::double precision
      FROM mail.sending_suspension;
    RETURN QUERY SELECT 'danhba_accounts_guessed_last_day', '{}'::jsonb, count(*)::double precision
      FROM mail.notice AS n WHERE n.what = 'guessed' AND n.since >= now() - interval '1 day';
    RETURN QUERY SELECT 'danhba_mailboxes', jsonb_build_object('kind', a.kind, 'state', a.state),
           count(*)::double precision
      FROM mail.account AS a GROUP BY a.kind, a.state;
END $$;

REVOKE EXECUTE ON FUNCTION metrics.figures FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metrics.figures TO danhba_metrics;
