-- Asking Dovecot at each recipient whether the message still fits costs a third of what the mail path can do, and nearly
-- every mailbox has room. So what was known of it last is kept here, and Postfix asks about the others alone. The last
-- word is Dovecot's, when it takes the message.
CREATE TABLE mail.room (
    kind  text        NOT NULL,
    id    text        NOT NULL,
    quota bigint      NOT NULL CHECK (quota > 0),                -- bytes; of which, at that time,
    free  bigint      NOT NULL CHECK (free BETWEEN 0 AND quota), -- so many were free at least
    since timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (kind, id),
    FOREIGN KEY (kind, id) REFERENCES mail.account
);

-- Nothing is free where nothing is known, or where the quota was lowered meanwhile.
CREATE VIEW postfix.room AS
    SELECT account.address, CASE WHEN room.quota <= account.quota THEN room.free ELSE 0 END AS free
      FROM mail.account LEFT JOIN mail.room USING (kind, id)
     WHERE account.state IN ('open', 'suspended');
GRANT SELECT ON postfix.room TO postfix;

-- Who keeps it, by what Dovecot says: nothing of an account but whose quota it is.
GRANT USAGE ON SCHEMA mail TO danhba_room;
GRANT SELECT (kind, id, address, quota, state) ON mail.account TO danhba_room;
GRANT SELECT, INSERT, UPDATE ON mail.room TO danhba_room;
