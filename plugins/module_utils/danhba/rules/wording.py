"""Rules about the wording of names, titles and telephones in the address book (R5).

Names of people have a capital at the beginning of each syllable (Decree 30/2020/NĐ-CP, Annex II).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from ..messages import mark as _
from ..model.findings import Finding, Rule, advice, rule
from ..model.personal import digits, national_number
from ..model.register import Agency, Issuance
from ..reading.loader import NATIONAL

NAME = advice("name-capitals", "R5", _("'{name}' is not written as a name is; write '{better}'"))
MARKS = advice(
    "name-marks",
    "R7.3",
    _("'{name}' seems to be typed without Vietnamese marks; write it as on the decision, such as Nguyễn Văn Vịnh"),
)
ADDRESSED = advice(
    "name-title",
    "R4.2",
    _(
        "'{word}' before a name is a form of address or a degree, and the address would be made from it; "
        "leave it out, or state it as family: where it is the family name"
    ),
)
CAPITALS = advice(
    "text-capitals",
    "R5",
    _("'{value}' is in capitals throughout; write it as in a sentence, such as Giám đốc, Sở Nội vụ"),
)
PLACEHOLDER = advice(
    "name-placeholder",
    "R5",
    _("'{name}' is a name to try something with; write the name as on the decision, or take the entry out"),
)
MARKUP = rule(
    "text-markup",
    "R5",
    _("'{part}' in '{value}' is markup of web pages, which a register has not; write the plain text"),
)
TITLE = advice("title-content", "R5", _("'{part}' is no part of a title; leave it out, and keep the title itself"))
MOBILE = advice(
    "phone-mobile",
    "R5",
    _("{phone} is a mobile telephone, which is personal; write the office telephone, or leave phone: out"),
)

# Forms of address and titles before names. Ông is a family name too, and Đồng is one if no chí follows.
_BEFORE = frozenset("ông bà chị cô mr mrs ms dr đ/c gs pgs gsts ts tskh ths bs bscki bsckii ks cn ds ls".split())
_COMRADE = "đồng chí"
_FIRST = re.compile(r"[^\s.]+")
# Family names that always have diacritics; Lan, Cao or Phan may be right without.
_MARKED = frozenset(
    "bui dang dinh doan duong hoang huynh luong luu ngo nguyen pham quach tran trinh truong vo vu vuong".split()
)
_MARKUP = re.compile(r"</?[A-Za-z!][^<>]*>?|&#?[A-Za-z0-9]+;")
_TRIED = frozenset("test testing demo abc xyz xxx asdf qwerty admin user example sample null none foo bar".split())
# Telephones, codes, years and mail addresses.
_DATA = re.compile(r"\S*@\S*|[0-9](?:[ .-]?[0-9]){3,}")
# Mobile numbers since 2018, and the longer ones before.
_MOBILE = re.compile(r"0(?:[35789][0-9]{8}|1[2689][0-9]{8})")

# A rule that a text breaks, and the values of its message.
Fault = tuple[Rule, Mapping[str, str]]


def check(agency: Agency) -> Iterator[Finding]:
    """Yield the findings about the wording of an agency's name and of its people's names, titles and telephones."""
    for fault, values in _faults(agency.name):
        yield fault.at(agency.where("name"), **values)
    for issuance in agency.people:
        if misnamed := _misnamed(issuance):
            fault, values = misnamed
            yield fault.at(agency.where_of(issuance, "name"), **values)
        for key, value in (("title", issuance.title), ("unit", issuance.unit)):
            for fault, values in _faults(value):
                yield fault.at(agency.where_of(issuance, key), **values)
        if issuance.title and (part := _foreign(issuance)):
            yield TITLE.at(agency.where_of(issuance, "title"), part=part)
        if issuance.phone and (number := national_number(issuance.phone, telephone=True)):
            yield NATIONAL.at(agency.where_of(issuance, "phone"), number=number)
        if issuance.address and (number := national_number(issuance.address)):
            yield NATIONAL.at(agency.where_of(issuance, "address"), number=number)
        if issuance.phone and is_mobile(issuance.phone):
            yield MOBILE.at(agency.where_of(issuance, "phone"), phone=issuance.phone)


def is_mobile(phone: str) -> bool:
    """Say whether a telephone number is a mobile number of Viet Nam."""
    return _MOBILE.fullmatch(digits(phone)) is not None


@lru_cache(maxsize=8192)  # a province has few different titles and divisions
def _faults(value: str) -> tuple[Fault, ...]:
    """Return the faults of an agency's name, a title or a division."""
    faults: list[Fault] = []
    if _shouted(value):
        faults.append((CAPITALS, {"value": value}))
    if number := national_number(value):
        faults.append((NATIONAL, {"number": number}))
    if found := _MARKUP.search(value):
        faults.append((MARKUP, {"part": found[0], "value": value}))
    return tuple(faults)


def _shouted(text: str) -> bool:
    """Say whether several words are in capitals; a single word may be an abbreviation (VNPT)."""
    return " " in text and text.isupper()


def _misnamed(issuance: Issuance) -> Fault | None:
    """Return the worst fault of a person's name, or None."""
    name = issuance.name
    if word := _before(issuance):
        return ADDRESSED, {"word": word}
    if name.isascii() and _is_placeholder(name):
        return PLACEHOLDER, {"name": name}
    if name.isascii() and name.partition(" ")[0].lower() in _MARKED and " " in name:
        return MARKS, {"name": name}
    if not name.istitle() and (better := " ".join(map(_capital, name.split()))) != name:
        return NAME, {"name": name, "better": better}
    return None


def _is_placeholder(name: str) -> bool:
    """Say whether a name is a placeholder such as Test Test or Demo User: one word twice, or trial words."""
    words = name.casefold().split()
    return (len(words) > 1 and len(set(words)) == 1) or not _TRIED.isdisjoint(words)


def _before(issuance: Issuance) -> str:
    """Return a form of address or title before the name, or an empty text; a name of one word has none."""
    name = issuance.name
    if name.casefold().startswith(_COMRADE + " "):
        return name[: len(_COMRADE)]
    first = _FIRST.match(name)
    if first is None or first.end() == len(name) or first[0].casefold() not in _BEFORE:
        return ""
    return "" if first[0] in issuance.family.split() else first[0]


def _capital(word: str) -> str:
    """Write H'HEN and h'hen as H'Hen; mixed case such as McDonald stays."""
    return word.title() if word[0].islower() or word.isupper() else word


@lru_cache(maxsize=8192)
def _data(title: str) -> str:
    return found[0] if (found := _DATA.search(title)) else ""


def _foreign(issuance: Issuance) -> str:
    """Return data or the holder's own name in a title, or an empty text."""
    if data := _data(issuance.title):
        return data
    named = " " in issuance.name and issuance.name.casefold() in issuance.title.casefold()
    return issuance.name if named else ""
