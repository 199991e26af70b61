"""The protocol: a line of JSON and the message's bytes in, a line of JSON out."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any

HEAD_LIMIT = 1 << 21  # bytes of the first line: 10,000 recipients of 64 bytes, twice
ACCEPT, REJECT, DEFER = "accept", "reject", "defer"


class Malformed(Exception):
    """Raised for an invalid request."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The envelope of a message.

    Attributes:
        sender: envelope sender; empty for a bounce.
        recipients: envelope recipients.
        user: signed-in user as Postfix knows it: address, slash, generation of the password.
        client: client's IP address; empty for mail of this host.
        queue_id: Postfix's queue id; empty if there is none yet.
        octets: size of the message that follows, in bytes.
    """

    sender: str
    recipients: list[str]
    user: str
    client: str
    queue_id: str
    octets: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The decision about a message.

    Attributes:
        action: `accept`, `reject` (for good) or `defer` (try again later).
        verdict: `clean`, `marked`, `unreadable`, or empty if it was not read.
        marks: each with `level` and `where`; no text of the message.
        reason: `busy`, `died`, `database`, `exception`, or empty.
        reference: the incident's reference for the operator; empty if none was recorded.
        text: for the sender, one line of ASCII; empty if the message passes.
        header: name and value of a header to add; empty if none.
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
    """Return the envelope in a line; raise Malformed if a key is missing, unknown or of another type."""
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
    """Return an answer as its line."""
    return json.dumps(asdict(answer), ensure_ascii=True).encode() + b"\n"
