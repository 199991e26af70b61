"""What a deployed mail server really is: asked from outside as a client would, and inside by the system's own tools."""

from __future__ import annotations

import os
import re
import smtplib
import socket
import ssl
import subprocess
from pathlib import Path

import pytest
from testinfra.host import Host

PROJECT = Path(os.environ["MOLECULE_PROJECT_DIRECTORY"])
PRIVATE = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"]) / "private"
ADDRESS = "10.233.0.31"
FQDN = "mail.laocai.gov.vn"
OPEN_PORTS = {22, 25, 80, 443, 465, 587, 636, 993, 995, 4190}
# Whom the firewall sends there is told that every place is taken; nobody else gets in.
FULL_PORTS = {1419, 1993, 1995}
VMAIL_ID = 5000


def query(host: Host, user: str, role: str, statement: str) -> tuple[bool, str]:
    """Whether PostgreSQL runs a statement for this system user in this role, and what it says."""
    done = host.run(
        "runuser -u %s -- psql --no-psqlrc -tA -h /run/postgresql -d danhba -U %s -c %s", user, role, statement
    )
    return done.succeeded, (done.stdout + done.stderr).strip()


def ask(host: Host, statement: str) -> str:
    """What PostgreSQL answers its superuser."""
    succeeded, answer = query(host, "postgres", "postgres", statement)
    assert succeeded, answer
    return answer


def connects(port: int) -> bool:
    """Whether this machine reaches a TCP port of the host."""
    try:
        socket.create_connection((ADDRESS, port), timeout=2).close()
    except OSError:
        return False
    return True


def strict_tls() -> ssl.SSLContext:
    """A client that trusts the lab's authority and nothing else."""
    return ssl.create_default_context(cafile=str(PRIVATE / "ca.crt"))


class TestSystem:
    def test_everything_has_started(self, host: Host) -> None:
        assert host.check_output("systemctl --failed --no-legend --plain") == ""
        assert host.check_output("systemctl is-system-running") == "running"

    @pytest.mark.parametrize("unit", ["nftables", "postgresql@17-main", "postfix", "dovecot"])
    def test_a_service_runs(self, host: Host, unit: str) -> None:
        # nftables loads its rules and ends; systemd counts it as active all the same.
        assert host.check_output("systemctl is-active %s", unit) == "active"

    @pytest.mark.parametrize("unit", ["nftables", "postgresql", "postfix", "dovecot", "ssh"])
    def test_a_service_starts_at_boot(self, host: Host, unit: str) -> None:
        assert host.service(unit).is_enabled

    def test_name_and_time_are_those_of_the_place(self, host: Host) -> None:
        assert host.check_output("hostname --fqdn") == FQDN
        assert host.check_output("date --date=2026-11-24T00:00:00Z +%H:%M%:z") == "07:00+07:00"

    @pytest.mark.clause("R2.2")
    def test_all_software_is_debians(self, host: Host) -> None:
        assert set(re.findall(r"\bo=([^,]*)", host.check_output("apt-cache policy"))) == {"Debian"}
        installed = host.check_output("apt list --installed 2>/dev/null")
        assert "postfix/" in installed
        assert re.findall(r".*\[.*\blocal\b.*\]", installed) == []

    def test_security_updates_alone_come_by_themselves(self, host: Host) -> None:
        """Also where the package's own file, which is read before, has more."""
        known = host.check_output("apt-config dump")
        origins = re.findall(r'^Unattended-Upgrade::Origins-Pattern:: "(.*)";$', known, re.MULTILINE)
        assert origins
        assert all(origin.endswith("label=Debian-Security") for origin in origins)
        assert re.findall(r'^Unattended-Upgrade::Package-Blacklist:: "(.*)";$', known, re.MULTILINE) == ["postgresql"]
        assert 'Unattended-Upgrade::Automatic-Reboot "false";' in known


@pytest.mark.clause("R9.3")
class TestNetwork:
    @pytest.mark.parametrize("port", sorted(OPEN_PORTS))
    def test_a_port_is_open(self, port: int) -> None:
        assert connects(port)

    @pytest.mark.parametrize("port", [110, 143, *sorted(FULL_PORTS), 5432])
    def test_a_port_is_closed(self, port: int) -> None:
        assert not connects(port)

    def test_nothing_else_listens_to_the_network(self, host: Host) -> None:
        listening = host.check_output("ss --no-header --numeric --listening --tcp")
        local = [line.split()[3] for line in listening.splitlines()]
        ports = {int(address.rpartition(":")[2]) for address in local if not re.match(r"127\.|\[::1\]", address)}
        assert ports == OPEN_PORTS | FULL_PORTS

    def test_the_firewall_drops_what_nobody_asked_for(self, host: Host) -> None:
        port = 8123
        host.run(
            "systemd-run --unit=listener python3 -c %s",
            f"import socket; s = socket.create_server(('', {port})); s.accept()",
        )
        try:
            host.run_expect([0], "timeout 10 sh -c 'until ss -Hltn | grep -q :%s; do sleep 0.1; done'", str(port))
            assert not connects(port)
        finally:
            host.run("systemctl stop listener")

    def test_the_rules_in_force_are_those_loaded_at_boot(self, host: Host) -> None:
        in_force = host.check_output("nft --stateless list table inet danhba")
        host.run_expect([0], "nft --check --file /etc/nftables.conf")
        assert "type filter hook input priority filter; policy drop;" in in_force
        ports = re.search(r"tcp dport \{ ([0-9, ]+) \}", in_force)
        assert ports is not None
        assert {int(port) for port in ports[1].split(",")} == OPEN_PORTS - {22}


@pytest.mark.clause("R9.3")
class TestTls:
    @pytest.mark.parametrize("port", [465, 993, 995])
    def test_the_certificate_is_for_this_host(self, port: int) -> None:
        with (
            socket.create_connection((ADDRESS, port), timeout=10) as plain,
            strict_tls().wrap_socket(plain, server_hostname=FQDN) as encrypted,
        ):
            assert encrypted.version() in {"TLSv1.2", "TLSv1.3"}

    def test_the_certificate_is_for_no_other_name(self) -> None:
        with socket.create_connection((ADDRESS, 993), timeout=10) as plain, pytest.raises(ssl.CertificateError):
            strict_tls().wrap_socket(plain, server_hostname="mail.example.vn")

    @pytest.mark.parametrize("port", [25, 587])
    def test_smtp_offers_it(self, port: int) -> None:
        with smtplib.SMTP(timeout=10) as client:
            client.connect(ADDRESS, port)
            client._host = FQDN  # type: ignore[attr-defined]  # what smtplib takes for the certificate's name
            assert client.starttls(context=strict_tls())[0] == 220

    def test_a_password_is_never_asked_for_without_it(self) -> None:
        with smtplib.SMTP(ADDRESS, 587, timeout=10) as client:
            client.ehlo("probe.invalid")
            assert not client.has_extn("auth")

    def test_only_root_reads_the_key(self, host: Host) -> None:
        key = host.file("/etc/ssl/mail/server.key")
        assert (key.user, key.mode & 0o077) == ("root", 0)


class TestDatabase:
    @pytest.mark.parametrize(
        ("role", "view"),
        [
            ("postfix", "postfix.mailbox"),
            ("postfix", "postfix.alias"),
            ("postfix", "postfix.refusal"),
            ("postfix", "postfix.sender"),
            ("dovecot", "dovecot.passdb"),
            ("dovecot", "dovecot.userdb"),
        ],
    )
    def test_a_service_reads_its_views(self, host: Host, role: str, view: str) -> None:
        succeeded, answer = query(host, role, role, f"SELECT count(*) FROM {view}")
        assert succeeded, answer
        assert answer.isdigit()

    @pytest.mark.clause("R9.3")
    @pytest.mark.parametrize(
        ("user", "role", "statement"),
        [
            ("postfix", "postfix", "SELECT FROM mail.credential"),
            ("postfix", "postfix", "SELECT FROM mail.account"),
            ("postfix", "postfix", "SELECT FROM dovecot.passdb"),
            ("postfix", "postfix", "CREATE TABLE own ()"),
            ("dovecot", "dovecot", "SELECT FROM mail.credential"),
            ("dovecot", "dovecot", "SELECT FROM postfix.mailbox"),
            ("dovecot", "dovecot", "DELETE FROM mail.ending"),
            ("danhba-sessions", "danhba_sessions", "SELECT FROM mail.account"),
            ("root", "danhba_apply", "SELECT FROM mail.credential"),
            ("root", "danhba_apply", "DELETE FROM mail.account"),
            ("root", "danhba_apply", "DELETE FROM mail.audit"),
            ("root", "danhba_apply", "CREATE TABLE own ()"),
            ("root", "danhba_password", "UPDATE mail.account SET name = name"),
            ("root", "danhba_password", "DELETE FROM mail.credential"),
            ("root", "danhba_password", "UPDATE mail.audit SET action = action"),
        ],
    )
    def test_a_role_has_no_other_right(self, host: Host, user: str, role: str, statement: str) -> None:
        succeeded, answer = query(host, user, role, statement)
        assert not succeeded
        assert "permission denied" in answer

    @pytest.mark.parametrize(
        ("user", "role"),
        [
            ("nobody", "danhba_apply"),
            ("nobody", "postfix"),
            ("postfix", "dovecot"),
            ("postfix", "danhba_apply"),
            ("dovecot", "danhba_password"),
            ("root", "dovecot"),
            ("root", "danhba_owner"),
        ],
    )
    def test_nobody_gets_in_as_somebody_else(self, host: Host, user: str, role: str) -> None:
        succeeded, answer = query(host, user, role, "SELECT 1")
        assert not succeeded
        assert re.search("Peer authentication failed|no pg_hba.conf entry|not permitted to log in", answer)

    @pytest.mark.clause("R9.6")
    def test_the_record_of_changes_only_grows(self, host: Host) -> None:
        assert int(ask(host, "SELECT count(*) FROM mail.audit")) > 0
        for statement in ("DELETE FROM mail.audit", "TRUNCATE mail.audit", "UPDATE mail.run SET actor = ''"):
            succeeded, answer = query(host, "postgres", "postgres", statement)
            assert not succeeded
            assert "only grows" in answer

    def test_it_listens_on_no_network(self, host: Host) -> None:
        assert ask(host, "SHOW listen_addresses") == ""


class TestMail:
    def test_mail_is_stored_under_the_id_and_read_by_nobody_else(self, host: Host) -> None:
        vmail = host.user("vmail")
        assert (vmail.uid, vmail.shell) == (VMAIL_ID, "/usr/sbin/nologin")
        root = host.file("/srv/vmail")
        assert (root.user, root.group, root.mode & 0o007) == ("vmail", "vmail", 0)
        address, home = ask(host, "SELECT address || ' ' || home FROM dovecot.userdb LIMIT 1").split()
        assert host.check_output("doveadm user -f home %s", address) == f"/srv/vmail/{home}"

    def test_postfix_accepts_its_own_configuration(self, host: Host) -> None:
        checked = host.run("postfix check")
        assert (checked.rc, checked.stderr) == (0, "")

    def test_a_known_recipient_is_taken_and_an_unknown_one_refused(self, host: Host) -> None:
        address = ask(host, "SELECT address FROM postfix.mailbox LIMIT 1")
        with smtplib.SMTP(ADDRESS, 25, timeout=10) as client:
            client.ehlo("probe.invalid")
            client.mail("someone@example.org")
            assert client.rcpt(address)[0] == 250
            assert client.rcpt("nobody-at-all@laocai.gov.vn")[0] == 550
            assert client.rcpt("someone@example.net")[0] == 554

    @pytest.mark.clause("R10.9")
    def test_a_refusal_says_what_to_do(self, host: Host) -> None:
        address, action = ask(host, "SELECT address || '|' || action FROM postfix.refusal LIMIT 1").split("|", 1)
        with smtplib.SMTP(ADDRESS, 25, timeout=10) as client:
            client.ehlo("probe.invalid")
            client.mail("someone@example.org")
            code, text = client.rcpt(address)
        reply, status, explanation = action.split(" ", 2)
        assert str(code) == reply
        assert text.decode("ascii").startswith(f"{status} ")
        assert explanation in text.decode("ascii")


def test_check_mode_of_a_finished_host_predicts_nothing() -> None:
    done = subprocess.run(
        ["ansible-playbook", "--check", "--inventory", os.environ["MOLECULE_INVENTORY_FILE"], "playbooks/site.yml"],
        cwd=PROJECT,
        env=os.environ | {"ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"^mol-internet +: ok=\d+ +changed=0 ", done.stdout, re.MULTILINE), done.stdout
