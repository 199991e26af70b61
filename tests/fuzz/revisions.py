"""Cases of `check --base`: commits that hold what no register does, repositories that lack parts, odd revisions."""

from __future__ import annotations

import random
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from danhba.rendering.findings import FORMATS
from tests.fuzz.case import Outcome
from tests.fuzz.command import check
from tests.fuzz.directories import NAMES
from tests.fuzz.registers import register, shorter
from tests.fuzz.seeds import registers

REVISIONS = [
    *(
        "",
        " ",
        "-",
        "--",
        "-h",
        "--output=x",
        "HEAD^",
        "HEAD~1000000",
        "HEAD~99999999999999999999",
        "HEAD^{tree}",
        "HEAD^{blob}",
    ),
    *(
        "HEAD:",
        "HEAD:directory",
        "HEAD:directory/province.yml",
        ":/",
        ":/x",
        "@{-1}",
        "@{upstream}",
        "@{0}",
        "@{1 day ago}",
    ),
    *(
        "refs/heads/main",
        "main..main",
        "main...main",
        "^main",
        "*",
        "main\n",
        "\udcff",
        "\u202e",
        "0" * 40,
        "0" * 64,
        "f" * 7,
    ),
    *("x" * 10_000, "../..", "tag", "tree", "blob", "HEAD HEAD", "main;id", "$(id)", "\x1b[31m", "stash", "FETCH_HEAD"),
]
MODES = ("100644", "100755", "120000", "160000", "040000")
_ABSENT = "1" * 40


@dataclass(frozen=True)
class Entry:
    """A path of a commit, in whatever mode."""

    path: bytes
    mode: str
    data: bytes


@dataclass(frozen=True)
class Base:
    """A register that is checked against a commit."""

    how: str
    files: tuple[tuple[str, bytes], ...]
    entries: tuple[Entry, ...]
    revision: str
    damaged: bool
    form: str

    def run(self) -> Outcome:
        with tempfile.TemporaryDirectory(prefix="danhba-fuzz-") as place:
            root = Path(place) / "repository"
            self._build(root)
            more = (f"--base={self.revision}",)
            return check(root / "directory", *more, form=self.form, size=self.size(), home=Path(place))

    def _build(self, root: Path) -> None:
        for name, data in self.files:
            path = root / "directory" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        (root / "directory" / "agencies").mkdir(parents=True, exist_ok=True)
        _git(root, "init", "--quiet", "--initial-branch=main")
        _git(root, "fast-import", "--quiet", "--force", stdin=_stream(self.entries))
        if self.damaged:
            for pack in (root / ".git/objects/pack").glob("*.pack"):
                _damage(pack)

    def size(self) -> int:
        return sum(len(data) for _name, data in self.files) + sum(len(entry.data) + 50 for entry in self.entries)

    def save(self, folder: Path) -> None:
        (folder / "case.txt").write_text(f"{self!r}\n", encoding="utf-8", errors="backslashreplace")

    def smaller(self) -> Iterator[Base]:
        for number, entry in enumerate(self.entries):
            others = self.entries[:number] + self.entries[number + 1 :]
            yield replace(self, entries=others)
            for data in shorter(entry.data):
                yield replace(self, entries=(*others, Entry(entry.path, entry.mode, data)))
        for number in range(len(self.files)):
            yield replace(self, files=self.files[:number] + self.files[number + 1 :])


def _git(root: Path, *arguments: str, stdin: bytes = b"") -> None:
    subprocess.run(["git", *arguments], cwd=root, input=stdin, check=True, capture_output=True)


def _stream(entries: tuple[Entry, ...]) -> bytes:
    """A commit with these entries, and a tag, as git-fast-import(1) reads them."""
    parts = [b"commit refs/heads/main\ncommitter A <a@example.org> 1700000000 +0700\ndata 1\nx\n"]
    for entry in entries:
        quoted = b"".join(b"\\%03o" % octet for octet in entry.path)
        if entry.mode == "160000":
            parts.append(b'M 160000 %s "%s"\n' % (_ABSENT.encode(), quoted))
        else:
            mode = b"100644" if entry.mode == "040000" else entry.mode.encode()
            path = quoted + b"/x.yml" if entry.mode == "040000" else quoted
            parts.append(b'M %s inline "%s"\ndata %d\n%s\n' % (mode, path, len(entry.data), entry.data))
    parts.append(b"tag tag\nfrom refs/heads/main\ntagger A <a@example.org> 1700000000 +0700\ndata 1\nx\n")
    return b"".join(parts)


def _damage(pack: Path) -> None:
    """As after a bad disk: octets in the middle are others."""
    data = bytearray(pack.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 20] = bytes(20)
    pack.chmod(0o644)
    pack.write_bytes(data)


def base(rng: random.Random) -> Base:
    """A register that differs from its commit, or whose commit is strange."""
    changed = register(rng)
    now, then = changed.files, changed.base if changed.base is not None else rng.choice(registers())
    entries = [Entry(f"directory/{name}".encode(), "100644", data or b"") for name, data in then.items()]
    for _ in range(rng.choice((0, 1, 1, 3))):
        name = rng.choice(NAMES)
        octets = name.encode() if isinstance(name, str) else name
        folder = rng.choice((b"directory/agencies/", b"directory/agencies/sub/", b"directory/"))
        entries.append(
            Entry(folder + octets, rng.choice(MODES), rng.choice((b"", b"\xff", b"../../x", b"agency: x\n")))
        )
    for number in range(len(entries)):
        if rng.random() < 0.05:
            entries[number] = replace(entries[number], mode=rng.choice(MODES))
    revision = rng.choice(REVISIONS) if rng.random() < 0.2 else rng.choice(("HEAD", "main", "tag"))
    files = tuple((name, data or b"") for name, data in now.items())
    form, damaged = rng.choice(["text", *FORMATS]), rng.random() < 0.05
    return Base(f"{revision[:40]!r}, {changed.how}", files, tuple(entries), revision, damaged, form)
