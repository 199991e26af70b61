"""Whose a state of the register is, as git tells: who wrote it, whose key signed it, and who let it in (R9.6)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from .source import Unusable, git, run_git

# What git says of a signature (git-log(1), %G?), in one word. Of one that git cannot judge here it says nothing.
_SIGNATURES = {"G": "good", "B": "bad", "U": "untrusted", "X": "expired", "Y": "expired-key", "R": "revoked-key"}
UNSIGNED, UNCHECKED = "unsigned", "unchecked"
_LONGEST = 320
_TRAILERS = ("Approved-by", "Reviewed-by")
_FORMAT = "%x00".join([
    *("%H", "%P", "%an <%ae>", "%cn <%ce>", "%G?", "%GS", "%GF"),
    *(f"%(trailers:key={name},valueonly,separator=%x2C )" for name in _TRAILERS),
])  # fmt: skip


class Origin(NamedTuple):
    """A commit and its people, each as `name <address>`; empty where git does not say.

    `signer` is who the key is of, by git's list of allowed signers; `signature` is what git makes of it (`good`,
    `unsigned`, `unchecked` where there is one and no list, …), with the key's fingerprint behind it.
    """

    commit: str = ""
    author: str = ""
    signer: str = ""
    signature: str = ""
    approver: str = ""


def of_head(directory: Path) -> Origin:
    """Of the commit that the register is at; of a merge: who wrote what was merged, and who merged. Else empty."""
    try:
        commit = _Commit(directory, "HEAD")
        if commit.merged:
            return commit.origin(_Commit(directory, commit.merged).author, commit.approved or commit.author)
        return commit.origin(commit.author, commit.approved or commit.landed)
    except Unusable:
        return Origin()


def of_document(directory: Path, commit: str, document: str, files: Sequence[str]) -> Origin | None:
    """Of the last commit until `commit` that brought a document into one of these files, or took it out; None: of none.

    Who let it in is who merged it into the history that leads to `commit`.
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
    """The merge that brought a change into the main line: the first on it that has the change behind it."""
    between = ("--merges", f"{change}..{commit}")
    behind = set(git(directory, "rev-list", "--ancestry-path", *between, revision=commit).decode().split())
    mainline = git(directory, "rev-list", "--first-parent", *between, revision=commit).decode().split()
    first = next((merge for merge in reversed(mainline) if merge in behind), None)
    # One that was made on the main line itself was brought by no merge.
    if first is None or not run_git(directory, "merge-base", "--is-ancestor", change, f"{first}^1").returncode:
        return None
    return _Commit(directory, first)


class _Commit:
    """What git tells of one commit."""

    def __init__(self, directory: Path, revision: str) -> None:
        told = git(directory, "log", "-1", f"--format={_FORMAT}", revision, revision=revision).decode(errors="replace")
        self._id, parents, author, committer, letter, signer, key, *trailers = map(_tidy, told.split("\0"))
        self._is_signed = b"\ngpgsig" in git(directory, "cat-file", "commit", revision, revision=revision)
        self._letter, self._signer, self._key = letter, signer, key
        self.merged = ([*parents.split(), "", ""])[1]
        self.author = author
        self.landed = committer if committer != author else ""
        self.approved = ", ".join(filter(None, trailers))

    def origin(self, author: str, approver: str) -> Origin:
        """As an origin, with who wrote it and who let it in."""
        word = _SIGNATURES.get(self._letter, UNCHECKED) if self._is_signed else UNSIGNED
        return Origin(
            self._id, author, self._signer if self._is_signed else "", f"{word} {self._key}".strip(), approver
        )


def _tidy(text: str) -> str:
    """One line of what prints, no longer than a name may be."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_LONGEST]
