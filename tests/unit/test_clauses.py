"""Every clause that is called done is shown by a test, and the pages of the clauses say what is so."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from danhba.cli.rules import in_groups
from danhba.messages import translator
from danhba.model.findings import Rule
from danhba.rules import clauses
from tests.clauses import CLAUSES, ROOT, Clause, Proof, collect, within
from tests.clauses.markers import of_file
from tests.clauses.pages import PAGES, pages
from tests.support.looped import for_each

CODE = sorted(chain(*map(ROOT.glob, ("plugins/**/*.py", "roles/**/*.sql", "roles/**/*.yml"))))
_CITED = re.compile(r"\bR(?:1[0-6]|[1-9])(?:\.\d+[a-z]?)?\b")


@cache
def proofs_of_all() -> list[Proof]:
    """Every test that names a clause."""
    return list(collect(ROOT))


def rows(*states: str) -> list[Clause]:
    """The clauses in these states."""
    return [clause for clause in CLAUSES.values() if clause.state in states]


@for_each("clause", rows("done", "part"), ids=lambda clause: clause.clause)
def test_every_done_clause_has_a_test_run_per_commit(clause: Clause) -> None:
    """And by one that each commit runs, not by those of `make long` alone."""
    proofs = [proof for proof in proofs_of_all() if clause.clause in proof.clauses]
    assert proofs, f"no test is marked {clause.clause}"
    assert [proof for proof in proofs if not proof.long], f"tests of {clause.clause} are all marked long"


@for_each("clause", CLAUSES.values(), ids=lambda clause: clause.clause)
def test_clause_row_has_required_fields(clause: Clause) -> None:
    assert clause.state in {"done", "part", "later"}
    assert bool(clause.missing) == (clause.state != "done")
    assert clause.state == "later" or clause.code
    assert [path for path in clause.paths if not (ROOT / path).exists()] == []
    for text in filter(None, (clause.asks, clause.how, clause.missing)):
        assert text.keys() == {"en", "vi"}


def test_clauses_are_in_the_order_of_the_regulation() -> None:
    order = [[int(part) for part in re.findall(r"\d+", clause)] + [clause] for clause in CLAUSES]
    assert order == sorted(order)


@for_each("proof", proofs_of_all, ids=lambda proof: f"{proof.path}::{proof.name}")
def test_marks_of_tests_name_existing_clauses(proof: Proof) -> None:
    assert proof.clauses <= CLAUSES.keys()


@cache
def made() -> dict[Path, str]:
    """The pages as they would be made now."""
    return pages()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_clause_page_is_up_to_date(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == made()[page], "run: make generated"


@for_each("clause", clauses.CLAUSES)
def test_clause_has_the_same_wording_in_pages_and_command(clause: str) -> None:
    """What `danhba rules` tells of a clause is what the pages tell."""
    if clause in CLAUSES:
        text = clauses.CLAUSES[clause]
        assert CLAUSES[clause].asks == {"en": text, "vi": translator("vi")(text)}
    else:
        assert [row for row in CLAUSES if within(row, clause)], f"{clause} is neither a row nor the whole of rows"


@for_each("rule", in_groups(), ids=lambda rule: str(rule.id))
def test_rule_cites_an_existing_clause(rule: Rule) -> None:
    assert [row for row in CLAUSES if within(row, rule.clause)]


def test_clauses_cited_in_code_have_a_row() -> None:
    """Who meets R6.2b in the code finds it in docs/clauses.md."""
    for path in CODE:
        for cited in _CITED.findall(path.read_text(encoding="utf-8")):
            assert any(within(cited, row) or within(row, cited) for row in CLAUSES), f"{path}: {cited} has no row"


MARKED = """
import pytest
pytestmark = [pytest.mark.clause("R1"), pytest.mark.slow]

@pytest.mark.clause("R6.2a", "R6.2b")
def test_function():
    pass

@pytest.mark.clause("R5")
class TestClass:
    def test_method(self):
        pass

    @pytest.mark.skip(reason="never runs")
    def test_idle(self):
        pass

@pytest.mark.xfail
@pytest.mark.clause("R9.4")
def test_expected_to_fail():
    pass

@pytest.mark.clause("R16")
def helper():
    pass
"""


def test_marks_of_functions_classes_and_files_are_read() -> None:
    assert {proof.name: set(proof.clauses) for proof in of_file(MARKED, "tests/unit/test_it.py")} == {
        "test_function": {"R1", "R6.2a", "R6.2b"},
        "TestClass::test_method": {"R1", "R5"},
    }


@pytest.mark.parametrize(
    ("module", "decorator", "long"),
    [
        ("", "", False),
        ("", "@pytest.mark.long", True),
        ("pytestmark = pytest.mark.long", "", True),
        ("pytestmark = [pytest.mark.slow, pytest.mark.long]", "", True),
        ("", '@pytest.mark.parametrize("case", [1, pytest.param(2, marks=pytest.mark.long)])', False),
    ],
)
def test_long_tests_are_recognised(module: str, decorator: str, long: bool) -> None:
    source = f'{module}\n@pytest.mark.clause("R1")\n{decorator}\ndef test_it(case): pass'
    (proof,) = of_file(source, "tests/unit/test_it.py")
    assert proof.long is long


def test_computed_clause_in_a_mark_is_refused() -> None:
    with pytest.raises(ValueError, match=r"pytest\.mark\.clause\(NAME\): write the clause out"):
        of_file("@pytest.mark.clause(NAME)\ndef test_it(): pass", "tests/unit/test_it.py")


def test_unknown_clause_in_a_mark_stops_the_run(tmp_path: Path) -> None:
    test = tmp_path / "test_it.py"
    test.write_text("import pytest\n@pytest.mark.clause('R99')\ndef test_it(): pass\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-p", "tests.conftest", str(test)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 4
    assert "::test_it: docs/clauses.yml has no R99" in done.stdout + done.stderr
