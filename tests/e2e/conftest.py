"""One real mail server for all end-to-end tests, made by the demo itself."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.lab import Lab
from tests.support.browser import Chromium, chromium
from tests.support.deployment import FQDN, PROJECT, Deployment
from tests.support.editing import RegisterCopy

NAME, ADDRESS = "e2e", "10.233.0.40"
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
def demo() -> Iterator[Demo]:
    """The demo as README runs it, on a host of its own."""
    lab = Lab()
    if AGAIN:
        yield Demo("", Deployment(lab.get(AGAIN), PROJECT / ".private" / AGAIN))
        return
    lab.down(NAME)
    shutil.rmtree(PROJECT / ".private" / NAME, ignore_errors=True)
    try:
        done = subprocess.run(
            ["/bin/sh", "-ec", _command_of_the_readme()],
            cwd=PROJECT,
            env={**os.environ, "DEMO": f"--name {NAME} --address {ADDRESS}"},
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert done.returncode == 0, done.stdout
        yield Demo(done.stdout, Deployment(lab.get(NAME), PROJECT / ".private" / NAME))
    finally:
        lab.down(NAME)
        shutil.rmtree(PROJECT / ".private" / NAME, ignore_errors=True)


def _command_of_the_readme() -> str:
    """The block of README that shows the demo, as a newcomer would run it."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"^```sh name=demo\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert block, "README has no block of the demo"
    return block[1]


@pytest.fixture(scope="session")
def register(tmp_path_factory: pytest.TempPathFactory) -> RegisterCopy:
    """The register of the server, as the tests change it one after the other."""
    return RegisterCopy.of_the_sample(tmp_path_factory.mktemp("register"))


@pytest.fixture(scope="session")
def mail(demo: Demo, register: RegisterCopy) -> Deployment:
    """The server, with the register that tests may edit."""
    return replace(demo.deployment, register=register.path)


@pytest.fixture(scope="module")
def browser(mail: Deployment) -> Iterator[Chromium]:
    """Chromium that finds the server under its names and trusts its authority."""
    names = (FQDN, "autoconfig.laocai.gov.vn", "autodiscover.laocai.gov.vn")
    with chromium(mail.server.authority, dict.fromkeys(names, mail.server.address)) as running:
        yield running


@pytest.fixture(scope="module")
def story(request: pytest.FixtureRequest) -> Callable[[], None]:
    """Fails at once where an earlier step of the same module failed: the later ones have nothing to stand on."""
    failed = request.session.testsfailed

    def go_on() -> None:
        if request.session.testsfailed > failed:
            pytest.fail("an earlier step of this story failed")

    return go_on


@pytest.fixture(scope="session")
def today() -> str:
    """The day in Vietnam."""
    return datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date().isoformat()


def addresses(register: RegisterCopy) -> list[dict[str, Any]]:
    """Every address, as `danhba addresses` gives it."""
    command = [str(Path(sys.executable).with_name("danhba")), "addresses", str(register.path), "--format", "json"]
    listed: list[dict[str, Any]] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return listed


@pytest.fixture(scope="session")
def officials(mail: Deployment, register: RegisterCopy) -> list[Official]:
    """The open officials of one agency, in order of their file."""
    return [
        Official(item["id"], item["agency"], item["name"], item["address"], mail.choose(item["address"]))
        for item in addresses(register)
        if item["agency"] == "skhcn" and item["kind"] == "official" and item["state"] == "open"
    ]


def stored_files(mail: Deployment, official: Official) -> str:
    """Each message file of an official on the server with its inode, so that a move would show."""
    return mail.host.run(
        f"find /srv/vmail/official/{official.id} -path '*/cur/*' -o -path '*/new/*' | xargs -r stat -c '%i %n'"
    ).stdout
