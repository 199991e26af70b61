"""Rules about leave of most of an agency at once, during which no mailbox there needs to be checked (R8.2)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ...messages import mark as _
from ...model.findings import Finding, Where, advice
from ...model.register import Agency, Issuance, Leave

MANY = advice(
    "history-leave-many",
    "R8.2",
    _(
        "by this change {count} of the {live} people of {agency} are on leave on {day}, so that nobody asks whether "
        "they look into their mailboxes; compare each with what granted the leave: a day off for all stands in "
        "province.yml (policy: usage: days)"
    ),
)
# Fewer people on leave are not most of an agency, such as one of two.
LEAST = 2


def check(before: Agency | None, now: Agency) -> Iterator[Finding]:
    """Yield the day on which most of an agency's people are on leave, if the change adds some of that leave."""
    known = {(issuance.id, leave) for issuance in before.people for leave in issuance.leave} if before else set()
    new = [
        (issuance, leave) for issuance in now.people for leave in issuance.leave if (issuance.id, leave) not in known
    ]
    counted = [(_away(now, leave.first), issuance, leave) for issuance, leave in new[:_LOOKED_AT]]
    if not counted:
        return
    count, issuance, leave = max(counted, key=lambda each: each[0])
    live = len({each.id for each in now.people if _is_open(each, leave.first)})
    if count >= LEAST and 2 * count > live:
        where = now.where_of(issuance, "leave")
        where = Where(where.file, leave.at.get("from", where.place), now.code)
        yield MANY.at(where, agency=now.code, count=count, live=live, day=leave.first)


# Maximum number of leaves that are compared: about those of a year in a large agency.
_LOOKED_AT = 200


def _away(agency: Agency, day: date) -> int:
    away = (each.id for each in agency.people if _is_open(each, day) and any(_covers(one, day) for one in each.leave))
    return len({*away})


def _covers(leave: Leave, day: date) -> bool:
    return leave.first <= day <= leave.last


def _is_open(issuance: Issuance, day: date) -> bool:
    return not issuance.void and issuance.opened.date <= day and (not issuance.closed or day < issuance.closed.date)
