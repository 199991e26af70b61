"""Tests for agencies, facts and rows in the cache: loading gives back what was dumped, without places of values."""

from __future__ import annotations

import struct
from datetime import date
from typing import Any

import pytest

from danhba.checking import examination
from danhba.model.entries import entry_on
from danhba.model.rows import Row, Staff
from tests.factory.text import Value
from tests.support.cases import AGE
from tests.support.registers import agency, files, person, register

NEVER = {"document": "9/QĐ-UBND", "date": "2006-06-01"}


def texts() -> dict[str, str]:
    first = person(
        "1",
        "Nguyễn Văn Vịnh",
        "2010-01-01",
        title="Chuyên viên",
        unit="Văn phòng",
        phone="0214 3 840 001",
        leader="true",
        quota="5G",
        quota_document="3/QĐ-STTTT",
        suspended=[{"document": "1/QĐ-STTTT", "date": "2011-01-01", "until": "2011-02-01"}],
    )
    second = person("2", "Lò A", "2010-01-02", "2012-01-01", family="Lò", given="A", address="loa-aa")
    changes: Value = [
        {"document": "3/QĐ-UBND", "date": "2005-01-01", "kind": "office", "parent": "stttt"},
        {"document": "4/QĐ-UBND", "date": "2006-01-01", "identifier": "H38.1"},
        {"document": "5/QĐ-UBND", "date": "2007-01-01", "identifier": "H38.2", "withdrawn": NEVER},
    ]
    custodians: Value = [
        {"person": "1", "document": "5/QĐ-UBND", "date": "2010-02-01", "as": "head", "key": AGE},
        {"person": "2", "document": "6/QĐ-UBND", "date": "2012-02-01", "as": "head", "withdrawn": NEVER},
    ]
    closing = {"document": "7/QĐ-UBND", "request": "8/AA-VP", "date": "2013-01-01", "event": "dissolved"}
    closings: Value = [{**closing, "withdrawn": NEVER}]
    people = (first, {**second, "address_document": "2/QĐ-STTTT"})
    room = {"quota": "20G", "quota_document": "4/QĐ-UBND"}
    stated: dict[str, Any] = {"changes": changes, "custodians": custodians, "withdrawn": closings, **room}
    return register(agency("aa", *people, **stated))


def examined() -> examination.Examined:
    (file,) = [file for file in files(texts()) if file.name == "agencies/aa.yml"]
    return examination.examine(file, frozenset())


def test_load_dumped_examination_returns_the_same_agency() -> None:
    made = examined()
    kept = examination.load(examination.dump(made), made.agency.file if made.agency else "")
    assert made.agency
    assert kept.agency
    assert isinstance(kept.agency.people, Staff)
    assert tuple(kept.agency.people) == made.agency.people
    names = "code name kind opened closed parent identifier succeeds quota quota_document custodians changes withdrawn"
    for name in names.split():
        assert getattr(kept.agency, name) == getattr(made.agency, name)
    assert kept.agency.people.locals() == made.locals
    assert kept.agency.people.ids == ("1", "2")
    assert [finding.where for finding in kept.findings] == [finding.where for finding in made.findings]
    assert (kept.agency.file, kept.complete) == (made.agency.file, made.complete)


def test_load_dumped_namesakes_returns_the_same_pairs() -> None:
    title = {"title": "Văn thư", "phone": "0214 3 840 001"}
    people = (person("1", "Lò An", "2010-01-01", **title), person("2", "Lò An", "2010-01-02", **title))
    [file] = [file for file in files(register(agency("aa", *people))) if file.name == "agencies/aa.yml"]
    made = examination.examine(file, frozenset())
    kept = examination.load(examination.dump(made), file.path)
    assert made.facts
    assert kept.facts
    assert kept.facts.alike == made.facts.alike == ((0, 1, ("name", "title", "phone")),)
    assert kept.facts.dialled == made.facts.dialled
    assert len({*made.facts.dialled}) == 1


def test_load_dumped_facts_returns_the_same_facts() -> None:
    made = examined()
    kept = examination.load(examination.dump(made), made.agency.file if made.agency else "")
    assert made.facts
    assert kept.facts
    assert kept.facts._replace(people=(), at={}) == made.facts._replace(people=(), at={})
    assert [(since.day, since.value) for since in kept.facts.parents] == [("2000-01-01", ""), ("2005-01-01", "stttt")]
    assert [kept.facts.parent_on(day) for day in ("1999-01-01", "2004-12-31", "2005-01-01")] == ["", "", "stttt"]


def test_staff_item_asked_for_twice_is_the_same_object() -> None:
    kept = examination.load(examination.dump(examined()), "agencies/aa.yml")
    assert kept.agency
    assert kept.agency.people[1] is kept.agency.people[1]
    assert entry_on(kept.agency.people, "2", date(2011, 1, 1)) is kept.agency.people[1]
    assert len(kept.agency.people) == 2


@pytest.mark.parametrize("day", [date(2009, 12, 31), date(2010, 1, 1), date(2011, 12, 31), date(2012, 1, 1)])
def test_entry_on_cached_staff_finds_the_same_entry(day: date) -> None:
    made = examined()
    kept = examination.load(examination.dump(made), "agencies/aa.yml")
    assert made.agency
    assert kept.agency
    for person_ in ("1", "2", "3"):
        assert entry_on(kept.agency.people, person_, day) == entry_on(made.agency.people, person_, day)


def test_rows_days_are_iso_8601_texts() -> None:
    kept = examination.load(examination.dump(examined()), "agencies/aa.yml")
    assert kept.agency
    assert isinstance(kept.agency.people, Staff)
    first, second = kept.agency.people.rows()
    assert isinstance(first, Row)
    assert (first.opened_on, first.closed_on) == ("2010-01-01", "")
    assert (second.local, second.closed_on) == ("loa-aa", "2012-01-01")
    assert second.closed
    assert second.closed.date.isoformat() == "2012-01-01"


def test_called_returns_ids_names_and_local_parts_of_the_rows() -> None:
    kept = examination.load(examination.dump(examined()), "agencies/aa.yml")
    assert kept.agency
    assert isinstance(kept.agency.people, Staff)
    rows = [*kept.agency.people.rows()]
    called = kept.agency.people.called()
    assert [*zip(*called, strict=True)] == [(row.id, row.name, row.local) for row in rows]


def test_load_agency_without_people_returns_no_rows() -> None:
    [file] = [file for file in files(register(agency("aa"))) if file.name == "agencies/aa.yml"]
    kept = examination.load(examination.dump(examination.examine(file, frozenset())), file.path)
    assert kept.agency
    assert isinstance(kept.agency.people, Staff)
    assert ([*kept.agency.people.rows()], [*kept.agency.people], kept.agency.people.locals()) == ([], [], [])


def test_load_unusable_file_returns_its_findings_and_no_agency() -> None:
    (file,) = [file for file in files({**texts(), "agencies/aa.yml": "agency: [aa"}) if file.name == "agencies/aa.yml"]
    made = examination.examine(file, frozenset())
    kept = examination.load(examination.dump(made), file.path)
    assert (kept.agency, kept.facts, kept.complete) == (None, None, False)
    assert [finding.order for finding in kept.findings] == [finding.order for finding in made.findings]


@pytest.mark.parametrize("data", [b"", b"1234567", b"\xff" * 20, struct.pack("<II", 2, 0) + b"{}"])
def test_load_other_bytes_raises_an_error(data: bytes) -> None:
    with pytest.raises((ValueError, TypeError, LookupError, struct.error)):
        examination.load(data, "x")


def test_load_void_agency_returns_opening_and_closing() -> None:
    text = agency("aa", opened="2012-01-01")
    ending = "event: established, withdrawn: {document: 9/QĐ-UBND, date: 2011-06-01}}"
    (file,) = files({"agencies/aa.yml": text.replace("event: established}", ending)})
    made = examination.examine(file, frozenset())
    kept = examination.load(examination.dump(made), "aa.yml").agency
    assert kept is not None
    assert kept.void
    assert made.agency is not None
    assert (kept.opened, kept.closed) == (made.agency.opened, made.agency.closed)
