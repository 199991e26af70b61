"""Extraction of names from cells in which people also typed numbers, titles and brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..vietnamese.names import LOOKALIKES
from . import values
from .headings import fold
from .sheets import tidy

_LOOKALIKES = str.maketrans(LOOKALIKES)
_BRACKETS = re.compile(r"[(\[{][^)\]}]*[)\]}]?")
_NUMBER = r"\d{1,5}\s*[.)/:–-]+\s*|\d{1,5}\s+|[-–—+•*·]+\s*"
_WORDS = (
    r"(?:đ[./]?\s?c|đ[./]\s?chí|đồng chí|(?:phó )?giáo sư|(?:tiến|thạc|bác|dược|y) s[ĩỹ]|k[ĩỹ] sư|kiến trúc sư|cử nhân"
    r"|luật sư|điều dưỡng|hộ sinh|(?:đại|thượng|trung|thiếu) (?:tá|úy|uý|tướng)|ông\s?/\s?bà"
    r"|(?:(?:nguyên|quyền|phó) )*(?:tổng giám đốc|giám đốc|chủ tịch|trưởng phòng|trưởng ban|chánh văn phòng|bí thư"
    r"|hiệu trưởng|cục trưởng|viện trưởng|chuyên viên|kế toán|văn thư))[.:,]*\s+"
)
_BEFORE = re.compile(f"(?:{_NUMBER}|{_WORDS}|đ[./]c[.:]*)(?=\\S)", re.IGNORECASE)
# None of these abbreviations is a Vietnamese syllable, so none can be part of a name even without a full stop.
_RANK = (
    r"(?:TSKH|PGS|GS|TS|Th\.?\s?S|BSNT|BS|DS|ĐD|KTS|KS|CN|LS|NCS|QTV|HS|YS|NGƯT|NGND|TTƯT|TTND|NSƯT|NSND|CK|PGĐ|GĐ|PCT|CT"
    r"|PTP|TP|PBT|BT|CVC|CV|KTT|KTV|VT)(?:\.?\s?(?:CK)?\.?\s?(?:I{1,2}|[12])(?![^\W_]))?"
)
_RANKS_BEFORE = re.compile(rf"(?:{_RANK}[.,:/&\s-]*)+(?<=[.,:/\s-])(?=\S)", re.IGNORECASE)
_RANKS_BEHIND = re.compile(rf"(?:[\s.,–—-]+{_RANK}\.?)+$", re.IGNORECASE)
_SEPARATOR = re.compile(r"[,;/|]|\s[-–—]+|[-–—]+\s|[\n\r]+")
# A cell that names one person is shorter; longer ones are not searched.
_LONGEST = 500
_AND = re.compile(r"\s(?:và|&)\s(?=\S+\s\S)")
_ENDING = re.compile(r"[\s.,;:*+–—-]+$")
# Titles that stand after a name, as `fold` spells them.
_TITLE = re.compile(
    r"(?:(?:nguyen|quyen|q|pho|p) )*(?:giam doc|tong giam doc|chu tich|truong|chanh|bi thu|cuc truong|chi cuc truong"
    r"|vien truong|hieu truong|tong bien tap|doi truong|to truong|chu nhiem|thu truong)(?: .*)?"
    r"|(?:p|q)?(?:gd|ct|tp|tb|bt|cvp|vp|ht|tbt|ctubnd|cthdnd)|cv|cvc|cvcc|ktt|kt|vt|uv|tk|btv|hdnd|ubnd"
    r"|(?:can bo|can su|chuyen vien|ke toan|van thu|thu quy|thanh tra|lai xe|bao ve|tap vu|nhan vien|cong chuc"
    r"|vien chuc|thu ky|uy vien|ky thuat vien|quan tri|hop dong|giao vien|bac si|y ta|duoc si|dieu duong)(?: .*)?"
    r"|(?:(?:gs|pgs|tskh|ts|th ?s|bs|bsnt|ds|ks|kts|cn|ls|ncs|ck|cki|ckii|bscki|bsckii|dscki|dsckii|ck[12]|i|ii) ?)+"
    r"|nam|nu"
)
_OFTEN, _SELDOM = frozenset({"ông", "bà"}), frozenset({"anh", "chị", "cô", "thầy"})
# A word such as Ông is an honorific where one of these family names follows, not in Ông Ích Khiêm or Anh Đức.
_FAMILIES = frozenset(
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý lí đào đoàn vương trịnh trương đinh "
    "lâm phùng mai tô hà tạ cao lưu luu châu thái chu triệu la lò lù lương lường lục lại lãnh quách quan khổng "
    "kiều hứa hồng giang giàng vàng vù vừ sùng thào tráng cư ly lừu lầu lồ hạng hảng thền vi vì quàng cà cầm tòng "
    "điêu đèo sầm nông ma bàn tẩn chảo phàn lèng nùng sải tải nhâm ninh nghiêm thân tống từ tăng viên doãn "
    "chử chẻo đàm đồng đường bế mùa má mạc ngải cháng chấu chang hầu hoa hờ".split()
)


@dataclass(frozen=True, slots=True)
class Typed:
    """The name in a cell as the register writes it, the texts removed around it, and in `beside` a text after it.

    `beside` is not empty where that text is no known title, so that it may be another person's name.
    """

    name: str
    left_out: tuple[str, ...] = ()
    beside: str = ""


def read(text: str) -> Typed:
    """Extract the name from a cell: «1. ThS. NGUYỄN VĂN VỊNH (PGĐ)» is Nguyễn Văn Vịnh, and three texts are removed.

    A text after a comma, a dash or a line end is removed where it is a title; else it may be a name, and is `beside`.
    """
    if len(text) > _LONGEST:
        return Typed(values.name(text))
    lines = "\n".join(filter(None, map(tidy, text.translate(_LOOKALIKES).splitlines())))
    brackets = [tidy(match) for match in _BRACKETS.findall(lines)]
    before, rest = _without_beginning(_without_brackets(lines) if brackets else lines)
    rest, behind, beside = _without_end(rest)
    if not any(map(str.isalpha, rest)):
        return Typed(values.name(text))
    return Typed(values.name(rest), (*before, *behind, *brackets), beside)


def _without_beginning(text: str) -> tuple[list[str], str]:
    """Split off the numbers and titles before a name; the rest still has letters."""
    found = []
    while (match := _BEFORE.match(text) or _RANKS_BEFORE.match(text)) and any(map(str.isalpha, text[match.end() :])):
        found.append(match[0].strip())
        text = text[match.end() :]
    return found, text


def _without_end(text: str) -> tuple[str, list[str], str]:
    """Remove titles after a name; return the name, the texts removed, and a text that may be another name.

    With such a text the name is returned with it, unchanged.
    """
    found = []
    if ranks := _RANKS_BEHIND.search(text):
        found.append(ranks[0].strip(" .,–—-\n"))
        text = text[: ranks.start()]
    rest, separator, behind = _split(text)
    if behind and _TITLE.fullmatch(fold(behind)):
        found.append(behind)
    elif behind and (separator.strip() or (" " in rest.strip() and _is_name(behind))):
        return text, [], behind
    else:
        rest = f"{rest} {behind}"
    if ending := _ENDING.search(rest):
        found.extend(filter(None, [ending[0].strip()]))
        rest = rest[: ending.start()]
    return rest, found, ""


def is_title(text: str) -> bool:
    """Tell whether a text is a title and no name, as above a signature: GIÁM ĐỐC, KT. CHỦ TỊCH."""
    return bool(_TITLE.fullmatch(fold(text)))


def _without_brackets(text: str) -> str:
    return "\n".join(filter(None, (tidy(line) for line in _BRACKETS.sub(" ", text).split("\n"))))


def _split(text: str) -> tuple[str, str, str]:
    """Split a text at its first separator: before it, the separator, after it; the last two empty without one."""
    for pattern in (_SEPARATOR, _AND):
        match = pattern.search(text)
        if match and (behind := tidy(text[match.end() :]).strip(" .,;:-–—")):
            return text[: match.start()], match[0], behind
    return text, "", ""


def _is_name(text: str) -> bool:
    first, _space, others = text.partition(" ")
    return bool(others) and first.casefold() in _FAMILIES


def honorifics(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield for each name its honorific and the name without it; an empty text and the name where it has none.

    Where the word may be the family name, it is yielded with the unchanged name. Where several names begin with Ông
    or Bà, it is taken for an honorific, since people of the rare family Ông are hardly several in one list.
    """
    several = sum(_beginning(name) in _OFTEN for name in names) > 1
    return (_honorific(name, several) for name in names)


def _beginning(name: str) -> str:
    return name.partition(" ")[0].casefold()


def _honorific(name: str, several: bool) -> tuple[str, str]:
    word, _space, rest = name.partition(" ")
    kind = word.casefold()
    if not rest or kind not in _OFTEN | _SELDOM:
        return "", name
    if kind == "bà" or _is_name(rest) or (several and kind in _OFTEN and " " in rest):
        return word, rest
    return (word, name) if kind in _OFTEN else ("", name)
