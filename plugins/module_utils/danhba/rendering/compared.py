"""Renders the changes to compare with documents: the same sentences in a plan and in a review's comment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from ..addresses.issuing import contact
from ..messages import mark as _
from ..messages import render, translator, visible
from ..model.custody import Rekeyed
from ..model.kinds import KINDS
from ..model.sizes import written
from ..planning.accounts import AGENCY
from ..planning.compared import (
    CHANGED,
    CLOSED,
    CUSTODIAN,
    ENDED,
    OPENED,
    SUSPENDED,
    WITHDRAWN,
    Changed,
    Compared,
    Described,
    Gone,
    Handover,
    Inherited,
    Leader,
    Named,
    Pinned,
    Quota,
    Unlocked,
    Withdrawn,
)

NONE = "—"
# Groups the fields of one entry of an agency's `changes`.
_ENTRY = attrgetter("agency", "day", "document")
# Words before a sentence in a plan, which has no headings.
LABELS = {
    "named": _("another name"),
    "handovers": _("contact mailbox"),
    "keys": _("key of letters"),
    "pins": _("pinned address"),
    "unlocked": _("unlocked sooner"),
    "withdrawn": _("withdrawn"),
    "gone": _("taken out"),
    "leaders": _("leader"),
    "quotas": _("quota"),
    "inherited": _("mail that goes on"),
    "changes": _("agency"),
    "described": _("agency"),
}
ROLES = {"head": _("head of the agency"), "delegate": _("authorised in writing")}
DONE = {OPENED: _("create"), CLOSED: _("close"), SUSPENDED: _("suspend"), ENDED: _("resume")}
TAKEN_OUT = {CLOSED: _("close"), CHANGED: _("what the agency is"), CUSTODIAN: _("contact mailbox")}
# Words for a withdrawn entry without an event.
COMING = {**TAKEN_OUT, **DONE}
FIELDS = {
    "name": _("name"),
    "family": _("family name"),
    "given": _("given name"),
    "title": _("title"),
    "unit": _("division"),
    "phone": _("telephone"),
    "days_off": _("leave"),
    "kind": _("kind"),
    "parent": _("managing agency"),
    "identifier": _("identifier"),
}


def named(item: Named, event: str, language: str) -> str:
    """Return a sentence about a changed name: the former and the new one, and its document; `event` in the language."""
    before = ", ".join(filter(None, (item.before, item.before_title, item.before_agency)))
    now = ", ".join(filter(None, (item.now, item.title, item.agency)))
    values = {**item._asdict(), "was": before, "becomes": now, "event": event}
    if item.document:
        return render(_("{person}: {was} → {becomes}; from {day} on, {document} ({event})"), values, language)
    return render(_("{person}: {was} → {becomes}; edited, and no document says so"), values, language)


def handover(item: Handover, language: str) -> str:
    """Return a sentence about a new custodian: day, person, role, document, key, and the former custodian."""
    template = _("{agency}: from {day} on {name} ({person}), {role}, {document}; key: {key}")
    role = translator(language)(ROLES[item.role])
    values = {**item._asdict(), "role": f"{item.title}, {role}" if item.title else role, "key": item.key or NONE}
    said = render(template, values, language)
    if not item.is_to_another:
        return said
    return said + "; " + render(_("in place of {who}"), {"who": _who(item.before_name, item.before_person)}, language)


def follows(item: Handover, language: str) -> str:
    """Return a sentence about the hand-over that is due if the custodian is another person (R11.2)."""
    template = _(
        "then hand over contact-{agency} (R11.2): a new password to {name}, every session of {before} ended, and a "
        "record with address, number and size of the messages"
    )
    return render(template, {**item._asdict(), "before": item.before_name or item.before_person}, language)


def rekeyed(item: Rekeyed, language: str) -> str:
    """Return a sentence about a new key of an agency's letters: whose it is, from which day, and the former one."""
    template = _("{agency}: from {day} on {who} with {now}; before {was} with {before}")
    values = {
        "who": _who(item.name, item.person),
        "now": item.key or NONE,
        "was": _who(item.before_name, item.before_person),
        "before": item.before_key or NONE,
    }
    return render(template, {**item._asdict(), **values}, language)


def pinned(item: Pinned, language: str) -> str:
    """Return a sentence about a pinned address, its owner and its document."""
    template = _("{agency}: {address} for {name} ({person}), decided by {document}")
    return render(template, {**item._asdict(), "document": item.document or NONE}, language)


def unlocked(item: Unlocked, language: str) -> str:
    """Return a sentence about a suspension that ends earlier, with day and document."""
    values = {**item._asdict(), "before": item.before or NONE, "document": item.document or NONE}
    if not item.end:
        template = _("{agency}: the suspension of {name} ({person}) since {since} is taken out, as if there were none")
    else:
        template = _("{agency}: {name} ({person}) from {end} on by {document}; suspended since {since}, until {before}")
    return render(template, values, language)


def withdrawn(item: Withdrawn, what: str, language: str) -> str:
    """Return a sentence about a withdrawn entry; `what` is its name in the language."""
    template = _("{who}: {what}, from {day} on, {document}; withdrawn by {by} of {on}")
    return render(template, {**item._asdict(), "who": _of(item), "what": what}, language)


def gone(item: Gone, event: str, language: str) -> str:
    """Return a sentence about a removed entry; `event` is the name of its event in the language, or empty."""
    who = _of(item)
    if item.what == WITHDRAWN:
        what = event or translator(language)(DONE[SUSPENDED])
        template = _("{who}: {what}, from {day} on, is withdrawn by {document} no more: that is taken out")
    else:
        what = translator(language)(TAKEN_OUT[item.what]) + (f" ({event})" if event else "")
        template = _("{who}: {what}, from {day} on, {document}: taken out, as if there were none")
    return render(template, {**item._asdict(), "who": who, "what": what}, language)


def leader(item: Leader, language: str) -> str:
    """Return a sentence about a person who becomes a leader or ceases to be one, with its document if any."""
    who = f"{item.agency}: {_titled(item.name, item.person, item.title)}"
    if item.now:
        said = render(_("{who} becomes a leader, whose mail is kept for longer"), {"who": who}, language)
    else:
        said = render(_("{who} is a leader no more; mail is kept for fewer days"), {"who": who}, language)
    return f"{said}; {item.document}" if item.document else said


def quota(item: Quota, language: str) -> str:
    """Return a sentence about a changed quota and its document, with a warning if it is reduced."""
    before = NONE if item.before is None else written(item.before)
    document = f"; {item.document}" if item.document else ""
    usual = render(_("usually {quota}"), {"quota": written(item.usual)}, language)
    said = f"{_whose(item, language)}: {before} → {written(item.now)} ({usual}){document}"
    if not item.is_lowered:
        return said
    less = _("less than before: see first how much mail is there, for one that is full takes no more")
    return f"{said}; ⚠️ {translator(language)(less)}"


def inherited(item: Inherited, event: str, language: str) -> str:
    """Return a sentence about an ending agency's mail; `event` is the name of its end in the language."""
    values = {**item._asdict(), "event": event, "to": [contact(heir) for heir in item.heirs]}
    template = _("{name} ({agency}): from {day} on, mail for its contact mailbox goes to {to}; {document} ({event})")
    said = render(template, values, language)
    if len(item.heirs) == 1:
        return said
    return f"{said}; ⚠️ {translator(language)(_('each of them gets all of it'))}"


def changes(items: Iterable[Changed], language: str) -> Iterator[str]:
    """Yield a sentence for each added entry of `changes`, with day and document."""
    for _entry, same in groupby(items, _ENTRY):
        found = list(same)
        values = {**found[0]._asdict(), "what": [_step(item, language) for item in found]}
        yield render(_("{agency}: from {day} on {what}, {document}"), values, language)


def _step(item: Changed, language: str) -> str:
    before, now = (_value(item, value, language) for value in (item.before, item.now))
    return f"{translator(language)(FIELDS[item.field])}: {before} → {now}"


def _value(item: Changed, value: str, language: str) -> str:
    """Return a value as people read it: a kind by its name."""
    return translator(language)(KINDS[value].name) if item.field == "kind" and value in KINDS else value or NONE


def described(item: Described, language: str) -> str:
    """Return a sentence about a changed field of a person or an agency."""
    field = translator(language)(FIELDS[item.field])
    who = f"{item.agency}: {_who(item.name, item.person)}" if item.person else item.agency
    return f"{who}, {field}: {item.before or NONE} → {item.now or NONE}"


def notes(compared: Compared, language: str) -> Iterator[str]:
    """Yield the sentences that a plan does not show among its actions, one a line."""
    return map(visible, _notes(compared, language))


def _notes(compared: Compared, language: str) -> Iterator[str]:
    translate = translator(language)
    for kind, lines in _lines(compared, language).items():
        for line in lines:
            yield line if line.startswith(" ") else f"{translate(LABELS[kind])}: {line}"


def _lines(compared: Compared, language: str) -> dict[str, Iterable[str]]:
    """Return the sentences of each kind, without fields of people, which are among a plan's actions."""
    return {
        "named": (named(item, item.event, language) for item in compared.named),
        "handovers": (line for item in compared.handovers for line in _handed(item, language)),
        "keys": (rekeyed(item, language) for item in compared.keys),
        "pins": (pinned(item, language) for item in compared.pins),
        "unlocked": (unlocked(item, language) for item in compared.unlocked),
        "withdrawn": (
            withdrawn(item, translator(language)(COMING[item.what]), language) for item in compared.withdrawn
        ),
        "gone": (gone(item, item.event, language) for item in compared.gone),
        "leaders": (leader(item, language) for item in compared.leaders),
        "quotas": (quota(item, language) for item in compared.quotas),
        "inherited": (inherited(item, item.event, language) for item in compared.inherited),
        "changes": changes(compared.changes, language),
        "described": (described(item, language) for item in compared.described if not item.person),
    }


def _handed(item: Handover, language: str) -> Iterator[str]:
    yield handover(item, language)
    if item.is_to_another:
        yield f"    {follows(item, language)}"


def _whose(item: Quota, language: str) -> str:
    if item.id:
        return f"contact-{item.id}" if item.kind == AGENCY else f"{item.agency}: {_who(item.name, item.id)}"
    if item.kind == AGENCY:
        return translator(language)(_("every contact mailbox without a quota of its own"))
    return translator(language)(_("every official without a quota of their own"))


def _of(item: Gone | Withdrawn) -> str:
    """Return the person, or else the agency itself, as text."""
    return f"{item.agency}: {_who(item.name, item.person)}" if item.person else item.agency


def _who(name: str, person: str) -> str:
    return f"{name} ({person})" if person else name


def _titled(name: str, person: str, title: str) -> str:
    return f"{_who(name, person)}, {title}" if title else _who(name, person)
