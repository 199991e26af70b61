"""What one address may do a minute, as the roles write it."""

from __future__ import annotations

import re

import pytest

from tests.support.rendered import ROOT, render

MAIN = ROOT / "roles/postfix/templates/main.cf.j2"


@pytest.mark.parametrize(("mailboxes", "recipients"), [(200, 1000), (20_000, 2000), (100_000, 10_000)])
def test_recipient_limit_follows_from_the_capacity(mailboxes: int, recipients: int) -> None:
    written = dict(re.findall(r"(?m)^(smtpd_client_\w+) = (.*)$", render(MAIN, capacity_mailboxes=mailboxes)))
    assert written["smtpd_client_recipient_rate_limit"] == str(recipients)
    # A limit of addresses is none where a client has 2^64 of them.
    assert written["smtpd_client_ipv6_prefix_length"] == "64"
    assert written["smtpd_client_event_limit_exceptions"].startswith("$mynetworks, 127.0.0.0/8")


def firewall(**inputs: object) -> str:
    return render(ROOT / "roles/base/templates/nftables.conf.j2", **inputs)


SESSIONS = [{"port": 993, "sessions": 20, "full_port": 1993}, {"port": 4190, "sessions": 5, "full_port": 1419}]


def test_reloaded_firewall_keeps_counts_of_limits() -> None:
    """On a host: `tests/e2e/test_limits.py`."""
    text = firewall(base_firewall_session_ports=SESSIONS, base_firewall_connections=7)
    rules = re.sub(r"^ *#.*$", "", text, flags=re.MULTILINE)
    assert "flush table inet danhba" in rules
    assert not re.search(r"\b(delete|destroy|flush (ruleset|set))\b", rules)
    # A count that belongs to a rule goes with it; one in a set stays with its set.
    assert len(re.findall(r"ct count over", rules)) == 4
    assert len(re.findall(r"add @\w+ \{ [^}]* ct count over \d+ \}", rules)) == 4


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        ({"base_firewall_connections": 9}, "open"),
        ({"base_firewall_rate": 9}, "mail"),
        ({"base_firewall_burst": 9}, "mail"),
        ({"base_firewall_ssh_rate": 9}, "ssh"),
        ({"base_firewall_session_ports": [{**SESSIONS[0], "sessions": 9}, SESSIONS[1]]}, "sessions_993"),
    ],
)
def test_changed_limit_gets_a_new_set(changed: dict[str, object], name: str) -> None:
    """An element of a set keeps the limit by which it began."""
    usual = {"base_firewall_session_ports": SESSIONS, "base_firewall_connections": 7}
    before, after = (
        set(re.findall(r"^    set (\w+) ", firewall(**each), re.MULTILINE)) for each in (usual, usual | changed)
    )
    gone = before - after
    assert gone
    assert all(each.startswith(name) for each in gone)
    for text in (firewall(**usual), firewall(**(usual | changed))):
        used = set(re.findall(r"@(\w+)", text))
        assert used == set(re.findall(r"^    set (\w+) ", text, re.MULTILINE))
