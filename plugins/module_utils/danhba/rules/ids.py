"""Rules about ids: a person has one, it is never what it must not be, and it names nobody (register format)."""

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

# Of what an identity card shows (CCCD), the form is known: twelve digits.
_NATIONAL = re.compile(r"(?i)[0-9]{12}|(?:cmnd|cmtnd|cmt|cccd)-?[0-9]{8,12}")
_WORDS = re.compile(r"[A-Za-z-]+")


def check(agency: Agency) -> Iterator[Finding]:
    """The ids of an agency's people."""
    for issuance in agency.people:
        if _NATIONAL.fullmatch(issuance.id):
            yield NATIONAL.at(agency.where_of(issuance, "id"), person=issuance.id)
        elif _WORDS.fullmatch(issuance.id) and _is_name(agency, issuance):
            yield NAMED.at(agency.where_of(issuance, "id"), person=issuance.id, name=issuance.name)


def _is_name(agency: Agency, issuance: Issuance) -> bool:
    """Whether an id of letters is the name in full or one of the addresses that R4.2 makes of it."""
    try:
        parts = names.split(issuance.name)
    except ValueError:
        return False
    spelled = issuance.id.lower().replace("-", "")
    whole = "".join((*parts.before, parts.given))
    return any(spelled in (made, made + agency.code) for made in (whole, *candidates(parts)))


def across(facts: Sequence[Facts]) -> Iterator[Finding]:
    """Ids that a spreadsheet or a hurried hand makes out of others: 000101 and 101, NV-7 and nv-7."""
    ids = {id_ for agency in facts for id_ in agency.ids}
    if len({id_.lower().lstrip("0") for id_ in ids}) == len(ids):  # nearly always, and told soonest so
        return
    seen: dict[str, tuple[str, str]] = {}
    for agency in facts:
        for held in agency.people:
            other, code = seen.setdefault(held.id.lower().lstrip("0"), (held.id, agency.code))
            if other != held.id:
                yield ALIKE.at(agency.where_of(held), person=held.id, other=other, agency=code)
