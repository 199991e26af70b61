"""What a change does to an agency: it is never gone, and never issued again (R4.1)."""

from __future__ import annotations

from collections.abc import Iterator

from ...messages import mark as _
from ...model.findings import Finding, rule
from ...model.register import Agency
from . import custodians, events
from .spelling import alike

GONE = rule(
    "history-agency-gone",
    "R6.1a",
    _("the file of {agency} is gone; restore it from git, and close the agency by closed: with its document"),
)
REUSED = rule(
    "history-agency-reused",
    "R4.1",
    _("{agency} closed on {closed}, and this change opens it on {opened}; no tendonvi is issued again, take another"),
)
RENAMED = rule(
    "history-agency-name",
    "R6.1a",
    _(
        "{object} was '{before}' and is now '{now}'; a renamed agency is a new one that succeeds: [{object}], "
        "or acknowledge the correction in province.yml (limit: history, accounts: [{object}])"
    ),
)
SUCCEEDS = rule(
    "history-succeeds",
    "R6.1a",
    _(
        "{object} took over from {before}, whose mail would no longer reach it; restore it under succeeds:, "
        "or acknowledge the correction in province.yml (limit: history, accounts: [{object}])"
    ),
)


def check(before: Agency, now: Agency) -> Iterator[Finding]:
    """What of an agency itself is taken back, its people left out."""
    if before.closed and now.opened.date >= before.closed.date:
        values = {"agency": now.code, "closed": before.closed.date, "opened": now.opened.date}
        yield REUSED.at(now.where("opened"), **values)
        return
    if not alike(before.name, now.name):
        yield RENAMED.at(now.where("name"), object=now.code, before=before.name, now=now.name)
    yield from events.check(before, now, now.where("opened"), now.where("closed"))
    for code in before.succeeds:
        if code not in now.succeeds:
            yield SUCCEEDS.at(now.where("succeeds"), object=now.code, before=code)
    yield from custodians.check(before, now)
