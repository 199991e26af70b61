-- postfix.room: How many octets are free in a mailbox; none where nothing is known, or where the quota was lowered
-- meanwhile.
-- Read by: roles/postfix/vars/main.yml.
-- Serves: decisions 0012, 0043.

CREATE OR REPLACE VIEW postfix.room AS
    SELECT account.address, CASE WHEN room.quota <= account.quota THEN room.free ELSE 0 END AS free
      FROM mail.account LEFT JOIN mail.room USING (kind, id)
     WHERE account.state IN ('open', 'suspended');

GRANT SELECT ON postfix.room TO postfix;
