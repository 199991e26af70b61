-- A session of submission is judged by the password that opened it, each time it sends: the name that Postfix knows is the
-- address and the generation of the password, which is the run that set it. A new password, a suspension, a closing and a
-- new address end the session with no further step.

CREATE OR REPLACE VIEW dovecot.passdb AS
    SELECT account.address, credential.password, credential.initial, account.address || '/' || credential.run AS login
      FROM mail.account JOIN mail.credential USING (kind, id)
     WHERE account.state = 'open';

CREATE OR REPLACE VIEW dovecot.web_session AS
    SELECT account.address, web_session.token, account.address || '/' || credential.run AS login
      FROM mail.account JOIN mail.web_session USING (kind, id, address) JOIN mail.credential USING (kind, id)
     WHERE account.state = 'open' AND web_session.expires > now() AND NOT credential.initial;

-- Who may send, and as what: a mailbox as itself alone (R10.2), after its owner has chosen a password (R10.1).
CREATE OR REPLACE VIEW postfix.sender AS
    SELECT account.address, account.address || '/' || credential.run AS login
      FROM mail.account JOIN mail.credential USING (kind, id)
     WHERE account.state = 'open' AND NOT credential.initial;

-- Who may not send yet.
CREATE OR REPLACE VIEW postfix.initial AS
    SELECT account.address, account.address || '/' || credential.run AS login
      FROM mail.account JOIN mail.credential USING (kind, id)
     WHERE account.state = 'open' AND credential.initial;
