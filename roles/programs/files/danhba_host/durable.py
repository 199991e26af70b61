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


def write(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace a file by this text. Whenever the power fails, the file has either the old content or the new one.

    The content is flushed to the disk before the rename, and the rename by flushing the folder: without the first a
    file system may keep the new name with no content.
    """
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False, encoding="utf-8") as file:
        try:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


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
