"""Results kept from one run to the next, and files examined in several processes: nothing is found otherwise."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from tests.factory import write_register
from tests.unit.core.registers import SAMPLE, STTTT, UBND, Texts, edited, files, places

from danhba import examination, results, source, sweep
from danhba.check import check, find
from danhba.results import Kept

DAY = date(2026, 1, 1)
P, S, U = "province.yml", "agencies/stttt.yml", "agencies/ubnd.yml"


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path / "cache" / "danhba" / "results.sqlite")


@pytest.fixture
def examined(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were examined, in order."""
    names: list[str] = []
    real = examination.examine

    def examine(file: source.File, system: frozenset[str]) -> examination.Examined:
        names.append(file.name)
        return real(file, system)

    monkeypatch.setattr(examination, "examine", examine)
    return names


def test_what_is_kept_is_not_examined_again(kept: Kept, examined: list[str]) -> None:
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
def test_only_what_changed_is_examined(kept: Kept, examined: list[str], texts: Texts, again: list[str]) -> None:
    find(files(SAMPLE), DAY, kept)
    examined.clear()
    found = places(find(files(texts), DAY, kept))
    assert examined == again
    assert found == places(check(files(texts), DAY).findings)


def test_another_version_of_the_rules_begins_anew(
    kept: Kept, examined: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    find(files(SAMPLE), DAY, kept)
    monkeypatch.setattr(sweep, "_fingerprint", lambda: "another")
    find(files(SAMPLE), DAY, kept)
    assert examined == [S, U, S, U]


def test_findings_are_shown_at_the_path_of_today(kept: Kept) -> None:
    broken = STTTT.replace("Giàng", "Giàng8").encode()
    for folder in ("a", "b"):
        found = find([source.File(S, f"{folder}/{S}", broken)], DAY, kept)
        assert f"{folder}/{S}" in {finding.where.file for finding in found}


def _text(path: Path) -> None:
    path.write_text("no database " * 100)


def _other(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE kept (something TEXT)")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize("harm", [_text, _other, _cut, Path.mkdir])
def test_a_damaged_file_only_costs_time(kept: Kept, harm: Callable[[Path], None]) -> None:
    kept.path.parent.mkdir(parents=True)
    if harm is _cut:
        find(files(SAMPLE), DAY, kept)
    harm(kept.path)
    assert find(files(SAMPLE), DAY, kept) == find(files(SAMPLE), DAY, kept) == []


def test_what_is_kept_is_its_owners_alone(kept: Kept) -> None:
    find(files(SAMPLE), DAY, kept)
    assert stat.S_IMODE(kept.path.parent.stat().st_mode) == 0o700


def test_what_grows_too_large_begins_anew(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "LARGEST", 20_000)
    kept.put({bytes([n]): os.urandom(10_000) for n in range(10)})
    kept.put({b"new": b"x"})
    assert kept.get([b"new", bytes([1])]) == {b"new": b"x"}


def test_the_place_is_the_users_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert results.of_the_user().path == Path("/cache/danhba/results.sqlite")


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
