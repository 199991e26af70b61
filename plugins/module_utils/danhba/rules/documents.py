"""Rules about documents: each of a kind that can carry what it is cited for (R6, R11.1).

The kinds are the type abbreviations of Decree 30/2020/NĐ-CP, Annex III; an official letter has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeAlias

from ..messages import mark as _
from ..messages import word
from ..model import documents, facts
from ..model.facts import Facts, Held, Hired
from ..model.findings import Finding, Rule, Where, advice, rule
from ..model.kinds import KINDS
from ..model.place import Place, Places
from ..model.register import Agency, Change, Ending, Event, Issuance, Leave, Province, Suspension

AGENCY = rule(
    "document-agency",
    "R6.1a",
    _("{document} ({kind}) neither founds nor ends an agency; cite the Circular or Decision of the competent level"),
)
UNIT = rule(
    "document-unit",
    "R6.1b",
    _("{document} ({kind}) neither founds nor ends a subordinate unit; cite the managing agency's decision or letter"),
)
OWN = rule(
    "document-own",
    "R6.1",
    _("{document} is of {agency} itself, and none founds or ends itself; cite the document of the level above"),
)
PERSON = rule(
    "document-person",
    "R6.2",
    _("{document} ({kind}) cannot carry {event}; cite the decision, or a document of another kind that can: {allowed}"),
)
REQUEST = rule(
    "document-request",
    "R6.2",
    _("{document} ({kind}) is no request; cite the letter that asks the operator for this, or leave request: out"),
)
DELEGATE = rule(
    "document-delegate",
    "R11.1",
    _("{document} ({kind}) authorises nobody; cite the head's written authorisation, such as 05/GUQ-SNV"),
)
HEAD = rule(
    "document-head",
    "R11.1",
    _("{document} ({kind}) appoints no head; cite the decision that did, or write as: delegate"),
)
UNPINNED = rule(
    "address-missing",
    "R16",
    _(
        "address_document: {document} decides the address of {person}, and none is pinned; add address: …-{agency}, "
        "or leave address_document: out"
    ),
)
SAME = rule(
    "document-ended",
    "R6.2",
    _(
        "{document} is what suspended {person}, and does not end it before its day; cite the document that does, "
        "or leave ended: out"
    ),
)
WITHDRAWN = rule(
    "document-withdrawn",
    "R6",
    _(
        "{document} is what was to come for {person} on {day}, and does not take itself back; cite the document that "
        "does, or leave withdrawn: out"
    ),
)
FOUNDER = advice(
    "document-founder",
    "R6.1",
    _(
        "{document} is of {body}, which stands not above {agency}, and neither founds, changes nor ends it; cite the "
        "document of the level above, or say under whom it stands: in parent: where it is founded, later by danhba "
        "agency change {agency} --parent"
    ),
)
HIRED = advice(
    "document-hired",
    "R6.2a",
    _(
        "{document} is of {body}, and {person} is recruited by {agency}; cite the decision by which {agency} or the "
        "level above recruits, or write transferred where {body} lets somebody go"
    ),
)
FOREIGN = advice(
    "document-foreign",
    "R6.2",
    _(
        "{document} is of {body}, which stands not above {agency}, and decides nothing there for {person} ({what}); "
        "cite the document of {agency} or of the level above, or leave it if {body} was given that power"
    ),
)
MARKS = advice(
    "document-marks",
    "R6",
    _("{document} reads as an official letter of a body called so; write {meant} if it is that, else leave it"),
)
YEAR = advice(
    "document-year",
    "R6",
    _("{document} is of {year}, which cannot be for something of {day}; look at both on the document"),
)
SLIP = rule(
    "document-slip",
    "R6",
    _("{document} ({kind}) only goes with another document or copies it; cite that other one"),
)

# An official letter (công văn) has no type abbreviation, and messages show its name.
LETTER, LETTER_SHOWN = documents.LETTER, "công văn"
# Invitations, introductions and slips; and copies, of which the original is to be cited.
SLIPS = frozenset("GM GGT GNP PG PC PB SY SL TrS".split())
WRITTEN = (documents.TYPES | {LETTER}) - SLIPS
COMPETENT = documents.LAWS | {"QĐ"}
# R6.2 says "after the decision": councils resolve, the Party concludes, and agencies also decide by notice and letter.
_DECISIONS = frozenset({"QĐ", "NQ", "KL", "TB", LETTER})
PERSONAL: Mapping[str, frozenset[str]] = {
    "recruited": _DECISIONS | {"HĐ"},
    "transferred": _DECISIONS,
    "renamed": _DECISIONS | {"TTr", "BC"},
    "reorganised": _DECISIONS | documents.LAWS | {"KH", "ĐA", "PA"},
    "retired": _DECISIONS,
    "resigned": _DECISIONS | {"HĐ", "BB", "BTT"},
    "dismissed": _DECISIONS,
    "deceased": _DECISIONS | {"BB", "BC"},
    "left_province": _DECISIONS,
}
REQUESTS = frozenset({LETTER, "TTr", "BC", "TB", "KH", "PA", "ĐA"})
AUTHORISATIONS = _DECISIONS | {"GUQ", "HĐ", "BB", "BTT", "QC", "QyĐ"}
APPOINTMENTS = _DECISIONS | {"HĐ", "BB"}

# The year of the state's foundation: documents of its agencies are not older.
FIRST_YEAR = 1945
# The department of home affairs recruits civil servants for the whole province, and decides about their posts.
RECRUITING = frozenset({"snv"})
# What the operator decides for mailboxes of all agencies: it locks for safety, gives room, and settles addresses (R9.2,
# R9.3, R16).
OPERATED = frozenset({facts.SUSPENDED, facts.UNLOCKED, facts.QUOTA, facts.PINNED})
_SAID = {
    facts.SUSPENDED: word(_("a suspension")),
    facts.UNLOCKED: word(_("the end of a suspension")),
    facts.QUOTA: word(_("a quota")),
    facts.PINNED: word(_("a pinned address")),
    facts.LEAVE: word(_("leave")),
    facts.HEAD: word(_("a custodian as head")),
    facts.DELEGATE: word(_("an authorised custodian")),
}


def check(agency: Agency) -> Iterator[Finding]:
    """Yield the findings about every document in an agency's file, except malformed ones, which reading reports."""
    for key, event in (("opened", agency.opened), ("closed", None if agency.void else agency.closed)):
        if event:
            then = agency.on(event.date)
            where = _at(agency.where(key), event.at, "document")
            yield from _of_agency(then, event, where, subordinate=_is_subordinate(then))
    for change, before, after in agency.steps() if agency.changes else ():
        yield from _of_change(change, before, after, _at(agency.where("changes"), change.at, "document"))
    yield from _agency_taken_back(agency)
    yield from _unmarked(_cited(agency))
    for custodian in agency.custodians:
        allowed, objection = (APPOINTMENTS, HEAD) if custodian.role == "head" else (AUTHORISATIONS, DELEGATE)
        if not _is(custodian.document, allowed):
            yield _objection(objection, custodian.document, agency.where_of(custodian, "document"))
    for issuance in agency.people:
        yield from _event(agency, issuance, issuance.opened)
        if issuance.closed and not issuance.void:
            yield from _event(agency, issuance, issuance.closed)
        yield from _taken_back(agency, issuance)
        if issuance.suspended or issuance.leave or issuance.address_document:
            yield from _others(agency, issuance)
    yield from _quotas(agency)


def of_province(province: Province) -> Iterator[Finding]:
    """Yield documents of the province's file of a kind that neither decides nor requests anything."""
    for document, where in _of_province(province):
        if not _is(document, WRITTEN):
            yield _objection(SLIP, document, where)
    yield from _unmarked(_of_province(province))


def _of_province(province: Province) -> Iterator[tuple[str, Where]]:
    where = province.where("regulation")
    if province.regulation.number:
        yield province.regulation.number, _at(where, province.regulation.at, "number")
    for key, listed in (
        ("policy", province.policy.usage.days),
        ("acknowledgements", province.acknowledgements),
        ("secrecy_exceptions", province.secrecy_exceptions),
    ):
        for each in listed:
            yield each.document, _at(province.where(key), each.at, "document")


def _quotas(agency: Agency) -> Iterator[Finding]:
    """Yield documents of quotas that are of a kind that decides nothing."""
    for document, where in _of_quotas(agency):
        if not _is(document, WRITTEN):
            yield _objection(SLIP, document, where)


def _of_quotas(agency: Agency) -> Iterator[tuple[str, Where]]:
    if agency.quota_document:
        yield agency.quota_document, agency.where("quota_document")
    for issuance in agency.people:
        if issuance.quota_document:
            yield issuance.quota_document, agency.where_of(issuance, "quota_document")


def _unmarked(cited: Iterable[tuple[str, Where]]) -> Iterator[Finding]:
    """Yield documents whose type was typed without its diacritics."""
    for document, where in cited:
        if documents.kind(document) == LETTER and (meant := documents.meant(document)):
            yield MARKS.at(where, document=document, meant=meant)


def _cited(agency: Agency) -> Iterator[tuple[str, Where]]:
    """Yield every document of an agency's file with its place, except requests, which are mostly letters."""
    for key, event in (("opened", agency.opened), ("closed", agency.closed)):
        if event:
            yield event.document, _at(agency.where(key), event.at, "document")
    for change in agency.changes:
        yield change.document, _at(agency.where("changes"), change.at, "document")
    for custodian in agency.custodians:
        yield custodian.document, agency.where_of(custodian, "document")
    yield from _of_quotas(agency)
    for issuance in agency.people:
        yield from _cited_of(agency, issuance)


def _cited_of(agency: Agency, issuance: Issuance) -> Iterator[tuple[str, Where]]:
    # Nearly all documents have a type: this test is fast.
    for event in (issuance.opened, issuance.closed):
        if event and "D-" in event.document:
            yield event.document, _at(agency.where_of(issuance), event.at, "document")
    if issuance.address_document:
        yield issuance.address_document, agency.where_of(issuance, "address_document")
    spans: tuple[Suspension | Leave, ...] = (*issuance.suspended, *issuance.leave)
    for each in spans:
        yield each.document, _at(agency.where_of(issuance), each.at, "document")


def across(agencies: Mapping[str, Facts], operator: str = "") -> Iterator[Finding]:
    """Yield documents of a register's agencies that are neither the agency's own nor of one above it."""
    foreigners = {code: [*_foreign(agency, agencies, operator)] for code, agency in agencies.items() if agency.hired}
    homes = _homes(agencies, (each for foreign in foreigners.values() for each in foreign))
    for agency in agencies.values():
        founder = documents.body(agency.founded_by)
        foreign = foreigners.get(agency.code, [])
        changed = [each for each in agency.changed if each.body in agencies and _decides(each.document)]
        founds = founder in agencies and _decides(agency.founded_by)
        # If a parent is not in the register, the bodies that may decide are unknown.
        if not (foreign or founds or changed) or any(each.value not in ("", *agencies) for each in agency.parents):
            continue
        for change in changed:
            if change.body not in _above_both(agency, agencies, change.day):
                where = Where(agency.file, Place(change.line, change.column), agency.code)
                yield FOUNDER.at(where, document=change.document, body=change.body, agency=agency.code)
        if founds and founder not in _kin(agency, agencies, agency.opened):
            yield FOUNDER.at(agency.where("opened"), document=agency.founded_by, body=founder, agency=agency.code)
        for each in foreign:
            if each.body not in _authorities(each, agency, agencies, homes):
                yield _of_another(each, agency)


def _decides(document: str) -> bool:
    """Say whether a document is of a kind that decides; slips and copies are the matter of another rule."""
    return documents.kind(document) not in SLIPS


def _foreign(agency: Facts, agencies: Mapping[str, Facts], operator: str) -> Iterator[Hired]:
    """Yield what documents of other agencies do in an agency, without those with power over all agencies."""
    return (each for each in agency.hired if each.body in agencies and not _has_power(each, operator))


def _has_power(each: Hired, operator: str) -> bool:
    """Say whether a body decides such things for agencies that are not below it."""
    if each.what in OPERATED:
        return each.body == operator
    return each.what not in _SAID.keys() - {facts.HEAD} and each.body in RECRUITING


def _authorities(each: Hired, agency: Facts, agencies: Mapping[str, Facts], homes: _Homes) -> set[str]:
    """Return the codes of the agencies whose documents may do such a thing in an agency.

    These are the agency itself, those above it, and those of the agencies where the person is on that day or until
    then: the other side of a move also decides about it, and what was decided there continues.
    """
    days = [each.day] if each.day else [agency.opened, facts.FOREVER]
    found = {code for day in days for code in _kin(agency, agencies, day)}
    for other, held in homes.get(_person(each), ()):
        if not each.day or held.opened <= each.day <= held.end:
            found |= _kin(other, agencies, each.day or held.opened)
    return found


_Homes: TypeAlias = "Mapping[str, list[tuple[Facts, Held]]]"


def _homes(agencies: Mapping[str, Facts], foreign: Iterable[Hired]) -> _Homes:
    """Return the entries, in all agencies, of people about whom documents of other agencies decide."""
    people = {_person(each) for each in foreign}
    found: dict[str, list[tuple[Facts, Held]]] = {}
    for agency in agencies.values():
        for held in agency.people if not people.isdisjoint(agency.ids) else ():
            if held.id in people and not held.void:
                found.setdefault(held.id, []).append((agency, held))
    return found


def _person(each: Hired) -> str:
    return each.object.partition("/")[2]


def _of_another(each: Hired, agency: Facts) -> Finding:
    where = Where(agency.file, Place(each.line, each.column), each.object)
    values = {"person": _person(each) or agency.code, "document": each.document}
    values |= {"body": each.body, "agency": agency.code}
    if each.what == "recruited":
        return HIRED.at(where, **values)
    return FOREIGN.at(where, what=_SAID.get(each.what, each.what), **values)


def _above_both(agency: Facts, agencies: Mapping[str, Facts], day: str) -> set[str]:
    """Return the codes of the agencies that may change an agency on a day.

    These are the ones above it until then; if it changes its parent, those above both parents: no agency takes another
    one by its own document, and none gives one away to an agency that is not below it.
    """
    eve = date.fromordinal(max(1, date.fromisoformat(day).toordinal() - 1)).isoformat()
    before = _kin(agency, agencies, eve)
    return before if agency.parent_on(eve) == agency.parent_on(day) else before & _kin(agency, agencies, day)


def _kin(agency: Facts, agencies: Mapping[str, Facts], day: str) -> set[str]:
    """Return the codes of an agency, of those above it on a day, and of all that these succeed."""
    found: set[str] = set()
    waiting = [agency.code]
    while waiting:
        code = waiting.pop()
        if code not in found and (each := agencies.get(code)):
            found.add(code)
            waiting += [each.parent_on(day), *each.succeeds]
    return found


def _of_change(change: Change, before: Agency, after: Agency, where: Where) -> Iterator[Finding]:
    """Yield findings about a change's document: kind and parent need what a founding needs, an identifier a letter."""
    if change.kind or change.parent:
        subordinate = _is_subordinate(before) and _is_subordinate(after)
        yield from _of_agency(after, change, where, subordinate=subordinate)
        return
    if not _is(change.document, WRITTEN):
        yield _objection(SLIP, change.document, where)
    yield from _year(change, where)


def _is_subordinate(agency: Agency) -> bool:
    """Say whether an agency is a subordinate unit, for which the managing agency's document suffices (R6.1b)."""
    return bool(agency.parent) and KINDS[agency.kind].managed


def _of_agency(agency: Agency, event: Event | Change | Ending, where: Where, *, subordinate: bool) -> Iterator[Finding]:
    if not _is(event.document, WRITTEN if subordinate else COMPETENT):
        yield _objection(UNIT if subordinate else AGENCY, event.document, where)
    yield from _year(event, where)
    if agency.code in documents.SHARED or KINDS[agency.kind].branch:
        return
    document = documents.parse(event.document)
    if document and documents.symbol_code(document.agency) == agency.code:
        yield OWN.at(where, document=event.document, agency=agency.code)


def _event(agency: Agency, issuance: Issuance, event: Event) -> Iterator[Finding]:
    allowed = PERSONAL.get(event.event, WRITTEN)
    if not _is(event.document, allowed):
        where = _at(agency.where_of(issuance), event.at, "document")
        more = {"event": event.event, "allowed": [*sorted(allowed - {LETTER}), LETTER_SHOWN]}
        yield _objection(PERSON if event.event in PERSONAL else SLIP, event.document, where, more)
    if event.document.count("/") > 1:
        yield from _year(event, _at(agency.where_of(issuance), event.at, "document"))
    if event.request and not _is(event.request, REQUESTS):
        where = _at(agency.where_of(issuance), event.at, "request")
        yield _objection(REQUEST, event.request, where)


def _taken_back(agency: Agency, issuance: Issuance) -> Iterator[Finding]:
    """Yield withdrawals by the very document that ordered the entry, or by a kind that decides nothing."""
    for happening, day, ending in issuance.taken_back():
        where = _at(agency.where_of(issuance), ending.at, "document")
        if ending.document == happening.document:
            yield WITHDRAWN.at(where, document=ending.document, person=issuance.id, day=day)
        elif not _is(ending.document, WRITTEN):
            yield _objection(SLIP, ending.document, where)


def _agency_taken_back(agency: Agency) -> Iterator[Finding]:
    """Yield the same for withdrawals of an agency's entries; who may decide may also withdraw (R6.1)."""
    for happening, day, ending in agency.taken_back():
        where = _at(agency.where(), ending.at, "document")
        if ending.document == happening.document:
            yield WITHDRAWN.at(where, document=ending.document, person=agency.code, day=day)
        elif isinstance(happening, Event) or (isinstance(happening, Change) and (happening.kind or happening.parent)):
            then = agency.on(day)
            after = replace(then, **happening.values) if isinstance(happening, Change) else then  # type: ignore[arg-type]  # keys of STANDING
            yield from _of_agency(then, ending, where, subordinate=_is_subordinate(then) and _is_subordinate(after))
        elif not _is(ending.document, WRITTEN):
            yield _objection(SLIP, ending.document, where)


def _year(event: Event | Change | Ending, where: Where) -> Iterator[Finding]:
    """Yield a document of a later year than the day of what it orders."""
    document = documents.parse(event.document)
    if document and document.year and not FIRST_YEAR <= int(document.year) <= event.date.year:
        yield YEAR.at(where, document=event.document, year=document.year, day=event.date)


def _others(agency: Agency, issuance: Issuance) -> Iterator[Finding]:
    for suspension in issuance.suspended:
        if not _is(suspension.document, WRITTEN):
            where = _at(agency.where_of(issuance), suspension.at, "document")
            yield _objection(SLIP, suspension.document, where)
        if ended := suspension.ended:
            where = _at(agency.where_of(issuance), ended.at, "document")
            if ended.document == suspension.document:
                yield SAME.at(where, document=ended.document, person=issuance.id)
            elif not _is(ended.document, WRITTEN):
                yield _objection(SLIP, ended.document, where)
    for leave in issuance.leave:
        if leave.document and not _is(leave.document, WRITTEN):
            where = _at(agency.where_of(issuance, "leave"), leave.at, "document")
            yield _objection(SLIP, leave.document, where)
    if issuance.address_document and not issuance.address:
        where = agency.where_of(issuance, "address_document")
        yield UNPINNED.at(where, document=issuance.address_document, person=issuance.id, agency=agency.code)
    if issuance.address_document and not _is(issuance.address_document, WRITTEN):
        yield _objection(SLIP, issuance.address_document, agency.where_of(issuance, "address_document"))


def _is(text: str, allowed: frozenset[str]) -> bool:
    """Say whether a document is of an allowed kind; True also for one whose kind is unknown."""
    kind = documents.kind(text)
    return kind is None or kind in allowed


def _at(where: Where, at: Places, key: str) -> Where:
    return Where(where.file, at.get(key, where.place), where.object)


def _objection(objection: Rule, text: str, where: Where, more: Mapping[str, Any] | None = None) -> Finding:
    return objection.at(where, document=text, kind=documents.kind(text) or LETTER_SHOWN, **(more or {}))
