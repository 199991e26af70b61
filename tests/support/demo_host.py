"""The host that the demo builds, once for all processes of a test run: tests begin on copies of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from tests.lab import Lab, LabError
from tests.lab.settings import Settings
from tests.lab.shell import locked
from tests.support import jobs, php_coverage
from tests.support.deployment import PROJECT, Deployment, unmeasured
from tests.support.editing import RegisterCopy

# The host, the snapshot that it becomes, and the secrets of both.
NAME, ADDRESS = "e2e", "10.233.0.40"
PRIVATE = PROJECT / ".private" / NAME
# One that the demo has built, for somebody who writes tests: used as it is, and left up.
AGAIN = os.environ.get("DANHBA_E2E_HOST", "")


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
    remove()
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
        _choose_passwords(Deployment(Lab().get(NAME), PRIVATE))
        jobs.let_rest(Lab().get(NAME))
        Lab().snapshot(NAME, NAME)
    return done.returncode, done.stdout


def _choose_passwords(deployment: Deployment) -> None:
    """The officials whom most files know have chosen theirs, so that not each file has to wait for that."""
    for item in officials_of_one_agency(RegisterCopy(PROJECT / "directory")):
        deployment.choose(item["address"])


def remove() -> None:
    """Remove what the demo left: its host, its snapshot, its secrets."""
    lab = Lab()
    lab.down(NAME)
    lab.discard(NAME)
    shutil.rmtree(PRIVATE, ignore_errors=True)


def _command_of_the_readme() -> str:
    """The block of README that shows the demo, as a newcomer would run it."""
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"^```sh name=demo\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert block, "README has no block of the demo"
    return block[1]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave nothing behind; of several processes, the first one does, after all others."""
    ran = not (session.config.option.collectonly or hasattr(session.config, "workerinput"))
    places = (PRIVATE, Settings().hosts / NAME, Settings().snapshots / NAME)
    if AGAIN or not ran or not any(place.exists() for place in places):
        return
    try:
        remove()
    except LabError as fault:  # raised from here it would hide all that failed
        warnings.warn(str(fault), stacklevel=1)


def addresses(register: RegisterCopy) -> list[dict[str, Any]]:
    """Every address, as `danhba addresses` gives it."""
    command = [str(Path(sys.executable).with_name("danhba")), "addresses", str(register.path), "--format", "json"]
    listed: list[dict[str, Any]] = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return listed


def officials_of_one_agency(register: RegisterCopy) -> list[dict[str, Any]]:
    """The open ones of the agency whose officials most files know."""
    return [
        item
        for item in addresses(register)
        if item["agency"] == "skhcn" and item["kind"] == "official" and item["state"] == "open"
    ]
