"""What a change does is looked for only where it can do something, and found as if all was looked at."""

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
# The agency that has ended, by when it did and who answers for it since.
ENDINGS = (("2011-04-01", "aa"), ("2011-04-01", "bb"), ("2011-10-01", "aa"))


class Stay(NamedTuple):
    """Where somebody was, from and until when; who came or went otherwise than by a move may have been elsewhere."""

    agency: str
    opened: str
    closed: str
    title: str = "Chuyên viên"


@st.composite
def lives(draw: st.DrawFn) -> tuple[Stay, ...]:
    """Where one person was, one stay after the other; now and then nowhere."""
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
    """The register in which these people were there."""
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
    """The same person as before, with another life, or with some of the stays alone."""
    if draw(st.booleans()):
        return draw(lives())
    return tuple(stay for stay in stays if draw(st.booleans()))


@st.composite
def changes(draw: st.DrawFn) -> tuple[Texts, Texts]:
    """A register, and the same where some lived otherwise."""
    people = draw(st.lists(lives(), min_size=1, max_size=6))
    others = [draw(lived_otherwise(life)) if draw(st.integers(0, 2)) == 0 else life for life in people]
    ending = draw(st.sampled_from(ENDINGS))
    later = draw(st.sampled_from((ending, *ENDINGS)))
    limit = draw(st.sampled_from((1, 1000)))
    return texts(people, ending, limit), texts(others, later, limit)


@settings(max_examples=100)
@given(changes(), st.sampled_from(DAYS))
def test_as_if_every_account_was_compared(change: tuple[Texts, Texts], text: str) -> None:
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


def test_who_answers_for_an_agency_concerns_those_who_were_there() -> None:
    """Their file is as it was, but the refusal at their addresses names another."""
    people: list[tuple[Stay, ...]] = [(Stay(ENDED, DAYS[0], f"{DAYS[1]} retired"),)]
    was = read(texts(people, ENDINGS[0], 1000))
    now = read(texts(people, ENDINGS[1], 1000), was)
    changed = {action.address: action.after["reply"] for action in between(was, now, date(2012, 10, 1)).actions}
    assert changed.keys() == {"contact-dd@laocai.gov.vn", "hanh-dd@laocai.gov.vn"}
    assert all("contact-bb" in reply for reply in changed.values())


def test_who_is_not_concerned_is_not_looked_at() -> None:
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
