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
from .sheets import Merged, Sheet, column_name, tidy

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
    """The addresses of a list, of each sheet those of the column that has most; rows beneath that have none, too."""
    for sheet in sheets:
        column = _column(sheet, domain)
        if column is None:
            continue
        begun = False
        for number, row in sheet.rows.items():
            if column < len(row) and row[column].merged is not Merged.NO:
                continue
            text = tidy(row[column].text) if column < len(row) else ""
            cell = f"{column_name(column)}{number}"
            found = _addresses(text)
            yield from (Line(address, file, sheet.name, cell) for address in found)
            begun = begun or bool(found)
            if begun and not found:
                shown = text or " ".join(filter(None, (tidy(each.text) for each in row)))
                yield Line(shown, file, sheet.name, cell, is_address=False)


def _column(sheet: Sheet, domain: str) -> int | None:
    """The column with the mailboxes: that with most addresses of the domain, or else of any; None without any."""
    counted: Counter[int] = Counter()
    for _number, column, cell in sheet.cells():
        for address in _addresses(cell.text):
            # A column of private addresses beside that of the mailboxes may be the longer one.
            counted[column] += 1_000_000 if address.endswith(f"@{domain}") else 1
    return max(counted, key=lambda column: (counted[column], -column)) if counted else None


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


def _others(register: Register) -> dict[str, Proof]:
    """What no entry says to have been there before: contact mailboxes, and the addresses of the system."""
    domain = register.province.domain
    contacts = {
        f"{contact(agency.code)}@{domain}": (Status.CONTACT, agency.code, agency.name)
        for agency in register.agencies.values()
    }
    system = {f"{local}@{domain}": (Status.SYSTEM, "", "") for local in register.province.system_addresses}
    return {address: Proof(address, each[0], "", *each[1:]) for address, each in {**system, **contacts}.items()}


def _of_line(line: Line, domain: str, entries: dict[str, Entry], others: dict[str, Proof]) -> Proof:
    if other := others.get(line.address):
        return Proof(line.address, other.status, "", other.agency, other.name, line)
    if entry := entries.get(line.address):
        status = Status.PROVED if entry[1].opened.event == MIGRATED else Status.NOT_MIGRATED
        return _proof(line.address, status, entry, line)
    other_domain = not line.address.endswith(f"@{domain}")
    return Proof(line.address, Status.OTHER_DOMAIN if other_domain else Status.MISSING, line=line)


def _proof(address: str, status: Status, entry: Entry, line: Line | None = None) -> Proof:
    agency, issuance = entry
    return Proof(address, status, issuance.id, agency.code, issuance.name, line)
