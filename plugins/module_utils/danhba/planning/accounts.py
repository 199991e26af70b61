"""The accounts of a mail server, and what it does with mail to every other address: wanted or actual.

This module and `plan` also run on the server, so they and what they import need nothing but Python; a test holds it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

# An official's staff number, or an agency's tendonvi; the first says which.
Key = tuple[str, str]

OFFICIAL = "official"
AGENCY = "agency"
OPEN = "open"
SUSPENDED = "suspended"
CLOSED = "closed"
SYSTEM = "system"
FORWARD = "forward"
REDIRECT = "redirect"
CANCELLED = "cancelled"
STATES = frozenset({OPEN, SUSPENDED, CLOSED})
MODES = frozenset({SYSTEM, FORWARD, REDIRECT, CANCELLED})


class Account(NamedTuple):
    """A mailbox: `quota` in bytes, `since` the ISO date from which `document` put it into its state.

    `parent`, of an agency's own alone, is the tendonvi of the agency that manages it; empty at the top. Where a
    document has changed it since, `document` and `since` are of that. `family` and `given`, of an official's alone, are
    parts of the name as written; `family` is empty where it is one word. `quota_document` is what decides the quota,
    empty where the policy does.
    """

    kind: str
    id: str
    address: str
    name: str
    agency: str
    title: str
    unit: str
    phone: str
    quota: int
    state: str
    document: str
    since: str
    parent: str = ""
    family: str = ""
    given: str = ""
    quota_document: str = ""

    @property
    def key(self) -> Key:
        """What never changes about it."""
        return self.kind, self.id


class Route(NamedTuple):
    """Mail to an address that is no open mailbox: delivered to `targets` (system, forward) or refused with `reply`."""

    address: str
    mode: str
    document: str
    reply: str
    targets: tuple[Key, ...]


class Exemption(NamedTuple):
    """Files (SHA-256 of each) that one address may send from one ISO date to another although they carry a mark."""

    sender: str
    files: tuple[str, ...]
    since: str
    until: str
    document: str
    reason: str

    @property
    def id(self) -> str:
        """Whatever is changed of it makes another one of it."""
        return hashlib.sha256(tuple.__repr__(self).encode()).hexdigest()[:12]


def exemption_of(sender: str, files: Iterable[str], *more: str) -> Exemption:
    """An exemption from the values of a row."""
    return Exemption(sender, tuple(files), *more)


def route_of(address: str, mode: str, document: str, reply: str, targets: Iterable[Iterable[str]]) -> Route:
    """A route from the values of a row."""
    if not all(isinstance(value, str) for value in (address, mode, document, reply)) or mode not in MODES:
        raise TypeError(f"no route: {address!r}")
    keys = tuple((kind, id_) for kind, id_ in targets)
    if not all(isinstance(part, str) for key in keys for part in key):
        raise TypeError(f"no targets: {address!r}")
    return Route(address, mode, document, reply, keys)


@dataclass(frozen=True, slots=True)
class Accounts:
    """All accounts by key, all routes by address, and all exemptions by id."""

    accounts: Mapping[Key, Account]
    routes: Mapping[str, Route]
    exemptions: Mapping[str, Exemption] = field(default_factory=dict)

    @classmethod
    def of(
        cls, accounts: Iterable[Account], routes: Iterable[Route] = (), exemptions: Iterable[Exemption] = ()
    ) -> Accounts:
        """Index accounts, routes and exemptions."""
        found = {(a.kind, a.id): a for a in accounts}
        return cls(found, {r.address: r for r in routes}, {e.id: e for e in exemptions})

    def digest(self) -> str:
        """SHA-256 over everything, whatever the order it was read in."""
        return digest_of(map(line, self.accounts.values()), self.routes.values(), self.exemptions.values())


EMPTY = Accounts({}, {})

_QUOTA = Account._fields.index("quota")
# How a line writes what would end it or one of its fields, as PostgreSQL's COPY does; hardly any text has such a
# character.
ESCAPES = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
_TO_ESCAPE, _ESCAPED = re.compile(r"[\\\t\n\r]"), re.compile(r"\\.")
_UNESCAPES = {escape: character for character, escape in ESCAPES.items()}


def line(row: Sequence[object]) -> str:
    """A row, such as an account, as one line of text with tabs between its fields.

    By their lines many accounts are compared without being taken apart.
    """
    text = "\t".join(map(str, row))
    # Looking for each by itself takes a quarter of what a pattern does, and a province has a hundred thousand rows.
    if "\\" in text or "\n" in text or "\r" in text or text.count("\t") >= len(row):
        return "\t".join(_TO_ESCAPE.sub(lambda found: ESCAPES[found[0]], str(value)) for value in row)
    return text


def of_line(text: str) -> Account:
    """The account of a line.

    Raises:
        ValueError, TypeError: this is no such line.
    """
    values: list[Any] = text.split("\t")
    if "\\" in text:
        values = [_ESCAPED.sub(lambda found: _UNESCAPES.get(found[0], found[0]), value) for value in values]
    if len(values) > _QUOTA:
        values[_QUOTA] = int(values[_QUOTA])
    return _account(values)


def digest_of(lines: Iterable[str], routes: Iterable[Route], exemptions: Iterable[Exemption] = ()) -> str:
    """SHA-256 over accounts by their lines, over routes and exemptions, whatever the order they come in."""
    whole = hashlib.sha256("\n".join(sorted(lines)).encode())
    for route in sorted(routes):
        whole.update(tuple.__repr__(route).encode())
    for exemption in sorted(exemptions):
        whole.update(tuple.__repr__(exemption).encode())
    return whole.hexdigest()


def dump(accounts: Accounts) -> dict[str, Any]:
    """As JSON holds it: one list an account, a route and an exemption, in the order of their fields."""
    return {
        "accounts": [tuple(account) for account in accounts.accounts.values()],
        "routes": [tuple(route) for route in accounts.routes.values()],
        "exemptions": [tuple(exemption) for exemption in accounts.exemptions.values()],
    }


_ROW = [int if name == "quota" else str for name in Account._fields]


def _account(row: Iterable[Any]) -> Account:
    # A state exported before accounts had the last four fields is shorter: it has three, `parent` alone, or none.
    if [type(value) for value in row] not in (_ROW, _ROW[:-1], _ROW[:-3], _ROW[:-4]):
        raise TypeError(f"no account: {row!r}")
    account = Account(*row)
    date.fromisoformat(account.since)
    if account.state not in STATES:
        raise ValueError(f"no state: {account.state!r}")
    return account


def load(data: Mapping[str, Any]) -> Accounts:
    """The inverse of `dump`.

    Raises:
        ValueError, TypeError, KeyError: this is no such thing.
    """
    accounts = [_account(row) for row in data["accounts"]]
    routes = [route_of(*row) for row in data["routes"]]
    # A state exported before there were exemptions has none.
    exemptions = [exemption_of(*row) for row in data.get("exemptions", ())]
    return Accounts.of(accounts, routes, exemptions)
