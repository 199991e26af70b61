"""What holds for every run of the command itself: its status, and what it writes where."""

from __future__ import annotations

import codecs
import importlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner

from danhba.cli import main
from danhba.model.findings import RULES
from tests.fuzz import octets
from tests.fuzz.case import Outcome, require
from tests.fuzz.oracle import MOST_OUTPUT, PER_OCTET

# Stands in files that no command may look into.
SECRET = "matkhaubimat"
NOBODY_UID = 65534


def invoke(*arguments: str, size: int = 0, home: Path) -> tuple[int, str]:
    """Run the command, judge how it ended, and give its status and output."""
    result = CliRunner().invoke(main, arguments, env={"XDG_CACHE_HOME": str(home)})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    said = result.stdout + result.stderr
    require(result.exit_code in (0, 1, 2), f"status {result.exit_code}")
    require(result.exit_code != 2 or (result.stderr and not result.stdout), f"status 2 says {said[:500]!r}")
    require("Traceback" not in said, "a traceback")
    require(SECRET not in said, "shows what stands in another file")
    require(len(said) <= MOST_OUTPUT + PER_OCTET * size, f"{len(said)} characters")
    require(result.stderr.replace("\n", "").isprintable(), "the error shows what does not print")
    return result.exit_code, result.stdout


def check(directory: Path, *more: str, form: str, size: int, home: Path) -> Outcome:
    """`danhba check` in one form, and once more as data."""
    status, output = invoke("check", str(directory), "--format", form, *more, size=size, home=home)
    if form in ("text", "github"):
        require(output.replace("\n", "").isprintable(), f"{form} shows what does not print")
    status_again, output = invoke("check", str(directory), "--format", "json", *more, size=size, home=home)
    require(status == status_again, f"status {status}, and then {status_again}")
    return Outcome(refused=True) if status == 2 else _findings(json.loads(output), status)


def _findings(data: Sequence[dict[str, object]], status: int) -> Outcome:
    for finding in data:
        require(finding["rule"] in RULES, f"no rule is called {finding['rule']}")
        require(min(int(str(finding["line"])), int(str(finding["column"]))) >= 1, f"{finding['rule']} stands nowhere")
    errors = [finding for finding in data if finding["severity"] == "error"]
    require(status == (1 if errors else 0), f"status {status} with {len(errors)} errors")
    return Outcome(len(data), {str(finding["rule"]) for finding in data})


@contextmanager
def unprivileged() -> Iterator[None]:
    """As somebody whom permissions mean something to, where this is run as root."""
    if os.geteuid():
        yield
        return
    # Python's own files may lie where only root can read them.
    for name in octets.LEGACY:
        codecs.lookup(name)
    for name in ("danhba.checking.cache", "concurrent.futures.process", "email.parser"):  # the last reads versions
        importlib.import_module(name)
    os.seteuid(NOBODY_UID)
    try:
        yield
    finally:
        os.seteuid(0)
