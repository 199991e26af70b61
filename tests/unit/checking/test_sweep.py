"""Tests for results cached between runs: findings are the same, and only changed files are examined."""

from __future__ import annotations

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


def test_sweep_cached_files_are_not_examined_again(kept: ResultCache, examined: list[str]) -> None:
    assert find(files(SAMPLE), DAY, kept) == find(files(SAMPLE), DAY, kept) == []
    assert examined == [S, U]


CHANGES: list[tuple[Texts, list[str]]] = [
    (edited(S, ("title: Giám đốc", "title: Phó Giám đốc")), [S]),
    ({**SAMPLE, "agencies/snv.yml": UBND.replace("ubnd", "snv")}, ["agencies/snv.yml"]),
    # A new system address may be a candidate of people in any agency, so all are examined.
    (edited(P, ("{postmaster: contact-stttt}", "{postmaster: contact-stttt, nvvinh-stttt: contact-ubnd}")), [S, U]),
    (edited(P, ("forward_days: 90", "forward_days: 91")), []),
]


@pytest.mark.parametrize(("texts", "again"), CHANGES)
def test_sweep_changed_files_alone_are_examined(
    kept: ResultCache, examined: list[str], texts: Texts, again: list[str]
) -> None:
    find(files(SAMPLE), DAY, kept)
    examined.clear()
    found = places(find(files(texts), DAY, kept))
    assert examined == again
    assert found == places(check(files(texts), DAY).findings)


def test_sweep_other_fingerprint_examines_all_files(
    kept: ResultCache, examined: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    find(files(SAMPLE), DAY, kept)
    monkeypatch.setattr(sweep, "_fingerprint", lambda: "another")
    find(files(SAMPLE), DAY, kept)
    assert examined == [S, U, S, U]


def test_sweep_cached_findings_have_the_present_path(kept: ResultCache) -> None:
    broken = STTTT.replace("Giàng", "Giàng8").encode()
    for folder in ("a", "b"):
        found = find([source.File(S, f"{folder}/{S}", broken)], DAY, kept)
        assert f"{folder}/{S}" in {finding.where.file for finding in found}


def test_sweep_reports_progress_after_each_file(tmp_path: Path) -> None:
    write_register(tmp_path / "register", officials=200, agencies=10)
    done: list[int] = []
    find(source.from_directory(tmp_path / "register"), DAY, progress=done.append)
    assert done == [*range(1, 11)]


@pytest.mark.parametrize("number", range(5))
def test_sweep_other_library_version_examines_all_files(
    kept: ResultCache, examined: list[str], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Each version (Python, libyaml, PyYAML, Unidecode, orjson) alone changes the fingerprint."""
    versions = sweep._versions()
    assert len(versions) == 5
    find(files(SAMPLE), DAY, kept)
    versions[number] += "1"
    monkeypatch.setattr(sweep, "_versions", lambda: versions)
    sweep._fingerprint.cache_clear()
    find(files(SAMPLE), DAY, kept)
    sweep._fingerprint.cache_clear()
    assert examined == [S, U] * 2


def test_wanted_from_cached_results_is_the_same(kept: ResultCache, examined: list[str]) -> None:
    first, again = (check(files(SAMPLE), DAY, results=kept) for _ in range(2))
    assert examined == [S, U]
    assert first.usable
    assert again.usable
    made = [wanted(*usable, DAY) for usable in (first.usable, again.usable)]
    assert made[0] == made[1]
