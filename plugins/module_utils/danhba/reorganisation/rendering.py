"""Renders a forecast as text for a terminal, as JSON, and as Markdown for a pull request."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..messages import mark as _
from ..messages import render, translator, visible
from ..model.findings import Finding
from ..model.policy import Acknowledgement
from ..rendering import findings as show_findings
from ..rendering.plan import LONGEST_MARKDOWN, Page, escape
from .forecast import Clash, Forecast, Move
from .placing import Closed

# Maximum number of lines of a list on a terminal; the file has all.
LIST_LIMIT = 20


@dataclass(frozen=True, slots=True)
class Told:
    """The forecast and the acknowledgements that are rendered."""

    forecast: Forecast
    acknowledgements: list[Acknowledgement]


def counts(told: Told) -> dict[str, int]:
    """Return the numbers of what happens."""
    forecast, rows = told.forecast, list(_agencies(told.forecast))
    return {
        "agencies_opened": sum(bool(row["opened"]) for row in rows),
        "agencies_closed": sum(bool(row["closed"]) for row in rows),
        "moved": len(forecast.moves),
        "closed": len(forecast.closed),
        "clashes": sum(move.clash is not None for move in forecast.moves),
        "undecided": len(forecast.undecided),
        "problems": len(forecast.problems),
    }


def as_data(told: Told, language: str) -> dict[str, Any]:
    """Return everything as data with stable keys."""
    forecast = told.forecast
    domain = forecast.before.province.domain
    return {
        "document": forecast.decision.document,
        "date": forecast.decision.date.isoformat(),
        "counts": counts(told),
        "agencies": list(_agencies(forecast)),
        "moves": [_move(move, domain) for move in forecast.moves],
        "closed": [_closed(item, domain) for item in forecast.closed],
        "undecided": [
            {"id": issuance.id, "name": issuance.name, "agency": agency.code, "unit": issuance.unit}
            for agency, issuance in forecast.undecided
        ],
        "acknowledgements": [_acknowledgement(item) for item in told.acknowledgements],
        "problems": [show_findings.as_data(item, language) for item in forecast.problems],
        "reminders": [show_findings.as_data(item, language) for item in forecast.reminders],
    }


def _agencies(forecast: Forecast) -> Iterator[dict[str, Any]]:
    """Yield a row for each agency that opens, closes, or that people leave."""
    moved: dict[str, Counter[str]] = {}
    day = forecast.decision.date
    for move in forecast.moves:
        moved.setdefault(move.source, Counter())[move.target] += 1
    arrived = Counter(move.target for move in forecast.moves)
    closed = Counter(item.agency for item in forecast.closed)
    undecided = Counter(agency.code for agency, _issuance in forecast.undecided)
    for code, agency in forecast.agencies.items():
        former = forecast.before.agencies.get(code)
        ends = agency.closed if former is None or former.closed is None else None
        heirs = [c for closing in forecast.decision.close if closing.code == code for c in closing.to]
        targets, parent = moved.get(code, Counter()), agency.on(day).parent
        yield {
            "agency": code,
            "name": agency.name,
            "opened": "" if former else agency.opened.event,
            "closed": ends.event if ends else "",
            "successors": heirs,
            "parent": parent if former and former.on(day).parent != parent else "",
            "to": {target: targets[target] for target in sorted(targets)},
            "people_arrived": arrived[code],
            "people_moved": targets.total(),
            "people_closed": closed[code],
            "people_undecided": undecided[code],
        }


def _move(move: Move, domain: str) -> dict[str, Any]:
    clash = move.clash
    return {
        "id": move.issuance.id,
        "name": move.issuance.name,
        "from": move.source,
        "to": move.target,
        "before": f"{move.before}@{domain}",
        "after": f"{move.after}@{domain}" if move.after else None,
        "pinned": bool(move.new.address),
        "suspended": bool(move.new.suspended),
        "clash": {"address": f"{clash.plain}@{domain}", "id": clash.holder, "name": clash.name} if clash else None,
    }


def _closed(item: Closed, domain: str) -> dict[str, Any]:
    return {
        "id": item.issuance.id,
        "name": item.issuance.name,
        "agency": item.agency,
        "address": f"{item.local}@{domain}",
        "event": item.event.event,
        "document": item.event.document,
    }


def _acknowledgement(item: Acknowledgement) -> dict[str, Any]:
    data: dict[str, Any] = {"limit": item.limit, "document": item.document, "until": item.until.isoformat()}
    if item.accounts:
        return data | {"accounts": list(item.accounts)}
    return data | {"count": item.count} | ({"agencies": list(item.agencies)} if item.agencies else {})


def as_json(told: Told, language: str, shown: int | None = None) -> str:
    """Return everything as one JSON object, never shortened."""
    return json.dumps(as_data(told, language), ensure_ascii=False, indent=2)


# --- text

TITLE = _("Reorganisation by {document} on {day}")
SUMMARY = _(
    "{agencies_opened} agencies open, {agencies_closed} end; {moved} people move, {closed} mailboxes are closed; "
    "{clashes} cannot have the plain form of their name; {undecided} people undecided, {problems} problems"
)
AGENCIES = _("Agencies")
ADDRESSES = _("New addresses")
CLASHES = _("Namesakes: the plain form is taken")
CLOSED = _("Knowingly closed")
ACKNOWLEDGED = _("Acknowledged in province.yml")
PROBLEMS = _("Problems: nothing can be written before these are solved")
REMINDERS = _("To be noted")
OPENS = _("opens ({event})")
ENDS = _("ends ({event})")
ENDS_IN = _("ends ({event}), succeeded by {to}")
UNDER = _("now under {parent}")
COME = _("{count} people come")
GO = _("{count} people go ({where})")
CLOSE = _("{count} mailboxes closed")
OPEN = _("{count} people undecided")
MORE = _("… {count} more; see the whole with --out FILE")

Section = tuple[str, list[str]]


def text(told: Told, language: str, shown: int | None = LIST_LIMIT, *, beside: bool = True) -> str:
    """Return text for a terminal: at most `shown` lines of each list, all if that is None."""
    lines = list(_head(told, language))
    for title, items in _sections(told, language):
        lines += ["", f"{translator(language)(title)} ({len(items)})", *_some(items, language, shown)]
    forecast = told.forecast
    for title, found in ((PROBLEMS, forecast.problems), (REMINDERS, forecast.reminders)):
        if found:
            some = list(found[:shown])
            lines += ["", translator(language)(title), show_findings.text(some, language, beside=beside)]
            lines += _some([], language, shown, left=len(found) - len(some))
    return "\n".join(lines)


def _head(told: Told, language: str) -> Iterator[str]:
    decision = told.forecast.decision
    yield render(TITLE, {"document": decision.document, "day": decision.date}, language)
    yield render(SUMMARY, counts(told), language)


def _sections(told: Told, language: str) -> Iterator[Section]:
    forecast = told.forecast
    lists: list[tuple[str, list[str]]] = [
        (AGENCIES, [_agency_line(row, language) for row in _agencies(forecast)]),
        (CLASHES, [_clash_line(move, move.clash, language) for move in forecast.moves if move.clash]),
        (CLOSED, [_closed_line(item) for item in forecast.closed]),
        (ADDRESSES, [_move_line(move) for move in forecast.moves]),
        (ACKNOWLEDGED, [_acknowledgement_line(item) for item in told.acknowledgements]),
    ]
    yield from ((title, items) for title, items in lists if items)


def _some(items: list[str], language: str, shown: int | None, left: int = 0) -> Iterator[str]:
    yield from items[:shown]
    left += len(items) - len(items[:shown])
    if left:
        yield render(MORE, {"count": left}, language)


def _agency_line(row: dict[str, Any], language: str) -> str:
    """Return a line about an agency: how it opens or closes, and how many people come and go."""
    where = ", ".join(f"{code} {count}" for code, count in row["to"].items())
    parts = [
        (OPENS, row["opened"], {"event": row["opened"]}),
        (ENDS_IN if row["successors"] else ENDS, row["closed"], {"event": row["closed"], "to": row["successors"]}),
        (UNDER, row["parent"], {"parent": row["parent"]}),
        (COME, row["people_arrived"], {"count": row["people_arrived"]}),
        (GO, row["people_moved"], {"count": row["people_moved"], "where": where}),
        (CLOSE, row["people_closed"], {"count": row["people_closed"]}),
        (OPEN, row["people_undecided"], {"count": row["people_undecided"]}),
    ]
    told = "; ".join(render(template, values, language) for template, shown, values in parts if shown)
    return visible(f"{row['agency']} ({row['name']})") + f": {told}"


def _move_line(move: Move) -> str:
    return f"{visible(move.issuance.name)} ({move.issuance.id}): {move.before} → {move.after or '—'}"


def _clash_line(move: Move, clash: Clash, language: str) -> str:
    values = {"after": move.after, "plain": clash.plain, "holder": clash.name, "id": clash.holder}
    told = render(_("{after}, because {plain} is given to {holder} ({id})"), values, language)
    return f"{visible(move.issuance.name)} ({move.issuance.id}): {told}"


def _closed_line(item: Closed) -> str:
    who, event = item.issuance, item.event
    return f"{visible(who.name)} ({who.id}): {item.local} {event.event} [{event.document}]"


def _acknowledgement_line(item: Acknowledgement) -> str:
    data = _acknowledgement(item)
    return ", ".join(f"{key}: {', '.join(v) if isinstance(v, list) else v}" for key, v in data.items())


# --- Markdown


def markdown(told: Told, language: str, file: str = "", most: int | None = LONGEST_MARKDOWN) -> str:
    """Return Markdown for a pull request: problems, agencies, namesakes and closings; new addresses folded.

    What does not fit into `most` characters is counted, and is in `file`; with None nothing is left out, as for that
    file.
    """
    page = Page(language, file or "danhba reorganise --out FILE", sys.maxsize if most is None else most)
    title, summary = _head(told, language)
    page.add(f"### {escape(title)}\n\n{escape(summary)}")
    page.list(_quoted(PROBLEMS, told.forecast.problems, language))
    page.list(_quoted(REMINDERS, told.forecast.reminders, language))
    for name, items in _sections(told, language):
        heading = f"{translator(language)(name)} ({len(items)})"
        before, after = f"**{heading}**\n\n", ""
        if name == ADDRESSES:
            before, after = f"<details><summary>{heading}</summary>\n\n", "\n\n</details>"
        page.list([f"- {escape(item)}" for item in items], before, after, most=page.most // 3)
    return page.text()


def _quoted(title: str, found: Iterable[Finding], language: str) -> list[str]:
    label = translator(language)(title)
    return [f"> **{label}**: {escape(show_findings.message(item, language))}\n>" for item in found]
