"""Tells mail programs that every place is taken, in the words of their protocol, and the journal how many were told.

The firewall sends it the connections beyond the number of sessions that Dovecot is to hold. It takes no password and
asks nothing: it greets with a refusal, which mail programs show, and hangs up. IMAP has `BYE` for it (RFC 3501, 7.1.5;
RFC 5530, UNAVAILABLE), POP3 `-ERR` (RFC 3206, SYS/TEMP), ManageSieve `BYE` (RFC 5804, 1.3, TRYLATER).
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
MOST_AT_ONCE = 200  # further ones are not even told
_ASCII = (
    "May chu thu da du so phien: xin thu lai sau it phut. "
    "The mail server has no free session: please try again in some minutes"
)
_UTF8 = (
    "Máy chủ thư đã đủ số phiên: xin thử lại sau ít phút. "
    "The mail server has no free session: please try again in some minutes"
)
# Their first words are ASCII but for ManageSieve, whose texts are UTF-8 (RFC 5804, 4).
WORDS = {
    "imap": f"* BYE [UNAVAILABLE] {_ASCII}\r\n",
    "pop3": f"-ERR [SYS/TEMP] {_ASCII}\r\n",
    "sieve": f'BYE (TRYLATER) "{_UTF8}"\r\n',
}
# Which speaks TLS from the first octet: the others begin it later, and it does not come to that.
_WITHIN_TLS = {"imap", "pop3"}


@dataclass(frozen=True)
class Door:
    """Where they come who found every place of a protocol taken.

    Attributes:
        protocol: one of `WORDS`.
        port: the TCP port that the firewall sends them to.
        sessions: how many Dovecot is to hold, for the journal.
    """

    protocol: str
    port: int
    sessions: int


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        doors: each as `PROTOCOL PORT SESSIONS`.
    """

    doors: list[str]

    def __post_init__(self) -> None:
        """Refuse what is no door."""
        for words in self.doors:
            _door(words)


def _door(words: str) -> Door:
    """Read one; ValueError where it is none."""
    protocol, *numbers = words.split() or [""]
    if protocol not in WORDS or len(numbers) != 2 or not all(number.isdecimal() for number in numbers):
        raise ValueError(
            f"mỗi cửa phải là GIAO_THỨC CỔNG SỐ_PHIÊN -- each door must be PROTOCOL PORT SESSIONS: {words!r}"
        )
    return Door(protocol, int(numbers[0]), int(numbers[1]))


@dataclass
class Desk:
    """Tells each that comes to a door, and counts."""

    door: Door
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
        """One line at once, and one for all of the next minute."""
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
    """Serve.

    Raises:
        Refused: systemd did not hand over the certificate, or the port is taken.
    """
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        tls.set_ciphers("ECDHE+AESGCM:ECDHE+CHACHA20")  # as Dovecot, in whose place it answers
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
