"""A program that is told to end does so, whatever it was about to do."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from danhba_host.stop import Stop
from tests.support import sigterm

LIBRARY = Path(__file__).parents[3] / "roles/programs/files"
# Told at every line in turn of the server and of the locks it takes: it returns, and leaves no lock taken.
TOLD_AT_EACH_LINE = """
import os, signal, socket, sys, threading
from danhba_host.credentials import server
from danhba_host.stop import Stop

def answered(step: int) -> bool:
    '''Serve one question and be told at a step; whether there were that many steps.'''
    steps = 0
    def trace(frame, event, _argument):
        nonlocal steps
        if frame.f_code.co_filename not in (server.__file__, threading.__file__):
            return None
        steps += event == "line"
        if steps == step and event == "line":
            os.kill(os.getpid(), signal.SIGTERM)
        return trace
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("")
        listener.listen(2)
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(listener.getsockname())
            caller.sendall(b"x\\n")
            def told_at_last(line):
                threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM)).start()
                return {}
            stop = Stop()
            sys.settrace(trace)
            try:
                server.serve(listener, told_at_last, 1, stop)
            finally:
                sys.settrace(None)
            for thread in threading.enumerate():
                if thread is not threading.current_thread():
                    thread.join()
    return steps >= step

step = 1
while answered(step):
    step += 1
print(step)
"""


# Told again and again when the service has returned, and its sockets are nobody's.
TOLD_WHEN_IT_HAS_RETURNED = """
import os, signal
from danhba_host.stop import Stop

def serve():
    stop = Stop()
    os.kill(os.getpid(), signal.SIGTERM)
    assert stop.within(60)

serve()
seen, told = os.pipe()  # which have the numbers that are free
os.set_blocking(seen, False)
for _ in range(3):
    os.kill(os.getpid(), signal.SIGTERM)
try:
    raise SystemExit(os.read(seen, 9))
except BlockingIOError:
    pass
"""


@pytest.fixture
def stop() -> Iterator[Stop]:
    with sigterm.kept():
        yield Stop()


def test_nobody_tells_it(stop: Stop) -> None:
    assert not stop.within(0.01)


def test_told_before_it_waits(stop: Stop) -> None:
    os.kill(os.getpid(), signal.SIGTERM)
    with socket.socket(socket.AF_UNIX) as listener:
        assert stop.before(listener)
    assert stop.within(60)


def test_somebody_connects(stop: Stop, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener, socket.socket(socket.AF_UNIX) as caller:
        listener.bind(str(tmp_path / "socket"))
        listener.listen(1)
        caller.connect(str(tmp_path / "socket"))
        assert not stop.before(listener)


@pytest.mark.parametrize(
    ("program", "said"),
    [(TOLD_AT_EACH_LINE, "[1-9][0-9]+\n"), (TOLD_WHEN_IT_HAS_RETURNED, "")],
    ids=["at each line", "when it has returned"],
)
def test_ends_well_at_whatever_step_it_is_told(program: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(LIBRARY)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(said, done.stdout), "hardly a step was traced"
