"""The hook of git: a commit that breaks the register is not made. With real commits, and pre-commit offline."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.factory import official_yaml
from tests.support.forges import git
from tests.support.registers import SAMPLE, write

PROJECT = Path(__file__).resolve().parents[3]
CONFIGURATION = PROJECT / ".pre-commit-config.yaml"


@dataclass
class Clone:
    """A clone whose hooks are installed; the linters of the code are left out, having no code here."""

    path: Path
    environment: dict[str, str]

    @property
    def agency(self) -> Path:
        return self.path / "directory/agencies/stttt.yml"

    def commit(self, *arguments: str) -> tuple[int, str]:
        """Commit what is staged, or what is named: git's status, and what was said."""
        author = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
        command = ["git", *author, "commit", "--message", "Sửa sổ", *arguments]
        done = subprocess.run(command, cwd=self.path, env=self.environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def worktree(self) -> Clone:
        """Another working copy of the same repository, beside it."""
        path = self.path.parent / "worktree"
        git(self.path, "worktree", "add", "--quiet", str(path))
        (path / ".venv").symlink_to(PROJECT / ".venv")
        return Clone(path, self.environment)


@pytest.fixture
def clone(new: Clone) -> Clone:
    """With the sample as its first commit."""
    git(new.path, "commit", "--quiet", "--no-verify", "--message", "Sổ")
    return new


@pytest.fixture
def new(tmp_path: Path, installed: Clone) -> Clone:
    """With the sample about to be committed."""
    path = shutil.copytree(installed.path, tmp_path / "clone", symlinks=True)
    own = {"HOME": str(tmp_path), "PRE_COMMIT_HOME": str(tmp_path / "pre-commit")}
    return Clone(path, installed.environment | own)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """What each test has a copy of: nothing in it says where it stands."""
    folder = tmp_path_factory.mktemp("installed")
    path = folder / "clone"
    write(path / "directory", SAMPLE)
    for name in (".pre-commit-config.yaml", ".gitignore"):
        shutil.copy(PROJECT / name, path / name)
    (path / ".gitignore").write_text("/.venv\n")
    (path / ".venv").symlink_to(PROJECT / ".venv")
    git(path, "init", "--quiet")
    git(path, "add", ".")
    hooks = yaml.safe_load(CONFIGURATION.read_text(encoding="utf-8"))["repos"][0]["hooks"]
    environment = {
        "PATH": f"{PROJECT}/.venv/bin:{os.environ['PATH']}",
        "HOME": str(folder),
        "PRE_COMMIT_HOME": str(folder / "pre-commit"),
        "LANGUAGE": "en",
        "SKIP": ",".join(hook["id"] for hook in hooks if hook["id"] != "register"),
    }
    subprocess.run(["pre-commit", "install"], cwd=path, env=environment, check=True, capture_output=True)
    return Clone(path, environment)


def add(clone: Clone, **keys: str) -> None:
    with clone.agency.open("a", encoding="utf-8") as file:
        file.write(official_yaml(id="000104", name="Lò Thị Mai Hoa", **keys))
    git(clone.path, "add", ".")


def test_a_sound_change_is_committed(clone: Clone) -> None:
    add(clone)
    status, shown = clone.commit()
    assert status == 0, shown
    assert "danhba check" in shown
    assert "Passed" in shown


def test_an_error_is_shown_and_nothing_committed(clone: Clone) -> None:
    add(clone, colour="red")
    status, shown = clone.commit()
    assert status == 1
    assert "schema-key" in shown
    assert git(clone.path, "rev-list", "--count", "HEAD") == "1"


def test_a_commit_that_only_deletes_a_file(clone: Clone) -> None:
    git(clone.path, "rm", "--quiet", "directory/agencies/ubnd.yml")
    status, shown = clone.commit()
    assert status == 1
    assert "history-agency-gone" in shown


def test_what_is_not_staged_does_not_count(clone: Clone) -> None:
    add(clone)
    with clone.agency.open("a", encoding="utf-8") as file:
        file.write("nonsense\n")
    assert clone.commit()[0] == 0


def test_a_file_that_git_does_not_know_does_not_count(clone: Clone) -> None:
    """Neither to break the commit nor to make it whole: it is not in it."""
    (clone.path / "directory/agencies/nonsense.yml").write_text("nonsense\n", encoding="utf-8")
    with clone.agency.open("a", encoding="utf-8") as file:
        file.write(official_yaml(id="000104", name="Lò Thị Mai Hoa"))
    git(clone.path, "add", "directory/agencies/stttt.yml")
    status, shown = clone.commit()
    assert status == 0, shown
    git(clone.path, "rm", "--quiet", "--cached", "directory/agencies/ubnd.yml")
    assert "history-agency-gone" in clone.commit()[1]


@pytest.mark.parametrize("named", ["--all", "directory/agencies/stttt.yml"])
def test_what_is_committed_by_name_is_what_counts(clone: Clone, named: str) -> None:
    (clone.path / "other").touch()
    git(clone.path, "add", "other")
    with clone.agency.open("a", encoding="utf-8") as file:
        file.write(official_yaml(id="000104", name="Lò Thị Mai Hoa", colour="red"))
    status, shown = clone.commit(named)
    assert (status, "schema-key" in shown) == (1, True), shown


def test_the_first_commit(new: Clone) -> None:
    status, shown = new.commit()
    assert status == 0, shown
    assert "Passed" in shown


def test_the_first_commit_is_checked_too(new: Clone) -> None:
    add(new, colour="red")
    status, shown = new.commit()
    assert (status, "schema-key" in shown) == (1, True), shown


def test_the_first_register_after_other_commits(new: Clone) -> None:
    git(new.path, "rm", "--quiet", "--cached", "-r", "directory")
    git(new.path, "commit", "--quiet", "--no-verify", "--message", "Khác")
    git(new.path, "add", ".")
    status, shown = new.commit()
    assert status == 0, shown


def test_a_linked_working_copy(clone: Clone) -> None:
    """To whose hooks git says where the repository is, by variables that hold for the register's directory as well."""
    linked = clone.worktree()
    clone.agency.write_text("nonsense", encoding="utf-8")
    git(clone.path, "add", ".")
    add(linked)
    status, shown = linked.commit()
    assert status == 0, shown
    git(linked.path, "rm", "--quiet", "directory/agencies/ubnd.yml")
    status, shown = linked.commit()
    assert (status, "history-agency-gone" in shown) == (1, True), shown


def test_a_hook_of_ones_own_in_a_linked_working_copy(clone: Clone) -> None:
    linked, hook = clone.worktree(), clone.path / ".git/hooks/pre-commit"
    hook.write_text('#!/bin/sh\ntest -n "$GIT_DIR" && exec .venv/bin/danhba check --base HEAD --format json\n')
    add(linked)
    status, shown = linked.commit()
    assert status == 0, shown


def test_other_commits_are_not_held_up(clone: Clone) -> None:
    clone.agency.write_text("nonsense", encoding="utf-8")
    (clone.path / "README.md").touch()
    git(clone.path, "add", "README.md")
    assert clone.commit()[0] == 0


def test_a_register_in_a_repository_of_its_own_has_a_hook_too() -> None:
    (hook,) = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["entry"] == "danhba check --staged"
    assert hook["always_run"], "a commit that only deletes a file has no file that a filter could see"
