"""Archives closed mailboxes, restores and purges archives, and exports a person's own data."""
