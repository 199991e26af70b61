"""Every service that the host needs comes back by itself when it was killed, and an apply waits for the database."""

from __future__ import annotations

import threading
import time

import pytest

from tests.e2e.post import send
from tests.support.deployment import Deployment, changed
from tests.support.waiting import until

from .conftest import Official

SECONDS = 180  # until all is as before
UNITS = [
    "postgresql@17-main",
    "postfix",
    "dovecot",
    "danhba-credentials",
    "nginx",
    "php8.4-fpm",
    "saslauthd",
    "slapd",
]

pytestmark = [pytest.mark.clause("R9.3"), pytest.mark.long]


def main_process(mail: Deployment, unit: str) -> int:
    """Its number, 0 where it does not run."""
    shown = mail.host.run(f"systemctl show --property=ActiveState,MainPID --value {unit}").stdout.split()
    return int(next(word for word in shown if word.isdigit())) if "active" in shown else 0


def kill(mail: Deployment, unit: str) -> int:
    """Kill what systemd takes for the service, as the kernel does where memory is short; the number that it had."""

    def killed() -> int:
        process = main_process(mail, unit)  # systemd may name one for a moment that another hand has killed
        return process if process and mail.host.run(f"kill -KILL {process}", check=False).returncode == 0 else 0

    return int(until(killed))


def wait_until_back(mail: Deployment, unit: str, killed: int) -> None:
    until(lambda: main_process(mail, unit), holds=lambda process: process not in {0, killed})


def sent(mail: Deployment, sender: Official, recipient: Official, subject: str) -> str:
    """The id of a message, as soon as it is taken: a port is open again a moment after the process is there."""
    refused: list[str] = []

    def attempt() -> str:
        try:
            return send(mail, sender, recipient.address, subject)
        except OSError as error:
            refused.append(f"{time.monotonic():.1f} {error!r}")
            return ""

    try:
        return str(until(attempt, SECONDS))
    except AssertionError:
        told = mail.host.run(
            "date; journalctl --no-pager --lines=80 -u 'postgresql@*' -u postfix -u dovecot -u rspamd", check=False
        )
        raise AssertionError("\n".join([*refused, told.stdout])) from None


@pytest.mark.parametrize("unit", UNITS)
def test_a_service_that_was_killed_comes_back(mail: Deployment, officials: list[Official], unit: str) -> None:
    wait_until_back(mail, unit, kill(mail, unit))
    sender, recipient = officials[0], officials[1]
    message = sent(mail, sender, recipient, f"Sau khi {unit} chết")
    mail.server.wait_for(recipient.address, recipient.password, message, seconds=90)


def test_who_signs_in_first_after_the_database_is_let_in(mail: Deployment, officials: list[Official]) -> None:
    """By any process that asked it before; nobody is told that the password is wrong."""
    for what in ("true", "systemctl restart postgresql@17-main; sleep 2", "true"):
        mail.host.run(what)
        for _time in range(4):
            with mail.server.submission(officials[0].address, officials[0].password):
                pass


def test_a_server_that_was_stopped_stays_stopped(mail: Deployment) -> None:
    mail.host.run("pg_ctlcluster 17 main stop")
    try:
        time.sleep(3)
        assert main_process(mail, "postgresql@17-main") == 0
    finally:
        mail.host.run("systemctl start postgresql@17-main")


def test_an_apply_waits_for_a_database_that_recovers(mail: Deployment) -> None:
    """It is killed again and again while the playbook runs; what is left of the run is whole."""
    mail.play("accounts")  # the day may have turned since the demo
    done = threading.Event()

    def torment() -> None:
        for _time in range(3):
            if done.wait(2):
                return
            wait_until_back(mail, "postgresql@17-main", kill(mail, "postgresql@17-main"))

    def hold(name: str) -> None:
        if name == "Bring the accounts to the register":
            kill(mail, "postgresql@17-main")

    thread = threading.Thread(target=torment)
    thread.start()
    try:
        output = mail.play("accounts", task=hold)
    finally:
        done.set()
        thread.join()
    assert changed(output) == 0, output


def test_rspamd_that_is_told_to_reload_while_it_begins_goes_on(mail: Deployment, officials: list[Official]) -> None:
    mail.host.run("systemctl restart rspamd && systemctl reload rspamd", timeout=180)
    assert main_process(mail, "rspamd")
    sender, recipient = officials[0], officials[1]
    mail.server.wait_for(recipient.address, recipient.password, sent(mail, sender, recipient, "Sau khi đọc lại"))
