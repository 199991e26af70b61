"""`python -m tests.release lint | docsite | version X.Y.Z`."""

from __future__ import annotations

import sys

from . import docsite, version
from .tools import Refusal


def main(words: list[str]) -> int:
    """Do what is asked for; 1 where it was refused, 2 where it was not understood."""
    try:
        match words:
            case ["lint"]:
                version.lint()
            case ["docsite"]:
                print(docsite.make())
            case ["version", wanted]:
                print(f"Đã phát hành {wanted} | Released: {version.release(wanted)}\ngit push --follow-tags")
            case _:
                print("make release VERSION=0.2.0, make docsite, make lint-changelog", file=sys.stderr)
                return 2
    except Refusal as refusal:
        print(f"Không phát hành | Not released: {refusal}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
