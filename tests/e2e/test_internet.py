"""The mail server and the Internet: others' real servers, signed DNS, and mail between them (R7.2, R9.3)."""

from __future__ import annotations

import json
import re
import secrets
import shlex
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from tests.lab import Lab
from tests.support import internet as net
from tests.support.demo_host import addresses
from tests.support.deployment import Deployment, PlaybookFailed
from tests.support.editing import RegisterCopy
from tests.support.internet import Internet, put, raw, verdicts, without_verdicts
from tests.support.mail import compose

from .conftest import Official

# Prints the seal of what it is given, by a domain and a selector.
SEAL = """
import dkim, sys
domain, selector = (word.encode() for word in sys.argv[1:])
key = open(f"/etc/opendkim/{selector.decode()}.private", "rb").read()
seal = dkim.arc_sign(sys.stdin.buffer.read(), selector, domain, key, domain)
sys.stdout.write(b"".join(seal).decode().replace("\\r\\n", "\\n"))
"""
TAGS = ("--tags", "resolver,tls,postfix,nginx,pages,dkim,rspamd,guard")
FAST: dict[str, Any] = {"dkim_wait_hours": 0, "dkim_least_hours": 0}


@pytest.fixture(scope="module")
def world(mail: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Internet]:
    """The others, whose authority the mail server believes."""
    booted = net.boot(tmp_path_factory.mktemp("internet"))
    certificate = booted.authority.certificate.read_text(encoding="utf-8")
    put(mail.host, {"/usr/local/share/ca-certificates/internet.crt": certificate})
    mail.host.run("update-ca-certificates >/dev/null 2>&1 && systemctl try-restart postfix-mta-sts-resolver")
    yield booted
    Lab().down(net.NAME)


@pytest.fixture(scope="module")
def sender(mail: Deployment, register: RegisterCopy) -> Official:
    """An official who sends."""
    one = next(
        item
        for item in addresses(register)
        if item["agency"] == "skhcn" and item["kind"] == "official" and item["state"] == "open"
    )
    password = mail.choose(one["address"])
    return Official(one["id"], one["agency"], one["name"], one["address"], password)


@pytest.fixture(scope="module")
def ours(mail: Deployment, world: Internet) -> Deployment:
    """The mail server on that Internet, its zone as `playbooks/dns.yml` has rendered it."""
    told = {"mail_mta_sts": "enforce", "guard_sealers": [net.GOOD]}
    within = replace(mail, variables={**mail.variables, **world.variables, **told})
    within.play("site", *TAGS)
    within.play("dns", dns_ask=False)
    publish(within, world)
    return within


def publish(ours: Deployment, world: Internet) -> None:
    """Put what was rendered into the zone, as whoever runs the name servers does."""
    fragment = (ours.private / "dns" / f"{net.PROVINCE}.zone").read_text(encoding="utf-8")
    world.hold(fragment, mail=ours.host.address)
    ours.host.run("systemctl restart unbound")


def send(ours: Deployment, sender: Official, recipient: str, text: str = "Nội dung có dấu.") -> str:
    """Send a message by submission and return its id."""
    message = compose(sender.address, [recipient], "Kính gửi", text)
    with ours.server.submission(sender.address, sender.password) as smtp:
        smtp.send_message(message)
    return str(message["Message-ID"])


def waits(ours: Deployment, recipient: str, seconds: float = 40.0) -> str:
    """Why a message for somebody waits in the queue, as soon as it does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for line in ours.host.run("postqueue -j").stdout.splitlines():
            for one in json.loads(line)["recipients"]:
                if one["address"] == recipient and one.get("delay_reason"):
                    return str(one["delay_reason"])
        time.sleep(0.5)
    raise AssertionError(f"nothing for {recipient} waits")


@pytest.mark.long  # at each commit, test_first_deployment.py sees it by verify
@pytest.mark.clause("R9.3")
def test_dns_holds_what_was_rendered(ours: Deployment, world: Internet) -> None:
    said = ours.play("dns")
    assert "✗" not in said
    assert "? " not in said.partition("TASK [Say what the servers hold]")[2].partition("PLAY RECAP")[0]
    assert "✓ PTR" in said
    assert "✓ TLSA" in said


@pytest.mark.clause("R9.3")
def test_what_dns_lacks_is_named_with_the_way_out(ours: Deployment, world: Internet) -> None:
    fragment = (ours.private / "dns" / f"{net.PROVINCE}.zone").read_text(encoding="utf-8")
    without = "".join(line for line in fragment.splitlines(keepends=True) if "_dmarc." not in line)
    world.hold(without.replace("SRV 0 1 993", "SRV 0 1 994"), mail=ours.host.address)
    with pytest.raises(PlaybookFailed) as failed:
        ours.play("dns")
    publish(ours, world)
    said = failed.value.output
    assert re.search(r"✗ TXT +_dmarc[.]laocai[.]gov[.]vn", said)
    assert "not there: add it to the zone" in said
    assert re.search(r"✗ SRV +_imaps", said)
    assert "- 0 1 994 mail.laocai.gov.vn." in said
    assert len(re.findall("✗", said)) == 2


@pytest.mark.clause("R7.2")
def test_others_verify_what_we_send(ours: Deployment, world: Internet, sender: Official) -> None:
    id_ = send(ours, sender, f"ai-do@{net.GOOD}")
    said = verdicts(world.waits_for(net.GOOD, id_))
    assert "dkim=pass" in said
    assert "header.d=laocai.gov.vn" in said
    assert re.search(r"dmarc=pass[^;]*header[.]from=laocai[.]gov[.]vn", said)
    assert "spf=pass" in said


@pytest.mark.clause("R7.2")
def test_a_message_without_date_and_id_is_signed_as_it_leaves(
    ours: Deployment, world: Internet, sender: Official
) -> None:
    """Postfix adds them; a signature over a header that was not there yet would be broken by that."""
    with ours.server.submission(sender.address, sender.password) as smtp:
        smtp.sendmail(
            sender.address,
            [f"ai-do@{net.GOOD}"],
            f"From: {sender.address}\r\nTo: ai-do@{net.GOOD}\r\nSubject: khong ngay gui\r\n\r\nngan\r\n",
        )
    assert "dkim=pass" in verdicts(world.waits_for(net.GOOD, "khong ngay gui"))


@pytest.mark.clause("R7.2")
def test_eight_bits_and_long_lines_leave_as_they_came(ours: Deployment, world: Internet, sender: Official) -> None:
    """Also to a server that does not say that it takes eight bits: turning them into seven would break it."""
    recipient = f"tam-bit@{net.GOOD}"
    text = "Tiếng Việt để nguyên tám bit. " * 20
    world.host.run("postconf smtpd_discard_ehlo_keywords=8bitmime && postfix reload")
    message = (
        f"From: {sender.address}\r\nTo: {recipient}\r\nSubject: tam bit\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n"
    ).encode()
    try:
        with ours.server.submission(sender.address, sender.password) as smtp:
            smtp.sendmail(sender.address, [recipient], message, mail_options=["BODY=8BITMIME"])
        received = world.waits_for(net.GOOD, "tam bit")
    finally:
        world.host.run("postconf -X smtpd_discard_ehlo_keywords && postfix reload")
    assert "dkim=pass" in verdicts(received)
    assert text.strip() in received


@pytest.mark.clause("R7.2")
def test_smime_verifies_after_passing(ours: Deployment, world: Internet, sender: Official, tmp_path: Path) -> None:
    world.authority.issue(tmp_path / "signer", ["signer.example"])
    (tmp_path / "text").write_text("Nội dung đã ký số.\n", encoding="utf-8")
    signed = subprocess.run(
        ["openssl", "smime", "-sign", "-in", str(tmp_path / "text"), "-signer", str(tmp_path / "signer.crt"),
         "-inkey", str(tmp_path / "signer.key"), "-from", sender.address, "-to", f"ky@{net.GOOD}", "-subject", "ky so"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    with ours.server.submission(sender.address, sender.password) as smtp:
        smtp.sendmail(sender.address, [f"ky@{net.GOOD}"], re.sub(rb"\r?\n", b"\r\n", signed))
    (tmp_path / "received").write_text(world.waits_for(net.GOOD, "Subject: ky so"), encoding="utf-8")
    done = subprocess.run(
        ["openssl", "smime", "-verify", "-in", str(tmp_path / "received"), "-CAfile", str(world.authority.certificate),
         "-purpose", "any"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Nội dung đã ký số." in done.stdout.decode()


@pytest.mark.clause("R7.2")
def test_bounces_and_reports_are_signed(ours: Deployment, world: Internet) -> None:
    """By the host itself, from the null sender: a message that it has taken and cannot deliver, and one of its root."""
    ours.host.run(f"printf 'Subject: bao cao cua may\\n\\nxin chao\\n' | /usr/sbin/sendmail -f root bao-cao@{net.GOOD}")
    said = verdicts(world.waits_for(net.GOOD, "bao cao cua may"))
    assert "dkim=pass" in said
    # postsuper cannot bounce; an answer to somebody elsewhere does.
    ours.host.run(
        "printf 'Subject: thu mat\\n\\nkhong ai nhan\\n' | /usr/sbin/sendmail "
        f"-f hoi@{net.GOOD} khong-co-that@{net.PROVINCE}"
    )
    bounce = world.waits_for(net.GOOD, "Undelivered mail returned to sender")
    assert "dkim=pass" in verdicts(bounce)
    assert "header.d=mail.laocai.gov.vn" in verdicts(bounce)


def arrived(ours: Deployment, official: Official, subject: str, seconds: float = 30.0) -> EmailMessage | None:
    """The message with this subject, as soon as it is in INBOX or Junk; None where it does not come."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for folder in ("INBOX", "Junk"):
            for message in ours.server.inbox(official.address, official.password, folder):
                if message["Subject"] == subject:
                    return message
        time.sleep(0.5)
    return None


@pytest.mark.clause("R7.2")
def test_what_others_sign_is_believed_and_nobody_gets_our_signature(
    ours: Deployment, world: Internet, sender: Official
) -> None:
    """What comes in is judged by what DNS says of its sender; it is not signed in our name, whatever its From says."""
    subject = f"khong ky ho {secrets.token_hex(4)}"
    world.send(raw(f"la@{net.GOOD}", subject), f"la@{net.GOOD}", sender.address)
    found = arrived(ours, sender, subject)
    assert found, ours.host.run("journalctl -u postfix -n 20 --no-pager").stdout
    said = str(found["Authentication-Results"])
    assert "dkim=pass" in said
    assert "spf=pass" in said
    assert "dmarc=pass" in said
    assert "d=laocai.gov.vn" not in str(found.get_all("DKIM-Signature"))


@pytest.mark.clause("R10.4")
def test_what_a_forwarder_hands_back_arrives_as_our_signature_is_whole(
    ours: Deployment, world: Internet, sender: Official
) -> None:
    """With our own envelope, as a forwarder that keeps it does: DKIM decides, not where it comes from."""
    id_ = send(ours, sender, f"ai-do@{net.GOOD}")
    world.send(world.waits_for(net.GOOD, id_), sender.address, sender.address)
    back = ours.server.wait_for(sender.address, sender.password, id_)
    assert str(back["X-Danhba-Origin"]).startswith("outside")


def sealed(world: Internet, message: str, sealer: str) -> str:
    """As a list hands it on that has looked at it and says so (ARC, RFC 8617)."""
    whole = f"Authentication-Results: {sealer}; dkim=pass header.d={net.PROVINCE}\n{without_verdicts(message)}"
    command = f"python3 -c {shlex.quote(SEAL)} {sealer} {net.SELECTOR}"
    done = subprocess.run(world.host.ssh(command), input=whole, text=True, capture_output=True, check=True, timeout=60)
    return done.stdout + whole


# What a list hands on of a message of ours: who seals it, and whether it is changed after that.
HANDED_ON = {
    "sealed by whom we trust": (net.GOOD, False),
    "sealed by somebody else": (net.STS, False),
    "changed after it was sealed": (net.GOOD, True),
    "not sealed": ("", False),
}


@pytest.mark.clause("R10.4")
@pytest.mark.parametrize("case", HANDED_ON)
def test_what_a_list_has_changed_comes_back_where_its_seal_is_believed(
    ours: Deployment, world: Internet, sender: Official, case: str
) -> None:
    """Our own signature does not hold any more: the word of the list does, where the province trusts it."""
    sealer, changed_later = HANDED_ON[case]
    id_ = send(ours, sender, f"ai-do@{net.GOOD}")
    subject, envelope = f"[danh-sach] {secrets.token_hex(4)}", f"la-{secrets.token_hex(4)}@{net.GOOD}"
    message = re.sub(r"(?m)^Subject: .*$", f"Subject: {subject}", world.waits_for(net.GOOD, id_), count=1)
    handed_on = sealed(world, message, sealer) if sealer else message
    world.send(handed_on.replace(subject, f"{subject}!") if changed_later else handed_on, envelope, sender.address)
    if case == "sealed by whom we trust":
        found = arrived(ours, sender, subject)
        assert found, ours.host.run("journalctl -u postfix -n 20 --no-pager").stdout
        assert str(found["X-Danhba-Origin"]).startswith("outside")
        assert "arc=pass" in str(found["Authentication-Results"])
    else:
        assert re.search(r"said: 55\d", " ".join(world.waits_for(net.GOOD, f"To: {envelope}").split()))
        assert arrived(ours, sender, subject, 2) is None


@pytest.mark.clause("R7.2")
def test_a_forged_sender_does_not_pass(ours: Deployment, world: Internet, sender: Official) -> None:
    """Of a domain that says `p=reject`, by a server that is not its own: refused with what to do, and in no folder."""
    subject, envelope = f"mao danh {secrets.token_hex(4)}", f"la-{secrets.token_hex(4)}@{net.GOOD}"
    world.send(raw(f"la@{net.BAD_DANE}", subject), envelope, sender.address)
    notice = " ".join(world.waits_for(net.GOOD, f"To: {envelope}").split())
    assert "said: 554" in notice
    assert "yeu cau tu choi thu khong chung thuc duoc la cua ho (DMARC)" in notice
    assert "Ho tro - Support" in notice
    assert arrived(ours, sender, subject, 2) is None


@pytest.mark.clause("R7.2")
def test_a_forged_sender_goes_to_junk_where_its_domain_asks_for_that(
    ours: Deployment, world: Internet, sender: Official
) -> None:
    subject = f"mao danh {secrets.token_hex(4)}"
    world.send(raw(f"la@{net.QUARANTINING}", subject), f"la@{net.GOOD}", sender.address)
    found = arrived(ours, sender, subject)
    assert found, ours.host.run("journalctl -u postfix -n 20 --no-pager").stdout
    assert "dmarc=fail" in str(found["Authentication-Results"])
    assert found["X-Spam"] == "Yes"
    assert subject not in [one["Subject"] for one in ours.server.inbox(sender.address, sender.password)]


@pytest.mark.parametrize(
    ("domain", "reason"),
    [
        (net.BAD_DANE, "Server certificate not (trusted|verified)"),
        (net.BAD_STS, "Server certificate not (trusted|verified)"),
        (net.BOTH, "Server certificate not (trusted|verified)"),
    ],
)
def test_who_promises_tls_and_breaks_it_gets_nothing(
    ours: Deployment, world: Internet, sender: Official, domain: str, reason: str
) -> None:
    """The message waits and says why; DANE that fails is not overridden by a policy that holds (RFC 8461, 2)."""
    send(ours, sender, f"cho@{domain}")
    assert re.search(reason, waits(ours, f"cho@{domain}"))
    assert world.received(domain) == ""
    ours.host.run("postsuper -d ALL")


def test_who_keeps_the_promise_is_given_mail_by_it(ours: Deployment, world: Internet, sender: Official) -> None:
    ids = {domain: send(ours, sender, f"duoc@{domain}") for domain in (net.GOOD, net.STS)}
    for domain, id_ in ids.items():
        world.waits_for(domain, id_)
    said = ours.host.run("journalctl -u postfix --no-pager -o cat | grep 'TLS connection established to mx[.]'").stdout
    for domain in ids:
        assert re.search(rf"Verified TLS connection established to mx[.]{domain}", said)


def test_others_reach_us_by_dane_and_mta_sts(ours: Deployment, world: Internet) -> None:
    """What our zone promises holds, as another resolver and another client see it."""
    policy = world.host.run(
        f"python3 - <<'END'\nimport ssl, urllib.request\ncontext = ssl._create_unverified_context()\n"
        f"print(urllib.request.urlopen('https://mta-sts.{net.PROVINCE}/.well-known/mta-sts.txt', context=context)"
        ".read().decode())\nEND"
    ).stdout
    assert policy.split() == [
        "version:",
        "STSv1",
        "mode:",
        "enforce",
        "mx:",
        "mail.laocai.gov.vn",
        "max_age:",
        "604800",
    ]
    tls = world.host.run(f"posttls-finger -c -l dane -P /etc/ssl/certs {net.PROVINCE}", check=False, timeout=60)
    assert "Verified TLS connection established" in tls.stdout + tls.stderr


RELAYING = [
    ("<la@xa.example>", "<dau-do@tran.example>"),
    ("<>", "<dau-do@tran.example>"),
    ("<la@xa.example>", "<dau-do%tran.example@laocai.gov.vn>"),
    ("<la@xa.example>", "<dau-do%tran.example@[{address}]>"),
    ("<la@xa.example>", "<@laocai.gov.vn:dau-do@tran.example>"),
    ("<la@xa.example>", '<"dau-do@tran.example">'),
    ("<la@xa.example>", '<"dau-do@tran.example"@laocai.gov.vn>'),
    ("<la@xa.example>", "<tran.example!dau-do>"),
    ("<la@xa.example>", "<tran.example!dau-do@laocai.gov.vn>"),
    ("<postmaster@laocai.gov.vn>", "<dau-do@tran.example>"),
    ("<root@mail.laocai.gov.vn>", "<dau-do@tran.example>"),
    ("<dau-do@[{address}]>", "<dau-do@tran.example>"),
    ("<la@xa.example>", "<dau-do@mail.laocai.gov.vn>"),
    ("<la@xa.example>", "<dau-do@localhost>"),
]


@pytest.mark.clause("R10.8")
def test_open_relay_probes_are_refused(ours: Deployment, world: Internet) -> None:
    probes = [[part.format(address=ours.host.address) for part in probe] for probe in RELAYING]
    script = (
        "import json, smtplib, sys\n"
        "for sender, recipient in json.loads(sys.argv[2]):\n"
        f"    with smtplib.SMTP(sys.argv[1], 25, 'mx.{net.GOOD}', 30) as client:\n"
        "        client.ehlo()\n"
        "        said = [client.docmd('MAIL', 'FROM:' + sender), client.docmd('RCPT', 'TO:' + recipient)]\n"
        "        print(json.dumps([sender, recipient, max(code for code, _ in said)]))\n"
    )
    arguments = f"{ours.host.address} {shlex.quote(json.dumps(probes))}"
    said = world.host.run(f"python3 -c {shlex.quote(script)} {arguments}", timeout=120).stdout
    answers = [json.loads(line) for line in said.splitlines()]
    assert len(answers) == len(RELAYING)
    assert [answer for answer in answers if not 500 <= answer[2] < 600] == []


def test_without_dns_mail_waits(ours: Deployment, world: Internet, sender: Official) -> None:
    ours.host.run("systemctl stop unbound")
    try:
        id_ = send(ours, sender, f"khong-dns@{net.GOOD}")
        waits(ours, f"khong-dns@{net.GOOD}", 60)
    finally:
        ours.host.run("systemctl start unbound")
    ours.host.run("postqueue -f")
    assert "dkim=pass" in verdicts(world.waits_for(net.GOOD, id_))


@pytest.mark.long
@pytest.mark.clause("R7.2")
def test_keys_change_under_load_and_no_message_is_unsigned(ours: Deployment, world: Internet, sender: Official) -> None:
    sent: list[str] = []
    ended = threading.Event()

    def load() -> None:
        while not ended.is_set():
            sent.append(send(ours, sender, f"tai@{net.GOOD}"))
            time.sleep(3)  # a sender may send a hundred an hour, and a busy machine takes its time for what follows

    sending = threading.Thread(target=load)
    sending.start()
    try:
        said = ours.play("dkim", dkim_rotate=True, **FAST)
        assert "signs from now on" in said
        assert "Waiting for DNS" in ours.play("dkim", dkim_rotate=True, **FAST)  # the one after it is in no zone yet
        publish(ours, world)
        assert "signs from now on" in ours.play("dkim", **FAST)  # what was wanted is remembered
        time.sleep(35)  # rspamd looks at its map by itself
    finally:
        ended.set()
        sending.join()
    ours.host.run("postqueue -f")  # to publish starts the resolver again: what was to be looked up meanwhile waits
    for id_ in sent:
        world.waits_for(net.GOOD, id_, 60)
    messages = [one for one in re.split(r"(?m)^From .*\n", world.received(net.GOOD)) if f"tai@{net.GOOD}" in one]
    assert len({re.search(r"(?mi)^Message-ID: *(\S+)", one)[1] for one in messages}) == len(sent)  # type: ignore[index]
    assert all("dkim=pass" in verdicts(one) for one in messages)
    assert len(set(re.findall(r"\bs=(d[0-9]+[a-z]);", "".join(messages)))) >= 2
    assert "no other follows before" in ours.play("dkim", dkim_rotate=True, dkim_wait_hours=0)
