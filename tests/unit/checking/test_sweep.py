"""Results kept from one run to the next, and files examined in several processes: nothing is found otherwise."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
from collections.abc import Callable
from concurrent import futures
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from danhba.checking import cache, examination, sweep
from danhba.checking.cache import ResultCache
from danhba.checking.check import check, wanted
from danhba.reading import source
from tests.factory import write_register
from tests.support.registers import SAMPLE, STTTT, UBND, Texts, edited, files, find, places

DAY = date(2026, 1, 1)
P, S, U = "province.yml", "agencies/stttt.yml", "agencies/ubnd.yml"


@pytest.fixture
def kept(tmp_path: Path) -> ResultCache:
    return ResultCache(tmp_path / "cache" / "danhba" / "results.sqlite")


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


def _text(path: Path) -> None:
    path.write_text("no database " * 100)


def _other(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE kept (something TEXT)")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize("harm", [_text, _other, _cut, Path.mkdir])
def test_a_damaged_file_only_costs_time(kept: ResultCache, harm: Callable[[Path], None]) -> None:
    kept.path.parent.mkdir(parents=True)
    if harm is _cut:
        find(files(SAMPLE), DAY, kept)
    harm(kept.path)
    assert find(files(SAMPLE), DAY, kept) == find(files(SAMPLE), DAY, kept) == []


@pytest.mark.parametrize(
    "harm",
    [
        "'{'",
        "NULL",
        "5",
        "''",
        "substr(result, 2)",
        'CAST(\'[null,[["no-such-rule",1,1,"",{}]]]\' AS BLOB)',
        "result || x'20'",
    ],
)
def test_a_damaged_result_is_made_anew(kept: ResultCache, examined: list[str], harm: str) -> None:
    find(files(SAMPLE), DAY, kept)
    with closing(sqlite3.connect(kept.path)) as database, database:
        database.execute(f"UPDATE kept SET result = {harm}")
    examined.clear()
    assert find(files(SAMPLE), DAY, kept) == find(files(SAMPLE), DAY, kept) == []
    assert examined == [S, U]


class Believed:
    """A place that gives back one and the same for every result."""

    def __init__(self, result: bytes) -> None:
        self.result = result

    def get(self, keys: list[bytes]) -> dict[bytes, bytes]:
        return dict.fromkeys(keys, self.result)

    def put(self, results: dict[bytes, bytes]) -> None:
        assert not results


@pytest.mark.parametrize(
    "result",
    [b"{", b"5", b"[]", b"[1,2]", b"\xff", b"[" * 100_000, b'[null,[["no-such-rule",1,1,"",{}]]]', b'[{"x":1},[]]'],
)
def test_a_result_that_is_none_is_not_used(examined: list[str], result: bytes) -> None:
    assert find(files(SAMPLE), DAY, Believed(result)) == []
    assert examined == [S, U]


def _writable(path: Path) -> None:
    path.chmod(0o777)


def _linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize("harm", [_writable, _linked])
@pytest.mark.parametrize("which", ["directory", "file"])
def test_what_others_could_have_written_is_not_believed(
    kept: ResultCache, examined: list[str], which: str, harm: Callable[[Path], None]
) -> None:
    find(files(SAMPLE), DAY, kept)
    examined.clear()
    harm(kept.path.parent if which == "directory" else kept.path)
    find(files(SAMPLE), DAY, kept)
    assert examined == [S, U]
    find(files(SAMPLE), DAY, kept)
    assert examined == ([S, U] * 2 if which == "directory" else [S, U])


def test_what_is_another_users_is_not_believed(
    kept: ResultCache, examined: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    find(files(SAMPLE), DAY, kept)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    find(files(SAMPLE), DAY, kept)
    assert examined == [S, U] * 2


def test_a_place_that_cannot_be_entered_only_costs_time(kept: ResultCache, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_more: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    assert find(files(SAMPLE), DAY, kept) == []


def test_what_is_kept_is_its_owners_alone(kept: ResultCache) -> None:
    before = os.umask(0o002)
    try:
        find(files(SAMPLE), DAY, kept)
    finally:
        os.umask(before)
    assert stat.S_IMODE(kept.path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600


def test_what_grows_too_large_begins_anew(kept: ResultCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "LARGEST", 20_000)
    kept.put({bytes([n]): os.urandom(10_000) for n in range(10)})
    kept.put({b"new": b"x"})
    assert kept.get([b"new", bytes([1])]) == {b"new": b"x"}


def test_the_place_is_the_users_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    for set_to, place in (("/cache", "/cache"), ("", "/home/me/.cache"), ("relative", "/home/me/.cache")):
        monkeypatch.setenv("XDG_CACHE_HOME", set_to)
        kept = cache.of_the_user()
        assert kept
        assert kept.path == Path(place, "danhba/results.sqlite")


def test_a_user_without_a_home_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    assert cache.of_the_user() is None


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


def _cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def _changed(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE kept SET result = substr(result, 2)")


def _open_to_all(path: Path) -> None:
    path.chmod(0o666)


@pytest.mark.parametrize(
    ("harm", "why"), [(_cut_off, cache.DAMAGED), (_changed, cache.DAMAGED), (_open_to_all, cache.FOREIGN)]
)
def test_a_memory_that_is_left_aside_is_told_of(kept: ResultCache, harm: Callable[[Path], None], why: str) -> None:
    find(files(SAMPLE), DAY, kept)
    assert kept.trouble is None
    harm(kept.path)
    assert find(files(SAMPLE), DAY, kept) == []
    assert kept.trouble == why


def test_a_full_disk_only_costs_time(kept: ResultCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite says so as it does for a database that may not grow; what was kept before stays."""
    find(files(SAMPLE), DAY, kept)
    connect = sqlite3.connect

    def full(*arguments: Any, **more: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **more)
        connection.execute("PRAGMA max_page_count = 1")
        return connection

    monkeypatch.setattr(sqlite3, "connect", full)
    kept.put({bytes([n]): os.urandom(20_000) for n in range(9)})
    assert kept.trouble == "database or disk is full"
    monkeypatch.undo()
    assert len(kept.get(sweep_keys())) == 2


def sweep_keys() -> list[bytes]:
    """The keys of the sample's files."""
    read = [file for file in files(SAMPLE) if file.name != P]
    return [sweep._key(file, frozenset({"postmaster"})) for file in read]


def test_two_at_once_do_not_spoil_it(kept: ResultCache) -> None:
    """One that writes for long keeps the other from writing, and neither takes the file away."""
    find(files(SAMPLE), DAY, kept)
    with closing(sqlite3.connect(kept.path)) as other, other:
        other.execute("BEGIN EXCLUSIVE")
        assert find(files(SAMPLE), DAY, kept) == []
    assert kept.trouble is None
    assert len(kept.get(sweep_keys())) == 2


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
