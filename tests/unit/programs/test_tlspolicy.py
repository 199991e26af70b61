"""How outgoing mail has to be protected: DANE before MTA-STS, and never less than either where somebody is away."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dns.flags
import dns.message
import dns.rrset
import pytest

from danhba_host import tlspolicy
from danhba_host.journal import Refused
from danhba_host.tlspolicy import NOT_FOUND, Desk, Settings, Unanswered, Validated, netstring, read_netstring

SECURE = b"OK secure match=mx.sts.example"


class Names:
    """DNS that knows some domains; `None` of one that it cannot ask."""

    def __init__(self, **known: bool | None) -> None:
        self.known = known

    async def has_dane(self, domain: str) -> bool:
        found = self.known.get(domain.partition(".")[0], False)
        if found is None:
            raise Unanswered(domain)
        return found


DNS = Names(dane=True, sts=False, silent=None)


async def asked(folder: Path, question: bytes, service: Callable[[bytes], Awaitable[bytes | None]]) -> bytes:
    """What is answered while `service` is the one that knows of MTA-STS; None of it hangs up."""

    async def sts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answer = await service(await read_netstring(reader) or b"")
        if answer is not None:
            writer.write(answer)
            await writer.drain()
        writer.close()

    path = folder / "sts"
    async with await asyncio.start_unix_server(sts, str(path)):
        return await Desk(Settings("127.0.0.1", str(path)), DNS).answer(question)


async def knows(question: bytes) -> bytes:
    return netstring(SECURE if question == b"policy sts.example" else NOT_FOUND)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (b"policy dane.example", NOT_FOUND),  # Postfix's own level is dane
        (b"policy sts.example", SECURE),
        (b"policy STS.example", NOT_FOUND),  # what is passed on is what was asked
        (b"policy none.example", NOT_FOUND),
        (b"policy .sts.example", NOT_FOUND),
        (b"policy [sts.example]", NOT_FOUND),
        (b"policy ", NOT_FOUND),
        (b"policy", NOT_FOUND),
        (b"", NOT_FOUND),
        (b"policy silent.example", b"TEMP DNS does not answer"),
    ],
)
def test_dane_goes_before_a_policy(tmp_path: Path, question: bytes, answer: bytes) -> None:
    assert asyncio.run(asked(tmp_path, question, knows)) == answer


async def hangs_up(_question: bytes) -> None:
    return None


async def babbles(_question: bytes) -> bytes:
    return b"babble babble:"


async def boasts(_question: bytes) -> bytes:
    return b"999999:"


@pytest.mark.parametrize("service", [hangs_up, babbles, boasts])
def test_mail_waits_where_the_other_service_is_ill(
    tmp_path: Path, service: Callable[[bytes], Awaitable[bytes | None]]
) -> None:
    assert asyncio.run(asked(tmp_path, b"policy sts.example", service)).startswith(b"TEMP ")


def test_mail_waits_where_the_other_service_is_away(tmp_path: Path) -> None:
    desk = Desk(Settings("127.0.0.1", str(tmp_path / "nobody")), DNS)
    assert asyncio.run(desk.answer(b"policy sts.example")).startswith(b"TEMP ")


def test_nobody_is_asked_where_mta_sts_is_not_wanted() -> None:
    assert asyncio.run(Desk(Settings("127.0.0.1", ""), DNS).answer(b"policy sts.example")) == NOT_FOUND


async def talk(sent: bytes) -> bytes:
    """What comes back for octets that somebody sends."""
    desk = Desk(Settings("127.0.0.1", ""), DNS)
    async with await asyncio.start_server(desk.serve, "127.0.0.1", 0, limit=tlspolicy.MOST_OCTETS) as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(sent)
        writer.write_eof()
        answer = await reader.read()
        writer.close()
    return answer


def test_one_connection_asks_several_questions() -> None:
    sent = netstring(b"policy dane.example") + netstring(b"policy silent.example")
    assert asyncio.run(talk(sent)) == netstring(NOT_FOUND) + netstring(b"TEMP DNS does not answer")


@pytest.mark.parametrize(
    "sent", [b"", b"x", b"x:", b"-1:", b"5:abcde;", b"4000:", b"10:abc", b"9" * 5000, b":,", b"5:\xff\xff\xff\xff\xff,"]
)
def test_babble_ends_the_connection_and_harms_nobody(sent: bytes) -> None:
    assert asyncio.run(talk(sent)) in (b"", netstring(NOT_FOUND))


@contextmanager
def serving(
    monkeypatch: pytest.MonkeyPatch, records: dict[tuple[str, str], tuple[list[str], bool]]
) -> Iterator[Validated]:
    """A resolver with these records, each signed or not."""

    async def udp(query: dns.message.Message, *_where: object, **_how: object) -> dns.message.Message:
        asked = query.question[0]
        reply = dns.message.make_response(query, recursion_available=True)
        found, signed = records.get((str(asked.name), dns.rdatatype.to_text(asked.rdtype)), ([], False))
        if found == ["SERVFAIL"]:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif found == ["NXDOMAIN"]:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        elif found:
            reply.answer = [dns.rrset.from_text(asked.name, 60, "IN", dns.rdatatype.to_text(asked.rdtype), *found)]
        if signed:
            reply.flags |= dns.flags.AD
        return dns.message.from_wire(reply.to_wire())

    import dns.asyncquery

    monkeypatch.setattr(dns.asyncquery, "udp", udp)
    monkeypatch.setattr(dns.asyncquery, "tcp", udp)
    yield Validated("127.0.0.1", seconds=0.3)


MX = ("d.example.", "MX")
TLSA = ("_25._tcp.mx.d.example.", "TLSA")
ONE = ["3 1 1 " + "ab" * 32]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ({MX: (["1 mx.d.example."], True), TLSA: (ONE, True)}, True),
        ({MX: (["1 mx.d.example."], True), TLSA: (ONE, False)}, False),
        ({MX: (["1 mx.d.example."], False), TLSA: (ONE, True)}, False),
        ({MX: (["1 mx.d.example."], True)}, False),
        ({MX: (["1 mx.d.example."], True), TLSA: (["NXDOMAIN"], True)}, False),
        ({MX: (["1 a.d.example.", "2 mx.d.example."], True), TLSA: (ONE, True)}, True),
        ({MX: (["NXDOMAIN"], True)}, False),
        ({("_25._tcp.d.example.", "TLSA"): (ONE, True)}, True),  # its own mail server
    ],
)
def test_dane_is_signed_all_along(
    monkeypatch: pytest.MonkeyPatch, records: dict[tuple[str, str], tuple[list[str], bool]], expected: bool
) -> None:
    with serving(monkeypatch, records) as validated:
        assert asyncio.run(validated.has_dane("d.example")) is expected


@pytest.mark.parametrize("broken", [MX, TLSA])
def test_nobody_knows_where_dns_fails(monkeypatch: pytest.MonkeyPatch, broken: tuple[str, str]) -> None:
    records = {MX: (["1 mx.d.example."], True), TLSA: (ONE, True), broken: (["SERVFAIL"], False)}
    with serving(monkeypatch, records) as validated, pytest.raises(Unanswered):
        asyncio.run(validated.has_dane("d.example"))


def test_it_is_run_by_its_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LISTEN_FDS", raising=False)
    with pytest.raises(Refused, match=r"danhba-tls-policy[.]socket"):
        tlspolicy.work(Settings("127.0.0.1", ""), argparse.Namespace())
