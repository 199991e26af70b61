"""The commands that only read the register: `danhba check`, `addresses`, `candidates`, `plan` and `who`."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from itertools import chain
from pathlib import Path

import click

from ..addresses.issuing import Issued
from ..addresses.rule import candidates
from ..checking.check import wanted
from ..jsontext import pretty, unpack
from ..messages import mark as _
from ..messages import render
from ..model.findings import binding
from ..model.register import Register
from ..planning import accounts as a
from ..planning import listing, plan
from ..planning.compared import compare
from ..planning.state import Timeline
from ..reading import source
from ..reading.province import in_files
from ..reading.source import Unusable
from ..rendering import addresses as show_addresses
from ..rendering import findings as show_findings
from ..rendering import plan as show_plan
from ..vietnamese import names
from .common import (
    CHECKING,
    REFUSED,
    as_of,
    beside,
    directory,
    examine,
    lang,
    language,
    painter,
    put,
    stop,
    table,
    usable,
    write,
)


@click.command("check")
@directory
@click.option("--base", metavar="REF", help="So với bản git này / Also compare with this git revision.")
@click.option(
    "--staged", is_flag=True, help="Bản sắp commit, so với HEAD / What the next commit would hold, against HEAD."
)
@as_of
@click.option(
    "--format", "form", type=click.Choice(["text", *show_findings.FORMATS]), default="text", show_default=True
)
@click.option(
    "--cache/--no-cache",
    default=True,
    help="Giữ kết quả của từng tệp cho lần sau / Keep each file's results for the next run. [--cache]",
)
@lang
def check_command(  # noqa: PLR0913, PLR0917
    directory: Path, base: str | None, staged: bool, day: date, form: str, cache: bool, lang: str | None
) -> None:
    """Kiểm tra sổ / Check the register."""
    files = source.staged(directory) if staged else source.from_directory(directory)
    before = source.from_git(directory, base) if base is not None else _committed(directory, staged)
    findings = examine(files, day, before, CHECKING, cache=cache).findings
    if form == "text":
        regulation = in_files(files).regulation
        click.echo(show_findings.text(findings, language(), painter(), beside=beside(), regulation=regulation))
    elif output := show_findings.FORMATS[form](findings, language()):
        click.echo(output)
    sys.exit(REFUSED if binding(findings) else 0)


def _committed(directory: Path, staged: bool) -> list[source.File] | None:
    return source.committed(directory) if staged else None


def _read(files: list[source.File]) -> tuple[Register, Issued]:
    return usable(examine(files))


@click.command("addresses")
@directory
@as_of
@click.option("--format", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
@lang
def addresses_command(directory: Path, day: date, form: str, lang: str | None) -> None:
    """Mọi địa chỉ đã cấp / Every address given out."""
    listed = listing.each(_timeline(directory, day))
    if form == "text":
        table(show_addresses.rows(listed, language()))
    elif form == "csv":
        put(show_addresses.csv_pieces(listed))
    else:
        put(show_addresses.json_pieces(listed))


@click.command("candidates")
@click.argument("name")
@click.option("--family", help="Họ, nếu không đứng đầu / The family name, where it is not the first word.")
@click.option("--given", help="Tên, nếu không đứng cuối / The given name, where it is not the last word.")
@lang
def candidates_command(name: str, family: str | None, given: str | None, lang: str | None) -> None:
    """Các dạng địa chỉ của một họ tên, theo thứ tự / The candidates of a name, in order."""
    try:
        parts = names.split(name, family, given)
    except names.PartMissing as error:
        values = {"part": error.part, "value": error.value, "name": name}
        stop(_("{part}: '{value}' is not part of the name '{name}'; write it as in the name"), **values)
    except names.NameProblem as error:
        if error.character:
            shown = names.describe(error.character)
            stop(_("{character} has no letter without marks; write the name with letters"), character=shown)
        stop(_("'{name}' has no letters; write the full name"), name=name)
    for candidate in candidates(parts):
        click.echo(candidate)


@click.command("plan")
@directory
@click.option(
    "--against",
    required=True,
    metavar="empty|REF|STATE.json",
    help="Chưa có gì, một bản git, hay hiện trạng của máy chủ / Nothing, a git revision, or a server's exported state.",
)
@as_of
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Ghi toàn bộ kế hoạch (JSON) / Write the whole plan (JSON)."
)
@lang
def plan_command(  # noqa: PLR0913, PLR0917
    directory: Path, against: str, day: date, form: str, out: Path | None, lang: str | None
) -> None:
    """Những gì sẽ thay đổi / What would change."""
    register, issued = _read(source.from_directory(directory))
    goal = wanted(register, issued, day)
    actual, before = _actual(directory, against, day)
    if before:
        actual = _without_void(actual, goal.accounts, register)
    made = plan.make(goal, actual)
    compared = compare(before, register, issued) if before else None
    if out:
        write(out, chain(show_plan.json_pieces(made, language(), compared), [b"\n"]))
    if form == "text":
        put(piece + "\n" for piece in show_plan.text_pieces(made, language(), painter(), compared, beside=beside()))
    elif form == "markdown":
        click.echo(show_plan.markdown(made, language(), out.name if out else ""))
    else:
        put(chain(show_plan.json_pieces(made, language(), compared), [b"\n"]))
    sys.exit(REFUSED if made.refused else 0)


def _without_void(actual: a.Accounts, goal: a.Accounts, register: Register) -> a.Accounts:
    """Return a former revision's accounts without those whose opening this register withdrew.

    The former revision counts them as existing, but they were never opened on the server.
    """
    gone = actual.accounts.keys() - goal.accounts.keys()
    if gone:  # rarely so; the search goes through all issuances
        never = {(a.OFFICIAL, issuance.id) for _agency, issuance in register.issuances() if issuance.void}
        gone &= never | {(a.AGENCY, code) for code, agency in register.agencies.items() if agency.void}
    kept = {key: each for key, each in actual.accounts.items() if key not in gone}
    return replace(actual, accounts=kept)


def _actual(directory: Path, against: str, day: date) -> tuple[a.Accounts, Register | None]:
    """Return the accounts to compare with, and the register that they are computed from, None without one."""
    if against == "empty":
        return a.EMPTY, None
    if against.endswith(".json"):
        return _exported(Path(against)), None
    register, issued = _read(source.from_git(directory, against))
    return wanted(register, issued, day).accounts, register


def _exported(path: Path) -> a.Accounts:
    try:
        return a.load(unpack(path.read_bytes()))
    except OSError as error:
        raise Unusable(
            _("cannot read {path}: {reason}; check its permissions"), path=path, reason=error.strerror
        ) from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Unusable(
            _("{path} is no exported state of a server; export it by playbooks/accounts.yml -e export=…"), path=path
        ) from error


@click.command("who")
@click.argument("query", metavar="ADDRESS|ID|NAME")
@directory
@as_of
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@lang
def who_command(query: str, directory: Path, day: date, form: str, lang: str | None) -> None:
    """Ai đang và đã có địa chỉ, mã hay họ tên này / Everyone it is or was, with documents and dates."""
    found = list(listing.who(_timeline(directory, day), query))
    if form == "json":
        click.echo(pretty([show_addresses.in_full_data(item) for item in found]))
    elif found:
        click.echo("\n".join(show_addresses.in_full(item, language()) for item in found))
    else:
        unknown = _("nobody here is or was '{query}'; try an address, an id or a name")
        click.echo(render(unknown, {"query": query}, language()), err=True)
    sys.exit(0 if found else REFUSED)


def _timeline(directory: Path, day: date) -> Timeline:
    return Timeline.of(*_read(source.from_directory(directory)), day)
