"""The form of commit messages: what the hook refuses, and which commits CI judges. With real repositories."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from scripts import commit_message as script

from tests.support.forges import git

PROJECT = Path(__file__).resolve().parents[2]
WHY = "\n\nThe root servers cut long answers.\n"
SOUND = f"roles/resolver: ask the root servers over TCP{WHY}"


@pytest.mark.parametrize(
    "message",
    [
        SOUND,
        f"docs, tests/e2e: tell where mail waits{WHY}",
        f".ci: need no network{WHY}",
        f"a: {'b' * 69}{WHY}",
        f"{SOUND}\nCo-authored-by: A <a@example.org>\n",
        f"# a comment\n{SOUND}# Changes to be committed:\n",
        f"{SOUND}# ------------------------ >8 ------------------------\ndiff --git a b\n",
        "Merge branch 'roles' into main\n",
        'Revert "roles/resolver: ask the root servers over TCP"\n',
    ],
)
def test_faults_message_in_form_none(message: str) -> None:
    assert script.faults(message, final=True) == []


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (f"a: {'b' * 70}{WHY}", "has 73 characters, at most 72"),
        (f"Ask the root servers over TCP{WHY}", "must be 'area: summary'"),
        (f"resolver:ask over TCP{WHY}", "must be 'area: summary'"),
        (f"resolver: Ask over TCP{WHY}", "not with 'Ask'"),
        (f"resolver: asked over TCP{WHY}", "not with 'asked'"),
        (f"resolver: asking over TCP{WHY}", "not with 'asking'"),
        (f"resolver: ask over TCP.{WHY}", "must not end with a full stop"),
        ("resolver: ask over TCP\nbecause\n", "second line must be blank"),
        ("resolver: ask over TCP\n", "body is missing"),
        ("resolver: ask over TCP\n\nSigned-off-by: A <a@example.org>\n", "body is missing"),
        ("resolver: ask over TCP\n\n# why\n", "body is missing"),
        (f"fixup! {SOUND}", "must be 'area: summary'"),
    ],
)
def test_faults_message_out_of_form_named(message: str, said: str) -> None:
    (fault,) = script.faults(message, final=True)
    assert said in fault[1]


def test_faults_empty_message_subject_and_body_named() -> None:
    assert len(script.faults("", final=True)) == 2


def test_faults_fixup_while_written_none() -> None:
    assert script.faults(f"fixup! {SOUND}", final=False) == []


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with a commit in the old form, then one that brings the script in."""
    path = tmp_path / "clone"
    (path / "scripts").mkdir(parents=True)
    git(path, "init", "--quiet")
    commit(path, "Looked over: what was there before")
    shutil.copy(PROJECT / script.OWN_PATH, path / script.OWN_PATH)
    git(path, "add", ".")
    commit(path, f"scripts: judge commit messages{WHY}")
    return path


def commit(path: Path, message: str, *files: str) -> None:
    for file in files:
        (path / file).parent.mkdir(parents=True, exist_ok=True)
        (path / file).write_text(message)
        git(path, "add", file)
    git(path, "commit", "--quiet", "--allow-empty", "--message", message)


def judged(path: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    """The script's status in a repository, and what it says."""
    done = subprocess.run(
        [sys.executable, script.OWN_PATH, *arguments],
        cwd=path,
        env={name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "COMMITS_"))}
        | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def begin_branch(path: Path) -> None:
    """Have the main branch of origin be where HEAD is now."""
    git(path, "update-ref", "refs/remotes/origin/main", "HEAD")


def test_new_commits_branch_off_main_each_judged(clone: Path) -> None:
    begin_branch(clone)
    commit(clone, "More", "a")
    commit(clone, SOUND, "b")
    status, shown = judged(clone)
    assert status == 1
    assert shown.count("must be 'area: summary'") == 1


def test_new_commits_on_main_already_not_judged(clone: Path) -> None:
    commit(clone, "More", "a")
    begin_branch(clone)
    commit(clone, SOUND, "b")
    assert judged(clone) == (0, "")


def test_new_commits_none_only_head_judged(clone: Path) -> None:
    commit(clone, "More", "a")
    begin_branch(clone)
    assert judged(clone)[0] == 1


def test_new_commits_older_than_script_not_judged(clone: Path) -> None:
    git(clone, "branch", "old", "HEAD~1")
    git(clone, "update-ref", "refs/remotes/origin/main", "old")
    git(clone, "checkout", "--quiet", "-b", "side", "old")
    commit(clone, "Side, from before the script", "side")
    git(clone, "checkout", "--quiet", "main")
    git(clone, "merge", "--quiet", "--no-edit", "side")
    assert judged(clone) == (0, "")


def test_new_commits_base_named_otherwise_judged_from_there(clone: Path) -> None:
    commit(clone, "More", "a")
    commit(clone, SOUND, "b")
    assert judged(clone, COMMITS_BASE="HEAD~1")[0] == 0
    assert judged(clone, COMMITS_BASE="HEAD~2")[0] == 1


def test_new_commits_no_base_only_head_judged(clone: Path) -> None:
    commit(clone, "More", "a")
    assert judged(clone)[0] == 1
    commit(clone, SOUND, "b")
    assert judged(clone) == (0, "")


def test_new_commits_shallow_clone_passes(clone: Path, tmp_path: Path) -> None:
    commit(clone, SOUND, "b")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{clone}", "shallow")
    assert judged(tmp_path / "shallow") == (0, "")


def test_new_commits_register_alone_not_judged(clone: Path) -> None:
    begin_branch(clone)
    commit(clone, "Cấp hộp thư cho cán bộ mới", "directory/agencies/stttt.yml")
    assert judged(clone) == (0, "")
    commit(clone, "Cấp hộp thư và sửa mã", "directory/agencies/stttt.yml", "a")
    assert judged(clone)[0] == 1


def test_main_not_in_git_says_so(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copy(PROJECT / script.OWN_PATH, tmp_path / script.OWN_PATH)
    status, shown = judged(tmp_path, GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert status == 2
    assert "cannot be judged" in shown


def test_main_file_missing_says_so(clone: Path) -> None:
    status, shown = judged(clone, "nowhere")
    assert status == 2
    assert "nowhere" in shown


class TestHook:
    @pytest.fixture
    def hooked(self, clone: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The clone with this project's hooks installed, of which only the one on the message runs."""
        configuration = PROJECT / ".pre-commit-config.yaml"
        shutil.copy(configuration, clone / configuration.name)
        hooks = yaml.safe_load(configuration.read_text(encoding="utf-8"))["repos"][0]["hooks"]
        for name in list(os.environ):
            if name.startswith("GIT_"):
                monkeypatch.delenv(name)
        monkeypatch.setenv("PATH", f"{PROJECT}/.venv/bin:{os.environ['PATH']}")
        monkeypatch.setenv("PRE_COMMIT_HOME", str(clone.parent / "pre-commit"))
        monkeypatch.setenv("SKIP", ",".join(hook["id"] for hook in hooks if hook["id"] != "commit-message"))
        subprocess.run(["pre-commit", "install"], cwd=clone, check=True, capture_output=True)
        git(clone, "add", ".")
        return clone

    def test_commit_out_of_form_not_made(self, hooked: Path) -> None:
        before = git(hooked, "rev-parse", "HEAD")
        git(hooked, "commit", "--message", "More", check=False)
        assert git(hooked, "rev-parse", "HEAD") == before

    def test_commit_in_form_made(self, hooked: Path) -> None:
        before = git(hooked, "rev-parse", "HEAD")
        git(hooked, "commit", "--message", SOUND)
        assert git(hooked, "rev-parse", "HEAD^") == before

    def test_commit_of_register_alone_made(self, hooked: Path) -> None:
        git(hooked, "commit", "--message", SOUND)
        commit(hooked, "Cấp hộp thư cho cán bộ mới", "directory/agencies/stttt.yml")
        assert git(hooked, "show", "--no-patch", "--format=%s") == "Cấp hộp thư cho cán bộ mới"
