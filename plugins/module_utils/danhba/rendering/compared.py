"""What is compared with documents, in words: the same sentences in a plan and in the comment of a review."""

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
# One entry of an agency's `changes`.
_ENTRY = attrgetter("agency", "day", "document")
# What stands before a sentence in a plan, where no heading says it.
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
# What is withdrawn, where no event says it.
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
    """Under which name a mailbox was, under which it is now, and what says so; `event` in the language."""
    before = ", ".join(filter(None, (item.before, item.before_title, item.before_agency)))
    now = ", ".join(filter(None, (item.now, item.title, item.agency)))
    values = {**item._asdict(), "was": before, "becomes": now, "event": event}
    if item.document:
        return render(_("{person}: {was} → {becomes}; from {day} on, {document} ({event})"), values, language)
    return render(_("{person}: {was} → {becomes}; edited, and no document says so"), values, language)


def handover(item: Handover, language: str) -> str:
    """Who gets a contact mailbox, from when, as what, by which document, with which key, and in whose place."""
    template = _("{agency}: from {day} on {name} ({person}), {role}, {document}; key: {key}")
    role = translator(language)(ROLES[item.role])
    values = {**item._asdict(), "role": f"{item.title}, {role}" if item.title else role, "key": item.key or NONE}
    said = render(template, values, language)
    if not item.is_to_another:
        return said
    return said + "; " + render(_("in place of {who}"), {"who": _who(item.before_name, item.before_person)}, language)


def follows(item: Handover, language: str) -> str:
    """What has to be done on that day where a mailbox goes from one person to another (R11.2)."""
    template = _(
        "then hand over contact-{agency} (R11.2): a new password to {name}, every session of {before} ended, and a "
        "record with address, number and size of the messages"
    )
    return render(template, {**item._asdict(), "before": item.before_name or item.before_person}, language)


def rekeyed(item: Rekeyed, language: str) -> str:
    """Who opens an agency's letters from when on, by which key, and who did before."""
    template = _("{agency}: from {day} on {who} with {now}; before {was} with {before}")
    values = {
        "who": _who(item.name, item.person),
        "now": item.key or NONE,
        "was": _who(item.before_name, item.before_person),
        "before": item.before_key or NONE,
    }
    return render(template, {**item._asdict(), **values}, language)


def pinned(item: Pinned, language: str) -> str:
    """A pinned address, whose it is, and the document that decides it."""
    template = _("{agency}: {address} for {name} ({person}), decided by {document}")
    return render(template, {**item._asdict(), "document": item.document or NONE}, language)


def unlocked(item: Unlocked, language: str) -> str:
    """Who may log in sooner than before, from when, and by which document."""
    values = {**item._asdict(), "before": item.before or NONE, "document": item.document or NONE}
    if not item.end:
        template = _("{agency}: the suspension of {name} ({person}) since {since} is taken out, as if there were none")
    else:
        template = _("{agency}: {name} ({person}) from {end} on by {document}; suspended since {since}, until {before}")
    return render(template, values, language)


def withdrawn(item: Withdrawn, what: str, language: str) -> str:
    """What does not come to pass for whom, `what` being its name in the language, and by which document."""
    template = _("{who}: {what}, from {day} on, {document}; withdrawn by {by} of {on}")
    return render(template, {**item._asdict(), "who": _of(item), "what": what}, language)


def gone(item: Gone, event: str, language: str) -> str:
    """What was there and is taken out, `event` being the name of its event in the language where it has one."""
    who = _of(item)
    if item.what == WITHDRAWN:
        what = event or translator(language)(DONE[SUSPENDED])
        template = _("{who}: {what}, from {day} on, is withdrawn by {document} no more: that is taken out")
    else:
        what = translator(language)(TAKEN_OUT[item.what]) + (f" ({event})" if event else "")
        template = _("{who}: {what}, from {day} on, {document}: taken out, as if there were none")
    return render(template, {**item._asdict(), "who": who, "what": what}, language)


def leader(item: Leader, language: str) -> str:
    """Who becomes a leader, or is one no more, and by which document where there is one."""
    who = f"{item.agency}: {_titled(item.name, item.person, item.title)}"
    if item.now:
        said = render(_("{who} becomes a leader, whose mail is kept for longer"), {"who": who}, language)
    else:
        said = render(_("{who} is a leader no more; mail is kept for fewer days"), {"who": who}, language)
    return f"{said}; {item.document}" if item.document else said


def quota(item: Quota, language: str) -> str:
    """Whose mailbox has how much room instead of how much, by which document; a warning where it has less."""
    before = NONE if item.before is None else written(item.before)
    document = f"; {item.document}" if item.document else ""
    usual = render(_("usually {quota}"), {"quota": written(item.usual)}, language)
    said = f"{_whose(item, language)}: {before} → {written(item.now)} ({usual}){document}"
    if not item.is_lowered:
        return said
    less = _("less than before: see first how much mail is there, for one that is full takes no more")
    return f"{said}; ⚠️ {translator(language)(less)}"


def inherited(item: Inherited, event: str, language: str) -> str:
    """Where the mail of an agency goes that ends, `event` being the name of its end in the language."""
    values = {**item._asdict(), "event": event, "to": [contact(heir) for heir in item.heirs]}
    template = _("{name} ({agency}): from {day} on, mail for its contact mailbox goes to {to}; {document} ({event})")
    said = render(template, values, language)
    if len(item.heirs) == 1:
        return said
    return f"{said}; ⚠️ {translator(language)(_('each of them gets all of it'))}"


def changes(items: Iterable[Changed], language: str) -> Iterator[str]:
    """What agencies are from a day on, and by which document: a line for each entry."""
    for _entry, same in groupby(items, _ENTRY):
        found = list(same)
        values = {**found[0]._asdict(), "what": [_step(item, language) for item in found]}
        yield render(_("{agency}: from {day} on {what}, {document}"), values, language)


def _step(item: Changed, language: str) -> str:
    before, now = (_value(item, value, language) for value in (item.before, item.now))
    return f"{translator(language)(FIELDS[item.field])}: {before} → {now}"


def _value(item: Changed, value: str, language: str) -> str:
    """A value as people read it: a kind by its name."""
    return translator(language)(KINDS[value].name) if item.field == "kind" and value in KINDS else value or NONE


def described(item: Described, language: str) -> str:
    """What is said anew of a person or an agency."""
    field = translator(language)(FIELDS[item.field])
    who = f"{item.agency}: {_who(item.name, item.person)}" if item.person else item.agency
    return f"{who}, {field}: {item.before or NONE} → {item.now or NONE}"


def notes(compared: Compared, language: str) -> Iterator[str]:
    """What a plan does not show among its actions, each in one line."""
    return map(visible, _notes(compared, language))


def _notes(compared: Compared, language: str) -> Iterator[str]:
    translate = translator(language)
    for kind, lines in _lines(compared, language).items():
        for line in lines:
            yield line if line.startswith(" ") else f"{translate(LABELS[kind])}: {line}"


def _lines(compared: Compared, language: str) -> dict[str, Iterable[str]]:
    """The sentences of each kind; what is said of a person without a document is among a plan's actions."""
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
    """The person, or else the agency itself."""
    return f"{item.agency}: {_who(item.name, item.person)}" if item.person else item.agency


def _who(name: str, person: str) -> str:
    return f"{name} ({person})" if person else name


def _titled(name: str, person: str, title: str) -> str:
    return f"{_who(name, person)}, {title}" if title else _who(name, person)
