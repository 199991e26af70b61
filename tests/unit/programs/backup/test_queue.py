"""Postfix's queue in a backup: which of its files are copied, and to whom a restored message still has to go."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from danhba_host.backup import queue
from danhba_host.journal import Refused
from tests.support.queued import queue_file

MESSAGE_ID = "<1@example.org>"
ONE, OTHER = "an-stttt@laocai.gov.vn", "b@example.org"


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    for name in queue.QUEUES:
        (tmp_path / "spool" / name).mkdir(parents=True)
    return tmp_path / "spool"


def backed_up(
    folder: Path,
    name: str,
    octets: bytes,
    text: bytes = f"Message-ID: {MESSAGE_ID}\n\nx\n".encode(),
    named: str = "",
) -> Path:
    (folder / name).mkdir(parents=True)
    (folder / name / queue.FILE).write_bytes(octets)
    (folder / name / queue.MESSAGE).write_bytes(text)
    if named:
        (folder / name / queue.NAMED).write_text(named)
    return folder


def test_recipients_of_a_queue_file_are_those_that_are_not_done_with() -> None:
    found = queue.recipients(queue_file([ONE, OTHER], done=["c@example.org"], text="x" * 300))
    assert [each.address for each in found] == [ONE, OTHER]


def test_recipients_do_not_come_from_what_a_milter_left_in_the_content() -> None:
    octets = queue_file([ONE], text="R" + "\x05" * 9)
    whole = octets.replace(b"N\x0aR", b"R\x08R")
    assert [each.address for each in queue.recipients(whole)] == [ONE]


@pytest.mark.parametrize("octets", [b"", b"R", b"R\xff", b"R\xff\xff", b"\x00" * 9, os.urandom(500)])
def test_recipients_of_a_broken_file_do_not_hang(octets: bytes) -> None:
    assert isinstance(queue.recipients(octets), list)


@pytest.mark.parametrize(
    ("done", "known", "left"),
    [
        ({}, set(), [ONE, OTHER]),
        ({"4gABC1234": [ONE.upper()]}, set(), [OTHER]),
        ({"4gABC1234": [ONE, OTHER]}, set(), []),
        ({"another": [ONE]}, set(), [ONE, OTHER]),
        ({}, {(ONE, MESSAGE_ID)}, [OTHER]),
        ({}, {(ONE, "<2@example.org>")}, [ONE, OTHER]),
    ],
)
def test_put_back_leaves_out_recipients_who_have_the_message(
    tmp_path: Path, spool: Path, done: dict[str, list[str]], known: set[tuple[str, str]], left: list[str]
) -> None:
    folder = backed_up(tmp_path / "back", "4gABC1234", queue_file([ONE, OTHER]))
    assert queue.put_back(folder, str(spool), done, known) == bool(left)
    files = [*(spool / "incoming").iterdir()]
    assert [path.name for path in files] == (["4gABC1234"] if left else [])
    for path in files:
        assert [each.address for each in queue.recipients(path.read_bytes())] == left
        assert path.stat().st_mode & 0o777 == 0o700


def test_put_back_twice_puts_one_message_into_the_queue(tmp_path: Path, spool: Path) -> None:
    folder = backed_up(tmp_path / "back", "4gABC1234", queue_file([ONE]))
    assert [queue.put_back(folder, str(spool), {}, set()) for _run in range(2)] == [1, 1]
    assert len([*(spool / "incoming").iterdir()]) == 1


@pytest.mark.parametrize(
    ("named", "place"),
    [("hold", "hold"), ("deferred", "incoming"), ("active", "incoming"), ("../../x", "incoming"), ("", "incoming")],
)
def test_put_back_keeps_on_hold_what_was_on_hold(tmp_path: Path, spool: Path, named: str, place: str) -> None:
    folder = backed_up(tmp_path / "back", "4gABC1234", queue_file([ONE]), named=named)
    assert queue.put_back(folder, str(spool), {}, set()) == 1
    files = [path for path in spool.rglob("*") if path.is_file()]
    assert [path.relative_to(spool) for path in files] == [Path(place, "4gABC1234")]
    assert files[0].stat().st_mode & 0o777 == 0o700


def test_put_back_passes_over_names_that_are_none_of_postfix(tmp_path: Path, spool: Path) -> None:
    folder = backed_up(tmp_path / "back", "..x", queue_file([ONE]))
    (folder / "4gEMPTY123").mkdir()
    assert queue.put_back(folder, str(spool), {}, set()) == 0


def test_staged_copies_whole_messages_of_all_queues_and_is_gone_afterwards(
    tmp_path: Path, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "postcat").write_text("#!/bin/sh\nprintf 'Subject: \\351\\n\\nx\\ry\\r\\n'\n")
    (tmp_path / "postcat").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (spool / "deferred/A").mkdir()
    for place, name, mode in (
        ("incoming", "4gINCOMING1", 0o700), ("incoming", "4gHALF12345", 0o600), ("deferred/A", "4gDEFERRED1", 0o700),
        ("hold", "4gHOLD12345", 0o700), ("active", "no.name", 0o700),
    ):  # fmt: skip
        (spool / place / name).write_bytes(queue_file([ONE]))
        (spool / place / name).chmod(mode)
    (tmp_path / "state/queue/of a killed run").mkdir(parents=True)
    with queue.staged(tmp_path / "state", str(spool)) as folder:
        assert sorted(path.name for path in folder.iterdir()) == ["4gDEFERRED1", "4gHOLD12345", "4gINCOMING1"]
        assert folder.stat().st_mode & 0o777 == 0o700
        assert (folder / "4gHOLD12345" / queue.FILE).read_bytes() == queue_file([ONE])
        assert (folder / "4gHOLD12345" / queue.MESSAGE).read_bytes() == b"Subject: \xe9\n\nx\ry\r\n"
        named = {path.name: (path / queue.NAMED).read_text() for path in folder.iterdir()}
        assert named == {"4gDEFERRED1": "deferred", "4gHOLD12345": "hold", "4gINCOMING1": "incoming"}
    assert not folder.exists()


def test_staged_tells_of_a_message_that_is_put_on_hold_meanwhile_that_it_is_on_hold(
    tmp_path: Path, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "demand_into", lambda path, _command: path.write_bytes(b""))
    (spool / "incoming/4gINCOMING1").write_bytes(queue_file([ONE]))
    (spool / "incoming/4gINCOMING1").chmod(0o700)
    copy = queue._copy

    def hold_after(path: Path, name: str, into: Path) -> None:
        copy(path, name, into)
        if name == "incoming":
            path.rename(spool / "hold" / path.name)

    monkeypatch.setattr(queue, "_copy", hold_after)
    with queue.staged(tmp_path / "state", str(spool)) as folder:
        assert (folder / "4gINCOMING1" / queue.NAMED).read_text() == "hold"


def test_staged_fails_with_what_postcat_says(tmp_path: Path, spool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "postcat").write_text("#!/bin/sh\necho 'fatal: no queue file' >&2; exit 1\n")
    (tmp_path / "postcat").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    (spool / "hold/4gHOLD12345").write_bytes(b"")
    (spool / "hold/4gHOLD12345").chmod(0o700)
    with pytest.raises(Refused, match="fatal: no queue file"), queue.staged(tmp_path / "state", str(spool)):
        pass
    assert not (tmp_path / "state/queue").exists()


def test_staged_without_a_postfix_is_empty(tmp_path: Path) -> None:
    with queue.staged(tmp_path / "state", str(tmp_path / "none")) as folder:
        assert [*folder.iterdir()] == []
