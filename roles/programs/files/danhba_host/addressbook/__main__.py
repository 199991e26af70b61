"""Keeps the LDAP address book in step with the database (R5)."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from .. import program
from .settings import Settings
from .sync import sync


def main(words: Sequence[str] | None = None) -> int:
    """Run once; print a line only if entries were changed or an error occurred."""
    parser = program.parser("addressbook", __doc__, "addressbook.json")
    parser.add_argument("--whole", action="store_true", help="compare all entries, whatever the root notes")
    parser.add_argument("--accept", action="store_true", help="even if most mailboxes are gone")
    parser.add_argument("--compare", action="store_true", help="only say what differs")
    return program.run(parser, Settings, sync, words)


if __name__ == "__main__":
    sys.exit(main())
