"""Comparison of a list's people with the register: who has a mailbox already, conflicting ids, and new addresses."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from ..addresses import issuing as addresses
from ..editing.problem import Problem
from ..messages import mark as _
from ..model.findings import Finding
from ..model.register import RENAMED, Agency, Event, Issuance, Register
from . import values
from .rows import Person, Row, State

THERE = _("is there already: {address}; if this is another person, import with --namesake {row}")
THERE_BY_ID = _("is there already by this id: {address}")
ELSEWHERE = _("id {id} is open in {agency} as {name}; move the person instead: danhba transfer {id} --to {to}")
OTHER_NAME = _("id {id} is {name}'s; correct the id or the name, for an id is one person's for ever")
TWICE = _("is row {row} once more; delete one of them, or tell them apart by their titles")
ID_TWICE = _("has the id of row {row}; every person has an own one")
NAMESAKE = _("has the name of row {row}, and is taken as another person")
NO_ROW = _("the list has no row {rows}; name a row as the report does, such as 12 or Sheet1!12")
ZEROS = _("{value} came as a number, without its first zeros; it is taken for {id}, as long as the ids of the register")
RETURNS = _("comes back to {agency}, and keeps the id")


@dataclass(frozen=True, slots=True)
class Opening:
    """Agency and event with which the mailboxes of a list are opened.

    `namesakes` are the rows whose person only shares a name with one in the agency (`--namesake`).
    """

    agency: Agency
    event: Event
    namesakes: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """The rows of a list after comparison with the register.

    `ids` and `locals` (local parts of addresses) have the index in `rows` as key, for rows that will be imported.
    """

    rows: list[Row]
    ids: dict[int, str]
    locals: dict[int, str]

    def taken(self) -> list[tuple[str, Person]]:
        """Return id and person of each mailbox to be opened, in the order of the list."""
        return [(self.ids[i], row.person) for i, row in enumerate(self.rows) if i in self.ids and row.person]


def settle(
    rows: Iterable[Row],
    register: Register,
    issued: addresses.Issued,
    opening: Opening,
    new_id: Callable[[Collection[str]], str],
) -> Settled:
    """Compare the rows of a list with the register and give ids and addresses to those that will be imported.

    `new_id` returns an id that is not in the collection of used ids given to it.

    Raises:
        Problem: the list has no row with the name of one of the `namesakes`.
    """
    rows = list(rows)
    names = {name for row in rows for name in row.called()}
    if missing := [name for name in opening.namesakes if name not in names]:
        raise Problem(NO_ROW, rows=missing)
    known = _Known.of(register, issued, opening)
    settled = [known.row(row) for row in rows]
    taken: set[str] = {*known.holders, *(row.person.id for row in settled if row.person)}
    ids = {}
    for i, row in enumerate(settled):
        if row.state is State.TAKEN and row.person:
            ids[i] = row.person.id or new_id(taken)
            taken.add(ids[i])
    return _addressed(settled, ids, register, opening)


@dataclass(slots=True)
class _Known:
    """The register and the rows read so far, with which the next row is compared."""

    agency: Agency
    is_open: Callable[[Issuance], bool]
    holders: Mapping[str, list[tuple[Agency, Issuance]]]
    # People of the agency that no row has named yet, by name.
    there: dict[values.NameKey, list[tuple[Issuance, str]]]
    namesakes: Collection[str]
    ids: dict[str, Row]
    names: dict[values.NameKey, list[Row]]
    # Length of the register's numeric ids, if all have the same and some begin with a zero; else 0.
    width: int

    @classmethod
    def of(cls, register: Register, issued: addresses.Issued, opening: Opening) -> _Known:
        def is_open(issuance: Issuance) -> bool:
            ahead = issuance.closed is None or issuance.closed.date > opening.event.date
            return ahead and not issuance.void

        holders = defaultdict(list)
        for agency, issuance in register.issuances():
            holders[issuance.id].append((agency, issuance))
        there: dict[values.NameKey, list[tuple[Issuance, str]]] = defaultdict(list)
        for issuance, local in issued.of(opening.agency):
            if is_open(issuance):
                there[values.name_key(issuance.name)].append((issuance, local or "?"))
        for name, entry in _former_names(opening.agency, there):
            there[name].append(entry)
        known = (opening.agency, is_open, holders, there, opening.namesakes)
        return cls(*known, {}, defaultdict(list), _width(holders))

    def row(self, row: Row) -> Row:
        """Return a row after comparison with the register and the rows before it."""
        person = row.person
        if row.state is not State.TAKEN or person is None:
            return row
        row = self._with_zeros(row, person)
        person = row.person or person
        row = self._by_id(row, person) if person.id else row
        if row.state is State.TAKEN:
            row = self._by_name(row, person)
        self.names[values.name_key(person.name)].append(row)
        return row

    def _with_zeros(self, row: Row, person: Person) -> Row:
        """Restore the leading zeros of an id that a spreadsheet program removed (701 for 000701).

        The length is that of the register's ids; nothing is restored where these differ in length.
        """
        whole = person.id.zfill(self.width)
        if not person.counted or not person.id.isdigit() or whole == person.id or person.id in self.holders:
            return row
        row = replace(row, person=replace(person, id=whole))
        return row.remark(ZEROS, value=person.id, id=whole)

    def _by_id(self, row: Row, person: Person) -> Row:
        if other := self.ids.get(person.id):
            return row.bad(ID_TWICE, row=other.number)
        self.ids[person.id] = row
        if not (entries := self.holders.get(person.id)):
            return row
        agency, last = entries[-1]
        names = {values.name_key(issuance.name) for _agency, issuance in entries}
        if values.name_key(person.name) not in names:
            return row.bad(OTHER_NAME, id=person.id, name=last.name)
        live = [(agency, issuance) for agency, issuance in entries if self.is_open(issuance)]
        if not live:
            return row.remark(RETURNS, agency=agency.code)
        agency, last = live[-1]
        if agency.code == self.agency.code:
            return row.skipped(THERE_BY_ID, address=self._address(last))
        return row.bad(ELSEWHERE, id=person.id, agency=agency.code, name=last.name, to=self.agency.code)

    def _address(self, wanted: Issuance) -> str:
        """Return the local part of a person's address, and remove the person from those that a later row may name."""
        people = self.there[values.name_key(wanted.name)]
        index = next(i for i, (issuance, _local) in enumerate(people) if issuance is wanted)
        return people.pop(index)[1]

    def _by_name(self, row: Row, person: Person) -> Row:
        key = values.name_key(person.name)
        before = [other for other in self.names[key] if other.state is not State.SKIPPED and other.person]
        same = next((other for other in before if other.person == person), None)
        if same:
            return row.bad(TWICE, row=same.number)
        there = [] if self._is_namesake(row) or person.id in self.holders else self.there[key]
        if there:
            best = max(range(len(there)), key=lambda i: there[i][0].title == person.title)
            return row.skipped(THERE, address=there.pop(best)[1], row=shlex.quote(f"{row.sheet}!{row.number}"))
        return row.remark(NAMESAKE, row=before[-1].number) if before else row

    def _is_namesake(self, row: Row) -> bool:
        return any(name in self.namesakes for name in row.called())


def _former_names(
    agency: Agency, there: Mapping[values.NameKey, list[tuple[Issuance, str]]]
) -> list[tuple[values.NameKey, tuple[Issuance, str]]]:
    """Return the agency's people under their former names, for lists that are older than a change of name."""
    by_id = {issuance.id: (issuance, local) for entries in there.values() for issuance, local in entries}
    renamed = {(i.id, values.name_key(i.name)) for i in agency.people if i.closed and i.closed.event == RENAMED}
    kept = {id_: values.name_key(issuance.name) for id_, (issuance, _local) in by_id.items()}
    return [(name, by_id[id_]) for id_, name in sorted(renamed) if id_ in by_id and kept[id_] != name]


def _width(ids: Iterable[str]) -> int:
    numbers = [id_ for id_ in ids if id_.isdigit()]
    lengths = {len(id_) for id_ in numbers}
    return lengths.pop() if len(lengths) == 1 and any(id_.startswith("0") for id_ in numbers) else 0


def _addressed(rows: list[Row], ids: dict[int, str], register: Register, opening: Opening) -> Settled:
    """Issue the addresses by the rule of the register; a row whose address cannot be issued is refused."""
    entries = tuple(
        Issuance(ids[i], row.person.name, opening.event) for i, row in enumerate(rows) if i in ids and row.person
    )
    agency = replace(opening.agency, people=(*opening.agency.people, *entries))
    findings: list[Finding] = []
    locals_ = addresses.issue_in(agency, frozenset(register.province.system_addresses), findings)
    given = locals_[len(opening.agency.people) :]
    against = {finding.where.object: finding for finding in findings}
    for i, local in zip(ids, given, strict=True):
        if local is None:
            finding = against[f"{agency.code}/{ids[i]}"]
            rows[i] = rows[i].bad(finding.rule.message, **finding.values)
    return Settled(rows, ids, {i: local for i, local in zip(ids, given, strict=True) if local})
