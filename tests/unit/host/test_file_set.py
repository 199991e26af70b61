"""Files, folders and links as they should be: what differs, and what is brought about."""

from __future__ import annotations

import getpass
import grp
import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import file_set
from ansible_collections.laocai.mail.plugins.module_utils.host.file_set import Entry, Kind

TEXT = b"xin ch\xc3\xa0o\n"
DIGEST = hashlib.sha256(TEXT).hexdigest()
ME, GROUP = getpass.getuser(), grp.getgrgid(os.getgid()).gr_name


def entry(path: Path, kind: Kind = "file", **other: str) -> Entry:
    base = Entry(str(path), kind, ME, GROUP, "0755" if kind == "directory" else "0640")
    return replace(base, digest=DIGEST if kind == "file" else "", **other)  # type: ignore[arg-type]


def bring(*entries: Entry, contents: Mapping[str, bytes] | None = None) -> list[str]:
    """Bring entries about and give the paths that were changed; the second time there must be none."""
    changes = file_set.compare(entries)
    for change in changes:
        file_set.apply(change, contents or {DIGEST: TEXT})
    assert file_set.compare(entries) == []
    return [change.entry.path for change in changes]


def test_file_is_written_with_owner_and_mode(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert bring(entry(path)) == [str(path)]
    assert path.read_bytes() == TEXT
    assert path.stat().st_mode & 0o7777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_unchanged_file_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "a"
    bring(entry(path))
    before = path.stat()
    assert bring(entry(path)) == []
    after = path.stat()
    assert (after.st_ino, after.st_ctime_ns) == (before.st_ino, before.st_ctime_ns)


def test_changed_mode_is_corrected_without_sending_content(tmp_path: Path) -> None:
    path = tmp_path / "a"
    bring(entry(path))
    path.chmod(0o666)
    inode = path.stat().st_ino
    (change,) = file_set.compare([entry(path)])
    assert not change.needs_content
    file_set.apply(change, {})
    assert (path.stat().st_mode & 0o7777, path.stat().st_ino) == (0o640, inode)


def test_changed_content_replaces_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    assert bring(entry(path)) == [str(path)]
    assert path.read_bytes() == TEXT


def test_folder_is_made_before_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "new/folder"
    assert bring(entry(folder, "directory"), entry(folder / "a")) == [str(folder), str(folder / "a")]
    assert folder.stat().st_mode & 0o7777 == 0o755


def test_link_is_made_and_its_target_changed(tmp_path: Path) -> None:
    link = tmp_path / "link"
    bring(entry(link, "link", target="/a"))
    bring(entry(link, "link", target="/b"))
    assert str(link.readlink()) == "/b"


@pytest.mark.parametrize("kind", ["file", "directory", "link"])
@pytest.mark.parametrize("there", ["file", "directory", "link"])
def test_path_of_another_kind_is_replaced(tmp_path: Path, there: Kind, kind: Kind) -> None:
    path = tmp_path / "a"
    make: dict[str, Callable[[], object]] = {
        "file": path.touch,
        "directory": path.mkdir,
        "link": lambda: path.symlink_to("/"),
    }
    make[there]()
    bring(entry(path, kind, target="/b" if kind == "link" else ""))
    assert file_set.look(path).kind == kind


def test_link_in_place_of_a_file_is_replaced_not_followed(tmp_path: Path) -> None:
    kept, path = tmp_path / "kept", tmp_path / "a"
    kept.write_text("kept")
    path.symlink_to(kept)
    bring(entry(path))
    assert (kept.read_text(), path.read_bytes(), path.is_symlink()) == ("kept", TEXT, False)


@pytest.mark.parametrize("there", ["file", "directory", "link"])
def test_absent_paths_are_removed(tmp_path: Path, there: Kind) -> None:
    path = tmp_path / "a"
    bring(entry(path, there, target="/" if there == "link" else ""))
    assert bring(entry(path, "absent")) == [str(path)]
    assert not os.path.lexists(path)


def test_exclusive_folder_loses_files_that_are_no_entries(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    wanted = [replace(entry(folder, "directory"), exclusive=True), entry(folder / "a")]
    bring(*wanted)
    for name in ("b", "gone/c", "__pycache__/a.pyc"):
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert bring(*wanted) == [str(folder / "b"), str(folder / "gone")]
    assert sorted(path.name for path in folder.iterdir()) == ["__pycache__", "a"]


def test_ordinary_folder_keeps_other_files(tmp_path: Path) -> None:
    (tmp_path / "b").touch()
    bring(replace(entry(tmp_path, "directory"), mode=f"{tmp_path.stat().st_mode & 0o7777:04o}"), entry(tmp_path / "a"))
    assert (tmp_path / "b").exists()


def test_validator_gets_the_new_file_under_its_final_name(tmp_path: Path) -> None:
    path = tmp_path / "mail.conf"
    checker = f"sh -c 'case $0 in */mail.conf) cp $0 {tmp_path}/seen;; *) exit 1;; esac' %s"
    bring(entry(path, validate=checker))
    assert (tmp_path / "seen").read_bytes() == TEXT


def test_file_refused_by_its_validator_leaves_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old")
    (change,) = file_set.compare([entry(path, validate="sh -c 'echo bad line 7 >&2; exit 1' %s")])
    with pytest.raises(Failure, match="bad line 7") as refused:
        file_set.apply(change, {DIGEST: TEXT})
    assert str(path) in refused.value.vi
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_unknown_owner_is_refused_by_name(tmp_path: Path) -> None:
    (change,) = file_set.compare([replace(entry(tmp_path / "a"), owner="nobody-of-that-name")])
    with pytest.raises(Failure, match="nobody-of-that-name"):
        file_set.apply(change, {DIGEST: TEXT})
    assert list(tmp_path.iterdir()) == []


def test_new_file_is_private_until_it_is_renamed(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    seen = f"sh -c 'stat --format=%%a $0 > {tmp_path}/mode' %s".replace("%%", "%")
    bring(replace(entry(path), mode="0600", validate=seen))
    assert (tmp_path / "mode").read_text() == "600\n"
