-- events.words: The words by which an event is found in events.key: ids of messages and queues, addresses, its
-- mailbox, digests of files.
-- Called by: events.take.
-- Serves: decision 0055.

CREATE OR REPLACE FUNCTION events.words(e events.event) RETURNS SETOF text
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    SELECT DISTINCT word FROM unnest(ARRAY[
        e.message_id, e.queue_id, e.next_queue_id, e.recipient, e.original,
        CASE WHEN e.event IN ('received', 'refused', 'expired') THEN nullif(e.sender, '') END,
        CASE WHEN e.event = 'stored' THEN e.session END,
        CASE WHEN e.event IN ('received', 'refused', 'delivered', 'deferred', 'bounced') THEN e.kind || '/' || e.id END,
        CASE WHEN e.event = 'read' THEN concat_ws('/', e.kind, e.id, e.uid, e.folder) END
    ] || string_to_array(e.files, ' ')) AS word WHERE word IS NOT NULL
$$;

REVOKE EXECUTE ON FUNCTION events.words FROM PUBLIC;
