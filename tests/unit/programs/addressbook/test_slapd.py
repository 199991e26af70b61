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
from danhba_host.journal import Refused

SUFFIX = "dc=laocai,dc=gov,dc=vn"


class Slapd:
    """python-ldap with a book in it: it makes each entry when it is asked for, and notes what is written."""

    SCOPE_SUBTREE, MOD_REPLACE, RES_SEARCH_ENTRY, RES_SEARCH_RESULT = 2, 2, 100, 101
    SERVER_DOWN: type[Exception] = ConnectionError
    TIMEOUT = UNAVAILABLE = BUSY = CONNECT_ERROR = ConnectionError
    LDAPError: type[Exception] = ConnectionError

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
        directory(monkeypatch, server).apply(compare({}, marks(book)), book, together=True)
        assert server.batches == [0, 2, 2, 4, 4, 5]
        assert [dn for dn, _ in server.written] == list(book)
        assert all(written == encoded(book[dn]) for dn, written in server.written)

    def test_order_is_new_changed_old(self, monkeypatch: pytest.MonkeyPatch) -> None:
        book = Wanted(Source("1", [], mailboxes(2)))
        new, same = book
        server = Slapd({SUFFIX: {"dc": ["laocai"]}, same: {"mail": ["x"]}, f"uid=old,{SUFFIX}": {"mail": ["y"]}})
        there = directory(monkeypatch, server)
        there.apply(compare(there.read(), marks(book)), book, together=False)
        assert [dn for dn, _ in server.written] == [new, same, f"uid=old,{SUFFIX}"]


class LDAPError(Exception):
    """slapd would not."""


class ServerDownError(LDAPError):
    """slapd is not there."""


class Faulty(Slapd):
    """One that does not take some entries, in a transaction or alone, or is gone when they come."""

    LDAPError = LDAPError
    SERVER_DOWN = ServerDownError
    NO_SUCH_OBJECT = KeyError
    SCOPE_BASE = 0

    def __init__(self, refused: str = "", error: Exception | None = None, *, commits: bool = True) -> None:
        super().__init__({})
        self.refused = refused
        self.error = error or LDAPError("no")
        self.commits = commits
        self.ended: list[bytes] = []
        self.root: dict[str, list[bytes]] | None = {}

    def extop_s(self, request: tuple[str, bytes | None]) -> tuple[None, bytes]:
        name, value = request
        if name == slapd.END:
            assert value
            self.ended.append(value)
            if value[4:5] == b"\xff" and not self.commits:
                raise self.error
        return super().extop_s(request)

    def add_ext_s(self, dn: str, values: Any, **options: object) -> None:
        if dn == self.refused:
            raise self.error
        super().add_ext_s(dn, values, **options)

    def search_s(self, _base: str, scope: int, attrlist: list[str]) -> Any:
        assert (scope, attrlist) == (0, ["description"])
        if self.root is None:
            raise KeyError
        return [(SUFFIX, self.root)]

    def add_s(self, dn: str, values: Any) -> None:
        self.written.append((dn, dict(values)))

    def modify_s(self, dn: str, values: Any) -> None:
        self.written.append((dn, values))


def applied(monkeypatch: pytest.MonkeyPatch, server: Faulty, count: int = 3, *, together: bool = True) -> None:
    book = Wanted(Source("1", [], mailboxes(count)))
    directory(monkeypatch, server).apply(compare({}, marks(book)), book, together=together)


class TestFaults:
    @pytest.mark.parametrize("together", [True, False])
    def test_an_entry_that_is_refused_is_named_and_the_others_are_written(
        self, monkeypatch: pytest.MonkeyPatch, *, together: bool
    ) -> None:
        server = Faulty(refused=f"uid=a1,ou=a,{SUFFIX}")
        with pytest.raises(Refused, match=r"slapd refused 1 entries: uid=a1,ou=a,dc=laocai,dc=gov,dc=vn: no"):
            applied(monkeypatch, server, together=together)
        assert {dn for dn, _ in server.written} == {f"uid=a{n},ou=a,{SUFFIX}" for n in (0, 2)}
        # The transaction is given up: SEQUENCE { commit FALSE, identifier "1" }.
        assert server.ended == ([bytes.fromhex("3006 010100 040131")] if together else [])

    def test_a_book_that_is_asked_is_written_without_transactions(self, monkeypatch: pytest.MonkeyPatch) -> None:
        server = Faulty()
        applied(monkeypatch, server, together=False)
        assert (len(server.written), server.batches) == (3, [])

    def test_a_transaction_that_is_not_taken_is_done_one_by_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        server = Faulty(commits=False)
        applied(monkeypatch, server)
        assert len(server.written) == 6
        assert server.ended == [bytes.fromhex("3006 0101ff 040131")]

    @pytest.mark.parametrize("commits", [True, False])
    def test_slapd_that_goes_away_ends_the_run(self, monkeypatch: pytest.MonkeyPatch, *, commits: bool) -> None:
        server = Faulty(f"uid=a1,ou=a,{SUFFIX}" if commits else "", ServerDownError("gone"), commits=commits)
        with pytest.raises(ServerDownError):
            applied(monkeypatch, server)
        assert len(server.written) == (1 if commits else 3), "nothing is tried again"

    @pytest.mark.parametrize(("root", "stamp"), [(None, None), ({}, ""), ({"description": [b"2 7"]}, "2 7")])
    def test_the_root_says_what_the_book_shows(
        self, monkeypatch: pytest.MonkeyPatch, root: dict[str, list[bytes]] | None, stamp: str | None
    ) -> None:
        server = Faulty()
        server.root = root
        assert directory(monkeypatch, server).stamp() == stamp

    def test_the_root_is_made_and_noted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        server = Faulty()
        there = directory(monkeypatch, server)
        there.plant({"objectClass": ["top"], "o": ["Lào Cai"]})
        there.note({"objectClass": ["top"], "o": ["Lào Cai"]}, "2 7")
        assert server.written == [
            (SUFFIX, {"objectClass": [b"top"], "o": ["Lào Cai".encode()]}),
            (SUFFIX, [(2, "o", ["Lào Cai".encode()]), (2, "description", [b"2 7"])]),
        ]
