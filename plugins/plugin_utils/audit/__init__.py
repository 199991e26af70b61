"""The audit on the controller: kept heads of the chain, and the records of a mailbox as papers."""
