"""Counts how often mailboxes are checked (R8): from events to checks by mailbox, working day and window."""
