"""The command `danhba acknowledge`: it writes into province.yml that a change beyond a guard's limit is intended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from ..editing.draft import Draft
from ..editing.people import UNKNOWN_PERSON, Ambiguous
from ..editing.problem import Problem
from ..editing.text import Value
from ..messages import mark as _
from ..model.policy import LIMITS
from ..model.register import Register
from ..planning.listing import Listed, who
from ..planning.state import Timeline
from ..reading.source import File
from ..rendering import addresses as show_addresses
from .asking import complete, options
from .commit import add_commit_options, commit_draft, computed, read_files
from .common import directory, lang, language, table, today
from .meant import agency_in
from .misuse import Misuse

NO_COUNT = _("--count is for these alone: {limits}; name what is meant: --accounts")
NO_COUNTED = _("{option} says in what a count holds, and is given with --count alone")
NOT_PROTECTED = _("'{account}' is not protected, and needs no acknowledgement; protected are: {choices}")
NO_ENTRY = _("'{account}' is no agency and no entry of this register; write them like: snv, snv/000101")
PASSED = _(
    "{until} has passed, and the acknowledgement would never hold; give the last day on which the change may act"
)


@click.command("acknowledge")
@directory
@options("limit", "count", "agencies", "documents", "accounts", "document", "from", "last-day")
@add_commit_options
@lang
def acknowledge_command(directory: Path, dry_run: bool, yes: bool, lang: str | None, **given: Any) -> None:
    """Xác nhận việc vượt chốt chặn, theo một văn bản / Acknowledge by a document what a guard stops.

    Ghi vào province.yml, do cơ quan vận hành duyệt: việc gì, nhiều nhất bao nhiêu hoặc những hộp thư, mục nào, từ ngày
    nào đến hết ngày nào / Written into province.yml, which the operator approves: what, up to how many or which, from
    which day to which, the last included.
    """
    complete(given, "limit")
    counted = given["limit"] in LIMITS
    if given["count"] and not counted:
        raise Misuse(NO_COUNT, limits=[*LIMITS])
    named = bool(given["accounts"]) or not counted
    narrowing = () if named else ("agencies", "documents")
    complete(given, "accounts" if named else "count", "document", "until", optional=(*narrowing, "from"))
    if given["until"] < today():
        raise Problem(PASSED, until=given["until"])
    files = read_files(directory, dry_run)
    what: dict[str, Value] = {"count": str(given["count"])} if given["count"] else {}
    what |= _narrowed(given, files)
    if named:
        what["accounts"] = list(dict.fromkeys(_accounts(given["limit"], given["accounts"], *_known(files))))
    draft = Draft(files)
    days = {key: given[key].isoformat() for key in ("from", "until") if given[key]}
    draft.acknowledge({"limit": given["limit"], "document": given["document"], **days, **what})
    commit_draft(directory, files, draft, given["from"] or today(), dry_run=dry_run, yes=yes)


def _narrowed(given: Mapping[str, Any], files: list[File]) -> dict[str, list[str]]:
    """Return the agencies and documents to which a count is limited; raise `Problem` for an unknown agency."""
    found: dict[str, list[str]] = {}
    for key in ("agencies", "documents"):
        if parts := [part.strip() for part in (given[key] or "").split(",") if part.strip()]:
            if not given["count"]:
                raise Misuse(NO_COUNTED, option=f"--{key}")
            found[key] = list(dict.fromkeys(parts))
    if "agencies" in found:
        register, _issued = computed(files)
        found["agencies"] = list(dict.fromkeys(agency_in(register, query) for query in found["agencies"]))
    return found


def _known(files: list[File]) -> tuple[Register, Timeline]:
    register, issued = computed(files)
    return register, Timeline.of(register, issued, today())


def _accounts(limit: str, stated: str, register: Register, timeline: Timeline) -> Iterator[str]:
    """Yield the accounts or entries as acknowledgements name them; raise `Problem` for one that does not exist."""
    for text in filter(None, (part.strip() for part in stated.split(","))):
        if limit == "protected":
            yield _protected(text, register)
        elif limit == "history":
            yield _entry(text, register, timeline)
        else:
            yield _one(text, timeline).address.partition("@")[0]


def _protected(text: str, register: Register) -> str:
    local = text.removesuffix(f"@{register.province.domain}")
    if local not in register.province.policy.protected:
        raise Problem(NOT_PROTECTED, account=text, choices=register.province.policy.protected)
    return local


def _entry(text: str, register: Register, timeline: Timeline) -> str:
    """Return the name of a corrected entry: an agency's code, or snv/000101 for a person's.

    A person's entry may be given in this form, by the person's id or by the address.
    """
    code, slash, person = text.removeprefix("contact-").partition("/")
    agency = register.agencies.get(code)
    if agency and (not slash or any(issuance.id == person for issuance in agency.people)):
        return f"{code}{slash}{person}"
    if slash:
        raise Problem(NO_ENTRY, account=text)
    item = _one(text, timeline)
    return f"{item.agency.code}/{item.id}" if item.issuance else item.agency.code


def _one(text: str, timeline: Timeline) -> Listed:
    """Return the one mailbox with an id or an address; several are listed before `Ambiguous` is raised."""
    asked = text.casefold()
    found = [i for i in who(timeline, text) if asked in (i.id.casefold(), i.address, i.address.partition("@")[0])]
    if not found:
        raise Problem(UNKNOWN_PERSON, query=text)
    if len({(item.agency.code, item.id) for item in found}) > 1:
        table(show_addresses.rows(found, language()))
        raise Ambiguous(text, found)
    return found[-1]
