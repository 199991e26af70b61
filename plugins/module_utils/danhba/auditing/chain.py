"""Verifies a chain of seals from a stream of lines: finds rows that were changed, removed or added since sealing.

`danhba audit` and, through a symbolic link, `danhba-host audit` use this same file, so that there is one verification.
It needs the standard library alone, so that hosts can run it. The migration `chain` defines seals. The stream, in
UTF-8, has these lines::

    danhba-chain 2
    object ["trigger mail.run.chained",{…}]            an object of the database, as `made.py` compares it
    credential official/000101 4dd1…                   an account, and the digest of the row of its password
    seal {"n":1,"at":…,"relation":"mail.run","form":1,"origin":"written","rows":1,"previous":…,"hash":…,"lines":1}
    1 4dd1…                                            `lines` of these: key of a row, SHA-256 of its text
    row mail.run 1 {"actor":…}                         relation, key, text
    unread mail.run                                    a table that is missing, no table, or renamed
    end 1 1                                            the numbers of seals and of rows in the stream

Rows come near their seals, in any order. Only rows without a seal and seals without their rows are kept in memory, so
that it does not grow with the chain but with its faults. The program that reads the tables makes the text of each row
and describes the objects; the database makes neither, because it could lie. `made.py` knows what the objects must be.
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
# The tables whose rows have to be sealed: a table that was taken out of the chain is found, too.
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
CREDENTIALS = b"mail.credential_digest"  # the record of each account's password digests over time
CHANGED, REMOVED, ADDED, TWICE, DATED = "changed", "removed", "added", "twice", "dated"
FORGED, UNLINKED, GAP, REWRITTEN, CUT = "forged", "unlinked", "gap", "rewritten", "cut"
UNREAD, PASSWORD = "unread", "password"
# The kinds of faults that concern a row; others concern a seal, a database object or the whole chain.
OF_ROWS = (CHANGED, REMOVED, ADDED, TWICE, DATED)
LONGEST = timedelta(hours=1)  # the longest time from the moment of a row to its seal
_HOUR, _SECONDS = len("2026-11-28T01"), len("2026-11-28T01:02:03")
MOST = 1000  # the most faults that are listed; all are counted
_FIELDS = ("n", "at", "relation", "form", "origin", "rows")


class BadStream(Exception):
    """Raised where the lines are no complete export: it was cut off, or is another file. `line` counts from 1."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


@dataclass(frozen=True, slots=True)
class Head:
    """The newest seal of the chain at some time: its number, its hash, and the time at which it was made."""

    n: int
    hash: str
    at: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the chain or of the database.

    `seal` is the number of the seal that shows it, 0 where none does; `key` is the key of the row, unless stated below.
    By `kind`:

    - changed, removed: the row `key` of `relation` differs from its seal, or is missing
    - added: the row has no seal, or exists more often than it was sealed
    - twice: the row was sealed twice
    - dated: the row's own time is not that of its seal
    - forged: the hash of the seal does not match its content; `key`: its first and last row
    - unlinked: the seal does not name the hash of the seal before; `key` as for forged
    - gap: `key` seals before this one are missing
    - rewritten: a head kept elsewhere has another hash for this number; the chain was made anew after seal `key`
    - cut: a head kept elsewhere has this number, but the chain ends before it, at seal `key`
    - altered, lacking, strange: the database object `relation` differs from the migrations, is missing, or is not in
      them; `key`: the difference
    - unread: the table `relation` cannot be read
    - password: the password of the account `key` is not the one that a program stored last
    """

    kind: str
    seal: int = 0
    relation: str = ""
    key: str = ""


@dataclass(slots=True)
class Result:
    """The result of a verification.

    `head` is the newest seal; `seals` is the number of seals, `rows` and `adopted` those of rows and of adopted rows
    by table; `faults` are the first `MOST` faults in the order of their seals, `found` is the number of all faults.
    """

    head: Head | None = None
    seals: int = 0
    rows: Counter[str] = field(default_factory=Counter)
    adopted: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    found: int = 0

    @property
    def holds(self) -> bool:
        """Whether no fault was found."""
        return not self.found

    def as_data(self) -> dict[str, Any]:
        """Return the result as plain data for JSON."""
        return {"holds": self.holds, **asdict(self), "rows": dict(self.rows), "adopted": dict(self.adopted)}


def verify(lines: Iterable[bytes], heads: Iterable[Head] = (), objects: made.Objects | None = None) -> Result:
    """Recompute the chain of a stream and return its faults; compare it with heads that were kept elsewhere.

    The objects of the database have to equal `objects`, by default those that this version's migrations make.

    Raises:
        BadStream: the lines are no complete export.
    """
    verifier = _Verifier(heads, made.expected() if objects is None else objects)
    stream = enumerate(lines, start=1)
    number, line = next(stream, (1, b""))
    if line != BEGIN:
        raise BadStream(number)
    try:
        for number, line in stream:  # noqa: B007 (the last `number` is in the error below)
            if verifier.take(line, stream):
                return verifier.finish()
    except (ValueError, KeyError, TypeError, RecursionError, StopIteration) as error:
        raise BadStream(number) from error
    raise BadStream(number)


def sealed_text(seal: Mapping[str, Any], leaves: Sequence[bytes]) -> bytes:
    """Return the bytes over which the hash of a seal is computed: its fields, then its lines."""
    head = [str(seal["previous"]), *(str(seal[name]) for name in _FIELDS)]
    return b"\n".join(["\n".join(head).encode(), *leaves])


class _Verifier:
    """The state of one verification, line by line."""

    def __init__(self, heads: Iterable[Head], objects: made.Objects) -> None:
        self._result = Result()
        self._made, self._objects = objects, dict[str, Any]()
        # By account: the digest of its present password; entry number and digest of the newest one in the record.
        self._passwords = dict[bytes, bytes]()
        self._stored = dict[bytes, tuple[int, bytes]]()
        self._last = Head(0, NOTHING)
        self._heads = {head.n: head for head in reversed(list(heads))}  # of two with one number, the first wins
        self._good = 0  # number of the newest head kept elsewhere that the chain confirms
        self._rewritten = False
        # By table and key: digest, seal number and time of sealed rows that are still to come (`_sealed`); digest and
        # time of rows whose seal is still to come (`_loose`).
        self._sealed = defaultdict[bytes, dict[bytes, tuple[bytes, int, bytes]]](dict)
        self._loose = defaultdict[bytes, dict[bytes, tuple[bytes, bytes]]](dict)

    def take(self, line: bytes, stream: Iterator[tuple[int, bytes]]) -> bool:
        """Process a line (for a seal, also the following lines that belong to it); return whether it was the last."""
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
        """Record the digest of an account's password, if it is the account's newest so far."""
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
            # All later heads differ too, so they are not reported one by one.
            self._rewritten = True
            self._fault(REWRITTEN, kept.n, "", str(self._good))

    def finish(self) -> Result:
        """Add the faults that only the end of the stream shows, and return the result with faults in order of seals."""
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
        """Add a fault for each account whose password is not the newest one in the sealed record, or is in none."""
        for account in sorted({*self._passwords, *self._stored}):
            if self._passwords.get(account, b"") != self._stored.get(account, (0, b""))[1]:
                self._fault(PASSWORD, 0, "mail.credential", account.decode())

    def _fault(self, kind: str, seal: int, relation: str, key: str = "") -> None:
        self._result.found += 1
        if self._result.found <= MOST:
            self._result.faults.append(Fault(kind, seal, relation, key))


def _moment(text: bytes) -> bytes:
    """Return the row's own time, to the second, from its text; empty where it has none.

    The search is safe: no value can contain `"at":"`, because JSON escapes the quotation marks.
    """
    start = text.find(b'"at":"')
    return text[start + 6 : start + 6 + _SECONDS] if start >= 0 else b""


def _apart(moment: bytes, at: bytes) -> bool:
    """Return whether the times of a row and its seal differ by more than a long transaction explains (`LONGEST`)."""
    if moment[:_HOUR] == at[:_HOUR]:
        return False
    try:
        return abs(datetime.fromisoformat(moment.decode()) - datetime.fromisoformat(at.decode())) > LONGEST
    except ValueError:
        return True


def _span(names: Sequence[tuple[bytes, bytes, bytes]]) -> str:
    """Return the keys of the first and the last row of a seal, joined by an ellipsis."""
    keys = [key.decode() for key, _, _ in (*names[:1], *names[-1:])]
    return "…".join(dict.fromkeys(keys))
