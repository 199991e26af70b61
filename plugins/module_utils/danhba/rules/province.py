"""Rules about the province's file."""

from __future__ import annotations

from collections.abc import Iterator

from ..addresses import CONTACT
from ..findings import Finding, rule
from ..messages import mark as _
from ..register import Register

OPERATOR = rule("province-operator", "R3", _("the operator '{code}' is no agency of this register; write its tendonvi"))
SYSTEM = rule(
    "province-system-address",
    "R10.9",
    _("'{target}' is no contact mailbox of this register; {local} must reach one, such as contact-{operator}"),
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
    for target in province.policy.protected:
        if target not in contacts:
            yield PROTECTED.at(province.where("policy"), target=target)
