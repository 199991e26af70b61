"""The connection from a module to the database on its own host: a Unix socket, peer authentication, no password.

Runs on the mail host under Debian's Python, so it needs nothing but the standard library and Debian's psycopg 3.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..failure import Failure

try:
    import psycopg
except ImportError:
    HAS_PSYCOPG = False
else:
    HAS_PSYCOPG = True

if TYPE_CHECKING:
    from datetime import date

    from psycopg.rows import TupleRow

PORT = 5432  # names the socket file too; Debian gives it to its first cluster
CONNECT_TIMEOUT = 10  # seconds
START_TIMEOUT = 60  # seconds for a server that is starting or recovering
RESTART_TIMEOUT = 10  # seconds in which systemd starts one that was killed
START_INTERVAL = 0.5  # seconds
LOCK_TIMEOUT = "60s"  # nobody but these modules writes, so a longer wait means a session that somebody left open

_SITE_VI = "Chạy playbooks/site.yml để dựng máy chủ"
_SITE_EN = "Run playbooks/site.yml to set the server up"


def open_connection(database: str, role: str, socket: str) -> psycopg.Connection[TupleRow]:
    """Open `database` as the database role `role` by the socket in the folder `socket`; Failure if that cannot be.

    A server that is starting, or that recovers from having been killed, is waited for.
    The connection is in autocommit mode: write inside ``with connection.transaction():`` and nowhere else.
    """
    if not HAS_PSYCOPG:
        raise Failure(
            "Máy chủ thiếu gói Debian python3-psycopg. Cài bằng: apt-get install python3-psycopg",
            "The host lacks Debian's package python3-psycopg. Install it: apt-get install python3-psycopg",
        )
    began = time.monotonic()
    while True:
        try:
            return _connect(database, role, socket)
        except psycopg.OperationalError as error:
            words = reason(error)
            if time.monotonic() - began >= _patience(words, socket):
                raise _explain(words, database, role, socket) from error
        time.sleep(START_INTERVAL)


def _connect(database: str, role: str, socket: str) -> psycopg.Connection[TupleRow]:
    return psycopg.connect(
        host=socket,
        port=PORT,
        dbname=database,
        user=role,
        application_name="laocai.mail",
        client_encoding="UTF8",
        connect_timeout=CONNECT_TIMEOUT,
        options=f"-c lock_timeout={LOCK_TIMEOUT}",
        autocommit=True,
    )


def _patience(words: str, socket: str) -> float:
    """Seconds in which a server that refuses may come up: it says that it does (57P03), or was killed.

    One that was killed leaves its socket. One that was stopped takes it away, and nobody waits for it.
    """
    if "the database system is" in words and "shutting down" not in words:
        return START_TIMEOUT  # starting up, in recovery mode, not yet accepting connections
    if "Connection refused" in words and Path(socket, f".s.PGSQL.{PORT}").exists():
        return RESTART_TIMEOUT
    return 0


def reason(error: psycopg.Error) -> str:
    """What the server says, on one line: its main message, without the context it may add."""
    return error.diag.message_primary or " ".join(str(error).split())


def ask(
    connection: psycopg.Connection[TupleRow], query: str, given: Mapping[str, Any] | None, way_out: tuple[str, str]
) -> list[TupleRow]:
    """The rows of a query, none where it has none to give.

    Raises:
        Failure: the database cannot answer; with the way out, in Vietnamese and in English.
    """
    try:
        cursor = connection.execute(query.encode(), given)
        return cursor.fetchall() if cursor.description else []
    except psycopg.Error as error:
        vietnamese, english = way_out
        raise Failure(
            f"Cơ sở dữ liệu không trả lời được: {reason(error)}. {vietnamese}",
            f"The database cannot answer: {reason(error)}. {english}",
        ) from error


def read_day(connection: psycopg.Connection[TupleRow]) -> date | None:
    """The latest day that of the register was applied in this database, None before the first."""
    row = connection.execute("SELECT max(as_of) FROM mail.run WHERE job = 'accounts'").fetchone()
    return row[0] if row else None


def _explain(words: str, database: str, role: str, socket: str) -> Failure:
    """What a refused connection means. A failed start carries no SQLSTATE, so the server's own words decide."""
    if not Path(socket, f".s.PGSQL.{PORT}").exists() or "Connection refused" in words:
        return Failure(
            f"Máy chủ PostgreSQL không chạy (không có ai nghe ở {socket}). "
            f"Khởi động: systemctl start postgresql. {_SITE_VI}.",
            f"The PostgreSQL server is not running (nobody listens in {socket}). "
            f"Start it: systemctl start postgresql. {_SITE_EN}.",
        )
    if f'database "{database}" does not exist' in words:
        return Failure(
            f"Chưa có cơ sở dữ liệu {database}. {_SITE_VI}.",
            f"The database {database} does not exist. {_SITE_EN}.",
        )
    if f'role "{role}" does not exist' in words:
        return Failure(
            f"Chưa có vai trò {role} trong PostgreSQL. {_SITE_VI}.",
            f"PostgreSQL has no role {role}. {_SITE_EN}.",
        )
    if "authentication failed" in words or "permission denied for database" in words:
        return Failure(
            f"PostgreSQL không cho người dùng hệ thống này vào {database} với vai trò {role}. "
            f"Chạy tác vụ bằng quyền root (become: true). {_SITE_VI}.",
            f"PostgreSQL does not let this system user into {database} as {role}. "
            f"Run the task as root (become: true). {_SITE_EN}.",
        )
    return Failure(
        f"Không vào được cơ sở dữ liệu {database} với vai trò {role} qua {socket}: {words}",
        f"Cannot open the database {database} as {role} by {socket}: {words}",
    )
