"""Recalls a message by steps: {"step", "recall", "actor", …} as JSON on its input, the answer as JSON (R10.7)."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from .. import program
from ..database import connect, translated
from ..journal import Refused
from .asking import Knowledge
from .finding import Ambiguous
from .likeness import KINDS
from .plan import OUTBREAK, SECRET
from .settings import Settings
from .steps import Recall
from .store import ROLE

LONGEST = 200_000  # characters of a request: twenty signatures
STATEMENT_SECONDS = 120
STEPS = ("find", "hold", "release", "keep", "erase", "order", "backups", "record")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


def answer(settings: Settings, request: dict[str, Any]) -> dict[str, Any]:
    """Carry out one step and say what is so now.

    Raises:
        Away, Refused
    """
    step, name, actor = (str(request.get(key, "")).strip() for key in ("step", "recall", "actor"))
    if step not in STEPS or not _NAME.fullmatch(name) or not actor:
        raise Refused(
            f"cần bước ({', '.join(STEPS)}), mã vụ (chữ không dấu, số, . _ -) và người thực hiện -- a step"
            f" ({', '.join(STEPS)}), the recall's name (letters, digits, . _ -) and who does it are needed"
        )
    with (
        translated(),
        connect(
            settings,
            ROLE,
            program="danhba-recall",
            statement_seconds=STATEMENT_SECONDS,
        ) as connection,
    ):
        recall = Recall(connection, settings, name, actor, dry_run=bool(request.get("dry_run")))
        recall.lock()
        knowledge = Knowledge(connection)
        office = str(request.get("operator") or "")
        return {**_step(step, recall, knowledge, request), "office": knowledge.agencies([office]).get(office, office)}


def _step(step: str, recall: Recall, knowledge: Knowledge, request: dict[str, Any]) -> dict[str, Any]:
    if step == "find":
        return _find(recall, knowledge, request)
    if step == "erase":
        return recall.erase([str(each) for each in request.get("signatures") or []])
    if step == "keep":
        return recall.keep(str(request.get("recipient") or ""), [str(each) for each in request.get("have") or []])
    if step == "backups":
        return _backups(recall, request)
    return {"hold": recall.hold, "release": recall.release, "order": recall.order, "record": recall.record}[step]()


def _find(recall: Recall, knowledge: Knowledge, request: dict[str, Any]) -> dict[str, Any]:
    digests, sha256 = list(request.get("digests") or []), str(request.get("sha256") or "").lower()
    if any(not _SHA256.fullmatch(str(each)) for each in [*digests, *([sha256] if sha256 else [])]):
        raise Refused("SHA-256 phải là 64 chữ số thập lục phân -- a SHA-256 is 64 hexadecimal digits")
    kinds = [str(each) for each in request.get("kinds") or []]
    if unknown := sorted(set(kinds).difference(KINDS)):
        raise Refused(
            f"kinds chỉ gồm {', '.join(KINDS)}, cách nhau bằng dấu phẩy; không có {', '.join(unknown)} -- kinds are of"
            f" {', '.join(KINDS)}, with commas between; there is no {', '.join(unknown)}"
        )
    message_id = str(request.get("message_id") or "").strip()
    everywhere = bool(sha256 and not message_id and not request.get("sender"))
    found = message_id or (_carrying(knowledge, sha256) if everywhere else _sent(recall, knowledge, request))
    if isinstance(found, list):
        return {"recall": request["recall"], "changed": False, "messages": found}
    file = sha256 if everywhere else ""
    asked = {**_reason(request), "recall": request["recall"], "message_id": _bracketed(found), "file": file}
    try:
        return recall.find(asked, digests, sha256, kinds, all_mailboxes=_said(request.get("all_mailboxes")))
    except Ambiguous as several:
        return {"recall": request["recall"], "changed": False, "choices": several.choices}


def _said(given: Any) -> bool | None:
    """Yes or no; None where neither is said."""
    return None if given in (None, "") else str(given).lower() == "true"


def _backups(recall: Recall, request: dict[str, Any]) -> dict[str, Any]:
    try:
        return recall.backups(dict(request["told"]))
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(
            f"kết quả của máy sao lưu không đúng dạng -- the answer is none of a backup host: {error!r}"
        ) from error


def _bracketed(message_id: str) -> str:
    return message_id if message_id.startswith("<") else f"<{message_id}>"


def _carrying(knowledge: Knowledge, sha256: str) -> str:
    """The id of the first message that carried a file."""
    ways = knowledge.carrying([sha256])
    if not ways:
        raise Refused(
            f"không có diễn biến nào của tệp có SHA-256 {sha256}: kiểm tra lại (sha256sum TỆP), hoặc thư mang tệp đó có"
            f" trước khi bắt đầu ghi -- no event of a file with the SHA-256 {sha256} is known: look whether it is right"
            " (sha256sum FILE), or what carried it is older than the events"
        )
    return str(ways[0].message["message_id"])


def _sent(recall: Recall, knowledge: Knowledge, request: dict[str, Any]) -> str | list[dict[str, Any]]:
    """The id of the one message of a sender in a time, with a text in its subject where one is named; all of them where
    there are more.
    """
    try:
        sender = str(request["sender"]).strip().lower()
        since, until = (datetime.fromisoformat(str(request[name])) for name in ("sent_since", "sent_until"))
    except (KeyError, ValueError) as error:
        raise Refused(
            "cần message_id, hoặc sender với sent_since và sent_until (thời điểm có múi giờ) -- message_id is needed,"
            f" or sender with sent_since and sent_until (moments with their time zone): {error!r}"
        ) from error
    if not sender or not since.tzinfo or not until.tzinfo or since > until:
        raise Refused("sent_since, sent_until phải có múi giờ, đúng thứ tự -- they need a time zone, in their order")
    sent = knowledge.sent_by(sender, since, until)
    if not sent:
        raise Refused(f"{sender} không gửi thư nào trong thời gian đó -- {sender} has sent nothing in that time")
    if subject := str(request.get("subject") or "").strip():
        titled = recall.titled(sorted({each["message_id"] for each in sent}), subject)
        sent = [each for each in sent if each["message_id"] in titled]
    return str(sent[0]["message_id"]) if len({each["message_id"] for each in sent}) == 1 else sent


def _reason(request: dict[str, Any]) -> dict[str, str]:
    purpose, document = (str(request.get(name, "")).strip() for name in ("purpose", "document"))
    try:
        day = date.fromisoformat(str(request.get("document_date", "")))
    except ValueError as error:
        raise Refused(f"document_date phải là ngày như 2026-11-27 -- must be a day like 2026-11-27: {error}") from error
    if purpose not in (SECRET, OUTBREAK) or not document:
        raise Refused(
            f"cần purpose ({SECRET} hoặc {OUTBREAK}) và số văn bản (document) -- purpose ({SECRET} or {OUTBREAK}) and"
            " the document's number are needed"
        )
    return {"purpose": purpose, "document": document, "document_date": day.isoformat()}


def work(settings: Settings, _given: argparse.Namespace) -> str:
    """Carry out one step.

    Raises:
        Away, Refused
    """
    return program.exchange(partial(answer, settings), LONGEST)


def main(words: Sequence[str] | None = None) -> int:
    """Carry out one step, or say whether a settings file would do."""
    return program.run(program.parser("recall", __doc__, "recall.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
