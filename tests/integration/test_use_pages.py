"""Use as agencies read it on the webmail, in a real database: the same figures as a report's, and nobody else's."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from ansible_collections.laocai.mail.plugins.module_utils.host import usage as host
from ansible_collections.laocai.mail.plugins.module_utils.host import use_pages
from ansible_collections.laocai.mail.plugins.module_utils.host.request import Use

from danhba.usage.checks import Period
from danhba.usage.daily import Looked, masks, uses
from danhba.usage.pages import lines
from danhba_host.credentials.store import digest
from tests.support.registers import Texts, agency, person, register, timeline

from .conftest import Ansible, Database

pytestmark = pytest.mark.clause("R8.1", "R9.5", "R13")

MODULE = "laocai.mail.accounts"
HEAD, DELEGATE, OTHER, STRANGER, MOVED = "11", "12", "13", "21", "14"
NONE = "0" * 1440


def today() -> date:
    """In Viet Nam: asked anew, for a run may go on over midnight."""
    return datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")).date()


def last_month() -> date:
    return (today().replace(day=1) - timedelta(days=1)).replace(day=1)


def texts(custodian: str = DELEGATE) -> Texts:
    """Two agencies: one with a head, a delegate and others, of whom one has gone to the second this month."""
    moved = today().replace(day=1).isoformat()
    people = [
        person(id_, f"Lò {name}", "2020-01-01") for id_, name in ((HEAD, "An"), (DELEGATE, "Bình"), (OTHER, "Chi"))
    ]
    custodians = [
        {"person": HEAD, "document": "7/QĐ-AA", "date": "2021-01-01", "as": "head"},
        {"person": custodian, "document": "8/GUQ-AA", "date": "2022-01-01", "as": "delegate"},
    ]
    return register(
        agency("aa", *people, person(MOVED, "Lò Dung", "2020-01-01", f"{moved} transferred"), custodians=custodians),
        agency("bb", person(STRANGER, "Lò Em", "2020-01-01"), person(MOVED, "Lò Dung", f"{moved} transferred")),
    )


@dataclass(frozen=True)
class Host:
    """A database with accounts, web sessions and some use."""

    database: Database

    def publish(self, of: Texts, *, dry_run: bool = False) -> bool:
        with self.database.connect("danhba_apply") as connection:
            rule, *pages = map(bytes.decode, lines(timeline(of, str(today())), 90))
            return use_pages.publish(connection, Use(rule, pages), dry_run=dry_run)

    def shown(self, mailbox: str, token: str = "") -> dict[str, Any] | None:
        """What the owner of a session reads, asked as the credential service asks."""
        address = self.database.query("SELECT address FROM mail.account WHERE kind || '/' || id = %s", mailbox)[0][0]
        return self.asked(address, token or mailbox)

    def asked(self, address: str, token: str) -> dict[str, Any] | None:
        query = "SELECT usage.shown(%s, %s)"
        found: dict[str, Any] | None = self.database.query(query, address, digest(token), role="danhba_credentials")[0][
            0
        ]
        return found


ACCOUNTS = {
    "agency/aa": "contact-aa",
    "agency/bb": "contact-bb",
    **{f"official/{id_}": f"an{id_}-aa" for id_ in (HEAD, DELEGATE, OTHER)},
    **{f"official/{id_}": f"em{id_}-bb" for id_ in (STRANGER, MOVED)},
}


@pytest.fixture
def there(database: Database) -> Host:
    """Everybody is signed in, each with a token of its own; of two months each day but today was counted."""
    for mailbox, local in ACCOUNTS.items():
        kind, id_ = mailbox.split("/")
        database.query(
            "INSERT INTO mail.account (kind, id, address, name, agency, quota, state, document, since)"
            " VALUES (%s, %s, %s, 'Lò', %s, 1, 'open', '1/QĐ-AA', '2020-01-01')",
            kind, id_, f"{local}@laocai.gov.vn", local[-2:],
        )  # fmt: skip
        database.query(
            "INSERT INTO mail.web_session VALUES (%s, %s, %s, %s, now() + interval '1 hour')",
            digest(mailbox), kind, id_, f"{local}@laocai.gov.vn",
        )  # fmt: skip
    look(database)
    host = Host(database)
    assert host.publish(texts())
    return host


def look(database: Database) -> None:
    """Each mailbox was looked at in some of the windows of each day, by chance; today in all of them."""
    chance, rows = random.Random(13), []
    days = [last_month() + timedelta(days=number) for number in range((today() - last_month()).days + 1)]
    for day in days:
        for mailbox in ACCOUNTS:
            starts = [7 * 60, 10 * 60, 14 * 60, 16 * 60]
            minutes = {at + chance.randrange(60) for at in starts if day == today() or chance.random() < 0.8}
            bits = "".join("1" if minute in minutes else "0" for minute in range(1440))
            rows.append((day, *mailbox.split("/"), bits if minutes else None))
    with database.connect() as connection, connection.cursor() as cursor:
        query = "INSERT INTO usage.day VALUES (%s, %s, %s, %s::bit(1440), NULL, '{imap}', 0, 0, 0)"
        cursor.executemany(query, rows)
        cursor.executemany("INSERT INTO usage.counted (day) VALUES (%s)", [(day,) for day in days])


def figures(page: dict[str, Any]) -> dict[tuple[str, str], tuple[int, int, list[int]]]:
    """By month and address: days, met, days by window."""
    return {
        (month["month"], box["address"]): (box["days"], box["met"], box["windows"])
        for month in page["months"]
        for box in month["mailboxes"]
    }


def as_reports_count(database: Database, of: str) -> dict[tuple[str, str], tuple[int, int, list[int]]]:
    """The same of an agency by what reports are made of."""
    found = {}
    this_month = today().replace(day=1)
    for first, last in ((last_month(), this_month - timedelta(days=1)), (this_month, today() - timedelta(days=1))):
        if first <= last:
            period = Period.of(timeline(texts(), str(last)), first, last)
            for use in uses(period, looked(database, period)):
                if use.stay.agency == of and use.days:
                    windows = [window.bit_count() for window in use.windows]
                    key = f"{first:%Y-%m}", f"{use.stay.local}@laocai.gov.vn"
                    found[key] = use.days.bit_count(), use.met.bit_count(), windows
    return found


def looked(database: Database, period: Period) -> dict[str, Looked]:
    with database.connect("danhba_apply") as connection:
        rows = host.looked(connection, period.first, period.last, masks(period))
    sets = {name: [int(each, 16) for each in row[:8]] for name, row in rows.items()}
    return {name: Looked(tuple(row[:4]), tuple(row[4:])) for name, row in sets.items()}


@pytest.mark.parametrize("reader", ["agency/aa", f"official/{HEAD}", f"official/{DELEGATE}"])
def test_custodian_and_head_read_what_a_report_would_say(there: Host, reader: str) -> None:
    page = there.shown(reader)
    assert page is not None
    assert (page["agency"], page["until"]) == ("aa", str(today() - timedelta(days=1)))
    assert figures(page) == as_reports_count(there.database, "aa")
    assert {address for _month, address in figures(page)} >= {"contact-aa@laocai.gov.vn"}
    assert page["months"][1]["days"] == max(days for days, _met, _windows in figures(page).values())


def test_nobody_else_reads(there: Host) -> None:
    assert [there.shown(f"official/{each}") for each in (OTHER, STRANGER, MOVED)] == [None] * 3


def test_each_agency_reads_its_own(there: Host) -> None:
    page = there.shown("agency/bb")
    assert page is not None
    assert page["agency"] == "bb"
    assert figures(page) == as_reports_count(there.database, "bb")
    assert not any("-aa@" in address for _month, address in figures(page))


def test_only_by_a_session_of_its_own(there: Host) -> None:
    """Whatever is said beside the token: the address must be that of the session."""
    assert there.asked("contact-bb@laocai.gov.vn", "agency/aa") is None
    assert there.asked("contact-aa@laocai.gov.vn", f"official/{STRANGER}") is None
    assert there.asked("contact-aa@laocai.gov.vn", "") is None
    there.database.query("UPDATE mail.web_session SET expires = now() WHERE id = 'aa'")
    assert there.shown("agency/aa") is None


def test_who_is_no_more_the_custodian_reads_no_more(there: Host) -> None:
    assert there.publish(texts(custodian=OTHER))
    assert there.shown(f"official/{DELEGATE}") is None
    assert there.shown(f"official/{OTHER}") is not None


def test_who_has_gone_to_another_agency_reads_nothing_before_that_is_published(there: Host) -> None:
    there.database.query("UPDATE mail.account SET agency = 'bb' WHERE id = %s", HEAD)
    assert there.shown(f"official/{HEAD}") is None


@pytest.mark.parametrize("state", ["suspended", "closed"])
def test_no_mailbox_that_is_not_open(there: Host, state: str) -> None:
    there.database.query("UPDATE mail.account SET state = %s WHERE id = %s", state, HEAD)
    assert there.shown(f"official/{HEAD}") is None


def test_days_that_were_not_counted_are_nobodys(there: Host) -> None:
    page = there.shown("agency/aa")
    assert page is not None
    days = page["months"][1]["days"]
    first = there.database.query("SELECT min(d) FROM usage.rule, unnest(days) AS d WHERE d >= %s", last_month())[0][0]
    there.database.query("DELETE FROM usage.counted WHERE day = %s", first)
    page = there.shown("agency/aa")
    assert page is not None
    assert (page["months"][1]["days"], page["months"][1]["uncounted"]) == (days, 1)
    assert {box["days"] for box in page["months"][1]["mailboxes"]} == {days - 1}


def test_page_ends_with_the_last_day_that_was_collected_and_leaves_out_a_gap(there: Host) -> None:
    """As reports do: one answer to what the last day is, and to which days are known."""
    first, *_rest, last = (
        day
        for (day,) in there.database.query(
            "SELECT d FROM usage.rule, unnest(days) AS d WHERE d >= %s AND d < %s ORDER BY 1", last_month(), today()
        )
    )
    there.database.query("INSERT INTO events.gap (since, until) SELECT d::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh',"
                         " d + interval '1 hour' FROM (SELECT %s::date AS d) AS of", first)  # fmt: skip
    there.database.query(
        "UPDATE events.progress SET (at, checked) = (SELECT d::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' - interval"
        " '1 second', d::timestamp AT TIME ZONE 'Asia/Ho_Chi_Minh' FROM (SELECT %s::date AS d) AS of)",
        last,
    )
    page = there.shown("agency/aa")
    assert page is not None
    assert page["until"] == str(last - timedelta(days=1))
    assert page["months"][1]["uncounted"] == 1
    with there.database.connect("danhba_apply") as connection:
        told = host.told(connection, last_month(), today(), [NONE] * 4)
    assert told["until"] == page["until"]
    assert not int(told["counted"], 16) >> (first - last_month()).days & 1


def test_publishing_again_changes_nothing(there: Host) -> None:
    before = there.database.dump()
    assert not there.publish(texts())
    assert there.publish(texts(custodian=OTHER), dry_run=True)
    assert there.database.dump() == before


@pytest.mark.parametrize("change", ["mailboxes = mailboxes - 0", "written = '[]'"])
def test_what_is_read_is_what_an_apply_compares(there: Host, change: str) -> None:
    """Else a page that was changed by hand would never be put right."""
    with pytest.raises(psycopg.errors.CheckViolation):
        there.database.query(f"UPDATE usage.page SET {change} WHERE agency = 'aa'")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE usage.page SET name = 'Sở X' WHERE agency = 'aa'",
        "UPDATE usage.page SET (mailboxes, written) = (mailboxes - 0, (mailboxes - 0)::text) WHERE agency = 'aa'",
        "UPDATE usage.page SET written = mailboxes::text WHERE agency = 'aa'",
        "DELETE FROM usage.page WHERE agency = 'aa'",
        "DELETE FROM usage.reader WHERE agency = 'aa' AND kind = 'agency'",
        f"INSERT INTO usage.reader VALUES ('official', '{OTHER}', 'aa')",
        "UPDATE usage.rule SET target = 1",
    ],
)
def test_what_is_other_is_put_right(there: Host, statement: str) -> None:
    def told() -> list[list[Any]]:
        return [
            there.database.query(f"SELECT * FROM usage.{name} ORDER BY 1, 2") for name in ("page", "reader", "rule")
        ]

    before = told()
    there.database.query(statement)
    assert told() != before
    assert there.publish(texts())
    assert told() == before
    assert not there.publish(texts())


def test_an_agency_that_is_gone_has_no_page(there: Host) -> None:
    gone = register(agency("aa", person(HEAD, "Lò An", "2020-01-01")))
    assert there.publish(gone)
    assert there.shown("agency/bb") is None
    assert there.database.query("SELECT count(*) FROM usage.reader WHERE agency = 'bb'") == [(0,)]


@pytest.mark.parametrize(
    "role", ["danhba_credentials", "danhba_password", "danhba_notices", "dovecot", "danhba_events"]
)
def test_no_role_reads_it_in_another_way(there: Host, role: str) -> None:
    for table in ("day", "page", "reader", "rule"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            there.database.query(f"SELECT * FROM usage.{table}", role=role)
    if role != "danhba_credentials":
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            there.database.query("SELECT usage.shown('a', 'b')", role=role)


def test_a_page_of_many_mailboxes_takes_no_time(there: Host) -> None:
    """A thousand mailboxes among ten thousand, two months of them."""
    there.database.query(
        "INSERT INTO usage.day SELECT c.day, 'official', 'x' || n, B'1'::bit(1440), NULL, '{imap}', 0, 0, 0"
        " FROM usage.counted AS c, generate_series(1, 1000) AS n"
    )
    there.database.query(
        "UPDATE usage.page SET (mailboxes, written) = (SELECT many, many::text FROM (SELECT jsonb_agg("
        " jsonb_build_object('kind', 'official', 'id', 'x' || n, 'holder', 'Lò', 'address', n || '@laocai.gov.vn',"
        " 'stays', '{[2020-01-01,2099-01-01]}')) AS many FROM generate_series(1, 1000) AS n) AS made)"
        " WHERE agency = 'aa'"
    )
    there.database.query("ANALYZE usage.day")
    with there.database.connect("danhba_credentials") as connection:
        connection.execute("SET statement_timeout = '60s'")
        page = connection.execute(
            "SELECT usage.shown('contact-aa@laocai.gov.vn', %s)", (digest("agency/aa"),)
        ).fetchone()
    assert page is not None
    assert len(page[0]["months"][1]["mailboxes"]) == 1000


class TestModule:
    @pytest.fixture
    def given(self, database: Database, tmp_path: Path) -> dict[str, Any]:
        for name, text in texts().items():
            (tmp_path / "register" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "register" / name).write_text(str(text), encoding="utf-8")
        return {**database.arguments, "register": str(tmp_path / "register"), "as_of": str(today())}

    def test_first_second_and_check(self, ansible: Ansible, database: Database, given: dict[str, Any]) -> None:
        before = database.dump()
        assert ansible.run(MODULE, given, check=True).changed
        assert database.dump() == before
        first = ansible.run(MODULE, given)
        assert first.changed
        assert first.result["published"]
        assert database.query("SELECT count(*) FROM usage.page") == [(3,)]
        assert not ansible.run(MODULE, given).result["published"]
        assert ansible.run(MODULE, given | {"target_percent": 80}, check=True).changed
        assert ansible.run(MODULE, given | {"target_percent": 80}).changed
        assert database.query("SELECT target FROM usage.rule") == [(80,)]

    @pytest.mark.parametrize("percent", [0, 101])
    def test_a_share_that_cannot_be(self, ansible: Ansible, given: dict[str, Any], percent: int) -> None:
        ansible.run(MODULE, given | {"target_percent": percent}).assert_refused("từ 1 đến 100", "1 to 100")

    def test_both_are_written_or_nothing(self, ansible: Ansible, database: Database, given: dict[str, Any]) -> None:
        database.query("DROP TABLE usage.reader CASCADE")
        ansible.run(MODULE, given).assert_refused("chạy playbooks/site.yml", "run playbooks/site.yml")
        assert database.query("SELECT count(*) FROM mail.account") == [(0,)]
        assert ansible.run(MODULE, given, check=True).changed, "the migration would come before"

    def test_a_plan_that_is_refused_publishes_nothing(
        self, ansible: Ansible, database: Database, given: dict[str, Any]
    ) -> None:
        assert ansible.run(MODULE, given | {"checksum": "other"}).status != 0
        assert database.query("SELECT count(*) FROM usage.page") == [(0,)]


def test_use_is_forgotten_by_days(there: Host) -> None:
    old = date(2015, 1, 5)
    there.database.query("INSERT INTO usage.day VALUES (%s, 'official', '1', NULL, NULL, '{}', 1, 0, 0)", old)
    there.database.query("INSERT INTO usage.counted (day) VALUES (%s)", old)
    days = there.database.query("SELECT count(*) FROM usage.day")[0][0]
    assert there.database.query("SELECT usage.forget(2200)", role="danhba_events") == [(1,)]
    assert there.database.query("SELECT count(*) FROM usage.day") == [(days - 1,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="731"):
        there.database.query("SELECT usage.forget(30)", role="danhba_events")
