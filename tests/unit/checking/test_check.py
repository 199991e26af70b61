"""Tests for the check as a whole: all cases of all rules, and arbitrary contents."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from danhba import cli  # noqa: F401 - with all that the command uses, every rule is registered
from danhba.checking.cache import ResultCache
from danhba.checking.check import check
from danhba.messages import render
from danhba.model.findings import RULES, Finding, Severity
from danhba.rendering.findings import as_data
from tests.support.cases import TODAY, Case, P, S, U, each, findings, found, replace
from tests.support.looped import for_each
from tests.support.registers import PROVINCE, SAMPLE, UBND, edited, files, find, places
from tests.unit.addresses import test_pins
from tests.unit.reading import test_loader, test_schema, test_tree
from tests.unit.rules import (
    test_agencies,
    test_custodians,
    test_dates,
    test_documents,
    test_ids,
    test_leave,
    test_people,
    test_province,
    test_quotas,
    test_wording,
)
from tests.unit.rules.history import (
    test_each,
    test_leaves,
    test_names,
    test_past,
    test_withdrawn,
    test_withdrawn_agencies,
)

TOO_MANY = [
    replace(
        "more mistakes than anybody reads",
        U,
        UBND.replace("people: []\n", "people:\n") + "  - x\n" * 1001,
        f"{U}:1:1 file-findings",
        *(f"{U}:{line}:5 schema-type" for line in range(7, 1007)),
    ),
    replace(
        "more aliases than anybody reads",
        U,
        UBND.replace("[]", "[" + "*a, " * 2000 + "]"),
        f"{U}:1:1 file-findings",
        *(f"{U}:6:{10 + 4 * index} yaml-anchor" for index in range(1000)),
    ),
    replace(
        "the same in the province",
        P,
        PROVINCE.replace("[contact-stttt]", "[" + "*a, " * 2000 + "]"),
        f"{P}:1:1 file-findings",
        *(f"{P}:13:{15 + 4 * index} yaml-anchor" for index in range(1000)),
    ),
]

PARTS = (
    *(test_loader, test_tree, test_schema, test_pins, test_province, test_agencies, test_people, test_documents),
    *(test_custodians, test_dates, test_ids, test_leave, test_quotas, test_wording, test_each),
    *(test_leaves, test_names, test_past, test_withdrawn, test_withdrawn_agencies),
)
CASES: list[Case] = [*TOO_MANY, *(case for part in PARTS for case in part.CASES)]


@each(TOO_MANY)
def test_check_file_with_too_many_findings_reports_the_first_thousand(case: Case) -> None:
    assert found(case) == case.expected


_FOUND: dict[int, list[Finding]] = {}


def findings_of(case: Case) -> list[Finding]:
    """Return the findings of a case, computed once for the two tests that use them."""
    if id(case) not in _FOUND:
        _FOUND[id(case)] = findings(case)
    return _FOUND[id(case)]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> ResultCache:
    return ResultCache(tmp_path_factory.mktemp("cache") / "results.sqlite")


def test_check_sample_has_no_findings() -> None:
    assert places(check(files(SAMPLE)).findings) == []


def test_rules_each_is_broken_by_a_case() -> None:
    broken = {finding.rpartition(" ")[2] for case in CASES for finding in case.expected}
    # Rules on plans need accounts besides the register (test_plan.py); two are about other files (test_beside.py).
    elsewhere = {"file-attributes", "file-journal"}
    assert {id_ for id_ in RULES if not id_.startswith("plan-")} - elsewhere == broken


@for_each("id_", RULES)
def test_rule_cites_a_clause_and_ends_without_punctuation(id_: str) -> None:
    stated = RULES[id_]
    assert stated.clause.startswith("R")
    assert stated.severity in Severity
    assert stated.message[-1] not in ".!"


@for_each("case", [case for case in CASES if case.base is None], ids=lambda case: case.name)
def test_find_with_cached_results_finds_the_same(case: Case, results: ResultCache) -> None:
    expected = [as_data(finding, "vi") for finding in findings_of(case)]
    for _time in range(2):
        found_fast = find(files(case.texts), TODAY, results)
        assert [as_data(finding, "vi") for finding in found_fast] == expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_render_message_of_each_case_is_printable(case: Case) -> None:
    for finding in findings_of(case):
        assert render(finding.rule.message, finding.values, "en").isprintable()


def test_check_register_with_advice_is_usable() -> None:
    checked = check(files(edited(S, ('"0214 3 840 034"', "gọi An"))))
    assert [f.rule.severity for f in checked.findings] == [Severity.ADVICE]
    assert checked.usable is not None


def test_check_unreadable_register_is_not_usable() -> None:
    assert check(files(replace("", P, None).texts)).usable is None
    assert check(files(edited(S, ("77/QĐ-STTTT", "x")))).usable is None


INSERTED = st.sampled_from(
    [*"\"'[]{}:,-#&*!|>%@\n\t ?0", "\u200b", "\u0301", "\x00", "\\u0000", "Ð", "&a ", "*a", "- ", "---\n", "null"]
)


@settings(max_examples=200)
@given(st.sampled_from([P, S, U]), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 30), INSERTED), max_size=4))
def test_check_any_text_returns_findings(name: str, cuts: list[tuple[int, int, str]]) -> None:
    text = SAMPLE[name]
    for at, length, inserted in cuts:
        text = text[:at] + inserted + text[at + length :]
    checked = check(files({**SAMPLE, name: text}), TODAY, files(SAMPLE))
    for finding in checked.findings:
        assert finding.where.place >= (1, 1)
        assert render(finding.rule.message, finding.values, "en")


@settings(max_examples=100)
@given(st.sampled_from([P, S]), st.binary(max_size=60), st.integers(0, 1500))
def test_check_any_bytes_return_findings(name: str, data: bytes, at: int) -> None:
    text = SAMPLE[name].encode()
    assert check(files({**SAMPLE, name: text[:at] + data + text[at:]})).findings is not None
