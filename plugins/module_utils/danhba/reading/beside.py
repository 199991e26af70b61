"""What may not stand beside a register in its repository: what makes git change, hide or merge its files otherwise.

A register is its bytes: the check reads them from git, people and servers from a clone. Attributes of git
(gitattributes(5)) can make these two different, or have a forge show no difference of a file.
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
# What an attribute does to the register, where it is set to anything but one of the values that do nothing.
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
    """What is wrong with files that stand beside a register.

    A file's `name` is its path from the repository's root; `prefix` is the register's folder (`/` at its end, nothing
    for the root), and `names` are the register's files within it.
    """
    paths = [prefix + name for name in (*names, source.PROVINCE, f"{source.AGENCIES}/x.yml")]
    for file in files:
        name = PurePosixPath(file.name).name
        if file.name == prefix + source.JOURNAL:
            yield JOURNAL.at(Where(file.path, START), path=file.path)
        elif name == NAME:
            yield from _attributes(file, paths)


def concerns(path: str, prefix: str) -> bool:
    """Whether a file of the repository is one that `check` looks at."""
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
    """The pattern and the attributes of a line; nothing of a comment. A pattern with spaces stands in quotes."""
    text = line.strip(" \t\ufeff")
    if not text or text.startswith("#"):
        return "", []
    if text.startswith('"'):
        pattern, _quote, rest = text[1:].rpartition('"')
        return f'"{pattern}"', rest.split()
    pattern, *attributes = text.split()
    return pattern, attributes


def _reaches(pattern: str, paths: Iterable[str]) -> bool:
    """Whether a pattern may mean one of the files; one that is not plain is taken to."""
    if '"' in pattern or "\\" in pattern or "[" in pattern:
        return True
    asked = pattern.casefold().lstrip("/")
    if "/" not in pattern.strip("/") and not pattern.startswith("/"):
        return any(fnmatchcase(path.rpartition("/")[2], asked) for path in paths)
    # As `**/` may stand for nothing.
    return any(fnmatchcase(path, each) for path in paths for each in {asked, asked.replace("**/", "")})


def _harm(attribute: str) -> str:
    """What an attribute as it is written does to a register; empty where nothing."""
    sign = attribute[0] if attribute[0] in "-!" else ""
    name, is_valued, value = attribute.removeprefix(sign).partition("=")
    does, harmless = _HARMFUL.get(name.casefold(), ("", frozenset()))
    stated = value.casefold() if is_valued else sign
    return "" if stated in harmless else does
