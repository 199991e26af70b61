"""A chain of seals recomputed from a stream of lines: which row was changed, removed or added since it was sealed.

`danhba audit` and, by a link, `danhba-host audit` read the same file: there is one way to verify. The standard library
alone, so that a host needs nothing more. What a seal is, the migration `chain` says; the stream has, in UTF-8::

    danhba-chain 2
    object ["trigger mail.run.chained",{…}]            an object of the database, as `made.py` compares it
    credential official/000101 4dd1…                   of the row of an account's password
    seal {"n":1,"at":…,"relation":"mail.run","form":1,"origin":"written","rows":1,"previous":…,"hash":…,"lines":1}
    1 4dd1…                                            so many lines: the key of a row, SHA-256 of its text
    row mail.run 1 {"actor":…}                         relation, key, text
    unread mail.run                                    a table that is gone, is none, or has given its name away
    end 1 1                                            how many seals and rows there were

Rows come near their seals, in any order. What waits for its other half is held, so memory does not grow with the
chain, but with what is wrong in it. The program that reads the tables makes the text of each row and describes the
objects; the database makes neither. What the objects have to be is known here (`made.py`).
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from . import made

BEGIN = b"danhba-chain 2"
NOTHING = "0" * 64  # the hash before the first seal
FORM = 1
# Each of these has to be sealed (issue 14): whoever takes one out of the chain is found, too.
RECORDS = (
    "mail.run",
    "mail.audit",
    "mail.handover",
    "mail.handover_end",
    "recall.recall",
    "recall.step",
    "recall.record",
    "secrecy.incident",
    "events.look",
    "mail.restore",
    "archive.archive",
    "archive.step",
    "archive.export",
    "mail.credential_digest",
)
CREDENTIALS = b"mail.credential_digest"  # which password each account had when
CHANGED, REMOVED, ADDED, TWICE, DATED = "changed", "removed", "added", "twice", "dated"
FORGED, UNLINKED, GAP, REWRITTEN, CUT = "forged", "unlinked", "gap", "rewritten", "cut"
UNREAD, PASSWORD = "unread", "password"
# Faults of a row; others are of a seal, of objects or of the whole.
OF_ROWS = (CHANGED, REMOVED, ADDED, TWICE, DATED)
LONGEST = timedelta(hours=1)  # from the moment of a row to its seal
_HOUR, _SECONDS = len("2026-11-28T01"), len("2026-11-28T01:02:03")
MOST = 1000  # faults that are told; all are counted
_FIELDS = ("n", "at", "relation", "form", "origin", "rows")


class BadStream(Exception):
    """The lines are no whole export: it was cut off, or is another file. `line` is the number of the line, from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal at some time: its number, its hash, and when it was made."""

    n: int
    hash: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong. `seal`: of the seal that tells, 0 where there is none; `key`: of the row, or what `kind` has.

    changed, removed: the row `key` of `relation` is not as sealed, or not there. added: it is there without a seal,
    or more often than sealed. twice: it was sealed twice. dated: its own moment is not that of its seal. forged: the
    hash of the seal is not of what it holds; `key`: its first and last row. unlinked: it does not name the hash of
    the one before. gap: `key` seals before it are missing. rewritten: a head kept elsewhere has another hash under
    this number; the chain was made anew behind seal `key`. cut: a head kept elsewhere has this number, and the chain
    ends before, at `key`. altered, lacking, strange: the object `relation` is not as the migrations make it, not there,
    or there is none in the migrations; `key`: what differs. unread: the table `relation` cannot be read. password: the
    password of the account `key` is not the one that was stored last by a program.
    """

    kind: str
    seal: int = 0
    relation: str = ""
    key: str = ""


@dataclass(slots=True)
class Result:
    """What was found: the newest seal, how many seals and rows by record, and the first faults by their seals."""

    head: Head | None = None
    seals: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    adopted: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    found: int = 0

    @property
    def holds(self) -> bool:
        """Whether nothing is wrong."""
        return not self.found

    def as_data(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"holds": self.holds, **asdict(self), "rows": dict(self.rows), "adopted": dict(self.adopted)}


def verify(lines: Iterable[bytes], heads: Iterable[Head] = (), objects: made.Objects | None = None) -> Result:
    """Recompute the chain of a stream, and compare it with heads that were kept elsewhere.

    The objects of the database have to be `objects`; by default those that this version's migrations make.

    Raises:
        BadStream
    """
    verifier = _Verifier(heads, made.expected() if objects is None else objects)
    stream = enumerate(lines, start=1)
    number, line = next(stream, (1, b""))
    if line != BEGIN:
        raise BadStream(number)
    try:
        for number, line in stream:  # noqa: B007 (told where it breaks off)
            if verifier.take(line, stream):
                return verifier.finish()
    except (ValueError, KeyError, TypeError, RecursionError, StopIteration) as error:
        raise BadStream(number) from error
    raise BadStream(number)


def sealed_text(seal: Mapping[str, Any], leaves: Sequence[bytes]) -> bytes:
    """What the hash of a seal is taken over."""
    head = [str(seal["previous"]), *(str(seal[name]) for name in _FIELDS)]
    return b"\n".join(["\n".join(head).encode(), *leaves])


class _Verifier:
    """The state of one verification."""

    def __init__(self, heads: Iterable[Head], objects: made.Objects) -> None:
        self._result = Result()
        self._made, self._objects = objects, dict[str, Any]()
        # By account: the digest of its password, and the newest that was sealed with its number.
        self._passwords = dict[bytes, bytes]()
        self._stored = dict[bytes, tuple[int, bytes]]()
        self._last = Head(0, NOTHING)
        self._heads = {head.n: head for head in reversed(list(heads))}  # of two, the one that was kept first
        self._good = 0  # the newest head kept elsewhere that is in the chain
        self._rewritten = False
        # By record and key: what was sealed, by which seal and when; the digests of rows, and their moments.
        self._sealed = defaultdict[bytes, dict[bytes, tuple[bytes, int, bytes]]](dict)
        self._loose = defaultdict[bytes, dict[bytes, tuple[bytes, bytes]]](dict)

    def take(self, line: bytes, stream: Iterator[tuple[int, bytes]]) -> bool:
        """Take a line, and of a seal those that belong to it; whether it was the last one."""
        kind, _, rest = line.partition(b" ")
        if kind == b"row":
            self._row(*rest.split(b" ", 2))
        elif kind == b"seal":
            seal = json.loads(rest)
            self._seal(seal, [next(stream)[1] for _ in range(seal["lines"])])
        elif kind == b"object":
            name, about = json.loads(rest)
            self._objects[str(name)] = dict(about)
        elif kind == b"credential":
            account, _, digest = rest.partition(b" ")
            self._passwords[account] = digest
        elif kind == b"unread":
            self._fault(UNREAD, 0, rest.decode())
        elif kind == b"end":
            return self._end(rest)
        else:
            raise ValueError
        return False

    def _end(self, rest: bytes) -> bool:
        if rest != b"%d %d" % (self._result.seals, self._result.rows.total()):
            raise ValueError
        return True

    def _row(self, relation: bytes, key: bytes, text: bytes) -> None:
        if relation == CREDENTIALS:
            self._store(json.loads(text))
        row = sha256(text).hexdigest().encode(), _moment(text)
        self._result.rows[relation.decode()] += 1
        sealed = self._sealed[relation].pop(key, None)
        if sealed:
            self._judge(relation.decode(), key, row, sealed)
            return
        if key in self._loose[relation]:
            self._fault(ADDED, 0, relation.decode(), key.decode())
        self._loose[relation][key] = row

    def _store(self, row: Mapping[str, Any]) -> None:
        """Remember which password an account got last."""
        account = f"{row['kind']}/{row['id']}".encode()
        stored = int(row["entry"]), str(row.get("digest", "")).encode()
        self._stored[account] = max(stored, self._stored.get(account, stored))

    def _judge(self, relation: str, key: bytes, row: tuple[bytes, bytes], sealed: tuple[bytes, int, bytes]) -> None:
        (digest, moment), (leaf, n, at) = row, sealed
        if digest != leaf:
            self._fault(CHANGED, n, relation, key.decode())
        elif moment and at and _apart(moment, at):
            self._fault(DATED, n, relation, key.decode())

    def _seal(self, seal: Mapping[str, Any], leaves: Sequence[bytes]) -> None:
        n, relation, last = int(seal["n"]), str(seal["relation"]), self._last
        names = [leaf.rpartition(b" ") for leaf in leaves]
        if n != last.n + 1:
            self._fault(GAP, n, relation, str(n - last.n - 1))
        elif seal["previous"] != last.hash:
            self._fault(UNLINKED, n, relation, _span(names))
        whole = sha256(sealed_text(seal, leaves)).hexdigest()
        if whole != seal["hash"] or len(leaves) != seal["rows"] or seal["form"] != FORM:
            self._fault(FORGED, n, relation, _span(names))
        self._last = Head(n, str(seal["hash"]), str(seal["at"]))
        self._result.seals += 1
        if seal["origin"] == "adopted":
            self._result.adopted[relation] += len(leaves)
        self._compare_head()
        at = b"" if seal["origin"] == "adopted" else self._last.at[:_SECONDS].encode()
        self._leaves(relation, n, at, names)

    def _leaves(self, relation: str, n: int, at: bytes, names: Iterable[tuple[bytes, bytes, bytes]]) -> None:
        sealed, loose = self._sealed[relation.encode()], self._loose[relation.encode()]
        for key, _, digest in names:
            row = loose.pop(key, None)
            if row:
                self._judge(relation, key, row, (digest, n, at))
                continue
            if key in sealed:
                self._fault(TWICE, n, relation, key.decode())
            sealed[key] = digest, n, at

    def _compare_head(self) -> None:
        kept = self._heads.pop(self._last.n, None)
        if kept is None or self._rewritten:
            return
        if kept.hash == self._last.hash:
            self._good = kept.n
        else:
            # From there on each other head differs, too.
            self._rewritten = True
            self._fault(REWRITTEN, kept.n, "", str(self._good))

    def finish(self) -> Result:
        """What is left over at the end; the faults in the order of their seals."""
        for relation, waiting in self._sealed.items():
            for key, (_, n, _at) in waiting.items():
                self._fault(REMOVED, n, relation.decode(), key.decode())
        for relation, waiting_rows in self._loose.items():
            for key in waiting_rows:
                self._fault(ADDED, 0, relation.decode(), key.decode())
        for n in sorted(self._heads):
            if n > self._last.n:
                self._fault(CUT, n, "", str(self._last.n))
                break
            if not self._rewritten:
                self._fault(REWRITTEN, n, "", str(self._good))
        self._compare_passwords()
        for kind, name, how in made.differences(self._objects, self._made):
            self._fault(kind, 0, name, how)
        self._result.faults.sort(key=lambda fault: (not fault.seal, fault.seal))
        self._result.head = self._last if self._last.n else None
        return self._result

    def _compare_passwords(self) -> None:
        """Each account's password has to be the one that was sealed last, and none where none is sealed."""
        for account in sorted({*self._passwords, *self._stored}):
            if self._passwords.get(account, b"") != self._stored.get(account, (0, b""))[1]:
                self._fault(PASSWORD, 0, "mail.credential", account.decode())

    def _fault(self, kind: str, seal: int, relation: str, key: str = "") -> None:
        self._result.found += 1
        if self._result.found <= MOST:
            self._result.faults.append(Fault(kind, seal, relation, key))


def _moment(text: bytes) -> bytes:
    """A row's own moment, to the second, as its text has it; nothing where it has none. No value has `"at":"` in it."""
    start = text.find(b'"at":"')
    return text[start + 6 : start + 6 + _SECONDS] if start >= 0 else b""


def _apart(moment: bytes, at: bytes) -> bool:
    """Whether a row says another time than its seal, beyond what a long transaction explains."""
    if moment[:_HOUR] == at[:_HOUR]:
        return False
    try:
        return abs(datetime.fromisoformat(moment.decode()) - datetime.fromisoformat(at.decode())) > LONGEST
    except ValueError:
        return True


def _span(names: Sequence[tuple[bytes, bytes, bytes]]) -> str:
    """The first and the last row of a seal."""
    keys = [key.decode() for key, _, _ in (*names[:1], *names[-1:])]
    return "…".join(dict.fromkeys(keys))
