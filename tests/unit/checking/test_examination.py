"""Tests for cached examinations: one that is damaged or cannot be decoded is not used."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date

import pytest

from danhba.checking.cache import ResultCache
from tests.support.registers import SAMPLE, files, find

DAY = date(2026, 1, 1)
P, S, U = "province.yml", "agencies/stttt.yml", "agencies/ubnd.yml"


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
def test_find_damaged_cached_result_examines_again(kept: ResultCache, examined: list[str], harm: str) -> None:
    find(files(SAMPLE), DAY, kept)
    with closing(sqlite3.connect(kept.path)) as database, database:
        database.execute(f"UPDATE kept SET result = {harm}")
    examined.clear()
    assert find(files(SAMPLE), DAY, kept) == find(files(SAMPLE), DAY, kept) == []
    assert examined == [S, U]


class Believed:
    """A cache that returns the same bytes for every key."""

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
def test_find_undecodable_cached_result_examines_again(examined: list[str], result: bytes) -> None:
    assert find(files(SAMPLE), DAY, Believed(result)) == []
    assert examined == [S, U]
