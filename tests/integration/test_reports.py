"""laocai.mail.reports as its playbook calls it: with a doveadm of the test's own and a real PostgreSQL."""

from __future__ import annotations

import base64
import csv
import json
import stat
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from ansible_collections.laocai.mail.plugins.module_utils.host import reports

from tests.integration.rows import ACCOUNT
from tests.support.reports import ARRIVED, DOMAIN, HOST, aggregate, gzipped, mail, record, tls

from .conftest import Ansible, Database, Outcome

CONTACT = f"contact-stttt@{DOMAIN}"
# What Dovecot's own answers: a list of what matches as JSON, one message as the pager's text.
DOVEADM = """#!{python}
import base64, json, sys
from pathlib import Path
folder = Path({folder!r})
with (folder / "asked").open("a") as file:
    print(json.dumps(sys.argv[1:]), file=file)
if (folder / "broken").exists():
    sys.exit("Fatal: no such user")
box, mails = sys.argv[5], json.loads((folder / "mails").read_text())
if sys.argv[2] == "json":
    print(json.dumps([about for about, _ in mails.get(box, [])]))
else:
    [text] = [text for about, text in mails[box] if about["uid"] == sys.argv[10]]
    sys.stdout.buffer.write(b"text:\\n" + base64.b64decode(text) + b"\\n\\x0c\\n")
"""


@dataclass
class Desk:
    """The module on this machine, and the mailboxes that it finds."""

    ansible: Ansible
    database: Database
    folder: Path
    mails: dict[str, list[tuple[dict[str, str], str]]] = field(default_factory=dict)

    def arrive(self, octets: bytes, *, box: str = CONTACT, size: int | None = None) -> None:
        number = str(sum(map(len, self.mails.values())) + 1)
        about = {
            "guid": f"g{number}",
            "mailbox-guid": "m1",
            "uid": number,
            "size.physical": str(size or len(octets)),
            "date.received.unixtime": str(ARRIVED),
        }
        self.mails.setdefault(box, []).append((about, base64.b64encode(octets).decode()))
        (self.folder / "mails").write_text(json.dumps(self.mails))

    def read(self, *, check: bool = False, **other: Any) -> Outcome:
        arguments = {
            "domain": DOMAIN,
            "host": HOST,
            "address": f"postmaster@{DOMAIN}",
            "first_day": "2026-11-01",
            "last_day": "2026-11-30",
            "file": str(self.folder / "private/reports.csv"),
            **self.database.arguments,
            **other,
        }
        return self.ansible.run("laocai.mail.reports", arguments, check=check)

    def asked(self) -> list[list[str]]:
        return [json.loads(line) for line in (self.folder / "asked").read_text().splitlines()]


@pytest.fixture
def desk(ansible: Ansible, database: Database, tmp_path: Path) -> Desk:
    """A contact mailbox that answers for postmaster, with no report yet."""
    database.query(ACCOUNT.format(id="contact", state="open"))
    database.query(f"INSERT INTO mail.route (address, mode, document) VALUES ('postmaster@{DOMAIN}', 'system', 'x')")
    database.query(f"INSERT INTO mail.route_target VALUES ('postmaster@{DOMAIN}', 'official', 'contact')")
    folder = tmp_path / "host"
    folder.mkdir()
    (folder / "mails").write_text("{}")
    program = folder / "doveadm"
    program.write_text(DOVEADM.format(python=sys.executable, folder=str(folder)))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    environment = {**ansible.environment, "PATH": f"{folder}:{ansible.environment['PATH']}"}
    return Desk(Ansible(ansible.folder, environment), database, folder)


def test_reports_are_read_once_and_told(desk: Desk) -> None:
    forged = record("198.51.100.9", 7, "fail", "fail", disposition="quarantine")
    desk.arrive(mail(gzipped(aggregate(record(), forged))))
    desk.arrive(mail(tls(), kind="tlsrpt+json"))
    desk.arrive(mail(aggregate(domain="other.example")))
    predicted = desk.read(check=True)
    assert (predicted.changed, predicted.result["new"], predicted.result["rows"]) == (True, 2, 5)
    assert desk.database.query("SELECT FROM reports.mail") == []
    assert not (desk.folder / "private").exists()

    done = desk.read()
    assert (done.changed, done.result["mails"], done.result["new"], done.result["again"]) == (True, 3, 2, 0)
    assert done.result["refused"] == ["1 × của tên miền khác -- of another domain"]
    assert f"  ✗        7  198.51.100.9  dkim=fail spf=fail quarantine  {DOMAIN}  [big.example]" in done.result["table"]
    assert done.result["table"] == predicted.result["table"]
    stored = desk.database.query(
        "SELECT kind, verified, count(*) FROM reports.report JOIN reports.record USING (report)"
        " GROUP BY 1, 2 ORDER BY 1"
    )
    assert stored == [("dmarc", True, 2), ("tls", True, 3)]
    listed = list(csv.DictReader((desk.folder / "private/reports.csv").open(encoding="utf-8")))
    assert [row["source"] for row in listed if row["kind"] == "dmarc"] == ["203.0.113.7", "198.51.100.9"]
    assert stat.S_IMODE((desk.folder / "private/reports.csv").stat().st_mode) == 0o600

    again = desk.read()
    assert (again.changed, again.result["mails"], again.result["rows"]) == (False, 0, 5)
    assert desk.read(first_day="2026-11-29").result["rows"] == 0


def test_what_is_told_twice_is_stored_once_and_nobody_takes_anothers_place(desk: Desk) -> None:
    lie = aggregate(record(count=1))
    desk.arrive(mail(lie, sender="noreply@big.example", dmarc="fail"))
    desk.arrive(mail(lie, sender="noreply@evil.example"))
    assert desk.read().result["new"] == 2
    desk.arrive(mail(aggregate()))
    desk.arrive(mail(gzipped(aggregate())))
    told = desk.read().result
    assert (told["new"], told["again"]) == (1, 1)
    rows = desk.database.query(
        "SELECT sender, verified, count FROM reports.report JOIN reports.record USING (report) ORDER BY report"
    )
    assert rows == [("big.example", False, 1), ("evil.example", True, 1), ("big.example", True, 12)]


def test_what_the_database_does_not_take_stops_no_other(database: Database) -> None:
    """As if the reader had let it pass: the next mail is stored all the same, and this one is not read again."""
    line = dict.fromkeys(reports.COLUMNS[9:], "") | {"source": None, "count": 1, "passed": True}
    good = {"kind": "tls", "sender": "a", "verified": True, "organisation": "a", "id": "1", "domain": DOMAIN}
    good |= {"since": ARRIVED, "until": ARRIVED, "policy": "sts", "lines": [line]}
    wrong = [
        good | {"id": ""},
        good | {"kind": "x"},
        good | {"id": "\0"},
        good | {"lines": [line | {"source": "fe80::1%eth0"}]},
        good | {"id": "".join(map(chr, range(0x20000, 0x21000)))},
    ]
    mails = [{"guid": str(number), "reports": [one], "refused": []} for number, one in enumerate([*wrong, good])]
    with database.connect("danhba_apply") as connection:
        request = {"mails": mails, "first_day": "2026-11-01", "last_day": "2026-11-30"}
        said = reports.store(connection, request, dry_run=False)
    assert (said["new"], said["again"], said["damaged"]) == (1, 0, 5)
    told = database.query("SELECT guid, stored, refused FROM reports.mail ORDER BY guid")
    assert told == [*((str(number), 0, ["damaged"]) for number in range(5)), ("5", 1, [])]


def test_only_reports_are_opened_and_none_that_is_too_large(desk: Desk) -> None:
    desk.arrive(mail(aggregate()), size=11 << 20)
    desk.arrive(mail(aggregate()))
    told = desk.read().result
    assert (told["new"], told["refused"]) == (1, ["1 × quá lớn -- too large"])
    first, *opened = desk.asked()
    assert first[4] == CONTACT
    assert first[-4:] == ["mailbox", "*", "SUBJECT", "report domain"]
    assert [words[-1] for words in opened] == ["2"]


def test_no_text_of_a_mail_is_stored_or_printed(desk: Desk) -> None:
    desk.arrive(mail(aggregate(domain="other.example")).replace(b"This is a report.", b"Loi thu kin."))
    done = desk.read()
    assert "Loi thu kin" not in done.output + desk.database.dump()


@pytest.mark.parametrize(
    ("other", "vi", "en"),
    [
        ({"address": f"nobody@{DOMAIN}"}, "Không hộp thư nào", "No mailbox gets"),
        ({"first_day": "hôm nay"}, "first_day không phải ngày", "first_day is no date"),
    ],
)
def test_what_cannot_be_is_refused_with_the_way_out(desk: Desk, other: dict[str, Any], vi: str, en: str) -> None:
    desk.read(**other).assert_refused(vi, en)


def test_a_mailbox_that_cannot_be_opened_is_told(desk: Desk) -> None:
    (desk.folder / "broken").touch()
    desk.read().assert_refused("doveadm không mở được", "doveadm cannot open")


def test_a_database_without_the_tables_is_told(desk: Desk) -> None:
    desk.database.query("DROP SCHEMA reports CASCADE")
    desk.read().assert_refused("Chạy playbooks/site.yml", "Run playbooks/site.yml")


@pytest.mark.parametrize("statement", ["DELETE FROM reports.mail", "UPDATE reports.report SET verified = true"])
def test_what_is_stored_stays(database: Database, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.query(statement, role="danhba_apply")


@pytest.mark.parametrize("role", ["dovecot", "postfix", "danhba_events", "danhba_notices"])
def test_nobody_else_reads_it(database: Database, role: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        database.query("SELECT FROM reports.record", role=role)
