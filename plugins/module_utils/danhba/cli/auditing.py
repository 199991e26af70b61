"""The command `danhba audit verify`: it recomputes the hash chain over a mail host's exported audit records."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import click

from ..auditing import heads as kept
from ..auditing.chain import BadStream, Head, verify
from ..auditing.heads import BadHeads
from ..jsontext import pretty
from ..messages import mark as _
from ..reading.source import Unusable
from ..rendering import audit as show_audit
from .common import REFUSED, lang, language

STDIN = "-"
_NO_FILE = _("cannot read {path}: {reason}; name a file of `danhba-host audit export`, or - for the standard input")
_NOT_WHOLE = _(
    "{path}, line {line}: this is no whole export of the records; export them again: danhba-host audit export"
)
_NO_HEADS = _("cannot read {path}: {reason}; name the file of heads that playbooks/audit.yml keeps")
_BAD_HEADS = _(
    "{path}, line {line}: this is no head of a chain; take the file from git, where playbooks/audit.yml's are"
)


@click.group("audit")
def audit_command() -> None:
    """Nhật ký thay đổi trên máy chủ có còn nguyên không / Whether the records of a server are as they were written."""


@audit_command.command("verify")
@click.argument("file", metavar="FILE")
@click.option(
    "--head",
    "heads",
    metavar="HEADS.jsonl",
    type=click.Path(path_type=Path),
    help="Các đầu chuỗi giữ ở nơi khác / The heads that are kept elsewhere (playbooks/audit.yml).",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@lang
def verify_command(file: str, heads: Path | None, form: str, lang: str | None) -> None:
    """Tính lại chuỗi niêm phong từ tệp xuất của máy chủ / Recompute the chain from a mail host's export.

    Nêu từng dòng bị sửa, xóa, thêm. Mã thoát 1: nhật ký đã bị sửa. `-`: đầu vào chuẩn.
    Names each row that was changed, removed or added. Exit status 1: they were tampered with. `-`: standard input.
    """
    known = _heads(heads) if heads else []
    try:
        found = verify(_lines(file), known)
    except BadStream as error:
        raise Unusable(_NOT_WHOLE, path=file, line=error.line) from error
    data = found.as_data()
    click.echo(pretty(data) if form == "json" else "\n".join(show_audit.verdict(data, language())))
    if not found.holds:
        sys.exit(REFUSED)


def _lines(path: str) -> Iterator[bytes]:
    if path == STDIN and sys.stdin is None:
        raise Unusable(_NO_FILE, path=path, reason=os.strerror(errno.EBADF))
    try:
        with nullcontext(sys.stdin.buffer) if path == STDIN else Path(path).open("rb") as stream:
            for line in stream:
                yield line.rstrip(b"\n")
    except OSError as error:
        raise Unusable(_NO_FILE, path=path, reason=error.strerror) from error


def _heads(path: Path) -> list[Head]:
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            return kept.read(lines)
    except OSError as error:
        raise Unusable(_NO_HEADS, path=path, reason=error.strerror) from error
    except BadHeads as error:
        raise Unusable(_BAD_HEADS, path=path, line=error.line) from error
