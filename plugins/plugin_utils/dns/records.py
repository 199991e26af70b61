"""Computes the records that DNS must hold, from the inventory's and the host's facts. Pure: asks nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import NamedTuple

# Maximum bytes of one string of a TXT record (RFC 1035, 3.3.14).
TXT_STRING = 255
# Service names that mail programs look up, with ports (RFC 6186, 8314; 5804; 2782).
SERVICES = (
    ("_imaps._tcp", 993),
    ("_pop3s._tcp", 995),
    ("_submissions._tcp", 465),
    ("_submission._tcp", 587),
    ("_sieve._tcp", 4190),
)
LDAPS = ("_ldaps._tcp", 636)
# Services that are not offered: a target of "." stops programs from searching (RFC 2782).
NOT_OFFERED = ("_imap._tcp", "_pop3._tcp")


class Record(NamedTuple):
    """All values of one name and type, as in a zone: absolute names as text, TXT without quotes."""

    name: str
    type: str
    values: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Mail:
    """The input of the records. Names have no final dot; addresses are text."""

    domain: str
    host: str
    addresses: Sequence[str]
    # TXT texts by selector.
    dkim: Mapping[str, str] = field(default_factory=dict)
    discovery_hosts: Sequence[str] = ()
    # SHA-256 of the public key of the certificate in force, hexadecimal (RFC 6698: 3 1 1); none when empty.
    tlsa: str = ""
    spf: Sequence[str] = ()
    dmarc: str = "quarantine"
    reports: str = ""
    # The MTA-STS policy's host, none when empty, and the id of the policy in force.
    sts_host: str = ""
    sts_id: str = ""
    caa: Sequence[str] = ()
    ldap: bool = False


def wanted(mail: Mail) -> list[Record]:
    """Return every record, in reading order."""
    return [*_addresses(mail), *_sending(mail), *_transport(mail), *_programs(mail), *_authorities(mail)]


def pointers(mail: Mail) -> list[Record]:
    """Return the PTR records, which the owner of the addresses (the Internet provider) has to set."""
    return [
        Record(ip_address(address).reverse_pointer, "PTR", (f"{mail.host}.",), "PTR: others refuse mail without it")
        for address in mail.addresses
    ]


def _addresses(mail: Mail) -> Iterator[Record]:
    hosts = [mail.host, *mail.discovery_hosts, *([mail.sts_host] if mail.sts_host else [])]
    yield Record(mail.domain, "MX", (f"10 {mail.host}.",), "MX: where mail for the domain goes (RFC 5321, 5)")
    for version, kind in ((4, "A"), (6, "AAAA")):
        values = tuple(address for address in mail.addresses if ip_address(address).version == version)
        if values:
            yield from (Record(host, kind, values, f"{kind}: where {host} is") for host in hosts)


def _sending(mail: Mail) -> Iterator[Record]:
    """Yield the records of who may send as the domain, and as the host (bounces and reports)."""
    own = " ".join([f"a:{mail.host}", *mail.spf])
    yield Record(mail.domain, "TXT", (f"v=spf1 mx {own} -all",), "SPF: who may send for the domain (RFC 7208)")
    yield Record(mail.host, "TXT", ("v=spf1 a -all",), "SPF: who may greet as the host, and send its bounces")
    for selector, text in mail.dkim.items():
        for owner in (mail.domain, mail.host):
            yield Record(f"{selector}._domainkey.{owner}", "TXT", (text,), "DKIM: the key of our signatures (RFC 6376)")
    reports = f"; rua=mailto:{mail.reports}" if mail.reports else ""
    yield Record(
        f"_dmarc.{mail.domain}", "TXT", (f"v=DMARC1; p={mail.dmarc}{reports}",), "DMARC: what others do with forgeries"
    )


def _transport(mail: Mail) -> Iterator[Record]:
    """Yield the records by which other servers verify ours when they deliver mail."""
    if mail.tlsa:
        yield Record(
            f"_25._tcp.{mail.host}", "TLSA", (f"3 1 1 {mail.tlsa}",), "DANE: our key, where the zone is signed (7672)"
        )
    if mail.sts_host:
        yield Record(
            f"_mta-sts.{mail.domain}", "TXT", (f"v=STSv1; id={mail.sts_id}",), "MTA-STS: that there is a policy (8461)"
        )
    if mail.reports:
        text = f"v=TLSRPTv1; rua=mailto:{mail.reports}"
        yield Record(f"_smtp._tls.{mail.domain}", "TXT", (text,), "TLS-RPT: where others report TLS that fails (8460)")


def _programs(mail: Mail) -> Iterator[Record]:
    """Yield the records by which mail programs find the services."""
    for name, port in (*SERVICES, *([LDAPS] if mail.ldap else [])):
        yield Record(f"{name}.{mail.domain}", "SRV", (f"0 1 {port} {mail.host}.",), "SRV: for mail programs (RFC 6186)")
    for name in NOT_OFFERED:
        yield Record(f"{name}.{mail.domain}", "SRV", ("0 0 0 .",), "SRV: not offered, only with TLS (RFC 8314)")


def _authorities(mail: Mail) -> Iterator[Record]:
    if mail.caa:
        values = tuple(f'0 issue "{authority}"' for authority in mail.caa)
        yield Record(mail.domain, "CAA", values, "CAA: who may issue certificates (RFC 8659)")
