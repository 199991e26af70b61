"""Rules about how names, titles and telephones are written, for those who read the address book (R5).

Names of people take a capital at the beginning of each syllable (Decree 30/2020/NĐ-CP, Annex II).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..messages import mark as _
from ..model.findings import Finding, advice
from ..model.register import Agency, Issuance

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
TITLE = advice("title-content", "R5", _("'{part}' is no part of a title; leave it out, and keep the title itself"))
MOBILE = advice(
    "phone-mobile",
    "R5",
    _("{phone} is a mobile telephone, which is personal; write the office telephone, or leave phone: out"),
)

# What stands before names without belonging to them. Ông is a family name too, and Đồng is one when no chí follows.
_BEFORE = frozenset("ông bà chị cô mr mrs ms dr đ/c gs pgs gsts ts tskh ths bs bscki bsckii ks cn ds ls".split())
_COMRADE = "đồng chí"
_FIRST = re.compile(r"[^\s.]+")
# Family names that are never written without marks; Lan, Cao or Phan may be right as they are.
_MARKED = frozenset(
    "bui dang dinh doan duong hoang huynh luong luu ngo nguyen pham quach tran trinh truong vo vu vuong".split()
)
# Telephones, codes, years, and addresses of mail.
_DATA = re.compile(r"\S*@\S*|[0-9](?:[ .-]?[0-9]){3,}")
# As they are since 2018, and the longer ones of before; the trunk prefix, the country code, or both.
_MOBILE = re.compile(r"(?:0|840?)(?:[35789][0-9]{8}|1[2689][0-9]{8})")


def check(agency: Agency) -> Iterator[Finding]:
    """The wording of an agency's name and of all about its people."""
    if _shouted(agency.name):
        yield CAPITALS.at(agency.where("name"), value=agency.name)
    for issuance in agency.people:
        yield from _name(agency, issuance)
        for key, value in (("title", issuance.title), ("unit", issuance.unit)):
            if _shouted(value):
                yield CAPITALS.at(agency.where_of(issuance, key), value=value)
        if issuance.title and (part := _foreign(issuance)):
            yield TITLE.at(agency.where_of(issuance, "title"), part=part)
        if issuance.phone and is_mobile(issuance.phone):
            yield MOBILE.at(agency.where_of(issuance, "phone"), phone=issuance.phone)


def is_mobile(phone: str) -> bool:
    """Whether it is the number of a mobile telephone of this country."""
    return _MOBILE.fullmatch(re.sub("[^0-9]", "", phone)) is not None


def _shouted(text: str) -> bool:
    """Several words in capitals; one alone is an abbreviation by which it may be known (VNPT)."""
    return " " in text and text.isupper()


def _name(agency: Agency, issuance: Issuance) -> Iterator[Finding]:
    name = issuance.name
    if word := _before(issuance):
        yield ADDRESSED.at(agency.where_of(issuance, "name"), word=word)
    elif name.isascii() and name.partition(" ")[0].lower() in _MARKED and " " in name:
        yield MARKS.at(agency.where_of(issuance, "name"), name=name)
    elif not name.istitle() and (better := " ".join(map(_capital, name.split()))) != name:
        yield NAME.at(agency.where_of(issuance, "name"), name=name, better=better)


def _before(issuance: Issuance) -> str:
    """What stands before the name without belonging to it; a name of one word is nothing else."""
    name = issuance.name
    if name.casefold().startswith(_COMRADE + " "):
        return name[: len(_COMRADE)]
    first = _FIRST.match(name)
    if first is None or first.end() == len(name) or first[0].casefold() not in _BEFORE:
        return ""
    return "" if first[0] in issuance.family.split() else first[0]


def _capital(word: str) -> str:
    """H'HEN and h'hen as H'Hen; a word of another form, such as McDonald, may be right as it is."""
    return word.title() if word[0].islower() or word.isupper() else word


def _foreign(issuance: Issuance) -> str:
    """What a title holds that is none: data, or the name of whoever holds it."""
    if found := _DATA.search(issuance.title):
        return found[0]
    named = " " in issuance.name and issuance.name.casefold() in issuance.title.casefold()
    return issuance.name if named else ""
