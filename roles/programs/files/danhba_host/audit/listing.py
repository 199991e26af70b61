"""Lists the history of a mailbox: each change with its moment, document and actor, without contents and secrets.

The entries are made from the same lines by which the chain was verified, so that no entry differs from the judged row.
An entry whose row does not hold, or of which the chain cannot tell, is marked (`mark`). Two facts are not sealed: whose
mailbox it is now (`mail.account`), and which recalls concerned it (`recall.copy`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from ..journal import Refused
from . import chain
from .chain import Head, Result
from .reading import Snapshot

LONGEST = 320
MOST = 2000  # entries, the newest
Row = dict[str, Any]

_ACCOUNT = ("kind", "id", "address", "name", "state", "agency")
_FIELDS = ("address", "name", "title", "unit", "agency", "state", "quota", "since", "custodian")
_PASSWORDS = {"issue_password", "reissue_password", "change_password"}
_OF_RUN = ("job", "register", "author", "signer", "signature", "approver")
DOUBTFUL = "doubtful"  # the mark of a row that fits its seal, in a chain or database that was altered elsewhere
_RECORDS = {
    name.encode(): name
    for name in ("mail.run", "mail.audit", "mail.handover", "recall.recall", "recall.step", "mail.credential_digest")
}


def of(snapshot: Snapshot, asked: str, operator: str = "", heads: Iterable[Head] = ()) -> Row:
    """The mailbox, its agencies, and its entries, newest first; `more` where older entries are left out.

    `verdict`: the result of the verification, as `chain.Result` has it.

    Raises:
        Refused: no mailbox has or had that address.
        BadStream: the chain cannot be read.
    """
    accounts = list(snapshot.told("mail.account", _ACCOUNT))
    mailbox = _find(snapshot, accounts, asked)
    about = {name: mailbox[name] for name in ("kind", "id", "address", "state")}
    seen = _Seen(about, _recalls(snapshot, about))
    result = chain.verify(seen.passing(snapshot.lines()), heads)
    try:
        entries = sorted(seen.entries(_Marks(result)), key=_newest, reverse=True)
        agencies = {str(name) for name in (mailbox["agency"], *seen.agencies()) if name is not None}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refused(
            f"các bảng nhật ký đã bị sửa cấu trúc nên không kê được ({error!r}): xem danhba-host audit verify -- the"
            " tables of the records were altered, so there is no list: see danhba-host audit verify"
        ) from error
    told = {"mailbox": about, "agencies": sorted(agencies), "entries": entries[:MOST], "more": len(entries) > MOST}
    office = (row["name"] for row in accounts if (row["kind"], row["id"]) == ("agency", operator))
    return {**told, "office": next(office, None) or operator, "verdict": result.as_data()}


def _newest(entry: Row) -> tuple[str, str, str]:
    return entry["at"], entry["record"], entry["key"]


def _find(snapshot: Snapshot, accounts: list[Row], asked: str) -> Row:
    named = {f"{row['kind']}/{row['id']}".lower(): row for row in accounts}
    found = [row for name, row in named.items() if asked in {name, row["address"]}]
    found = found or [named[name] for name in sorted(_formerly(snapshot, asked)) if name in named]
    if not found:
        raise Refused(f"không có hộp thư {asked} -- there is no mailbox {asked}")
    if len(found) > 1:
        names = ", ".join(f"{row['kind']}/{row['id']}" for row in found)
        raise Refused(
            f"{asked} từng là của nhiều hộp thư, hãy nêu mã -- it was of several mailboxes, name one: {names}"
        )
    return found[0]


def _formerly(snapshot: Snapshot, asked: str) -> set[str]:
    """The mailboxes that once had this address: an official who gets another address keeps the mailbox."""
    owners = set()
    for row in snapshot.told("mail.audit", ("kind", "id", "before", "after")):
        states = [json.loads(text) for text in (row["before"], row["after"]) if text and asked in text]
        if row["kind"] in {"official", "agency"} and asked in [_field(state, "address") for state in states]:
            owners.add(f"{row['kind']}/{row['id']}".lower())
    return owners


def _recalls(snapshot: Snapshot, mailbox: Row) -> set[str]:
    """The recalls that found a message in a mailbox."""
    mine = f"{mailbox['kind']}/{mailbox['id']}"
    return {str(row["recall"]) for row in snapshot.told("recall.copy", ("recall", "mailbox")) if row["mailbox"] == mine}


def _field(state: Any, name: str) -> Any:
    return state.get(name) if isinstance(state, dict) else None


class _Marks:
    """The faults of rows by record and key; no fault where the chain covers the row and it holds."""

    def __init__(self, result: Result) -> None:
        rows = [fault for fault in result.faults if fault.kind in chain.OF_ROWS]
        self._rows = {(fault.relation, fault.key): fault.kind for fault in rows}
        self._rest = DOUBTFUL if len(rows) < result.found else ""

    def of(self, *rows: tuple[str, str]) -> str:
        """The mark of an entry that is made from these rows."""
        return next((self._rows[row] for row in rows if row in self._rows), self._rest)


class _Seen:
    """The rows about a mailbox, picked from the lines that pass by on their way to the verifier."""

    def __init__(self, mailbox: Row, recalls: set[str]) -> None:
        self._mailbox, self._recalls = mailbox, recalls
        self._runs = dict[str, bytes]()  # unparsed, because there are many
        self._rows: dict[str, dict[str, Row]] = {name: {} for name in _RECORDS.values()}

    def passing(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """Pass the lines on unchanged, and keep those about the mailbox."""
        for line in lines:
            if line.startswith(b"row "):
                _, relation, key, text = line.split(b" ", 3)
                if name := _RECORDS.get(relation):
                    self._take(name, key.decode(), text)
            yield line

    def _take(self, record: str, key: str, text: bytes) -> None:
        if record == "mail.run":
            self._runs[key] = text
        elif self._is_near(record, text) and self._concerns(record, row := json.loads(text)):
            self._rows[record][key] = row

    def _is_near(self, record: str, text: bytes) -> bool:
        """Whether a row could be about the mailbox, by its text: most rows are not, and need not be parsed."""
        mine = (json.dumps(self._mailbox[name], ensure_ascii=False).encode() for name in ("id", "address"))
        return record.startswith("recall.") or any(word in text for word in mine)

    def _concerns(self, record: str, row: Row) -> bool:
        mine = self._mailbox["kind"], self._mailbox["id"]
        if record == "mail.audit":
            return (row["kind"], row["id"]) == mine or _excepts(row, self._mailbox["address"])
        if record == "mail.handover":
            return ("agency", row["agency"]) == mine
        if record == "mail.credential_digest":
            return (row["kind"], row["id"]) == mine
        return row["id" if record == "recall.recall" else "recall"] in self._recalls

    def agencies(self) -> Iterator[Any]:
        """The agencies in whose register files the mailbox stands or stood."""
        for row in self._own():
            before, after = row.get("before"), row.get("after")
            yield _field(after, "agency") or _field(before, "agency")
            yield _field(before, "agency")

    def _own(self) -> Iterator[Row]:
        mine = self._mailbox["kind"], self._mailbox["id"]
        return (row for row in self._rows["mail.audit"].values() if (row["kind"], row["id"]) == mine)

    def entries(self, marks: _Marks) -> Iterator[Row]:
        """One entry for each row."""
        mine = self._mailbox["kind"], self._mailbox["id"]
        for key, row in self._rows["mail.audit"].items():
            run = self._run(row["run"])
            changed = _changed(row) if (row["kind"], row["id"]) == mine else None
            mark = marks.of(("mail.audit", key), ("mail.run", str(row["run"])))
            yield _entry("mail.audit", key, mark, run, what=row["action"], document=row["document"], changed=changed)
        for key, row in self._rows["mail.handover"].items():
            changed = {"custodian": [_field(row["former"], "name"), _field(row["successor"], "name")]}
            mark = marks.of(("mail.handover", key))
            yield _entry("mail.handover", key, mark, row, what="handover", document=row["document"], changed=changed)
        yield from self._recalled(marks)
        yield from self._outside(marks)

    def _recalled(self, marks: _Marks) -> Iterator[Row]:
        for key, row in self._rows["recall.step"].items():
            recall = self._rows["recall.recall"].get(row["recall"], {})
            signed = _field(row.get("detail"), "signed")
            by = ", ".join(map(str, signed)) if isinstance(signed, list) and signed else None
            mark = marks.of(("recall.step", key), ("recall.recall", row["recall"]))
            what = f"recall_{row['step']}"
            entry = _entry("recall.step", key, mark, row, what=what, document=recall.get("document", ""))
            yield {**entry, "approver": by}

    def _outside(self, marks: _Marks) -> Iterator[Row]:
        """Passwords that no program of this system stored: no run records them, or their run recorded another
        password.
        """
        said = {str(row["run"]) for row in self._own() if row["action"] in _PASSWORDS}
        digests = sorted(self._rows["mail.credential_digest"].items(), key=lambda item: int(item[1]["entry"]))
        for key, row in digests:
            run = str(row.get("run"))
            if run not in said:
                mark = marks.of(("mail.credential_digest", key))
                yield _entry("mail.credential_digest", key, mark, {**row, "actor": ""}, what="password_outside")
            said.discard(run)

    def _run(self, run: object) -> Mapping[str, Any]:
        text = self._runs.get(str(run))
        return json.loads(text) if text else {"at": "", "actor": ""}


def _excepts(row: Row, address: str) -> bool:
    """Whether a row is about an exception of the secrecy gate for this address."""
    state = row.get("after") if row.get("after") is not None else row.get("before")
    return bool(row["kind"] == "exception" and _field(state, "sender") == address)


_MISSING = object()


def _changed(row: Row) -> dict[str, list[Any]] | None:
    """The fields that an entry changed: before and after."""
    before, after = row.get("before"), row.get("after")
    there = before if before is not None else after
    states = [state if isinstance(state, dict) else {} for state in (before, after)]
    changed = {}
    for name in _FIELDS:
        was, becomes = (state.get(name, _MISSING) for state in states)
        if was != becomes and name in (there if isinstance(there, dict) else {}):
            changed[name] = [None if value is _MISSING else value for value in (was, becomes)]
    return changed or None


def _entry(  # noqa: PLR0913
    record: str,
    key: str,
    mark: str,
    by: Mapping[str, Any],
    *,
    what: str,
    document: str = "",
    changed: dict[str, list[Any]] | None = None,
) -> Row:
    """An entry of the list; `by` is the row with its moment and actor."""
    run = {name: by.get(name) if record == "mail.audit" else None for name in _OF_RUN}
    said = {"at": _at(by["at"]), "what": what, "document": document, "actor": by["actor"]}
    return {**said, **run, "record": record, "key": key, "changed": changed, "mark": mark}


def _at(moment: str) -> str:
    """The moment of a row; the earliest datetime where the row has none, because its run is missing or says
    `infinity`.
    """
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        at = datetime.fromtimestamp(0, UTC)
    return at.replace(tzinfo=UTC).isoformat()
