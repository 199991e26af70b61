"""Makes events of lines. What is known of a message whose last line has not come goes along from batch to batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import dovecot, filters, postfix, secrecy, webmail
from .event import Event, Use, bounded
from .line import Line

# What is open, by its kind: how many of them, and for how many minutes. More than that is an attack, or a service that
# speaks in another way; the oldest of the kind go, so that a flood of one kind forgets nothing of the others.
COPY, ENVELOPE, MESSAGE = "copy", "envelope", "message"
MOST_OPEN = {
    # An envelope whose content has not begun: that costs its sender nothing, and Postfix waits for a command 5 minutes.
    ENVELOPE: 5_000,
    # A message whose end has not come: it may be large and its line slow.
    MESSAGE: 10_000,
    # A copy that may become a move.
    COPY: 5_000,
}
OPEN_MINUTES = {ENVELOPE: 10, MESSAGE: 60, COPY: 60}

READERS: Mapping[str, Callable[[Line, Gathering], None]]


@dataclass(frozen=True, slots=True)
class Change:
    """What a batch changes in what is open.

    Attributes:
        begun: what is known now, by its key, where that is new or more than before.
        ended: keys that were there before and are not any more.
        forgotten: how many of each kind had to go before their time.
    """

    begun: dict[str, dict[str, Any]]
    ended: list[str]
    forgotten: dict[str, int]


class Gathering:
    """What a batch of lines says.

    Attributes:
        events, uses: what is to be stored.
        last: the last line, behind which the next batch begins.
        lines: how many there were.
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
        """Take in a line, whoever said it."""
        self.last, self.lines = line, self.lines + 1
        if reader := READERS.get(line.unit):
            reader(line, self)

    def add(self, line: Line, event: str, **told: Any) -> None:
        """Note an event that a line told."""
        values = {name: bounded(name, value) if isinstance(value, str) else value for name, value in told.items()}
        if event in _WITH_ENVELOPE and told.get("sender") == "":
            values["sender"] = ""  # the null sender of notices says something
        self.events.append(
            Event(at=line.time, source=line.source, position=line.position, event=event, **_lowered(values))
        )

    def use(self, line: Line, person: str, sign: str, protocol: str, client: str | None) -> None:
        """Note a sign of use; those of the operator's own monitoring are none."""
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
        """Note what a line says of a message that is being taken in."""
        kept = self._open.setdefault(key, {"at": line.at})
        kept.update({name: bounded(name, value) or "" for name, value in told.items()})
        self._touched.add(key)

    def begun(self, key: str) -> Mapping[str, Any]:
        """What is known so far; nothing where that is nothing."""
        return self._open.get(key, {})

    def end(self, key: str) -> Mapping[str, Any]:
        """The same, and that was all."""
        return self._open.pop(key, {})

    def change(self) -> Change:
        """What the next batch has to know, as what has changed: of the last minutes, and not more than `MOST_OPEN`."""
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
        """What of a kind is not too old, the oldest first."""
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
    """Addresses as they are asked for: in lower case."""
    return {name: value.lower() if name in _ADDRESSES and value else value for name, value in values.items()}


READERS = {
    postfix.UNIT: postfix.read,
    dovecot.UNIT: dovecot.read,
    webmail.UNIT: webmail.read,
    filters.UNIT: filters.read,
    secrecy.UNIT: secrecy.read,
}
