"""Reads from git who is responsible for a state of the register: author, signer and approver of a commit (R9.6)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .source import Unusable, git, run_git

# Words for git's verdicts on a signature (git-log(1), %G?); any other letter means that git cannot check it here.
_SIGNATURES = {"G": "good", "B": "bad", "U": "untrusted", "X": "expired", "Y": "expired-key", "R": "revoked-key"}
UNSIGNED, UNCHECKED = "unsigned", "unchecked"
_LONGEST = 320
_TRAILERS = ("Approved-by", "Reviewed-by")
_FORMAT = "%x00".join([
    *("%H", "%P", "%an <%ae>", "%cn <%ce>", "%G?", "%GS", "%GF"),
    *(f"%(trailers:key={name},valueonly,separator=%x2C )" for name in _TRAILERS),
])  # fmt: skip


class Origin(NamedTuple):
    """A commit with its author, signer and approver, each as `name <address>`; empty where git does not tell.

    `signer` is the owner of the key by git's list of allowed signers. `signature` is git's verdict (`good`, `unsigned`,
    `unchecked` where there is a signature but no list, …), followed by the key's fingerprint.
    """

    commit: str = ""
    author: str = ""
    signer: str = ""
    signature: str = ""
    approver: str = ""


def of_head(directory: Path) -> Origin:
    """Return the origin of the commit that is checked out; an empty one outside git.

    The approver is named in a trailer (`Approved-by`, `Reviewed-by`), or else is the committer where that is not the
    author. Of a merge, the author is that of the merged commit, and the approver is the author of the merge.
    """
    try:
        commit = _Commit(directory, "HEAD")
        if commit.merged:
            return commit.origin(_Commit(directory, commit.merged).author, commit.approved or commit.author)
        return commit.origin(commit.author, commit.approved or commit.landed)
    except Unusable:
        return Origin()


def of_document(directory: Path, commit: str, document: str, files: Sequence[str]) -> Origin | None:
    """Return the origin of the last commit up to `commit` that added a document to one of these files, or removed it.

    The approver is whoever merged that commit into the main line that leads to `commit`. None where no commit did, or
    git cannot tell.
    """
    try:
        words = ["log", "-1", "--format=%H", "--no-merges", f"-S{document}", commit, "--", *files]
        found = git(directory, *words, revision=commit).decode().strip()
        if not found:
            return None
        change, merge = _Commit(directory, found), _merge(directory, found, commit)
        return change.origin(
            change.author, change.approved or (merge.approved or merge.author if merge else change.landed)
        )
    except Unusable:
        return None


def _merge(directory: Path, change: str, commit: str) -> _Commit | None:
    """Return the merge that brought a change into the main line: the first merge on it that descends from the change.

    None where the change was committed on the main line itself.
    """
    between = ("--merges", f"{change}..{commit}")
    behind = set(git(directory, "rev-list", "--ancestry-path", *between, revision=commit).decode().split())
    mainline = git(directory, "rev-list", "--first-parent", *between, revision=commit).decode().split()
    first = next((merge for merge in reversed(mainline) if merge in behind), None)
    # A change that the first parent of the merge contains already was committed on the main line itself.
    if first is None or not run_git(directory, "merge-base", "--is-ancestor", change, f"{first}^1").returncode:
        return None
    return _Commit(directory, first)


class _Commit:
    """One commit as `git log` shows it."""

    def __init__(self, directory: Path, revision: str) -> None:
        shown = git(directory, "log", "-1", f"--format={_FORMAT}", revision, revision=revision).decode(errors="replace")
        self._id, parents, author, committer, letter, signer, key, *trailers = map(_tidy, shown.split("\0"))
        self._is_signed = b"\ngpgsig" in git(directory, "cat-file", "commit", revision, revision=revision)
        self._letter, self._signer, self._key = letter, signer, key
        self.merged = ([*parents.split(), "", ""])[1]
        self.author = author
        self.landed = committer if committer != author else ""
        self.approved = ", ".join(filter(None, trailers))

    def origin(self, author: str, approver: str) -> Origin:
        """Return the origin of this commit with the given author and approver."""
        word = _SIGNATURES.get(self._letter, UNCHECKED) if self._is_signed else UNSIGNED
        return Origin(
            self._id, author, self._signer if self._is_signed else "", f"{word} {self._key}".strip(), approver
        )


def _tidy(text: str) -> str:
    """Return the printable characters of a text on one line, cut after the longest name (`_LONGEST`)."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_LONGEST]
