"""Tells mail programs that every place is taken, in the words of IMAP, and the journal how many were told.

The firewall sends it the connections beyond the number of sessions that Dovecot is to hold. It takes no password and
asks nothing: it says BYE (RFC 3501, 7.1.5; RFC 5530, UNAVAILABLE), which mail programs show, and hangs up.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import ssl
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from . import journal, program
from .journal import Refused

HANDSHAKE_SECONDS = 10.0
CLOSE_SECONDS = 5.0
NOTE_SECONDS = 60.0  # between two lines in the journal
MOST_AT_ONCE = 200  # further ones are not even told
BYE = (
    "* BYE [UNAVAILABLE] May chu thu da du so phien: xin thu lai sau it phut. "
    "The mail server has no free session: please try again in some minutes\r\n"
)


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        port: the TCP port that the firewall sends them to.
        sessions: how many Dovecot is to hold, for the journal.
    """

    port: int
    sessions: int


@dataclass
class Desk:
    """Tells each that comes, and counts."""

    settings: Settings
    told: int = 0
    _there: int = 0
    _noting: asyncio.Task[None] | None = field(default=None)

    async def tell(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Say it and hang up. Whoever has left meanwhile is no fault."""
        self.told += 1
        self._noting = self._noting or asyncio.create_task(self._note())
        self._there += 1
        try:
            if self._there <= MOST_AT_ONCE:
                writer.write(BYE.encode("ascii"))
                await asyncio.wait_for(writer.drain(), CLOSE_SECONDS)
        except (OSError, TimeoutError):
            pass
        finally:
            self._there -= 1
            writer.close()
            with suppress(OSError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), CLOSE_SECONDS)

    async def _note(self) -> None:
        """One line at once, and one for all of the next minute."""
        self._write()
        await asyncio.sleep(NOTE_SECONDS)
        self._noting = None
        if self.told:
            self._write()

    def _write(self) -> None:
        journal.write(
            journal.WARNING,
            f"đủ {self.settings.sessions} phiên: đã từ chối {self.told} kết nối; tăng capacity_sessions nếu máy còn bộ"
            f" nhớ -- all {self.settings.sessions} sessions are taken: refused {self.told} connections; raise"
            " capacity_sessions if the host has memory",
            sys.stderr,
        )
        self.told = 0


async def serve(settings: Settings, tls: ssl.SSLContext) -> None:
    """Listen until SIGTERM."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    server = await asyncio.start_server(
        Desk(settings).tell, None, settings.port, ssl=tls, ssl_handshake_timeout=HANDSHAKE_SECONDS
    )
    async with server:
        await ended.wait()


def work(settings: Settings, _given: argparse.Namespace) -> str:
    """Serve.

    Raises:
        Refused: systemd did not hand over the certificate, or the port is taken.
    """
    folder = Path(os.environ.get("CREDENTIALS_DIRECTORY", "/nowhere"))
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        tls.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")  # as Dovecot, in whose place it answers
        tls.load_cert_chain(folder / "server.crt", folder / "server.key")
        asyncio.run(serve(settings, tls))
    except OSError as error:
        raise Refused(f"không phục vụ được -- cannot serve: {error}") from error
    return ""


def main(words: Sequence[str] | None = None) -> int:
    """Serve, or say whether a settings file would do."""
    return program.run(program.parser("full", __doc__, "full.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
