"""What is new on the main branch is applied when each of its commits is signed by somebody who may."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from danhba.cli import main
from danhba.governance import mainline

PEOPLE = {"an": "an@laocai.gov.vn", "binh": "binh@laocai.gov.vn", "stranger": "stranger@example.org"}
START = datetime(2026, 11, 2, 8, tzinfo=UTC)


@dataclass
class Repository:
    """A repository whose commits are made by people with keys, an hour after one another."""

    folder: Path
    keys: Path
    hours: int = 0

    @property
    def signers(self) -> Path:
        return self.keys / "signers"

    def git(self, *words: str, environment: Mapping[str, str] | None = None) -> str:
        known = {"PATH": os.environ["PATH"], "HOME": str(self.keys), "GIT_CONFIG_NOSYSTEM": "1", **(environment or {})}
        command = ["git", "-C", str(self.folder), *words]
        return subprocess.run(command, env=known, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, signer: str = "", author: str = "", hours: int = 1, merge: str = "") -> str:
        """A commit by somebody, some hours after the last, signed where a signer is named; its id."""
        self.hours += hours
        time = (START + timedelta(hours=self.hours)).isoformat()
        name = author or signer or "an"
        who = {
            f"GIT_{role}_{key}": value
            for role in ("AUTHOR", "COMMITTER")
            for key, value in (("NAME", name), ("EMAIL", PEOPLE[name]), ("DATE", time))
        }
        sign = [f"-S{self.keys / signer}"] if signer else ["--no-gpg-sign"]
        what = ["merge", "--no-ff", "-m", "gộp", merge] if merge else ["commit", "--allow-empty", "-m", "đổi"]
        self.git("-c", "gpg.format=ssh", what[0], *sign, *what[1:], environment=who)
        return self.git("rev-parse", "HEAD")

    def ask(self, after: str, *more: str) -> tuple[int, dict[str, Any]]:
        """The exit status of the command, and its JSON."""
        words = ["signatures", str(self.folder), "--after", after, "--to", "HEAD", "--signers", str(self.signers)]
        done = CliRunner().invoke(main, [*words, "--format", "json", *more])
        assert done.exit_code in {0, 1}, done.output
        return done.exit_code, json.loads(done.stdout)

    def refused(self, after: str, *more: str) -> list[str]:
        """The commits that are refused."""
        status, told = self.ask(after, *more)
        assert status == bool(told["refusals"])
        return [one["commit"] for one in told["refusals"]]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key for everybody; an and binh may sign."""
    folder = tmp_path_factory.mktemp("keys")
    for name in PEOPLE:
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
        subprocess.run(command, check=True)
    lines = [
        f'{PEOPLE[name]} namespaces="git" {(folder / name).with_suffix(".pub").read_text()}' for name in ("an", "binh")
    ]
    (folder / "signers").write_text("".join(lines))
    return folder


@pytest.fixture
def repository(tmp_path: Path, keys: Path) -> Repository:
    made = Repository(tmp_path, keys)
    made.git("init", "--quiet", "--initial-branch=main")
    return made


def test_signed_commits_are_followed_in_their_order(repository: Repository) -> None:
    first = repository.commit("an")
    others = [repository.commit("binh"), repository.commit("an")]
    status, told = repository.ask(first)
    assert (status, told["refusals"], told["to"]) == (0, [], others[-1])
    assert [(one["commit"], one["signer"]) for one in told["commits"]] == [
        (others[0], PEOPLE["binh"]),
        (others[1], PEOPLE["an"]),
    ]


def test_nothing_new_is_no_refusal(repository: Repository) -> None:
    first = repository.commit()
    assert repository.ask(first) == (0, {"after": first, "to": first, "commits": [], "refusals": []})


def test_who_signs_a_merge_answers_for_what_it_brings(repository: Repository) -> None:
    first = repository.commit("an")
    repository.git("switch", "--quiet", "-c", "stttt")
    repository.commit()
    repository.git("switch", "--quiet", "main")
    merged = repository.commit("binh", merge="stttt")
    status, told = repository.ask(first)
    assert (status, [one["commit"] for one in told["commits"]]) == (0, [merged])


def test_an_unsigned_commit_is_refused_also_beneath_a_signed_one(repository: Repository) -> None:
    first = repository.commit("an")
    bad = repository.commit()
    repository.commit("binh")
    assert repository.refused(first) == [bad]


def test_a_merge_without_a_signature_is_refused_though_both_sides_are_signed(repository: Repository) -> None:
    first = repository.commit("an")
    repository.git("switch", "--quiet", "-c", "stttt")
    repository.commit("an")
    repository.git("switch", "--quiet", "main")
    assert repository.refused(first) == []
    bad = repository.commit(merge="stttt")
    assert repository.refused(first) == [bad]


def test_a_stranger_is_refused_whoever_the_author_is(repository: Repository) -> None:
    first = repository.commit("an")
    bad = repository.commit("stranger", author="an")
    status, told = repository.ask(first)
    assert (status, [one["commit"] for one in told["refusals"]]) == (1, [bad])
    assert "an@laocai.gov.vn" in told["refusals"][0]["message"]


def test_a_key_for_something_else_is_refused(repository: Repository, tmp_path: Path, keys: Path) -> None:
    signers = tmp_path / "signers"
    signers.write_text((keys / "signers").read_text().replace('namespaces="git"', 'namespaces="danhba-recall"'))
    first = repository.commit("an")
    bad = repository.commit("an")
    assert repository.refused(first, "--signers", str(signers)) == [bad]


def test_a_revoked_key_is_refused(repository: Repository, tmp_path: Path, keys: Path) -> None:
    revoked = tmp_path / "krl"
    subprocess.run(["ssh-keygen", "-q", "-k", "-f", str(revoked), str(keys / "binh.pub")], check=True)
    first = repository.commit("an")
    bad = repository.commit("binh")
    repository.commit("an")
    assert repository.refused(first) == []
    assert repository.refused(first, "--revoked", str(revoked)) == [bad]


def test_a_commit_that_was_changed_after_it_was_signed_is_refused(repository: Repository) -> None:
    first = repository.commit("an")
    good = repository.commit("binh")
    text = repository.git("cat-file", "commit", good).replace("đổi", "đổi nữa")
    command = ["git", "-C", str(repository.folder), "hash-object", "-t", "commit", "-w", "--stdin"]
    bad = subprocess.run(command, input=f"{text}\n", check=True, capture_output=True, text=True).stdout.strip()
    repository.git("reset", "--quiet", "--hard", bad)
    assert repository.refused(first) == [bad]


def test_a_commit_that_another_stands_in_for_is_read_as_it_is(repository: Repository) -> None:
    first = repository.commit("an")
    bad = repository.commit()
    good = repository.commit("an")
    repository.git("reset", "--quiet", "--hard", bad)
    repository.git("replace", "--force", bad, good)
    assert repository.refused(first) == [bad]


def test_a_branch_that_was_rewritten_is_refused_whole(repository: Repository) -> None:
    first = repository.commit("an")
    followed = repository.commit("an")
    repository.git("reset", "--quiet", "--hard", first)
    repository.commit("an", hours=2)
    status, told = repository.ask(followed)
    assert (status, told["commits"], [one["commit"] for one in told["refusals"]]) == (1, [], [""])
    assert "viết lại" in told["refusals"][0]["message"]


def test_a_merge_that_makes_the_branch_a_side_line_is_a_rewriting(repository: Repository) -> None:
    """`git merge main` on a branch, pushed as main: what was followed is none of the branch's own commits any more."""
    first = repository.commit("an")
    repository.git("switch", "--quiet", "-c", "stttt")
    repository.commit("an")
    repository.git("switch", "--quiet", "main")
    followed = repository.commit("an")
    repository.git("switch", "--quiet", "stttt")
    repository.commit("an", merge="main")
    assert first != followed
    assert repository.refused(followed) == [""]


def test_a_commit_dated_before_the_one_before_it_is_refused(repository: Repository) -> None:
    first = repository.commit("an", hours=5)
    bad = repository.commit("an", hours=-2)
    assert repository.refused(first) == [bad]


def test_a_commit_of_the_future_is_refused(repository: Repository) -> None:
    first = repository.commit("an")
    bad = repository.commit("an", hours=24 * 365 * 20)
    assert repository.refused(first) == [bad]


def test_what_the_clone_says_of_signatures_counts_for_nothing(repository: Repository, tmp_path: Path) -> None:
    everybody = tmp_path / "everybody"
    everybody.write_text(f"* {(repository.keys / 'stranger.pub').read_text()}")
    repository.git("config", "gpg.ssh.allowedSignersFile", str(everybody))
    repository.git("config", "log.showSignature", "true")
    first, bad = repository.commit("an"), repository.commit("stranger")
    repository.git("config", "gpg.ssh.program", "true")
    assert repository.refused(first) == [bad]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--after", "nowhere"], "nowhere"),
        (["--after", "--all"], "--all"),
        (["--to", "origin/main"], "origin/main"),
        (["--signers", "/nowhere"], "/nowhere"),
        (["--revoked", "/nowhere"], "/nowhere"),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_line(repository: Repository, words: list[str], said: str) -> None:
    repository.commit("an")
    given = ["--after", "HEAD", "--to", "HEAD", "--signers", str(repository.signers)]
    done = CliRunner().invoke(main, ["signatures", str(repository.folder), *given, *words])
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_as_text_each_commit_is_a_line(repository: Repository) -> None:
    first = repository.commit("an")
    words = ["signatures", str(repository.folder), "--after", first, "--to", "HEAD", "--signers"]
    assert first[:12] in CliRunner().invoke(main, [*words, str(repository.signers)]).stdout
    good, bad = repository.commit("binh"), repository.commit()
    done = CliRunner().invoke(main, [*words, str(repository.signers)])
    assert good[:12] in done.stdout
    assert PEOPLE["binh"] in done.stdout
    assert bad[:12] in done.stderr


def test_a_name_is_the_commit_that_is_stored(repository: Repository) -> None:
    first, second = repository.commit("an"), repository.commit("an")
    who = ("-c", "user.name=An", "-c", "user.email=an@laocai.gov.vn")
    repository.git(*who, "tag", "--annotate", "--no-sign", "--message", "phát hành", "v1", first)
    repository.git("replace", "--force", first, second)
    assert [mainline.name(repository.folder, named) for named in ("v1", "HEAD", first[:12])] == [first, second, first]


def test_a_tag_is_the_one_that_is_stored(repository: Repository) -> None:
    first, second = repository.commit("an"), repository.commit("an")
    who = ("-c", "user.name=An", "-c", "user.email=an@laocai.gov.vn")
    for name, commit in (("v1", first), ("v2", second)):
        repository.git(*who, "tag", "--annotate", "--no-sign", "--message", "phát hành", name, commit)
    repository.git("replace", "--force", "v1", "v2")
    assert mainline.name(repository.folder, "v1") == first


def test_what_was_followed_is_read_as_it_is_stored_and_nothing_before_it(repository: Repository) -> None:
    _first, second, third = (repository.commit("an") for _number in range(3))
    later = repository.commit("an", hours=100)
    repository.git("replace", "--force", second, later)
    followed, new = mainline.read(repository.folder, second, third, mainline.Signers(repository.signers))
    assert (followed.id, followed.time) == (second, START + timedelta(hours=2))
    assert (new.id, new.time) == (third, START + timedelta(hours=3))


def test_what_git_is_told_of_keys() -> None:
    allowed = ["-c", "gpg.ssh.allowedSignersFile=/a"]
    assert mainline.Signers(Path("/a")).options() == allowed
    assert mainline.Signers(Path("/a"), Path("/b")).options() == [*allowed, "-c", "gpg.ssh.revocationFile=/b"]


def test_an_author_whose_address_is_no_text_is_told_of_all_the_same(repository: Repository) -> None:
    first = repository.commit("an")
    text = repository.git("cat-file", "commit", repository.commit()).encode()
    command = ["git", "-C", str(repository.folder), "hash-object", "-t", "commit", "-w", "--stdin"]
    changed = text.replace(b"author an <an@", b"author an <\xe1n@") + b"\n"
    bad = subprocess.run(command, input=changed, check=True, capture_output=True).stdout.decode().strip()
    signers = mainline.Signers(repository.signers)
    one, other = mainline.read(repository.folder, first, bad, signers)
    assert (one.id, other.id, other.author) == (first, bad, "\ufffdn@laocai.gov.vn")


@pytest.mark.parametrize(
    ("verdict", "signer", "template"),
    [
        ("G", "an@example.org", None),
        ("G", "", mainline.UNKNOWN),
        ("N", "", mainline.UNSIGNED),
        ("U", "an@example.org", mainline.UNKNOWN),
        ("B", "", mainline.UNKNOWN),
        ("E", "", mainline.UNKNOWN),
    ],
)
def test_what_a_verdict_leads_to(verdict: str, signer: str, template: str | None) -> None:
    before = mainline.Commit("0" * 40, START, "G", "an@example.org", "an@example.org")
    commit = mainline.Commit("1234567890abcdef" * 2, START, verdict, signer, "an@example.org")
    signers = mainline.Signers(Path("signers"))
    found = mainline.refusals([before, commit], START, signers)
    assert [refusal.template for refusal in found] == ([template] if template else [])
    assert all(refusal.values["commit"] == "1234567890ab" for refusal in found)


@pytest.mark.parametrize(("ahead", "told"), [(mainline.TOLERATED, 0), (mainline.TOLERATED + 1, 1)])
def test_how_far_a_clock_may_be_ahead(ahead: int, told: int) -> None:
    time = START + timedelta(seconds=ahead)
    commits = [mainline.Commit(id_, time, "G", "an@example.org", "an@example.org") for id_ in "01"]
    assert len(mainline.refusals(commits, START, mainline.Signers(Path("signers")))) == told


def test_refusals_need_no_git() -> None:
    """The judgement is a function of what git told."""
    one = mainline.Commit("1", START, "N", "", "a@example.org")
    signers = mainline.Signers(Path("signers"))
    assert mainline.refusals([one], START, signers) == []
    assert [refusal.commit for refusal in mainline.refusals([one, one], START, signers)] == ["1"]
