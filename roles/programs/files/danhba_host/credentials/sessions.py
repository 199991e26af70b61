"""Ends the mail sessions that are open under a password that no longer holds."""

from __future__ import annotations

from dataclasses import dataclass

from ..journal import Away, Refused
from ..sessions import kick

KICK_SECONDS = 10.0  # somebody waits for the answer meanwhile


@dataclass(frozen=True, slots=True)
class Dovecot:
    """Dovecot's register of sessions, by its socket; none where that is empty."""

    socket: str

    def end(self, address: str) -> str:
        """End every session of a user; what went wrong, or nothing."""
        if not self.socket:
            return ""
        try:
            kick(self.socket, address, timeout_seconds=KICK_SECONDS)
        except (Away, Refused) as error:
            return str(error)
        return ""
