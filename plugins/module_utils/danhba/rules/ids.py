"""Rules about ids: each person has one; it is no identity number, no name, and like no other (docs/reference.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..addresses.rule import candidates
from ..messages import mark as _
from ..model.facts import Facts
from ..model.findings import Finding, advice, rule
from ..model.register import Agency, Issuance
from ..vietnamese import names

NATIONAL = rule(
    "id-national",
    "R5",
    _(
        "{person} looks like a national identity number, which is never an id here; "
        "write the staff number, or one made at random"
    ),
)
NAMED = rule(
    "id-name",
    "R5",
    _("{person} is made from the name '{name}', which may change; write the staff number, or one made at random"),
)
ALIKE = advice(
    "id-alike",
    "R5",
    _(
        "{person} and {other} in {agency} differ only in capitals or leading zeros; if this is one person, write one "
        "id, as text in quotes; if they are two, leave it"
    ),
)

# Numbers of identity cards: CCCD has twelve digits, older cards nine.
_NATIONAL = re.compile(r"(?i)[0-9]{12}|(?:cmnd|cmtnd|cmt|cccd)-?[0-9]{8,12}")
_WORDS = re.compile(r"[A-Za-z-]+")


def check(agency: Agency) -> Iterator[Finding]:
    """Yield ids of an agency's people that are identity numbers or names."""
    for issuance in agency.people:
        if _NATIONAL.fullmatch(issuance.id):
            yield NATIONAL.at(agency.where_of(issuance, "id"), person=issuance.id)
        elif _WORDS.fullmatch(issuance.id) and _is_name(agency, issuance):
            yield NAMED.at(agency.where_of(issuance, "id"), person=issuance.id, name=issuance.name)


def _is_name(agency: Agency, issuance: Issuance) -> bool:
    """Say whether an id of letters is the person's full name, or an address that R4.2 makes of it."""
    try:
        parts = names.split(issuance.name)
    except ValueError:
        return False
    spelled = issuance.id.lower().replace("-", "")
    whole = "".join((*parts.before, parts.given))
    return any(spelled in (made, made + agency.code) for made in (whole, *candidates(parts)))


def across(facts: Sequence[Facts]) -> Iterator[Finding]:
    """Yield ids that differ only in case or leading zeros, as spreadsheets make them: 000101 and 101, NV-7 and nv-7."""
    ids = {id_ for agency in facts for id_ in agency.ids}
    if len({id_.lower().lstrip("0") for id_ in ids}) == len(ids):  # the usual case, found fast
        return
    seen: dict[str, tuple[str, str]] = {}
    for agency in facts:
        for held in agency.people:
            other, code = seen.setdefault(held.id.lower().lstrip("0"), (held.id, agency.code))
            if other != held.id:
                yield ALIKE.at(agency.where_of(held), person=held.id, other=other, agency=code)
