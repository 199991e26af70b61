"""The database: which exceptions hold, and what is recorded of an incident."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

from ..database import Connection, Reached, connect, translated

ROLE = "danhba_secrecy"
PROGRAM = "danhba-secrecy"
_HOLDING = "SELECT id, files FROM secrecy.holding WHERE sender = %s ORDER BY id"


@dataclass(frozen=True, slots=True)
class Exempt:
    """Files that the register excepts for one sender today: SHA-256 of each, in hexadecimal."""

    id: str
    files: list[str]


@dataclass(frozen=True, slots=True)
class Incident:
    """What is recorded (R7.1, R10.7): nothing of the message but its SHA-256 and its size.

    `action` is `refused` or `passed`, `exceptions` names those by which it passed; `client` is empty where the message
    was made on this host.
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
    """The database by the role of this service; each call raises Away or Refused where it cannot be done."""

    def __init__(self, settings: Reached) -> None:
        self._settings = settings

    def _connect(self) -> Connection:
        return connect(self._settings, ROLE, program=PROGRAM, statement_seconds=5)

    def exceptions_of(self, sender: str) -> Sequence[Exempt]:
        """The exceptions that hold for a sender's address today."""
        with translated(), self._connect() as database:
            return [Exempt(*row) for row in database.execute(_HOLDING, [sender.replace("\0", "")])]

    def record(self, incident: Incident) -> None:
        """Write down an incident. When it returns, it is on disk."""
        values = [_clean(value) for value in astuple(incident)]
        with translated(), self._connect() as database:
            database.execute(_RECORD, values)


def _clean(value: object) -> object:
    """What PostgreSQL takes: no text of it holds NUL."""
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return value.replace("\0", "").encode("utf-8", "replace").decode() if isinstance(value, str) else value
