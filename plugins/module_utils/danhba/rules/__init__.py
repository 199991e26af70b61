"""Rules about a register beyond the form of its files, one module for each subject.

`within` checks an agency's file by itself, `across` all agencies together, `on` all of them on a day.
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

# Maximum number of findings across agencies: a register with more has few causes for them.
ACROSS_LIMIT = 10_000


def within(agency: Agency) -> Iterator[Finding]:
    """Yield all findings about an agency's file by itself."""
    for part in (agencies, people, leave, documents, custodians, dates, ids, wording, quotas):
        yield from part.check(agency)


def across(province_: Province | None, facts: Sequence[Facts], unread: frozenset[str]) -> Iterator[Finding]:
    """Yield findings about agencies among each other, at most `ACROSS_LIMIT`.

    Agencies in `unread` exist, but their files could not be read.
    """
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
    """Yield findings that hold on a day, at most `ACROSS_LIMIT`."""
    found = (province.on(province_, facts, day), people.on(facts, day), dates.on(province_, facts, day))
    yield from islice(chain(*found), ACROSS_LIMIT)
