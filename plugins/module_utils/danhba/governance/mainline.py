"""Which commits of the main branch may be applied: each is signed by somebody who may, and none was rewritten.

The branch's own commits count, which are the first parents: who signs a merge answers for all that it brings. Whose key
counts is said by a file outside of the repository (ssh-keygen(1), ALLOWED SIGNERS), and whose no longer does by a list
of revoked keys; a key's dates protect little, for the signer sets the commit's date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from ..messages import mark as _
from ..reading import source
from ..reading.source import Unusable

REWRITTEN = _(
    "{to} does not come after {after}, which was followed last: the branch was rewritten. Nothing is applied until"
    " somebody has looked: git log {after}..{to}"
)
UNSIGNED = _("commit {commit} by {author} is not signed; whoever merges signs the merge: git merge -S")
UNKNOWN = _(
    "the signature of commit {commit} by {author} does not count; it does not fit, or its key is not in {signers}, is"
    " out of its dates or revoked"
)
BACKDATED = _("commit {commit} by {signer} says that it is older than the one before it; a clock is wrong, or it lies")
AHEAD = _("commit {commit} by {signer} is dated {time}, which has not come yet; a clock is wrong, or it lies")
NO_SIGNERS = _('there is no file {path}; write who may sign there: ADDRESS namespaces="git" ssh-ed25519 KEY')
NOT_KNOWN = _("git does not know the commit {commit} here; fetch it first: git fetch")
# Seconds by which a committer's clock may be ahead.
TOLERATED = 600

_FIELDS = ("%H", "%ct", "%G?", "%GS", "%ae")
# Only SSH signatures count: the file has no keys of other kinds. Replaced commits are not what was signed.
_ONLY_SSH = ("-c", "gpg.openpgp.program=false", "-c", "gpg.x509.program=false", "-c", "gpg.ssh.program=ssh-keygen")
_AS_STORED = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": "/dev/null"}


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit as git shows it: its time, git's verdict on its signature (`%G?`), its signer and author."""

    id: str
    time: datetime
    verdict: str
    signer: str
    author: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a commit may not be applied; without a commit, why the branch may not."""

    commit: str
    template: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Signers:
    """The file of allowed signers, and the list of revoked keys, if any."""

    allowed: Path
    revoked: Path | None = None

    def options(self) -> list[str]:
        """Return git's options for these files."""
        said = ["-c", f"gpg.ssh.allowedSignersFile={self.allowed}"]
        return said + (["-c", f"gpg.ssh.revocationFile={self.revoked}"] if self.revoked else [])


def name(directory: Path, revision: str) -> str:
    """Return the full id of the commit that a revision names.

    Raises:
        Unusable: git knows none.
    """
    asked = f"{source.named(revision)}^{{commit}}"
    done = source.run_git(directory, "rev-parse", "--verify", "--quiet", asked, environment=_AS_STORED)
    if done.returncode:
        raise Unusable(NOT_KNOWN, commit=revision)
    return done.stdout.decode().strip()


def follows(directory: Path, after: str, to: str) -> bool:
    """Say whether the commit `after` is on the branch's first-parent line up to `to`, itself included."""
    mainline = source.git(directory, "rev-list", "--first-parent", to, revision=to, environment=_AS_STORED)
    return after in mainline.decode().split()


def read(directory: Path, after: str, to: str, signers: Signers) -> list[Commit]:
    """Return the branch's first-parent commits from `after` (included, for its date) up to `to`.

    Raises:
        Unusable: a file of signers is missing.
    """
    for path in (signers.allowed, signers.revoked):
        if path and not path.is_file():
            raise Unusable(NO_SIGNERS, path=path)
    form = "%x00".join(_FIELDS)
    words = (
        *_ONLY_SSH,
        *signers.options(),
        "log",
        "-z",
        "--no-show-signature",
        "--first-parent",
        "--reverse",
        f"--format={form}",
    )
    first = source.git(directory, *words, "-1", after, revision=after, environment=_AS_STORED)
    others = source.git(directory, *words, f"{after}..{to}", revision=to, environment=_AS_STORED)
    return [*_commits(first), *_commits(others)]


def _commits(listing: bytes) -> Iterator[Commit]:
    values = listing.decode("utf-8", "replace").split("\0")
    for number in range(0, len(values) - len(_FIELDS) + 1, len(_FIELDS)):
        id_, seconds, verdict, signer, author = values[number : number + len(_FIELDS)]
        yield Commit(id_, datetime.fromtimestamp(int(seconds), UTC), verdict, signer, author)


def refusals(commits: Sequence[Commit], now: datetime, signers: Signers) -> list[Refusal]:
    """Return why commits may not be applied, in their order; the first of them was applied before."""
    return [refusal for before, commit in pairwise(commits) for refusal in _refusals(before, commit, now, signers)]


def _refusals(before: Commit, commit: Commit, now: datetime, signers: Signers) -> Iterator[Refusal]:
    values = {"commit": commit.id[:12], "author": commit.author, "signer": commit.signer}
    if commit.verdict == "N":
        yield Refusal(commit.id, UNSIGNED, values)
    elif commit.verdict != "G" or not commit.signer:
        yield Refusal(commit.id, UNKNOWN, values | {"signers": signers.allowed})
    if commit.time < before.time:
        yield Refusal(commit.id, BACKDATED, values)
    if (commit.time - now).total_seconds() > TOLERATED:
        yield Refusal(commit.id, AHEAD, values | {"time": commit.time.isoformat()})
