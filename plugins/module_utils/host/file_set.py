"""A set of files, folders and links of a host, compared with what is there and shipped in one go.

What comes is described first, with the digests of its contents; contents are shipped only where one differs. Runs on
the mail host under Debian's Python, so it needs nothing but the standard library.
"""

from __future__ import annotations

import grp
import hashlib
import os
import pwd
import shlex
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .. import durable
from ..failure import Failure

Kind = Literal["file", "directory", "link", "absent"]

# Caches that Python leaves beside its programs belong to no set, and are not removed from one.
CACHES = ("__pycache__",)


@dataclass(frozen=True)
class Entry:
    """One path as it should be.

    `mode` is octal text. `digest` (SHA-256, hexadecimal) and `validate` (a command in which %s is the new file) are
    those of a file, `target` that of a link; `exclusive` folders keep nothing that is not an entry.
    """

    path: str
    kind: Kind
    owner: str = "root"
    group: str = "root"
    mode: str = "0644"
    digest: str = ""
    validate: str = ""
    target: str = ""
    exclusive: bool = False


@dataclass(frozen=True)
class State:
    """What is at a path: `content` is the digest of a file or the target of a link."""

    kind: Kind = "absent"
    content: str = ""
    owner: str = ""
    group: str = ""
    mode: str = ""

    def text(self) -> str:
        """What a difference shows beside the content."""
        shown = {"state": self.kind, "owner": self.owner, "group": self.group, "mode": self.mode}
        shown |= {"target": self.content} if self.kind == "link" else {}
        return "".join(f"{key}: {value}\n" for key, value in shown.items() if value)


def look(path: Path) -> State:
    """What is at a path now, without following a link."""
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return State()
    owner, group = _name(pwd.getpwuid, found.st_uid), _name(grp.getgrgid, found.st_gid)
    if stat.S_ISLNK(found.st_mode):
        return State("link", str(path.readlink()), owner, group)
    mode = f"{stat.S_IMODE(found.st_mode):04o}"
    if stat.S_ISDIR(found.st_mode):
        return State("directory", "", owner, group, mode)
    return State("file", hashlib.sha256(path.read_bytes()).hexdigest(), owner, group, mode)


def _name(ask: Callable[[int], Sequence[Any]], number: int) -> str:
    try:
        return str(ask(number)[0])
    except KeyError:
        return str(number)


def wanted(entry: Entry) -> State:
    """What `look` finds once the entry is as it should be."""
    if entry.kind == "absent":
        return State()
    if entry.kind == "link":
        return State("link", entry.target, entry.owner, entry.group)
    return State(entry.kind, entry.digest, entry.owner, entry.group, entry.mode)


@dataclass(frozen=True)
class Change:
    """A path that is not as it should be."""

    entry: Entry
    before: State
    after: State

    @property
    def needs_content(self) -> bool:
        """Whether the content of the file has to be shipped."""
        return self.entry.kind == "file" and self.before.content != self.entry.digest

    @property
    def is_private(self) -> bool:
        """Whether nobody but the owner may read the file, as it is or as it will be: it may be a secret."""
        return any(state.kind == "file" and not int(state.mode, 8) & 0o077 for state in (self.before, self.after))


def compare(entries: Sequence[Entry]) -> list[Change]:
    """What is not as it should be, in the order of the entries; what is to be removed comes last."""
    whole = [*entries, *_strangers(entries)]
    changes = (Change(entry, look(Path(entry.path)), wanted(entry)) for entry in whole)
    return [change for change in changes if change.before != change.after]


def _strangers(entries: Sequence[Entry]) -> Iterator[Entry]:
    """What lies in exclusive folders and is no entry; what is below a folder that goes is not named."""
    known = {entry.path for entry in entries}
    for folder in (Path(entry.path) for entry in entries if entry.exclusive):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if str(path) not in known and path.name not in CACHES:
                yield Entry(str(path), "absent")


def apply(change: Change, contents: Mapping[str, bytes]) -> None:
    """Bring one path to what it should be; a file is replaced whole, or not at all."""
    path, entry = Path(change.entry.path), change.entry
    if change.before.kind not in {"absent", entry.kind}:
        _remove(path, change.before.kind)
    if entry.kind == "directory":
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    elif entry.kind == "link":
        _link(path, entry.target)
    elif change.needs_content:
        _write(path, entry, contents[entry.digest])
    if entry.kind != "absent":
        _give(path, entry)


def _remove(path: Path, kind: Kind) -> None:
    if kind == "directory":
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _link(path: Path, target: str) -> None:
    """Make a link, or turn one, without a moment in which there is none.

    Not by `durable`, which flushes the content of a file: a link has none.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".danhba-") as beside:
        new = Path(beside, path.name)
        new.symlink_to(target)
        new.replace(path)


def _write(path: Path, entry: Entry, content: bytes) -> None:
    """Write a file beside its place, have its checker look at it, and move it there.

    It has its own name already, by which some checkers tell what they read, and its owner and mode before anybody
    finds it in its place.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".danhba-") as beside:
        new = Path(beside, path.name)
        new.touch(mode=0o600)
        new.write_bytes(content)
        _validate(new, entry)
        _give(new, entry)
        durable.place(new, path)


def _validate(new: Path, entry: Entry) -> None:
    if not entry.validate:
        return
    command = [part.replace("%s", str(new)) for part in shlex.split(entry.validate)]
    done = subprocess.run(command, text=True, capture_output=True, check=False, errors="replace")
    if done.returncode:
        said = (done.stdout + done.stderr).strip()
        raise Failure(
            f"{entry.path} không hợp lệ nên giữ nguyên tệp cũ ({shlex.join(command)}): {said}",
            f"{entry.path} is not valid, so the file was left as it was ({shlex.join(command)}): {said}",
        )


def _give(path: Path, entry: Entry) -> None:
    """Give a path to its owner, with its mode."""
    try:
        owner, group = pwd.getpwnam(entry.owner).pw_uid, grp.getgrnam(entry.group).gr_gid
    except KeyError as error:
        raise Failure(f"{entry.path}: {error.args[0]}", f"{entry.path}: {error.args[0]}") from error
    os.chown(path, owner, group, follow_symlinks=False)
    if entry.kind != "link":
        path.chmod(int(entry.mode, 8))
