"""A real mail server for each file of end-to-end tests, each a copy of the one that the demo itself made."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.lab import Host, Lab
from tests.support import php_coverage
from tests.support.browser import Chromium, chromium
from tests.support.demo_host import (
    ADDRESS,
    AGAIN,
    NAME,
    PRIVATE,
    demo_output,
    officials_of_one_agency,
    pytest_sessionfinish,
)
from tests.support.deployment import FQDN, PROJECT, Deployment
from tests.support.editing import RegisterCopy

__all__ = ["demo_output", "pytest_sessionfinish"]

FOLDER = Path(__file__).parent
# Deploys once more, which changes nothing only where the address is the one that was deployed.
SAME_ADDRESS = "test_mail"
# What jobs of the host note by themselves, whenever they run: the room in mailboxes, clients, messages, use.
NOTED = ("mail.room", "mail.known_client", "mail.attempt", "mail.notice", "mail.sending", "events.*", "usage.*")


@dataclass(frozen=True)
class Demo:
    """What the demo printed, and the server that it left behind."""

    output: str
    deployment: Deployment


@dataclass(frozen=True)
class Official:
    """An open mailbox of an official or an agency, with the password that its owner chose."""

    id: str
    agency: str
    name: str
    address: str
    password: str


@pytest.fixture(scope="module")
def demo(request: pytest.FixtureRequest) -> Iterator[Demo]:
    """The demo's server: each test file has a copy of its own, as it was when the demo ended; its jobs rest."""
    lab = Lab()
    if AGAIN:
        with _measured(lab.get(AGAIN)) as host:
            yield Demo("", Deployment(host, PROJECT / ".private" / AGAIN))
        return
    output = request.getfixturevalue("demo_output")
    name, address = _place(request.path)
    private = PROJECT / ".private" / (f"{name}-copy" if name == NAME else name)
    lab.down(name)
    shutil.rmtree(private, ignore_errors=True)
    try:
        with _measured(lab.up(name, address=address, fqdn=FQDN, over=NAME)) as host:
            shutil.copytree(PRIVATE, private)
            yield Demo(output, Deployment(host, private))
    finally:
        lab.down(name)
        shutil.rmtree(private, ignore_errors=True)


@contextmanager
def _measured(host: Host) -> Iterator[Host]:
    """Where it is asked for, which lines of PHP the host runs."""
    if php_coverage.WANTED:
        php_coverage.prepare(host)
    yield host
    if php_coverage.WANTED:
        php_coverage.gather(host)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how much of PHP has run."""
    if php_coverage.WANTED:
        terminalreporter.section("coverage of PHP")
        for line in php_coverage.report():
            terminalreporter.write_line(line)


def _place(file: Path) -> tuple[str, str]:
    """The name and address of a test file's host, from its position among the files."""
    if file.stem == SAME_ADDRESS:
        return NAME, ADDRESS
    return f"{NAME}-{_position(file)}", f"10.233.0.{100 + _position(file)}"


def _position(file: Path) -> int:
    """A number of a test file's own."""
    return sorted(FOLDER.glob("test_*.py")).index(file)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> RegisterCopy:
    """The register of the server, as the tests of a file change it one after the other."""
    return RegisterCopy.of_the_sample(tmp_path_factory.mktemp("register"))


@pytest.fixture(scope="module")
def mail(demo: Demo, register: RegisterCopy) -> Deployment:
    """The server, with the register that tests may edit."""
    return replace(demo.deployment, register=register.path)


@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest, mail: Deployment) -> Iterator[Chromium]:
    """Chromium that finds the server under its names and trusts its authority, on a machine of its own as it were."""
    names = (FQDN, "autoconfig.laocai.gov.vn", "autodiscover.laocai.gov.vn")
    position = _position(request.path)
    with (
        Lab().client(f"web-{position}", f"10.233.0.{150 + position}") as within,
        chromium(mail.server.authority, dict.fromkeys(names, mail.server.address), within) as running,
    ):
        yield running


@pytest.fixture
def strangers(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """Addresses of this machine that no other file uses, as a guesser has them; the host's way back is here."""
    there = [f"10.233.{100 + _position(request.path)}.{number}" for number in range(1, 22)]
    for address in there:
        subprocess.run(["ip", "address", "replace", f"{address}/32", "dev", "lo"], check=True)
    yield there
    for address in there:
        subprocess.run(["ip", "address", "del", f"{address}/32", "dev", "lo"], check=True)


@pytest.fixture(scope="module")
def story(request: pytest.FixtureRequest) -> Callable[[], None]:
    """Fails at once where an earlier step of the same module failed: the later ones have nothing to stand on."""
    failed = request.session.testsfailed

    def go_on() -> None:
        if request.session.testsfailed > failed:
            pytest.fail("an earlier step of this story failed")

    return go_on


@pytest.fixture(scope="module")
def today() -> str:
    """The day in Vietnam."""
    return datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date().isoformat()


@pytest.fixture(scope="module")
def officials(mail: Deployment, register: RegisterCopy) -> list[Official]:
    """The open officials of one agency, in order of their file."""
    return [
        Official(item["id"], item["agency"], item["name"], item["address"], mail.choose(item["address"]))
        for item in officials_of_one_agency(register)
    ]


def stored_files(mail: Deployment, official: Official) -> str:
    """Each message file of an official on the server with its inode, so that a move would show."""
    return mail.host.run(
        f"find /srv/vmail/official/{official.id} -path '*/cur/*' -o -path '*/new/*' | xargs -r stat -c '%i %n'"
    ).stdout
