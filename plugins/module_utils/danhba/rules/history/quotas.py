"""Rules about a change of a mailbox's quota: each cites its document (R9.2).

A quota that was merged without a document stands: there is nothing to compare it with. The policy's quotas are settings
of the province, whose changes a review shows.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from ...messages import mark as _
from ...model.entries import everywhere, last_before
from ...model.findings import Finding, Where, advice, rule
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
        "quota_document:, or acknowledge the correction: danhba acknowledge --limit history --accounts {object}"
    ),
)
NOTHING = advice(
    "history-quota-nothing",
    "R9.2",
    _(
        "{document} gives {object} a quota, and none is stated, so that nothing changes; add quota: as the document "
        "says, or leave quota_document: out"
    ),
)
# Stands for the policy's quota in messages.
USUAL = "—"
Mailbox: TypeAlias = "Agency | Issuance"


def check(before: Mapping[str, Agency], now: Iterable[Agency], whole: Iterable[Agency]) -> Iterator[Finding]:
    """Yield the findings about agencies and entries whose quota changed.

    `before` are the former agencies by code; `whole` are all agencies now: people may have had a mailbox in any of
    them.
    """
    agencies = [*now]
    stated = {issuance.id for agency in agencies for issuance in agency.people if issuance.quota is not None}
    people = everywhere(whole, stated)
    for agency in agencies:
        then = before.get(agency.code)
        yield from _objections(then, agency, _where(agency.where, agency))
        known = dict(numbered(then.people)) if then else {}
        for key, issuance in numbered(agency.people):
            where = _where(partial(agency.where_of, issuance), issuance)
            if key in known:
                yield from _objections(known[key], issuance, where, _others(people.get(issuance.id, ()), issuance))
            elif issuance.quota is not None or issuance.quota_document:
                yield from _appended(people.get(issuance.id, ()), issuance, where)


def _appended(people: Sequence[Issuance], now: Issuance, where: Where) -> Iterator[Finding]:
    """Yield findings about a new entry: it keeps the former quota, or has a document that gave no other one."""
    former = last_before(people, now.id, now.opened.date)
    quota, document = (former.quota, former.quota_document) if former else (None, "")
    if quota == now.quota and (now.quota_document or not document):
        yield from _nothing(quota, document, now, where)
        return
    if now.quota_document in {"", *_others(people, now)}:
        yield QUOTA.at(where, object=where.object, before=_shown(quota), now=_shown(now.quota))


def _others(people: Sequence[Issuance], now: Issuance) -> set[str]:
    """Return the documents that gave a person another quota in earlier entries."""
    before = (each for each in people if each.opened.date < now.opened.date)
    return {each.quota_document for each in before if each.quota != now.quota}


def _objections(before: Mailbox | None, now: Mailbox, where: Where, others: Collection[str] = ()) -> Iterator[Finding]:
    quota, document = (before.quota, before.quota_document) if before else (None, "")
    if now.quota != quota:
        if now.quota_document in {"", document, *others}:
            yield QUOTA.at(where, object=where.object, before=_shown(quota), now=_shown(now.quota))
        return
    yield from _nothing(quota, document, now, where)
    if document and document != now.quota_document:
        yield DOCUMENT.at(where, object=where.object, before=document, now=now.quota_document or USUAL)


def _nothing(quota: int | None, document: str, now: Mailbox, where: Where) -> Iterator[Finding]:
    """Yield a document of a quota where neither was one before nor is now; a removed quota keeps its document."""
    if quota is None and now.quota is None and now.quota_document not in {"", document}:
        yield NOTHING.at(where, object=where.object, document=now.quota_document)


def _where(where: Callable[[str], Where], now: Mailbox) -> Where:
    """Return the place of the document, else of the quota, else of the entry."""
    return where(next((key for key in ("quota_document", "quota") if key in now.at), ""))


def _shown(quota: int | None) -> str:
    return USUAL if quota is None else written(quota)
