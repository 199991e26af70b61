"""Rules about ids: a person has one, it is never what it must not be, and it names nobody (register format)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from .. import names
from ..findings import Finding, advice, rule
from ..messages import mark as _
from ..register import Agency, Issuance

NATIONAL = rule(
    "id-national",
    "R5",
    _(
        "{person} has twelve digits, as a national identity number has, which is never an id here; "
        "write the staff number, or one made at random"
    ),
)
NAMED = rule(
    "id-name",
    "R5",
    _("{person} is made from the name '{name}', which may change; write the staff number, or one made at random"),
)
TWICE = advice(
    "person-two-ids",
    "R4.0",
    _(
        "{name} opened in {agency} on {day} as {other} and as {person}: if this is one person, keep one entry; "
        "if they are two, tell them apart by title:, unit: or phone:"
    ),
)

# Of what an identity card shows (CCCD), the form is known: twelve digits.
_NATIONAL = re.compile(r"[0-9]{12}")
_WORDS = re.compile(r"[A-Za-z-]+")
_APART = ("title", "unit", "phone")


def check(agency: Agency) -> Iterator[Finding]:
    """The ids of an agency's people."""
    seen: dict[tuple[str, date], Issuance] = {}
    for issuance in agency.people:
        if _NATIONAL.fullmatch(issuance.id):
            yield NATIONAL.at(agency.where_of(issuance, "id"), person=issuance.id)
        elif _WORDS.fullmatch(issuance.id) and _is_name(agency, issuance):
            yield NAMED.at(agency.where_of(issuance, "id"), person=issuance.id, name=issuance.name)
        first = seen.setdefault((names.spelling(issuance.name), issuance.opened.date), issuance)
        if first.id != issuance.id and not _apart(first, issuance):
            values = {"name": issuance.name, "agency": agency.code, "day": issuance.opened.date}
            yield TWICE.at(agency.where_of(issuance, "id"), other=first.id, person=issuance.id, **values)


def _is_name(agency: Agency, issuance: Issuance) -> bool:
    """Whether an id of letters is the name in full or one of the addresses that R4.2 makes of it."""
    try:
        parts = names.split(issuance.name)
    except ValueError:
        return False
    spelled = issuance.id.lower().replace("-", "")
    whole = "".join((*parts.before, parts.given))
    return any(spelled in (made, made + agency.code) for made in (whole, *names.candidates(parts)))


def _apart(one: Issuance, other: Issuance) -> bool:
    """Whether something known of both tells two people of one name apart."""
    pairs = ((getattr(one, key), getattr(other, key)) for key in _APART)
    return any(mine and theirs and mine != theirs for mine, theirs in pairs)
