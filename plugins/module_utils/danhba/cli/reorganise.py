"""The command `danhba reorganise`: it merges, splits, renames and dissolves agencies by the file of `danhba decide`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ..messages import mark as _
from ..messages import translator
from ..model.findings import Finding, binding
from ..reading.source import LARGEST, File, Unusable
from ..rendering import findings as show_findings
from ..rendering.plan import LONGEST_MARKDOWN
from ..reorganisation import guards, reading, rendering, writing
from ..reorganisation.forecast import forecast
from ..reorganisation.model import Reorganisation
from ..reorganisation.rendering import Told
from .commit import add_commit_options, commit_draft, examined, read_files
from .common import REFUSED, at_terminal, beside, directory, lang, language, today, usable, write

FORMATS = ("text", "json", "markdown")


@click.command("reorganise")
@click.argument("decision", metavar="PLAN.yml", type=click.Path(path_type=Path))
@directory
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Ghi toàn bộ dự báo ra tệp, cùng dạng / Write the whole forecast to a file, in the same format.",
)
@add_commit_options
@lang
def reorganise_command(  # noqa: PLR0913, PLR0917
    decision: Path, directory: Path, form: str, out: Path | None, dry_run: bool, yes: bool, lang: str | None
) -> None:
    """Sáp nhập, chia tách, đổi tên, giải thể cơ quan / Merge, split, rename and dissolve agencies.

    Dự báo mọi địa chỉ mới và mọi chỗ trùng trước khi ghi / Every new address and every clash is told before anything
    is written.
    """
    decided = _decided(decision)
    files = read_files(directory, dry_run)
    told = foretell(files, decided)
    if out:
        write(out, [shown(told, form, None), "\n"])
    click.echo(shown(told, form, rendering.LIST_LIMIT))
    if not told.forecast.possible:
        sys.exit(REFUSED)
    with _step(_("writing the changes into the files …")):
        draft = writing.draft(told.forecast, files, told.acknowledgements)
    commit_draft(directory, files, draft, decided.date, dry_run=dry_run, yes=yes, show=False)


def foretell(files: list[File], decided: Reorganisation) -> Told:
    """Forecast what a reorganisation does to a register; end the process where the register itself has errors."""
    with _step(_("reading the register …")):
        register, issued = usable(examined(files))
    with _step(_("computing the new addresses …")):
        found = forecast(register, issued, decided)
        acknowledged = guards.acknowledgements(found, issued, today()) if found.possible else []
    return Told(found, acknowledged)


def shown(told: Told, form: str, most: int | None) -> str:
    """Return a forecast in one of `FORMATS`, with at most `most` lines of each list, all of them for None."""
    if form == "json":
        return rendering.as_json(told, language())
    if form == "markdown":
        return rendering.markdown(told, language(), most=None if most is None else LONGEST_MARKDOWN)
    return rendering.text(told, language(), most, beside=beside())


def _decided(path: Path) -> Reorganisation:
    """Read a file of decisions; end the process where it has errors."""
    return refuse_unread(*reading.read(_file(path)))


def refuse_unread(decided: Reorganisation | None, findings: list[Finding]) -> Reorganisation:
    """Return the reorganisation that was read; show the findings and end the process where it has errors."""
    if decided is None or binding(findings):
        click.echo(show_findings.text(findings, language(), beside=beside()), err=True)
        sys.exit(REFUSED)
    return decided


def _file(path: Path) -> File:
    """Read a file under the limits of a register's files; `data` is None for one that is too large or no plain file."""
    if not path.exists():
        raise Unusable(_("there is no file {path}; name the file of the reorganisation"), path=path)
    try:
        readable = path.is_file() and path.stat().st_size <= LARGEST
        return File(path.name, str(path), path.read_bytes() if readable else None)
    except OSError as error:
        raise Unusable(
            _("cannot read {path}: {reason}; check its permissions"), path=path, reason=error.strerror
        ) from error


@contextmanager
def _step(label: str) -> Iterator[None]:
    """Show a label at a terminal while the block runs."""
    if not at_terminal(sys.stderr):
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(translator(language())(label)):
        yield
