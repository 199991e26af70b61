"""What a change does to the custodians of an agency's mailbox, and to the keys of letters (R11)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

from ...messages import mark as _
from ...model.findings import Finding, Where, advice, rule
from ...model.register import Agency, Custodian

CUSTODIAN = rule(
    "history-custodian",
    "R11.2",
    _(
        "custodian {number} of {object} was {before} and is now {now}; restore it, hand over by an entry at the end, "
        "or acknowledge the correction in province.yml (limit: history, accounts: [{object}])"
    ),
)
KEY = advice(
    "history-key",
    "R9.3",
    _(
        "the key with which letters to {person} are encrypted was {before} and is now {now}; those letters hold "
        "passwords, so ask {person}, not by mail, whether the key is theirs"
    ),
)


def check(before: Agency, now: Agency) -> Iterator[Finding]:
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
