"""What the gate does to mail that must not pass, and to a signed one: said at SMTP, and traced as an operator does."""

from __future__ import annotations

import json
import shlex
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from danhba.planning.listing import Listed
from danhba.rendering import trace as words
from tests.lab import LabError
from tests.support.deployment import PROJECT, Deployment, environment
from tests.support.gate import EICAR, hand_in, letter

from .signed import Signed, sign

TRACED_SECONDS = 60
LONGEST = 160  # characters of a line
# Signed by the host as a whole, beside what the sender has signed.
SIGNATURE = "DKIM-Signature"


@dataclass(frozen=True)
class Attempt:
    """A message that somebody tried to bring in: what it was, from whom, its id, and what the server said at last."""

    what: str
    sender: str
    message_id: str
    code: int
    text: str
    last: str  # the event that its trace ends with
    note: str = ""


def attempt(deployment: Deployment, sender: Listed, recipient: Listed) -> list[Attempt]:
    """One message of each kind, from the outside or of an official, to an official.

    Raises:
        LabError: one that must not pass did, or the signed one did not.
    """
    tries: Sequence[Callable[[Deployment, Listed, Listed], Attempt]] = (_forged, _infected, _marked, _signed)
    return [one(deployment, sender, recipient) for one in tries]


def _forged(deployment: Deployment, sender: Listed, recipient: Listed) -> Attempt:
    message = letter(recipient.address, "Đề nghị chuyển tiền gấp", "Đồng chí chuyển ngay trong sáng nay.\n")
    message.replace_header("From", f"{sender.name} <{sender.address}>")
    return _from_outside(deployment, "Thư giả / forged", message, recipient)


def _infected(deployment: Deployment, _sender: Listed, recipient: Listed) -> Attempt:
    message = letter(recipient.address, "Báo cáo", "Kính gửi báo cáo kèm theo.\n", {"Báo cáo.txt": EICAR})
    return _from_outside(deployment, "Thư có vi-rút / infected", message, recipient)


def _from_outside(deployment: Deployment, what: str, message: EmailMessage, recipient: Listed) -> Attempt:
    said = hand_in(deployment, message.as_bytes(policy=SMTP), recipient.address)
    return _refused(Attempt(what, str(message["From"]), str(message["Message-ID"]), said.code, said.text, "refused"))


def _marked(deployment: Deployment, sender: Listed, recipient: Listed) -> Attempt:
    message = letter(recipient.address, "Kế hoạch", "ỦY BAN NHÂN DÂN TỈNH\n\nMẬT\n\nKẾ HOẠCH\n")
    message.replace_header("From", f"{sender.name} <{sender.address}>")
    code, text = _submit(deployment, sender, recipient, message.as_bytes(policy=SMTP))
    what = "Thư mang dấu MẬT / marked MẬT"
    return _refused(Attempt(what, str(message["From"]), str(message["Message-ID"]), code, text, "refused"))


def _signed(deployment: Deployment, sender: Listed, recipient: Listed) -> Attempt:
    """Arrived with the signature of its sender whole (S/MIME), and with the domain's own (DKIM)."""
    message = sign(sender.address, recipient.address, "Bao cao ky so", "Báo cáo đã ký số.\n")
    code, text = _submit(deployment, sender, recipient, message.octets)
    what, from_ = "Thư ký số / signed", f"{sender.name} <{sender.address}>"
    if code != 250:
        raise LabError(f"Thư ký số bị từ chối: {text}", f"The signed message was refused: {code} {text}")
    return Attempt(what, from_, message.message_id, code, text, "stored", _arrived(deployment, recipient, message))


def _submit(deployment: Deployment, sender: Listed, recipient: Listed, octets: bytes) -> tuple[int, str]:
    with deployment.server.submission(sender.address, deployment.choose(sender.address)) as client:
        try:
            client.sendmail(sender.address, [recipient.address], octets)
        except smtplib.SMTPDataError as error:
            return error.smtp_code, bytes(error.smtp_error).decode()  # type: ignore[arg-type]
    return 250, "2.0.0 Ok"


def _refused(tried: Attempt) -> Attempt:
    if not 500 <= tried.code < 600:
        raise LabError(f"{tried.what}: {tried.text}", f"It should have been refused for good: {tried.code}")
    return tried


def _arrived(deployment: Deployment, recipient: Listed, sent: Signed) -> str:
    """What is to be said of the signatures that have arrived."""
    user, password = recipient.address, deployment.choose(recipient.address)
    received = deployment.server.wait_for(user, password, sent.message_id)
    if not sent.holds(_octets(deployment, user, password, sent.message_id)):
        raise LabError("Chữ ký số không còn đúng.", "The signature of the sender does not hold any more.")
    tags = dict(
        tag.strip().partition("=")[::2] for tag in "".join(str(received.get(SIGNATURE, "")).split()).split(";") if tag
    )
    if tags.get("d") != user.partition("@")[2]:
        raise LabError("Thư không có chữ ký DKIM của tên miền.", "The message has no DKIM signature of the domain.")
    return f"S/MIME: còn đúng / holds (openssl); DKIM: d={tags['d']} s={tags['s']}"


def _octets(deployment: Deployment, user: str, password: str, message_id: str) -> bytes:
    """A message of INBOX, octet by octet."""
    with deployment.server.imap(user, password) as client:
        client.select("INBOX", readonly=True)
        number = client.search(None, "HEADER", "Message-ID", f'"{message_id}"')[1][0].split()[-1]
        fetched = client.fetch(number.decode(), "(BODY.PEEK[])")[1][0]
    if not isinstance(fetched, tuple):
        raise LabError("Không đọc được thư.", "The message cannot be read.")
    return bytes(fetched[1])


def trace(deployment: Deployment, recipient: Listed, attempts: Sequence[Attempt]) -> list[dict[str, Any]]:
    """What `danhba trace` tells of each, as soon as the collector has read it; asked once, by the recipient's address.

    Raises:
        LabError: one of them is not told of.
    """
    for tried in attempts:
        wait_until_told(deployment, tried.message_id, tried.last)
    found = {message["message_id"]: message for message in _trace(deployment, recipient.address)["messages"]}
    if missing := [tried for tried in attempts if tried.message_id not in found]:
        raise _untold(missing[0].message_id)
    return [found[tried.message_id] for tried in attempts]


def _untold(message_id: str) -> LabError:
    return LabError(f"Không thấy vết của {message_id}.", f"The trace does not tell of {message_id}.")


def wait_until_told(deployment: Deployment, message_id: str, event: str, times: int = 1) -> None:
    """Until the collector has read what became of a message. The host itself is asked: quicker than by Ansible.

    Raises:
        LabError: it has not.
    """
    question = shlex.quote(json.dumps({"asked": message_id, "actor": "demo"}))
    deadline = time.monotonic() + TRACED_SECONDS
    while deployment.host.run(f"printf %s {question} | danhba-host trace").stdout.count(f'"{event}"') < times:
        if time.monotonic() > deadline:
            raise _untold(message_id)
        time.sleep(0.5)


def _trace(deployment: Deployment, asked: str) -> dict[str, Any]:
    """What the command answers an operator whose inventory has this host."""
    with tempfile.TemporaryDirectory() as folder:
        inventory = Path(folder, "hosts.yml")
        lab = (PROJECT / "inventories/lab/hosts.yml").read_text(encoding="utf-8")
        inventory.write_text(lab.replace("10.233.0.20", str(deployment.host.address)), encoding="utf-8")
        program = str(Path(sys.executable).with_name("danhba"))
        command = [program, "trace", asked, "--since", "1h", "--format", "json", "-i", str(inventory)]
        done = subprocess.run(command, cwd=PROJECT, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"danhba trace {asked}: {done.stderr}", f"It ended with status {done.returncode}.")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def tell(console: Console, attempts: Sequence[Attempt], traces: Sequence[dict[str, Any]]) -> None:
    """What was said to each at SMTP, and its way, in both languages."""
    console.rule("Cổng lọc thư / the gate")
    for tried, message in zip(attempts, traces, strict=True):
        console.print(f"[{'green' if tried.code < 300 else 'red'}]{tried.what}[/]: {escape(tried.sender)}")
        said = f"SMTP: {tried.code} {' '.join(tried.text.split())}"
        for line in filter(None, (said, tried.note, f".venv/bin/danhba trace '{tried.message_id}'")):
            console.print(f"    {line}", markup=False)
        for language, style in (("vi", ""), ("en", "dim")):
            _tell_way(console, words.text({"messages": [message]}, language), style)


def _tell_way(console: Console, lines: Iterable[str], style: str) -> None:
    """Its steps, without the id, which stands above; what is long has been said above, or is for the command to say."""
    for line in list(lines)[1:-1]:
        console.print(f"    {shorten(line)}", markup=False, style=style)


def shorten(line: str) -> str:
    """A line of the trace as long as people like to read."""
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
