"""Ends the mail sessions that are open under a password that no longer holds."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

NOBODY = 68  # doveadm's status where nobody of that name is connected
PATIENCE = 10  # seconds


@dataclass(frozen=True, slots=True)
class Dovecot:
    """Dovecot's register of sessions, reached by a socket of its own: no setting of Dovecot is read, nothing else can
    be done with it.
    """

    socket: str

    def end(self, address: str) -> str:
        """End every session of a user; what went wrong, or nothing."""
        if not self.socket:
            return ""
        command = ["/usr/bin/doveadm", "-O", "kick", "-a", self.socket, address]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        return "" if done.returncode in {0, NOBODY} else " ".join(done.stderr.split())
