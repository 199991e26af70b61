"""One agency's file, examined by itself: all that can be said without the other files, save for the system addresses.

What comes of it depends on nothing else, so it can be kept, and made in several processes (`sweep`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from .. import rules
from ..addresses import issuing as addresses
from ..model import facts
from ..model.facts import Facts
from ..model.findings import RULES, Enough, Finding, Gathered, Where, binding
from ..model.place import Place
from ..model.register import Agency
from ..reading import loader
from ..reading.source import File


@dataclass(frozen=True, slots=True)
class Examined:
    """An agency with the local part of each issuance, and its facts; all None where the file cannot be made out.

    Not `complete` where an entry could not be read, so that the others' places and addresses prove nothing.
    """

    agency: Agency | None
    locals: list[str | None]
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
    return Examined(agency, locals_, facts.of(agency, locals_), findings, complete)


def dump(examined: Examined) -> bytes:
    """Facts and findings as two lines of JSON, without the file's name, which depends on who asks."""
    kept, people = facts.dump(examined.facts) if examined.facts else (None, b"")
    whole = [kept, [_dump(finding) for finding in examined.findings], crc32(people)]
    # A file's name may be no text, and findings cite it.
    head = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass")
    return head + b"\n" + people


def load(data: bytes, file: str) -> tuple[Facts | None, list[Finding]]:
    """The inverse of `dump`, for a file of that name.

    Raises:
        ValueError, TypeError, KeyError: this is nothing that was dumped.
    """
    head, _line, people = data.partition(b"\n")
    kept, findings, checksum = json.loads(head)
    if crc32(people) != checksum:
        raise ValueError("damaged")
    return facts.load(kept, people, file) if kept else None, [_load(row, file) for row in findings]


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
