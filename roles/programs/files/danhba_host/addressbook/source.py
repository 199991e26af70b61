"""Reads the address book's views of the database in one snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from ..database import connect
from .settings import Settings

ROLE = "openldap"
# Version of the form in which entries are written. A new number makes the next run on every server compare all
# entries.
FORM = "4"
READ_SECONDS = 120  # seconds; many times as long as the mailboxes of a province take

Agency = tuple[str, str, str]
"""code, name, dn"""
Mailbox = tuple[str, str, str, str, str, str, str, str, str]
"""address, name, family name, given name (both of officials alone), title, unit, phone, agency's name, dn"""


@dataclass(frozen=True)
class Source:
    """The database's content at one moment: the version of its last apply, agencies and mailboxes."""

    version: str
    agencies: Sequence[Agency]
    mailboxes: Sequence[Mailbox]


class Database:
    """The views, read in one snapshot that begins with the first query. As a context manager it is closed at the
    end.
    """

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
        """The version of the apply that the views show, with the form of this program's entries; empty before the first
        apply.
        """
        rows = self._rows("SELECT version FROM addressbook.version")
        return f"{FORM} {rows[0][0]}" if rows else ""

    def read(self) -> Source:
        """Read version, agencies and mailboxes."""
        return Source(
            self.version(),
            self._rows("SELECT code, name, dn FROM addressbook.agency ORDER BY dn"),
            self._rows(
                "SELECT address, name, family, given, title, unit, phone, agency_name, dn FROM addressbook.mailbox"
                " ORDER BY dn"
            ),
        )


def read(settings: Settings, known: str | None) -> Source | None:
    """Read the database; None before its first apply, or if its version is the `known` one.

    The snapshot ends here: writing the book may take long, and an open snapshot would keep PostgreSQL from vacuuming.
    """
    with Database(settings) as database:
        return None if database.version() in {"", known} else database.read()
