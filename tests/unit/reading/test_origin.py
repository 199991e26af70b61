"""Tests for author, signer and approver of a commit, with real git and real SSH keys."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from danhba.reading.origin import Origin, of_document, of_head
from tests.support.origins import AN, BINH, CHI, Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    folder = tmp_path / "register"
    folder.mkdir()
    return Repository(folder)


@pytest.fixture
def signing(repository: Repository, tmp_path: Path) -> tuple[str, Path]:
    """Make a key with which git signs all further commits; return its fingerprint and the list of allowed signers."""
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    settings = {"gpg.format": "ssh", "user.signingkey": str(key), "commit.gpgsign": "true"}
    for name, value in settings.items():
        repository.git("config", name, value)
    allowed = tmp_path / "allowed"
    allowed.write_text(f"binh@laocai.gov.vn {key.with_suffix('.pub').read_text()}")
    listed = subprocess.run(["ssh-keygen", "-l", "-f", str(key)], check=True, text=True, capture_output=True)
    return listed.stdout.split()[1], allowed


@pytest.mark.clause("R9.6")
def test_of_head_unsigned_commit_reports_unsigned(repository: Repository) -> None:
    commit = repository.commit("1/QĐ")
    assert of_head(repository.folder) == Origin(commit, AN, "", "unsigned", "")


def test_of_head_committer_other_than_author_is_the_approver(repository: Repository) -> None:
    repository.commit("1/QĐ", committer=BINH)
    assert of_head(repository.folder).approver == BINH


@pytest.mark.parametrize("trailer", ["Approved-by", "Reviewed-by"])
def test_of_head_trailer_names_the_approver(repository: Repository, trailer: str) -> None:
    repository.commit("1/QĐ", committer=BINH, message=f"Change\n\n{trailer}: {CHI}")
    assert of_head(repository.folder).approver == CHI


def test_of_head_merge_has_author_of_change_and_approver_of_merge(repository: Repository) -> None:
    repository.commit("1/QĐ")
    _, merge = repository.merged("2/QĐ")
    assert of_head(repository.folder) == Origin(merge, AN, "", "unsigned", BINH)


def test_of_head_signed_commit_has_verdict_and_key(repository: Repository, signing: tuple[str, Path]) -> None:
    fingerprint, allowed = signing
    repository.commit("1/QĐ")
    assert of_head(repository.folder)[2:4] == ("", "unchecked")
    repository.git("config", "gpg.ssh.allowedSignersFile", str(allowed))
    assert of_head(repository.folder)[1:4] == (AN, "binh@laocai.gov.vn", f"good {fingerprint}")
    allowed.write_text("")
    assert of_head(repository.folder)[2:4] == ("", f"untrusted {fingerprint}")


def test_of_document_returns_the_commit_that_added_it(repository: Repository) -> None:
    first = repository.commit("1/QĐ", who=CHI)
    change, merge = repository.merged("2/QĐ")
    for number in range(3, 6):
        repository.merged(f"{number}/QĐ")
    head = repository.git("rev-parse", "HEAD")
    files = ["agencies/stttt.yml"]
    assert of_document(repository.folder, head, "2/QĐ", files) == Origin(change, AN, "", "unsigned", BINH)
    assert of_document(repository.folder, merge, "2/QĐ", files) == Origin(change, AN, "", "unsigned", BINH)
    assert of_document(repository.folder, head, "1/QĐ", files) == Origin(first, CHI, "", "unsigned", "")
    assert of_document(repository.folder, head, "9/QĐ", files) is None
    assert of_document(repository.folder, "0" * 40, "2/QĐ", files) is None


def test_of_head_outside_git_is_empty(tmp_path: Path, repository: Repository) -> None:
    assert of_head(tmp_path) == Origin()
    assert of_head(repository.folder) == Origin()


def test_of_head_long_or_unprintable_name_is_one_short_line(repository: Repository) -> None:
    repository.commit("1/QĐ", who=f"{'x' * 400}\x1b[2J <an@laocai.gov.vn>")
    author = of_head(repository.folder).author
    assert author == "x" * 320
