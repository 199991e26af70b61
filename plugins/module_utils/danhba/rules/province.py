"""Rules about the province's file."""

from __future__ import annotations

from collections.abc import Iterator

from ..addresses import CONTACT
from ..findings import Finding, rule
from ..messages import mark as _
from ..register import Event, Register

OPERATOR = rule("province-operator", "R3", _("the operator '{code}' is no agency of this register; write its tendonvi"))
SYSTEM = rule(
    "province-system-address",
    "R10.9",
    _("'{target}' is no contact mailbox of this register; {local} must reach one, such as contact-{operator}"),
)
SYSTEM_CLOSED = rule(
    "province-system-closed",
    "R10.9",
    _("{target} closed on {day} without a successor, and {local} would reach nobody; name another contact mailbox"),
)
PROTECTED = rule(
    "province-protected", "R9.3", _("'{target}' is no contact mailbox of this register; write contact-<tendonvi>")
)


def check(register: Register, unread: frozenset[str]) -> Iterator[Finding]:
    """The operator, the system addresses and the protected accounts exist."""
    province = register.province
    known = unread.union(register.agencies)
    contacts = {CONTACT + code for code in known}
    if province.operator not in known:
        yield OPERATOR.at(province.where("operator"), code=province.operator)
    for local, target in province.system_addresses.items():
        if target not in contacts:
            where = province.where("system_addresses")
            yield SYSTEM.at(where, target=target, local=local, operator=province.operator)
        elif ended := _ended(register, target.removeprefix(CONTACT)):
            where = province.where("system_addresses")
            yield SYSTEM_CLOSED.at(where, target=target, day=ended.date, local=local)
    for target in province.policy.protected:
        if target not in contacts:
            yield PROTECTED.at(province.where("policy"), target=target)


def _ended(register: Register, code: str) -> Event | None:
    """The closing of an agency that nobody succeeds."""
    agency = register.agencies.get(code)
    succeeded = any(code in other.succeeds for other in register.agencies.values())
    return agency.closed if agency and not succeeded else None
