"""Mail programs that officials use beside the webmail, set up as their manuals say, with verified TLS (R2.1)."""

from __future__ import annotations

import http.client
import imaplib
import poplib
import re
import shlex
import smtplib
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from defusedxml import ElementTree

from tests.support.command_lines import CommandLines
from tests.support.deployment import FQDN, Deployment
from tests.support.mail import compose

from .post import Correspondent

OWNER, COLLEAGUE = "ndhai-sgtvt@laocai.gov.vn", "dtdao-sgtvt@laocai.gov.vn"
DOMAIN = "laocai.gov.vn"
MBSYNC = """
IMAPStore server
Host {host}
User {user}
PassCmd "cat {password}"
TLSType IMAPS
SystemCertificates no
CertificateFile {authority}

MaildirStore here
Path {maildir}/
Inbox {maildir}/INBOX
SubFolders Verbatim

Channel mail
Far :server:
Near :here:
Patterns *
Create Near
SyncState *
"""
MSMTP = """
account default
host {host}
port 587
tls on
tls_starttls on
tls_trust_file {authority}
auth plain
user {user}
passwordeval cat {password}
from {user}
"""
MESSAGE = """From: {sender}
To: {to}
Subject: =?utf-8?q?B=C3=A1o_c=C3=A1o_tu=E1=BA=A7n?=
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Báo cáo tuần có dấu.
"""


@dataclass(frozen=True)
class Home:
    """The home of somebody with mail programs on a machine that knows the server by its name."""

    folder: Path
    deployment: Deployment
    password: str = field(repr=False)

    def run(self, *command: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program where the server's name leads to the test host: a hosts file of its own, in its own view."""
        hosts = self.folder / "hosts"
        hosts.write_text(f"127.0.0.1 localhost\n{self.deployment.server.address} {FQDN}\n", encoding="ascii")
        inside = f"mount --bind {shlex.quote(str(hosts))} /etc/hosts && exec {shlex.join(command)}"
        return subprocess.run(
            ["unshare", "--mount", "sh", "-c", inside],
            input=stdin,
            env={"HOME": str(self.folder), "PATH": "/usr/bin:/bin:/usr/sbin", "LC_ALL": "C.UTF-8"},
            text=True,
            check=False,
            capture_output=True,
            timeout=120,
        )

    def write(self, name: str, template: str, *, authority: Path | None = None) -> Path:
        """A program's configuration; the password is in another file, for its owner alone."""
        secret = self.folder / "password"
        secret.touch(mode=0o600)
        secret.write_text(self.password, encoding="utf-8")
        path = self.folder / name
        path.touch(mode=0o600)
        values = {
            "host": FQDN,
            "user": OWNER,
            "password": secret,
            "maildir": self.folder / "Maildir",
            "authority": authority or self.deployment.server.authority,
        }
        path.write_text(template.format(**values), encoding="utf-8")
        return path


@pytest.fixture
def home(mail: Deployment, tmp_path: Path) -> Home:
    """A home with nothing in it."""
    (tmp_path / "Maildir").mkdir()
    return Home(tmp_path, mail, mail.choose(OWNER))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificate of an authority that has nothing to do with the server."""
    folder = tmp_path_factory.mktemp("authority")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Stranger"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "ca.crt")),
        ],
        check=True,
        capture_output=True,
    )
    return folder / "ca.crt"


def fetched(home: Home) -> list[str]:
    """The subjects of the messages in the fetched inbox, and where each lies."""
    files = sorted((home.folder / "Maildir/INBOX").glob("[cn]*/*"))
    return [line for file in files for line in file.read_text().splitlines() if line.startswith("Message-ID")]


@pytest.mark.clause("R2.1")
def test_mbsync_fetches_everything_once(mail: Deployment, home: Home) -> None:
    message = compose(COLLEAGUE, [OWNER], "Thư để tải về", "Nội dung tiếng Việt.")
    with mail.server.submission(COLLEAGUE, mail.choose(COLLEAGUE)) as smtp:
        smtp.send_message(message)
    mail.server.wait_for(OWNER, home.password, str(message["Message-ID"]))
    config = home.write("mbsyncrc", MBSYNC)
    first = home.run("mbsync", "--config", str(config), "--all")
    assert first.returncode == 0, first.stderr
    assert f"Message-ID: {message['Message-ID']}" in fetched(home)
    assert {"Drafts", "Sent", "Junk", "Trash", "Archive"} <= {path.name for path in (home.folder / "Maildir").iterdir()}
    second = home.run("mbsync", "--config", str(config), "--all")
    assert second.returncode == 0, second.stderr
    counts = re.findall(r"[+*#-](\d+)", first.stdout.splitlines()[-1]), re.findall(r"[+*#-](\d+)", second.stdout)
    assert sum(map(int, counts[0])) > 0, first.stdout
    assert sum(map(int, counts[1])) == 0, second.stdout


def test_mbsync_refuses_another_authority(home: Home, stranger: Path) -> None:
    refused = home.run("mbsync", "--config", str(home.write("mbsyncrc", MBSYNC, authority=stranger)), "--all")
    assert refused.returncode != 0
    assert "certificate" in refused.stderr.lower()


@pytest.mark.clause("R2.1")
def test_msmtp_sends_and_its_password_is_on_no_command_line(mail: Deployment, home: Home) -> None:
    config = home.write("msmtprc", MSMTP)
    with CommandLines() as lines:
        sent = home.run("msmtp", f"--file={config}", "--", COLLEAGUE, stdin=MESSAGE.format(sender=OWNER, to=COLLEAGUE))
        fetch = home.run("mbsync", "--config", str(home.write("mbsyncrc", MBSYNC)), "--all")
    assert sent.returncode == 0, sent.stderr
    assert fetch.returncode == 0, fetch.stderr
    seen = b"\n".join(lines.seen)
    assert b"msmtprc" in seen, "the search would find what is there"
    assert home.password.encode() not in seen
    newest = Correspondent(mail, "", COLLEAGUE, mail.choose(COLLEAGUE)).receive("Báo cáo tuần")
    assert newest.get_content().strip() == "Báo cáo tuần có dấu."


def test_msmtp_refuses_another_authority(home: Home, stranger: Path) -> None:
    config = home.write("msmtprc", MSMTP, authority=stranger)
    refused = home.run("msmtp", f"--file={config}", "--", COLLEAGUE, stdin=MESSAGE.format(sender=OWNER, to=COLLEAGUE))
    assert refused.returncode != 0
    assert "certificate" in refused.stderr.lower()


class _ByName(poplib.POP3_SSL):
    """POP3 that checks the name of the server while it connects to its address."""

    def __init__(self, mail: Deployment, name: str, port: int) -> None:
        self._mail = mail
        super().__init__(name, port, context=mail.server.tls)

    def _create_socket(self, _timeout: float | None) -> socket.socket:
        return self._mail.server.tls.wrap_socket(self._mail.server.connect(self.port), server_hostname=self.host)


class _Imap(imaplib.IMAP4_SSL):
    """IMAP to a name and a port that somebody was told."""

    def __init__(self, mail: Deployment, name: str, port: int) -> None:
        self._mail = mail
        super().__init__(name, port, ssl_context=mail.server.tls)

    def _create_socket(self, _timeout: float | None) -> socket.socket:
        return self._mail.server.tls.wrap_socket(self._mail.server.connect(self.port), server_hostname=self.host)


class _Web(http.client.HTTPSConnection):
    """HTTPS to a name that only the certificate and the server know."""

    def __init__(self, mail: Deployment, name: str) -> None:
        self._mail = mail
        super().__init__(name, timeout=30)

    def connect(self) -> None:
        self.sock = self._mail.server.tls.wrap_socket(self._mail.server.connect(443), server_hostname=self.host)


@pytest.mark.clause("R2.1")
def test_pop3_fetches_a_message(mail: Deployment) -> None:
    client = _ByName(mail, FQDN, 995)
    client.user(COLLEAGUE)
    client.pass_(mail.choose(COLLEAGUE))
    count, _octets = client.stat()
    assert count > 0
    assert any(line.startswith(b"Subject:") for line in client.retr(count)[1])
    client.quit()


# What Thunderbird asks, in its order, for an address of the domain.
ASKED = [
    (f"autoconfig.{DOMAIN}", f"/mail/config-v1.1.xml?emailaddress={OWNER.replace('@', '%40')}"),
    (FQDN, "/.well-known/autoconfig/mail/config-v1.1.xml"),
]


@pytest.mark.clause("R2.1")
@pytest.mark.parametrize(("name", "path"), ASKED, ids=["autoconfig", "well-known"])
def test_what_thunderbird_is_told_works(mail: Deployment, name: str, path: str) -> None:
    web = _Web(mail, name)
    web.request("GET", path, headers={"User-Agent": "Thunderbird"})
    answer = web.getresponse()
    assert answer.status == 200
    assert "xml" in answer.headers["Content-Type"]
    provider = ElementTree.fromstring(answer.read()).find("emailProvider")
    assert DOMAIN in [item.text for item in provider.findall("domain")]
    password = mail.choose(OWNER)
    for server in provider.findall("incomingServer"):
        host, port = server.findtext("hostname"), int(server.findtext("port"))
        user = server.findtext("username").replace("%EMAILADDRESS%", OWNER)
        assert (server.findtext("socketType"), server.findtext("authentication")) == ("SSL", "password-cleartext")
        if server.get("type") == "imap":
            imap = _Imap(mail, host, port)
            assert imap.login(user, password)[0] == "OK"
            imap.logout()
        else:
            pop = _ByName(mail, host, port)
            pop.user(user)
            assert pop.pass_(password).startswith(b"+OK")
            pop.quit()
    outgoing = provider.find("outgoingServer")
    assert outgoing.findtext("hostname") == FQDN
    port = int(outgoing.findtext("port"))
    assert outgoing.findtext("socketType") == {465: "SSL", 587: "STARTTLS"}[port]
    user = outgoing.findtext("username").replace("%EMAILADDRESS%", OWNER)
    with mail.server.submission(user, password, port) as smtp:
        assert smtp.noop()[0] == 250
    with pytest.raises(smtplib.SMTPAuthenticationError), mail.server.submission(user, "wrong", port):
        pytest.fail("logged in")


# Suites of TLS 1.2 whose hash is not part of the cipher (CBC), that sign nothing, or that have no forward secrecy.
WEAK = ("SHA1:SHA256:SHA384", "aNULL", "kRSA")
PORTS = {25: "smtp", 443: "", 465: "", 587: "smtp", 636: "", 993: "", 995: "", 4190: "sieve"}


def agreed(mail: Deployment, port: int, suites: str) -> str:
    """The suite that openssl's client and a port agree on, among these of TLS 1.2; NONE where there is none."""
    starttls = ["-starttls", PORTS[port]] if PORTS[port] else []
    command = ["openssl", "s_client", "-connect", f"{mail.server.address}:{port}", "-servername", FQDN, *starttls]
    command += ["-tls1_2", "-cipher", f"{suites}:@SECLEVEL=0"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=30)
    found = re.search(r"Cipher is (\S+)", done.stdout)
    assert found, done.stderr
    return found[1].strip("()")


@pytest.mark.clause("R9.3")
@pytest.mark.parametrize("port", PORTS)
def test_suites_that_are_agreed_on(mail: Deployment, port: int) -> None:
    """On port 25 a server that has no other may encrypt by CBC, for else it would not encrypt at all."""
    weak = [suites for suites in WEAK if port != 25 or suites == "aNULL"]
    assert {suites: agreed(mail, port, suites) for suites in weak} == dict.fromkeys(weak, "NONE")
    assert re.search("GCM|CHACHA20", agreed(mail, port, "ALL"))
