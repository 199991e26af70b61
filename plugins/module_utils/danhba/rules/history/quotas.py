"""What a change does to the room of single mailboxes: each says by which document (R9.2).

What was merged without one stands: there is nothing to compare it with. The policy's quotas are settings of the
province, whose every change a review shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TypeAlias

from ...messages import mark as _
from ...model.findings import Finding, Where, rule
from ...model.register import Agency, Issuance, numbered
from ...model.sizes import written

QUOTA = rule(
    "history-quota",
    "R9.2",
    _(
        "{object} had the quota {before} and now has {now}, and no document says so; "
        "add quota_document: with the one that decides it, other than for the former quota"
    ),
)
DOCUMENT = rule(
    "history-quota-document",
    "R9.2",
    _(
        "{object} had its quota by {before}, and this change says {now} while the quota stays; restore "
        "quota_document:, or acknowledge the correction in province.yml (limit: history, accounts: [{object}])"
    ),
)
# That of the policy.
USUAL = "—"
Mailbox: TypeAlias = "Agency | Issuance"


def check(before: Mapping[str, Agency], now: Iterable[Agency]) -> Iterator[Finding]:
    """The agencies then by code, and those now: what states its room anew, by itself or by a new entry."""
    for agency in now:
        then = before.get(agency.code)
        yield from _objections(then, agency, _where(agency.where, agency))
        known = dict(numbered(then.people)) if then else {}
        for key, issuance in numbered(agency.people):
            if issuance.quota is not None or key in known:
                where = partial(agency.where_of, issuance)
                yield from _objections(known.get(key), issuance, _where(where, issuance))


def _objections(before: Mailbox | None, now: Mailbox, where: Where) -> Iterator[Finding]:
    quota, document = (before.quota, before.quota_document) if before else (None, "")
    if now.quota != quota:
        if now.quota_document in {"", document}:
            yield QUOTA.at(where, object=where.object, before=_shown(quota), now=_shown(now.quota))
    elif document and document != now.quota_document:
        yield DOCUMENT.at(where, object=where.object, before=document, now=now.quota_document or USUAL)


def _where(where: Callable[[str], Where], now: Mailbox) -> Where:
    """The document, or else the quota that lacks it, or what lost both."""
    return where(next((key for key in ("quota_document", "quota") if key in now.at), ""))


def _shown(quota: int | None) -> str:
    return USUAL if quota is None else written(quota)
