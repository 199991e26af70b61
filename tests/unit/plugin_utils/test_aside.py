"""Work aside gives what it gives, and its errors are told where it was begun."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from ansible_collections.laocai.mail.plugins.plugin_utils import aside

from tests.support.waiting import until


def test_it_is_done_in_another_process() -> None:
    wait = aside.begin(lambda: b"%d" % os.getpid())
    assert int(wait()) != os.getpid()


def test_it_may_be_large() -> None:
    """More than a pipe holds."""
    assert len(aside.begin(lambda: bytes(3_000_000))()) == 3_000_000


def test_an_error_is_told_here() -> None:
    def work() -> bytes:
        raise ValueError("không được")

    with pytest.raises(ValueError, match="không được"):
        aside.begin(work)()


def test_what_was_killed_is_done_here() -> None:
    here = os.getpid()

    def work() -> bytes:
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return b"done"

    assert aside.begin(work)() == b"done"


def test_where_no_process_can_be_made_it_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def no() -> int:
        raise OSError

    monkeypatch.setattr(os, "fork", no)
    assert aside.begin(lambda: b"%d" % os.getpid())() == b"%d" % os.getpid()


def test_it_ends_where_nobody_waits(tmp_path: Path) -> None:
    """As where Ansible's worker was killed: nothing stays behind, and holds what it has open."""
    noted = tmp_path / "pid"

    def work() -> bytes:
        noted.write_text(str(os.getpid()))
        return bytes(3_000_000)

    worker = os.fork()
    if not worker:
        aside.begin(work)
        until(lambda: noted.exists() and noted.read_text())
        os._exit(0)
    os.waitpid(worker, 0)
    until(lambda: not Path(f"/proc/{noted.read_text()}").exists())
