"""The audit on the controller: heads of the chain that are kept here, and what was done with a mailbox, as papers."""
