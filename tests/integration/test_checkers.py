"""What files are checked by before they land: the commands as the roles have them, and files that are wrong."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from .conftest import PROJECT, Server

ROLES = PROJECT / "roles"
PHP = ("roundcube", "__roundcube_php_check")
PYTHON = ("programs", "__programs_check")


def check(command: str, path: Path, **environment: str) -> tuple[bool, str]:
    """Whether a `validate` command takes a file, and what it says."""
    words = [word.replace("%s", str(path)) for word in shlex.split(command)]
    known = {**os.environ, **environment}
    done = subprocess.run(words, env=known, text=True, capture_output=True, check=False)
    return done.returncode == 0, done.stdout + done.stderr


def command_of(role: str, name: str) -> str:
    return str(yaml.safe_load((ROLES / role / "vars/main.yml").read_text(encoding="utf-8"))[name])


@pytest.mark.parametrize(
    ("kind", "text", "fault"),
    [
        ("hba", "local all all peer\n", ""),
        ("hba", "local all all peer\nlocal nonsense\n", "line 2 of configuration file"),
        ("hba", "local all all pear\n", 'invalid authentication method "pear"'),
        ("ident", "danhba root postgres\n", ""),
        ("ident", "danhba root postgres\ndanhba /^(x root\n", "pg_ident.conf:2: invalid regular expression"),
    ],
)
def test_postgresql_reads_who_may_connect(server: Server, tmp_path: Path, kind: str, text: str, fault: str) -> None:
    path = tmp_path / "file"
    path.write_text(text, encoding="utf-8")
    program = ROLES / "database/files/danhba-postgresql-check"
    good, said = check(f"sh {program} {kind} %s", path, POSTGRES_BIN=str(server.binaries), TMPDIR=str(server.folder))
    assert good == (not fault), said
    assert fault in said
    assert not list(server.folder.glob("tmp.*")), "its server is gone, with all that it had"


@pytest.mark.parametrize(
    ("where", "name", "text", "good"),
    [
        (PHP, "good.php", "<?php echo 1;", True),
        (PHP, "bad.php", "<?php echo 1", False),
        (PHP, "bad.inc", "<?php $a = [", False),
        (PHP, "style.css", "<?php echo 1", True),
        (PYTHON, "good.py", "x = 1\n", True),
        (PYTHON, "bad.py", "x = \n", False),
        (PYTHON, "nul.py", "x = 1\0\n", False),
        (PYTHON, "common.txt", "x = \n", True),
    ],
)
def test_programs_are_read_before_they_land(
    tmp_path: Path, where: tuple[str, str], name: str, text: str, good: bool
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    found, said = check(command_of(*where), path)
    assert found == good, said
    assert [path.name for path in tmp_path.iterdir()] == [name], "it leaves nothing beside"
