"""How the book is read from slapd and written to it."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from danhba_host.addressbook import slapd
from danhba_host.addressbook.compare import compare, marks
from danhba_host.addressbook.entries import Wanted, encoded
from danhba_host.addressbook.source import Mailbox, Source

SUFFIX = "dc=laocai,dc=gov,dc=vn"


class Slapd:
    """python-ldap with a book in it: it makes each entry when it is asked for, and notes what is written."""

    SCOPE_SUBTREE, MOD_REPLACE, RES_SEARCH_ENTRY, RES_SEARCH_RESULT = 2, 2, 100, 101
    SERVER_DOWN = TIMEOUT = UNAVAILABLE = BUSY = CONNECT_ERROR = ConnectionError
    LDAPError = ConnectionError

    def __init__(self, book: Mapping[str, Any]) -> None:
        self._raw = ((dn.upper(), encoded(book[dn])) for dn in book)
        self.sent: Iterator[Any] = iter(())
        self.written: list[tuple[str, Any]] = []
        self.batches: list[int] = []

    def initialize(self, _socket: str) -> Any:
        return self

    def sasl_interactive_bind_s(self, *_: object) -> None:
        """Who asks is known."""

    def search_ext(self, _base: str, _scope: int, timeout: float) -> int:
        assert timeout == 300
        self.sent = self._raw
        return 7

    def result3(self, number: int, all: int) -> Any:  # noqa: A002
        assert (number, all) == (7, 0)
        entry = next(self.sent, None)
        return (self.RES_SEARCH_ENTRY, [entry], 7, []) if entry else (self.RES_SEARCH_RESULT, [], 7, [])

    def extop_s(self, request: tuple[str, bytes | None]) -> tuple[None, bytes]:
        self.batches.append(len(self.written))
        return None, b"1"

    def add_ext_s(self, dn: str, values: Any, **_: object) -> None:
        self.written.append((dn, dict(values)))

    def modify_ext_s(self, dn: str, values: Any, **_: object) -> None:
        self.written.append((dn, values))

    def delete_ext_s(self, dn: str) -> None:
        self.written.append((dn, None))


def directory(monkeypatch: pytest.MonkeyPatch, server: Slapd) -> Any:
    """The program's end of the book."""
    sasl = SimpleNamespace(external=lambda: None)
    server.sasl = sasl  # type: ignore[attr-defined]
    controls = SimpleNamespace(RequestControl=lambda *arguments: arguments)
    extop = SimpleNamespace(ExtendedRequest=lambda *arguments: arguments)
    parts = {"ldap": server, "ldap.sasl": sasl, "ldap.controls": controls, "ldap.extop": extop}
    for name, part in parts.items():
        monkeypatch.setitem(sys.modules, name, part)
    return slapd.Directory(SUFFIX)


def mailbox(n: int) -> Mailbox:
    """A row as the database gives it, with its own strings."""
    name, family, given = (f"{text} {n}" for text in ("Nguyễn Thị Ngọc Hương", "Nguyễn", "Hương"))
    title, unit, phone = (f"{text} {n}" for text in ("Phó Trưởng phòng", "Phòng Quản lý", "0214 3 840 034"))
    return f"a{n}@laocai.gov.vn", name, family, given, title, unit, phone, f"Sở Xây dựng {n}", f"uid=a{n},ou=a,{SUFFIX}"


def mailboxes(count: int) -> list[Mailbox]:
    return [mailbox(n) for n in range(count)]


class TestSize:
    def test_comparison_keeps_no_entries(self, monkeypatch: pytest.MonkeyPatch) -> None:
        count = 2_000
        book = Wanted(Source("1", [], mailboxes(count)))
        server = directory(monkeypatch, Slapd(book))
        marks(Wanted(Source("1", [], mailboxes(1))))  # what is loaded once
        tracemalloc.start()
        assert not compare(server.read(), marks(book))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 800 * count, "octets beside the rows of the database"

    def test_new_entries_are_made_by_the_batch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(slapd, "BATCH", 2)
        book = Wanted(Source("1", [("a", "Sở", f"ou=a,{SUFFIX}")], mailboxes(4)))
        server = Slapd({})
        directory(monkeypatch, server).apply(compare({}, marks(book)), book)
        assert server.batches == [0, 2, 2, 4, 4, 5]
        assert [dn for dn, _ in server.written] == list(book)
        assert all(written == encoded(book[dn]) for dn, written in server.written)

    def test_order_is_new_changed_old(self, monkeypatch: pytest.MonkeyPatch) -> None:
        book = Wanted(Source("1", [], mailboxes(2)))
        new, same = book
        server = Slapd({SUFFIX: {"dc": ["laocai"]}, same: {"mail": ["x"]}, f"uid=old,{SUFFIX}": {"mail": ["y"]}})
        there = directory(monkeypatch, server)
        there.apply(compare(there.read(), marks(book)), book)
        assert [dn for dn, _ in server.written] == [new, same, f"uid=old,{SUFFIX}"]
