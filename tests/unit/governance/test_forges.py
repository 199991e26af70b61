"""The record of each forge: what reads it knows every value, and every file that it names is there."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from scripts import pull_request_comment

from danhba.governance import codeowners
from danhba.governance.forges import FORGES, of_host
from danhba.rendering.findings import FORMATS

PROJECT = Path(__file__).resolve().parents[3]
REVIEW = str(PROJECT / ".ci/review")
parametrized = pytest.mark.parametrize("name", FORGES)


@parametrized
def test_forge_of_record_files_are_here(name: str) -> None:
    forge = FORGES[name]
    assert (PROJECT / forge.workflow).is_file()
    assert (PROJECT / forge.codeowners).is_file()
    assert f".ci/review {name} " in (PROJECT / forge.workflow).read_text(encoding="utf-8")


@parametrized
def test_forge_of_record_values_are_known_to_their_readers(name: str) -> None:
    forge = FORGES[name]
    assert forge.owners in codeowners.FORMS
    assert forge.findings in FORMATS
    assert forge.api in pull_request_comment.APIS


@parametrized
def test_review_with_each_forge_asks_for_a_number(name: str) -> None:
    done = subprocess.run(["bash", REVIEW, name, "x"], capture_output=True, text=True, check=False)
    assert (done.returncode, "A number or --open is needed" in done.stderr) == (2, True)


def test_review_with_unknown_forge_refuses_it() -> None:
    done = subprocess.run(["bash", REVIEW, "sourceforge", "7"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "Không biết máy chủ git / unknown forge: sourceforge\n"


def test_review_fetches_by_the_record_of_its_forge(tmp_path: Path) -> None:
    """The ref of the proposal and the user of the token, as git is given them."""
    (tmp_path / "git").write_text('#!/bin/sh\necho "$GIT_CONFIG_VALUE_1|$*" >>"$ASKED"\nexit 1\n')
    (tmp_path / "git").chmod(0o755)
    asked = {}
    for name in FORGES:
        environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "ASKED": str(tmp_path / name), "HOME": str(tmp_path)}
        environment |= {"DANHBA_REPOSITORY": str(tmp_path), "TARGET_BRANCH": "main", "FETCH_TOKEN": "t"}
        subprocess.run(["bash", REVIEW, name, "7"], env=environment, capture_output=True, check=False)
        asked[name] = (tmp_path / name).read_text().strip()
    assert asked["gitlab"].startswith("Authorization: Basic Z2l0bGFiLWNpLXRva2VuOnQ=|fetch ")  # gitlab-ci-token:t
    assert asked["github"].startswith("Authorization: Basic eC1hY2Nlc3MtdG9rZW46dA==|fetch ")  # x-access-token:t
    for name, forge in FORGES.items():
        assert asked[name].endswith(f" +{forge.heads}/7/head:refs/review/7")


@pytest.mark.parametrize(
    ("host", "name"),
    [("gitlab.laocai.gov.vn", "gitlab"), ("github.com", "github"), ("git.laocai.gov.vn", "github")],
)
def test_of_host_takes_forge_by_its_name(host: str, name: str) -> None:
    assert of_host(host) is FORGES[name]
