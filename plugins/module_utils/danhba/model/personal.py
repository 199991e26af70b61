"""Numbers that are nobody's but a person's: what is merged with one in it keeps it in git for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = r"(?![0-9])(?![ .-][0-9])"
# Twelve digits, of which the first three are the code of a province (001 to 096), however they are grouped.
_TWELVE = re.compile(r"(?<![0-9])0(?:[ .-]?[0-9]){11}" + _END)
# Nine, as the cards before had.
_NINE = re.compile(r"(?<![0-9])(?<!84[ .-])(?:[0-9]{9}|[0-9]{3}([ .-])[0-9]{3}\1[0-9]{3})" + _END)
# What both have, and nearly no text: so that one search tells it.
_MANY = re.compile(r"[0-9](?:[ .-]?[0-9]){8}")
# As they are since 2018, and the longer ones of before; after the trunk prefix or the country code.
_MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?84[ .-]?0?|0)(?:[35789]|1[2689])(?:[ .-]?[0-9]){8}(?![0-9])(?![ .-][0-9])")
# Named as what it is, however it is grouped: CMND 063123456, số CCCD: 010 090 012 345.
_NAMED = re.compile(
    r"(?i)(?:cmnd|cmtnd|cmt|cccd|căn cước|chứng minh|định danh|hộ chiếu)[^0-9]{0,30}([0-9](?:[ .-]?[0-9]){7,13})"
)
_NINE_ALONE = re.compile(r"[^0-9+]*([0-9](?:[ .-]?[0-9]){8})[^0-9]*")
# Telephones of today begin so, and so did those of the province when they had nine digits.
_LANDLINE = "02"
_NO_DIGIT, _COUNTRY = re.compile(r"[^0-9]"), re.compile("^840?")


def national_number(text: str, *, telephone: bool = False) -> str:
    """A national identity number in a text, empty where there is none; a `telephone` has nine digits in the province's
    old form alone (020 840 034).
    """
    if named := _NAMED.search(text):
        return named[1]
    if not _MANY.search(text):
        return ""
    if found := _TWELVE.search(text):
        return found[0]
    if telephone:
        alone = _NINE_ALONE.fullmatch(text)
        return alone[1] if alone and not alone[1].startswith(_LANDLINE) else ""
    found = _NINE.search(text)
    return found[0] if found else ""


def comments(text: str) -> Iterator[tuple[int, str]]:
    """The end of each line from its first number sign on, with the offset: no comment is missed."""
    offset = 0
    for line in text.splitlines(keepends=True) if "#" in text else ():
        if (start := line.find("#")) >= 0:
            yield offset + start, line[start:]
        offset += len(line)


def mobiles(text: str) -> Iterator[tuple[int, str]]:
    """The numbers of mobile telephones in a text, with their offsets."""
    return ((found.start(), found[0]) for found in _MOBILE.finditer(text))


def digits(number: str) -> str:
    """A telephone number as one compares it: its digits, from the trunk prefix on."""
    return _COUNTRY.sub("0", _NO_DIGIT.sub("", number))
