"""The commands `danhba codeowners`, `review` (of a pull request) and `schema` (JSON Schema for text editors)."""

from __future__ import annotations

import os
import sys
from datetime import date
from itertools import chain
from pathlib import Path

import click

from ..governance import codeowners, json_schema
from ..governance.comment import markdown as as_markdown
from ..governance.forges import FORGES
from ..governance.proposal import others as proposed
from ..governance.proposal import place, read
from ..governance.review import review
from ..messages import mark as _
from ..messages import render
from ..model.regulation import cite
from ..reading import source
from ..reading.province import in_folder
from ..reading.source import Unusable
from ..rendering import findings as show_findings
from ..rendering import plan as show_plan
from .asking import ORGANISATION
from .common import REFUSED, as_of, directory, examine, lang, language, usable, write
from .misuse import WrongValue

_FILE = click.Path(path_type=Path)


def _organisation(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None and not ORGANISATION.fullmatch(value):
        raise WrongValue(
            _("'{value}' is no name of an organisation or a group on the git server; write that name"), value=value
        )
    return value


@click.command("codeowners")
@directory
@click.option("--format", "form", type=click.Choice(list(FORGES)), default="github", show_default=True)
@click.option(
    "--org",
    metavar="NAME",
    callback=_organisation,
    help="Tổ chức trên máy chủ git, nhóm là @NAME/<tendonvi> / The organisation of the teams. [tinh.gov.vn: tinh]",
)
@click.option("--check", "checking", is_flag=True, help="Chỉ so với tệp đang có / Only compare with the file there.")
@lang
def codeowners_command(directory: Path, form: str, org: str | None, checking: bool, lang: str | None) -> None:
    """Ai duyệt tệp nào (CODEOWNERS) / Who owns which file."""
    register, _issued = usable(examine(source.from_directory(directory)))
    root, folder = _repository(directory)
    made = codeowners.text(form, register, org or register.province.domain.partition(".")[0], folder)
    if not checking:
        click.echo(made, nl=False)
    elif _there(file := root / FORGES[form].codeowners) != made:
        stale = _("{path} is out of date; make it again: danhba codeowners --format {form} > {path}")
        click.echo(render(stale, {"path": file, "form": form}, language()), err=True)
        sys.exit(REFUSED)


def _repository(directory: Path) -> tuple[Path, str]:
    """Return the root of the git repository and the register's folder relative to it.

    Outside of git the root is the current folder.
    """
    try:
        root, prefix = place(directory)
    except Unusable:
        root, prefix = Path(), Path(os.path.relpath(directory)).as_posix()
    return root, "" if prefix == "." else prefix.rstrip("/")


def _there(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


@click.command("review")
@directory
@click.option("--base", required=True, metavar="REF", help="Nhánh nhận thay đổi / The branch that the change is for.")
@click.option("--proposal", default="HEAD", show_default=True, metavar="REF", help="Thay đổi / The change.")
@click.option(
    "--open",
    "others",
    multiple=True,
    metavar="REF",
    help="Một đề nghị khác đang mở, lặp lại được: xét giới hạn cộng cả nó / Another open change, repeatable: limits "
    "are judged together with it.",
)
@click.option(
    "--applied",
    metavar="REF",
    help="Bản mà máy chủ đã được cập nhật đến: xét giới hạn cộng cả phần đã gộp, chưa thực hiện / The commit that the "
    "servers are at: limits are judged together with what was merged since.",
)
@as_of
@click.option("--format", "form", type=click.Choice(["markdown", *show_findings.FORMATS]), default="markdown")
@click.option("--comment", type=_FILE, help="Ghi lời bình (Markdown) / Write the comment (Markdown).")
@click.option("--out", type=_FILE, help="Ghi toàn bộ kế hoạch (JSON) / Write the whole plan (JSON).")
@lang
def review_command(  # noqa: PLR0913, PLR0917
    directory: Path,
    base: str,
    proposal: str,
    others: tuple[str, ...],
    applied: str | None,
    day: date,
    form: str,
    comment: Path | None,
    out: Path | None,
    lang: str | None,
) -> None:
    """Xét một đề nghị thay đổi: kết quả khi gộp vào / Review a pull request: what merging it would give.

    Chỉ đọc dữ liệu từ git, không lấy tệp nào ra / It reads data from git, and checks nothing out.
    """
    mine = read(directory, base, proposal)
    opened = list(proposed(directory, mine, others))
    made = review(mine, day, opened, source.from_git(directory, applied) if applied else None)
    shown = as_markdown(made, language(), out.name if out else "")
    if comment:
        write(comment, [shown])
    if out and made.plan:
        write(out, chain(show_plan.json_pieces(made.plan, language(), made.compared), [b"\n"]))
    output = shown if form == "markdown" else show_findings.FORMATS[form](made.findings, language())
    if output:
        click.echo(output.rstrip("\n"))
    sys.exit(0 if made.passed else REFUSED)


@click.command("schema")
@click.argument("which", type=click.Choice(list(json_schema.SCHEMAS)), default="agency")
def schema_command(which: str) -> None:
    """JSON Schema của một loại tệp, cho trình soạn thảo / The JSON Schema of a kind of file, for editors."""
    click.echo(cite(json_schema.as_json(json_schema.SCHEMAS[which]()), in_folder().regulation))
