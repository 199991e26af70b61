"""Archives closed mailboxes, brings them back, purges archives, and gives a person their own data."""
