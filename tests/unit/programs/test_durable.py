"""State of programs has its old content or its new one, whenever the disk fails while it is written."""

from __future__ import annotations

import errno
import io
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from danhba_host import anchor, durable, figure, protected_names, silences
from danhba_host.archive import putting
from danhba_host.backup import queue, restore
from danhba_host.journal import Refused
from danhba_host.recall import closed

PACKAGE = ". IN DNSKEY 257 3 8 AwEAAaz/new= ; keytag 20326\n"


def _lay(path: Path) -> None:
    package = path.with_name("package.key")
    package.write_text(PACKAGE, encoding="utf-8")
    anchor.lay(path, package)


def _remember(path: Path) -> None:
    kept = SimpleNamespace(_file=path)
    restore.Restore._remember(kept, {"run": "20261203T000000Z"})  # type: ignore[arg-type]


def _restored(path: Path) -> None:
    putting._write(path, path.with_name(".state.new"), {"mtime": 1}, io.BytesIO(b"new"))


WRITERS: dict[str, Callable[[Path], None]] = {
    "any state": lambda path: durable.write(path, "new"),
    "silences": lambda path: silences.State({}, 1.0).write(path),
    "a restore": _remember,
    "the root's key": _lay,
    "names": lambda path: protected_names._replace(path, "new"),
    "figures": lambda path: figure.write(path, "new"),
    "a queue file": lambda path: queue._place(path, b"new", path.parent.stat()),
    "a message that is put back": lambda path: closed._write(path, b"new", 1),
    "a file of an archive": _restored,
}


# Who else reads it: the resolver, rspamd by its group, node_exporter; and Postfix takes executable files alone.
OTHER_MODES = {"the root's key": 0o644, "names": 0o640, "figures": 0o644, "a queue file": 0o700}


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
    if writer not in {"a message that is put back", "a file of an archive"}:  # these begin their own file anew
        assert not [left for left in tmp_path.iterdir() if left.name.startswith(".")]


@pytest.mark.parametrize(
    ("writer", "mode"),
    [
        *((each, 0o600) for each in WRITERS if each not in OTHER_MODES),
        *OTHER_MODES.items(),
    ],
)
def test_state_has_the_mode_of_those_that_read_it(tmp_path: Path, writer: str, mode: int) -> None:
    WRITERS[writer](path := tmp_path / "state")
    assert path.stat().st_mode & 0o777 == mode


@pytest.mark.parametrize("named", [True, False])
def test_content_is_on_the_disk_before_the_name_and_the_name_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, named: bool
) -> None:
    happened: list[str] = []
    real, replace = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        happened.append("folder" if Path(f"/proc/self/fd/{descriptor}").resolve().is_dir() else "content")
        real(descriptor)

    def rename(new: Path, path: Path) -> Path:
        happened.append("name")
        return replace(new, path)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", rename)
    durable.write(tmp_path / "state", "new", named=named)
    assert happened == ["content", "name", *(["folder"] if named else [])]


def test_restored_mailbox_has_each_folder_of_its_files_flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mailbox = putting.Mailbox(tmp_path / "store/official/1")
    mailbox.take({"path": "Maildir/cur/1.M1.host:2,S", "mtime": 1}, io.BytesIO(b"mail"))
    flushed: list[str] = []
    monkeypatch.setattr(durable, "sync", lambda path: flushed.append(str(path.relative_to(tmp_path / "store"))))
    mailbox.sync()
    assert sorted(flushed) == ["official", "official/1", "official/1/Maildir", "official/1/Maildir/cur"]
