-- A recall tells what each message is to the recalled one (R10.7): a changed copy under its Message-ID, its text under
-- another one, a reply that has it whole or in part, or another message under a forged id. Those whose kind nobody chose
-- are left, and are on record as left.
ALTER TABLE recall.copy DROP CONSTRAINT copy_relation_check;
ALTER TABLE recall.copy ADD CONSTRAINT copy_relation_check
    CHECK (relation IN ('copy', 'changed', 'twin', 'carrier', 'whole', 'part', 'namesake'));
ALTER TABLE recall.copy DROP CONSTRAINT copy_state_check;
ALTER TABLE recall.copy ADD CONSTRAINT copy_state_check
    CHECK (state IN ('found', 'held', 'erased', 'released', 'gone', 'left', 'lapsed'));
-- How much of the recalled text it has, and in what a copy under the same id differs: names of headers, text, files, form.
ALTER TABLE recall.copy ADD COLUMN percent smallint NOT NULL DEFAULT 100 CHECK (percent BETWEEN 0 AND 100);
ALTER TABLE recall.copy ADD COLUMN differs text NOT NULL DEFAULT '';
GRANT UPDATE (relation, percent, differs) ON recall.copy TO danhba_recall;
