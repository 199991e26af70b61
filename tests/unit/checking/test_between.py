"""Tests for `between`, which compares only agencies that a change concerns: its plan equals that of all accounts."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from danhba.checking.check import Checked, between, check, wanted
from danhba.planning import plan
from danhba.planning.desired import concerned
from tests.factory.text import Value
from tests.support.registers import Entry, Texts, agency, files, person, register

DAYS = [f"20{year}-{month:02}-01" for year in (10, 11, 12) for month in (1, 4, 7, 10)]
NAMES = ("Hoàng Anh", "Nguyễn Văn An", "Lò Thị Mai")
OPEN, ENDED = ("aa", "bb", "cc"), "dd"
# Variants of the agency `ENDED`: the day of its closing, and the agency that succeeds it.
ENDINGS = (("2011-04-01", "aa"), ("2011-04-01", "bb"), ("2011-10-01", "aa"))


class Stay(NamedTuple):
    """One issuance of a person: agency, opening and closing (day and event), and title."""

    agency: str
    opened: str
    closed: str
    title: str = "Chuyên viên"


@st.composite
def lives(draw: st.DrawFn) -> tuple[Stay, ...]:
    """Draw the stays of one person, one after the other, with gaps now and then."""
    days = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=2, max_size=4, unique=True)))
    codes = [draw(st.sampled_from((*OPEN, ENDED) if days[1] <= ENDINGS[0][0] else OPEN))]
    for _ in days[2:]:
        codes.append(draw(st.sampled_from([code for code in OPEN if code != codes[-1]])))
    stays: list[Stay] = []
    for code, start, end in zip(codes, days, days[1:], strict=False):
        came = " transferred" if stays and stays[-1].closed.endswith(" transferred") else ""
        left = draw(st.sampled_from((" transferred", " retired")))
        stays.append(Stay(code, start + came, end + left, draw(st.sampled_from(("Chuyên viên", "Giám đốc")))))
    if stays[-1].agency == ENDED or draw(st.booleans()):
        stays[-1] = stays[-1]._replace(closed=days[len(stays)])
    else:
        stays[-1] = stays[-1]._replace(closed="")
    return tuple(stays)


def texts(people: list[tuple[Stay, ...]], ending: tuple[str, str], limit: int) -> Texts:
    """Return a register with these people, an ended agency, and a limit of closings."""
    staff: dict[str, list[Entry]] = {code: [] for code in (*OPEN, ENDED)}
    for number, stays in enumerate(people):
        for stay in stays:
            name = NAMES[number % len(NAMES)]
            staff[stay.agency].append(person(str(number), name, stay.opened, stay.closed, title=stay.title))
    closed_on, heir = ending
    found = [agency(code, *staff[code]) for code in OPEN if code != heir]
    found += [agency(heir, *staff[heir], succeeds=[ENDED])]
    limits: Value = {"close": {"count": str(limit), "percent": "30", "agency_percent": "50"}}
    return register(*found, agency(ENDED, *staff[ENDED], closed=f"{closed_on} merged"), policy={"limits": limits})


@st.composite
def lived_otherwise(draw: st.DrawFn, stays: tuple[Stay, ...]) -> tuple[Stay, ...]:
    """Draw other stays for a person: entirely new ones, or some of the former."""
    if draw(st.booleans()):
        return draw(lives())
    return tuple(stay for stay in stays if draw(st.booleans()))


@st.composite
def changes(draw: st.DrawFn) -> tuple[Texts, Texts]:
    """Draw a register, and a changed one in which some people have other stays."""
    people = draw(st.lists(lives(), min_size=1, max_size=6))
    others = [draw(lived_otherwise(life)) if draw(st.integers(0, 2)) == 0 else life for life in people]
    ending = draw(st.sampled_from(ENDINGS))
    later = draw(st.sampled_from((ending, *ENDINGS)))
    limit = draw(st.sampled_from((1, 1000)))
    return texts(people, ending, limit), texts(others, later, limit)


@settings(max_examples=100)
@given(changes(), st.sampled_from(DAYS))
def test_between_equals_the_plan_of_all_accounts(change: tuple[Texts, Texts], text: str) -> None:
    day = date.fromisoformat(text)
    was = check(files(change[0]))
    now = check(files(change[1]), None, was)
    assume(was.sound and now.sound)
    found = between(was, now, day)
    assert was.sound
    assert now.sound
    everything = plan.preview(wanted(*now.sound, day), wanted(*was.sound, day).accounts)
    assert found.refused == everything.refused
    assert list(found.actions) == list(everything.actions)
    assert found.changes == everything.changes


def read(texts: Texts, base: Checked | None = None) -> Checked:
    checked = check(files(texts), None, base)
    assert checked.sound
    return checked


def test_between_other_successor_changes_replies_of_former_people() -> None:
    """Their file has not changed, but refusals at their addresses name another agency."""
    people: list[tuple[Stay, ...]] = [(Stay(ENDED, DAYS[0], f"{DAYS[1]} retired"),)]
    was = read(texts(people, ENDINGS[0], 1000))
    now = read(texts(people, ENDINGS[1], 1000), was)
    changed = {action.address: action.after["reply"] for action in between(was, now, date(2012, 10, 1)).actions}
    assert changed.keys() == {"contact-dd@laocai.gov.vn", "hanh-dd@laocai.gov.vn"}
    assert all("contact-bb" in reply for reply in changed.values())


def test_concerned_returns_agencies_of_changed_people_alone() -> None:
    moved = (Stay("aa", DAYS[0], f"{DAYS[3]} transferred"), Stay("bb", f"{DAYS[3]} transferred", ""))
    stayed = (Stay("cc", DAYS[0], ""),)
    before = read(texts([moved, stayed], ENDINGS[0], 1000))
    promoted = (moved[0], moved[1]._replace(title="Giám đốc"))
    left = (stayed[0]._replace(closed=DAYS[4]),)
    for people, codes in (
        ([moved, stayed], frozenset[str]()),
        ([promoted, stayed], frozenset({"aa", "bb"})),
        ([moved, left], frozenset({"cc"})),
    ):
        after = read(texts(people, ENDINGS[0], 1000), before)
        assert concerned(before.read.timeline, after.read.timeline) == codes
    elsewhere = read(texts([moved, stayed], ENDINGS[0], 999), before)
    assert concerned(before.read.timeline, elsewhere.read.timeline) == {"aa", "bb", "cc", "dd", "stttt"}
