"""Finds private numbers in texts: national identity cards, mobile telephones.

They may not be in a register: what is once merged stays in git for ever.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = r"(?![0-9])(?![ .-][0-9])"
# A citizen identity number: twelve digits, however grouped; the first three are a province's code (001 to 096).
_TWELVE = re.compile(r"(?<![0-9])0(?:[ .-]?[0-9]){11}" + _END)
# A number of the older identity cards: nine digits.
_NINE = re.compile(r"(?<![0-9])(?<!84[ .-])(?:[0-9]{9}|[0-9]{3}([ .-])[0-9]{3}\1[0-9]{3})" + _END)
# Nine digits, however grouped, which both kinds contain and nearly no other text: one search excludes most texts.
_MANY = re.compile(r"[0-9](?:[ .-]?[0-9]){8}")
# A mobile number in its form since 2018, or in the longer one of before; after the trunk prefix or the country code.
_MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?84[ .-]?0?|0)(?:[35789]|1[2689])(?:[ .-]?[0-9]){8}(?![0-9])(?![ .-][0-9])")
# A number, however grouped, behind the name of an identity paper: CMND 063123456, số CCCD: 010 090 012 345.
_NAMED = re.compile(
    r"(?i)(?:cmnd|cmtnd|cmt|cccd|căn cước|chứng minh|định danh|hộ chiếu)[^0-9]{0,30}([0-9](?:[ .-]?[0-9]){7,13})"
)
_NINE_ALONE = re.compile(r"[^0-9+]*([0-9](?:[ .-]?[0-9]){8})[^0-9]*")
# The prefix of landline numbers, today and when those of the province had nine digits.
_LANDLINE = "02"
_NO_DIGIT, _COUNTRY = re.compile(r"[^0-9]"), re.compile("^840?")


def national_number(text: str, *, telephone: bool = False) -> str:
    """Return a national identity number found in a text, empty where there is none.

    Of the value of a `telephone` key, nine digits count as one only where they are the whole number and are no landline
    number in the province's old form (020 840 034).
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
    """Yield the offset and the text of each line's end from its first `#` on.

    This finds every YAML comment, and some values that contain a `#`.
    """
    offset = 0
    for line in text.splitlines(keepends=True) if "#" in text else ():
        if (start := line.find("#")) >= 0:
            yield offset + start, line[start:]
        offset += len(line)


def mobiles(text: str) -> Iterator[tuple[int, str]]:
    """Yield the offset and the text of each mobile telephone number in a text."""
    return ((found.start(), found[0]) for found in _MOBILE.finditer(text))


def digits(number: str) -> str:
    """Return the digits of a telephone number from the trunk prefix 0 on, for comparing numbers (+84 214… is 0214…)."""
    return _COUNTRY.sub("0", _NO_DIGIT.sub("", number))
