"""Rules about the province's file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..addresses import CONTACT
from ..facts import Facts
from ..findings import Finding, rule
from ..messages import mark as _
from ..register import Province

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


def across(province: Province, agencies: Mapping[str, Facts], unread: frozenset[str]) -> Iterator[Finding]:
    """The operator, the system addresses and the protected accounts exist."""
    contacts = {CONTACT + code for code in unread.union(agencies)}
    if CONTACT + province.operator not in contacts:
        yield OPERATOR.at(province.where("operator"), code=province.operator)
    succeeded = {code for agency in agencies.values() for code in agency.succeeds}
    for local, target in province.system_addresses.items():
        agency = agencies.get(target.removeprefix(CONTACT))
        where = province.where("system_addresses")
        if target not in contacts:
            yield SYSTEM.at(where, target=target, local=local, operator=province.operator)
        elif agency and agency.closed and agency.code not in succeeded:
            yield SYSTEM_CLOSED.at(where, target=target, day=agency.closed, local=local)
    for target in province.policy.protected:
        if target not in contacts:
            yield PROTECTED.at(province.where("policy"), target=target)
