-- events.note_holders: Note which mailbox has an address from now on, by which events are given to their mailbox. A
-- first apply adds a hundred thousand accounts, and an insert where a row could be there costs twice an insert: what
-- the same transaction has noted of these addresses is taken away first, and then there is none.
-- Called by: its triggers, after accounts were added or changed.
-- Serves: decisions 0011, 0055.

CREATE OR REPLACE FUNCTION events.note_holders() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM events.holder AS noted USING fresh
     WHERE (noted.address, noted.since) = (fresh.address, now());
    INSERT INTO events.holder (address, kind, id)
        SELECT address, kind, id FROM fresh
         WHERE kind || '/' || id IS DISTINCT FROM (
             SELECT former.kind || '/' || former.id FROM events.holder AS former
              WHERE former.address = fresh.address ORDER BY since DESC LIMIT 1);
    RETURN NULL;
END $$;

REVOKE EXECUTE ON FUNCTION events.note_holders FROM PUBLIC;

CREATE OR REPLACE TRIGGER account_held AFTER INSERT ON mail.account
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION events.note_holders();
CREATE OR REPLACE TRIGGER account_moved AFTER UPDATE ON mail.account
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION events.note_holders();
