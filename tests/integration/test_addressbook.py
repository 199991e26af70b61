"""The views that the LDAP address book is made of, and the entries that its job makes of them."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date

import ldif
import psycopg
import pytest
from ansible_collections.laocai.mail.plugins.module_utils.host import accounts as server_accounts

from danhba.checking.check import check
from danhba.exporting.addressbook import contacts, is_offered
from danhba.exporting.writing import as_ldif
from danhba.planning import accounts, desired, listing
from danhba.planning.accounts import Account
from danhba.planning.state import Timeline
from danhba.reading.source import from_directory
from danhba.vietnamese.names import as_written
from danhba_host.addressbook.entries import PERSON, Book, wanted
from danhba_host.addressbook.settings import Settings
from danhba_host.addressbook.source import read
from danhba_host.journal import Refused
from tests.integration.conftest import PROJECT, Database

SUFFIX = "dc=laocai,dc=gov,dc=vn"
DAY = date(2025, 6, 1)


def settings(database: Database, suffix: str = SUFFIX) -> Settings:
    return Settings(suffix, "Lào Cai", database.name, database.server.socket, 50)


def book(database: Database, suffix: str = SUFFIX) -> Book:
    """The entries that the job makes of what the database says."""
    options = settings(database, suffix)
    found = read(options, None)
    assert found
    return wanted(found, options)


def timeline() -> Timeline:
    """The sample register on a day."""
    usable = check(from_directory(PROJECT / "directory")).usable
    assert usable
    return Timeline.of(*usable, DAY)


def store(database: Database, stored: Iterable[Account]) -> None:
    """Accounts as the register's job writes them, with the record of an apply."""
    columns = ", ".join(Account._fields)
    places = ", ".join(["%s"] * len(Account._fields))
    with database.connect("danhba_apply") as connection, connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO mail.account ({columns}) VALUES ({places})",
            [tuple(account) for account in stored],
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


def mailboxes(*locals_: str) -> set[str]:
    """Addresses by their local parts."""
    return {f"{local}@laocai.gov.vn" for local in locals_}


def test_names_are_those_of_the_export(database: Database) -> None:
    on = timeline()
    store(database, desired.accounts(on).accounts.values())
    with database.connect() as connection:
        assert {a.parent for a in server_accounts.read(connection).whole().accounts.values()} > {"", "ubnd"}
    exported = as_ldif([*contacts(listing.everything(on))], on.register, "vi")
    expected = {dn: entry for dn, entry in ldif.LDIFParser(io.BytesIO(exported)).parse() if dn != SUFFIX}
    found = names(database)
    suspended = {a.address for a in desired.accounts(on).accounts.values() if a.state == "suspended"}
    assert suspended.isdisjoint(found.values())
    assert set(found) == set(expected)
    assert all(found[dn] in (*entry.get("mail", []), *entry.get("ou", [])) for dn, entry in expected.items())


def test_names_have_the_parts_of_the_export(database: Database) -> None:
    on = timeline()
    store(database, desired.accounts(on).accounts.values())
    exported = as_ldif([*contacts(listing.everything(on))], on.register, "vi")
    found = book(database)
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


@pytest.mark.clause("R5")
def test_only_open_mailboxes_are_there_and_who_was_suspended_comes_back(database: Database) -> None:
    people = [official(state, "a", state) for state in ("open", "suspended", "closed")]
    store(database, [agency("a"), *people, official("lone", "z"), official("away", "y", "suspended")])
    assert set(names(database).values()) == {"a", "z", *mailboxes("contact-a", "open", "lone")}
    database.query("UPDATE mail.account SET state = 'open' WHERE state = 'suspended'", role="danhba_apply")
    assert set(names(database).values()) == {
        "a",
        "y",
        "z",
        *mailboxes("contact-a", "open", "suspended", "lone", "away"),
    }


@pytest.mark.parametrize("state", sorted(accounts.STATES))
def test_the_core_and_the_view_offer_the_same(database: Database, state: str) -> None:
    store(database, [agency("a"), official("x", "a", state)])
    assert ("x@laocai.gov.vn" in names(database).values()) == is_offered(state)


def test_job_reads_its_views_and_nothing_else(database: Database) -> None:
    for statement in ("SELECT FROM mail.account", "SELECT FROM mail.credential", "SELECT FROM dovecot.passdb"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            database.query(statement, role="openldap")
    with pytest.raises(psycopg.Error):
        database.query("UPDATE addressbook.mailbox SET name = 'x'", role="openldap")


def test_what_is_known_is_read_again_after_an_apply(database: Database) -> None:
    assert read(settings(database), None) is None
    store(database, [agency("a")])
    first = read(settings(database), None)
    assert first
    assert read(settings(database), first.version) is None
    store(database, [])
    second = read(settings(database), first.version)
    assert second
    assert second.version != first.version


class TestEntries:
    def test_of_an_official(self, database: Database) -> None:
        plain = official("nvvinh-a", "a", name="Nguyễn Văn Vịnh")
        person = plain._replace(title="Trưởng phòng", unit="Phòng A", phone="0214 3 840 034")
        store(database, [agency("a"), person])
        assert book(database)[f"uid=nvvinh-a,ou=a,{SUFFIX}"] == {
            "objectClass": PERSON,
            "uid": ["nvvinh-a"],
            "cn": ["Nguyễn Văn Vịnh", "Vịnh Nguyễn Văn", "Nguyen Van Vinh", "Vinh Nguyen Van"],
            "displayName": ["Nguyễn Văn Vịnh"],
            "sn": ["Nguyễn"],
            "givenName": ["Vịnh"],
            "title": ["Trưởng phòng", "Truong phong"],
            "ou": ["Phòng A", "Phong A"],
            "o": ["Cơ quan a", "Co quan a"],
            "mail": ["nvvinh-a@laocai.gov.vn"],
            "telephoneNumber": ["0214 3 840 034"],
            "userPassword": ["{SASL}nvvinh-a@laocai.gov.vn"],
        }

    def test_of_another_domain_are_refused(self, database: Database) -> None:
        store(database, [agency("a")])
        with pytest.raises(Refused, match="mail_domain"):
            book(database, suffix="dc=example,dc=org")


@pytest.mark.parametrize(("fields", "parents"), [(4, {""}), (3, {"", "b"})])
def test_state_exported_by_an_earlier_version_still_loads(fields: int, parents: set[str]) -> None:
    now = accounts.Accounts.of([agency("a", "b"), official("x", "a")])
    dumped = accounts.dump(now)
    assert accounts.load({**dumped, "accounts": [list(row) for row in dumped["accounts"]]}) == now
    former = accounts.load({**dumped, "accounts": [list(row)[:-fields] for row in dumped["accounts"]]})
    assert {account.parent for account in former.accounts.values()} == parents
    assert {account.given for account in former.accounts.values()} == {""}
