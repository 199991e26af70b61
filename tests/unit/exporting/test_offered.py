"""Whom the address books offer: the same mailboxes in every form, whatever has happened to their owners (R5)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta

import ldif
import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader

from danhba.exporting import writing
from danhba.exporting.addressbook import Contact, contacts, is_offered
from danhba.model.register import Register
from danhba.planning import listing
from danhba.planning.state import State, Timeline
from tests.factory.text import Value
from tests.support.registers import Entry, agency, event, person, register, usable

DAY = date(2012, 1, 1)


def _spell(since: str, until: str = "", ended: str = "") -> dict[str, Value]:
    more: dict[str, Value] = {"ended": {"document": "10/QĐ-AA", "date": ended}} if ended else {}
    return {"document": "9/QĐ-AA", "date": since, **({"until": until} if until else {}), **more}


# What may have become of somebody by the day, and whether an address book has them.
FATES: Mapping[str, tuple[dict[str, Value], bool]] = {
    "open": ({}, True),
    "not yet": ({"opened": event("recruited", "2012-01-02")}, False),
    "left": ({"closed": event("retired", "2012-01-01")}, False),
    "leaves tomorrow": ({"closed": event("retired", "2012-01-02")}, True),
    "suspended": ({"suspended": [_spell("2011-05-01")]}, False),
    "suspended today": ({"suspended": [_spell("2012-01-01", "2012-02-01")]}, False),
    "suspended tomorrow": ({"suspended": [_spell("2012-01-02")]}, True),
    "suspended until today": ({"suspended": [_spell("2011-05-01", "2012-01-01")]}, True),
    "let in again today": ({"suspended": [_spell("2011-05-01", ended="2012-01-01")]}, True),
    "let in again tomorrow": ({"suspended": [_spell("2011-05-01", ended="2012-01-02")]}, False),
    "suspended again": ({"suspended": [_spell("2011-05-01", "2011-06-01"), _spell("2011-12-01")]}, False),
    "suspended until they left": (
        {"suspended": [_spell("2011-05-01")], "closed": event("retired", "2011-12-01")},
        False,
    ),
}
ADDRESS = re.compile(r"[a-z0-9-]+@laocai\.gov\.vn")


def _xlsx(data: bytes) -> str:
    return " ".join(str(cell) for row in load_workbook(io.BytesIO(data)).worksheets[0].values for cell in row)


def _ldif(data: bytes) -> str:
    return " ".join(mail for _dn, entry in ldif.LDIFParser(io.BytesIO(data)).parse() for mail in entry.get("mail", []))


READ: Mapping[str, Callable[[bytes], str]] = {
    "csv": lambda data: " ".join(cell for row in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in row),
    "xlsx": _xlsx,
    "vcard": lambda data: " ".join(card.email.value for card in vobject.readComponents(data.decode())),
    "ldif": _ldif,
    "pdf": lambda data: " ".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages),
    "html": lambda data: data.decode(),
}


def forms(found: list[Contact], of: Register) -> dict[str, bytes]:
    """Every form of an address book."""
    made = {form: write(found, of, "vi") for form, write in writing.FORMATS.items()}
    made |= {form: write(found, of, "vi", DAY) for form, write in writing.PRINTED.items()}
    own = [contact for contact in found if not contact.is_person]
    return made | {form: b"\n".join(write(own, of, "vi", DAY).values()) for form, write in writing.FOLDERS.items()}


def offered(form: str, data: bytes) -> set[str]:
    """The addresses in a form, but the one of the province's help."""
    return set(ADDRESS.findall(READ[form](data)))


def entry(number: int, fate: str) -> Entry:
    """Somebody, each with an address of their own."""
    name = f"Lò {'BCDGHKLMNPRSTVX'[number]}a"
    return {**person(str(number), name, "2011-01-01"), **FATES[fate][0]}


def address(number: int) -> str:
    return f"l{'BCDGHKLMNPRSTVX'[number].lower()}a-aa@laocai.gov.vn"


@given(st.lists(st.sampled_from(sorted(FATES)), min_size=1, max_size=8))
@settings(max_examples=25)
def test_all_forms_offer_the_same(fates: list[str]) -> None:
    found, issued = usable(register(agency("aa", *(entry(number, fate) for number, fate in enumerate(fates)))))
    made = forms(list(contacts(listing.everything(Timeline.of(found, issued, DAY)))), found)
    assert made.keys() == READ.keys()
    own = {"contact-aa@laocai.gov.vn", "contact-stttt@laocai.gov.vn"}
    people = {address(number) for number, fate in enumerate(fates) if FATES[fate][1]}
    for form, data in made.items():
        assert offered(form, data) == (own if form == "html" else own | people), form


def test_who_is_suspended_comes_back_by_the_calendar_alone() -> None:
    texts = register(agency("aa", person("1", "Lò An", "2011-01-01", suspended=[_spell("2012-01-01", "2012-02-01")])))
    found, issued = usable(texts)
    days = {
        day: [contact.address for contact in contacts(listing.everything(Timeline.of(found, issued, day)))]
        for day in (DAY - timedelta(1), DAY, date(2012, 1, 31), date(2012, 2, 1))
    }
    assert ["lan-aa@laocai.gov.vn" in there for there in days.values()] == [True, False, False, True]


@pytest.mark.parametrize("state", list(State))
def test_only_an_open_mailbox_is_offered(state: State) -> None:
    assert is_offered(state.value) == (state is State.OPEN)
