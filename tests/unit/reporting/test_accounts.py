"""What became of mailboxes, where two things meet: a suspension and a closing, an agency and its first custodian."""

from __future__ import annotations

from datetime import date

import pytest

from danhba.reporting import scope
from danhba.reporting.accounts import changes
from tests.support.registers import agency, person, register, timeline

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
SUSPENDED = [{"document": "5/QĐ-X", "date": "2026-03-02", "until": "2026-03-20"}]


def custodian(person_id: str, day: str) -> dict[str, str]:
    return {"person": person_id, "as": "head", "document": "6/QĐ-X", "date": day}


def events(text: str) -> list[tuple[int, str]]:
    """The days of March and the events of one agency and its people."""
    at = timeline(register(text), LAST.isoformat())
    return [(change.day.day, change.event) for change in changes(at, scope.of_agency(at, "aa"), FIRST, LAST)]


@pytest.mark.parametrize(
    ("closed", "told"),
    [
        ("", [(2, "suspended"), (20, "resumed")]),
        ("2026-03-25", [(2, "suspended"), (20, "resumed"), (25, "retired")]),
        ("2026-03-20", [(2, "suspended"), (20, "retired")]),
        ("2026-03-10", [(2, "suspended"), (10, "retired")]),
    ],
)
def test_a_closed_mailbox_does_not_open_again(closed: str, told: list[tuple[int, str]]) -> None:
    assert events(agency("aa", person("1", "Lò An", "2020-01-01", closed, suspended=SUSPENDED))) == told


def test_the_first_custodian_of_a_new_agency_takes_over_from_nobody() -> None:
    new = agency(
        "aa", person("1", "Lò An", "2026-03-04"), opened="2026-03-04", custodians=[custodian("1", "2026-03-04")]
    )
    assert events(new) == [(4, "established"), (4, "recruited")]
    people = person("1", "Lò An", "2020-01-01"), person("2", "Lò Bình", "2020-01-01")
    held = [custodian("1", "2020-01-01"), custodian("2", "2026-03-05")]
    assert events(agency("aa", *people, opened="2020-01-01", custodians=held)) == [(5, "custodian")]
