"""Who owns which file, as the forges read it (CODEOWNERS): an agency's file is its own and the operator's.

All else (the province's file, the code, the workflows, this list) is the operator's alone, and so is the file of an
agency that is closed or has its closing written down: nothing is added to it any more, and what changes it corrects
history. Its successors have files of their own, and no business in the old one. An agency that is new here has no line
yet and is the operator's until the list is made again: what is missing never opens a file to more people.
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
    """A file of the register below the repository's root, with the team that owns it beside the operator."""

    path: str
    team: str


Lines = Iterator[str]
# What means itself in the patterns of every forge; each has its own way with spaces, and with brackets.
_FOLDER = re.compile(r"(?!(.*/)?\.\.(/|$))[\w./-]*")
_MADE = "# Được sinh ra, đừng sửa tay / Generated, do not edit: danhba codeowners --format {form}"


def owned(register: Register, organisation: str, folder: str) -> list[Owned]:
    """The files of the agencies that own theirs, in order; `folder` is the register's, from the repository's root.

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
    """The operator's team."""
    return _team(organisation, register.province.operator)


def _team(organisation: str, code: str) -> str:
    return f"@{organisation}/{code}"


def _last_line(files: list[Owned], operator: str) -> Lines:
    """GitHub: the last line that matches a file decides; any one of its owners may approve."""
    yield f"* {operator}"
    for file in files:
        yield f"/{file.path} {file.team} {operator}"


def _sections(files: list[Owned], operator: str) -> Lines:
    """GitLab: each section demands an approval of its own: the operator's for everything, the agency's for its file."""
    yield "[Cơ quan vận hành]"
    yield f"* {operator}"
    yield ""
    yield "[Cơ quan]"
    for file in files:
        yield f"/{file.path} {file.team}"


def _every_line(files: list[Owned], operator: str) -> Lines:
    """Forgejo: regular expressions over whole paths; the owners by every line that matches are asked for a review."""
    yield f".* {operator}"
    for file in files:
        yield f"{file.path.replace('.', '[.]')} {file.team}"


# How a forge reads its list (`Forge.owners`) -> the lines that say it so.
FORMS: dict[str, Callable[[list[Owned], str], Lines]] = {
    "last_line": _last_line,
    "sections": _sections,
    "every_line": _every_line,
}


def text(form: str, register: Register, organisation: str, folder: str) -> str:
    """The whole file for the forge of this name."""
    lines = FORMS[FORGES[form].owners](owned(register, organisation, folder), operator(register, organisation))
    return "\n".join([_MADE.format(form=form), *lines]) + "\n"
