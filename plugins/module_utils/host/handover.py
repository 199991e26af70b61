"""The host's side of handing over a contact mailbox (R11.2): record its content, remove the former custodian's rules.

Runs on the mail host and needs only psycopg and the standard library. `credentials` has issued the new password before
and ended every session, so nobody uses the mailbox while it is recorded. Everything is recorded before it is removed; a
run after an interrupted one removes exactly what is on record.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..failure import Failure
from ..options.database import OPTIONS
from .postgres import read_day, reason

with suppress(ImportError):  # postgres.py says what is missing
    import psycopg

if TYPE_CHECKING:
    from psycopg.rows import TupleRow

    Connection = psycopg.Connection[TupleRow]

ROLE = "danhba_password"
ARGUMENTS: dict[str, Any] = {
    "agency": {"type": "str", "default": ""},
    "letters": {"type": "str", "required": True},
    "records": {"type": "str", "required": True},
    "register": {"type": "path", "required": True},
    "as_of": {"type": "str", "required": True},
    "test_host": {"type": "bool", "default": False},
    "key": {"type": "str", "default": "", "no_log": False},
    "shortest": {"type": "int", "default": 10},
    "webmail": {"type": "str", "default": ""},
    **OPTIONS,
}
"""The options that a playbook sets. The module itself reads only `database`, `socket` and `webmail`."""

TIMEOUT = 600  # seconds; doveadm needs long to list a mailbox of 10 GB
LARGEST_SCRIPT = 1 << 20  # bytes; ManageSieve accepts no larger script
WEBMAIL_USER = "roundcube"

_HELD = "SELECT agency, person, day::text, issued_to, issued_on FROM mail.held ORDER BY agency"
_RECORDED = """
    SELECT handover, to_char(handover.at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD"T"HH24:MI:SS') AS at, actor,
           agency, address, name, former, successor, role, document, handover.day::text AS day, state, removed
      FROM mail.handover"""
_RECORD = """
    INSERT INTO mail.handover (actor, agency, address, name, former, successor, role, document, day, state, removed)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING handover"""
# Statements for the webmail's database, run by psql. That takes no parameters, so the inserted values are quoted.
_SETTINGS = """
    SELECT coalesce(json_agg(json_build_object('user_id', u.user_id, 'preferences', coalesce(preferences, ''),
           'identities', (SELECT coalesce(json_agg(to_json(i) ORDER BY identity_id), '[]') FROM identities AS i
                           WHERE i.user_id = u.user_id)) ORDER BY u.user_id), '[]')
      FROM users AS u LEFT JOIN danhba_mailbox AS m USING (user_id)
     WHERE m.kind = 'agency' AND m.id = {agency} OR u.username = {address};"""
_FORGET_PREFERENCES = """
    UPDATE users SET preferences = '' WHERE user_id = {user} AND md5(coalesce(preferences, '')) = '{digest}';"""
_FORGET_IDENTITIES = """
    UPDATE identities SET signature = '', html_signature = 0, organization = '', "reply-to" = '', bcc = ''
     WHERE user_id = {user} AND identity_id IN ({ids}) AND md5(coalesce(signature, '')) = ANY ('{{{digests}}}');"""
_COLUMNS = ("agency", "address", "name", "former", "successor", "role", "document", "day", "state", "removed")
# The Sieve action `redirect` (RFC 5228, 4.2) with optional tags such as :copy before the address.
_REDIRECT = re.compile(r'\bredirect\b(?:\s+:\w+(?:\s+"[^"]*")?)*\s+"([^"]+)"', re.IGNORECASE)


def answer(connection: Connection, mode: str, request: dict[str, Any], host: Host) -> dict[str, Any]:
    """Answer one request of the controller; request and answer are JSON values.

    Mode `held` returns the custodian of each mailbox, and changes nothing. `take` records the mailboxes and removes the
    former custodians' rules and settings. `end` marks hand-overs whose records the controller has written.
    """
    try:
        if mode == "held":
            return {"held": connection.execute(_HELD).fetchall(), "as_of": _day(connection)}
        if mode == "take":
            return {"records": [_take(connection, each, request["actor"], host) for each in request["handovers"]]}
        _end(connection, request["handovers"], request["actor"])
    except psycopg.errors.UndefinedTable as error:
        raise Failure(
            "Cơ sở dữ liệu chưa có bảng bàn giao. Chạy playbooks/site.yml để nâng cấp.",
            "The database has no tables of hand-overs yet. Run playbooks/site.yml to bring it up to date.",
        ) from error
    except psycopg.Error as error:
        raise Failure(
            f"PostgreSQL từ chối: {reason(error)}. Chạy lại: lần sau làm tiếp việc bàn giao.",
            f"PostgreSQL refused: {reason(error)}. Run again: that goes on with the hand-over.",
        ) from error
    return {}


def _day(connection: Connection) -> str:
    applied = read_day(connection)
    return applied.isoformat() if applied else ""


@dataclass(frozen=True, slots=True)
class Host:
    """Access to what a hand-over reads and changes outside the database of accounts: Dovecot and the webmail.

    `webmail` is the name of the webmail's database, or empty; `socket` is the folder of PostgreSQL's Unix socket. `run`
    runs a command with the given input and returns its output.
    """

    webmail: str
    socket: str
    run: Callable[[Sequence[str], str], bytes]

    def look(self, address: str, agency: str, since: float, *, unused: bool) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return `state` and `removed` of the record: the mailbox's content, and rules and settings to remove.

        The successor's password was issued at `since` (Unix seconds); it is `unused` until somebody changes it. While
        it is unused, all rules are the former custodian's, also those younger than `since`, as a session may have gone
        on until it was ended. If it is used already (after an interrupted run), rules younger than `since` are the
        successor's, and the webmail's settings may be, so both are left alone.
        """
        scripts = [item for item in self._scripts(address) if unused or item[0].stat().st_mtime <= since]
        rules = [_described(path, active) for path, active in scripts]
        settings = self._settings(address, agency) if unused else []
        return self._state(address), {"rules": rules, "webmail": settings}

    def _state(self, address: str) -> dict[str, Any]:
        folders = json.loads(self._doveadm("mailbox", "list", address).strip() or b"[]")
        fields = "mailbox uid guid size.virtual flags"
        mails = json.loads(self._doveadm("fetch", address, fields, "mailbox", "*", "ALL").strip() or b"[]")
        return summed([folder["mailbox"] for folder in folders], mails)

    def _doveadm(self, *words: str) -> bytes:
        """Run doveadm with the words of a command, then the mailbox's address, then its arguments; return JSON."""
        command = 2 if words[0] == "mailbox" else 1
        address, rest = words[command], words[command + 1 :]
        return self.run(["doveadm", "-f", "json", *words[:command], "-u", address, *rest], "")

    def _home(self, address: str) -> Path:
        return Path(self.run(["doveadm", "user", "-f", "home", address], "").decode().strip())

    def _scripts(self, address: str) -> Iterator[tuple[Path, bool]]:
        """Yield the path of each Sieve script of a mailbox, and whether it is the active one."""
        home = self._home(address)
        active = home / ".dovecot.sieve"
        folder = home / "sieve"
        if active.is_file() and not active.is_symlink():
            yield active, True
        for path in sorted(folder.glob("*.sieve")) if folder.is_dir() and not folder.is_symlink() else ():
            if path.is_file() and not path.is_symlink():
                yield path, active.is_symlink() and active.readlink().name == path.name

    def _settings(self, address: str, agency: str) -> list[dict[str, Any]]:
        """Return the webmail's preferences and identities (names, signatures) of each of its users of the mailbox."""
        if not self.webmail:
            return []
        found = self._psql(_SETTINGS.format(agency=_quoted(agency), address=_quoted(address)))
        settings: list[dict[str, Any]] = json.loads(found)
        return settings

    def _psql(self, sql: str) -> bytes:
        command = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
        where = [f"--host={self.socket}", f"--dbname={self.webmail}", "--single-transaction", "--file=-"]
        return self.run(["runuser", f"--user={WEBMAIL_USER}", "--", *command, *where], sql)

    def remove(self, address: str, removed: dict[str, Any]) -> None:
        """Remove the recorded rules and settings, each only if unchanged since: a changed one is the successor's."""
        known = {rule["sha256"] for rule in removed["rules"]}
        for path, active in list(self._scripts(address)):
            if hashlib.sha256(_read(path)).hexdigest() in known:
                _unlink(path, active=active, home=self._home(address))
        if removed["webmail"]:
            self._psql("".join(_forgetting(user) for user in removed["webmail"]))


def summed(folders: Sequence[str], mails: Sequence[dict[str, str]]) -> dict[str, Any]:
    """Return the state of a mailbox: its `folders` with `messages`, `unread` and `octets`, the sums, and a `checksum`.

    The checksum is SHA-256 over one line per message, sorted: folder, UID, GUID and size in octets, separated by tabs
    and ended by a newline. Reading or flagging a message does not change it.
    """
    counts, unread, octets = Counter[str](), Counter[str](), Counter[str]()
    for mail in mails:
        counts[mail["mailbox"]] += 1
        unread[mail["mailbox"]] += "\\Seen" not in mail["flags"].split()
        octets[mail["mailbox"]] += int(mail["size.virtual"])
    lines = sorted("\t".join(mail[key] for key in ("mailbox", "uid", "guid", "size.virtual")) + "\n" for mail in mails)
    names = sorted({*folders, *counts}, key=lambda name: (name != "INBOX", name))
    return {
        "folders": [
            {"name": name, "messages": counts[name], "unread": unread[name], "octets": octets[name]} for name in names
        ],
        "messages": counts.total(),
        "unread": unread.total(),
        "octets": octets.total(),
        "checksum": hashlib.sha256("".join(lines).encode()).hexdigest(),
    }


def _described(path: Path, active: bool) -> dict[str, Any]:
    data = _read(path)
    text = data.decode(errors="backslashreplace")
    return {
        "name": path.name.removesuffix(".sieve") or path.name,
        "active": active,
        "sha256": hashlib.sha256(data).hexdigest(),
        "forwards": sorted(set(_REDIRECT.findall(text))),
        "text": text.replace("\0", "\N{REPLACEMENT CHARACTER}"),
    }


def _read(path: Path) -> bytes:
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
        return file.read(LARGEST_SCRIPT)


def _unlink(path: Path, *, active: bool, home: Path) -> None:
    """Delete a Sieve script and its compiled form; for the active script first the link that activates it."""
    if active:
        for name in (".dovecot.sieve", ".dovecot.svbin"):
            (home / name).unlink(missing_ok=True)
    for other in (path.with_suffix(".svbin"), path):
        other.unlink(missing_ok=True)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _forgetting(user: dict[str, Any]) -> str:
    """Return the SQL that clears a webmail user's preferences and signatures, each only if still as recorded.

    Contacts are kept: they belong to the mailbox.
    """
    number, identities = int(user["user_id"]), user["identities"]
    preferences = _FORGET_PREFERENCES.format(user=number, digest=_digest(user["preferences"]))
    if not identities:
        return preferences
    ids = ", ".join(str(int(each["identity_id"])) for each in identities)
    digests = ",".join(sorted({_digest(each.get("signature") or "") for each in identities}))
    return preferences + _FORGET_IDENTITIES.format(user=number, ids=ids, digests=digests)


def _digest(text: str) -> str:
    """Return the same as PostgreSQL's md5(); it only serves to compare texts."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _take(connection: Connection, order: dict[str, Any], actor: str, host: Host) -> dict[str, Any]:
    """Record a mailbox's content, and remove the former custodian's rules and settings; return the record.

    Uses the record of an interrupted earlier run, if there is one.
    """
    since, unused = _issued(connection, order)
    record = _begun(connection, order)
    if record is None:
        state, removed = host.look(order["address"], order["agency"], since, unused=unused)
        record = _store(connection, {**order, "state": state, "removed": removed}, actor)
    host.remove(record["address"], record["removed"])
    return record


def _begun(connection: Connection, order: dict[str, Any]) -> dict[str, Any] | None:
    """Return the record that an interrupted run made after the password was issued and did not end; None without one.

    Older records may have the same values, because a mailbox can return to a former custodian; they are not meant.
    """
    return _found(
        connection,
        f"{_RECORDED} JOIN mail.held USING (agency) WHERE agency = %s AND document = %s AND handover.day = %s"
        " AND successor ->> 'person' = %s AND handover.at >= held.issued_at"
        " AND NOT EXISTS (SELECT FROM mail.handover_end AS ended WHERE ended.handover = handover.handover)"
        " ORDER BY handover DESC LIMIT 1",
        [order["agency"], order["document"], order["day"], order["successor"]["person"]],
    )


def _found(connection: Connection, query: str, values: Sequence[Any]) -> dict[str, Any] | None:
    """Return the first row of a query as a dict, or None."""
    found = connection.execute(query.encode(), list(values))
    names = [column.name for column in found.description or ()]
    row = found.fetchone()
    return dict(zip(names, row, strict=True)) if row else None


def _issued(connection: Connection, order: dict[str, Any]) -> tuple[float, bool]:
    """Return when the successor's password was issued (Unix seconds), and whether it is still the issued one.

    Only then may the mailbox be recorded, because nobody else can be signed in.

    Raises:
        Failure: the present password was issued to somebody else, or on another document.
    """
    issued = connection.execute(
        "SELECT extract(epoch FROM issued_at)::float8, initial FROM mail.held"
        " WHERE agency = %s AND issued_to = %s AND issued_on = %s",
        (order["agency"], order["successor"]["person"], order["document"]),
    ).fetchone()
    if issued is None:
        raise Failure(
            f"Mật khẩu của {order['address']} vừa được cấp theo văn bản khác. Chạy lại.",
            f"The password of {order['address']} was just issued on another document. Run again.",
        )
    return issued[0], issued[1]


def _store(connection: Connection, values: dict[str, Any], actor: str) -> dict[str, Any]:
    """Insert the record, and queue the address in `mail.ending`: the host's job ends its other sessions, as of LDAP."""
    given = [json.dumps(values[key], ensure_ascii=False) if _is_json(key) else values[key] for key in _COLUMNS]
    with connection.transaction():
        [(quota,)] = connection.execute(
            "SELECT quota FROM mail.account WHERE kind = 'agency' AND id = %s", (values["agency"],)
        ).fetchall()
        given[_COLUMNS.index("state")] = json.dumps({**values["state"], "quota": quota}, ensure_ascii=False)
        [(number,)] = connection.execute(_RECORD, [actor, *given]).fetchall()
        connection.execute("INSERT INTO mail.ending (address) VALUES (%s)", (values["address"],))
    record = _found(connection, f"{_RECORDED} WHERE handover = %s", [number])
    if record is None:
        raise RuntimeError("what was just recorded is not there")
    return record


def _is_json(column: str) -> bool:
    return column in {"former", "successor", "state", "removed"}


def _end(connection: Connection, handovers: Sequence[int], actor: str) -> None:
    connection.execute(
        "INSERT INTO mail.handover_end (handover, actor) SELECT unnest(%s::bigint[]), %s ON CONFLICT DO NOTHING",
        (list(handovers), actor),
    )


def run(command: Sequence[str], given: str) -> bytes:
    """Run a command with `given` as its input, and return its output; raise Failure with its message if it fails."""
    try:
        done = subprocess.run(command, input=given.encode(), capture_output=True, check=False, timeout=TIMEOUT)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _failed(command[0], str(error)) from error
    if done.returncode:
        raise _failed(command[0], done.stderr.decode(errors="replace"))
    return done.stdout


def _failed(program: str, why: str) -> Failure:
    why = " ".join(why.split())[:300]
    return Failure(
        f"{program} không làm được việc bàn giao: {why}. Mật khẩu mới đã cấp; sửa lỗi rồi chạy lại để làm tiếp.",
        f"{program} could not do its part of the hand-over: {why}. The new password is issued; correct the error and "
        "run again to go on.",
    )
