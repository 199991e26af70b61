"""Ends mail sessions through Dovecot's anvil service."""

from __future__ import annotations

import subprocess
from pathlib import Path

from .journal import Away, Refused

EVERYBODY = "*"
NOBODY_CONNECTED = 68  # doveadm's exit status if nobody of that name is connected


def kick(anvil_socket: str, address: str, *, timeout_seconds: float) -> None:
    """End every session of a user, or of everybody.

    The socket allows nothing else, and no setting of Dovecot is read.

    Raises:
        Away: the socket is missing: Dovecot does not run, and neither does any session.
        Refused: Dovecot failed to end the sessions.
    """
    command = ["/usr/bin/doveadm", "-O", "kick", "-a", anvil_socket, address]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_seconds, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failure(anvil_socket, str(error)) from error
    if done.returncode not in {0, NOBODY_CONNECTED}:
        raise _failure(anvil_socket, done.stderr)


def _failure(anvil_socket: str, why: str) -> Away | Refused:
    said = f"Dovecot chưa kết thúc phiên thư nào -- Dovecot has not ended the sessions: {' '.join(why.split())}"
    return Refused(said) if Path(anvil_socket).exists() else Away(said)
