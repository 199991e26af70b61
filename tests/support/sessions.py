"""Many IMAP sessions at once, as idle mail programs have them: TLS, signed in, waiting in IDLE (RFC 2177)."""

from __future__ import annotations

import asyncio
import base64
import ssl
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.mail import Server

TIMEOUT = 60.0  # seconds
PORT = 993
INOTIFY = Path("/proc/sys/fs/inotify")


class Refused(Exception):
    """The server let nobody in; the text is what it said, or `connection closed` where it said nothing."""


@dataclass
class Session:
    """One session. It sees what the server says without being asked by `wait`."""

    user: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def open(cls, server: Server, user: str, password: str, tls: ssl.SSLContext) -> Session:
        """Sign in and wait in IDLE; `tls` is shared by many, for each would hold all authorities anew."""
        try:
            return await asyncio.wait_for(cls._open(server, user, password, tls), TIMEOUT)
        except TimeoutError as error:
            raise Refused(f"no answer in {TIMEOUT:.0f} s") from error
        except OSError as error:
            raise Refused(f"connection closed ({type(error).__name__})") from error

    @classmethod
    async def _open(cls, server: Server, user: str, password: str, tls: ssl.SSLContext) -> Session:
        reader, writer = await asyncio.open_connection(server.address, PORT, ssl=tls, server_hostname=server.name)
        session = cls(user, reader, writer)
        try:
            greeting = await session._line()
            if not greeting.startswith("* OK"):
                raise Refused(greeting)
            token = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
            await session._command(f"a AUTHENTICATE PLAIN {token}")
            await session._command("b SELECT INBOX")
            session.writer.write(b"c IDLE\r\n")
            if not (answer := await session._line()).startswith("+"):
                raise Refused(answer)
        except BaseException:
            session.close()
            raise
        return session

    async def wait(self, seconds: float) -> str:
        """What the server says next: an untagged line, `` where it is silent, `connection closed` where it hung up."""
        try:
            return await asyncio.wait_for(self._line(), seconds)
        except TimeoutError:
            return ""
        except (OSError, Refused):
            return "connection closed"

    async def notice(self, seconds: float) -> bool:
        """Whether the server tells of a message within the time; what it says to keep the connection is passed over."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            line = await self.wait(left)
            if line.endswith("EXISTS"):
                return True
            if line == "connection closed" or line.startswith("* BYE"):
                return False
        return False

    async def is_open(self, seconds: float = 0.05) -> bool:
        """Whether nobody has ended it."""
        while line := await self.wait(seconds):
            if line == "connection closed" or line.startswith("* BYE"):
                return False
        return True

    def close(self) -> None:
        """Hang up, as a phone does that leaves the network."""
        with suppress(OSError, RuntimeError):
            self.writer.transport.abort()

    async def _command(self, line: str) -> None:
        tag = line.split(maxsplit=1)[0]
        self.writer.write(f"{line}\r\n".encode())
        while not (answer := await self._line()).startswith(f"{tag} "):
            if answer.startswith("* BYE"):
                raise Refused(answer)
        if not answer.startswith(f"{tag} OK"):
            raise Refused(answer)

    async def _line(self) -> str:
        line = await self.reader.readline()
        if not line:
            raise Refused("connection closed")
        return line.decode(errors="replace").rstrip()


async def open_all(
    server: Server, users: Iterable[tuple[str, str]], at_once: int = 16
) -> tuple[list[Session], list[str]]:
    """A session for each address and password, so many at a time: the open ones, and what the others were told."""
    tls, places = server.tls, asyncio.Semaphore(at_once)
    opened: list[Session] = []
    refusals: list[str] = []

    async def one(user: str, password: str) -> None:
        async with places:
            try:
                opened.append(await Session.open(server, user, password, tls))
            except Refused as refused:
                refusals.append(str(refused))

    await asyncio.gather(*(one(*user) for user in users))
    return opened, refusals


@contextmanager
def inotify_for(sessions: int) -> Iterator[None]:
    """Let hosts on this machine, which is the outside of their containers, wait for mail in so many sessions.

    All hosts share the number, for the mail of each belongs to a user of the same number.
    """
    wanted = {"max_user_instances": sessions + 4096, "max_user_watches": 8 * sessions + 65536}
    before = {name: int((INOTIFY / name).read_text()) for name in wanted}
    try:
        for name, value in wanted.items():
            (INOTIFY / name).write_text(str(max(value, before[name])))
        yield
    finally:
        for name, value in before.items():
            (INOTIFY / name).write_text(str(value))


async def count_open(sessions: Sequence[Session]) -> int:
    """How many of them nobody has ended."""
    return sum(await asyncio.gather(*(session.is_open() for session in sessions)))
