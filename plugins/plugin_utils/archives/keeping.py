"""The private folder of encrypted files on the controller: fetched atomically, and verified."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.danhba.jsontext import pretty
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure

from ...module_utils import durable
from .. import controller
from ..letters import sealing

with suppress(ImportError):  # sealing.check reports it
    import pyrage

_RECORDED = (
    *("number", "kind", "id", "address", "since", "document", "document_date", "recipient", "messages", "octets"),
    *("manifest", "sealed", "size"),
)


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps encrypted files in `folder`."""

    folder: Path

    def file(self, archive: Mapping[str, Any]) -> Path:
        """Return the path of an archive's encrypted file."""
        return self.folder / f"{archive['kind']}-{archive['id']}-{archive['number']}.age"

    def has(self, archive: Mapping[str, Any]) -> bool:
        """Say whether the file is there, with the recorded checksum."""
        path = self.file(archive)
        return path.is_file() and checksum(path) == archive["sealed"]

    def take(self, archive: Mapping[str, Any], fetch: Callable[[str, str], None]) -> bool:
        """Have an archive's encrypted file and its record here; return whether it had to be fetched.

        Raises:
            Failure: what came is not what was encrypted.
        """
        path = self.file(archive)
        fetched = not self.has(archive)
        if fetched:
            fetch_whole(archive, path, fetch)
        record = {name: archive[name] for name in _RECORDED} | {"file": path.name}
        controller.write_private_text(path.with_suffix(".json"), pretty(record) + "\n")
        return fetched

    def drop(self, archive: Mapping[str, Any]) -> bool:
        """Delete an archive's encrypted file, not its record; return whether it was there."""
        path = self.file(archive)
        there = path.exists()
        path.unlink(missing_ok=True)
        return there


def fetch_whole(sealed: Mapping[str, Any], path: Path, fetch: Callable[[str, str], None]) -> None:
    """Fetch the host's encrypted file (`path`, `sealed`: its SHA-256) to a private path, atomically."""
    controller.prepare_private(path)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        part.touch(mode=0o600)
        fetch(str(sealed["path"]), str(part))
        part.chmod(0o600)
        if checksum(part) != sealed["sealed"]:
            raise Failure(
                f"Tệp niêm phong về máy điều khiển không nguyên vẹn (SHA-256 khác): {path.name}. Chưa có gì rời kho"
                " thư; chạy lại.",
                f"The sealed file did not arrive as it was ({path.name}). Nothing has left the store; run again.",
            )
        durable.place(part, path)
    except OSError as error:
        raise Failure(
            f"Không lưu được {path}: {error.strerror}. Chưa có gì rời kho thư; thêm chỗ trống rồi chạy lại.",
            f"Cannot keep {path}: {error.strerror}. Nothing has left the store; make room and run again.",
        ) from error
    finally:
        part.unlink(missing_ok=True)


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file; raise Failure if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise Failure(f"Không đọc được {path}: {error.strerror}.", f"Cannot read {path}: {error.strerror}.") from error


def read_identity(path: Path) -> str:
    """Return the private age key in a file of age-keygen; raise Failure if there is none."""
    sealing.check()
    try:
        lines = path.read_text(encoding="ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "ASCII?"
        raise Failure(f"Không đọc được khóa riêng {path}: {why}.", f"Cannot read the key {path}: {why}.") from error
    found = next((line for line in lines if line.startswith("AGE-SECRET-KEY-")), "")
    try:
        pyrage.x25519.Identity.from_str(found)
    except pyrage.IdentityError as error:
        raise Failure(
            f"{path} không có khóa riêng age (dòng AGE-SECRET-KEY-1…).",
            f"{path} has no private key of age (a line AGE-SECRET-KEY-1…).",
        ) from error
    return found


def reseal(sealed: Path, identity: str, target: Path) -> str:
    """Encrypt a file again to a key made for this purpose, and return that key: the operator's own never leaves here.

    The content passes through memory only. Raises Failure if the key does not open it, or it was truncated or changed.
    """
    sealing.check()
    once = pyrage.x25519.Identity.generate()
    reading, writing = os.pipe()
    faults: list[Exception] = []

    def open_it() -> None:
        try:
            with sealed.open("rb") as source, os.fdopen(writing, "wb") as clear:
                pyrage.decrypt_io(source, clear, [pyrage.x25519.Identity.from_str(identity)])
        except Exception as error:  # noqa: BLE001  # told by the thread that waits
            faults.append(error)

    thread = threading.Thread(target=open_it, daemon=True)
    thread.start()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(reading, "rb") as clear, os.fdopen(descriptor, "wb") as file:
        pyrage.encrypt_io(clear, file, [once.to_public()])
    thread.join()
    if faults:
        target.unlink(missing_ok=True)
        raise Failure(
            f"Không mở được {sealed.name}: sai khóa riêng, hoặc tệp bị cắt hay bị sửa ({faults[0]}). Chưa khôi phục"
            " gì.",
            f"Cannot open {sealed.name}: another key, or the file was cut or changed ({faults[0]}). Nothing was"
            " restored.",
        ) from faults[0]
    return str(once)
