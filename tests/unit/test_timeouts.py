"""What becomes of a test that hangs, also where it hears no signal."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from coverage.collector import Collector

from tests.support.measuring import lock_nothing

pytestmark = pytest.mark.of_the_tests

PROJECT = Path(__file__).resolve().parents[2]
HOOKS = """
from tests.support import timeouts
timeouts.LATER = 1.0
from tests.support.timeouts import *
"""
TEST = """
import os, signal, time

def test_that_hears_nothing():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    time.sleep(60)

def test_that_hears():
    time.sleep(60)

def test_that_follows():
    time.sleep(1.5)

def test_whose_child_goes_on():
    child = os.fork()
    if not child:
        raise RuntimeError("in the child")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 70
"""


@pytest.fixture
def hanging(tmp_path: Path) -> str:
    """What is said of tests: one hears no signal, another does, one takes no longer than it may, and one forks."""
    (tmp_path / "conftest.py").write_text(HOOKS, encoding="utf-8")
    (tmp_path / "test_it.py").write_text(TEST, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "--timeout=2", "-n1", "-rA", "--rootdir", str(tmp_path), str(tmp_path)]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = inherited | {"PYTHONPATH": str(PROJECT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=50, check=False)
    return done.stdout + done.stderr


def test_hanging_test_ends_and_shows_its_stack(hanging: str) -> None:
    assert re.search(r"^  File .* in test_that_hears_nothing$", hanging, re.MULTILINE)
    assert re.search(r"^worker 'gw0' crashed while running '.*::test_that_hears_nothing'$", hanging, re.MULTILINE)
    assert "Failed: Timeout (>2.0s) from pytest-timeout." in hanging
    # The last one's child is told as failed, and ends.
    assert "RuntimeError: in the child" in hanging
    # Python warns of a fork where the worker has another thread just then.
    assert re.search(r"^=+ 3 failed, 2 passed(, \d warnings?)? in ", hanging, re.MULTILINE)


@pytest.mark.timeout(30)  # for what it is about is a wait without an end
def test_raising_signal_handler_leaves_no_coverage_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Collector, "data_lock", None, raising=False)
    lock_nothing()
    collector = Collector.__new__(Collector)
    collector.data_lock = threading.Lock()
    collector.lock_data()
    collector.lock_data()
