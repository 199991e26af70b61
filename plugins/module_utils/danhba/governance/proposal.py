"""What a proposal would make of the register: the result of merging it now, read from git and never checked out.

Only blobs of the register's own files are read, as data: no file of the proposal is ever on disk, so nothing of it can
be run, followed as a link or be taken for a setting of git.
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
    """A proposal and the branch that it is for; files are those of the register, paths start at the repository's root.

    `result` is what merging gives now; where both sides only added to the end of some files (`appended`), with the
    target's entries first. It is None where git cannot merge and only an editor can, or where the two have no history
    in common (not `related`). `behind` counts the target's commits that the proposal lacks, `outside` are changed files
    that are none of the register's, `gone` those of them that it takes away, `conflicts` those that git cannot merge.
    `beside` are those of them that make git treat the register's files otherwise, by their paths from the root, where
    the register's folder is `prefix`.
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
    """Read a proposal: the commit that it is, and the commit of the branch that it is for.

    Raises:
        Unusable: git does not know them here, or the branch has no register in this directory, or only the last
            commits were fetched, so that nobody can say where the two part.
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
    """Another proposal, by the name that people know it by: what merging it would give, its commit aside."""

    name: str
    result: list[File]


def others(directory: Path, mine: Proposal, refs: Iterable[str]) -> Iterator[Other]:
    """Other proposals for the same branch; one that cannot be read or merged is told at its own check, and left out.

    Raises:
        Unusable: git does not know a ref here.
    """
    known = {file.name: file for file in mine.before}
    for ref in refs:
        commit = _commit(directory, ref)
        if commit == mine.commit:
            continue
        with suppress(Unusable):
            found = read(directory, mine.target, commit).result or []
            # A large register is not held once for each of them.
            if found:
                yield Other(_name(ref), [known[file.name] if known.get(file.name) == file else file for file in found])


def _name(ref: str) -> str:
    """How people know a proposal: by its number on the forge, where the last part of its ref is that."""
    number = ref.rpartition("/")[2]
    return f"#{number}" if number.isdecimal() else ref


def place(directory: Path) -> tuple[Path, str]:
    """The repository's root, and the register's folder from there with a `/` at its end (nothing for the root)."""
    status, _shown = _run(directory, "rev-parse", "--git-dir")
    inside, shown = _run(directory, "rev-parse", "--show-toplevel")
    if status == 0 and inside != 0:
        raise Unusable(
            _("{path} is in a repository without files (bare); run it in a clone: git clone"), path=directory
        )
    if inside != 0:
        raise Unusable(_("{path} is in no git repository; name the register's directory in a clone"), path=directory)
    # One at a time, for a path may have a line break in it.
    return Path(shown.removesuffix("\n")), _git(directory, "rev-parse", "--show-prefix").removesuffix("\n")


def _files(directory: Path, known: str) -> list[File]:
    """The register's files in a commit or tree that git knows; none where all of them are gone."""
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
    """The last commit that both have; nothing where git finds none."""
    _status, found = _run(directory, "merge-base", target, proposed)
    return found.strip()


def _is_shallow(directory: Path) -> bool:
    return _git(directory, "rev-parse", "--is-shallow-repository").strip() == "true"


def _merge(root: Path, target: str, proposed: str) -> tuple[str, list[str]]:
    """The tree that merging gives, and the paths that conflict in it; see git-merge-tree(1), OUTPUT.

    It names paths from where it runs, hence from the root.
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
    """Whether a path is one of the register's files, for the loader to read or to object to."""
    folder, _slash, name = path.removeprefix(prefix).rpartition("/")
    if not path.startswith(prefix):
        return False
    return (folder, name) == ("", PROVINCE) or (folder == AGENCIES and not name.startswith("."))


def _outside(directory: Path, prefix: str, since: str, until: str) -> dict[str, bool]:
    """The changed files that are none of the register's, each with whether it is gone."""
    shown = _git(directory, "diff", "--name-status", "--no-renames", "--no-ext-diff", "-z", since, until)
    parts = shown.split("\0")
    changed = zip(parts[::2], parts[1::2], strict=False)
    return {path: status == "D" for status, path in changed if path and not is_data(path, prefix)}


def _appended(before: list[File], ancestor: list[File], own: list[File], names: Iterable[str]) -> Mapping[str, bytes]:
    """Of the files named, those to whose end both sides added and did nothing else, with the target's part first."""
    then, target, mine = ({file.name: file.data for file in files} for files in (ancestor, before, own))
    found = {}
    for name in names:
        whole = grown_together(then.get(name), target.get(name), mine.get(name))
        if whole is not None:
            found[name] = whole
    return found


def grown_together(common: bytes | None, first: bytes | None, second: bytes | None) -> bytes | None:
    """A file with what both sides added to the end of what they have in common; None where they did anything else."""
    if common and first and second and _grown(common, first) and _grown(common, second):
        return first + second[len(common) :]
    return None


def _grown(before: bytes, after: bytes) -> bool:
    return before.endswith(b"\n") and after.endswith(b"\n") and after.startswith(before)


def _with(file: File, appended: Mapping[str, bytes]) -> File:
    return replace(file, data=appended[file.name]) if file.name in appended else file
