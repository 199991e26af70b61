"""Commands that edit the register: open, close, transfer, suspend, change mailboxes, enter leave, name custodians."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import click

from ..editing import entry, people
from ..editing.draft import Draft
from ..editing.problem import Problem
from ..editing.text import Value
from ..messages import mark as _
from ..model.register import RENAMED
from ..model.rows import ids_of
from ..model.sizes import written
from ..planning.listing import Listed, of_name, of_people
from ..planning.state import Timeline
from ..reading.source import File
from ..rendering import addresses as show_addresses
from .asking import AGENCY, BEGINNINGS, ENDINGS, complete, event, of_quota, options
from .commit import add_commit_options, commit_draft, computed, read_files, say
from .common import directory, lang, language, table, today
from .meant import agency_of
from .misuse import NOTHING_TO_CHANGE, Misuse
from .recording import answered

SAME_NAME = _("the register has {name} already: {found}; if it is the same person, give that id: --id")
SAME_AGENCY = _("{name} ({id}) is in {agency} already; a transfer goes to another agency")
PENDING = _(
    "{name} ({id}) will be closed in {agency} on {day} by {document} already, and nothing is closed twice; "
    "take it back first: danhba withdraw, or give a day from then on"
)
NAME_MISSING = _("{options} go with a new name; give it: --name")
NO_CUSTODIAN = _("{agency} has nobody with its contact mailbox on {day}; name one first: danhba custodian {agency}")
DAY = timedelta(days=1)
# Maximum number of people with the same name that a message lists.
NAMESAKES = 5

F = TypeVar("F", bound=Callable[..., Any])
# Keys that `danhba change` sets; of these only a quota needs a document (R9.2).
_DESCRIBED = ("title", "unit", "phone", "quota")
# Keys of a new entry that only a change of name sets, and options that only go with one.
_OF_ITSELF = ("name", "family", "given", "address", "address_document")
_PARTS = ("family", "given")
_OF_A_NAME = (*_OF_ITSELF[1:], "document", "date", "request")
# Optional keys of a person's entry.
_MORE = ("family", "given", "title", "unit", "phone", "address", "address_document", "quota", "quota_document")


def _editing(command: F) -> F:
    """Add the arguments and options of all editing commands: DIR, --dry-run, --yes and --lang."""
    return directory(add_commit_options(lang(command)))


_leader = click.option("--leader", is_flag=True, help="Là lãnh đạo / A leader.")
_person_options = options(
    *("name", "family", "given", "title", "unit", "phone", "address", "address-document", "quota", "quota-document")
)


@click.command("open")
@click.argument("agency", metavar="TENDONVI|NAME", type=AGENCY)
@_editing
@_person_options
@_leader
@options("id", "document", "date", "request")
@event(BEGINNINGS, "recruited")
def open_command(agency: str, directory: Path, dry_run: bool, yes: bool, lang: str | None, **given: Any) -> None:
    """Cấp hộp thư cho một người / Open a mailbox for a person."""
    complete(given, "name", "document", "date", *of_quota(given), optional=("title", "unit", "phone"))
    files = read_files(directory, dry_run)
    agency = agency_of(files, agency, "agency")
    timeline = _timeline(files)
    if given["id"] is None:
        _namesakes(timeline, given["name"])
        given["id"] = people.new_id({id_ for each in timeline.register.agencies.values() for id_ in ids_of(each)})
        answered("id", given["id"])
    draft = Draft(files)
    draft.add_person(agency, _entry(given["id"], given["name"], given))
    commit_draft(directory, files, draft, given["date"], dry_run=dry_run, yes=yes)


@click.command("close")
@click.argument("person", metavar="ID|ADDRESS|NAME")
@_editing
@options("document", "date", "request")
@event(ENDINGS)
def close_command(person: str, directory: Path, dry_run: bool, yes: bool, lang: str | None, **given: Any) -> None:
    """Đóng (hủy bỏ) hộp thư của một người / Close a person's mailbox."""
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
    asked = ("to", "document", "date", *of_quota(given))
    item = _settle(files, person, given, *asked, optional=("title", "unit", "phone"))
    _not_pending(item)
    given["to"] = agency_of(files, given["to"], "to")
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
    for agency, day in _carried_on(files, item, given["date"]):
        draft.resume(agency, item.id, _stated({**given, "date": day}, "document", "date"))
    commit_draft(directory, files, draft, given["date"], dry_run=dry_run, yes=yes)


def _carried_on(files: list[File], item: Listed, day: date) -> Iterator[tuple[str, date]]:
    """Yield agency and day of each later entry into which a suspension in force on `day` was carried."""
    now = next((s for s in item.issuance.suspended if s.covers(day)), None) if item.issuance else None
    for later in of_people(_timeline(files), {item.id}) if now else ():
        since = later.opened.date
        spells = later.issuance.suspended if later.issuance else ()
        if (
            since > day
            and not later.opened.withdrawn
            and any(s.since == since and now and s.document == now.document for s in spells)
        ):
            yield later.agency.code, since


def _afterwards(files: list[File], item: Listed, until: date | None) -> Iterator[tuple[str, date]]:
    """Yield agency and day of each later entry that opens before a suspension ends.

    The suspension has to be carried into it (rule person-suspension-carried).
    """
    for later in of_people(_timeline(files), {item.id}):
        day = later.opened.date
        gone_on = item.closed and item.closed.date <= day and not later.opened.withdrawn
        if gone_on and (until is None or day < until):
            yield later.agency.code, day


@click.command("leave")
@click.argument("person", metavar="ID|ADDRESS|NAME")
@_editing
@options("first-day", "leave-to", "document")
def leave_command(person: str, directory: Path, dry_run: bool, yes: bool, lang: str | None, **given: Any) -> None:
    """Ghi ngày nghỉ phép: không tính kiểm tra hộp thư / Enter leave: no check of the mailbox is asked (R8).

    Chỉ ghi ngày, không ghi lý do; hộp thư vẫn mở. Trở lại sớm: danhba return.
    Days only, no reason; the mailbox stays open. Back sooner: danhba return.
    """
    complete(given, "from", "to", optional=("document",))
    files = read_files(directory, dry_run)
    item = _find(files, person, given["from"], "")
    draft = Draft(files)
    draft.put_on_leave(item.agency.code, item.id, _stated(given, "document", "from", "to"))
    commit_draft(directory, files, draft, given["from"], dry_run=dry_run, yes=yes)


@click.command("return")
@click.argument("person", metavar="ID|ADDRESS|NAME")
@_editing
@options("back")
def return_command(person: str, directory: Path, dry_run: bool, yes: bool, lang: str | None, **given: Any) -> None:
    """Trở lại làm việc trước ngày hết nghỉ phép / Come back before leave is over; leave to come is taken out."""
    complete(given, "date")
    files = read_files(directory, dry_run)
    item = _find(files, person, given["date"], "")
    draft = Draft(files)
    draft.end_leave(_where_on_leave(files, item, given["date"]), item.id, str(given["date"]), str(given["date"] - DAY))
    commit_draft(directory, files, draft, given["date"], dry_run=dry_run, yes=yes)


def _where_on_leave(files: list[File], item: Listed, day: date) -> str:
    """Return the code of the agency whose file has the leave: a former agency of the person, or the present one."""
    for each in of_people(_timeline(files), {item.id}):
        if each.issuance and any(leave.last >= day for leave in each.issuance.leave):
            return each.agency.code
    return item.agency.code


@click.command("change")
@click.argument("person", metavar="ID|ADDRESS|NAME")
@_editing
@_person_options
@options("document", "date", "request")
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
    """Sửa chức vụ, đơn vị, điện thoại, dung lượng; đổi họ tên / Change a title, a division, a telephone, a name.

    Họ tên mới (--name) cần văn bản và ngày; địa chỉ đổi theo, trừ khi --address giữ địa chỉ cũ theo văn bản.
    A new name (--name) needs a document and a day; the address follows, unless --address keeps it by a document.
    """
    values = {**dict.fromkeys(without, ""), **{key: given[key] for key in _DESCRIBED if given[key]}}
    if leader is not None:
        values["leader"] = "true" if leader else ""
    if "quota" in values:
        complete(given, "quota_document")
        values["quota_document"] = given["quota_document"]
    files = read_files(directory, dry_run)
    if given["name"]:
        draft, day = _renamed(files, person, given, values)
    else:
        draft, day = _described(files, person, given, values), today()
    commit_draft(directory, files, draft, day, dry_run=dry_run, yes=yes)


def _described(files: list[File], person: str, given: Mapping[str, Any], values: Mapping[str, str]) -> Draft:
    """Return the draft of a change that needs no document: title, division, phone, quota or leader from today on."""
    if stray := [key for key in _OF_A_NAME if given[key]]:
        raise Misuse(NAME_MISSING, options=[f"--{key.replace('_', '-')}" for key in stray])
    if not values:
        keys = (*_DESCRIBED, "leader", "no-leader", "without", "name")
        raise Misuse(NOTHING_TO_CHANGE, options=[f"--{key}" for key in keys])
    item = _find(files, person, today(), "")
    draft = Draft(files)
    for key, value in values.items():
        draft.describe(item.agency.code, item.id, key, value, today().isoformat())
    return draft


def _renamed(files: list[File], person: str, given: dict[str, Any], values: Mapping[str, str]) -> tuple[Draft, date]:
    """Return the draft and the day of a change of name: the entry is closed, and a new one copies its other keys."""
    item = _settle(files, person, given, "document", "date")
    _not_pending(item)
    opened = _event({**given, "event": RENAMED})
    kept = {key: value for key, value in _said(item).items() if key not in _PARTS or value in given["name"]}
    stated = {"id": item.id, **kept, **_stated(given, *_OF_ITSELF), **values}
    said = {key: value for key, value in stated.items() if value}
    draft = Draft(files)
    draft.close_person(item.agency.code, item.id, opened)
    draft.add_person(item.agency.code, {**said, "opened": opened, **_carried(item, given["date"])})
    return draft, given["date"]


def _said(item: Listed) -> dict[str, str]:
    """Return the keys of an entry that a change of name copies; not the name, a pinned address and the events."""
    row = item.issuance
    if row is None:
        return {}
    texts = {"family": row.family, "given": row.given, "title": row.title, "unit": row.unit, "phone": row.phone}
    quota = {"quota": written(row.quota) if row.quota else "", "quota_document": row.quota_document}
    return {**texts, **quota, "leader": "true" if row.leader else ""}


@click.command("key")
@click.argument("agency", metavar="TENDONVI|NAME", type=AGENCY)
@_editing
@options("key", "document", "date")
def key_command(agency: str, directory: Path, dry_run: bool, yes: bool, lang: str | None, **given: Any) -> None:
    """Khóa mới của người đang quản lý hộp thư công vụ / A new key of whoever has an agency's contact mailbox."""
    complete(given, "key", "document", "date")
    files = read_files(directory, dry_run)
    agency = agency_of(files, agency, "agency")
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
@click.argument("agency", metavar="TENDONVI|NAME", type=AGENCY)
@click.argument("person", metavar="ID|ADDRESS|NAME")
@_editing
@options("as", "document", "date", "key")
def custodian_command(  # noqa: PLR0913, PLR0917
    agency: str, person: str, directory: Path, dry_run: bool, yes: bool, lang: str | None, **given: Any
) -> None:
    """Giao hộp thư công vụ cho một người / Give an agency's contact mailbox to one of its own."""
    files = read_files(directory, dry_run)
    agency = agency_of(files, agency, "agency")
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
    """Find the mailbox of a query, then ask for missing options; if the day was asked for, find it anew on that day."""
    stated = given["date"]
    item = _find(files, query, stated or today(), agency)
    complete(given, *asked, optional=optional)
    item = item if stated else _find(files, query, given["date"], agency)
    answered("person", item.id)
    return item


def _not_pending(item: Listed) -> None:
    """Raise `Problem` where the mailbox has a closing already."""
    if closed := item.closed:
        values = {"name": item.name, "id": item.id, "agency": item.agency.code}
        raise Problem(PENDING, **values, day=closed.date, document=closed.document)


def _find(files: list[File], query: str, day: date, agency: str) -> Listed:
    """Find the mailbox of a query that is open on a day; several are listed before `Ambiguous` is raised."""
    try:
        return people.find_open(_timeline(files), query, day, agency)
    except people.Ambiguous as error:
        table(show_addresses.rows(error.found, language()))
        raise


def _namesakes(timeline: Timeline, name: str) -> None:
    """Show people with the same name: a person who comes back keeps the id, so it should be given by --id."""
    same = {item.id: item for item in of_name(timeline, name)}
    if same:
        named = [f"{item.id} ({item.address})" for item in same.values()]
        say(SAME_NAME, name=name, found=named[:NAMESAKES] + ["…"] * (len(named) > NAMESAKES))


def _entry(person: str, name: str, given: Mapping[str, Any]) -> dict[str, Value]:
    leader: dict[str, Value] = {"leader": "true"} if given["leader"] else {}
    return {"id": person, "name": name, **_stated(given, *_MORE), **leader, "opened": _event(given)}


def _carried(item: Listed, day: date) -> dict[str, Value]:
    """Return the `suspended` of a new entry: the suspension in force on the day, carried into it."""
    in_force = [s for s in item.issuance.suspended if s.covers(day)] if item.issuance else []
    return {"suspended": [entry.suspension(replace(s, since=day)) for s in in_force]} if in_force else {}


def _event(given: Mapping[str, Any]) -> dict[str, Value]:
    return _stated(given, "document", "request", "date", "event")


def _stated(given: Mapping[str, Any], *keys: str) -> dict[str, Value]:
    """Return the options that were given, as values of the register format."""
    return {key: str(given[key]) for key in keys if given[key]}
