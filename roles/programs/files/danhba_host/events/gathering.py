"""Turns lines into events. Incomplete knowledge of a message goes along from batch to batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import dovecot, filters, postfix, secrecy, webmail
from .event import Event, Use, bounded
from .line import Line

# Maximum number and minutes of incomplete items, by kind. More mean an attack, or a service that has changed its
# lines; the oldest of a kind are dropped, so that a flood of one kind affects no other.
COPY, ENVELOPE, MESSAGE = "copy", "envelope", "message"
MOST_OPEN = {
    # An envelope without content: free for its sender; Postfix waits 5 minutes for a command.
    ENVELOPE: 5_000,
    # An incomplete message: it may be large and the connection slow.
    MESSAGE: 10_000,
    # A copy that may turn out to be a move.
    COPY: 5_000,
}
OPEN_MINUTES = {ENVELOPE: 10, MESSAGE: 60, COPY: 60}

READERS: Mapping[str, Callable[[Line, Gathering], None]]


@dataclass(frozen=True, slots=True)
class Change:
    """The changes of the incomplete items by a batch.

    Attributes:
        begun: new or extended items, by key.
        ended: keys that are no longer there.
        forgotten: number of dropped items of each kind.
    """

    begun: dict[str, dict[str, Any]]
    ended: list[str]
    forgotten: dict[str, int]


class Gathering:
    """The result of a batch of lines.

    Attributes:
        events, uses: rows to store.
        last: the last line, after which the next batch begins.
        lines: number of lines.
    """

    def __init__(self, open_: Mapping[str, Mapping[str, Any]] | None = None, monitoring: frozenset[str] = frozenset()):
        self.events: list[Event] = []
        self.uses: list[Use] = []
        self.last: Line | None = None
        self.lines = 0
        self._open: dict[str, dict[str, Any]] = {key: dict(value) for key, value in (open_ or {}).items()}
        self._before = frozenset(self._open)
        self._touched: set[str] = set()
        self._monitoring = monitoring

    def take(self, line: Line) -> None:
        """Process a line of any service."""
        self.last, self.lines = line, self.lines + 1
        if reader := READERS.get(line.unit):
            reader(line, self)

    def add(self, line: Line, event: str, **told: Any) -> None:
        """Add an event of a line."""
        values = {name: bounded(name, value) if isinstance(value, str) else value for name, value in told.items()}
        if event in _WITH_ENVELOPE and told.get("sender") == "":
            values["sender"] = ""  # the null sender of notices is information
        self.events.append(
            Event(at=line.time, source=line.source, position=line.position, event=event, **_lowered(values))
        )

    def use(self, line: Line, person: str, sign: str, protocol: str, client: str | None) -> None:
        """Add a sign of use, except by the operator's own monitoring."""
        if person and person.lower() not in self._monitoring:
            self.uses.append(
                Use(
                    at=line.time,
                    source=line.source,
                    position=line.position,
                    person=bounded("person", person) or "",
                    sign=sign,
                    protocol=protocol,
                    client=client or "::",
                )
            )

    def begin(self, line: Line, key: str, **told: str) -> None:
        """Record a line's knowledge of an incomplete message."""
        kept = self._open.setdefault(key, {"at": line.at})
        kept.update({name: bounded(name, value) or "" for name, value in told.items()})
        self._touched.add(key)

    def begun(self, key: str) -> Mapping[str, Any]:
        """Return the knowledge so far, possibly none."""
        return self._open.get(key, {})

    def end(self, key: str) -> Mapping[str, Any]:
        """Return that knowledge, and drop it."""
        return self._open.pop(key, {})

    def change(self) -> Change:
        """Return the changes for the next batch: items of the last minutes, at most `MOST_OPEN`."""
        kept: dict[str, dict[str, Any]] = {}
        forgotten: dict[str, int] = {}
        for kind, most in MOST_OPEN.items():
            of_kind = self._open_of(kind)
            kept.update(of_kind[-most:])
            if len(of_kind) > most:
                forgotten[kind] = len(of_kind) - most
        begun = {key: value for key, value in kept.items() if key in self._touched}
        return Change(begun, sorted(self._before - kept.keys()), forgotten)

    def _open_of(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """Return the items of a kind that are not too old, oldest first."""
        since = (self.last.at if self.last else 0) - OPEN_MINUTES[kind] * 60_000_000
        found = [item for item in self._open.items() if item[1]["at"] >= since and _kind(*item) == kind]
        return sorted(found, key=lambda item: item[1]["at"])


def _kind(key: str, known: Mapping[str, Any]) -> str:
    if "message_id" in known:
        return MESSAGE
    return COPY if key.startswith(dovecot.COPY) else ENVELOPE


_WITH_ENVELOPE = {"received", "refused"}
_ADDRESSES = ("sender", "recipient", "original")


def _lowered(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values with addresses in lower case, as they are searched."""
    return {name: value.lower() if name in _ADDRESSES and value else value for name, value in values.items()}


READERS = {
    postfix.UNIT: postfix.read,
    dovecot.UNIT: dovecot.read,
    webmail.UNIT: webmail.read,
    filters.UNIT: filters.read,
    secrecy.UNIT: secrecy.read,
}
