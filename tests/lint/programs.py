"""Programs of the shell by shellcheck, and PHP by PHP itself."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .rendering import ROOT, render, templates

FOLDERS = (".ci", "plugins", "roles", "scripts", "tests")
_SHELL = re.compile(r"#!.*[/ ](?:ba)?sh$", re.MULTILINE)
_PHP = (".php", ".inc")


def shell_paths() -> list[Path]:
    """Every program of the shell, whatever it is called, and templates of such."""
    return [path for path in _files() if _SHELL.match(path.read_text(encoding="utf-8", errors="replace"))]


def shell() -> Iterator[tuple[Path, str]]:
    """Every program of the shell, with its text."""
    for path in shell_paths():
        yield path, render(path) if path.suffix == ".j2" else path.read_text(encoding="utf-8")


def php() -> Iterator[tuple[Path, str]]:
    """Every file of PHP, with its text."""
    yield from ((path, path.read_text(encoding="utf-8")) for path in _files() if path.suffix in _PHP)
    yield from templates("*.php.j2")


def _files() -> list[Path]:
    found = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))
    return sorted(path for path in found if path.is_file() and path.suffix not in {".png", ".py", ".pyc"})


def shellcheck(path: Path, text: str) -> str:
    """What shellcheck objects to, empty where it is content."""
    command = [str(Path(sys.executable).with_name("shellcheck")), "--format=gcc", "-"]
    return _said(command, path, text)


def php_syntax(path: Path, text: str) -> str:
    """What PHP objects to, empty where it is content; deprecations count.

    Raises:
        FileNotFoundError: there is no PHP on this machine.
    """
    settings = [f"-d{name}" for name in ("display_errors=stdout", "error_reporting=-1", "log_errors=0")]
    return _said(["php", "--no-php-ini", *settings, "--syntax-check"], path, text)


def _said(command: list[str], path: Path, text: str) -> str:
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    clean = done.stdout.startswith("No syntax errors detected") or not done.stdout
    said = (done.stdout + done.stderr).strip()
    return "" if clean and done.returncode == 0 else f"{path.relative_to(ROOT)}: {said}"
