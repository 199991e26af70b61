"""The database as the service sees it: its role reads accounts and changes passwords, and nothing else."""

from __future__ import annotations

import hashlib
import queue
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from ..database import Connection, connect
from .settings import Settings
from .throttle import KNOWN_SECONDS

ROLE = "danhba_credentials"
CONNECTIONS = 4  # kept open between requests
AGENCY_SECONDS = 60  # seconds; the address book is updated within a minute, too


class Unavailable(Exception):
    """Raised if the database does not answer."""


class Overtaken(Exception):
    """Raised if the password was replaced, or the account closed or renamed, meanwhile."""


@dataclass(frozen=True, slots=True)
class Account:
    """An open mailbox; `run` issued or changed its password, `document` opened it."""

    kind: str
    id: str
    address: str
    name: str
    title: str
    unit: str
    agency: str
    document: str
    rdn: str
    password: str
    initial: bool
    run: int
    reads_use: bool = False


_ACCOUNT = """
    SELECT account.kind, account.id, account.address, account.name, account.title, account.unit, account.agency,
           account.document, 'uid=' || addressbook.escaped(split_part(account.address, '@', 1)),
           credential.password, credential.initial, credential.run,
           usage.read_by(account.kind, account.id) IS NOT NULL
      FROM mail.account JOIN mail.credential USING (kind, id)
     WHERE account.address = %s AND account.state = 'open'
"""
_SESSION = """ AND EXISTS (
        SELECT FROM mail.web_session AS session
         WHERE (session.kind, session.id, session.address) = (account.kind, account.id, account.address)
           AND session.token = %s AND session.expires > now())
"""
# Whoever deletes several sessions of an account has locked its password before, as the trigger that ends them has; who
# finds it locked leaves them to the next. So nobody waits for a session while he holds another.
_DELETE_EXPIRED = """
    WITH free AS (
        SELECT kind, id FROM mail.credential
         WHERE (kind, id) IN (SELECT kind, id FROM mail.web_session WHERE expires <= now())
           FOR NO KEY UPDATE SKIP LOCKED)
    DELETE FROM mail.web_session USING free
     WHERE (web_session.kind, web_session.id) = (free.kind, free.id) AND web_session.expires <= now()
"""


class Store:
    """Connections to the database, kept while they answer."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._idle: queue.LifoQueue[Connection] = queue.LifoQueue()
        self._slots = threading.BoundedSemaphore(CONNECTIONS)
        self._agencies: dict[str, tuple[str, str]] = {}
        self._agencies_until = 0.0

    def find(self, address: str) -> Account | None:
        """Return the open account of an address that has a password, or None."""
        return self._find(_ACCOUNT, address)

    def find_session(self, address: str, token: str) -> Account | None:
        """Return the open account of an address if the token is of its web session, else None."""
        return self._find(_ACCOUNT + _SESSION, address, digest(token))

    def _find(self, query: str, *parameters: str) -> Account | None:
        with self._connection() as connection:
            row = connection.execute(query.encode(), parameters).fetchone()
        return Account(*row) if row else None

    def former_passwords(self, account: Account) -> list[str]:
        """Return the hashes that may not return, newest first."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT password FROM mail.former_password WHERE kind = %s AND id = %s ORDER BY entry DESC LIMIT %s",
                (account.kind, account.id, self._settings.former_passwords),
            ).fetchall()
        return [password for (password,) in rows]

    def begin_session(self, account: Account) -> str:
        """Begin a web session, and return its token.

        Raises:
            Overtaken: the password is no longer the one that was checked.
        """
        with self._connection() as connection:
            connection.execute(_DELETE_EXPIRED)
            return self._insert_session(connection, account, account.password)

    def end_session(self, address: str, token: str) -> bool:
        """End a web session; return whether there was one."""
        with self._connection() as connection:
            done = connection.execute(
                "DELETE FROM mail.web_session WHERE token = %s AND address = %s",
                (digest(token), address),
            )
        return done.rowcount > 0

    def change_password(self, account: Account, hashed: str) -> str:
        """Replace the password with its record, begin a web session, and return its token.

        A trigger keeps the old hash and ends the existing web sessions (migration 0003).
        """
        with self._connection() as connection, connection.transaction():
            [(run,)] = connection.execute(
                "INSERT INTO mail.run (job, actor) VALUES ('credentials', %s) RETURNING run", (account.address,)
            ).fetchall()
            self._replace(connection, account, hashed, run)
            self._record(connection, account, run)
            self._trim(connection, account)
            return self._insert_session(connection, account, hashed)

    def use(self, address: str, token: str) -> dict[str, Any] | None:
        """Return what the owner of a web session may read of the use of mailboxes, or None."""
        with self._connection() as connection:
            rows = connection.execute("SELECT usage.shown(%s, %s)", (address, digest(token))).fetchall()
        found: dict[str, Any] | None = rows[0][0]
        return found

    def endings(self, address: str) -> list[int]:
        """Return the entries of the list of sessions to end (migration 0008) for an address."""
        with self._connection() as connection:
            rows = connection.execute("SELECT entry FROM mail.ending WHERE address = %s", (address,)).fetchall()
        return [entry for (entry,) in rows]

    def delete_endings(self, entries: list[int]) -> None:
        """Remove entries from that list: those sessions have ended."""
        with self._connection() as connection:
            connection.execute("DELETE FROM mail.ending WHERE entry = ANY (%s)", (entries,))

    def recall(self) -> tuple[dict[bytes, dict[bytes, float]], dict[bytes, list[float]]]:
        """Return what `remember` wrote, by key: seconds since each account came from each client, and since each
        attempt.
        """
        with self._connection() as connection:
            connection.execute(
                "DELETE FROM mail.known_client WHERE seen < now() - make_interval(secs => %s)", (KNOWN_SECONDS,)
            )
            clients = connection.execute(
                "SELECT account, client, extract(epoch FROM now() - seen)::float FROM mail.known_client"
            ).fetchall()
            attempts = connection.execute(
                "SELECT key, array(SELECT extract(epoch FROM now() - each)::float FROM unnest(at) AS each)"
                " FROM mail.attempt WHERE at[cardinality(at)] > now() - make_interval(secs => %s)",
                (self._settings.window_seconds,),
            ).fetchall()
        known: dict[bytes, dict[bytes, float]] = {}
        for account, client, age in clients:
            known.setdefault(account, {})[client] = age
        return known, dict(attempts)

    def remember(
        self,
        known: Mapping[bytes, Mapping[bytes, float]],
        attempts: Mapping[bytes, list[float]],
        notes: Mapping[tuple[str, str], str],
    ) -> None:
        """Replace what `recall` reads of the same keys, and write notices to owners.

        Attempts are those of `recall`, oldest first; expired ones are deleted.
        """
        with self._connection() as connection, connection.transaction(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM mail.known_client WHERE account = ANY (%s)", (list(known),))
            cursor.executemany(
                "INSERT INTO mail.known_client VALUES (%s, %s, now() - make_interval(secs => %s))",
                [(account, client, age) for account, clients in known.items() for client, age in clients.items()],
            )
            cursor.execute(
                "DELETE FROM mail.attempt WHERE key = ANY (%s)"
                " OR at[cardinality(at)] < now() - make_interval(secs => %s)",
                (list(attempts), self._settings.window_seconds),
            )
            cursor.executemany(
                "INSERT INTO mail.attempt SELECT %s, array(SELECT now() - make_interval(secs => age)"
                " FROM unnest(%s::float[]) AS age)",
                [(key, ages) for key, ages in attempts.items() if ages],
            )
            cursor.executemany(
                "SELECT mail.note(kind, id, %s, %s) FROM mail.account WHERE address = %s AND state = 'open'",
                [(what, detail, address) for (address, what), detail in notes.items()],
            )

    def _replace(self, connection: Connection, account: Account, hashed: str, run: int) -> None:
        done = connection.execute(
            "UPDATE mail.credential SET password = %s, initial = false, since = now(), run = %s FROM mail.account"
            " WHERE (credential.kind, credential.id) = (account.kind, account.id) AND account.state = 'open'"
            " AND account.kind = %s AND account.id = %s AND account.address = %s AND credential.password = %s",
            (hashed, run, account.kind, account.id, account.address, account.password),
        )
        if done.rowcount != 1:
            raise Overtaken

    def _record(self, connection: Connection, account: Account, run: int) -> None:
        connection.execute(
            "INSERT INTO mail.audit (run, action, kind, id, document, before, after) VALUES"
            " (%s, 'change_password', %s, %s, %s, jsonb_build_object('run', %s::bigint),"
            " jsonb_build_object('address', %s::text))",
            (run, account.kind, account.id, account.document, account.run, account.address),
        )

    def _trim(self, connection: Connection, account: Account) -> None:
        connection.execute(
            "DELETE FROM mail.former_password WHERE kind = %(kind)s AND id = %(id)s AND entry NOT IN ("
            " SELECT entry FROM mail.former_password WHERE kind = %(kind)s AND id = %(id)s"
            " ORDER BY entry DESC LIMIT %(kept)s)",
            {"kind": account.kind, "id": account.id, "kept": self._settings.former_passwords},
        )

    def _insert_session(self, connection: Connection, account: Account, hashed: str) -> str:
        token = secrets.token_urlsafe(32)
        done = connection.execute(
            "INSERT INTO mail.web_session (token, kind, id, address, expires)"
            " SELECT %s, kind, id, address, now() + make_interval(secs => %s)"
            " FROM mail.account JOIN mail.credential USING (kind, id) WHERE account.state = 'open'"
            " AND kind = %s AND id = %s AND address = %s AND password = %s AND NOT initial"
            # Serialises with the replacement of the password, whose trigger ends only sessions that it can see.
            " FOR SHARE OF credential",
            (digest(token), self._settings.session_seconds, account.kind, account.id, account.address, hashed),
        )
        if done.rowcount != 1:
            raise Overtaken
        return token

    def describe(self, account: Account) -> dict[str, Any]:
        """Return the mailbox's data for the webmail."""
        agency_name, agency_dn = self._agency(account.agency)
        names = ("kind", "id", "address", "name", "title", "unit", "agency")
        place = f"{account.rdn},{agency_dn}" if agency_dn else ""
        known = {"agency_name": agency_name, "dn": place, "reads_use": account.reads_use}
        return {name: getattr(account, name) for name in names} | known

    def _agency(self, code: str) -> tuple[str, str]:
        """Return name and distinguished name of an agency; the whole tree is read and kept for a minute."""
        if code not in self._agencies or time.monotonic() > self._agencies_until:
            with self._connection() as connection:
                rows = connection.execute("SELECT code, name, dn FROM addressbook.agency").fetchall()
            self._agencies = {found: (name, dn) for found, name, dn in rows}
            self._agencies_until = time.monotonic() + AGENCY_SECONDS
        return self._agencies.get(code, (code, ""))

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        """Yield a connection that answered a moment ago.

        Raises:
            Unavailable: the database does not answer.
        """
        with self._slots:
            try:
                connection = self._take() or self._open()
                try:
                    yield connection
                finally:
                    self._give_back(connection)
            except psycopg.Error as error:
                raise Unavailable(error.diag.message_primary or " ".join(str(error).split())) from error

    def _take(self) -> Connection | None:
        while True:
            try:
                connection = self._idle.get_nowait()
            except queue.Empty:
                return None
            try:
                connection.execute("SELECT")
            except psycopg.Error:
                connection.close()
            else:
                return connection

    def _open(self) -> Connection:
        settings = self._settings
        return connect(settings, ROLE, program="danhba-credentials")

    def _give_back(self, connection: Connection) -> None:
        if connection.closed or connection.broken:
            connection.close()
        else:
            self._idle.put(connection)


def digest(token: str) -> str:
    """Return what is stored of a token: SHA-256 in hexadecimal, as Dovecot computes it."""
    return hashlib.sha256(token.encode()).hexdigest()
