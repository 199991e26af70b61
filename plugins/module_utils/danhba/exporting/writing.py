"""Writes the address book in the formats of spreadsheets and mail programs."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from ..messages import translator
from ..model.register import Agency, Province, Register
from .addressbook import HEADINGS, Contact
from .page import as_site
from .printed import as_pdf

# First characters by which a spreadsheet takes a cell for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WIDTHS = (28, 24, 28, 36, 36, 18)
TITLE = "Danh bạ"


def as_csv(contacts: Sequence[Contact], register: Register, language: str) -> bytes:
    """Return CSV (RFC 4180) with a byte order mark, so that Excel reads it as UTF-8.

    Cells that a spreadsheet would take for a formula begin with an apostrophe.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_headings(language))
    writer.writerows([harmless(cell) for cell in contact.row()] for contact in contacts)
    return out.getvalue().encode("utf-8-sig")


def harmless(cell: str) -> str:
    """Return the cell, with an apostrophe if a spreadsheet would take it for a formula."""
    return "'" + cell if cell.startswith(_FORMULA) else cell


def _headings(language: str) -> list[str]:
    return [translator(language)(heading) for heading in HEADINGS.values()]


def as_xlsx(contacts: Sequence[Contact], register: Register, language: str) -> bytes:
    """Return a workbook with one sheet and a fixed, filtering heading; every cell is text."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(TITLE)
    for number, width in enumerate(_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(_WIDTHS))}{len(contacts) + 1}"

    def cells(values: Iterable[str], **style: Any) -> list[Any]:
        row = []
        for value in values:
            cell: Any = WriteOnlyCell(sheet, value)
            cell.data_type, cell.number_format = "s", "@"
            for key, given in style.items():
                setattr(cell, key, given)
            row.append(cell)
        return row

    sheet.append(cells(_headings(language), font=Font(bold=True)))
    for contact in contacts:
        sheet.append(cells(contact.row()))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_vcard(contacts: Sequence[Contact], register: Register, language: str) -> bytes:
    """Return a vCard 3.0 (RFC 2426) for each mailbox, the version that every mail program and phone reads."""
    return "".join(_vcard(contact) for contact in contacts).encode()


def _vcard(contact: Contact) -> str:
    import vobject

    card = vobject.vCard()
    card.add("fn").value = contact.name
    name = vobject.vcard.Name(contact.family or contact.name, contact.given, contact.middle)
    card.add("n").value = name if contact.is_person else vobject.vcard.Name(contact.name)
    card.add("org").value = [contact.agency, contact.unit] if contact.unit else [contact.agency]
    if contact.title:
        card.add("title").value = contact.title
    email = card.add("email")
    email.value, email.type_param = contact.address, "INTERNET"
    if contact.phone:
        telephone = card.add("tel")
        telephone.value, telephone.type_param = contact.phone, "WORK"
    return str(card.serialize())


def as_ldif(contacts: Sequence[Contact], register: Register, language: str) -> bytes:
    """Return LDIF (RFC 2849): agencies as units below the domain (RFC 2247), mailboxes as inetOrgPerson (RFC 2798)."""
    import ldif

    out = io.BytesIO()
    writer = ldif.LDIFWriter(out)
    writer.unparse(_base(register.province), _root(register.province))
    tree = _Tree(register)
    for contact in contacts:
        for agency in tree.new(contact.code):
            unit = {"objectClass": ["top", "organizationalUnit"], "ou": [agency.code], "description": [agency.name]}
            writer.unparse(tree.name(agency.code), unit)
        local = contact.address.partition("@")[0]
        writer.unparse(f"uid={local},{tree.name(contact.code)}", _person(contact, local))
    return out.getvalue()


def _base(province: Province) -> str:
    return ",".join(f"dc={label}" for label in province.domain.split("."))


def _root(province: Province) -> dict[str, list[str]]:
    label = province.domain.partition(".")[0]
    return {"objectClass": ["top", "dcObject", "organization"], "dc": [label], "o": [province.name]}


def _person(contact: Contact, local: str) -> dict[str, list[str]]:
    entry = {
        "cn": contact.name,
        "sn": contact.family or contact.name,
        "givenName": contact.given,
        "uid": local,
        "mail": contact.address,
        "title": contact.title,
        "ou": contact.unit,
        "o": contact.agency,
        "telephoneNumber": contact.phone,
    }
    classes = ["top", "person", "organizationalPerson", "inetOrgPerson"]
    return {"objectClass": classes} | {key: [value] for key, value in entry.items() if value}


class _Tree:
    """The agencies as a tree for LDIF, each below the one that manages it."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._written: set[str] = set()

    def _line(self, code: str) -> list[Agency]:
        """Return an agency and those above it, itself first."""
        agency = self._register.agencies[code]
        return [agency, *(self._line(agency.parent) if agency.parent in self._register.agencies else [])]

    def name(self, code: str) -> str:
        """Return the distinguished name of an agency."""
        units = ",".join(f"ou={agency.code}" for agency in self._line(code))
        return f"{units},{_base(self._register.province)}"

    def new(self, code: str) -> list[Agency]:
        """Return an agency and those above it that were not returned before, the topmost first."""
        found = [agency for agency in reversed(self._line(code)) if agency.code not in self._written]
        self._written.update(agency.code for agency in found)
        return found


Write: TypeAlias = Callable[[Sequence[Contact], Register, str], bytes]

FORMATS: Mapping[str, Write] = {
    "csv": as_csv,
    "xlsx": as_xlsx,
    "vcard": as_vcard,
    "ldif": as_ldif,
}

# Formats for people state their day.
WriteOfDay: TypeAlias = Callable[[Sequence[Contact], Register, str, date], bytes]
PRINTED: Mapping[str, WriteOfDay] = {"pdf": as_pdf}

# A folder of files by name, instead of one file.
WriteFolder: TypeAlias = Callable[[Sequence[Contact], Register, str, date], dict[str, bytes]]
FOLDERS: Mapping[str, WriteFolder] = {"html": as_site}

ALL = (*FORMATS, *PRINTED, *FOLDERS)
