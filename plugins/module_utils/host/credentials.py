"""The host's side of issuing passwords: select the accounts, store the hashes, settle interrupted earlier runs.

Runs on the mail host and needs only psycopg and the standard library; the controller's side is `passwords`. Both
exchange the types below as JSON in one private file. No function here sees a password, only hashes.

A reissue ends the sessions that were opened with the old password (R10.5): web sessions in the same transaction, by a
trigger of the database, and mail sessions right after the commit. If a run ends between the two, the next run settles
the batch and ends the mail sessions then.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ..failure import Failure
from ..options.database import OPTIONS
from .postgres import HAS_PSYCOPG, read_day, reason

if HAS_PSYCOPG:
    import psycopg

if TYPE_CHECKING:
    from psycopg.rows import TupleRow

    Connection = psycopg.Connection[TupleRow]

ROLE = "danhba_password"
ARGUMENTS: dict[str, Any] = {
    "accounts": {"type": "list", "elements": "str", "default": []},
    "agency": {"type": "str", "default": ""},
    "file": {"type": "path", "default": ""},
    "client": {"type": "str", "default": ""},
    "since": {"type": "str", "default": ""},
    "document": {"type": "str", "default": ""},
    "document_date": {"type": "str", "default": ""},
    "whom": {"type": "path", "default": ""},
    "letters": {"type": "str", "required": True},
    "register": {"type": "path", "required": True},
    "as_of": {"type": "str", "required": True},
    "test_host": {"type": "bool", "default": False},
    "key": {"type": "str", "default": "", "no_log": False},
    "shortest": {"type": "int", "default": 10},
    "acknowledge": {"type": "int", "default": 0},
    **OPTIONS,
}
"""The options that a playbook sets. The module itself reads only `database` and `socket`."""

# Limit of reissues at once: the smaller of these two, but at least one account.
REISSUE_COUNT = 50
REISSUE_PERCENT = 2  # of the open accounts
NAMED_LIMIT = 20  # addresses named in a message

KICK = "doveadm"
NOT_CONNECTED = 68  # exit status of doveadm kick where the user has no session
KICK_TIMEOUT = 60  # seconds after which doveadm kick is killed

BatchState = Literal["stored", "given_up", "open", "foreign"]


@dataclass(frozen=True, slots=True)
class Order:
    """The operator's order: which accounts get a password, and on which document.

    Empty `accounts` means every open account that has no password yet. In place of `accounts` the order may select all
    accounts with a password in some `agencies`, or all that used the mail system from the network `client` since the
    time `since` (ISO 8601 with zone), by the collected events; `actor` is recorded as who looked into the events.

    `reported` is the document's day (ISO 8601). With `once`, an account whose password was issued on the same document
    of that day is left out, so that an interrupted order can be repeated. With `renew`, an account gets a new password
    even if its letter on the same document was not handed over yet.
    """

    accounts: list[str]
    document: str
    acknowledge: int
    renew: bool = False
    reported: str = ""
    once: bool = False
    agencies: list[str] = field(default_factory=list)
    client: str = ""
    since: str = ""
    actor: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """An account that is to get a password.

    `document` is the document that the new password cites, `reported` its day. `previous` is the run that issued the
    present password (None: it has none), `rests_on` the document cited then.
    """

    kind: str
    id: str
    address: str
    name: str
    agency: str
    document: str
    previous: int | None
    rests_on: str = ""
    reported: str = ""


@dataclass(frozen=True, slots=True)
class Credential:
    """The password hash for a target, prefixed with its scheme as Dovecot reads it.

    `custodian` is the id of the person who gets the letter of a contact mailbox, for the record; empty for officials.
    """

    kind: str
    id: str
    address: str
    document: str
    previous: int | None
    password: str
    custodian: str = ""
    reported: str = ""


@dataclass(frozen=True, slots=True)
class BatchName:
    """Name of the batch of passwords of one run: a UUID, and the database they are for (see `read_server`)."""

    server: str
    batch: str


Kick = Callable[[Sequence[str]], None]
"""A function that ends all mail sessions of the given addresses, such as `end_sessions`."""


def answer(connection: Connection, mode: str, request: dict[str, Any], kick: Kick, *, dry_run: bool) -> dict[str, Any]:
    """Answer one request of the controller: settle batches, find targets, or store a batch.

    Request and answer are JSON values. With `dry_run` nothing is written. `kick` is called after the commit with the
    addresses whose passwords were replaced, and never with `dry_run`.
    """
    if mode == "settle":
        names = [BatchName(**name) for name in request["batches"]]
        states = settle_batches(connection, names, request["actor"], dry_run=dry_run)
        if not dry_run:
            _end(connection, find_reissued(connection, [batch for batch, s in states.items() if s == "stored"]), kick)
        return dict(states)
    if mode == "targets":
        order = Order(**request)
        targets, applied = find_targets(connection, order), read_day(connection)
        return {
            "said": find_doubts(connection, order),
            "server": read_server(connection),
            "as_of": applied.isoformat() if applied else "",
            "targets": [asdict(target) for target in targets],
        }
    credentials = [Credential(**credential) for credential in request["credentials"]]
    store_batch(connection, request["batch"], request["actor"], credentials)
    _end(connection, [credential.address for credential in credentials if credential.previous is not None], kick)
    return {}


def _end(connection: Connection, addresses: Sequence[str], kick: Kick) -> None:
    """End the sessions of the addresses, and remove them from the queue `mail.ending` (migration 0008)."""
    rows = connection.execute("SELECT entry FROM mail.ending WHERE address = ANY (%s)", [list(addresses)]).fetchall()
    kick(addresses)
    connection.execute("DELETE FROM mail.ending WHERE entry = ANY (%s)", [[entry for (entry,) in rows]])


def answer_file(connect: Callable[[], Connection], mode: str, path: Path, kick: Kick, *, dry_run: bool) -> None:
    """Read the request from the file `path`, and write the answer into the same file.

    The file is emptied as soon as it is read, so that hashes are on the host's disk as briefly as possible. It is never
    replaced by another file, because its owner is the user who fetches it, not always the user who runs this.
    """
    with path.open("r+", encoding="utf-8") as file:
        request = json.load(file)
        file.seek(0)
        file.truncate()
        with connect() as connection:
            json.dump(answer(connection, mode, request, kick, dry_run=dry_run), file)


def read_server(connection: Connection) -> str:
    """Return the identity of this database, `CLUSTER-OID`, which no other database has, even one of the same name."""
    [(server,)] = connection.execute(
        "SELECT format('%s-%s', system_identifier, oid) FROM pg_control_system(), pg_database"
        " WHERE datname = current_database()"
    ).fetchall()
    return str(server)


def find_targets(connection: Connection, order: Order) -> list[Target]:
    """Return the accounts selected by the order, sorted by agency and address.

    Raises:
        Failure: a named account is not open, a reissue cites no document, or the limit of reissues is exceeded.
    """
    rows = connection.execute(
        "SELECT account.state, account.kind, account.id, account.address, account.name, account.agency,"
        " account.document, credential.run, coalesce(credential.document, '')"
        " FROM mail.account LEFT JOIN mail.credential USING (kind, id) ORDER BY account.agency, account.address"
    )
    states: dict[str, str] = {}
    open_targets: dict[str, Target] = {}
    for state, *fields in rows:
        target = Target(*fields)
        states[target.address] = state
        if state == "open":
            open_targets[target.address] = target
    if order.client or order.agencies:
        targets = _select(connection, order, open_targets)
    else:
        targets = _choose(order, states, open_targets)
    if order.once:
        resting = {(kind, id_) for kind, id_ in connection.execute(_RESTING, (order.document, order.reported))}
        targets = [target for target in targets if (target.kind, target.id) not in resting]
    _guard(order, targets, len(open_targets))
    return [_cite(target, order) for target in targets]


def _select(connection: Connection, order: Order, open_targets: dict[str, Target]) -> list[Target]:
    """Return the open accounts with a password that are in the order's agencies, or were used from its network."""
    known = [target for target in open_targets.values() if target.previous is not None]
    if order.agencies:
        return [target for target in known if target.agency in order.agencies]
    used = _users(connection, order)
    return [target for target in known if (target.kind, target.id) in used]


# Accounts whose password was reissued on a document. Numbers of documents restart each year, so compare its day, too.
_RESTING = """
    SELECT DISTINCT kind, id FROM mail.credential JOIN mail.audit USING (kind, id, document)
     WHERE document = %s AND action = 'reissue_password' AND after ->> 'reported' = %s"""
_USERS = """
    SELECT DISTINCT kind, id FROM events.use WHERE minute >= date_trunc('minute', %s::timestamptz) AND client <<= %s"""
_SUSPENDED = """
    SELECT address FROM mail.account JOIN mail.credential USING (kind, id)
     WHERE state = 'suspended' AND (agency = ANY (%(agencies)s) OR %(client)s <> '' AND (kind, id) IN (
           SELECT kind, id FROM events.use WHERE minute >= date_trunc('minute', nullif(%(since)s, '')::timestamptz)
              AND client <<= nullif(%(client)s, '')::inet))
     ORDER BY 1"""
# The first day of which events are kept, the number of gaps since a time, and how far the journal was read.
_KNOWN = """
    SELECT (SELECT min(to_date(right(relname, 8), 'YYYYMMDD'))::text
              FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = 'events.use'::regclass),
           (SELECT count(*) FROM events.gap WHERE coalesce(until, noticed) >= %(since)s::timestamptz),
           (SELECT to_char(at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD HH24:MI') FROM events.progress)"""


def _users(connection: Connection, order: Order) -> set[tuple[str, str]]:
    """Return (kind, id) of the accounts used from the order's network since its time; record the look-up."""
    used = {(kind, id_) for kind, id_ in connection.execute(_USERS, (order.since, order.client))}
    connection.execute(
        "INSERT INTO events.look (actor, asked, since, found) VALUES (%s, %s, %s, %s)",
        (order.actor or ROLE, order.client, order.since, len(used)),
    )
    return used


def find_doubts(connection: Connection, order: Order) -> list[str]:
    """Return warnings about a selection, in Vietnamese and English: suspended accounts, and incomplete events."""
    suspended = connection.execute(_SUSPENDED, asdict(order)).fetchall()
    said = [_told_suspended([address for (address,) in suspended])] if suspended else []
    if not order.client:
        return said
    [(kept, gaps, until)] = connection.execute(_KNOWN, {"since": order.since}).fetchall()
    known = (
        f"Diễn biến đã ghi đến {until or '-'}: ai đăng nhập sau đó chưa được tính.\n"
        f"Events are known until {until or '-'}: who signed in later is not counted."
    )
    before = (
        f"Diễn biến chỉ còn từ {kept or '-'}: ai đăng nhập trước đó không biết được.\n"
        f"Events are kept from {kept or '-'} on: who signed in before is unknown."
    )
    missing = (
        f"Có {gaps} khoảng mất diễn biến từ lúc đó: có thể thiếu người.\n"
        f"There are {gaps} gaps in the events since then: somebody may be missing."
    )
    is_cut = not kept or datetime.fromisoformat(order.since).date().isoformat() < kept
    return [*said, known, *([before] if is_cut else []), *([missing] if gaps else [])]


def _told_suspended(addresses: Sequence[str]) -> str:
    """Return the warning that suspended accounts keep their old password when they are opened again."""
    return (
        f"Đang tạm khóa nên không cấp lại: {_join(addresses)}. Mở lại thì cấp lại ngay theo văn bản này.\n"
        f"Suspended, so not reissued: {_join(addresses)}. When open again, reissue on this document at once."
    )


def _choose(order: Order, states: dict[str, str], open_targets: dict[str, Target]) -> list[Target]:
    if not order.accounts:
        return [target for target in open_targets.values() if target.previous is None]
    named = {address.strip().lower() for address in order.accounts}
    _refuse_closed(sorted(named - open_targets.keys()), states)
    targets = [target for address, target in open_targets.items() if address in named]
    if not order.document:
        _refuse_reissue([target.address for target in targets if target.previous is not None])
    return targets


def _refuse_closed(addresses: Sequence[str], states: dict[str, str]) -> None:
    if not addresses:
        return
    words = {None: ("không có", "unknown"), "suspended": ("tạm khóa", "suspended"), "closed": ("đã đóng", "closed")}
    described = [(address, *words[states.get(address)]) for address in addresses]
    raise Failure(
        f"Chỉ cấp mật khẩu cho hộp thư đang mở; không cấp cho: {_join(f'{a} ({vi})' for a, vi, _ in described)}. "
        "Sửa danh sách accounts, hoặc sửa sổ rồi chạy playbooks/accounts.yml trước. Chưa có gì thay đổi.",
        f"Only an open mailbox gets a password; refused for: {_join(f'{a} ({en})' for a, _, en in described)}. "
        "Correct the list accounts, or correct the register and run playbooks/accounts.yml first. Nothing was changed.",
    )


def _refuse_reissue(addresses: Sequence[str]) -> None:
    """Refuse to reissue without a document: R10.5 asks for a written report of a lost or leaked password."""
    if not addresses:
        return
    raise Failure(
        f"Đã có mật khẩu: {_join(addresses)}. Cấp lại phải dẫn văn bản báo cáo: đặt document. Chưa có gì thay đổi.",
        f"These have a password already: {_join(addresses)}. "
        "A new one rests on a written report (R10.5): set document. Nothing was changed.",
    )


def _guard(order: Order, targets: Sequence[Target], open_count: int) -> None:
    """Refuse to reissue more passwords at once than the limit, unless the order acknowledges their exact number."""
    count = sum(target.previous is not None for target in targets)
    limit = max(1, min(REISSUE_COUNT, open_count * REISSUE_PERCENT // 100))
    if count <= limit or count == order.acknowledge:
        return
    raise Failure(
        f"Cấp lại {count} mật khẩu cùng lúc vượt giới hạn {limit} "
        f"(số nhỏ hơn giữa {REISSUE_COUNT} và {REISSUE_PERCENT} % của {open_count} hộp thư đang mở). "
        f"Nếu đúng là muốn vậy, đặt acknowledge: {count}. Chưa có gì thay đổi.",
        f"Reissuing {count} passwords at once exceeds the limit of {limit} "
        f"(the smaller of {REISSUE_COUNT} and {REISSUE_PERCENT} % of {open_count} open mailboxes). "
        f"If that is what you mean, set acknowledge: {count}. Nothing was changed.",
    )


def _cite(target: Target, order: Order) -> Target:
    """Return the target with the document of the order, or, without one, with the one that opened the account."""
    if not order.document:
        return target
    return replace(target, document=order.document, reported=order.reported)


def store_batch(connection: Connection, batch: str, actor: str, credentials: Sequence[Credential]) -> None:
    """Store all hashes of a batch in one transaction.

    Raises:
        Failure: an account or its password changed meanwhile, another run gave the batch up, or PostgreSQL refused.
            Nothing is stored then.
    """
    try:
        with connection.transaction():
            # Lock out other writers, so that nothing changes between the comparison and the store. Readers go on.
            connection.execute("LOCK TABLE mail.credential IN SHARE ROW EXCLUSIVE MODE")
            [(run,)] = connection.execute(
                "INSERT INTO mail.run (job, actor, batch) VALUES ('passwords', %s, %s) RETURNING run", (actor, batch)
            ).fetchall()
            columns = _columns(credentials)
            _refuse_moved(connection, columns)
            connection.execute(_STORE, {"run": run, **columns})
    except psycopg.errors.UniqueViolation as error:
        raise Failure(
            "Một lần chạy khác đã hủy lần cấp này. Chưa có gì thay đổi; chạy lại.",
            "Another run has given this one up. Nothing was changed; run again.",
        ) from error
    except psycopg.Error as error:
        raise Failure(
            f"PostgreSQL từ chối lưu mật khẩu: {reason(error)}. Chưa có gì thay đổi.",
            f"PostgreSQL refused to store the passwords: {reason(error)}. Nothing was changed.",
        ) from error


def _columns(credentials: Sequence[Credential]) -> dict[str, list[Any]]:
    """Return the credentials as columns, the parameters of the statements below: one statement stores a whole batch."""
    return {
        "kinds": [credential.kind for credential in credentials],
        "ids": [credential.id for credential in credentials],
        "addresses": [credential.address for credential in credentials],
        "documents": [credential.document for credential in credentials],
        "previous": [credential.previous for credential in credentials],
        "passwords": [credential.password for credential in credentials],
        "custodians": [credential.custodian for credential in credentials],
        "reported": [credential.reported for credential in credentials],
    }


def _refuse_moved(connection: Connection, columns: dict[str, list[Any]]) -> None:
    rows = connection.execute(
        "SELECT asked.address"
        " FROM unnest(%(kinds)s::text[], %(ids)s::text[], %(addresses)s::text[], %(previous)s::bigint[])"
        " AS asked (kind, id, address, previous)"
        " LEFT JOIN mail.account USING (kind, id) LEFT JOIN mail.credential USING (kind, id)"
        " WHERE account.state IS DISTINCT FROM 'open' OR account.address IS DISTINCT FROM asked.address"
        " OR credential.run IS DISTINCT FROM asked.previous ORDER BY 1",
        columns,
    )
    moved = [address for (address,) in rows]
    if moved:
        raise Failure(
            f"Đã thay đổi trong lúc cấp: {_join(moved)}. Chưa có gì thay đổi; chạy lại.",
            f"These changed while their passwords were made: {_join(moved)}. Nothing was stored; run again.",
        )


_STORE = """
    WITH batch AS (
        SELECT * FROM unnest(%(kinds)s::text[], %(ids)s::text[], %(addresses)s::text[], %(documents)s::text[],
                             %(previous)s::bigint[], %(passwords)s::text[], %(custodians)s::text[],
                             %(reported)s::text[])
            AS batch (kind, id, address, document, previous, password, custodian, reported)
    ), stored AS (
        INSERT INTO mail.credential (kind, id, password, run, document)
        SELECT kind, id, password, %(run)s, document FROM batch
        ON CONFLICT (kind, id) DO UPDATE
            SET password = excluded.password, run = excluded.run, document = excluded.document,
                initial = true, since = now()
    )
    INSERT INTO mail.audit (run, action, kind, id, document, before, after)
    SELECT %(run)s, CASE WHEN previous IS NULL THEN 'issue_password' ELSE 'reissue_password' END, kind, id, document,
           CASE WHEN previous IS NOT NULL THEN jsonb_build_object('run', previous) END,
           jsonb_strip_nulls(jsonb_build_object('address', address, 'custodian', nullif(custodian, ''),
                                                'reported', nullif(reported, '')))
      FROM batch
"""


def settle_batches(
    connection: Connection, names: Iterable[BatchName], actor: str, *, dry_run: bool
) -> dict[str, BatchState]:
    """Return the final state of each batch of an earlier run, by UUID.

    `stored`: its passwords are in force. `given_up`: they are not and never will be: its UUID is taken by a run without
    audit rows, which also makes a store that is still running fail. `open`: not stored; with `dry_run`, in place of
    `given_up`. `foreign`: the batch is for another database.
    """
    server = read_server(connection)
    return {
        name.batch: _settle(connection, name.batch, actor, dry_run=dry_run) if name.server == server else "foreign"
        for name in names
    }


def _settle(connection: Connection, batch: str, actor: str, *, dry_run: bool) -> BatchState:
    if not dry_run:
        # This INSERT waits for a concurrent store of the same batch to commit or roll back.
        connection.execute(
            "INSERT INTO mail.run (job, actor, batch) VALUES ('passwords', %s, %s) ON CONFLICT (batch) DO NOTHING",
            (actor, batch),
        )
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM mail.audit WHERE audit.run = run.run) FROM mail.run WHERE batch = %s", (batch,)
    ).fetchone()
    if row is None:
        return "open"
    return "stored" if row[0] else "given_up"


def find_reissued(connection: Connection, batches: Sequence[str]) -> list[str]:
    """Return the addresses whose passwords were replaced by the given stored batches."""
    rows = connection.execute(
        "SELECT DISTINCT after ->> 'address' FROM mail.audit JOIN mail.run USING (run)"
        " WHERE action = 'reissue_password' AND batch = ANY (%s::uuid[]) ORDER BY 1",
        (list(batches),),
    )
    return [address for (address,) in rows]


def end_sessions(addresses: Sequence[str], warn: Callable[[str], None], command: str = KICK) -> None:
    """Make Dovecot end every session of the addresses.

    For more than `REISSUE_COUNT` addresses all users' sessions are ended by one call: mail programs sign in again by
    themselves. A host without doveadm has no sessions; that is only a warning.

    Raises:
        Failure: doveadm failed, so some sessions may go on.
    """
    for address in addresses if len(addresses) <= REISSUE_COUNT else ["*"]:
        try:
            done = subprocess.run([command, "kick", address], capture_output=True, timeout=KICK_TIMEOUT, check=False)
        except FileNotFoundError:
            warn(
                f"Máy chủ không có {command} nên không có phiên thư nào để kết thúc.\n"
                f"The host has no {command}, so there is no mail session to end."
            )
            return
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _not_ended(str(error)) from error
        if done.returncode not in {0, NOT_CONNECTED}:
            raise _not_ended(" ".join(done.stderr.decode(errors="replace").split()))


def _not_ended(reason: str) -> Failure:
    return Failure(
        f"Đã lưu mật khẩu mới, nhưng Dovecot chưa kết thúc phiên của mật khẩu cũ: {reason}. "
        "Xem systemctl status dovecot, rồi chạy lại: lần sau kết thúc phiên và nhận lại phiếu.",
        f"The new passwords are stored, but Dovecot has not ended the sessions of the old ones: {reason}. "
        "See systemctl status dovecot, then run again: that ends them and takes the letters over.",
    )


def _join(addresses: Iterable[str]) -> str:
    names = list(addresses)
    shown = ", ".join(names[:NAMED_LIMIT])
    return shown if len(names) <= NAMED_LIMIT else f"{shown}, … (+{len(names) - NAMED_LIMIT})"
