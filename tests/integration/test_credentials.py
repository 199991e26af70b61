"""The credential service as a process on a socket of its own, with a real PostgreSQL: every answer it can give."""

from __future__ import annotations

import http.client
import itertools
import json
import os
import socket
import subprocess
import sys
import time
import unicodedata
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from ansible_collections.laocai.mail.plugins.module_utils.host.credentials import Credential, store_batch

from danhba_host.credentials.hashing import Hasher
from tests.integration.conftest import PROJECT, WEBMAIL_ROLE, Database
from tests.support.programs import CREDENTIALS

LIBRARY = PROJECT / "roles/programs/files"
ISSUED, CHOSEN, NEXT = "Bake7-Tumo4-Vina9-Nehu3-Gopa5", "Núi Hàm Rồng mây 7", "suoi thau chan cay"
KEY = "0f" * 32
ADDRESS, OTHER = "nvvinh-stttt@laocai.gov.vn", "lthanh-stttt@laocai.gov.vn"
SUSPENDED, CLOSED, BARE = (f"{name}-stttt@laocai.gov.vn" for name in ("suspended", "closed", "bare"))
CLIENT, ELSEWHERE, *STRANGERS = (f"203.0.113.{number}" for number in range(1, 6))
MAILBOX = {
    "kind": "official",
    "id": "1",
    "address": ADDRESS,
    "name": "Nguyễn Văn Vịnh",
    "title": "Giám đốc",
    "unit": "Ban Giám đốc",
    "agency": "stttt",
    "agency_name": "Sở Thông tin và Truyền thông",
    "dn": "uid=nvvinh-stttt,ou=stttt,dc=laocai,dc=gov,dc=vn",
    "reads_use": False,
}
HASHED = Hasher(1).make(ISSUED)


@dataclass
class Running:
    """The service, as the webmail sees it, and what it has written to the journal."""

    path: Path
    log: Path
    database: Database
    process: subprocess.Popen[bytes]
    port: int
    told: bool = False

    def tell_to_end(self) -> None:
        """As systemd does."""
        self.told = True
        self.process.terminate()

    def send(self, data: bytes, *, end: bool = False) -> bytes:
        """The octets that come back for some octets."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(30)
            connection.connect(str(self.path))
            connection.sendall(data)
            if end:
                connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def ask(self, request: str, **values: Any) -> dict[str, Any]:
        """The answer to a request."""
        line = json.dumps({"request": request, **values}, ensure_ascii=False).encode() + b"\n"
        answer: dict[str, Any] = json.loads(self.send(line))
        return answer

    def guess_by_mail(self, address: str, mark: str) -> None:
        """What Dovecot asks and reports of a wrong password, which it shows by a mark alone."""
        attempt = {"login": address, "pwhash": mark, "remote": CLIENT, "local_port": "993", "success": False}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        for command in ("allow", "report"):
            connection.request("POST", f"/?command={command}", json.dumps(attempt), {"X-API-Key": KEY})
            assert json.loads(connection.getresponse().read())["status"] >= 0
        connection.close()

    def sign_in(self, password: str, address: str = ADDRESS, client: str = CLIENT) -> dict[str, Any]:
        return self.ask("sign_in", address=address, password=password, client=client)

    def change(self, old: str, new: str, address: str = ADDRESS, client: str = CLIENT) -> dict[str, Any]:
        return self.ask("change_password", address=address, old=old, new=new, client=client)

    def look_up(self, token: str, address: str = ADDRESS) -> dict[str, Any]:
        return self.ask("look_up", address=address, token=token)

    def known_to_dovecot(self) -> int:
        """How many web sessions Dovecot would believe."""
        [(count,)] = self.database.query("SELECT count(*) FROM dovecot.web_session", role="dovecot")
        return int(count)


@pytest.fixture
def filled(database: Database) -> Database:
    """Two open officials with issued passwords, a suspended, a closed one, and one without a password; their agency."""
    database.query(
        "INSERT INTO mail.account (kind, id, address, name, agency, title, unit, quota, state, document, since) VALUES"
        f" ('agency', 'stttt', 'contact-stttt@laocai.gov.vn', '{MAILBOX['agency_name']}', 'stttt', '', '', 1, 'open',"
        " '1/QĐ', '2010-10-15'),"
        f" ('official', '1', '{ADDRESS}', '{MAILBOX['name']}', 'stttt', 'Giám đốc', 'Ban Giám đốc', 1, 'open',"
        " '12/QĐ-STTTT', '2010-10-15'),"
        f" ('official', '2', '{OTHER}', 'Lò Thị Hạnh', 'stttt', '', '', 1, 'open', '1/QĐ', '2010-10-15'),"
        f" ('official', '3', '{SUSPENDED}', 'A', 'stttt', '', '', 1, 'suspended', '1/QĐ', '2010-10-15'),"
        f" ('official', '4', '{CLOSED}', 'B', 'stttt', '', '', 1, 'closed', '1/QĐ', '2010-10-15'),"
        f" ('official', '5', '{BARE}', 'C', 'stttt', '', '', 1, 'open', '1/QĐ', '2010-10-15')"
    )
    database.query("INSERT INTO mail.run (job, actor) VALUES ('passwords', 'test')")
    database.query(
        "INSERT INTO mail.credential (kind, id, password, run) SELECT kind, id, %s, 1 FROM mail.account"
        " WHERE id IN ('1', '2', '3', '4')",
        HASHED,
    )
    return database


@contextmanager
def running(database: Database, folder: Path, **changes: Any) -> Iterator[Running]:
    """The service, started as systemd starts it."""
    folder.mkdir(exist_ok=True)
    path, log, settings = folder / "socket", folder / "log", folder / "settings.json"
    values = {"database": database.name, "database_socket_dir": database.server.socket, "dovecot_key": "key"}
    settings.write_text(json.dumps(CREDENTIALS | values | changes), encoding="utf-8")
    (folder / "key").write_text(KEY, encoding="ascii")
    mail = socket.create_server(("127.0.0.1", 0))
    with socket.socket(socket.AF_UNIX) as listener, mail, log.open("wb") as output:
        listener.bind(str(path))
        listener.listen(128)
        given = f"3<&{listener.fileno()} 4<&{mail.fileno()}"
        command = f'exec {given}; LISTEN_FDS=2 exec "$0" -m danhba_host.credentials --settings "$1"'
        process = subprocess.Popen(
            ["/bin/bash", "-c", command, sys.executable, str(settings)],
            env={**os.environ, "PYTHONPATH": str(LIBRARY), "CREDENTIALS_DIRECTORY": str(folder)},
            pass_fds=[listener.fileno(), mail.fileno()],
            stderr=output,
        )
        port = mail.getsockname()[1]
    running = Running(path, log, database, process, port)
    try:
        yield running
        assert running.told or process.poll() is None, log.read_text()
    finally:
        if not running.told:
            running.tell_to_end()
        assert process.wait(timeout=30) == 0
        assert "Traceback" not in log.read_text()


@pytest.fixture
def service(filled: Database, tmp_path: Path) -> Iterator[Running]:
    with running(filled, tmp_path / "service") as service:
        yield service


@pytest.fixture
def chosen(service: Running) -> Running:
    """The service, after the official has chosen a password."""
    assert service.change(ISSUED, CHOSEN)["answer"] == "changed"
    return service


def state(database: Database) -> tuple[Any, ...]:
    """Password, whether it is the issued one, and the run, of the official."""
    [row] = database.query("SELECT password, initial, run FROM mail.credential WHERE id = '1'")
    return row


def rules(answer: dict[str, Any]) -> list[str]:
    assert answer["answer"] == "unsuitable", answer
    return [reason["rule"] for reason in answer["reasons"]]


# ---------------------------------------------------------------------------------------------- signing in


@pytest.mark.clause("R9.5")
def test_use_is_shown_to_whom_the_register_names(chosen: Running) -> None:
    token = chosen.sign_in(CHOSEN)["token"]
    assert chosen.ask("show_use", address=ADDRESS, token=token) == {"answer": "refused"}
    chosen.database.query("INSERT INTO usage.rule VALUES (true, ARRAY[B'1'::bit(1440)], '{x}', '{1}', '{1}', 90, '{}')")
    chosen.database.query("INSERT INTO usage.page VALUES ('stttt', 'Sở', '[]', '[]')")
    chosen.database.query("INSERT INTO usage.reader VALUES ('official', '1', 'stttt')")
    assert chosen.look_up(token) == {"answer": "known", "mailbox": {**MAILBOX, "reads_use": True}}
    page = chosen.ask("show_use", address=ADDRESS, token=token)["page"]
    assert (page["agency"], page["name"], page["target"]) == ("stttt", "Sở", 90)
    assert chosen.ask("show_use", address=OTHER, token=token) == {"answer": "refused"}
    assert chosen.ask("show_use", address=ADDRESS, token="x") == {"answer": "refused"}


@pytest.mark.clause("R10.1")
def test_issued_password_opens_nothing_but_the_change(service: Running) -> None:
    assert service.sign_in(ISSUED) == {"answer": "initial", "mailbox": MAILBOX}
    assert service.known_to_dovecot() == 0


def test_chosen_password_begins_a_session(chosen: Running) -> None:
    answer = chosen.sign_in(CHOSEN)
    token = answer.pop("token")
    assert answer == {"answer": "signed_in", "mailbox": MAILBOX}
    assert len(token) == 43
    assert chosen.look_up(token) == {"answer": "known", "mailbox": MAILBOX}
    stored = chosen.database.query("SELECT token FROM mail.web_session")
    assert token not in str(stored)
    assert chosen.known_to_dovecot() == 2


@pytest.mark.parametrize("address", ["nobody@laocai.gov.vn", SUSPENDED, CLOSED, BARE, "", "x" * 4000, "a\0b", "%", "ệ"])
def test_nobody_learns_who_exists(service: Running, address: str) -> None:
    assert service.sign_in(ISSUED, address) == {"answer": "refused"}
    assert service.change(ISSUED, CHOSEN, address) == {"answer": "refused"}


def test_longer_than_an_address_may_be_is_nobody(service: Running) -> None:
    """Even if there were such an account."""
    longest, longer = (ADDRESS.rjust(octets, "x") for octets in (254, 255))
    service.database.query("UPDATE mail.account SET address = %s WHERE id = '1'", longest)
    service.database.query("UPDATE mail.account SET address = %s WHERE id = '2'", longer)
    assert service.sign_in(ISSUED, longest)["answer"] == "initial"
    assert service.sign_in(ISSUED, longer) == {"answer": "refused"}


def test_address_in_any_case(service: Running) -> None:
    assert service.sign_in(ISSUED, f" {ADDRESS.upper()} ")["answer"] == "initial"


@pytest.mark.parametrize(
    "password", ["", "x", ISSUED + "x", ISSUED.lower(), f" {ISSUED}", "\0", ISSUED + "\0", "x" * 5000]
)
def test_wrong_password_is_refused(service: Running, password: str) -> None:
    assert service.sign_in(password) == {"answer": "refused"}
    assert service.change(password, CHOSEN) == {"answer": "refused"}


INJECTIONS = [
    "' OR '1'='1",
    "'; DROP TABLE mail.credential; --",
    "') OR state = 'open' --",
    f"{ADDRESS}' --",
    "\\' OR 1=1 --",
    "%s",
    "$$; SELECT pg_sleep(9); $$",
    "%(kind)s",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_sql_is_text(chosen: Running, text: str) -> None:
    before = state(chosen.database)
    assert chosen.sign_in(text, ADDRESS) == {"answer": "refused"}
    assert chosen.sign_in(CHOSEN, text, ELSEWHERE) == {"answer": "refused"}
    assert chosen.look_up(text) == {"answer": "refused"}
    assert chosen.look_up("x", text) == {"answer": "refused"}
    assert chosen.ask("sign_out", address=text, token=text) == {"answer": "signed_out"}
    assert chosen.change(text, NEXT) == {"answer": "refused"}
    assert state(chosen.database) == before
    assert chosen.known_to_dovecot() == 1


def test_sql_may_be_a_password(service: Running) -> None:
    password = "'; DROP TABLE mail.credential; --"
    assert service.change(ISSUED, password)["answer"] == "changed"
    assert service.sign_in(password)["answer"] == "signed_in"


# ---------------------------------------------------------------------------------------------- changing


def test_change_is_complete_and_on_record(service: Running) -> None:
    old = state(service.database)[0]
    answer = service.change(ISSUED, CHOSEN)
    token = answer.pop("token")
    assert answer == {"answer": "changed", "mailbox": MAILBOX}
    assert service.look_up(token)["answer"] == "known"
    password, initial, run = state(service.database)
    assert password.startswith("{ARGON2ID}$argon2id$v=19$m=19456,t=2,p=1$")
    assert not initial
    assert service.database.query("SELECT password FROM mail.former_password") == [(old,)]
    assert service.database.query("SELECT job, actor FROM mail.run WHERE run = %s", run) == [("credentials", ADDRESS)]
    assert service.database.query("SELECT action, kind, id, document, before, after FROM mail.audit") == [
        ("change_password", "official", "1", "12/QĐ-STTTT", {"run": 1}, {"address": ADDRESS})
    ]
    assert service.sign_in(ISSUED) == {"answer": "refused"}
    assert service.sign_in(CHOSEN)["answer"] == "signed_in"


@pytest.mark.clause("R10.4")
def test_change_is_of_that_account_alone(service: Running) -> None:
    before = service.database.query("SELECT * FROM mail.credential WHERE id <> '1' ORDER BY id")
    service.change(ISSUED, CHOSEN)
    assert service.database.query("SELECT * FROM mail.credential WHERE id <> '1' ORDER BY id") == before
    assert service.sign_in(ISSUED, OTHER)["answer"] == "initial"


def test_change_ends_the_other_sessions_of_the_account(chosen: Running) -> None:
    tokens = [chosen.sign_in(CHOSEN)["token"] for _ in range(2)]
    other = chosen.change(ISSUED, "trau den an co xanh", OTHER)["token"]
    new = chosen.change(CHOSEN, NEXT)["token"]
    assert [chosen.look_up(token)["answer"] for token in (*tokens, new)] == ["refused", "refused", "known"]
    assert chosen.look_up(other, OTHER)["answer"] == "known"
    assert chosen.known_to_dovecot() == 2


@pytest.mark.parametrize(
    ("new", "broken"),
    [
        ("", ["length", "common"]),
        ("ngan", ["length"]),
        ("Nguyễn cỏ xanh 88", ["name"]),
        (ADDRESS, ["address"]),
        ("matkhau123", ["common"]),
        (ISSUED, ["current"]),
        ("trau den\nan co", ["characters"]),
        ("ệ" * 200, ["too_long"]),
    ],
)
def test_unsuitable_password_changes_nothing(service: Running, new: str, broken: list[str]) -> None:
    before = service.database.dump()
    answer = service.change(ISSUED, new)
    assert set(broken) <= set(rules(answer))
    assert all(reason["vi"] and reason["en"] for reason in answer["reasons"])
    assert service.database.dump() == before


def test_policy_is_told_only_to_the_owner(service: Running) -> None:
    assert service.change("wrong", "matkhau123") == {"answer": "refused"}


def test_the_last_passwords_may_not_come_back(service: Running) -> None:
    """Neither those that were chosen nor the one that was issued; the ones before them may."""
    passwords = [ISSUED, CHOSEN, NEXT, "trau den an co xanh"]
    for old, new in itertools.pairwise(passwords):
        assert service.change(old, new)["answer"] == "changed"
    assert rules(service.change(passwords[3], passwords[3])) == ["current"]
    assert rules(service.change(passwords[3], passwords[2])) == ["former"]
    assert rules(service.change(passwords[3], passwords[1])) == ["former"]
    assert service.database.query("SELECT count(*) FROM mail.former_password") == [(2,)]
    assert service.change(passwords[3], passwords[0])["answer"] == "changed"


def test_unicode_is_the_same_however_it_was_typed(service: Running) -> None:
    decomposed = unicodedata.normalize("NFD", CHOSEN)
    assert decomposed != CHOSEN
    assert service.change(ISSUED, decomposed)["answer"] == "changed"
    assert service.sign_in(CHOSEN)["answer"] == "signed_in"
    assert rules(service.change(CHOSEN, decomposed)) == ["current"]


def test_one_of_many_changes_at_once_wins(service: Running) -> None:
    news = [f"trau den an co xanh so {number}" for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda new: service.change(ISSUED, new, client=ELSEWHERE), news))
    won = [new for new, answer in zip(news, answers, strict=True) if answer["answer"] == "changed"]
    assert len(won) == 1
    assert {answer["answer"] for answer in answers} <= {"changed", "refused", "wait"}
    assert service.database.query("SELECT count(*) FROM mail.audit") == [(1,)]
    assert service.database.query("SELECT count(*) FROM mail.run WHERE job = 'credentials'") == [(1,)]
    assert service.known_to_dovecot() == 1


# ---------------------------------------------------------------------------------------------- sessions


def test_session_ends_by_signing_out(chosen: Running) -> None:
    first, second = (chosen.sign_in(CHOSEN)["token"] for _ in range(2))
    assert chosen.ask("sign_out", address=OTHER, token=first) == {"answer": "signed_out"}
    assert chosen.look_up(first)["answer"] == "known", "a token ends with its own address alone"
    assert chosen.ask("sign_out", address=ADDRESS, token=first) == {"answer": "signed_out"}
    assert chosen.look_up(first) == {"answer": "refused"}
    assert chosen.look_up(second)["answer"] == "known"


@pytest.mark.clause("R10.4")
def test_session_is_of_its_address_alone(chosen: Running) -> None:
    token = chosen.sign_in(CHOSEN)["token"]
    assert chosen.look_up(token, OTHER) == {"answer": "refused"}


@pytest.mark.parametrize(
    "event",
    [
        "UPDATE mail.account SET state = 'suspended' WHERE id = '1'",
        "UPDATE mail.account SET state = 'closed' WHERE id = '1'",
        "UPDATE mail.account SET address = 'nvvinh-skhcn@laocai.gov.vn' WHERE id = '1'",
        "UPDATE mail.web_session SET expires = now() - interval '1 second'",
        f"UPDATE mail.credential SET password = '{HASHED}', initial = true WHERE id = '1'",
    ],
)
def test_session_ends_with_what_it_rests_on(chosen: Running, event: str) -> None:
    token = chosen.sign_in(CHOSEN)["token"]
    chosen.database.query(event)
    assert chosen.look_up(token) == {"answer": "refused"}
    assert chosen.look_up(token, "nvvinh-skhcn@laocai.gov.vn") == {"answer": "refused"}
    assert chosen.known_to_dovecot() == 0


def test_expired_tokens_are_removed(chosen: Running) -> None:
    chosen.database.query("UPDATE mail.web_session SET expires = now() - interval '1 second'")
    chosen.sign_in(CHOSEN)
    assert chosen.database.query("SELECT count(*) FROM mail.web_session") == [(1,)]


def test_session_lasts_as_long_as_set(chosen: Running) -> None:
    rows = chosen.database.query(
        "SELECT extract(epoch FROM expires - now())::int BETWEEN 43000 AND 43200 FROM mail.web_session"
    )
    assert rows == [(True,)]


def test_reissue_begins_again(chosen: Running) -> None:
    """The password that was reported lost never comes back, and the new one is to be changed first."""
    token = chosen.sign_in(CHOSEN)["token"]
    new = "Gopa5-Nehu3-Vina9-Tumo4-Bake7"
    [(run,)] = chosen.database.query("SELECT run FROM mail.credential WHERE id = '1'")
    credential = Credential("official", "1", ADDRESS, "12/BC-STTTT", run, Hasher(1).make(new))
    with chosen.database.connect("danhba_password") as connection:
        store_batch(connection, str(uuid.uuid4()), "test", [credential])
    assert chosen.look_up(token) == {"answer": "refused"}
    assert chosen.sign_in(CHOSEN) == {"answer": "refused"}
    assert chosen.sign_in(new)["answer"] == "initial"
    assert rules(chosen.change(new, CHOSEN)) == ["former"]
    assert rules(chosen.change(new, ISSUED)) == ["former"]
    assert chosen.change(new, NEXT)["answer"] == "changed"


REPLACE = "UPDATE mail.credential SET password = '{PLAIN}x' WHERE id = '1'"
PAUSE = """
    CREATE FUNCTION mail.pause() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_advisory_xact_lock_shared(1); RETURN NULL; END';
    CREATE TRIGGER pause AFTER INSERT ON mail.web_session FOR EACH ROW EXECUTE FUNCTION mail.pause()
"""


def test_session_that_is_being_begun_ends_with_the_password(chosen: Running) -> None:
    """The token is stored, though not committed, when somebody replaces the password: he has to wait for it."""
    chosen.database.query(PAUSE)
    with ThreadPoolExecutor(2) as pool, chosen.database.connect() as pause:
        pause.execute("SELECT pg_advisory_lock(1)")
        signing_in = pool.submit(chosen.sign_in, CHOSEN)
        assert chosen.database.somebody_waits("advisory")
        replacing = pool.submit(chosen.database.query, REPLACE, role="danhba_password")
        assert chosen.database.somebody_waits("transactionid") or replacing.done()
        pause.execute("SELECT pg_advisory_unlock(1)")
        token = signing_in.result()["token"]
        replacing.result()
    assert chosen.look_up(token) == {"answer": "refused"}
    assert chosen.known_to_dovecot() == 0


def test_no_session_begins_with_a_password_that_is_being_replaced(chosen: Running) -> None:
    with ThreadPoolExecutor(1) as pool:
        with chosen.database.connect("danhba_password") as replacing, replacing.transaction():
            replacing.execute(REPLACE)
            signing_in = pool.submit(chosen.sign_in, CHOSEN)
            assert chosen.database.somebody_waits("transactionid") or signing_in.done()
        assert signing_in.result() == {"answer": "refused"}
    assert chosen.known_to_dovecot() == 0


def test_sign_in_and_a_reissue_do_not_wait_for_each_other_in_a_circle(chosen: Running) -> None:
    """Both delete expired sessions of two accounts: the sign-in finds those first that the reissue comes to last."""
    assert chosen.change(ISSUED, NEXT, OTHER)["answer"] == "changed"
    for official in ("2", "1"):
        chosen.database.query("UPDATE mail.web_session SET expires = now() WHERE id = %s", official)
    with ThreadPoolExecutor(1) as pool:
        with chosen.database.connect("danhba_password") as reissue, reissue.transaction():
            reissue.execute(REPLACE)
            signing_in = pool.submit(chosen.sign_in, NEXT, OTHER)
            wait([signing_in], timeout=2)
            reissue.execute(REPLACE.replace("'1'", "'2'"))
        assert signing_in.result()["answer"] == "signed_in"
    assert chosen.database.query("SELECT count(*) FROM mail.web_session") == [(0,)]


# ---------------------------------------------------------------------------------------------- guessing


def guess(service: Running, *clients: str, address: str = ADDRESS) -> None:
    """As many wrong passwords as one client has, from each of some."""
    for client in clients:
        for _ in range(3):
            assert service.sign_in("wrong", address, client) == {"answer": "refused"}


@pytest.mark.clause("R10.4")
def test_account_waits_where_it_failed_and_no_other(service: Running) -> None:
    guess(service, CLIENT)
    answer = service.sign_in(ISSUED)
    assert answer["answer"] == "wait"
    assert 880 < answer["seconds"] <= 900
    assert service.change(ISSUED, CHOSEN)["answer"] == "wait"
    assert service.sign_in(ISSUED, OTHER)["answer"] == "initial"


def test_a_stranger_makes_no_owner_wait(service: Running) -> None:
    """Not even one who has never signed in: he reads the password of his letter and changes it."""
    guess(service, ELSEWHERE)
    assert service.sign_in(ISSUED, client=ELSEWHERE)["answer"] == "wait"
    assert service.sign_in(ISSUED)["answer"] == "initial"
    assert service.change(ISSUED, CHOSEN)["answer"] == "changed"


def test_guessing_from_many_clients_is_guessing_too(service: Running) -> None:
    guess(service, *STRANGERS[:2])
    assert service.sign_in(ISSUED, client=ELSEWHERE)["answer"] == "wait"
    assert service.change(ISSUED, CHOSEN, client=ELSEWHERE)["answer"] == "wait"
    assert service.sign_in(ISSUED, OTHER, client=ELSEWHERE)["answer"] == "initial"


def test_owner_is_let_in_where_he_is_known_whatever_strangers_guess(service: Running) -> None:
    assert service.sign_in(ISSUED)["answer"] == "initial"
    guess(service, *STRANGERS[:2])
    assert service.sign_in(ISSUED, client=ELSEWHERE)["answer"] == "wait"
    assert service.change(ISSUED, CHOSEN)["answer"] == "changed"
    assert service.sign_in(CHOSEN)["answer"] == "signed_in"
    assert service.sign_in(CHOSEN, client=ELSEWHERE)["answer"] == "wait", (
        "that the owner came gives nobody more guesses"
    )


def test_guessing_is_slow_where_the_owner_is_known_too(chosen: Running) -> None:
    guess(chosen, CLIENT)
    assert chosen.sign_in(CHOSEN)["answer"] == "wait"
    assert chosen.sign_in(CHOSEN, client=ELSEWHERE)["answer"] == "signed_in"


def test_guessing_at_the_change_counts_the_same(service: Running) -> None:
    for _ in range(3):
        assert service.change("wrong", CHOSEN) == {"answer": "refused"}
    assert service.sign_in(ISSUED)["answer"] == "wait"


def test_client_waits_after_failures_over_many_accounts(service: Running) -> None:
    for number in range(8):
        assert service.sign_in(ISSUED, f"u{number}@laocai.gov.vn") == {"answer": "refused"}
    assert service.sign_in(ISSUED)["answer"] == "wait"
    assert service.sign_in(ISSUED, client=ELSEWHERE)["answer"] == "initial"


def test_client_at_its_limit_lets_those_in_who_are_known_there(chosen: Running) -> None:
    for number in range(8):
        assert chosen.sign_in(ISSUED, f"u{number}@laocai.gov.vn") == {"answer": "refused"}
    assert chosen.sign_in(ISSUED, OTHER)["answer"] == "wait"
    assert chosen.sign_in(CHOSEN)["answer"] == "signed_in"


def test_errors_of_one_who_is_known_are_nobody_elses(chosen: Running) -> None:
    guess(chosen, CLIENT)
    for number in range(8):
        assert chosen.sign_in(ISSUED, f"u{number}@laocai.gov.vn") == {"answer": "refused"}
    assert chosen.sign_in(ISSUED, OTHER)["answer"] == "wait"


def test_right_password_clears_the_account(service: Running) -> None:
    for _ in range(3):
        for _ in range(2):
            assert service.sign_in("wrong", client=ELSEWHERE) == {"answer": "refused"}
        assert service.sign_in(ISSUED, client=ELSEWHERE)["answer"] == "initial"


def test_many_guesses_at_once_are_no_more_than_allowed(service: Running) -> None:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda number: service.sign_in(f"guess {number}"), range(40)))
    assert [answer["answer"] for answer in answers].count("refused") == 3


# ---------------------------------------------------------------------------------------------- the wire


@pytest.mark.parametrize(
    "data",
    [
        b"\n",
        b"{}\n",
        b"GET / HTTP/1.1\r\n",
        b"\xff\xfe\n",
        b'{"request": "look_up", "address": "a", "token": "t"}\n{"request": "look_up"}\n',
        b'{"request": "set_password", "address": "a", "new": "b"}\n',
        b'{"request": "look_up", "address": "a", "token": "' + b"x" * 9000 + b'"}\n',
    ],
)
def test_anything_else_is_malformed(service: Running, data: bytes) -> None:
    assert json.loads(service.send(data)) == {"answer": "malformed"}
    assert service.sign_in(ISSUED)["answer"] == "initial"


def test_line_without_an_end_is_malformed(service: Running) -> None:
    line = json.dumps({"request": "look_up", "address": "a", "token": "t"}).encode()
    assert json.loads(service.send(line, end=True)) == {"answer": "malformed"}


def test_answer_is_one_line_of_utf8(service: Running) -> None:
    line = json.dumps({"request": "sign_in", "address": ADDRESS, "password": ISSUED, "client": CLIENT}).encode() + b"\n"
    answer = service.send(line)
    assert answer.count(b"\n") == 1
    assert answer.endswith(b"\n")
    assert "Nguyễn Văn Vịnh".encode() in answer


def test_callers_that_go_away_or_say_nothing_do_no_harm(service: Running) -> None:
    silent = []
    for _ in range(6):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(service.path))
        silent.append(connection)
    assert service.sign_in(ISSUED)["answer"] == "initial"
    for connection in silent:
        connection.close()
    assert service.sign_in(ISSUED)["answer"] == "initial"


def test_journal_tells_what_happened_and_no_secret(service: Running) -> None:
    typed = "toi go mat khau vao o dia chi"
    service.sign_in(ISSUED, typed)
    service.sign_in("wrong secret", OTHER)
    service.sign_in(ISSUED)
    service.change(ISSUED, "matkhau123")
    token = service.change(ISSUED, CHOSEN)["token"]
    service.ask("sign_out", address=ADDRESS, token=token)
    log = service.log.read_text()
    for event in ("refused: no such account", f"refused: {OTHER}", "initial", "unsuitable", "changed", "sign_out"):
        assert event in log
    for secret in (typed, "wrong secret", ISSUED, CHOSEN, "matkhau123", token, "argon2id"):
        assert secret not in log


# ---------------------------------------------------------------------------------------------- what is missing


def test_database_away_and_back(filled: Database, tmp_path: Path) -> None:
    """Refused by the database, as when it restarts; and again, after the connections that were open are dead."""
    with running(filled, tmp_path / "service") as service:
        assert service.sign_in(ISSUED)["answer"] == "initial"
        with filled.server.connect("postgres") as admin:
            admin.execute(f'ALTER DATABASE "{filled.name}" ALLOW_CONNECTIONS false'.encode())
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (filled.name,))
            for _ in range(5):
                assert service.sign_in(ISSUED) == {"answer": "unavailable"}
            assert service.change(ISSUED, CHOSEN) == {"answer": "unavailable"}
            assert service.look_up("x") == {"answer": "unavailable"}
            assert service.ask("sign_out", address=ADDRESS, token="x") == {"answer": "unavailable"}
            admin.execute(f'ALTER DATABASE "{filled.name}" ALLOW_CONNECTIONS true'.encode())
        assert service.sign_in(ISSUED)["answer"] == "initial", "what failed so was no guess"


def test_connections_that_died_are_replaced(service: Running) -> None:
    assert service.sign_in(ISSUED)["answer"] == "initial"
    service.database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'danhba_credentials'"
        " AND datname = current_database()"
    )
    assert service.sign_in(ISSUED)["answer"] == "initial"


def test_no_server_at_all(filled: Database, tmp_path: Path) -> None:
    nowhere = replace(filled, server=replace(filled.server, folder=tmp_path))
    with running(nowhere, tmp_path / "service") as service:
        assert service.sign_in(ISSUED) == {"answer": "unavailable"}


def test_sessions_that_cannot_be_ended_do_not_undo_the_change(filled: Database, tmp_path: Path) -> None:
    with running(filled, tmp_path / "service", anvil_socket="/nonexistent/anvil") as service:
        assert service.change(ISSUED, CHOSEN)["answer"] == "changed"
        assert service.sign_in(CHOSEN)["answer"] == "signed_in"
        assert f"the sessions of {ADDRESS} were not ended yet" in service.log.read_text()
    assert filled.query("SELECT address FROM mail.ending") == [(ADDRESS,)]


def test_many_at_once(service: Running) -> None:
    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(lambda _: service.sign_in(ISSUED, client=ELSEWHERE)["answer"], range(80)))
    # At the limit of three at once for one account the others are told to wait; none is lost or refused.
    assert set(answers) <= {"initial", "wait"}
    assert service.sign_in(ISSUED)["answer"] == "initial"


def test_stopping_finishes_what_was_begun(filled: Database, tmp_path: Path) -> None:
    with running(filled, tmp_path / "service") as service, socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(service.path))
        line = {"request": "sign_in", "address": ADDRESS, "password": ISSUED, "client": CLIENT}
        data = json.dumps(line).encode() + b"\n"
        connection.sendall(data[:20])
        time.sleep(0.5)
        connection.sendall(data[20:])
        assert b"initial" in connection.recv(65536)


def test_stopping_answers_what_dovecot_has_asked(filled: Database, tmp_path: Path) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'mail.credential'::regclass"
    with running(filled, tmp_path / "service") as service, ThreadPoolExecutor(1) as pool:
        with filled.connect() as connection, connection.transaction():
            connection.execute("LOCK TABLE mail.credential")
            guess = pool.submit(service.guess_by_mail, OTHER, "0001")
            for _ in range(400):
                if filled.query(waiting) == [(1,)]:
                    break
                time.sleep(0.01)
            service.tell_to_end()
            time.sleep(1.5)
            assert not guess.done()
        guess.result(30)


@pytest.mark.clause("R10.4")
def test_what_is_guessed_while_it_ends_is_known_when_it_is_back(filled: Database, tmp_path: Path) -> None:
    line = {"request": "sign_in", "address": ADDRESS, "password": "wrong", "client": CLIENT}
    data = json.dumps(line).encode() + b"\n"
    with running(filled, tmp_path / "service") as service, socket.socket(socket.AF_UNIX) as last:
        for _ in range(2):
            service.sign_in("wrong")
        last.connect(str(service.path))
        last.sendall(data[:20])
        service.look_up("x")  # which came after it
        service.tell_to_end()
        time.sleep(0.5)
        for number in range(3):
            service.guess_by_mail(OTHER, f"{number:04x}")
        last.sendall(data[20:])
        assert b"refused" in last.recv(65536)
    with running(filled, tmp_path / "again") as again:
        assert again.sign_in(ISSUED)["answer"] == "wait"
        assert again.sign_in(ISSUED, OTHER)["answer"] == "wait"


# ---------------------------------------------------------------------------------------------- the webmail's role


def test_webmail_role_can_neither_read_a_hash_nor_set_a_password(filled: Database) -> None:
    """Not even a connection: the credential service is its only way, and that wants the old password."""
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        filled.connect(WEBMAIL_ROLE)
    before = filled.dump()
    with filled.connect() as connection:
        connection.execute(f"SET ROLE {WEBMAIL_ROLE}".encode())
        for statement in (
            "SELECT password FROM mail.credential",
            "SELECT password FROM mail.former_password",
            "SELECT token FROM mail.web_session",
            "SELECT password FROM dovecot.passdb",
            "UPDATE mail.credential SET password = '{PLAIN}x'",
            "INSERT INTO mail.web_session VALUES ('x', 'official', '1', 'x', now())",
            "SELECT mail.replace_password()",
        ):
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)):
                connection.execute(statement.encode())
    assert filled.dump() == before
