"""On the backup host: takes a recalled message out of every snapshot and out of the store (R10.7).

Asked as JSON on its input by `playbooks/forget.yml`: {"plan", "mailboxes", "sizes", "mail", "held", "signatures"}. Two
operators have signed which message it is, by digest, and nothing else is taken out, wherever it is looked for. All
snapshots are looked into, whatever they say of themselves: who breaks into the mail host can make any.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

from .. import durable, program
from ..journal import Refused
from ..recall import fingerprint
from ..recall.plan import checksum
from ..recall.settings import check_operators
from ..recall.signatures import require_two
from . import prune, quarantine, queue

# Where a backup has a copy of Postfix's queue (`queue.staged`); the mail host may say otherwise.
QUEUE = "/var/lib/danhba-backup/queue"
LONGEST = 60_000_000  # characters of a request: the plan of a message that everybody has
# A message is longer or shorter in another mailbox by what its delivery has put above it.
MARGIN = 4096
# In clear it lies in memory alone, and so much of it at once. No message is larger.
MOST_OCTETS, MOST_FILES = 128 << 20, 500
# restic looks for each folder from the top: where there are more, all mailboxes are listed once.
MOST_FOLDERS = 200
# Which snapshots and files had it, by recall: an answer may be lost on its way, and the next one tells all the same.
FORGOTTEN = "forgotten.json"
MESSAGE = re.compile(r"/Maildir(/.*)?/(cur|new|tmp)/[^/]+", re.DOTALL)
# How a run that needs the store for itself waits for one that is at work.
LOCK = ("--retry-lock", "30m")
_HASH = re.compile(r"[0-9a-f]{64}")
_SPECIAL = re.compile(r"([\\*?\[\]])")


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        folder: of the repository.
        password_file: with its key, which systemd hands over.
        state: folder of restic's cache.
        operators: who may confirm, as of recalls: a name, the type of the key and the public key of each.
    """

    folder: str
    password_file: str
    state: str
    operators: list[str]

    def __post_init__(self) -> None:
        """Refuse operators who could not be told apart."""
        check_operators(self.operators)


@dataclass(frozen=True, slots=True)
class Order:
    """What is looked for, and where.

    Attributes:
        plan: of the recall, as it was signed.
        mailboxes: where the message was, as kind and id.
        sizes: of the copies that were found in mailboxes, in octets.
        mail, held, queue: folders of the mail host: of all mailboxes, of held messages, and of the queue's copy.
    """

    plan: dict[str, Any]
    mailboxes: tuple[str, ...]
    sizes: tuple[int, ...]
    mail: str
    held: str
    queue: str = QUEUE

    @property
    def digests(self) -> frozenset[str]:
        """Which messages they are (`fingerprint.digest`)."""
        return frozenset(str(each["digest"]) for name in ("copies", "queue") for each in self.plan[name])

    @property
    def held_folder(self) -> str:
        """Where they were held."""
        return f"{self.held}/{self.plan['recall']}"

    @property
    def folders(self) -> list[str]:
        """Where they may be in a snapshot; also in what was leaving the store."""
        return [
            *(f"{self.mail}/{each}" for each in self.mailboxes),
            f"{self.mail}/.leaving",
            self.held_folder,
            self.queue,
        ]

    def could_be(self, path: str, size: int) -> bool:
        """Whether a file may be one of them, by its place and size."""
        if path.startswith(f"{self.held_folder}/"):
            return size <= MOST_OCTETS
        if path.startswith(f"{self.queue}/") and path.endswith(f"/{queue.MESSAGE}"):
            return size <= MOST_OCTETS  # it may have waited there alone, and has no size then
        fits = bool(self.sizes) and min(self.sizes) - MARGIN <= size <= min(max(self.sizes) + MARGIN, MOST_OCTETS)
        return fits and MESSAGE.search(path) is not None

    def with_it(self, path: str) -> list[str]:
        """What goes with a copy: of one that waited in the queue, Postfix's own file of the same message."""
        in_queue = path.startswith(f"{self.queue}/")
        return [path, f"{path.removesuffix(queue.MESSAGE)}{queue.FILE}"] if in_queue else [path]


@dataclass(frozen=True, slots=True)
class File:
    """A file of a snapshot, as that says itself: `size` is in octets."""

    path: str
    size: int


class Store(prune.Store):
    """The repository, of which snapshots are read and rewritten."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._forgotten = Path(settings.state, FORGOTTEN)

    def trees(self) -> dict[str, str]:
        """What each snapshot has, by its id: the SHA-256 of its tree, which is one for all that is in it."""
        return {str(each["id"]): str(each["tree"]) for each in self._snapshots()}

    def files(self, snapshot: str, folders: Sequence[str]) -> Iterator[File]:
        """All files below some folders of a snapshot; folders that it does not have are passed over."""
        for line in self._lines(["ls", "--json", "--recursive", snapshot, *folders]):
            told = json.loads(line)
            if told.get("type") == "file":
                yield File(str(told["path"]), int(told.get("size", 0)))

    def digests(self, snapshot: str, paths: Sequence[str]) -> dict[str, str]:
        """What tells these messages of a snapshot from others, by path."""
        with tempfile.TemporaryDirectory(dir=prune.MEMORY) as folder, _named("include", paths) as named:
            self._demand("restore", snapshot, "--target", folder, *named)
            return {path: fingerprint.digest(_read(snapshot, folder, path)) for path in paths}

    def rewrite(self, snapshots: Mapping[str, float], paths: Iterable[str]) -> None:
        """Make snapshots anew without these files, each as old as it was: by when one came it is kept."""
        self.remember_arrivals(snapshots)
        with _named("exclude", paths) as named:
            self._demand("rewrite", *LOCK, "--forget", *named, *snapshots)
        self.date_back()

    def count(self, recall: str, found: Mapping[str, frozenset[str]]) -> tuple[int, int]:
        """How many snapshots and files had the message in all, with these; noted before any of it is taken out."""
        known = durable.read_state(self._forgotten)
        before = known.get(recall, {"snapshots": [], "files": []})
        files = {hashlib.sha256(path.encode()).hexdigest() for paths in found.values() for path in paths}
        now = {"snapshots": sorted({*before["snapshots"], *found}), "files": sorted({*before["files"], *files})}
        durable.write_json(self._forgotten, known | {recall: now})
        return len(now["snapshots"]), len(now["files"])

    def clean(self) -> None:
        """Remove what no snapshot has from the disk, all of it: restic leaves some by itself."""
        self._demand("prune", *LOCK, "--max-unused", "0")

    def _lines(self, words: Sequence[str]) -> Iterator[bytes]:
        with tempfile.TemporaryFile() as errors:
            with self._begun(words, errors) as process:
                yield from process.stdout or ()
            if process.returncode:
                errors.seek(0)
                said = errors.read(600).decode("utf-8", "replace")
                raise Refused(f"restic {words[0]} thất bại trên máy sao lưu -- failed on the backup host: {said}")

    def _begun(self, words: Sequence[str], errors: IO[bytes]) -> subprocess.Popen[bytes]:
        command, none, pipe = ["restic", *words], subprocess.DEVNULL, subprocess.PIPE
        try:  # it inherits the lock, as `commands.run` has it
            return subprocess.Popen(
                command, env=self._environment, stdin=none, stdout=pipe, stderr=errors, close_fds=False
            )
        except OSError as error:
            raise Refused(f"restic {words[0]}: không chạy được -- cannot be run: {error}") from error


def _read(snapshot: str, folder: str, path: str) -> bytes:
    try:
        return Path(folder + path).read_bytes()
    except (OSError, ValueError) as error:
        raise Refused(
            f"bản chụp {snapshot}: không đọc được tệp {path!r}: xem bản chụp đó trên máy sao lưu (restic ls); nếu không"
            " phải do máy thư tạo ra thì bỏ nó (restic forget) rồi chạy lại -- snapshot: a file of it cannot be read;"
            " look at it on the backup host (restic ls), and where the mail host has not made it, remove it (restic"
            f" forget) and run this again: {error!r}"
        ) from error


@contextmanager
def _named(option: str, paths: Iterable[str]) -> Iterator[list[str]]:
    """The words that name files to restic, however many: by a file of patterns, for a command is short."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", dir=prune.MEMORY) as file:
        words = [f"--{option}-file", file.name]
        for path in sorted(paths):
            if "\n" in path:
                words += [f"--{option}", escaped(path)]
            else:
                file.write(f"{as_line(path)}\n")
        file.flush()
        yield words


def escaped(path: str) -> str:
    """A pattern of restic that fits this path alone."""
    return _SPECIAL.sub(r"\\\1", path)


def as_line(path: str) -> str:
    """The same as a line of a file, where restic puts variables in and takes white space from the end."""
    pattern = escaped(path).replace("$", "$$")
    return f"{pattern[:-1]}[{pattern[-1]}]" if pattern[-1:].isspace() else pattern


class Search:
    """Looks into snapshots. What a tree has is known for good: its name is the digest of all that is in it."""

    def __init__(self, store: Store, order: Order) -> None:
        self._store = store
        self._order = order
        self._folders = frozenset(order.folders)
        self._known: dict[str, frozenset[str]] = {}

    def find(self) -> dict[str, frozenset[str]]:
        """The paths of the message's copies, by snapshot; snapshots without one are left out."""
        trees = self._store.trees()
        for snapshot, tree in trees.items():
            if tree not in self._known:
                self._known[tree] = frozenset(self._in(snapshot))
        return {snapshot: self._known[tree] for snapshot, tree in trees.items() if self._known[tree]}

    def _in(self, snapshot: str) -> Iterator[str]:
        """Each file that has about its size is read there: what else a snapshot says of a file, anybody can say."""
        order = self._order
        few = len(self._folders) <= MOST_FOLDERS
        files = self._store.files(snapshot, order.folders if few else [order.mail, order.held_folder, order.queue])
        possible = [file for file in files if order.could_be(file.path, file.size) and self._is_inside(file.path)]
        for some in _batches(possible):
            digests = self._store.digests(snapshot, [file.path for file in some])
            yield from (
                each for path, digest in digests.items() if digest in order.digests for each in order.with_it(path)
            )

    def _is_inside(self, path: str) -> bool:
        parts = path.split("/")
        return any("/".join(parts[:count]) in self._folders for count in range(2, len(parts)))


def _batches(files: Sequence[File]) -> Iterator[list[File]]:
    """Them in turn, as much at a time as memory and a command hold."""
    some: list[File] = []
    octets = 0
    for file in files:
        if some and (octets + file.size > MOST_OCTETS or len(some) == MOST_FILES):
            yield some
            some, octets = [], 0
        some.append(file)
        octets += file.size
    if some:
        yield some


def answer(settings: Settings, request: dict[str, Any]) -> dict[str, Any]:
    """Take the message out, and look again whether any is left; `changed`, and counts.

    Raises:
        Away: another one is at work.
        Refused
    """
    order = _order(request)
    signatures = [str(each) for each in request.get("signatures") or []]
    signed = require_two(checksum(order.plan), signatures, settings.operators)
    if not Path(settings.folder, "config").exists():
        raise Refused(
            f"không thấy kho sao lưu trong {settings.folder}: xem ổ đĩa của máy sao lưu đã gắn chưa, máy thư đã sao lưu"
            " lần nào chưa -- there is no store of backups; see whether the backup host's disk is mounted, and whether"
            " the mail host has made a backup"
        )
    with prune.at_work(settings):
        quarantine.sweep(settings, quarantine.WAIT_SECONDS)
        store = Store(settings)
        done = (_looked if request.get("dry_run") else partial(_forgotten, settings))(store, order)
    return {"recall": order.plan["recall"], "signed": list(signed), **done}


def _looked(store: Store, order: Order) -> dict[str, Any]:
    found = Search(store, order).find()
    files = {path for paths in found.values() for path in paths}
    return {"changed": bool(found), "snapshots": len(found), "files": len(files), "left": len(found)}


def _forgotten(settings: Settings, store: Store, order: Order) -> dict[str, Any]:
    store.unlock()
    store.date_back()
    search = Search(store, order)
    found = search.find()
    snapshots, files = store.count(str(order.plan["recall"]), found)
    for paths, some in _alike(found).items():
        store.rewrite(store.arrived(some), paths)
    quarantine.sweep(settings, quarantine.WAIT_SECONDS)  # what came meanwhile, before what nothing needs is removed
    store.clean()  # also where nothing was found: a run may have been killed before it did
    return {"changed": bool(found), "snapshots": snapshots, "files": files, "left": len(search.find())}


def _alike(found: Mapping[str, frozenset[str]]) -> dict[frozenset[str], list[str]]:
    """The snapshots that have the message in the same places: what is taken out of one was read in that one."""
    alike: dict[frozenset[str], list[str]] = {}
    for snapshot, paths in found.items():
        alike.setdefault(paths, []).append(snapshot)
    return alike


def _order(request: Mapping[str, Any]) -> Order:
    """What is asked; Refused where it is not what a recall tells."""
    try:
        plan = dict(request["plan"])
        order = Order(
            plan,
            tuple(str(each) for each in request["mailboxes"]),
            tuple(int(each) for each in request["sizes"]),
            str(request["mail"]),
            str(request["held"]),
            str(request.get("queue") or QUEUE),
        )
        sound = bool(order.digests) and all(_HASH.fullmatch(each) for each in order.digests)
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(f"yêu cầu không đúng dạng -- the request has not its form: {error!r}") from error
    paths = (order.mail, order.held, *order.mailboxes)
    if not sound or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", str(plan.get("recall", ""))):
        raise Refused("phương án không có thư nào -- the plan has no message")
    if any(".." in path.split("/") for path in paths) or not (order.mail + order.held).startswith("/"):
        raise Refused("đường dẫn lạ -- a strange path")
    return order


def work(settings: Settings, _given: argparse.Namespace) -> str:
    """Carry it out.

    Raises:
        Refused
    """
    return program.exchange(partial(answer, settings), LONGEST)


def main(words: Sequence[str] | None = None) -> int:
    """Run once."""
    return program.run(program.parser("backup.recall", __doc__, "backup-recall.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
