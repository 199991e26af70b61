"""Writes a forecast as edits of the register: closings, openings, and changes of `province.yml`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ..editing import entry
from ..editing.draft import Draft
from ..editing.text import Value
from ..model.policy import Acknowledgement
from ..model.register import Agency, Custodian, Event, Issuance
from ..model.sizes import written
from ..reading.source import File
from .forecast import Forecast


def draft(forecast: Forecast, files: Iterable[File], acknowledgements: Iterable[Acknowledgement]) -> Draft:
    """Return the register's files with the edits.

    Raises:
        Problem: a file's layout allows no edit.
    """
    made = Draft(files)
    for code, agency in forecast.agencies.items():
        if former := forecast.before.agencies.get(code):
            _change(made, former, agency)
        else:
            made.add_agency(code, _agency(agency))
    if forecast.decision.operator not in ("", forecast.before.province.operator):
        made.set_operator(forecast.decision.operator)
    for item in acknowledgements:
        made.acknowledge(_acknowledgement(item))
    made.changed()  # edits are applied in memory here, so that a refusal comes before anything is written
    return made


def _change(made: Draft, former: Agency, agency: Agency) -> None:
    """Edit an existing agency's file: closings before openings, so that each place is found once."""
    for before, after in zip(former.people, agency.people, strict=False):
        if after.closed and after.closed != before.closed:
            end = made.end_earlier if before.closed else made.close_person
            end(agency.code, after.id, _event(after.closed))
    for issuance in agency.people[len(former.people) :]:
        made.add_person(agency.code, _person(issuance))
    for change in agency.changes[len(former.changes) :]:
        made.change_agency(agency.code, entry.change(change))
    if agency.closed and not former.closed:
        made.close_agency(agency.code, _event(agency.closed))
    if added := agency.succeeds[len(former.succeeds) :]:
        made.add_succeeds(agency.code, added)
    for custodian in agency.custodians[len(former.custodians) :]:
        made.add_custodian(agency.code, _custodian(custodian))


def _agency(agency: Agency) -> dict[str, Value]:
    return dict(
        _stated(
            {
                "name": agency.name,
                "kind": agency.kind,
                "parent": agency.parent,
                "identifier": agency.identifier,
                "opened": _event(agency.opened),
                "succeeds": [*agency.succeeds],
                "quota": written(agency.quota) if agency.quota else "",
                "quota_document": agency.quota_document,
                "custodians": [_custodian(custodian) for custodian in agency.custodians],
                "people": [_person(issuance) for issuance in agency.people],
            }
        )
    )


def _person(issuance: Issuance) -> dict[str, Value]:
    texts = {key: getattr(issuance, key) for key in ("id", "name", "family", "given", "title", "unit", "phone")}
    return dict(
        _stated(
            {
                **texts,
                "leader": "true" if issuance.leader else "",
                "address": issuance.address,
                "address_document": issuance.address_document,
                "quota": written(issuance.quota) if issuance.quota else "",
                "quota_document": issuance.quota_document,
                "opened": _event(issuance.opened),
                "suspended": [entry.suspension(suspension) for suspension in issuance.suspended],
                "closed": _event(issuance.closed) if issuance.closed else "",
            }
        )
    )


def _stated(values: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    """Yield the values that are stated; `people` may be an empty list."""
    return ((key, value) for key, value in values.items() if value or key == "people")


def _event(event: Event) -> dict[str, Value]:
    request: dict[str, Value] = {"request": event.request} if event.request else {}
    return {"document": event.document, **request, "date": event.date.isoformat(), "event": event.event}


def _custodian(custodian: Custodian) -> dict[str, Value]:
    key: dict[str, Value] = {"key": custodian.key} if custodian.key else {}
    day = custodian.date.isoformat()
    return {"person": custodian.person, "document": custodian.document, "date": day, "as": custodian.role, **key}


def _acknowledgement(item: Acknowledgement) -> dict[str, Value]:
    what: dict[str, Value] = {"accounts": [*item.accounts]} if item.accounts else {"count": str(item.count)}
    if item.agencies:
        what["agencies"] = [*item.agencies]
    return {"limit": item.limit, "document": item.document, "until": item.until.isoformat(), **what}
