"""Whether a database answers a service: asked as the service's own user, since PostgreSQL knows who is at the socket.

Runs on the mail host under Debian's Python, so it needs nothing but the standard library.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

from ..failure import Failure


@dataclass(frozen=True)
class Reader:
    """Who reads which views and tables of a database; the role is that of the user's name when empty."""

    database: str
    socket_dir: str
    user: str
    role: str
    views: Sequence[str]


def demand(reader: Reader) -> None:
    """Ask for none of the rows: so the server runs, the user may come in, and each view is there and granted.

    Raises:
        Failure: it is not so, with what psql says.
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
    """The question to psql."""
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
