"""The result of merging a proposal now, read from git and never checked out.

Only blobs of the register's own files are read, as data: no file of the proposal is ever on disk, so nothing of it can
be run, followed as a link or taken for a setting of git.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from ..messages import mark as _
from ..reading import beside, source
from ..reading.source import AGENCIES, PROVINCE, File, NoRegister, Unusable


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal and its target branch; files are those of the register, paths start at the repository's root.

    `result` is what merging gives now; where both sides only added to the end of some files (`appended`), with the
    target's entries first. It is None if git cannot merge, or if the two have no common history (not `related`).
    `behind` counts the target's commits that the proposal lacks, `outside` are changed files that are not the
    register's, `gone` the removed ones of them, `conflicts` the paths that git cannot merge. `beside` are those files
    of `outside`, by their paths from the root, that change how git treats the register's files; the register's folder
    is `prefix`.
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
    gone: tuple[str, ...] = ()
    beside: tuple[File, ...] = ()
    prefix: str = ""


def read(directory: Path, target: str, proposed: str) -> Proposal:
    """Read a proposal: its commit, and the commit of its target branch.

    Raises:
        Unusable: git does not know them, the branch has no register in this directory, or the clone is shallow and
            lacks their common commit.
    """
    root, prefix = place(directory)
    ends = _commit(directory, target), _commit(directory, proposed)
    common = _common(directory, *ends)
    if not common and _is_shallow(directory):
        raise Unusable(
            _("this clone is shallow and lacks the commit where {revision} left {target}; run: git fetch --unshallow"),
            revision=proposed,
            target=target,
        )
    before, own = source.from_git(directory, ends[0]), _files(directory, ends[1])
    ancestor = _files(directory, common) if common else []
    tree, conflicts = _merge(root, *ends) if common else ("", [])
    appended = _appended(before, ancestor, own, [path.removeprefix(prefix) for path in conflicts])
    mine = {path for path in conflicts if is_data(path, prefix)}
    outside = _outside(directory, prefix, common or ends[0], ends[1])
    there = [path for path, is_gone in outside.items() if not is_gone and beside.concerns(path, prefix)]
    resolved = bool(tree) and mine == {prefix + name for name in appended}
    return Proposal(
        target=target,
        target_commit=ends[0],
        commit=ends[1],
        behind=int(_git(directory, "rev-list", "--count", f"{ends[1]}..{ends[0]}")),
        related=bool(common),
        conflicts=tuple(conflicts),
        appended=tuple(prefix + name for name in appended),
        outside=tuple(outside),
        before=before,
        ancestor=ancestor,
        own=own,
        result=[_with(file, appended) for file in _files(directory, tree)] if resolved else None,
        gone=tuple(path for path, is_gone in outside.items() if is_gone),
        beside=tuple(source.single(root, ends[1], path) for path in there),
        prefix=prefix,
    )


@dataclass(frozen=True, slots=True)
class Other:
    """Another proposal by its name for people, and the result of merging it."""

    name: str
    result: list[File]


def others(directory: Path, mine: Proposal, refs: Iterable[str]) -> Iterator[Other]:
    """Yield other proposals for the same branch, without unreadable ones, which their own check reports.

    Raises:
        Unusable: git does not know a ref.
    """
    known = {file.name: file for file in mine.before}
    for ref in refs:
        commit = _commit(directory, ref)
        if commit == mine.commit:
            continue
        with suppress(Unusable):
            found = read(directory, mine.target, commit).result or []
            # Yielded one by one, so that only one large register is in memory.
            if found:
                yield Other(_name(ref), [known[file.name] if known.get(file.name) == file else file for file in found])


def _name(ref: str) -> str:
    """Return a proposal's name for people: its number on the forge if the ref ends in one."""
    number = ref.rpartition("/")[2]
    return f"#{number}" if number.isdecimal() else ref


def place(directory: Path) -> tuple[Path, str]:
    """Return the repository's root, and the register's folder within it, ending in `/` (empty for the root)."""
    status, _shown = _run(directory, "rev-parse", "--git-dir")
    inside, shown = _run(directory, "rev-parse", "--show-toplevel")
    if status == 0 and inside != 0:
        raise Unusable(
            _("{path} is in a repository without files (bare); run it in a clone: git clone"), path=directory
        )
    if inside != 0:
        raise Unusable(_("{path} is in no git repository; name the register's directory in a clone"), path=directory)
    # Asked separately, because a path may contain a line break.
    return Path(shown.removesuffix("\n")), _git(directory, "rev-parse", "--show-prefix").removesuffix("\n")


def _files(directory: Path, known: str) -> list[File]:
    """Return the register's files in a commit or tree; none if all are gone."""
    try:
        return source.from_git(directory, known)
    except NoRegister:
        return []


def _git(directory: Path, *arguments: str) -> str:
    return source.git(directory, *arguments, revision=arguments[-1]).decode("utf-8", "surrogateescape")


def _commit(directory: Path, revision: str) -> str:
    wanted = f"{source.named(revision)}^{{commit}}"
    return source.git(directory, "rev-parse", "--verify", wanted, revision=revision).decode().strip()


def _common(directory: Path, target: str, proposed: str) -> str:
    """Return the last common commit, or an empty text."""
    _status, found = _run(directory, "merge-base", target, proposed)
    return found.strip()


def _is_shallow(directory: Path) -> bool:
    return _git(directory, "rev-parse", "--is-shallow-repository").strip() == "true"


def _merge(root: Path, target: str, proposed: str) -> tuple[str, list[str]]:
    """Return the tree that merging gives, and the conflicting paths (git-merge-tree(1), OUTPUT).

    Paths are relative to the working directory, hence it runs in the root.
    """
    wanted = ("merge-tree", "--write-tree", "--no-messages", "--name-only", "-z")
    status, shown = _run(root, *wanted, target, proposed)
    if status > 1:
        raise Unusable(_("git cannot merge {revision} here; git 2.38 or later is needed"), revision=proposed)
    tree, *conflicts = (part for part in shown.split("\0") if part)
    return tree, sorted(set(conflicts))


def _run(directory: Path, *arguments: str) -> tuple[int, str]:
    done = source.run_git(directory, *arguments)
    return done.returncode, done.stdout.decode("utf-8", "surrogateescape")


def is_data(path: str, prefix: str) -> bool:
    """Say whether a path is one of the register's files, readable or not."""
    folder, _slash, name = path.removeprefix(prefix).rpartition("/")
    if not path.startswith(prefix):
        return False
    return (folder, name) == ("", PROVINCE) or (folder == AGENCIES and not name.startswith("."))


def _outside(directory: Path, prefix: str, since: str, until: str) -> dict[str, bool]:
    """Return the changed files that are not the register's, each with whether it is gone."""
    shown = _git(directory, "diff", "--name-status", "--no-renames", "--no-ext-diff", "-z", since, until)
    parts = shown.split("\0")
    changed = zip(parts[::2], parts[1::2], strict=False)
    return {path: status == "D" for status, path in changed if path and not is_data(path, prefix)}


def _appended(before: list[File], ancestor: list[File], own: list[File], names: Iterable[str]) -> Mapping[str, bytes]:
    """Return the merged contents of the files to whose end both sides only added, the target's part first."""
    then, target, mine = ({file.name: file.data for file in files} for files in (ancestor, before, own))
    found = {}
    for name in names:
        whole = grown_together(then.get(name), target.get(name), mine.get(name))
        if whole is not None:
            found[name] = whole
    return found


def grown_together(common: bytes | None, first: bytes | None, second: bytes | None) -> bytes | None:
    """Return a file with what both sides added to its end; None if they changed anything else."""
    if common and first and second and _grown(common, first) and _grown(common, second):
        return first + second[len(common) :]
    return None


def _grown(before: bytes, after: bytes) -> bool:
    return before.endswith(b"\n") and after.endswith(b"\n") and after.startswith(before)


def _with(file: File, appended: Mapping[str, bytes]) -> File:
    return replace(file, data=appended[file.name]) if file.name in appended else file
