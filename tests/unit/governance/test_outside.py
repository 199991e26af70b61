"""What each file outside of the register does: none of this project or of a province's repository is unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from danhba.governance import outside
from danhba.governance.forges import FORGES
from danhba.messages import translator
from tests.support.forges import git

PROJECT = Path(__file__).resolve().parents[3]
TRACKED = [path for path in git(PROJECT, "ls-files", "-z").split("\0") if path and not path.startswith("directory/")]


def test_every_file_of_this_project_is_known() -> None:
    assert [path for path in TRACKED if outside.kind_of(path, "directory/") is outside._UNKNOWN] == []


@pytest.mark.parametrize("path", [path for forge in FORGES.values() for path in (forge.workflow, forge.codeowners)])
def test_kind_of_forges_workflow_and_codeowners_is_guard(path: str) -> None:
    assert outside.kind_of(path) in outside.KINDS[:2]


@pytest.mark.parametrize(
    ("path", "guard"),
    [
        *((path, True) for path in (".github/workflows/x.yml", ".gitlab-ci.yml", ".ci/review", ".github/CODEOWNERS")),
        *((path, True) for path in ("plugins/module_utils/danhba/rules/people.py", "requirements.txt", "setup")),
        *((path, True) for path in ("inventory/hosts.yml", "group_vars/all.yml", "roles/base/tasks/main.yml")),
        *((path, True) for path in (".gitattributes", "docs/.gitattributes", ".gitmodules", ".pre-commit-config.yaml")),
        *((path, True) for path in ("directory/.danhba-journal", ".vscode/tasks.json", "Makefile", "x", "docs")),
        *((path, True) for path in ("docs/vi/can-bo.md", "docs/vi/hinh/webmail/x.png", ".github/settings.yml")),
        *((path, True) for path in (".github/actions/setup/action.yml", ".gitlab/security-policies/policy.yml")),
        *(
            (path, False)
            for path in (
                "README.md",
                "docs/vi/van-hanh.md",
                ".github/ISSUE_TEMPLATE/x.md",
                "changelogs/fragments/x.yml",
                "LICENSE",
            )
        ),
    ],
)
def test_file_that_guards_or_is_run_is_told_from_what_is_read(path: str, guard: bool) -> None:
    assert outside.kind_of(path, "directory/").guard is guard


@pytest.mark.parametrize("kind", [*outside.KINDS, outside._BESIDE], ids=lambda kind: kind.does)
def test_kind_says_in_vietnamese_what_it_does(kind: outside.Kind) -> None:
    assert translator("vi")(kind.does) != kind.does


def test_guards_come_first_and_those_taken_away_before_the_others() -> None:
    told = outside.told(["README.md", ".ci/run", "x", ".github/CODEOWNERS"], [".github/CODEOWNERS"], "directory/")
    assert [(each.path, each.gone) for each in told] == [
        (".github/CODEOWNERS", True),
        (".ci/run", False),
        ("x", False),
        ("README.md", False),
    ]
