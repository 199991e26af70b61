-- What a message of the queue is to the recalled one (R10.7), as of copies in mailboxes: an answer that waits is not the
-- message itself, and is left where the operators leave its kind. Those that are known already are what the copies of the
-- same message are.
ALTER TABLE recall.queued ADD COLUMN relation text NOT NULL DEFAULT 'copy'
    CHECK (relation IN ('copy', 'changed', 'twin', 'carrier', 'whole', 'part', 'namesake'));
ALTER TABLE recall.queued DROP CONSTRAINT queued_state_check;
ALTER TABLE recall.queued ADD CONSTRAINT queued_state_check
    CHECK (state IN ('found', 'held', 'erased', 'released', 'gone', 'left'));
UPDATE recall.queued AS waiting SET relation = known.relation
    FROM (SELECT DISTINCT ON (recall, digest) recall, digest, relation FROM recall.copy
          ORDER BY recall, digest, relation <> 'copy') AS known
    WHERE known.recall = waiting.recall AND known.digest = waiting.digest;
GRANT UPDATE (relation) ON recall.queued TO danhba_recall;
