"""Rules about a change of a register: what was merged before stays (the register only grows).

Some changes can never be right: a changed address, a removed entry or agency. Others are mostly wrong, but a mistyped
number has to be corrected one day: then the change itself acknowledges the correction, for its reviewers to see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice

from ...addresses.issuing import CONTACT, Issued
from ...messages import mark as _
from ...model.facts import Facts
from ...model.findings import KIND_LIMIT, Finding, Where, advice
from ...model.place import START
from ...model.register import Agency, Province, Register
from . import agency as agencies
from . import custodians, entries, events, leaves, moves, names, past, pins, quotas
from . import province as provinces
from .agency import GONE
from .entries import Given

BASE = advice(
    "history-base",
    "R6",
    _("the revision compared with has {count} errors, so the limits of a plan were not judged; correct it first"),
)
# Findings that an acknowledgement lets pass.
CORRECTIONS = frozenset(
    found.id
    for found in (
        *(events.OPENED, events.CLOSED, events.REOPENED, events.TO_COME, custodians.CUSTODIAN, entries.SUSPENDED),
        *(agencies.VALUE, agencies.CHANGE, agencies.SUCCEEDS, moves.SUCCEEDS_ADDED, agencies.RENAMED),
        *(entries.NAME, entries.PIN, names.UNNAMED, past.FORWARDING, pins.OFFICE, pins.LOOKALIKE, quotas.DOCUMENT),
    )
)


@dataclass(frozen=True, slots=True)
class Version:
    """A register, or those of its agencies whose files differ, with the addresses that it gives.

    `whole` is the complete register if `register` is only a part.
    """

    register: Register
    issued: Issued
    whole: Register | None = None

    def of(self, agency: Agency) -> list[Given]:
        """Return the issuances of an agency with their local parts."""
        return list(self.issued.of(agency))


def check(base: Version, now: Version, unclear: frozenset[str], day: date | None = None) -> Iterator[Finding]:
    """Yield everything that a change takes back, except what it acknowledges.

    Without a day, acknowledgements of any day count. Agencies that could not be read in full before or now are left
    out.
    """
    found = chain(_all(base, now, unclear, day), _left(base, now, unclear, day) if day else ())
    yield from _unacknowledged(found, now.register.province, day)
    for later in now.register.agencies.values():
        if day and later.code not in unclear:
            former = base.register.agencies.get(later.code)
            yield from islice(past.back(former, later, day), KIND_LIMIT)
            yield from islice(agencies.back(former, later, day), KIND_LIMIT)
            if former:
                yield from islice(past.late(former, later, now.register.province.policy, day), KIND_LIMIT)


def _left(base: Version, now: Version, unclear: frozenset[str], day: date) -> Iterator[Finding]:
    """Yield addresses that a change closes in the past, so that they forward for fewer days than promised."""
    policy, then = now.register.province.policy, base.register.agencies
    clear = [agency for agency in now.register.agencies.values() if agency.code not in unclear]
    given = {code: base.of(agency) for code, agency in then.items() if code not in unclear}
    yield from past.left(given, [(agency, now.of(agency)) for agency in clear], policy, day)
    whole = (now.whole or now.register).agencies.values()
    yield from past.left_by_agencies(then, clear, whole, policy, day)


def across(
    base: Sequence[Facts], now: Sequence[Facts], unclear: frozenset[str], province: Province, day: date | None = None
) -> Iterator[Finding]:
    """Yield effects of a change on agencies whose own files it leaves alone, from the facts before and now."""
    former = {agency.code: agency for agency in base}
    changed = [agency for agency in now if agency.code not in unclear and former.get(agency.code) != agency]
    yield from _unacknowledged(moves.taken_over(former, changed), province, day)
    yield from moves.returned(base, former, changed)


def _unacknowledged(findings: Iterator[Finding], province: Province, day: date | None) -> Iterator[Finding]:
    acknowledged = _acknowledged(province, day)
    for finding in findings:
        if finding.rule is past.FORWARDING and _is_decided(finding, province, day):
            continue
        if finding.rule.id not in CORRECTIONS or finding.where.object not in acknowledged:
            yield finding


def _is_decided(finding: Finding, province: Province, day: date | None) -> bool:
    """Say whether an acknowledgement for the agency covers other addresses by the finding's document."""
    agency = finding.where.object.partition("/")[0]
    in_force = (each for each in province.acknowledgements if day is None or each.holds(day))
    return any(each.decides(agency, finding.values["document"]) for each in in_force)


def _acknowledged(province: Province, day: date | None) -> frozenset[str]:
    return frozenset(
        account.removeprefix(CONTACT)
        for acknowledgement in province.acknowledgements
        if acknowledgement.limit == "history" and (day is None or acknowledgement.holds(day))
        for account in acknowledgement.accounts
    )


def _all(base: Version, now: Version, unclear: frozenset[str], day: date | None) -> Iterator[Finding]:
    yield from provinces.check(base.register.province, now.register.province)
    kept, whole = now.register.agencies, now.whole or now.register
    yield from _gone([each for code, each in base.register.agencies.items() if code not in kept], unclear)
    for agency in base.register.agencies.values():
        later = now.register.agencies.get(agency.code)
        if agency.code in unclear or later is None:
            continue
        yield from agencies.check(agency, later, whole.agencies, day)
        yield from custodians.keys(agency, later, now.register.province)
        yield from entries.check(base.of(agency), now.of(later), later, day)
    for agency in now.register.agencies.values():
        if agency.code not in unclear and agency.code not in base.register.agencies:
            yield from entries.check([], now.of(agency), agency, day)
            yield from events.withdrawn(agency, agency.where, day)
    there = (base.of(agency) for agency in base.register.agencies.values())
    here = ((agency, now.of(agency)) for agency in now.register.agencies.values() if agency.code not in unclear)
    yield from pins.check(there, here)
    clear = [agency for agency in now.register.agencies.values() if agency.code not in unclear]
    for agency in clear:
        former = base.register.agencies.get(agency.code)
        yield from islice(past.migrated(former, agency), KIND_LIMIT)
        yield from leaves.check(former, agency)
    given = ((code, base.of(agency)) for code, agency in base.register.agencies.items())
    yield from islice(pins.lookalikes(given, ((agency, now.of(agency)) for agency in clear)), KIND_LIMIT)
    yield from quotas.check(base.register.agencies, clear, whole.agencies.values())
    yield from names.check((base.whole or base.register).agencies, whole.agencies, clear)


def _gone(agencies: list[Agency], unclear: frozenset[str]) -> Iterator[Finding]:
    """Yield the agencies whose files are gone; for many, as when a folder is removed, one finding with their codes."""
    gone = [agency for agency in agencies if agency.code not in unclear]
    if len(gone) > KIND_LIMIT:
        first = gone[0]
        codes = [agency.code for agency in gone[:KIND_LIMIT]]
        yield GONE.at(Where(first.file, START, first.code), agency=[*codes, f"… +{len(gone) - KIND_LIMIT}"])
        return
    for agency in gone:
        yield GONE.at(Where(agency.file, START, agency.code), agency=agency.code)
