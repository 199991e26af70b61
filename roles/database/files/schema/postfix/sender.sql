-- postfix.sender: Who may send, and as what: a mailbox as itself alone (R10.2), after its owner has chosen a password
-- (R10.1).
-- Read by: roles/postfix/vars/main.yml.
-- Serves: R10.1, R10.2; decisions 0011, 0012.

CREATE OR REPLACE VIEW postfix.sender AS
    SELECT account.address, account.address || '/' || credential.run AS login
      FROM mail.account JOIN mail.credential USING (kind, id)
     WHERE account.state = 'open' AND NOT credential.initial;

GRANT SELECT ON postfix.sender TO postfix;
