"""Normalisation of what people type into cells: names, telephone numbers and requests."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from unidecode import unidecode

from ..messages import mark as _
from ..vietnamese.names import APOSTROPHES, LOOKALIKES
from .headings import fold
from .sheets import Cell, tidy

NO_PHONE = _("'{value}' is no telephone number; correct the cell, or empty it")
MOBILE = _("the mobile number was left out: the register has office telephones only")
MORE_PHONES = _("of several telephone numbers the first was taken")

# Words for an empty cell.
_NOTHING = frozenset({"", "khong", "khong co", "chua co", "x", "0", "none", "null", "n a"})
_BEGINNINGS = re.compile(r"(?<![^\W\d_])[^\W\d_]")
_ALTERNATIVES = re.compile(r"[/;,\n]|\s[-–]\s|\bhoặc\b")
_EXTENSION = re.compile(r"(?i)\(?(?:máy lẻ|số lẻ|lẻ|ext|nội bộ|#).*")
_FOREIGN = re.compile(r"\+?(?:00)?84(?=[1-9]\d{8,9}$)")
_LANDLINE, _MOBILE, _LOCAL = re.compile(r"02\d{8,9}"), re.compile(r"0[35789]\d{8}|01\d{9}"), re.compile(r"[2-9]\d{5,7}")


def name(text: str) -> str:
    """Return a full name as the register writes it: NGUYỄN VĂN VỊNH is Nguyễn Văn Vịnh, H’HEN NIÊ is H'Hen Niê."""
    text = "".join(LOOKALIKES.get(c, "'" if c in APOSTROPHES else c) for c in tidy(text))
    return " ".join(map(_capitalised, text.split()))


def _capitalised(word: str) -> str:
    """Capitalise a word at its beginning and after apostrophes and hyphens.

    Other letters become lower case only where the whole word is upper case. A word that begins with a capital keeps
    the letter after an apostrophe as it is (H'hen).
    """
    raised = _BEGINNINGS.sub(lambda match: match[0].upper(), word)
    if len(word) > 1 and raised.isupper():
        return _BEGINNINGS.sub(lambda match: match[0].upper(), word.lower())
    return word if "'" in word and word[0].isupper() else raised


NameKey: TypeAlias = tuple[tuple[str, str], ...]


def name_key(text: str) -> NameKey:
    """Return a key that is the same for all spellings of a name.

    It ignores capitals and on which vowel of a syllable the tone stands (Hoà, Hòa).
    """
    return tuple(map(_syllable, text.casefold().replace("'", "").split()))


_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")


def _syllable(word: str) -> tuple[str, str]:
    letters = unicodedata.normalize("NFD", word)
    return "".join(c for c in letters if c not in _TONES), "".join(c for c in letters if c in _TONES)


@dataclass(frozen=True, slots=True)
class Phone:
    """A telephone number as the register writes it, with remarks; `wrong`: the cell has a text but no number."""

    text: str = ""
    remarks: tuple[str, ...] = ()
    wrong: bool = False


def phone(cell: Cell) -> Phone:
    """Return the office telephone number in a cell.

    214384034, from which a spreadsheet program removed the zero, is 0214 384 034.
    """
    if fold(cell.text) in _NOTHING:
        return Phone()
    numbers = list(_numbers(cell))
    mobiles = [number for number in numbers if _MOBILE.fullmatch(number)]
    offices = [number for number in numbers if _LANDLINE.fullmatch(number) or _LOCAL.fullmatch(number)]
    if not offices and (not mobiles or len(mobiles) < len(numbers)):
        return Phone(wrong=True)
    remarks = ((MOBILE,) if mobiles else ()) + ((MORE_PHONES,) if len(offices) > 1 else ())
    return Phone(_grouped(offices[0]) if offices else "", remarks)


def _numbers(cell: Cell) -> Iterator[str]:
    for part in _ALTERNATIVES.split(unicodedata.normalize("NFC", cell.text)):
        text = _EXTENSION.sub("", part)
        digits = _FOREIGN.sub("0", re.sub(r"[^\d+]", "", text))
        letters = re.sub(r"(?i)đt|tel|dđ|[^\w]|\d", "", text)
        if cell.is_number and len(digits) in {9, 10} and not digits.startswith("0"):
            digits = "0" + digits
        if digits or letters:
            yield "?" if letters else digits


def _grouped(number: str) -> str:
    """Write a number with its area code and its digits in groups: 0214 3 840 034, 0214 384 034, 024 3825 1234."""
    if not number.startswith("0"):
        return number
    code = 3 if number.startswith(("024", "028")) else 4
    area, rest = number[:code], number[code:]
    if len(rest) == 8:
        return f"{area} {rest[:4]} {rest[4:]}"
    return " ".join(filter(None, (area, rest[:-6], rest[-6:-3], rest[-3:])))


class Asked(Enum):
    """Request of a row, the most serious first."""

    WITHDRAW = "withdraw"
    SUSPEND = "suspend"
    RESTORE = "restore"
    CHANGE = "change"
    OPEN = "open"
    UNKNOWN = "unknown"


def _words(spelled: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Compile a pattern of words with their marks, and one without, for texts that were typed without marks."""
    return re.compile(rf"\b(?:{spelled})\b"), re.compile(rf"\b(?:{unidecode(spelled)})\b")


# Only marks distinguish đóng (close) from hợp đồng (contract), bỏ from bổ sung, khóa from Khoa Nội, đổi from Đội 1.
_ASKED = tuple(
    (kind, *_words(spelled))
    for kind, spelled in (
        (
            Asked.OPEN,
            (
                "cấp mới|tạo mới|tạo lập|đăng ký|mở mới|tiếp nhận|tuyển dụng|bổ sung"
                "|(?:^|(?<=đề nghị )|(?<=de nghi ))(?:cấp|mở|tạo|mới)(?! lại| lai)"
            ),
        ),
        (
            Asked.WITHDRAW,
            "thu hồi|xóa|xoá|hủy|huỷ|đóng|nghỉ hưu|nghỉ việc|thôi việc|chấm dứt|bỏ(?! sung| nhiem| tri)",
        ),
        (Asked.SUSPEND, "(?:tạm )?(?:khóa|khoá|dừng|ngừng|ngưng)"),
        (Asked.RESTORE, "khôi phục|cấp lại|mật khẩu|reset|mở lại"),
        (
            Asked.CHANGE,
            (
                "thay đổi|điều chỉnh|điều động|luân chuyển|chuyển(?! viên| môn| trách| giá| vien| mon| trach| gia)|đổi"
                "|cập nhật|sửa"
            ),
        ),
    )
)


def asked(text: str) -> Asked | None:
    """Return the request that a text makes; None for an empty one, `UNKNOWN` where no word is known."""
    folded = fold(text)
    if folded in _NOTHING - {"x"}:
        return None
    spelled = " ".join(re.sub(r"[\W_]+", " ", tidy(text).casefold()).split())
    has_marks = not spelled.isascii()
    found = (kind for kind, marked, bare in _ASKED if (marked.search(spelled) if has_marks else bare.search(folded)))
    return next(found, Asked.UNKNOWN)
