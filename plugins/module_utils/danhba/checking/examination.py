"""Examines one agency's file by itself: addresses, facts, and the findings that need no other file.

The result depends on the file, its name and the system addresses alone, so that it can be cached (`sweep`).
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

# The header of a dumped examination: the lengths in octets of its first two parts (the head as JSON, the facts'
# issuances); the rows are the rest.
_LENGTHS = struct.Struct("<II")


@dataclass(frozen=True, slots=True)
class Examined:
    """The result of examining one agency's file: the agency and its facts, both None where the file is unusable.

    `complete` is False where an entry could not be read, so that order and addresses of the others prove nothing.
    `locals` are the local parts of the issuances; None for an agency from the cache, whose rows have them.
    """

    agency: Agency | None
    locals: Sequence[str | None] | None
    facts: Facts | None
    findings: list[Finding]
    complete: bool


def examine(file: File, system: frozenset[str]) -> Examined:
    """Examine one agency's file; `system` are the local parts of system addresses, which no person can have."""
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
    """Return an examination as bytes for the cache, without the places of the agency's values.

    The file's name is left out, too: it depends on the directory from which the register is read.
    """
    kept, places, agency, people = None, b"", None, b""
    if examined.facts and examined.agency and examined.locals is not None:
        kept, places = facts.dump(examined.facts)
        agency, people = rows.dump(examined.agency, examined.locals)
    head = pack([kept, agency, [_dump(finding) for finding in examined.findings], examined.complete])
    return b"".join((_LENGTHS.pack(len(head), len(places)), head, places, people))


def load(data: bytes, file: str) -> Examined:
    """Return the examination that `dump` encoded, for a file of this name; rows and issuances are decoded at first use.

    Raises:
        ValueError, TypeError, LookupError, struct.error: the data does not come from `dump`.
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
    """Return a finding as a list for JSON; its values become the texts that messages show."""
    where = finding.where
    values = {key: _text(value) for key, value in finding.values.items()}
    return [finding.rule.id, *where.place, where.object, values]


def _text(value: Any) -> str | list[str]:
    return [str(item) for item in value] if isinstance(value, (list, tuple)) else str(value)


def _load(row: list[Any], file: str) -> Finding:
    rule, line, column, subject, values = row
    return Finding(RULES[rule], Where(file, Place(line, column), subject), values)
