"""The address rule (R4.1, R4.2), and the addresses that it gives to agencies and people."""
