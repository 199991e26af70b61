"""State of programs has its old content or its new one, whenever the disk fails while it is written."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from danhba_host import anchor, durable, silences
from danhba_host.backup import restore
from danhba_host.journal import Refused

PACKAGE = ". IN DNSKEY 257 3 8 AwEAAaz/new= ; keytag 20326\n"


def _lay(path: Path) -> None:
    package = path.with_name("package.key")
    package.write_text(PACKAGE, encoding="utf-8")
    anchor.lay(path, package)


def _remember(path: Path) -> None:
    kept = SimpleNamespace(_file=path)
    restore.Restore._remember(kept, {"run": "20261203T000000Z"})  # type: ignore[arg-type]


WRITERS: dict[str, Callable[[Path], None]] = {
    "any state": lambda path: durable.write(path, "new"),
    "silences": lambda path: silences.State({}, 1.0).write(path),
    "a restore": _remember,
    "the root's key": _lay,
}


@pytest.mark.parametrize("writer", WRITERS)
def test_state_keeps_its_old_content_where_the_disk_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    (path := tmp_path / "state").write_text("old", encoding="utf-8")

    def fail(_descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises((OSError, Refused), match="Input/output error"):
        WRITERS[writer](path)
    assert path.read_text(encoding="utf-8") == "old"
    assert not [left for left in tmp_path.iterdir() if left.name.startswith(".")]


@pytest.mark.parametrize(
    ("writer", "mode"), [*((each, 0o600) for each in list(WRITERS)[:3]), ("the root's key", 0o644)]
)
def test_state_is_read_by_its_program_alone_but_for_the_root_s_key(tmp_path: Path, writer: str, mode: int) -> None:
    WRITERS[writer](path := tmp_path / "state")
    assert path.stat().st_mode & 0o777 == mode
