"""Lists that agencies send, and lists for programs: `danhba import` and `danhba export`."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path
from typing import Any

import click

from ..editing import people
from ..editing.draft import Draft
from ..editing.text import Value
from ..exporting import addressbook, writing
from ..importing import disguise, formats, report, rows, settle
from ..importing.rows import Person
from ..importing.sheets import Sheet
from ..messages import mark as _
from ..model.register import Event
from ..planning import listing
from ..planning.state import Timeline
from ..reading import source
from ..reading.source import Unusable
from .asking import AGENCY, BEGINNINGS, Text, complete, event, options
from .commit import add_commit_options, commit_draft, computed, read_files, say
from .common import as_of, directory, examine, lang, language, refuse, table, usable
from .meant import agency_in

NO_LIST = _("{path} has no row that names the columns, such as: Stt | Họ và tên | Chức vụ; add one above the people")
HIDDEN = _("the hidden sheet {sheet} was not read; show it in the spreadsheet if it is part of the list")
CONVERTED = _("sheet {sheet}: text in {encoding} was converted to Unicode; look at the names below")
BAD_ROWS = _("{count} rows are wrong; correct them in the list, and import it again: nothing was written")
NOTHING_TO_OPEN = _("nobody in the list is to be opened; nothing was written")
EXPORTED = _("{count} open mailboxes as of {day}")
TAKEN = _("{path} is there already, and nothing was written; name another, or replace it: --force")
ONE_STREAM = _("the format {form} is several files; name a folder: --out FOLDER")


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
    id_prefix: str | None,
    dry_run: bool,
    yes: bool,
    lang: str | None,
    **given: Any,
) -> None:
    """Cấp hộp thư theo danh sách của cơ quan / Open mailboxes from an agency's list.

    Cho xem từng dòng và địa chỉ sẽ cấp; có dòng sai thì không ghi gì. / Shows every row and the address it gets;
    nothing is written while a row is wrong.
    """
    complete(given, "document", "date")
    found = _rows(formats.read(file), file)
    files = read_files(directory, dry_run)
    register, issued = computed(files)
    agency = agency_in(register, agency, "agency")
    by = Event(given["document"], given["date"], given["event"], given["request"] or "")
    opening = settle.Opening(register.agencies[agency], by, namesakes)
    read = [row for sheet in found for row in rows.read(sheet, opening.agency.name)]
    settled = settle.settle(read, register, issued, opening, _new_ids(id_prefix or ""))
    _report(settled, register.province.domain)
    draft = Draft(files)
    for id_, person in settled.taken():
        draft.add_person(agency, entry(id_, person, opening.event))
    commit_draft(directory, files, draft, given["date"], dry_run=dry_run, yes=yes)


def _new_ids(prefix: str) -> Callable[[Collection[str]], str]:
    """What makes a random id with a prefix that is none of those taken."""

    def new_id(taken: Collection[str]) -> str:
        rest = {id_.removeprefix(prefix) for id_ in taken if id_.startswith(prefix)} if prefix else taken
        return prefix + people.new_id(rest)

    return new_id


def entry(id_: str, person: Person, opened: Event) -> dict[str, Value]:
    """The register's entry for a person of a list."""
    happened = {"document": opened.document, "request": opened.request, "date": str(opened.date), "event": opened.event}
    told = {"id": id_, "name": person.name, "title": person.title, "unit": person.unit, "phone": person.phone}
    stated: dict[str, Value] = {key: value for key, value in told.items() if value}
    return stated | {"opened": {key: value for key, value in happened.items() if value}}


def _rows(found: list[Sheet], path: Path) -> list[Sheet]:
    """The sheets that are lists, converted to Unicode."""
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
    """Show what becomes of each row; ends the process where that is nothing to be written."""
    table(report.table(settled, domain, language()))
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
    """Refuse to write over what is there: one typing slip, and the register itself would be gone."""
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
