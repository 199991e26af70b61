"""Encrypts and decrypts through a process of Debian's `age`, so that no second clear copy of a mailbox is on the
disk.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, BinaryIO

from .. import durable
from ..journal import Refused

AGE = "/usr/bin/age"
KEY = re.compile(r"age1[02-9ac-hj-np-z]{58}")
IDENTITY = re.compile(r"AGE-SECRET-KEY-1[02-9AC-HJ-NP-Z]{58}")
CHUNK = 1 << 20
ROOM = 512 << 20  # octets that stay free on the disk for incoming mail


def require_room(folder: Path, octets: int) -> None:
    """Refuse, before anything is written, if so many octets would fill the disk."""
    free = shutil.disk_usage(folder).free
    if free < octets + octets // 20 + ROOM:
        raise Refused(
            f"{folder} còn {free >> 20} MB, cần {(octets + ROOM) >> 20} MB để niêm phong hộp thư này: thêm đĩa hoặc dọn"
            f" bớt rồi chạy lại. Chưa có gì thay đổi -- {folder} has {free >> 20} MB left and sealing this mailbox"
            f" needs {(octets + ROOM) >> 20} MB: make room and run again. Nothing was changed"
        )


def seal(target: Path, recipient: str, write: Callable[[BinaryIO], None]) -> tuple[str, int]:
    """Encrypt the output of `write` into a file, atomically; return the file's SHA-256 and size.

    Raises:
        Refused: the recipient's key is invalid, the disk is full, or age does not run.
    """
    if not KEY.fullmatch(recipient):
        raise Refused(f"'{recipient}' không phải khóa công khai age -- is no public key of age (age1…)")
    part = target.with_suffix(".part")
    try:
        with (
            os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file,
            _age(["-r", recipient], stdin=subprocess.PIPE, stdout=file) as process,
        ):
            _feed(process, write)
        found = measure(part)
        durable.place(part, target)
    finally:
        part.unlink(missing_ok=True)
    return found


def _feed(process: subprocess.Popen[bytes], write: Callable[[BinaryIO], None]) -> None:
    stream = process.stdin
    if stream is None:
        raise AssertionError("no pipe")
    # Report age's own message rather than the broken pipe that follows from it.
    with suppress(BrokenPipeError):
        try:
            write(stream)  # type: ignore[arg-type]  # a pipe is one
        finally:
            stream.close()


@contextmanager
def opened(sealed: Path, identity: str) -> Iterator[BinaryIO]:
    """Decrypt a sealed file as a stream. The stream is complete only if leaving this context raises nothing.

    Raises:
        Refused: the key is wrong, or the file was cut off or changed.
    """
    if not IDENTITY.fullmatch(identity):
        raise Refused("không phải khóa riêng age -- no private key of age")
    reading, writing = os.pipe()
    os.write(writing, f"{identity}\n".encode())
    os.close(writing)
    words = ["-d", "-i", f"/dev/fd/{reading}", str(sealed)]
    try:
        with _age(words, stdout=subprocess.PIPE, pass_fds=(reading,)) as process:
            if process.stdout is None:
                raise AssertionError("no pipe")
            yield process.stdout  # type: ignore[misc]  # a pipe is one
            while process.stdout.read(CHUNK):  # read to the end, because age reports damage only there
                pass
    finally:
        os.close(reading)


@contextmanager
def _age(
    words: list[str],
    *,
    stdout: IO[bytes] | int,
    stdin: int = subprocess.DEVNULL,
    pass_fds: tuple[int, ...] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryFile() as errors:
        try:
            process = subprocess.Popen([AGE, *words], stdin=stdin, stdout=stdout, stderr=errors, pass_fds=pass_fds)
        except OSError as error:
            raise Refused(f"không chạy được age -- age does not run: {error}") from error
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            process.wait()
            if process.stdout:
                process.stdout.close()
        if process.returncode:
            errors.seek(0)
            said = " ".join(errors.read(500).decode("utf-8", "replace").split())
            raise Refused(
                f"age không làm được: {said}. Đĩa đầy, sai khóa, hoặc tệp niêm phong bị cắt hay bị sửa -- age failed:"
                f" {said}. The disk is full, the key is another one, or the sealed file was cut or changed"
            )


def measure(path: Path) -> tuple[str, int]:
    """SHA-256 of a file, and its size in octets."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest(), path.stat().st_size
