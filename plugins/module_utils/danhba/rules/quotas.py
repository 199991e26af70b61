"""Rules about quotas of mailboxes (R9.2)."""

from __future__ import annotations

from collections.abc import Iterator

from ..messages import mark as _
from ..model.findings import Finding, Where, advice
from ..model.register import Agency, Province
from ..model.sizes import MIB, TIB, written

QUOTA = advice(
    "schema-quota",
    "R9.2",
    _("quota: {quota} is hardly what a mailbox needs ({least} to {most}); look at the number and its unit"),
)

SMALLEST_QUOTA, LARGEST_QUOTA = 100 * MIB, TIB


def check(agency: Agency) -> Iterator[Finding]:
    """Yield objections to the quotas in an agency's file."""
    if agency.quota is not None:
        yield from _objections(agency.quota, agency.where("quota"))
    for issuance in agency.people:
        if issuance.quota is not None:
            yield from _objections(issuance.quota, agency.where_of(issuance, "quota"))


def of_policy(province: Province) -> Iterator[Finding]:
    """Yield objections to the policy's quotas, which hold for mailboxes without one of their own."""
    for quota in (province.policy.quota_official, province.policy.quota_agency):
        yield from _objections(quota, province.where("policy"))


def _objections(quota: int, where: Where) -> Iterator[Finding]:
    if not SMALLEST_QUOTA <= quota <= LARGEST_QUOTA:
        yield QUOTA.at(where, quota=written(quota), least=written(SMALLEST_QUOTA), most=written(LARGEST_QUOTA))
