"""Use by day in a real database: the same as from the events themselves, whatever comes twice, late or never."""

from __future__ import annotations

import io
import random
import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from ansible_collections.laocai.mail.plugins.module_utils.host import usage as host
from rich.console import Console

from danhba.usage.checks import Period, Told
from danhba.usage.daily import Looked, masks, uses
from danhba.usage.events import Event
from danhba_host import usage as program
from danhba_host.journal import Refused
from tests.bench import daily
from tests.integration.conftest import Database
from tests.integration.rows import event, moment, use
from tests.support.registers import timeline
from tests.support.usage import AN, MONDAY, REGISTER

FIRST, LAST = date(2026, 3, 2), date(2026, 3, 13)


def prepare(database: Database, *days: date) -> None:
    for day in days:
        database.query("SELECT events.prepare(%s)", day)


def count(database: Database) -> int:
    with database.connect("danhba_apply") as connection:
        return host.count(connection)


def found(database: Database, first: date = FIRST, last: date = LAST) -> dict[tuple[str, str], Any]:
    """Days open and met by the database, for each mailbox and agency."""
    count(database)
    period = Period.of(timeline(REGISTER, str(first)), first, last)
    with database.connect("danhba_apply") as connection:
        rows = host.looked(connection, first, last, masks(period))
    looked = {
        name: Looked(tuple(int(each, 16) for each in row[:4]), tuple(int(each, 16) for each in row[4:8]))
        for name, row in rows.items()
    }
    sums: dict[tuple[str, str], Any] = {}
    for each in uses(period, looked):
        days, met, program, windows = sums.get((each.mailbox.name, each.stay.agency), (0, 0, 0, [0] * 4))
        now = [total + window.bit_count() for total, window in zip(windows, each.windows, strict=True)]
        counts = (days + each.days.bit_count(), met + each.met.bit_count(), program + each.by_program.bit_count(), now)
        sums[each.mailbox.name, each.stay.agency] = counts
    return sums


def by_events(told: list[Event]) -> dict[tuple[str, str], Any]:
    """The same by the events alone."""
    period = Period.of(timeline(REGISTER, str(FIRST)), FIRST, LAST)
    sums: dict[tuple[str, str], Any] = {}
    for row in period.checks(told, Told()):
        days, met, program, windows = sums.get((row.mailbox.name, row.agency), (0, 0, 0, [0] * 4))
        now = [total + bool(each) for total, each in zip(windows, row.windows, strict=True)]
        sums[row.mailbox.name, row.agency] = (days + 1, met + row.met, program + row.by_program, now)
    return sums


SIGNS = {"signed-in": "login", "selected": "select"}
# Who merely stays connected gives no sign.
EVENTS = [*SIGNS, "connected", "read"]


def at_random(chance: random.Random) -> Iterator[tuple[datetime, str, str, str, str]]:
    """Two weeks of some mailboxes: people, programs that ask at fixed intervals, and those who read by one."""
    names = [
        "official/1",
        "official/2",
        "official/3",
        "official/4",
        "official/5",
        "agency/aa",
        "agency/bb",
        "official/x",
    ]
    for name in names:
        for number in range((LAST - FIRST).days + 1):
            begin = datetime.combine(FIRST + timedelta(number), datetime.min.time(), UTC) - timedelta(hours=7)
            client = f"192.0.2.{chance.randrange(3)}"
            for _each in range(chance.randrange(6)):
                at = begin + timedelta(minutes=chance.randrange(1440))
                yield at, name, chance.choice(EVENTS), chance.choice(["imap", "web", "pop3"]), client
            if chance.random() < 0.6:
                step, first = chance.choice([5, 7, 10, 30, 60, 70]), chance.randrange(400, 480)
                visits = chance.choice([4, 5, 6, 7, 9, 10, 11, 200])  # about as many as make a program, and all day
                for minute in range(first, min(first + step * visits, 1100), step):
                    # Late by a little, which is about a tenth, or by anything.
                    late = chance.choice([0, 0, 0, chance.randrange(1 + step // 6)])
                    late = chance.randrange(step) if chance.random() < 0.06 else late
                    sign = "read" if chance.random() < 0.01 else "signed-in"
                    yield begin + timedelta(minutes=minute + late), name, sign, "imap", f"198.51.100.{number % 2}"


@pytest.mark.clause("R8.1", "R8.2", "R9.5")
@pytest.mark.parametrize("seed", range(5))
def test_it_is_what_the_events_say(database: Database, seed: int) -> None:
    told, chance = [], random.Random(seed)
    rows = [*at_random(chance)]
    prepare(database, *(FIRST + timedelta(number) for number in range(-1, 13)))
    with database.connect() as connection:
        for number, (at, name, sign, protocol, client) in enumerate(rows):
            kind, _slash, id_ = name.partition("/")
            if sign == "read":
                connection.execute(
                    "INSERT INTO events.event (at, source, position, event, kind, id, protocol, client)"
                    " VALUES (%s, gen_random_uuid(), %s, 'read', %s, %s, %s, %s)",
                    [at, number, kind, id_, protocol, client],
                )
            else:
                connection.execute(
                    "INSERT INTO events.use VALUES (%s, %s, %s, %s, %s, %s, 1) ON CONFLICT DO NOTHING",
                    [at, kind, id_, sign, protocol, client],
                )
            if sign != "connected":
                micro = int(at.timestamp()) * 1_000_000
                told.append(Event(micro, SIGNS.get(sign, "read"), name, protocol, client))
    expected = by_events(told)
    assert found(database) == expected
    assert any(met for _days, met, _program, _windows in expected.values())
    assert any(program for _days, _met, program, _windows in expected.values())


def test_nothing_is_counted_twice(database: Database) -> None:
    for clock in ("07:30:01", "07:30:59", "13:05:00"):
        use(database, moment(MONDAY, clock))
    first = found(database)
    assert first[AN, "aa"] == (10, 1, 0, [1, 0, 1, 0])
    before = database.query("SELECT * FROM usage.day")
    assert count(database) == 0  # nothing has come since
    use(database, moment(MONDAY, "07:30:30"))
    database.query("INSERT INTO usage.mark (day) VALUES (%s)", MONDAY)
    assert count(database) == 1
    assert database.query("SELECT * FROM usage.day") == before


def test_what_comes_late_opens_its_day_again(database: Database) -> None:
    use(database, moment(MONDAY, "07:30"))
    use(database, moment("2026-03-03", "07:30"))
    assert found(database)[AN, "aa"][:2] == (10, 0)
    use(database, moment(MONDAY, "13:30"))
    assert database.query("SELECT DISTINCT day FROM usage.mark") == [(FIRST,)]
    assert found(database)[AN, "aa"][:2] == (10, 1)


def test_who_counts_waits_for_nobody_and_loses_nothing(database: Database) -> None:
    """A batch that is not committed yet while its day is counted: it is there the next time."""
    use(database, moment(MONDAY, "07:30"))
    with psycopg.connect(host=database.server.socket, dbname=database.name, user="postgres") as batch:
        batch.execute(
            "INSERT INTO events.use VALUES (%s, 'official', '1', 'signed-in', 'imap', '::', 1)",
            [moment(MONDAY, "13:30")],
        )
        counting = threading.Thread(target=count, args=(database,))
        counting.start()
        counting.join(timeout=60)
        assert not counting.is_alive()
        assert found(database)[AN, "aa"][1] == 0
    assert found(database)[AN, "aa"][1] == 1


def test_a_day_is_one_of_viet_nam(database: Database) -> None:
    for at in (moment(MONDAY, "00:00"), moment(MONDAY, "23:59:59"), moment("2026-03-03", "00:00")):
        use(database, at)
    count(database)
    rows = database.query("SELECT day, minutes FROM usage.day ORDER BY day")
    assert [(str(day), [n for n, bit in enumerate(minutes) if bit == "1"]) for day, minutes in rows] == [
        (MONDAY, [0, 1439]),
        ("2026-03-03", [0]),
    ]


def test_a_clock_that_was_wrong(database: Database) -> None:
    """Set back: a minute is lived through twice. Ahead: what stands in the future is counted there."""
    use(database, moment(MONDAY, "07:30"))
    use(database, moment(MONDAY, "07:30"))
    use(database, moment("2099-03-02", "07:30"))
    count(database)
    assert [str(day) for (day,) in database.query("SELECT day FROM usage.day ORDER BY day")] == [MONDAY, "2099-03-02"]
    assert found(database)[AN, "aa"] == (10, 0, 0, [1, 0, 0, 0])


def test_what_is_no_look_counts_not(database: Database) -> None:
    for protocol in ("smtp", "sieve", "book"):
        use(database, moment(MONDAY, "07:30"), protocol=protocol)
        use(database, moment(MONDAY, "13:30"), protocol=protocol)
    assert found(database)[AN, "aa"] == (10, 0, 0, [0, 0, 0, 0])


def test_counts_stay_when_the_events_go(database: Database) -> None:
    today = datetime.now(UTC) + timedelta(hours=7)
    old = (today - timedelta(days=40)).date()
    use(database, moment(str(old), "07:30"))  # not counted yet
    count(database)
    use(database, moment(str(old), "13:30"))
    database.query("SELECT events.forget(31)", role="danhba_events")
    assert database.query("SELECT to_regclass(%s)", f"events.use_{old:%Y%m%d}") == [(None,)]
    counted = database.query("SELECT * FROM usage.day")
    assert [n for n, bit in enumerate(counted[0][3]) if bit == "1"] == [450, 810]
    # Kept longer from now on, so the day is made anew, without what was in it.
    use(database, moment(str(old), "14:00"))
    count(database)
    assert database.query("SELECT * FROM usage.day") == counted
    assert database.query("SELECT closed, late FROM usage.counted") == [(True, 1)]


def test_no_day_goes_before_it_was_counted(database: Database) -> None:
    """Counting fails, as it does where it takes too long: the day waits, also the month of its refusals."""
    old = (datetime.now(UTC) + timedelta(hours=7) - timedelta(days=100)).date()
    use(database, moment(str(old), "07:30"))
    tables = [f"events.use_{old:%Y%m%d}", f"events.refusals_{old:%Y%m}"]
    count_day = database.query("SELECT pg_get_functiondef('usage.count_day'::regproc)")[0][0]
    database.query("CREATE OR REPLACE FUNCTION usage.count_day(of_day date) RETURNS int LANGUAGE sql AS $$ SELECT 0 $$")
    database.query("SELECT events.forget(31)")
    assert database.query("SELECT to_regclass(%s) IS NULL, to_regclass(%s) IS NULL", *tables) == [(False, False)]
    database.query(count_day)
    database.query("SELECT events.forget(31)")
    assert database.query("SELECT to_regclass(%s) IS NULL, to_regclass(%s) IS NULL", *tables) == [(True, True)]
    assert database.query("SELECT day FROM usage.day") == [(old,)]


def test_what_was_lost_is_told(database: Database) -> None:
    database.query("INSERT INTO events.gap (since, until) VALUES ('2026-03-02T00:30+07', '2026-03-03T00:30+07')")
    with database.connect("danhba_apply") as connection:
        told = host.told(connection, FIRST, LAST, ["0" * 1440] * 4)
        assert told["gaps"] == [["00:30 02/03/2026", "00:30 03/03/2026"]]
        assert told["counted"] == "0"
        assert host.told(connection, date(2026, 3, 4), LAST, ["0" * 1440] * 4)["gaps"] == []


def whole(database: Database) -> list[date]:
    return [day for (day,) in database.query("SELECT usage.whole(%s, %s) ORDER BY 1", FIRST, LAST, role="danhba_apply")]


def test_whole_days_leave_out_those_of_a_gap_and_of_another_journal(database: Database) -> None:
    """The host was lost on Wednesday and restored on Thursday, with a journal of its own; Monday's was emptied."""
    for number in range((LAST - FIRST).days + 1):
        use(database, moment(str(FIRST + timedelta(number)), "07:30"))
    count(database)
    week = whole(database)
    assert len(week) == 12
    source = "f4b348b9-501c-4dfd-a845-29973a7c2320"
    database.query("UPDATE events.progress SET at = '2026-03-04T10:00+07', source = %s, began = now()", source)
    database.query("DELETE FROM usage.partial")
    database.query("UPDATE events.progress SET at = '2026-03-05T12:00+07', began = '2026-03-05T12:00+07'")
    database.query("UPDATE events.progress SET at = checked")
    assert database.query("SELECT day FROM usage.partial ORDER BY 1") == [(date(2026, 3, 4),), (date(2026, 3, 5),)]
    database.query("INSERT INTO events.gap (since, until) VALUES ('2026-03-09T01:00+07', '2026-03-09T02:00+07')")
    assert whole(database) == [day for day in week if day.day not in {4, 5, 9}]


def test_whole_day_that_was_counted_before_its_end_is_left_out_until_counted_again(database: Database) -> None:
    """The nightly job counts what there is of today; who looks afterwards is not counted until the next night."""
    use(database, moment(MONDAY, "01:10"))
    count(database)
    database.query("DELETE FROM usage.partial")
    assert whole(database) == [FIRST]
    use(database, moment(MONDAY, "07:30"))
    assert whole(database) == []
    count(database)
    assert whole(database) == [FIRST]


def test_whole_day_without_events_any_more_stays_whole_when_something_comes_late(database: Database) -> None:
    use(database, moment(MONDAY, "07:30"))
    count(database)
    database.query("DELETE FROM usage.partial")
    database.query("SELECT events.forget(31)", role="danhba_events")
    use(database, moment(MONDAY, "13:30"))
    assert database.query("SELECT closed FROM usage.counted") == [(True,)]
    assert whole(database) == [FIRST]


@pytest.mark.parametrize(
    ("read_until", "checked", "last"),
    [
        ("2026-03-09T23:59+07", "2026-03-10T00:30+07", "2026-03-09"),  # all was read, and the day is over in Viet Nam
        ("2026-03-09T16:40Z", "2026-03-09T16:59Z", "2026-03-08"),
        ("2026-03-09T17:01Z", "2026-03-09T17:01Z", "2026-03-09"),
        ("2026-03-07T10:00+07", "2026-03-10T00:30+07", "2026-03-06"),  # it is still reading what came meanwhile
        (None, "2026-03-10T00:30+07", "2026-03-09"),
        ("2999-01-01T00:00Z", "2999-01-01T00:00Z", ""),  # a wrong clock makes no day over
    ],
)
def test_last_whole_day_is_over_and_collected(database: Database, read_until: str, checked: str, last: str) -> None:
    database.query("UPDATE events.progress SET at = %s, checked = %s", read_until, checked)
    yesterday = (datetime.now(UTC) + timedelta(hours=7)).date() - timedelta(1)
    expected = date.fromisoformat(last) if last else yesterday
    assert database.query("SELECT usage.last_whole()", role="danhba_apply") == [(expected,)]


def test_mail_is_counted_by_mailbox_and_for_all(database: Database) -> None:
    noon = moment(MONDAY, "12:00")
    event(database, noon, "received")
    event(database, noon, "received", None)
    event(database, noon, "delivered", queue_id="a")
    event(database, noon, "stored", protocol="lmtp", size=100)
    event(database, noon, "stored", protocol="imap", size=5)  # a copy in Sent
    event(database, noon, "delivered", None, recipient="x@example.org")
    event(database, noon, "delivered", None, next_queue_id="b")  # to the filter
    event(database, noon, "refused", None)
    event(database, noon, "bounced", None)
    event(database, noon, "judged", None, action="reject", symbols="BAYES_SPAM")
    event(database, noon, "judged", None, action="reject", symbols="CLAM_VIRUS X")
    event(database, noon, "judged", None, action="add-header", symbols="")
    event(database, noon, "judged", None, action="no-action", symbols="CLAM_CLEAN")
    database.query("INSERT INTO events.refusals VALUES (%s, '::', '', '', 40)", noon)
    count(database)
    database.query("UPDATE events.refusals SET times = 50")
    count(database)
    assert database.query("SELECT kind, id, minutes, sent, received, octets FROM usage.day") == [
        ("official", "1", None, 1, 1, 100)
    ]
    assert dict(database.query("SELECT what, times FROM usage.flow")) == {
        "incoming": 1, "outgoing": 1, "stored": 1, "relayed": 1, "refused": 51, "bounced": 1,
        "spam": 1, "virus": 1, "junk": 1,
    }  # fmt: skip


def test_the_daily_job(database: Database, tmp_path: Any) -> None:
    use(database, moment(MONDAY, "07:30"))
    database.query("INSERT INTO usage.day VALUES ('2015-01-05', 'official', '1', NULL, NULL, '{}', 1, 0, 0)")
    settings = program.Settings(database.name, database.server.socket, [str(tmp_path)], 2200)
    assert program.work(settings) == "đếm 1 ngày -- 1 days counted"
    assert program.work(settings) == ""
    assert database.query("SELECT folder, total > used AND used > 0 FROM usage.disk") == [(str(tmp_path), True)]
    assert database.query("SELECT day FROM usage.day WHERE day < '2016-01-01'") == []
    with pytest.raises(Refused, match="disk cannot be asked"):
        program.work(program.Settings(database.name, database.server.socket, [str(tmp_path / "none")], 2200))
    with pytest.raises(Refused, match="731"):
        program.work(program.Settings(database.name, database.server.socket, [], 30))


@pytest.mark.parametrize(
    ("role", "query"),
    [
        ("danhba_events", "SELECT * FROM usage.day"),
        ("danhba_events", "DELETE FROM usage.mark"),
        ("danhba_events", "SELECT usage.close('2026-01-01')"),
        ("danhba_apply", "DELETE FROM usage.day"),
        ("danhba_apply", "UPDATE usage.counted SET closed = false"),
        ("danhba_apply", "SELECT * FROM events.use"),
        ("danhba_apply", "SELECT * FROM events.event"),
        ("danhba_trace", "SELECT * FROM usage.day"),
        ("dovecot", "SELECT * FROM usage.day"),
    ],
)
def test_nobody_does_more_than_is_theirs(database: Database, role: str, query: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.query(query, role=role)


def test_the_bench_counts_the_same_in_both_ways(database: Database) -> None:
    found = daily.measured(database, 100)
    assert found.signs > 20 * 100
    assert 0 < found.met < 20 * 100
    out = io.StringIO()
    daily.show(Console(file=out, width=120), found)
    assert re.search(r"plain : reported ≥ 1\.0 \(100\): \d", out.getvalue())
