"""Role clamav brings a database of viruses before clamd runs, for without one no message would be taken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.deployment import PROJECT, environment

MIRROR = "https://clamav.laocai.gov.vn"
# In the place of `runuser`, which would run freshclam as its own user. It fails where it has something to say.
FRESHCLAM = """\
#!/bin/sh
echo "$@" >>{folder}/asked
cd {folder} && touch {brings}
echo "{says}" >&2
test -z "{says}"
"""


def bring(folder: Path, *options: str, brings: Sequence[str] = (), says: str = "", **variables: object) -> str:
    """What Ansible says of a run of the role's tasks on a folder; freshclam brings these files into it."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    program = programs / "runuser"
    program.write_text(FRESHCLAM.format(folder=folder, brings=" ".join(brings) or "asked", says=says))
    program.chmod(0o755)
    given = {
        "__clamav_data": str(folder),
        "ansible_python_interpreter": sys.executable,
        "clamav_test_signatures": False,
        "clamav_mirror": MIRROR,
        **variables,
    }
    done = subprocess.run(
        [
            Path(sys.executable).with_name("ansible"),
            *("localhost", "--inventory", "localhost,", "--connection", "local", *options),
            *("--extra-vars", json.dumps(given)),
            *("--module-name", "include_role", "--args", "name=laocai.mail.clamav tasks_from=database"),
        ],
        cwd=PROJECT,
        env={**os.environ, **environment(), "PATH": f"{programs}:{os.environ['PATH']}"},
        text=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    said = " ".join((done.stdout + done.stderr).split())
    assert (done.returncode != 0) == ("no database of viruses" in said), said
    return said


def asked(folder: Path) -> list[str]:
    """How freshclam was asked, each time."""
    path = folder / "asked"
    return path.read_text().splitlines() if path.exists() else []


def is_refused(said: str) -> bool:
    return "The host has no database of viruses" in said


def test_it_is_fetched_once(tmp_path: Path) -> None:
    assert not is_refused(bring(tmp_path, brings=["main.cvd", "daily.cvd"]))
    (words,) = asked(tmp_path)
    assert words.startswith("--user=clamav -- freshclam --quiet --config-file=")
    assert not is_refused(bring(tmp_path))
    assert len(asked(tmp_path)) == 1


@pytest.mark.parametrize("there", [("main.cvd", "daily.cld"), ("main.cld", "daily.cvd")])
def test_one_that_is_there_is_not_fetched(tmp_path: Path, there: Sequence[str]) -> None:
    for name in there:
        (tmp_path / name).touch()
    assert not is_refused(bring(tmp_path))
    assert asked(tmp_path) == []


@pytest.mark.parametrize("brings", [[], ["daily.cvd", "bytecode.cvd", "xmain.cvd", "main.cvd.tmp"]])
def test_where_the_mirror_does_not_bring_it_all_the_run_ends(tmp_path: Path, brings: Sequence[str]) -> None:
    said = bring(tmp_path, brings=brings, says="ERROR: no such host")
    assert is_refused(said)
    assert f"It could not be fetched from {MIRROR}" in said
    assert "ERROR: no such host" in said


def test_without_a_mirror_nobody_is_asked_and_the_run_ends(tmp_path: Path) -> None:
    assert "clamav_mirror is empty" in bring(tmp_path, clamav_mirror="")
    assert asked(tmp_path) == []


@pytest.mark.parametrize("mirror", [MIRROR, ""])
def test_a_host_of_tests_needs_none(tmp_path: Path, mirror: str) -> None:
    assert not is_refused(bring(tmp_path, clamav_test_signatures=True, clamav_mirror=mirror))
    assert asked(tmp_path) == []


def test_check_mode_fetches_nothing(tmp_path: Path) -> None:
    assert not is_refused(bring(tmp_path, "--check"))
    assert asked(tmp_path) == []
