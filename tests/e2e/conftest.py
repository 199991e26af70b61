"""A real mail server for each file of end-to-end tests, each a copy of the one that the demo itself made."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.lab import Host, Lab, LabError
from tests.lab.settings import Settings
from tests.lab.shell import locked
from tests.support import jobs, php_coverage
from tests.support.browser import Chromium, chromium
from tests.support.deployment import FQDN, PROJECT, Deployment, unmeasured
from tests.support.editing import RegisterCopy

# The host that the demo builds, and the snapshot that it becomes.
NAME, ADDRESS = "e2e", "10.233.0.40"
FOLDER = Path(__file__).parent
# Deploys once more, which changes nothing only where the address is the one that was deployed.
SAME_ADDRESS = "test_mail"
# What jobs of the host note by themselves, whenever they run: the room in mailboxes, clients, messages, use.
NOTED = ("mail.room", "mail.known_client", "mail.attempt", "mail.notice", "mail.sending", "events.*", "usage.*")
# A host that the demo has built, for somebody who writes tests: used as it is, and left up.
AGAIN = os.environ.get("DANHBA_E2E_HOST", "")


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


@pytest.fixture(scope="session")
def demo_output(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """What the demo printed as README runs it, once for all processes of a test run; its host is now a snapshot."""
    base = tmp_path_factory.getbasetemp()
    result = (base if worker_id == "master" else base.parent) / "demo.json"
    with locked(result.with_suffix(".lock"), "Đang chờ máy chủ của demo", "Waiting for the server of the demo"):
        if not result.exists():
            result.write_text(json.dumps(_run_demo()), encoding="utf-8")
    status, output = json.loads(result.read_text(encoding="utf-8"))
    assert status == 0, output
    return str(output)


def _run_demo() -> tuple[int, str]:
    remove_demo()
    php_coverage.forget()
    done = subprocess.run(
        ["/bin/sh", "-ec", _command_of_the_readme()],
        cwd=PROJECT,
        env={**unmeasured(), "DEMO": f"--name {NAME} --address {ADDRESS}"},
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode == 0:
        if php_coverage.WANTED:
            php_coverage.prepare(Lab().get(NAME))
        _choose_passwords(Deployment(Lab().get(NAME), PROJECT / ".private" / NAME))
        jobs.let_rest(Lab().get(NAME))
        Lab().snapshot(NAME, NAME)
    return done.returncode, done.stdout


def _choose_passwords(deployment: Deployment) -> None:
    """The officials whom most files know have chosen theirs, so that not each file has to wait for that."""
    for item in _of_one_agency(RegisterCopy(PROJECT / "directory")):
        deployment.choose(item["address"])


def remove_demo() -> None:
    """Remove what the demo left: its host, its snapshot, its secrets."""
    lab = Lab()
    lab.down(NAME)
    lab.discard(NAME)
    shutil.rmtree(PROJECT / ".private" / NAME, ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave nothing behind; of several processes, the first one does, after all others."""
    places = (PROJECT / ".private", Settings().hosts, Settings().snapshots)
    ran = not (session.config.option.collectonly or hasattr(session.config, "workerinput"))
    if AGAIN or not ran or not any((place / NAME).exists() for place in places):
        return
    try:
        remove_demo()
    except LabError as fault:  # raised from here it would hide all that failed
        warnings.warn(str(fault), stacklevel=1)


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
            shutil.copytree(PROJECT / ".private" / NAME, private)
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


def _command_of_the_readme() -> str:
    """The block of README that shows the demo, as a newcomer would run it."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"^```sh name=demo\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert block, "README has no block of the demo"
    return block[1]


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


def addresses(register: RegisterCopy) -> list[dict[str, Any]]:
    """Every address, as `danhba addresses` gives it."""
    command = [str(Path(sys.executable).with_name("danhba")), "addresses", str(register.path), "--format", "json"]
    listed: list[dict[str, Any]] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return listed


@pytest.fixture(scope="module")
def officials(mail: Deployment, register: RegisterCopy) -> list[Official]:
    """The open officials of one agency, in order of their file."""
    return [
        Official(item["id"], item["agency"], item["name"], item["address"], mail.choose(item["address"]))
        for item in _of_one_agency(register)
    ]


def _of_one_agency(register: RegisterCopy) -> list[dict[str, Any]]:
    return [
        item
        for item in addresses(register)
        if item["agency"] == "skhcn" and item["kind"] == "official" and item["state"] == "open"
    ]


def stored_files(mail: Deployment, official: Official) -> str:
    """Each message file of an official on the server with its inode, so that a move would show."""
    return mail.host.run(
        f"find /srv/vmail/official/{official.id} -path '*/cur/*' -o -path '*/new/*' | xargs -r stat -c '%i %n'"
    ).stdout
