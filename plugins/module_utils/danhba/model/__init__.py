"""The data types that all rooms share: register, policy, documents, facts, places in files, and findings."""
