"""The collector of events: what it makes of the lines of each service."""
