"""The command line of all programs: `--settings FILE` and `--check FILE`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import journal
from .journal import Refused
from .settings import Settings, load

FOLDER = Path("/etc/danhba")


def parser(name: str, description: str | None, settings: str) -> argparse.ArgumentParser:
    """Return the parser of a program's arguments; `settings` is the name of its file in `/etc/danhba`.

    `description` is the docstring of the program's module, whose first line is shown.
    """
    made = argparse.ArgumentParser(f"danhba-host {name}", description=(description or "").partition("\n")[0])
    made.add_argument("--settings", metavar="FILE", type=Path, default=FOLDER / settings, help="its settings")
    made.add_argument("--check", metavar="FILE", type=Path, help="only say whether FILE could be its settings")
    return made


def run(
    arguments: argparse.ArgumentParser,
    kind: type[Settings],
    work: Callable[[Settings, argparse.Namespace], str],
    words: Sequence[str] | None = None,
) -> int:
    """Run a program once, and return its exit status (`journal.run`); `words` are the command line."""
    given = arguments.parse_args(words)

    def read_and_work() -> str:
        if given.check:
            load(given.check, kind)
            return ""
        return work(load(given.settings, kind), given)

    return journal.run(read_and_work)


def exchange(answer: Callable[[dict[str, Any]], dict[str, Any]], longest: int) -> str:
    """Read a JSON object of at most `longest` characters from standard input, and write the answer to it.

    Returns an empty text, because there is nothing to report.

    Raises:
        Refused: the input is no JSON object; or what `answer` raises.
    """
    try:
        request = json.loads(sys.stdin.read(longest))
    except (ValueError, RecursionError) as error:
        raise Refused(f"yêu cầu không phải JSON -- the request is not JSON: {error}") from error
    if not isinstance(request, dict):
        raise Refused("yêu cầu phải là một đối tượng JSON -- the request must be one JSON object")
    json.dump(answer(request), sys.stdout, ensure_ascii=False)
    sys.stdout.write("\n")
    return ""
