"""From a register on a day to the accounts that a server should have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from unidecode import unidecode

from ..addresses.issuing import contact
from ..model.policy import Guards
from ..model.register import Agency, Register
from ..vietnamese.names import as_written
from . import accounts as a
from .state import LIVE, Entry, State, Timeline

# How many addresses and telephones a refusal names.
NAMED = 4
# SMTP replies are ASCII (RFC 5321, 4.2), so the Vietnamese comes without its marks.
CANCELLED = "Hop thu nay da bi huy bo, khong con nhan thu / This mailbox was cancelled; xin lien he / please ask: {ask}"
REDIRECTED = "Hop thu nay da doi dia chi, xin gui lai den / This mailbox has moved, please write to: {new}"


def accounts(timeline: Timeline) -> a.Accounts:
    """Every account and route that should exist on the timeline's day."""
    desired = _Desired(timeline)
    return a.Accounts.of(desired.accounts(), desired.routes())


def guards(register: Register) -> Guards:
    """The guards of every plan that this register leads to."""
    province = register.province

    def full(addresses: Iterable[str]) -> tuple[str, ...]:
        return tuple(a if "@" in a else f"{a}@{province.domain}" for a in addresses)

    acknowledgements = tuple(replace(a, accounts=full(a.accounts)) for a in province.acknowledgements)
    return Guards(province.policy.limits, frozenset(full(province.policy.protected)), acknowledgements)


def _some(texts: list[str]) -> str:
    """The first of many: a reply line has at most 512 octets (RFC 5321, 4.5.3.1.5)."""
    return ", ".join(texts[:NAMED] + ["..."] * (len(texts) > NAMED))


class _Desired:
    def __init__(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self.register = timeline.register
        self.policy = timeline.register.province.policy

    def address(self, local: str) -> str:
        return f"{local}@{self.register.province.domain}"

    def accounts(self) -> Iterator[a.Account]:
        for agency in self.register.agencies.values():
            if self.timeline.own_agency_state(agency) is not State.PENDING:
                yield self._contact(agency)
        for person in self.timeline.people:
            if current := self.timeline.current(person):
                yield self._official(current)

    def _contact(self, agency: Agency) -> a.Account:
        state = self.timeline.own_agency_state(agency)
        event = agency.closed if agency.closed and state is State.CLOSED else agency.opened
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
            parent=agency.parent,
        )

    def _official(self, entry: Entry) -> a.Account:
        issuance = entry.issuance
        state = self.timeline.own_state(issuance)
        document, since = self._reason(entry, state)
        family, _middle, given = as_written(issuance.name, issuance.family, issuance.given)
        return a.Account(
            kind=a.OFFICIAL,
            id=issuance.id,
            address=self.address(entry.local),
            name=issuance.name,
            agency=entry.agency.code,
            title=issuance.title,
            unit=issuance.unit,
            phone=issuance.phone,
            quota=issuance.quota or self.policy.quota_official,
            state=state.value,
            document=document,
            since=since,
            family=family,
            given=given,
        )

    def _reason(self, entry: Entry, state: State) -> tuple[str, str]:
        """The document that put the mailbox into its state, and the day from which it is in it."""
        issuance, day = entry.issuance, self.timeline.day
        if state is State.CLOSED and issuance.closed:
            return issuance.closed.document, issuance.closed.date.isoformat()
        if state is State.SUSPENDED:
            suspension = next(s for s in issuance.suspended if s.covers(day))
            return suspension.document, suspension.since.isoformat()
        ended = [s for s in issuance.suspended if s.until and s.until <= day]
        if ended:
            last = max(ended, key=lambda s: s.until or s.since)
            return last.document, (last.until or last.since).isoformat()
        return issuance.opened.document, issuance.opened.date.isoformat()

    def routes(self) -> Iterator[a.Route]:
        yield from self._system_routes()
        for agency in self.register.agencies.values():
            if self.timeline.own_agency_state(agency) is State.CLOSED:
                yield self._former_contact(agency)
        for entries in self.timeline.people.values():
            yield from self._former(entries)

    def _system_routes(self) -> Iterator[a.Route]:
        """What RFC 2142 demands of a domain, answered by a contact mailbox or whoever succeeds it."""
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

    def _former(self, entries: list[Entry]) -> list[a.Route]:
        """The addresses that a person has left behind; the last closing of an address decides."""
        current = self.timeline.current(entries[0].issuance.id)
        if current is None:
            return []
        live = self.timeline.own_state(current.issuance) in LIVE
        found: dict[str, a.Route] = {}
        for entry in entries:
            closed = self.timeline.own_state(entry.issuance) is State.CLOSED
            if closed and (route := self._former_official(entry, current, live=live)):
                found[route.address] = route
        return list(found.values())

    def _former_official(self, entry: Entry, current: Entry, *, live: bool) -> a.Route | None:
        address, state = self.address(entry.local), self.timeline.state(entry)
        document = entry.issuance.closed.document if entry.issuance.closed else ""
        if not live:
            return a.Route(address, a.CANCELLED, document, self._cancelled(entry.agency), ())
        if state is State.FORWARDING:
            return a.Route(address, a.FORWARD, document, "", ((a.OFFICIAL, entry.issuance.id),))
        if state is State.REDIRECTING:
            return a.Route(address, a.REDIRECT, document, REDIRECTED.format(new=self.address(current.local)), ())
        return None

    def _cancelled(self, agency: Agency) -> str:
        """The refusal that names whom to ask: the agency, or those that took over its duties, and the operator."""
        opened = self.timeline.own_agency_state(agency) is State.OPEN
        asked = [agency] if opened else self.timeline.heirs(agency)
        province = self.register.province
        contacts = [self.address(contact(heir.code)) for heir in asked]
        contacts += [text for text in (province.support_mail, unidecode(province.support_phone)) if text]
        return CANCELLED.format(ask=_some(list(dict.fromkeys(contacts))) or f"postmaster@{province.domain}")
