"""Writes state files that survive a power cut, and reads them; a damaged one is reported, set aside, and begun anew."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from .journal import WARNING
from .journal import write as say


def write(
    path: Path, content: str | bytes, mode: int = 0o600, owner: tuple[int, int] = (-1, -1), *, named: bool = True
) -> None:
    """Replace a file atomically. After a power cut it has either the old content or the new one.

    Args:
        path: the file.
        content: bytes, or a text that is written in UTF-8.
        mode: the mode of the file.
        owner: user and group ids of the file; -1 leaves them to the system.
        named: whether the folder is flushed, too; else the caller does so, once for many files (`sync`).

    Raises:
        OSError: the file cannot be written; it is unchanged.
    """
    octets = content.encode() if isinstance(content, str) else content
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        new = Path(file.name)
        try:
            file.write(octets)
            file.flush()
            if owner != (-1, -1):
                os.fchown(file.fileno(), *owner)
            os.fchmod(file.fileno(), mode)
            place(new, path, named=named)
        except BaseException:
            new.unlink(missing_ok=True)
            raise


def place(new: Path, path: Path, *, named: bool = True) -> None:
    """Rename a finished file into place, replacing another one; `named` as in `write`.

    The content is flushed to the disk before the rename, and the rename by flushing the folder: without the first a
    file system may keep the new name with no content.
    """
    sync(new)
    new.replace(path)
    if named:
        sync(path.parent)


def sync(path: Path) -> None:
    """Flush the content of a file, or the entries of a folder, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_json(path: Path, value: object, mode: int = 0o600) -> None:
    """Replace a file by a value as JSON (`write`)."""
    write(path, json.dumps(value), mode)


def read_state(path: Path) -> dict[str, Any]:
    """Return the JSON object of a state file; an empty one without a file.

    An empty or broken file is renamed to `<name>.damaged` and reported in the journal: the program can rebuild its
    state, and must not fail each day until somebody removes the file.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return found
        fault = "không phải đối tượng JSON -- not a JSON object"
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError) as error:
        fault = str(error)
    set_damaged_aside(path, fault)
    return {}


def set_damaged_aside(path: Path, fault: str) -> None:
    """Rename a damaged state file to `<name>.damaged`, and report the reason in the journal."""
    kept = path.with_name(f"{path.name}.damaged")
    path.replace(kept)
    say(
        WARNING,
        f"{path} hỏng (mất điện khi đang ghi?): đã chuyển thành {kept.name} và lập lại từ đầu; không cần làm gì thêm --"
        f" is damaged (a power cut?); it was renamed and is begun anew, nothing needs to be done: {fault}",
        sys.stderr,
    )
