-- dovecot.passdb: Passwords of open mailboxes, for Dovecot. `login` is the address and the generation of the
-- password, the run that set it: Postfix compares it each time a session sends. So a new password, a suspension, a
-- closing and a new address end a session of submission without a further step.
-- Read by: roles/dovecot/templates/dovecot.conf.j2.
-- Serves: R10.1; decisions 0011, 0012, 0032.

CREATE OR REPLACE VIEW dovecot.passdb AS
    SELECT account.address, credential.password, credential.initial, account.address || '/' || credential.run AS login
      FROM mail.account JOIN mail.credential USING (kind, id)
     WHERE account.state = 'open';

GRANT SELECT ON dovecot.passdb TO dovecot;
