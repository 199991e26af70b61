"""Rules about pinned addresses: decided by a document, they may mislead about who writes (R4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...addresses.issuing import made_of
from ...addresses.lookalike import skeleton
from ...addresses.office import is_office
from ...messages import mark as _
from ...model.findings import Finding, advice, rule
from ...model.register import Agency, Issuance
from .entries import Given

FREE = advice(
    "history-candidate",
    "R4.2",
    _(
        "'{address}' is none of the addresses that the rule makes of '{name}'; leave it where {document} decides just "
        "this one, else leave address: out"
    ),
)
OFFICE = rule(
    "history-office",
    "R4.2",
    _(
        "'{address}' names an office and no person, so that letters from {name} would pass for its own; "
        "leave address: out or pin one made of the name, "
        "or acknowledge it: danhba acknowledge --limit history --accounts {object}"
    ),
)

LOOKALIKE = rule(
    "history-lookalike",
    "R4.2",
    _(
        "'{address}' of {name} can hardly be told from '{other}' of {holder}, so that letters of one pass for those of "
        "the other; pin one that reads otherwise, by a document, "
        "or acknowledge it: danhba acknowledge --limit history --accounts {object}"
    ),
)


def check(then: Iterable[Iterable[Given]], now: Iterable[tuple[Agency, list[Given]]]) -> Iterator[Finding]:
    """Yield new pins that are not made of the person's name, unless the person had that address before."""
    pinned = [(agency, given) for agency, given in now if any(issuance.address for issuance, _local in given)]
    known = {(issuance.id, local) for given in then for issuance, local in given} if pinned else set()
    for agency, given in pinned:
        held: set[str] = set()
        for issuance, local in given:
            if issuance.address and (issuance.id, issuance.address) not in known:
                yield from _objections(agency, (issuance, local), held)
            held.add(local or "")


def _objections(agency: Agency, given: Given, held: set[str]) -> Iterator[Finding]:
    issuance, _local = given
    left = issuance.address.removesuffix(f"-{agency.code}")
    made = made_of(agency, issuance)
    if left in made:
        return
    where = agency.where_of(issuance, "address")
    values = {"address": issuance.address, "name": issuance.name}
    if is_office(left):
        yield OFFICE.at(where, object=where.object, **values)
    elif not made or any(f"{candidate}-{agency.code}" not in held for candidate in made):
        yield FREE.at(where, document=issuance.address_document or "—", **values)


def lookalikes(then: Iterable[tuple[str, list[Given]]], now: Iterable[tuple[Agency, list[Given]]]) -> Iterator[Finding]:
    """Yield new pins that look like an address that somebody else of the agency got before.

    Two addresses that the rule itself makes may look alike, such as those of Hồng Len and Hiên: nobody chose them.
    """
    known = {(code, issuance.id, local) for code, given in then for issuance, local in given}
    for agency, given in now:
        seen: dict[str, tuple[str, Issuance]] = {}
        for issuance, local in given:
            if local is None:
                continue
            other, holder = seen.setdefault(skeleton(local), (local, issuance))
            if not issuance.address or other == local or holder.id == issuance.id:
                continue
            if (agency.code, issuance.id, local) not in known:
                where = agency.where_of(issuance, "address")
                values = {"address": local, "name": issuance.name, "other": other, "holder": holder.name}
                yield LOOKALIKE.at(where, object=where.object, **values)
