"""The host's side of applying the register: read what is there once, and write all that changes in one transaction.

Who reads the use of which agency is told with it (`use_pages`): it follows from the same register on the same day.

Runs on the mail host beside psycopg and the standard library. What is wanted arrives from the controller in one private
file, and the answer goes back in the same file. Accounts come and are read as lines of text: most are the same on both
sides, and only the others are taken apart.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..danhba.planning import plan
from ..danhba.planning.accounts import (
    AGENCY,
    CLOSED,
    ESCAPES,
    Account,
    Accounts,
    Exemption,
    Route,
    digest_of,
    dump,
    exemption_of,
    line,
    of_line,
    route_of,
)
from ..failure import Failure
from . import use_pages
from .postgres import HAS_PSYCOPG, read_day, reason
from .request import PEOPLE, Request, load_request

if HAS_PSYCOPG:
    import psycopg

if TYPE_CHECKING:
    from psycopg.rows import TupleRow

    Connection = psycopg.Connection[TupleRow]

ROLE = "danhba_apply"
# Two applies at once wait for each other. The number only has to be one that nothing else here locks.
LOCK = 33_2010
# Rows that are made and sent at once: enough to make the round trips cheap, few enough to keep the memory flat.
BATCH = 10_000
# Rows that COPY gets at once: few, so that PostgreSQL is never without some while the next are made.
SENT = 200
# Actions that a diff shows; the whole plan is in its file.
DIFF_LINES = 200
_to_json = json.JSONEncoder(ensure_ascii=False).encode

# The columns of mail.account are the fields of an account, in their order; those that are no text have another type.
_TYPES = {"quota": "bigint", "since": "date"}
_COLUMNS = ", ".join(Account._fields)


def _literal(text: str) -> str:
    """A text as SQL writes it (PostgreSQL, String Constants with C-Style Escapes)."""
    return "E'" + "".join(ESCAPES.get(character, character) for character in text) + "'"


def _escaped(column: str) -> str:
    """A column as text, with what `line` escapes in it."""
    text = column if column not in _TYPES else f"{column}::text"
    for character, escape in ESCAPES.items():
        text = f"replace({text}, {_literal(character)}, {_literal(escape)})"
    return text


_TAB, _LINE_END = _literal("\t"), _literal("\n")
# As `line` writes them; many in one value, since each value takes this host's Python its time.
_LINE = (
    f"CASE WHEN concat({_COLUMNS}) ~ {_literal('[' + ''.join(ESCAPES.values()) + ']')}"
    f" THEN concat_ws({_TAB}, {', '.join(map(_escaped, Account._fields))}) ELSE concat_ws({_TAB}, {_COLUMNS}) END"
)
_ALL_ACCOUNTS = f"SELECT string_agg({_LINE}, {_LINE_END}) FROM mail.account GROUP BY agency"  # noqa: S608
_AGENCY_COLUMN, _STATE_COLUMN = Account._fields.index("agency"), Account._fields.index("state")
_INTO_ACCOUNTS = f"COPY mail.account ({_COLUMNS}) FROM STDIN"
_KEY = ("kind", "id")
_UNNESTED = ", ".join(f"%s::{_TYPES.get(name, 'text')}[]" for name in Account._fields)
_CHANGING = [name for name in Account._fields if name not in _KEY]
_CHANGE_ACCOUNTS = (
    f"INSERT INTO mail.account ({_COLUMNS})"  # noqa: S608 (names of our own)
    f" SELECT * FROM unnest({_UNNESTED})"
    f" ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET"
    f" ({', '.join(_CHANGING)}) = ({', '.join(f'excluded.{name}' for name in _CHANGING)})"
)
_HELD = "SELECT agency, person, day::text FROM mail.held ORDER BY agency"


def answer_file(connect: Callable[[], Connection], path: Path, *, dry_run: bool) -> dict[str, Any]:
    """Apply the request in the file `path`, and write into the same file what is too large for a module's result.

    Returns:
        The result: counts, checksum, refusals, the first actions.
    """
    with path.open("r+", encoding="utf-8", newline="") as file:
        request = load_request(file.read())
        with connect() as connection:
            done, held = _explained(connection, request, dry_run=dry_run)
        made = done.plan
        file.seek(0)
        file.truncate()
        json.dump(
            {
                "plan": list(made.data) if request.whole else None,
                "state": dump(done.actual.whole()) if request.state else None,
            },
            file,
        )
    return {
        "changed": done.published or (bool(made.changes) and not made.refused),
        "checksum": made.checksum,
        "counts": made.counts,
        "published": done.published,
        "refused": [{"rule": item.rule.id, "values": item.values} for item in made.refused],
        "actions": _actions(made.actions[:DIFF_LINES]),
        "ended": made.ended,
        "held": held,
    }


def _actions(actions: Iterable[plan.Action]) -> list[dict[str, Any]]:
    return [action._asdict() for action in actions]


def _explained(
    connection: Connection, request: Request, *, dry_run: bool
) -> tuple[Applied, list[tuple[str, str, str]]]:
    """As `apply`, and who has each contact mailbox then, as `handovers.Held`."""
    try:
        return apply(connection, request, dry_run=dry_run), connection.execute(_HELD).fetchall()
    except (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn) as error:
        raise Failure(
            f"Cơ sở dữ liệu chưa dựng xong: {reason(error)}. Chạy playbooks/site.yml. Chưa có gì thay đổi.",
            f"The database is only half built: {reason(error)}. Run playbooks/site.yml. Nothing was changed.",
        ) from error
    except psycopg.Error as error:
        if error.sqlstate is None:  # no answer of the server's: the connection broke, perhaps during COMMIT
            raise Failure(
                f"Mất kết nối với PostgreSQL: {reason(error)}. Kế hoạch đã được thực hiện toàn bộ, hoặc chưa gì cả; "
                "hãy chạy lại.",
                f"The connection to PostgreSQL was lost: {reason(error)}. The plan was applied whole, or not at all; "
                "run again.",
            ) from error
        raise Failure(
            f"PostgreSQL từ chối: {reason(error)}. Chưa có gì thay đổi; sửa rồi chạy lại.",
            f"PostgreSQL refused: {reason(error)}. Nothing was changed; correct it and run again.",
        ) from error


@dataclass(frozen=True, slots=True)
class Actual:
    """What the server has: its accounts as lines, its routes, its exemptions from the secrecy filter."""

    lines: Sequence[str]
    routes: Mapping[str, Route]
    exemptions: Sequence[Exemption] = ()

    def whole(self) -> Accounts:
        """All of it, taken apart."""
        return Accounts.of(map(of_line, self.lines), self.routes.values(), self.exemptions)

    def live(self) -> Counter[str]:
        """How many mailboxes of each agency are open or suspended."""
        rows = (text.split("\t") for text in self.lines)
        return Counter(row[_AGENCY_COLUMN] for row in rows if row[_STATE_COLUMN] != CLOSED)

    def plan(self, request: Request, applied: date | None) -> tuple[Accounts, plan.Plan]:
        """What differs from what is wanted, beside all agencies' own; and the plan that follows."""
        there, wanted = _only(self.lines, request.lines), _only(request.lines, self.lines)
        actual = Accounts.of(there, self.routes.values(), self.exemptions)
        aimed = replace(request.wanted.accounts, accounts=Accounts.of(wanted).accounts)
        aim = replace(request.wanted, accounts=aimed)
        rest = plan.Rest(digest_of(self.lines, self.routes.values(), self.exemptions), self.live)
        return actual, plan.make(aim, actual, request.approved, applied, rest)


def _only(lines: Sequence[str], others: Sequence[str]) -> list[Account]:
    """The accounts that others have not just so, and all of agencies: others may hang on these."""
    same = frozenset(others)
    return [of_line(text) for text in lines if text not in same or text.startswith(AGENCY)]


class Applied(NamedTuple):
    """What was there before, the plan, and whether anything was other about who reads the use of which agency."""

    actual: Actual
    plan: plan.Plan
    published: bool


def apply(connection: Connection, request: Request, *, dry_run: bool) -> Applied:
    """Read, compare, and unless a guard objects write everything or nothing."""
    with connection.transaction():
        if dry_run:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        else:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        actual = read(connection)
        there, made = actual.plan(request, read_day(connection))
        if made.changes and not made.refused and not dry_run:
            write(connection, made, there, request)
        told = bool(request.use.rule) and not made.refused
        published = told and use_pages.publish(connection, request.use, dry_run=dry_run)
    return Applied(actual, made, published)


def read(connection: Connection) -> Actual:
    """All accounts, routes and exemptions."""
    accounts = connection.execute(_ALL_ACCOUNTS)
    routes = connection.execute(
        "SELECT json_agg(json_build_array(route.address, mode, document, reply, targets)) FROM mail.route,"
        " LATERAL (SELECT coalesce(json_agg(json_build_array(kind, id) ORDER BY kind, id), '[]') AS targets"
        " FROM mail.route_target AS target WHERE target.address = route.address) AS found"
    )
    lines = [text for (many,) in accounts for text in many.split("\n")]
    exempted = connection.execute(
        "SELECT sender, files, since::text, until::text, document, reason FROM secrecy.exception ORDER BY id"
    )
    exemptions = [exemption_of(*row) for row in exempted]
    return Actual(lines, {row[0]: route_of(*row) for (many,) in routes for row in many or ()}, exemptions)


def write(connection: Connection, made: plan.Plan, actual: Accounts, request: Request) -> None:
    """Write what the plan changes of what is there, with its record. Runs inside the caller's transaction."""
    changes = made.changes
    there = {account.key for account in changes.accounts if account.key in actual.accounts}
    _copy(connection, _INTO_ACCOUNTS, (account for account in changes.accounts if account.key not in there))
    _change_accounts(connection, [account for account in changes.accounts if account.key in there])
    _delete_routes(connection, changes.released)
    _write_routes(connection, changes.routes)
    _write_exemptions(connection, changes)
    row = connection.execute(
        f"INSERT INTO mail.run (job, actor, as_of, register, checksum, {', '.join(PEOPLE)})"  # noqa: S608 (our own names)
        " VALUES ('accounts', %s, %s, %s, %s, %s, %s, %s, %s) RETURNING run",
        [request.actor, made.day, request.commit, made.checksum, *(request.people.get(name) for name in PEOPLE)],
    ).fetchone()
    if row is None:
        raise RuntimeError("INSERT … RETURNING gave no row")
    _write_audit(connection, row[0], made.actions)


def _batches(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _change_accounts(connection: Connection, accounts: Sequence[tuple[Any, ...]]) -> None:
    for batch in _batches(accounts):
        connection.execute(_CHANGE_ACCOUNTS, _columns(batch))


def _copy(connection: Connection, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """Add rows by COPY, whose text format has a line a row (PostgreSQL, COPY, File Formats)."""
    lines = (f"{line(row)}\n" for row in rows)
    batches = iter(lambda: list(islice(lines, SENT)), [])
    if first := next(batches, None):
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for batch in chain([first], batches):
                copy.write("".join(batch))


def _delete_routes(connection: Connection, addresses: Sequence[str]) -> None:
    for batch in _batches(addresses):
        connection.execute("DELETE FROM mail.route WHERE address = ANY (%s)", [list(batch)])


def _write_routes(connection: Connection, routes: Sequence[Route]) -> None:
    for batch in _batches(routes):
        connection.execute(
            "INSERT INTO mail.route (address, mode, document, reply)"
            " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])"
            " ON CONFLICT (address) DO UPDATE SET (mode, document, reply)"
            " = (excluded.mode, excluded.document, excluded.reply)",
            _columns([route[:4] for route in batch]),
        )
        connection.execute(
            "DELETE FROM mail.route_target WHERE address = ANY (%s)", [[route.address for route in batch]]
        )
        targets = [(route.address, kind, id_) for route in batch for kind, id_ in route.targets]
        if targets:
            connection.execute(
                "INSERT INTO mail.route_target (address, kind, id)"
                " SELECT * FROM unnest(%s::text[], %s::text[], %s::text[])",
                _columns(targets),
            )


def _write_exemptions(connection: Connection, changes: plan.Changes) -> None:
    if changes.ended:
        ended = [exemption.id for exemption in changes.ended]
        connection.execute("DELETE FROM secrecy.exception WHERE id = ANY (%s)", [ended])
    for each in changes.granted:
        connection.execute(
            "INSERT INTO secrecy.exception (id, sender, files, since, until, document, reason)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [each.id, each.sender, list(each.files), *each[2:]],
        )


def _write_audit(connection: Connection, run: int, actions: Iterable[plan.Action]) -> None:
    _copy(
        connection,
        "COPY mail.audit (run, action, kind, id, document, before, after) FROM STDIN",
        ((run, a.action, a.kind, a.id, a.document, _json(a.before), _json(a.after)) for a in actions),
    )


def _json(value: Mapping[str, Any]) -> str:
    return _to_json(value) if value else "{}"  # nothing was before whatever is created
