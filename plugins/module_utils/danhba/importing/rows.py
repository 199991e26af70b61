"""The rows of a list: the person that each row names, or why it is left out or refused."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from ..addresses import issuing as addresses
from ..messages import mark as _
from ..reading import schema
from ..vietnamese import names
from . import columns, typed, values
from .columns import Answers
from .headings import Heading, Role, fold, is_heading, is_numbering
from .sheets import EMPTY, Cell, Merged, Sheet, column_name, tidy
from .values import Asked

HEADING = _("names the columns")
NUMBERING = _("numbers the columns")
OUTSIDE = _("stands outside the table")
SECTION = _("heads the rows below: {text}")
FOOT = _("ends the table: {text}")
BLANK_ROW = _("holds no name")
CONTINUED = _("is merged with row {row}, which names the person")

NO_NAME = _("the row has no name; write it, or delete the row")
SIGNATURE = _("'{text}' is a title alone, as above a signature")
NO_NUMBER = _("'{name}' stands alone in a row without a number; add its number or its title if it is to be taken")
NOT_A_PERSON = _("'{name}' is no person; an agency or a division is not imported: danhba agency")
ERROR_VALUE = _("the cell holds the error {value} of a formula; write its value")
NO_ID = _("'{value}' cannot be an id; it has up to 32 letters, digits and hyphens, such as 000101")
NATIONAL_ID = _("'{value}' looks like a national identity number, which never stands in a register; delete the column")
WITHDRAWS = _("the row asks to withdraw a mailbox, and a list only opens: danhba close '{name}'")
SUSPENDS = _("the row asks to suspend a mailbox, and a list only opens: danhba suspend '{name}'")
RESTORES = _(
    "the row asks for what already exists, and a list only opens: a password is issued by playbooks/passwords.yml"
)
CHANGES = _("the row asks for a change, and a list only opens: danhba transfer '{name}', or change the entry")
UNCLEAR = _("'{value}' is no request that a list can carry; for a new mailbox write: cấp mới")
UNMARKED = _("nothing is marked, so it is not clear what is asked for; for a new mailbox write: cấp mới")
COUNT = _("the list says that it has {stated} people, but {found} rows name one; see which are missing")
HIDDEN = _("the row is hidden in the spreadsheet; see whether it is meant, else delete it there")
NO_LETTER = _(
    "{character} in '{name}' has no letter without marks; write the name with letters, or, where it is a letter of "
    "another language, open this one with an address that was decided: danhba open --address"
)
HONORIFIC = _("'{word}' was left out of the name")
KEPT = _("'{word}' is taken as the family name; if it is no name, delete it from the list")
ONE_WORD = _(
    "'{name}' is one word: a part of the name may stand in a column that is not taken (--column name=B,C); "
    "if it is the whole name: --one-word {row}"
)
BESIDE = _("'{text}' stands beside the name; leave one person's name in the cell")
PREFIX = _("the given name may not be the last word; if so, pin it down with family and given in the agency's file")

_ASKS = {Asked.WITHDRAW: WITHDRAWS, Asked.SUSPEND: SUSPENDS, Asked.RESTORE: RESTORES, Asked.CHANGE: CHANGES}
_UNITS = re.compile(
    r"(?i)(phòng|ban|trung tâm|chi cục|cục|văn phòng|thanh tra|khối|tổ|đội|bộ phận|khoa|sở|ubnd|hđnd|ủy ban|uỷ ban|hội"
    r"|trường|bệnh viện|xã|phường|thị trấn|huyện|lãnh đạo|đơn vị|công đoàn|đảng ủy|trạm|hạt|viện|các) "
)
_ORDINAL = re.compile(r"\(?(?:[IVXLC]{1,6}|[A-ZĐ]|\d{1,3})[.)/:]?")
_LETTERED = re.compile(r"\(?(?:[IVXLC]{1,6}|[A-ZĐ])[.)/:]?")
_PREFIXED = re.compile(r"\(?(?:[IVXLC]{1,6}|[A-ZĐ]|\d{1,3}(?:\.\d+)*)[.)/:][ .]*(?=\S)")
_LETTERED_TEXT = re.compile(r"\(?(?:[IVXLC]{1,6}|[A-ZĐ])[.)/:] *\S")
_HEADCOUNT = re.compile(r"(?i)\s*[:(–-]?\s*\(?\d+ (?:người|đ/c|cán bộ|đồng chí|tài khoản)\)?$")
# Matched against the folded text with a space added at its end.
_FOOT = re.compile(
    r"(danh sach (de nghi|nay|gom|tren)|tong (so|cong)|cong( \d+)? $|noi nhan|nguoi (lap|de nghi|tong hop)|thu truong"
    r"|(k ?t|t ?m|t ?l|t ?u ?q) |ky (ten|ghi)|nhu tren|luu vt|xac nhan|ghi chu |.{0,40}\bngay \d{0,2} ?thang )"
)
_STATED = re.compile(
    r"(?:danh sach (?:de nghi|nay|gom|tren)|tong (?:so|cong)|cong)\D{0,30}?(\d{1,5}) (?:\w+ ){0,3}?"
    r"(?:tai khoan|nguoi|hop thu|can bo)"
)
_DITTO = frozenset({'"', "''", "〃", "”", "-nt-", "nt", "như trên", "- nt -"})


class State(Enum):
    """Result of reading a row: imported, left out, or refused."""

    TAKEN = "taken"
    SKIPPED = "skipped"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Note:
    """A remark about a row: an English message template with its values, and the column it is about, if any."""

    template: str
    values: dict[str, object] = field(default_factory=dict)
    column: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A person that a row names; `id` is empty where the list has none."""

    name: str
    title: str = ""
    unit: str = ""
    phone: str = ""
    id: str = ""
    # The id is a number cell without leading zeros, which the spreadsheet program may have removed.
    counted: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list with its result."""

    sheet: str
    number: int
    state: State
    notes: tuple[Note, ...] = ()
    person: Person | None = None

    def called(self) -> tuple[str, str]:
        """Return the two names by which options refer to this row: ``12`` and ``Sheet1!12``."""
        return str(self.number), f"{self.sheet}!{self.number}"

    def bad(self, template: str, column: str = "", **given: object) -> Row:
        """Return this row refused, with the reason added to its notes."""
        return replace(self, state=State.BAD, notes=(*self.notes, Note(template, given, column)))

    def skipped(self, template: str, **given: object) -> Row:
        """Return this row left out, with the reason as its only note."""
        return replace(self, state=State.SKIPPED, notes=(Note(template, given),))

    def remark(self, template: str, **given: object) -> Row:
        """Return this row with a note added and its state unchanged."""
        return replace(self, notes=(*self.notes, Note(template, given)))


def read(sheet: Sheet, agency: str, answers: Answers = columns.NONE) -> list[Row]:
    """Read the rows of a sheet, in order.

    `agency` is the name of the agency; where the list states it as a person's division, the division stays empty.
    """
    reader = _Reader(sheet, agency, columns.tables(sheet, answers))
    found = _without_honorifics([_remark_hidden(row, sheet) for row in reader.all()])
    return _with_remarks([_refuse_one_word(row, answers) for row in found], sheet, reader.tables)


def _with_remarks(rows: list[Row], sheet: Sheet, tables: Mapping[int, columns.Table]) -> list[Row]:
    """Add the remarks about a table's columns to the row of its heading."""
    people: dict[int, list[int]] = {}
    for row in rows:
        if row.number in tables:
            people[row.number] = own = []
        elif row.person and people:
            own.append(row.number)
    notes = {
        number: tuple(Note(*remark) for remark in columns.remarks(sheet, tables[number], own))
        for number, own in people.items()
    }
    return [replace(row, notes=row.notes + notes[row.number]) if row.number in notes else row for row in rows]


def _refuse_one_word(row: Row, answers: Answers) -> Row:
    """Refuse a row whose name is one word, unless the user said that it is the whole name (`--one-word`)."""
    if row.state is not State.TAKEN or row.person is None or len(names.words(row.person.name)) > 1:
        return row
    if set(row.called()).intersection(answers.whole):
        return row
    return row.bad(ONE_WORD, name=row.person.name, row=shlex.quote(row.called()[1]))


def _remark_hidden(row: Row, sheet: Sheet) -> Row:
    """Add a remark to a row that would be imported although the spreadsheet hides it."""
    return row.remark(HIDDEN) if row.state is State.TAKEN and row.number in sheet.hidden_rows else row


def is_list(sheet: Sheet) -> bool:
    """Tell whether a sheet has a heading of a list of people."""
    return any(map(is_heading, sheet.rows.values()))


@dataclass(slots=True)
class _Reader:
    sheet: Sheet
    agency: str
    tables: Mapping[int, columns.Table]
    heading: Heading | None = None
    section: str = ""
    asked: Asked | None = None
    above: dict[Role, str] = field(default_factory=dict)
    named: int = 0

    def all(self) -> Iterator[Row]:
        second = 0
        for number, row in self.sheet.rows.items():
            if number == second:
                yield self._skip(number, HEADING)
            elif table := self.tables.get(number):
                self.heading, second, self.above = table.heading, table.second, {}
                yield self._skip(number, HEADING)
            else:
                yield self._row(number, row)

    def _skip(self, number: int, template: str, **given: object) -> Row:
        return Row(self.sheet.name, number, State.SKIPPED, (Note(template, given),))

    def _row(self, number: int, row: Sequence[Cell]) -> Row:
        if self.heading is None:
            return self._skip(number, OUTSIDE)
        if is_numbering(row):
            return self._skip(number, NUMBERING)
        if foot := self._foot_of(row):
            return self._foot(number, foot)
        if section := self._section(row):
            return self._begin(number, section)
        return self._person(number, row)

    def _foot_of(self, row: Sequence[Cell]) -> str:
        """Return the text that ends a table (a total, a signature line) from a row's first or name cell; else empty."""
        if tidy(self._cell(row, Role.NUMBER)[1].text).isdigit():
            return ""
        first = next(cell for cell in row if cell.text.strip())
        texts = (tidy(cell.text) for cell in (first, self._cell(row, Role.NAME)[1]))
        return next((text for text in texts if _FOOT.match(fold(text) + " ")), "")

    def _foot(self, number: int, text: str) -> Row:
        """End the table; refuse the row where it states another number of people than was found."""
        skipped = self._skip(number, FOOT, text=text)
        stated, named = _STATED.search(fold(text)), self.named
        self.heading, self.named, self.section, self.asked = None, 0, "", None
        if stated and int(stated[1]) != named:
            return skipped.bad(COUNT, stated=int(stated[1]), found=named)
        return skipped

    def _cell(self, row: Sequence[Cell], role: Role) -> tuple[int, Cell]:
        """Return the first cell of a role that has a text, with its column (from 0); an empty cell where none has."""
        own = self._of(role)
        cells = [(column, row[column]) for column in own if column < len(row)]
        return next((found for found in cells if found[1].text.strip()), (own[0] if own else 0, EMPTY))

    def _section(self, row: Sequence[Cell]) -> str:
        """Return the text of a section row, which states a division or a request for the rows below it; else empty."""
        own = {
            column: tidy(cell.text) for column, cell in enumerate(row) if cell.text and cell.merged is not Merged.DOWN
        }
        number = self._cell(row, Role.NUMBER)[1]
        rest = {text for text in own.values() if text and text != tidy(number.text)} or set(own.values())
        if len(rest) != 1:
            return ""
        text = next(iter(rest))
        column, name = self._cell(row, Role.NAME)
        spread = any(cell.merged is Merged.ACROSS for cell in row)
        lettered = bool(number.text) and bool(_LETTERED.fullmatch(tidy(number.text))) and tidy(number.text) != text
        if spread or lettered or _LETTERED_TEXT.match(text) or _UNITS.match(_PREFIXED.sub("", text) + " "):
            return text
        alone = not name.text and not tidy(number.text).isdigit() and min(own) < column
        return text if alone and not _ORDINAL.fullmatch(text) else ""

    def _begin(self, number: int, text: str) -> Row:
        text = _HEADCOUNT.sub("", _PREFIXED.sub("", text))
        meant = None if _UNITS.match(text + " ") else values.asked(text)
        if meant and meant is not Asked.UNKNOWN:
            self.asked = meant
        else:
            self.section = text
        self.above = {}
        return self._skip(number, SECTION, text=text)

    def _person(self, number: int, row: Sequence[Cell]) -> Row:
        taken = Row(self.sheet.name, number, State.TAKEN)
        column, cell = self._cell(row, Role.NAME)
        if not cell.text.strip():
            return self._nameless(taken, row)
        if cell.merged is Merged.DOWN:
            return replace(taken, state=State.SKIPPED).remark(CONTINUED, row=self._origin(number, column))
        self.named += 1
        parts = [row[c] for c in self._of(Role.NAME) if c < len(row)]
        name = typed.read(" ".join(part.text for part in parts if part.text and part.merged is not Merged.ACROSS))
        person = Person(name.name, self._repeated(row, Role.TITLE), self._unit(row))
        taken = self._named(replace(taken, person=person), row)
        for word in name.left_out:
            taken = taken.remark(HONORIFIC, word=word)
        if name.beside:
            taken = taken.bad(BESIDE, column_name(column), text=name.beside)
        for check in (self._errors, self._texts, self._name, self._request, self._phone, self._id):
            taken = check(taken, row)
        return taken

    def _of(self, role: Role) -> list[int]:
        return self.heading.of(role) if self.heading else []

    def _origin(self, number: int, column: int) -> int:
        while (row := self.sheet.rows.get(number)) and row[column].merged is Merged.DOWN:
            number -= 1
        return number

    def _nameless(self, taken: Row, row: Sequence[Cell]) -> Row:
        number = tidy(self._cell(row, Role.NUMBER)[1].text)
        rest = any(self._cell(row, role)[1].text for role in (Role.TITLE, Role.PHONE, Role.ID))
        if number and rest:
            return taken.bad(NO_NAME, self._column(Role.NAME))
        return replace(taken, state=State.SKIPPED).remark(BLANK_ROW)

    def _named(self, taken: Row, row: Sequence[Cell]) -> Row:
        """Leave out or refuse a name that stands alone in a row without a number: it is more likely a signature."""
        if self._of(Role.NUMBER) and not self._cell(row, Role.NUMBER)[1].text.strip():
            others = [role for role in Role if role not in {Role.NAME, Role.NUMBER}]
            if not any(self._cell(row, role)[1].text.strip() for role in others) and taken.person:
                if typed.is_title(taken.person.name):
                    return taken.skipped(SIGNATURE, text=taken.person.name)
                return taken.bad(NO_NUMBER, self._column(Role.NAME), name=taken.person.name)
        return taken

    def _column(self, role: Role) -> str:
        return column_name(self._of(role)[0]) if self._of(role) else ""

    def _repeated(self, row: Sequence[Cell], role: Role) -> str:
        """Return the text of a role's cell; where it is a ditto mark, the text of the row above."""
        text = tidy(self._cell(row, role)[1].text)
        if text.casefold() in _DITTO:
            text = self.above.get(role, "")
        self.above[role] = text
        return text

    def _unit(self, row: Sequence[Cell]) -> str:
        """Return the division of a person: the text of its cell, else the section that the row stands in.

        In a CSV an empty cell repeats the one above it, since merged cells were saved as one text above empty cells.
        """
        above = self.above.get(Role.UNIT, "")
        text = self._repeated(row, Role.UNIT) or (above if self.sheet.plain else "")
        self.above[Role.UNIT] = text
        text = text or self.section
        return "" if fold(text) == fold(self.agency) else text

    def _errors(self, taken: Row, row: Sequence[Cell]) -> Row:
        used = (Role.NAME, Role.TITLE, Role.UNIT, Role.PHONE, Role.ID)
        for column in sorted(column for role in used for column in self._of(role)):
            if column < len(row) and row[column].is_error:
                taken = taken.bad(ERROR_VALUE, column_name(column), value=tidy(row[column].text))
        return taken

    def _texts(self, taken: Row, row: Sequence[Cell]) -> Row:
        for role in (Role.NAME, Role.TITLE, Role.UNIT):
            length = len(getattr(taken.person, role.value))
            if length > schema.LONGEST:
                values_ = {"key": role.value, "length": length, "most": schema.LONGEST}
                taken = taken.bad(schema.LONG.message, self._column(role), **values_)
        return taken

    def _name(self, taken: Row, row: Sequence[Cell]) -> Row:
        person = taken.person
        if person is None or taken.state is State.BAD:
            return taken
        column = column_name(self._cell(row, Role.NAME)[0])
        if _UNITS.match(person.name + " "):
            return taken.bad(NOT_A_PERSON, column, name=person.name)
        try:
            names.split(person.name)
        except names.NameProblem as error:
            if not error.character:
                return taken.bad(addresses.LETTERS.message, column, name=person.name)
            shown = names.describe(error.character)
            return taken.bad(NO_LETTER, column, character=shown, name=person.name)
        return taken.remark(PREFIX) if person.name.startswith("H'") else taken

    def _request(self, taken: Row, row: Sequence[Cell]) -> Row:
        """Refuse a row that asks for anything but a new mailbox.

        The request is found by the words of the row's cells, by a marked column's heading, or by the row's section.
        """
        found = [(column, row[column].text) for column in self._of(Role.ASKED) if column < len(row)]
        marked = [c for c in self._of(Role.MARK) if c < len(row) and fold(row[c].text) not in {"", "0", "khong"}]
        labels = self.heading.labels if self.heading else {}
        kinds = {meant: (column, text) for column, text in found if (meant := values.asked(text))}
        kinds |= {meant: (column, labels[column]) for column in marked if (meant := values.asked(labels[column]))}
        if not kinds and self.asked:
            kinds = {self.asked: (self._cell(row, Role.NAME)[0], "")}
        name = taken.person.name if taken.person else ""
        for meant, template in _ASKS.items():
            if meant in kinds:
                return taken.bad(template, column_name(kinds[meant][0]), name=name)
        if not kinds:
            return taken.bad(UNMARKED, self._column(Role.MARK)) if self._of(Role.MARK) else taken
        if Asked.OPEN in kinds:
            return taken
        column, text = kinds[Asked.UNKNOWN]
        return taken.bad(UNCLEAR, column_name(column), value=tidy(text))

    def _phone(self, taken: Row, row: Sequence[Cell]) -> Row:
        for column in self._of(Role.PHONE):
            cell = row[column] if column < len(row) else EMPTY
            found = values.phone(cell) if not cell.is_error else values.Phone()
            if found.wrong:
                return taken.bad(values.NO_PHONE, column_name(column), value=tidy(cell.text))
            for remark in found.remarks:
                taken = taken.remark(remark)
            if found.text and taken.person:
                return replace(taken, person=replace(taken.person, phone=found.text))
        return taken

    def _id(self, taken: Row, row: Sequence[Cell]) -> Row:
        column, cell = self._cell(row, Role.ID)
        text = tidy(cell.text).replace(" ", "")
        if not text or cell.is_error or taken.person is None:
            return taken
        if re.fullmatch(r"\d{12}|\d{9}", text):
            return taken.bad(NATIONAL_ID, column_name(column), value=text)
        if not schema.PERSON.fullmatch(text):
            return taken.bad(NO_ID, column_name(column), value=text)
        return replace(taken, person=replace(taken.person, id=text, counted=cell.is_number and text[0] != "0"))


def _without_honorifics(rows: list[Row]) -> list[Row]:
    """Remove honorifics such as Ông and Bà from the names, with a remark.

    Where Ông may be the family name (Ông Ích Khiêm), it stays, with a remark, too.
    """
    found = typed.honorifics([row.person.name if row.person else "" for row in rows])
    return [_without_honorific(row, word, name) for row, (word, name) in zip(rows, found, strict=True)]


def _without_honorific(row: Row, word: str, name: str) -> Row:
    if row.person is None or not word:
        return row
    if row.person.name == name:
        return row.remark(KEPT, word=word)
    return replace(row, person=replace(row.person, name=name)).remark(HONORIFIC, word=word)
