"""laocai.mail.handover as its playbook calls it: a real PostgreSQL, and a Dovecot of the test's own."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pyrage
import pytest
from ansible_collections.laocai.mail.plugins.action.handover import as_data
from ansible_collections.laocai.mail.plugins.module_utils.danhba.checking.check import wanted
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.register import Event
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.handovers import Handover, Held
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import accounts as server_accounts
from ansible_collections.laocai.mail.plugins.module_utils.host import handover as host_side
from ansible_collections.laocai.mail.plugins.module_utils.host.credentials import Order
from ansible_collections.laocai.mail.plugins.module_utils.host.request import dump_request, request_for
from ansible_collections.laocai.mail.plugins.plugin_utils import passwords
from ansible_collections.laocai.mail.plugins.plugin_utils.controller import read_register
from ansible_collections.laocai.mail.plugins.plugin_utils.handovers.carrying import Known, Registrar
from ansible_collections.laocai.mail.plugins.plugin_utils.letters.content import Office
from ansible_collections.laocai.mail.plugins.plugin_utils.letters.outbox import Outbox
from ansible_collections.laocai.mail.plugins.plugin_utils.passwords import Issuer

from tests.integration.issuing import DirectHost, silent
from tests.support.letters import PASSWORD, bundles, open_letters
from tests.support.registers import edited, write

from .conftest import WEBMAIL_ROLE, Ansible, Database, Outcome, Server, new_database

MODULE = "laocai.mail.handover"
IDENTITY = pyrage.x25519.Identity.generate()
SECRET, PUBLIC = str(IDENTITY), str(IDENTITY.to_public())
CONTACT = "contact-stttt@laocai.gov.vn"
BEFORE, DAY = "2011-01-15", "2011-02-10"
HEAD, DELEGATE, DOCUMENT = "000101", "000102", "05/GUQ-STTTT"
FORWARD = 'require "copy";\nredirect :copy "giam.doc@example.net";\n'
MAILS = [
    {"mailbox": "INBOX", "uid": "1", "guid": "g1", "size.virtual": "1000", "flags": "\\Seen"},
    {"mailbox": "INBOX", "uid": "2", "guid": "g2", "size.virtual": "500", "flags": "\\Recent"},
    {"mailbox": "Công văn/2010", "uid": "7", "guid": "g3", "size.virtual": "20", "flags": "\\Seen \\Answered"},
]
FOLDERS = ["INBOX", "Sent", "Công văn/2010"]
# What Dovecot's own answers; beside it, whoever runs something as the webmail's user.
DOVEADM = """#!{python}
import json, sys
from pathlib import Path
folder, words = Path({folder!r}), sys.argv[1:]
with (folder / "asked").open("a") as file:
    print(json.dumps(words), file=file)
if (folder / "broken").exists() and "fetch" in words:
    sys.exit("Fatal: no such user")
if words[0] == "user":
    print(folder / "home")
elif "fetch" in words:
    print((folder / "mails").read_text())
elif "list" in words:
    print(json.dumps([{{"mailbox": name}} for name in json.loads((folder / "folders").read_text())]))
"""
RUNUSER = """#!/bin/sh
test "$1 $2" = "--user=roundcube --" || exit 3
shift 2
PGUSER=roundcube exec "$@"
"""
WEBMAIL = """
CREATE TABLE users (user_id int PRIMARY KEY, username text, preferences text);
CREATE TABLE identities (identity_id int PRIMARY KEY, user_id int, name text, email text, organization text NOT NULL,
    "reply-to" text NOT NULL, bcc text NOT NULL, signature text, html_signature int NOT NULL DEFAULT 0);
CREATE TABLE danhba_mailbox (kind text, id text, user_id int);
CREATE TABLE contacts (user_id int, name text);
INSERT INTO users VALUES (5, 'contact-stttt@laocai.gov.vn', 'a:1:{s:4:"skin";s:1:"x";}'), (6, 'x@laocai.gov.vn', 'y');
INSERT INTO identities VALUES (50, 5, 'Sở', 'contact-stttt@laocai.gov.vn', 'Sở', '', 'nha@example.net', E'Vịnh\\'s', 1),
    (60, 6, 'X', 'x@laocai.gov.vn', '', '', '', 'X', 0);
INSERT INTO danhba_mailbox VALUES ('agency', 'stttt', 5);
INSERT INTO contacts VALUES (5, 'Người quen');
"""

pytestmark = pytest.mark.clause("R11.2")


@dataclass
class Desk:
    """The module on this machine, with a mailbox that the head has, and that is the delegate's from 1 February 2011."""

    ansible: Ansible
    database: Database
    webmail: Database
    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def register(self) -> Path:
        return self.ansible.folder / "directory"

    @property
    def records(self) -> Path:
        return self.ansible.folder / "private/handovers"

    @property
    def letters(self) -> Path:
        return self.ansible.folder / "private/letters"

    def play(self, *, check: bool = False, **other: Any) -> Outcome:
        arguments = {
            "letters": str(self.letters),
            "records": str(self.records),
            "register": str(self.register),
            "as_of": DAY,
            "key": PUBLIC,
            "webmail": self.webmail.name,
            **self.database.arguments,
            **other,
        }
        return self.ansible.run(MODULE, arguments, check=check)

    def due(self, day: str = DAY) -> list[dict[str, str]]:
        """What applying the register lists; in check mode, so that nothing else is done."""
        arguments = {"register": str(self.register), "as_of": day, **self.database.arguments}
        outcome = self.ansible.run("laocai.mail.accounts", arguments, check=True)
        found: list[dict[str, str]] = outcome.result["handovers"]
        return found

    def asked(self) -> list[list[str]]:
        return [json.loads(line) for line in (self.folder / "asked").read_text().splitlines()]

    def password(self) -> str:
        return open_letters(self.letters, SECRET)[CONTACT]

    def put(self, name: str, text: str, *, active: bool = False) -> Path:
        """A script of the mailbox."""
        path = self.home / f"sieve/{name}.sieve"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if active:
            (self.home / ".dovecot.sieve").unlink(missing_ok=True)
            (self.home / ".dovecot.sieve").symlink_to(f"sieve/{name}.sieve")
            (self.home / ".dovecot.svbin").write_bytes(b"compiled")
        return path

    def everything(self) -> tuple[str, str, list[Path], list[Path]]:
        """All that a run could change."""
        return self.database.dump(), self.webmail.dump(), files(self.home), files(self.ansible.folder / "private")


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*")) if folder.exists() else []


@pytest.fixture(scope="module")
def webmail_template(server: Server) -> Iterator[Database]:
    """A database as the webmail has it, as far as it matters here."""
    with new_database(server) as database:
        database.query(f"GRANT CONNECT ON DATABASE {database.name} TO {WEBMAIL_ROLE}")
        database.query(f"GRANT CREATE ON SCHEMA public TO {WEBMAIL_ROLE}")
        with database.connect(WEBMAIL_ROLE) as connection:
            connection.execute(WEBMAIL.encode())
        yield database


@pytest.fixture
def desk(
    ansible: Ansible, database: Database, server: Server, webmail_template: Database, tmp_path: Path
) -> Iterator[Desk]:
    """The register applied, the first password issued to the head; nobody changed anything since."""
    write(tmp_path / "directory")
    folder = tmp_path / "host"
    (folder / "home").mkdir(parents=True)
    (folder / "mails").write_text(json.dumps(MAILS))
    (folder / "folders").write_text(json.dumps(FOLDERS))
    for name, text in (("doveadm", DOVEADM.format(python=sys.executable, folder=str(folder))), ("runuser", RUNUSER)):
        (folder / name).write_text(text)
        (folder / name).chmod((folder / name).stat().st_mode | stat.S_IXUSR)
    environment = {**ansible.environment, "PATH": f"{folder}:{ansible.environment['PATH']}"}
    with new_database(server, webmail_template.name) as webmail:
        webmail.query(f"GRANT CONNECT ON DATABASE {webmail.name} TO {WEBMAIL_ROLE}")
        desk = Desk(Ansible(ansible.folder, environment), database, webmail, folder)
        desk.put("webmail", FORWARD, active=True)
        desk.put("cũ", "keep;\n")
        begin(desk)
        yield desk


def begin(desk: Desk) -> None:
    """As accounts.yml and passwords.yml on a day on which the head holds the mailbox."""
    register, issued = read_register(desk.register)
    day = date.fromisoformat(BEFORE)
    request = request_for(wanted(register, issued, day), approved="", actor="test", commit="", whole=False, state=False)
    exchange = desk.folder / "request"
    exchange.write_bytes(dump_request(request))
    answer = server_accounts.answer_file(lambda: desk.database.connect("danhba_apply"), exchange, dry_run=False)
    assert answer["changed"]
    office = Office(register, issued, day, PUBLIC)
    Issuer(Outbox(desk.letters), office, DirectHost(desk.database), "test", silent, silent).issue(Order([], "", 0))


def test_it_is_listed_then_done_then_over(desk: Desk) -> None:
    assert desk.due("2011-01-31") == []
    assert desk.due() == [
        {
            "agency": "stttt",
            "address": CONTACT,
            "former": "Nguyễn Văn Vịnh",
            "successor": "Ngô Vân Vinh",
            "document": DOCUMENT,
            "day": "2011-02-01",
            "said": f"{CONTACT} (Nguyễn Văn Vịnh → Ngô Vân Vinh, {DOCUMENT}, 2011-02-01)",
        }
    ]
    before, old = desk.everything(), desk.password()
    foreseen = desk.play(check=True)
    assert foreseen.changed, foreseen.output
    assert [each["address"] for each in foreseen.result["handovers"]] == [CONTACT]
    assert desk.everything() == before

    done = desk.play()
    assert done.changed, done.output
    assert (done.result["bundles"], len(done.result["files"])) == (1, 2)
    assert desk.password() != old
    assert PASSWORD.search(done.output) is None
    assert ["kick", CONTACT] in desk.asked()
    assert desk.due() == []

    after = desk.everything()
    again = desk.play()
    assert (again.status, again.changed, again.result["handovers"], again.result["files"]) == (0, False, [], [])
    assert desk.everything() == after


def test_what_acted_for_the_former_custodian_is_gone_and_on_record(desk: Desk) -> None:
    assert registrar(desk, 99)[0].hand_over("stttt").bundles == 1
    assert files(desk.home) == [desk.home / "sieve"]
    # What stands on the old password beside mail sessions is left to the host's job.
    assert desk.database.query("SELECT address FROM mail.ending") == [(CONTACT,)]
    assert desk.webmail.query("SELECT user_id, preferences FROM users ORDER BY 1") == [(5, ""), (6, "y")]
    assert desk.webmail.query("SELECT identity_id, signature, bcc, organization FROM identities ORDER BY 1") == [
        (50, "", "", ""),
        (60, "X", "", ""),
    ]
    assert desk.webmail.query("SELECT name FROM contacts") == [("Người quen",)]
    [(removed,)] = desk.database.query("SELECT removed FROM mail.handover")
    by_name = {rule["name"]: rule for rule in removed["rules"]}
    assert by_name["webmail"]["text"] == FORWARD
    assert (by_name["webmail"]["active"], by_name["webmail"]["forwards"]) == (True, ["giam.doc@example.net"])
    assert (by_name["cũ"]["active"], by_name["cũ"]["forwards"]) == (False, [])
    [user] = removed["webmail"]
    assert user["preferences"] == 'a:1:{s:4:"skin";s:1:"x";}'
    assert (user["identities"][0]["signature"], user["identities"][0]["bcc"]) == ("Vịnh's", "nha@example.net")


def test_the_record_says_what_was_handed_over_to_whom(desk: Desk) -> None:
    pdf, data = map(Path, registrar(desk, 99)[0].hand_over("").files)
    assert stat.S_IMODE(pdf.stat().st_mode) == stat.S_IMODE(data.stat().st_mode) == 0o600
    record = json.loads(data.read_text())
    lines = sorted(f"{m['mailbox']}\t{m['uid']}\t{m['guid']}\t{m['size.virtual']}\n" for m in MAILS)
    assert record["state"] == {
        "folders": [
            {"name": "INBOX", "messages": 2, "unread": 1, "octets": 1500},
            {"name": "Công văn/2010", "messages": 1, "unread": 0, "octets": 20},
            {"name": "Sent", "messages": 0, "unread": 0, "octets": 0},
        ],
        "messages": 3,
        "unread": 1,
        "octets": 1520,
        "quota": 10 << 30,
        "checksum": hashlib.sha256("".join(lines).encode()).hexdigest(),
    }
    assert (record["former"]["name"], record["successor"]["name"]) == ("Nguyễn Văn Vịnh", "Ngô Vân Vinh")
    assert (record["address"], record["document"], record["day"]) == (CONTACT, DOCUMENT, "2011-02-01")
    assert "text" not in record["removed"]["rules"][0]
    assert "Vịnh's" not in data.read_text()
    text = " ".join(
        subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True).stdout.decode().split()
    )
    for said in (
        "BIÊN BẢN Bàn giao hộp thư điện tử công vụ",
        "Cộng hòa".upper(),
        "Số: 1/BB-STTTT",
        CONTACT,
        "Bên giao: Ông (Bà) Nguyễn Văn Vịnh, Giám đốc",
        "Bên nhận: Ông (Bà) Ngô Vân Vinh, người được ủy quyền",
        DOCUMENT,
        "Công văn/2010",
        "10.737.418.240 byte",
        "chuyển tiếp đến giam.doc@example.net",
        "BÊN GIAO BÊN NHẬN",
        record["state"]["checksum"][:32],
    ):
        assert said in text, text


@pytest.mark.usefixtures("quick")
def test_an_empty_mailbox_without_a_webmail_is_handed_over_too(desk: Desk) -> None:
    (desk.folder / "mails").write_text("")
    (desk.home / "sieve").rename(desk.home / "other")
    assert registrar(desk, 99, webmail=False)[0].hand_over("").bundles == 1
    [(state, removed)] = desk.database.query("SELECT state, removed FROM mail.handover")
    assert (state["messages"], [folder["name"] for folder in state["folders"]]) == (
        0,
        ["INBOX", "Công văn/2010", "Sent"],
    )
    assert removed == {"rules": [], "webmail": []}


def test_a_link_in_place_of_a_script_is_never_followed(desk: Desk) -> None:
    secret = desk.folder / "secret"
    secret.write_text("not a rule")
    (desk.home / "sieve/link.sieve").symlink_to(secret)
    assert registrar(desk, 99)[0].hand_over("").bundles == 1
    assert secret.read_text() == "not a rule"
    [(removed,)] = desk.database.query("SELECT removed::text FROM mail.handover")
    assert "not a rule" not in removed


def test_the_record_only_grows(desk: Desk) -> None:
    assert registrar(desk, 99)[0].hand_over("").bundles == 1
    for role in ("postgres", "danhba_password"):
        for change in (
            "DELETE FROM mail.handover",
            "UPDATE mail.handover_end SET actor = 'x'",
            "TRUNCATE mail.handover_end",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                desk.database.query(change, role=role)


@pytest.mark.usefixtures("quick")
def test_a_plain_reissue_is_no_handover(desk: Desk) -> None:
    """Whoever gives the new custodian a password by passwords.yml has neither removed the rules nor made a record."""
    carried, _host = registrar(desk, 99)
    assert carried.issuer.issue(Order([CONTACT], "9/BC-STTTT", 0)).reissued == 1
    assert [each.document for each in carried.foresee("").handovers] == [DOCUMENT]
    # Nor is a letter on the very document that was made out to the former one, and waits.
    then = replace(carried.office, day=date.fromisoformat(BEFORE))
    assert replace(carried.issuer, office=then).issue(Order([CONTACT], DOCUMENT, 0)).reissued == 1
    waiting = desk.password()
    assert carried.hand_over("").bundles == 1
    assert desk.password() != waiting


@pytest.mark.parametrize(
    ("changes", "arguments", "words"),
    [
        ([], {"agency": "xyz"}, ("Sổ không có cơ quan 'xyz'", "no agency 'xyz'")),
        ([("document: 05/GUQ-STTTT, ", "")], {}, ("Sổ có 1 lỗi", "errors")),
        ([], {"as_of": "mai"}, ("as_of không phải ngày", "as_of is no date")),
    ],
)
def test_a_refusal_reaches_the_operator(
    desk: Desk, changes: list[tuple[str, str]], arguments: dict[str, Any], words: tuple[str, str]
) -> None:
    write(desk.register, edited("agencies/stttt.yml", *changes))
    before = desk.everything()
    outcome = desk.play(**arguments)
    assert "localhost | FAILED! =>" in outcome.output
    assert words[0] in outcome.message
    assert words[1] in outcome.message
    assert "Traceback" not in outcome.output
    assert desk.everything() == before


def test_a_mailbox_without_a_password_is_nobodys_to_hand_over(desk: Desk) -> None:
    desk.database.query("UPDATE mail.account SET state = 'closed' WHERE kind = 'agency' AND id = 'stttt'")
    with pytest.raises(Failure, match="no open mailbox contact-stttt"):
        registrar(desk, 99)[0].hand_over("stttt")
    assert registrar(desk, 99)[0].foresee("").handovers == []


def test_a_mailbox_that_cannot_be_looked_at_is_not_touched_and_the_next_run_goes_on(desk: Desk) -> None:
    (desk.folder / "broken").touch()
    desk.play().assert_refused("Mật khẩu mới đã cấp", "run again to go on")
    assert desk.database.query("SELECT FROM mail.handover") == []
    assert (desk.home / "sieve/webmail.sieve").exists()
    (desk.folder / "broken").unlink()
    issued = desk.password()
    assert desk.play().changed
    assert desk.password() == issued
    assert desk.due() == []


# ---------------------------------------------------------------------------------------------- cut anywhere


STEPS = 14
"""How many a hand-over of this mailbox has, with what it asks of Dovecot and of the webmail."""


class Cut(Exception):
    """The run ends here."""


class CutHost:
    """The host's side without Ansible between; it ends a run after so many steps."""

    def __init__(self, desk: Desk, steps: int, webmail: str) -> None:
        self._desk = desk
        self._webmail = webmail
        self.left = steps

    def held(self) -> tuple[list[Known], str]:
        answer = self._answer("held", {})
        return [Known(Held(*row[:3]), *row[3:]) for row in answer["held"]], answer["as_of"]

    def take(self, orders: Sequence[Handover]) -> list[dict[str, Any]]:
        self.step()
        records: list[dict[str, Any]] = self._answer("take", {"handovers": [as_data(each) for each in orders]})[
            "records"
        ]
        self.step()
        return records

    def end(self, numbers: Sequence[int]) -> None:
        self.step()
        self._answer("end", {"handovers": list(numbers)})
        self.step()

    def step(self) -> None:
        """One more thing is about to be done."""
        if self.left == 0:
            raise Cut
        self.left -= 1

    def _answer(self, mode: str, request: dict[str, Any]) -> dict[str, Any]:
        host = host_side.Host(self._webmail, self._desk.database.server.socket, self._run)
        with self._desk.database.connect(host_side.ROLE) as connection:
            return host_side.answer(connection, mode, {**request, "actor": "test"}, host)

    def _run(self, command: Sequence[str], given: str) -> bytes:
        """Each look into the mailbox and each removal is a step, too."""
        self.step()
        return host_side.run([str(self._desk.folder / command[0]), *command[1:]], given)


class CutPasswords(DirectHost):
    """The host's side of the password, cut by the same count."""

    def __init__(self, database: Database, step: Callable[[], None]) -> None:
        super().__init__(database)
        self._step = step

    def store(self, *arguments: Any) -> None:
        self._step()
        super().store(*arguments)
        self._step()


def registrar(desk: Desk, steps: int, *, webmail: bool = True) -> tuple[Registrar, CutHost]:
    office = Office(*read_register(desk.register), date.fromisoformat(DAY), PUBLIC)
    host = CutHost(desk, steps, desk.webmail.name if webmail else "")
    issuer = Issuer(Outbox(desk.letters), office, CutPasswords(desk.database, host.step), "test", silent, silent)
    return Registrar(office, host, issuer, desk.records), host


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that cost nothing."""
    monkeypatch.setattr(passwords, "hash_passwords", lambda made, progress: [f"{{PLAIN}}{item}" for item in made])


def in_force(desk: Desk) -> str:
    [(password,)] = desk.database.query("SELECT password FROM dovecot.passdb WHERE address = %s", CONTACT)
    return str(password).removeprefix("{PLAIN}")


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("steps", range(STEPS))
def test_cut_anywhere_the_next_run_finishes_and_does_nothing_twice(desk: Desk, steps: int) -> None:
    first, _host = registrar(desk, steps)
    with pytest.raises(Cut):
        first.hand_over("")
    successors = desk.put("successor", "keep; # mine\n") if not (desk.home / "sieve/webmail.sieve").exists() else None
    again, _host = registrar(desk, 99)
    outcome = again.hand_over("")
    assert in_force(desk) == desk.password()
    assert desk.database.query("SELECT count(*) FROM mail.audit WHERE action = 'reissue_password'") == [(1,)]
    assert desk.database.query(
        "SELECT count(*) FROM mail.handover NATURAL JOIN (SELECT handover FROM mail.handover_end) e"
    ) == [(1,)]
    assert len(files(desk.records)) == 2
    assert len(outcome.handovers) == (0 if steps == STEPS - 1 else 1)
    assert [path for path in files(desk.home / "sieve") if path != successors] == []
    assert desk.webmail.query("SELECT preferences FROM users WHERE user_id = 5") == [("",)]
    assert len(bundles(desk.letters, "stttt")) == 2
    if successors:
        assert successors.exists()
    assert again.hand_over("").handovers == []


@pytest.mark.usefixtures("quick")
def test_what_the_successor_made_before_the_next_run_is_left_alone(desk: Desk) -> None:
    """Cut right behind the password; the letter went out, and the new one has signed in."""
    first, _host = registrar(desk, 2)
    with pytest.raises(Cut):
        first.hand_over("")
    desk.database.query("UPDATE mail.credential SET initial = false WHERE kind = 'agency'")
    desk.webmail.query("UPDATE identities SET signature = 'Vinh' WHERE identity_id = 50")
    mine = desk.put("mine", "keep; # mine\n")
    os.utime(mine, (time.time() + 60, time.time() + 60))
    again, _host = registrar(desk, 99)
    assert len(again.hand_over("").handovers) == 1
    assert files(desk.home / "sieve") == [mine]
    assert desk.webmail.query("SELECT signature FROM identities WHERE identity_id = 50") == [("Vinh",)]


@pytest.mark.usefixtures("quick")
def test_what_the_former_custodian_added_before_the_session_ended_is_taken_out(desk: Desk) -> None:
    """Cut right behind the password: sessions that were open go on until the next run."""
    first, _host = registrar(desk, 2)
    with pytest.raises(Cut):
        first.hand_over("")
    late = desk.put("late", 'redirect "me@example.org";\n')
    os.utime(late, (time.time() + 60, time.time() + 60))
    again, _host = registrar(desk, 99)
    assert len(again.hand_over("").handovers) == 1
    assert files(desk.home / "sieve") == []
    [(rules,)] = desk.database.query("SELECT removed -> 'rules' FROM mail.handover")
    assert [rule["forwards"] for rule in rules if rule["name"] == "late"] == [["me@example.org"]]


@pytest.mark.usefixtures("quick")
def test_a_mailbox_that_went_back_may_come_again_by_the_same_document(desk: Desk) -> None:
    """Each time is one of its own: the register had it wrong in between."""
    there, _host = registrar(desk, 99)
    then = there.office.register.agencies["stttt"]
    wrong = replace(then, custodians=then.custodians[:1])
    other = replace(there.office.register, agencies={**there.office.register.agencies, "stttt": wrong})
    back = replace(there.office, register=other)
    for office in (there.office, back, there.office):
        desk.put("rule", f"keep; # {office.register.agencies['stttt'].custodians[-1].person}\n")
        done = replace(there, office=office, issuer=replace(there.issuer, office=office))
        assert (done.hand_over("").bundles, files(desk.home / "sieve")) == (1, [])
        assert done.hand_over("").handovers == []
    assert desk.database.query("SELECT successor ->> 'person' FROM mail.handover ORDER BY handover") == [
        (DELEGATE,),
        (HEAD,),
        (DELEGATE,),
    ]


@pytest.mark.usefixtures("quick")
def test_those_are_all_steps(desk: Desk) -> None:
    whole, host = registrar(desk, STEPS)
    assert len(whole.hand_over("").handovers) == 1
    assert host.left == 0


@pytest.mark.usefixtures("quick")
def test_whoever_gets_a_password_on_another_document_meanwhile_is_not_recorded(desk: Desk) -> None:
    """Between the decision and the record somebody has reissued: who is in the mailbox is not known then."""
    carried, host = registrar(desk, 99)
    due = carried.foresee("").handovers
    with pytest.raises(Failure, match="was just issued on another document"):
        host.take(due)
    assert desk.database.query("SELECT FROM mail.handover") == []


@pytest.mark.parametrize(
    ("agency", "day", "document", "words"),
    [
        ("ubnd", DAY, DOCUMENT, ("chưa có người quản lý đương nhiệm", "nobody in office who holds contact-ubnd")),
        ("stttt", "2011-06-01", DOCUMENT, ("đang tạm khóa", "is suspended")),
        ("stttt", "2011-07-01", DOCUMENT, ("không hoạt động vào ngày 2011-07-01", "is not there on 2011-07-01")),
        ("", "2011-01-10", DOCUMENT, ("sớm hơn 2011-01-15", "lies before 2011-01-15")),
        ("", DAY, "theo thỏa thuận", ("không phải số, ký hiệu văn bản", "not the number and symbol of a document")),
    ],
)
def test_what_cannot_be_handed_over_is_refused_before_anything_is_done(
    desk: Desk, agency: str, day: str, document: str, words: tuple[str, str]
) -> None:
    register, issued = read_register(desk.register)
    stttt = register.agencies["stttt"]
    custodians = (*stttt.custodians[:-1], replace(stttt.custodians[-1], document=document))
    closed = Event("8/QĐ-UBND", date(2011, 6, 15), "dissolved")
    register = replace(
        register, agencies={**register.agencies, "stttt": replace(stttt, custodians=custodians, closed=closed)}
    )
    carried, _host = registrar(desk, 99)
    carried = replace(
        carried, office=replace(carried.office, register=register, issued=issued, day=date.fromisoformat(day))
    )
    before = desk.everything()
    for attempt in (carried.foresee, carried.hand_over):
        with pytest.raises(Failure) as refusal:
            attempt(agency)
        assert words[0] in refusal.value.vi
        assert words[1] in refusal.value.en
    assert desk.everything() == before
