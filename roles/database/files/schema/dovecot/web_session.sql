-- dovecot.web_session: Tokens of the webmail's sessions, which Dovecot takes in place of a password. They hold for
-- the address they were given for, until they expire.
-- Read by: roles/dovecot/templates/dovecot.conf.j2.
-- Serves: R10.1; decisions 0012, 0030.

CREATE OR REPLACE VIEW dovecot.web_session AS
    SELECT account.address, web_session.token, account.address || '/' || credential.run AS login
      FROM mail.account JOIN mail.web_session USING (kind, id, address) JOIN mail.credential USING (kind, id)
     WHERE account.state = 'open' AND web_session.expires > now() AND NOT credential.initial;

GRANT SELECT ON dovecot.web_session TO dovecot;
