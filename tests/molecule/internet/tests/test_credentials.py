"""The credential service on the real host: who reaches it, what it may do, and what the webmail may not."""

from __future__ import annotations

import json
import shlex
from typing import Any

import pytest
from testinfra.host import Host

LOCAL = pytest.mark.parametrize("user", ["roundcube", "www-data", "nobody"])
RELAY = (
    "import smtplib; c = smtplib.SMTP('127.0.0.1', 25, 'probe.invalid'); c.ehlo(); c.mail('someone@example.org');"
    " print(c.rcpt('other@example.net')[0])"
)
REACHABLE = """
import pathlib, socket
for path in pathlib.Path("/run/dovecot").rglob("*"):
    try:
        if path.is_socket():
            socket.socket(socket.AF_UNIX).connect(str(path))
            print(path)
    except OSError:
        pass
"""

SOCKET = "/run/danhba-credentials/socket"
ASK = (
    "import socket, sys; c = socket.socket(socket.AF_UNIX); c.connect('/run/danhba-credentials/socket');"
    " c.sendall(sys.argv[1].encode() + b'\\n'); print(c.makefile().read())"
)


def ask(host: Host, user: str, **request: str) -> Any:
    """What the service answers a system user, or what stands in the way."""
    done = host.run("runuser -u %s -- python3 -c %s %s", user, ASK, json.dumps(request))
    return json.loads(done.stdout) if done.succeeded else done.stderr


def psql(host: Host, user: str, database: str, role: str, statement: str) -> str:
    """What PostgreSQL says to a system user in a role."""
    done = host.run("runuser -u %s -- psql -XtA -h /run/postgresql -d %s -U %s -c %s", user, database, role, statement)
    return str(done.stdout + done.stderr).strip()


def test_service_runs_and_starts_at_boot(host: Host) -> None:
    for unit in ("danhba-credentials.socket", "danhba-credentials.service"):
        assert host.service(unit).is_running
        assert host.service(unit).is_enabled


def test_socket_is_the_webmails(host: Host) -> None:
    socket = host.file(SOCKET)
    assert (socket.user, socket.group, socket.mode) == ("root", "roundcube", 0o660)
    assert ask(host, "roundcube", request="look_up", address="a", token="t") == {"answer": "refused"}
    for user in ("nobody", "www-data", "postfix", "dovecot", "openldap"):
        assert "PermissionError" in ask(host, user, request="look_up", address="a", token="t")


def test_unknown_account_is_refused(host: Host) -> None:
    request = {"request": "sign_in", "address": "nobody@laocai.gov.vn", "password": "x", "client": "203.0.113.7"}
    assert ask(host, "roundcube", **request) == {"answer": "refused"}
    assert ask(host, "roundcube", request="set_password", address="a", new="b") == {"answer": "malformed"}


@pytest.mark.parametrize("database", ["danhba", "postgres", "template1"])
def test_webmail_enters_no_other_database(host: Host, database: str) -> None:
    """R10.1: it can neither read a hash nor set a password."""
    assert "no pg_hba.conf entry" in psql(host, "roundcube", database, "roundcube", "SELECT")
    assert psql(host, "roundcube", "roundcube", "roundcube", "SELECT 1") == "1"


@pytest.mark.parametrize("role", ["danhba_credentials", "danhba_password", "danhba_apply", "dovecot", "postgres"])
def test_webmail_is_nobody_elses_role(host: Host, role: str) -> None:
    answer = psql(host, "roundcube", "danhba", role, "SELECT")
    assert "Peer authentication failed" in answer or "no pg_hba.conf entry" in answer


@pytest.mark.clause("R9.3")
def test_service_changes_passwords_and_nothing_else(host: Host) -> None:
    def says(statement: str) -> str:
        return psql(host, "danhba-credentials", "danhba", "danhba_credentials", statement)

    assert "permission denied" in says("UPDATE mail.account SET state = 'open' WHERE false")
    assert "permission denied" in says("DELETE FROM mail.credential WHERE false")
    assert says("UPDATE mail.credential SET password = 'x' WHERE false") == "UPDATE 0"


@pytest.mark.clause("R9.3")
def test_service_is_confined(host: Host) -> None:
    """What its process really has, as the kernel says: no capability, an empty network, no way to more."""
    pid = host.check_output("systemctl show --value --property=MainPID danhba-credentials.service")
    status = dict(line.split(":\t", 1) for line in host.file(f"/proc/{pid}/status").content_string.splitlines())
    assert status["CapEff"].strip("0") == ""
    assert status["CapBnd"].strip("0") == ""
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"
    assert host.file(f"/proc/{pid}/net/tcp").content_string.count("\n") == 1
    user = host.check_output("stat -c %%U /proc/%s", pid)
    assert user == "danhba-credentials"
    writable = host.run(f"nsenter -t {pid} -m runuser -u {user} -- find / -xdev -writable -type f -path '/etc/*'")
    assert writable.stdout == ""


def test_program_and_settings_are_roots(host: Host) -> None:
    listing = "find /usr/local/lib/danhba /etc/danhba ! -user root -o -perm /022 ! -type l"
    assert host.check_output(listing) == ""


def test_sessions_may_be_ended_by_the_service_alone(host: Host) -> None:
    socket = host.file("/run/dovecot/anvil-sessions")
    assert (socket.user, socket.group, socket.mode) == ("root", "danhba-sessions", 0o660)
    kick = "doveadm -O kick -a /run/dovecot/anvil-sessions nobody@laocai.gov.vn"
    service = "setpriv --reuid=danhba-credentials --clear-groups --regid=danhba-sessions"
    assert "0 connections kicked" in host.run(f"{service} {kick}").stdout
    assert host.run(f"runuser -u roundcube -- {kick}").rc == 75


def test_imap_without_tls_is_on_the_loopback_alone(host: Host) -> None:
    listening = host.check_output("ss --listening --tcp --no-header --numeric 'sport = :143'").split()
    assert [word for word in listening if word.endswith(":143")] == ["127.0.0.1:143"]


@LOCAL
def test_dovecot_has_no_door_for_other_users_of_the_host(host: Host, user: str) -> None:
    """Above all none by which a message gets into a mailbox past Postfix."""
    assert host.check_output("runuser -u %s -- python3 -c %s", user, REACHABLE) == ""
    assert host.check_output("python3 -c %s", REACHABLE) != "", "root reaches some"


@LOCAL
def test_host_relays_for_no_user_of_its_own(host: Host, user: str) -> None:
    """A web program that was taken over sends nothing: neither by port 25 nor by sendmail(1)."""
    assert host.check_output("runuser -u %s -- python3 -c %s", user, RELAY) == "554"
    sent = host.run("echo | runuser -u %s -- /usr/sbin/sendmail -f someone@example.org other@example.net", user)
    assert sent.failed
    assert "not allowed to submit mail" in sent.stderr


def test_journal_has_no_password(host: Host) -> None:
    secret = "mat khau bi go nham 4711"
    request = {"request": "sign_in", "address": secret, "password": secret, "client": "203.0.113.8"}
    assert ask(host, "roundcube", **request) == {"answer": "refused"}
    assert host.run(f"journalctl -o cat -u danhba-credentials | grep -c {shlex.quote(secret)}").stdout.strip() == "0"
