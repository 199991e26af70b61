"""Reads Postfix's lines about a message, by daemon. They have no subject and no content."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from .event import network_address, number

if TYPE_CHECKING:
    from .gathering import Gathering
    from .line import Line

UNIT = "postfix.service"


def _named(name: str) -> str:
    """Return the pattern of an address; a quoted local part may contain anything, also `>` (RFC 5321, 4.1.2)."""
    return rf'<(?P<{name}>(?:"(?:[^"\\]|\\.)*"|[^">])*)>'


_QUEUED = re.compile(r"(?P<id>[0-9A-Za-z]{6,30}): (?P<rest>.*)", re.DOTALL)
_CLIENT = re.compile(
    r"client=[^\[,]*\[(?P<client>[^\]]*)\](?::\d+)?(?:, sasl_method=[^,]*)?(?:, sasl_username=(?P<user>[^, ]*))?"
)
_MESSAGE_ID = re.compile(r"message-id=(?P<id>.*)")
_ACTIVE = re.compile(rf"from={_named('sender')}, size=(?P<size>\d+), nrcpt=\d+")
_EXPIRED = re.compile(rf"from={_named('sender')}, status=(?:force-)?expired")
_PICKED_UP = re.compile(r"uid=\d+ from=")
_RECIPIENT = re.compile(
    rf"to={_named('recipient')}, (?:orig_to={_named('original')}, )?relay=(?P<relay>[^,]*), .*?dsn=(?P<code>[\d.]*), "
    r"status=(?P<status>[a-z-]+)(?: \((?P<said>.*)\))?$",
    re.DOTALL,
)
_NOTIFIED = re.compile(r"(?:sender|postmaster) (?P<what>[a-z -]+) notification: (?P<id>[0-9A-Za-z]{6,30})$")
# Of what a stranger chooses, the recipient's address in the reason is quoted where it could hold anything, and the name
# that he gives stands last: neither passes for the envelope.
_REFUSED = re.compile(
    r"(?:milter-)?reject: (?P<step>[A-Z-]+) from [^\[]*\[(?P<client>[^\]]*)\](?::\d+)?: (?:\d{3} )?"
    r"(?P<code>\d\.\d+\.\d+)?"
    r' ?(?P<said>(?>"(?:[^"\\]|\\.)*"|.)*?)'
    rf"(?:; from={_named('sender')})?(?: to={_named('recipient')})?(?: proto=\S+)?(?: helo=<.*>)?$",
    re.DOTALL,
)
# A message refused after its end is over; its session may try again under another id.
_WHOLE = "END-OF-MESSAGE"
_NEXT = re.compile(r"queued as ([0-9A-Za-z]{6,30})")
# Dovecot's reply ends in the id of the session that stored the message.
_STORED = re.compile(r"<[^>]*> (?P<session>\S+) Saved")
_LMTP = "private/dovecot-lmtp"
# Only a filter on this host names a queue id of this host.
_HERE = re.compile(r"\[(?:127\.[\d.]+|::1)\]")
_STATUS = {"sent": "delivered", "deferred": "deferred", "bounced": "bounced", "expired": "expired"}


def read(line: Line, into: Gathering) -> None:
    """Add the events of a line."""
    service, _, daemon = line.program.removeprefix("postfix/").rpartition("/")
    if reader := _READERS.get(daemon):
        if daemon in _BEFORE_QUEUE and line.text.startswith("NOQUEUE: "):
            _refused(line, line.text.removeprefix("NOQUEUE: "), "", service, into)
        elif found := _QUEUED.match(line.text):
            reader(line, found["id"], found["rest"], service, into)


def _smtpd(line: Line, queue_id: str, rest: str, service: str, into: Gathering) -> None:
    if found := _CLIENT.match(rest):
        into.begin(
            line,
            queue_id,
            client=network_address(found["client"]) or "",
            user=_person(found["user"] or ""),
            protocol=service or "smtp",
        )
    else:
        _refused(line, rest, queue_id, service, into)


def _person(login: str) -> str:
    """Return the address in a login name, which also has the password's generation."""
    return login.rpartition("/")[0] or login


def _refused(line: Line, rest: str, queue_id: str, service: str, into: Gathering) -> None:
    found = _REFUSED.match(rest)
    if not found:
        return
    begun = into.begun(queue_id)
    into.add(
        line,
        "refused",
        person=found["recipient"] or begun.get("user") or None,
        queue_id=queue_id or None,
        message_id=begun.get("message_id"),
        sender=found["sender"],
        recipient=found["recipient"],
        client=network_address(found["client"]),
        protocol=service or "smtp",
        code=found["code"],
        said=found["said"],
        step=found["step"],
    )
    if found["step"] == _WHOLE:
        into.end(queue_id)


def _cleanup(line: Line, queue_id: str, rest: str, service: str, into: Gathering) -> None:
    if found := _MESSAGE_ID.match(rest):
        into.begin(line, queue_id, message_id=found["id"])
    elif rest.startswith("milter-reject: "):
        _refused(line, rest, queue_id, service, into)


def _pickup(line: Line, queue_id: str, rest: str, _service: str, into: Gathering) -> None:
    if _PICKED_UP.match(rest):
        into.begin(line, queue_id, protocol="sendmail")


def _qmgr(line: Line, queue_id: str, rest: str, _service: str, into: Gathering) -> None:
    if found := _ACTIVE.match(rest):
        # A deferred message becomes active repeatedly: it was received the first time.
        if begun := into.end(queue_id):
            into.add(
                line,
                "received",
                person=begun.get("user") or None,
                queue_id=queue_id,
                message_id=begun.get("message_id"),
                sender=found["sender"],
                size=number(found["size"]),
                client=begun.get("client") or None,
                protocol=begun.get("protocol") or "postfix",
            )
    elif found := _EXPIRED.match(rest):
        into.add(line, "expired", queue_id=queue_id, sender=found["sender"])
    elif rest == "removed":
        into.end(queue_id)


def _delivery(line: Line, queue_id: str, rest: str, _service: str, into: Gathering) -> None:
    found = _RECIPIENT.match(rest)
    event = found and _STATUS.get(found["status"])
    if not found or not event:
        return
    said = found["said"] or ""
    local = _LMTP in found["relay"]
    onward, stored = _NEXT.search(said), _STORED.search(said) if local else None
    into.add(
        line,
        event,
        person=found["recipient"],
        queue_id=queue_id,
        next_queue_id=onward[1] if onward and _HERE.search(found["relay"]) else None,
        recipient=found["recipient"],
        original=found["original"],
        protocol="lmtp" if local else "smtp",
        origin=None if local or found["relay"] == "none" else found["relay"],
        code=found["code"],
        said=None if stored else said,
        session=stored["session"] if stored else None,
    )


def _bounce(line: Line, queue_id: str, rest: str, _service: str, into: Gathering) -> None:
    if found := _NOTIFIED.match(rest):
        into.add(line, "notified", queue_id=queue_id, next_queue_id=found["id"], action=found["what"].replace(" ", "-"))


_BEFORE_QUEUE = {"smtpd", "cleanup"}
_READERS: dict[str, Callable[[Line, str, str, str, Gathering], None]] = {
    "smtpd": _smtpd,
    "cleanup": _cleanup,
    "pickup": _pickup,
    "qmgr": _qmgr,
    "bounce": _bounce,
    **dict.fromkeys(("lmtp", "smtp", "error", "retry", "discard", "local", "virtual", "pipe"), _delivery),
}
