"""Changing the register without writing YAML: opening, closing, moving and suspending mailboxes; custodians."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click

from ..editing import entry, people
from ..editing.draft import Draft
from ..editing.problem import Problem
from ..editing.text import Value
from ..messages import mark as _
from ..model.rows import ids_of
from ..planning.listing import Listed, of_name, of_people
from ..planning.state import Timeline
from ..reading.source import File
from ..rendering import addresses as show_addresses
from .asking import BEGINNINGS, CODE, ENDINGS, complete, event, options
from .commit import add_commit_options, commit_draft, computed, read_files, say
from .common import directory, lang, language, table, today
from .misuse import NOTHING_TO_CHANGE, Misuse

SAME_NAME = _("the register has {name} already: {found}; if it is the same person, give that id: --id")
SAME_AGENCY = _("{name} ({id}) is in {agency} already; a transfer goes to another agency")
PENDING = _(
    "{name} ({id}) will be closed in {agency} on {day} by {document} already, and nothing is closed twice; "
    "correct that entry in its file, or give a day from then on"
)
NO_CUSTODIAN = _("{agency} has nobody with its contact mailbox on {day}; name one first: danhba custodian {agency}")
# So many of the same name are shown.
NAMESAKES = 5

F = TypeVar("F", bound=Callable[..., Any])
# What is described, and needs no document of its own.
_DESCRIBED = ("title", "unit", "phone", "quota")
# What an entry of a person may have beside its id, its name and its event.
_MORE = ("family", "given", "title", "unit", "phone", "address", "address_document", "quota")


def _editing(command: F) -> F:
    """What all editing commands take."""
    return directory(add_commit_options(lang(command)))


_leader = click.option("--leader", is_flag=True, help="Là lãnh đạo / A leader.")
_person_options = options("name", "family", "given", "title", "unit", "phone", "address", "address-document", "quota")


@click.command("open")
@click.argument("agency", type=CODE)
@_editing
@_person_options
@_leader
@options("id", "document", "date", "request")
@event(BEGINNINGS, "recruited")
def open_command(agency: str, directory: Path, dry_run: bool, yes: bool, lang: str | None, **given: Any) -> None:
    """Cấp hộp thư cho một người / Open a mailbox for a person."""
    complete(given, "name", "document", "date", optional=("title", "unit", "phone"))
    files = read_files(directory, dry_run)
    timeline = _timeline(files)
    if given["id"] is None:
        _namesakes(timeline, given["name"])
        given["id"] = people.new_id({id_ for agency in timeline.register.agencies.values() for id_ in ids_of(agency)})
    draft = Draft(files)
    draft.add_person(agency, _entry(given["id"], given["name"], given))
    commit_draft(directory, files, draft, given["date"], dry_run=dry_run, yes=yes)


@click.command("close")
@click.argument("person", metavar="ID|ADDRESS|NAME")
@_editing
@options("document", "date", "request")
@event(ENDINGS)
def close_command(person: str, directory: Path, dry_run: bool, yes: bool, lang: str | None, **given: Any) -> None:
    """Hủy bỏ hộp thư của một người / Close a person's mailbox."""
    files = read_files(directory, dry_run)
    item = _settle(files, person, given, "event", "document", "date")
    _not_pending(item)
    draft = Draft(files)
    draft.close_person(item.agency.code, item.id, _event(given))
    commit_draft(directory, files, draft, given["date"], dry_run=dry_run, yes=yes)


@click.command("transfer")
@click.argument("person", metavar="ID|ADDRESS|NAME")
@_editing
@options("to", "document", "date", "request")
@_person_options
@_leader
def transfer_command(person: str, directory: Path, dry_run: bool, yes: bool, lang: str | None, **given: Any) -> None:
    """Chuyển một người sang cơ quan khác / Move a person to another agency.

    Họ tên được giữ, trừ khi có --name; chức vụ, đơn vị, điện thoại ở nơi mới thì ghi lại.
    The name is kept, unless --name is given; title, division and telephone there are stated anew.
    """
    files = read_files(directory, dry_run)
    item = _settle(files, person, given, "to", "document", "date", optional=("title", "unit", "phone"))
    _not_pending(item)
    if given["to"] == item.agency.code:
        raise Problem(SAME_AGENCY, name=item.name, id=item.id, agency=item.agency.code)
    given["event"] = "transferred"
    if given["name"] is None and item.issuance:
        given["family"] = given["family"] or item.issuance.family
        given["given"] = given["given"] or item.issuance.given
    draft = Draft(files)
    draft.close_person(item.agency.code, item.id, _event(given))
    draft.add_person(
        given["to"], {**_entry(item.id, given["name"] or item.name, given), **_carried(item, given["date"])}
    )
    commit_draft(directory, files, draft, given["date"], dry_run=dry_run, yes=yes)


@click.command("suspend")
@click.argument("person", metavar="ID|ADDRESS|NAME")
@_editing
@options("document", "date", "until")
def suspend_command(person: str, directory: Path, dry_run: bool, yes: bool, lang: str | None, **given: Any) -> None:
    """Tạm khóa hộp thư của một người / Suspend a person's mailbox."""
    files = read_files(directory, dry_run)
    item = _settle(files, person, given, "document", "date")
    draft = Draft(files)
    for agency, day in [(item.agency.code, given["date"]), *_afterwards(files, item, given["until"])]:
        draft.suspend(agency, item.id, _stated({**given, "date": day}, "document", "date", "until"))
    commit_draft(directory, files, draft, given["date"], dry_run=dry_run, yes=yes)


@click.command("resume")
@click.argument("person", metavar="ID|ADDRESS|NAME")
@_editing
@options("document", "date")
def resume_command(person: str, directory: Path, dry_run: bool, yes: bool, lang: str | None, **given: Any) -> None:
    """Mở khóa hộp thư trước ngày hết tạm khóa / Unlock a mailbox before its suspension is over."""
    files = read_files(directory, dry_run)
    item = _settle(files, person, given, "document", "date")
    draft = Draft(files)
    draft.resume(item.agency.code, item.id, _stated(given, "document", "date"))
    commit_draft(directory, files, draft, given["date"], dry_run=dry_run, yes=yes)


def _afterwards(files: list[File], item: Listed, until: date | None) -> Iterator[tuple[str, date]]:
    """Where somebody goes before a suspension is over, and when: it goes along (person-suspension-carried)."""
    for later in of_people(_timeline(files), {item.id}):
        day = later.opened.date
        if item.closed and item.closed.date <= day and (until is None or day < until):
            yield later.agency.code, day


@click.command("change")
@click.argument("person", metavar="ID|ADDRESS|NAME")
@_editing
@options("title", "unit", "phone", "quota")
@click.option("--leader/--no-leader", default=None, help="Là lãnh đạo hay không / A leader or not.")
@click.option(
    "--without",
    type=click.Choice(_DESCRIBED),
    multiple=True,
    help="Bỏ một mục đang ghi / Take out something that is there.",
)
def change_command(  # noqa: PLR0913, PLR0917
    person: str,
    directory: Path,
    dry_run: bool,
    yes: bool,
    lang: str | None,
    leader: bool | None,
    without: tuple[str, ...],
    **given: Any,
) -> None:
    """Sửa chức vụ, đơn vị, điện thoại, dung lượng / Change a title, a division, a telephone, a quota."""
    values = {**dict.fromkeys(without, ""), **{key: given[key] for key in _DESCRIBED if given[key]}}
    if leader is not None:
        values["leader"] = "true" if leader else ""
    if not values:
        raise Misuse(NOTHING_TO_CHANGE, options=[f"--{key}" for key in (*_DESCRIBED, "leader", "no-leader", "without")])
    files = read_files(directory, dry_run)
    item = _find(files, person, today(), "")
    draft = Draft(files)
    for key, value in values.items():
        draft.describe(item.agency.code, item.id, key, value)
    commit_draft(directory, files, draft, today(), dry_run=dry_run, yes=yes)


@click.command("key")
@click.argument("agency", type=CODE)
@_editing
@options("key", "document", "date")
def key_command(agency: str, directory: Path, dry_run: bool, yes: bool, lang: str | None, **given: Any) -> None:
    """Khóa mới của người đang quản lý hộp thư công vụ / A new key of whoever has an agency's contact mailbox."""
    complete(given, "key", "document", "date")
    files = read_files(directory, dry_run)
    register, _issued = computed(files)
    found = register.agencies.get(agency)
    in_force = [each for each in (found.custodians if found else ()) if each.date <= given["date"]]
    if not in_force:
        raise Problem(NO_CUSTODIAN, agency=agency, day=given["date"])
    draft = Draft(files)
    kept = {"person": in_force[-1].person, "as": in_force[-1].role}
    draft.add_custodian(agency, {**kept, **_stated(given, "document", "date", "key")})
    commit_draft(directory, files, draft, given["date"], dry_run=dry_run, yes=yes)


@click.command("custodian")
@click.argument("agency", type=CODE)
@click.argument("person", metavar="ID|ADDRESS|NAME")
@_editing
@options("as", "document", "date", "key")
def custodian_command(  # noqa: PLR0913, PLR0917
    agency: str, person: str, directory: Path, dry_run: bool, yes: bool, lang: str | None, **given: Any
) -> None:
    """Giao hộp thư công vụ cho một người / Give an agency's contact mailbox to one of its own."""
    files = read_files(directory, dry_run)
    item = _settle(files, person, given, "as", "document", "date", agency=agency)
    draft = Draft(files)
    draft.add_custodian(agency, {"person": item.id, **_stated(given, "document", "date", "as", "key")})
    commit_draft(directory, files, draft, given["date"], dry_run=dry_run, yes=yes)


def _timeline(files: list[File]) -> Timeline:
    return Timeline.of(*computed(files), today())


def _settle(
    files: list[File],
    query: str,
    given: dict[str, Any],
    *asked: str,
    optional: Iterable[str] = (),
    agency: str = "",
) -> Listed:
    """The mailbox that is meant, before anything is asked for; once more where the day was among what was."""
    stated = given["date"]
    item = _find(files, query, stated or today(), agency)
    complete(given, *asked, optional=optional)
    return item if stated else _find(files, query, given["date"], agency)


def _not_pending(item: Listed) -> None:
    """Refuse to close what is to be closed anyway."""
    if closed := item.closed:
        values = {"name": item.name, "id": item.id, "agency": item.agency.code}
        raise Problem(PENDING, **values, day=closed.date, document=closed.document)


def _find(files: list[File], query: str, day: date, agency: str) -> Listed:
    """The mailbox that is open on a day; several are listed before the refusal."""
    try:
        return people.find_open(_timeline(files), query, day, agency)
    except people.Ambiguous as error:
        table(show_addresses.rows(error.found, language()))
        raise


def _namesakes(timeline: Timeline, name: str) -> None:
    """Say who has the same name, since an id is for one person, wherever they come back."""
    same = {item.id: item for item in of_name(timeline, name)}
    if same:
        named = [f"{item.id} ({item.address})" for item in same.values()]
        say(SAME_NAME, name=name, found=named[:NAMESAKES] + ["…"] * (len(named) > NAMESAKES))


def _entry(person: str, name: str, given: Mapping[str, Any]) -> dict[str, Value]:
    leader: dict[str, Value] = {"leader": "true"} if given["leader"] else {}
    return {"id": person, "name": name, **_stated(given, *_MORE), **leader, "opened": _event(given)}


def _carried(item: Listed, day: date) -> dict[str, Value]:
    """The suspension that goes along with somebody who moves on a day."""
    in_force = [s for s in item.issuance.suspended if s.covers(day)] if item.issuance else []
    return {"suspended": [entry.suspension(replace(s, since=day)) for s in in_force]} if in_force else {}


def _event(given: Mapping[str, Any]) -> dict[str, Value]:
    return _stated(given, "document", "request", "date", "event")


def _stated(given: Mapping[str, Any], *keys: str) -> dict[str, Value]:
    """What was given, as the register writes it."""
    return {key: str(given[key]) for key in keys if given[key]}
