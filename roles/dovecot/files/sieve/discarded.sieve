# Runs where a rule of the mailbox's owner would discard a message: mail that was accepted is not destroyed by a rule.
require ["fileinto"];

fileinto "Trash";
