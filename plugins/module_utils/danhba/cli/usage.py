"""The command `danhba usage`: it counts mailbox checks (R8) from the events that a mail host recorded."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from datetime import date
from pathlib import Path

import click

from ..messages import mark as _
from ..messages import render
from ..model.register import Province
from ..model.regulation import cite
from ..planning.state import Timeline
from ..reading import source
from ..reading.source import Unusable
from ..rendering import usage as show_usage
from ..usage import events as of_file
from ..usage.calendar import computed, impossible
from ..usage.checks import Checks, Period, Told
from ..usage.events import LONGEST, BadEvent, Event
from .common import Day, directory, examine, lang, language, put, table, usable
from .misuse import Misuse

STDIN = "-"
_NO_FILE = _("cannot read {path}: {reason}; name a file of events, or - for the standard input")


@click.command("usage")
@directory
@click.option(
    "--events",
    required=True,
    metavar="FILE.jsonl",
    help="Tệp dấu hiệu sử dụng, mỗi dòng một JSON; `-`: đầu vào chuẩn / Events, a JSON a line; `-`: standard input.",
)
@click.option("--from", "first", type=Day(), required=True, help="Ngày đầu / The first day.")
@click.option("--to", "last", type=Day(), required=True, help="Ngày cuối, tính cả ngày đó / The last day, included.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@lang
def usage_command(  # noqa: PLR0913, PLR0917
    directory: Path, events: str, first: date, last: date, form: str, lang: str | None
) -> None:
    """Hộp thư được kiểm tra mấy lần mỗi ngày làm việc / How often mailboxes are looked at.

    Mỗi dấu hiệu là một lần đăng nhập, mở thư mục hay đọc thư. Chương trình tự lấy thư cũng được tính, nêu riêng.
    An event is a login, a folder selected or mail read. A program that only asks counts too, and is told apart.
    """
    if refused := impossible(first, last):
        template, values = refused
        raise Misuse(template, **values)
    register, issued = usable(examine(source.from_directory(directory)))
    period = Period.of(Timeline.of(register, issued, last), first, last)
    told = Told()
    rows = period.checks(_read(events), told, now=time.time_ns() // 1000)
    if form == "json":
        put(show_usage.json_pieces(rows))
    else:
        _show(period, rows, register.province)
    _tell(period, told)


def _read(path: str) -> Iterator[Event]:
    """Yield the events of a file. At most `LONGEST` + 2 bytes of a line are read: an endless line is refused."""
    if path == STDIN and sys.stdin is None:
        raise Unusable(_NO_FILE, path=path, reason=os.strerror(errno.EBADF))
    try:
        with nullcontext(sys.stdin.buffer) if path == STDIN else Path(path).open("rb") as stream:
            yield from of_file.read(iter(lambda: stream.readline(LONGEST + 2), b""))
    except BadEvent as error:
        raise Unusable(error.template, path=path, **error.values) from error
    except OSError as error:
        raise Unusable(_NO_FILE, path=path, reason=error.strerror) from error


def _show(period: Period, rows: Iterable[Checks], province: Province) -> None:
    found, kinds = show_usage.totals(rows)
    title = show_usage.title(period.first, period.last, len(period.days.days), language())
    click.echo(cite(title, province.regulation))
    if found:
        table(show_usage.table(found, province.domain, language()))
    click.echo("\n".join(show_usage.summary(kinds, language())))


def _tell(period: Period, told: Told) -> None:
    """Write notices about the result to standard error: skipped events, no working day, computed holidays."""
    spoken = language()
    for line in show_usage.notices(told, spoken):
        click.echo(line, err=True)
    if not period.days.days:
        values = {"first": period.first, "last": period.last}
        click.echo(render(show_usage.NO_DAY, values, spoken), err=True)
    if years := computed(period.first, period.last, period.usage):
        click.echo(render(show_usage.COMPUTED, {"years": years}, spoken), err=True)
