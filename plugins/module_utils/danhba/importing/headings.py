"""The headings of a list's columns, however they are worded: which column holds what."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
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
# The first that fits a heading without its marks counts.
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
# What a name is made of where it stands in several columns, in this order.
PARTS = (Role.FAMILY, Role.MIDDLE, Role.GIVEN)
# Of each of these a person has one, so two columns for it are a question.
SINGLE = (Role.TITLE, Role.UNIT, Role.PHONE, Role.ID)
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
    """Where a table's columns are (from 0), with their wording for messages; a role may have several columns.

    `doubts` are roles that columns compete for, with these columns: which of them counts has to be asked. `joined` says
    that the name is put together of columns that nothing but their place connects.
    """

    columns: dict[Role, list[int]]
    labels: dict[int, str] = field(default_factory=dict)
    doubts: dict[Role, list[int]] = field(default_factory=dict)
    joined: bool = False

    def of(self, wanted: Role) -> list[int]:
        """The columns of a role, from the left."""
        return self.columns.get(wanted, [])

    def answered(self, answers: Mapping[Role, Sequence[int]]) -> Heading:
        """The same heading with the columns that somebody named for some roles, where it has these columns."""
        found = self
        for wanted, columns in answers.items():
            if self.has(wanted, columns):
                found = found._with(wanted, columns)
        return found

    def has(self, wanted: Role, columns: Sequence[int]) -> bool:
        """Whether the columns are this heading's: one of them is of the role, or all of them are headed."""
        return bool({*self.of(wanted)}.intersection(columns)) or {*self.labels}.issuperset(columns)

    def _with(self, wanted: Role, columns: Sequence[int]) -> Heading:
        kept = {each: [c for c in of if c not in columns] for each, of in self.columns.items() if each is not wanted}
        doubts = {each: of for each, of in self.doubts.items() if each is not wanted}
        own = {each: of for each, of in kept.items() if of} | {wanted: [*columns]}
        return Heading(own, self.labels, doubts, self.joined and wanted is not Role.NAME)


def heading(row: Sequence[Cell], below: Sequence[Cell] | None) -> tuple[Heading, bool]:
    """What the columns of a heading row hold, and whether the row below it is a second line of the heading."""
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
    """The columns whose heading is that of the column on their left, with which it is merged."""
    return {column for column, cell in enumerate(row) if cell.merged is Merged.ACROSS}


def _doubts(
    columns: Mapping[Role, list[int]], labels: Mapping[int, str], spread: Collection[int]
) -> Iterator[tuple[Role, list[int]]]:
    """Roles that several columns compete for: any two of a name, and two of anything else that are headed alike."""
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
    """Make the name of its parts where no column has the whole; a given name beside the whole stays what it is."""
    if Role.NAME in columns or Role.GIVEN not in columns:
        return
    columns[Role.NAME] = [column for part in PARTS for column in columns.pop(part, ())]


def _continue_name(columns: dict[Role, list[int]], labels: dict[int, str]) -> bool:
    """A column without a heading right of the name's is its second half: family and middle names, given name."""
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
    """Whether a cell can only be a heading, below one that spans several columns; a name in full begins a table."""
    return cell.merged is Merged.NO and role(cell.text) not in {None, Role.NAME, Role.NUMBER}


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
    """``Số điện thoại`` over ``Di động`` is a mobile number, but ``Nơi công tác`` over ``Chức vụ`` just a title."""
    return below if below and not _BELOW.fullmatch(fold(below)) else f"{above} {below}".strip()


def is_numbering(row: Sequence[Cell]) -> bool:
    """Whether a row only numbers the columns: (1) (2) (3), or A B 1 2."""
    texts = [cell.text.strip() for cell in row if cell.text.strip()]
    return len(texts) > 1 and all(_NUMBERING.fullmatch(text) for text in texts)
