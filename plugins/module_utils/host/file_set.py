"""Compare a set of files, folders and links with a host, and change those that differ, in one module call.

The entries arrive with digests of the contents; only the contents of files that differ are sent. Runs on the mail host
under Debian's Python, so it needs nothing but the standard library.
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

# Python's caches beside programs: never shipped, and never removed from an exclusive folder.
CACHES = ("__pycache__",)


@dataclass(frozen=True)
class Entry:
    """The wanted state of one path.

    `mode` is octal text. `digest` (SHA-256, hexadecimal) and `validate` (a command in which %s is the new file) are set
    for files, `target` for links. From an `exclusive` folder everything that is no entry is removed.
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
    """The actual state of a path: `content` is the digest of a file or the target of a link."""

    kind: Kind = "absent"
    content: str = ""
    owner: str = ""
    group: str = ""
    mode: str = ""

    def text(self) -> str:
        """Return the lines that a diff shows of the state: kind, owner, group, mode and target."""
        shown = {"state": self.kind, "owner": self.owner, "group": self.group, "mode": self.mode}
        shown |= {"target": self.content} if self.kind == "link" else {}
        return "".join(f"{key}: {value}\n" for key, value in shown.items() if value)


def look(path: Path) -> State:
    """Return the state of a path, without following a symbolic link."""
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
    """Return the state that `look` finds when the entry is in place."""
    if entry.kind == "absent":
        return State()
    if entry.kind == "link":
        return State("link", entry.target, entry.owner, entry.group)
    return State(entry.kind, entry.digest, entry.owner, entry.group, entry.mode)


@dataclass(frozen=True)
class Change:
    """A path whose state differs from its entry, with the states before and after."""

    entry: Entry
    before: State
    after: State

    @property
    def needs_content(self) -> bool:
        """Whether the content of the file has to be sent to the host."""
        return self.entry.kind == "file" and self.before.content != self.entry.digest

    @property
    def is_private(self) -> bool:
        """Whether only the owner may read the file, before or after: it may be a secret, so no diff shows it."""
        return any(state.kind == "file" and not int(state.mode, 8) & 0o077 for state in (self.before, self.after))


def compare(entries: Sequence[Entry]) -> list[Change]:
    """Return the changes to make, in the order of the entries; removals from exclusive folders come last."""
    whole = [*entries, *_strangers(entries)]
    changes = (Change(entry, look(Path(entry.path)), wanted(entry)) for entry in whole)
    return [change for change in changes if change.before != change.after]


def _strangers(entries: Sequence[Entry]) -> Iterator[Entry]:
    """Yield an entry of kind `absent` for each child of an exclusive folder that is no entry itself."""
    known = {entry.path for entry in entries}
    for folder in (Path(entry.path) for entry in entries if entry.exclusive):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if str(path) not in known and path.name not in CACHES:
                yield Entry(str(path), "absent")


def apply(change: Change, contents: Mapping[str, bytes]) -> None:
    """Carry out one change; a file is replaced atomically.

    Raises:
        Failure: the file's validator refuses it, or its owner or group does not exist.
    """
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
    """Create or replace a symbolic link atomically: make it in a temporary folder, then rename it.

    Not by `durable`, which flushes the content of a file: a link has none.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".danhba-") as beside:
        new = Path(beside, path.name)
        new.symlink_to(target)
        new.replace(path)


def _write(path: Path, entry: Entry, content: bytes) -> None:
    """Write a file into a temporary folder beside its target, validate it, and rename it to the target.

    The temporary file has its final name, because some validators choose the syntax by name; and its final owner and
    mode before it is renamed.
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
    """Set the owner, group and mode of a path; raise Failure for an unknown user or group."""
    try:
        owner, group = pwd.getpwnam(entry.owner).pw_uid, grp.getgrnam(entry.group).gr_gid
    except KeyError as error:
        raise Failure(f"{entry.path}: {error.args[0]}", f"{entry.path}: {error.args[0]}") from error
    os.chown(path, owner, group, follow_symlinks=False)
    if entry.kind != "link":
        path.chmod(int(entry.mode, 8))
