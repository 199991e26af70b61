"""What a character is to somebody who reads it: forms of Unicode, look-alikes, what is invisible, and old encodings."""

from __future__ import annotations

import re
import unicodedata

# Letters of other alphabets that look like those of the marks, and of the words around them.
_LOOKALIKES: dict[int, int] = str.maketrans(
    "МТІЈОАУЕНКРСХВҮӀмтіјоауекрсхӏΜΤΙΟΑΥΕΗΚΡΒΝΧΖοαυι",
    "MTIJOAYEHKPCXBYImtijoayekpcxlMTIOAYEHKPBNXZoaui",
)
_LOOKALIKES |= str.maketrans("ÐƉð", "ĐĐđ") | str.maketrans("ᴀɪᴍᴏᴛᴜʏᴇ", "AIMOTUYE")
# Letters in filled circles and squares, which are of no other form for Unicode.
_LOOKALIKES |= {first + n: 65 + n for first in (0x1F150, 0x1F170) for n in range(26)}
# Nothing is seen of these; those of the category Cf are found by it.
# Strokes through and under letters change no letter.
_INVISIBLE = {
    0x0305,
    0x033F,
    *range(0x0332, 0x0339),
    0x034F,
    0x115F,
    0x1160,
    0x17B4,
    0x17B5,
    0x180B,
    0x180C,
    0x180D,
    0x3164,
    0xFFA0,
    *range(0xFE00, 0xFE10),
}
# What controls a terminal, too, but not what parts lines and cells.
_INVISIBLE |= {*range(9), *range(0x0E, 0x20), 0x7F}
_UNSEEN = dict.fromkeys(_INVISIBLE) | dict.fromkeys(
    number for number in (*range(0x2FFF), *range(0xFE00, 0xFFFF), *range(0xE0000, 0xE0200))
    if unicodedata.category(chr(number)) == "Cf"
)  # fmt: skip
_SPACES = re.compile(r"[^\S\n]+")


def composed(text: str) -> str:
    """The text in NFC."""
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def seen(text: str) -> str:
    """A line as it is seen: look-alikes as what they look like, nothing invisible, NFC, single spaces."""
    # What is invisible may stand between a letter and its mark, so it goes first.
    apart = unicodedata.normalize("NFKD", text.translate(_UNSEEN)).translate(_LOOKALIKES)
    # Marks above a letter may have been typed the other way round.
    apart = apart.replace("\u0301\u0302", "\u0302\u0301")
    return _SPACES.sub(" ", unicodedata.normalize("NFC", apart)).strip()


# The letters of the marks and their labels, as one-byte encodings show them where their octets are taken for
# windows-1252 or latin-1. ABC's fonts (TCVN3) have no capitals with tones: "MËT", and in the fonts of capitals
# (.VnTimeH), whose small letters look like capitals, "mËt".
_TCVN3 = {"Ë": "ậ", "è": "ố", "Ö": "ệ", "é": "ộ", "§": "Đ", "®": "đ"}
_TCVN3_CAPITALS = {"\x86": "Ậ", "†": "Ậ", "ÿ": "Ố", "\x8c": "Ệ", "Œ": "Ệ", "\x97": "Ộ", "—": "Ộ", "§": "Đ"}
_VISCII = {"\x87": "Ậ", "‡": "Ậ", "\x8f": "Ố", "\x8e": "Ệ", "Ž": "Ệ", "\x93": "Ộ", "“": "Ộ", "Ð": "Đ"}
_VISCII |= {"§": "ậ", "¯": "ố", "®": "ệ", "µ": "ộ", "ð": "đ"}
_VNI = {"AÄ": "Ậ", "OÁ": "Ố", "EÄ": "Ệ", "OÄ": "Ộ", "Ñ": "Đ", "aä": "ậ", "oá": "ố", "eä": "ệ", "oä": "ộ", "ñ": "đ"}
_VNI |= {"Aä": "Ậ", "Oá": "Ố", "Eä": "Ệ", "Oä": "Ộ"}
_1258 = {"Âò": "Ậ", "Ôì": "Ố", "Êò": "Ệ", "Ôò": "Ộ", "âò": "ậ", "ôì": "ố", "êò": "ệ", "ôò": "ộ", "Ð": "Đ", "ð": "đ"}
_UTF8 = {
    shown: letter
    for letter in "ẬỐỆỘĐậốệộđ"
    for shown in {letter.encode().decode("latin-1"), letter.encode().decode("cp1252", "replace")}
    if "\ufffd" not in shown
} | {"á»\x90": "Ố", "Ä\x90": "Đ"}


def _reading(table: dict[str, str]) -> tuple[re.Pattern[str], dict[str, str]]:
    return re.compile("|".join(map(re.escape, sorted(table, key=len, reverse=True)))), table


_READINGS = [_reading(table) for table in (_TCVN3, _TCVN3 | _TCVN3_CAPITALS, _VISCII, _VNI, _1258, _UTF8)]
# The letter Ậ or ậ between those of its word, in one of these encodings; each form has one of these characters.
_DISGUISED = re.compile("[Mm][^\\w\n]{0,3}(?:Ë|[Aa][Ää]|†|\x86|‡|\x87|§|[Ââ]ò|áº¬|áº\xad)[^\\w\n]{0,3}[Tt]")
_TELLING = "ËÄä†\x86‡\x87§òº"


def disguised(text: str) -> bool:
    """Whether a text has a word that a mark could be in an old encoding."""
    return any(character in text for character in _TELLING) and _DISGUISED.search(text) is not None


def readings(line: str) -> list[str]:
    """A line of one-byte characters as each old encoding would have it; what is small in ABC's fonts as capitals.

    A word alone in small letters of these fonts is the rarer thing: their capitals are small letters in another font,
    of which a text without its fonts tells nothing.
    """
    found = [pattern.sub(lambda match: table[match[0]], line) for pattern, table in _READINGS]  # noqa: B023
    found[0] = found[0].upper()
    return [reading for reading in found if reading != line]
