"""Reads the files of a register from a directory on disk, or from a commit or the index of a git repository."""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from ..messages import mark as _

PROVINCE = "province.yml"
AGENCIES = "agencies"
# The file in which a change of several files keeps the old ones until all are written (`editing/transaction.py`).
JOURNAL = ".danhba-journal"
# The largest file that is read, in bytes. 20,000 officials take some 5 MB, and the largest agency has far fewer.
LARGEST = 16 * 1024 * 1024
# The largest register that is read, in bytes, because it is read into memory whole. A million officials take 250 MB.
LARGEST_REGISTER = 1024 * 1024 * 1024
# The most files that are read. A province has some thousand agencies, closed ones included.
LARGEST_FILES = 20_000
# How often reading is tried where somebody writes to the register at the same time.
ATTEMPTS = 3
# Environment variables by which git tells hooks their repository. They are removed when git is run: the directory given
# decides, and it may be in another clone.
_LOCATION = frozenset(
    f"GIT_{name}"
    for name in (
        *("DIR", "WORK_TREE", "IMPLICIT_WORK_TREE", "COMMON_DIR", "PREFIX", "INDEX_FILE", "SHALLOW_FILE", "GRAFT_FILE"),
        *("OBJECT_DIRECTORY", "ALTERNATE_OBJECT_DIRECTORIES"),
    )
)


class Unusable(Exception):
    """Raised where a command cannot run at all (exit status 2); `template` and `values` tell why and the way out."""

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template, values)
        self.template = template
        self.values = values


class NoRegister(Unusable):
    """Raised where git knows a revision, but the directory has no register in it."""


@dataclass(frozen=True)
class File:
    """One file: `name` within the register, `path` for messages, and the `data`.

    `data` is None for what must not be read: a link, a folder, a file over `LARGEST`.
    """

    name: str
    path: str
    data: bytes | None

    @cached_property
    def stem(self) -> str:
        """The file's name without folder and suffix; of an agency's file, the agency's code."""
        return PurePosixPath(self.name).stem

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of the content in hexadecimal digits; that of no bytes where `data` is None."""
        return hashlib.sha256(self.data or b"").hexdigest()


def from_directory(directory: Path) -> list[File]:
    """Return the files of a register on disk, sorted by name, in one consistent state.

    Links and files over `LARGEST` are returned without data.

    Raises:
        Unusable: there is no register, it cannot be read, is too large, or somebody keeps writing to it.
    """
    try:
        for _attempt in range(ATTEMPTS):
            with suppress(FileNotFoundError):  # a file was removed between listing and reading
                stamps = _stamps(directory)
                files = [_read(directory, name, stamp.size) for name, stamp in stamps.items()]
                if _stamps(directory) == stamps:
                    return files
    except OSError as error:
        raise Unusable(
            _("cannot read {path}: {reason}; check its permissions"), path=error.filename, reason=error.strerror
        ) from error
    raise Unusable(_("somebody is writing to {path} at this moment; run it again when they are done"), path=directory)


class _Stamp(NamedTuple):
    """The signs by which a change of a file is noticed: inode, time of modification (nanoseconds), size in bytes.

    The size is None for a link, a folder or a file too large, which is not read.
    """

    inode: int
    changed: int
    size: int | None


def _stamps(directory: Path) -> dict[str, _Stamp]:
    names = sorted(islice(_names(directory), LARGEST_FILES + 1))
    _bound_files(directory, len(names))
    stamps = {name: _stamp(directory / name) for name in names}
    _bound(directory, (stamp.size for stamp in stamps.values()))
    return stamps


def _names(directory: Path) -> Iterable[str]:
    if not directory.is_dir():
        raise Unusable(_("there is no directory {path}; name the register's directory"), path=directory)
    if not (directory / AGENCIES).is_dir():
        raise Unusable(
            _("{path} is no register: it has no directory {name}; name the directory that holds province.yml"),
            path=directory,
            name=AGENCIES,
        )
    if (directory / JOURNAL).exists():
        raise Unusable(
            _("a change was cut off half way in {path}; run it once more, which first puts the files back"),
            path=directory,
        )
    if (directory / AGENCIES).is_symlink():
        raise Unusable(
            _("{path} is a symbolic link; a register has plain files and directories"), path=directory / AGENCIES
        )
    if (directory / PROVINCE).exists() or (directory / PROVINCE).is_symlink():
        yield PROVINCE
    for entry in os.scandir(directory / AGENCIES):
        if not entry.name.startswith("."):
            yield f"{AGENCIES}/{entry.name}"


def _stamp(path: Path) -> _Stamp:
    found = os.lstat(path)
    is_read = stat.S_ISREG(found.st_mode) and found.st_size <= LARGEST
    return _Stamp(found.st_ino, found.st_mtime_ns, found.st_size if is_read else None)


def _bound(directory: Path, sizes: Iterable[int | None]) -> None:
    if sum(size or 0 for size in sizes) > LARGEST_REGISTER:
        most = LARGEST_REGISTER // 1024**2
        raise Unusable(
            _("the files in {path} take more than {most} MiB together; no register is so large"),
            path=directory,
            most=most,
        )


def _bound_files(directory: Path, count: int) -> None:
    if count > LARGEST_FILES:
        raise Unusable(
            _("there are more than {most} files in {path}; no register has so many: name the right directory"),
            path=directory,
            most=LARGEST_FILES,
        )


def _read(directory: Path, name: str, size: int | None) -> File:
    path = directory / name
    return File(name, str(path), None if size is None else path.read_bytes())


def from_git(directory: Path, revision: str) -> list[File]:
    """Return the files of a register in a commit, like `from_directory`; their paths are those of the working tree.

    Raises:
        NoRegister: the commit has no register in this directory.
        Unusable: git does not know the revision, or the register is too large.
    """
    names = (PROVINCE, f"{AGENCIES}/")
    listing = git(directory, "ls-tree", "-l", "-z", named(revision), "--", *names, revision=revision)
    if not listing:
        raise NoRegister(
            _("{revision} has no register in {path}; name a revision and a directory that have one"),
            revision=revision,
            path=directory,
        )
    entries = [_entry(line) for line in listing.decode("utf-8", "replace").split("\0") if line]
    entries = [entry for entry in entries if not Path(entry[2]).name.startswith(".")]
    # Limit the files and not the blobs: a small commit can have one blob under very many names.
    _bound_files(directory, len(entries))
    _bound(directory, (size for _blob, size, _name in entries))
    blobs = _blobs(directory, list({blob: None for blob, _size, _name in entries if blob}), revision)
    return sorted(
        (File(name, str(directory / name), blobs[blob] if blob else None) for blob, _bytes, name in entries),
        key=lambda file: file.name,
    )


def single(root: Path, revision: str, path: str) -> File:
    """Return one file of a commit by its path from the root; without data for a link, a folder or a file too large."""
    listing = git(root, "--literal-pathspecs", "ls-tree", "-l", "-z", named(revision), "--", path, revision=revision)
    entries = [_entry(line) for line in listing.decode("utf-8", "surrogateescape").split("\0") if line]
    blob = entries[0][0] if entries else ""
    return File(path, path, _blobs(root, [blob], revision)[blob] if blob else None)


def staged(directory: Path) -> list[File]:
    """Return the files of the register in git's index; in a commit hook, those of the commit that is being made."""
    # Of a hook's environment, only this variable is kept: `git commit FILE` commits from a temporary index.
    index = os.environ.get("GIT_INDEX_FILE")
    here = {"GIT_INDEX_FILE": str(Path(index).resolve())} if index else {}
    tree = git(directory, "write-tree", revision="index", environment=here).decode().strip()
    try:
        return from_git(directory, tree)
    except NoRegister:
        return []


def committed(directory: Path) -> list[File] | None:
    """Return the files of the register in the last commit; None where there is no commit yet, or it has no register."""
    if run_git(directory, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").returncode:
        return None
    try:
        return from_git(directory, "HEAD")
    except NoRegister:
        return None


def named(revision: str) -> str:
    """Return the revision unchanged; raise `Unusable` where it is empty or would be an option of git (`-…`)."""
    if not revision or revision.startswith("-"):
        raise Unusable(
            _("'{revision}' is no git revision; name a branch, a tag or a commit, such as origin/main"),
            revision=revision,
        )
    return revision


def _entry(line: str) -> tuple[str, int, str]:
    """Return blob, size in bytes and name of a line of `git ls-tree -l`.

    The blob is empty for what must not be read: a link, a folder, a submodule, a file over `LARGEST`.
    """
    description, name = line.split("\t", 1)
    mode, _kind, blob, size = description.split()
    readable = mode.startswith("100") and int(size) <= LARGEST
    return blob if readable else "", int(size) if readable else 0, name


def _blobs(directory: Path, blobs: list[str], revision: str) -> dict[str, bytes]:
    """Return the content of many blobs by their ids, with one process of git (git-cat-file(1), BATCH OUTPUT)."""
    data = git(directory, "cat-file", "--batch", revision=revision, stdin="\n".join(blobs).encode())
    found, offset = {}, 0
    for blob in blobs:
        end = data.index(b"\n", offset)
        header = data[offset:end].split()
        if len(header) != 3:  # "missing": the clone is damaged or partial
            raise Unusable(_("git lacks a file of {revision} here; fetch it whole: git fetch"), revision=revision)
        size = int(header[2])
        found[blob] = data[end + 1 : end + 1 + size]
        offset = end + 1 + size + 1
    return found


def commit(directory: Path) -> str:
    """Return the commit that is checked out, with `-dirty` where the register's files differ; empty outside git."""
    try:
        head = git(directory, "rev-parse", "HEAD", revision="HEAD").decode().strip()
        changed = git(directory, "status", "--porcelain", "--", ".", revision="HEAD")
    except Unusable:
        return ""
    return head + ("-dirty" if changed else "")


def git(
    directory: Path,
    *arguments: str,
    revision: str,
    stdin: bytes | None = None,
    environment: Mapping[str, str] | None = None,
) -> bytes:
    """Run git in a directory and return what it prints.

    Raises:
        Unusable: git failed; the message names `revision` as what git does not know.
    """
    done = run_git(directory, *arguments, stdin=stdin, environment=environment)
    if done.returncode:
        reason = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
        raise Unusable(
            _("git does not know {revision} here ({reason}); name a branch, a tag or a commit, or fetch it first"),
            revision=revision,
            reason=" ".join(reason),
        )
    return done.stdout


def run_git(
    directory: Path, *arguments: str, stdin: bytes | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run git in a directory, with additional variables of `environment`; the caller checks the exit status.

    Variables by which a hook names its own repository are not passed on.

    Raises:
        Unusable: there is no such directory, or git cannot be started.
    """
    if not directory.is_dir():
        raise Unusable(_("there is no directory {path}; name the register's directory"), path=directory)
    known = {name: value for name, value in os.environ.items() if name not in _LOCATION} | dict(environment or {})
    command = ["git", *arguments]
    try:
        return subprocess.run(command, cwd=directory, env=known, input=stdin, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise Unusable(_("git is not installed; run: make setup")) from error
    except OSError as error:
        raise Unusable(
            _("cannot read {path}: {reason}; check its permissions"), path=directory, reason=error.strerror
        ) from error


def digest(files: Iterable[File]) -> str:
    """Return a SHA-256 over the names and contents of all files, so that any change of the register changes it."""
    whole = hashlib.sha256()
    for file in files:
        whole.update(f"{file.sha256}  {file.name}\n".encode(errors="surrogateescape"))
    return whole.hexdigest()
