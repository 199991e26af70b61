-- postfix.refusal: The whole answer to mail for an address that is refused, as an access(5) table has it: 5.1.6 the
-- mailbox has moved, 5.2.1 it is disabled (RFC 3463).
-- Read by: roles/postfix/vars/main.yml.
-- Serves: decisions 0010, 0012, 0015.

CREATE OR REPLACE VIEW postfix.refusal AS
    SELECT address, CASE mode WHEN 'redirect' THEN '550 5.1.6 ' ELSE '550 5.2.1 ' END || reply AS action
      FROM mail.route WHERE mode IN ('redirect', 'cancelled');

GRANT SELECT ON postfix.refusal TO postfix;
