"""What one address may do a minute, as the roles write it."""

from __future__ import annotations

import re

import pytest

from tests.support.rendered import ROOT, render

MAIN = ROOT / "roles/postfix/templates/main.cf.j2"


@pytest.mark.parametrize(("mailboxes", "recipients"), [(200, 1000), (20_000, 2000), (100_000, 10_000)])
def test_recipients_of_one_address_follow_from_the_capacity(mailboxes: int, recipients: int) -> None:
    written = dict(re.findall(r"(?m)^(smtpd_client_\w+) = (.*)$", render(MAIN, capacity_mailboxes=mailboxes)))
    assert written["smtpd_client_recipient_rate_limit"] == str(recipients)
    # A limit of addresses is none where a client has 2^64 of them.
    assert written["smtpd_client_ipv6_prefix_length"] == "64"
    assert written["smtpd_client_event_limit_exceptions"].startswith("$mynetworks, 127.0.0.0/8")
