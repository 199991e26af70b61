-- The parts of an official's name, which programs sort and greet by. They follow from the register, because the family
-- name is not always the first word and the given name not always the last one.

ALTER TABLE mail.account
    ADD COLUMN family text NOT NULL DEFAULT '',
    ADD COLUMN given  text NOT NULL DEFAULT '';

CREATE OR REPLACE VIEW addressbook.mailbox AS
    SELECT account.kind, account.id, account.address, account.name, account.title, account.unit, account.phone,
           account.agency, agency.name AS agency_name,
           'uid=' || addressbook.escaped(split_part(account.address, '@', 1)) || ',' || agency.dn AS dn,
           account.family, account.given
      FROM mail.account JOIN addressbook.agency ON agency.code = account.agency
     WHERE account.state IN ('open', 'suspended');
