"""Results kept from one run to the next, and files examined in several processes: nothing is found otherwise."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent import futures
from datetime import date
from pathlib import Path

import pytest

from danhba.checking import sweep
from danhba.checking.cache import ResultCache
from danhba.checking.check import check, wanted
from danhba.reading import source
from tests.factory import write_register
from tests.support.registers import SAMPLE, STTTT, UBND, Texts, edited, files, find, places

DAY = date(2026, 1, 1)
P, S, U = "province.yml", "agencies/stttt.yml", "agencies/ubnd.yml"


def test_what_is_kept_is_not_examined_again(kept: ResultCache, examined: list[str]) -> None:
    assert find(files(SAMPLE), DAY, kept) == find(files(SAMPLE), DAY, kept) == []
    assert examined == [S, U]


CHANGES: list[tuple[Texts, list[str]]] = [
    (edited(S, ("title: Giám đốc", "title: Phó Giám đốc")), [S]),
    ({**SAMPLE, "agencies/snv.yml": UBND.replace("ubnd", "snv")}, ["agencies/snv.yml"]),
    # The system addresses are nobody's, in whichever agency.
    (edited(P, ("{postmaster: contact-stttt}", "{postmaster: contact-stttt, nvvinh-stttt: contact-ubnd}")), [S, U]),
    (edited(P, ("forward_days: 90", "forward_days: 91")), []),
]


@pytest.mark.parametrize(("texts", "again"), CHANGES)
def test_only_what_changed_is_examined(kept: ResultCache, examined: list[str], texts: Texts, again: list[str]) -> None:
    find(files(SAMPLE), DAY, kept)
    examined.clear()
    found = places(find(files(texts), DAY, kept))
    assert examined == again
    assert found == places(check(files(texts), DAY).findings)


def test_another_version_of_the_rules_begins_anew(
    kept: ResultCache, examined: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    find(files(SAMPLE), DAY, kept)
    monkeypatch.setattr(sweep, "_fingerprint", lambda: "another")
    find(files(SAMPLE), DAY, kept)
    assert examined == [S, U, S, U]


def test_findings_are_shown_at_the_path_of_today(kept: ResultCache) -> None:
    broken = STTTT.replace("Giàng", "Giàng8").encode()
    for folder in ("a", "b"):
        found = find([source.File(S, f"{folder}/{S}", broken)], DAY, kept)
        assert f"{folder}/{S}" in {finding.where.file for finding in found}


def test_several_processes_find_what_one_finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_register(tmp_path / "register", officials=400, agencies=20)
    for number, path in enumerate(sorted((tmp_path / "register" / "agencies").iterdir())[:8]):
        path.write_text(path.read_text(encoding="utf-8").replace("opened:", "opend:", number), encoding="utf-8")
    read = source.from_directory(tmp_path / "register")
    expected = places(check(read, DAY).findings)
    assert len(expected) > 20
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1})
    for worthwhile in (0, 10**9):
        monkeypatch.setattr(sweep, "WORTHWHILE", worthwhile)
        done: list[int] = []
        assert places(find(read, DAY, progress=done.append)) == expected
        assert done == sorted(done)
        assert done[-1] == 20


def _no_semaphores(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_more: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(futures, "ProcessPoolExecutor", refuse)


def _killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that comes to the sixth file is."""
    real, mine = sweep._examined, os.getpid()

    def examined(file: source.File, system: frozenset[str]) -> bytes:
        if os.getpid() != mine and file.name.endswith("5.yml"):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(file, system)

    monkeypatch.setattr(sweep, "_examined", examined)


@pytest.mark.parametrize("harm", [_no_semaphores, _killed])
def test_without_several_processes_one_does_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: Callable[[pytest.MonkeyPatch], None]
) -> None:
    write_register(tmp_path / "register", officials=200, agencies=10)
    for path in (tmp_path / "register" / "agencies").iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace("opened:", "opend:", 2), encoding="utf-8")
    read = source.from_directory(tmp_path / "register")
    expected = places(find(read, DAY))
    assert expected
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 1})
    monkeypatch.setattr(sweep, "WORTHWHILE", 0)
    harm(monkeypatch)
    done: list[int] = []
    assert places(find(read, DAY, progress=done.append)) == expected
    assert done == [*range(1, 11)]


@pytest.mark.parametrize("number", range(5))
def test_results_of_other_versions_are_not_believed(
    kept: ResultCache, examined: list[str], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Of Python, libyaml, PyYAML, Unidecode and orjson: each alone makes another fingerprint."""
    versions = sweep._versions()
    assert len(versions) == 5
    find(files(SAMPLE), DAY, kept)
    versions[number] += "1"
    monkeypatch.setattr(sweep, "_versions", lambda: versions)
    sweep._fingerprint.cache_clear()
    find(files(SAMPLE), DAY, kept)
    sweep._fingerprint.cache_clear()
    assert examined == [S, U] * 2


def test_the_plan_is_the_same_from_memory(kept: ResultCache, examined: list[str]) -> None:
    first, again = (check(files(SAMPLE), DAY, results=kept) for _ in range(2))
    assert examined == [S, U]
    assert first.usable
    assert again.usable
    made = [wanted(*usable, DAY) for usable in (first.usable, again.usable)]
    assert made[0] == made[1]
