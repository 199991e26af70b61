"""A test that hears no signal ends, too: hooks of pytest-timeout, whose own end needs Python to run in its process."""

from __future__ import annotations

import faulthandler
import os
import sys
import traceback

import pytest
import pytest_timeout
from _pytest.faulthandler import fault_handler_stderr_fd_key

# After the time that a test has, in seconds: what it set up is taken down meanwhile.
LATER = 300.0
PROCESS = pytest.StashKey[int]()


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: pytest_timeout.Settings) -> None:
    """Have the process show where each thread of it stands, and end: what waits within C waits for ever.

    The others of its tests go on in another process (pytest-xdist), and the run says which it was.
    """
    item.stash[PROCESS] = os.getpid()
    if settings.timeout:
        output = item.config.stash[fault_handler_stderr_fd_key]
        faulthandler.dump_traceback_later(settings.timeout + LATER, file=output, exit=True)


@pytest.hookimpl(tryfirst=True)
def pytest_timeout_cancel_timer(item: pytest.Item) -> None:
    """Leave it alone: it has ended, or is told as failed.

    A process that the test has forked comes here by an exception that nobody caught, where faulthandler would wait for
    ever: it says which, and ends.
    """
    if item.stash.get(PROCESS, os.getpid()) != os.getpid():
        traceback.print_exception(getattr(sys, "last_value", None), file=sys.__stderr__)
        os._exit(70)
    faulthandler.cancel_dump_traceback_later()
