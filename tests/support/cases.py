"""Registers that break a rule, or nearly: one thing changed in the sample, and all findings that follow."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import pytest

from danhba.checking.check import check
from danhba.model.findings import Finding
from tests.support.registers import SAMPLE, STTTT, Texts, edited, files, places

P, S, U = "province.yml", "agencies/stttt.yml", "agencies/ubnd.yml"


class Case(NamedTuple):
    """A change and the findings that follow; `base` is the register before, where the change is what is judged."""

    name: str
    texts: Texts
    expected: list[str]
    base: Texts | None = None


def change(name: str, file: str, old: str, new: str, *expected: str) -> Case:
    """One text replaced in one file."""
    return Case(name, edited(file, (old, new)), list(expected))


def replace(name: str, file: str, content: str | bytes | None, *expected: str) -> Case:
    """One file replaced or added."""
    return Case(name, {**SAMPLE, file: content}, list(expected))


def without(name: str, file: str, *expected: str) -> Case:
    """One file taken away."""
    return Case(name, {key: text for key, text in SAMPLE.items() if key != file}, list(expected))


NAME = "name: Sở Thông tin và Truyền thông"
ENTRY = "    name: Ngô Vân Vinh\n"
WITH = "    name: Ngô Vân Vinh\n    "
PHU = "    name: Giàng Seo Phử\n"
AGE = "age128gkywwwv4lt4vfd5k50fschysur3e8y8atvtvppdlnuffsdw4hq9tda0m"
UNTIL = ", until: 2011-08-01}"


def pinned(address: str, *expected: str, document: str = "\n    address_document: 3/STTTT-VP") -> Case:
    """The third person of the sample with a pin."""
    name = f"pinned {address}" if len(address) <= 40 else f"pinned {address[:30]}… of {len(address)}"
    return change(
        name if document else f"{name} without a document",
        S,
        PHU,
        f"{PHU}    address: {address}{document}\n",
        *expected,
    )


HEAD, DELEGATE = STTTT.splitlines(keepends=True)[9:11]

TODAY = date(2012, 6, 1)


def findings(case: Case) -> list[Finding]:
    """All that is said of a case."""
    return check(files(case.texts), TODAY, None if case.base is None else files(case.base)).findings


def found(case: Case) -> list[str]:
    """The same as places and rules, which is what a case states."""
    return places(findings(case))


def each(cases: Iterable[Case]) -> pytest.MarkDecorator:
    """Run a test with each case, under its name."""
    return pytest.mark.parametrize("case", list(cases), ids=lambda case: case.name)
