-- mail.note: Note what the owner of a mailbox is to be told by mail. The same is told once a day at most.
-- Called by: danhba_host/credentials/store.py.
-- Serves: R10.4; decision 0057.

CREATE OR REPLACE FUNCTION mail.note(of_kind text, of_id text, of_what text, of_detail text) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    INSERT INTO mail.notice (kind, id, what, detail) VALUES (of_kind, of_id, of_what, of_detail)
        ON CONFLICT (kind, id, what) DO UPDATE SET since = now(), detail = EXCLUDED.detail, told = NULL
     WHERE notice.told IS NOT NULL AND notice.since < now() - interval '1 day';
END;

REVOKE EXECUTE ON FUNCTION mail.note FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mail.note TO danhba_credentials;
