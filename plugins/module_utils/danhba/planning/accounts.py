"""Accounts of a mail server, routes of all other addresses, and exemptions from the secrecy gate; wanted or actual.

This module and `plan` also run on the server, so they and their imports need the standard library alone; a test
verifies it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

# The kind, and an official's staff number or an agency's tendonvi.
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
        """Return kind and id, which never change."""
        return self.kind, self.id


class Route(NamedTuple):
    """How mail to an address without an open mailbox is handled: delivered to `targets` or refused with `reply`."""

    address: str
    mode: str
    document: str
    reply: str
    targets: tuple[Key, ...]


class Exemption(NamedTuple):
    """Files (SHA-256 of each) with a secrecy mark that one address may send from one ISO date to another."""

    sender: str
    files: tuple[str, ...]
    since: str
    until: str
    document: str
    reason: str

    @property
    def id(self) -> str:
        """Return a digest of all fields: any change makes another exemption."""
        return hashlib.sha256(tuple.__repr__(self).encode()).hexdigest()[:12]


def exemption_of(sender: str, files: Iterable[str], *more: str) -> Exemption:
    """Return the exemption of a row's values."""
    return Exemption(sender, tuple(files), *more)


def route_of(address: str, mode: str, document: str, reply: str, targets: Iterable[Iterable[str]]) -> Route:
    """Return the route of a row's values; raise TypeError if they are none."""
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
        """Return the SHA-256 over all accounts, routes and exemptions, independent of their order."""
        return digest_of(map(line, self.accounts.values()), self.routes.values(), self.exemptions.values())


EMPTY = Accounts({}, {})

_QUOTA = Account._fields.index("quota")
# Escapes of the characters that end a line or a field, as in PostgreSQL's COPY; hardly any text has one.
ESCAPES = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
_TO_ESCAPE, _ESCAPED = re.compile(r"[\\\t\n\r]"), re.compile(r"\\.")
_UNESCAPES = {escape: character for character, escape in ESCAPES.items()}


def line(row: Sequence[object]) -> str:
    """Return a row, such as an account, as a line of text with tabs between its fields.

    Many accounts are compared by their lines, without parsing them.
    """
    text = "\t".join(map(str, row))
    # Four searches take a quarter of the time of one pattern; this runs for each of up to 100,000 rows.
    if "\\" in text or "\n" in text or "\r" in text or text.count("\t") >= len(row):
        return "\t".join(_TO_ESCAPE.sub(lambda found: ESCAPES[found[0]], str(value)) for value in row)
    return text


def of_line(text: str) -> Account:
    """Parse a line into an account.

    Raises:
        ValueError, TypeError: the line is no account.
    """
    values: list[Any] = text.split("\t")
    if "\\" in text:
        values = [_ESCAPED.sub(lambda found: _UNESCAPES.get(found[0], found[0]), value) for value in values]
    if len(values) > _QUOTA:
        values[_QUOTA] = int(values[_QUOTA])
    return _account(values)


def digest_of(lines: Iterable[str], routes: Iterable[Route], exemptions: Iterable[Exemption] = ()) -> str:
    """Return the SHA-256 over accounts (as lines), routes and exemptions, independent of their order."""
    whole = hashlib.sha256("\n".join(sorted(lines)).encode())
    for route in sorted(routes):
        whole.update(tuple.__repr__(route).encode())
    for exemption in sorted(exemptions):
        whole.update(tuple.__repr__(exemption).encode())
    return whole.hexdigest()


def dump(accounts: Accounts) -> dict[str, Any]:
    """Return all as data for JSON: a list for each account, route and exemption, in the order of the fields."""
    return {
        "accounts": [tuple(account) for account in accounts.accounts.values()],
        "routes": [tuple(route) for route in accounts.routes.values()],
        "exemptions": [tuple(exemption) for exemption in accounts.exemptions.values()],
    }


_ROW = [int if name == "quota" else str for name in Account._fields]


def _account(row: Iterable[Any]) -> Account:
    # Exports of earlier versions have three of the last four fields, `parent` alone, or none.
    if [type(value) for value in row] not in (_ROW, _ROW[:-1], _ROW[:-3], _ROW[:-4]):
        raise TypeError(f"no account: {row!r}")
    account = Account(*row)
    date.fromisoformat(account.since)
    if account.state not in STATES:
        raise ValueError(f"no state: {account.state!r}")
    return account


def load(data: Mapping[str, Any]) -> Accounts:
    """Return the accounts of data that `dump` has made.

    Raises:
        ValueError, TypeError, KeyError: the data has another form.
    """
    accounts = [_account(row) for row in data["accounts"]]
    routes = [route_of(*row) for row in data["routes"]]
    # Exports of earlier versions have no exemptions.
    exemptions = [exemption_of(*row) for row in data.get("exemptions", ())]
    return Accounts.of(accounts, routes, exemptions)
