"""Verifies the audit chain, exports it, or lists the records of one mailbox: verify, export, list.

With `--note`, the result of a verification is written to a metrics file, from which the watch raises its alerts.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from .. import figure, program
from ..database import connect, translated
from ..figure import Figure
from ..journal import Refused
from . import chain, listing, reading
from .settings import Settings

ROLE = "danhba_audit"
NOTED = "danhba-audit.prom"
LONGEST = 10_000_000  # characters of a request: the heads of many years
# One statement copies a whole table while its rows are verified, so it takes as long as the verification.
STATEMENT_SECONDS = 3600


class Unreadable(Refused):
    """The tables of the audit chain are missing or have another form than this version's."""


@contextmanager
def _database(settings: Settings) -> Iterator[reading.Snapshot]:
    open_one = partial(connect, settings, ROLE, program="danhba-audit", statement_seconds=STATEMENT_SECONDS)
    with translated(), reading.snapshot(open_one) as snapshot:
        yield snapshot


def verify(settings: Settings, request: dict[str, Any]) -> dict[str, Any]:
    """Verify the chain; return its faults. Request: {"heads": [{"n", "hash"}, …]}, heads kept elsewhere that the chain
    must contain.

    Raises:
        Away, Unreadable, Refused
    """
    heads = _heads(request)
    with _readable(), _database(settings) as snapshot:
        return chain.verify(snapshot.lines(), heads).as_data()


def _heads(request: dict[str, Any]) -> list[chain.Head]:
    try:
        return [chain.Head(int(head["n"]), str(head["hash"])) for head in request.get("heads") or []]
    except (KeyError, TypeError, ValueError) as error:
        raise Refused(f"heads không đúng dạng -- heads are malformed: {error!r}") from error


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except chain.BadStream as error:
        raise Unreadable(
            f"chuỗi niêm phong không đọc được (dòng {error.line}): bảng chain.* đã bị sửa cấu trúc; khôi phục bản sao"
            f" lưu -- the chain cannot be read (line {error.line}): the tables chain.* were altered; restore a backup"
        ) from error


def export(settings: Settings, to: Path | None = None) -> str:
    """Write the chain and all rows that it seals, for `danhba audit verify`: to a new file, or to standard output.

    Raises:
        Away, Refused
    """
    with _database(settings) as snapshot, _new(to) if to else nullcontext(sys.stdout.buffer) as stream:
        for line in snapshot.lines():
            stream.write(line + b"\n")
    return ""


def _new(path: Path) -> BinaryIO:
    """Create a file that only its owner can read; Refused where the file exists."""
    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except OSError as error:
        raise Refused(f"không tạo được {path} -- cannot make {path}: {error.strerror}") from error


def list_mailbox(settings: Settings, request: dict[str, Any]) -> dict[str, Any]:
    """List the records of a mailbox: {"mailbox": address or kind/id, "operator": tendonvi, "heads": as for `verify`}.

    Raises:
        Away, Unreadable, Refused
    """
    asked = str(request.get("mailbox") or "").strip().lower()
    if not asked or len(asked) > listing.LONGEST or not asked.isprintable():
        raise Refused("cần địa chỉ hộp thư, hoặc loại/mã -- the mailbox's address, or kind/id, is needed")
    heads = _heads(request)
    with _readable(), _database(settings) as snapshot:
        return listing.of(snapshot, asked, str(request.get("operator") or ""), heads)


def work(settings: Settings, given: argparse.Namespace) -> str:
    """Verify, export or list.

    Raises:
        Away, Refused: also where the chain is broken; its faults were printed before.
    """
    if given.do == "export":
        return export(settings, given.to)
    if given.do == "list":
        return program.exchange(partial(list_mailbox, settings), LONGEST)
    return _verified(settings, note=given.note)


def _verified(settings: Settings, *, note: bool) -> str:
    found: list[dict[str, Any]] = []

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        found.append(_noted(settings, request) if note else verify(settings, request))
        return found[0]

    program.exchange(answer, LONGEST)
    if not found[0]["holds"]:
        raise Refused(
            f"nhật ký đã bị sửa: {found[0]['found']} chỗ không khớp chuỗi niêm phong; xem docs/vi/van-hanh.md -- the"
            f" records were tampered with: {found[0]['found']} places do not fit the chain"
        )
    return ""


def _noted(settings: Settings, request: dict[str, Any]) -> dict[str, Any]:
    """Verify as `verify` does, and write the result for the watch, unless the database could not be read."""
    try:
        told = verify(settings, request)
    except Unreadable:
        _note(settings, holds=False)
        raise
    _note(settings, holds=told["holds"])
    return told


def _note(settings: Settings, *, holds: bool) -> None:
    folder = Path(settings.metrics)
    if not folder.is_dir():  # without role metrics, nobody reads the file
        return
    figures = [Figure("danhba_audit_holds", holds), Figure("danhba_audit_timestamp_seconds", time.time())]
    try:
        figure.write(folder / NOTED, figure.render(figures))
    except OSError as error:
        raise Refused(f"{folder}: không ghi được -- cannot be written: {error}") from error


def main(words: Sequence[str] | None = None) -> int:
    """Verify, export or list, or only validate a settings file."""
    parser = program.parser("audit", __doc__, "audit.json")
    parser.add_argument("do", nargs="?", choices=["verify", "export", "list"], default="verify", help="what to do")
    parser.add_argument("--to", metavar="FILE", type=Path, help="export: a new file, instead of the standard output")
    parser.add_argument("--note", action="store_true", help="verify: tell the watch what was found")
    return program.run(parser, Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
