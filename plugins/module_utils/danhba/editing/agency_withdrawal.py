"""Withdrawal and postponement, by a document, of an agency's events that have not happened yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date

from ..messages import mark as _
from ..model.entries import entry_on
from ..model.register import Agency, Change, Custodian, Event, OfAgency
from ..planning.compared import CHANGED, CUSTODIAN
from ..planning.listing import Listed, of_people
from ..planning.state import Timeline
from . import withdrawal
from .draft import Draft
from .problem import Problem
from .text import Value

FOUNDS = _(
    "{agencies} is to begin on {day}, and that is not put off, for its file says once when; let the day come, or "
    "withdraw it without --until, and found another agency with another tendonvi"
)


@dataclass(frozen=True, slots=True)
class AgencyMatter:
    """A future event of an agency, with everything that has to be withdrawn or postponed together with it.

    `event` is that of an opening or a closing, else `custodian` or `changed`; `who` is the custodian. `people`: events
    of people who join or leave by the same document on that day. `along`: events of other agencies that depend on this
    one. `parted`: pairs of a successor and the agency that it then no longer succeeds.
    """

    agency: str
    name: str
    happening: OfAgency
    event: str
    who: str = ""
    people: tuple[withdrawal.Matter, ...] = ()
    along: tuple[AgencyMatter, ...] = ()
    parted: tuple[tuple[str, str], ...] = ()

    @property
    def day(self) -> date:
        """Return the day of the event."""
        return self.happening.date

    @property
    def document(self) -> str:
        """Return the document that the event is by."""
        return self.happening.document


def to_come(timeline: Timeline, agency: Agency, today: date) -> list[AgencyMatter]:
    """Return the events of an agency that have not happened by `today`, in order of their days."""
    if agency.void:
        return []
    coming = [agency.opened, agency.closed, *agency.custodians, *agency.changes]
    found = sorted((each for each in coming if each and each.date > today), key=_day_of)
    return [_Dependents(timeline).all(agency, each) for each in found]


def _day_of(happening: OfAgency) -> date:
    return happening.date


@dataclass(slots=True)
class _Dependents:
    """Collector of everything that depends on one event of an agency, followed from agency to agency."""

    timeline: Timeline
    found: list[tuple[Agency, OfAgency]] = field(default_factory=list)
    people: dict[tuple[str, str], withdrawal.Matter] = field(default_factory=dict)
    parted: list[tuple[str, str]] = field(default_factory=list)

    def all(self, agency: Agency, happening: OfAgency) -> AgencyMatter:
        """Return an event with everything that has to be withdrawn together with it."""
        self.take(agency, happening)
        first, *along = (_matter(*each) for each in self.found)
        return replace(first, people=tuple(self.people.values()), along=tuple(along), parted=tuple(self.parted))

    def take(self, agency: Agency, happening: OfAgency) -> None:
        """Add an event and, recursively, the events that depend on it; does nothing for one already added."""
        if self.has(agency, happening):
            return
        self.found.append((agency, happening))
        if happening is agency.opened:
            self._begins(agency, agency.opened)
        elif isinstance(happening, Event):
            self._ends(agency, happening)

    def has(self, agency: Agency, happening: OfAgency) -> bool:
        """Tell whether an event was added already."""
        return any(each.code == agency.code and event is happening for each, event in self.found)

    def _begins(self, agency: Agency, opened: Event) -> None:
        """Add what depends on an opening.

        These are the people who come by the founding document, the closings of the agencies that it succeeds, its
        first custodian, and the agencies that are placed under it.
        """
        ids = {each.id for each in agency.people if not each.void and _same(each.opened, opened)}
        self._add_people(ids, withdrawal.Part(agency.code, "opened", opened.date, opened.document))
        for code in agency.succeeds:
            former = self.timeline.register.agencies.get(code)
            if former and former.closed and former.closed.date == opened.date:
                self.take(former, former.closed)
        self._add_hand_over(agency, opened, ids)
        self._add_placed(opened, above=agency.code)

    def _ends(self, agency: Agency, closed: Event) -> None:
        """Add what depends on a closing.

        These are the people who leave by the closing document, the openings of successors, and the agencies that are
        placed elsewhere. A successor that goes on is noted in `parted` instead, with its new custodian.
        """
        ids = {each.id for each in agency.people if each.closed and not each.void and _same(each.closed, closed)}
        self._add_people(ids, withdrawal.Part(agency.code, "closed", closed.date, closed.document))
        for heir in self.timeline.successors.get(agency.code, ()):
            if self.has(heir, heir.opened):
                continue
            if heir.opened.date == closed.date and not self._succeeds_others(heir, agency):
                self.take(heir, heir.opened)
            else:
                self.parted.append((heir.code, agency.code))
                self._add_hand_over(heir, closed, ids)
        self._add_placed(closed, below=agency.code)

    def _succeeds_others(self, heir: Agency, agency: Agency) -> bool:
        """Tell whether a new agency also succeeds other agencies that close on the day of its opening."""
        former = (self.timeline.register.agencies.get(code) for code in heir.succeeds if code != agency.code)
        return any(each and each.closed and each.closed.date == heir.opened.date for each in former)

    def _add_people(self, ids: Set[str], part: withdrawal.Part) -> None:
        """Add the events of people by a document on a day; a transfer is added for both of its agencies."""
        entries: dict[str, list[Listed]] = defaultdict(list)
        for item in of_people(self.timeline, ids) if ids else ():
            entries[item.id].append(item)
        eve = date.fromordinal(part.day.toordinal() - 1)
        for id_, listed in entries.items():
            for matter in withdrawal.to_come(listed, eve):
                if part in matter.parts:
                    self.people.setdefault((id_, matter.event), matter)

    def _add_hand_over(self, heir: Agency, event: Event, ids: Set[str]) -> None:
        """Add the hand-over of a successor's contact mailbox on the event's day.

        It depends on the event where it is by the same document, or goes to a person who comes with the event.
        """
        for custodian in heir.custodians:
            if custodian.date == event.date and (custodian.document == event.document or custodian.person in ids):
                self.take(heir, custodian)

    def _add_placed(self, event: Event, above: str = "", below: str = "") -> None:
        """Add the changes of managing agency by the event's document and day: to `above`, or away from `below`."""
        for child in self.timeline.register.agencies.values():
            for change, before, _after in child.steps() if child.changes else ():
                moved = change.parent and (change.parent == above or before.parent == below)
                if moved and _same(change, event):
                    self.take(child, change)


def _same(one: Event | Change, other: Event) -> bool:
    return (one.document, one.date) == (other.document, other.date)


def _matter(agency: Agency, happening: OfAgency) -> AgencyMatter:
    if isinstance(happening, Event):
        return AgencyMatter(agency.code, agency.name, happening, happening.event)
    if isinstance(happening, Change):
        return AgencyMatter(agency.code, agency.name, happening, CHANGED)
    entry = entry_on(agency.people, happening.person, happening.date)
    who = f"{entry.name} ({happening.person})" if entry else happening.person
    return AgencyMatter(agency.code, agency.name, happening, CUSTODIAN, who)


def take_back(
    draft: Draft, timeline: Timeline, matter: AgencyMatter, ending: Mapping[str, Value], until: str = ""
) -> None:
    """Withdraw an event by a document, or postpone it to the day `until`, with everything that depends on it.

    `ending` has the keys `document` and `date` of the withdrawing document.

    Raises:
        Problem: an opening of an agency would be postponed, which is not possible; or the layout of a file does not
            allow this edit.
    """
    agencies = timeline.register.agencies
    every = [matter, *matter.along]
    founded = [each.agency for each in every if each.happening is agencies[each.agency].opened]
    if founded and until:
        raise Problem(FOUNDS, agencies=founded, day=matter.day)
    for each in every:
        if each.agency in founded and each.happening is agencies[each.agency].opened:
            draft.withdraw_opening_of_agency(each.agency, ending)
        else:
            _take_back(draft, each.agency, each.happening, ending, until)
    for person in matter.people:
        withdrawal.take_back(draft, person, ending, until)
    for heir, former in () if until else matter.parted:
        draft.take_out_succeeds(heir, former)


def _take_back(draft: Draft, agency: str, happening: OfAgency, ending: Mapping[str, Value], until: str) -> None:
    anew: dict[str, Value] = {"document": ending["document"], "date": until}
    if isinstance(happening, Event):
        draft.withdraw_closing_of_agency(agency, ending, {**anew, "event": happening.event} if until else None)
    elif isinstance(happening, Custodian):
        stated = {"person": happening.person, "as": happening.role}
        draft.withdraw_item(agency, "custodians", {**_cited(happening), **stated}, ending)
        if until:
            draft.add_custodian(agency, {**anew, **stated, **({"key": happening.key} if happening.key else {})})
    else:
        draft.withdraw_item(agency, "changes", {**_cited(happening), **happening.values}, ending)
        if until:
            draft.change_agency(agency, {**anew, **happening.values})


def _cited(happening: OfAgency) -> dict[str, str]:
    return {"document": happening.document, "date": happening.date.isoformat()}
