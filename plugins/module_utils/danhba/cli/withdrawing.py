"""The command `danhba withdraw`: it withdraws or postpones future events of a person or an agency."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from ..addresses.issuing import CONTACT
from ..editing import agency_withdrawal, people, withdrawal
from ..editing.agencies import bare
from ..editing.agency_withdrawal import AgencyMatter
from ..editing.draft import Draft
from ..editing.problem import Problem
from ..governance.descriptions import named
from ..messages import mark as _
from ..model.register import AGENCY_CLOSED, AGENCY_OPENED, PERSON_CLOSED, PERSON_OPENED, Agency
from ..planning.compared import CHANGED, CUSTODIAN
from ..planning.listing import who
from ..planning.state import Timeline
from ..rendering import addresses as show_addresses
from .asking import complete, event, options
from .commit import add_commit_options, commit_draft, computed, read_files, say
from .common import directory, lang, language, table, today

NOTHING_TO_COME = _(
    "nothing is to come for {name} ({id}) after {day}; what has happened is ended as such: "
    "danhba close, transfer, open, resume"
)
NOTHING_FOR_AGENCY = _(
    "nothing is to come for {name} ({id}) after {day}; what has happened is ended as such: "
    "danhba agency, custodian, reorganise"
)
SEVERAL_TO_COME = _("several things are to come for {name} ({id}): {found}; say which one: --event")
EITHER = _(
    "'{query}' is an agency, and {name} ({id}), too; write contact-{query} for the agency, {address} for the person"
)
NOT_LATER = _("{until} is not after {day}, when it is to come; what is put off is put off to a later day")
TAKEN_BACK = _("withdrawn: {name} ({id}): {what}, from {day} on, by {document}; by {by} it does not come to pass")
PUT_OFF = _("put off: {name} ({id}): {what}, from {day} on, by {document}; by {by} it comes on {until}")
NO_HEIR = _("{heir} succeeds {id} no more: it is taken out of succeeds:")
# Kinds of events that can be withdrawn.
COMING = PERSON_OPENED | PERSON_CLOSED | AGENCY_OPENED | AGENCY_CLOSED | {withdrawal.SUSPENDED, CHANGED, CUSTODIAN}

M = TypeVar("M", withdrawal.Matter, AgencyMatter)


@click.command("withdraw")
@click.argument("query", metavar="ID|ADDRESS|NAME|TENDONVI")
@directory
@add_commit_options
@lang
@options("document", "date", "until")
@event(COMING)
def withdraw_command(query: str, directory: Path, dry_run: bool, yes: bool, lang: str | None, **given: Any) -> None:
    """Thu hồi, hoặc lùi ngày, việc chưa đến ngày / Withdraw, or put off, what has not happened yet.

    Của một người, hoặc của một cơ quan (TENDONVI): thành lập, kết thúc, bàn giao hộp thư công vụ, thay đổi.
    --date là ngày của văn bản thu hồi (mặc định hôm nay); --until là ngày mới của việc được lùi lại.
    Of a person, or of an agency (TENDONVI): its opening, its closing, a hand-over of its mailbox, a change.
    --date is the day of the document that withdraws (today, if not given); --until is the new day of what is put off.
    """
    complete(given, "document")
    given["date"] = given["date"] or today()
    files = read_files(directory, dry_run)
    timeline = Timeline.of(*computed(files), today())
    agency = _agency(timeline, query)
    draft = Draft(files)
    if agency:
        _of_agency(draft, timeline, agency, given)
    else:
        _of_person(draft, timeline, query, given)
    commit_draft(directory, files, draft, today(), dry_run=dry_run, yes=yes)


def _agency(timeline: Timeline, query: str) -> Agency | None:
    """Return the agency with this code, contact mailbox or full name; None where the query can only mean a person.

    Raises:
        Problem: an agency and a person both match.
    """
    register = timeline.register
    if named_so := [each for each in register.agencies.values() if bare(each.name) == bare(query)]:
        return next((each for each in named_so if each.closed is None), named_so[-1])
    local = query.strip().casefold().removesuffix(f"@{register.province.domain}")
    agency = register.agencies.get(local.removeprefix(CONTACT))
    if agency is None or ("@" in query and not local.startswith(CONTACT)):
        return None
    for item in who(timeline, query):
        if item.issuance and local in {item.id.casefold(), item.address.partition("@")[0]}:
            raise Problem(EITHER, query=local, name=item.name, id=item.id, address=item.address)
    return agency


def _of_agency(draft: Draft, timeline: Timeline, agency: Agency, given: Mapping[str, Any]) -> None:
    found = agency_withdrawal.to_come(timeline, agency, today())
    matter = _one(found, given["event"], {"name": agency.name, "id": agency.code}, NOTHING_FOR_AGENCY)
    _later(matter, given)
    agency_withdrawal.take_back(draft, timeline, matter, _ending(given), str(given["until"] or ""))
    for each in (matter, *matter.along):
        _tell({"name": each.name, "id": each.agency}, each, _what(each), given)
    for moving in matter.people:
        _tell({"name": moving.name, "id": moving.id}, moving, named(moving.event, language()), given)
    for heir, former in () if given["until"] else matter.parted:
        say(NO_HEIR, heir=heir, id=former)


def _what(matter: AgencyMatter) -> str:
    what = named(matter.event, language())
    return f"{what}: {matter.who}" if matter.who else what


def _of_person(draft: Draft, timeline: Timeline, query: str, given: Mapping[str, Any]) -> None:
    matter = _matter(timeline, query, given["event"])
    _later(matter, given)
    withdrawal.take_back(draft, matter, _ending(given), str(given["until"] or ""))
    _tell({"name": matter.name, "id": matter.id}, matter, named(matter.event, language()), given)


def _matter(timeline: Timeline, query: str, event: str | None) -> withdrawal.Matter:
    """Return the one future event of a person that a query and --event mean."""
    mailboxes = people.of_query(timeline, query)
    coming = {id_: withdrawal.to_come(entries, today()) for id_, entries in mailboxes.items()}
    coming = {id_: found for id_, found in coming.items() if found} or coming
    if len(coming) > 1:
        several = people.Ambiguous(query, [item for id_ in coming for item in mailboxes[id_]])
        table(show_addresses.rows(several.found, language()))
        raise several
    ((id_, found),) = coming.items()
    return _one(found, event, {"name": mailboxes[id_][-1].name, "id": id_}, NOTHING_TO_COME)


def _one(found: list[M], event: str | None, whose: Mapping[str, str], nothing: str) -> M:
    """Return the event that --event means; of several of one kind the last, which has to be withdrawn first.

    Raises:
        Problem: there is no future event, or events of several kinds and no --event.
    """
    meant = [matter for matter in found if event in {None, matter.event}]
    if not meant:
        raise Problem(nothing, **whose, day=today())
    if len({matter.event for matter in meant}) > 1:
        listed = [f"{named(matter.event, language())} {matter.day} ({matter.document})" for matter in meant]
        raise Problem(SEVERAL_TO_COME, **whose, day=today(), found=listed)
    return meant[-1]


def _later(matter: withdrawal.Matter | AgencyMatter, given: Mapping[str, Any]) -> None:
    if given["until"] and given["until"] <= matter.day:
        raise Problem(NOT_LATER, until=given["until"], day=matter.day)


def _ending(given: Mapping[str, Any]) -> dict[str, str]:
    return {"document": given["document"], "date": str(given["date"])}


def _tell(
    whose: Mapping[str, str], matter: withdrawal.Matter | AgencyMatter, what: str, given: Mapping[str, Any]
) -> None:
    """Show which event is withdrawn or postponed, since the plan shows only what will happen."""
    values = {"what": what, "day": matter.day, "document": matter.document, "by": given["document"]}
    say(PUT_OFF if given["until"] else TAKEN_BACK, **whose, **values, until=given["until"])
