"""The command `danhba init`: it creates a province's own repository."""

from __future__ import annotations

import json
import re
import sys
import tarfile
from pathlib import Path
from typing import Any

import click

from ..founding import repository
from ..founding.repository import Answers
from ..governance.forges import FORGES
from ..messages import mark as _
from ..messages import render
from ..rendering import findings as show_findings
from .asking import CODE, complete, options
from .common import REFUSED, beside, lang, language
from .misuse import WrongValue

NOTHING = _("what stands above would be wrong with this register; correct the answers; nothing was written")
MADE = _("made {path}, with {count} files; its README.md says the next five steps")
NO_COLLECTION = _(
    "'{value}' is no file of this collection (laocai-mail-VERSION.tar.gz) and no address of one (https://…)"
)
_ADDRESS = re.compile(r"https?://[^\s\"'\\]+\.tar\.gz")


def _collection(_ctx: click.Context, _parameter: click.Parameter, value: str) -> str:
    if value and not _ADDRESS.fullmatch(value) and not _is_collection(Path(value)):
        raise WrongValue(NO_COLLECTION, value=value)
    return value


def _is_collection(path: Path) -> bool:
    """Tell whether a file is this project's collection as built by `ansible-galaxy collection build`."""
    try:
        with tarfile.open(path, "r:gz") as archive:
            manifest = archive.extractfile("MANIFEST.json")
            said = json.loads(manifest.read(1_000_000)) if manifest else {}
            return str(said["collection_info"]["namespace"] + said["collection_info"]["name"]) == "laocaimail"
    except (OSError, tarfile.TarError, EOFError, KeyError, TypeError, ValueError):
        return False


@click.command("init")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@options("province", "domain", "host")
@click.option("--operator", type=CODE, help="Mã cơ quan vận hành / The code of the operator.")
@options("agency-name", "kind", "document", "founded", "office-phone", "operator-key", "server")
@options("regulation", "regulation-date", "regulation-title")
@click.option("--user", default="root", show_default=True, help="Người dùng ssh trên máy chủ / Who signs in by ssh.")
@click.option(
    "--forge",
    type=click.Choice(sorted(FORGES)),
    help="Máy chủ git của tỉnh / The province's git server.",
)
@options("org")
@click.option(
    "--collection",
    default="",
    metavar="FILE",
    callback=_collection,
    help="Tệp hoặc địa chỉ của phần mềm / File or address of the software. [Galaxy]",
)
@lang
def init_command(directory: Path, user: str, collection: str, lang: str | None, **given: Any) -> None:
    """Lập kho của một tỉnh / Begin a province's own repository.

    Hỏi những gì chưa nêu; nêu đủ thì không hỏi / It asks for what is not given, and for nothing when all is.
    """
    repository.see_that_it_can_be_made(directory)
    complete(
        given,
        *("province", "domain", "operator", "name", "kind", "document", "date", "phone", "server", "forge"),
        optional=("regulation", "key", "host", "org"),
    )
    if given["regulation"]:
        complete(given, "regulation_date", optional=("regulation_title",))
    answers = _answers(given, user, collection)
    register, checked = repository.register_of(answers)
    if checked.findings:
        click.echo(show_findings.text(checked.findings, language(), beside=beside()), err=True)
    if checked.usable is None:
        click.echo(render(NOTHING, {}, language()), err=True)
        sys.exit(REFUSED)
    files = repository.compose(answers, register, checked)
    repository.write(directory, files, collection)
    click.echo(render(MADE, {"path": directory, "count": len(files)}, language()))


def _answers(given: dict[str, Any], user: str, collection: str) -> Answers:
    return Answers(
        province=given["province"],
        domain=given["domain"],
        host=given["host"] or f"mail.{given['domain']}",
        operator=given["operator"],
        agency=given["name"],
        kind=given["kind"],
        document=given["document"],
        day=given["date"],
        phone=given["phone"],
        key=given["key"] or "",
        regulation=given["regulation"] or "",
        issued=given["regulation_date"],
        title=given["regulation_title"] or "",
        server=given["server"],
        user=user,
        forge=given["forge"],
        organisation=given["org"] or given["domain"].partition(".")[0],
        collection=collection,
    )
