"""`python -m tests.molecule.world up FOLDER | down`: the Internet beside the mail host of a scenario.

It is up before the mail host is deployed, whose inventory takes from `FOLDER/internet.json` whom to ask and to believe.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.lab import Lab
from tests.support import internet
from tests.support.authority import Authority
from tests.support.internet import Internet

# Not those of the end-to-end tests, which run at the same time.
NAME, ADDRESS = "mol-net", "10.233.0.32"


def up(folder: Path) -> None:
    """Boot it, and write what a mail server's inventory has to say of it."""
    booted = internet.boot(folder / "authority", NAME, ADDRESS)
    (folder / "internet.json").write_text(json.dumps(booted.variables), encoding="utf-8")


def get(folder: Path) -> Internet:
    """The one that is up."""
    return Internet(Lab().get(NAME), Authority.read(folder / "authority"))


def main() -> None:
    """Boot it or remove it."""
    if sys.argv[1] == "up":
        up(Path(sys.argv[2]))
    else:
        Lab().down(NAME)


if __name__ == "__main__":
    main()
