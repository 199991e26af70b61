"""What holds for every test."""

from __future__ import annotations

import gc
import os
import signal
import warnings
from collections.abc import Generator, Iterator

import hypothesis
import pytest

from tests.clauses import CLAUSES
from tests.support import parts
from tests.support.measuring import VARIABLE, lock_nothing, measure_processes
from tests.support.side_by_side import in_order, longest
from tests.support.timeouts import pytest_timeout_cancel_timer, pytest_timeout_set_timer

__all__ = ["pytest_timeout_cancel_timer", "pytest_timeout_set_timer"]

# How long one example takes depends on what else the machine does, so it says nothing about the code. What CI refuses
# has to be the change's doing: there the examples are the same each time, elsewhere they are others.
hypothesis.settings.register_profile("danhba", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("danhba")


def pytest_configure(config: pytest.Config) -> None:
    """What tests start is measured, too. A process that only shares the tests out measures nothing."""
    measuring = config.pluginmanager.getplugin("_cov")
    shares_out = config.getoption("numprocesses", None) and not hasattr(config, "workerinput")
    if measuring and not measuring.options.no_cov and not shares_out:
        lock_nothing()
        measure_processes()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where processes share the work (pytest-xdist), files begin in an order that keeps the machine busy."""
    if hasattr(config, "workerinput"):
        demo = {_file(item) for item in items if {"demo", "demo_output"} & {*getattr(item, "fixturenames", ())}}
        long = {_file(item) for item in items if item.get_closest_marker("no_cover")}
        order = {file: position for position, file in enumerate(in_order(map(_file, items), demo, long))}
        items.sort(key=lambda item: order[_file(item)])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Of a test whose coverage is not wanted (pytest-cov's `no_cover`), neither is that of what it starts."""
    with pytest.MonkeyPatch.context() as patch:
        if item.get_closest_marker("no_cover"):
            patch.delenv(VARIABLE, raising=False)
            patch.setattr(os, "_exit", os._exit)  # which coverage wraps once more each time that it goes on
        return (yield)


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where coverage is demanded, each part has to have what the whole has to."""
    demanded = _demanded(session.config)
    if demanded and any(share.percent < demanded for share in parts.shares()):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> Generator[None, None, None]:
    """Show what took longest and the parts above the summary, in which each failure has one line.

    CI's log is read from its end.
    """
    took = longest(_seconds(terminalreporter))
    if len(took) > 1:
        terminalreporter.section("the ten longest files")
        for file, seconds in took:
            terminalreporter.write_line(f"{seconds:7.1f} s  {file}")
    if demanded := _demanded(config):
        terminalreporter.section("coverage of each part")
        for share in parts.shares():
            terminalreporter.write_line(share.line(demanded))
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("CI", raising=False)
        patch.delenv("BUILD_NUMBER", raising=False)
        yield


def _seconds(terminalreporter: pytest.TerminalReporter) -> Iterator[tuple[str, float]]:
    """How long each step of each case took, also of those that other processes ran; the time on the clock."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                yield report.nodeid, report.duration


def _demanded(config: pytest.Config) -> float:
    """How many per cent have to be covered: 0 where nothing is measured, and in a process that runs a share of it."""
    measuring = config.pluginmanager.getplugin("_cov")  # of pytest-cov, which reads its settings for itself
    if hasattr(config, "workerinput") or measuring is None:
        return 0.0
    return float(measuring.options.cov_fail_under or 0)


@pytest.fixture(autouse=True, scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The commands keep their results in a place of the tests' own, not in the home of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Programs that the test starts can be interrupted, also where the tests themselves cannot be.

    A shell without job control, nohup and some CI runners ignore SIGINT for what they start in the background, and a
    child inherits that; a handler it does not inherit (execve(2)).
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.hookimpl(tryfirst=True)
def pytest_unconfigure() -> None:
    """The last line is pytest's: of the thousands of files that coverage leaves open, Python would tell after it.

    It goes first because pytest itself collects garbage here, and tells.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def pytest_itemcollected(item: pytest.Item) -> None:
    """A clause that the regulation does not have is an error, not a test that nobody finds."""
    for mark in item.iter_markers("clause"):
        if unknown := [clause for clause in mark.args if clause not in CLAUSES]:
            raise pytest.UsageError(f"{item.nodeid}: docs/clauses.yml has no {', '.join(unknown)}")
