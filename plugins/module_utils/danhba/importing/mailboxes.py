"""Proof of the register's `migrated` entries by lists of the mailboxes that existed before the system."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ..addresses.issuing import Issued, contact
from ..model.register import Agency, Issuance, Register
from .sheets import Cell, Merged, Sheet, column_name, tidy

MIGRATED = "migrated"
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:|@]+@[^\s<>()\[\]\"',;:|@]+")


class Status(StrEnum):
    """Result for an address, or for a row without one; all but the first three are differences from the register."""

    PROVED = "proved"
    CONTACT = "contact"
    SYSTEM = "system"
    UNLISTED = "unlisted"
    NOT_MIGRATED = "not_migrated"
    MISSING = "missing"
    DUPLICATE = "duplicate"
    OTHER_DOMAIN = "other_domain"
    NO_ADDRESS = "no_address"


AGREED = frozenset({Status.PROVED, Status.CONTACT, Status.SYSTEM})


@dataclass(frozen=True, slots=True)
class Line:
    """An address of a list in lower case with its place; for a row without an address, the text of the row."""

    address: str
    file: str
    sheet: str
    cell: str
    is_address: bool = True


@dataclass(frozen=True, slots=True)
class Proof:
    """Result for one address. `line` is its place in the list; `id`, `agency` and `name` its holder in the register."""

    address: str
    status: Status
    id: str = ""
    agency: str = ""
    name: str = ""
    line: Line | None = None


def lines(file: str, sheets: Iterable[Sheet], domain: str) -> Iterator[Line]:
    """Yield the addresses of a list row by row, and each row without one, except those above the first address."""
    for sheet in sheets:
        columns, begun = _columns(sheet, domain), False
        for number, row in sheet.rows.items():
            found = [*_of_row(row, columns)]
            begun = begun or bool(found)
            for column, address in found:
                if row[column].merged is Merged.NO:
                    yield Line(address, file, sheet.name, f"{column_name(column)}{number}")
            if begun and not found:
                text = " ".join(filter(None, (tidy(cell.text) for cell in row)))
                yield Line(text, file, sheet.name, f"{column_name(columns[0])}{number}", is_address=False)


def _columns(sheet: Sheet, domain: str) -> list[int]:
    """Return the columns that hold mailboxes: all with addresses of the domain, else the one with the most others."""
    own, others = Counter[int](), Counter[int]()
    for _number, column, cell in sheet.cells():
        for address in _addresses(tidy(cell.text)):
            (own if address.endswith(f"@{domain}") else others)[column] += 1
    return sorted(own) or [column for column, _count in others.most_common(1)]


def _of_row(row: Sequence[Cell], columns: Iterable[int]) -> Iterator[tuple[int, str]]:
    """Yield the addresses in the given columns of a row, each with its column."""
    for column in columns:
        if column < len(row):
            yield from ((column, address) for address in _addresses(tidy(row[column].text)))


def _addresses(text: str) -> list[str]:
    return [address.lower().strip(".") for address in _ADDRESS.findall(text)] if "@" in text else []


def prove(register: Register, issued: Issued, listed: Sequence[Line]) -> list[Proof]:
    """Compare a list of mailboxes with the register's `migrated` entries.

    Returns a result for each address of the list and each row without one, in the order of the list, then one for each
    `migrated` entry that the list does not have, in the order of the register.
    """
    domain = register.province.domain
    entries = _entries(register, issued)
    others = _others(register)
    found: list[Proof] = []
    seen: set[str] = set()
    for line in listed:
        if not line.is_address:
            found.append(Proof(line.address, Status.NO_ADDRESS, line=line))
        elif line.address in seen:
            found.append(Proof(line.address, Status.DUPLICATE, line=line))
        else:
            found.append(_of_line(line, domain, entries, others))
            seen.add(line.address)
    migrated = ((address, entry) for address, entry in entries.items() if entry[1].opened.event == MIGRATED)
    return found + [_proof(address, Status.UNLISTED, entry) for address, entry in migrated if address not in seen]


Entry = tuple[Agency, Issuance]


def _entries(register: Register, issued: Issued) -> dict[str, Entry]:
    """Return the entry of each address; of several entries with one address, a `migrated` one."""
    found: dict[str, Entry] = {}
    for agency in register.agencies.values():
        for issuance, local in issued.of(agency):
            address = f"{local}@{register.province.domain}".lower()
            if local and (address not in found or issuance.opened.event == MIGRATED):
                found[address] = agency, issuance
    return found


# Status of an address that belongs to no entry, with code and name of its agency, empty for a system address.
Other = tuple[Status, str, str]


def _others(register: Register) -> dict[str, Other]:
    """Return the addresses that no entry states: contact mailboxes of agencies and system addresses."""
    domain = register.province.domain
    found: dict[str, Other] = {
        f"{local}@{domain}": (Status.SYSTEM, "", "") for local in register.province.system_addresses
    }
    for agency in register.agencies.values():
        found[f"{contact(agency.code)}@{domain}"] = Status.CONTACT, agency.code, agency.name
    return found


def _of_line(line: Line, domain: str, entries: dict[str, Entry], others: dict[str, Other]) -> Proof:
    if other := others.get(line.address):
        status, agency, name = other
        return Proof(line.address, status, "", agency, name, line)
    if entry := entries.get(line.address):
        status = Status.PROVED if entry[1].opened.event == MIGRATED else Status.NOT_MIGRATED
        return _proof(line.address, status, entry, line)
    other_domain = not line.address.endswith(f"@{domain}")
    return Proof(line.address, Status.OTHER_DOMAIN if other_domain else Status.MISSING, line=line)


def _proof(address: str, status: Status, entry: Entry, line: Line | None = None) -> Proof:
    agency, issuance = entry
    return Proof(address, status, issuance.id, agency.code, issuance.name, line)
