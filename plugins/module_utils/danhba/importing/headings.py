"""Recognition of column headings in their many wordings: which column holds the name, the title and so on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache

from unidecode import unidecode

from .sheets import Cell, Merged, tidy


class Role(Enum):
    """Content of a column. `MARK`: one of several columns that each stand for a request, which an x in a row makes."""

    NUMBER = "number"
    NAME = "name"
    FAMILY = "family"
    MIDDLE = "middle"
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
# Matched in this order against a heading without its marks; the first match is the role.
_PATTERNS: Mapping[Role, str] = {
    Role.NUMBER: "s?tt|so (tt|thu tu)|thu tu|no|stt so",
    Role.OTHER: ".*(di dong|dtdd|mobile|nha rieng|email|e mail|thu dien tu|hop thu|tai khoan|dia chi).*|ghi chu.*|note",
    Role.FAMILY: "ho( va)?|ho (va )?(chu |ten )?(dem|lot)( va)?|ho dem va ten dem",
    Role.MIDDLE: "(va )?((chu|ten) )?(dem|lot|giua)",
    Role.NAME: f"ho (va )?ten( khai sinh)?( va chu dem)?( ({_WHOSE}|day du)( .*)?)?|hoten|ho chu dem va ten"
    f"|ho dem (va )?ten|ho ten dem va ten|ten (day du|nguoi dung|nguoi su dung|can bo)( .*)?"
    f"|(ten )?(co quan|don vi) ca nhan|({_WHOSE}) va ten|(full )?name|danh sach can bo( .*)?",
    Role.GIVEN: "(va )?ten( goi| chinh)?",
    Role.MARK: f"(noi dung |loai )?((de nghi|yeu cau) )?({_WHAT})",
    Role.ASKED: "(noi dung |loai |hinh thuc )?(de nghi|yeu cau)( .*)?",
    Role.TITLE: "(chuc (vu|danh)|vi tri viec lam|vi tri|position|title)( .*)?|cv",
    Role.PHONE: "((so )?(dien thoai|dt|may ban|tel|telephone|phone)|sdt|so may( ban| le)?)( .*)?",
    Role.ID: "ma( so)?( (can bo|cbcc|cbccvc|ccvc|cong chuc|vien chuc|nhan vien|nhan su|nv|cb)( .*)?)?|so hieu( .*)?",
    Role.UNIT: "(ten )?(don vi|phong|ban|bo phan|to|doi|khoa|noi cong tac|noi lam viec|co quan)( .*)?",
}
_ROLES = [(role, re.compile(pattern)) for role, pattern in _PATTERNS.items()]
_BELOW = re.compile(f"(dien thoai )?(co quan|nha rieng|di dong|noi bo)|ban|cq|dd|nr|dtdd|{_WHAT}")
# Parts of a name that stands in several columns, in the order in which they are joined.
PARTS = (Role.FAMILY, Role.MIDDLE, Role.GIVEN)
# A person has one of each of these, so two columns for one of them are ambiguous.
SINGLE = (Role.TITLE, Role.UNIT, Role.PHONE, Role.ID)
_NUMBERING = re.compile(r"\(?(\d{1,2}|[a-zA-Z])\)?|\(?\d=.*")
_LONGEST = 80


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return a text as lower-case ASCII words: ``Họ & tên\\n(đầy đủ)`` becomes ``ho ten day du``."""
    return " ".join(re.sub("[^a-z0-9]+", " ", unidecode(tidy(text)).lower()).split())


@lru_cache(maxsize=32768)
def role(text: str) -> Role | None:
    """Return the role of a column with this heading; None where the text is no known heading."""
    if not text.strip() or len(text) > _LONGEST or text.rstrip().endswith(":"):
        return None
    folded = fold(text)
    return next((found for found, pattern in _ROLES if pattern.fullmatch(folded)), None)


def is_heading(row: Sequence[Cell]) -> bool:
    """Tell whether a row is the heading of a list of people: it names a column for the name and at least one other."""
    roles = {found for cell in row if cell.text and (found := role(cell.text))}
    named = Role.NAME in roles or Role.GIVEN in roles
    return named and len(roles - {Role.OTHER}) > 1


@dataclass(frozen=True, slots=True)
class Heading:
    """Columns of a table (numbers from 0) by role, and their headings' wording for messages.

    A role may have several columns. `doubts` are the ambiguous roles with their competing columns, between which the
    user has to choose. `joined`: the name is joined from its column and the one to the right without a heading.
    """

    columns: dict[Role, list[int]]
    labels: dict[int, str] = field(default_factory=dict)
    doubts: dict[Role, list[int]] = field(default_factory=dict)
    joined: bool = False

    def of(self, wanted: Role) -> list[int]:
        """Return the columns of a role, from left to right."""
        return self.columns.get(wanted, [])

    def answered(self, answers: Mapping[Role, Sequence[int]]) -> Heading:
        """Return this heading with the columns that the user named for some roles, where it has these columns."""
        found = self
        for wanted, columns in answers.items():
            if self.has(wanted, columns):
                found = found._with(wanted, columns)
        return found

    def has(self, wanted: Role, columns: Sequence[int]) -> bool:
        """Tell whether the columns belong to this heading: one has the role already, or all of them have a heading."""
        return bool({*self.of(wanted)}.intersection(columns)) or {*self.labels}.issuperset(columns)

    def _with(self, wanted: Role, columns: Sequence[int]) -> Heading:
        kept = {each: [c for c in of if c not in columns] for each, of in self.columns.items() if each is not wanted}
        doubts = {each: of for each, of in self.doubts.items() if each is not wanted}
        own = {each: of for each, of in kept.items() if of} | {wanted: [*columns]}
        return Heading(own, self.labels, doubts, self.joined and wanted is not Role.NAME)


def heading(row: Sequence[Cell], below: Sequence[Cell] | None) -> tuple[Heading, bool]:
    """Return the heading that a row makes, and whether the row below it is its second line."""
    second = below is not None and _is_second(row, below)
    labels = _labels(row, below if second else None)
    columns: dict[Role, list[int]] = {}
    for column, label in labels.items():
        if found := role(label):
            columns.setdefault(found, []).append(column)
    spread = _spread(row) | (_spread(below) if second and below else set())
    doubts = dict(_doubts(columns, labels, spread))
    _join_parts(columns)
    joined = len(columns.get(Role.NAME, ())) == 1 and _continue_name(columns, labels)
    return Heading(columns, labels, doubts, joined), second


def _spread(row: Sequence[Cell]) -> set[int]:
    """Return the columns whose heading cell is merged with the one to its left."""
    return {column for column, cell in enumerate(row) if cell.merged is Merged.ACROSS}


def _doubts(
    columns: Mapping[Role, list[int]], labels: Mapping[int, str], spread: Collection[int]
) -> Iterator[tuple[Role, list[int]]]:
    """Yield ambiguous roles: two columns for a name, or two columns with the same heading for another role."""
    own = {of: [c for c in found if c not in spread] for of, found in columns.items()}
    parts = [own.get(part, []) for part in PARTS]
    if len(names := own.get(Role.NAME, [])) > 1:
        yield Role.NAME, names
    elif not names and any(len(part) > 1 for part in parts):
        yield Role.NAME, [column for part in parts for column in part]
    for single in SINGLE:
        alike = [fold(labels[column]) for column in own.get(single, ())]
        if twice := [column for column in own.get(single, ()) if alike.count(fold(labels[column])) > 1]:
            yield single, twice


def _join_parts(columns: dict[Role, list[int]]) -> None:
    """Take the columns of a name's parts for the name where no column has the whole name.

    A column of given names beside one of whole names stays what it is.
    """
    if Role.NAME in columns or Role.GIVEN not in columns:
        return
    columns[Role.NAME] = [column for part in PARTS for column in columns.pop(part, ())]


def _continue_name(columns: dict[Role, list[int]], labels: dict[int, str]) -> bool:
    """Add a column without a heading right of the name to it: one has family and middle names, the other given names.

    Returns whether there is such a column.
    """
    following = columns[Role.NAME][-1] + 1
    if following in labels or following >= max(labels):
        return False
    columns[Role.NAME].append(following)
    return True


def _is_second(row: Sequence[Cell], below: Sequence[Cell]) -> bool:
    own = [cell for cell in below if cell.text and cell.merged is not Merged.DOWN]
    if not own or not any(cell.text for cell in row):
        return False
    if any(cell.merged is Merged.DOWN and role(cell.text) is Role.NAME for cell in below):
        return True
    if all(_BELOW.fullmatch(fold(cell.text)) or role(cell.text) in PARTS for cell in own):
        return True
    return len({fold(cell.text) for cell in own}) > 1 and all(map(_refines, own))


def _refines(cell: Cell) -> bool:
    """Tell whether a cell can only be a heading that refines the one above it.

    A heading for the full name does not: it begins a table of its own.
    """
    return cell.merged is Merged.NO and role(cell.text) not in {None, Role.NAME, Role.NUMBER}


def _labels(row: Sequence[Cell], below: Sequence[Cell] | None) -> dict[int, str]:
    """Return each column's heading text. A second line refines the text above it, or the nearest text to the left."""
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
    """Join two lines of a heading where the lower one alone is not enough.

    ``Số điện thoại`` over ``Di động`` is a mobile number, but ``Nơi công tác`` over ``Chức vụ`` is just a title.
    """
    return below if below and not _BELOW.fullmatch(fold(below)) else f"{above} {below}".strip()


def is_numbering(row: Sequence[Cell]) -> bool:
    """Tell whether a row only numbers the columns: (1) (2) (3), or A B 1 2."""
    texts = [cell.text.strip() for cell in row if cell.text.strip()]
    return len(texts) > 1 and all(_NUMBERING.fullmatch(text) for text in texts)
