"""What becomes of a message that fails DMARC, as role rspamd has it written for rspamd's own modules."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.rendered import ROOT, render

LOCAL = ROOT / "roles/rspamd/templates/local.d"


def rules(**inputs: Any) -> dict[str, tuple[str, str]]:
    """Action and expression of each rule."""
    text = render(LOCAL / "force_actions.conf.j2", **inputs)
    found = re.findall(r'(?s)(DANHBA_\w+) \{\s+action = "([a-z ]+)";\s+expression = "([^"]+)";(.*?)\n  \}', text)
    # Others say what they say besides, and refuse as before (`honor_action` also makes it wait for who vouches).
    assert all('honor_action = ["reject", "soft reject"]' in rest for *_, rest in found)
    # What goes to Junk for another reason, too, stays what it is; a refusal that is the least of all loses its text.
    assert all(("least = true" in rest) == (action == "add header") for _name, action, _expression, rest in found)
    return {name: (action, expression) for name, action, expression, _rest in found}


def test_policy_of_the_senders_domain_is_applied() -> None:
    assert rules() == {
        "DANHBA_DMARC_REFUSED": ("reject", "DMARC_POLICY_REJECT"),
        "DANHBA_DMARC_JUNK": ("add header", "(DMARC_POLICY_QUARANTINE)"),
    }


def test_setting_moves_failures_to_junk_instead_of_refusing() -> None:
    assert rules(rspamd_dmarc_reject=False) == {
        "DANHBA_DMARC_JUNK": ("add header", "(DMARC_POLICY_QUARANTINE | DMARC_POLICY_REJECT)"),
    }


def test_trusted_arc_sealer_is_matched_by_whole_domain() -> None:
    """Its name as a whole and no name like it: `bo-gov.example` is somebody else's domain."""
    sealers = {"guard_sealers": ["bo.gov.example", "xa.example"]}
    assert all(expression.endswith(" & !DANHBA_VOUCHED") for _action, expression in rules(**sealers).values())
    written = render(LOCAL / "composites.conf.j2", **sealers)
    (quoted,) = re.findall(r'expression = "ARC_ALLOW\[/(.*)/i\]";', written)
    vouches = re.compile(quoted.replace("\\\\", "\\"), re.IGNORECASE)  # as UCL reads a string
    assert vouches.search("bo.gov.example:s=a:i=1")
    assert not any(
        map(vouches.search, ("bo-gov.example:s=a:i=1", "x.bo.gov.example:s=a:i=1", "bo.gov.example.vn:s=a:i=1"))
    )


def test_arc_is_ignored_without_trusted_sealers() -> None:
    assert "DANHBA_VOUCHED" not in render(LOCAL / "composites.conf.j2")


@pytest.mark.parametrize("wanted", [True, False])
def test_refusal_fits_into_an_smtp_reply(wanted: bool) -> None:
    """RFC 5321, 4.5.3.1.5: 512 octets a line, the code and the operator's contact in it."""
    text = render(LOCAL / "force_actions.conf.j2", rspamd_dmarc_reject=wanted)
    messages = re.findall(r'message = "([^"]*)"', text)
    assert len(messages) == wanted
    assert all(message.isascii() and len(message) < 400 for message in messages)
