"""Renders lists of mailboxes as text, JSON and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from ..jsontext import AT_ONCE, pretty_list
from ..messages import mark as _
from ..messages import render, translator
from ..model.register import Ending, Event, Suspension
from ..model.rows import Away
from ..planning.listing import Listed

KEYS = ("address", "kind", "id", "agency", "name", "state", "opened", "closed")
STATES = {
    "pending": _("pending"),
    "withdrawn": _("withdrawn"),
    "open": _("open"),
    "suspended": _("suspended"),
    "forwarding": _("forwarding"),
    "redirecting": _("redirecting"),
    "closed": _("closed"),
}


def as_data(item: Listed) -> dict[str, str | None]:
    """Return a mailbox as a dict with the keys of the output format; dates are ISO 8601."""
    return {
        "address": item.address,
        "kind": item.kind,
        "id": item.id,
        "agency": item.agency.code,
        "name": item.name,
        "state": item.state,
        "opened": item.opened_on,
        "closed": item.closed_on or None,
    }


def as_json(listed: Iterable[Listed]) -> str:
    """Return all mailboxes as one JSON list."""
    return b"".join(json_pieces(listed)).decode().rstrip("\n")


def as_csv(listed: Iterable[Listed]) -> str:
    """Return all mailboxes as CSV with a heading (RFC 4180, with LF)."""
    return "".join(csv_pieces(listed)).rstrip("\n")


def json_pieces(listed: Iterable[Listed]) -> Iterator[bytes]:
    """Yield the JSON list of all mailboxes as bytes, in pieces, with a final line end."""
    yield from pretty_list(map(as_data, listed))
    yield b"\n"


def csv_pieces(listed: Iterable[Listed]) -> Iterator[str]:
    """Yield the CSV of all mailboxes in pieces, with a final line end."""
    left = map(as_data, listed)
    yield ",".join(KEYS) + "\n"
    while some := list(islice(left, AT_ONCE)):
        out = io.StringIO()
        csv.DictWriter(out, KEYS, lineterminator="\n").writerows(some)
        yield out.getvalue()


def rows(listed: Iterable[Listed], language: str) -> list[tuple[str, ...]]:
    """Return the rows of a table for people: address, state, name, id, opening and closing day."""
    states = {state: translator(language)(label) for state, label in STATES.items()}
    return [(item.address, states[item.state], item.name, item.id, item.opened_on, item.closed_on) for item in listed]


def in_full(item: Listed, language: str) -> str:
    """Return a mailbox as text, with the documents of all its events."""
    translate = translator(language)
    title = f", {item.issuance.title}" if item.issuance and item.issuance.title else ""
    lines = [
        f"{item.address}  [{translate(STATES[item.state])}]",
        f"    {item.name} ({item.id}){title}, {item.agency.name} ({item.agency.code})",
    ]
    void = item.opened.withdrawn is not None
    closed = _("to be closed") if item.state in {"pending", "open", "suspended"} else _("closed")
    for label, event in ((_("opened"), item.opened), (closed, item.closed)):
        if event and not void:
            lines.append(f"    {translate(label)} {event.date.isoformat()}: {event.document} ({event.event})")
    for event in (item.opened, *_closings(item)):
        if event.withdrawn:
            lines.append("    " + _withdrawn(event, event.withdrawn, language))
    for suspension in item.issuance.suspended if item.issuance else ():
        lines.append("    " + _suspended(suspension, language))
    for first, last, document in item.issuance.away if item.issuance else ():
        values = {"first": first, "last": last, "document": document}
        template = _("on leave {first} to {last}: {document}") if document else _("on leave {first} to {last}")
        lines.append("    " + render(template, values, language))
    return "\n".join(lines)


def _closings(item: Listed) -> tuple[Event, ...]:
    """Return the withdrawn closings of a mailbox."""
    return item.issuance.issuance().withdrawn if item.issuance else item.agency.closings_withdrawn()


def _withdrawn(event: Event, ending: Ending, language: str) -> str:
    values = {"day": event.date, "document": event.document, "event": event.event}
    values |= {"by": ending.document, "on": ending.date}
    return render(_("withdrawn {on} by {by}: {document} ({event}), of {day}"), values, language)


def _suspended(suspension: Suspension, language: str) -> str:
    values = {"since": suspension.since.isoformat(), "document": suspension.document}
    if suspension.withdrawn:
        values["by"] = suspension.withdrawn.document
        return render(_("suspended {since}: {document}, withdrawn by {by}"), values, language)
    if suspension.end is None:
        return render(_("suspended {since}, no end stated: {document}"), values, language)
    values["until"] = suspension.end.isoformat()
    if not suspension.ended:
        return render(_("suspended {since} until {until}: {document}"), values, language)
    values["ended"] = suspension.ended.document
    return render(_("suspended {since} until {until}: {document}, ended by {ended}"), values, language)


def in_full_data(item: Listed) -> dict[str, Any]:
    """Return a mailbox with all events as data: the keys of the list, with documents beside the dates."""
    issuance = item.issuance
    withdrawn = [_event(event) for event in _closings(item)]
    leave = [_leave(each) for each in issuance.away] if issuance else []
    return {
        **as_data(item),
        "title": issuance.title if issuance else "",
        "agency_name": item.agency.name,
        "opened": _event(item.opened),
        "closed": _event(item.closed) if item.closed and not item.opened.withdrawn else None,
        "suspended": [_suspension(suspension) for suspension in issuance.suspended] if issuance else [],
        **({"leave": leave} if leave else {}),
        **({"withdrawn": withdrawn} if withdrawn else {}),
    }


def _leave(away: Away) -> dict[str, str]:
    return {"from": away.first, "to": away.last, **({"document": away.document} if away.document else {})}


def _event(event: Event) -> dict[str, Any]:
    shown = {"document": event.document, "date": event.date.isoformat(), "event": event.event}
    more = {"request": event.request} if event.request else {}
    return {**shown, **more, **_ending("withdrawn", event.withdrawn)}


def _ending(key: str, ending: Ending | None) -> dict[str, Any]:
    return {key: {"document": ending.document, "date": ending.date.isoformat()}} if ending else {}


def _suspension(suspension: Suspension) -> dict[str, Any]:
    until = suspension.until.isoformat() if suspension.until else None
    shown: dict[str, Any] = {"document": suspension.document, "date": suspension.since.isoformat(), "until": until}
    return {**shown, **_ending("ended", suspension.ended), **_ending("withdrawn", suspension.withdrawn)}
