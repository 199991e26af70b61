"""`verify.yml` says what is wrong and the way out, for things that were broken on purpose; several at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from tests.support.authority import Authority
from tests.support.deployment import FQDN, Deployment, PlaybookFailed

Reports = dict[str, str]
SQL = "runuser -u postgres -- psql --quiet --dbname danhba --command"


class Broken(NamedTuple):
    """How something is broken and mended on the host, what `verify.yml` calls it, and the advice that it gives."""

    name: str
    breaking: str
    mending: str
    fault: str
    advice: str


# Things that hide one another are broken in different rounds.
ROUNDS = {
    "services": [
        Broken(
            "Postfix is stopped",
            "systemctl stop postfix",
            "systemctl start postfix",
            "submission, port 587 [Errno 111] Connection refused",
            'see "systemctl status postfix dovecot" and "journalctl -u postfix -u dovecot"',
        ),
        Broken(
            "the web server is stopped",
            "systemctl stop nginx",
            "systemctl start nginx",
            "the web server, PHP and the webmail's cleaning up run inactive",
            'see "systemctl status nginx php8.4-fpm" and "journalctl -t roundcube"',
        ),
        Broken(
            "the credential service is stopped",
            "systemctl stop danhba-credentials.socket danhba-credentials.service",
            "systemctl start danhba-credentials.socket danhba-credentials.service",
            "the credential service runs inactive",
            'see "journalctl -u danhba-credentials"',
        ),
        Broken(
            "nothing brings the address book into step",
            "systemctl stop danhba-addressbook-sync.timer",
            "systemctl start danhba-addressbook-sync.timer",
            "the address book runs, and the job that keeps it in step active active inactive",
            'see "journalctl -u slapd -u saslauthd -u danhba-addressbook-sync"',
        ),
        Broken(
            "a unit has failed",
            "systemd-run --quiet --unit=broken-on-purpose false; sleep 1",
            "systemctl reset-failed broken-on-purpose",
            "the system runs, with no unit failed degraded broken-on-purpose.service",
            'see "systemctl status" of the unit and mend it',
        ),
        Broken(
            "a program listens that should not",
            "systemd-run --quiet --unit=listens-on-purpose python3 -m http.server 8099; sleep 3",
            "systemctl stop listens-on-purpose",
            "nothing listens to the network but what should tcp 8099",
            'see "ss -Hltunp" there: remove a program that is not of the mail system',
        ),
    ],
    "settings": [
        Broken(
            "Postfix relays for everybody",
            "postconf mynetworks=0.0.0.0/0 && systemctl reload postfix",
            "",  # by playbooks/site.yml, as the advice says
            "relaying is refused on port 25",
            "Postfix's settings were changed by hand: run playbooks/site.yml again",
        ),
        Broken(
            "the firewall lets everything in",
            "nft flush chain inet danhba input && nft 'add chain inet danhba input { policy accept; }'",
            "systemctl reload nftables",
            "the firewall drops what is not allowed",
            'run "systemctl reload nftables" there',
        ),
        Broken(
            "Postfix may read the hashes",
            f"{SQL} 'GRANT USAGE ON SCHEMA mail TO postfix; GRANT SELECT ON mail.credential TO postfix'",
            f"{SQL} 'REVOKE ALL ON mail.credential FROM postfix; REVOKE USAGE ON SCHEMA mail FROM postfix'",
            "Postfix cannot read the password hashes",
            "somebody granted rights by hand in the database: REVOKE them and run playbooks/site.yml again",
        ),
        Broken(
            "an account was closed by hand",
            f"""{SQL} "UPDATE mail.account SET quota = quota + 1 WHERE id = '000101'" """,
            f"""{SQL} "UPDATE mail.account SET quota = quota - 1 WHERE id = '000101'" """,
            "the accounts are as the register says",
            'see "playbooks/accounts.yml --check --diff", then run playbooks/accounts.yml',
        ),
        Broken(
            "somebody else's share of days is asked for",
            f"{SQL} 'UPDATE usage.rule SET target = target - 1'",
            f"{SQL} 'UPDATE usage.rule SET target = target + 1'",
            "who reads the use of which agency: not as the register says",
            'see "playbooks/accounts.yml --check --diff", then run playbooks/accounts.yml',
        ),
        Broken(
            "the firewall drops IMAP",
            "nft insert rule inet danhba input tcp dport 993 drop",
            "systemctl reload nftables",
            "IMAPS, port 993 timed out",
            'a firewall is in between: see "nft list table inet danhba" on the server',
        ),
        Broken(
            "the certificate has ended",
            "install -m 600 /root/old.key /etc/ssl/mail/server.key && install /root/old.crt /etc/ssl/mail/server.crt"
            " && /usr/local/sbin/danhba-tls-reload",
            "",  # by playbooks/site.yml, as the advice says
            "submissions, port 465 the certificate is refused: certificate has expired",
            "renew the certificate: put the new one where tls_given_certificate and tls_given_key say and run "
            "playbooks/site.yml --tags tls",
        ),
    ],
    "another authority": [
        Broken(
            "nobody knows the authority",
            "install -m 600 /root/other.key /etc/ssl/mail/server.key && install /root/other.crt "
            "/etc/ssl/mail/server.crt && /usr/local/sbin/danhba-tls-reload",
            "",
            "IMAPS, port 993 the certificate is refused: unable to get local issuer certificate",
            "nobody here believes the authority of the certificate: set tls_authority",
        ),
        Broken(
            "a unit fails again and again",
            "systemd-run --quiet --unit=broken-again --property=Restart=on-failure --property=RestartSec=600"
            " --property=StartLimitIntervalSec=0 false; sleep 1",
            "systemctl stop broken-again",
            "the system runs, with no unit failed running broken-again.service",
            'see "systemctl status" of the unit and mend it',
        ),
    ],
}
# What an attacker would change is asked for at each commit; the other rounds are `make long`'s.
AT_EACH_COMMIT = "settings"
CASES = [
    pytest.param(name, broken, id=broken.name, marks=[] if name == AT_EACH_COMMIT else pytest.mark.long)
    for name, things in ROUNDS.items()
    for broken in things
]


@pytest.fixture(scope="module")
def certificates(mail: Deployment, tmp_path_factory: pytest.TempPathFactory) -> None:
    """On the host: a certificate of its own authority that has ended, and one of another authority."""
    folder = tmp_path_factory.mktemp("certificates")
    own = Authority.read(folder)
    own.certificate.write_text(mail.host.run("cat /etc/ssl/mail/ca.crt").stdout)
    own.key.write_text(mail.host.run("cat /etc/ssl/mail/ca.key").stdout)
    own.issue(folder / "old", [FQDN], days=-1)
    Authority.make(folder / "elsewhere").issue(folder / "other", [FQDN])
    for name in ("old.crt", "old.key", "other.crt", "other.key"):
        mail.host.run(f"umask 077; cat > /root/{name} <<'END'\n{(folder / name).read_text()}END")


@pytest.fixture(scope="module")
def reports(mail: Deployment, certificates: None) -> Iterator[Callable[[str], str]]:
    """What `verify.yml` says in a round, in which all of it is broken at once; each round is run once."""
    known: Reports = {}

    def ask(name: str) -> str:
        if name not in known:
            known[name] = _ask(mail, ROUNDS[name])
        return known[name]

    yield ask
    for name in ("old", "other"):
        mail.host.run(f"rm --force /root/{name}.crt /root/{name}.key")


def _ask(mail: Deployment, things: list[Broken]) -> str:
    for broken in things:
        mail.host.run(broken.breaking)
    try:
        with pytest.raises(PlaybookFailed) as failed:
            mail.play("verify")
        return " ".join(failed.value.output.split())
    finally:
        for broken in things:
            if broken.mending:
                mail.host.run(broken.mending)
        if not all(broken.mending for broken in things):
            mail.play("site", "--tags", "tls,postfix")


@pytest.mark.parametrize(("name", "broken"), CASES)
def test_what_is_broken_is_told_with_its_way_out(reports: Callable[[str], str], name: str, broken: Broken) -> None:
    said = reports(name)
    assert broken.fault in said
    _before, _fault, after = said.partition(broken.fault)
    assert broken.advice in after


@pytest.mark.parametrize("rounds", [[AT_EACH_COMMIT], pytest.param([*ROUNDS], marks=pytest.mark.long)])
def test_what_was_mended_as_advised_is_well_again(
    mail: Deployment, reports: Callable[[str], str], rounds: list[str]
) -> None:
    for name in rounds:
        reports(name)
    assert "all answered right" in " ".join(mail.play("verify").split())
