"""Checks by this host's resolver that DNS holds the required records; playbooks/dns.yml reports details."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import dns.exception
import dns.resolver

from ..figure import Figure
from .host import Silent

SECONDS = 10


def names(records: Sequence[str]) -> Iterator[Figure]:
    """Yield, for each kind of record, whether one of that kind is wrong.

    `records` are as `SPF TXT laocai.gov.vn v=spf1`: kind, type, name, and text that an answer of that type must
    contain.

    Raises:
        Silent: the resolver does not answer.
    """
    wrong: dict[str, bool] = {}
    for kind, type_, name, wanted in (record.split(" ", 3) for record in records):
        wrong[kind] = wrong.get(kind, False) or not any(wanted in text for text in _ask(name, type_))
    for kind, is_wrong in wrong.items():
        yield Figure("danhba_dns_wrong", is_wrong, {"kind": kind})


def _ask(name: str, kind: str) -> list[str]:
    """Return the answers as text, names in lower case; none if name or type does not exist."""
    try:
        answer = dns.resolver.resolve(name, kind, lifetime=SECONDS, search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError) as error:
        raise Silent(f"{name} {kind}: {error}") from error
    if kind == "TXT":
        return [b"".join(each.strings).decode(errors="replace") for each in answer]
    return [each.to_text().lower() for each in answer]
