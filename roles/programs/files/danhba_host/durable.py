"""Writes state files that survive a power cut, and reads them: a damaged one is told, kept beside, and begun anew."""

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
    """Replace a file by this content. Whenever the power fails, the file has either the old content or the new one.

    Args:
        path: the file.
        content: octets, or a text that is written in UTF-8.
        mode: the mode of the file.
        owner: the numbers of user and group that get it; -1 leaves them to the system.
        named: whether the folder is flushed, too; without it the caller does so, once for many files (`sync`).

    Raises:
        OSError: the file cannot be written; it is as it was.
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
    """Give a finished file its name, in place of what has it; `named` as in `write`.

    The content is flushed to the disk before the rename, and the rename by flushing the folder: without the first a
    file system may keep the new name with no content.
    """
    sync(new)
    new.replace(path)
    if named:
        sync(path.parent)


def sync(path: Path) -> None:
    """Have the content of a file, or the names in a folder, on the disk on return."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_json(path: Path, value: object, mode: int = 0o600) -> None:
    """Replace a file by a value as JSON (`write`)."""
    write(path, json.dumps(value), mode)


def read_state(path: Path) -> dict[str, Any]:
    """Read the JSON object of a state file; an empty one where there is no file.

    A file that is empty or broken is renamed to `<name>.damaged` and told in the journal: the program that keeps its
    state there can rebuild it, and must not fail each day until somebody removes the file.
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
    """Rename a damaged state file to `<name>.damaged`, and tell the journal why."""
    kept = path.with_name(f"{path.name}.damaged")
    path.replace(kept)
    say(
        WARNING,
        f"{path} hỏng (mất điện khi đang ghi?): đã chuyển thành {kept.name} và lập lại từ đầu; không cần làm gì thêm --"
        f" is damaged (a power cut?); it was renamed and is begun anew, nothing needs to be done: {fault}",
        sys.stderr,
    )
