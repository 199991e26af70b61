"""Tests for the cache file: damaged, foreign, too large or without space, it costs time but changes no result."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from danhba.checking import cache, sweep
from danhba.checking.cache import ResultCache
from tests.support.registers import SAMPLE, files, find

DAY = date(2026, 1, 1)
P, S, U = "province.yml", "agencies/stttt.yml", "agencies/ubnd.yml"


def _text(path: Path) -> None:
    path.write_text("no database " * 100)


def _other(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE kept (something TEXT)")


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


@pytest.mark.parametrize("harm", [_text, _other, _cut, Path.mkdir])
def test_cache_damaged_file_is_replaced(kept: ResultCache, harm: Callable[[Path], None]) -> None:
    kept.path.parent.mkdir(parents=True)
    if harm is _cut:
        find(files(SAMPLE), DAY, kept)
    harm(kept.path)
    assert find(files(SAMPLE), DAY, kept) == find(files(SAMPLE), DAY, kept) == []


def _writable(path: Path) -> None:
    path.chmod(0o777)


def _linked(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")


@pytest.mark.parametrize("harm", [_writable, _linked])
@pytest.mark.parametrize("which", ["directory", "file"])
def test_cache_writable_by_others_or_linked_is_not_used(
    kept: ResultCache, examined: list[str], which: str, harm: Callable[[Path], None]
) -> None:
    find(files(SAMPLE), DAY, kept)
    examined.clear()
    harm(kept.path.parent if which == "directory" else kept.path)
    find(files(SAMPLE), DAY, kept)
    assert examined == [S, U]
    find(files(SAMPLE), DAY, kept)
    assert examined == ([S, U] * 2 if which == "directory" else [S, U])


def test_cache_of_another_user_is_not_used(
    kept: ResultCache, examined: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    find(files(SAMPLE), DAY, kept)
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    find(files(SAMPLE), DAY, kept)
    assert examined == [S, U] * 2


def test_cache_without_permission_is_not_used(kept: ResultCache, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_more: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", refuse)
    assert find(files(SAMPLE), DAY, kept) == []


def test_cache_file_is_readable_by_its_owner_alone(kept: ResultCache) -> None:
    before = os.umask(0o002)
    try:
        find(files(SAMPLE), DAY, kept)
    finally:
        os.umask(before)
    assert stat.S_IMODE(kept.path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept.path.stat().st_mode) == 0o600


def test_cache_too_large_is_deleted_before_writing(kept: ResultCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "LARGEST", 20_000)
    kept.put({bytes([n]): os.urandom(10_000) for n in range(10)})
    kept.put({b"new": b"x"})
    assert kept.get([b"new", bytes([1])]) == {b"new": b"x"}


def test_of_the_user_path_follows_the_xdg_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    for set_to, place in (("/cache", "/cache"), ("", "/home/me/.cache"), ("relative", "/home/me/.cache")):
        monkeypatch.setenv("XDG_CACHE_HOME", set_to)
        kept = cache.of_the_user()
        assert kept
        assert kept.path == Path(place, "danhba/results.sqlite")


def test_of_the_user_without_a_home_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(os, "getuid", lambda: 54321)
    assert cache.of_the_user() is None


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
def test_cache_unused_file_reports_its_trouble(kept: ResultCache, harm: Callable[[Path], None], why: str) -> None:
    find(files(SAMPLE), DAY, kept)
    assert kept.trouble is None
    harm(kept.path)
    assert find(files(SAMPLE), DAY, kept) == []
    assert kept.trouble == why


def test_cache_full_disk_keeps_earlier_results(kept: ResultCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """Simulated by a database that may not grow: SQLite reports the same error, and earlier results stay."""
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
    """Return the cache keys of the sample's files."""
    read = [file for file in files(SAMPLE) if file.name != P]
    return [sweep._key(file, frozenset({"postmaster"})) for file in read]


def test_cache_locked_by_another_process_stays_intact(kept: ResultCache, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that holds the lock keeps another from writing; neither deletes the file."""
    find(files(SAMPLE), DAY, kept)
    connect = sqlite3.connect

    def impatient(*arguments: Any, **more: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*arguments, **{**more, "timeout": 0.2})
        return connection

    monkeypatch.setattr(sqlite3, "connect", impatient)
    with closing(sqlite3.connect(kept.path)) as other, other:
        other.execute("BEGIN EXCLUSIVE")
        assert find(files(SAMPLE), DAY, kept) == []
    assert kept.trouble is None
    assert len(kept.get(sweep_keys())) == 2
