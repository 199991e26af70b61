"""A reorganisation as a file: what is stated is what is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from danhba.editing.problem import Problem
from danhba.reading.source import File
from danhba.reorganisation import reading, stating
from danhba.reorganisation.model import Closing, Fate, Holder, Opening, Parent, Person, Reorganisation, Unit
from tests.support.cases import AGE
from tests.support.plans import MERGED

NONE = Reorganisation("1/NQ-HĐND", date(2027, 1, 1), "")
ALL = Reorganisation(
    document="1/NQ-HĐND",
    date=date(2027, 1, 1),
    file="",
    request="2/TTr-UBND",
    operator="skhcn",
    agencies=(
        Opening("skhcn", "Sở A: B, {C}", "department", "merged", "ubnd", "H38.10", 5 * 2**30),
        Opening("on", "no", "board", "established"),
    ),
    close=(
        Closing("aa", "merged", ("skhcn",), Fate(to="skhcn")),
        Closing("bb", "split", ("cc", "dd"), Fate(close="retired", document="3/QĐ-UBND")),
        Closing("ee", "dissolved"),
    ),
    units=(Unit("bb", "Phòng A, B", Fate(to="cc")), Unit("bb", "1", Fate(close="resigned"))),
    people=(
        Person("007", Fate(to="cc"), "Giám đốc", "Phòng # 1", "0214 3 840 034", True, "x-cc", "4/QĐ-UBND"),
        Person("0008", Fate(to="dd"), leader=False),
        Person("9", Fate(close="deceased", document="5/QĐ-UBND")),
    ),
    parents=(Parent("gg", "skhcn"),),
    custodians=(Holder("skhcn", "007", "6/QĐ-UBND", "head", AGE), Holder("cc", "9", "7/GUQ-CC", "delegate")),
)


@pytest.mark.parametrize("decision", [NONE, ALL], ids=["nothing", "everything"])
def test_what_is_stated_is_what_is_read(decision: Reorganisation) -> None:
    read, findings = reading.read(File("plan.yml", "", stating.text(decision).encode()))
    assert findings == []
    assert read == decision


def test_what_was_read_is_stated_alike() -> None:
    read, _findings = reading.read(File("plan.yml", "", MERGED.encode()))
    assert read
    assert reading.read(File("plan.yml", "", stating.text(read).encode()))[0] == read


def test_a_text_of_two_lines_is_refused() -> None:
    with pytest.raises(Problem):
        stating.text(replace(NONE, agencies=(Opening("aa", "A\nB", "board", "established"),)))
