"""`python -m tests.support.said`: regenerate `said.txt`, the values that the findings of each test case name.

The cases state where a rule objects; whom and what it names there is in `said.txt`, one line a finding, so that a
change of it is seen in review and a message never names another person or day unnoticed. Wording is not in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from danhba.model.findings import Finding
from tests.support.cases import Case, findings

FILE = Path(__file__).with_name("said.txt")
# The test files with cases, below tests/unit.
PARTS = """
    addresses.test_pins reading.test_loader reading.test_tree reading.test_schema rules.test_agencies
    rules.test_custodians rules.test_dates rules.test_documents rules.test_ids rules.test_leave rules.test_people
    rules.test_province rules.test_quotas rules.test_wording rules.history.test_each rules.history.test_withdrawn
    rules.history.test_withdrawn_agencies rules.history.test_leaves rules.history.test_names rules.history.test_past
""".split()
HEADING = "# "
# Of a value that is longer, so many characters.
LONGEST = 200


def main() -> None:
    """Write the file."""
    cases = [case for part in PARTS for case in import_module(f"tests.unit.{part}").CASES]
    assert len(cases) == len({case.name for case in cases}), "two cases have one name"
    FILE.write_text("".join(f"{line}\n" for line in _lines(cases)), encoding="utf-8")


def _lines(cases: Iterable[Case]) -> Iterator[str]:
    for case in cases:
        if said := values(case):
            yield HEADING + case.name
            yield from said


def values(case: Case) -> list[str]:
    """What each finding of a case fills in, as `place rule key=value …`."""
    return [_line(finding) for finding in findings(case)]


def _line(finding: Finding) -> str:
    where = finding.where
    place = f"{where.file.removeprefix('directory/')}:{where.place.line}:{where.place.column} {where.object}".strip()
    return " ".join([place, finding.rule.id, *(f"{key}={_shown(value)}" for key, value in finding.values.items())])


def _shown(value: Any) -> str:
    """As Python writes it; long texts short, and days by their numbers."""
    text = value.isoformat() if isinstance(value, date) else repr(value)
    return text if len(text) < LONGEST else f"{text[:LONGEST]}…"


@cache
def recorded() -> dict[str, list[str]]:
    """What the file has, by the name of the case."""
    found: dict[str, list[str]] = {}
    for line in FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith(HEADING):
            found[line.removeprefix(HEADING)] = []
        else:
            found[[*found][-1]].append(line)
    return found


if __name__ == "__main__":
    main()
