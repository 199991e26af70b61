"""The yearly report of the sample province from the events of a simulated year, through the real database: each of its
figures, worked out a second time from those events and the register's files alone.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from statistics import linear_regression
from typing import Any, NamedTuple

import pytest
from openpyxl import load_workbook

from tests.support.entries import DIRECTORY, MOVES, NEEDED, Entry, entries, working_days

from .conftest import TEMPLATE, Ansible, Database, Server, new_database

pytestmark = [pytest.mark.long, pytest.mark.clause("R8.1", "R9.2", "R9.5", "R12", "R13", "R14")]

FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
DAYS = [FIRST + timedelta(number) for number in range(365)]
SILENT = date(2025, 3, 5)  # a working day of which there is no event
VIET_NAM = timezone(timedelta(hours=7))
# From a minute on until before another (Article 8); those of an official are the first and the third.
WINDOWS = [(420, 570), (570, 690), (780, 915), (915, 1020)]
TARGET, REGULAR, LEAST, NAMED = 0.85, 0.9, 30, 20
GB = 10**9
SOURCE = "f4b348b9-501c-4dfd-a845-29973a7c2320"
# What an event of the mail path is counted as, and what it is in the database; the last are counted as nothing.
MAIL: dict[str, dict[str, Any]] = {
    "Thư từ ngoài tỉnh được nhận": {"event": "received"},
    "Thư do hộp thư của tỉnh gửi": {"event": "received", "mine": True},
    "Lượt đưa vào hộp thư": {"event": "stored", "mine": True, "protocol": "lmtp"},
    "Lượt giao ra ngoài tỉnh": {"event": "delivered"},
    "Lượt bị từ chối ngay khi gửi đến, vì mọi lý do": {"event": "refused"},
    "Lượt không giao được, báo lại người gửi": {"event": "bounced"},
    "Thư bị bộ lọc từ chối (thư rác, giả mạo, dấu độ mật, tệp cấm)": {
        "event": "judged",
        "action": "reject",
        "symbols": "GTUBE",
    },
    "Thư nghi là rác, đưa vào Thư rác": {"event": "judged", "action": "add-header", "symbols": "R_SPF_FAIL"},
    "Thư có mã độc bị từ chối": {"event": "judged", "action": "reject", "symbols": "CLAM_VIRUS"},
    "passed": {"event": "judged", "action": "no action", "symbols": "R_SPF_ALLOW"},
    "sent on to a filter": {"event": "delivered", "next_queue_id": "4dABC"},
    "put there by its owner": {"event": "stored", "mine": True, "protocol": "imap"},
}


class Look(NamedTuple):
    """Somebody, or a program that asks at fixed intervals, looks at a mailbox in a minute of a day."""

    name: str
    day: date
    minute: int
    program: bool

    def at(self) -> datetime:
        return datetime(*self.day.timetuple()[:3], tzinfo=VIET_NAM) + timedelta(minutes=self.minute)


class Mail(NamedTuple):
    """Something that became of a message: a key of `MAIL`."""

    what: str
    at: datetime
    name: str | None
    octets: int


@dataclass
class Year:
    """All that went on."""

    looks: set[Look] = field(default_factory=set)
    mail: list[Mail] = field(default_factory=list)
    disk: list[tuple[date, int]] = field(default_factory=list)
    incidents: list[tuple[str, str, datetime]] = field(default_factory=list)
    passwords: list[tuple[str, datetime]] = field(default_factory=list)
    recalls: list[tuple[datetime, list[str]]] = field(default_factory=list)
    handovers: list[datetime | None] = field(default_factory=list)


ENTRIES = [*entries()]
NAMES = sorted({entry.name for entry in ENTRIES})
KIND = {entry.name: entry.kind for entry in ENTRIES}


def _moment(chance: random.Random, first: date = FIRST, days: int = 365) -> datetime:
    """Any minute of a period, also the last before midnight."""
    begin = datetime(*first.timetuple()[:3], tzinfo=VIET_NAM)
    return begin + timedelta(minutes=chance.randrange(1440 * days))


def simulated() -> Year:
    """By chance, from a seed: people with more or less care, programs, mail, and what befalls an operator."""
    chance, year = random.Random(2025), Year()
    care = {entry.agency: chance.uniform(0.8, 1.0) for entry in ENTRIES if entry.kind == "agency"}
    of = {entry.name: entry.agency for entry in ENTRIES}
    programs = set(chance.sample(NAMES, 8))
    for day in DAYS:
        if day != SILENT:
            for name in NAMES:
                year.looks.update(_looks(chance, name, day, care[of[name]], program=name in programs))
            year.mail += _mail(chance, day)
        year.disk.append((day, 200 * GB + len(year.disk) * GB // 3 + chance.randrange(GB)))
    # Also just outside of the year.
    for _each in range(60):
        at = _moment(chance, date(2024, 12, 20), 390)
        what = chance.choice([("refused", "marked"), ("refused", "unreadable"), ("passed", "marked")])
        year.incidents.append((*what, at))
        year.passwords.append((chance.choice(["issue_password", "reissue_password"]), at))
    for _each in range(8):
        at = _moment(chance, date(2024, 12, 1), 410)
        year.recalls.append((at, chance.choices(["erased", "held", "gone"], k=chance.randrange(1, 9))))
        year.handovers.append(chance.choice([at, None]))
    return year


def _looks(chance: random.Random, name: str, day: date, care: float, *, program: bool) -> Iterator[Look]:
    for number, (begin, end) in enumerate(WINDOWS):
        if chance.random() < (care if number in NEEDED[KIND[name]] else 0.2):
            # The first and the last minute of a window are in it as often as any other ten.
            yield Look(name, day, chance.choice([begin, end - 1, *[chance.randrange(begin, end)] * 10]), False)
    if chance.random() < 0.2:
        yield Look(name, day, chance.choice([0, 419, 690, 779, 1020, 1439, chance.randrange(1440)]), False)
    if program:
        yield from (Look(name, day, minute, True) for minute in range(365, 1080, 20))


def _mail(chance: random.Random, day: date) -> Iterator[Mail]:
    for what in chance.choices([*MAIL], k=40):
        name = chance.choice(NAMES) if MAIL[what].get("mine") else None
        yield Mail(what, _moment(chance, day, 1), name, chance.randrange(GB // 10))


# Into the database, as the collector and the others write it.


def fill(database: Database, year: Year) -> None:
    looks: dict[date, list[Look]] = {day: [] for day in DAYS}
    for look in year.looks:
        looks[look.day].append(look)
    with database.connect() as connection, connection.cursor() as cursor:
        for day, some in looks.items():
            cursor.execute("SELECT events.prepare(%s)", [day])
            with cursor.copy("COPY events.use (minute, kind, id, sign, protocol, client, times) FROM STDIN") as copy:
                for look in some:
                    client = "192.0.2.9" if look.program else "192.0.2.7"
                    copy.write_row((look.at(), *look.name.split("/"), "signed-in", "imap", client, 1))
        columns = ("event", "protocol", "action", "symbols", "next_queue_id")
        with cursor.copy(
            f"COPY events.event (at, source, position, kind, id, size, {', '.join(columns)}) FROM STDIN"
        ) as copy:
            for number, mail in enumerate(year.mail):
                whose = mail.name.split("/") if mail.name else (None, None)
                copy.write_row(
                    (mail.at, SOURCE, number, *whose, mail.octets, *(MAIL[mail.what].get(each) for each in columns))
                )
        cursor.executemany("INSERT INTO usage.disk VALUES (%s, '/srv/vmail', %s, %s)",
                           [(day, 1000 * GB, used) for day, used in year.disk])  # fmt: skip
    _befall(database, year)


def _befall(database: Database, year: Year) -> None:
    """What befalls an operator."""
    # Else each is of the moment at which it is written.
    database.query("ALTER TABLE secrecy.incident DISABLE TRIGGER incident_accounts")
    for number, (action, verdict, at) in enumerate(year.incidents):
        database.query(
            "INSERT INTO secrecy.incident VALUES (%s, %s, %s, %s, %s, '', 'outgoing', '', '', '', '{}', '{}', '', '',"
            " repeat('a', 64), 1, %s)",
            f"MM-{number}", at, action, verdict, "mat" if verdict == "marked" else "",
            ["MN-1"] if action == "passed" else [],
        )  # fmt: skip
    for number, (action, at) in enumerate(year.passwords, 1):
        database.query("INSERT INTO mail.run (job, actor, at) VALUES ('passwords', 'x', %s)", at)
        database.query(
            "INSERT INTO mail.audit (run, action, kind, id, document) VALUES (%s, %s, 'official', '1', 'x')",
            number, action,
        )  # fmt: skip
    for number, (at, states) in enumerate(year.recalls):
        database.query(
            "INSERT INTO recall.recall VALUES (%s, %s, 'x', 'secret', '1/QĐ-AA', '2025-03-02', '<a@b>',"
            " ARRAY[repeat('a', 64)])",
            f"TH-{number}", at,
        )  # fmt: skip
        for uid, state in enumerate(states):
            database.query(
                "INSERT INTO recall.copy VALUES (%s, 'official/1', 'x', %s, 'a', 'INBOX', repeat('a', 64), '<a@b>',"
                " 'copy', '', '', 1, %s)",
                f"TH-{number}", uid, state,
            )  # fmt: skip
    for number, ended in enumerate(year.handovers, 1):
        database.query(
            "INSERT INTO mail.handover (actor, agency, address, name, former, successor, role, document, day, state,"
            " removed) VALUES ('x', 'stttt', 'contact-stttt@laocai.gov.vn', 'S', '{}', '{\"name\": \"Lò An\"}', 'head',"
            " '2/QĐ-AA', '2025-01-01', '{}', '{}')"
        )
        if ended:
            database.query("INSERT INTO mail.handover_end VALUES (%s, %s, 'x')", number, ended)


# The second working out.


class Day(NamedTuple):
    """A mailbox on a working day on which it was open: in which windows somebody looked, and whether that sufficed."""

    entry: Entry
    day: date
    windows: set[int]
    met: bool
    by_people: bool


def days(year: Year) -> Iterator[Day]:
    looked: dict[tuple[str, date], tuple[set[int], set[int]]] = {}
    for look in year.looks:
        both = looked.setdefault((look.name, look.day), (set(), set()))
        found = {number for number, (begin, end) in enumerate(WINDOWS) if begin <= look.minute < end}
        both[0].update(found)
        both[1].update(set() if look.program else found)
    for entry in ENTRIES:
        needed = set(NEEDED[entry.kind])
        for day in working_days(FIRST, LAST):
            if day != SILENT and entry.open_on(day):
                windows, people = looked.get((entry.name, day), (set(), set()))
                yield Day(entry, day, windows, needed <= windows, needed <= people)


def shares(of: list[Day]) -> tuple[int, int, float | None, int]:
    """Days, days met, their share, and those met by a program alone."""
    met = sum(day.met for day in of)
    return len(of), met, met / len(of) if of else None, sum(day.met and not day.by_people for day in of)


def inside(at: datetime) -> bool:
    return FIRST <= at.astimezone(VIET_NAM).date() <= LAST


def befell(year: Year) -> dict[str, Any]:
    """The figures beside accounts and use."""
    mine = [mail for mail in year.mail if mail.name]
    into = [mail for mail in mine if MAIL[mail.what].get("protocol") == "lmtp"]
    incidents = Counter(each[:2] for each in year.incidents if inside(each[2]))
    passwords = Counter(action for action, at in year.passwords if inside(at))
    recalls = [states for at, states in year.recalls if inside(at)]
    counted = Counter(mail.what for mail in year.mail)
    return {
        "Mật khẩu cấp lần đầu trong kỳ": passwords["issue_password"],
        "Mật khẩu cấp lại trong kỳ (khoản 5 Điều 10)": passwords["reissue_password"],
        "Thư do các hộp thư gửi": sum(mail.what == "Thư do hộp thư của tỉnh gửi" for mail in mine),
        "Thư các hộp thư nhận": len(into),
        "Dung lượng thư nhận": sum(mail.octets for mail in into) / GB,
        **{what: counted[what] for what in [*MAIL][:9]},
        "Thư có dấu độ mật bị từ chối (khoản 7 Điều 10)": incidents["refused", "marked"],
        "Thư không kiểm tra được bị từ chối": incidents["refused", "unreadable"],
        "Thư được qua theo ngoại lệ có văn bản": incidents["passed", "marked"],
        "Vụ thu hồi thư (khoản 7, khoản 8 Điều 10)": len(recalls),
        "Bản sao thư đã xóa khi thu hồi": sum(states.count("erased") for states in recalls),
        "Lượt bàn giao hộp thư cơ quan (khoản 2 Điều 11)": sum(inside(at) for at in year.handovers if at),
    }


def changed() -> Counter[str]:
    """What became of mailboxes, by what each document did; a move is one change."""
    found: set[tuple[str, str, str, str]] = set()
    for entry in ENTRIES:
        for what, word in (("opened", "cấp mới"), ("closed", "hủy bỏ")):
            if event := entry.data.get(what):
                moved = entry.kind == "official" and event["event"] in MOVES
                found.add((event["date"], "thay đổi" if moved else word, event["event"], entry.name))
        end = entry.data.get("closed", {}).get("date", "9999")
        for since, until in entry.suspensions():
            found.add((since, "thay đổi", "suspended", entry.name))
            found.update([(until, "thay đổi", "resumed", entry.name)] if until < end else [])
        for key in ("custodians", "changes") if entry.kind == "agency" else ():
            for each in entry.data.get(key, ()):
                if key == "changes" or each["date"] > entry.data["opened"]["date"]:
                    found.add((each["date"], "thay đổi", key, entry.name))
    return Counter(word for day, word, _event, _name in found if FIRST.isoformat() <= day <= LAST.isoformat())


def accounts() -> dict[str, Any]:
    there = {
        (kind, day): sum(e.kind == kind and e.open_on(day, suspended=True) for e in ENTRIES)
        for kind in NEEDED
        for day in (FIRST, LAST)
    }
    return {
        "Hộp thư cơ quan đầu kỳ (01/01/2025)": there["agency", FIRST],
        "Hộp thư cơ quan cuối kỳ (31/12/2025)": there["agency", LAST],
        "Hộp thư cá nhân đầu kỳ (01/01/2025)": there["official", FIRST],
        "Hộp thư cá nhân cuối kỳ (31/12/2025)": there["official", LAST],
        "Hộp thư cấp mới trong kỳ": changed()["cấp mới"],
        "Lượt thay đổi trong kỳ": changed()["thay đổi"],
        "Hộp thư hủy bỏ trong kỳ": changed()["hủy bỏ"],
    }


def use(of: list[Day]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "Ngày làm việc trong kỳ": len(working_days(FIRST, LAST)),
        "Ngày làm việc có số liệu trong kỳ": len({day.day for day in of}),
    }
    for kind, label in (("agency", "Hộp thư cơ quan"), ("official", "Hộp thư cá nhân")):
        whole, met, share, programs = shares([day for day in of if day.entry.kind == kind])
        found |= {
            f"{label}: số ngày phải kiểm tra của mọi hộp thư": whole,
            f"{label}: số ngày kiểm tra đủ số lần (Điều 8)": met,
            f"{label}: tỷ lệ kiểm tra đủ": share,
            f"{label}: trong đó chỉ do chương trình tự hỏi thư": programs,
        }
    people: dict[str, list[bool]] = {}
    for day in of:
        if day.entry.kind == "official":
            people.setdefault(day.entry.name, []).append(bool(day.windows))
    regular = sum(sum(each) >= REGULAR * len(each) for each in people.values())
    return found | {
        "Hộp thư cá nhân có dấu hiệu từ 90,0\N{NO-BREAK SPACE}% số ngày làm việc (thường xuyên sử dụng)": regular,
        "Tỷ lệ thường xuyên sử dụng": regular / len(people),
        "Hộp thư cá nhân: số ngày nghỉ phép, không tính": 0,  # the sample has no leave
    }


def agencies(of: list[Day]) -> dict[str, list[Day]]:
    found: dict[str, list[Day]] = {}
    for day in of:
        found.setdefault(day.entry.agency, []).append(day)
    return found


def order(of: list[Day]) -> tuple[float, float, int]:
    """By which who is compared comes first: the share met, that without programs, the days."""
    whole, met, _share, programs = shares(of)
    return -met / whole, -(met - programs) / whole, -whole


def ranked(of: dict[str, list[Day]]) -> tuple[list[str], list[str]]:
    """The agencies that are compared, best first: those that reach the target, and those that do not."""
    keys = {code: (*order(some), code) for code, some in of.items() if len({day.day for day in some}) >= LEAST}
    found = sorted(keys, key=keys.__getitem__)
    good = [code for code in found if -keys[code][0] >= TARGET]
    return good, found[len(good) :]


@dataclass
class Made:
    """The workbook that was made, and what it is made of."""

    year: Year
    days: list[Day]
    result: dict[str, Any]
    book: Any

    def rows(self, sheet: str) -> list[tuple[Any, ...]]:
        """The rows of a table; an empty one and its source stand below."""
        found = []
        for row in [*self.book[sheet].iter_rows(values_only=True)][1:]:
            if not any(row):
                break
            found.append(tuple(each.date() if isinstance(each, datetime) else each for each in row))
        return found

    def figures(self) -> dict[str, Any]:
        rows = [*self.book["Tổng hợp"].iter_rows(min_row=3, values_only=True)]
        return {row[1]: row[2] for row in rows if row[3]}


@pytest.fixture(scope="module")
def made(server: Server, ansible_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder, year = tmp_path_factory.mktemp("year"), simulated()
    with new_database(server, TEMPLATE) as database:
        fill(database, year)
        given = {
            **database.arguments,
            "register": str(DIRECTORY),
            "first_day": str(FIRST),
            "last_day": str(LAST),
            "day": "2026-01-15",
            "folder": str(folder / "out"),
            "test_host": True,
            "target_percent": round(100 * TARGET),
            "regular_percent": round(100 * REGULAR),
            "least_days": LEAST,
        }
        done = Ansible(folder, ansible_environment).run("laocai.mail.report", given)
        assert done.changed, done.output
    (workbook,) = (name for name in done.result["files"] if name.endswith("bao-cao-2025-01-01-2025-12-31.xlsx"))
    return Made(year, [*days(year)], done.result, load_workbook(workbook))


def test_each_figure(made: Made) -> None:
    good, below = ranked(agencies(made.days))
    expected = {
        **accounts(),
        **use(made.days),
        **befell(made.year),
        "Cơ quan được xếp hạng": len(good + below),
        "Cơ quan chưa đạt 85 %": len(below),
        f"Cơ quan chưa đủ {LEAST} ngày có số liệu, không xét": len(agencies(made.days)) - len(good + below),
    }
    found = made.figures()
    assert found.keys() == expected.keys()
    assert found == pytest.approx(expected)
    assert set(made.result["below"]) <= set(below), "whoever is below is reminded, but for the operator itself"
    assert set(below) - set(made.result["below"]) <= {"stttt"}
    assert all(found[name] for name in expected if "nghỉ phép" not in name and "không xét" not in name), (
        "nothing here is trivial"
    )


def test_each_agency(made: Made) -> None:
    found = {row[1]: row[2:] for row in made.rows("Theo cơ quan")}
    expected = {}
    for code, of in agencies(made.days).items():
        contact = shares([day for day in of if day.entry.kind == "agency"])[2]
        whole, met, share, programs = shares(of)
        expected[code] = (len({id(day.entry) for day in of}), whole, met, share, programs, contact, 0)
    assert found.keys() == expected.keys()
    for code, row in expected.items():
        assert found[code] == pytest.approx(row), code


def test_each_mailbox(made: Made) -> None:
    names = {entry.agency: entry.data["name"] for entry in ENTRIES if entry.kind == "agency"}
    of: dict[int, list[Day]] = {}
    for day in made.days:
        of.setdefault(id(day.entry), []).append(day)
    expected = Counter(
        (some[0].entry.data["name"], names[some[0].entry.agency], *shares(some)[:2], shares(some)[3])
        for some in of.values()
    )
    assert Counter((*row[1:5], row[6]) for row in made.rows("Theo hộp thư")) == expected


def test_months_and_windows(made: Made) -> None:
    expected = []
    for month in range(1, 13):
        both = [
            shares([day for day in made.days if day.day.month == month and day.entry.kind == kind]) for kind in NEEDED
        ]
        expected.append((f"{month:02}/2025", *(each[2] for each in both), *(each[0] for each in both),
                         *(each[1] for each in both)))  # fmt: skip
    for row, of_month in zip(made.rows("Theo tháng"), expected, strict=True):
        assert row[0] == of_month[0]
        assert row[1:] == pytest.approx(of_month[1:])
    for number, row in enumerate(made.rows("Khoảng giờ")):
        of_kind = [[day for day in made.days if day.entry.kind == kind] for kind in NEEDED]
        assert list(row[1:3]) == pytest.approx(
            [sum(number in day.windows for day in some) / len(some) for some in of_kind]
        )


def test_mail_by_month(made: Made) -> None:
    kinds = [[*MAIL][number] for number in (0, 1, 4, 6, 7, 8)]
    counted = Counter((mail.at.month, mail.what) for mail in made.year.mail)
    assert made.rows("Thư") == [
        (f"{month:02}/2025", *(counted[month, kind] for kind in kinds)) for month in range(1, 13)
    ]


def test_the_disk_and_the_day_it_is_full(made: Made) -> None:
    [(folder, day, total, used, share, growth, full)] = made.rows("Dung lượng")
    days_of, octets = zip(*((day.toordinal(), used) for day, used in made.year.disk), strict=True)
    slope, _zero = linear_regression(days_of, octets)
    assert (folder, day) == ("/srv/vmail", LAST)
    assert (total, used, share) == pytest.approx((1000, octets[-1] / GB, octets[-1] / GB / 1000))
    assert growth == pytest.approx(30 * slope / GB)
    assert abs(full.toordinal() - (LAST.toordinal() + (1000 * GB - octets[-1]) / slope)) <= 1


@pytest.mark.clause("R9.9", "R15.1")
def test_who_is_commended_and_who_is_below(made: Made) -> None:
    names = {entry.agency: entry.data["name"] for entry in ENTRIES if entry.kind == "agency"}
    good, below = ranked(agencies(made.days))
    for sheet, codes in (("Đề nghị khen cơ quan", good[:NAMED]), ("Cơ quan chưa đạt", below[::-1])):
        assert [row[:2] for row in made.rows(sheet)] == [*enumerate(map(names.__getitem__, codes), 1)], sheet
    people: dict[int, list[Day]] = {}
    for day in made.days:
        if day.entry.kind == "official":
            people.setdefault(id(day.entry), []).append(day)
    best = sorted(order(of) for of in people.values() if len(of) >= LEAST and -order(of)[0] >= TARGET)
    rows = made.rows("Đề nghị khen cá nhân")
    assert len(rows) == NAMED
    for row, key in zip(rows, best, strict=False):
        assert (-row[5], -row[6], -row[3]) == pytest.approx(key)
    rule = [row[1] for row in made.book["Tổng hợp"].iter_rows(values_only=True) if str(row[1]).startswith("Quy tắc")]
    assert rule
    assert all(word in rule[0] for word in (f"từ {LEAST} ngày", "đạt từ 85 %", f"nhiều nhất {NAMED} cơ quan"))


def test_what_became_of_mailboxes(made: Made) -> None:
    rows = made.rows("Biến động")
    assert Counter(row[1] for row in rows) == changed()
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert all(row[6] for row in rows), "each by its document"


def test_what_is_not_known_is_said(made: Made) -> None:
    texts = [str(row[1]) for row in made.book["Tổng hợp"].iter_rows(values_only=True)]
    assert any("1 ngày làm việc (05/3/2025)" in text for text in texts)
    assert made.result["uncounted"] == 1
