"""The report of the month, sealed and mailed: what goes out, once for each month, and the timer that has it done."""

from __future__ import annotations

import base64
import io
import threading
import zipfile
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import psycopg
import pyrage
import pytest
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import monthly

from tests.integration.rows import moment, use
from tests.support.usage import REGISTER

from .conftest import Ansible, Database

pytestmark = pytest.mark.clause("R9.8", "R14")

KEY = pyrage.x25519.Identity.generate()
PUBLIC = str(KEY.to_public())
DAY = "2026-04-02"  # March is over
CONTACT = "contact-aa@laocai.gov.vn"
DOVEADM = """#!/bin/sh
echo "$@" >> "{folder}/arguments"
test ! -e "{folder}/away" || {{ echo "userdb: unavailable" >&2; exit 75; }}
case "$1" in
  search) test "$9 ${{10}} ${{11}}${{12}}" = "NOT HEADER Received" || exit 64
    grep -lisF "Message-ID: $8" "{folder}"/*.eml | xargs -r grep -L '^Received:' || true;;
  save) cat > "{folder}/$(date +%s%N).eml";;
esac
"""


@pytest.fixture
def mailbox(tmp_path: Path) -> Path:
    """A folder that gets each message that is saved; with the file `away` in it, none is taken."""
    folder = tmp_path / "mailbox"
    folder.mkdir()
    program = folder / "doveadm"
    program.write_text(DOVEADM.format(folder=folder), encoding="utf-8")
    program.chmod(0o755)
    return folder


@pytest.fixture
def given(database: Database, tmp_path: Path, mailbox: Path) -> dict[str, Any]:
    for name, text in REGISTER.items():
        (tmp_path / "register" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "register" / name).write_text(text, encoding="utf-8")
    for clock in ("07:30", "13:30"):
        use(database, moment("2026-03-02", clock))
    return {
        **database.arguments,
        "register": str(tmp_path / "register"),
        "day": DAY,
        "key": PUBLIC,
        "doveadm": str(mailbox / "doveadm"),
    }


def saved(mailbox: Path) -> list[EmailMessage]:
    """The messages, in their order."""
    return [message_from_bytes(file.read_bytes(), policy=default) for file in sorted(mailbox.glob("*.eml"))]


def opened(message: EmailMessage) -> dict[str, bytes]:
    """The files that the operator gets by the private key."""
    [sealed] = message.iter_attachments()
    archive = zipfile.ZipFile(io.BytesIO(pyrage.decrypt(sealed.get_content(), [KEY])))
    return {name: archive.read(name) for name in archive.namelist()}


def mailed(database: Database) -> list[str]:
    return [month for (month,) in database.query("SELECT month FROM usage.mailed ORDER BY month")]


def test_the_month_that_is_over_is_mailed_sealed_and_once(
    ansible: Ansible, database: Database, given: dict[str, Any], mailbox: Path, tmp_path: Path
) -> None:
    before = database.dump()
    assert ansible.run("laocai.mail.monthly_report", given, check=True).result["months"] == ["2026-03"]
    assert database.dump() == before
    assert saved(mailbox) == []

    made = ansible.run("laocai.mail.monthly_report", given)
    assert (made.changed, made.result["months"], made.result["recipient"]) == (True, ["2026-03"], CONTACT)
    [message] = saved(mailbox)
    assert message["Subject"] == "Báo cáo tháng 03/2026 (đã mã hóa)"
    assert (message["To"], message["Message-ID"]) == (CONTACT, "<bao-cao-2026-03@laocai.gov.vn>")
    assert "postmaster@laocai.gov.vn" in message["From"]
    assert f"save -u {CONTACT} -m INBOX\n" in (mailbox / "arguments").read_text()
    files = opened(message)
    assert {Path(name).suffix for name in files} == {".xlsx", ".html", ".pdf"}
    assert "từ ngày 01/3/2026 đến ngày 31/3/2026" in files["bao-cao-2026-03.html"].decode()
    # Nothing of the report can be read, neither in the message nor on the controller.
    assert "Lò" not in str(message)
    assert [file for file in tmp_path.rglob("*") if file.suffix in {".xlsx", ".html", ".pdf", ".zip"}] == []

    again = ansible.run("laocai.mail.monthly_report", given)
    assert (again.changed, again.result["months"]) == (False, [])
    assert len(saved(mailbox)) == 1
    assert mailed(database) == ["2026-03"]


def test_missed_months_are_made_good(
    ansible: Ansible, database: Database, given: dict[str, Any], mailbox: Path
) -> None:
    database.query("INSERT INTO usage.mailed VALUES ('2026-01', now(), 'x', 'x', 'x', 'x')")
    assert ansible.run("laocai.mail.monthly_report", given).result["months"] == ["2026-02", "2026-03"]
    assert [str(message["Subject"])[:21] for message in saved(mailbox)] == [
        "Báo cáo tháng 02/2026",
        "Báo cáo tháng 03/2026",
    ]


def test_what_dovecot_does_not_take_is_mailed_by_the_next_run(
    ansible: Ansible, database: Database, given: dict[str, Any], mailbox: Path
) -> None:
    (mailbox / "away").touch()
    refused = ansible.run("laocai.mail.monthly_report", given)
    refused.assert_refused("userdb: unavailable", "the next run does it")
    assert refused.status != 0
    assert mailed(database) == []
    (mailbox / "away").unlink()
    assert ansible.run("laocai.mail.monthly_report", given).result["months"] == ["2026-03"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"key": ""}, ("chưa có operator_key", "no operator_key")),
        ({"key": "age1x"}, ("không phải khóa công khai age", "no public key of age")),
        ({"key": str(KEY)}, ("Đây là khóa riêng", "This is a secret key")),
        ({"day": "2026-13-01"}, ("day", "day")),
        ({"target_percent": 101}, ("từ 1 đến 100", "1 to 100")),
    ],
)
def test_what_cannot_be_sealed_is_not_sent(
    ansible: Ansible, given: dict[str, Any], mailbox: Path, wrong: dict[str, Any], said: tuple[str, str]
) -> None:
    refused = ansible.run("laocai.mail.monthly_report", {**given, **wrong})
    refused.assert_refused(*said)
    assert str(KEY) not in refused.message
    assert saved(mailbox) == []


@pytest.mark.parametrize(
    ("last", "until", "months"),
    [
        ("", "2026-03", ["2026-03"]),
        ("2026-03", "2026-03", []),
        ("2026-04", "2026-03", []),
        ("2025-11", "2026-02", ["2025-12", "2026-01", "2026-02"]),
        ("2020-01", "2026-03", [f"2025-{month:02}" for month in range(4, 13)] + ["2026-01", "2026-02", "2026-03"]),
    ],
)
def test_which_months_are_due(database: Database, last: str, until: str, months: list[str]) -> None:
    if last:
        database.query("INSERT INTO usage.mailed VALUES (%s, now(), 'x', 'x', 'x', 'x')", last)
    with database.connect("danhba_apply") as connection:
        assert monthly.due(connection, until) == months


def test_what_was_cut_before_it_was_on_record_is_not_mailed_again(
    ansible: Ansible, database: Database, given: dict[str, Any], mailbox: Path
) -> None:
    ansible.run("laocai.mail.monthly_report", given)
    database.query("ALTER TABLE usage.mailed DISABLE TRIGGER ALL; DELETE FROM usage.mailed")
    assert ansible.run("laocai.mail.monthly_report", given).result["months"] == ["2026-03"]
    assert len(saved(mailbox)) == 1
    assert mailed(database) == ["2026-03"]


def test_a_message_of_somebody_with_the_same_id_is_not_taken_for_it(
    ansible: Ansible, given: dict[str, Any], mailbox: Path
) -> None:
    forged = "Received: from x\nMessage-ID: <bao-cao-2026-03@laocai.gov.vn>\nSubject: x\n\n"
    (mailbox / "0.eml").write_text(forged, encoding="ascii")
    assert ansible.run("laocai.mail.monthly_report", given).result["months"] == ["2026-03"]
    assert len(saved(mailbox)) == 2


def test_of_two_runs_one_mails(database: Database, mailbox: Path) -> None:
    said: list[bool] = []
    request = {
        **dict.fromkeys(("actor", "message_id", "digest", "recipient"), "x"),
        "month": "2026-03",
        "message": base64.b64encode(b"x").decode(),
    }

    def mail() -> None:
        with database.connect("danhba_apply") as connection:
            said.append(monthly.mail(connection, request, str(mailbox / "doveadm")))

    runs = [threading.Thread(target=mail) for _number in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert sorted(said) == [False, False, False, True]
    assert len(list(mailbox.glob("*.eml"))) == 1


def test_the_record_only_grows(database: Database) -> None:
    database.query("INSERT INTO usage.mailed VALUES ('2026-01', now(), 'x', 'x', 'x', 'x')", role="danhba_apply")
    for query in ("DELETE FROM usage.mailed", "UPDATE usage.mailed SET month = '2026-02'"):
        with pytest.raises(psycopg.Error):
            database.query(query)
    database.query("DROP TABLE usage.mailed")
    with database.connect("danhba_apply") as connection, pytest.raises(Failure, match="site"):
        monthly.due(connection, "2026-03")
