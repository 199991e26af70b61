"""What a proposal would make of the register: the result of merging it now, read from git and never checked out.

Only blobs of the register's own files are read, as data: no file of the proposal is ever on disk, so nothing of it can
be run, followed as a link or be taken for a setting of git.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .. import source
from ..messages import mark as _
from ..source import AGENCIES, PROVINCE, File, Unusable


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal beside the branch that it is for; files are those of the register.

    `result` is what merging gives now, or would give once those files of `appended` in which both sides only added
    at the end have the target's entries first; None where git cannot merge and only an editor can. `behind` counts the
    target's commits that the proposal lacks, `outside` are changed files that are not of the register.
    """

    target: str
    target_commit: str
    commit: str
    behind: int
    related: bool
    conflicts: tuple[str, ...]
    appended: tuple[str, ...]
    outside: tuple[str, ...]
    before: list[File]
    ancestor: list[File]
    own: list[File]
    result: list[File] | None


def read(directory: Path, target: str, proposed: str) -> Proposal:
    """Read a proposal of a register: the commits of a target branch and of the branch that is proposed for it.

    Raises:
        Unusable: git does not know them here, or they have no register in this directory.
    """
    before, own = source.from_git(directory, target), source.from_git(directory, proposed)
    target_commit, commit = _commit(directory, target), _commit(directory, proposed)
    ancestor = _ancestor(directory, target_commit, commit)
    common = source.from_git(directory, ancestor) if ancestor else []
    conflicts, tree = _merge(directory, target_commit, commit) if ancestor else ([], "")
    mine = [path for path in conflicts if _of_the_register(path)]
    appended = _appended(mine, before, common, own)
    result = None
    if tree and set(mine) <= appended.keys():
        result = [_with(file, appended) for file in source.from_git(directory, tree)]
    changed = _lines(directory, "diff", "--name-only", "--no-renames", "--relative", ancestor or target_commit, commit)
    return Proposal(
        target=target,
        target_commit=target_commit,
        commit=commit,
        behind=int(_line(directory, "rev-list", "--count", f"{commit}..{target_commit}")),
        related=bool(ancestor),
        conflicts=tuple(conflicts),
        appended=tuple(sorted(appended)),
        outside=tuple(path for path in _all_changed(directory, changed, ancestor or target_commit, commit)),
        before=before,
        ancestor=common,
        own=own,
        result=result,
    )
