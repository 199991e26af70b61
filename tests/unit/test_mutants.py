"""What `make mutants` makes of a run: who noticed what, and what is wrong with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from danhba.rules import wording
from tests.mutants import results, stage
from tests.mutants.__main__ import is_enough, survivors
from tests.mutants.results import Change, Fate, Mutant
from tests.mutants.rooms import ROOMS, Room
from tests.mutants.selection import forget, is_wanted, mirrors
from tests.mutants.stage import CORE, PROJECT

pytestmark = pytest.mark.of_the_tests

SOURCE = """
def x_one__mutmut_orig(day, most=2):
    return refuse(_("too late"), day < most)
def x_one__mutmut_1(day, most=2):
    return refuse(_("too late"), day <= most)
def x_one__mutmut_2(day, most=2):
    return refuse(_("XXtoo lateXX"), day < most)
def x_one__mutmut_3(day, most=3):
    return refuse(_("too late"), day < most)
class Two:
    def xǁTwoǁ_held__mutmut_orig(self):
        return 1
    def xǁTwoǁ_held__mutmut_1(self):
        return 2
"""
CHANGE = Change("rules.a.one", "day < most", "day <= most")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.py").write_text(SOURCE, encoding="utf-8")
    statuses = {"x_one__mutmut_1": 0, "x_one__mutmut_2": 0, "x_one__mutmut_3": 1, "xǁTwoǁ_held__mutmut_1": 37}
    noted = {"exit_code_by_key": {f"danhba.rules.a.{name}": status for name, status in statuses.items()}}
    (tmp_path / "a.py.meta").write_text(json.dumps(noted), encoding="utf-8")
    return tmp_path


def test_each_mutant_is_known_by_its_lines(folder: Path) -> None:
    line = "return refuse(_('too late'), day {} most)"
    assert [(mutant.change, mutant.fate) for mutant in results.read(folder)] == [
        (Change("rules.a.one", line.format("<"), line.format("<=")), Fate.SURVIVED),
        (Change("rules.a.one", line.format("<"), line.format("<").replace("too late", "XXtoo lateXX")), Fate.TEXTS),
        (Change("rules.a.one", "day, most=2", "day, most=3"), Fate.KILLED),
        (Change("rules.a.Two._held", "return 1", "return 2"), Fate.TYPES),
    ]


@pytest.mark.parametrize(
    ("status", "fate"),
    [
        *((status, Fate.SURVIVED) for status in (0, 5, 33)),
        *((status, Fate.KILLED) for status in (1, 2, 3, -24, 36, 152)),
        (37, Fate.TYPES),
        (None, Fate.WAITING),
    ],
)
def test_who_noticed(folder: Path, status: int | None, fate: Fate) -> None:
    noted = {"exit_code_by_key": {"danhba.rules.a.x_one__mutmut_1": status}}
    (folder / "a.py.meta").write_text(json.dumps(noted), encoding="utf-8")
    assert [mutant.fate for mutant in results.read(folder)] == [fate]


def test_another_run_keeps_what_is_sure(folder: Path) -> None:
    names = ["x_one__mutmut_1", "x_one__mutmut_2", "x_one__mutmut_3", "xǁTwoǁ_held__mutmut_1"]
    noted = folder / "a.py.meta"

    def kept(*statuses: int | None) -> list[int | None]:
        found = {f"danhba.rules.a.{name}": status for name, status in zip(names, statuses, strict=True)}
        noted.write_text(json.dumps({"exit_code_by_key": found, "more": 1}), encoding="utf-8")
        results.forget(folder)
        return list(json.loads(noted.read_text(encoding="utf-8"))["exit_code_by_key"].values())

    assert kept(0, 0, 1, 37) == [None, 0, 1, 37]  # the second is seen by the catalogue
    assert kept(33, 1, -24, None) == [None, 1, None, None]
    assert kept(0, 0, 0, 0) == [None, 0, None, None]


def test_another_run_is_on_the_tests_of_now(tmp_path: Path) -> None:
    room = ROOMS[0]
    (stage.make(room, tmp_path) / "tests/unit/test_gone.py").touch()
    stage.renew(room, tmp_path)
    assert (tmp_path / "tests/unit/test_mutants.py").exists()
    assert not (tmp_path / "tests/unit/test_gone.py").exists()


def mutants(killed: int, survived: int = 0, change: Change = CHANGE) -> list[Mutant]:
    seen = [Mutant("x", Change("rules.a.other", str(n), ""), Fate.KILLED) for n in range(killed)]
    return seen + [Mutant("x", change, Fate.SURVIVED)] * survived


@pytest.mark.parametrize(("killed", "survived", "enough"), [(9, 1, True), (8, 1, False), (0, 0, False), (0, 1, False)])
def test_run_is_enough_if_nine_in_ten_are_killed(killed: int, survived: int, enough: bool) -> None:
    assert is_enough(mutants(killed, survived)) == enough


def test_survivors_are_printed_with_their_lines() -> None:
    assert survivors(mutants(1, 1)) == ["survived: rules.a.one\n  - day < most\n  + day <= most"]


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_room_and_its_tests_are_there(room: Room) -> None:
    assert (CORE / room.name).is_dir()
    assert all((PROJECT / "tests/unit" / test.partition("::")[0]).exists() for test in room.tests)


def test_a_files_own_tests_come_first() -> None:
    assert mirrors("danhba.rules.people.x_check__mutmut_1") == "test_people.py"
    assert mirrors("") == "test_.py"


def test_nothing_is_remembered_of_an_earlier_run_in_the_same_process() -> None:
    wording._faults("GIÁM ĐỐC")
    assert wording._faults.cache_info().currsize
    forget()
    assert not wording._faults.cache_info().currsize


def test_a_test_is_found_each_time_that_pytest_runs_in_a_process(tmp_path: Path) -> None:
    """As mutmut has it run; a case of another name shows that nothing else is found by this one."""
    (tmp_path / "test_a.py").write_text(
        "import pytest\n\n\n@pytest.mark.parametrize('name', ['Hạnh', 'Vịnh'], ids=lambda name: name)\n"
        "def test_b(name: str) -> None:\n    assert name == 'Hạnh'\n",
        encoding="utf-8",
    )
    named = "test_a.py::test_b[" + "Hạnh".encode("unicode_escape").decode() + "]"
    arguments = ["-q", "-p", "no:cacheprovider", "-p", "tests.mutants.selection", named]
    program = f"import pytest, sys; sys.exit([int(pytest.main({arguments!r})) for _ in range(3)] != [0, 0, 0])"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(PROJECT), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert done.stdout.count("1 passed, 1 deselected") == 3


@pytest.mark.parametrize(
    ("named", "wanted"),
    [
        ("tests/unit/rules", True),
        ("tests/unit/rules/test_a.py", True),
        ("tests/unit/rules/test_a.py::test_b", True),
        ("tests/unit/rules/test_a.py::test_b[1]", True),
        ("tests/unit/rules/test_a.py::test_b[2]", False),
        ("tests/unit/rules/test_a.py::test", False),
        ("tests/unit/rule", False),
    ],
)
def test_a_test_is_wanted_by_its_name_its_file_or_its_folder(named: str, wanted: bool) -> None:
    others = {"tests/unit/test_c.py::test_d"}
    assert is_wanted("tests/unit/rules/test_a.py::test_b[1]", frozenset({named, *others})) == wanted
