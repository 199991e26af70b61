"""How the register is governed in git: who owns which file, and what editors are told while they type."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from .. import source
from ..check import check
from ..governance import codeowners, json_schema
from ..messages import mark as _
from ..messages import render
from ..source import Unusable
from .common import REFUSED, directory, lang, language, usable

# A group of GitLab may stand below others.
_ORGANISATION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(/[A-Za-z0-9][A-Za-z0-9._-]*)*")


def _organisation(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not _ORGANISATION.fullmatch(value):
        raise click.BadParameter(f"'{value}': hãy viết tên tổ chức hay nhóm trên máy chủ git / write the name there")
    return value


@click.command("codeowners")
@directory
@click.option("--format", "form", type=click.Choice(list(codeowners.FORGES)), default="github", show_default=True)
@click.option(
    "--org",
    metavar="NAME",
    callback=_organisation,
    help="Tổ chức trên máy chủ git, nhóm là @NAME/<tendonvi> / The organisation of the teams. [laocai.gov.vn: laocai]",
)
@click.option("--check", "checking", is_flag=True, help="Chỉ so với tệp đang có / Only compare with the file there.")
@lang
def codeowners_command(directory: Path, form: str, org: str | None, checking: bool, lang: str | None) -> None:
    """Ai duyệt tệp nào (CODEOWNERS) / Who owns which file."""
    register, _issued = usable(check(source.from_directory(directory)))
    root, folder = _repository(directory)
    made = codeowners.text(form, register, org or register.province.domain.partition(".")[0], folder)
    if not checking:
        click.echo(made, nl=False)
    elif _there(file := root / codeowners.FORGES[form].path) != made:
        stale = _("{path} is out of date; make it again: danhba codeowners --format {form} > {path}")
        click.echo(render(stale, {"path": file, "form": form}, language()), err=True)
        sys.exit(REFUSED)


def _repository(directory: Path) -> tuple[Path, str]:
    """The repository's root, and the register's folder from there; outside git, the folder as it was given."""
    try:
        shown = source.git(directory, "rev-parse", "--show-toplevel", "--show-prefix", revision="HEAD").decode()
    except Unusable:
        return Path(), directory.as_posix().strip("/")
    root, prefix = shown.splitlines()
    return Path(root), prefix.rstrip("/")


def _there(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


@click.command("schema")
@click.argument("which", type=click.Choice(list(json_schema.SCHEMAS)), default="agency")
def schema_command(which: str) -> None:
    """JSON Schema của một loại tệp, cho trình soạn thảo / The JSON Schema of a kind of file, for editors."""
    click.echo(json_schema.as_json(json_schema.SCHEMAS[which]()))
