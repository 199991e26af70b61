"""What a register must hold to beyond its shape: one file for each part of it.

`within` is what one agency's file must hold to by itself, `across` what all of them must together, `on` what they must
on a day.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain, islice

from ..addresses import issuing as addresses
from ..model.facts import Facts
from ..model.findings import Finding
from ..model.register import Agency, Province
from . import agencies, custodians, dates, documents, ids, leave, people, province, quotas, wording

# So many findings among agencies are shown at once; a register that has more has them for few reasons.
ACROSS_LIMIT = 10_000


def within(agency: Agency) -> Iterator[Finding]:
    """Every finding about an agency's file that needs no other."""
    for part in (agencies, people, leave, documents, custodians, dates, ids, wording, quotas):
        yield from part.check(agency)


def across(province_: Province | None, facts: Sequence[Facts], unread: frozenset[str]) -> Iterator[Finding]:
    """The first findings among agencies; those in `unread` exist, though nobody could read their files."""
    yield from islice(_across(province_, facts, unread), ACROSS_LIMIT)


def _across(province_: Province | None, facts: Sequence[Facts], unread: frozenset[str]) -> Iterator[Finding]:
    by_code = {agency.code: agency for agency in facts}
    yield from addresses.across(facts)
    yield from agencies.across(by_code, unread)
    yield from documents.across(by_code, province_.operator if province_ else "")
    yield from ids.across(facts)
    yield from people.across(facts, complete=not unread)
    if province_:
        yield from province.across(province_, by_code, unread)


def on(province_: Province, facts: Sequence[Facts], day: date) -> Iterator[Finding]:
    """The first findings that hold on a day and may not on another."""
    found = (province.on(province_, facts, day), people.on(facts, day), dates.on(province_, facts, day))
    yield from islice(chain(*found), ACROSS_LIMIT)
