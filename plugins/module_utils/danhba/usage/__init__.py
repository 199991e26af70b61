"""How often mailboxes are looked at (R8): from events to checks by mailbox, working day and window."""
