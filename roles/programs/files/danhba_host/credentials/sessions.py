"""Ends mail sessions that were opened with a password that no longer holds."""

from __future__ import annotations

from dataclasses import dataclass

from ..journal import Away, Refused
from ..sessions import kick

KICK_SECONDS = 10.0  # the webmail's user waits for it


@dataclass(frozen=True, slots=True)
class Dovecot:
    """Dovecot's anvil service, by its socket; does nothing if that is empty."""

    socket: str

    def end(self, address: str) -> str:
        """End every session of a user; return the error, or an empty text."""
        if not self.socket:
            return ""
        try:
            kick(self.socket, address, timeout_seconds=KICK_SECONDS)
        except (Away, Refused) as error:
            return str(error)
        return ""
