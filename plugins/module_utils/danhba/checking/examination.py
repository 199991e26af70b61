"""One agency's file, examined by itself: all that can be said without the other files, save for the system addresses.

What comes of it depends on nothing else, so it can be cached (`sweep`).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .. import rules
from ..addresses import issuing as addresses
from ..jsontext import pack, unpack
from ..model import facts, rows
from ..model.facts import Facts
from ..model.findings import RULES, Enough, Finding, Gathered, Where, binding
from ..model.place import Place
from ..model.register import Agency
from ..reading import loader
from ..reading.source import File
from ..rules.people import namesakes

# The length of the head and of the issuances' places, both in octets; the rows are the rest.
_LENGTHS = struct.Struct("<II")


@dataclass(frozen=True, slots=True)
class Examined:
    """An agency and its facts; both None where the file cannot be made out.

    Not `complete` where an entry could not be read, so that the others' places and addresses prove nothing. `locals`
    are the local part of each issuance; None where the agency was kept, whose rows have them.
    """

    agency: Agency | None
    locals: Sequence[str | None] | None
    facts: Facts | None
    findings: list[Finding]
    complete: bool


def examine(file: File, system: frozenset[str]) -> Examined:
    """Examine one file; `system` are the local parts of the system addresses, which no person can have."""
    findings = Gathered()
    try:
        return _examine(file, system, findings)
    except Enough:
        return Examined(None, [], None, [*findings, loader.too_many(file)], complete=False)


def _examine(file: File, system: frozenset[str], findings: Gathered) -> Examined:
    agency = loader.agency(file, findings)
    if agency is None:
        return Examined(None, [], None, findings, complete=False)
    complete = not binding(findings)
    locals_ = addresses.issue_in(agency, system, findings)
    findings.extend(rules.within(agency))
    return Examined(agency, locals_, facts.of(agency, locals_, namesakes(agency)), findings, complete)


def dump(examined: Examined) -> bytes:
    """All but the places of an agency's values, and the file's name, which depends on who asks."""
    kept, places, agency, people = None, b"", None, b""
    if examined.facts and examined.agency and examined.locals is not None:
        kept, places = facts.dump(examined.facts)
        agency, people = rows.dump(examined.agency, examined.locals)
    head = pack([kept, agency, [_dump(finding) for finding in examined.findings], examined.complete])
    return b"".join((_LENGTHS.pack(len(head), len(places)), head, places, people))


def load(data: bytes, file: str) -> Examined:
    """The inverse of `dump`, for a file of that name; what many ask for is made out only when somebody does.

    Raises:
        ValueError, TypeError, LookupError, struct.error: this is nothing that was dumped.
    """
    length, places = _LENGTHS.unpack_from(data)
    start = _LENGTHS.size + length
    kept, agency, findings, complete = unpack(data[_LENGTHS.size : start])
    found = [_load(row, file) for row in findings]
    if kept is None:
        return Examined(None, [], None, found, complete)
    known = facts.load(kept, data[start : start + places], file)
    return Examined(rows.load(agency, data[start + places :], known.ids, file), None, known, found, complete)


def _dump(finding: Finding) -> list[Any]:
    """A finding; its values become the text that a message shows."""
    where = finding.where
    values = {key: _text(value) for key, value in finding.values.items()}
    return [finding.rule.id, *where.place, where.object, values]


def _text(value: Any) -> str | list[str]:
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else str(value)


def _load(row: list[Any], file: str) -> Finding:
    rule, line, column, subject, values = row
    return Finding(RULES[rule], Where(file, Place(line, column), subject), values)
