"""Which mailbox is open on which day: as the states of the register say, day by day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from danhba.planning.state import State, Timeline
from danhba.usage.roster import roster
from tests.support.registers import Texts, agency, person, register, timeline
from tests.support.usage import REGISTER

pytestmark = pytest.mark.clause("R8.1")

FIRST = date(2026, 2, 26)
DAYS = [FIRST + timedelta(days=count) for count in range(25)]
NEVER = {"document": "9/QĐ-UBND", "date": "2026-03-10", "event": "established"}
WITHDRAWN = register(
    agency("aa", person("1", "Lò An", "2020-01-01"), opened="2020-01-01"),
    agency(
        "bb",
        opened={**NEVER, "withdrawn": {"document": "10/QĐ-UBND", "date": "2026-03-05"}},
        parent="aa",
    ),
    operator="aa",
)


def by_states(at: Timeline) -> Iterator[tuple[str, date]]:
    """Each mailbox that is open, with the day, by the states that plans go by."""
    for day in DAYS:
        then = at.on(day)
        for code, one in at.register.agencies.items():
            if then.own_agency_state(one) is State.OPEN:
                yield f"agency/{code}", day
            for row in then.rows(one):
                if then.own_state(row) is State.OPEN:
                    yield f"official/{row.id}", day


@pytest.mark.parametrize("texts", [REGISTER, WITHDRAWN], ids=["ordinary", "an agency that never opens"])
def test_it_is_open_when_its_state_is(texts: Texts) -> None:
    at = timeline(texts, FIRST.isoformat())
    found = {(mailbox.name, DAYS[day]) for mailbox in roster(at, DAYS) for _stay, day in mailbox.days()}
    assert found == set(by_states(at))
    assert found
