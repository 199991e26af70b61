"""Parses requests: one JSON object on one line of UTF-8."""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass, fields
from typing import Any

LINE_LIMIT = 8192  # bytes of a request with its line end
ADDRESS_LIMIT = 254  # bytes of an address (RFC 5321, 4.5.3.1.3: a path of 256 with brackets)
NO_ADDRESS = ""  # an address without an account


class Malformed(Exception):
    """Raised for a line that is no request."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Request to begin a web session; `client` is the browser's IP address."""

    address: str
    password: str
    client: str


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """Request to replace a password and begin a web session."""

    address: str
    old: str
    new: str
    client: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """Request for the account of a web session's token."""

    address: str
    token: str


@dataclass(frozen=True, slots=True)
class SignOut:
    """Request to end a web session."""

    address: str
    token: str


@dataclass(frozen=True, slots=True)
class ShowUse:
    """Request for the use of mailboxes that the owner of a web session may read (R9.5)."""

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
    """Return the request in a line.

    Raises:
        Malformed: a key is missing, unknown or no text.
    """
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
    value.encode()  # refuses lone surrogates
    if name == "client":
        return as_client(value)
    return as_address(value) if name == "address" else value


def as_address(typed: str) -> str:
    """Normalise an address; an impossible one becomes `NO_ADDRESS`, and is answered like an unknown one."""
    address = typed.strip().lower()
    return NO_ADDRESS if len(address.encode()) > ADDRESS_LIMIT or "\0" in address else address


def as_client(client: str) -> str:
    """Return the client: an IPv4 address, or the IPv6 network of 64 bits that one subscriber has.

    Raises:
        ValueError: it is no address.
    """
    address = ipaddress.ip_address(client)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), 64), strict=False))
    return str(address)
