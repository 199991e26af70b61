"""The command `danhba secrecy`: it scans mails and documents for marks of secrecy before they are sent (R7.1).

The scanner is `danhba_secrecy`.
"""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..messages import mark as _
from ..messages import render, translator, visible
from ..model.regulation import cite
from ..reading.province import in_folder
from ..reading.source import Unusable
from .common import REFUSED, lang, language, painter, progress

if TYPE_CHECKING:
    from danhba_secrecy import Obstacle, Verdict

STDIN = "-"
_VERDICTS = {
    "clean": _("no mark of secrecy"),
    "marked": _("has a mark of secrecy: do not send it by this system"),
    "unreadable": _("could not be read whole, so it counts as not checked"),
}
_MARK = _("{text} at {where}")
_WHOLE = _("the whole file")
# Messages for the obstacles that keep the scanner from reading a file, with the way out.
_WHY = {
    "encrypted": _("{where} is encrypted; send it without a password, or by another way that is allowed"),
    "broken": _("{where} is damaged; save or make it anew"),
    "unknown": _("{where} is of a kind that cannot be read; save it as PDF, DOCX or ODT"),
    "too-large": _("{where} is too large to be read; send it in parts"),
    "too-many": _("{where} has too many parts to be read; send fewer files at once"),
    "too-deep": _("{where} has too many archives within archives; send the files themselves"),
    "too-long": _("{where} takes too long to be read; save it anew, or send it in parts"),
    "program-missing": _("{where} needs a program that is missing here; install poppler-utils and libarchive-tools"),
}
_MARKED = _(
    "state secrets may not be sent by mail (Article 7.1): take it off this computer by the rules for secrets; where "
    "the mark is none, ask the operator for an exception"
)
_SCANNING = _("Looking for marks of secrecy")


@click.command("secrecy")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@lang
def secrecy_command(files: Sequence[str], form: str, lang: str | None) -> None:
    """Tìm dấu độ mật trong thư và văn bản trước khi gửi / Look for marks of secrecy in mails and documents.

    FILE: thư (.eml) hoặc văn bản; `-` là đầu vào chuẩn / a mail (.eml) or a document; `-` is the standard input.
    """
    contents = {file: _content(file) for file in files if file == STDIN}
    for file in files:
        if file != STDIN:
            _usable(Path(file))
    verdicts = list(_verdicts(files, contents))
    if form == "json":
        click.echo(json.dumps([_data(*each) for each in verdicts], ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(line for file, verdict in verdicts for line in _lines(file, verdict)))
        if any(verdict.marks for _file, verdict in verdicts):
            click.echo(cite(_said(_MARKED), in_folder().regulation))
    if any(verdict.verdict != "clean" for _file, verdict in verdicts):
        sys.exit(REFUSED)


def _usable(path: Path) -> None:
    """Raise `Unusable` for a folder or a missing file, before any file is scanned, so that no output is incomplete."""
    if path.is_dir():
        raise Unusable(_("{path} is a folder; name the files in it, for example {path}/*"), path=path)
    if not path.exists():
        raise Unusable(_("there is no file {path}; check its name"), path=path)


def _verdicts(files: Sequence[str], contents: dict[str, bytes]) -> Iterator[tuple[str, Verdict]]:
    """Yield each file with its verdict, one at a time, so that at most one file's content is in memory."""
    from danhba_secrecy import scan_file

    with progress(len(files), _SCANNING) as advance:
        for done, file in enumerate(files, 1):
            octets = contents[file] if file in contents else _content(file)
            yield file, scan_file("" if file == STDIN else Path(file).name, octets)
            if advance:
                advance(done)


def _content(file: str) -> bytes:
    """Read at most one byte more than the scanner's limit.

    So the scanner sees that a file is too large, and a pipe without end is not read for ever.
    """
    from danhba_secrecy import Bounds

    if file == STDIN and sys.stdin is None:
        raise Unusable(_("cannot read {path}: {reason}"), path=file, reason=os.strerror(errno.EBADF))
    try:
        with nullcontext(sys.stdin.buffer) if file == STDIN else Path(file).open("rb") as stream:
            return stream.read(Bounds().octets + 1)
    except OSError as error:
        raise Unusable(_("cannot read {path}: {reason}"), path=file, reason=error.strerror) from error


def _data(file: str, verdict: Verdict) -> dict[str, Any]:
    # JSON is UTF-8, so a file name in another encoding gets replacement characters.
    return {"file": file.encode("utf-8", "surrogateescape").decode("utf-8", "replace"), **verdict.data()}


def _lines(file: str, verdict: Verdict) -> Iterator[str]:
    colour = {"clean": "green", "marked": "red", "unreadable": "yellow"}[verdict.verdict]
    yield f"{visible(file)}: {painter()(_said(_VERDICTS[verdict.verdict]), colour)}"
    for mark in verdict.marks:
        yield f"    {_said(_MARK, text=mark.text, where=mark.where or file)}"
    for obstacle in verdict.obstacles:
        yield f"    {_obstacle(obstacle)}"


def _obstacle(obstacle: Obstacle) -> str:
    spoken = language()
    where = obstacle.where or translator(spoken)(_WHOLE)
    return _said(_WHY[obstacle.why.value], where=where)


def _said(template: str, **values: object) -> str:
    return render(template, values, language())
