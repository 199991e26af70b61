-- postfix.alias: Where mail to an address that is no open mailbox goes: aliases of the system, and former addresses
-- while they forward.
-- Read by: roles/postfix/vars/main.yml.
-- Serves: R4.2; decisions 0010, 0012.

CREATE OR REPLACE VIEW postfix.alias AS
    SELECT route.address, account.address AS destination
      FROM mail.route
      JOIN mail.route_target USING (address)
      JOIN mail.account ON (account.kind, account.id) = (route_target.kind, route_target.id)
     WHERE route.mode IN ('system', 'forward') AND account.state IN ('open', 'suspended');

GRANT SELECT ON postfix.alias TO postfix;
