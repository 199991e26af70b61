-- postfix.initial: Mailboxes whose owner has not yet replaced the issued password, and may not send.
-- Read by: roles/postfix/vars/main.yml.
-- Serves: R10.1; decisions 0012, 0032.

CREATE OR REPLACE VIEW postfix.initial AS
    SELECT account.address, account.address || '/' || credential.run AS login
      FROM mail.account JOIN mail.credential USING (kind, id)
     WHERE account.state = 'open' AND credential.initial;

GRANT SELECT ON postfix.initial TO postfix;
