"""Rows of the database as what writes them would leave them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.integration.conftest import Database
from tests.support.usage import AN

CLIENT = "192.0.2.7"
ACCOUNT = (
    "INSERT INTO mail.account (kind, id, address, name, agency, quota, state, document, since)"
    " VALUES ('official', '{id}', '{id}-stttt@laocai.gov.vn', 'Lò Thị', 'stttt', 1, '{state}', '1/QĐ-VP', '2010-10-15')"
)
SESSIONS = (
    "INSERT INTO mail.web_session SELECT encode(sha256(id::bytea), 'hex'), kind, id, address, now() + '1 hour'"
    " FROM mail.account"
)


def fill(database: Database) -> None:
    """An account of each state, with a password, as an apply leaves them."""
    for state in ("open", "suspended", "closed"):
        database.query(ACCOUNT.format(id=state, state=state))
    database.query("INSERT INTO mail.run (job, actor) VALUES ('accounts', 'test')")
    database.query(
        "INSERT INTO mail.audit (run, action, kind, id, document) VALUES (1, 'create', 'official', 'open', 'x')"
    )
    database.query(
        "INSERT INTO mail.credential (kind, id, password, run) SELECT kind, id, '{PLAIN}x', 1 FROM mail.account"
    )


def moment(day: str, clock: str) -> datetime:
    """A time of day in Viet Nam."""
    return datetime.fromisoformat(f"{day}T{clock}+07:00")


def use(  # noqa: PLR0917
    database: Database,
    at: datetime,
    mailbox: str = AN,
    sign: str = "signed-in",
    protocol: str = "imap",
    client: str = CLIENT,
) -> None:
    """A row as the collector makes it."""
    database.query("SELECT events.prepare(events.day(%s))", at)
    kind, _slash, id_ = mailbox.partition("/")
    database.query(
        "INSERT INTO events.use VALUES (date_trunc('minute', %s::timestamptz), %s, %s, %s, %s, %s, 1)"
        " ON CONFLICT (id, minute, kind, sign, protocol, client) DO UPDATE SET times = events.use.times + 1",
        at, kind, id_, sign, protocol, client,
    )  # fmt: skip


def event(database: Database, at: datetime, name: str, mailbox: str | None = AN, **more: Any) -> None:
    """An event as the collector stores it."""
    database.query("SELECT events.prepare(events.day(%s))", at)
    kind, id_ = mailbox.split("/") if mailbox else (None, None)
    given = {"at": at, "source": "f4b348b9-501c-4dfd-a845-29973a7c2320", "event": name, "kind": kind, "id": id_, **more}
    given.setdefault("position", database.query("SELECT count(*) FROM events.event")[0][0])
    names, places = ", ".join(given), ", ".join(["%s"] * len(given))
    database.query(f"INSERT INTO events.event ({names}) VALUES ({places})", *given.values())
