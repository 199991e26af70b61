"""Checks the other files of a register's repository: git attributes that tamper with the register, a leftover journal.

The check reads the register's bytes from git; people and servers read a clone. Attributes (gitattributes(5)) can make
the two differ, change how files are merged, or make a forge hide the difference of a file from reviewers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from ..messages import mark as _
from ..messages import word
from ..model.findings import Finding, Where
from ..model.place import START, Place
from . import source
from .loader import ATTRIBUTES, JOURNAL
from .source import File

NAME = ".gitattributes"
_BYTES = word(_("what a clone has is not what was checked"))
_HIDDEN = word(_("reviewers see no difference"))
_MERGED = word(_("what merging gives is not what was checked"))
_ARCHIVED = word(_("what an archive has is not what was checked"))
_LINKED = word(_("a link can lead anywhere"))
# By attribute: the harm that it does to the register, and the values with which it does none ("": set without a value,
# "-": unset, "!": unspecified).
_HARMFUL: Mapping[str, tuple[str, frozenset[str]]] = {
    "working-tree-encoding": (_BYTES, frozenset({"", "-", "!", "utf-8", "utf8"})),
    "filter": (_BYTES, frozenset({"-", "!"})),
    "ident": (_BYTES, frozenset({"-", "!"})),
    "eol": (_BYTES, frozenset({"lf", "-", "!"})),
    "crlf": (_BYTES, frozenset({"input", "-", "!"})),
    "binary": (_HIDDEN, frozenset({"-", "!"})),
    "diff": (_HIDDEN, frozenset({"", "!"})),
    "linguist-generated": (_HIDDEN, frozenset({"-", "!", "false"})),
    "gitlab-generated": (_HIDDEN, frozenset({"-", "!", "false"})),
    "merge": (_MERGED, frozenset({"", "!", "text"})),
    "export-subst": (_ARCHIVED, frozenset({"-", "!"})),
    "export-ignore": (_ARCHIVED, frozenset({"-", "!"})),
}
_MACRO = "[attr]"


def check(files: Iterable[File], prefix: str, names: Collection[str]) -> Iterator[Finding]:
    """Yield findings about files of a repository that are not part of its register.

    The `name` of each file is its path from the repository's root. `prefix` is the register's folder (with `/` at its
    end, empty for the root); `names` are the register's files in that folder.
    """
    paths = [prefix + name for name in (*names, source.PROVINCE, f"{source.AGENCIES}/x.yml")]
    for file in files:
        name = PurePosixPath(file.name).name
        if file.name == prefix + source.JOURNAL:
            yield JOURNAL.at(Where(file.path, START), path=file.path)
        elif name == NAME:
            yield from _attributes(file, paths)


def concerns(path: str, prefix: str) -> bool:
    """Return whether `check` examines a file of the repository: a journal, or attributes that reach the register."""
    folder, _slash, name = path.rpartition("/")
    above = f"{folder}/" if folder else ""
    return path == prefix + source.JOURNAL or (name == NAME and (prefix.startswith(above) or above.startswith(prefix)))


def _attributes(file: File, paths: Iterable[str]) -> Iterator[Finding]:
    if file.data is None:
        where = Where(file.path, START)
        yield ATTRIBUTES.at(where, attribute=NAME, pattern="*", does=_LINKED)
        return
    folder = file.name.removesuffix(NAME)
    below = [path.removeprefix(folder).casefold() for path in paths if path.startswith(folder)]
    for number, line in enumerate(file.data.decode("utf-8", "replace").splitlines(), 1):
        pattern, attributes = _split(line)
        if not pattern or not (pattern.startswith(_MACRO) or _reaches(pattern, below)):
            continue
        for attribute in attributes:
            if does := _harm(attribute):
                where = Where(file.path, Place(number, line.index(attribute) + 1))
                yield ATTRIBUTES.at(where, attribute=attribute, pattern=pattern, does=does)


def _split(line: str) -> tuple[str, list[str]]:
    """Return the pattern and the attributes of a line, empty ones for a comment. A pattern with spaces is in quotes."""
    text = line.strip(" \t\ufeff")
    if not text or text.startswith("#"):
        return "", []
    if text.startswith('"'):
        pattern, _quote, rest = text[1:].rpartition('"')
        return f'"{pattern}"', rest.split()
    pattern, *attributes = text.split()
    return pattern, attributes


def _reaches(pattern: str, paths: Iterable[str]) -> bool:
    """Return whether a pattern may match one of the paths; one with quotes, backslashes or brackets is assumed to."""
    if '"' in pattern or "\\" in pattern or "[" in pattern:
        return True
    wanted = pattern.casefold().lstrip("/")
    if "/" not in pattern.strip("/") and not pattern.startswith("/"):
        return any(fnmatchcase(path.rpartition("/")[2], wanted) for path in paths)
    # `**/` also matches no folder at all.
    return any(fnmatchcase(path, each) for path in paths for each in {wanted, wanted.replace("**/", "")})


def _harm(attribute: str) -> str:
    """Return the harm that an attribute does to a register, as it is written in a line; empty where it does none."""
    sign = attribute[0] if attribute[0] in "-!" else ""
    name, is_valued, value = attribute.removeprefix(sign).partition("=")
    does, harmless = _HARMFUL.get(name.casefold(), ("", frozenset()))
    stated = value.casefold() if is_valued else sign
    return "" if stated in harmless else does
