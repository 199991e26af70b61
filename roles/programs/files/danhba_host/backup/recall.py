"""On the backup host: removes a recalled message from every snapshot and from the store (R10.7).

Requested as JSON on standard input by `playbooks/forget.yml`: {"plan", "mailboxes", "sizes", "mail", "held",
"signatures"}. Two operators have signed the message's digest, and only messages with that digest are removed, in any
folder. Every snapshot is searched, whatever its metadata says: an intruder on the mail host can forge metadata.
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

# The folder of a backup's copy of Postfix's queue (`queue.staged`), unless the request names another.
QUEUE = "/var/lib/danhba-backup/queue"
LONGEST = 60_000_000  # characters of a request: the plan of a message that every mailbox has
# Octets by which copies of a message differ in size: delivery adds headers of its own for each mailbox.
MARGIN = 4096
# Octets of clear mail in memory at once, and nowhere else. No message is larger.
MOST_OCTETS, MOST_FILES = 128 << 20, 500
# Folders up to which restic is asked for each; it walks from the root for each, so beyond, all mailboxes are listed
# once.
MOST_FOLDERS = 200
# The state file with snapshots and files that contained the message, by recall. If an answer is lost, the next run's
# answer counts them again.
FORGOTTEN = "forgotten.json"
MESSAGE = re.compile(r"/Maildir(/.*)?/(cur|new|tmp)/[^/]+", re.DOTALL)
# Options of restic that wait for the end of another run on the store.
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
        operators: who may sign, as for recalls: a name, the type of the key and the public key of each.
    """

    folder: str
    password_file: str
    state: str
    operators: list[str]

    def __post_init__(self) -> None:
        """Refuse operators without distinct names and keys."""
        check_operators(self.operators)


@dataclass(frozen=True, slots=True)
class Order:
    """The message to remove, and the places to search.

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
        """The digests of the message's forms (`fingerprint.digest`)."""
        return frozenset(str(each["digest"]) for name in ("copies", "queue") for each in self.plan[name])

    @property
    def held_folder(self) -> str:
        """The folder of the messages that the recall held."""
        return f"{self.held}/{self.plan['recall']}"

    @property
    def folders(self) -> list[str]:
        """The folders of a snapshot in which the message may be, including mailboxes that were leaving the store."""
        return [
            *(f"{self.mail}/{each}" for each in self.mailboxes),
            f"{self.mail}/.leaving",
            self.held_folder,
            self.queue,
        ]

    def could_be(self, path: str, size: int) -> bool:
        """Whether a file could be a copy of the message, by its place and size."""
        if path.startswith(f"{self.held_folder}/"):
            return size <= MOST_OCTETS
        if path.startswith(f"{self.queue}/") and path.endswith(f"/{queue.MESSAGE}"):
            return size <= MOST_OCTETS  # a message that was only in the queue has no known size
        fits = bool(self.sizes) and min(self.sizes) - MARGIN <= size <= min(max(self.sizes) + MARGIN, MOST_OCTETS)
        return fits and MESSAGE.search(path) is not None

    def with_it(self, path: str) -> list[str]:
        """The files to remove with a copy: for a queued message, also Postfix's own queue file."""
        in_queue = path.startswith(f"{self.queue}/")
        return [path, f"{path.removesuffix(queue.MESSAGE)}{queue.FILE}"] if in_queue else [path]


@dataclass(frozen=True, slots=True)
class File:
    """A file according to a snapshot's metadata; `size` is in octets."""

    path: str
    size: int


class Store(prune.Store):
    """The repository, whose snapshots are read and rewritten."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self._forgotten = Path(settings.state, FORGOTTEN)

    def trees(self) -> dict[str, str]:
        """The tree of each snapshot by id: a SHA-256 that is the same for the same content."""
        return {str(each["id"]): str(each["tree"]) for each in self._snapshots()}

    def files(self, snapshot: str, folders: Sequence[str]) -> Iterator[File]:
        """All files below some folders of a snapshot; folders that the snapshot lacks are skipped."""
        for line in self._lines(["ls", "--json", "--recursive", snapshot, *folders]):
            told = json.loads(line)
            if told.get("type") == "file":
                yield File(str(told["path"]), int(told.get("size", 0)))

    def digests(self, snapshot: str, paths: Sequence[str]) -> dict[str, str]:
        """The digests of these messages of a snapshot, by path."""
        with tempfile.TemporaryDirectory(dir=prune.MEMORY) as folder, _named("include", paths) as named:
            self._demand("restore", snapshot, "--target", folder, *named)
            return {path: fingerprint.digest(_read(snapshot, folder, path)) for path in paths}

    def rewrite(self, snapshots: Mapping[str, float], paths: Iterable[str]) -> None:
        """Rewrite snapshots without these files, and keep their arrival times, by which they expire."""
        self.remember_arrivals(snapshots)
        with _named("exclude", paths) as named:
            self._demand("rewrite", *LOCK, "--forget", *named, *snapshots)
        self.date_back()

    def count(self, recall: str, found: Mapping[str, frozenset[str]]) -> tuple[int, int]:
        """Add these findings to the recall's totals of snapshots and files, before anything is removed; return the
        totals.
        """
        known = durable.read_state(self._forgotten)
        before = known.get(recall, {"snapshots": [], "files": []})
        files = {hashlib.sha256(path.encode()).hexdigest() for paths in found.values() for path in paths}
        now = {"snapshots": sorted({*before["snapshots"], *found}), "files": sorted({*before["files"], *files})}
        durable.write_json(self._forgotten, known | {recall: now})
        return len(now["snapshots"]), len(now["files"])

    def clean(self) -> None:
        """Delete data that no snapshot references; all of it, for by default restic leaves some."""
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
        try:  # it inherits the lock, as in `commands.run`
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
    """The arguments that name these files to restic: in a pattern file, because a command's length is limited."""
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
    """A pattern of restic that matches only this path."""
    return _SPECIAL.sub(r"\\\1", path)


def as_line(path: str) -> str:
    """The pattern as a line of a pattern file, where restic expands variables and strips trailing white space."""
    pattern = escaped(path).replace("$", "$$")
    return f"{pattern[:-1]}[{pattern[-1]}]" if pattern[-1:].isspace() else pattern


class Search:
    """A search of snapshots. The result for a tree is cached for good, since a tree's name is the digest of its
    content.
    """

    def __init__(self, store: Store, order: Order) -> None:
        self._store = store
        self._order = order
        self._folders = frozenset(order.folders)
        self._known: dict[str, frozenset[str]] = {}

    def find(self) -> dict[str, frozenset[str]]:
        """The paths of the message's copies, by snapshot; snapshots without a copy are left out."""
        trees = self._store.trees()
        for snapshot, tree in trees.items():
            if tree not in self._known:
                self._known[tree] = frozenset(self._in(snapshot))
        return {snapshot: self._known[tree] for snapshot, tree in trees.items() if self._known[tree]}

    def _in(self, snapshot: str) -> Iterator[str]:
        """The copies in a snapshot. Each file of a possible size is read; other metadata of a snapshot can be
        forged.
        """
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
    """The files in batches that fit in memory and in one command."""
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
    """Remove the message from the store, then search again; return `changed`, and counts.

    Raises:
        Away: another run is at work.
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
    quarantine.sweep(settings, quarantine.WAIT_SECONDS)  # judge new files, before unreferenced data is deleted
    store.clean()  # also if nothing was found: an earlier run may have been killed before this step
    return {"changed": bool(found), "snapshots": snapshots, "files": files, "left": len(search.find())}


def _alike(found: Mapping[str, frozenset[str]]) -> dict[frozenset[str], list[str]]:
    """Snapshots grouped by the places of the message: the files removed from a snapshot were read in that same
    group.
    """
    alike: dict[frozenset[str], list[str]] = {}
    for snapshot, paths in found.items():
        alike.setdefault(paths, []).append(snapshot)
    return alike


def _order(request: Mapping[str, Any]) -> Order:
    """The request as an order; Refused where it has not the form that a recall sends."""
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
    """Carry out the request.

    Raises:
        Refused
    """
    return program.exchange(partial(answer, settings), LONGEST)


def main(words: Sequence[str] | None = None) -> int:
    """Run once."""
    return program.run(program.parser("backup.recall", __doc__, "backup-recall.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
