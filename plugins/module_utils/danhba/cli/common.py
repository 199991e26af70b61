"""Shared parts of all commands: common options, language of messages, output, and exit statuses."""

from __future__ import annotations

import os
import sys
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from io import StringIO
from pathlib import Path
from typing import Any, NoReturn, TextIO, TypeVar

import click

from ..addresses.issuing import Issued
from ..checking.cache import of_the_user
from ..checking.check import Checked, check
from ..messages import LANGUAGES, render, translator
from ..messages import mark as _
from ..model.findings import binding
from ..model.register import Register
from ..reading.schema import DAY, parse_written_day, written_day
from ..reading.source import File, Unusable
from ..rendering import columns
from ..rendering import findings as show_findings
from ..rendering.colour import Paint, plain
from ..vietnamese.figures import VIETNAM
from .misuse import HELP, WrongValue, explain

# Exit statuses (register format): 0 success, 1 findings or a refused plan, 2 could not run; 130 after Ctrl-C, as shells
# report SIGINT.
REFUSED, COULD_NOT_RUN, INTERRUPTED = 1, 2, 130
# No progress bar for fewer files: reading them takes less than a moment.
LONG = 100
# Width of tables that do not go to a terminal, so that no line is folded.
_WIDEST = 1000
READING, CHECKING = _("Reading"), _("Checking")
FORGOTTEN = _(
    "what was remembered of earlier runs is left aside ({path}: {reason}), so this took longer; nothing else is wrong"
)
TAKEN_AS = _("{value} is taken as day {day} of month {month}, {year} ({iso})")
NO_DAY = _("'{value}' is no date; write it like 2026-12-01 or 1/12/2026")
NOT_IN_MONTH = _("'{value}' is no day: month {month} of {year} has {last} days; write the day as the document has it")
NO_MONTH = _("'{value}' is no day: there is no month {month}; write day, month and year, like 1/12/2026")
MONTHS = 12
_CHOSEN = "danhba.language"

F = TypeVar("F", bound=Callable[..., Any])


class Day(click.ParamType[date]):
    """A day in ISO 8601 or as documents write it (1/12/2026); the latter is confirmed to the user in words."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the day; raise `WrongValue` for a text that is none."""
        if isinstance(value, date):
            return value
        day = parse_written_day(value)
        if day is None:
            raise _no_day(value.strip())
        if day.isoformat() != value.strip():
            parts = {"value": value.strip(), "day": day.day, "month": day.month, "year": day.year, "iso": day}
            click.echo(render(TAKEN_AS, parts, language(ctx)), err=True)
        return day


def _no_day(value: str) -> WrongValue:
    """Return the error for a text that is no day: it has another form, or the calendar has no such day."""
    parts = written_day(value)
    if not parts and DAY.fullmatch(value):
        year, month, day = map(int, value.split("-"))
        parts = day, month, year
    if not parts:
        return WrongValue(NO_DAY, value=value)
    day, month, year = parts
    if 1 <= month <= MONTHS and year:
        return WrongValue(NOT_IN_MONTH, value=value, month=month, year=year, last=monthrange(year, month)[1], day=day)
    return WrongValue(NO_MONTH, value=value, month=month)


def stop(template: str, **values: object) -> NoReturn:
    """Write a message why the command could not run, and exit with status 2."""
    stop_with(COULD_NOT_RUN, template, **values)


def refuse(template: str, **values: object) -> NoReturn:
    """Write a message why the request was refused, and exit with status 1."""
    stop_with(REFUSED, template, **values)


def stop_with(status: int, template: str, **values: object) -> NoReturn:
    """Write a message as `_tell_both` does, and exit with a status."""
    _tell(template, values)
    sys.exit(status)


def _tell(template: str, values: Mapping[str, object]) -> None:
    _tell_both(lambda spoken: render(template, values, spoken), None)


def _tell_both(said: Callable[[str], str], context: click.Context | None) -> None:
    """Write a message to standard error in the user's language; in Vietnamese and English where none was chosen."""
    click.echo(f"danhba: {said(language(context))}", err=True)
    if not _chosen(context):
        click.echo(f"    {said('en')}", err=True)


def beside() -> bool:
    """Tell whether messages are shown in English, too, since the user has chosen no language."""
    return not _chosen()


def misused(error: click.ClickException) -> None:
    """Write what is wrong with the command line, and the command that shows its help."""
    context = getattr(error, "ctx", None)
    _tell_both(lambda spoken: explain(error, spoken), context)
    if context:
        click.echo(f"    {render(HELP, {'command': context.command_path}, language(context))}", err=True)


def language(context: click.Context | None = None) -> str:
    """Return the language of messages: that of --lang, else of the variable LANGUAGE, else Vietnamese."""
    return _chosen(context) or LANGUAGES[0]


def _chosen(context: click.Context | None = None) -> str:
    """Return the language chosen by --lang or the variable LANGUAGE; empty where none was chosen."""
    context = context or click.get_current_context(silent=True)
    if context and (chosen := context.meta.get(_CHOSEN)):
        return str(chosen)
    preferred = os.environ.get("LANGUAGE", "").partition(":")[0].partition("_")[0].partition(".")[0]
    return preferred if preferred in LANGUAGES else ""


def _choose(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    # `meta` outlives the context of a command, so that an error that ends the command is shown in its language, too.
    if value:
        ctx.meta[_CHOSEN] = value
    return value


def lang(command: F) -> F:
    """Add --lang."""
    text = "Ngôn ngữ / Language. [vi]"
    # Eager, so that an error in an option before it on the command line is shown in this language, too.
    option = click.option("--lang", type=click.Choice(LANGUAGES), callback=_choose, is_eager=True, help=text)
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
    """Return the current day in Vietnam."""
    return datetime.now(VIETNAM).date()


def at_terminal(stream: TextIO | None) -> bool:
    """Tell whether a stream is a terminal; a stream that the caller has closed is None."""
    return stream is not None and stream.isatty()


def table(rows: Iterable[tuple[str, ...]]) -> None:
    """Write rows as aligned columns; values are folded only at a terminal, where they may not fit."""
    rows = list(rows)
    if not at_terminal(sys.stdout) and (lines := columns.line_up(rows, _WIDEST)):
        put(lines)
        return
    _table(rows)


def _table(rows: list[tuple[str, ...]]) -> None:
    """Write rows as a table by rich, which folds values that are wider than the terminal."""
    from rich.console import Console
    from rich.table import Table

    width = None if at_terminal(sys.stdout) else _WIDEST
    file = None if sys.stdout else StringIO()  # closed by the caller (>&-)
    console = Console(file=file, highlight=False, markup=False, emoji=False, soft_wrap=True, width=width)
    shown_table = Table(box=None, show_header=False, pad_edge=False)
    for _cell in rows[0] if rows else ():
        shown_table.add_column(overflow="fold")  # an address that is cut could not be copied
    for row in rows:
        shown_table.add_row(*row)
    # Captured, since rich itself would exit with another status where the reader of a pipe has closed it.
    with console.capture() as shown:
        console.print(shown_table)
    click.echo(shown.get(), nl=False)


def painter() -> Paint:
    """Return the function that colours texts; it changes nothing where stdout is no terminal or NO_COLOR is set."""
    return _paint if at_terminal(sys.stdout) and "NO_COLOR" not in os.environ else plain


def _paint(text: str, colour: str) -> str:
    return click.style(text, fg=colour) if colour else text


@contextmanager
def progress(length: int, label: str) -> Iterator[Callable[[int], None] | None]:
    """Show a progress bar; yields the function that sets how many of `length` items are done.

    Yields None, and shows nothing, where stderr is no terminal or fewer than `LONG` items are to be done.
    """
    if not at_terminal(sys.stderr) or length < LONG:
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(translator(language())(label), total=length)
        yield lambda done: bar.update(task, completed=done)


def examine(
    files: list[File],
    day: date | None = None,
    base: list[File] | Checked | None = None,
    label: str = READING,
    *,
    cache: bool = True,
) -> Checked:
    """Check a register, with cached results for files that have not changed. Every command reads a register by this."""
    kept = of_the_user() if cache else None
    with progress(len(files), label) as advance:
        checked = check(files, day, base, advance, kept)
    if kept and kept.trouble:
        why = translator(language())(kept.trouble)
        click.echo(render(FORGOTTEN, {"path": kept.path, "reason": why}, language()), err=True)
    return checked


def some(items: Sequence[str], most: int) -> list[str]:
    """Return the first `most` items, and an item with the number of the others, if there are more."""
    return [*items[:most], *([f"… +{len(items) - most}"] if len(items) > most else [])]


def put(pieces: Iterable[str] | Iterable[bytes]) -> None:
    """Write a long text to standard output in pieces; bytes are written unchanged."""
    for piece in pieces:
        click.echo(piece, nl=False)


def write(path: Path, pieces: Iterable[str] | Iterable[bytes]) -> None:
    """Write an output file; raise `Unusable` where the system refuses it."""
    try:
        with path.open("wb") as file:
            file.writelines(piece if isinstance(piece, bytes) else piece.encode() for piece in pieces)
    except OSError as error:
        raise Unusable(_("cannot write {path}: {reason}"), path=path, reason=error.strerror) from error


def usable(checked: Checked) -> tuple[Register, Issued]:
    """Return a register and its addresses; end the process where it has errors, since its addresses may be wrong."""
    if checked.usable is None:
        click.echo(show_findings.text(binding(checked.findings), language(), beside=beside()), err=True)
        click.echo(translator(language())(_("correct these first; nothing was done")), err=True)
        sys.exit(REFUSED)
    return checked.usable
