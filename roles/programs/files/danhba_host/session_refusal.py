"""Refuses sessions beyond the limit in the words of each protocol, and reports their number in the journal.

The firewall redirects connections beyond Dovecot's number of sessions to it. It takes no password: it greets with a
refusal, which mail programs show, and closes. IMAP has `BYE` for it (RFC 3501, 7.1.5; RFC 5530, UNAVAILABLE), POP3
`-ERR` (RFC 3206, SYS/TEMP), ManageSieve `BYE` (RFC 5804, 1.3, TRYLATER). Without it a client waits for ten seconds in
silence, and its connection is then reset.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import ssl
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field

from . import journal, program
from .credential import given
from .journal import Refused

HANDSHAKE_SECONDS = 10.0
CLOSE_SECONDS = 5.0
NOTE_SECONDS = 60.0  # between two lines in the journal
CERTIFICATE = "/etc/ssl/mail/server"  # with its key
MOST_AT_ONCE = 200  # further connections are closed without a word
_ASCII = (
    "May chu thu da du so phien: xin thu lai sau it phut. "
    "The mail server has no free session: please try again in some minutes"
)
_UTF8 = (
    "Máy chủ thư đã đủ số phiên: xin thử lại sau ít phút. "
    "The mail server has no free session: please try again in some minutes"
)
# Greetings are ASCII, except ManageSieve's, whose texts are UTF-8 (RFC 5804, 4).
WORDS = {
    "imap": f"* BYE [UNAVAILABLE] {_ASCII}\r\n",
    "pop3": f"-ERR [SYS/TEMP] {_ASCII}\r\n",
    "sieve": f'BYE (TRYLATER) "{_UTF8}"\r\n',
}
# Protocols with implicit TLS; the others would start it later, after the refusal.
_WITHIN_TLS = {"imap", "pop3"}


@dataclass(frozen=True)
class Door:
    """A port for the refused connections of a protocol.

    Attributes:
        protocol: one of `WORDS`.
        port: the TCP port that the firewall redirects to.
        sessions: Dovecot's number of sessions, for the journal.
    """

    protocol: str
    port: int
    sessions: int


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        doors: the ports, each as `PROTOCOL PORT SESSIONS`.
    """

    doors: list[str]

    def __post_init__(self) -> None:
        """Refuse ports of another form."""
        for words in self.doors:
            _door(words)


def _door(words: str) -> Door:
    """Parse a port; raise ValueError if it has another form."""
    protocol, *numbers = words.split() or [""]
    if protocol not in WORDS or len(numbers) != 2 or not all(number.isdecimal() for number in numbers):
        raise ValueError(
            f"mỗi cửa phải là GIAO_THỨC CỔNG SỐ_PHIÊN -- each door must be PROTOCOL PORT SESSIONS: {words!r}"
        )
    return Door(protocol, int(numbers[0]), int(numbers[1]))


@dataclass
class Desk:
    """Refuses the connections of a port, and counts them."""

    door: Door
    told: int = 0
    _there: int = 0
    _noting: asyncio.Task[None] | None = field(default=None)

    async def tell(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send the refusal and close; a client that has left is no error."""
        self.told += 1
        self._noting = self._noting or asyncio.create_task(self._note())
        self._there += 1
        try:
            if self._there <= MOST_AT_ONCE:
                writer.write(WORDS[self.door.protocol].encode())
                await asyncio.wait_for(writer.drain(), CLOSE_SECONDS)
        except (OSError, TimeoutError):
            pass
        finally:
            self._there -= 1
            writer.close()
            with suppress(OSError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), CLOSE_SECONDS)

    async def _note(self) -> None:
        """Write one line at once, and one for the whole next minute."""
        self._write()
        await asyncio.sleep(NOTE_SECONDS)
        self._noting = None
        if self.told:
            self._write()

    def _write(self) -> None:
        door = self.door
        journal.write(
            journal.WARNING,
            f"{door.protocol}: đủ {door.sessions} phiên: đã từ chối {self.told} kết nối; tăng capacity_sessions nếu máy"
            f" còn bộ nhớ -- all {door.sessions} sessions are taken: refused {self.told} connections; raise"
            " capacity_sessions if the host has memory",
            sys.stderr,
        )
        self.told = 0


async def serve(settings: Settings, tls: ssl.SSLContext) -> None:
    """Listen until SIGTERM."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with AsyncExitStack() as open_doors:
        for door in map(_door, settings.doors):
            await open_doors.enter_async_context(await _open(door, tls))
        await ended.wait()


async def _open(door: Door, tls: ssl.SSLContext) -> asyncio.Server:
    tell = Desk(door).tell
    if door.protocol in _WITHIN_TLS:
        return await asyncio.start_server(tell, None, door.port, ssl=tls, ssl_handshake_timeout=HANDSHAKE_SECONDS)
    return await asyncio.start_server(tell, None, door.port)


def work(settings: Settings, _given: argparse.Namespace) -> str:
    """Serve until SIGTERM.

    Raises:
        Refused: systemd did not pass the certificate, or the port is in use.
    """
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        tls.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")  # Dovecot's ciphers
        tls.load_cert_chain(given(f"{CERTIFICATE}.crt"), given(f"{CERTIFICATE}.key"))
        asyncio.run(serve(settings, tls))
    except OSError as error:
        raise Refused(f"không phục vụ được -- cannot serve: {error}") from error
    return ""


def main(words: Sequence[str] | None = None) -> int:
    """Serve, or say whether a settings file would do."""
    return program.run(program.parser("session_refusal", __doc__, "session-refusal.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
