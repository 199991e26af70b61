"""What the database says: the views of the address book, read in one snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from ..database import connect
from .settings import Settings

ROLE = "openldap"
# The form in which entries are written, and which there are. A new form makes the next run on every server compare all
# of them.
FORM = "4"
READ_SECONDS = 120  # for the mailboxes of a province, many times over

Agency = tuple[str, str, str]
"""code, name, dn"""
Mailbox = tuple[str, str, str, str, str, str, str, str, str]
"""address, name, family name, given name (both of officials alone), title, unit, phone, agency's name, dn"""


@dataclass(frozen=True)
class Source:
    """What the database says at one moment: which apply it shows, agencies, mailboxes."""

    version: str
    agencies: Sequence[Agency]
    mailboxes: Sequence[Mailbox]


class Database:
    """The views, read in one snapshot: the first query begins it. As a context it is closed at the end."""

    def __init__(self, settings: Settings) -> None:
        self._connection = connect(
            settings,
            ROLE,
            program="danhba-addressbook-sync",
            statement_seconds=READ_SECONDS,
        )
        self._connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def _rows(self, query: str) -> list[Any]:
        return self._connection.execute(query.encode()).fetchall()

    def version(self) -> str:
        """Which apply the views show, and in which form this program writes them; empty before the first."""
        rows = self._rows("SELECT version FROM addressbook.version")
        return f"{FORM} {rows[0][0]}" if rows else ""

    def read(self) -> Source:
        """Everything."""
        return Source(
            self.version(),
            self._rows("SELECT code, name, dn FROM addressbook.agency ORDER BY dn"),
            self._rows(
                "SELECT address, name, family, given, title, unit, phone, agency_name, dn FROM addressbook.mailbox"
                " ORDER BY dn"
            ),
        )


def read(settings: Settings, known: str | None) -> Source | None:
    """What the database says; nothing before its first apply, or where it shows the version that is known.

    The snapshot ends here: to write the book may take long, and the database could not clean up meanwhile.
    """
    with Database(settings) as database:
        return None if database.version() in {"", known} else database.read()
