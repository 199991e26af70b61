"""Renders how often mailboxes were checked: as JSON, and as a table with the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from ..jsontext import pretty_list
from ..messages import mark as _
from ..messages import render
from ..planning.accounts import AGENCY, OFFICIAL
from ..usage.checks import Checks, Told
from ..usage.roster import Mailbox

_HEADS = (_("mailbox"), _("name"), _("days met"), _("working days"), _("share"), _("by a program alone"))
_TITLE = _("Checks of mailboxes from {first} to {last} (Article 8), working days: {days}")
_TOTALS = {
    AGENCY: _("Contact mailboxes: {mailboxes}; working days of all: {days}, met: {met} ({share})"),
    OFFICIAL: _("Officials' mailboxes: {mailboxes}; working days of all: {days}, met: {met} ({share})"),
}
_PROGRAM = _(
    "by a program alone: days that count as met, on which a program asked at fixed intervals and nobody read anything"
)
# Messages about events that are in no row.
_NOTICES = {
    "unknown": _("events of mailboxes that this register does not have, not counted: {count} ({names})"),
    "closed": _("events of mailboxes that were not open on that day, not counted: {count}"),
    "leave": _("events of mailboxes whose owners were on leave on that day, not counted: {count}"),
    "outside": _("events before or after the period, not counted: {count}"),
    "free": _("events on days off, not counted: {count}"),
    "later": _("events of a time still to come: {count}; look at the clock of the host that wrote them"),
}
NO_EVENT = _("the file holds no event; is it the right one?")
NO_DAY = _("there is no working day from {first} to {last}, so there is nothing to show")
COMPUTED = _(
    "the days off of {years} are as the law has them; once the Government has decided Tết and the swaps, enter them in "
    "province.yml: policy: usage: days"
)


@dataclass(slots=True)
class Total:
    """The sums of a mailbox, or of all mailboxes of a kind."""

    mailboxes: int = 0
    days: int = 0
    met: int = 0
    by_program: int = 0

    def add(self, row: Checks) -> None:
        """Count one day."""
        self.days += 1
        self.met += row.met
        self.by_program += row.by_program

    @property
    def share(self) -> str:
        """Return the share in per cent, rounded down to a tenth, so that only all of it is 100."""
        return f"{1000 * self.met // self.days / 10:.1f} %" if self.days else "-"


def json_pieces(rows: Iterable[Checks]) -> Iterator[bytes]:
    """Yield all rows as one JSON list with a final line end, in pieces."""
    yield from pretty_list(row.data() for row in rows)
    yield b"\n"


def totals(rows: Iterable[Checks]) -> tuple[dict[Mailbox, tuple[str, Total]], dict[str, Total]]:
    """Return the sums of each mailbox, with its last local part, and of each kind."""
    found: dict[Mailbox, tuple[str, Total]] = {}
    kinds = {AGENCY: Total(), OFFICIAL: Total()}
    for row in rows:
        kind = kinds[row.mailbox.kind]
        if row.mailbox not in found:
            found[row.mailbox] = row.mailbox.stays[-1].local, Total(1)
            kind.mailboxes += 1
        found[row.mailbox][1].add(row)
        kind.add(row)
    return found, kinds


def table(found: dict[Mailbox, tuple[str, Total]], domain: str, language: str) -> list[tuple[str, ...]]:
    """Return a heading and a line for each mailbox, the worst first, equal ones by address."""
    lines = sorted((total.met / total.days, local, mailbox.holder, total) for mailbox, (local, total) in found.items())
    heads = tuple(render(head, {}, language) for head in _HEADS)
    return [heads, *(_line(f"{local}@{domain}", holder, total) for _share, local, holder, total in lines)]


def _line(address: str, holder: str, total: Total) -> tuple[str, ...]:
    return address, holder, str(total.met), str(total.days), total.share, str(total.by_program or "")


def title(first: date, last: date, days: int, language: str) -> str:
    """Return the title of the table."""
    return render(_TITLE, {"first": f"{first:%d/%m/%Y}", "last": f"{last:%d/%m/%Y}", "days": days}, language)


def summary(kinds: dict[str, Total], language: str) -> Iterator[str]:
    """Yield the lines below the table."""
    for kind, total in kinds.items():
        values = {"mailboxes": total.mailboxes, "days": total.days, "met": total.met, "share": total.share}
        yield render(_TOTALS[kind], values, language)
    if any(total.by_program for total in kinds.values()):
        yield render(_PROGRAM, {}, language)


def notices(told: Told, language: str) -> Iterator[str]:
    """Yield messages about events that are in no row, or whose time is impossible."""
    if not told.events:
        yield render(NO_EVENT, {}, language)
    for what, template in _NOTICES.items():
        if count := getattr(told, what):
            yield render(template, {"count": count, "names": _names(told)}, language)


def _names(told: Told) -> str:
    named = [name for name, _count in sorted(told.names.items(), key=lambda item: (-item[1], item[0]))]
    return ", ".join(named) + (", …" if sum(told.names.values()) < told.unknown else "")
