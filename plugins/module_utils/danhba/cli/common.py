"""What every command shares: its options, how it speaks, and how it stops."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import click

from ..addresses import Issued
from ..check import Checked
from ..findings import binding
from ..messages import LANGUAGES, render, translator
from ..messages import mark as _
from ..register import Register
from ..rendering import findings as show_findings
from ..schema import parse_day
from ..source import Unusable

# Exit statuses (register format): 0 as asked, 1 findings or a refused plan, 2 could not run.
REFUSED, COULD_NOT_RUN = 1, 2
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
# Fewer files than these are read before a progress bar would be seen.
LONG = 100
_CHOSEN = "danhba.language"

F = TypeVar("F", bound=Callable[..., Any])


class Day(click.ParamType[date]):
    """A day as ISO 8601 writes it in full."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Parse it, or fail as the command line does."""
        if isinstance(value, date):
            return value
        day = parse_day(value)
        if day is None:
            self.fail(f"'{value}' không phải ngày, hãy viết như 2010-10-15 / is no date; write it like 2010-10-15")
        return day


def stop(template: str, **values: object) -> NoReturn:
    """Say why nothing could be done, and end with status 2."""
    _tell(template, values)
    sys.exit(COULD_NOT_RUN)


def refuse(template: str, **values: object) -> NoReturn:
    """Say why what was asked for was not done, and end with status 1."""
    _tell(template, values)
    sys.exit(REFUSED)


def _tell(template: str, values: Mapping[str, object]) -> None:
    spoken = language()
    click.echo(f"danhba: {render(template, values, spoken)}", err=True)
    if spoken != "en":
        click.echo(f"    {render(template, values, 'en')}", err=True)


def language() -> str:
    """The language asked for on the command line, else by LANGUAGE, else Vietnamese."""
    if chosen := click.get_current_context().meta.get(_CHOSEN):
        return str(chosen)
    preferred = os.environ.get("LANGUAGE", "").partition(":")[0].partition("_")[0].partition(".")[0]
    return preferred if preferred in LANGUAGES else LANGUAGES[0]


def _choose(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    # `meta` outlives the context of a command, so that what stops the command is told in its language too.
    if value:
        ctx.meta[_CHOSEN] = value
    return value


def lang(command: F) -> F:
    """Add --lang."""
    option = click.option("--lang", type=click.Choice(LANGUAGES), callback=_choose, help="Ngôn ngữ / Language. [vi]")
    return option(command)


def directory(command: F) -> F:
    """Add the register's directory as an argument."""
    kind = click.Path(path_type=Path)
    return click.argument("directory", metavar="[DIR]", default="directory", type=kind)(command)


def as_of(command: F) -> F:
    """Add --as-of."""
    text = "Ngày cần biết / The day that is asked for. [hôm nay ở Việt Nam / today in Vietnam]"
    return click.option("--as-of", "day", type=Day(), default=today, help=text)(command)


def today() -> date:
    """The day in Vietnam."""
    return datetime.now(VIETNAM).date()


def table(rows: Iterable[tuple[str, ...]]) -> None:
    """Columns that line up; whole values when nobody is at a terminal that could be too narrow."""
    from rich.console import Console
    from rich.table import Table

    width = None if sys.stdout.isatty() else 1000
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True, width=width)
    shown_table = Table(box=None, show_header=False, pad_edge=False)
    rows = list(rows)
    for _cell in rows[0] if rows else ():
        shown_table.add_column(overflow="fold")  # an address that is cut could not be copied
    for row in rows:
        shown_table.add_row(*row)
    # Not printed by rich itself, which has another status for a reader that has gone.
    with console.capture() as shown:
        console.print(shown_table)
    click.echo(shown.get(), nl=False)


def paint(text: str, colour: str) -> str:
    """The text in a colour; click takes it off again where no terminal would show it (or NO_COLOR forbids)."""
    return click.style(text, fg=colour) if colour and "NO_COLOR" not in os.environ else text


@contextmanager
def progress(length: int, label: str) -> Iterator[Callable[[int], None] | None]:
    """Shows how many of `length` are done, on a terminal and where it takes longer than a moment; else nothing."""
    if not sys.stderr.isatty() or length < LONG:
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(translator(language())(label), total=length)
        yield lambda done: bar.update(task, completed=done)


def write(path: Path, text: str) -> None:
    """Write a file that was asked for, or say why not."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unusable(_("cannot write {path}: {reason}"), path=path, reason=error.strerror) from error


def usable(checked: Checked) -> tuple[Register, Issued]:
    """The register and its addresses; a register that does not hold has no addresses that one could rely on."""
    if checked.usable is None:
        click.echo(show_findings.text(binding(checked.findings), language()), err=True)
        click.echo(translator(language())(_("correct these first; nothing was done")), err=True)
        sys.exit(REFUSED)
    return checked.usable
