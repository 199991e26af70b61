"""Turns the operator's options into an order for reissuing passwords (R10.5).

A report is about one mailbox or a few, an agency with all below it, a list of leaked addresses, or everybody who signed
in from a network address since a moment, whose passwords may be known there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.danhba.model import documents
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.register import Register
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reading.schema import parse_day
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host.credentials import Order

VIET_NAM = timezone(timedelta(hours=7))  # no daylight saving time
WAYS = ("accounts", "agency", "file", "client")
LARGEST_FILE = 8 << 20  # bytes of a list: 200,000 addresses
SHOWN = 5
_ADDRESS = re.compile(r"[^\s@,;]+@[^\s@,;]+\.[^\s@,;]+")


def order(arguments: dict[str, Any], register: Register, day: date, now: datetime, path: Callable[[str], str]) -> Order:
    """Return the order of a task's options on a day; raise Failure if they contradict each other.

    `now` is the time, with its zone, that no moment may be after; `path` resolves a path.
    """
    _refuse_several([name for name in WAYS if arguments[name]])
    document, reported = _document(arguments["document"].strip(), arguments["document_date"].strip(), day)
    many = bool(arguments["agency"] or arguments["file"] or arguments["client"])
    if many and not (document and reported):
        raise _failure(
            "Cấp lại cho nhiều hộp thư phải dẫn báo cáo, gồm số và ngày: đặt document và document_date",
            "Passwords of many mailboxes are reissued on a report alone: set document and document_date",
        )
    accounts = _listed(Path(path(arguments["file"]))) if arguments["file"] else arguments["accounts"]
    client, since = _seen(arguments["client"].strip(), arguments["since"].strip(), now)
    agencies = _agencies(register, arguments["agency"].strip().lower(), day)
    return Order(
        accounts,
        document,
        arguments["acknowledge"],
        reported=reported,
        once=many,
        agencies=agencies,
        client=client,
        since=since,
    )


def _failure(vi: str, en: str) -> Failure:
    return Failure(f"{vi}. Chưa có gì thay đổi.", f"{en}. Nothing was changed.")


def _refuse_several(named: list[str]) -> None:
    if len(named) > 1:
        raise _failure(
            f"Chỉ nêu một trong accounts, agency, file, client; đã nêu {', '.join(named)}",
            f"Give one of accounts, agency, file and client alone; given were {', '.join(named)}",
        )


def _document(document: str, reported: str, day: date) -> tuple[str, str]:
    """Return the report's number and symbol, and its day (ISO 8601); each may be empty."""
    if document and documents.parse(document) is None:
        raise Failure(
            f"'{document}' không phải số, ký hiệu văn bản. Ghi như 12/BC-SNV hoặc 650/UBND-NV.",
            f"'{document}' is not the number and symbol of a document. Write it like 12/BC-SNV or 650/UBND-NV.",
        )
    if not reported:
        return document, ""
    written = parse_day(reported)
    if written is None or not document:
        raise _failure(
            f"document_date '{reported}' phải là ngày của văn bản nêu ở document, như 2026-11-24",
            f"document_date '{reported}' must be the day of the document that document names, like 2026-11-24",
        )
    if written > day:
        raise _failure(
            f"Văn bản {document} đề ngày {reported}, sau ngày {day.isoformat()}",
            f"The document {document} is dated {reported}, after {day.isoformat()}",
        )
    return document, reported


def _listed(path: Path) -> list[str]:
    """Return the addresses of a file, one a line, without empty lines and comments (#)."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise _failure(f"{path} lớn hơn 8 MB", f"{path} is larger than 8 MB")
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "UTF-8?"
        raise _failure(f"Không đọc được {path}: {why}", f"Cannot read {path}: {why}") from error
    said = [(number, line.strip()) for number, line in enumerate(lines, 1)]
    meant = [(number, text.lower()) for number, text in said if text and not text.startswith("#")]
    wrong = [number for number, text in meant if not _ADDRESS.fullmatch(text)]
    if wrong or not meant:
        where = ", ".join(map(str, wrong[:SHOWN])) + (", …" if len(wrong) > SHOWN else "")
        raise _failure(
            f"{path}: dòng không phải địa chỉ thư: {where}" if wrong else f"{path} không có địa chỉ nào",
            f"{path}: lines that are no address: {where}" if wrong else f"{path} has no address",
        )
    return list(dict.fromkeys(text for _number, text in meant))


def _agencies(register: Register, code: str, day: date) -> list[str]:
    """Return an agency's code and those of all below it on a day."""
    if not code:
        return []
    if code not in register.agencies:
        raise _failure(
            f"Sổ không có cơ quan '{code}'. Ghi tendonvi như tên tệp trong agencies/",
            f"The register has no agency '{code}'. Write its tendonvi, as its file in agencies/ is named",
        )
    return sorted(register.below(code, day))


def _seen(client: str, since: str, now: datetime) -> tuple[str, str]:
    """Return the network address and the moment, with its zone; both or neither."""
    if bool(client) != bool(since):
        raise _failure(
            "client (địa chỉ mạng) và since (từ lúc nào) phải nêu cùng nhau",
            "client (an address of the network) and since (from when on) go together",
        )
    if not client:
        return "", ""
    try:
        network = ip_network(client, strict=False)
    except ValueError as error:
        raise _failure(
            f"client '{client}' không phải địa chỉ mạng; ghi như 203.0.113.7 hoặc 203.0.113.0/24",
            f"client '{client}' is no address of a network; write it like 203.0.113.7 or 203.0.113.0/24",
        ) from error
    return str(network), _moment(since, now).isoformat()


def _moment(text: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _failure(
            f"since '{text}' không phải thời điểm; ghi như 2026-11-24 hoặc 2026-11-24T07:30, giờ Việt Nam",
            f"since '{text}' is no moment; write it like 2026-11-24 or 2026-11-24T07:30, in Viet Nam's time",
        ) from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=VIET_NAM)
    if moment > now:
        raise _failure(
            f"since {text} ở tương lai; chưa ai đăng nhập từ lúc đó",
            f"since {text} lies in the future; nobody has signed in since",
        )
    return moment.astimezone(UTC)
