"""The LDAP server of the address book as it runs: asked from outside without a password, and inside by the system."""

from __future__ import annotations

import os
import socket
import ssl
import time
from contextlib import suppress
from pathlib import Path

import pytest
from testinfra.host import Host

PRIVATE = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "private"
ADDRESS = "10.233.0.31"
FQDN = "mail.laocai.gov.vn"
SUFFIX = "dc=laocai,dc=gov,dc=vn"
JOB = "runuser -u openldap -- /usr/local/sbin/danhba-host addressbook"
SEARCH = f"ldapsearch -LLL -Q -Y EXTERNAL -H ldapi:/// -o ldif-wrap=no -b {SUFFIX}"
# A simple bind without name or password, and a search of the root (RFC 4511, 4.2 and 4.5), and what refuses them.
BIND = bytes.fromhex("300c020101600702010304008000")
SEARCH_ROOT = bytes.fromhex("3025020102632004000a01000a0100020100020100010100870b6f626a656374436c6173733000")
INAPPROPRIATE, UNWILLING = 48, 53


@pytest.fixture(autouse=True)
def _listening(host: Host) -> None:
    """slapd listens: it starts again wherever sessions have to end, and an earlier test may have ended some."""
    for _attempt in range(60):
        if host.run("systemctl is-active danhba-end-sessions.service").stdout.strip() != "activating":
            with suppress(OSError), socket.create_connection((ADDRESS, 636), timeout=10):
                return
        time.sleep(0.5)
    pytest.fail("nothing listens on port 636")


def client(version: ssl.TLSVersion | None = None) -> ssl.SSLSocket:
    """A connection of a client that trusts the lab's authority and nothing else."""
    context = ssl.create_default_context(cafile=str(PRIVATE / "ca.crt"))
    if version:
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
    return context.wrap_socket(socket.create_connection((ADDRESS, 636), timeout=10), server_hostname=FQDN)


def status(answer: bytes) -> int:
    """The result code of an answer: an ENUMERATED of one octet."""
    return answer[answer.index(b"\x0a\x01") + 2]


def as_job(host: Host, command: str) -> str:
    """What a command prints to the user who keeps the book in step."""
    return str(host.check_output("runuser -u openldap -- sh -c %s", command))


class TestServices:
    @pytest.mark.parametrize("unit", ["slapd.service", "saslauthd.service", "danhba-addressbook-sync.timer"])
    def test_runs_now_and_after_a_start(self, host: Host, unit: str) -> None:
        assert host.check_output("systemctl is-active %s", unit) == "active"
        assert host.check_output("systemctl is-enabled %s", unit) == "enabled"

    def test_listens_with_tls_alone(self, host: Host) -> None:
        lines = host.check_output("ss --listening --tcp --numeric --no-header --processes | grep slapd").splitlines()
        assert {line.split()[3] for line in lines} == {"0.0.0.0:636", "[::]:636"}

    @pytest.mark.parametrize("process", ["slapd", "saslauthd"])
    def test_runs_without_rights_of_its_own(self, host: Host, process: str) -> None:
        users = host.check_output("ps -o user:20= -C %s", process).split()
        assert set(users) == {"openldap" if process == "slapd" else "saslauthd"}
        assert (
            float(host.check_output("systemd-analyze security %s.service | grep -oE '[0-9.]+ [A-Z]+'", process)[:3]) < 4
        )

    @pytest.mark.parametrize("path", ["/run/slapd/ldapi", "/run/saslauthd/mux", "/var/lib/danhba-addressbook/data.mdb"])
    def test_nobody_else_reaches_it(self, host: Host, path: str) -> None:
        assert host.file(path).exists
        assert host.run("runuser -u nobody -- test -e %s", path).failed
        assert host.run("runuser -u postfix -- test -e %s", path).failed

    def test_says_nothing_while_there_is_nothing_to_say(self, host: Host) -> None:
        host.check_output("systemctl start danhba-addressbook-sync.service")
        now = host.check_output("date '+%F %T.%6N'")
        host.check_output("systemctl start danhba-addressbook-sync.service")
        said = host.check_output("journalctl -q -o cat -u danhba-addressbook-sync.service --since=%s", now)
        assert said == ""


class TestTls:
    def test_certificate_is_the_server_s(self) -> None:
        with client() as connection:
            assert connection.version() in {"TLSv1.2", "TLSv1.3"}

    @pytest.mark.filterwarnings("ignore::DeprecationWarning")
    @pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
    def test_old_versions_are_refused(self, version: ssl.TLSVersion) -> None:
        with pytest.raises((ssl.SSLError, ConnectionError)):
            client(version)

    def test_new_certificate_is_shown_after_the_reload(self, host: Host) -> None:
        started = "systemctl show --value --property=ActiveEnterTimestampMonotonic slapd"
        before = int(host.check_output(started))
        host.check_output("/usr/local/sbin/danhba-tls-reload")
        assert int(host.check_output(started)) > before
        with client() as connection:
            shown = ssl.DER_cert_to_PEM_cert(connection.getpeercert(binary_form=True) or b"")
        assert shown.split() == host.check_output("openssl x509 -in /etc/ssl/mail/server.crt").split()


class TestStrangers:
    def test_may_not_sign_in_without_a_name(self) -> None:
        with client() as connection:
            connection.sendall(BIND)
            assert status(connection.recv(4096)) == INAPPROPRIATE

    def test_may_not_even_ask_who_is_there(self) -> None:
        with client() as connection:
            connection.sendall(SEARCH_ROOT)
            assert status(connection.recv(4096)) == UNWILLING

    @pytest.mark.parametrize("user", ["root", "nobody", "postfix"])
    def test_other_users_of_the_host_read_nothing(self, host: Host, user: str) -> None:
        answer = host.check_output(f"runuser -u {user} -- {SEARCH} 2>&1 || true")
        assert "No such object" in answer if user == "root" else "Can't contact LDAP server" in answer
        assert "dn:" not in answer


class TestBook:
    @pytest.mark.clause("R5")
    def test_has_every_mailbox_of_the_database(self, host: Host) -> None:
        count = "psql --no-psqlrc -tA -h /run/postgresql -d danhba -c 'SELECT count(*) FROM addressbook.mailbox'"
        found = as_job(host, f"{SEARCH} '(mail=*)' dn | grep -c ^dn:")
        assert int(found) == int(as_job(host, count)) > 0

    def test_says_which_apply_it_shows(self, host: Host) -> None:
        count = "psql --no-psqlrc -tA -h /run/postgresql -d danhba -c 'SELECT version FROM addressbook.version'"
        assert as_job(host, f"{SEARCH} -s base description").endswith(as_job(host, count))

    def test_whole_comparison_finds_nothing_to_do(self, host: Host) -> None:
        assert host.check_output(f"{JOB} --whole") == ""

    def test_what_was_changed_by_hand_is_put_right(self, host: Host) -> None:
        dn = as_job(host, f"{SEARCH} '(mail=contact-stttt@*)' dn").removeprefix("dn: ").strip()
        before = as_job(host, f"{SEARCH} '(mail=*)' cn title telephoneNumber")
        change = f"dn: {dn}\nchangetype: modify\nreplace: title\ntitle: x\n"
        as_job(host, f"printf '{change}' | ldapmodify -Q -Y EXTERNAL -H ldapi:///")
        assert as_job(host, f"{SEARCH} '(mail=*)' cn title telephoneNumber") != before
        assert "~1" in host.check_output(f"{JOB} --whole")
        assert as_job(host, f"{SEARCH} '(mail=*)' cn title telephoneNumber") == before

    def test_no_password_is_in_it(self, host: Host) -> None:
        lines = as_job(host, f"{SEARCH} '(mail=*)' userPassword").splitlines()
        passwords = [line for line in lines if line.startswith("userPassword")]
        assert passwords
        # {SASL} in base64, as ldapsearch writes every userPassword.
        assert all(line.startswith("userPassword:: e1NBU0x9") for line in passwords)
