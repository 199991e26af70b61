"""Lists of the mailboxes that existed before the system, and whether the register's `migrated` entries are proved by
them.
"""

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
    """What was found of an address, or of a row of the list; all but the first three are differences."""

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
    """An address of a list in small letters, and where it stands; of a row without one, the text that is there."""

    address: str
    file: str
    sheet: str
    cell: str
    is_address: bool = True


@dataclass(frozen=True, slots=True)
class Proof:
    """One address with what was found; `line` is where the list has it, the rest whose the register says it is."""

    address: str
    status: Status
    id: str = ""
    agency: str = ""
    name: str = ""
    line: Line | None = None


def lines(file: str, sheets: Iterable[Sheet], domain: str) -> Iterator[Line]:
    """The addresses of a list, row by row; a row without one, too, save for the headings above the first."""
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
    """The columns with mailboxes: those with addresses of the domain, or else that with most addresses of others."""
    own, others = Counter[int](), Counter[int]()
    for _number, column, cell in sheet.cells():
        for address in _addresses(tidy(cell.text)):
            (own if address.endswith(f"@{domain}") else others)[column] += 1
    return sorted(own) or [column for column, _count in others.most_common(1)]


def _of_row(row: Sequence[Cell], columns: Iterable[int]) -> Iterator[tuple[int, str]]:
    """The addresses in some columns of a row, each with its column."""
    for column in columns:
        if column < len(row):
            yield from ((column, address) for address in _addresses(tidy(row[column].text)))


def _addresses(text: str) -> list[str]:
    return [address.lower().strip(".") for address in _ADDRESS.findall(text)] if "@" in text else []


def prove(register: Register, issued: Issued, listed: Sequence[Line]) -> list[Proof]:
    """Every address of the list and of every `migrated` entry, each once with what was found of it; rows without one.

    In the order of the list, then of the register.
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
    """Whose each address is; of several entries at one, that of who had it before the system."""
    found: dict[str, Entry] = {}
    for agency in register.agencies.values():
        for issuance, local in issued.of(agency):
            address = f"{local}@{register.province.domain}".lower()
            if local and (address not in found or issuance.opened.event == MIGRATED):
                found[address] = agency, issuance
    return found


# What is known of an address that is no entry's: its status, and the code and the name of the agency, if it is one's.
Other = tuple[Status, str, str]


def _others(register: Register) -> dict[str, Other]:
    """What no entry says to have been there before: contact mailboxes, and the addresses of the system."""
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
