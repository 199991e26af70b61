"""Files of the controller and of modules have their old content or their new one, whenever the disk fails."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.laocai.mail.plugins.module_utils import durable
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import dkim, file_set
from ansible_collections.laocai.mail.plugins.plugin_utils import controller


def _laid(path: Path) -> None:
    entry = file_set.Entry(str(path), "file", digest="x", mode="0600")
    file_set._write(path, entry, b"new")


WRITERS: dict[str, Callable[[Path], object]] = {
    "any file": lambda path: durable.write(path, b"new"),
    "a private file": lambda path: controller.write_private_octets(path, b"new"),
    "a key's map": lambda path: dkim.Store(path.parent, "")._put(path.name, "new"),
    "a file of a role": _laid,
}


@pytest.mark.parametrize("writer", WRITERS)
def test_file_keeps_its_old_content_where_the_disk_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: str
) -> None:
    (path := tmp_path / "file").write_text("old", encoding="utf-8")

    def fail(_descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises((OSError, Failure), match="Input/output error"):
        WRITERS[writer](path)
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {"file": "old"}


def test_file_gets_its_mode_before_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: list[int] = []
    replace = Path.replace

    def rename(new: Path, path: Path) -> Path:
        modes.append(new.stat().st_mode & 0o777)
        return replace(new, path)

    monkeypatch.setattr(Path, "replace", rename)
    for mode in (0o600, 0o640, 0o644):
        durable.write(tmp_path / "file", b"new", mode)
    before = os.umask(0o027)
    try:
        durable.write(tmp_path / "file", b"new", None)
    finally:
        os.umask(before)
    assert modes == [0o600, 0o640, 0o644, 0o640]


def test_written_file_is_flushed_before_and_its_folder_after_the_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
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
    durable.write(tmp_path / "file", b"new")
    assert happened == ["content", "name", "folder"]
