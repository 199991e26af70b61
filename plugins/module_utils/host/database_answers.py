"""Check that a database answers a service, by a query as the service's user (peer authentication by the socket).

Runs on the mail host under Debian's Python, so it needs nothing but the standard library.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from ..failure import Failure


@dataclass(frozen=True)
class Reader:
    """A service's access to a database: system user, database role (empty: named like the user), and views it reads."""

    database: str
    socket_dir: str
    user: str
    role: str
    views: Sequence[str]


def demand(reader: Reader) -> None:
    """Query the views with LIMIT 0: this proves that the server runs, the user may connect, and may read each view.

    Raises:
        Failure: one of these does not hold, with psql's message.
    """
    try:
        done = subprocess.run(
            command(reader), check=False, encoding="utf-8", errors="replace", capture_output=True, cwd="/"
        )
    except OSError as error:
        raise _failure(reader, str(error)) from error
    if done.returncode:
        raise _failure(reader, done.stderr)


def command(reader: Reader) -> list[str]:
    """Return the command that runs the query by psql as the service's user."""
    return [
        *("runuser", f"--user={reader.user}", "--"),
        *("psql", "--no-psqlrc", "--quiet", f"--host={reader.socket_dir}", f"--dbname={reader.database}"),
        f"--username={reader.role or reader.user}",
        f"--command=SELECT{' FROM ' + ', '.join(reader.views) if reader.views else ''} LIMIT 0",
    ]


def _failure(reader: Reader, said: str) -> Failure:
    said = " ".join(said.split())
    return Failure(
        f"Cơ sở dữ liệu {reader.database} không trả lời người dùng {reader.user}: chạy role database trước "
        "(playbooks/site.yml làm đúng thứ tự), hoặc xem 'systemctl status postgresql@17-main' trên máy.",
        f"The database {reader.database} does not answer the user {reader.user}: run role database first "
        "(playbooks/site.yml keeps the order), or see 'systemctl status postgresql@17-main' there. "
        f"psql: {said}",
    )
