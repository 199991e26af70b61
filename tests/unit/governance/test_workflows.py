"""The workflow files: they load, their scripts are sound, and they hold to what the threat model says of them.

That their scripts do what they should is tested with real git in tests/integration/test_pull_requests.py.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from danhba.governance import comment
from tests.factory import write_register
from tests.lint import programs
from tests.support.forges import MARKER, git

PROJECT = Path(__file__).resolve().parents[3]
ACTIONS = [".github/workflows/pull-request.yml", ".forgejo/workflows/pull-request.yml"]
GITLAB = ".gitlab-ci.yml"
SCRIPTS = [".ci/review", ".ci/prepare-review"]


def load(path: str) -> Any:
    """A workflow; its key `on` stays text."""
    return yaml.load((PROJECT / path).read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 -- text only


def runs(path: str) -> list[str]:
    """Every script of a workflow file."""
    if path == GITLAB:
        found = load(path)
        jobs = [job for job in found.values() if isinstance(job, dict)]
        return ["\n".join([*found["default"]["before_script"], *job["script"]]) for job in jobs if "script" in job]
    return [step["run"] for job in load(path)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", [*ACTIONS, GITLAB])
def test_every_script_is_sound(path: str) -> None:
    assert runs(path)
    for script in runs(path):
        assert programs.shellcheck(PROJECT / path, f"#!/bin/bash\n{script}") == ""
        assert "${{" not in script, "what others can name goes through the environment, never into a script's text"


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        *((path, ["vendor.github-workflows"]) for path in ACTIONS),
        (GITLAB, ["vendor.gitlab-ci", "--data-transform=gitlab-ci"]),
    ],
)
def test_the_forges_know_every_key(path: str, schema: list[str]) -> None:
    command = [Path(sys.executable).with_name("check-jsonschema"), "--builtin-schema", *schema, PROJECT / path]
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


@pytest.mark.parametrize("path", SCRIPTS)
def test_the_shared_scripts_are_sound(path: str) -> None:
    assert programs.shellcheck(PROJECT / path, (PROJECT / path).read_text(encoding="utf-8")) == ""
    assert (PROJECT / path).stat().st_mode & 0o111


@pytest.mark.parametrize("path", ACTIONS)
class TestActions:
    def test_they_run_in_the_context_of_the_target(self, path: str) -> None:
        events = load(path)["on"]
        assert set(events) == {"pull_request_target", "push"}
        assert all(event["branches"] == ["main"] for event in events.values())
        assert {"opened", "synchronize", "reopened"} <= set(events["pull_request_target"]["types"])

    def test_no_action_of_anybody_else(self, path: str) -> None:
        steps = [step for job in load(path)["jobs"].values() for step in job["steps"]]
        assert not [step for step in steps if "uses" in step]

    def test_no_secret_but_the_token_for_comments(self, path: str) -> None:
        text = (PROJECT / path).read_text(encoding="utf-8")
        assert set(re.findall(r"secrets\.(\w+)", text)) <= {"REVIEW_TOKEN"}

    def test_only_steps_that_fetch_or_comment_have_a_token(self, path: str) -> None:
        for job in load(path)["jobs"].values():
            assert "token" not in str(job.get("env", {}))
            having = [step["name"] for step in job["steps"] if "github.token" in str(step.get("env", {}))]
            assert having == ["The code of the target branch", "The review"]

    def test_nothing_of_the_proposal_is_checked_out(self, path: str) -> None:
        text = (PROJECT / path).read_text(encoding="utf-8")
        assert re.findall(r"git checkout .*", text) == [
            'git checkout --quiet --detach "refs/remotes/origin/$TARGET_BRANCH"'
        ]
        assert not re.findall(r"pull_request\.head|head_ref", text)


def test_the_least_that_github_can_grant() -> None:
    found = load(ACTIONS[0])
    assert found["permissions"] == {}
    assert [job["permissions"] for job in found["jobs"].values()] == [{"contents": "read", "pull-requests": "write"}]


def test_forgejo_does_not_react_to_its_own_comment() -> None:
    assert "edited" not in load(ACTIONS[1])["on"]["pull_request_target"]["types"]


class TestGitLab:
    def test_a_merge_requests_job_has_no_token_to_comment_by(self) -> None:
        review, comments = load(GITLAB)["review"], load(GITLAB)["comments"]
        assert review["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "merge_request_event"'}]
        assert 'REVIEW_TOKEN=""' in review["script"][0]
        assert comments["rules"] == [{"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $REVIEW_TOKEN"}]

    def test_the_runner_takes_nothing_of_the_proposal(self) -> None:
        assert load(GITLAB)["variables"]["GIT_STRATEGY"] == "none"
        assert "git checkout" in str(load(GITLAB)["default"]["before_script"])
        assert "$CI_COMMIT_SHA" not in (PROJECT / GITLAB).read_text(encoding="utf-8")

    def test_findings_are_a_code_quality_report(self) -> None:
        assert load(GITLAB)["review"]["artifacts"]["reports"]["codequality"] == "build/review/findings"


def test_the_marker_is_one() -> None:
    assert comment.MARKER == MARKER
    assert f"'{MARKER}'" in (PROJECT / ".ci/review").read_text(encoding="utf-8")


def test_what_is_installed_is_what_a_review_needs(tmp_path: Path) -> None:
    """What it imports from packages, and what those need, is in the list; and nothing is in it for nothing."""
    write_register(tmp_path / "directory", officials=20, agencies=3)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "x")
    code = (
        "import atexit, importlib.metadata as m, json, sys\n"
        "from danhba.cli import main\n"
        "owners = m.packages_distributions()\n"
        "found = lambda: sorted({d for n in list(sys.modules) for d in owners.get(n, [])})\n"
        "atexit.register(lambda: print(json.dumps(found())))\n"
        "main(['review', '--base', 'HEAD', '--format', 'json'])"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    imported = {name.lower() for name in json.loads(shown.stdout.splitlines()[-1])} - {"danhba", "coverage"}
    needed = re.search(r"NEEDED='(.*)'", (PROJECT / ".ci/prepare-review").read_text(encoding="utf-8"))
    assert needed
    assert imported <= set(needed[1].split("|"))
    locked = (PROJECT / "requirements/lock.txt").read_text(encoding="utf-8")
    assert all(re.search(rf"^{name}==", locked, re.MULTILINE) for name in needed[1].split("|"))
