"""The records of a mailbox as a paper in Vietnamese and as JSON: action, time, operator, and author in the register."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from ...module_utils.danhba.jsontext import pretty
from ...module_utils.danhba.model.sizes import written
from ...module_utils.danhba.reading.origin import of_document
from ...module_utils.danhba.reading.schema import parse_day
from ...module_utils.danhba.rendering import audit as show
from ...module_utils.danhba.vietnamese.figures import day_in_figures
from .. import controller
from ..papers import drawing, text
from ..papers.model import OPEN_NUMBER, Block, Head, Paper, Signer, Text, table
from ..recall.content import day_of, moment

SHOWN = 20  # maximum number of faults on a paper; the JSON has more
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_HEADINGS = ("Lúc", "Việc", "Văn bản", "Người làm", "Người duyệt", "Dòng")
# Vietnamese words for git's verdicts on signatures.
_SIGNATURES = {
    "good": "có chữ ký đúng",
    "unsigned": "không ký",
    "unchecked": "có chữ ký, chưa kiểm được",
    "untrusted": "chữ ký của khóa lạ",
    "bad": "CHỮ KÝ SAI",
    "expired": "chữ ký hết hạn",
    "expired-key": "chữ ký của khóa hết hạn",
    "revoked-key": "CHỮ KÝ CỦA KHÓA ĐÃ THU HỒI",
}


def told(answer: Mapping[str, Any], register: Path) -> dict[str, Any]:
    """Return the host's answer, with the author of each entry from the register's git log if it has one.

    For an entry that follows from a commit of the register it is the author of the proposal that brought its document
    into the agency's file; else what the server recorded of the applied commit.
    """
    files = [f"agencies/{agency}.yml" for agency in answer["agencies"] if re.fullmatch("[a-z0-9-]+", agency)]
    found: dict[tuple[str, str], dict[str, str]] = {}
    entries = []
    for entry in answer["entries"]:
        key = str(entry["register"] or "").removesuffix("-dirty"), entry["document"]
        if key not in found:
            found[key] = _origin(register, *key, files)
        entries.append({**entry, **found[key]})
    return {**answer, "entries": entries}


def _origin(register: Path, commit: str, document: str, files: list[str]) -> dict[str, str]:
    if not _COMMIT.fullmatch(commit) or not document:
        return {}
    origin = of_document(register, commit, document, [*files, "province.yml"])
    return {} if origin is None else {**origin._asdict(), "change": origin.commit, "commit": commit}


def write(answer: Mapping[str, Any], folder: Path, *, dry_run: bool) -> list[str]:
    """Write JSON, text and PDF, each for its owner alone; return the names of new or changed ones."""
    name = re.sub(r"[^A-Za-z0-9@._-]", "_", answer["mailbox"]["address"]).lstrip(".")
    paper = content_of(answer)
    files = {
        f"{name}.json": pretty(answer).encode() + b"\n",
        f"{name}.txt": text.as_text(paper).encode(),
        f"{name}.pdf": drawing.draw(paper),
    }
    write_file = controller.write_private_octets
    return [name for name, octets in files.items() if write_file(folder / name, octets, dry_run=dry_run)]


def content_of(answer: Mapping[str, Any]) -> Paper:
    """Return the paper: a table of all entries, the newest first."""
    mailbox = answer["mailbox"]
    parts: list[Block] = [
        Text(f"Hộp thư: {mailbox['address']} ({mailbox['kind']}/{mailbox['id']}). Lúc: giờ Việt Nam."),
        *_verdict(answer["verdict"]),
        table(_HEADINGS, [_cells(entry) for entry in answer["entries"]]),
    ]
    if answer["more"]:
        parts.append(Text(f"Còn những lần cũ hơn không nêu ở đây; chỉ nêu {len(answer['entries'])} lần mới nhất."))
    subject = f"Những việc đã làm với hộp thư {mailbox['address']}"
    head = Head(answer["office"], f"{OPEN_NUMBER}/{OPEN_NUMBER}")
    signers = (Signer("Người lập bản kê"), Signer("Thủ trưởng cơ quan"))
    return Paper(head, "BẢN KÊ NHẬT KÝ", subject, tuple(parts), signers, day=_day(answer))


def _day(answer: Mapping[str, Any]) -> date | None:
    """Return the day of the newest fact on the paper, or None."""
    head = answer["verdict"]["head"] or {}
    moments = [head.get("at"), *(entry["at"] for entry in answer["entries"])]
    return max((day_of(at) for at in moments if at), default=None)


def _verdict(found: Mapping[str, Any]) -> list[Block]:
    """Return the verification of the chain that these entries were read from."""
    shown = {**found, "faults": found["faults"][:SHOWN], "adopted": {}}
    first, *faults = show.verdict(shown, "vi")
    return [Text(f"{first[:1].upper()}{first[1:]}"), *(Text(each.strip()) for each in faults)]


def _cells(entry: Mapping[str, Any]) -> tuple[str, ...]:
    what = show.what(entry["what"], "vi")
    if changed := entry.get("changed"):
        what += f" ({'; '.join(_change(name, *values) for name, values in sorted(changed.items()))})"
    return (
        moment(entry["at"]),
        what,
        entry["document"],
        _by(entry),
        entry.get("approver") or ("-" if entry["job"] == "accounts" else ""),
        _line(entry),
    )


def _line(entry: Mapping[str, Any]) -> str:
    """Return the row that an entry is made of, and its mark."""
    line = f"{entry['record']} {entry['key']}"
    return f"{line}: {show.mark(entry['mark'], 'vi').upper()}" if entry["mark"] else line


def _change(name: str, before: Any, after: Any) -> str:
    field, was, becomes = show.field(name, "vi"), _value(name, before), _value(name, after)
    return f"{field}: {becomes}" if before is None else f"{field}: {was} → {becomes}"


def _value(name: str, value: Any) -> str:
    if value is None:
        return "-"
    if name == "quota" and isinstance(value, int):
        return written(value)
    day = parse_day(value) if isinstance(value, str) else None
    return day_in_figures(day) if day else str(value)


def _by(entry: Mapping[str, Any]) -> str:
    """Return the author in the register with the signature, and who ran the program that wrote the row."""
    if not entry.get("author"):
        return str(entry["actor"])
    word = str(entry.get("signature") or "").partition(" ")[0]
    signed = _SIGNATURES.get(word, word)
    signer = f": {entry['signer']}" if entry.get("signer") else ""
    return f"{entry['author']} ({signed}{signer}); thực hiện: {entry['actor']}"
