"""A reorganisation's file: read as strictly as the register."""

from __future__ import annotations

from datetime import date

import pytest

from danhba.reorganisation.model import Reorganisation
from tests.support.plans import HEAD, decide, places

WHOLE = """\
---
document: 1673/NQ-UBTVQH15
request: 12/TTr-UBND
date: 2025-07-01
operator: skhcn
agencies:
  - {agency: snnmt, name: Sở Nông nghiệp và Môi trường, kind: department, parent: ubnd, event: merged,
     identifier: H38.10, quota: 20G}
close:
  - {agency: stnmt, event: merged, to: snnmt}
  - {agency: sapa, event: split, to: [phuongsapa, xataphin], people: {to: phuongsapa}}
  - {agency: bhxh, event: dissolved, people: {close: left_province, document: 7/QĐ-BHXH}}
units:
  - {agency: sapa, unit: Phòng Nội vụ, to: xataphin}
people:
  - {id: "000123", to: xataphin, title: Chủ tịch, unit: Lãnh đạo, phone: 0214 3 000 001, leader: true,
     address: vinhnv-xataphin, address_document: 3/STTTT-VP}
  - {id: "000124", close: retired, document: 77/QĐ-UBND}
parents:
  - {agency: cckl, parent: snnmt}
custodians:
  - {agency: snnmt, person: "000123", document: 5/QĐ-UBND, as: head}
"""


def test_everything_is_read() -> None:
    plan, findings = decide(WHOLE)
    assert findings == []
    assert isinstance(plan, Reorganisation)
    assert (plan.document, plan.request, plan.date, plan.operator) == (
        "1673/NQ-UBTVQH15", "12/TTr-UBND", date(2025, 7, 1), "skhcn"
    )  # fmt: skip
    (opening,) = plan.agencies
    assert (opening.code, opening.event, opening.identifier, opening.quota) == (
        "snnmt", "merged", "H38.10", 20 * 1024**3
    )  # fmt: skip
    merged, split, dissolved = plan.close
    assert (merged.to, merged.people) == (("snnmt",), None)
    assert split.to == ("phuongsapa", "xataphin")
    assert split.people
    assert split.people.to == "phuongsapa"
    assert dissolved.people
    assert (dissolved.people.close, dissolved.people.document) == ("left_province", "7/QĐ-BHXH")
    (unit,) = plan.units
    assert (unit.agency, unit.name, unit.fate.to) == ("sapa", "Phòng Nội vụ", "xataphin")
    first, second = plan.people
    assert (first.id, first.fate.to, first.title, first.unit, first.leader) == (
        "000123", "xataphin", "Chủ tịch", "Lãnh đạo", True
    )  # fmt: skip
    assert (first.address, first.address_document) == ("vinhnv-xataphin", "3/STTTT-VP")
    assert (second.fate.close, second.fate.document, second.leader) == ("retired", "77/QĐ-UBND", None)
    (under,) = plan.parents
    assert (under.agency, under.parent) == ("cckl", "snnmt")
    (holder,) = plan.custodians
    assert (holder.agency, holder.person, holder.role) == ("snnmt", "000123", "head")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["1:1 file-empty"]),
        ("document: [", ["1:12 yaml-syntax"]),
        ("- 1", ["1:1 schema-type"]),
        ("date: 2025-07-01", ["1:1 schema-missing"]),
        ("document: 1/QĐ-UBND\ndate: 1/7/2025", ["2:7 schema-date"]),
        ("document: quyết định\ndate: 2025-07-01", ["1:11 document-shape"]),
        (HEAD + "limits: {}", ["3:1 schema-key"]),
        (HEAD + "agencies: [{agency: Sở, name: A, kind: department, event: merged}]", ["3:21 schema-shape"]),
        (HEAD + "agencies: [{agency: a, name: A, kind: sở, event: merged}]", ["3:39 schema-value"]),
        (HEAD + "agencies: [{agency: a, name: A, kind: department, event: dissolved}]", ["3:58 schema-value"]),
        (HEAD + "agencies: [{agency: a, name: A, kind: department}]", ["3:12 schema-missing"]),
        (HEAD + "close: [{agency: a, event: established}]", ["3:28 schema-value"]),
        (HEAD + "close: [{agency: a, event: split, to: [b, {}]}]", ["3:43 schema-type"]),
        (HEAD + "close: [{agency: a, event: split, to: [b, B]}]", ["3:43 schema-shape"]),
        (HEAD + "close: [{agency: a, event: merged, to: B}]", ["3:40 schema-shape"]),
        (HEAD + "close: [{agency: a, event: merged, to: b, people: {}}]", ["3:51 reorganise-fate"]),
        (HEAD + "close: [{agency: a, event: merged, to: b, people: retired}]", ["3:51 schema-type"]),
        (HEAD + 'people: [{id: "1", to: b, close: retired}]', ["3:10 reorganise-fate"]),
        (HEAD + 'people: [{id: "1", title: x}]', ["3:10 reorganise-fate"]),
        (HEAD + 'people: [{id: "1", close: transferred}]', ["3:27 schema-value"]),
        (HEAD + 'people: [{id: "?", to: b}]', ["3:15 schema-shape"]),
        (HEAD + "people: [{to: b}]", ["3:10 schema-missing"]),
        (HEAD + "people: [x]", ["3:10 schema-type"]),
        (HEAD + "people: {}", ["3:9 schema-type"]),
        (HEAD + "units: [{agency: a, to: b}]", ["3:9 schema-missing"]),
        (HEAD + "parents: [{agency: a}]", ["3:11 schema-missing"]),
        (HEAD + 'custodians: [{agency: a, person: "1", document: 1/QĐ-UBND, as: chief}]', ["3:64 schema-value"]),
        ("document: 1673/NQ-UBTVQH15\ndate: &day 2025-07-01\n", ["2:7 yaml-anchor"]),
        (HEAD + "operator: sở\u200b\n", ["3:13 unicode-invisible", "3:11 schema-shape"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_found_at_its_place(text: str, expected: list[str]) -> None:
    _plan, findings = decide(text)
    assert places(findings) == expected


def test_what_concerns_a_person_names_the_person() -> None:
    _plan, findings = decide(HEAD + 'people: [{id: "000123", to: b, tile: x}]')
    assert [finding.where.object for finding in findings] == ["merger.yml/000123"]
