"""Reads Dovecot's lines about messages in mailboxes (plugin mail_log) and about their users (event exporter)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .event import bounded, network_address, number

if TYPE_CHECKING:
    from .gathering import Gathering
    from .line import Line

UNIT = "dovecot.service"
EXPORTED = "stats: "
COPY = "copy "  # prefix of a copy's key
# By which port somebody came in on this host: those of the webmail and of the address book.
# Of the folder that a copy is from, its line has so many characters at least.
_SHORT = 60
PORTS = {"143": "web", "144": "book"}
_MAIL = re.compile(
    r"(?P<service>imap|pop3|lmtp|managesieve|doveadm|quota-status)\((?P<user>[^()<>]*)\)<[^<>]*><(?P<session>[^<>]*)>: "
    r"(?:Info: )?(?P<rest>.*)",
    re.DOTALL,
)
# Message ids over 80 characters end in "..." here; the session leads to the complete one in Postfix's line.
_CHANGE = re.compile(
    r"Mailbox (?P<box>.*?): (?P<what>save|expunge|autoexpunge|copy from (?P<origin>.*?)): box=.*, uid=(?P<uid>\d+), "
    r"msgid=(?P<message_id>.*?)(?:, size=(?P<size>\d+|error))?$",
    re.DOTALL,
)


def read(line: Line, into: Gathering) -> None:
    """Add the events of a line."""
    if line.text.startswith(EXPORTED):
        _exported(line, into)
    elif (found := _MAIL.match(line.text)) and (change := _CHANGE.match(found["rest"])):
        _changed(line, found, change, into)


def _changed(line: Line, found: re.Match[str], change: re.Match[str], into: Gathering) -> None:
    told: dict[str, Any] = {
        "person": found["user"],
        "protocol": found["service"],
        "session": found["session"] or None,
        "folder": change["box"],
        "uid": number(change["uid"]),
        "message_id": change["message_id"].strip() or None,
        "size": number(change["size"]),
    }
    if change["what"] == "save":
        into.add(line, "stored", **told)
    elif change["origin"] is not None:
        into.add(line, "copied", origin=change["origin"], **told)
        into.begin(line, _copy(found, change["origin"], change["message_id"]), folder=change["box"])
    elif copy := into.end(_copy(found, change["box"], change["message_id"])):
        into.add(line, "moved", **{**told, "origin": change["box"], "folder": copy["folder"]})
    else:
        into.add(line, "expunged", **told)


def _copy(found: re.Match[str], origin: str, message_id: str) -> str:
    """Return the key under which a copy waits for the removal of the original, which makes it a move."""
    return bounded("key", COPY + " ".join((found["session"], origin[:_SHORT], message_id))) or COPY


def _exported(line: Line, into: Gathering) -> None:
    try:
        told = json.loads(line.text.removeprefix(EXPORTED))
        event, fields = told["event"], told["fields"]
        user = str(fields["user"]).rpartition("/")[0] or str(fields["user"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return
    if not isinstance(fields, dict):
        return
    if event == "mail_opened":
        _read(line, user, fields, into)
    elif sign := {"auth_request_finished": "signed-in", "imap_command_finished": _sign(fields)}.get(event):
        into.use(line, user, sign, _protocol(fields), network_address(str(fields.get("remote_ip"))))


def _sign(fields: Mapping[str, Any]) -> str:
    return "connected" if fields.get("cmd_name") == "IDLE" else "selected"


def _protocol(fields: Mapping[str, Any]) -> str:
    port = PORTS.get(str(fields.get("local_port")))
    return port or str(fields.get("protocol") or fields.get("service") or "imap")


def _read(line: Line, user: str, fields: Mapping[str, Any], into: Gathering) -> None:
    into.add(
        line,
        "read",
        person=user,
        protocol=_protocol(fields),
        session=str(fields.get("session") or "") or None,
        folder=str(fields.get("mailbox") or "") or None,
        uid=number(fields.get("uid")),
        client=network_address(str(fields.get("remote_ip"))),
    )
