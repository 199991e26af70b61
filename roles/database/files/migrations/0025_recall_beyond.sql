-- A recall goes on where no mailbox is: a sealed copy of an outbreak is kept (R10.8), backups forget the message (R10.7), and
-- archives that may have it are named.
ALTER TABLE recall.step DROP CONSTRAINT step_step_check;
ALTER TABLE recall.step ADD CONSTRAINT step_step_check
    CHECK (step IN ('find', 'hold', 'release', 'keep', 'erase', 'backups', 'record'));

-- Archives of mailboxes, `kind/id`, which were sealed since a moment and not purged: what they hold, nobody can look into.
CREATE FUNCTION recall.archives(mailboxes text[], since timestamptz)
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
