"""Of what a report is: agencies with those below them, also those that are gone; a mailbox by each of its addresses."""

from __future__ import annotations

from datetime import date

import pytest

from danhba.planning.state import Timeline
from danhba.reading.source import Unusable
from danhba.reporting import scope
from danhba.reporting.accounts import changes, open_on
from danhba.reporting.report import Report, make
from danhba.reporting.using import Rules
from danhba.usage.checks import Period
from tests.support.registers import agency, person, register, timeline
from tests.support.simulated import Looks, Simulated

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 31)
HANDOVER = ["2026-03-05", "old", "contact-old@laocai.gov.vn", "Lò An", "Lò Bình", "2/QĐ-X"]
DOCUMENT = {"document": "10/QĐ-UBND", "date": "2026-03-16"}
# In the middle of March `old` is split into `north` and `south`; its people go to one or the other.
REGISTER = register(
    agency("top"),
    agency(
        "old",
        person("1", "Lò An", "2020-01-01", "2026-03-16 reorganised"),
        person("2", "Lò Bình", "2020-01-01", "2026-03-16 reorganised"),
        person("3", "Lò Chi", "2020-01-01", "2026-03-10"),
        parent="top",
        closed={**DOCUMENT, "event": "split"},
    ),
    agency("north", person("1", "Lò An", "2026-03-16 reorganised"), parent="top", succeeds=["old"],
           opened={**DOCUMENT, "event": "split"}),
    agency("south", person("2", "Lò Bình", "2026-03-16 reorganised"), parent="top", succeeds=["old"],
           opened={**DOCUMENT, "event": "split"}),
    agency("below", person("9", "Lò Kim", "2020-01-01"), parent="north"),
    agency("else", person("8", "Lò Mai", "2020-01-01")),
)  # fmt: skip


def that() -> Timeline:
    return timeline(REGISTER, LAST.isoformat())


def report(of: scope.Scope, told: Simulated | None = None) -> Report:
    period = Period.of(that(), FIRST, LAST)
    return make(that(), of, period, (told or Simulated(FIRST, LAST)).told(), Rules(least_days=5))


@pytest.mark.parametrize(
    ("code", "codes"),
    [
        ("top", {"top", "old", "north", "south", "below"}),
        ("old", {"old"}),
        ("north", {"north", "below"}),
        ("else", {"else"}),
    ],
)
def test_an_agency_with_those_below_it(code: str, codes: set[str]) -> None:
    assert scope.of_agency(that(), code).codes == codes


@pytest.mark.clause("R12", "R14")
def test_an_agency_that_was_split_in_the_period() -> None:
    """Each has the days on which it was there; nobody's days are lost or told twice."""
    found = report(scope.of_agency(that(), "top"))
    days = {each.code: each.rate.days for each in found.using.agencies}
    # Ten working days before, twelve from the day on: at the old one three people and itself, one for six days alone.
    assert days == {"top": 22, "old": 10 * 3 + 6, "north": 24, "south": 24, "below": 44}
    assert (found.before.officials, found.after.officials) == (4, 3)
    told = {(change.what, change.event, change.mailbox, change.agency) for change in found.changes}
    assert ("changed", "reorganised", "official/1", "north") in told
    assert ("changed", "reorganised", "official/1", "old") not in told
    assert ("closed", "retired", "official/3", "old") in told
    assert {("closed", "split", "agency/old", "old"), ("opened", "split", "agency/north", "north")} <= told


def test_who_leaves_the_agency_is_told_where_it_was() -> None:
    told = changes(that(), scope.of_agency(that(), "old"), FIRST, LAST)
    assert ("changed", "official/1", "old") in {(change.what, change.mailbox, change.agency) for change in told}


@pytest.mark.parametrize(
    ("address", "mailbox", "name"),
    [
        ("contact-old@laocai.gov.vn", "agency/old", "Cơ quan old (contact-old@laocai.gov.vn)"),
        ("lan-old@laocai.gov.vn", "official/1", "Lò An (lan-old@laocai.gov.vn)"),
        ("LAN-north@laocai.gov.vn", "official/1", "Lò An (lan-north@laocai.gov.vn)"),
    ],
)
def test_a_mailbox_by_each_of_its_addresses(address: str, mailbox: str, name: str) -> None:
    of = scope.of_mailbox(that(), address)
    assert of.mailbox == mailbox
    assert of.name.endswith(name.partition(" (")[2] or name)
    found = report(of)
    assert {each.name for each in found.using.mailboxes} == {mailbox}
    assert found.disks == []
    assert found.flow == {}


@pytest.mark.parametrize("address", ["lan-none@laocai.gov.vn", "lan-old@example.org", "lan-old", "", "@laocai.gov.vn"])
def test_a_mailbox_that_nobody_had(address: str) -> None:
    with pytest.raises(Unusable, match="has no mailbox"):
        scope.of_mailbox(that(), address)


def test_an_agency_that_there_is_not() -> None:
    with pytest.raises(Unusable, match="has no agency"):
        scope.of_agency(that(), "none")


@pytest.mark.clause("R14")
def test_a_time_without_data_says_nothing_of_anybody() -> None:
    told = Simulated(FIRST, LAST, uncounted={*Simulated(FIRST, LAST).days()})
    found = report(scope.of_province(that()), told)
    assert (found.using.agencies, found.using.mailboxes) == ([], [])
    assert all(rate.share is None for rate in found.using.kinds.values())
    assert len(found.coverage.uncounted) == 22
    assert found.using.ranked(found.rules) == found.using.below(found.rules) == []


def test_nobody_sees_another_agency() -> None:
    """What is another's changes nothing in an agency's report."""
    of = scope.of_agency(that(), "else")
    alone = Simulated(FIRST, LAST, {("official/8", FIRST): Looks([True] * 4, [True] * 4)}, {"official/8": (1, 2, 3)})
    with_others = Simulated(FIRST, LAST, dict(alone.looks), dict(alone.mail))
    with_others.looks["official/1", FIRST] = Looks([True] * 4, [True] * 4)
    with_others.mail["official/1"] = (5, 5, 5)
    period = Period.of(that(), FIRST, LAST)
    others = {
        "incidents": [["refused", "marked", "official/1", ["official/2"]]],
        "passwords": [["issue_password", "official/1"]],
        "disk": [["2026-03-31", "/srv", 10, 5]],
        "flow": [["2026-03", "incoming", 7]],
        "recalls": [["TH-1", "2026-03-05", "secret", "1/QĐ-X", "2026-03-04", 3, 0, True]],
        "handovers": [HANDOVER],
    }
    assert make(that(), of, period, alone.told(), Rules()) == make(
        that(), of, period, with_others.told(**others), Rules()
    )
    mine = others | {"incidents": [["refused", "marked", "", ["official/8"]], ["passed", "marked", "official/8", []]]}
    assert dict(make(that(), of, period, alone.told(**mine), Rules()).incidents) == {"refused-marked": 1, "passed": 1}


@pytest.mark.clause("R11.2")
def test_a_hand_over_is_of_its_agency_and_of_those_above() -> None:
    told = Simulated(FIRST, LAST, {}).told(handovers=[HANDOVER])
    period = Period.of(that(), FIRST, LAST)
    for where in (scope.of_province(that()), scope.of_agency(that(), "old")):
        assert [each.agency for each in make(that(), where, period, told, Rules()).handovers] == ["old"]


def test_what_there_is_on_a_day() -> None:
    of = scope.of_province(that())
    assert open_on(that(), of, date(2026, 3, 15)).agencies == 5
    assert open_on(that(), of, date(2026, 3, 16)).agencies == 6


def test_a_day_off_has_mail_too() -> None:
    """Who is of an agency is so on each day, worked or not; a mailbox that is suspended gets mail."""
    sunday = date(2026, 3, 15)
    told = Simulated(sunday, sunday, {}, {"official/1": (1, 2, 3), "official/3": (9, 9, 9), "agency/old": (4, 4, 4)})
    period = Period.of(that(), sunday, sunday)
    found = make(that(), scope.of_agency(that(), "old"), period, told.told(), Rules())
    assert found.post == (5, 6, 7)
    assert found.using.mailboxes == []
    assert scope.members(that(), scope.of_agency(that(), "north"), sunday, sunday) == {"official/9", "agency/below"}
