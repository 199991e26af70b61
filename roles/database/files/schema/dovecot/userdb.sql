-- dovecot.userdb: Where Dovecot finds a mailbox, and its quota. `login` has to be what the sign-in was checked
-- against: a sign-in that was under way while the password was replaced, or the mailbox suspended, finds no mailbox.
-- Read by: roles/dovecot/templates/dovecot.conf.j2.
-- Serves: R10.1; decisions 0002, 0012, 0036.

CREATE OR REPLACE VIEW dovecot.userdb AS
    SELECT account.address, account.kind || '/' || account.id AS home, account.quota,
           CASE WHEN account.state = 'open' THEN account.address || '/' || credential.run END AS login
      FROM mail.account LEFT JOIN mail.credential USING (kind, id)
     WHERE account.state IN ('open', 'suspended');

GRANT SELECT ON dovecot.userdb TO dovecot;
