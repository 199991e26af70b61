"""What a change does to what was issued before: the register only grows (design, Decided).

Some of it can never be right: an address that changes, an entry or an agency that is gone. The rest is mostly wrong,
but a slip in a number is corrected one day: then the change itself acknowledges it, for its reviewers to see.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice, zip_longest
from typing import TypeAlias
from unicodedata import combining

from unidecode import unidecode

from .addresses import CONTACT, Issued
from .facts import Facts, Held
from .findings import Finding, Where, advice, rule
from .messages import mark as _
from .names import spelling
from .place import START
from .policy import Policy
from .register import MOVES, Agency, Custodian, Event, Issuance, Province, Register, Suspension

DOMAIN = rule(
    "history-domain",
    "R4.1",
    _("the domain was {before} and is now {now}, which would change every address; restore it"),
)
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
REMOVED = rule(
    "history-entry-removed",
    "R5",
    _(
        "entry {number} of {agency} was {person} ({name}) and is gone; restore it, or first take in what was merged "
        "meanwhile; who leaves gets closed:"
    ),
)
REORDERED = rule(
    "history-entry-moved",
    "R4.2",
    _("entry {number} of {agency} was {person}, who now stands at {place}; restore the order, for addresses follow it"),
)
INSERTED = rule(
    "history-entry-inserted",
    "R4.2",
    _(
        "{person} is new in {agency} and stands before {before}, who was there first; move the new entry to the end "
        "of people:, as after a merge, where the entries that were merged first come first"
    ),
)
IDENTITY = rule(
    "history-id",
    "R5",
    _("entry {number} of {agency} had the id {before} and now has {now}; restore it: mail is kept under the id"),
)
READDRESSED = rule(
    "history-address",
    "R4.2",
    _("{person} in {agency} was given {before}, which this change makes {now}; keep the name, or pin {before}"),
)
OPENED = rule(
    "history-opened",
    "R6",
    _(
        "{object} was opened by {before}, and this change says {now}; restore it, "
        "or acknowledge the correction in province.yml (limit: history, accounts: [{object}])"
    ),
)
CLOSED = rule(
    "history-closed-changed",
    "R6",
    _(
        "{object} was closed by {before}, and this change says {now}; restore it, "
        "or acknowledge the correction in province.yml (limit: history, accounts: [{object}])"
    ),
)
REOPENED = rule(
    "history-closed",
    "R6.2b",
    _(
        "{object} was closed on {day} by {document}, and this change takes that back; restore closed: and open anew, "
        "or acknowledge the correction in province.yml (limit: history, accounts: [{object}])"
    ),
)
CUSTODIAN = rule(
    "history-custodian",
    "R11.2",
    _(
        "custodian {number} of {object} was {before} and is now {now}; restore it, hand over by an entry at the end, "
        "or acknowledge the correction in province.yml (limit: history, accounts: [{object}])"
    ),
)
SUSPENDED = rule(
    "history-suspended",
    "R5",
    _(
        "suspension {number} of {object} was {before} and is now {now}; only its until: may be set, so restore it, "
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
SUCCEEDS_ADDED = rule(
    "history-succeeds-added",
    "R6.1a",
    _(
        "{object} now succeeds {before}, which had ended on {day} before this change, and would be given its mail; "
        "take it out of succeeds:, "
        "or acknowledge the correction in province.yml (limit: history, accounts: [{object}])"
    ),
)
RENAMED = rule(
    "history-agency-name",
    "R6.1a",
    _(
        "{object} was '{before}' and is now '{now}'; a renamed agency is a new one that succeeds: [{object}], "
        "or acknowledge the correction in province.yml (limit: history, accounts: [{object}])"
    ),
)
NAME = rule(
    "history-name",
    "R4.2",
    _(
        "{object} was {before} and is now {now}; restore the name, "
        "or acknowledge the correction in province.yml (limit: history, accounts: [{object}])"
    ),
)
PIN = rule(
    "history-pin",
    "R16",
    _(
        "{object} had the address pinned by {before}, and this change says {now}; restore address: with its document, "
        "or acknowledge the correction in province.yml (limit: history, accounts: [{object}])"
    ),
)
PROTECTED = advice(
    "history-protected",
    "R9.3",
    _("{target} is no longer protected, so that a plan may close it; leave it under protected: if it still exists"),
)
LIMIT = advice(
    "history-limit",
    "R9.3",
    _("{key} was {before} and is now {now}, for every plan to come; for one plan, acknowledge it instead"),
)
DAYS = advice(
    "history-days",
    "R9.3",
    _("{key} was {before} and is now {now}, also for those who rely on the former; lower it only if that is decided"),
)

KEY = advice(
    "history-key",
    "R9.3",
    _(
        "the key with which letters to {person} are encrypted was {before} and is now {now}; those letters hold "
        "passwords, so ask {person}, not by mail, whether the key is theirs"
    ),
)
MARKS = advice(
    "history-name-marks",
    "R4.2",
    _(
        "{object} was {before} and is now {now}, which may be another person's name; "
        "if the spelling is mended leave it, else restore the name, and give the other person a new id"
    ),
)
LEADER = advice(
    "history-leader",
    "R9.3",
    _(
        "{object} is no longer marked leader: true, so that its mail is kept for fewer days once it is closed; "
        "restore it, unless the person holds the office no more"
    ),
)
RETURN = advice(
    "history-return",
    "R6.2a",
    _(
        "{person} left {other} on {day} ({event}) and opens again in {agency}, with the mailbox of then: all its mail, "
        "and what is still sent to the old address; ask {other} whether this is the same person, else give a new id"
    ),
)
LATE = advice(
    "history-late",
    "R6.2b",
    _(
        "{object} is closed from {day} on, longer ago than the {days} days for which its mail is kept; "
        "correct the year if this is a slip, else leave it"
    ),
)

# What an acknowledgement lets pass.
CORRECTIONS = frozenset(
    found.id for found in (OPENED, CLOSED, REOPENED, CUSTODIAN, SUSPENDED, SUCCEEDS, SUCCEEDS_ADDED, RENAMED, NAME, PIN)
)
# A file that was replaced has thousands of such places: these many tell its editor enough.
ENOUGH = 20

Given: TypeAlias = "tuple[Issuance, str | None]"


@dataclass(frozen=True, slots=True)
class Version:
    """A register, or the agencies of it whose files differ, with the addresses that it gives out."""

    register: Register
    issued: Issued

    def of(self, agency: Agency) -> list[Given]:
        """The issuances of an agency with their local parts."""
        return list(self.issued.of(agency))


def check(base: Version, now: Version, unclear: frozenset[str], day: date | None = None) -> Iterator[Finding]:
    """Everything that a change takes back, save for what it acknowledges in force on the day (or at all, without one).

    Left out are the agencies that could not be read in full, then or now.
    """
    yield from _unacknowledged(_all(base, now, unclear), now.register.province, day)
    if day:
        for agency in base.register.agencies.values():
            if agency.code not in unclear and (later := now.register.agencies.get(agency.code)):
                yield from islice(_late(agency, later, now.register.province.policy, day), ENOUGH)


def across(
    base: Sequence[Facts], now: Sequence[Facts], unclear: frozenset[str], province: Province, day: date | None = None
) -> Iterator[Finding]:
    """What a change takes from agencies whose own files it leaves alone: of all agencies, then and now."""
    former = {agency.code: agency for agency in base}
    changed = [agency for agency in now if agency.code not in unclear and former.get(agency.code) != agency]
    yield from _unacknowledged(_taken_over(former, changed), province, day)
    yield from _returned(base, former, changed)


def _taken_over(former: Mapping[str, Facts], changed: Sequence[Facts]) -> Iterator[Finding]:
    """Ended agencies that had their heirs, or were to have none: nobody joins these without being asked."""
    for agency in changed:
        known = former[agency.code].succeeds if agency.code in former else ()
        for code in agency.succeeds:
            ended = former.get(code)
            if ended and ended.closed and code not in known:
                values = {"object": agency.code, "before": code, "day": ended.closed}
                yield SUCCEEDS_ADDED.at(agency.where("succeeds"), **values)


def _returned(base: Sequence[Facts], former: Mapping[str, Facts], changed: Sequence[Facts]) -> Iterator[Finding]:
    """Those who had left one agency, and whom another opens again."""
    new = [entry for agency in changed for entry in _new(agency, former.get(agency.code))]
    last = _last(base, {held.id for _agency, held in new})
    for agency, held in new:
        if held.id in last and (left := last[held.id])[1].closed and left[0].code != agency.code:
            values = {"person": held.id, "agency": agency.code, "other": left[0].code}
            yield RETURN.at(agency.where_of(held, "opened"), day=left[1].closed, event=left[1].closed_event, **values)


def _new(agency: Facts, before: Facts | None) -> Iterator[tuple[Facts, Held]]:
    """The entries that a change adds; of a move, the agency that is left says so itself."""
    known = Counter(held.id for held in before.people) if before else Counter[str]()
    for held in agency.people:
        known[held.id] -= 1
        if known[held.id] < 0 and held.opened_event not in MOVES:
            yield agency, held


def _last(base: Sequence[Facts], ids: set[str]) -> dict[str, tuple[Facts, Held]]:
    """The last entry of each of these people."""
    last: dict[str, tuple[Facts, Held]] = {}
    for agency in base if ids else ():
        for held in agency.people:
            if held.id in ids and (held.id not in last or last[held.id][1].end <= held.end):
                last[held.id] = agency, held
    return last


def _unacknowledged(findings: Iterator[Finding], province: Province, day: date | None) -> Iterator[Finding]:
    acknowledged = _acknowledged(province, day)
    for finding in findings:
        if finding.rule.id not in CORRECTIONS or finding.where.object not in acknowledged:
            yield finding


def _acknowledged(province: Province, day: date | None) -> frozenset[str]:
    return frozenset(
        account.removeprefix(CONTACT)
        for acknowledgement in province.acknowledgements
        if acknowledgement.limit == "history" and (day is None or day <= acknowledgement.until)
        for account in acknowledgement.accounts
    )


def _all(base: Version, now: Version, unclear: frozenset[str]) -> Iterator[Finding]:
    yield from _province(base.register.province, now.register.province)
    for agency in base.register.agencies.values():
        later = now.register.agencies.get(agency.code)
        if agency.code in unclear:
            continue
        if later is None:
            yield GONE.at(Where(agency.file, START, agency.code), agency=agency.code)
            continue
        yield from _agency(agency, later)
        yield from _people(base.of(agency), now.of(later), later)


def _province(before: Province, now: Province) -> Iterator[Finding]:
    if before.domain != now.domain:
        yield DOMAIN.at(now.where("domain"), before=before.domain, now=now.domain)
    if before.operator_key not in ("", now.operator_key):
        values = {"person": now.operator, "before": before.operator_key, "now": now.operator_key or "—"}
        yield KEY.at(now.where("operator_key"), **values)
    for target in before.policy.protected:
        if target not in now.policy.protected:
            yield PROTECTED.at(now.where("policy"), target=target)
    limits, limits_now = dict(_limits(before.policy)), dict(_limits(now.policy))
    for key, value in limits.items():
        if limits_now[key] > value:
            yield LIMIT.at(now.where("policy"), key=key, before=value, now=limits_now[key])
    for key in ("forward_days", "redirect_days", "retention_days", "retention_days_leader"):
        if (then := getattr(before.policy, key)) > (later := getattr(now.policy, key)):
            yield DAYS.at(now.where("policy"), key=key, before=then, now=later)


def _limits(policy: Policy) -> Iterator[tuple[str, int]]:
    for name, limit in policy.limits.items():
        for key in ("count", "percent", "agency_percent"):
            yield f"limits: {name}: {key}", getattr(limit, key)


def _agency(before: Agency, now: Agency) -> Iterator[Finding]:
    if before.closed and now.opened.date >= before.closed.date:
        values = {"agency": now.code, "closed": before.closed.date, "opened": now.opened.date}
        yield REUSED.at(now.where("opened"), **values)
        return
    if not _alike(before.name, now.name):
        yield RENAMED.at(now.where("name"), object=now.code, before=before.name, now=now.name)
    yield from _events(before, now, now.where("opened"), now.where("closed"))
    for code in before.succeeds:
        if code not in now.succeeds:
            yield SUCCEEDS.at(now.where("succeeds"), object=now.code, before=code)
    yield from _custodians(before, now)


def _alike(before: str, now: str) -> bool:
    """The same letters: marks and capitals are corrected, and name nobody else."""
    return before == now or _letters(before) == _letters(now)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unidecode(text).casefold()))


def _spelt(name: str) -> str:
    """A name's letters with their marks, which tell people apart (Hậu, Hầu), wherever the tone is written."""
    return "".join(c for c in spelling(name) if c.isalnum() or combining(c))


def _events(before: Agency | Issuance, now: Agency | Issuance, opened: Where, closed: Where) -> Iterator[Finding]:
    if not _says(before.opened, now.opened):
        yield OPENED.at(opened, object=opened.object, before=_event(before.opened), now=_event(now.opened))
    if before.closed is None:
        return
    if now.closed is None:
        values = {"day": before.closed.date, "document": before.closed.document}
        yield REOPENED.at(closed, object=closed.object, **values)
    elif not _says(before.closed, now.closed):
        yield CLOSED.at(closed, object=closed.object, before=_event(before.closed), now=_event(now.closed))


def _says(before: Event, now: Event) -> bool:
    """The same event; a request that was not named may be added."""
    same = (before.document, before.date, before.event) == (now.document, now.date, now.event)
    return same and before.request in ("", now.request)


def _event(event: Event) -> str:
    request = f" ({event.request})" if event.request else ""
    return f"{event.document}{request} {event.date} {event.event}"


def _custodians(before: Agency, now: Agency) -> Iterator[Finding]:
    """The earlier list stands at the beginning of the later one; only a key for letters may change."""
    for number, (then, later) in enumerate(zip_longest(before.custodians, now.custodians), 1):
        if then is None:
            return
        if later is None or _custodian(then) != _custodian(later):
            place = now.where_of(later).place if later else now.where("custodians").place
            values = {"before": _custodian(then), "now": _custodian(later) if later else "—"}
            yield CUSTODIAN.at(Where(now.file, place, now.code), number=number, object=now.code, **values)
            return
        if then.key != later.key:
            values = {"person": later.person, "before": then.key or "—", "now": later.key or "—"}
            yield KEY.at(now.where_of(later, "key"), **values)


def _custodian(custodian: Custodian) -> str:
    return f"{custodian.person} {custodian.document} {custodian.date} {custodian.role}"


def _late(before: Agency, now: Agency, policy: Policy, day: date) -> Iterator[Finding]:
    """What this change closes so long ago that its mail need not be kept any more; those who moved keep theirs."""
    if before.closed is None and now.closed and now.closed.event == "dissolved":
        yield from _longer_ago(now.closed, policy.retention_days, day, now.where("closed"))
    still = {(issuance.id, issuance.opened.date) for issuance in before.people if issuance.closed is None}
    for issuance in now.people:
        closed = issuance.closed
        if closed and closed.event not in MOVES and (issuance.id, issuance.opened.date) in still:
            kept = policy.retention_days_leader if issuance.leader else policy.retention_days
            yield from _longer_ago(closed, kept, day, now.where_of(issuance, "closed"))


def _longer_ago(closed: Event, kept: int, day: date, where: Where) -> Iterator[Finding]:
    if (day - closed.date).days > kept:
        yield LATE.at(
            Where(where.file, closed.at.get("date", where.place), where.object),
            object=where.object,
            day=closed.date,
            days=kept,
        )


def _people(then: list[Given], today: list[Given], now: Agency) -> Iterator[Finding]:
    former, later = [issuance for issuance, _local in then], [issuance for issuance, _local in today]
    pairs = {index: index for index in range(len(former))}
    in_order = [issuance.id for issuance in former] == [issuance.id for issuance in later[: len(former)]]
    if not in_order:
        order = _Order(former, later, now)
        yield from order.findings()
        pairs = order.pairs
    for index, place in pairs.items():
        (before, was), (issuance, local) = then[index], today[place]
        yield from _issuance(before, issuance, now)
        # Where entries moved, addresses follow, and come right when the order does.
        if in_order and was and local and was != local:
            where = now.where_of(issuance, "address" if issuance.address else "name")
            yield READDRESSED.at(where, person=issuance.id, agency=now.code, before=was, now=local)
        elif was and local:
            yield from _identity(before, issuance, now)


class _Order:
    """Two lists of entries laid side by side: `pairs` has the places of an entry then and now, by those then."""

    def __init__(self, former: list[Issuance], later: list[Issuance], now: Agency) -> None:
        self.former, self.later, self.now = former, later, now
        places = {key: place for place, key in enumerate(_keys(later))}
        self.pairs = {index: places[key] for index, key in enumerate(_keys(former)) if key in places}
        taken = set(self.pairs.values())
        self.new = [place for place in range(len(later)) if place not in taken]
        self.renumbered = dict(self._renumbered())

    def _renumbered(self) -> Iterator[tuple[int, int]]:
        """Entries gone that are there under another id: by what else they say."""
        found = {(self.later[place].name, _event(self.later[place].opened)): place for place in self.new}
        for index, issuance in enumerate(self.former):
            place = found.pop((issuance.name, _event(issuance.opened)), None) if index not in self.pairs else None
            if place is not None:
                yield index, place

    def findings(self) -> Iterator[Finding]:
        """Every entry that is gone, has another id, stands elsewhere, or is new and not at the end."""
        yield from islice(self._identities(), ENOUGH)
        yield from islice(self._removed(), ENOUGH)
        yield from islice(self._moved(), ENOUGH)
        yield from islice(self._inserted(), ENOUGH)

    def _identities(self) -> Iterator[Finding]:
        for index, place in self.renumbered.items():
            where = self.now.where_of(self.later[place], "id")
            values = {"before": self.former[index].id, "now": self.later[place].id}
            yield IDENTITY.at(where, number=index + 1, agency=self.now.code, **values)

    def _removed(self) -> Iterator[Finding]:
        for index, issuance in enumerate(self.former):
            if index not in self.pairs and index not in self.renumbered:
                people = self.now.where("people")
                where = Where(people.file, people.place, f"{self.now.code}/{issuance.id}")
                values = {"agency": self.now.code, "person": issuance.id, "name": issuance.name}
                yield REMOVED.at(where, number=index + 1, **values)

    def _moved(self) -> Iterator[Finding]:
        indices = sorted(self.pairs)
        kept = _rising([self.pairs[index] for index in indices])
        for index in indices:
            if (place := self.pairs[index]) not in kept:
                issuance = self.later[place]
                values = {"agency": self.now.code, "person": issuance.id, "place": place + 1}
                yield REORDERED.at(self.now.where_of(issuance), number=index + 1, **values)

    def _inserted(self) -> Iterator[Finding]:
        old = sorted({*self.pairs.values(), *self.renumbered.values()})
        for place in self.new:
            following = bisect_left(old, place)
            if following < len(old) and old[following] != place:
                issuance, before = self.later[place], self.later[old[following]]
                values = {"agency": self.now.code, "person": issuance.id, "before": before.id}
                yield INSERTED.at(self.now.where_of(issuance), **values)


def _keys(people: list[Issuance]) -> Iterator[tuple[str, int]]:
    """An id with how many entries it had before: who comes back has several."""
    seen: dict[str, int] = {}
    for issuance in people:
        count = seen[issuance.id] = seen.get(issuance.id, 0) + 1
        yield issuance.id, count


def _rising(numbers: Sequence[int]) -> frozenset[int]:
    """The most of these different numbers that stand in rising order, so that the fewest count as moved."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        length = bisect_left(ends, number)
        before[number] = ends[length - 1] if length else None
        ends[length : length + 1] = [number]
    kept, last = set(), ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return frozenset(kept)


def _issuance(before: Issuance, later: Issuance, now: Agency) -> Iterator[Finding]:
    yield from _events(before, later, now.where_of(later, "opened"), now.where_of(later, "closed"))
    if before.leader and not later.leader:
        where = now.where_of(later, "leader")
        yield LEADER.at(where, object=where.object)
    where = now.where_of(later, "suspended")
    for number, (then, today) in enumerate(zip_longest(before.suspended, later.suspended), 1):
        if then is None:
            return
        if today is None or not _goes_on(then, today):
            values = {"before": _suspension(then), "now": _suspension(today) if today else "—"}
            yield SUSPENDED.at(where, object=where.object, number=number, **values)
            return


def _goes_on(before: Suspension, now: Suspension) -> bool:
    """The same suspension; its end may be set and moved, but not taken away."""
    same = (before.document, before.since) == (now.document, now.since)
    return same and (before.until is None or now.until is not None)


def _suspension(suspension: Suspension) -> str:
    return f"{suspension.document} {suspension.since}–{suspension.until or '…'}"


def _identity(before: Issuance, later: Issuance, now: Agency) -> Iterator[Finding]:
    """An address that stays is still the same person's, and decided by the same document where one did."""
    where = now.where_of(later, "name")
    if not _alike(before.name, later.name):
        yield NAME.at(where, object=where.object, before=before.name, now=later.name)
    elif _spelt(before.name) != _spelt(later.name):
        yield MARKS.at(where, object=where.object, before=before.name, now=later.name)
    if before.address_document and before.address_document != later.address_document:
        where = now.where_of(later, "address_document" if later.address else "")
        values = {"before": before.address_document, "now": later.address_document or "—"}
        yield PIN.at(where, object=where.object, **values)
