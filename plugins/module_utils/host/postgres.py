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
START_TIMEOUT = 60  # seconds to wait for a server that is starting or recovering
RESTART_TIMEOUT = 10  # seconds to wait until systemd restarts a server that was killed
START_INTERVAL = 0.5  # seconds between two attempts to connect
LOCK_TIMEOUT = "60s"  # only these modules write, so a longer wait means that somebody left a session open

_SITE_VI = "Chạy playbooks/site.yml để dựng máy chủ"
_SITE_EN = "Run playbooks/site.yml to set the server up"


def open_connection(database: str, role: str, socket: str) -> psycopg.Connection[TupleRow]:
    """Connect to `database` with the role `role` by the Unix socket in the folder `socket`.

    Waits for a server that is starting, or recovering after it was killed. The connection is in autocommit mode: write
    only inside ``with connection.transaction():``.

    Raises:
        Failure: psycopg is missing, or the server refuses; with the way out.
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
    """Return for how many seconds to retry after a refused connection.

    A server that is starting says so (57P03). A killed server leaves its socket file, and systemd restarts it. A
    stopped server removes its socket file, so there is nothing to wait for: 0.
    """
    if "the database system is" in words and "shutting down" not in words:
        return START_TIMEOUT  # starting up, in recovery mode, not yet accepting connections
    if "Connection refused" in words and Path(socket, f".s.PGSQL.{PORT}").exists():
        return RESTART_TIMEOUT
    return 0


def reason(error: psycopg.Error) -> str:
    """Return the server's main error message on one line, without context."""
    return error.diag.message_primary or " ".join(str(error).split())


def ask(
    connection: psycopg.Connection[TupleRow], query: str, given: Mapping[str, Any] | None, way_out: tuple[str, str]
) -> list[TupleRow]:
    """Run a query and return its rows; an empty list for a statement that returns none.

    Raises:
        Failure: for any error of PostgreSQL; its message ends with `way_out` (Vietnamese, English).
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
    """Return the latest day of the register that was applied to this database; None before the first run."""
    row = connection.execute("SELECT max(as_of) FROM mail.run WHERE job = 'accounts'").fetchone()
    return row[0] if row else None


def _explain(words: str, database: str, role: str, socket: str) -> Failure:
    """Return the Failure for a refused connection. A failed connect has no SQLSTATE, so the message text decides."""
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
