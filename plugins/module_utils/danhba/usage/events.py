"""Events of use as lines of JSON: actions on mailboxes that the mail host saw, without any content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from ..jsontext import unpack
from ..messages import mark as _

KINDS = ("login", "select", "read")
# Maximum length of a line in bytes: a wrong file is refused before it is read into memory.
LONGEST = 65_536
_MAILBOX = re.compile(r"(?:official/[A-Za-z0-9-]{1,32}|agency/[a-z][a-z0-9]{0,31})")
# RFC 3339, 5.6: a date, a time to the second or finer, and where on earth. `T` and `Z` may be small.
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:(\d\d)(\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

NO_JSON = _(
    "{path}, line {line}: this line is no JSON object; each line is one event, such as {example}; nothing was counted"
)
TOO_LONG = _(
    "{path}, line {line}: this line has more than {most} characters, as no event has; is it the right file?; "
    "nothing was counted"
)
NO_KEY = _("{path}, line {line}: the event lacks '{key}'; an event looks like {example}; nothing was counted")
NO_TEXT = _("{path}, line {line}: '{key}' is no text but {value}; an event looks like {example}; nothing was counted")
NO_TIME = _(
    "{path}, line {line}: '{value}' is no time with its zone (RFC 3339); write it like "
    "2026-03-02T08:15:00+07:00 or 2026-03-02T01:15:00Z; nothing was counted"
)
NO_KIND = _("{path}, line {line}: '{value}' is no kind of event; it is one of: {kinds}; nothing was counted")
NO_MAILBOX = _(
    "{path}, line {line}: '{value}' is no mailbox; write official/ and a person's id, or agency/ and an "
    "agency's tendonvi; nothing was counted"
)
EXAMPLE = (
    '{"time": "2026-03-02T08:15:00+07:00", "kind": "login", "mailbox": "official/000105", "protocol": "imap", '
    '"client": "192.0.2.7", "session": "a1"}'
)


class BadEvent(ValueError):
    """Raised for a line that is no event. Its template also needs the `path` of the file; `line` counts from 1."""

    def __init__(self, line: int, template: str, **values: object) -> None:
        super().__init__(template)
        self.line, self.template, self.values = line, template, {"line": line, **values}


class Event(NamedTuple):
    """An event: `time` in microseconds since 1970 (UTC), `kind` one of `KINDS`. Equal events count once."""

    time: int
    kind: str
    mailbox: str
    protocol: str = ""
    client: str = ""
    session: str = ""


def read(lines: Iterable[bytes]) -> Iterator[Event]:
    """Yield the events of a file's lines; empty lines are skipped.

    Raises:
        BadEvent: a line is no event.
    """
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST:
            raise BadEvent(number, TOO_LONG, most=LONGEST)
        if not line.isspace():
            yield _event(number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)


def _event(number: int, line: bytes) -> Event:
    try:
        told = unpack(line)
    except (ValueError, RecursionError) as error:
        raise BadEvent(number, NO_JSON, example=EXAMPLE) from error
    if not isinstance(told, dict):
        raise BadEvent(number, NO_JSON, example=EXAMPLE)
    kind, mailbox = _text(number, told, "kind"), _text(number, told, "mailbox")
    moment = _moment(number, _text(number, told, "time"))
    if kind not in KINDS:
        raise BadEvent(number, NO_KIND, value=kind, kinds=KINDS)
    if not _MAILBOX.fullmatch(mailbox):
        raise BadEvent(number, NO_MAILBOX, value=mailbox)
    protocol, client = _text(number, told, "protocol", ""), _text(number, told, "client", "")
    return Event(moment, kind, mailbox, protocol, client, _text(number, told, "session", ""))


def _text(number: int, told: dict[str, Any], key: str, default: str | None = None) -> str:
    """Return a text of an event; an optional one may also be null."""
    value = told.get(key, default)
    if isinstance(value, str):
        return value
    if value is None and default is not None:
        return default
    if value is None and key not in told:
        raise BadEvent(number, NO_KEY, key=key, example=EXAMPLE)
    raise BadEvent(number, NO_TEXT, key=key, value=value, example=EXAMPLE)


def _moment(number: int, text: str) -> int:
    """Convert RFC 3339 to microseconds since 1970; a leap second becomes the second before it (5.7)."""
    shape = _TIME.fullmatch(text)
    if not shape:
        raise BadEvent(number, NO_TIME, value=text)
    plain = f"{text[:17]}59{text[19:]}" if shape[1] == "60" else text
    try:
        return (datetime.fromisoformat(plain.upper()) - _EPOCH) // _MICROSECOND
    except (ValueError, OverflowError) as error:
        raise BadEvent(number, NO_TIME, value=text) from error
