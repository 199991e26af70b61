"""Parses the numbers and symbols of official documents (Decree 30/2020/NĐ-CP, Annex I and III; R6)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from unidecode import unidecode

# Abbreviations of document types in Annex III, and those that the Party, the National Assembly and older texts use.
TYPES = frozenset(
    """NQ QĐ CT QC QyĐ TC TB HD CTr KH PA ĐA DA BC BB TTr HĐ CĐ BGN BTT GUQ GM GGT GNP PG PC PB SY TrS SL
    TT TTLT NĐ LB L PL KL ĐE QP GT""".split()
)
_TYPE = "|".join(sorted(sorted(TYPES), key=len, reverse=True))
# The symbol of an agency, in the Vietnamese alphabet without tone marks: STTTT, BTTTT-ƯDCNTT, VPUBND.NC
_CAPITAL, _LETTER = "A-ZĂÂĐÊÔƠƯ", "A-ZĂÂĐÊÔƠƯa-zăâđêôơư"
_GROUP = rf"[-.][{_CAPITAL}0-9][{_LETTER}0-9&]*"
_AGENCY = rf"[{_CAPITAL}][{_LETTER}0-9&]*(?:{_GROUP})*"

SHAPES = (
    # 33/2010/QĐ-UBND, 44/TTr-STTTT, 123/2005/QĐ.UB
    re.compile(rf"(?P<number>[0-9]{{1,6}}[a-z]?)(?:/(?P<year>[0-9]{{4}}))?/(?P<type>{_TYPE})[-.](?P<agency>{_AGENCY})"),
    # 414-CTr/TU: the Party's bodies
    re.compile(rf"(?P<number>[0-9]{{1,6}})-(?P<type>{_TYPE})/(?P<agency>{_AGENCY})"),
    # 20/2023/QH15: laws
    re.compile(r"(?P<number>[0-9]{1,6})/(?P<year>[0-9]{4})/(?P<agency>(?:UBTV)?QH[0-9]{1,2})(?P<type>)"),
    # 650/UBND-NV: official letters carry the agency and the drafting unit, and no type
    re.compile(rf"(?P<number>[0-9]{{1,6}}[a-z]?)/(?P<agency>{_AGENCY}{_GROUP})(?P<type>)"),
)

LAWS = frozenset("L PL NĐ NQ TT TTLT LB".split())
LETTER = ""

# Symbols that bodies of every level sign with, so that they do not tell which body signed.
SHARED = frozenset("hdnd tu ub ubnd".split())
# Types typed without Vietnamese marks, with which `parse` takes a decision for an official letter.
_UNMARKED = {"QD": "QĐ", "ND": "NĐ", "QyD": "QyĐ"}
_ASSEMBLY = re.compile(r"(UBTV)?QH[0-9]{1,2}")


class Document(NamedTuple):
    """The parts of a number and symbol; `type` is empty for an official letter (công văn) and for a law."""

    number: str
    year: str
    type: str
    agency: str

    @property
    def kind(self) -> str:
        """The type of the document; `L` for a law, whose symbol states no type; empty for an official letter."""
        return self.type or ("L" if _ASSEMBLY.fullmatch(self.agency) else "")


def kind(text: str) -> str | None:
    """Return the `Document.kind` of a number and symbol, None where the text has none of the shapes in use."""
    document = parse(text)
    return document.kind if document else None


@lru_cache(maxsize=8192)  # the rules parse again what the reader of a file has parsed
def parse(text: str) -> Document | None:
    """Return the parts of a number and symbol, or None where the text has none of `SHAPES`."""
    for shape in SHAPES:
        if match := shape.fullmatch(text):
            part = match.groupdict("")
            return Document(part["number"], part.get("year", ""), part["type"], part["agency"])
    return None


def body(text: str) -> str:
    """Return the agency code that the symbol of the signing body suggests (STTTT-VP: stttt).

    Empty where the text is no number and symbol, or the symbol is one that many bodies share (`SHARED`).
    """
    document = parse(text)
    code = symbol_code(document.agency) if document else ""
    return "" if code in SHARED else code


@lru_cache(maxsize=8192)
def symbol_code(symbol: str) -> str:
    """Return an agency's symbol as a code, without the drafting unit behind it: stttt for STTTT-VP, sgddt for SGDĐT."""
    return re.sub("[^a-z0-9]", "", unidecode(re.split("[-.]", symbol)[0]).lower())


def meant(text: str) -> str:
    """Return the number and symbol with the marks of its type, where they were left out; else empty.

    152/QĐ-STTTT for 152/QD-STTTT.
    """
    number, _slash, symbol = text.rpartition("/")
    type_, dash, agency = symbol.partition("-")
    return f"{number}/{_UNMARKED[type_]}-{agency}" if dash and type_ in _UNMARKED else ""
