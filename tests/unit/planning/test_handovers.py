"""Which hand-overs of contact mailboxes are due, from the register and the server's record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from danhba.model.register import Event
from danhba.planning.handovers import Handover, Held, Party, due, is_there
from tests.support.registers import SAMPLE, edited, usable

pytestmark = pytest.mark.clause("R11.2")
HEAD, DELEGATE = "000101", "000102"
FIRST_DAY = "2010-12-01"
AUTHORISED = "05/GUQ-STTTT, date: 2011-02-01, as: delegate}\n"


def found(
    day: str, person: str = HEAD, texts: Mapping[str, str] = SAMPLE, *, agency: str = "stttt", first: str = FIRST_DAY
) -> list[Handover]:
    register, _issued = usable(texts)
    return due(register, [Held(agency, person, first)], date.fromisoformat(day))


def test_another_custodian_is_due_with_what_the_record_needs() -> None:
    assert found("2011-02-01") == [
        Handover(
            "stttt",
            "Sở Thông tin và Truyền thông",
            "contact-stttt@laocai.gov.vn",
            Party(HEAD, "Nguyễn Văn Vịnh", "Giám đốc"),
            Party(DELEGATE, "Ngô Vân Vinh", ""),
            "delegate",
            "05/GUQ-STTTT",
            "2011-02-01",
        )
    ]


def test_not_before_its_day_and_not_once_it_is_done() -> None:
    assert found("2011-01-31") == []
    assert found("2011-02-01", DELEGATE) == []


def test_the_same_person_by_another_document_hands_nothing_over() -> None:
    again = AUTHORISED + f'  - {{person: "{DELEGATE}", document: 6/GUQ-STTTT, date: 2011-03-01, as: delegate}}\n'
    texts = edited("agencies/stttt.yml", (AUTHORISED, again))
    assert found("2011-03-01", DELEGATE, texts) == []
    assert [each.document for each in found("2011-03-01", HEAD, texts)] == ["6/GUQ-STTTT"]


def test_who_never_got_it_hands_nothing_over() -> None:
    """Back to the first before the second was ever given it."""
    back = AUTHORISED + f'  - {{person: "{HEAD}", document: 6/QĐ-STTTT, date: 2011-03-01, as: head}}\n'
    texts = edited("agencies/stttt.yml", (AUTHORISED, back))
    assert found("2011-03-01", HEAD, texts) == []
    [handover] = found("2011-03-01", DELEGATE, texts)
    assert (handover.former.person, handover.successor.person) == (DELEGATE, HEAD)


@pytest.mark.parametrize(
    ("first", "people"),
    [
        ("2010-12-01", [(HEAD, DELEGATE)]),  # the first password went to the head of that day
        ("2010-01-01", [(HEAD, DELEGATE)]),  # to nobody's hands: the first of all
        ("2011-02-01", []),
        ("2011-04-01", []),
    ],
)
def test_without_a_record_of_the_person_the_day_decides(first: str, people: list[tuple[str, str]]) -> None:
    handovers = found("2011-04-01", "", first=first)
    assert [(each.former.person, each.successor.person) for each in handovers] == people


def test_of_two_named_on_one_day_the_last_has_it() -> None:
    both = AUTHORISED + f'  - {{person: "{HEAD}", document: 6/QĐ-STTTT, date: 2011-02-01, as: head}}\n'
    assert found("2011-04-01", "", edited("agencies/stttt.yml", (AUTHORISED, both)), first="2011-03-01") == []


def test_nothing_is_due_to_somebody_who_may_not_sign_in() -> None:
    assert found("2011-05-15") == []  # the delegate is suspended
    assert len(found("2011-08-01")) == 1


def test_nor_of_an_agency_that_is_gone_or_unknown() -> None:
    register, _issued = usable(SAMPLE)
    gone = replace(register.agencies["stttt"], closed=Event("8/QĐ-UBND", date(2011, 6, 1), "dissolved"))
    register = replace(register, agencies={**register.agencies, "stttt": gone})
    held = [Held("stttt", HEAD, FIRST_DAY), Held("xyz", HEAD, FIRST_DAY)]
    assert due(register, held, date(2011, 9, 1)) == []
    assert [each.agency for each in due(register, held, date(2011, 4, 1))] == ["stttt"]


def test_a_mailbox_is_there_from_the_first_day_to_the_one_before_the_end() -> None:
    register, _issued = usable(SAMPLE)
    agency = register.agencies["stttt"]
    opened = agency.opened.date
    ends = replace(agency, closed=Event("8/QĐ-UBND", date(2011, 6, 1), "dissolved"))
    assert [is_there(agency, opened + timedelta(days)) for days in (-1, 0, 1)] == [False, True, True]
    assert [is_there(ends, date(2011, 6, 1) + timedelta(days)) for days in (-1, 0, 1)] == [True, False, False]


def test_an_agency_without_a_custodian_hands_nothing_over() -> None:
    assert found("2011-04-01", "", agency="ubnd") == []


def test_a_former_one_who_is_not_of_the_agency_any_more_is_named_by_the_id() -> None:
    [handover] = found("2011-04-01", "000999")
    assert handover.former == Party("000999", "", "")


def test_they_come_by_the_codes_of_the_agencies() -> None:
    register, _issued = usable(SAMPLE)
    held = [Held("stttt", HEAD, FIRST_DAY), Held("stttt", HEAD, FIRST_DAY), Held("ubnd", "", FIRST_DAY)]
    assert [each.agency for each in due(register, held, date(2011, 4, 1))] == ["stttt", "stttt"]
