"""The linters of `make lint` see what is wrong, and every program of the shell is among what they read."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.lint import programs, units
from tests.lint.__main__ import LINTERS, PHP_IS_MISSING
from tests.lint.rendering import ROOT
from tests.support import rendered

UNIT = "[Unit]\nDescription=Danh bạ: an example\n[Service]\nExecStart=/usr/local/bin/example\n"
TIMER = "[Unit]\nDescription=Danh bạ: an example\n[Timer]\nOnBootSec=1\n"
ADDED = "[Service]\nRestart=on-failure\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#!/bin/sh\necho hello\n", ""),
        ("#!/bin/sh\nif [[ $1 ]]; then echo; fi\n", "SC3010"),
        ("#!/bin/bash\nrm $1/x\n", "SC2086"),
    ],
)
def test_shell_linter_finds_faults(text: str, said: str) -> None:
    found = programs.shellcheck(ROOT / "scripts/example", text)
    assert said in found
    assert bool(found) == bool(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<?php\nreturn 1;\n", ""),
        ("<?php\nreturn 1\n", "syntax error"),
        ("<?php\nfunction one($a, $a) {}\n", "Redefinition of parameter"),
        ("<?php\nfinal abstract class A {}\n", "final"),
    ],
)
def test_php_linter_finds_faults(text: str, said: str) -> None:
    found = programs.php_syntax(ROOT / "roles/example.php", text)
    assert said in found
    assert bool(found) == bool(said)


def test_machine_without_php_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert LINTERS["php"]() == [PHP_IS_MISSING]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"example.service": UNIT}, ""),
        ({"example.service": UNIT, "example.timer": TIMER}, ""),
        ({"example.service": UNIT + "ProtectSysten=strict\n"}, "example.service:5: Unknown key 'ProtectSysten'"),
        ({"example.service": UNIT + "SystemCallFilter=@nothing\n"}, "Unknown system call group"),
        ({"example.service": UNIT + "MemoryMax=2Q\n"}, "Invalid memory limit"),
        ({"nginx.service": ADDED}, ""),
        ({"nginx.service": ADDED + "RestartSec=soon\n"}, "danhba.conf:3: Failed to parse RestartSec=soon"),
    ],
)
def test_unit_linter_finds_faults(found: dict[str, str], said: str) -> None:
    lines = "\n".join(units.verify(found))
    assert said in lines
    assert bool(lines) == bool(said)


def test_templates_are_linted_as_rendered() -> None:
    found = rendered.units()
    assert {"danhba-credentials.service", "danhba-credentials.socket", "danhba-end-sessions.timer"} <= found.keys()
    assert "{{" not in "".join(found.values())
    assert "https://mail.laocai.gov.vn" in rendered.render(ROOT / "roles/roundcube/templates/config.inc.php.j2")


def test_every_program_in_git_is_linted() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    shell = programs.shell_paths()
    for path in (ROOT / name for name in listed.split("\0") if name):
        if path.is_file() and (head := path.read_bytes()[:80]).startswith(b"#!"):
            first = head.splitlines()[0].decode()
            if "python" in first:
                assert path.suffix == ".py", f"{path}: ruff and mypy do not see it"
            elif "nft" not in first:
                assert path in shell, f"{path}: {first}"


def test_shell_programs_pass_the_linter() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.lint", "shell"], cwd=ROOT, check=False, capture_output=True)
    assert (done.returncode, done.stdout) == (0, b""), done.stderr.decode()
