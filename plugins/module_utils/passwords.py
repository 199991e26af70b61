"""The controller's side of issuing passwords: making and hashing them, and the private file in which they end.

Plain Python without Ansible. What the host does is behind `Host`; `credentials` is its other side.

No account may ever have a password that nobody can know. So the order of things is: hash, write the passwords to a
partial file and sync it to disk, let the host store the hashes in one transaction, merge the partial file into the
output. A run that ends early leaves a partial file whenever the host may have stored its batch, and the next run asks
the host whether it did.
"""

from __future__ import annotations

import csv
import fcntl
import math
import os
import re
import secrets
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Protocol

from .credentials import BatchName, BatchState, Credential, Order, Target
from .failure import Failure

try:
    from passlib.exc import MissingBackendError
    from passlib.hash import argon2
except ImportError:
    HAS_PASSLIB = False
else:
    HAS_PASSLIB = True

# Letters and digits that are read aloud, heard and typed without doubt in Vietnamese: one spelling a sound (no c/k/q,
# s/x, y/i, and no d, r and gi, which sound alike in the north; l and n are mixed up there, so no l), no f, j, w or z,
# which the language lacks, and neither 0 nor 1, which look like O and l. Without c, d and l the usual coarse words
# cannot come up either.
CONSONANTS = "bghkmnpstv"
VOWELS = "aeiou"
DIGITS = "23456789"
GROUPS = 5
SEPARATOR = "-"
ENTROPY = GROUPS * math.log2(len(CONSONANTS) ** 2 * len(VOWELS) ** 2 * len(DIGITS))
"""Of one password, in bits: 71.4."""

# OWASP's second-lowest setting of Argon2id. A random password of 71 bits needs no slow hash; what counts is that the
# mail server, which computes one at each login, does so in 20 ms and 19 MiB.
MEMORY_COST = 19456  # KiB
TIME_COST = 2
PARALLELISM = 1
SCHEME = "{ARGON2ID}"  # Dovecot knows the hash only with its scheme in front

SAMPLE = 20  # addresses in a result


@dataclass(frozen=True, slots=True)
class Password:
    """A password as it is handed out: one line of the output."""

    address: str
    name: str
    agency: str
    password: str


HEADER = tuple(field.name for field in fields(Password))


@dataclass(frozen=True, slots=True)
class Issued:
    """What a run did, or in `foresee` would do. Holds no password.

    Attributes:
        issued: accounts that got a password.
        reissued: those of them that had one before.
        recovered: earlier runs that ended early but had stored their passwords, which are in the output now.
        discarded: earlier runs that ended before they stored their passwords, which are thrown away.
        accounts: addresses of the first accounts that got a password.
    """

    issued: int
    reissued: int
    recovered: int
    discarded: int
    accounts: list[str]


class Host(Protocol):
    """The mail host, as seen from here. Each method may raise Failure, and has then changed nothing."""

    def settle(self, batches: Sequence[BatchName], actor: str, *, dry_run: bool) -> dict[str, BatchState]:
        """As `credentials.settle_batches`."""

    def find_targets(self, order: Order) -> tuple[str, list[Target]]:
        """The server's name and `credentials.find_targets`."""

    def store(self, batch: str, actor: str, credentials: Sequence[Credential]) -> None:
        """As `credentials.store_batch`."""


Progress = Callable[[int, int], None]
"""Told how many of how many hashes are made."""


def make_password() -> str:
    """A random password such as `Bake7-Tumo4-Visa9-Nehu3-Gopa5`: five groups of two syllables and a digit, 71 bits.

    The first letter of a group is always a capital, its last place always a digit, and nothing else is, so neither has
    to be guessed from its looks; and every password has all four classes of characters that policies ask for.
    """
    return SEPARATOR.join(_make_group() for _ in range(GROUPS))


def _make_group() -> str:
    syllables = "".join(secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(2))
    return syllables.capitalize() + secrets.choice(DIGITS)


def hash_passwords(passwords: Sequence[str], progress: Progress) -> list[str]:
    """The hashes in the same order, made on all cores. Threads do: Argon2 runs outside Python's global lock."""
    hash_password = _find_hasher()
    hashes: list[str] = []
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for hashed in pool.map(hash_password, passwords):
            hashes.append(SCHEME + hashed)
            progress(len(hashes), len(passwords))
    return hashes


def _find_hasher() -> Callable[[str], str]:
    missing = Failure(
        "Máy điều khiển thiếu gói Python libpass hoặc argon2-cffi. Chạy: make setup",
        "The controller lacks the Python package libpass or argon2-cffi. Run: make setup",
    )
    if not HAS_PASSLIB:
        raise missing
    hasher = argon2.using(type="ID", memory_cost=MEMORY_COST, rounds=TIME_COST, parallelism=PARALLELISM)
    try:
        hasher.get_backend()
    except MissingBackendError as error:
        raise missing from error
    hash_password: Callable[[str], str] = hasher.hash
    return hash_password


@dataclass(frozen=True, slots=True)
class Partial:
    """The passwords of one run whose end is not known, in a file of their own beside the output."""

    name: BatchName
    path: Path


class PasswordFile:
    """The output: a CSV file with the newest password of each address, in a folder private to its user."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other run away from this folder; make it if it is missing. Failure if that cannot be."""
        with _explained(self.path):
            _make_private(self.path.parent)
        self.check()
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Failure(
                f"Một lần cấp mật khẩu khác đang ghi vào {self.path.parent}. Đợi nó xong rồi chạy lại.",
                f"Another run is issuing passwords into {self.path.parent}. Wait for its end and run again.",
            ) from error
        else:
            yield
        finally:
            os.close(folder)

    def check(self) -> None:
        """Failure if the output is no file of ours or lies where others can read it; it may be missing."""
        with _explained(self.path):
            _check_private(self.path.parent)
            self.read()

    def read(self) -> dict[str, Password]:
        """What was issued so far, by address."""
        return _read(self.path) if self.path.exists() else {}

    def find_partials(self) -> list[Partial]:
        """The partial files of earlier runs."""
        shape = re.compile(re.escape(self.path.name) + r"\.(?P<server>\d+-\d+)\.(?P<batch>[0-9a-f-]{36})\.partial")
        matches = ((path, shape.fullmatch(path.name)) for path in sorted(self.path.parent.glob("*.partial")))
        return [Partial(BatchName(**match.groupdict()), path) for path, match in matches if match]

    def write_partial(self, name: BatchName, passwords: Iterable[Password]) -> Partial:
        """Put a batch safely on disk, before anybody stores it."""
        path = self.path.with_name(f"{self.path.name}.{name.server}.{name.batch}.partial")
        with _explained(path):
            _write(path, passwords)
        return Partial(name, path)

    def merge(self, partial: Partial) -> None:
        """Take a stored batch into the output, at one stroke."""
        scratch = self.path.with_name(f"{self.path.name}.new")
        try:
            _write(scratch, (self.read() | _read(partial.path)).values())
            scratch.replace(self.path)
            self.discard(partial)
        except OSError as error:
            raise Failure(
                f"Máy chủ đã lưu mật khẩu, nhưng không ghi được vào {self.path} ({error.strerror}). "
                f"Mật khẩu còn trong {partial.path}. Sửa lỗi rồi chạy lại để gộp vào.",
                f"The host has stored the passwords, but {self.path} cannot be written ({error.strerror}). "
                f"They are kept in {partial.path}. Correct the error and run again to merge them.",
            ) from error

    def discard(self, partial: Partial) -> None:
        """Remove a partial file that is merged or whose batch was given up."""
        with _explained(partial.path):
            partial.path.unlink()
            _sync_folder(partial.path.parent)


@dataclass(frozen=True, slots=True)
class Issuer:
    """Carries out orders: `file` gets the passwords, `host` their hashes; `actor` is put on record there."""

    file: PasswordFile
    host: Host
    actor: str
    progress: Progress

    def issue(self, order: Order) -> Issued:
        """Carry out an order, after settling what earlier runs left behind."""
        with self.file.locked():
            earlier = self._recover()
            server, targets = self.host.find_targets(order)
            if targets:
                self._issue_batch(server, targets)
            return _summarise(targets, earlier)

    def foresee(self, order: Order) -> Issued:
        """What `issue` would do now, with all its refusals; changes nothing, here or on the host."""
        earlier: list[tuple[Partial, BatchState]] = []
        if self.file.path.parent.exists():
            self.file.check()
            earlier = self._settle(dry_run=True)
        return _summarise(self.host.find_targets(order)[1], earlier)

    def _settle(self, *, dry_run: bool) -> list[tuple[Partial, BatchState]]:
        """What became of the batch of each partial file."""
        partials = self.file.find_partials()
        if not partials:
            return []
        states = self.host.settle([partial.name for partial in partials], self.actor, dry_run=dry_run)
        settled = [(partial, states[partial.name.batch]) for partial in partials]
        for partial, state in settled:
            if state == "foreign":
                raise _foreign(partial)
        return settled

    def _recover(self) -> list[tuple[Partial, BatchState]]:
        """Merge or discard the partial file of each earlier run."""
        settled = self._settle(dry_run=False)
        for partial, state in settled:
            if state == "stored":
                self.file.merge(partial)
            else:
                self.file.discard(partial)
        return settled

    def _issue_batch(self, server: str, targets: Sequence[Target]) -> None:
        passwords = [make_password() for _ in targets]
        hashes = hash_passwords(passwords, self.progress)
        name = BatchName(server, str(uuid.uuid4()))
        partial = self.file.write_partial(name, map(_as_line, targets, passwords))
        # A failure of this call need not mean that nothing was stored (a broken connection): the next run finds out.
        self.host.store(name.batch, self.actor, list(map(_as_credential, targets, hashes)))
        self.file.merge(partial)


def _as_line(target: Target, password: str) -> Password:
    return Password(target.address, target.name, target.agency, password)


def _as_credential(target: Target, hashed: str) -> Credential:
    return Credential(target.kind, target.id, target.address, target.document, target.previous, hashed)


def _foreign(partial: Partial) -> Failure:
    return Failure(
        f"{partial.path} thuộc về cơ sở dữ liệu của máy chủ khác, nên không biết mật khẩu trong đó còn dùng không. "
        "Chạy cho máy chủ đó trước, hoặc nếu nó không còn thì chuyển tệp đi.",
        f"{partial.path} belongs to the database of another server, so whether its passwords are in force is unknown. "
        "Run for that server first or, if it is gone, move the file away.",
    )


def _summarise(targets: Sequence[Target], earlier: Sequence[tuple[Partial, BatchState]]) -> Issued:
    return Issued(
        issued=len(targets),
        reissued=sum(target.previous is not None for target in targets),
        recovered=sum(state == "stored" for _, state in earlier),
        discarded=sum(state != "stored" for _, state in earlier),
        accounts=[target.address for target in targets[:SAMPLE]],
    )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn what the operating system says about a file into a Failure."""
    try:
        yield
    except OSError as error:
        raise Failure(
            f"Không đọc hoặc ghi được {error.filename or path}: {error.strerror}. "
            "Sửa quyền, chỗ trống hay đường dẫn output.",
            f"Cannot read or write {error.filename or path}: {error.strerror}. "
            "Correct permissions, space or the path output.",
        ) from error


def _make_private(folder: Path) -> None:
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(mode=0o700)


def _check_private(folder: Path) -> None:
    status = folder.stat()
    if status.st_uid == os.geteuid() and not status.st_mode & 0o077:
        return
    raise Failure(
        f"Thư mục {folder} không phải của riêng bạn nên không được chứa mật khẩu. "
        f"Chọn thư mục khác cho output, hoặc: chmod 700 {folder}",
        f"The folder {folder} is not private to you, so no password may be put there. "
        f"Choose another folder for output, or: chmod 700 {folder}",
    )


def _read(path: Path) -> dict[str, Password]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = [tuple(row) for row in csv.reader(file)]
    if not rows or rows[0] != HEADER or any(len(row) != len(HEADER) for row in rows):
        raise Failure(
            f"{path} không phải tệp mật khẩu của hệ thống này (cần các cột {', '.join(HEADER)}). "
            "Chuyển tệp đi rồi chạy lại.",
            f"{path} is no file of issued passwords (columns {', '.join(HEADER)} wanted). Move it away and run again.",
        )
    return {row[0]: Password(*row) for row in rows[1:]}


def _write(path: Path, passwords: Iterable[Password]) -> None:
    """Write a private file and have it on disk, with its name, on return."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(astuple(password) for password in passwords)
        file.flush()
        os.fsync(file.fileno())
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
