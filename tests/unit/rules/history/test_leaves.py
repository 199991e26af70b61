"""Leave that a change enters for most of an agency: nobody would be asked to look into a mailbox."""

from __future__ import annotations

from collections.abc import Sequence

from tests.factory.text import Value
from tests.support.cases import Case, each, found
from tests.support.looped import for_each
from tests.support.registers import Entry, agency, person, register
from tests.support.said import recorded, values

A = "agencies/aa.yml"


def staff(count: int, *leave: tuple[int, str, str], closed: Sequence[int] = ()) -> str:
    """An agency of so many people: their numbers, and the first and last day of leave."""
    people: list[Entry] = []
    for number in range(1, count + 1):
        entry = person(
            str(number), f"Lò {chr(64 + number) * 2}".title(), "2010-01-01", "2012-02-01" * (number in closed)
        )
        days: list[Value] = [{"from": first, "to": last} for whose, first, last in leave if whose == number]
        people.append({**entry, "leave": days} if days else entry)
    return agency("aa", *people)


def case(name: str, before: str, now: str, *expected: str) -> Case:
    return Case(
        f"leave of most of an agency: {name}", register(now), [f"{A}:{place}" for place in expected], register(before)
    )


SUMMER = [(number, "2012-07-02", "2012-07-06") for number in range(1, 5)]
CASES = [
    case("all of four", staff(4), staff(4, *SUMMER), "11:16 history-leave-many"),
    case(
        "three of four, one after another",
        staff(4),
        staff(4, *((n, f"2012-07-0{n}", "2012-07-06") for n in (1, 2, 3))),
        "21:16 history-leave-many",
    ),
    case("two of four", staff(4), staff(4, *SUMMER[:2])),
    case("one of one", staff(1), staff(1, *SUMMER[:1])),
    case("two of two", staff(2), staff(2, *SUMMER[:2]), "11:16 history-leave-many"),
    case(
        "two of three of whom one has left",
        staff(3, closed=[3]),
        staff(3, *SUMMER[:2], closed=[3]),
        "11:16 history-leave-many",
    ),
    case("each in turn", staff(4), staff(4, *((n, f"2012-07-0{n}", f"2012-07-0{n}") for n in (1, 2, 3, 4)))),
    case(
        "the last of three in a proposal of its own",
        staff(4, *SUMMER[:2]),
        staff(4, *SUMMER[:3]),
        "21:16 history-leave-many",
    ),
    case("as it was before", staff(4, *SUMMER), staff(4, *SUMMER) + "# .\n"),
]


@each(CASES)
def test_a_change_gives_its_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_its_findings_name_what_they_are_about(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"
