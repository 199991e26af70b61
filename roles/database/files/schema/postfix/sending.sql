-- postfix.sending: Postfix asks about a sign-in, at each recipient and at the end of each message, whether it may go
-- on: no row where it may, which is counted; else whether sending is suspended, or the minutes after which it may go
-- on. `official` and `agency` are what a mailbox of that kind may send: messages and recipients an hour, messages and
-- recipients a day. Whoever tries `times` the recipients of an hour within an hour, those that were refused among
-- them, is suspended.
-- One mailbox is counted by one session after the other, under an advisory lock, so that many sessions at once get no
-- further. Each statement sees what the one before it waited for.
-- Called by: roles/postfix/vars/main.yml.
-- Serves: R10.6; decision 0057.

CREATE OR REPLACE FUNCTION postfix.sending(login text, step text, official integer[], agency integer[], times integer)
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

REVOKE EXECUTE ON FUNCTION postfix.sending FROM PUBLIC;
GRANT EXECUTE ON FUNCTION postfix.sending TO postfix;
