"""The headings of a list's columns, however they are worded: which column holds what."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from unidecode import unidecode

from .sheets import Cell, Merged, tidy


class Role(Enum):
    """What a column holds; `MARK` is one of several that stand for a request each, marked with an x."""

    NUMBER = "number"
    NAME = "name"
    FAMILY = "family"
    GIVEN = "given"
    TITLE = "title"
    UNIT = "unit"
    PHONE = "phone"
    ID = "id"
    ASKED = "asked"
    MARK = "mark"
    OTHER = "other"


_WHOSE = "can bo|cbcc|cbccvc|ccvc|cong chuc|vien chuc|ca nhan|nguoi|chu tai khoan|thanh vien|nhan vien|nhan su|lanh dao"
_WHAT = "thay doi|thu hoi|cap moi|tao moi|dang ky moi|xoa|huy|huy bo|tam khoa|khoa|khoi phuc|cap lai"
# The first that fits a heading without its marks counts.
_PATTERNS: Mapping[Role, str] = {
    Role.NUMBER: "s?tt|so (tt|thu tu)|thu tu|no|stt so",
    Role.OTHER: ".*(di dong|dtdd|mobile|nha rieng|email|e mail|thu dien tu|hop thu|tai khoan|dia chi).*|ghi chu.*|note",
    Role.FAMILY: "ho|ho (va )?(chu |ten )?(dem|lot)|ho dem va ten dem",
    Role.NAME: f"ho (va )?ten( khai sinh)?( va chu dem)?( ({_WHOSE}|day du)( .*)?)?|hoten|ho chu dem va ten"
    f"|ho dem (va )?ten|ho ten dem va ten|ten (day du|nguoi dung|nguoi su dung|can bo)( .*)?"
    f"|(ten )?(co quan|don vi) ca nhan|({_WHOSE}) va ten|(full )?name|danh sach can bo( .*)?",
    Role.GIVEN: "ten",
    Role.MARK: f"(noi dung |loai )?((de nghi|yeu cau) )?({_WHAT})",
    Role.ASKED: "(noi dung |loai |hinh thuc )?(de nghi|yeu cau)( .*)?",
    Role.TITLE: "(chuc (vu|danh)|vi tri viec lam|vi tri|position|title)( .*)?|cv",
    Role.PHONE: "((so )?(dien thoai|dt|may ban|tel|telephone|phone)|sdt|so may( ban| le)?)( .*)?",
    Role.ID: "ma( so)?( (can bo|cbcc|cbccvc|ccvc|cong chuc|vien chuc|nhan vien|nhan su|nv|cb)( .*)?)?|so hieu( .*)?",
    Role.UNIT: "(ten )?(don vi|phong|ban|bo phan|to|doi|khoa|noi cong tac|noi lam viec|co quan)( .*)?",
}
_ROLES = [(role, re.compile(pattern)) for role, pattern in _PATTERNS.items()]
_BELOW = re.compile(
    f"(dien thoai )?(co quan|nha rieng|di dong|noi bo)|ban|dtdd|ho (va )?(ten )?dem|ho dem|ho|ten|{_WHAT}"
)
_NUMBERING = re.compile(r"\(?(\d{1,2}|[a-zA-Z])\)?|\(?\d=.*")
_LONGEST = 80


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """A text in lower-case ASCII words alone: ``Họ & tên\\n(đầy đủ)`` is ``ho ten day du``."""
    return " ".join(re.sub("[^a-z0-9]+", " ", unidecode(tidy(text)).lower()).split())


@lru_cache(maxsize=32768)
def role(text: str) -> Role | None:
    """What a column with such a heading holds; None where the text is no heading that is known."""
    if not text.strip() or len(text) > _LONGEST or text.rstrip().endswith(":"):
        return None
    folded = fold(text)
    return next((found for found, pattern in _ROLES if pattern.fullmatch(folded)), None)


def is_heading(row: Sequence[Cell]) -> bool:
    """Whether a row names the columns of a list of people: one for the name, and another one."""
    roles = {found for cell in row if cell.text and (found := role(cell.text))}
    named = Role.NAME in roles or Role.GIVEN in roles
    return named and len(roles - {Role.OTHER}) > 1


@dataclass(frozen=True, slots=True)
class Heading:
    """Where a table's columns are (from 0), with their wording for messages; a role may have several columns."""

    columns: dict[Role, list[int]]
    labels: dict[int, str] = field(default_factory=dict)

    def of(self, wanted: Role) -> list[int]:
        """The columns of a role, from the left."""
        return self.columns.get(wanted, [])


def heading(row: Sequence[Cell], below: Sequence[Cell] | None) -> tuple[Heading, bool]:
    """What the columns of a heading row hold, and whether the row below it is a second line of the heading."""
    second = below is not None and _is_second(row, below)
    labels = _labels(row, below if second else None)
    columns: dict[Role, list[int]] = {}
    for column, label in labels.items():
        if found := role(label):
            columns.setdefault(found, []).append(column)
    if Role.FAMILY in columns and Role.GIVEN in columns:
        columns[Role.NAME] = [*columns.pop(Role.FAMILY), *columns.pop(Role.GIVEN)]
    elif Role.GIVEN in columns:
        columns.setdefault(Role.NAME, columns.pop(Role.GIVEN))
    if len(columns.get(Role.NAME, ())) == 1:
        _continue_name(columns, labels)
    return Heading(columns, labels), second


def _continue_name(columns: dict[Role, list[int]], labels: dict[int, str]) -> None:
    """A column without a heading right of the name's is its second half: family and middle names, given name."""
    following = columns[Role.NAME][-1] + 1
    if following not in labels and following < max(labels):
        columns[Role.NAME].append(following)


def _is_second(row: Sequence[Cell], below: Sequence[Cell]) -> bool:
    own = [cell.text for cell in below if cell.text and cell.merged is not Merged.DOWN]
    return bool(own) and all(_BELOW.fullmatch(fold(text)) for text in own) and any(cell.text for cell in row)


def _labels(row: Sequence[Cell], below: Sequence[Cell] | None) -> dict[int, str]:
    """The wording of each column; a second line refines what stands above it, or left of that where nothing does."""
    labels: dict[int, str] = {}
    above = ""
    for column, cell in enumerate(row):
        above = tidy(cell.text) or above
        under = below[column] if below and column < len(below) else None
        refined = tidy(under.text) if under and under.merged is not Merged.DOWN else ""
        own = tidy(cell.text) or (above if refined else "")
        if own or refined:
            labels[column] = _joined(own, refined)
    return labels


def _joined(above: str, below: str) -> str:
    """``Số điện thoại`` over ``Di động`` is a mobile number, but ``Họ và tên`` over ``Tên`` a part of the name."""
    if below and role(below) in {Role.FAMILY, Role.GIVEN}:
        return below
    return f"{above} {below}".strip()


def is_numbering(row: Sequence[Cell]) -> bool:
    """Whether a row only numbers the columns: (1) (2) (3), or A B 1 2."""
    texts = [cell.text.strip() for cell in row if cell.text.strip()]
    return len(texts) > 1 and all(_NUMBERING.fullmatch(text) for text in texts)
