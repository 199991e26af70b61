"""The folder in which encrypted letters wait for their hand-over.

Each run of the operator is a batch, a folder with an age file for each agency and a manifest. It has a partial name
until the host has stored its passwords, and is then renamed. Everything here is encrypted or no secret.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils import durable
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host.credentials import BatchName

from .content import Reader

MANIFEST = "manifest.json"
HANDED_OVER = "handed-over.json"
SUFFIX = ".pdf.age"
_PARTIAL = re.compile(r"(?P<server>\d+-\d+)\.(?P<batch>[0-9a-f-]{36})\.partial")
_BATCH = re.compile(r"(?P<number>\d{4,})-(?P<batch>[0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class Contents:
    """The content of a file of letters: agency, reader, and the addresses of its pages in order."""

    agency: str
    name: str
    reader: Reader
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sealed(Contents):
    """One agency's letters, encrypted, to be written into a file."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Bundle(Contents):
    """One agency's file of a batch, as its manifest describes it."""

    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Partial:
    """The letters of a run whose outcome is unknown."""

    name: BatchName
    path: Path


@dataclass(frozen=True, slots=True)
class Batch:
    """The letters of a run whose passwords were stored; a later batch has a higher number.

    `day` is the day of the letters (ISO 8601); `document` was cited for all of them, None if unrecorded.
    """

    number: int
    path: Path
    day: str
    document: str | None
    bundles: tuple[Bundle, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """A batch whose manifest cannot be read: which letters it has is unknown.

    `agencies` are those in its file names.
    """

    number: int
    path: Path
    agencies: tuple[str, ...]

    def __str__(self) -> str:
        """Return the instructions, in Vietnamese and English."""
        agencies, batch = ", ".join(self.agencies) or "?", self.path.name.rpartition("-")[2]
        return (
            f"{self.path}: {MANIFEST} hỏng nên không bàn giao được, và phiếu cũ hơn của các cơ quan đó bị giữ lại. "
            f"Cấp lại mật khẩu cho các hộp thư của {agencies} đã cấp trong lần đó (mail.audit, batch {batch}…), rồi "
            "mới chuyển thư mục đi.\n"
            f"{self.path}: {MANIFEST} is broken, so it cannot be handed over, and older letters of its agencies are "
            f"kept back. Reissue the passwords that it issued for {agencies} (mail.audit, batch {batch}…), and only "
            "then move the folder away."
        )


class Outbox:
    """The folder, private to its user."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the folder against other runs, creating it if needed; raise Failure if that is impossible."""
        with explained(self.path):
            _make_private(self.path)
        self.check()
        folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Failure(
                f"Một lần cấp mật khẩu hoặc bàn giao khác đang dùng {self.path}. Đợi nó xong rồi chạy lại.",
                f"Another run is issuing into or handing over from {self.path}. Wait for its end and run again.",
            ) from error
        else:
            yield
        finally:
            os.close(folder)

    def check(self) -> None:
        """Raise Failure if others can read the folder, or if it is no folder of letters."""
        with explained(self.path):
            _check_private(self.path)
            self.batches()

    def batches(self) -> list[Batch]:
        """Return the batches that are still here, oldest first."""
        found = (_read(number, path) for number, path in self._folders())
        return [batch for batch in found if isinstance(batch, Batch)]

    def find_broken(self) -> list[Broken]:
        """Return the batches with unreadable manifests, oldest first."""
        with explained(self.path):
            found = [_read(number, path) for number, path in self._folders()]
        return [batch for batch in found if isinstance(batch, Broken)]

    def _folders(self) -> list[tuple[int, Path]]:
        """Return number and folder of each batch, with or without a readable manifest."""
        if not self.path.exists():
            return []
        matches = ((path, _BATCH.fullmatch(path.name)) for path in self.path.iterdir())
        return sorted((int(match["number"]), path) for path, match in matches if match)

    def find_partials(self) -> list[Partial]:
        """Return the partial batches that earlier runs left."""
        matches = ((path, _PARTIAL.fullmatch(path.name)) for path in sorted(self.path.iterdir()))
        return [Partial(BatchName(**match.groupdict()), path) for path, match in matches if match]

    def read(self, partial: Partial) -> Batch | None:
        """Return a partial batch, as number 0; None if its manifest cannot be read."""
        with explained(partial.path):
            batch = _read(0, partial.path)
        return batch if isinstance(batch, Batch) else None

    def write_partial(self, name: BatchName, day: str, sealed: Iterable[Sealed], document: str = "") -> Partial:
        """Write a batch to disk, flushed, before anybody stores its passwords."""
        path = self.path / f"{name.server}.{name.batch}.partial"
        with explained(path):
            path.mkdir(mode=0o700)
            bundles = [_write_bundle(path, item) for item in sealed]
            manifest = {"batch": name.batch, "day": day, "document": document}
            durable.write(path / MANIFEST, as_json(manifest | {"bundles": [asdict(bundle) for bundle in bundles]}))
            durable.sync(self.path)
        return Partial(name, path)

    def finish(self, partial: Partial) -> Path:
        """Rename a stored batch to its final name."""
        number = max((number for number, _path in self._folders()), default=0) + 1
        path = self.path / f"{number:04}-{partial.name.batch[:8]}"
        try:
            durable.place(partial.path, path)
        except OSError as error:
            raise Failure(
                f"Máy chủ đã lưu mật khẩu, nhưng không đổi tên được thư mục phiếu ({error.strerror}). "
                f"Phiếu còn trong {partial.path}. Sửa lỗi rồi chạy lại.",
                f"The host has stored the passwords, but the folder of the letters cannot be renamed "
                f"({error.strerror}). They are kept in {partial.path}. Correct the error and run again.",
            ) from error
        return path

    def discard(self, partial: Partial) -> None:
        """Remove the letters of a batch whose passwords were not stored."""
        with explained(partial.path):
            shutil.rmtree(partial.path)
            durable.sync(self.path)


def _write_bundle(folder: Path, sealed: Sealed) -> Bundle:
    file = f"{sealed.agency}{SUFFIX}"
    durable.write(folder / file, sealed.data)
    digest = hashlib.sha256(sealed.data).hexdigest()
    return Bundle(sealed.agency, sealed.name, sealed.reader, sealed.addresses, file, digest)


def _read(number: int, path: Path) -> Batch | Broken:
    try:
        said = json.loads((path / MANIFEST).read_bytes())
        bundles = tuple(_as_bundle(item) for item in said["bundles"])
        return Batch(number, path, said["day"], said.get("document"), bundles)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        files = sorted(file.name for file in path.glob(f"*{SUFFIX}"))
        return Broken(number, path, tuple(file.removesuffix(SUFFIX) for file in files))


def _as_bundle(item: dict[str, Any]) -> Bundle:
    return Bundle(**item | {"reader": Reader(**item["reader"]), "addresses": tuple(item["addresses"])})


def as_json(data: Any) -> bytes:
    """Return JSON with indentation, for people too."""
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn an OSError about a file into a Failure."""
    try:
        yield
    except OSError as error:
        raise Failure(
            f"Không đọc hoặc ghi được {error.filename or path}: {error.strerror}. Sửa quyền, chỗ trống hay đường dẫn.",
            f"Cannot read or write {error.filename or path}: {error.strerror}. Correct permissions, space or the path.",
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
        f"Thư mục {folder} không phải của riêng bạn nên không được chứa phiếu cấp mật khẩu. "
        f"Chọn thư mục khác cho letters, hoặc: chmod 700 {folder}",
        f"The folder {folder} is not private to you, so no letter with a password may be put there. "
        f"Choose another folder for letters, or: chmod 700 {folder}",
    )
