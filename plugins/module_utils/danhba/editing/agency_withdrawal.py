"""What is to come for an agency itself, and taking it back, or putting it off, by a document before its day."""

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
    """One thing that is to come for an agency, and what comes with it and goes with it.

    `event` is that of a closing or an opening, else `custodian` or `changed`; `who` is the custodian. `people` come or
    leave by the same document on that day, `along` is what goes with it of other agencies, and `parted` are agencies
    that were to succeed another one, and that one.
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
        """When it is to come."""
        return self.happening.date

    @property
    def document(self) -> str:
        """By which document."""
        return self.happening.document


def to_come(timeline: Timeline, agency: Agency, today: date) -> list[AgencyMatter]:
    """What of an agency has not happened by today, by its days."""
    if agency.void:
        return []
    coming = [agency.opened, agency.closed, *agency.custodians, *agency.changes]
    found = sorted((each for each in coming if each and each.date > today), key=_day_of)
    return [_With(timeline).all(agency, each) for each in found]


def _day_of(happening: OfAgency) -> date:
    return happening.date


@dataclass(slots=True)
class _With:
    """What goes with one thing, gathered from one agency to the next."""

    timeline: Timeline
    found: list[tuple[Agency, OfAgency]] = field(default_factory=list)
    people: dict[tuple[str, str], withdrawal.Matter] = field(default_factory=dict)
    parted: list[tuple[str, str]] = field(default_factory=list)

    def all(self, agency: Agency, happening: OfAgency) -> AgencyMatter:
        """A matter with all that goes with it."""
        self.take(agency, happening)
        first, *along = (_matter(*each) for each in self.found)
        return replace(first, people=tuple(self.people.values()), along=tuple(along), parted=tuple(self.parted))

    def take(self, agency: Agency, happening: OfAgency) -> None:
        """Add one thing, and what goes with it; once."""
        if self.has(agency, happening):
            return
        self.found.append((agency, happening))
        if happening is agency.opened:
            self._begins(agency, agency.opened)
        elif isinstance(happening, Event):
            self._ends(agency, happening)

    def has(self, agency: Agency, happening: OfAgency) -> bool:
        """Whether it is there already."""
        return any(each.code == agency.code and what is happening for each, what in self.found)

    def _begins(self, agency: Agency, opened: Event) -> None:
        """Those who come by the document that founds it, and the agencies that it grows out of."""
        ids = {each.id for each in agency.people if not each.void and _same(each.opened, opened)}
        self._moving(ids, withdrawal.Part(agency.code, "opened", opened.date, opened.document))
        for code in agency.succeeds:
            former = self.timeline.register.agencies.get(code)
            if former and former.closed and former.closed.date == opened.date:
                self.take(former, former.closed)
        self._given(agency, opened, ids)
        self._placed(opened, above=agency.code)

    def _ends(self, agency: Agency, closed: Event) -> None:
        """Those who leave by the document that ends it, and the agencies that take over."""
        ids = {each.id for each in agency.people if each.closed and not each.void and _same(each.closed, closed)}
        self._moving(ids, withdrawal.Part(agency.code, "closed", closed.date, closed.document))
        for heir in self.timeline.successors.get(agency.code, ()):
            if self.has(heir, heir.opened):
                continue
            if heir.opened.date == closed.date and not self._others(heir, agency):
                self.take(heir, heir.opened)
            else:
                self.parted.append((heir.code, agency.code))
                self._given(heir, closed, ids)
        self._placed(closed, below=agency.code)

    def _others(self, heir: Agency, agency: Agency) -> bool:
        """Whether an agency that is founded also grows out of others that end on that day."""
        former = (self.timeline.register.agencies.get(code) for code in heir.succeeds if code != agency.code)
        return any(each and each.closed and each.closed.date == heir.opened.date for each in former)

    def _moving(self, ids: Set[str], part: withdrawal.Part) -> None:
        """What a document does to people of an agency on a day, in both agencies where they move."""
        entries: dict[str, list[Listed]] = defaultdict(list)
        for item in of_people(self.timeline, ids) if ids else ():
            entries[item.id].append(item)
        eve = date.fromordinal(part.day.toordinal() - 1)
        for id_, listed in entries.items():
            for matter in withdrawal.to_come(listed, eve):
                if part in matter.parts:
                    self.people.setdefault((id_, matter.event), matter)

    def _given(self, heir: Agency, event: Event, ids: Set[str]) -> None:
        """The contact mailbox that is given on that day to one who comes with it, or by its document."""
        for custodian in heir.custodians:
            if custodian.date == event.date and (custodian.document == event.document or custodian.person in ids):
                self.take(heir, custodian)

    def _placed(self, event: Event, above: str = "", below: str = "") -> None:
        """The agencies that the same document puts on that day under one, or under another than one."""
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
    """Take a matter back by a document, or put it off to the day `until` by it, with all that goes with it.

    Raises:
        Problem: an agency is to begin by it, which is not put off; a file is laid out in a way that this edit cannot
            be made in.
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
