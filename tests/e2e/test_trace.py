"""What became of each message, asked on a real host: each event once, whatever is stopped, and no content."""

from __future__ import annotations

import json
import os
import secrets
import shlex
import subprocess
import sys
import time
from email.message import EmailMessage
from email.policy import compat32
from pathlib import Path
from typing import Any

import pytest

from tests.support.deployment import PROJECT, Deployment
from tests.support.mail import compose
from tests.support.waiting import until

from .conftest import Official

STRANGER = "someone@example.org"
CRLF = compat32.clone(linesep="\r\n")  # of mail by SMTP (RFC 5321, 2.3.8)
TOKEN = f"TOKEN{secrets.token_hex(8)}"  # in the subject and the text of every message here
FORWARDED, HEIR = "contact-bqlck@laocai.gov.vn", "bqlkkt"  # an address of an agency that was merged into this one
DANHBA = Path(sys.executable).with_name("danhba")
INSIDE = ["received", "stored", "delivered"]
NOTICE_SECONDS = 20


def write(sender: str, *recipients: str) -> Any:
    return compose(sender, list(recipients), f"Giấy mời {TOKEN}", f"Nội dung {TOKEN}", ("tệp.txt", TOKEN.encode()))


def submit(mail: Deployment, sender: Official, *recipients: str, **options: Any) -> str:
    """Send a message by submission; its id."""
    message = write(sender.address, *recipients)
    with mail.server.submission(sender.address, sender.password) as client:
        client.sendmail(sender.address, list(recipients), message.as_bytes(policy=CRLF), **options)
    return str(message["Message-ID"])


def ask(mail: Deployment, asked: str) -> dict[str, Any]:
    """What the host's own program says, without the way by Ansible."""
    request = json.dumps({"asked": asked, "actor": "test@e2e"})
    said = mail.host.run(f"printf %s {shlex.quote(request)} | danhba-host trace").stdout
    answer: dict[str, Any] = json.loads(said)
    return answer


def events(mail: Deployment, asked: str) -> list[dict[str, Any]]:
    """All events that are found, of all messages."""
    return [event for message in ask(mail, asked)["messages"] for event in message["events"]]


def wait_for(mail: Deployment, asked: str, last: str, seconds: float = 40) -> list[dict[str, Any]]:
    """The events, as soon as a kind of them is there."""
    end = time.monotonic() + seconds
    while last not in names(found := events(mail, asked)):
        assert time.monotonic() < end, f"no {last}: {found}"
        time.sleep(1)
    return found


def names(found: list[dict[str, Any]]) -> list[str]:
    """Of all but the gate's, which looks at whatever is handed in."""
    return [event["event"] for event in found if event["event"] != "judged"]


def trace(mail: Deployment, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `danhba trace` as an operator does, with an inventory for this host."""
    inventory = folder / "inventories/here"
    inventory.mkdir(parents=True, exist_ok=True)
    lab = (PROJECT / "inventories/lab/hosts.yml").read_text(encoding="utf-8")
    (inventory / "hosts.yml").write_text(lab.replace("10.233.0.20", str(mail.host.address)), encoding="utf-8")
    return subprocess.run(
        [str(DANHBA), "trace", *words, "-i", str(inventory)],
        cwd=PROJECT,
        env={**os.environ, "LANGUAGE": "vi", "ANSIBLE_CONFIG": str(PROJECT / "ansible.cfg")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.clause("R7.2")
def test_way_of_a_message_between_officials(mail: Deployment, officials: list[Official], tmp_path: Path) -> None:
    sender, reader = officials[:2]
    message_id = submit(mail, sender, reader.address)
    mail.server.wait_for(reader.address, reader.password, message_id)
    with mail.server.imap(reader.address, reader.password) as client:
        client.select()
        (number,) = client.search(None, f'HEADER Message-ID "{message_id}"')[1][0].decode().split()
        client.fetch(number, "(BODY[])")
        client._simple_command("MOVE", number, "Trash")  # imaplib has no method for it
        client.select("Trash")
        (number,) = client.search(None, f'HEADER Message-ID "{message_id}"')[1][0].decode().split()
        client.store(number, "+FLAGS", r"(\Deleted)")
        client.expunge()
    found = wait_for(mail, message_id, "expunged")
    # The mail program's own look for the message fetched it too.
    once = [name for name in names(found) if name != "read"]
    assert sorted(once) == sorted([*INSIDE, "copied", "moved", "expunged"])
    assert "read" in names(found)
    assert [event["event"] for event in found].count("judged") == 1
    by_name = {event["event"]: event for event in found}
    assert by_name["received"]["mailbox"]["id"] == sender.id
    assert by_name["received"]["protocol"] == "submission"
    for name in ("stored", "delivered", "read", "moved", "expunged"):
        assert by_name[name]["mailbox"]["id"] == reader.id
    assert (by_name["moved"]["origin"], by_name["moved"]["folder"]) == ("INBOX", "Trash")

    shown = trace(mail, tmp_path, message_id)
    assert shown.returncode == 0, shown.stderr
    assert f"thư {message_id}" in shown.stdout
    for words in (
        f"người gửi {sender.address}",
        "qua cổng 587",
        f"đã chuyển đến {reader.address}; hộp thư của {reader.name} (CCVC {reader.id})",
        "đã chuyển từ thư mục INBOX sang Trash",
        "đã xóa hẳn khỏi thư mục Trash",
    ):
        assert words in shown.stdout
    as_json = json.loads(trace(mail, tmp_path, by_name["received"]["queue_id"], "--format", "json").stdout)
    assert as_json["messages"] == ask(mail, message_id)["messages"]
    assert as_json["as"] == "queue-id"
    looks = f"SELECT count(*) FROM events.look WHERE actor NOT LIKE 'test@%' AND asked = '{message_id}'"
    assert mail.host.run(_psql(looks)).stdout.strip() == "1"
    nothing = trace(mail, tmp_path, "<nothing@client.example.org>")
    assert (nothing.returncode, "không biết gì về <nothing@client.example.org>" in nothing.stderr) == (1, True)


def _psql(query: str) -> str:
    return f"runuser -u postgres -- psql -At -d danhba -c {shlex.quote(query)}"


@pytest.fixture
def forwarded(mail: Deployment) -> None:
    """The old address still forwards, as in the first months after the merger, on whatever day this runs."""
    route = f"INSERT INTO mail.route (address, mode, document) VALUES ('{FORWARDED}', 'forward', 'x')"
    mail.host.run(_psql(f"{route} ON CONFLICT (address) DO UPDATE SET mode = 'forward', reply = ''"))
    target = f"INSERT INTO mail.route_target (address, kind, id) VALUES ('{FORWARDED}', 'agency', '{HEIR}')"
    mail.host.run(_psql(f"{target} ON CONFLICT DO NOTHING"))


@pytest.mark.usefixtures("forwarded")
def test_way_from_outside_to_an_old_address(mail: Deployment) -> None:
    message = write(STRANGER, FORWARDED)
    with mail.server.smtp() as client:
        client.sendmail(STRANGER, [FORWARDED], message.as_bytes(policy=CRLF))
    found = wait_for(mail, str(message["Message-ID"]), "delivered")
    assert sorted(names(found)) == sorted(INSIDE)
    (delivered,) = [event for event in found if event["event"] == "delivered"]
    assert delivered["original"] == FORWARDED
    assert delivered["mailbox"]["kind"] == "agency"
    assert delivered["recipient"] == delivered["mailbox"]["address"] != FORWARDED
    assert str(message["Message-ID"]) in [message["message_id"] for message in ask(mail, FORWARDED)["messages"]]


@pytest.mark.parametrize(
    ("recipient", "code"),
    [("nobody-here@laocai.gov.vn", "5.1.1"), ("hnpom-skhcn@laocai.gov.vn", "5."), ("haxa-ccvtlt@laocai.gov.vn", "5.")],
)
def test_what_is_refused(mail: Deployment, recipient: str, code: str) -> None:
    with mail.server.smtp() as client:
        client.ehlo()
        client.mail(STRANGER)
        assert client.rcpt(recipient)[0] == 550
    *_earlier, refused = wait_for(mail, recipient, "refused")
    assert (refused["sender"], refused["protocol"]) == (STRANGER, "smtp")
    assert refused["code"].startswith(code)
    assert "client" in refused


def test_a_message_that_waits_and_is_delivered_then(mail: Deployment, officials: list[Official]) -> None:
    sender, reader = officials[2:4]
    mail.host.run("postconf -e virtual_transport=lmtp:unix:private/away && postfix reload")
    try:
        message = write(STRANGER, reader.address)
        with mail.server.smtp() as client:
            client.sendmail(STRANGER, [reader.address], message.as_bytes(policy=CRLF))
        found = wait_for(mail, str(message["Message-ID"]), "deferred")
        assert names(found)[-1] == "deferred"
    finally:
        mail.host.run("postconf -e virtual_transport=lmtp:unix:private/dovecot-lmtp && postfix reload")
        # What is asked for while the queue's manager starts anew is forgotten.
        mail.host.run("timeout 30 sh -c 'while postqueue -j | grep -q .; do postqueue -f; sleep 2; done'")
    found = wait_for(mail, str(message["Message-ID"]), "delivered")
    assert names(found).count("received") == names(found).count("delivered") == 1
    assert sender.id != reader.id


@pytest.mark.clause("R7.2")
def test_a_message_that_comes_back(mail: Deployment, officials: list[Official]) -> None:
    sender = officials[0]
    message_id = submit(mail, sender, "y@no-such-domain.invalid")
    wait_for(mail, message_id, "notified")
    original, notice = _both(mail, message_id)
    assert names(original["events"]) == ["received", "bounced", "notified"]
    (bounced,) = [event for event in original["events"] if event["event"] == "bounced"]
    assert bounced["code"].startswith("5.4.")
    assert sorted(names(notice["events"])) == sorted(INSIDE)
    assert notice["sender"] == ""
    back = mail.server.wait_for(sender.address, sender.password, notice["message_id"])
    text = _words(back)
    for words in ("không chuyển được", "could not be delivered", "Ho tro - Support"):
        assert words in text
    assert str(back["Subject"]).startswith("Thư không chuyển được")


def _both(mail: Deployment, message_id: str) -> list[dict[str, Any]]:
    """A message and the notice about it, as soon as that is in the mailbox and Postfix has said so."""
    end = time.monotonic() + NOTICE_SECONDS
    while len(found := ask(mail, message_id)["messages"]) < 2 or "delivered" not in names(found[1]["events"]):
        assert time.monotonic() < end, found
        time.sleep(1)
    return list(found)


def _words(notice: EmailMessage) -> str:
    """The text of a notice for people."""
    part = next(part for part in notice.walk() if part.get_content_type() == "text/plain")
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


@pytest.mark.clause("R7.2")
@pytest.mark.parametrize("port", [587, 465])
def test_sender_who_asks_for_it_is_told_of_the_delivery(mail: Deployment, officials: list[Official], port: int) -> None:
    sender, reader = officials[:2]
    message = write(sender.address, reader.address)
    with mail.server.submission(sender.address, sender.password, port) as client:
        assert client.has_extn("dsn")
        client.sendmail(
            sender.address,
            [reader.address],
            message.as_bytes(policy=CRLF),
            mail_options=["RET=HDRS", f"ENVID={port}"],
            rcpt_options=["NOTIFY=SUCCESS,DELAY,FAILURE"],
        )
    wait_for(mail, str(message["Message-ID"]), "notified")
    _original, notice = _both(mail, str(message["Message-ID"]))
    back = mail.server.wait_for(sender.address, sender.password, notice["message_id"])
    assert "Đến hộp thư" in _words(back)
    report = next(part for part in back.walk() if part.get_content_type() == "message/delivery-status")
    assert f"Original-Envelope-Id: {port}" in report.as_string()
    assert TOKEN not in "".join(part.as_string() for part in back.walk() if part.get_content_type() == "text/plain")


def test_who_signs_in_and_looks_is_counted_by_the_minute(mail: Deployment, officials: list[Official]) -> None:
    reader = officials[5]
    query = f"SELECT coalesce(sum(times), 0) FROM events.use WHERE id = '{reader.id}' AND protocol = 'imap' AND sign = "

    def counted(sign: str) -> int:
        return int(mail.host.run(_psql(f"{query}'{sign}'")).stdout)

    time.sleep(NOTICE_SECONDS / 2)  # for what was done before
    before = {sign: counted(sign) for sign in ("signed-in", "selected")}
    for _time in range(5):
        mail.server.inbox(reader.address, reader.password)
    until(lambda: all(counted(sign) == count + 5 for sign, count in before.items()))


@pytest.mark.parametrize(
    "stop",
    [
        "systemctl kill --signal=KILL danhba-events",
        *(
            pytest.param(f"systemctl {stop}", marks=pytest.mark.long)
            for stop in ("stop danhba-events", "restart postgresql@17-main", "restart systemd-journald")
        ),
    ],
)
def test_nothing_is_missing_and_nothing_twice_whatever_is_stopped(
    mail: Deployment, officials: list[Official], stop: str
) -> None:
    sender, *readers = officials[:6]
    sent = [submit(mail, sender, *(reader.address for reader in readers)) for _number in range(5)]
    mail.host.run(stop)
    # A database that starts again lets in some a moment before others.
    until(lambda: all(may(sender.address, sender.password) for may in (mail.server.may_log_in, mail.server.may_send)))
    sent += [submit(mail, sender, *(reader.address for reader in readers)) for _number in range(5)]
    mail.host.run("systemctl start danhba-events")
    wanted = sorted(["received", *["stored", "delivered"] * len(readers)])
    for message_id in sent:
        until(lambda one=message_id: len(names(events(mail, one))) >= len(wanted))  # type: ignore[misc]
        assert sorted(names(events(mail, message_id))) == wanted


def test_the_last_line_of_a_process_that_ends_at_once_is_collected(mail: Deployment) -> None:
    """journald looks up whose a line is when it comes to it; under load the process may have ended by then."""
    queue_id, said = (
        f"E2E{secrets.token_hex(5)}",
        "to=<a@example.org>, relay=none, delay=1, dsn=4.4.1, status=deferred (x)",
    )
    mail.host.run(
        "journal=$(systemctl show --value --property=MainPID systemd-journald); kill -STOP $journal;"
        f" timeout 20 setpriv --reuid=postfix --clear-groups logger -t postfix/smtp '{queue_id}: {said}';"
        " kill -CONT $journal"
    )
    raw = mail.host.run(f"sleep 2; journalctl --output=json --grep={queue_id} --lines=1").stdout
    assert "_SYSTEMD_UNIT" not in json.loads(raw), "else this tries nothing"
    assert [event["event"] for event in wait_for(mail, queue_id, "deferred")] == ["deferred"]


def test_nothing_of_a_message_is_anywhere(mail: Deployment) -> None:
    """All messages of this file have the token in subject, text and attachment."""
    assert TOKEN in mail.host.run(f"grep -rlm1 {TOKEN} /srv/vmail | head -1 | xargs cat").stdout
    for place in (
        "runuser -u postgres -- pg_dump -d danhba",
        "journalctl --no-pager --output=export",
        "cat $(find /var/log /run/danhba* /var/lib/danhba* -type f ! -path '*/journal/*' 2>/dev/null) /dev/null",
    ):
        assert mail.host.run(f"{place} | grep -ac {TOKEN}", check=False, timeout=120).stdout.strip() == "0", place


def test_the_collector_has_no_right_to_anything_else(mail: Deployment) -> None:
    def denied(query: str) -> bool:
        words = f"runuser -u danhba-events -- psql -U danhba_events -d danhba -c {shlex.quote(query)}"
        return "permission denied" in mail.host.run(words, check=False).stderr

    assert denied("SELECT * FROM events.event")
    assert denied("DELETE FROM events.event")
    assert denied("SELECT * FROM mail.account")
    assert mail.host.run("ss -Htlnpu | grep -c danhba_host.events", check=False).stdout.strip() == "0"
