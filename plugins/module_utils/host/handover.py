"""The host's side of handing a contact mailbox over (R11.2): what is in it, and what acts for the former custodian.

Runs on the mail host beside psycopg and the standard library. The new password is issued before by `credentials`, which
has ended every session; so nobody is in the mailbox while it is looked at. What is taken out of it is on record before
it is gone, and a run that was cut short takes out what is on record and nothing else.
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
"""The options that a playbook gives; the action plugin takes them, the module needs where the databases are."""

TIMEOUT = 600  # seconds that doveadm has to list a mailbox of 10 GB
LARGEST_SCRIPT = 1 << 20  # octets, as ManageSieve takes them
WEBMAIL_USER = "roundcube"

_HELD = "SELECT agency, person, day::text, issued_to, issued_on FROM mail.held ORDER BY agency"
_RECORDED = """
    SELECT handover, to_char(handover.at AT TIME ZONE 'Asia/Ho_Chi_Minh', 'YYYY-MM-DD"T"HH24:MI:SS') AS at, actor,
           agency, address, name, former, successor, role, document, handover.day::text AS day, state, removed
      FROM mail.handover"""
_RECORD = """
    INSERT INTO mail.handover (actor, agency, address, name, former, successor, role, document, day, state, removed)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING handover"""
# Of the webmail's database, for psql, which takes no parameters: what is put in is quoted.
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
# A forwarding of RFC 5228, 4.2: by itself, or with tags such as :copy before the address.
_REDIRECT = re.compile(r'\bredirect\b(?:\s+:\w+(?:\s+"[^"]*")?)*\s+"([^"]+)"', re.IGNORECASE)


def answer(connection: Connection, mode: str, request: dict[str, Any], host: Host) -> dict[str, Any]:
    """Answer one request of the controller; both are made of JSON's types.

    `held` asks who has each mailbox, and changes nothing; `take` records and takes out; `end` notes that the records of
    some hand-overs are on the controller.
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
    """What a hand-over looks at and changes beside the database of accounts.

    `webmail` is the database of the webmail, or empty, and `socket` the folder of PostgreSQL's Unix socket. `run` runs
    a program with its arguments and its input, and returns what it prints.
    """

    webmail: str
    socket: str
    run: Callable[[Sequence[str], str], bytes]

    def look(self, address: str, agency: str, since: float, *, unused: bool) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is in a mailbox, and what acts for whoever had it: `state` and `removed` of the record.

        The successor's password was issued at `since` (seconds, Unix) and is `unused` as long as nobody has changed it.
        Until then all rules are the former custodian's, also younger ones: a session may have gone on until it was
        ended. Where a run was cut and the successor was there before the next, younger rules are the successor's, and
        so may be what the webmail has.
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
        """The words of a command of doveadm, then whose mailbox, then the rest."""
        command = 2 if words[0] == "mailbox" else 1
        address, rest = words[command], words[command + 1 :]
        return self.run(["doveadm", "-f", "json", *words[:command], "-u", address, *rest], "")

    def _home(self, address: str) -> Path:
        return Path(self.run(["doveadm", "user", "-f", "home", address], "").decode().strip())

    def _scripts(self, address: str) -> Iterator[tuple[Path, bool]]:
        """The Sieve scripts of a mailbox, and whether each is the one that is run."""
        home = self._home(address)
        active = home / ".dovecot.sieve"
        folder = home / "sieve"
        if active.is_file() and not active.is_symlink():
            yield active, True
        for path in sorted(folder.glob("*.sieve")) if folder.is_dir() and not folder.is_symlink() else ():
            if path.is_file() and not path.is_symlink():
                yield path, active.is_symlink() and active.readlink().name == path.name

    def _settings(self, address: str, agency: str) -> list[dict[str, Any]]:
        """What the webmail has stored for the mailbox that says who writes, or that its user has set."""
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
        """Take out of a mailbox what is on record, as far as it is still the same: nothing that is the successor's."""
        known = {rule["sha256"] for rule in removed["rules"]}
        for path, active in list(self._scripts(address)):
            if hashlib.sha256(_read(path)).hexdigest() in known:
                _unlink(path, active=active, home=self._home(address))
        if removed["webmail"]:
            self._psql("".join(_forgetting(user) for user in removed["webmail"]))


def summed(folders: Sequence[str], mails: Sequence[dict[str, str]]) -> dict[str, Any]:
    """The state of a mailbox: its `folders` with `messages`, `unread` and `octets`, the sums, and a `checksum`.

    The checksum is SHA-256 over a line for each message, sorted: folder, UID, GUID and size in octets, with tabs
    between and a line end behind. Whoever reads a message or marks it changes nothing of that.
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
    """Take a script away with what was compiled of it; first the name by which it is run."""
    if active:
        for name in (".dovecot.sieve", ".dovecot.svbin"):
            (home / name).unlink(missing_ok=True)
    for other in (path.with_suffix(".svbin"), path):
        other.unlink(missing_ok=True)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _forgetting(user: dict[str, Any]) -> str:
    """Empties what one user of the webmail has set, where it is still what is on record. Contacts are the mailbox's."""
    number, identities = int(user["user_id"]), user["identities"]
    preferences = _FORGET_PREFERENCES.format(user=number, digest=_digest(user["preferences"]))
    if not identities:
        return preferences
    ids = ", ".join(str(int(each["identity_id"])) for each in identities)
    digests = ",".join(sorted({_digest(each.get("signature") or "") for each in identities}))
    return preferences + _FORGET_IDENTITIES.format(user=number, ids=ids, digests=digests)


def _digest(text: str) -> str:
    """As PostgreSQL's md5(), to tell one text from another, no more."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _take(connection: Connection, order: dict[str, Any], actor: str, host: Host) -> dict[str, Any]:
    """Record what is in a mailbox, and take out what acts for the former custodian."""
    since, unused = _issued(connection, order)
    record = _begun(connection, order)
    if record is None:
        state, removed = host.look(order["address"], order["agency"], since, unused=unused)
        record = _store(connection, {**order, "state": state, "removed": removed}, actor)
    host.remove(record["address"], record["removed"])
    return record


def _begun(connection: Connection, order: dict[str, Any]) -> dict[str, Any] | None:
    """The record that an earlier run has begun: made since the password was issued, and not ended.

    Others may be of the same words: a mailbox can go back, and come again.
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
    """The record that a query finds."""
    found = connection.execute(query.encode(), list(values))
    names = [column.name for column in found.description or ()]
    row = found.fetchone()
    return dict(zip(names, row, strict=True)) if row else None


def _issued(connection: Connection, order: dict[str, Any]) -> tuple[float, bool]:
    """Since when the password is the successor's, and whether it is as it was issued; Failure where it is not.

    The mailbox is recorded only then: nobody else can be in it.
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
    """Write the record, and have the host's job end what hangs on old passwords beside mail sessions, as of LDAP."""
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
    """Run a program of the host; Failure, with what it says, where it does not do its work."""
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
