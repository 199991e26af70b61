-- What each service may read, and nothing else: one schema a service, owned like the tables and granted to its role.

CREATE SCHEMA postfix;
CREATE SCHEMA dovecot;

-- Mail for these is delivered. A suspended official still receives (R6, register format).
CREATE VIEW postfix.mailbox AS
    SELECT address FROM mail.account WHERE state IN ('open', 'suspended');

CREATE VIEW postfix.alias AS
    SELECT route.address, account.address AS destination
      FROM mail.route
      JOIN mail.route_target USING (address)
      JOIN mail.account ON (account.kind, account.id) = (route_target.kind, route_target.id)
     WHERE route.mode IN ('system', 'forward') AND account.state IN ('open', 'suspended');

-- The whole action of an access(5) table: 5.1.6 the mailbox has moved, 5.2.1 it is disabled (RFC 3463).
CREATE VIEW postfix.refusal AS
    SELECT address, CASE mode WHEN 'redirect' THEN '550 5.1.6 ' ELSE '550 5.2.1 ' END || reply AS action
      FROM mail.route WHERE mode IN ('redirect', 'cancelled');

-- Who may send as an address: its own mailbox alone (R10.2).
CREATE VIEW postfix.sender AS
    SELECT address, address AS login FROM mail.account WHERE state = 'open';

CREATE VIEW dovecot.passdb AS
    SELECT account.address, credential.password
      FROM mail.account JOIN mail.credential USING (kind, id)
     WHERE account.state = 'open';

CREATE VIEW dovecot.userdb AS
    SELECT address, kind || '/' || id AS home, quota
      FROM mail.account WHERE state IN ('open', 'suspended');

GRANT USAGE ON SCHEMA postfix TO postfix;
GRANT SELECT ON postfix.mailbox, postfix.alias, postfix.refusal, postfix.sender TO postfix;
GRANT USAGE ON SCHEMA dovecot TO dovecot;
GRANT SELECT ON dovecot.passdb, dovecot.userdb TO dovecot;
