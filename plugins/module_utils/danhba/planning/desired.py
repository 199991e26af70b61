"""Computes the accounts, routes and exemptions that a server should have, from a register on a day."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from sys import intern
from typing import Any

from unidecode import unidecode

from ..addresses.issuing import contact
from ..model.policy import Guards
from ..model.register import PAIRED, Agency, Change, Event, Register
from ..model.rows import Row, Spell
from ..vietnamese.names import as_written
from . import accounts as a
from .state import LIVE, Entry, State, Timeline

# Maximum number of addresses and telephones in a refusal.
NAMED = 4
# SMTP replies are ASCII (RFC 5321, 4.2), so the Vietnamese comes without its marks.
CANCELLED = "Hop thu nay da bi huy bo, khong con nhan thu / This mailbox was cancelled; xin lien he / please ask: {ask}"
REDIRECTED = "Hop thu nay da doi dia chi, xin gui lai den / This mailbox has moved, please write to: {new}"


def accounts(timeline: Timeline, only: Collection[str] | None = None) -> a.Accounts:
    """Return every account and route that should exist on the timeline's day.

    With `only`, of people only those who are or were in one of these agencies (codes).
    """
    return _Desired(timeline).all(only)


def concerned(before: Timeline, now: Timeline) -> frozenset[str]:
    """Return the codes of the agencies whose people may have other accounts or routes in `now` than in `before`.

    An agency whose file did not change is the same object in both. From changed ones it extends to all agencies of
    people who have also been elsewhere, because their mailbox may be there; and, where a succession changed, to all
    agencies that are no longer open, because their refusals name the successors.
    """
    there, here = before.register.agencies, now.register.agencies
    if before.register.province != now.register.province:
        return frozenset(there.keys() | here.keys())
    found = {code for code in there.keys() | here.keys() if there.get(code) is not here.get(code)}
    if any(_course(there.get(code)) != _course(here.get(code)) for code in found):
        for timeline in (before, now):
            agencies = timeline.register.agencies.values()
            found |= {each.code for each in agencies if timeline.own_agency_state(each) is not State.OPEN}
    related: set[str] = set()
    for entries in (*before.moved.values(), *now.moved.values()):
        codes = {entry.agency.code for entry in entries}
        if not codes.isdisjoint(found):
            related |= codes
    return frozenset(found | related)


def _course(agency: Agency | None) -> tuple[object, ...]:
    """Return what decides which agencies succeed an agency, and whom it succeeds."""
    return (agency.opened, agency.closed, agency.succeeds) if agency else ()


def guards(register: Register) -> Guards:
    """Return the guards of a register's plans: limits, protected accounts and acknowledgements."""
    province = register.province

    def full(addresses: Iterable[str]) -> tuple[str, ...]:
        return tuple(a if "@" in a else f"{a}@{province.domain}" for a in addresses)

    acknowledgements = tuple(replace(a, accounts=full(a.accounts)) for a in province.acknowledgements)
    return Guards(province.policy.limits, frozenset(full(province.policy.protected)), acknowledgements)


def _is_carried(spell: Spell, row: Row) -> bool:
    """Say whether a suspension began before and only continues in a new entry, made by a move or a new name."""
    return spell.since == row.opened_on and row.opened_event in PAIRED


def _some(texts: list[str]) -> str:
    """Join the first `NAMED` texts: a reply line has at most 512 octets (RFC 5321, 4.5.3.1.5)."""
    return ", ".join(texts[:NAMED] + ["..."] * (len(texts) > NAMED))


# An account, and the routes at its holder's former addresses.
Made = tuple[a.Account, Sequence[a.Route]]
# Faster than `Account(...)` and `Account._make`: it is called for each of up to 100,000 officials.
_account: Callable[[tuple[Any, ...]], a.Account] = partial(tuple.__new__, a.Account)


class _Desired:
    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.register = timeline.register
        self.policy = timeline.register.province.policy
        self.domain = "@" + timeline.register.province.domain

    def address(self, local: str) -> str:
        return local + self.domain

    def all(self, only: Collection[str] | None) -> a.Accounts:
        agencies = self.register.agencies.values()
        never = {State.PENDING, State.WITHDRAWN}
        found = [self._contact(each) for each in agencies if self.timeline.own_agency_state(each) not in never]
        routes = [*self._system_routes(), *self._former_contacts()]
        seen: set[str] = set()
        for agency in agencies:
            if only is None or agency.code in only:
                for account, former in self._people(agency, seen):
                    found.append(account)
                    routes.extend(former)
        return a.Accounts.of(found, routes, self._exemptions())

    def _exemptions(self) -> Iterator[a.Exemption]:
        """Yield all exemptions from the secrecy gate, of any day: the server compares their days itself."""
        for each in self.register.province.secrecy_exceptions:
            sender = each.sender if "@" in each.sender else self.address(each.sender)
            days = each.since.isoformat(), each.until.isoformat()
            yield a.Exemption(sender, tuple(sorted(each.files)), *days, each.document, each.reason)

    def _people(self, agency: Agency, seen: set[str]) -> Iterator[Made]:
        """Yield the accounts of an agency's people, each with the routes at its holder's former addresses.

        Skips people in `seen`, whose account an earlier agency has yielded, and adds those with several entries to it.
        """
        for row in self.timeline.rows(agency):
            if row.void_on:
                continue
            if entries := self.timeline.moved.get(row.id):
                if row.id not in seen and (current := self.timeline.last(entries)):
                    yield self._of_several(entries, current)
                seen.add(row.id)
            elif (state := self.timeline.own_state(row)) is not State.PENDING:
                account = self._official(agency, row, state)
                yield account, self._former([entry := Entry(agency, row)], entry) if state is State.CLOSED else ()

    def _of_several(self, entries: Sequence[Entry], current: Entry) -> Made:
        """Return the account of a person with several entries, made from the one that holds the mailbox."""
        account = self._official(*current, self.timeline.own_state(current.issuance))
        return account, self._former(entries, current)

    def _contact(self, agency: Agency) -> a.Account:
        state = self.timeline.own_agency_state(agency)
        event = agency.closed if agency.closed and state is State.CLOSED else self._placed(agency)
        return a.Account(
            kind=a.AGENCY,
            id=agency.code,
            address=self.address(contact(agency.code)),
            name=agency.name,
            agency=agency.code,
            title="",
            unit="",
            phone="",
            quota=agency.quota or self.policy.quota_agency,
            state=state.value,
            document=event.document,
            since=event.date.isoformat(),
            parent=agency.on(self.timeline.day).parent,
            quota_document=agency.quota_document,
        )

    def _placed(self, agency: Agency) -> Event | Change:
        """Return the event that gave an agency its present parent: its founding, or the last change of the parent."""
        moved = [change for change in agency.changes if change.parent and change.date <= self.timeline.day]
        return max(moved, key=lambda change: change.date, default=agency.opened)

    def _official(self, agency: Agency, row: Row, state: State) -> a.Account:
        document, since = self._reason(row, state)
        family, _middle, given = as_written(row.name, row.family, row.given)
        # `intern` keeps equal titles, divisions and days once in memory.
        return _account(
            (
                a.OFFICIAL,
                row.id,
                row.local + self.domain,
                row.name,
                agency.code,
                intern(row.title),
                intern(row.unit),
                row.phone,
                row.quota or self.policy.quota_official,
                state.value,
                document,
                intern(since),
                "",
                family,
                given,
                row.quota_document,
            )
        )

    def _reason(self, row: Row, state: State) -> tuple[str, str]:
        """Return the document that put the mailbox into its state, and the first day of that state (ISO 8601)."""
        if state is State.CLOSED:
            return row.closed_by, row.closed_on
        if not row.spells:
            return row.opened_by, row.opened_on
        if state is State.SUSPENDED and (spell := self.timeline.spell(row)) and not _is_carried(spell, row):
            return spell.document, spell.since
        today = self.timeline.day.isoformat()
        ended = [spell for spell in row.spells if spell.end and spell.end <= today and not spell.withdrawn_on]
        if ended:
            last = max(ended, key=lambda spell: spell.end)
            return last.ending, last.end
        return row.opened_by, row.opened_on

    def _former_contacts(self) -> Iterator[a.Route]:
        for agency in self.register.agencies.values():
            if self.timeline.own_agency_state(agency) is State.CLOSED:
                yield self._former_contact(agency)

    def _system_routes(self) -> Iterator[a.Route]:
        """Yield the routes of the addresses that RFC 2142 demands, to a contact mailbox or those that succeed it."""
        for local, target in self.register.province.system_addresses.items():
            agency = self.register.agencies[target.removeprefix(contact(""))]
            opened = self.timeline.own_agency_state(agency) is State.OPEN
            heirs = [agency] if opened else self.timeline.heirs(agency)
            targets = tuple((a.AGENCY, heir.code) for heir in heirs)
            yield a.Route(self.address(local), a.SYSTEM, agency.opened.document, "", targets)

    def _former_contact(self, agency: Agency) -> a.Route:
        address = self.address(contact(agency.code))
        document = agency.closed.document if agency.closed else ""
        heirs = self.timeline.heirs(agency)
        state = self.timeline.agency_state(agency)
        if state is State.FORWARDING:
            return a.Route(address, a.FORWARD, document, "", tuple((a.AGENCY, heir.code) for heir in heirs))
        if state is State.REDIRECTING:
            new = _some([self.address(contact(heir.code)) for heir in heirs])
            return a.Route(address, a.REDIRECT, document, REDIRECTED.format(new=new), ())
        return a.Route(address, a.CANCELLED, document, self._cancelled(agency), ())

    def _former(self, entries: Sequence[Entry], current: Entry) -> list[a.Route]:
        """Return the routes at a person's former addresses; the last closing of an address decides."""
        live = self.timeline.own_state(current.issuance) in LIVE
        found: dict[str, a.Route] = {}
        for entry in entries:
            if self.timeline.own_state(entry.issuance) is State.CLOSED:
                state = self.timeline.state(entry)
                if route := self._former_official(entry, current, state, live=live):
                    found[route.address] = route
        return list(found.values())

    def _former_official(self, entry: Entry, current: Entry, state: State, *, live: bool) -> a.Route | None:
        address, document = self.address(entry.local), entry.issuance.closed_by
        if not live:
            return a.Route(address, a.CANCELLED, document, self._cancelled(entry.agency), ())
        if state is State.FORWARDING:
            return a.Route(address, a.FORWARD, document, "", ((a.OFFICIAL, entry.issuance.id),))
        if state is State.REDIRECTING:
            return a.Route(address, a.REDIRECT, document, REDIRECTED.format(new=self.address(current.local)), ())
        return None

    def _cancelled(self, agency: Agency) -> str:
        """Return the refusal of a cancelled address. It names the agency or its successors, and the support."""
        opened = self.timeline.own_agency_state(agency) is State.OPEN
        asked = [agency] if opened else self.timeline.heirs(agency)
        province = self.register.province
        contacts = [self.address(contact(heir.code)) for heir in asked]
        contacts += [text for text in (province.support_mail, unidecode(province.support_phone)) if text]
        return CANCELLED.format(ask=_some(list(dict.fromkeys(contacts))) or f"postmaster@{province.domain}")
