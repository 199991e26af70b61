"""Which unit tests `make check` runs for what changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import changed
from tests.support.changed import concerned
from tests.support.forges import git

pytestmark = pytest.mark.of_the_tests

CORE = "plugins/module_utils/danhba"


@pytest.mark.parametrize(
    ("path", "some"),
    [
        (f"{CORE}/rules/people.py", {"tests/unit/rules", "tests/unit/test_rule_pages.py", "tests/unit/test_rooms.py"}),
        (f"{CORE}/planning/plan.py", {"tests/unit/planning"}),
        (f"{CORE}/locale/vi/LC_MESSAGES/danhba.po", {"tests/unit/test_catalogue.py"}),
        ("plugins/plugin_utils/passwords.py", {"tests/unit/plugin_utils"}),
        ("roles/programs/files/danhba_host/credentials/store.py", {"tests/unit/programs"}),
        ("docs/architecture.md", {"tests/unit/test_docs.py"}),
        ("directory/province.yml", {"tests/unit/test_sample_register.py"}),
        ("tests/unit/rules/history/test_each.py", {"tests/unit/rules/history/test_each.py"}),
        ("tests/unit/exporting/conftest.py", {"tests/unit/exporting"}),
        ("tests/support/office.py", {"tests/unit/importing"}),
    ],
)
def test_changed_file_selects_its_own_tests(path: str, some: set[str]) -> None:
    assert (changed.PROJECT / path).exists()
    found = concerned([path])
    assert [test for test in some if not any(test == one or one.startswith(f"{test}/") for one in found)] == []
    assert "tests/unit" not in found


def test_changed_module_selects_tests_that_import_it() -> None:
    assert "tests/unit/governance/test_review.py" in concerned([f"{CORE}/cli/__init__.py"])
    assert "tests/unit/editing/test_terminal.py" in concerned(["tests/support/registers.py"])


def test_changed_test_helper_selects_indirect_importers() -> None:
    assert "tests/unit/reorganisation/test_merger.py" in concerned(["tests/factory/text.py"])


@pytest.mark.parametrize("path", ["pyproject.toml", "requirements/lock.txt", "tests/conftest.py", "new.py"])
def test_unknown_file_selects_all_tests(path: str) -> None:
    assert concerned([path]) == ["tests/unit"]


@pytest.mark.parametrize("path", ["tests/e2e/test_mail.py", "tests/molecule/internet/molecule.yml"])
def test_file_proved_only_on_hosts_selects_no_unit_test(path: str) -> None:
    assert concerned([path]) == []


def test_changed_folder_selects_tests_of_its_files() -> None:
    assert concerned(["pyproject.toml", f"{CORE}/rules/people.py"]) == ["tests/unit"]
    assert concerned([]) == []


def test_changed_lists_edited_new_and_removed_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "--quiet")
    for name in ("kept", "edited", "removed", "moved"):
        (tmp_path / name).write_text(f"{name}\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "One")
    (tmp_path / "edited").write_text("again\n")
    (tmp_path / "removed").unlink()
    (tmp_path / "moved").rename(tmp_path / "new")
    monkeypatch.setattr(changed, "PROJECT", tmp_path)
    assert sorted(changed.changed("HEAD")) == ["edited", "moved", "new", "removed"]


@pytest.mark.parametrize(
    ("path", "run"),
    [
        ("tests/support/timeouts.py", True),
        ("tests/mutants/results.py", True),
        ("pyproject.toml", True),
        (f"{CORE}/rules/people.py", False),
        ("docs/architecture.md", False),
    ],
)
def test_marks_include_tests_of_changed_test_tools(monkeypatch: pytest.MonkeyPatch, path: str, run: bool) -> None:
    monkeypatch.setattr(changed, "changed", lambda _since: [path])
    assert changed.marks("HEAD") == ("not long" if run else "not long and not of_the_tests")


def test_marks_since_unknown_revision_include_all() -> None:
    assert changed.marks("0" * 40) == "not long"
