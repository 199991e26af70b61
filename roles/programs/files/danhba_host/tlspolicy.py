"""Tells Postfix how outgoing mail must be protected: by DANE if the domain has it, else by MTA-STS.

A policy of MTA-STS must not replace DANE (RFC 8461, 2), but Postfix obeys its table. So this service answers nothing
for a domain whose mail servers have signed TLSA records, and Postfix's own level `dane` applies. For other domains it
forwards the answer of Debian's postfix-mta-sts-resolver. Speaks socketmap (socketmap_table(5)).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from . import program
from .journal import Refused

MOST_OCTETS = 1024
SLOW_SECONDS = 20.0  # for an answer of the other service, which fetches a policy; Postfix waits for 100
IDLE_SECONDS = 300.0
FIRST_SOCKET = 3  # SD_LISTEN_FDS_START of sd_listen_fds(3)
NOT_FOUND = b"NOTFOUND "


class Unanswered(Exception):
    """Raised if DNS does not answer whether a domain has DANE: mail for it waits."""


class Dns(Protocol):
    """The questions to DNS."""

    async def has_dane(self, domain: str) -> bool:
        """Say whether the domain's mail servers, named by signed records, have signed TLSA records.

        Raises:
            Unanswered: DNS does not tell.
        """


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        resolver: address of the validating resolver.
        sts_socket: Unix socket of postfix-mta-sts-resolver; without MTA-STS when empty.
    """

    resolver: str
    sts_socket: str


@dataclass(frozen=True)
class Validated:
    """DNS through a validating resolver on this host, whose AD flag is trusted (RFC 4035, 3.2.3)."""

    address: str
    seconds: float = 10.0

    async def has_dane(self, domain: str) -> bool:
        """See `Dns`."""
        import dns.exception
        import dns.flags
        import dns.resolver

        hosts = [domain]
        try:
            answer = await self._ask(domain, "MX")
            if not answer.response.flags & dns.flags.AD:
                return False
            hosts = [str(record.exchange) for record in answer] or hosts
        except dns.resolver.NXDOMAIN:
            return False
        except dns.resolver.NoAnswer:  # without MX the domain is its own mail server (RFC 5321, 5.1)
            pass
        except (dns.exception.DNSException, OSError) as error:
            raise Unanswered(domain) from error
        return any([await self._has_tlsa(host) for host in hosts])

    async def _has_tlsa(self, host: str) -> bool:
        import dns.exception
        import dns.flags
        import dns.resolver

        try:
            answer = await self._ask(f"_25._tcp.{host}", "TLSA")
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return False
        except (dns.exception.DNSException, OSError) as error:
            raise Unanswered(host) from error
        return bool(answer.response.flags & dns.flags.AD)

    async def _ask(self, name: str, kind: str):  # type: ignore[no-untyped-def]
        import dns.asyncresolver
        import dns.flags

        asked = dns.asyncresolver.Resolver(configure=False)
        asked.nameservers = [self.address]
        asked.flags = dns.flags.RD | dns.flags.AD
        asked.use_edns(0, 0, 1232)
        return await asked.resolve(name.rstrip(".") + ".", kind, lifetime=self.seconds, search=False)


@dataclass(frozen=True)
class Desk:
    """Answers Postfix."""

    settings: Settings
    dns: Dns

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the questions of one connection until it closes or sends no valid question."""
        try:
            while (asked := await asyncio.wait_for(read_netstring(reader), IDLE_SECONDS)) is not None:
                writer.write(netstring(await self.answer(asked)))
                await writer.drain()
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def answer(self, asked: bytes) -> bytes:
        """Return the answer to `NAME DOMAIN`."""
        domain = asked.partition(b" ")[2].decode("ascii", "replace").strip().lower()
        if not domain or domain.startswith(
            (".", "[")
        ):  # a host that was named, or all below a domain: no policy has them
            return NOT_FOUND
        try:
            if await self.dns.has_dane(domain):
                return NOT_FOUND
            return await asyncio.wait_for(self._sts(asked), SLOW_SECONDS) if self.settings.sts_socket else NOT_FOUND
        except (Unanswered, UnicodeError):
            return b"TEMP DNS does not answer"
        except (OSError, TimeoutError, ValueError, asyncio.IncompleteReadError):
            return b"TEMP the service for MTA-STS does not answer"

    async def _sts(self, asked: bytes) -> bytes:
        reader, writer = await asyncio.open_unix_connection(self.settings.sts_socket)
        try:
            writer.write(netstring(asked))
            await writer.drain()
            answer = await read_netstring(reader)
        finally:
            writer.close()
        if answer is None:
            raise ConnectionError(self.settings.sts_socket)
        return answer


def netstring(octets: bytes) -> bytes:
    """Return bytes as a netstring (socketmap_table(5))."""
    return b"%d:%b," % (len(octets), octets)


async def read_netstring(reader: asyncio.StreamReader) -> bytes | None:
    """Read a netstring; None at the end. Raises ValueError for a malformed or oversized one."""
    try:
        length = int((await reader.readuntil(b":"))[:-1])
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise
        return None
    except asyncio.LimitOverrunError as error:
        raise ValueError(error) from error
    if not 0 <= length <= MOST_OCTETS:
        raise ValueError(length)
    octets = await reader.readexactly(length + 1)
    if octets[-1:] != b",":
        raise ValueError(octets[-1:])
    return octets[:-1]


async def serve(desk: Desk, listening: socket.socket) -> None:
    """Answer until SIGTERM."""
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    server = await asyncio.start_server(desk.serve, sock=listening, limit=MOST_OCTETS)
    async with server:
        await ended.wait()


def work(settings: Settings, _given: argparse.Namespace) -> str:
    """Serve on the socket that systemd passes.

    Raises:
        Refused: systemd passed none.
    """
    if os.environ.get("LISTEN_FDS") != "1":
        raise Refused(
            "systemd không trao socket: chạy bằng danhba-tls-policy.socket -- systemd handed over no socket: it is run "
            "by danhba-tls-policy.socket"
        )
    with socket.socket(fileno=FIRST_SOCKET) as listening:
        asyncio.run(serve(Desk(settings, Validated(settings.resolver)), listening))
    return ""


def main(words: Sequence[str] | None = None) -> int:
    """Serve, or say whether a settings file would do."""
    return program.run(program.parser("tlspolicy", __doc__, "tls-policy.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
