"""The command `danhba migrated`: it compares `migrated` entries with lists of mailboxes from before the system."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from ..importing import formats
from ..importing.mailboxes import AGREED, Line, Proof, Status, lines, prove
from ..jsontext import pretty
from ..messages import mark as _
from ..messages import translator, visible
from ..reading import source
from ..reading.source import Unusable
from .commit import say
from .common import REFUSED, directory, examine, lang, language, put, table, today, usable
from .lists import HIDDEN

NO_ADDRESSES = _("{path} has no mail address; name a list with one address a line, or with a column of them")
MANY = _("… and {count} more; all of them: --format json")
PROVED = _("{proved} entries of mailboxes that existed before are on the list, and nothing differs")
DIFFERS = _("{proved} entries of mailboxes that existed before are on the list; differences: {differences}")
# Maximum number of differences in the text output.
MOST = 50
_SHOWN = {
    Status.UNLISTED: _("not on the list"),
    Status.NOT_MIGRATED: _("on the list, but the entry is not migrated"),
    Status.MISSING: _("on the list, but nobody's in the register"),
    Status.DUPLICATE: _("twice on the list"),
    Status.OTHER_DOMAIN: _("of another domain"),
    Status.NO_ADDRESS: _("no address in this row"),
}


@click.command("migrated")
@directory
@click.option(
    "--against",
    "paths",
    metavar="LIST.xlsx|.csv|.txt",
    type=click.Path(path_type=Path),
    multiple=True,
    required=True,
    help="Danh sách hộp thư đã có; ghi được nhiều lần / The mailboxes that existed; may be given several times.",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@lang
def migrated_command(directory: Path, paths: tuple[Path, ...], form: str, lang: str | None) -> None:
    """Đối chiếu hộp thư đã có từ trước / Prove the mailboxes that existed before.

    Mỗi mục migrated phải có trong danh sách, mỗi địa chỉ trong danh sách phải là của một mục. Mã thoát 1: có chỗ khác.
    Each migrated entry must be on the list, and each address of the list some entry's. Exit status 1: they differ.
    """
    register, issued = usable(examine(source.from_directory(directory), today()))
    listed = [line for path in paths for line in _read(path, register.province.domain)]
    found = prove(register, issued, listed)
    differences = [proof for proof in found if proof.status not in AGREED]
    if form == "json":
        put([pretty([_data(proof) for proof in found]), "\n"])
    else:
        _tell(differences)
    _sum_up(found)
    sys.exit(REFUSED if differences else 0)


def _read(path: Path, domain: str) -> list[Line]:
    """Read the addresses of one list; raise `Unusable` for a list without any."""
    sheets = formats.read(path)
    for sheet in sheets:
        if sheet.hidden and sheet.rows:
            say(HIDDEN, sheet=sheet.name)
    found = list(lines(str(path), (sheet for sheet in sheets if not sheet.hidden), domain))
    if not found:
        raise Unusable(NO_ADDRESSES, path=path)
    return found


def _tell(differences: Sequence[Proof]) -> None:
    if differences:
        table(_row(proof) for proof in differences[:MOST])
    if len(differences) > MOST:
        say(MANY, count=len(differences) - MOST)


def _row(proof: Proof) -> tuple[str, ...]:
    line = proof.line
    where = visible(f"{line.file}: {line.sheet}!{line.cell}") if line else ""
    whose = " ".join(filter(None, (proof.name, proof.id and f"({proof.agency}/{proof.id})")))
    return proof.address, translator(language())(_SHOWN[proof.status]), whose, where


def _sum_up(found: Sequence[Proof]) -> None:
    counted = Counter(proof.status for proof in found)
    differences = list(_counts(counted))
    say(DIFFERS if differences else PROVED, proved=counted[Status.PROVED], differences=differences)


def _counts(counted: Counter[Status]) -> Iterator[str]:
    shown = translator(language())
    return (f"{shown(text)} {counted[status]}" for status, text in _SHOWN.items() if counted[status])


def _data(proof: Proof) -> dict[str, Any]:
    line = proof.line
    return {
        "address": proof.address,
        "status": proof.status.value,
        "id": proof.id,
        "agency": proof.agency,
        "name": proof.name,
        "file": line.file if line else "",
        "sheet": line.sheet if line else "",
        "cell": line.cell if line else "",
    }
