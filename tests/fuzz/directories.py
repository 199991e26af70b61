"""Cases that are directories on disk: links, pipes, devices, permissions, names, sizes."""

from __future__ import annotations

import os
import random
import socket
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from danhba.rendering.findings import FORMATS
from tests.fuzz import octets
from tests.fuzz.case import Outcome
from tests.fuzz.command import SECRET, check, unprivileged
from tests.fuzz.seeds import registers

Fault: TypeAlias = Callable[[random.Random, Path], None]
HUGE = 100 * 1024**2

NAMES: Sequence[str | bytes] = [
    *(b"\xff.yml", b"\xc3\x28.yml", b"a\nb.yml", b"\x1b[31m.yml", b"-rf.yml", b"--help", b"a b.yml", b"A.yml", b".yml"),
    *(
        b"stttt.YML",
        b"stttt.yml~",
        b"stttt.yaml",
        b"stttt.yml.yml",
        b"%0A::error::x.yml",
        b"a,b:c.yml",
        b"'\".yml",
        b"$(id).yml",
    ),
    *(
        "sở.yml",
        "s\u1edf.yml",
        "so\u031b\u0309.yml",
        "\u202elmy.x",
        "\u200b.yml",
        "ſttt.yml",
        "１.yml",
        "{0}.yml",
        "😀.yml",
    ),
    *(b"x" * 251 + b".yml", b"a" * 32 + b".yml", b"a" * 33 + b".yml", b"con.yml", b"province.yml", b"\\.yml", b"#.yml"),
]


def _any_file(rng: random.Random, root: Path) -> Path:
    paths = [root / "province.yml", *(root / "agencies").glob("*.yml")]
    return rng.choice([path for path in paths if path.is_file() and path.stat().st_size < HUGE])


def _free(rng: random.Random, root: Path) -> Path:
    """A place for a file: that of one that is there, which goes, or a new one."""
    path = rng.choice([_any_file(rng, root), root / "agencies" / f"x{rng.randrange(10**6)}.yml"])
    path.unlink(missing_ok=True)
    return path


def _outside(root: Path) -> Path:
    """A file and a directory that a register has no business with."""
    outside = root.parent / "outside"
    if not outside.exists():
        outside.mkdir()
        (outside / "secret.yml").write_text(f"agency: {SECRET}\nname: {SECRET}\n{SECRET}: {SECRET}\n")
    return outside


def link_to_file(rng: random.Random, root: Path) -> None:
    _free(rng, root).symlink_to(rng.choice((_outside(root) / "secret.yml", Path("../../outside/secret.yml"))))


def link_to_nothing(rng: random.Random, root: Path) -> None:
    path = _free(rng, root)
    path.symlink_to(rng.choice((path, root / "nothing", Path("x" * 300), Path("/proc/self/mem"), Path("/dev/zero"))))


def link_to_folder(rng: random.Random, root: Path) -> None:
    _free(rng, root).symlink_to(_outside(root))


def link_of_agencies(_rng: random.Random, root: Path) -> None:
    (root / "agencies").rename(root.parent / "moved")
    (root / "agencies").symlink_to(_outside(root))


def hard_link(rng: random.Random, root: Path) -> None:
    _free(rng, root).hardlink_to(_any_file(rng, root))


def folder(rng: random.Random, root: Path) -> None:
    path = _free(rng, root)
    path.mkdir()
    (path / "stttt.yml").write_text("agency: stttt\n")


def pipe(rng: random.Random, root: Path) -> None:
    os.mkfifo(_free(rng, root))


def plug(rng: random.Random, root: Path) -> None:
    here = Path.cwd()
    path = _free(rng, root)
    os.chdir(path.parent)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path.name)
    os.chdir(here)


def device(rng: random.Random, root: Path) -> None:
    path = _free(rng, root)
    kind, number = rng.choice(((stat.S_IFCHR, (1, 3)), (stat.S_IFCHR, (1, 5)), (stat.S_IFBLK, (7, 99))))
    with suppress(PermissionError):  # only root makes them
        os.mknod(path, kind | 0o666, os.makedev(*number))


def unreadable(rng: random.Random, root: Path) -> None:
    rng.choice([_any_file(rng, root), root / "agencies", root]).chmod(rng.choice((0, 0o111, 0o444)))


def strange_name(rng: random.Random, root: Path) -> None:
    name = rng.choice(NAMES)
    path = root / "agencies" / (name if isinstance(name, str) else os.fsdecode(name))
    path.write_bytes(_any_file(rng, root).read_bytes() if rng.random() < 0.5 else b"")


def huge(rng: random.Random, root: Path) -> None:
    path = _free(rng, root)
    with path.open("wb") as file:
        file.truncate(rng.choice((HUGE, 2**40)))


def many(rng: random.Random, root: Path) -> None:
    for number in range(rng.choice((100, 2000))):
        (root / "agencies" / f"m{number}.yml").write_bytes(rng.choice((b"", b"agency: x\n", b"\xff")))


def hidden(rng: random.Random, root: Path) -> None:
    (root / "agencies" / ".x.yml").write_bytes(rng.randbytes(30))


def lost(rng: random.Random, root: Path) -> None:
    for path in {_any_file(rng, root), _any_file(rng, root)}:
        path.unlink(missing_ok=True)


def no_folder(rng: random.Random, root: Path) -> None:
    (root / "agencies").rename(root / "agency")
    if rng.random() < 0.5:
        (root / "agencies").write_text("x")


def text(rng: random.Random, root: Path) -> None:
    path = _any_file(rng, root)
    path.write_bytes(octets.mutated(rng, path.read_bytes(), [b"x"])[0])


FAULTS: Mapping[str, Fault] = {
    fault.__name__: fault
    for fault in (
        *(link_to_file, link_to_nothing, link_to_folder, link_of_agencies, hard_link, folder, pipe, plug, device),
        *(unreadable, strange_name, huge, many, hidden, lost, no_folder, text),
    )
}


@dataclass(frozen=True)
class Directory:
    """A register on disk with so many faults, each by its name and seed; its findings in one of the forms."""

    register: int
    faults: tuple[tuple[str, int], ...]
    form: str

    @property
    def how(self) -> str:
        return "+".join(name for name, _seed in self.faults)

    def run(self) -> Outcome:
        with tempfile.TemporaryDirectory(prefix="danhba-fuzz-", ignore_cleanup_errors=True) as place:
            root = self._build(Path(place))
            with unprivileged():
                return check(root, form=self.form, size=self.size(), home=Path(place) / "home")

    def _build(self, place: Path) -> Path:
        place.chmod(0o755)
        root = place / "directory"
        for name, data in registers()[self.register].items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(data)
        for name, seed in self.faults:
            with suppress(OSError, IndexError):  # one fault may have taken from another what it needs
                FAULTS[name](random.Random(seed), root)
        return root

    def size(self) -> int:
        return 1000 * len(self.faults) + sum(map(len, registers()[self.register].values()))

    def save(self, folder: Path) -> None:
        (folder / "faults.txt").write_text(f"{self!r}\n", encoding="utf-8")

    def smaller(self) -> Iterator[Directory]:
        for number in range(len(self.faults)):
            yield Directory(self.register, self.faults[:number] + self.faults[number + 1 :], self.form)


def directory(rng: random.Random) -> Directory:
    """A valid register with one to three faults."""
    names = [rng.choice(sorted(FAULTS)) for _ in range(rng.choice((1, 1, 2, 3)))]
    faults = tuple((name, rng.randrange(2**32)) for name in names)
    return Directory(rng.randrange(len(registers())), faults, rng.choice(["text", *FORMATS]))
