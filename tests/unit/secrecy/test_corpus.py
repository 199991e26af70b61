"""Every case of the corpus: marks that are missed and false alarms are counted and listed, and neither may be."""

from __future__ import annotations

import pytest

from danhba_secrecy import scan_file, scan_message

from .corpus import CLEAN, UNREADABLE, Case, cases


def told(case: Case) -> str:
    """The verdict, or the highest level that was found."""
    verdict = scan_file(case.name, case.make()) if case.name else scan_message(case.make())
    return verdict.marks[0].level if verdict.marks else verdict.verdict


@pytest.mark.clause("R7.1")
def test_nothing_is_missed_and_nothing_innocent_is_refused() -> None:
    wrong = [(case, said) for case in cases() if (said := told(case)) != case.expected]
    misses = [f"{case.what}: {said}, not {case.expected}" for case, said in wrong if case.expected != CLEAN]
    alarms = [f"{case.what}: {said}" for case, said in wrong if case.expected == CLEAN]
    assert not wrong, "\n".join([f"{len(misses)} missed", *misses, f"{len(alarms)} false alarms", *alarms])


def test_the_corpus_has_both_ways() -> None:
    there = cases()
    marks = [case for case in there if case.expected not in (CLEAN, UNREADABLE)]
    innocents = [case for case in there if case.expected == CLEAN]
    assert len(there) >= 300
    assert len(marks) >= 150
    assert len(innocents) >= 150
    assert len({case.what for case in there}) == len(there)
