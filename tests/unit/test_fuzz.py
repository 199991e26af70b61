"""Hostile input, a little of it: `python -m tests.fuzz` does it at length."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from danhba.checking.check import check
from danhba.model.findings import FILE_LIMIT, Finding, Where
from danhba.model.place import Place
from danhba.reading import tree
from danhba.reading.loader import SYNTAX
from tests.fuzz import campaign, command, hard
from tests.fuzz.campaign import TARGETS, jobs, keep
from tests.fuzz.case import Case, WrongError
from tests.fuzz.directories import Directory
from tests.fuzz.minimise import smallest
from tests.fuzz.oracle import judge
from tests.fuzz.registers import Register
from tests.fuzz.worker import MIB, Limits, Result, run_all
from tests.support.registers import SAMPLE, STTTT, write

pytestmark = pytest.mark.no_cover

SEED = 3
LIMITS = Limits(patience=20)
STTTT_YML = "agencies/stttt.yml"


def rules(text: str) -> set[str]:
    """The rules that the sample register breaks with that text for an agency."""
    return judge({**{name: data.encode() for name, data in SAMPLE.items()}, STTTT_YML: text.encode()}).rules


def one(case: Case, limits: Limits = LIMITS) -> Result:
    """A single case in a process of its own."""
    (result,) = run_all([("one", lambda: case)], limits)
    return result


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    """What is loaded and worked out once is there before processes are forked, each of which would do so anew."""
    for target, _share in TARGETS.values():
        target(random.Random("1"))
    rules(STTTT)


@pytest.mark.parametrize("runs", [400, pytest.param(1000, marks=pytest.mark.long)])
def test_fuzz_cases_raise_nothing(capsys: pytest.CaptureFixture[str], runs: int) -> None:
    tally = campaign.campaign(jobs([*TARGETS], SEED, runs), LIMITS)
    with capsys.disabled():
        print(f"\nfuzz: seed {SEED}, {tally.runs} runs, {tally.findings} findings by {len(tally.rules)} rules")
    assert {name: failure.error for name, failure in tally.failures.items()} == {}
    assert (tally.runs, tally.findings > runs, tally.refusals > 10, len(tally.rules) > 50) == (runs, True, True, True)
    assert tally.largest.memory < 512 * MIB


@pytest.mark.parametrize("name", TARGETS)
def test_seed_reproduces_a_case(name: str) -> None:
    target = TARGETS[name][0]
    assert target(random.Random("1")) == target(random.Random("1")) != target(random.Random("2"))


class TestItFinds:
    """What the fuzzers are for, planted."""

    @pytest.fixture(autouse=True)
    def plant(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
        """Make the core do something wherever a text holds a bar."""
        parse = tree.parse

        def plant(fault: Callable[[], object]) -> None:
            def planted(text: str) -> object:
                return fault() if "|" in text else parse(text)

            monkeypatch.setattr(tree, "parse", planted)

        return plant

    @pytest.mark.long
    def test_fuzzer_finds_an_exception_and_shrinks_it(
        self, plant: Callable[[Callable[[], object]], None], tmp_path: Path
    ) -> None:
        plant(lambda: dict[str, str]()["planted"])
        tally = campaign.campaign(jobs(["yaml"], SEED, 400), LIMITS)
        (failure,) = tally.failures.values()
        assert "KeyError: 'planted'" in failure.error
        assert failure.count >= 1
        keep(failure, LIMITS, tmp_path, seconds=10)
        assert failure.path is not None
        assert [path.read_bytes() for path in failure.path.rglob("*.yml")] == [b"|"]
        assert failure.name in (failure.path / "error.txt").read_text()

    @pytest.mark.parametrize(
        ("fault", "error"),
        [
            (lambda: os.kill(os.getpid(), signal.SIGKILL), "the process ended: -9"),
            (lambda: os._exit(3), "the process ended: 3"),
            (lambda: time.sleep(30), "still running after 2 s"),
            (lambda: [None for _ in iter(int, 1)], "LateError: more than 0.2 s"),
            (lambda: bytes(900 * MIB), "MemoryError"),
        ],
    )
    def test_fuzzer_finds_a_crash_of_the_process(
        self, plant: Callable[[Callable[[], object]], None], fault: Callable[[], object], error: str
    ) -> None:
        plant(fault)
        limits = Limits(memory=600 * MIB, seconds=0.2, per_mib=0.0, patience=2 if "still" in error else 60)
        bad, good = (Register("", {STTTT_YML: data}) for data in (b"|", b"agency: stttt"))
        results = list(run_all([("1", lambda: good), ("2", lambda: bad), ("3", lambda: good)], limits))
        assert [(result.name, error in result.error) for result in results] == [("1", False), ("2", True), ("3", False)]
        assert [result.findings > 0 for result in results] == [True, False, True]

    def test_fuzzer_reports_a_finding_at_a_wrong_place(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for place, file in ((Place(0, 1), "directory/province.yml"), (Place(1, 1), "x"), (Place(9, 1), "directory/a")):
            checked = replace(check([]), findings=[Finding(SYNTAX, Where(file, place), {"detail": ""})])
            monkeypatch.setattr("tests.fuzz.oracle.check", lambda *_, checked=checked: checked)
            with pytest.raises(WrongError):
                judge({"a": b""})

    def test_shrinking_keeps_the_failure(self) -> None:
        case = Register("", {STTTT_YML: b"x\n" * 50 + b"\xff\n" + b"y\n" * 50})
        error = one(case, Limits(seconds=-1)).error
        assert smallest(case, error, Limits(seconds=-1), 5).size() <= 1


@pytest.mark.parametrize("name", hard.FILES)
def test_hard_case_is_within_limits(name: str) -> None:
    result = one(hard.hard(name, 100_000), Limits(memory=400 * MIB, seconds=20, per_mib=0, patience=60))
    assert result.error == ""
    assert result.findings > 0 or name in {"acknowledgements", "days without end"}


class TestOneByOne:
    def test_file_of_100_mb_is_refused_at_once(self) -> None:
        case = Directory(0, (("huge", 1), ("huge", 2)), "json")
        result = one(case, Limits(memory=300 * MIB, seconds=5, per_mib=0))
        assert (result.error, "file-unreadable" in result.rules, result.memory < 100 * MIB) == ("", True, True)

    @pytest.mark.parametrize("value", ["a", "[]", "{}"])
    def test_file_of_commas_is_refused(self, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tree, "MOST_VALUES", 20_000)
        assert rules("people: [" + f"{value}," * 19_990 + "]") >= {"file-findings"}
        assert rules("people: [" + f"{value}," * 20_000 + "]") == {"file-unreadable"}

    def test_keys_count_towards_the_limit_of_values(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tree, "MOST_VALUES", 20_000)
        assert rules("{" + "".join(f"k{number}: a," for number in range(9_990)) + "}") >= {"file-findings"}
        assert rules("{" + "".join(f"k{number}: a," for number in range(10_000)) + "}") == {"file-unreadable"}

    def test_link_out_of_the_register_is_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "secret.yml").write_text(f"agency: {command.SECRET}\n")
        for number in range(2):
            root = write(tmp_path / str(number))
            link = root / ("agencies" if number else "agencies/x.yml")
            if number:
                link.rename(root / "moved")
            link.symlink_to(tmp_path if number else tmp_path / "secret.yml")
            status, output = command.invoke("check", str(root), home=tmp_path)  # objects to what should stay secret
            assert (status, "file-unreadable" in output) == ((2, False) if number else (1, True))

    def test_pipe_in_the_register_does_not_block(self) -> None:
        result = one(Directory(0, (("pipe", 1),), "text"), Limits(patience=5))
        assert (result.error, "file-unreadable" in result.rules) == ("", True)

    def test_aliases_do_not_expand(self) -> None:
        lines = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 60)]
        found = rules("a0: &a0 [x]\n" + "\n".join(lines))
        assert "yaml-anchor" in found
        assert len(found) < 10

    @pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{"])
    def test_nesting_of_100_000_levels_is_refused(self, opening: str) -> None:
        (rule,) = rules("people: \n  " + opening * 100_000)
        assert rule in {"yaml-depth", "yaml-syntax"}  # libyaml itself gives up on some

    def test_name_of_10_000_characters_is_a_finding(self) -> None:
        assert rules(STTTT.replace("Ngô Vân Vinh", "Ngô " * 2500)) >= {"schema-long"}

    def test_bidi_control_characters_are_shown_by_number(self, tmp_path: Path) -> None:
        name = "Ngô \u202eVân\u202c Vinh\x1b"
        root = write(tmp_path, {**SAMPLE, STTTT_YML: STTTT.replace("Ngô Vân Vinh", name[:-1])})
        (root / "agencies" / f"{name}.yml").touch()
        status, output = command.invoke("check", str(root), home=tmp_path)
        assert status == 1
        assert "Ngô \\u202eVân\\u202c Vinh\\u001b.yml:1:1" in output
        assert "U+202E RIGHT-TO-LEFT OVERRIDE" in output
        assert output.replace("\n", "").isprintable()

    def test_number_of_findings_is_limited(self, tmp_path: Path) -> None:
        root = write(tmp_path, {**SAMPLE, STTTT_YML: "people: [" + "{}," * 50_000 + "]"})
        _status, output = command.invoke("check", str(root), "--format", "json", home=tmp_path)
        assert FILE_LIMIT <= len(json.loads(output)) <= FILE_LIMIT + 10


@settings(max_examples=150)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode(errors="replace"))))
def test_arbitrary_bytes_as_file_raise_nothing(data: bytes) -> None:
    assert judge({"province.yml": data, STTTT_YML: data}).findings > 0


def test_fuzz_command_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.fuzz.__main__ import main

    monkeypatch.setattr("sys.argv", ["fuzz", "--runs", "5", "--target", "yaml", "--out", str(tmp_path)])
    assert main() == 0
    assert "tracebacks and other failures: 0" in capsys.readouterr().out
    monkeypatch.setattr(tree, "parse", lambda _text: 1 // 0)
    assert main() == 1
    out = capsys.readouterr().out
    assert "ZeroDivisionError" in out
    assert str(tmp_path) in out
