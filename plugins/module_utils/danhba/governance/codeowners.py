"""CODEOWNERS for each forge: an agency's file belongs to the agency and the operator.

All else (the province's file, code, workflows, this list) belongs to the operator alone. So does the file of an agency
whose closing is entered: only corrections of history can change it, and its successors have files of their own. A new
agency has no line until the list is made again: a missing line never opens a file to more people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..messages import mark as _
from ..model.register import Register
from ..reading.source import Unusable
from .forges import FORGES


@dataclass(frozen=True, slots=True)
class Owned:
    """A file of the register, from the repository's root, with the team that owns it beside the operator."""

    path: str
    team: str


Lines = Iterator[str]
# Characters that every forge's patterns take literally; spaces and brackets differ.
_FOLDER = re.compile(r"(?!(.*/)?\.\.(/|$))[\w./-]*")
_MADE = "# Được sinh ra, đừng sửa tay / Generated, do not edit: danhba codeowners --format {form}"


def owned(register: Register, organisation: str, folder: str) -> list[Owned]:
    """Return the files of agencies that own theirs; `folder` is the register's, from the repository's root.

    Raises:
        Unusable: the folder is outside the repository, or has a name that the lists cannot hold.
    """
    if not _FOLDER.fullmatch(folder):
        raise Unusable(
            _(
                "'{path}' cannot stand in a CODEOWNERS: run it in the repository's root, and let the folder's path "
                "have letters, digits, '.', '_' and '-' only"
            ),
            path=folder,
        )
    return [
        Owned(f"{folder}/agencies/{agency.code}.yml".lstrip("/"), _team(organisation, agency.code))
        for agency in register.agencies.values()
        if agency.closed is None and agency.code != register.province.operator
    ]


def operator(register: Register, organisation: str) -> str:
    """Return the operator's team."""
    return _team(organisation, register.province.operator)


def _team(organisation: str, code: str) -> str:
    return f"@{organisation}/{code}"


def _last_line(files: list[Owned], operator: str) -> Lines:
    """Yield the lines for GitHub: the last matching line decides, and any one of its owners may approve."""
    yield f"* {operator}"
    for file in files:
        yield f"/{file.path} {file.team} {operator}"


def _sections(files: list[Owned], operator: str) -> Lines:
    """Yield the lines for GitLab: each section needs an approval: the operator's for all, the agency's for its file."""
    yield "[Cơ quan vận hành]"
    yield f"* {operator}"
    yield ""
    yield "[Cơ quan]"
    for file in files:
        yield f"/{file.path} {file.team}"


def _every_line(files: list[Owned], operator: str) -> Lines:
    """Yield the lines for Forgejo: regular expressions over paths; owners of all matching lines are asked to review."""
    yield f".* {operator}"
    for file in files:
        yield f"{file.path.replace('.', '[.]')} {file.team}"


# Lines of the list, by the way in which a forge reads it (`Forge.owners`).
FORMS: dict[str, Callable[[list[Owned], str], Lines]] = {
    "last_line": _last_line,
    "sections": _sections,
    "every_line": _every_line,
}


def text(form: str, register: Register, organisation: str, folder: str) -> str:
    """Return the whole file for a forge."""
    lines = FORMS[FORGES[form].owners](owned(register, organisation, folder), operator(register, organisation))
    return "\n".join([_MADE.format(form=form), *lines]) + "\n"
