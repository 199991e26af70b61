"""Asks each authoritative server for a record (dnspython), and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from enum import Enum
from ipaddress import ip_address
from typing import NamedTuple

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.resolver

from .records import Record

# Seconds to wait for an answer, over UDP and again over TCP.
PATIENCE = 3.0
AT_ONCE = 16


class State(Enum):
    """A server's state of a record."""

    HELD = "held"
    MISSING = "missing"
    OTHER = "other"  # the name and type are there, with other values
    SILENT = "silent"  # no answer, or a refusal


class Server(NamedTuple):
    """An authoritative server: its name (or its address again) and its address."""

    name: str
    address: str


class Answer(NamedTuple):
    """One server's answer about one record; `found` are its values if they differ."""

    record: Record
    server: Server
    state: State
    found: tuple[str, ...] = ()


def servers_of(domain: str, given: Sequence[str] = ()) -> list[Server]:
    """Return the given servers (addresses or names), else those of the domain's own NS records."""
    names = list(given) or list(_names_of(domain))
    return [Server(name, address) for name in names for address in _addresses_of(name)]


def ask(records: Sequence[Record], servers: Sequence[Server]) -> list[Answer]:
    """Return every server's answer about every record, in the order of the records, asked in parallel."""
    questions = [(record, server) for record in records for server in servers]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda question: _ask(*question), questions))


def resolve(record: Record, servers: Sequence[Server]) -> Answer:
    """Return the answer about a record that may be in another zone (PTR): by these servers, else by this machine's
    resolver.
    """
    if held := next((said for said in ask([record], servers) if said.state is State.HELD), None):
        return held
    server = Server("DNS", "")
    try:
        found = dns.resolver.resolve(f"{record.name}.", record.type, lifetime=2 * PATIENCE, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return Answer(record, server, State.MISSING)
    except (dns.exception.DNSException, OSError):
        return Answer(record, server, State.SILENT)
    return _compared(record, server, list(found))


def _ask(record: Record, server: Server) -> Answer:
    question = dns.message.make_query(f"{record.name}.", record.type, use_edns=0, payload=1232)
    question.flags &= ~dns.flags.RD
    try:
        reply, _by_tcp = dns.query.udp_with_fallback(question, server.address, timeout=PATIENCE, ignore_unexpected=True)
    except (dns.exception.DNSException, OSError):
        return Answer(record, server, State.SILENT)
    if reply.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN) or not reply.flags & dns.flags.AA:
        return Answer(record, server, State.SILENT)
    kind = dns.rdatatype.from_text(record.type)
    return _compared(record, server, [rdata for rrset in reply.answer if rrset.rdtype == kind for rdata in rrset])


def _compared(record: Record, server: Server, found: Sequence[dns.rdata.Rdata]) -> Answer:
    """Compare found values with the wanted ones; other TXT values are allowed, but none of the same kind."""
    there, wanted = {_text(rdata) for rdata in found}, {_text(_rdata(record.type, value)) for value in record.values}
    if record.type == "TXT":
        kinds = {_kind(value) for value in wanted}
        there = {value for value in there if _kind(value) in kinds}
    if not there:
        return Answer(record, server, State.MISSING)
    state = State.HELD if there == wanted else State.OTHER
    return Answer(record, server, state, () if state is State.HELD else tuple(sorted(there)))


def _kind(text: str) -> str:
    """Return the kind of a TXT record: its first word, such as v=spf1."""
    return text.partition(" ")[0].rstrip(";").lower()


def _rdata(kind: str, value: str) -> dns.rdata.Rdata:
    if kind == "TXT":
        strings = [value[start : start + 255].encode() for start in range(0, len(value), 255)]
        return dns.rdtypes.ANY.TXT.TXT(dns.rdataclass.IN, dns.rdatatype.TXT, strings)
    return dns.rdata.from_text(dns.rdataclass.IN, dns.rdatatype.from_text(kind), value)


def _text(rdata: dns.rdata.Rdata) -> str:
    """Return a value in a canonical form: TXT strings joined, because their splitting means nothing (RFC 7208, 3.3)."""
    if isinstance(rdata, dns.rdtypes.ANY.TXT.TXT):
        return b"".join(rdata.strings).decode("utf-8", "replace")
    return rdata.to_text().lower()


def _names_of(domain: str) -> Iterator[str]:
    """Yield the NS records of the zone that a domain is in."""
    try:
        zone = dns.resolver.zone_for_name(dns.name.from_text(domain), lifetime=2 * PATIENCE)
        for rdata in dns.resolver.resolve(zone, "NS", lifetime=2 * PATIENCE):
            yield rdata.target.to_text(omit_final_dot=True)
    except (dns.exception.DNSException, OSError):
        return


def _addresses_of(name: str) -> Iterator[str]:
    try:
        yield str(ip_address(name))
        return
    except ValueError:
        pass
    for kind in ("A", "AAAA"):
        try:
            yield from (rdata.to_text() for rdata in dns.resolver.resolve(name, kind, lifetime=2 * PATIENCE))
        except (dns.exception.DNSException, OSError):
            continue
