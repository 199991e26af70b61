"""What the threat model promises and the servers' configuration keeps: `table.toml`, and how a configuration is asked.

A row names a file as the roles write it, a setting in it, and the value that keeps the promise. So a template that is
changed is seen within seconds (`tests/unit/test_promises.py`); that the servers then do it, the end-to-end tests show.
"""
