"""The table of all settings in the province's file: purpose, bounds, which change weakens a guard, who is affected.

The rules, the bounds of values and the comment for reviewers all use this one table, so that none of them can miss a
setting; a test compares it with the keys of the schema.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial
from operator import attrgetter, gt, lt, ne
from typing import Any, NamedTuple

from ..messages import mark as _
from ..messages import word
from .exceptions import SecrecyException
from .policy import LIMITS, Acknowledgement, Exceptional, Window
from .register import Province
from .sizes import written

# The groups that a setting can affect; `planning/settings.py` counts their members.
NOBODY, OFFICIALS, AGENCIES, ALL = "", "officials", "agencies", "all"
USUAL_OFFICIALS, USUAL_AGENCIES = "usual_officials", "usual_agencies"
FORWARDED, REDIRECTED, DELETED = "forwarded", "redirected", "deleted"
NONE = "—"


class Setting(NamedTuple):
    """One setting: its path in the file (`key`), and a message that says what it is for (`does`).

    `value` reads it from a province. `is_weaker` gets the value before and after a change, and returns whether the
    change weakens a guard. `reaches` is the group affected. A value below `least` or above `most` is certainly a
    mistake; without `most` there are no bounds.
    """

    key: str
    does: str
    value: Callable[[Province], Any]
    is_weaker: Callable[[Any, Any], bool]
    reaches: str = NOBODY
    least: int = 0
    most: int = 0


class Told(NamedTuple):
    """A changed setting: its value before and after, and whether the change weakens a guard."""

    setting: Setting
    before: Any
    now: Any
    weaker: bool


def changed(before: Province, now: Province) -> Iterator[Told]:
    """Yield the settings whose values differ between two versions of the province's file, in the order of the table."""
    for setting in SETTINGS:
        was, becomes = setting.value(before), setting.value(now)
        if was != becomes:
            yield Told(setting, was, becomes, setting.is_weaker(was, becomes))


def weakens(before: Province, now: Province) -> bool:
    """Return whether any changed setting weakens a guard."""
    return any(change.weaker for change in changed(before, now))


def outside(province: Province) -> Iterator[tuple[Setting, int]]:
    """Yield the settings whose values are outside their bounds, with the value."""
    for setting in SETTINGS:
        if setting.most and not setting.least <= (value := setting.value(province)) <= setting.most:
            yield setting, value


def _never(_before: object, _now: object) -> bool:
    return False


def _loses(before: Collection[Any], now: Collection[Any]) -> bool:
    """Return whether an item of the collection was removed."""
    return any(each not in now for each in before)


def _gains(before: Collection[Any], now: Collection[Any]) -> bool:
    """Return whether an item was added to the collection."""
    return any(each not in before for each in now)


# A quota that grows to this many times what it was may fill the disks, so it counts as a weaker guard.
_MUCH = 4


def _is_other_room(before: int, now: int) -> bool:
    return now < before or now >= _MUCH * before


def _value(path: str) -> Callable[[Province], Any]:
    return attrgetter(path)


def _articles(province: Province) -> tuple[tuple[str, str], ...] | None:
    articles = province.regulation.articles
    return None if articles is None else tuple(sorted(articles.items()))


def _system_addresses(province: Province) -> tuple[str, ...]:
    return tuple(f"{local}: {target}" for local, target in province.system_addresses.items())


def _limit(name: str, key: str) -> Callable[[Province], int]:
    return partial(_of_limit, name=name, key=key)


def _of_limit(province: Province, *, name: str, key: str) -> int:
    return int(getattr(province.policy.limits[name], key))


_MONTH, _YEARS = 31, 3660
_DOES_SENDING = {
    "messages_hour": _("how many messages a mailbox may send in an hour: what a stolen password can send"),
    "recipients_hour": _("how many recipients a mailbox may write to in an hour: what a stolen password can reach"),
    "messages_day": _("how many messages a mailbox may send in a day: what a stolen password can send"),
    "recipients_day": _("how many recipients a mailbox may write to in a day: what a stolen password can reach"),
}
_MOST_SENDING = {
    "messages_hour": 10_000,
    "recipients_hour": 100_000,
    "messages_day": 100_000,
    "recipients_day": 500_000,
}
_DOES_LIMIT = {
    "close": _("how many mailboxes one change may close or suspend before it is refused"),
    "readdress": _("how many mailboxes one change may give another address before it is refused"),
}
_MOST_LIMIT = {"count": 100_000, "percent": 100, "agency_percent": 100}
_DOES_REGULATION = _("what letters, records and refusals cite as the law that they stand on")
_DOES_WINDOWS = _("when a check of a mailbox counts (R8): reports already made change with it")


def _sending() -> Iterator[Setting]:
    for kind, reaches in (("official", OFFICIALS), ("agency", AGENCIES)):
        for key, most in _MOST_SENDING.items():
            value = _value(f"policy.sending_{kind}.{key}")
            yield Setting(f"policy.sending.{kind}.{key}", _DOES_SENDING[key], value, lt, reaches, 0, most)


def _limits() -> Iterator[Setting]:
    for name in LIMITS:
        for key, most in _MOST_LIMIT.items():
            yield Setting(
                f"policy.limits.{name}.{key}", _DOES_LIMIT[name], _limit(name, key), lt, ALL, int(key == "count"), most
            )


SETTINGS: tuple[Setting, ...] = (
    Setting("province", _("the name of the province in every letter and record"), _value("name"), _never),
    Setting("domain", _("the domain of every address"), _value("domain"), ne, ALL),
    Setting("host", _("the server at which people sign in with their passwords"), _value("host"), ne, ALL),
    Setting("sample", _("whether the register is for trials alone, and never goes to a server"), _value("sample"), ne),
    Setting(
        "operator",
        _("who runs the system: whose team approves this file and the code, and whom every refusal names"),
        _value("operator"),
        ne,
        ALL,
    ),
    Setting(
        "operator_key",
        _("who can open the letters with passwords where a custodian has no key"),
        _value("operator_key"),
        ne,
        ALL,
    ),
    Setting("support.phone", _("whom every refusal tells people to call"), _value("support_phone"), ne, ALL),
    Setting(
        "support.mail",
        _("whom every refusal tells people to write to: who has it is told what nobody else is"),
        _value("support_mail"),
        ne,
        ALL,
    ),
    Setting(
        "system_addresses",
        _(
            "who gets the mail of postmaster, abuse and other addresses of the system, by some of which a stranger "
            "gets certificates for the domain"
        ),
        _system_addresses,
        ne,
    ),
    Setting("regulation.number", _DOES_REGULATION, _value("regulation.number"), _never),
    Setting("regulation.date", _DOES_REGULATION, _value("regulation.day"), _never),
    Setting("regulation.title", _DOES_REGULATION, _value("regulation.title"), _never),
    Setting("regulation.articles", _DOES_REGULATION, _articles, _never),
    Setting(
        "policy.forward_days",
        _("for how many days an old address delivers: mail to some is refused from now on"),
        _value("policy.forward_days"),
        gt,
        FORWARDED,
        0,
        _YEARS,
    ),
    Setting(
        "policy.redirect_days",
        _("for how many days a refusal then names the new address"),
        _value("policy.redirect_days"),
        gt,
        REDIRECTED,
        0,
        _YEARS,
    ),
    Setting(
        "policy.future_days",
        _("how far ahead a day may lie before it is asked whether it is meant"),
        _value("policy.future_days"),
        lt,
        NOBODY,
        1,
        _YEARS,
    ),
    Setting(
        "policy.retention_days.default",
        _("for how many days the mail of a closed mailbox is kept: of some the days are over at once"),
        _value("policy.retention_days"),
        gt,
        DELETED,
        1,
        _YEARS * 10,
    ),
    Setting(
        "policy.retention_days.leader",
        _("for how many days the mail of a leader's closed mailbox is kept: of some the days are over at once"),
        _value("policy.retention_days_leader"),
        gt,
        DELETED,
        1,
        _YEARS * 10,
    ),
    Setting(
        "policy.quota.official",
        _("the room of every official without a quota of their own: a mailbox that is full takes no more mail"),
        _value("policy.quota_official"),
        _is_other_room,
        USUAL_OFFICIALS,
    ),
    Setting(
        "policy.quota.agency",
        _("the room of every contact mailbox without a quota of its own: one that is full takes no more mail"),
        _value("policy.quota_agency"),
        _is_other_room,
        USUAL_AGENCIES,
    ),
    *_sending(),
    Setting(
        "policy.sending.suspend",
        _("at how many times its recipients of an hour a mailbox is stopped from sending"),
        _value("policy.sending_suspend"),
        lt,
        ALL,
        1,
        _MONTH,
    ),
    Setting("policy.usage.windows", _DOES_WINDOWS, _value("policy.usage.windows"), ne, ALL),
    Setting("policy.usage.required.official", _DOES_WINDOWS, _value("policy.usage.official"), ne, OFFICIALS),
    Setting("policy.usage.required.agency", _DOES_WINDOWS, _value("policy.usage.agency"), ne, AGENCIES),
    Setting(
        "policy.usage.days",
        _("on which days nobody need check a mailbox (R8): for days that are past, reports already made change"),
        _value("policy.usage.days"),
        ne,
        ALL,
    ),
    *_limits(),
    Setting(
        "policy.protected",
        _("which mailboxes no change may close or give another address"),
        _value("policy.protected"),
        _loses,
    ),
    Setting(
        "acknowledgements",
        _("what passes the guards of every plan until its last day"),
        _value("acknowledgements"),
        _gains,
    ),
    Setting(
        "secrecy_exceptions",
        _("which files the secrecy filter lets pass although they carry a mark (R7.1)"),
        _value("secrecy_exceptions"),
        _gains,
    ),
)
for _setting in SETTINGS:
    word(_setting.does)


def shown(change: Told) -> tuple[str, str]:
    """Return the value before and after as text for people; for a list, the items removed and the items added."""
    before, now = change.before, change.now
    if _is_list(before) and _is_list(now):
        return _items(each for each in before if each not in now), _items(each for each in now if each not in before)
    if change.setting.reaches in {USUAL_OFFICIALS, USUAL_AGENCIES}:
        return written(before), written(now)
    return _text(before), _text(now)


def _is_list(value: object) -> bool:
    """Return whether items of a value are added and removed one by one; a tuple of windows is a single value."""
    return isinstance(value, tuple) and not any(isinstance(each, (int, Window)) for each in value)


def _items(values: Iterable[object]) -> str:
    return "; ".join(map(_text, values)) or NONE


def _text(value: object) -> str:
    if isinstance(value, Window):
        return f"{_clock(value.start)}-{_clock(value.end)}"
    if isinstance(value, Exceptional):
        return f"{value.day} {'worked' if value.worked else 'off'} ({value.document})"
    if isinstance(value, Acknowledgement):
        return acknowledgement(value)
    if isinstance(value, SecrecyException):
        return f"{value.sender}, {value.since} → {value.until}, {len(value.files)} × sha256, {value.document}"
    if isinstance(value, tuple):
        return ", ".join(map(_text, value)) or NONE
    return NONE if value in {"", None} else str(value)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def acknowledgement(given: Acknowledgement) -> str:
    """Return an acknowledgement as one line: limit, count, document, what it is limited to (`*`: nothing), its days."""
    subjects = [*given.accounts, *given.agencies, *given.documents]
    count = f" ≤ {given.count}" if given.count else ""
    days = f"{given.since} → {given.until}" if given.since else f"→ {given.until}"
    return f"{given.limit}{count}, {given.document}, {', '.join(subjects) or '*'}, {days}"
