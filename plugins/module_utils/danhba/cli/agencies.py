"""The commands `danhba agency open`, `close` and `change`, for one agency whose people and mail move nowhere else.

Where people or mail move from one agency to another, `danhba reorganise` is the command.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ..editing.draft import Draft
from ..editing.problem import Problem
from ..editing.text import Value
from ..messages import mark as _
from ..model.register import AGENCY_OPENED, STANDING
from .asking import AGENCY, CODE, complete, complete_if_asked, event, of_quota, options
from .commit import add_commit_options, commit_draft, computed, read_files, say
from .common import directory, lang, table
from .meant import agency_in, agency_of
from .misuse import NOTHING_TO_CHANGE, Misuse

STILL_OPEN = _(
    "{agency} has {count} people who are open on {day}, listed above; close or transfer them first, "
    "or decide on all of them at once: danhba reorganise"
)
SUCCEEDS_OPEN = _(
    "{agency} cannot take over from {other}, which is still open; "
    "what closes one and opens another is a reorganisation: danhba reorganise"
)

OWNERS = _(
    "CODEOWNERS does not know the file of {agency} yet, which is the operator's alone until it is made again: "
    "danhba codeowners"
)


@click.group("agency")
def agency_command() -> None:
    """Mở, đóng, thay đổi một cơ quan / Open, close or change an agency."""


@agency_command.command("open")
@click.argument("code", metavar="TENDONVI", type=CODE)
@directory
@options("agency-name", "kind", "parent", "identifier", "quota", "quota-document", "document", "date", "request")
@event(AGENCY_OPENED)
@options("succeeds")
@add_commit_options
@lang
def open_command(code: str, directory: Path, dry_run: bool, yes: bool, lang: str | None, **given: Any) -> None:
    """Cơ quan mới / A new agency."""
    complete(given, "name", "kind", "event", "document", "date", *of_quota(given))
    complete_if_asked(given, "parent")
    files = read_files(directory, dry_run)
    register, _issued = computed(files)
    if given["parent"]:
        given["parent"] = agency_in(register, given["parent"], "parent")
    succeeds = [other.strip() for other in (given["succeeds"] or "").split(",") if other.strip()]
    for other in succeeds:
        if other in register.agencies and register.agencies[other].closed is None:
            raise Problem(SUCCEEDS_OPEN, agency=code, other=other)
    stated = ("name", "kind", "parent", "identifier", "quota", "quota_document")
    fields: dict[str, Value] = {key: given[key] for key in stated if given[key]}
    if succeeds:
        fields["succeeds"] = succeeds
    draft = Draft(files)
    draft.add_agency(code, {**fields, "opened": _event(given)})
    say(OWNERS, agency=code)
    commit_draft(directory, files, draft, given["date"], dry_run=dry_run, yes=yes)


@agency_command.command("close")
@click.argument("code", metavar="TENDONVI|NAME", type=AGENCY)
@directory
@options("document", "date", "request")
@event(["dissolved"], "dissolved")
@add_commit_options
@lang
def close_command(code: str, directory: Path, dry_run: bool, yes: bool, lang: str | None, **given: Any) -> None:
    """Cơ quan giải thể / An agency that ends, with nobody left in it."""
    complete(given, "document", "date")
    files = read_files(directory, dry_run)
    register, issued = computed(files)
    code = agency_in(register, code, "code")
    if agency := register.agencies.get(code):
        day = given["date"]
        left = [
            (i, local) for i, local in issued.of(agency) if (i.closed is None or i.closed.date > day) and not i.void
        ]
        if left:
            table((local or "", issuance.name, issuance.id, issuance.title) for issuance, local in left)
            raise Problem(STILL_OPEN, agency=code, count=len(left), day=day)
    draft = Draft(files)
    draft.close_agency(code, _event(given))
    commit_draft(directory, files, draft, given["date"], dry_run=dry_run, yes=yes)


@agency_command.command("change")
@click.argument("code", metavar="TENDONVI|NAME", type=AGENCY)
@directory
@options("kind", "parent", "identifier", "document", "date")
@add_commit_options
@lang
def change_command(code: str, directory: Path, dry_run: bool, yes: bool, lang: str | None, **given: Any) -> None:
    """Cơ quan đổi loại, cơ quan chủ quản, mã định danh / Another kind, managing agency, identifier of an agency.

    Ghi thêm vào changes, có văn bản và ngày; điều đã có trước ngày ấy giữ nguyên, địa chỉ không đổi.
    Added to changes: with its document and day; what was before that day stays, and no address changes.
    """
    complete(given, "document", "date", optional=STANDING)
    values: dict[str, Value] = {key: given[key] for key in STANDING if given[key]}
    if not values:
        raise Misuse(NOTHING_TO_CHANGE, options=[f"--{key}" for key in STANDING])
    files = read_files(directory, dry_run)
    code = agency_of(files, code, "code")
    if given["parent"]:
        values["parent"] = agency_of(files, given["parent"], "parent")
    draft = Draft(files)
    draft.change_agency(code, {"document": given["document"], "date": str(given["date"]), **values})
    commit_draft(directory, files, draft, given["date"], dry_run=dry_run, yes=yes)


def _event(given: dict[str, Any]) -> dict[str, Value]:
    return {key: str(given[key]) for key in ("document", "request", "date", "event") if given[key]}
