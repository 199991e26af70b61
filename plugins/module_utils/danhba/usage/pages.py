"""The data that a host needs so that agencies can read the use of their own mailboxes (R9.5, R13).

It says who reads which page, which mailboxes belong to an agency on which days, and which days and windows count. The
checks themselves stay on the host.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache, partial
from typing import Any

from ..jsontext import pack
from ..model import custody
from ..model.policy import Window
from ..model.register import Agency, Custodian
from ..planning.accounts import AGENCY, OFFICIAL
from ..planning.handovers import is_there
from ..planning.state import Timeline
from .checks import Period
from .daily import masks
from .roster import Mailbox

# Working days are published for about a year from the month before on.
HEAD = "head"
_AHEAD = timedelta(days=365)


def published(timeline: Timeline, target: int) -> dict[str, Any]:
    """Return `rule` and `pages` for the day of the timeline, in types of JSON.

    A rule has `windows` (each the minutes of a day as 1440 binary digits), their `names`, the numbers that an
    `official` and an `agency` need, the `target` in per cent, and the working `days` from the month before on. A page
    has `agency`, `name`, `readers` (`official/000105`) and `mailboxes`, each with `kind`, `id`, `holder`, `address` and
    `stays`, in the text of PostgreSQL's datemultirange.
    """
    day = timeline.day
    first = (day.replace(day=1) - timedelta(days=1)).replace(day=1)
    period = Period.of(timeline, first, first + _AHEAD)
    boxes = _mailboxes(period, timeline.register.province.domain)
    pages = [
        {"agency": code, "name": agency.name, "readers": readers(agency, day), "mailboxes": boxes.get(code, [])}
        for code, agency in timeline.register.agencies.items()
        if is_there(agency, day)
    ]
    return {"rule": _rule(period, target), "pages": pages}


def lines(timeline: Timeline, target: int) -> Iterator[bytes]:
    """Yield the same as lines for the host: the rule, then each page.

    A page is its agency, name and readers, a tab, and its mailboxes; both parts are JSON.
    """
    told = published(timeline, target)
    yield pack(told["rule"])
    for page in told["pages"]:
        yield pack([page["agency"], page["name"], page["readers"]]) + b"\t" + pack(page["mailboxes"])


def readers(agency: Agency, day: date) -> list[str]:
    """Return who may read an agency's page: the contact mailbox, its custodian and the head, while in office."""
    held, head = custody.holder(agency, day), _head(agency, day)
    people = [held[0].person] if held else []
    # Custodian and head are mostly the same person.
    if head and head.person not in people and custody.in_office(agency, head, day):
        people.append(head.person)
    return [f"{AGENCY}/{agency.code}", *[f"{OFFICIAL}/{person}" for person in people]]


def _head(agency: Agency, day: date) -> Custodian | None:
    """Return the custodian who was named as head last, also if a delegate has held the mailbox since."""
    named = [each for each in agency.custodians if each.role == HEAD and each.date <= day and not each.withdrawn]
    return named[-1] if named else None


def _rule(period: Period, target: int) -> dict[str, Any]:
    usage = period.usage
    return {
        "windows": masks(period),
        "names": [_name(window) for window in usage.windows],
        "official": list(usage.official),
        "agency": list(usage.agency),
        "target": target,
        "days": [day.isoformat() for day in period.days.days],
    }


def _name(window: Window) -> str:
    return "–".join(f"{minute // 60:02}:{minute % 60:02}" for minute in window)


def _mailboxes(period: Period, domain: str) -> dict[str, list[dict[str, str]]]:
    """Return, by agency, the mailboxes that are open there on a working day of the period."""
    found: dict[str, dict[tuple[str, str], tuple[Mailbox, list[str]]]] = {}
    span = cache(partial(_span, period.days.days))
    for mailbox in period.mailboxes:
        for stay in mailbox.stays:
            at = found.setdefault(stay.agency, {}).setdefault((mailbox.name, stay.local), (mailbox, []))
            at[1].append(span(stay.first, stay.last))
    return {
        agency: [
            {
                "kind": mailbox.kind,
                "id": mailbox.name.partition("/")[2],
                "holder": mailbox.holder,
                "address": f"{local}@{domain}",
                "stays": "{" + ",".join(spans) + "}",
            }
            for (_name, local), (mailbox, spans) in boxes.items()
        ]
        for agency, boxes in found.items()
    }


def _span(days: Sequence[date], first: int, last: int) -> str:
    """Return the first and the last working day of a stay, both included, as a range of PostgreSQL."""
    return f"[{days[first]},{days[last - 1]}]"
