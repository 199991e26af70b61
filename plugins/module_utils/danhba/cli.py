"""The `danhba` command: the core for people and for CI."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.table import Table

from . import accounts as a
from . import listing, names, plan, source
from .check import Checked, check, wanted
from .findings import Finding, binding
from .messages import LANGUAGES, render, translator
from .messages import mark as _
from .rendering import addresses as show_addresses
from .rendering import findings as show_findings
from .rendering import plan as show_plan
from .schema import parse_day
from .source import Unusable
from .state import Timeline

# Exit statuses (register format): 0 as asked, 1 findings or a refused plan, 2 could not run.
REFUSED, COULD_NOT_RUN = 1, 2
VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
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


class Commands(click.Group):
    """The commands; what stops one of them is told in one line, with status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except Unusable as error:
            _stop(error.template, **error.values)
        except BrokenPipeError:
            # The reader has seen enough (danhba addresses | head); Python would complain again when it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)


def _stop(template: str, **values: object) -> NoReturn:
    language = _language()
    click.echo(f"danhba: {render(template, values, language)}", err=True)
    if language != "en":
        click.echo(f"    {render(template, values, 'en')}", err=True)
    sys.exit(COULD_NOT_RUN)


def _language() -> str:
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
    return click.option("--as-of", "day", type=Day(), default=_today, help=text)(command)


def _today() -> date:
    return datetime.now(VIETNAM).date()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="danhba")
@lang
def main(lang: str | None) -> None:
    """Sổ danh bạ thư điện tử của tỉnh / The register of the provincial mail system.

    Mã thoát / Exit status: 0 như yêu cầu / as asked; 1 có lỗi hoặc kế hoạch bị từ chối / findings or a refused plan;
    2 không chạy được / could not run.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


@main.command("check")
@directory
@click.option("--base", metavar="REF", help="So với bản git này / Also compare with this git revision.")
@click.option("--format", "form", type=click.Choice(list(show_findings.FORMATS)), default="text", show_default=True)
@lang
def check_command(directory: Path, base: str | None, form: str, lang: str | None) -> None:
    """Kiểm tra sổ / Check the register."""
    checked = check(source.from_directory(directory), None if base is None else source.from_git(directory, base))
    output = show_findings.FORMATS[form](checked.findings, _language())
    if output:
        click.echo(output)
    sys.exit(REFUSED if binding(checked.findings) else 0)


@main.command("addresses")
@directory
@as_of
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@lang
def addresses_command(directory: Path, day: date, form: str, lang: str | None) -> None:
    """Mọi địa chỉ đã cấp / Every address given out."""
    listed = _listed(directory, day)
    if form == "text":
        _table(show_addresses.rows(listed, _language()))
    else:
        click.echo({"json": show_addresses.as_json, "csv": show_addresses.as_csv}[form](listed))


def _table(rows: list[tuple[str, ...]]) -> None:
    """Columns that line up; whole values when nobody is at a terminal that could be too narrow."""
    width = None if sys.stdout.isatty() else 1000
    console = Console(highlight=False, markup=False, emoji=False, soft_wrap=True, width=width)
    table = Table(box=None, show_header=False, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    # Not printed by rich itself, which has another status for a reader that has gone.
    with console.capture() as shown:
        console.print(table)
    click.echo(shown.get(), nl=False)


@main.command("candidates")
@click.argument("name")
@click.option("--family", help="Họ, nếu không đứng đầu / The family name, where it is not the first word.")
@click.option("--given", help="Tên, nếu không đứng cuối / The given name, where it is not the last word.")
@lang
def candidates_command(name: str, family: str | None, given: str | None, lang: str | None) -> None:
    """Các dạng địa chỉ của một họ tên, theo thứ tự (Điều 4.2) / The candidates of a name, in order (R4.2)."""
    try:
        parts = names.split(name, family, given)
    except names.PartMissing as error:
        values = {"part": error.part, "value": error.value, "name": name}
        _stop(_("{part}: '{value}' is not part of the name '{name}'; write it as in the name"), **values)
    except names.NameProblem as error:
        if error.character:
            shown = names.describe(error.character)
            _stop(_("{character} has no letter without marks; write the name with letters"), character=shown)
        _stop(_("'{name}' has no letters; write the full name"), name=name)
    for candidate in names.candidates(parts):
        click.echo(candidate)


@main.command("plan")
@directory
@click.option(
    "--against",
    required=True,
    metavar="empty|REF|STATE.json",
    help="Chưa có gì, một bản git, hay hiện trạng của máy chủ / Nothing, a git revision, or a server's exported state.",
)
@as_of
@click.option("--format", "form", type=click.Choice(list(show_plan.FORMATS)), default="text", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Ghi toàn bộ kế hoạch (JSON) / Write the whole plan (JSON)."
)
@lang
def plan_command(  # noqa: PLR0913, PLR0917
    directory: Path, against: str, day: date, form: str, out: Path | None, lang: str | None
) -> None:
    """Những gì sẽ thay đổi / What would change."""
    register, issued = _usable(check(source.from_directory(directory)))
    made = plan.make(wanted(register, issued, day), _actual(directory, against, day))
    if out:
        _write(out, show_plan.as_json(made, _language()) + "\n")
    click.echo(show_plan.FORMATS[form](made, _language()))
    sys.exit(REFUSED if made.refused else 0)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Unusable(_("cannot write {path}: {reason}"), path=path, reason=error.strerror) from error


def _actual(directory: Path, against: str, day: date) -> a.Accounts:
    if against == "empty":
        return a.EMPTY
    if against.endswith(".json"):
        return _exported(Path(against))
    register, issued = _usable(check(source.from_git(directory, against)))
    return wanted(register, issued, day).accounts


def _exported(path: Path) -> a.Accounts:
    try:
        return a.load(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise Unusable(
            _("cannot read {path}: {reason}; check its permissions"), path=path, reason=error.strerror
        ) from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Unusable(
            _("{path} is no exported state of a server; export it by playbooks/accounts.yml -e export=…"), path=path
        ) from error


@main.command("who")
@click.argument("query", metavar="ADDRESS|ID|NAME")
@directory
@as_of
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@lang
def who_command(query: str, directory: Path, day: date, form: str, lang: str | None) -> None:
    """Ai đang và đã có địa chỉ, mã hay họ tên này / Everyone it is or was, with documents and dates."""
    found = list(listing.who(_listed(directory, day), query))
    if form == "json":
        click.echo(json.dumps([show_addresses.in_full_data(item) for item in found], ensure_ascii=False, indent=2))
    elif found:
        click.echo("\n".join(show_addresses.in_full(item, _language()) for item in found))
    else:
        unknown = _("nobody here is or was '{query}'; try an address, an id or a name")
        click.echo(render(unknown, {"query": query}, _language()), err=True)
    sys.exit(0 if found else REFUSED)


def _listed(directory: Path, day: date) -> list[listing.Listed]:
    register, issued = _usable(check(source.from_directory(directory)))
    return listing.everything(Timeline.of(register, issued, day))


def _usable(checked: Checked) -> tuple[Any, Any]:
    """The register and its addresses; a register that does not hold has no addresses that one could rely on."""
    if checked.usable is None:
        stopping: list[Finding] = binding(checked.findings)
        click.echo(show_findings.text(stopping, _language()), err=True)
        click.echo(translator(_language())(_("correct these first; nothing was done")), err=True)
        sys.exit(REFUSED)
    return checked.usable
