"""Numbers and symbols of official documents (Decree 30/2020/NĐ-CP, Annex I and III; R6)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from unidecode import unidecode

# Type abbreviations of Annex III, and those that the Party, the National Assembly and older texts use.
TYPES = frozenset(
    """NQ QĐ CT QC QyĐ TC TB HD CTr KH PA ĐA DA BC BB TTr HĐ CĐ BGN BTT GUQ GM GGT GNP PG PC PB SY TrS SL
    TT TTLT NĐ LB L PL KL ĐE QP GT""".split()
)
_TYPE = "|".join(sorted(sorted(TYPES), key=len, reverse=True))
# The Vietnamese alphabet without tone marks: STTTT, BTTTT-ƯDCNTT, VPUBND.NC
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

# Bodies of every level sign with these, so they do not tell which one did.
SHARED = frozenset("hdnd tu ub ubnd".split())
# Types as they are typed without their marks, which makes an official letter of what was a decision.
_UNMARKED = {"QD": "QĐ", "ND": "NĐ", "QyD": "QyĐ"}
_ASSEMBLY = re.compile(r"(UBTV)?QH[0-9]{1,2}")


class Document(NamedTuple):
    """A number and symbol taken apart; `type` is empty for an official letter (công văn)."""

    number: str
    year: str
    type: str
    agency: str

    @property
    def kind(self) -> str:
        """The type, where a law has `L` although its symbol shows none; empty is an official letter."""
        return self.type or ("L" if _ASSEMBLY.fullmatch(self.agency) else "")


def kind(text: str) -> str | None:
    """The kind of the document that a number and symbol names, None where it has none of the shapes in use."""
    document = parse(text)
    return document.kind if document else None


@lru_cache(maxsize=8192)  # what is read from a file is asked for again by the rules
def parse(text: str) -> Document | None:
    """The document that a number and symbol names, or None where it has none of the shapes in use."""
    for shape in SHAPES:
        if match := shape.fullmatch(text):
            part = match.groupdict("")
            return Document(part["number"], part.get("year", ""), part["type"], part["agency"])
    return None


def body(text: str) -> str:
    """The code that the body which signed would have (STTTT-VP: stttt), empty where the symbol does not tell it."""
    document = parse(text)
    code = symbol_code(document.agency) if document else ""
    return "" if code in SHARED else code


@lru_cache(maxsize=8192)
def symbol_code(symbol: str) -> str:
    """The code that an agency's symbol would have, without the unit that drafted: STTTT-VP, SGDĐT."""
    return re.sub("[^a-z0-9]", "", unidecode(re.split("[-.]", symbol)[0]).lower())


def meant(text: str) -> str:
    """What a symbol is meant to be whose type was typed without its marks (152/QD-STTTT), empty for any other."""
    number, _slash, symbol = text.rpartition("/")
    type_, dash, agency = symbol.partition("-")
    return f"{number}/{_UNMARKED[type_]}-{agency}" if dash and type_ in _UNMARKED else ""
