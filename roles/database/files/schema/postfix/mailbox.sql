-- postfix.mailbox: Addresses whose mail is delivered. A suspended official still receives (R6).
-- Read by: roles/postfix/vars/main.yml, playbooks/vars/verify.yml.
-- Serves: R6; decision 0012.

CREATE OR REPLACE VIEW postfix.mailbox AS
    SELECT address FROM mail.account WHERE state IN ('open', 'suspended');

GRANT SELECT ON postfix.mailbox TO postfix;
