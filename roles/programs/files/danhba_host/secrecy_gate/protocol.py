"""What arrives, and what is answered: a line of JSON and the message's octets, and a line of JSON back."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

HEAD_LIMIT = 1 << 21  # octets of the first line: 10,000 recipients of 64 octets, and as much again
ACCEPT, REJECT, DEFER = "accept", "reject", "defer"


class Malformed(Exception):
    """What arrived is no question."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Of a message: who sends it from where to whom.

    Attributes:
        sender: of the envelope; empty for a bounce.
        recipients: of the envelope.
        user: who has signed in, as Postfix knows them: an address, with the password's generation behind a slash.
        client: IP address it comes from; empty where it was made on this host.
        queue_id: Postfix's name of it; empty where it has none yet.
        octets: of the message that follows.
    """

    sender: str
    recipients: list[str]
    user: str
    client: str
    queue_id: str
    octets: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to become of a message, and why.

    Attributes:
        action: `accept`, `reject` (for good) or `defer` (try again later).
        verdict: `clean`, `marked`, `unreadable`, or empty where it was not read.
        marks: each with `level` and `where`; no text of the message.
        reason: one word more: `busy`, `died`, `database`, `exception`, or empty.
        reference: by which the operator finds the incident; empty where none was recorded.
        text: for the sender, one line of ASCII; empty where it passes.
        header: that the message is to get, as a name and a value; empty where it gets none.
    """

    action: str
    verdict: str
    marks: list[dict[str, str]]
    reason: str
    reference: str
    text: str
    header: list[str]


_TYPES: dict[str, type] = {"recipients": list, "octets": int}


def parse(line: bytes) -> Envelope:
    """The envelope that a line holds; Malformed where a key is missing, unknown or of another type."""
    try:
        values = json.loads(line.decode("utf-8", "replace"))
        if {field.name for field in fields(Envelope)} != values.keys():
            raise Malformed
        envelope = Envelope(**{name: _as_typed(name, value) for name, value in values.items()})
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed from error
    if envelope.octets < 0 or not all(isinstance(each, str) for each in envelope.recipients):
        raise Malformed
    return envelope


def _as_typed(name: str, value: Any) -> Any:
    if type(value) is not _TYPES.get(name, str):
        raise Malformed
    return value


def dump(answer: Answer) -> bytes:
    """An answer as its line."""
    return json.dumps(asdict(answer), ensure_ascii=True).encode() + b"\n"
