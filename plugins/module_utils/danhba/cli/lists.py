"""The commands `danhba import` (lists that agencies send) and `danhba export` (address books in many formats)."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import click

from ..editing import people
from ..editing.draft import Draft
from ..editing.problem import Problem
from ..editing.text import Value
from ..exporting import addressbook, writing
from ..importing import columns, disguise, formats, report, rows, settle
from ..importing.columns import Answers, Doubt
from ..importing.headings import Role, fold
from ..importing.rows import Person, Row
from ..importing.sheets import MOST_COLUMNS, Sheet, column_name, column_number
from ..messages import mark as _
from ..messages import render, word
from ..model.register import Event
from ..planning import listing
from ..planning.state import Timeline
from ..reading import source
from ..reading.source import Unusable
from .asking import AGENCY, BEGINNINGS, Text, ask, complete, event, options
from .commit import add_commit_options, commit_draft, computed, read_files, say
from .common import as_of, at_terminal, directory, examine, lang, language, refuse, table, usable
from .meant import agency_in
from .misuse import WrongValue

NO_LIST = _("{path} has no row that names the columns, such as: Stt | Họ và tên | Chức vụ; add one above the people")
HIDDEN = _("the hidden sheet {sheet} was not read; show it in the spreadsheet if it is part of the list")
CONVERTED = _("sheet {sheet}: text in {encoding} was converted to Unicode; look at the names below")
BAD_ROWS = _("{count} rows are wrong; correct them in the list, and import it again: nothing was written")
NO_COLUMN = _("no heading of the list has column {columns}; name the columns as the spreadsheet does, such as B,C")
TWO_COLUMNS = _(
    "sheet {sheet}, row {number}: columns {columns} are headed {labels}, and it is not clear which holds the {what}; "
    "say it: --column {option}"
)
UNANSWERED = _("it has to be said first which columns hold what; nothing was written")
WHICH = _("Which column holds the {what}? A name in several columns: B,C")
WHOLE = _("Row {row}: is '{name}' the whole name?")
ABOUT_COLUMN = _("sheet {sheet}, row {number}: {text}")
NOT_COLUMNS = _("'{value}' are no columns; write their letters, such as B or B,C")
NO_ANSWER = _("'{value}' has not the shape of: {example}")
_WHAT = {
    Role.NAME: word(_("full name")),
    Role.TITLE: word(_("title")),
    Role.UNIT: word(_("division")),
    Role.PHONE: word(_("telephone")),
    Role.ID: word(_("staff number")),
}
# If more names have only one word, a column of the name is probably missing, and the user is not asked about each.
_MOST_ASKED = 10
NOTHING_TO_OPEN = _("nobody in the list is to be opened; nothing was written")
EXPORTED = _("{count} open mailboxes as of {day}")
TAKEN = _("{path} is there already, and nothing was written; name another, or replace it: --force")
ONE_STREAM = _("the format {form} is several files; name a folder: --out FOLDER")


class Letters(click.ParamType[tuple[int, ...]]):
    """Columns by their letters, such as B,C; without `several` only one."""

    name = "B,C"

    def __init__(self, *, several: bool = True) -> None:
        self.several = several

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Return the numbers of the columns (from 0); raise `WrongValue` for a text that is no column."""
        parts = re.split(r"[,+ ]+", str(value).strip().upper())
        found = tuple(column_number(part) for part in parts if re.fullmatch("[A-Z]{1,2}", part))
        is_one = len(found) == len(parts) == len({*found}) and all(column < MOST_COLUMNS for column in found)
        if not is_one or (len(found) > 1 and not self.several):
            raise WrongValue(NOT_COLUMNS, value=value)
        return found


class Taken(click.ParamType[tuple[Role, tuple[int, ...]]]):
    """A role with its columns: ``name=B,C``, or in Vietnamese ``họ tên=B,C``."""

    name = "WHAT=B"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[Role, tuple[int, ...]]:
        """Return the role with the numbers of its columns (from 0); raise `WrongValue` for another shape."""
        what, _sign, letters = str(value).partition("=")
        role = next((role for role, words in columns.WORDS.items() if fold(what) in words), None)
        if role is None:
            raise WrongValue(NO_ANSWER, value=value, example="name=B,C")
        return role, Letters(several=role is Role.NAME).convert(letters, param, ctx)


@click.command("import")
@click.argument("file", metavar="FILE.xlsx|.csv", type=click.Path(path_type=Path))
@click.option("--agency", type=AGENCY, required=True, help="Cơ quan gửi danh sách / The agency that sent the list.")
@directory
@options("document", "date", "request")
@event(BEGINNINGS, "recruited")
@click.option(
    "--namesake",
    "namesakes",
    multiple=True,
    metavar="ROW|SHEET!ROW",
    help="Dòng của người trùng họ tên với người đã có / A row of another person with the name of one who is there.",
)
@click.option(
    "--column",
    "taken",
    type=Taken(),
    multiple=True,
    metavar="name=B,C|title=D|unit=E|phone=F|id=G",
    help="Cột nào chứa gì; họ tên có thể ở nhiều cột / Which column holds what; a name may stand in several.",
)
@click.option(
    "--one-word",
    "whole",
    multiple=True,
    metavar="ROW|SHEET!ROW",
    help="Dòng của người mà cả họ tên chỉ có một chữ / A row of somebody whose whole name is one word.",
)
@click.option(
    "--id-prefix",
    type=Text("PREFIX", re.compile("[A-Za-z0-9-]{1,20}"), "snv-"),
    help="Đầu mã của người chưa có mã CCVC / How the ids begin of those who have no staff number.",
)
@add_commit_options
@lang
def import_command(  # noqa: PLR0913, PLR0917
    file: Path,
    agency: str,
    directory: Path,
    namesakes: tuple[str, ...],
    taken: tuple[tuple[Role, tuple[int, ...]], ...],
    whole: tuple[str, ...],
    id_prefix: str | None,
    dry_run: bool,
    yes: bool,
    lang: str | None,
    **given: Any,
) -> None:
    """Cấp hộp thư theo danh sách của cơ quan / Open mailboxes from an agency's list.

    Cho xem từng dòng và địa chỉ sẽ cấp, và cột nào không lấy; có dòng sai, hoặc chưa rõ cột nào là họ tên, thì không
    ghi gì. / Shows every row and the address it gets, and the columns that are not taken; nothing is written while a
    row is wrong, or while it is not clear which column holds the name.
    """
    complete(given, "document", "date")
    found = _rows(formats.read(file), file)
    files = read_files(directory, dry_run)
    register, issued = computed(files)
    agency = agency_in(register, agency, "agency")
    by = Event(given["document"], given["date"], given["event"], given["request"] or "")
    opening = settle.Opening(register.agencies[agency], by, namesakes)
    answers = _with_columns(found, Answers(dict(taken), whole), asks=not yes and at_terminal(sys.stdin))
    read = _read(found, opening.agency.name, answers, asks=not yes and at_terminal(sys.stdin))
    settled = settle.settle(read, register, issued, opening, _new_ids(id_prefix or ""))
    _report(settled, register.province.domain)
    draft = Draft(files)
    for id_, person in settled.taken():
        draft.add_person(agency, entry(id_, person, opening.event))
    show = partial(_sample, settled, opening.agency.name, register.province.domain)
    commit_draft(directory, files, draft, given["date"], dry_run=dry_run, yes=yes, last=show)


def _with_columns(found: list[Sheet], answers: Answers, *, asks: bool) -> Answers:
    """Ask which of the ambiguous columns hold what, and return the answers with these; without `asks`, end the process.

    Raises:
        Problem: an answer names a column that no heading has.
    """
    if missing := columns.unfit(found, answers):
        raise Problem(NO_COLUMN, columns=missing)
    while doubts := [doubt for sheet in found for doubt in columns.doubts(sheet, answers)]:
        for doubt in doubts if not asks else doubts[:1]:
            say(TWO_COLUMNS, **_told(doubt))
        if not asks:
            refuse(UNANSWERED)
        role = doubts[0].role
        question = render(WHICH, {"what": _WHAT[role]}, language())
        answer = ask(Letters(several=role is Role.NAME), question)
        if not set(answer) & set(doubts[0].columns):
            say(NO_COLUMN, columns=[column_name(column) for column in answer])
            continue
        answers = replace(answers, columns={**answers.columns, role: answer})
    return answers


def _told(doubt: Doubt) -> dict[str, object]:
    """Return the values for the message `TWO_COLUMNS`."""
    letters = [column_name(column) for column in doubt.columns]
    key = columns.WORDS[doubt.role][0]
    options_ = [f"{key}={letter}" for letter in letters]
    if doubt.role is Role.NAME:
        options_.append(f"{key}={','.join(letters)}")
    labels = [f"'{label}'" for label in doubt.labels]
    told = {"columns": letters, "labels": labels, "what": _WHAT[doubt.role], "option": " | ".join(options_)}
    return {"sheet": doubt.sheet, "number": doubt.number, **told}


def _read(found: list[Sheet], agency: str, answers: Answers, *, asks: bool) -> list[Row]:
    """Read the rows of all sheets; with `asks`, ask whether each name of one word is the whole name.

    Raises:
        Problem: `answers.whole` has a row that the list has not.
    """
    read = [row for sheet in found for row in rows.read(sheet, agency, answers)]
    names = {name for row in read for name in row.called()}
    if missing := [name for name in answers.whole if name not in names]:
        raise Problem(settle.NO_ROW, rows=missing)
    single = [row for row in read if any(note.template is rows.ONE_WORD for note in row.notes)]
    if not asks or not 0 < len(single) <= _MOST_ASKED:
        return read
    for row in single:
        values = {"row": row.number, "name": row.person.name if row.person else ""}
        if not click.confirm(render(WHOLE, values, language()), err=True):
            return read
    answers = replace(answers, whole=[*answers.whole, *(row.called()[1] for row in single)])
    return [row for sheet in found for row in rows.read(sheet, agency, answers)]


def _sample(settled: settle.Settled, agency: str, domain: str) -> None:
    """Show a sample of the mailboxes to be opened, right before the question whether to write them."""
    shown = report.sample(settled, agency, domain, language())
    say(report.SAMPLE, shown=len(shown) - 1, count=len(settled.ids))
    table(shown)


def _new_ids(prefix: str) -> Callable[[Collection[str]], str]:
    """Return the function that makes a random id with a prefix which is not among those taken."""

    def new_id(taken: Collection[str]) -> str:
        rest = {id_.removeprefix(prefix) for id_ in taken if id_.startswith(prefix)} if prefix else taken
        return prefix + people.new_id(rest)

    return new_id


def entry(id_: str, person: Person, opened: Event) -> dict[str, Value]:
    """Return the register's entry for a person of a list."""
    happened = {"document": opened.document, "request": opened.request, "date": str(opened.date), "event": opened.event}
    told = {"id": id_, "name": person.name, "title": person.title, "unit": person.unit, "phone": person.phone}
    stated: dict[str, Value] = {key: value for key, value in told.items() if value}
    return stated | {"opened": {key: value for key, value in happened.items() if value}}


def _rows(found: list[Sheet], path: Path) -> list[Sheet]:
    """Return the visible sheets that are lists of people, converted to Unicode; raise `Unusable` where none is."""
    lists = []
    for sheet in found:
        if sheet.hidden and sheet.rows:
            say(HIDDEN, sheet=sheet.name)
            continue
        encodings = disguise.convert(sheet)
        if rows.is_list(sheet):
            lists.append(sheet)
            if encodings:
                say(CONVERTED, sheet=sheet.name, encoding=encodings)
    if not lists:
        raise Unusable(NO_LIST, path=path)
    return lists


def _report(settled: settle.Settled, domain: str) -> None:
    """Show the report; end the process where a row is wrong (status 1) or nothing is to be opened (status 0)."""
    table(report.table(settled, domain, language()))
    for text, sheet, number in report.of_columns(settled.rows, language()):
        say(ABOUT_COLUMN, sheet=sheet, number=number, text=text)
    counts = report.counts(settled)
    say(report.COUNTED, **counts)
    if counts["bad"]:
        refuse(BAD_ROWS, count=counts["bad"])
    if not counts["taken"]:
        say(NOTHING_TO_OPEN)
        sys.exit(0)


@click.command("export")
@directory
@click.option("--format", "form", type=click.Choice(writing.ALL), required=True, help="Dạng / Format.")
@click.option("--agency", type=AGENCY, help="Chỉ cơ quan này / Only this agency.")
@as_of
@click.option(
    "--out",
    required=True,
    metavar="FILE|FOLDER|-",
    type=click.Path(path_type=Path),
    help="Ghi ra; html: một thư mục / Where to; html: a folder. [-: stdout]",
)
@click.option("--force", is_flag=True, help="Ghi đè tệp đã có / Replace what is there.")
@lang
def export_command(  # noqa: PLR0913, PLR0917
    directory: Path, form: str, agency: str | None, day: date, out: Path, force: bool, lang: str | None
) -> None:
    """Danh bạ cho bảng tính, ứng dụng thư, LDAP, máy in, trang tin / The address book for spreadsheets, mail programs,
    LDAP, paper and the web.

    Chỉ hộp thư đang mở: họ tên, chức vụ, đơn vị, cơ quan, địa chỉ, điện thoại cơ quan. Dạng html là trang công khai,
    chỉ có hộp thư cơ quan. / Open mailboxes only: name, title, division, agency, address, office telephone. The format
    html is the public page, of the agencies' mailboxes alone.
    """
    register, issued = usable(examine(source.from_directory(directory), day))
    agency = agency and agency_in(register, agency)
    if form in writing.FOLDERS and str(out) == "-":
        raise Unusable(ONE_STREAM, form=form)
    if not force:
        _is_free(out, folder=form in writing.FOLDERS)
    timeline = Timeline.of(register, issued, day)
    listed = listing.of_agency(timeline, register.agencies[agency]) if agency else listing.each(timeline)
    contacts, register = list(addressbook.contacts(listed)), register.on(day)
    if form in writing.FOLDERS:
        contacts = [contact for contact in contacts if not contact.is_person]
        _write_all(out, writing.FOLDERS[form](contacts, register, language(), day))
    elif form in writing.PRINTED:
        _write(out, writing.PRINTED[form](contacts, register, language(), day))
    else:
        _write(out, writing.FORMATS[form](contacts, register, language()))
    say(EXPORTED, count=len(contacts), day=day)


def _is_free(out: Path, *, folder: bool) -> None:
    """Raise `Unusable` where the output exists already: a typing error could overwrite the register itself."""
    if out.is_dir() and any(out.iterdir()) if folder else str(out) != "-" and out.exists():
        raise Unusable(TAKEN, path=out)


def _write_all(folder: Path, files: dict[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unusable(_("cannot write {path}: {reason}"), path=folder, reason=error.strerror) from error
    for name, data in files.items():
        _write(folder / name, data)


def _write(out: Path, data: bytes) -> None:
    if str(out) == "-":
        click.echo(data, nl=False)
        return
    try:
        out.write_bytes(data)
    except OSError as error:
        raise Unusable(_("cannot write {path}: {reason}"), path=out, reason=error.strerror) from error
