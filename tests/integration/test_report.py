"""laocai.mail.report as its playbook calls it, with a real PostgreSQL: what it counts, tells, writes and refuses."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.integration.rows import event, moment, use
from tests.support.usage import REGISTER

from .conftest import Ansible, Database

FIRST, LAST = "2026-03-02", "2026-03-13"
FILTERED = "Thư bị bộ lọc từ chối (thư rác, giả mạo, dấu độ mật, tệp cấm)"


@pytest.fixture
def given(database: Database, tmp_path: Path) -> dict[str, Any]:
    """The arguments of the playbook, over a register and a database in which one mailbox was looked at."""
    for name, text in REGISTER.items():
        (tmp_path / "register" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "register" / name).write_text(text, encoding="utf-8")
    # On each of ten working days somebody looks twice; on two of them by a program alone, on one nobody but once.
    for day in ("02", "03", "04", "05", "06", "09", "10"):
        for clock in ("07:30", "13:30"):
            use(database, moment(f"2026-03-{day}", clock))
    for day in ("11", "12"):
        for minute in range(7 * 60, 14 * 60, 30):
            use(database, moment(f"2026-03-{day}", f"{minute // 60:02}:{minute % 60:02}"))
    use(database, moment("2026-03-13", "07:30"))
    event(database, moment(FIRST, "08:00"), "stored", protocol="lmtp", size=2_000_000_000)
    event(database, moment(FIRST, "08:00"), "judged", None, action="reject", symbols="X")
    database.query("SELECT usage.note_disk('/srv/vmail', 100, 25)")
    database.query("INSERT INTO mail.run (job, actor, at) VALUES ('passwords', 'x', '2026-03-02T00:00+07')")
    database.query(
        "INSERT INTO mail.audit (run, action, kind, id, document) VALUES (1, 'reissue_password', 'official', '1', 'x')"
    )
    _recall_and_hand_over(database)
    return {
        **database.arguments,
        "register": str(tmp_path / "register"),
        "first_day": FIRST,
        "last_day": LAST,
        "day": "2026-03-20",
        "least_days": 9,
        "folder": str(tmp_path / "out"),
    }


def _recall_and_hand_over(database: Database) -> None:
    """One recall with a copy that is erased and one that is not, and two hand-overs, of which one is not done."""
    database.query(
        "INSERT INTO recall.recall VALUES"
        " ('TH-1', '2026-03-03T09:00+07', 'x', 'secret', '1/QĐ-AA', '2026-03-02', '<a@b>', ARRAY[repeat('a', 64)])"
    )
    for uid, state in enumerate(("erased", "held")):
        database.query(
            f"INSERT INTO recall.copy VALUES ('TH-1', 'official/1', 'x', {uid}, 'a', 'INBOX', repeat('a', 64), '<a@b>',"
            f" 'copy', '', '', 1, '{state}')"
        )
    for _each in range(2):
        database.query(
            "INSERT INTO mail.handover (actor, agency, address, name, former, successor, role, document, day, state,"
            " removed) VALUES ('x', 'aa', 'contact-aa@laocai.gov.vn', 'AA', '{}', '{\"person\": \"1\", \"name\": \"Lò"
            " An\"}', 'head', '2/QĐ-AA', '2026-03-01', '{}', '{}')"
        )
    database.query("INSERT INTO mail.handover_end VALUES (1, '2026-03-04T09:00+07', 'x')")


def test_a_report_from_events_to_files(
    ansible: Ansible, database: Database, given: dict[str, Any], tmp_path: Path
) -> None:
    before = database.dump()
    foreseen = ansible.run("laocai.mail.report", given, check=True)
    assert foreseen.changed, foreseen.output
    assert database.dump() == before
    assert not (tmp_path / "out").exists()

    made = ansible.run("laocai.mail.report", given)
    assert made.changed, made.output
    assert {Path(name).name for name in made.result["files"]} == {
        f"bao-cao-{FIRST}-{LAST}{end}" for end in (".xlsx", ".html", ".pdf", "-nhac-nho.pdf")
    }  # the operator is below the target, too, and does not write to itself
    assert made.result["uncounted"] == 0
    assert made.result["below"] == ["stttt", "aa"]  # the others have data of too few days
    for name in made.result["files"]:
        assert stat.S_IMODE(Path(name).stat().st_mode) == 0o600
    told = dict(line.rsplit(": ", 1) for line in made.result["figures"])
    assert told["Hộp thư cá nhân: số ngày kiểm tra đủ số lần (Điều 8)"] == "9"
    assert told["Hộp thư cá nhân: trong đó chỉ do chương trình tự hỏi thư"] == "2"
    assert told["Thư các hộp thư nhận"] == told[FILTERED] == "1"
    assert told["Mật khẩu cấp lại trong kỳ (khoản 5 Điều 10)"] == "1"
    assert told["Vụ thu hồi thư (khoản 7, khoản 8 Điều 10)"] == told["Bản sao thư đã xóa khi thu hồi"] == "1"
    assert told["Lượt bàn giao hộp thư cơ quan (khoản 2 Điều 11)"] == "1"
    assert told["Dung lượng thư nhận"].replace("\N{NO-BREAK SPACE}", " ") == "2,0 GB"

    again = ansible.run("laocai.mail.report", given)
    assert not again.changed, again.output
    use(database, moment("2026-03-13", "13:30"))  # what has come since is counted first
    later = dict(line.rsplit(": ", 1) for line in ansible.run("laocai.mail.report", given).result["figures"])
    assert later["Hộp thư cá nhân: số ngày kiểm tra đủ số lần (Điều 8)"] == "10"
    sheet = load_workbook(made.result["files"][0])["Theo hộp thư"]
    row = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "lan-aa@laocai.gov.vn")
    assert row[3:5] == (10, 10)


@pytest.mark.clause("R12")
def test_of_one_agency_and_of_one_mailbox(ansible: Ansible, given: dict[str, Any]) -> None:
    agency = ansible.run("laocai.mail.report", {**given, "agency": "cc"})
    assert not [line for line in agency.result["figures"] if "Thư rác" in line]
    assert agency.result["below"] == []
    mailbox = ansible.run("laocai.mail.report", {**given, "mailbox": "lan-aa@laocai.gov.vn"})
    assert mailbox.result["title"].endswith("của Lò An (lan-aa@laocai.gov.vn) từ ngày 02/3/2026 đến ngày 13/3/2026")
    assert len(mailbox.result["files"]) == 3


def test_the_day_of_writing_and_days_to_come_are_not_counted(ansible: Ansible, given: dict[str, Any]) -> None:
    made = ansible.run("laocai.mail.report", {**given, "last_day": "2026-12-31", "day": "2026-03-05"})
    told = dict(line.rsplit(": ", 1) for line in made.result["figures"])
    assert told["Ngày làm việc có số liệu trong kỳ"] == "3"  # on the fourth it is written
    assert made.result["last_day"] == "2026-03-04"


@pytest.mark.parametrize(
    ("wrong", "vi", "en"),
    [
        ({"first_day": "2026-03-14"}, "ngày cuối", "the period ends"),
        ({"first_day": "hôm qua"}, "first_day không phải ngày", "first_day is no date"),
        ({"agency": "none"}, "sổ không có cơ quan none", "the register has no agency none"),
        ({"agency": "aa", "mailbox": "lan-aa@laocai.gov.vn"}, "Chỉ nêu một", "not both"),
        ({"target_percent": 101}, "từ 1 đến 100", "1 to 100"),
    ],
)
def test_what_cannot_be_is_refused(  # noqa: PLR0917
    ansible: Ansible, given: dict[str, Any], tmp_path: Path, wrong: dict[str, Any], vi: str, en: str
) -> None:
    ansible.run("laocai.mail.report", {**given, **wrong}).assert_refused(vi, en)
    assert not (tmp_path / "out").exists()


def test_a_database_of_before_is_told(ansible: Ansible, database: Database, given: dict[str, Any]) -> None:
    database.query("DROP SCHEMA usage CASCADE")
    ansible.run("laocai.mail.report", given).assert_refused("Chạy playbooks/site.yml", "Run playbooks/site.yml")
