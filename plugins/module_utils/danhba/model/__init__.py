"""What everything speaks of: the register's types, its policy, documents, facts, places and findings."""
