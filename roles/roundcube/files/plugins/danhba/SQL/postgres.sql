-- Whose row of `users` is whose: a mailbox keeps its (kind, id) for ever, while its address may change.
CREATE TABLE danhba_mailbox (
    kind text NOT NULL,
    id text NOT NULL,
    user_id integer NOT NULL UNIQUE REFERENCES users (user_id) ON DELETE CASCADE,
    PRIMARY KEY (kind, id)
);
