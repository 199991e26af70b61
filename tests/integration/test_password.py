"""The module laocai.mail.password, run by Ansible against a real PostgreSQL, and what an early end leaves behind."""

from __future__ import annotations

import ctypes
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import pyrage
import pytest
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import credentials
from ansible_collections.laocai.mail.plugins.module_utils.host.credentials import (
    BatchName,
    Credential,
    Order,
)
from ansible_collections.laocai.mail.plugins.plugin_utils import issuing, passwords
from ansible_collections.laocai.mail.plugins.plugin_utils.controller import read_register
from ansible_collections.laocai.mail.plugins.plugin_utils.letters import outbox
from ansible_collections.laocai.mail.plugins.plugin_utils.letters.content import Office
from ansible_collections.laocai.mail.plugins.plugin_utils.letters.outbox import Outbox
from ansible_collections.laocai.mail.plugins.plugin_utils.passwords import Issued, Issuer
from passlib.hash import argon2

from tests.factory import official_yaml
from tests.integration.conftest import PROJECT, Ansible, Database, path_without
from tests.integration.issuing import (
    AGENCY,
    DAY,
    LETTERS,
    MODULE,
    NOBODYS,
    PUBLIC,
    REGISTER,
    SECRET,
    DirectHost,
    add_accounts,
    order,
    silent,
    write_register,
)
from tests.support.letters import PASSWORD, bundles, open_bundle, open_letters

EVERYBODY = Order(accounts=[], document="", acknowledge=0)
PR_GET_DUMPABLE = 3  # of <linux/prctl.h>


def read_output(folder: Path) -> dict[str, str]:
    """Address and password of each letter, the newest of each."""
    return open_letters(folder / LETTERS, SECRET)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def read_hashes(database: Database) -> dict[str, str]:
    return dict(database.query("SELECT address, password FROM dovecot.passdb", role="dovecot"))


def assert_known(issued: dict[str, str], hashes: dict[str, str]) -> None:
    """Each password in force is in the output, and each line of the output is in force."""
    assert issued.keys() == hashes.keys()
    assert all(argon2.verify(issued[address], hashes[address].removeprefix("{ARGON2ID}")) for address in issued)


@pytest.fixture(autouse=True)
def register(tmp_path: Path) -> Path:
    """The register beside which everything is issued."""
    return write_register(tmp_path)


@pytest.fixture
def host(database: Database) -> DirectHost:
    return DirectHost(database)


@pytest.fixture
def issuer(host: DirectHost, tmp_path: Path, register: Path, monkeypatch: pytest.MonkeyPatch) -> Issuer:
    """An issuer whose "hashes" show the password, so that reality is easily compared with the letters."""
    monkeypatch.setattr(passwords, "hash_passwords", lambda made, progress: [f"{{PLAIN}}{item}" for item in made])
    office = Office(*read_register(register), date.fromisoformat(DAY), PUBLIC)
    return Issuer(Outbox(tmp_path / LETTERS), office, host, "test", silent, silent)


def in_force(database: Database) -> dict[str, str]:
    return {address: hashed.removeprefix("{PLAIN}") for address, hashed in read_hashes(database).items()}


def on_disk(issuer: Issuer) -> list[dict[str, str]]:
    """What the letters say whose passwords were stored, and then those of each run that ended early."""
    folder = issuer.outbox.path
    if not folder.exists():
        return []
    found = [open_letters(folder, SECRET), *(unfinished(path) for path in folder.glob("*.partial"))]
    return [letters for letters in found if letters]


def unfinished(folder: Path) -> dict[str, str]:
    """What can be opened of a partial batch."""
    found: dict[str, str] = {}
    for path in folder.glob("*.age"):
        with suppress(pyrage.DecryptError):  # a file that was being written
            found |= open_bundle(path, SECRET)
    return found


def in_clear(folder: Path) -> list[Path]:
    """Every file below a folder that has a PDF in it, or anything that looks like an issued password."""
    contents = {path: path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file()}
    return [path for path, content in contents.items() if "%PDF-" in content or PASSWORD.search(content)]


# ---------------------------------------------------------------------------------------------- as asked


def test_every_open_account_gets_one_once(ansible: Ansible, database: Database) -> None:
    wanted = add_accounts(database, 25)
    add_accounts(database, 2, state="suspended", first=101)
    add_accounts(database, 2, state="closed", first=201)
    outcome = ansible.run(MODULE, order(database))
    assert outcome.changed, outcome.output
    assert (outcome.result["issued"], outcome.result["reissued"]) == (25, 0)
    assert outcome.result["accounts"] == wanted[:20]
    assert Path(outcome.result["letters"]) == ansible.folder / LETTERS
    assert (outcome.result["bundles"], outcome.result["operator"]) == (1, 0)
    assert list(read_output(ansible.folder)) == wanted
    assert_known(read_output(ansible.folder), read_hashes(database))
    [bundle] = bundles(ansible.folder / LETTERS)
    assert stat.S_IMODE(bundle.stat().st_mode) == 0o600
    assert names(ansible.folder / LETTERS) == [bundle.parent.name]
    assert in_clear(ansible.folder) == []

    before, output = database.dump(), bundle.read_bytes()
    again = ansible.run(MODULE, order(database))
    assert again.status == 0
    assert not again.changed
    assert database.dump() == before
    assert bundles(ansible.folder / LETTERS) == [bundle]
    assert bundle.read_bytes() == output


def test_each_change_is_on_record(ansible: Ansible, database: Database) -> None:
    [address] = add_accounts(database, 1)
    ansible.run(MODULE, order(database))
    ansible.run(MODULE, order(database, accounts=[address], document="12/BC-STTTT"))
    runs = database.query("SELECT job, actor <> '', batch IS NOT NULL FROM mail.run")
    assert runs == [("passwords", True, True)] * 2
    assert database.query("SELECT action, kind, id, document, before, after FROM mail.audit ORDER BY entry") == [
        ("issue_password", "official", "1", "1/QĐ-STTTT", None, {"address": address}),
        ("reissue_password", "official", "1", "12/BC-STTTT", {"run": 1}, {"address": address}),
    ]
    assert database.query("SELECT run, document FROM mail.credential") == [(2, "12/BC-STTTT")]


@pytest.mark.clause("R10.5")
def test_named_account_gets_a_new_password_with_its_document(ansible: Ansible, database: Database) -> None:
    first, second = add_accounts(database, 2)
    ansible.run(MODULE, order(database))
    before = read_output(ansible.folder)
    outcome = ansible.run(MODULE, order(database, accounts=[first.upper(), first], document="12/BC-STTTT"))
    assert (outcome.result["issued"], outcome.result["reissued"]) == (1, 1)
    after = read_output(ansible.folder)
    assert_known(after, read_hashes(database))
    assert after[first] != before[first]
    assert after[second] == before[second]


def test_check_mode_changes_nothing(ansible: Ansible, database: Database) -> None:
    wanted = add_accounts(database, 3)
    before = database.dump()
    outcome = ansible.run(MODULE, order(database), check=True)
    assert outcome.changed
    assert outcome.result["accounts"] == wanted
    assert database.dump() == before
    assert names(ansible.folder) == [REGISTER]


# ---------------------------------------------------------------------------------------------- sessions


@pytest.fixture
def doveadm(tmp_path: Path, ansible_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Doveadm:
    """A `doveadm` of the test's own before every other one."""
    command = Doveadm(tmp_path / "bin")
    command.exit_with(0)
    monkeypatch.setitem(ansible_environment, "PATH", f"{command.folder}:{ansible_environment['PATH']}")
    return command


class Doveadm:
    """Notes what it is called with."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._log = folder / "log"

    def exit_with(self, status: int) -> None:
        """Say something and exit with a status from now on."""
        self.folder.mkdir(exist_ok=True)
        command = self.folder / "doveadm"
        command.write_text(f'#!/bin/sh\necho "$@" >> {self._log}\necho away >&2\nexit {status}\n')
        command.chmod(0o755)

    @property
    def calls(self) -> list[str]:
        """What it was called with so far."""
        return self._log.read_text().splitlines() if self._log.exists() else []


@pytest.mark.clause("R10.5")
def test_a_reissue_ends_the_sessions_of_the_old_password(
    ansible: Ansible, database: Database, doveadm: Doveadm
) -> None:
    """R10.5. Not before it is stored, nobody else's, and none in check mode; 68 means that nobody is connected."""
    first, _second = add_accounts(database, 2)
    assert ansible.run(MODULE, order(database)).changed
    wish = order(database, accounts=[first], document="12/BC-STTTT")
    assert ansible.run(MODULE, wish, check=True).changed
    assert doveadm.calls == []
    doveadm.exit_with(credentials.NOT_CONNECTED)
    outcome = ansible.run(MODULE, wish)
    assert outcome.result["reissued"] == 1, outcome.output
    assert doveadm.calls == [f"kick {first}"]
    assert database.query("SELECT * FROM mail.ending") == []
    assert ansible.run(MODULE, order(database)).status == 0
    assert doveadm.calls == [f"kick {first}"]


def test_sessions_that_could_not_be_ended_are_ended_by_the_next_run(
    ansible: Ansible, database: Database, doveadm: Doveadm
) -> None:
    [address] = add_accounts(database, 1)
    ansible.run(MODULE, order(database))
    doveadm.exit_with(75)
    refused = ansible.run(MODULE, order(database, accounts=[address], document="12/BC-STTTT"))
    refused.assert_refused("Dovecot chưa kết thúc phiên của mật khẩu cũ: away", "run again")
    assert database.query("SELECT address FROM mail.ending") == [(address,)]
    doveadm.exit_with(0)
    foreseen = ansible.run(MODULE, order(database), check=True)
    assert foreseen.result["recovered"] == 1, foreseen.output
    assert doveadm.calls == [f"kick {address}"]
    again = ansible.run(MODULE, order(database))
    assert (again.result["issued"], again.result["recovered"]) == (0, 1)
    assert doveadm.calls == [f"kick {address}"] * 2
    assert_known(read_output(ansible.folder), read_hashes(database))


def test_a_host_without_dovecot_is_no_obstacle(
    ansible: Ansible, database: Database, doveadm: Doveadm, ansible_environment: dict[str, str]
) -> None:
    [address] = add_accounts(database, 1)
    ansible.run(MODULE, order(database))
    (doveadm.folder / "doveadm").unlink()
    assert shutil.which("doveadm", path=ansible_environment["PATH"]) is None
    outcome = ansible.run(MODULE, order(database, accounts=[address], document="12/BC-STTTT"))
    assert outcome.status == 0, outcome.output
    assert outcome.result["reissued"] == 1, outcome.output
    assert "The host has no doveadm" in " ".join(outcome.output.split())


def test_path_without_a_program_finds_all_others(tmp_path: Path) -> None:
    """So a machine that has Dovecot installed runs the same tests as one that has not."""
    for name in ("doveadm", "other"):
        (tmp_path / "has" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "has" / name).touch(mode=0o755)
    path = path_without("doveadm", f"{tmp_path}/has:/usr/bin", tmp_path / "rest")
    assert shutil.which("doveadm", path=path.removesuffix(":/usr/bin")) is None
    assert shutil.which("other", path=path) == str(tmp_path / "rest/0/other")
    assert path.endswith(":/usr/bin")


@pytest.mark.parametrize(
    ("count", "calls"), [(0, []), (2, [f"kick {n}@x" for n in range(2)]), (credentials.REISSUE_COUNT + 1, ["kick *"])]
)
def test_many_sessions_are_ended_by_one_call(tmp_path: Path, count: int, calls: list[str]) -> None:
    command = Doveadm(tmp_path / "bin")
    command.exit_with(0)
    credentials.end_sessions([f"{n}@x" for n in range(count)], print, str(command.folder / "doveadm"))
    assert command.calls == calls


# ---------------------------------------------------------------------------------------------- handing over


def test_the_operator_is_told_of_letters_of_no_use(
    issuer: Issuer, database: Database, register: Path, ansible_environment: dict[str, str]
) -> None:
    """playbooks/letters.yml: a whole bundle by its agency, and a letter in one that is given out by its address."""
    first, second, _third = add_accounts(database, 3)
    issuer.issue(named(1, 2))
    issuer.issue(named(3))
    assert "Letters of no use" not in hand_over(register, ansible_environment)
    for number in (2, 3):
        end_mailbox(register / "agencies/stttt.yml", number)
    said = hand_over(register, ansible_environment)
    assert "Sẽ bàn giao 2 phiếu của 1 cơ quan" in said
    assert f"Phiếu không còn dùng được, vì đã cấp lại hoặc hộp thư đã hủy, đang tạm khóa: stttt, {second}." in said
    assert f"or of mailboxes that ended or are suspended: stttt, {second}." in said
    assert first not in said


def test_the_operator_is_told_whose_password_nobody_knows(
    issuer: Issuer, database: Database, register: Path, ansible_environment: dict[str, str]
) -> None:
    """Who moved while the letter waited: named by the new address, with the remedy."""
    add_accounts(database, 1)
    issuer.issue(EVERYBODY)
    end_mailbox(register / "agencies/stttt.yml", 1, event="transferred")
    opened = {"document": "9/QĐ-STTTT", "date": "2026-11-20", "event": "transferred"}
    person = official_yaml(id="1", address="u0001-snv", address_document="1/STTTT-VP", opened=opened)
    agency = AGENCY.replace("stttt", "snv").replace("Sở Thông tin và Truyền thông", "Sở Nội vụ")
    (register / "agencies/snv.yml").write_text(agency + person, encoding="utf-8")
    said = hand_over(register, ansible_environment)
    new = "u0001-snv@laocai.gov.vn"
    assert f"cấp lại mật khẩu cho: {new} (playbooks/passwords.yml -e accounts={new} -e document=" in said
    assert f"nobody knows the password: reissue it for: {new}" in said


def test_a_broken_manifest_is_no_obstacle_and_is_told(ansible: Ansible, database: Database) -> None:
    """What is issued is safe all the same, and each run says what to do."""
    add_accounts(database, 1)
    ansible.run(MODULE, order(database))
    [first] = bundles(ansible.folder / LETTERS)
    first.with_name("manifest.json").write_text("{")
    add_accounts(database, 1, first=2)
    outcome = ansible.run(MODULE, order(database))
    assert outcome.result["issued"] == 1, outcome.output
    assert "Cấp lại mật khẩu cho các hộp thư của stttt" in " ".join(outcome.output.split())
    assert [bundle.parent.name[:4] for bundle in bundles(ansible.folder / LETTERS)] == ["0001", "0002"]


def hand_over(register: Path, environment: dict[str, str]) -> str:
    """What the playbook says in check mode; it asks no server."""
    folder = register.parent
    variables = {
        "letters_dir": str(folder / LETTERS),
        "to": str(folder / "stick"),
        "register_dir": str(register),
        "as_of": DAY,
        "ansible_connection": "local",
        "ansible_python_interpreter": sys.executable,
    }
    inventory = folder / "hosts"
    inventory.write_text("[mail]\nlocalhost\n")
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "--inventory", str(inventory), "--check"]
    playbook = str(PROJECT / "playbooks/letters.yml")
    done = subprocess.run(
        [*command, "--extra-vars", json.dumps(variables), playbook],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return " ".join(done.stdout.split())


def end_mailbox(file: Path, number: int, event: str = "retired") -> None:
    """Have the register say that an official has left."""
    opened = f"    opened: {{document: {number}/QĐ-STTTT, date: 2010-10-15, event: migrated}}\n"
    text = file.read_text(encoding="utf-8")
    assert text.count(opened) == 1
    closed = f"    closed: {{document: 9/QĐ-STTTT, date: 2026-11-20, event: {event}}}\n"
    file.write_text(text.replace(opened, opened + closed), encoding="utf-8")


# ---------------------------------------------------------------------------------------------- refusals


ADDRESS = "u{:04}-stttt@laocai.gov.vn".format


@pytest.fixture
def crowd(database: Database) -> Database:
    """150 open accounts of which 60 have a password, one suspended and one closed account."""
    add_accounts(database, 150)
    add_accounts(database, 1, state="suspended", first=301)
    add_accounts(database, 1, state="closed", first=302)
    database.query("INSERT INTO mail.run (job, actor) VALUES ('passwords', 'test')")
    database.query(
        "INSERT INTO mail.credential (kind, id, password, run) SELECT kind, id, '{PLAIN}x', 1 FROM mail.account"
        " WHERE id::int <= 60"
    )
    return database


def named(*numbers: int, document: str = "", acknowledge: int = 0) -> Order:
    return Order([ADDRESS(number) for number in numbers], document, acknowledge)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (named(999), (f"{ADDRESS(999)} (không có)", f"{ADDRESS(999)} (unknown)")),
        (named(301), (f"{ADDRESS(301)} (tạm khóa)", f"{ADDRESS(301)} (suspended)")),
        (named(1, 302, 999, document="12/BC-STTTT"), (f"{ADDRESS(302)} (đã đóng), {ADDRESS(999)}", "(closed)")),
        (named(1, 100), (f"Đã có mật khẩu: {ADDRESS(1)}.", "set document")),
        (
            named(1, 2, 3, 4, document="12/BC-STTTT"),
            ("đặt acknowledge: 4", "exceeds the limit of 3 (the smaller of 50 and 2 % of 150 open mailboxes)"),
        ),
        (named(1, 2, 3, 4, document="12/BC-STTTT", acknowledge=3), ("đặt acknowledge: 4", "the limit of 3")),
        (named(*range(500, 530)), (f"{ADDRESS(519)} (không có), … (+10)", f"{ADDRESS(519)} (unknown), … (+10)")),
    ],
)
@pytest.mark.parametrize("attempt", [Issuer.issue, Issuer.foresee])
def test_refused_order_changes_nothing(
    crowd: Database,
    issuer: Issuer,
    wish: Order,
    words: tuple[str, str],
    attempt: Callable[[Issuer, Order], Issued],
) -> None:
    before = crowd.dump()
    with pytest.raises(Failure) as refusal:
        attempt(issuer, wish)
    assert words[0] in refusal.value.vi
    assert words[1] in refusal.value.en
    assert crowd.dump() == before
    assert on_disk(issuer) == []


@pytest.mark.parametrize(
    ("wish", "reissued"),
    [
        (named(1, 2, 3, document="12/BC-STTTT"), 3),
        (named(1, 2, 3, 4, document="12/BC-STTTT", acknowledge=4), 4),
        (named(1, 100, 101, 102, document="12/BC-STTTT"), 1),
    ],
)
def test_guard_counts_reissues_alone(crowd: Database, issuer: Issuer, wish: Order, reissued: int) -> None:
    assert issuer.issue(wish).reissued == reissued
    assert [address for address, password in in_force(crowd).items() if password != "x"] == wish.accounts


def test_one_account_may_always_get_a_new_password(database: Database, issuer: Issuer) -> None:
    add_accounts(database, 2)
    issuer.issue(EVERYBODY)
    assert issuer.issue(named(1, document="12/BC-STTTT")).reissued == 1
    with pytest.raises(Failure, match="the limit of 1"):
        issuer.issue(named(1, 2, document="12/BC-STTTT"))


@pytest.mark.parametrize(("applied", "refused"), [("2026-11-25", True), (DAY, False), ("2026-11-23", False)])
def test_no_day_before_the_last_one_applied(ansible: Ansible, database: Database, applied: str, refused: bool) -> None:
    """It would seal letters to who was custodian then."""
    add_accounts(database, 1)
    for day in ("2026-11-01", applied, "2026-11-02"):
        database.query("INSERT INTO mail.run (job, actor, as_of) VALUES ('accounts', 'test', %s)", day)
    for check in (True, False):
        before = database.dump()
        outcome = ansible.run(MODULE, order(database), check=check)
        if refused:
            outcome.assert_refused(f"Nêu as_of từ {applied} trở đi", f"{DAY} lies before {applied}")
            assert database.dump() == before
            assert issued_files(ansible.folder) == []
        else:
            assert outcome.result["issued"] == 1, outcome.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"accounts": ["x@laocai.gov.vn"]}, ("x@laocai.gov.vn (không có)", "x@laocai.gov.vn (unknown)")),
        ({"document": "theo báo cáo"}, ("không phải số, ký hiệu văn bản", "is not the number and symbol")),
        ({"socket": "/nonexistent"}, ("PostgreSQL không chạy", "PostgreSQL server is not running")),
        ({"letters": "."}, ("không phải của riêng bạn", "chmod 700")),
        ({"key": "age1"}, ("không phải khóa công khai age", "no public key of age")),
        ({"key": SECRET}, ("khóa riêng", "treat it as leaked")),
        ({"as_of": "24/11/2026"}, ("as_of không phải ngày", "as_of is no date")),
        ({"accounts": ["x-snv@laocai.gov.vn"]}, ("x-snv@laocai.gov.vn", "The register has no mailbox")),
    ],
)
def test_refusal_reaches_the_operator(
    ansible: Ansible, database: Database, arguments: dict[str, Any], words: tuple[str, str]
) -> None:
    add_accounts(database, 1)
    add_stranger(database)
    ansible.folder.chmod(0o755)
    before = database.dump()
    wish = order(database, accounts=["u0001-stttt@laocai.gov.vn"]) | arguments
    ansible.run(MODULE, wish).assert_refused(*words)
    assert database.dump() == before
    assert issued_files(ansible.folder) == []


def add_stranger(database: Database) -> None:
    """An account that the register does not have."""
    database.query(
        "INSERT INTO mail.account (kind, id, address, name, agency, quota, state, document, since)"
        " VALUES ('official', '9999', 'x-snv@laocai.gov.vn', 'X', 'snv', 1, 'open', '1/QĐ-SNV', '2010-10-15')"
    )


def issued_files(folder: Path) -> list[Path]:
    """Every file but the register's."""
    return [path for path in folder.rglob("*") if path.is_file() and folder / REGISTER not in path.parents]


def test_without_a_key_nothing_is_made(ansible: Ansible, database: Database, register: Path) -> None:
    """Neither the custodian nor the operator has one; also in check mode."""
    add_accounts(database, 1)
    province = register / "province.yml"
    province.write_text(province.read_text().replace(f"operator_key: {NOBODYS}\n", ""))
    before = database.dump()
    for check in (False, True):
        outcome = ansible.run(MODULE, order(database, key=""), check=check)
        outcome.assert_refused("Không có khóa nào để mã hóa phiếu của: stttt", "There is no key")
    assert database.dump() == before
    assert issued_files(ansible.folder) == []


def test_a_wrong_key_in_the_register_is_a_finding(ansible: Ansible, database: Database, register: Path) -> None:
    add_accounts(database, 1)
    province = register / "province.yml"
    province.write_text(province.read_text().replace(NOBODYS, NOBODYS[:-1] + "q"))
    before = database.dump()
    outcome = ansible.run(MODULE, order(database, key=""))
    assert outcome.status != 0
    assert [finding["rule"] for finding in outcome.result["findings"]] == ["age-key"]
    assert database.dump() == before
    assert issued_files(ansible.folder) == []


def test_letters_are_for_the_registers_key(ansible: Ansible, database: Database) -> None:
    """Without a key of the task's own."""
    add_accounts(database, 2)
    outcome = ansible.run(MODULE, order(database, key=""))
    assert (outcome.result["bundles"], outcome.result["operator"]) == (1, 1)
    [bundle] = bundles(ansible.folder / LETTERS)
    with pytest.raises(pyrage.DecryptError):
        open_bundle(bundle, SECRET)
    assert f'"key": "{NOBODYS}"' in bundle.with_name("manifest.json").read_text()


# ---------------------------------------------------------------------------------------------- secrets


def test_no_secret_is_anywhere_in_clear(
    ansible: Ansible, database: Database, ansible_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even with all of Ansible's talk and its temporary files kept: no file holds one, and the database a hash."""
    add_accounts(database, 5)
    monkeypatch.setitem(ansible_environment, "ANSIBLE_KEEP_REMOTE_FILES", "1")
    monkeypatch.setitem(ansible_environment, "ANSIBLE_LOG_PATH", str(ansible.folder / "ansible.log"))
    outcome = ansible.run(MODULE, order(database), diff=True, verbosity=5)
    secrets = [*read_output(ansible.folder).values(), *read_hashes(database).values(), "{ARGON2ID}"]
    assert len(secrets) == 11

    kept = list(Path(ansible_environment["ANSIBLE_HOME"]).rglob("password.json"))
    assert kept, "the host's files were not kept, so this test looks at nothing"
    home = Path(ansible_environment["ANSIBLE_HOME"])
    files = [path for root in (home, ansible.folder) for path in root.rglob("*") if path.is_file()]
    texts = {path: path.read_bytes() for path in files if not path.is_symlink()}
    assert ansible.folder / "ansible.log" in texts
    for secret in secrets:
        assert secret not in outcome.output
        assert secret not in database.dump().partition("mail.audit")[0] or secret.startswith("{ARGON2ID}")
        assert [path for path, text in texts.items() if secret.encode() in text and path.suffix != ".py"] == []


def test_a_crash_leaves_no_memory_behind() -> None:
    """Neither in a file, nor by a pipe: what Linux itself says of a process that issues."""

    def forbidden() -> None:
        issuing.forbid_core_dumps()
        said = Path("/proc/self/limits").read_text()
        assert re.search(r"^Max core file size +0 ", said, re.MULTILINE)
        os._exit(ctypes.CDLL(None).prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) + 10)

    assert os.waitstatus_to_exitcode(in_child(forbidden)) == 10


# ---------------------------------------------------------------------------------------------- early ends


def in_child(work: Callable[[], object]) -> int:
    """Do the work in a forked process; its wait status."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return os.waitpid(pid, 0)[1]


Line = tuple[str, int]
TRACED = {passwords.__file__, credentials.__file__, outbox.__file__}


def trace(work: Callable[[], object], on_line: Callable[[Line], None]) -> None:
    """Do the work and tell of each line of the code under test just before it is run."""

    def tracer(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename not in TRACED:
            return None
        if event == "line":
            on_line((frame.f_code.co_filename, frame.f_lineno))
        return tracer

    before = sys.gettrace()  # that of coverage
    sys.settrace(tracer)
    try:
        work()
    finally:
        sys.settrace(before)


def kill_before(line: Line) -> Callable[[Line], None]:
    def on_line(reached: Line) -> None:
        if reached == line:
            os.kill(os.getpid(), signal.SIGKILL)

    return on_line


def forget(issuer: Issuer, database: Database) -> None:
    """As if no password had ever been issued."""
    database.query("DELETE FROM mail.credential")
    shutil.rmtree(issuer.outbox.path, ignore_errors=True)


def reissue_all(database: Database) -> Order:
    accounts = [address for (address,) in database.query("SELECT address FROM mail.account")]
    return Order(accounts, "12/BC-STTTT", len(accounts))


@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.long), 5])
def test_killed_before_any_line(issuer: Issuer, database: Database, every: int) -> None:
    """At no moment is a password in force that is in no letter on disk, or one in clear, and the next run completes."""
    wanted = add_accounts(database, 3)
    work = partial(issuer.issue, EVERYBODY)
    lines: list[Line] = []
    trace(work, lines.append)
    assert len(set(lines)) > 60
    outcomes = set()
    for line in [*dict.fromkeys(lines)][::every]:
        forget(issuer, database)
        status = in_child(partial(trace, work, kill_before(line)))
        assert os.WIFSIGNALED(status), line
        known, force = on_disk(issuer), in_force(database)
        assert list(force) in ([], wanted), line
        assert not force or force in known, line
        assert in_clear(issuer.outbox.path.parent) == [], line

        done = issuer.issue(EVERYBODY)
        outcomes.add((done.issued, done.recovered, done.discarded))
        assert list(in_force(database)) == wanted, line
        assert on_disk(issuer) == [in_force(database)], line
        assert not force or in_force(database) == force, line
        assert [batch.number for batch in issuer.outbox.batches()] == [1], line
        assert len(names(issuer.outbox.path)) == 1, line
    # The run was killed early on; with a partial file before the store; after the store; and after the renaming.
    assert outcomes == {(3, 0, 0), (3, 0, 1), (0, 1, 0), (0, 0, 0)}


def test_killed_while_reissuing(issuer: Issuer, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The older letters stay, and the newer ones count as soon as their passwords are in force."""
    add_accounts(database, 3)
    issuer.issue(EVERYBODY)
    old = in_force(database)
    stop = kill_at(monkeypatch, Outbox, "finish")
    assert os.WIFSIGNALED(in_child(lambda: issuer.issue(reissue_all(database))))
    stop()
    assert in_force(database) != old
    assert on_disk(issuer)[0] == old
    done = issuer.issue(EVERYBODY)
    assert (done.issued, done.recovered) == (0, 1)
    assert on_disk(issuer) == [in_force(database)]


@pytest.mark.parametrize(("first", "cited"), [(True, ""), (True, "12/BC-STTTT"), (False, "12/BC-STTTT")])
def test_the_same_order_after_a_cut_is_done_once(
    issuer: Issuer, database: Database, monkeypatch: pytest.MonkeyPatch, first: bool, cited: str
) -> None:
    """One report, one reissue: the letters of the run that was cut after its store are the ones that count."""
    wanted = add_accounts(database, 3)
    if not first:
        issuer.issue(EVERYBODY)
    wish = named(1, 2, document=cited, acknowledge=2)
    stop = kill_at(monkeypatch, Outbox, "finish")
    assert os.WIFSIGNALED(in_child(lambda: issuer.issue(wish)))
    stop()
    stored, audit = in_force(database), database.query("SELECT * FROM mail.audit")
    for attempt in (issuer.foresee, issuer.issue):
        done = attempt(wish)
        assert (done.issued, done.recovered, done.done) == (0, 1, wanted[:2])
    assert (in_force(database), database.query("SELECT * FROM mail.audit")) == (stored, audit)
    assert on_disk(issuer) == [stored]

    # The next report is another order.
    again = issuer.issue(replace(wish, document="13/BC-STTTT"))
    assert (again.reissued, again.done) == (2, [])


def test_the_same_order_before_its_letters_are_handed_over_is_done_once(
    issuer: Issuer, database: Database, tmp_path: Path
) -> None:
    """Whether the run was cut after its last step, or its output was lost: the letters that wait are the ones."""
    wanted = add_accounts(database, 3)
    issuer.issue(EVERYBODY)
    wish = named(1, 2, document="12/BC-STTTT", acknowledge=2)
    issuer.issue(wish)
    stored = in_force(database)
    for attempt in (issuer.foresee, issuer.issue):
        done = attempt(wish)
        assert (done.issued, done.recovered, done.done) == (0, 0, wanted[:2])
    # More people by the same report are another matter.
    done = issuer.issue(named(1, 2, 3, document="12/BC-STTTT", acknowledge=3))
    assert (done.accounts, done.done) == ([wanted[2]], wanted[:2])
    assert {address: in_force(database)[address] for address in wanted[:2]} == {a: stored[a] for a in wanted[:2]}


def test_a_letter_whose_password_is_not_in_force_any_more_does_not_count(issuer: Issuer, database: Database) -> None:
    """Such as after a return to an older state of the server: nobody could know the password that it has."""
    wanted = add_accounts(database, 1)
    issuer.issue(EVERYBODY)
    wish = named(1, document="12/BC-STTTT")
    issuer.issue(wish)
    database.query("UPDATE mail.credential SET document = '1/QĐ-STTTT' RETURNING 1")
    done = issuer.issue(wish)
    assert (done.accounts, done.done) == (wanted, [])


def test_another_report_after_a_cut_is_another_order(
    issuer: Issuer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the run that was cut had issued is taken over, and then replaced, as the second report demands."""
    add_accounts(database, 1)
    stop = kill_at(monkeypatch, Outbox, "finish")
    assert os.WIFSIGNALED(in_child(lambda: issuer.issue(named(1, document="12/BC-STTTT"))))
    stop()
    stored = in_force(database)
    done = issuer.issue(named(1, document="13/BC-STTTT"))
    assert (done.recovered, done.reissued, done.done) == (1, 1, [])
    assert in_force(database) != stored
    assert_known(on_disk(issuer)[0], read_hashes(database))


def test_what_the_cut_run_did_not_name_is_still_issued(
    issuer: Issuer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However its addresses are spelled."""
    wanted = add_accounts(database, 3)
    stop = kill_at(monkeypatch, Outbox, "finish")
    assert os.WIFSIGNALED(in_child(lambda: issuer.issue(named(1, 2))))
    stop()
    stored = in_force(database)
    done = issuer.issue(replace(named(), accounts=[f" {wanted[0].upper()}", *wanted[1:]]))
    assert (done.accounts, done.done) == ([wanted[2]], wanted[:2])
    assert {address: in_force(database)[address] for address in wanted[:2]} == stored


def test_killed_before_the_sessions_are_ended(
    issuer: Issuer, host: DirectHost, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The passwords are stored then, so the next run has to end them, and whoever was not in the batch keeps theirs."""
    wanted = add_accounts(database, 4)
    issuer.issue(EVERYBODY)
    assert host.kicked == []
    old = in_force(database)
    stop = kill_at(monkeypatch, host, "kick")
    wish = replace(reissue_all(database), accounts=wanted[:3], acknowledge=3)
    assert os.WIFSIGNALED(in_child(lambda: issuer.issue(wish)))
    stop()
    assert {address for address, password in in_force(database).items() if password != old[address]} == {*wanted[:3]}
    assert issuer.foresee(EVERYBODY).recovered == 1
    assert host.kicked == []
    assert issuer.issue(EVERYBODY).recovered == 1
    assert host.kicked == [wanted[:3]]
    assert issuer.issue(EVERYBODY).recovered == 0
    assert host.kicked == [wanted[:3]]


def kill_at(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> Callable[[], None]:
    """Have the process killed instead of calling a function, until the returned function is called."""
    monkeypatch.setattr(owner, name, lambda *args, **kwargs: os.kill(os.getpid(), signal.SIGKILL))
    return monkeypatch.undo


def test_late_store_of_a_batch_given_up_is_refused(issuer: Issuer, database: Database) -> None:
    """The controller may be dead while the module on the host has yet to begin."""
    add_accounts(database, 1)
    late = DirectHost(database)
    server, _, [target] = late.find_targets(EVERYBODY)
    name = BatchName(server, "6c52fcec-54ba-4ed2-99e0-9a9ecf24c30f")
    with issuer.outbox.locked():
        issuer.outbox.write_partial(name, DAY, [])

    assert issuer.foresee(EVERYBODY).discarded == 1
    done = issuer.issue(EVERYBODY)
    assert (done.issued, done.discarded) == (1, 1)
    credential = Credential("official", "1", target.address, "1/QĐ-STTTT", None, "{PLAIN}lost")
    with pytest.raises(Failure, match="has given this one up"):
        late.store(name.batch, "test", [credential])
    assert on_disk(issuer) == [in_force(database)]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE mail.account SET state = 'closed' WHERE id = '2'",
        "UPDATE mail.account SET state = 'suspended' WHERE id = '2'",
        "UPDATE mail.account SET address = 'new-stttt@laocai.gov.vn' WHERE id = '2'",
        "INSERT INTO mail.credential (kind, id, password, run) VALUES ('official', '2', '{PLAIN}x', 1)",
    ],
)
def test_account_that_changed_meanwhile_stops_the_batch(issuer: Issuer, database: Database, change: str) -> None:
    add_accounts(database, 3)
    database.query("INSERT INTO mail.run (job, actor) VALUES ('accounts', 'test')")
    host = DirectHost(database)
    _, _, targets = host.find_targets(EVERYBODY)
    database.query(change)
    before = database.query("SELECT id, password FROM mail.credential")
    made = [Credential(t.kind, t.id, t.address, t.document, t.previous, "{PLAIN}made") for t in targets]
    with pytest.raises(Failure, match=r"These changed .*: u0002-stttt@laocai.gov.vn\."):
        host.store("6c52fcec-54ba-4ed2-99e0-9a9ecf24c30f", "test", made)
    assert database.query("SELECT id, password FROM mail.credential") == before
    assert database.query("SELECT count(*) FROM mail.audit") == [(0,)]


def test_partial_file_of_another_server_is_kept(issuer: Issuer, database: Database) -> None:
    add_accounts(database, 1)
    with issuer.outbox.locked():
        foreign = issuer.outbox.write_partial(BatchName("1-1", "6c52fcec-54ba-4ed2-99e0-9a9ecf24c30f"), DAY, [])
    for attempt in (issuer.issue, issuer.foresee):
        with pytest.raises(Failure, match="belongs to the database of another server"):
            attempt(EVERYBODY)
    assert foreign.path.exists()
    assert in_force(database) == {}


def killed_runs(ansible: Ansible, database: Database, moments: Sequence[float]) -> Iterator[None]:
    for moment in moments:
        process = ansible.start(MODULE, order(database))
        time.sleep(moment)
        ansible.kill(process)
        yield


def test_real_run_killed_at_any_moment(ansible: Ansible, database: Database) -> None:
    """As above, with Ansible and the real hashes between; the moments spread over a run of about three seconds."""
    wanted = add_accounts(database, 8)
    for _ in killed_runs(ansible, database, [0.6, 1.2, 1.6, 2.0, 2.4]):
        assert list(read_hashes(database)) in ([], wanted)
    outcome = ansible.run(MODULE, order(database))
    assert outcome.status == 0, outcome.output
    assert list(read_hashes(database)) == wanted
    assert_known(read_output(ansible.folder), read_hashes(database))
    assert [path.name for path in (ansible.folder / LETTERS).glob("*.partial")] == []
    assert in_clear(ansible.folder) == []


def test_result_holds_no_password() -> None:
    """Whoever adds a field to the result has to think of it."""
    assert set(Issued.__dataclass_fields__) == {
        *("issued", "reissued", "bundles", "operator", "recovered", "discarded", "accounts", "done"),
        "whom",  # goes into a private file, and not into the result
    }
