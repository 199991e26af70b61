"""Requests as they arrive: one JSON object on one line of UTF-8."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass, fields
from typing import Any

LINE_LIMIT = 8192  # octets of a request, its line end included
ADDRESS_LIMIT = 254  # octets of an address (RFC 5321, 4.5.3.1.3: a path of 256 with its brackets)
NO_ADDRESS = ""  # the address of no account


class Malformed(Exception):
    """What arrived is no request."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Begin a web session; `client` is the IP address of the browser."""

    address: str
    password: str
    client: str


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """Replace a password by a new one, and begin a web session."""

    address: str
    old: str
    new: str
    client: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """Ask whose web session a token is."""

    address: str
    token: str


@dataclass(frozen=True, slots=True)
class SignOut:
    """End a web session."""

    address: str
    token: str


@dataclass(frozen=True, slots=True)
class ShowUse:
    """Ask for what the owner of a web session may read of the use of mailboxes (R9.5): nothing else says of which."""

    address: str
    token: str


Request = SignIn | ChangePassword | LookUp | SignOut | ShowUse
_KINDS: dict[Any, type[Request]] = {
    "sign_in": SignIn,
    "change_password": ChangePassword,
    "look_up": LookUp,
    "sign_out": SignOut,
    "show_use": ShowUse,
}


def parse(line: bytes) -> Request:
    """The request that a line holds; Malformed where it holds none: no key may be missing, unknown or no text."""
    try:
        values = json.loads(line.decode())
        kind = _KINDS[values.pop("request")]
        if {field.name for field in fields(kind)} != values.keys():
            raise Malformed
        return kind(**{name: _as_text(name, value) for name, value in values.items()})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Malformed from error


def _as_text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Malformed
    value.encode()  # a lone surrogate is no text
    if name == "client":
        return as_client(value)
    return as_address(value) if name == "address" else value


def as_address(typed: str) -> str:
    """An address as accounts have it. What can be none is that of nobody, and is answered like any that is unknown."""
    address = typed.strip().lower()
    return NO_ADDRESS if len(address.encode()) > ADDRESS_LIMIT or "\0" in address else address


def as_client(client: str) -> str:
    """What counts as one client: an IPv4 address, or with IPv6 the network of 64 bits that one subscriber has.

    Raises:
        ValueError: it is no address.
    """
    address = ipaddress.ip_address(client)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)
