"""The views that the LDAP address book is made of, and the entries that its job makes of them."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import io
import sys
import tracemalloc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from types import ModuleType, SimpleNamespace
from typing import Any

import ldif
import psycopg
import pytest
from ansible_collections.laocai.mail.plugins.module_utils.host import accounts as server_accounts

from danhba.checking.check import check
from danhba.exporting.addressbook import contacts
from danhba.exporting.writing import as_ldif
from danhba.planning import accounts, desired, listing
from danhba.planning.accounts import Account
from danhba.planning.state import Timeline
from danhba.reading.source import from_directory
from danhba.vietnamese.names import as_written
from tests.integration.conftest import PROJECT, Database

PROGRAM = PROJECT / "roles/openldap/files/danhba-addressbook-sync"
SUFFIX = "dc=laocai,dc=gov,dc=vn"
DAY = date(2025, 6, 1)


@pytest.fixture(scope="module")
def job() -> ModuleType:
    """The program, as the server runs it."""
    loader = importlib.machinery.SourceFileLoader("addressbook_sync", str(PROGRAM))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec
    module = importlib.util.module_from_spec(spec)
    sys.modules[loader.name] = module
    loader.exec_module(module)
    return module


def settings(job: ModuleType, database: Database) -> Any:
    return job.Settings(SUFFIX, "Lào Cai", database.name, database.server.socket, 50)


def timeline() -> Timeline:
    """The sample register on a day."""
    usable = check(from_directory(PROJECT / "directory")).usable
    assert usable
    return Timeline.of(*usable, DAY)


def store(database: Database, wanted: Iterable[Account]) -> None:
    """Accounts as the register's job writes them, with the record of an apply."""
    columns = ", ".join(Account._fields)
    places = ", ".join(["%s"] * len(Account._fields))
    with database.connect("danhba_apply") as connection, connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO mail.account ({columns}) VALUES ({places})",
            [tuple(account) for account in wanted],
        )
    database.query("INSERT INTO mail.run (job, actor) VALUES ('accounts', 'test')")


def agency(code: str, parent: str = "", state: str = "open") -> Account:
    address = f"contact-{code}@laocai.gov.vn"
    return Account("agency", code, address, f"Cơ quan {code}", code, "", "", "", 1, state, "1/QĐ", "2020-01-01", parent)


def official(local: str, code: str, state: str = "open", name: str = "Lò Thị Mai") -> Account:
    address, (family, _middle, given) = f"{local}@laocai.gov.vn", as_written(name)
    return Account(
        "official", local, address, name, code, "", "", "", 1, state, "1/QĐ", "2020-01-01", family=family, given=given
    )


def names(database: Database) -> dict[str, str]:
    """What the job sees: names of entries, and what each is."""
    query = "SELECT dn, code FROM addressbook.agency UNION ALL SELECT dn, address FROM addressbook.mailbox"
    return dict(database.query(query, role="openldap"))


def test_names_are_those_of_the_export(database: Database) -> None:
    on = timeline()
    store(database, desired.accounts(on).accounts.values())
    with database.connect() as connection:
        assert {a.parent for a in server_accounts.read(connection).accounts.values()} > {"", "ubnd"}
    exported = as_ldif([*contacts(listing.everything(on))], on.register, "vi")
    expected = {dn: entry for dn, entry in ldif.LDIFParser(io.BytesIO(exported)).parse() if dn != SUFFIX}
    found = names(database)
    suspended = {a.address for a in desired.accounts(on).accounts.values() if a.state == "suspended"}
    assert set(expected) <= set(found)
    assert {found[dn] for dn in set(found) - set(expected)} <= suspended
    assert all(found[dn] in (*entry.get("mail", []), *entry.get("ou", [])) for dn, entry in expected.items())


def test_names_have_the_parts_of_the_export(database: Database, job: ModuleType) -> None:
    on = timeline()
    store(database, desired.accounts(on).accounts.values())
    exported = as_ldif([*contacts(listing.everything(on))], on.register, "vi")
    options = settings(job, database)
    found = job.wanted(job.Database(options).read(), options)
    people = {dn: entry for dn, entry in ldif.LDIFParser(io.BytesIO(exported)).parse() if "sn" in entry}
    assert any(entry["sn"] == ["Êban"] for entry in people.values())
    for dn, entry in people.items():
        assert found[dn.lower()]["sn"] == entry["sn"]
        assert found[dn.lower()].get("givenName") == entry.get("givenName")


def test_former_agency_stays_while_one_below_it_does(database: Database) -> None:
    store(database, [agency("a", state="closed"), agency("b", "a"), agency("c", state="closed"), agency("d", "x")])
    assert names(database) == {
        f"ou=a,{SUFFIX}": "a",
        f"ou=b,ou=a,{SUFFIX}": "b",
        f"uid=contact-b,ou=b,ou=a,{SUFFIX}": "contact-b@laocai.gov.vn",
        f"ou=d,{SUFFIX}": "d",
        f"uid=contact-d,ou=d,{SUFFIX}": "contact-d@laocai.gov.vn",
    }


def test_only_open_and_suspended_mailboxes_are_there(database: Database) -> None:
    people = [official(state, "a", state) for state in ("open", "suspended", "closed")]
    store(database, [agency("a"), *people, official("lone", "z")])
    found = set(names(database).values())
    assert found == {"a", "z", *(f"{x}@laocai.gov.vn" for x in ("contact-a", "open", "suspended", "lone"))}


def test_job_reads_its_views_and_nothing_else(database: Database) -> None:
    for statement in ("SELECT FROM mail.account", "SELECT FROM mail.credential", "SELECT FROM dovecot.passdb"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.query(statement, role="openldap")
    with pytest.raises(psycopg.Error):
        database.query("UPDATE addressbook.mailbox SET name = 'x'", role="openldap")


def test_version_moves_with_each_apply(job: ModuleType, database: Database) -> None:
    source = job.Database(settings(job, database))
    assert source.version() == ""
    store(database, [agency("a")])
    first = job.Database(settings(job, database)).version()
    store(database, [])
    assert first
    assert first != job.Database(settings(job, database)).version()


class TestEntries:
    def test_of_an_official(self, job: ModuleType, database: Database) -> None:
        plain = official("nvvinh-a", "a", name="Nguyễn Văn Vịnh")
        person = plain._replace(title="Trưởng phòng", unit="Phòng A", phone="0214 3 840 034")
        store(database, [agency("a"), person])
        options = settings(job, database)
        assert job.wanted(job.Database(options).read(), options)[f"uid=nvvinh-a,ou=a,{SUFFIX}"] == {
            "objectClass": job.PERSON,
            "uid": ["nvvinh-a"],
            "cn": ["Nguyễn Văn Vịnh", "Vịnh Nguyễn Văn", "Nguyen Van Vinh", "Vinh Nguyen Van"],
            "displayName": ["Nguyễn Văn Vịnh"],
            "sn": ["Nguyễn"],
            "givenName": ["Vịnh"],
            "title": ["Trưởng phòng"],
            "ou": ["Phòng A", "Phong A"],
            "o": ["Cơ quan a", "Co quan a"],
            "mail": ["nvvinh-a@laocai.gov.vn"],
            "telephoneNumber": ["0214 3 840 034"],
            "userPassword": ["{SASL}nvvinh-a@laocai.gov.vn"],
        }

    @pytest.mark.parametrize(
        ("name", "called", "values"),
        [
            ("Lan", "Lan", ["Lan"]),
            ("Lan Lan", "Lan", ["Lan Lan"]),
            ("Đỗ Duy", "Duy", ["Đỗ Duy", "Duy Đỗ", "Do Duy", "Duy Do"]),
            ("An Thị Lan An", "An", ["An Thị Lan An", "An An Thị Lan", "An Thi Lan An", "An An Thi Lan"]),
            ("H'Hen Niê", "H'Hen", ["H'Hen Niê", "H'Hen Nie"]),
            ("Sở Y tế", "", ["Sở Y tế", "So Y te"]),
        ],
    )
    def test_values_of_a_name_are_distinct_and_begin_with_it(
        self, job: ModuleType, name: str, called: str, values: list[str]
    ) -> None:
        assert job.names(name, called) == values

    def test_of_another_domain_are_refused(self, job: ModuleType, database: Database) -> None:
        store(database, [agency("a")])
        options = job.Settings("dc=example,dc=org", "x", database.name, database.server.socket, 50)
        with pytest.raises(job.Refused, match="mail_domain"):
            job.wanted(job.Database(options).read(), options)


OLD = {
    "ou=a,x": {"ou": ["a"]},
    "uid=1,ou=a,x": {"mail": ["1"], "cn": ["A", "B"]},
    "ou=b,ou=a,x": {"ou": ["b"]},
    "uid=2,ou=b,ou=a,x": {"mail": ["2"]},
}


def compared(job: ModuleType, actual: Mapping[str, Any], book: Mapping[str, Any]) -> Any:
    """What makes one book the other."""
    return job.compare(job.marks(actual), job.marks(book))


class TestChanges:
    def test_none_where_nothing_differs(self, job: ModuleType) -> None:
        same = {dn: {key: list(values) for key, values in entry.items()} for dn, entry in OLD.items()}
        assert not compared(job, OLD, same)

    def test_order_of_the_values_of_a_name_counts(self, job: ModuleType) -> None:
        turned = OLD | {"uid=1,ou=a,x": {"mail": ["1"], "cn": ["B", "A"]}}
        assert compared(job, OLD, turned).changed == ["uid=1,ou=a,x"]

    def test_order_of_attributes_and_classes_does_not_count(self, job: ModuleType) -> None:
        one = {"x": {"objectClass": ["top", "person"], "cn": ["A"]}}
        other = {"x": {"cn": ["A"], "objectClass": ["person", "top"]}}
        assert not compared(job, one, other)

    @pytest.mark.parametrize(
        "entry", [{"cn": ["A", "B"]}, {"mail": ["1"], "cn": ["AB"]}, {"mail": ["1", "A"], "cn": ["B"]}, {"mail": ["1"]}]
    )
    def test_every_value_counts(self, job: ModuleType, entry: Mapping[str, Sequence[str]]) -> None:
        assert compared(job, OLD, OLD | {"uid=1,ou=a,x": entry}).changed == ["uid=1,ou=a,x"]

    def test_come_from_the_top_and_go_from_the_bottom(self, job: ModuleType) -> None:
        def above(names: list[str]) -> bool:
            return all(dn.partition(",")[2] not in names[position:] for position, dn in enumerate(names))

        added = compared(job, {}, dict(reversed(OLD.items()))).added
        assert sorted(added) == sorted(OLD)
        assert above(added)
        removed = compared(job, OLD, {}).removed
        assert sorted(removed) == sorted(OLD)
        assert above(removed[::-1])

    @pytest.mark.parametrize(
        ("before", "after", "refused"), [(40, 20, False), (40, 19, True), (20, 0, True), (19, 0, False)]
    )
    def test_nearly_empty_database_is_not_believed(
        self, job: ModuleType, before: int, after: int, *, refused: bool
    ) -> None:
        old, new = (
            job.marks({"ou=a": {"ou": ["a"]}} | {f"uid={number}": {"mail": ["x"]} for number in range(count)})
            for count in (before, after)
        )
        if refused:
            with pytest.raises(job.Refused, match="--accept"):
                job.guard(old, new, 50)
        else:
            job.guard(old, new, 50)


class Slapd:
    """python-ldap with a book in it: it makes each entry when it is asked for, and notes what is written."""

    SCOPE_SUBTREE, MOD_REPLACE, RES_SEARCH_ENTRY, RES_SEARCH_RESULT = 2, 2, 100, 101
    SERVER_DOWN = TIMEOUT = UNAVAILABLE = BUSY = CONNECT_ERROR = ConnectionError
    LDAPError = ConnectionError

    def __init__(self, job: ModuleType, book: Mapping[str, Any]) -> None:
        self._raw = ((dn.upper(), job.encoded(book[dn])) for dn in book)
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


def directory(monkeypatch: pytest.MonkeyPatch, job: ModuleType, server: Slapd) -> Any:
    """The program's end of the book."""
    sasl = SimpleNamespace(external=lambda: None)
    server.sasl = sasl  # type: ignore[attr-defined]
    controls = SimpleNamespace(RequestControl=lambda *arguments: arguments)
    extop = SimpleNamespace(ExtendedRequest=lambda *arguments: arguments)
    parts = {"ldap": server, "ldap.sasl": sasl, "ldap.controls": controls, "ldap.extop": extop}
    for name, part in parts.items():
        monkeypatch.setitem(sys.modules, name, part)
    return job.Directory(SUFFIX)


def mailboxes(count: int) -> list[tuple[str, ...]]:
    """Rows as the database gives them, each with its own strings."""
    row = ("Nguyễn Thị Ngọc Hương", "Nguyễn", "Hương", "Phó Trưởng phòng", "Phòng Quản lý công nghệ", "0214 3 840 034")
    return [
        (f"a{n}@laocai.gov.vn", *(f"{text} {n}" for text in row), f"Sở Xây dựng {n}", f"uid=a{n},ou=a,{SUFFIX}")
        for n in range(count)
    ]


class TestSize:
    def test_comparison_keeps_no_entries(self, monkeypatch: pytest.MonkeyPatch, job: ModuleType) -> None:
        count = 2_000
        book = job.wanted(job.Source("1", [], mailboxes(count)), job.Settings(SUFFIX, "x", "x", "x", 50))
        server = directory(monkeypatch, job, Slapd(job, book))
        job.marks(job.Wanted(job.Source("1", [], mailboxes(1))))  # what is loaded once
        tracemalloc.start()
        assert not job.compare(server.read(), job.marks(book))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 800 * count, "octets beside the rows of the database"

    def test_new_entries_are_made_by_the_batch(self, monkeypatch: pytest.MonkeyPatch, job: ModuleType) -> None:
        monkeypatch.setattr(job, "BATCH", 2)
        book = job.Wanted(job.Source("1", [("a", "Sở", f"ou=a,{SUFFIX}")], mailboxes(4)))
        slapd = Slapd(job, {})
        directory(monkeypatch, job, slapd).apply(compared(job, {}, book), book)
        assert slapd.batches == [0, 2, 2, 4, 4, 5]
        assert [dn for dn, _ in slapd.written] == list(book)
        assert all(written == job.encoded(book[dn]) for dn, written in slapd.written)

    def test_order_is_new_changed_old(self, monkeypatch: pytest.MonkeyPatch, job: ModuleType) -> None:
        book = job.Wanted(job.Source("1", [], mailboxes(2)))
        new, same = book
        slapd = Slapd(job, {SUFFIX: {"dc": ["laocai"]}, same: {"mail": ["x"]}, f"uid=old,{SUFFIX}": {"mail": ["y"]}})
        server = directory(monkeypatch, job, slapd)
        server.apply(job.compare(server.read(), job.marks(book)), book)
        assert [dn for dn, _ in slapd.written] == [new, same, f"uid=old,{SUFFIX}"]


@pytest.mark.parametrize(("fields", "parents"), [(3, {""}), (2, {"", "b"})])
def test_state_exported_by_an_earlier_version_still_loads(fields: int, parents: set[str]) -> None:
    now = accounts.Accounts.of([agency("a", "b"), official("x", "a")])
    dumped = accounts.dump(now)
    assert accounts.load({**dumped, "accounts": [list(row) for row in dumped["accounts"]]}) == now
    former = accounts.load({**dumped, "accounts": [list(row)[:-fields] for row in dumped["accounts"]]})
    assert {account.parent for account in former.accounts.values()} == parents
    assert {account.given for account in former.accounts.values()} == {""}
