"""The database: exceptions that apply, and records of incidents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

from ..database import Connection, Reached, connect, translated

ROLE = "danhba_secrecy"
PROGRAM = "danhba-secrecy"
_HOLDING = "SELECT id, files FROM secrecy.holding WHERE sender = %s ORDER BY id"


@dataclass(frozen=True, slots=True)
class Exempt:
    """Files that the register excepts for a sender today: SHA-256 of each, in hexadecimal."""

    id: str
    files: list[str]


@dataclass(frozen=True, slots=True)
class Incident:
    """A record of an incident (R7.1, R10.7): of the message only SHA-256 and size.

    `action` is `refused` or `passed`, `exceptions` the ids by which it passed; `client` is empty for mail of this host.
    """

    reference: str
    action: str
    verdict: str
    level: str
    place: str
    direction: str
    mail_from: str
    signed_in: str
    recipients: list[str]
    client: str
    queue_id: str
    digest: str
    octets: int
    exceptions: list[str]


_COLUMNS = ", ".join(field.name for field in fields(Incident))
_RECORD = f"INSERT INTO secrecy.incident ({_COLUMNS}) VALUES ({', '.join(['%s'] * len(fields(Incident)))})"  # noqa: S608


class Store:
    """The database in this service's role; each call raises Away or Refused if it fails."""

    def __init__(self, settings: Reached) -> None:
        self._settings = settings

    def _connect(self) -> Connection:
        return connect(self._settings, ROLE, program=PROGRAM, statement_seconds=5)

    def exceptions_of(self, sender: str) -> Sequence[Exempt]:
        """Return the exceptions that apply to a sender today."""
        with translated(), self._connect() as database:
            return [Exempt(*row) for row in database.execute(_HOLDING, [sender.replace("\0", "")])]

    def record(self, incident: Incident) -> None:
        """Record an incident; it is on disk when this returns."""
        values = [_clean(value) for value in astuple(incident)]
        with translated(), self._connect() as database:
            database.execute(_RECORD, values)


def _clean(value: object) -> object:
    """Return a value that PostgreSQL accepts, without NUL."""
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return value.replace("\0", "").encode("utf-8", "replace").decode() if isinstance(value, str) else value
