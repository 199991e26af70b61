"""Reports of a night, of a first day and of a period half without data: every figure worked out a second time.

The second time is plain Python over the lists below, without the project's code: neither its register nor its calendar,
its windows, its counting by day or its ranking.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.support.registers import agency, person, register

from .conftest import Ansible, Database

pytestmark = pytest.mark.clause("R8.1", "R9.8", "R12", "R13", "R14")

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
WINDOWS = ((420, 570), (570, 690), (780, 915), (915, 1020))  # minutes of a day: 07:00-09:30, 09:30-11:30, …
NEEDED = {"agency": (0, 1, 2, 3), "official": (0, 2)}
TARGET, REGULAR, LEAST = 0.9, 0.8, 3
# Two weeks of March 2026, with data of before and after; no holiday is in them.
DAYS = [date(2026, 2, 27) + timedelta(number) for number in range(18)]
GB = 10**9


class Box(NamedTuple):
    """A mailbox: open from a day on and until one, which is not included; and how often it is looked at in a window."""

    kind: str
    id: str
    agency: str
    holder: str
    address: str
    opened: date
    closed: date
    care: float

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.id}"

    def is_open(self, day: date) -> bool:
        return self.opened <= day < self.closed


OLD, NEVER = date(2020, 1, 1), date(9999, 1, 1)
OPERATOR = "stttt"
NAMES = {OPERATOR: "Sở A", "bb": "Sở B", "cc": "Sở C"}
BOXES = [
    Box("agency", OPERATOR, OPERATOR, NAMES[OPERATOR], "contact-stttt", OLD, NEVER, 1.0),
    Box("agency", "bb", "bb", NAMES["bb"], "contact-bb", OLD, NEVER, 0.5),
    Box("agency", "cc", "cc", NAMES["cc"], "contact-cc", OLD, NEVER, 1.0),
    Box("official", "1", OPERATOR, "Lò An", "lan-stttt", OLD, NEVER, 1.0),
    Box("official", "2", OPERATOR, "Lò Bình", "lbinh-stttt", OLD, date(2026, 3, 11), 0.9),
    Box("official", "3", "bb", "Lò Chi", "lchi-bb", OLD, NEVER, 0.7),
    Box("official", "4", "bb", "Lò Dung", "ldung-bb", date(2026, 3, 5), NEVER, 0.3),
    Box("official", "5", "cc", "Lò Em", "lem-cc", OLD, NEVER, 0.0),  # a program alone asks for it, every half hour
]
REGISTER = register(
    *(
        agency(
            code,
            *(
                person(box.id, box.holder, f"{box.opened}", "" if box.closed == NEVER else f"{box.closed}")
                for box in BOXES
                if (box.kind, box.agency) == ("official", code)
            ),
            opened="2020-01-01",
            name=name,
        )
        for code, name in NAMES.items()
    ),
    operator=OPERATOR,
)


class Look(NamedTuple):
    """Somebody, or a program that only asks, looked into a mailbox."""

    box: Box
    at: datetime
    by_program: bool


class Mail(NamedTuple):
    """What became of a message, as the journal has it."""

    at: datetime
    event: str
    box: Box | None
    given: dict[str, Any]


def at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(), VIETNAM) + timedelta(minutes=minute)


def _looks() -> Iterator[Look]:
    chance = random.Random(37)
    for day in DAYS:
        for box in BOXES:
            for begin, end in WINDOWS:
                if chance.random() < box.care:
                    yield Look(box, at(day, chance.randrange(begin, end)), False)
            if chance.random() < 0.2:
                yield Look(box, at(day, chance.randrange(20, 400)), False)  # at night: in no window
            if box.id == "5":
                yield from (Look(box, at(day, minute), True) for minute in range(420, 1020, 30))


def _mails() -> Iterator[Mail]:
    chance = random.Random(73)
    for day in DAYS:
        for minute in (30, 600, 900):
            for box in chance.sample(BOXES, 3):
                size = chance.randrange(1, 5 * GB)
                yield Mail(at(day, minute), "received", box, {})
                yield Mail(at(day, minute), "stored", box, {"protocol": "lmtp", "size": size})
            yield Mail(at(day, minute), "received", None, {})
            symbols = chance.choice(["X", "CLAM_VIRUS", "BAYES_SPAM"])
            yield Mail(at(day, minute), "judged", None, {"action": "reject", "symbols": symbols})
            yield Mail(at(day, minute), "refused", None, {})
            yield Mail(at(day, minute), chance.choice(["bounced", "delivered"]), None, {"recipient": "x@example.org"})
            yield Mail(at(day, minute), "judged", None, {"action": "add-header", "symbols": ""})


LOOKS, MAILS = [*_looks()], [*_mails()]
PASSWORDS = [(at(day, 40), action) for day in DAYS for action in ("issue_password", "reissue_password")[day.day % 2 :]]
INCIDENTS = [(at(day, 50), ("marked", "unreadable")[day.day % 2]) for day in DAYS]


@dataclass(frozen=True)
class Case:
    """When a report is made and of which days; the days that are whole, and what the collector lost or began with."""

    now: datetime
    first: date
    last: date
    end: date  # with which it has to end
    began: datetime | None = None
    gap: tuple[datetime, datetime] | None = None
    broken: frozenset[date] = field(default_factory=frozenset)
    away: datetime | None = None  # since when the collector was not here

    @property
    def here(self) -> datetime:
        """When the collector was here last."""
        return self.away or self.now

    def has(self, moment: datetime) -> bool:
        """Whether a moment is in the report's days."""
        return self.first <= moment.date() <= self.end

    def is_collected(self, moment: datetime) -> bool:
        """Whether the collector has brought what happened then."""
        return (self.began or moment) <= moment < self.here

    @property
    def worked(self) -> list[date]:
        """The working days of the report: Monday to Friday."""
        days = [self.first + timedelta(number) for number in range((self.end - self.first).days + 1)]
        return [day for day in days if day.weekday() < 5]

    @property
    def known(self) -> list[date]:
        """Those of them of which there are whole data."""
        return [day for day in self.worked if day in DAYS and day not in self.broken]


MARCH = [date(2026, 3, number) for number in range(32) if number]
CASES = {
    # 01:31 at night: the day has begun, and counts for nobody.
    "night": Case(at(MARCH[9], 91), MARCH[1], MARCH[9], MARCH[8]),
    # Collecting began at 10:00 of the day before, which is cut, though there are events of it.
    "first day": Case(
        at(MARCH[3], 91), MARCH[0], date(2026, 12, 31), MARCH[2], began=at(MARCH[2], 600),
        broken=frozenset(DAYS),
    ),
    # From Wednesday noon until Monday morning the journal was lost.
    "half": Case(
        at(MARCH[13], 500), MARCH[1], MARCH[12], MARCH[12], gap=(at(MARCH[3], 720), at(MARCH[8], 540)),
        broken=frozenset(MARCH[3:9]),
    ),
    # The collector has been away since Thursday noon.
    "collector away": Case(at(MARCH[13], 1000), MARCH[1], MARCH[13], MARCH[10], away=at(MARCH[11], 720)),
}  # fmt: skip


class Day(NamedTuple):
    """A mailbox on a working day: in which windows it was looked at, whether it is met, and by a program alone."""

    box: Box
    day: date
    windows: list[bool]
    met: bool
    by_program: bool


def days_of(case: Case) -> list[Day]:
    return [_day(box, day) for box in BOXES for day in case.known if box.is_open(day)]


def _day(box: Box, day: date) -> Day:
    looks = [look for look in LOOKS if look.box == box and look.at.date() == day]

    def within(window: tuple[int, int], *, people: bool = False) -> bool:
        minutes = [look.at.hour * 60 + look.at.minute for look in looks if not (people and look.by_program)]
        return any(window[0] <= minute < window[1] for minute in minutes)

    needed = NEEDED[box.kind]
    met = all(within(WINDOWS[number]) for number in needed)
    by_people = all(within(WINDOWS[number], people=True) for number in needed)
    return Day(box, day, [within(window) for window in WINDOWS], met, met and not by_people)


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def rates(days: list[Day]) -> tuple[int, int, float | None, int]:
    met = sum(day.met for day in days)
    return len(days), met, share(met, len(days)), sum(day.by_program for day in days)


def ranked(days: list[Day]) -> list[tuple[str, list[Day]]]:
    """The agencies with data of enough days, the best first."""
    found = [(code, [day for day in days if day.box.agency == code]) for code in NAMES]
    found = [(code, mine) for code, mine in found if len({day.day for day in mine}) >= LEAST]

    def order(each: tuple[str, list[Day]]) -> tuple[float, float, int, str]:
        total, met, _share, by_program = rates(each[1])
        return -met / total, -(met - by_program) / total, -total, each[0]

    return sorted(found, key=order)


def figures(case: Case) -> dict[str, float | None]:
    """Each figure by its label, without the articles that it cites."""
    days, mails = days_of(case), [mail for mail in MAILS if case.has(mail.at) and case.is_collected(mail.at)]
    flows: Counter[str] = Counter(_flow(mail) for mail in mails)
    incidents = Counter(verdict for moment, verdict in INCIDENTS if case.has(moment))
    passwords = Counter(action for moment, action in PASSWORDS if case.has(moment))
    stored = [mail.given["size"] for mail in mails if mail.event == "stored"]
    order = ranked(days)
    below = [code for code, mine in order if (rates(mine)[2] or 0) < TARGET]
    people: dict[str, list[Day]] = {}
    for day in days:
        if day.box.kind == "official":
            people.setdefault(day.box.id, []).append(day)
    regular = sum(sum(any(day.windows) for day in mine) >= REGULAR * len(mine) for mine in people.values())
    found: dict[str, float | None] = {
        f"Hộp thư cơ quan đầu kỳ ({written(case.first)})": 3,
        f"Hộp thư cơ quan cuối kỳ ({written(case.end)})": 3,
        f"Hộp thư cá nhân đầu kỳ ({written(case.first)})": sum(_people(case.first)),
        f"Hộp thư cá nhân cuối kỳ ({written(case.end)})": sum(_people(case.end)),
        "Hộp thư cấp mới trong kỳ": sum(case.first <= box.opened <= case.end for box in BOXES),
        "Lượt thay đổi trong kỳ": 0,
        "Hộp thư hủy bỏ trong kỳ": sum(case.first <= box.closed <= case.end for box in BOXES),
        "Mật khẩu cấp lần đầu trong kỳ": passwords["issue_password"],
        "Mật khẩu cấp lại trong kỳ": passwords["reissue_password"],
        "Ngày làm việc trong kỳ": len(case.worked),
        "Ngày làm việc có số liệu trong kỳ": len(case.known),
    }
    for kind, label in (("agency", "Hộp thư cơ quan"), ("official", "Hộp thư cá nhân")):
        total, met, part, by_program = rates([day for day in days if day.box.kind == kind])
        found |= {
            f"{label}: số ngày phải kiểm tra của mọi hộp thư": total,
            f"{label}: số ngày kiểm tra đủ số lần": met,
            f"{label}: tỷ lệ kiểm tra đủ": part,
            f"{label}: trong đó chỉ do chương trình tự hỏi thư": by_program,
        }
    return found | {
        "Hộp thư cá nhân có dấu hiệu từ 80,0 % số ngày làm việc (thường xuyên sử dụng)": regular,
        "Tỷ lệ thường xuyên sử dụng": share(regular, len(people)),
        "Hộp thư cá nhân: số ngày nghỉ phép, không tính": 0,
        "Thư do các hộp thư gửi": sum(mail.event == "received" and mail.box is not None for mail in mails),
        "Thư các hộp thư nhận": len(stored),
        "Dung lượng thư nhận": sum(stored) / GB,
        "Thư từ ngoài tỉnh được nhận": flows["incoming"],
        "Thư do hộp thư của tỉnh gửi": flows["outgoing"],
        "Lượt đưa vào hộp thư": flows["stored"],
        "Lượt giao ra ngoài tỉnh": flows["delivered"],
        "Lượt bị từ chối ngay khi gửi đến, vì mọi lý do": flows["refused"],
        "Lượt không giao được, báo lại người gửi": flows["bounced"],
        "Thư bị bộ lọc từ chối (thư rác, giả mạo, dấu độ mật, tệp cấm)": flows["spam"],
        "Thư nghi là rác, đưa vào Thư rác": flows["junk"],
        "Thư có mã độc bị từ chối": flows["virus"],
        "Thư có dấu độ mật bị từ chối": incidents["marked"],
        "Thư không kiểm tra được bị từ chối": incidents["unreadable"],
        "Thư được qua theo ngoại lệ có văn bản": 0,
        "Vụ thu hồi thư": 0,
        "Bản sao thư đã xóa khi thu hồi": 0,
        "Lượt bàn giao hộp thư cơ quan": 0,
        "Cơ quan được xếp hạng": len(order),
        "Cơ quan chưa đạt 90 %": len(below),
        "Cơ quan chưa đủ 3 ngày có số liệu, không xét": len({day.box.agency for day in days}) - len(order),
    }


def _people(day: date) -> Iterator[bool]:
    return (box.kind == "official" and box.is_open(day) for box in BOXES)


def _flow(mail: Mail) -> str:
    if mail.event == "received":
        return "outgoing" if mail.box else "incoming"
    if mail.event == "judged":
        if "CLAM_VIRUS" in mail.given["symbols"]:
            return "virus"
        return "spam" if mail.given["action"] == "reject" else "junk"
    return mail.event


def written(day: date) -> str:
    return f"{day.day:02}/{f'{day.month:02}' if day.month < 3 else day.month}/{day.year}"


def tables(case: Case) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of the tables that are not of the register alone; where the order is not told, sorted."""
    days = days_of(case)
    order = ranked(days)
    months = sorted({f"{day:%m/%Y}" for day in _whole(case)}, key=lambda name: name.split("/")[::-1])
    by_box = [(box, [day for day in days if day.box == box]) for box in BOXES]
    comparable = [(box, mine) for box, mine in by_box if box.kind == "official" and len(mine) >= LEAST]
    best = sorted(
        ((box, mine) for box, mine in comparable if (rates(mine)[2] or 0) >= TARGET),
        key=lambda each: (-(rates(each[1])[2] or 0), -_by_people(each[1]), -len(each[1]), each[0].address),
    )
    below = [(code, mine) for code, mine in order[::-1] if (rates(mine)[2] or 0) < TARGET]
    above = [(code, mine) for code, mine in order if (rates(mine)[2] or 0) >= TARGET]
    return {
        "Theo tháng": [_month(name, [day for day in days if f"{day.day:%m/%Y}" == name]) for name in months],
        "Khoảng giờ": [
            (
                f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}",
                *(_looked(days, kind, number) for kind in ("agency", "official")),
                ", ".join(
                    word
                    for word, kind in (("cơ quan", "agency"), ("cá nhân", "official"))
                    if number in NEEDED[kind]
                ) or None,
            )
            for number, (begin, end) in enumerate(WINDOWS)
        ],
        "Theo cơ quan": sorted(
            (
                NAMES[code],
                code,
                len({day.box for day in mine}),
                *rates(mine),
                rates([day for day in mine if day.box.kind == "agency"])[2],
                0,
            )
            for code in NAMES
            if (mine := [day for day in days if day.box.agency == code])
        ),
        "Theo hộp thư": sorted(
            (f"{box.address}@laocai.gov.vn", box.holder, NAMES[box.agency], *rates(mine))
            for box, mine in by_box
            if mine
        ),
        "Đề nghị khen cơ quan": [_rank(number, NAMES[code], mine) for number, (code, mine) in enumerate(above, 1)],
        "Đề nghị khen cá nhân": [
            (number, box.holder, NAMES[box.agency], *rates(mine)[:3], _by_people(mine))
            for number, (box, mine) in enumerate(best, 1)
        ],
        "Cơ quan chưa đạt": [_rank(number, NAMES[code], mine) for number, (code, mine) in enumerate(below, 1)],
        "Thư": [_mails_of(name, case) for name in months if any(_of(name, case))],
    }  # fmt: skip


def _whole(case: Case) -> list[date]:
    return [case.first + timedelta(number) for number in range((case.end - case.first).days + 1)]


def _month(name: str, days: list[Day]) -> tuple[Any, ...]:
    kinds = [rates([day for day in days if day.box.kind == kind]) for kind in ("agency", "official")]
    return (name, *(rate[place] for place in (2, 0, 1) for rate in kinds))


def _looked(days: list[Day], kind: str, number: int) -> float | None:
    mine = [day for day in days if day.box.kind == kind]
    return share(sum(day.windows[number] for day in mine), len(mine))


def _by_people(days: list[Day]) -> float:
    total, met, _share, by_program = rates(days)
    return (met - by_program) / total


def _rank(number: int, name: str, days: list[Day]) -> tuple[Any, ...]:
    return (number, name, *rates(days)[:3], _by_people(days))


def _of(month: str, case: Case) -> Iterator[Mail]:
    found = (mail for mail in MAILS if case.has(mail.at) and case.is_collected(mail.at))
    return (mail for mail in found if f"{mail.at:%m/%Y}" == month)


def _mails_of(month: str, case: Case) -> tuple[Any, ...]:
    flows = Counter(map(_flow, _of(month, case)))
    return (month, *(flows[name] for name in ("incoming", "outgoing", "refused", "spam", "junk", "virus")))


def fill(database: Database, case: Case) -> None:
    """The host at the moment of the report: events until then alone."""
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.executemany("SELECT events.prepare(%s)", [(day,) for day in DAYS])
        cursor.executemany(
            "INSERT INTO events.use VALUES (date_trunc('minute', %s::timestamptz), %s, %s, 'signed-in', 'imap', %s, 1)"
            " ON CONFLICT DO NOTHING",
            [
                (look.at, look.box.kind, look.box.id, f"192.0.2.{1 + look.by_program}")
                for look in LOOKS
                if case.is_collected(look.at)
            ],
        )
        for number, mail in enumerate(mail for mail in MAILS if case.is_collected(mail.at)):
            given = {"kind": mail.box.kind, "id": mail.box.id} if mail.box else {}
            row = {"at": mail.at, "source": "f4b348b9-501c-4dfd-a845-29973a7c2320", "position": number,
                   "event": mail.event, **given, **mail.given}  # fmt: skip
            cursor.execute(
                f"INSERT INTO events.event ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})".encode(),
                list(row.values()),
            )
        for moment, action in PASSWORDS:
            cursor.execute(
                "INSERT INTO mail.run (job, actor, at) VALUES ('passwords', 'x', %s) RETURNING run", (moment,)
            )
            run = cursor.fetchone()
            cursor.execute(
                "INSERT INTO mail.audit (run, action, kind, id, document) VALUES (%s, %s, 'official', '1', 'x')",
                (run[0] if run else None, action),
            )
        # It would have each be of now.
        cursor.execute("ALTER TABLE secrecy.incident DISABLE TRIGGER incident_accounts")
        cursor.executemany(
            "INSERT INTO secrecy.incident (reference, at, action, verdict, level, place, direction, mail_from,"
            " signed_in, sender, recipients, client, queue_id, digest, octets, exceptions)"
            " VALUES (%s, %s, 'refused', %s, %s, '', 'internal', '', '', '', '{}', '', '', repeat('a', 64), 1, '{}')",
            [
                (str(number), moment, verdict, "mat" if verdict == "marked" else "")
                for number, (moment, verdict) in enumerate(INCIDENTS)
            ],
        )
        if case.gap:
            cursor.execute("INSERT INTO events.gap (since, until) VALUES (%s, %s)", case.gap)
        if case.began:
            # As the collector notes it: the journal is read for the first time, and later on.
            cursor.execute("UPDATE events.progress SET at = %s, began = %s", (case.began, case.began))
        cursor.execute("UPDATE events.progress SET at = %s, checked = %s", (case.here, case.here))


def plain(text: str) -> str:
    """Without the articles that a label cites, which are the regulation's."""
    return re.sub(r" \([^)]*Điều[^)]*\)", "", text.replace("\N{NO-BREAK SPACE}", " "))


@pytest.mark.parametrize("name", CASES)
def test_report_recomputed_from_the_events_has_the_same_figures(
    ansible: Ansible, database: Database, tmp_path: Path, name: str
) -> None:
    case = CASES[name]
    for file, text in REGISTER.items():
        (tmp_path / "register" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "register" / file).write_text(text, encoding="utf-8")
    fill(database, case)
    made = ansible.run(
        "laocai.mail.report",
        {
            **database.arguments,
            "register": str(tmp_path / "register"),
            "first_day": str(case.first),
            "last_day": str(case.last),
            "day": str(case.now.date()),
            "least_days": LEAST,
            "folder": str(tmp_path / "out"),
        },
    )
    assert made.changed, made.output
    assert made.result["last_day"] == str(case.end)
    book = load_workbook(next(file for file in made.result["files"] if file.endswith(".xlsx")))
    told = {
        plain(str(row[1])): None if row[2] == "không có số liệu" else row[2]
        for row in book["Tổng hợp"].iter_rows(min_row=3, values_only=True)
        if row[3]
    }
    assert told == figures(case)
    for sheet, rows in tables(case).items():
        found = [*book[sheet].iter_rows(min_row=2, max_row=1 + len(rows), values_only=True)]
        found = [tuple(None if cell == "không có số liệu" else cell for cell in row) for row in found]
        assert (sorted(found) if sheet in {"Theo cơ quan", "Theo hộp thư"} else found) == rows, sheet
        # Below the table there is its source alone.
        assert not [row for row in book[sheet].iter_rows(min_row=2 + len(rows), values_only=True) if any(row[1:])]
    _check_notes(case, made.result["notes"])
    _check_letters(case, [file for file in made.result["files"] if file.endswith("-nhac-nho.pdf")])


def _check_notes(case: Case, notes: list[str]) -> None:
    """What was asked for and what was measured."""
    cut = (
        f"Kỳ được yêu cầu: từ ngày {written(case.first)} đến ngày {written(case.last)}. Báo cáo dừng ở hết ngày "
        f"{written(case.end)}, ngày cuối cùng đã hết và đã thu đủ nhật ký."
    )
    missing = len(case.worked) - len(case.known)
    if not case.known:
        said = f"Chưa có số liệu sử dụng của ngày làm việc nào trong kỳ ({len(case.worked)} ngày làm việc)"
    else:
        said = (
            f"Số liệu sử dụng có của {len(case.known)}/{len(case.worked)} ngày làm việc trong kỳ, từ ngày "
            f"{written(case.known[0])} đến ngày {written(case.known[-1])}"
        ) + (f"; {missing} ngày không có số liệu" if missing else ".")
    assert notes[:-1] == [cut] * (case.last > case.end)
    assert notes[-1].startswith(said)


def _check_letters(case: Case, files: list[str]) -> None:
    """A letter to the head of each agency below the target, but the operator's own; none without data."""
    days = days_of(case)
    below = [(code, mine) for code, mine in ranked(days)[::-1] if (rates(mine)[2] or 0) < TARGET and code != OPERATOR]
    if not below:
        assert files == []
        return
    [file] = files
    pages = [re.sub(r"\s+", " ", page.extract_text()) for page in PdfReader(file).pages]
    assert len(pages) == len(below)
    for page, (code, mine) in zip(pages, below, strict=True):
        total, met, part, _by_program = rates(mine)
        measured = sorted({day.day for day in mine})
        assert f"Kính gửi: Thủ trưởng {NAMES[code]}" in page
        assert (
            f"Trong {len(measured)} ngày làm việc có số liệu, từ ngày {written(measured[0])} đến ngày "
            f"{written(measured[-1])}, {len({day.box for day in mine})} hộp thư của {NAMES[code]} phải kiểm tra tổng "
            f"cộng {total} lượt ngày"
        ) in page
        assert f"kiểm tra đủ {met} lượt, đạt {int((part or 0) * 1000) / 10:.1f} %".replace(".", ",") in page
        for box in BOXES:
            of_box = [day for day in mine if day.box == box]
            failed = len(of_box) >= LEAST and (rates(of_box)[2] or 0) < TARGET
            line = f"- {box.holder}, {box.address}@laocai.gov.vn: {rates(of_box)[1]}/{len(of_box)} ngày"
            assert (line in page) == failed, line


@pytest.mark.parametrize("first", ["2026-03-10", "2027-01-01"])
def test_report_of_today_or_of_days_to_come_is_refused(
    ansible: Ansible, database: Database, tmp_path: Path, first: str
) -> None:
    for file, text in REGISTER.items():
        (tmp_path / "register" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "register" / file).write_text(text, encoding="utf-8")
    case = CASES["night"]
    database.query("UPDATE events.progress SET at = %s, checked = %s", case.now, case.now)
    given = {
        **database.arguments,
        "register": str(tmp_path / "register"),
        "first_day": first,
        "last_day": "2027-01-31" if first > "2027" else "2026-03-12",
        "day": "2026-03-10",
        "folder": str(tmp_path / "out"),
    }
    ansible.run("laocai.mail.report", given).assert_refused(
        "chưa có ngày nào đã hết", "the last day that is over is 2026"
    )
    # The same where the day of the report is right, and the host has not collected so far.
    late = {**given, "day": "2027-02-01"}
    ansible.run("laocai.mail.report", late).assert_refused("thu đủ nhật ký đến hết ngày 09/3/2026", "danhba-events")
    assert not (tmp_path / "out").exists()
