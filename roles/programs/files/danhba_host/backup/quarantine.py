"""On the backup host: moves foreign files out of the store and reports them, so that all other files stay usable
(R9.2).

Root on the mail host may add files to the store, though never remove one. restic refuses to open a repository with a
file
that it cannot read, such as 200 random bytes in `index/`: one such file would stop backups, restores and clean-up.
The server of the store has compared each file's SHA-256 with its name on arrival. So a file with the right digest
that does not open with the repository's key is foreign, and a file with another digest was damaged by this host's disk:
a damaged file stays in place, for the page of the alert `backup-suspect`.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.poly1305 import Poly1305

from .. import durable, figure, program
from ..credential import given
from ..journal import Refused
from .commands import run, said
from .locking import only_one
from .settings import TOLD
from .suspects import DAMAGED, SWEPT, figures

CONFIG, DATA, KEYS = "config", "data", "keys"
JUDGED = ("locks", "index", "snapshots")  # in this order: restic loads every index before it reads a snapshot's files
FOLDERS = (DATA, KEYS, *JUDGED)
OTHER = "other"
STATE = "quarantine.json"
TOLD_STATE, SUSPECTS = "told.json", "suspects"
SWEEP_SECONDS = 900  # for one run; the next run takes the remaining files
WAIT_SECONDS = 1800  # for which the clean-up waits for a running sweep
MARGIN_SECONDS = 5  # files younger than this at a sweep are judged again by the next one
LEFTOVER_SECONDS = 86400  # after which a file with another name than its digest is no upload in progress
LOCK_SECONDS = 3600  # restic renews a lock every five minutes, so an older lock belongs to no running process
LONGEST = 64 << 20  # octets of a file; restic starts a new index long before
LONGEST_KEY = 1 << 20
MOST_MEMORY = 256 << 20  # octets of memory that a key may demand to derive the password; restic's own keys take 32 MiB
MAC_OCTETS = 16
PACK_END = 36  # octets of a pack after its last blob, at least: an encrypted header and its length
_ALL_INDEXES = ("stats", "--mode", "raw-data", "--tag", "danhba-none")
MOST_AT_ONCE = 500  # snapshots in one command of restic, whose length Linux limits
# restic's errors for a file that the repository's key opens and whose content has the wrong form. From any other error,
# such as a failed disk or memory, nothing follows about the file.
_UNUSABLE = re.compile(
    r"not supported encoding format|invalid character|cannot unmarshal|Unmarshal|unexpected end of JSON input|"
    r"magic number mismatch|unexpected EOF|invalid input: |parsing time|has nil tree"
)
_DAMAGED = re.compile(r"invalid data returned|ciphertext verification failed|unable to load index")
_NO_KEY = re.compile(r"Unmarshal|invalid character|KDF|scrypt|trying to decrypt invalid data|ciphertext ")
_WRONG_KEY = 12  # restic's exit status where the password opens no key
_NOT_THERE = re.compile(r"not found in (?:repository|(?:the )?index)|has nil tree")
# restic's warning about a snapshot that it cannot load; the exit status is 0 nevertheless.
_PASSED_OVER = re.compile(r"^Ignoring \"?([0-9a-f]{64})\"?: (.*)$", re.MULTILINE)
_NAME = re.compile(r"[0-9a-f]{64}")
_VIET_NAM = timedelta(hours=7)
_BLOB = {"id", "type", "offset", "length", "uncompressed_length"}


class Place(Protocol):
    """The location of a repository, as settings give it."""

    @property
    def folder(self) -> str:
        """The repository's folder."""

    @property
    def password_file(self) -> str:
        """The file with the repository's password."""

    @property
    def state(self) -> str:
        """The folder of restic's cache, and of state that is kept between runs."""


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        folder: of the repository.
        password_file: with its key, which systemd hands over.
        state: folder of restic's cache, and of state that is kept between runs.
        metrics: folder of node_exporter's text files.
    """

    folder: str
    password_file: str
    state: str
    metrics: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file of the store: its folder, its path, and when it arrived, in seconds since 1970."""

    kind: str
    path: Path
    moment: float
    changed: int

    @classmethod
    def of(cls, kind: str, path: Path) -> Arrival:
        """Read the times of a file.

        Raises:
            FileNotFoundError: restic has removed it meanwhile, for example a lock.
        """
        found = path.lstat()
        return cls(kind, path, found.st_mtime, found.st_ctime_ns)


@dataclass
class Memory:
    """The state that is kept between runs.

    Attributes:
        until: by kind of file, the ctime (nanoseconds since 1970) up to which all files were judged.
        key: name of a key that opened the repository.
        config: SHA-256 of the repository's `config`.
        damaged: files that differ from the digest in their name, or are lost, and when that was found.
        lost: those of `damaged` that the first run found lost, or snapshots that need something lost; and the files
        that
            need each of them.
        first_done: whether a run has judged all files that existed before it.
        swept: when the last run ended, in seconds since 1970.
    """

    until: dict[str, int] = field(default_factory=dict)
    key: str = ""
    config: str = ""
    damaged: dict[str, float] = field(default_factory=dict)
    lost: dict[str, list[str]] = field(default_factory=dict)
    first_done: bool = False
    swept: float = 0


@dataclass
class Swept:
    """The result of a run: files moved, files found damaged, and how many are left to the next run."""

    moved: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)
    left: int = 0

    def __str__(self) -> str:
        """One line for the journal; empty where nothing was found or left."""
        words = []
        if self.moved:
            words.append(f"đã để riêng {len(self.moved)} tệp lạ -- foreign files set aside: {_some(self.moved)}")
        if self.damaged:
            words.append(f"{len(self.damaged)} tệp hỏng trên đĩa -- files damaged on the disk: {_some(self.damaged)}")
        if self.left:
            words.append(f"còn {self.left} tệp chưa xem, lần sau xem tiếp -- files are left to the next run")
        return "; ".join(words)


def _some(names: Sequence[str]) -> str:
    more = f", … (+{len(names) - 20})" if len(names) > 20 else ""
    return ", ".join(names[:20]) + more


def aside(place: Place) -> Path:
    """The quarantine folder: beside the repository, so on its disk, and not served to mail hosts."""
    folder = Path(place.folder)
    return folder.with_name(f"{folder.name}.aside")


@contextmanager
def unsealed(folder: Path) -> Iterator[None]:
    """Make a read-only folder writable within this context, for this program's user."""
    before = stat.S_IMODE(folder.stat().st_mode)
    folder.chmod(0o700)
    try:
        yield
    finally:
        folder.chmod(before)


def unlock(place: Place) -> None:
    """Remove stale locks: an intruder on the mail host can add any number of them, with any time in them."""
    for lock in Path(place.folder, "locks").iterdir():
        with suppress(FileNotFoundError):
            if lock.is_file() and time.time() - lock.stat().st_mtime > LOCK_SECONDS:
                lock.unlink()


def sweep(place: Place, wait: float = 0) -> Swept:
    """Judge each file that arrived since the last run, and move foreign files out of the store.

    Raises:
        Away: another sweep is still at work after `wait` seconds.
        Refused: the password opens no key, so no file can be judged; nothing was moved.
    """
    if not Path(place.folder, CONFIG).exists():
        return Swept()  # the mail host has made no repository yet
    with alone(place, wait):
        return Sweep(place).run()


def alone(place: Place, wait: float = 0) -> AbstractContextManager[None]:
    """Hold the lock of sweeps; wait for it `wait` seconds at most.

    Raises:
        Away: another sweep is at work.
    """
    busy = (
        "đang xem tệp mới đến của kho: chờ xong rồi chạy lại -- the files that came are being judged: wait for its end,"
        " then run again"
    )
    return only_one(Path(place.state, "quarantine"), busy, wait)


class Sweep:
    """One run of the sweep."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._folder = Path(place.folder)
        self._file = Path(place.state, STATE)
        self._memory = _remembered(self._file)
        # A store older than this program may have lost files before its files were judged: then an index that names a
        # lost
        # file, or a snapshot that needs it, is not foreign.
        self._begun = time.time_ns()
        self._latest = self._begun - MARGIN_SECONDS * 10**9
        if any(until > self._begun for until in self._memory.until.values()):  # noted by a clock that was wrong
            self._memory.first_done = False
        self._first = not self._memory.first_done
        self._end = time.monotonic() + SWEEP_SECONDS
        self._good: tuple[str, ...] = ()
        self._works: set[tuple[str, ...]] = set()
        self._swept = Swept()
        self._mac = b"", b""

    def run(self) -> Swept:
        """Judge the new files, move foreign ones, and save the progress.

        Raises:
            Refused
        """
        new = {kind: self._new(kind) for kind in FOLDERS}
        asked = bool(new[KEYS] or any(new[kind] for kind in JUDGED) or not self._memory.key)
        if asked:
            self._find_key()
        self._seal()
        self._out_of_place()
        if asked:
            self._judge(KEYS, new[KEYS], lambda path: path.name == self._memory.key or bool(self._master(path)))
            self._remember()
            self._judge(JUDGED[0], new[JUDGED[0]], self._lock_opens)
            self._remember()
            self._judge(JUDGED[1], new[JUDGED[1]], self._index_opens)
            self._remember()
            self._judge_snapshots(new[JUDGED[2]])
        unlock(self._place)
        self._judge_packs(new[DATA])
        self._judge_damaged()
        self._memory.first_done = self._memory.first_done or not self._swept.left
        self._memory.swept = time.time()
        self._remember()
        return self._swept

    def _remember(self) -> None:
        durable.write_json(self._file, vars(self._memory))

    # --- New files

    def _new(self, kind: str) -> list[Arrival]:
        """The files of a kind that arrived since they were last judged, in order of arrival."""
        until = self._memory.until.get(kind, 0)
        if until > self._begun:
            until = 0  # noted by a clock that was wrong
        folder = self._folder / kind
        folders = [each for each in folder.iterdir() if each.is_dir()] if kind == DATA else [folder]
        found = []
        for each in folders:
            if kind != DATA or each.stat().st_mtime_ns >= until:
                found += [arrival for arrival in _arrivals(kind, each) if arrival.changed > until]
        return sorted(found, key=lambda arrival: arrival.changed)

    def _in_time(self, kind: str, arrivals: Sequence[Arrival]) -> Iterator[Arrival]:
        """The arrivals until time runs out; saves the time up to which they were judged."""
        for number, arrival in enumerate(arrivals):
            if time.monotonic() > self._end:
                self._swept.left += len(arrivals) - number
                return
            yield arrival
            self._memory.until[kind] = min(arrival.changed, self._latest)
        self._memory.until[kind] = self._latest

    def _out_of_place(self) -> None:
        """Move entries that no repository has: other folders, such as a second repository, and file names that are no
        digests.
        """
        for path in self._folder.iterdir():
            if path.name not in {CONFIG, TOLD, *FOLDERS}:
                self._move(OTHER, path)
        told = self._folder / TOLD
        for path in told.iterdir() if told.is_dir() else ():
            if path.name != CONFIG and not path.name.startswith(f".{CONFIG}."):  # a report that is being written
                self._move(OTHER, path)
        for kind in (KEYS, *JUDGED):
            for path in (self._folder / kind).iterdir():
                self._move_unnamed(path, named=True)
        self._out_of_place_in_data()

    def _out_of_place_in_data(self) -> None:
        until = self._memory.until.get(DATA, 0)
        for folder in (self._folder / DATA).iterdir():
            if not folder.is_dir() or not re.fullmatch(r"[0-9a-f]{2}", folder.name):
                self._move_unnamed(folder, named=False)
            elif folder.stat().st_mtime_ns >= until:
                for path in folder.iterdir():
                    self._move_unnamed(path, named=path.name.startswith(folder.name))

    def _move_unnamed(self, path: Path, *, named: bool) -> None:
        """Move a folder, or an old file that is not named by a digest; an upload has another name until it is
        complete.
        """
        fits = named and _NAME.fullmatch(path.name)
        with suppress(FileNotFoundError):
            found = path.lstat()
            if stat.S_ISREG(found.st_mode):
                if not fits and time.time() - found.st_mtime > LEFTOVER_SECONDS:
                    self._move(OTHER, path)
            else:
                self._move(OTHER, path)

    # --- Files that open

    def _find_key(self) -> None:
        """Find a key of the repository that the password opens.

        Raises:
            Refused: there is none.
        """
        mine = self._folder / KEYS / self._memory.key
        master = self._master(mine) if self._memory.key and mine.is_file() else None
        if not master:
            self._memory.key = ""
            for arrival in _arrivals(KEYS, self._folder / KEYS):
                if master := self._master(arrival.path):
                    self._memory.key = arrival.path.name
                    break
        if not master:
            raise Refused(
                f"không khóa nào trong {self._folder / KEYS} mở được kho bằng {self._place.password_file}: chưa chuyển"
                " tệp nào. Đưa đúng repository.password về máy điều khiển, chạy playbooks/site.yml --tags backupstore"
                " -- no key of the store opens by this password: nothing was moved. Take the right repository.password"
                " to the controller, then run playbooks/site.yml --tags backupstore"
            )
        self._mac = base64.b64decode(master["mac"]["k"]), base64.b64decode(master["mac"]["r"])

    def _master(self, key: Path) -> dict[str, Any] | None:
        """The repository's master key from this key file; None where the password does not open the file.

        restic is asked in a temporary repository that has only this key.

        Raises:
            Refused: restic failed for a reason other than the file.
        """
        if not _is_modest(key):
            return None
        with TemporaryDirectory(dir=self._place.state) as folder:
            Path(folder, KEYS).mkdir()
            shutil.copyfile(key, Path(folder, KEYS, key.name))
            shutil.copyfile(self._folder / CONFIG, Path(folder, CONFIG))
            done = self._restic("cat", "masterkey", repository=folder)
        if not done.returncode:
            return dict(json.loads(done.stdout))
        if done.returncode == _WRONG_KEY or (done.returncode == 1 and _NO_KEY.search(done.stderr)):
            return None
        raise Refused(_failed(done))

    def _judge(self, kind: str, arrivals: Sequence[Arrival], opens: Callable[[Path], bool]) -> None:
        for arrival in self._in_time(kind, arrivals):
            with suppress(FileNotFoundError):  # a lock that its process removed at its end
                self._judge_one(arrival, opens)

    def _judge_one(self, arrival: Arrival, opens: Callable[[Path], bool]) -> None:
        if opens(arrival.path):
            return
        if not arrival.path.exists():
            return
        if arrival.path.stat().st_size <= LONGEST and _digest(arrival.path) != arrival.path.name:
            self._note_damaged(arrival.path)
        else:
            self._move(arrival.kind, arrival.path)

    def _is_sealed(self, path: Path) -> bool:
        """Whether a file was encrypted by the repository's key (restic's Poly1305-AES)."""
        if path.stat().st_size > LONGEST:
            return False
        octets = path.read_bytes()
        nonce, text, code = octets[:MAC_OCTETS], octets[MAC_OCTETS:-MAC_OCTETS], octets[-MAC_OCTETS:]
        if len(octets) < 2 * MAC_OCTETS:
            return False
        key, multiplier = self._mac
        once = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(nonce)  # noqa: S305 - one block
        try:
            Poly1305.verify_tag(multiplier + once, text, code)
        except InvalidSignature:
            return False
        return True

    def _lock_opens(self, path: Path) -> bool:
        return self._is_sealed(path) and self._cat("lock", path) is not None

    def _index_opens(self, path: Path) -> bool:
        """Whether restic can load an index, and the store has the packs that the index names."""
        text = self._cat("index", path) if self._is_sealed(path) else None
        if text is None or (packs := _packs(text)) is None:
            return False
        lacking = [self._pack(name) for name, end in packs.items() if not self._has(name, end)]
        known = [pack for pack in lacking if self._first or self._name(pack) in self._memory.lost]
        if len(known) < len(lacking):
            return False
        for pack in lacking:
            self._note_lost(pack, path)
        return True

    def _pack(self, name: str) -> Path:
        return self._folder / DATA / name[:2] / name

    def _has(self, name: str, octets: int) -> bool:
        try:
            return self._pack(name).stat().st_size >= octets
        except FileNotFoundError:
            return False

    def _judge_snapshots(self, arrivals: Sequence[Arrival]) -> None:
        """Move snapshots that do not open or whose data no index has; restic checks many snapshots by one command."""
        sealed: list[Path] = []

        def note(path: Path) -> bool:
            if not self._is_sealed(path):
                return False
            sealed.append(path)
            return True

        for start in range(0, len(arrivals), MOST_AT_ONCE):
            if time.monotonic() > self._end:
                self._swept.left += len(arrivals) - start
                return
            some = arrivals[start : start + MOST_AT_ONCE]
            sealed.clear()
            for arrival in some:
                with suppress(FileNotFoundError):
                    self._judge_one(arrival, note)
            self._move_lacking(sealed)
            self._memory.until[JUDGED[2]] = min(some[-1].changed, self._latest)
            self._remember()
        self._memory.until[JUDGED[2]] = self._latest

    def _move_lacking(self, paths: Sequence[Path]) -> None:
        for path in self._lacking(paths):
            with suppress(FileNotFoundError):
                if self._first or self._name(path) in self._memory.lost:
                    self._note_lost(path, path)
                else:
                    self._move(JUDGED[2], path)

    def _lacking(self, paths: Sequence[Path]) -> list[Path]:
        """The snapshots that restic cannot load, and those of which a folder or a file's content is in no index.

        Snapshots with the same tree need the same data, so only one of them is checked.

        Raises:
            Refused: restic failed for a reason other than such a snapshot.
        """
        there = [path for path in paths if path.exists()]  # the others were removed meanwhile, such as expired ones
        unusable, trees = self._loaded(there)
        if unusable:
            unusable &= self._loaded(sorted(unusable))[0]
        alike: dict[str, list[Path]] = {}
        for path in there:
            if path.name in trees:
                alike.setdefault(trees[path.name], []).append(path)
        lacking = self._lacking_of([each[0] for each in alike.values()])
        if unusable or lacking:
            self._control(*_ALL_INDEXES)
        return sorted({*unusable, *(path for each in alike.values() if each[0] in lacking for path in each)})

    def _loaded(self, paths: Sequence[Path]) -> tuple[set[Path], dict[str, str]]:
        """The snapshots that restic cannot load, and the trees of the others by snapshot name."""
        if not paths:
            return set(), {}
        done = self._restic("snapshots", "--json", *(path.name for path in paths))
        if done.returncode:
            raise Refused(_failed(done))
        trees = {str(each["id"]): str(each.get("tree") or "") for each in json.loads(done.stdout or "null") or ()}
        unusable = set()
        for name, reason in _PASSED_OVER.findall(done.stderr):
            path = self._folder / JUDGED[2] / name
            if _UNUSABLE.search(reason):
                unusable.add(path)
            elif path.exists():
                raise Refused(_failed(done))
        return unusable, trees

    def _lacking_of(self, paths: Sequence[Path]) -> set[Path]:
        """The snapshots that need data that no index has, found by bisection; each of them was checked twice."""
        if not paths:
            return set()
        if not self._needs_more(paths):
            return set()
        if len(paths) == 1:
            return {*paths} if self._needs_more(paths) else set()
        half = len(paths) // 2
        return self._lacking_of(paths[:half]) | self._lacking_of(paths[half:])

    def _needs_more(self, paths: Sequence[Path]) -> bool:
        done = self._restic("stats", "--mode", "raw-data", *(path.name for path in paths))
        if not done.returncode:
            return False
        if done.returncode == 1 and _NOT_THERE.search(done.stderr):
            return True
        self._control(*_ALL_INDEXES)
        raise Refused(_failed(done))

    def _control(self, *words: str) -> None:
        """Check that restic can read a known good file, before a file is moved because restic reported it as
        unreadable.

        Raises:
            Refused: restic cannot.
        """
        if words not in self._works:
            done = self._restic(*words)
            if done.returncode:
                raise Refused(_not_read(done) if _DAMAGED.search(done.stderr) else _failed(done))
            self._works.add(words)

    def _known_good(self) -> tuple[str, ...]:
        """The command by which restic reads an index that was judged before, or `config` where there is none."""
        until = self._memory.until.get(JUDGED[1], 0)
        judged = [each for each in _arrivals(JUDGED[1], self._folder / JUDGED[1]) if each.changed <= until]
        good = min(judged, key=lambda each: each.changed, default=None)
        return ("cat", "index", good.path.name) if good and _digest(good.path) == good.path.name else ("cat", CONFIG)

    # --- Damaged files

    def _judge_packs(self, arrivals: Sequence[Arrival]) -> None:
        for arrival in self._in_time(DATA, arrivals):
            with suppress(FileNotFoundError):
                if _digest(arrival.path) != arrival.path.name:
                    self._note_damaged(arrival.path)
        self._remember()

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self._folder))

    def _note_damaged(self, path: Path) -> None:
        name = self._name(path)
        self._swept.damaged.append(name)
        self._memory.damaged.setdefault(name, time.time())

    def _note_lost(self, path: Path, needed_by: Path) -> None:
        needing = self._memory.lost.setdefault(self._name(path), [])
        if self._name(needed_by) not in needing:
            needing.append(self._name(needed_by))
            self._note_damaged(path)

    def _judge_damaged(self) -> None:
        """Drop damaged files from the state that are gone or whole again; note `config` as damaged if it has
        changed.
        """
        for name in [*self._memory.damaged]:
            path = self._folder / name
            needed = [each for each in self._memory.lost.get(name, ()) if Path(self._folder, each).exists()]
            whole = path.is_file() and _digest(path) == path.name and needed != [name]
            if name not in self._swept.damaged and (whole or not (needed or path.is_file())):
                del self._memory.damaged[name]
                self._memory.lost.pop(name, None)
        found = _digest(self._folder / CONFIG)
        self._memory.config = self._memory.config or found
        if found != self._memory.config:
            self._note_damaged(self._folder / CONFIG)

    # --- Moving and sealing

    def _move(self, kind: str, path: Path) -> None:
        """Move a file out of the store; its new name has its arrival time and its kind."""
        place = aside(self._place)
        place.mkdir(mode=0o700, exist_ok=True)
        came = datetime.fromtimestamp(path.lstat().st_mtime, UTC)
        with unsealed(path.parent):
            path.rename(place / f"{came:%Y%m%dT%H%M%SZ}-{kind}-{path.name}")
        self._swept.moved.append(f"{kind}/{path.name[:16]} ({came + _VIET_NAM:%d/%m/%Y %H:%M:%S})")

    def _seal(self) -> None:
        """Keep the server of the store from adding keys and repositories: a backup adds neither.

        The server runs as the same ordinary user as this program, which opens the folders for itself (`unsealed`).
        """
        for folder in (self._folder, self._folder / KEYS, self._folder / TOLD):
            if folder.is_dir():
                folder.chmod(0o500)

    def _cat(self, kind: str, path: Path) -> str | None:
        """The content of a file as restic reads it; None where restic says twice that its content has the wrong form.

        Raises:
            FileNotFoundError: it was removed meanwhile.
            Refused: restic failed for a reason other than the file.
        """
        for _time in range(2):
            done = self._restic("cat", kind, path.name)
            if not done.returncode:
                return done.stdout
            path.stat()
            if done.returncode != 1 or not _UNUSABLE.search(done.stderr):
                raise Refused(_failed(done))
        self._good = self._good or self._known_good()
        self._control(*self._good)
        return None

    def _restic(self, *words: str, repository: str = "") -> subprocess.CompletedProcess[str]:
        environment = {
            **{name: value for name, value in os.environ.items() if name in {"PATH", "LC_ALL", "TMPDIR"}},
            "RESTIC_REPOSITORY": repository or str(self._folder),
            "RESTIC_PASSWORD_FILE": str(given(self._place.password_file)),
            "RESTIC_KEY_HINT": "" if repository else self._memory.key,
            "RESTIC_CACHE_DIR": f"{self._place.state}/cache",
        }
        return run(["restic", "--no-lock", *words], environment=environment)


def _remembered(path: Path) -> Memory:
    found = durable.read_state(path)
    try:
        memory = Memory(**found)
        {kind: int(moment) for kind, moment in memory.until.items()}
        {name: float(moment) for name, moment in memory.damaged.items()}
        {name: [*needing] for name, needing in memory.lost.items()}
        float(memory.swept)
    except (TypeError, ValueError, AttributeError) as error:
        durable.set_damaged_aside(path, str(error))
        return Memory()
    return memory


def _arrivals(kind: str, folder: Path) -> list[Arrival]:
    """The files of a folder whose names are digests."""
    found = []
    for entry in os.scandir(folder):
        if _NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
            with suppress(FileNotFoundError):
                found.append(Arrival.of(kind, Path(entry.path)))
    return found


def _is_modest(key: Path) -> bool:
    """Whether a key file demands no more memory and time of restic than restic's own keys do."""
    try:
        if key.stat().st_size > LONGEST_KEY:
            return False
        told = json.loads(key.read_bytes())
        cost, width, times = (int(told[name]) for name in ("N", "r", "p"))
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return 0 < 128 * cost * width <= MOST_MEMORY and 0 < times <= 32


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _packs(text: str) -> dict[str, int] | None:
    """The packs that an index names, with the minimum size of each in octets; None where restic could not load the
    index.
    """
    try:
        told = json.loads(text, object_pairs_hook=_once)
        if not isinstance(told, dict) or not told.keys() <= {"packs", "supersedes"}:
            return None
        if not all(_is_name(each) for each in told.get("supersedes") or []):
            return None
        return {pack["id"]: _end(pack) for pack in told.get("packs") or [] if _is_pack(pack)}
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; ValueError where a name occurs twice."""
    listed = list(pairs)
    made = dict(listed)
    if len(made) != len(listed):
        raise ValueError("twice")
    return made


def _is_name(value: object) -> bool:
    return isinstance(value, str) and _NAME.fullmatch(value) is not None


def _is_pack(pack: Any) -> bool:
    """Check an index's entry of a pack; ValueError where it has the wrong form."""
    if not isinstance(pack, dict) or pack.keys() != {"id", "blobs"} or not _is_name(pack["id"]):
        raise ValueError("pack")
    for blob in pack["blobs"]:
        numbers = [blob.get(name, 0) for name in ("offset", "length", "uncompressed_length")]
        whole = all(type(number) is int and 0 <= number < 2**32 for number in numbers)
        if not blob.keys() <= _BLOB or not _is_name(blob["id"]) or blob["type"] not in {"data", "tree"} or not whole:
            raise ValueError("blob")
    return True


def _end(pack: dict[str, Any]) -> int:
    return max((blob["offset"] + blob["length"] for blob in pack["blobs"]), default=0) + PACK_END


def _failed(done: subprocess.CompletedProcess[str]) -> str:
    return (
        "restic hỏng khi xem tệp mới đến, không phải do tệp: không chuyển tệp nào vì lần hỏng này; xem bộ nhớ và đĩa"
        " của máy sao lưu (journalctl -k -p err), rồi trang backup-suspect.md -- restic failed while it looked at what"
        " came, and not for what is in a file: no file was moved for that; see to the backup host's memory and disk,"
        " then to"
        f" the page backup-suspect.md ({done.returncode}): {said(done)}"
    )


def _not_read(done: subprocess.CompletedProcess[str]) -> str:
    return (
        "restic không đọc được chỉ mục của kho sau khi đã để riêng tệp lạ: có tệp hỏng trên đĩa, xem trang"
        " backup-suspect.md -- restic cannot read the index of the store, though foreign files were set aside: a file"
        f" is damaged on the disk, see the page backup-suspect.md: {said(done)}"
    )


# --- Reporting


def suspects(place: Place) -> dict[str, dict[str, Any]]:
    """Quarantined and damaged files by kind, for the alert: `count`, `first` (its name) and `since` (when it
    arrived).
    """
    found: dict[str, list[tuple[str, str]]] = {}
    folder = aside(place)
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        moment, _, rest = path.name.partition("-")
        kind, _, name = rest.partition("-")
        found.setdefault(kind if kind in FOLDERS else OTHER, []).append((moment, name or path.name))
    damaged = _remembered(Path(place.state, STATE)).damaged
    if damaged:
        found[DAMAGED] = sorted((f"{datetime.fromtimestamp(at, UTC):%Y%m%dT%H%M%SZ}", name.rpartition("/")[2])
                                for name, at in damaged.items())  # fmt: skip
    return {kind: {"count": len(each), "first": each[0][1][:16], "since": each[0][0]} for kind, each in found.items()}


def failed_parts(told: Mapping[str, Any]) -> set[int]:
    """The sevenths of the store that failed at their last reading, from the state of the clean-up."""
    parts = told.get("failed")
    return {part for part in parts if isinstance(part, int)} if isinstance(parts, list) else set()


def tell(place: Place) -> None:
    """Write the report about this host that the mail host reads at each backup and drill: its disk, and suspect files.

    Beside the values of the clean-up (`prune.tell`) it has `swept`, the end of the last sweep, so that a dead timer is
    noticed.
    """
    usage = shutil.disk_usage(place.folder)
    told = durable.read_state(Path(place.state, TOLD_STATE))
    swept = _remembered(Path(place.state, STATE)).swept
    known: dict[str, Any] = {"checked": told.get("checked", 0), "failed": len(failed_parts(told))} if told else {}
    folder, repository = Path(place.folder, TOLD), Path(place.folder)
    if not folder.is_dir():
        with unsealed(repository):
            folder.mkdir(mode=0o500)
    with unsealed(folder):
        free = usage.free / usage.total
        known |= {"swept": swept} if swept else {}
        durable.write_json(folder / CONFIG, {**known, "free": free, SUSPECTS: suspects(place)})


def work(settings: Settings, _given: argparse.Namespace | None = None) -> str:
    """Judge new files, and write the report.

    Raises:
        Away: another sweep, the clean-up or a recall is at work.
        Refused
    """
    if not Path(settings.folder, CONFIG).exists():
        return ""
    # The clean-up and recalls judge new files themselves, and change the files that a sweep would judge.
    busy = (
        "máy sao lưu đang dọn kho hoặc xóa thư trong bản sao lưu: lần sau xem tiếp -- the backup host is cleaning the"
        " store or has it forget a message: the next run goes on"
    )
    with alone(settings), only_one(Path(settings.state), busy):
        try:
            return str(Sweep(settings).run())
        finally:
            tell(settings)
            _note(settings)


def _note(settings: Settings) -> None:
    if Path(settings.metrics).is_dir():
        swept = _remembered(Path(settings.state, STATE)).swept
        found = [*figures(suspects(settings)), *([figure.Figure(SWEPT, swept)] if swept else [])]
        figure.write(Path(settings.metrics, "danhba_backup_suspects.prom"), figure.render(found))


def main(words: Sequence[str] | None = None) -> int:
    """Run once."""
    return program.run(program.parser("backup.quarantine", __doc__, "backup-quarantine.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
