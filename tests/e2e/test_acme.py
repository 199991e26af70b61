"""A certificate that renews itself, by a real certbot from a real ACME server: first issue, renewal, refusal.

One story: each test begins where the one before it ended.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support import pebble
from tests.support.authority import Authority
from tests.support.deployment import FQDN, Deployment, PlaybookFailed, changed
from tests.support.pebble import Pebble

from .conftest import Official

NAMES = [FQDN, "autoconfig.laocai.gov.vn", "autodiscover.laocai.gov.vn"]
PORTS = (443, 465, 636, 993)
RENEW = "systemctl start certbot.service"
FOLDER = "/etc/ssl/mail"
FILES = f"{FOLDER}/server.crt {FOLDER}/server.key"

pytestmark = [pytest.mark.clause("R9.3"), pytest.mark.usefixtures("story_goes_on"), pytest.mark.long]


@pytest.fixture
def story_goes_on(story: Callable[[], None]) -> None:
    story()


@pytest.fixture(scope="module")
def authority(mail: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pebble]:
    """The authority, which finds the host by its names."""
    mail.host.run(f"cp -a {FOLDER} /root/tls-before")
    yield pebble.start(mail.host, tmp_path_factory.mktemp("pebble"), NAMES[1:])
    pebble.stop(mail.host)
    mail.host.run(f"rm -r {FOLDER}; mv /root/tls-before {FOLDER}; /usr/local/sbin/danhba-tls-reload")
    mail.host.run("systemctl reset-failed")


@pytest.fixture(scope="module")
def settings(authority: Pebble) -> Mapping[str, Any]:
    """What an inventory says of it."""
    return {
        "tls_mode": "acme",
        "tls_acme_email": "contact-stttt@laocai.gov.vn",
        "tls_acme_server": authority.directory,
        "tls_acme_authority": str(authority.authority),
        "tls_authority": str(authority.root),
    }


def served(mail: Deployment, port: int, root: Path) -> str:
    """The serial number of the certificate that a port shows, which `root` has issued."""
    context = ssl.create_default_context(cafile=str(root))
    with (
        socket.create_connection((str(mail.host.address), port), 20) as plain,
        context.wrap_socket(plain, server_hostname=FQDN) as connection,
    ):
        shown: dict[str, Any] = connection.getpeercert() or {}
    assert sorted(name for _kind, name in shown["subjectAltName"]) == sorted(NAMES)
    return str(shown["serialNumber"])


def served_by_all(mail: Deployment, root: Path, *, other_than: str = "") -> str:
    """The serial number, once all ports show the same one and another than before."""
    deadline = time.monotonic() + 60
    while True:
        try:
            shown = {served(mail, port, root) for port in PORTS}
        except (OSError, ssl.SSLError) as error:
            shown = {str(error)}
        else:
            if len(shown) == 1 and other_than not in shown:
                return shown.pop()
        assert time.monotonic() < deadline, shown
        time.sleep(0.3)


def files(mail: Deployment) -> str:
    """The files that the services read: what is in them, whose they are."""
    return mail.host.run(f"sha256sum {FILES}; stat -c '%n %U %a' {FILES}").stdout


def let_it_be_due(mail: Deployment) -> None:
    """Let certbot think that its certificate ends soon."""
    renewal = "/etc/letsencrypt/renewal/danhba.conf"
    mail.host.run(f"sed -i '1i renew_before_expiry = 9999 days\n/renew_before_expiry/d' {renewal}")


def test_it_is_issued_before_there_is_a_web_server(
    mail: Deployment, authority: Pebble, settings: Mapping[str, Any]
) -> None:
    mail.host.run(f"systemctl stop nginx; rm {FILES}")
    mail.play("site", "--tags", "tls", **settings)
    mail.host.run("systemctl start nginx")
    served_by_all(mail, authority.root)
    assert "server.key root 600" in files(mail)
    assert mail.host.run("systemctl is-active danhba-acme-answers", check=False).stdout.strip() == "inactive"


def test_a_second_run_asks_for_nothing(mail: Deployment, settings: Mapping[str, Any]) -> None:
    before = files(mail)
    assert changed(mail.play("site", "--tags", "tls", **settings)) == 0
    mail.host.run(RENEW)
    assert files(mail) == before


def test_a_renewal_ends_no_session(mail: Deployment, authority: Pebble, officials: list[Official]) -> None:
    before = served_by_all(mail, authority.root)
    owner = officials[0]
    secured = Deployment(mail.host, mail.private).server
    server = type(secured)(secured.address, secured.name, authority.root)
    with server.imap(owner.address, owner.password) as session:
        session.select("INBOX")
        let_it_be_due(mail)
        mail.host.run(RENEW)
        served_by_all(mail, authority.root, other_than=before)
        assert session.noop()[0] == "OK"
        assert session.search(None, "ALL")[0] == "OK"
    assert "the certificate was replaced" in mail.host.run("journalctl -t danhba-tls-land --no-pager").stdout


def test_what_was_cut_short_is_made_good(mail: Deployment, authority: Pebble) -> None:
    """A run that was killed between the two files, or before the services were told."""
    before = files(mail)
    mail.host.run("sed -i '/renew_before_expiry/d' /etc/letsencrypt/renewal/danhba.conf")
    mail.host.run(f"echo cut >> {FOLDER}/server.crt; touch {FOLDER}/reload.due; {RENEW}")
    assert files(mail) == before
    left = ["acme-ca.crt", "ca.crt", "ca.key", "server.crt", "server.key"]
    assert mail.host.run(f"ls {FOLDER}").stdout.split() == left
    served_by_all(mail, authority.root)


def test_a_challenge_that_is_refused_leaves_the_old_one(
    mail: Deployment, authority: Pebble, settings: Mapping[str, Any]
) -> None:
    before, shown = files(mail), served_by_all(mail, authority.root)
    let_it_be_due(mail)
    mail.host.run("chmod 700 /var/www/danhba/acme")  # nginx' workers cannot read it
    try:
        assert mail.host.run(RENEW, check=False).returncode != 0
        said = mail.host.run("journalctl -u certbot --output=cat --no-pager --lines=30").stdout
        assert "Failed to renew certificate danhba" in said
        with pytest.raises(PlaybookFailed) as failed:
            mail.play("verify", **settings)
        report = " ".join(failed.value.output.split())
        assert "the last renewal did not fail" in report
        assert 'see "journalctl -u certbot"' in report
    finally:
        mail.host.run("chmod 755 /var/www/danhba/acme")
    assert files(mail) == before
    assert served_by_all(mail, authority.root) == shown


def test_the_next_renewal_makes_it_good(mail: Deployment, authority: Pebble, settings: Mapping[str, Any]) -> None:
    before = served_by_all(mail, authority.root)
    mail.host.run(RENEW)
    served_by_all(mail, authority.root, other_than=before)
    said = " ".join(mail.play("verify", **settings).split())
    assert "the certificate is good for 18" in said  # pebble's are good for five years


def test_a_name_that_the_authority_does_not_find(mail: Deployment, settings: Mapping[str, Any]) -> None:
    before = files(mail)
    with pytest.raises(PlaybookFailed) as failed:
        mail.play("site", "--tags", "tls", **settings, tls_names=[*NAMES, "nobody.laocai.gov.vn"])
    report = " ".join(failed.value.output.split())
    assert "has not issued a certificate for mail.laocai.gov.vn" in report
    assert "chứng thư đang dùng (nếu có) giữ nguyên" in report
    assert files(mail) == before


def test_certbot_does_not_replace_one_that_is_given(
    mail: Deployment, settings: Mapping[str, Any], tmp_path: Path
) -> None:
    own = Authority.make(tmp_path)
    own.issue(tmp_path / "given", NAMES)
    given: dict[str, Any] = {
        "tls_given_certificate": str(tmp_path / "given.crt"),
        "tls_given_key": str(tmp_path / "given.key"),
    }
    mail.play("site", "--tags", "tls", tls_mode="given", tls_authority=str(own.certificate), **given)
    before = files(mail)
    let_it_be_due(mail)
    mail.host.run(RENEW, check=False)  # it knows the authority no more; that it fails is no matter of the services'
    assert files(mail) == before
    served_by_all(mail, own.certificate)
