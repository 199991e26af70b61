"""What a report says of the use of mailboxes (R9.2, R9.8, R12–R15): each figure from register and daily counts."""
