"""Queries stored events, by each way to ask; every query is bounded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from psycopg.rows import dict_row

from ..database import Connection

Row = dict[str, Any]
COLUMNS = (
    "at, event, kind, id, queue_id, next_queue_id, message_id, sender, recipient, original, origin, folder, uid, size,"
    " host(client) AS client, protocol, code, said, session, action, score, symbols, reference, step"
)
# A message to everybody has as many recipients as there are mailboxes: a trace shows the first ones.
MOST_EVENTS = 5000


SEEN_WHOLE = "END-OF-MESSAGE"  # step of a refusal after the whole message


class Events:
    """The stored events since a moment; a query returns the first `most` rows, or all (None)."""

    def __init__(self, connection: Connection, since: datetime | None, most: int | None = MOST_EVENTS) -> None:
        self._connection = connection
        self._since = since
        self._most = most

    def of_messages(self, ids: Collection[str]) -> list[Row]:
        """Return events by message id, complete or as Dovecot truncates it."""
        return self._ask(ids, "message_id = ANY (%s)", [list(ids)])

    def of_queue(self, ids: Collection[str]) -> list[Row]:
        """Return events of queue ids and of those that lead to them, without carried files."""
        where = "(queue_id = ANY (%s) OR next_queue_id = ANY (%s)) AND event <> 'carried'"
        return self._ask(ids, where, [list(ids), list(ids)])

    def with_files(self, files: Collection[str]) -> list[Row]:
        """Return the `queue_id` of each message that carried one of these files (SHA-256, hexadecimal)."""
        return self._ask(files, "string_to_array(files, ' ') && %s", [list(files)])

    def of_sessions(self, sessions: Collection[str]) -> list[Row]:
        """Return what was stored in sessions of Dovecot that Postfix names."""
        return self._ask(sessions, "session = ANY (%s) AND event = 'stored'", [list(sessions)])

    def reads(self, places: Collection[tuple[str, str, int, str]]) -> list[Row]:
        """Return when messages were fetched, by mailbox (kind and id), number in the folder, and folder."""
        words = ["/".join(map(str, place)) for place in places]
        return self._ask(words, "event = 'read' AND concat_ws('/', kind, id, uid, folder) = ANY (%s)", [words])

    def of_address(self, address: str, most: int) -> list[Row]:
        """Return the newest events of an address, and of the owner's other addresses."""
        owners = ["/".join(holder) for holder in self._holders(address)]
        where = "(%s IN (sender, recipient, original) OR kind || '/' || id = ANY (%s))"
        return self._ask([address, *owners], where, [address, owners], newest=most)

    def of_sender(self, address: str, until: datetime) -> list[Row]:
        """Return what an address has sent until a moment."""
        return self._ask([address], "sender = %s AND event = 'received' AND at <= %s", [address, until])

    def of_senders(self, owners: Collection[str], most: int) -> tuple[list[Row], bool]:
        """Return the first messages sent from mailboxes (`kind/id`), and whether there are more."""
        rows = self._ask(owners, "event = 'received' AND kind || '/' || id = ANY (%s)", [list(owners)])
        return rows[:most], len(rows) > most

    def people(self, rows: Sequence[Row]) -> dict[tuple[str, str], Row]:
        """Return name and present address of each mailbox in rows."""
        keys = {(row["kind"], row["id"]) for row in rows if row["id"]}
        kinds, ids = [kind for kind, _id in keys], [id_ for _kind, id_ in keys]
        with self._connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(
                "SELECT kind, id, name, address FROM mail.account"
                " WHERE (kind, id) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
                [kinds, ids],
            )
            return {(row["kind"], row["id"]): row for row in cursor.fetchall()}

    def counted(self, rows: Sequence[Row]) -> list[Row]:
        """Return how many refusals equal to each row were only counted (`times`), with that `row`."""
        refused = [row for row in rows if row["event"] == "refused" and row["step"] != SEEN_WHOLE]
        if not refused:
            return []
        with self._connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(
                "SELECT told.number, r.minute, host(r.network) AS network, r.code, r.protocol, r.times"
                " FROM unnest(%s::int[], %s::timestamptz[], %s::inet[], %s::text[], %s::text[])"
                " AS told (number, at, client, code, protocol) JOIN events.refusals AS r"
                " ON r.minute = date_trunc('minute', told.at) AND r.network = events.network(told.client)"
                " AND r.code = coalesce(told.code, '') AND r.protocol = coalesce(told.protocol, '')"
                " WHERE r.minute = ANY (%s) ORDER BY told.number",
                [
                    list(range(len(refused))),
                    *([row[name] for row in refused] for name in ("at", "client", "code", "protocol")),
                    [row["at"].replace(second=0, microsecond=0) for row in refused],
                ],
            )
            return [{**found, "row": refused[found.pop("number")]} for found in cursor.fetchall()]

    def reach(self) -> Row:
        """Return the period of known events, and the gaps in it."""
        with self._connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(
                "SELECT (SELECT min(to_date(right(relname, 8), 'YYYYMMDD')) FROM pg_inherits JOIN pg_class"
                " ON pg_class.oid = inhrelid WHERE inhparent = 'events.event'::regclass) AS kept_from,"
                " at AS read_until,"
                " extract(epoch FROM now() - checked)::int AS idle_seconds,"
                " (SELECT count(*) FROM events.gap) AS gaps,"
                " (SELECT coalesce(sum(times), 0) FROM events.refusals WHERE minute >= %s)::bigint AS counted"
                " FROM events.progress",
                [self._since or datetime.min.replace(tzinfo=UTC)],
            )
            return cursor.fetchone() or {}

    def record(self, actor: str, asked: str, found: int) -> None:
        """Record who asked for what."""
        self._connection.execute(
            "INSERT INTO events.look (actor, asked, since, found) VALUES (%s, %s, %s, %s)",
            [actor, asked, self._since, found],
        )

    def _holders(self, address: str) -> list[tuple[str, str]]:
        return self._connection.execute(
            "SELECT DISTINCT kind, id FROM events.holder WHERE address = %s", [address]
        ).fetchall()

    def _ask(self, words: Collection[str], where: str, values: Sequence[object], newest: int = 0) -> list[Row]:
        """Return rows in order of time, the first or the newest ones, at the moments that words lead to."""
        moments = self._moments(words, newest)
        if not moments:
            return []
        # Values from outside are parameters only.
        query = f"SELECT {COLUMNS} FROM events.event WHERE at = ANY (%s) AND {where} ORDER BY at"  # noqa: S608
        with self._connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(query.encode(), [moments, *values])
            return cursor.fetchall()

    def _moments(self, words: Collection[str], newest: int) -> list[datetime]:
        since = self._since or datetime.min.replace(tzinfo=UTC)
        order = f"DESC LIMIT {newest}" if newest else f"LIMIT {self._most}" if self._most else ""
        query = (
            "SELECT DISTINCT at FROM events.key WHERE at >= %s"
            " AND hash = ANY (ARRAY (SELECT events.hash(word) FROM unnest(%s::text[]) word)) ORDER BY at "
        )
        found = self._connection.execute((query + order).encode(), [since, list(words)]).fetchall()
        return [moment for (moment,) in found]
