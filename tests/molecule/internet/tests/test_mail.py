"""Mail between a deployed host and the servers of others: what both sides make of it."""

from __future__ import annotations

import os
import secrets
import subprocess
import time
from pathlib import Path

import pytest
from testinfra.host import Host
from tests.molecule import world as beside
from tests.support.gate import EICAR, letter
from tests.support.internet import BAD_DANE, GOOD, PROVINCE, QUARANTINING, Internet, raw, verdicts

PROJECT = Path(os.environ["MOLECULE_PROJECT_DIRECTORY"])
FOLDER = Path(os.environ["MOLECULE_EPHEMERAL_DIRECTORY"])
ADDRESS = "10.233.0.31"
FORGED = "khong gui tu may chu cua chung toi"


@pytest.fixture(scope="module")
def world(host: Host) -> Internet:
    """The others, whose DNS holds what `playbooks/dns.yml` says of this host."""
    found = beside.get(FOLDER)
    play("-e", "dns_ask=false")
    found.hold((FOLDER / f"private/dns/{PROVINCE}.zone").read_text(encoding="utf-8"), mail=ADDRESS)
    host.check_output("systemctl restart unbound")
    return found


@pytest.fixture(scope="module")
def official(host: Host) -> str:
    """The address of somebody on this host."""
    statement = "SELECT address FROM mail.account WHERE kind = 'official' AND state = 'open' ORDER BY id LIMIT 1"
    return str(host.check_output("runuser -u postgres -- psql -XtA -d danhba -c %s", statement))


def play(*options: str) -> str:
    """Run `playbooks/dns.yml` on the host of the scenario, as Molecule reaches it."""
    command = ["ansible-playbook", "--inventory", os.environ["MOLECULE_INVENTORY_FILE"], *options, "playbooks/dns.yml"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def arrived(host: Host, address: str, word: str, seconds: float = 40.0) -> str:
    """The header of the message with a word in its subject, as soon as it is in a folder of somebody."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = host.check_output("doveadm fetch -u %s hdr subject %s", address, word)
        if found:
            return str(found)
        time.sleep(0.5)
    raise AssertionError(host.check_output("journalctl -u postfix -n 20 --no-pager"))


@pytest.mark.clause("R9.3")
def test_every_name_server_holds_what_was_rendered(world: Internet) -> None:
    said = play()
    assert "✗" not in said
    assert "✓ TLSA" in said


@pytest.mark.clause("R7.2")
def test_others_verify_our_signature(host: Host, world: Internet) -> None:
    word = f"bao cao {secrets.token_hex(6)}"
    host.check_output("printf 'Subject: %%s\\n\\nxin chao\\n' %s | sendmail -f root %s", word, f"ai-do@{GOOD}")
    said = verdicts(world.waits_for(GOOD, f"Subject: {word}"))
    for verdict in ("dkim=pass", "header.d=mail.laocai.gov.vn", "spf=pass"):
        assert verdict in said
    log = host.check_output("journalctl -u postfix --no-pager -o cat")
    assert f"Verified TLS connection established to mx.{GOOD}" in log, "by DANE"


@pytest.mark.clause("R7.2")
def test_what_others_sign_is_believed_and_delivered(host: Host, world: Internet, official: str) -> None:
    word = secrets.token_hex(6)
    world.send(raw(f"la@{GOOD}", word), f"la@{GOOD}", official)
    head = arrived(host, official, word)
    for verdict in (f"mail.{PROVINCE};", "dkim=pass", "spf=pass", "dmarc=pass"):
        assert verdict in verdicts(head)
    assert "d=laocai.gov.vn" not in head


def test_what_fails_a_policy_of_quarantine_is_marked_for_junk(host: Host, world: Internet, official: str) -> None:
    word = secrets.token_hex(6)
    world.send(raw(f"la@{QUARANTINING}", word), f"la@{GOOD}", official)
    head = arrived(host, official, word)
    assert "dmarc=fail" in verdicts(head)
    assert "dmarc=pass" not in verdicts(head)
    assert "X-Spam: Yes" in head


def infected(recipient: str) -> str:
    """A message with the test file of scanners."""
    return letter(recipient, files={"tep.txt": EICAR}).as_string()


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("a sender of ours", FORGED),
        ("a sender of others", "yeu cau tu choi thu khong chung thuc duoc la cua ho (DMARC)"),
        pytest.param("a virus", "Thu co vi-rut", marks=pytest.mark.clause("R10.6")),
        pytest.param("a mark", "co dau do mat", marks=pytest.mark.clause("R7.1")),
        ("nobody", "5.1.1"),
    ],
)
def test_what_is_refused_comes_back_with_the_reason(world: Internet, official: str, kind: str, reason: str) -> None:
    """To the sender, by his own server, which was told at the end of the message."""
    message = {
        "a sender of ours": raw(official, "chuyen gap"),
        "a sender of others": raw(f"la@{BAD_DANE}", "chuyen gap"),
        "a virus": infected(official),
        "a mark": raw(f"la@{GOOD}", "ke hoach", text="UBND\n\nTỐI MẬT\n\nKế hoạch"),
        "nobody": raw(f"la@{GOOD}", "xin chao"),
    }[kind]
    sender = f"{secrets.token_hex(6)}@{GOOD}"
    world.send(message, sender, f"khong-co-that@{PROVINCE}" if kind == "nobody" else official)
    notice = world.waits_for(GOOD, f"To: {sender}")
    assert "said: 55" in " ".join(notice.split())
    assert reason in " ".join(notice.split())
