"""Rules about a change of an agency's custodians, and of the keys that letters are encrypted with (R11)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import zip_longest

from ...messages import mark as _
from ...model.custody import rekeyed
from ...model.findings import Finding, Where, advice, rule
from ...model.place import START
from ...model.register import Agency, Custodian, Province
from .events import TO_COME

CUSTODIAN = rule(
    "history-custodian",
    "R11.2",
    _(
        "custodian {number} of {object} was {before} and is now {now}; restore it, hand over by an entry at the end, "
        "or acknowledge the correction: danhba acknowledge --limit history --accounts {object}"
    ),
)
KEY = advice(
    "history-key",
    "R9.3",
    _(
        "from {day} on, letters for {agency} are encrypted to {who} with {now}, and before this change to {was} with "
        "{before}; they hold passwords, so ask {who}, not by mail, whether the new key is theirs"
    ),
)
OPERATOR_KEY = advice(
    "history-operator-key",
    "R9.3",
    _(
        "the operator's key, with which letters are encrypted where a custodian has none, was {before} and is now "
        "{now}; they hold passwords, so ask {operator}, not by mail, whether the new key is theirs"
    ),
)
NO_KEY = "—"


def check(before: Agency, now: Agency, day: date | None) -> Iterator[Finding]:
    """Yield custodians that were changed or removed.

    The former list begins the later one; only keys may change, and future custodians be withdrawn.
    """
    for number, (then, later) in enumerate(zip_longest(_listed(before), _listed(now)), 1):
        if then is None:
            return
        if later is None or not _goes_on(then, later):
            place = now.where_of(later).place if later else now.where("custodians").place
            where = Where(now.file, place, now.code)
            values = {"before": _custodian(then), "now": _custodian(later) if later else NO_KEY}
            if day and then.date > day and not then.withdrawn:
                yield TO_COME.at(where, object=now.code, **values)
            else:
                yield CUSTODIAN.at(where, number=number, object=now.code, **values)
            return


def _listed(agency: Agency) -> list[Custodian]:
    """Return all custodians in the order of the file, also withdrawn ones."""
    withdrawn = (each for each in agency.withdrawn if isinstance(each, Custodian))
    return sorted((*agency.custodians, *withdrawn), key=lambda custodian: custodian.at.get("", START))


def _goes_on(before: Custodian, now: Custodian) -> bool:
    """Say whether two entries are the same custodian; a withdrawal may be added."""
    same = (before.person, before.document, before.date, before.role) == (now.person, now.document, now.date, now.role)
    return same and before.withdrawn in {None, now.withdrawn}


def keys(before: Agency, now: Agency, operator: Province) -> Iterator[Finding]:
    """Yield every other key that letters are encrypted with on some day, whatever brought it about."""
    for each in rekeyed(before, now, operator):
        values = {"who": _who(each.name, each.person), "now": each.key or NO_KEY}
        former = {"was": _who(each.before_name, each.before_person), "before": each.before_key or NO_KEY}
        day = date.fromisoformat(each.day)
        yield KEY.at(_where(now, day), day=day, agency=now.code, **values, **former)


def _who(name: str, person: str) -> str:
    return f"{name} ({person})" if person else name


def _where(agency: Agency, day: date) -> Where:
    """Return the place of the key that is used on a day, or else of the custodian who needs one."""
    begun = [custodian for custodian in agency.custodians if custodian.date <= day]
    return agency.where_of(begun[-1], "key") if begun else agency.where("custodians")


def _custodian(custodian: Custodian) -> str:
    ending = f" ({custodian.withdrawn.document} {custodian.withdrawn.date})" if custodian.withdrawn else ""
    return f"{custodian.person} {custodian.document} {custodian.date} {custodian.role}{ending}"
