-- recall.archives: Archives of some mailboxes (`kind/id`) that were sealed since a moment and are not purged: nobody
-- can look into them for a recalled message.
-- Called by: danhba_host/recall/asking.py.
-- Serves: R10.7; decisions 0070, 0073.

CREATE OR REPLACE FUNCTION recall.archives(mailboxes text[], since timestamptz)
    RETURNS TABLE (number bigint, mailbox text, address text, at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.number, a.kind || '/' || a.id, a.address, a.at FROM archive.archive AS a
     WHERE a.kind || '/' || a.id = ANY (mailboxes) AND a.at >= since
       AND EXISTS (SELECT FROM archive.step AS s WHERE s.archive = a.number AND s.step = 'removed')
       AND NOT EXISTS (SELECT FROM archive.step AS s WHERE s.archive = a.number AND s.step = 'purged')
     ORDER BY a.number
$$;

REVOKE EXECUTE ON FUNCTION recall.archives FROM PUBLIC;
GRANT EXECUTE ON FUNCTION recall.archives TO danhba_recall;
