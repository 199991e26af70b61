-- A page's mailboxes as they came, too: whether an apply brings others is told by comparing texts, of which a province has
-- some fourteen megabytes, and not by taking them apart. Neither can say anything else than the other. What is there is
-- written otherwise than it comes, so that the next apply writes it once more.
ALTER TABLE usage.page ADD COLUMN written text;
UPDATE usage.page SET written = mailboxes::text;
ALTER TABLE usage.page
    ALTER COLUMN written SET NOT NULL,
    ADD CONSTRAINT page_written_check CHECK (mailboxes = written::jsonb);
