"""What the regulation asks of the operator: a recall, a hand-over, a report; done as an operator does, by playbooks."""

from __future__ import annotations

import re
import shlex
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from danhba.planning.listing import Listed
from tests.support.deployment import PROJECT, Deployment
from tests.support.editing import RegisterCopy
from tests.support.gate import letter

from . import gate, operators

SUBJECT, FILE = "Kế hoạch trực", {"Kế hoạch trực.txt": b"Ca 1: 7 gi\xe1\xbb\x9d. Ca 2: 13 gi\xe1\xbb\x9d.\n"}
# Another custodian for a contact mailbox: the deputy, by a document of today.
AGENCY, DELEGATE, AUTHORISED = "lcit", "002701", "17/GUQ-LCIT"
# Of a report: the days that it is of, and how many mailboxes there are at its end. What was done today is of a day that
# is not over.
SCOPE = r"(Tình hình quản lý và sử dụng .*?) Cơ quan chưa đạt"
FIGURE = re.compile(r"- '(?P<said>[^'\n]* cuối kỳ[^'\n]*)'")
USED = (
    "SELECT format('%s hộp thư có người mở, %s thư nhận / mailboxes looked at, messages stored',"
    " count(*) FILTER (WHERE minutes IS NOT NULL), sum(received)) FROM usage.day WHERE day = events.day(now())"
)


@dataclass(frozen=True)
class Done:
    """What was done, a line each, and the files that it left on the controller, from the first on."""

    lines: tuple[str, ...]
    files: tuple[Path, ...]


def carry_out(deployment: Deployment, sender: Listed, to: list[Listed]) -> Done:
    """Recall a message and hand a mailbox over; then report on the year until yesterday, which has neither yet."""
    began = time.time()
    lines = [_recall(deployment, sender, to), _hand_over(deployment)]
    report = deployment.play("report")
    lines.append(f"Sử dụng hôm nay / use today: {_used(deployment)}")
    lines.append(f"Báo cáo / report: {_told(report, SCOPE)}")
    lines += [f"Báo cáo / report: {found['said']}" for found in FIGURE.finditer(report)]
    return Done(tuple(lines), tuple(_written(deployment.private, began)))


def _recall(deployment: Deployment, sender: Listed, to: list[Listed]) -> str:
    """A message that should not have been sent: found, held, erased by two signatures, put on record."""
    message_id, name = _leak(deployment, sender, to), f"TH-{datetime.now():%Y%m%d-%H%M%S}"
    papers = deployment.private / "recalls" / name
    why: dict[str, Any] = {
        "purpose": "secret",
        "document": "12/QĐ-STTTT",
        "document_date": _today(),
        "message_id": message_id,
    }
    deployment.play("recall", step="find", recall=name, **why)
    deployment.play("recall", step="hold", recall=name)
    operators.sign(deployment.private, papers)
    deployment.play("recall", step="erase", recall=name)
    said = deployment.play("recall", step="record", recall=name)
    return f"Thu hồi / recall: {_told(said, r'Vụ TH-[^,]*, bước record: (.*?)[.] Mã phải ký')}"


def _leak(deployment: Deployment, sender: Listed, to: list[Listed]) -> str:
    """Send it and have it read; its id, as soon as the collector has told of each copy."""
    addresses = [who.address for who in to]
    message = letter(", ".join(addresses), SUBJECT, "Kính gửi các đồng chí.\n", FILE)
    message.replace_header("From", f"{sender.name} <{sender.address}>")
    with deployment.server.submission(sender.address, deployment.choose(sender.address)) as client:
        client.send_message(message, sender.address, addresses)
    message_id = str(message["Message-ID"])
    for address in addresses:
        deployment.server.wait_for(address, deployment.choose(address), message_id)
    gate.wait_until_told(deployment, message_id, "stored", len(addresses))
    return message_id


def _hand_over(deployment: Deployment) -> str:
    """The register names another custodian; and back, so that the host is again what `directory/` says."""
    with tempfile.TemporaryDirectory() as folder:
        copy = RegisterCopy.of_the_sample(Path(folder))
        entry = f'  - {{person: "{DELEGATE}", document: {AUTHORISED}, date: {_today()}, as: delegate}}\n'
        copy.replace(f"agencies/{AGENCY}.yml", "people:\n", f"{entry}people:\n")
        said = replace(deployment, register=copy.path).play("handover", agency=AGENCY)
    deployment.play("handover", agency=AGENCY)
    return f"Bàn giao / hand-over: {_told(said, r'Đã bàn giao (.*?[)])')}"


def _today() -> str:
    return f"{datetime.now(ZoneInfo('Asia/Ho_Chi_Minh')):%Y-%m-%d}"


def _told(output: str, pattern: str) -> str:
    """What a playbook says of what it did."""
    found = re.search(pattern, " ".join(output.split()))
    return found[1] if found else "?"


def _used(deployment: Deployment) -> str:
    """What was counted of today, which the report has just done."""
    return deployment.host.run(f"runuser -u postgres -- psql -At -d danhba -c {shlex.quote(USED)}").stdout.strip()


def _written(private: Path, since: float) -> Iterator[Path]:
    """Files for people, in the order in which they were written."""
    made = [file for folder in ("recalls/*", "handovers", "report") for file in private.glob(f"{folder}/*.*")]
    fresh = [
        file for file in made if file.stat().st_mtime >= since and file.suffix in {".pdf", ".json", ".xlsx", ".html"}
    ]
    return iter(sorted(fresh, key=lambda file: file.stat().st_mtime_ns))


def tell(console: Console, done: Done) -> None:
    """What was done."""
    console.rule("Việc của người vận hành / the operator's duties")
    for line in done.lines:
        console.print(line, markup=False)


def tell_files(console: Console, done: Done) -> None:
    """Where to read it, a line each."""
    console.rule("Tệp / files")
    for file in done.files:
        console.print(str(file.relative_to(PROJECT)), markup=False)
