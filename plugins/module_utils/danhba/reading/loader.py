"""Reads a file of a register into the province or an agency, with findings about its encoding, characters and YAML."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import PurePosixPath

from ..messages import mark as _
from ..messages import word
from ..model.findings import FILE_LIMIT, KIND_LIMIT, Enough, Finding, Gathered, Where, rule
from ..model.personal import comments, national_number
from ..model.place import START, place_of
from ..model.register import Agency, Province
from ..vietnamese import legacy
from ..vietnamese.names import LOOKALIKES, describe
from . import schema, source, tree

UNREADABLE = rule(
    "file-unreadable",
    "R5",
    _("this is a link, a directory, or larger than {most} MiB or {values} values; a register has plain files"),
)
NAME = rule("file-name", "R4.1", _("a file here is named <tendonvi>.yml, with a tendonvi such as snv; rename it"))
ENCODING = rule("file-encoding", "R7.3", _("byte {byte} is not UTF-8; save the file as UTF-8 (TCVN 6909:2001)"))
LEGACY_FILE = rule(
    "file-legacy",
    "R7.3",
    _("the file is in {encoding}, not in UTF-8 (TCVN 6909:2001); open it as {encoding} and save it as UTF-8"),
)
LEGACY = rule(
    "unicode-legacy",
    "R7.3",
    _("this is {encoding} in the guise of Unicode and means '{meant}' (TCVN 6909:2001); type it anew in Unicode"),
)
LINES = rule("file-lines", "R7.3", _("lines end in CR; save the file with LF line ends"))
NFC = rule("unicode-nfc", "R7.3", _("'{word}' is not in composed Unicode (NFC), because of {character}; type it anew"))
INVISIBLE = rule("unicode-invisible", "R7.3", _("there is an invisible character here: {character}; delete it"))
LOOKALIKE = rule("unicode-lookalike", "R7.3", _("{character} only looks like {meant}; type {meant}"))
CONFLICT = rule(
    "file-conflict",
    "R5",
    _("here git left a conflict ({mark}); keep both parts, your own entries last, and delete the lines that mark it"),
)
ATTRIBUTES = rule(
    "file-attributes",
    "R5",
    _(
        "{attribute} for {pattern} makes git change, hide or merge otherwise the register's files ({does}); take this "
        "line out, and leave what git does with the register as it is"
    ),
)
JOURNAL = rule(
    "file-journal",
    "R5",
    _(
        "this is what a change that was cut off leaves behind: in every clone every command would stop, or take files "
        "from it; take it out: git rm --cached {path}"
    ),
)
# The error messages of libyaml that typing mistakes cause, marked so that the catalogue translates them.
for _detail in (
    _("did not find expected key"),
    _("did not find expected '-' indicator"),
    _("did not find expected node content"),
    _("did not find expected whitespace or line break"),
    _("did not find expected comment or line break"),
    _("did not find expected <document start>"),
    _("could not find expected ':'"),
    _("mapping values are not allowed in this context"),
    _("block sequence entries are not allowed in this context"),
    _("found character that cannot start any token"),
    _("found a tab character that violates indentation"),
    _("found a tab character where an indentation space is expected"),
    _("found unexpected end of stream"),
    _("found unexpected document indicator"),
    _("found unknown escape character"),
    _("control characters are not allowed"),
):
    word(_detail)
# Messages of libyaml with braces or brackets, which a template would take for fields, in our own words.
_IN_WORDS = {
    "did not find expected ',' or '}'": word(_("a comma or the closing brace is missing")),
    "did not find expected ',' or ']'": word(_("a comma or the closing bracket is missing")),
}

SYNTAX = rule("yaml-syntax", "R5", _("this is not YAML: {detail}; correct this line or the one before it"))
DEPTH = rule("yaml-depth", "R5", _("values are nested too deeply here; a register has a few levels"))
ANCHOR = rule("yaml-anchor", "R5", _("anchors and aliases ({name}) are not used in a register; write the value out"))
ESCAPE = rule("yaml-escape", "R7.3", _("escapes ({name}) are not used in a register; type the character itself"))
TAG = rule("yaml-tag", "R5", _("tags ({name}) are not used in a register; delete it"))
KEY = rule("yaml-key", "R5", _("a key is plain text, no list or mapping; write it anew"))
TWICE = rule("yaml-twice", "R5", _("the key '{name}' stands here a second time; only one can hold"))
DIRECTIVE = rule("yaml-directive", "R5", _("directives ({name}) are not used in a register; delete this line"))
DOCUMENTS = rule("yaml-documents", "R5", _("a second YAML document begins here; a file holds one"))
MANY = rule("file-findings", "R5", _("the file has more than {most} findings; correct those shown, then check again"))
BLANK = rule("file-empty", "R5", _("the file holds nothing; restore it from git: an agency is closed, never emptied"))
NO_PROVINCE = rule("province-missing", "R5", _("the register has no province.yml; restore it from git"))
CODE = rule("agency-code", "R4.1", _("the file is named {file} but says agency: {code}; the two are the same for ever"))

NATIONAL = rule(
    "text-national",
    "R5",
    _(
        "{number} looks like a national identity number, which is never in a register: what is merged stays in git for "
        "ever; delete it, also from a comment"
    ),
)

_YAML = {
    "depth": DEPTH,
    "anchor": ANCHOR,
    "escape": ESCAPE,
    "tag": TAG,
    "directive": DIRECTIVE,
    "key": KEY,
    "twice": TWICE,
    "documents": DOCUMENTS,
}
_INVISIBLE = re.compile(
    "[\u0085\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_MARKS = ("<<<<<<<", ">>>>>>>", "=======")
_CONFLICT = re.compile(r"^(?:<{7}|>{7})(?= )|^={7}$", re.M)
_LOOKALIKE = re.compile("[" + "".join(LOOKALIKES) + "]")
_LONGEST_WORD = 200
_FILE = re.compile(r"[a-z][a-z0-9]{0,31}\.yml")


def province(files: Iterable[source.File]) -> tuple[Province | None, list[Finding]]:
    """Return the province of a register with the findings in its file; None where the file is missing or unusable."""
    findings = Gathered()
    for file in files:
        if file.name == source.PROVINCE:
            try:
                node = read(file, "province", findings)
                reader = schema.Reader(file.path, "province", findings)
                return (schema.province(reader, node) if node is not None else None), findings
            except Enough:
                return None, [*findings, too_many(file)]
    return None, [NO_PROVINCE.at(Where(source.PROVINCE, START, "province"))]


def too_many(file: source.File) -> Finding:
    """Return the finding that a file has more findings than are shown (`FILE_LIMIT`)."""
    return MANY.at(Where(file.path, START, file.stem), most=FILE_LIMIT)


def agency(file: source.File, findings: list[Finding]) -> Agency | None:
    """Return the agency of a file, None where the file is unusable; append its findings to `findings`."""
    name = PurePosixPath(file.name)
    if not _FILE.fullmatch(name.name) or len(name.parts) != 2:
        findings.append(NAME.at(Where(file.path, START, name.name)))
        return None
    node = read(file, file.stem, findings)
    if node is None:
        return None
    found = schema.agency(schema.Reader(file.path, file.stem, findings), node)
    if found and found.code != file.stem:
        findings.append(CODE.at(found.where("agency"), file=name.name, code=found.code))
        return None
    return found


def read(file: source.File, subject: str, findings: list[Finding]) -> tree.Node | None:
    """Return the YAML tree of a file, None where it cannot be read or is empty; append its findings to `findings`.

    `subject` names the object of these findings: the agency's code, or `province`.
    """
    text = _text(file, subject, findings)
    if text is None:
        return None
    if any(mark in text for mark in _MARKS) and (conflict := _CONFLICT.search(text)):
        place = place_of(text, conflict.start())
        findings.append(CONFLICT.at(Where(file.path, place, subject), mark=conflict[0]))
        return None
    node, problems = tree.parse(text)
    for problem in problems:
        where = Where(file.path, problem.place, subject)
        if problem.kind == "syntax":
            findings.append(SYNTAX.at(where, detail=_IN_WORDS.get(problem.detail, problem.detail)))
        elif problem.kind == "size":
            findings.append(_unreadable(where))
        else:
            findings.append(_YAML[problem.kind].at(where, name=problem.detail))
    if not problems and (node is None or (isinstance(node, tree.Text) and not node.value)):
        findings.append(BLANK.at(Where(file.path, START, subject)))
        return None
    return node


def _text(file: source.File, subject: str, findings: list[Finding]) -> str | None:
    if file.data is None:
        findings.append(_unreadable(Where(file.path, START, subject)))
        return None
    try:
        text = file.data.decode()
    except UnicodeDecodeError as error:
        before = file.data[: error.start].decode()
        where = Where(file.path, place_of(before, len(before)), subject)
        if encoding := legacy.recognise_bytes(file.data):
            findings.append(LEGACY_FILE.at(where, encoding=encoding))
        else:
            findings.append(ENCODING.at(where, byte=f"0x{file.data[error.start]:02X}"))
        return None
    findings.extend(islice(_in_comments(text, file.path, subject), KIND_LIMIT))
    if text.isascii() and "\r" not in text:
        return text
    findings.extend(_characters(text, file.path, subject))
    return text


def _in_comments(text: str, path: str, subject: str) -> Iterator[Finding]:
    """Yield findings of national identity numbers in comments; the rules check those in values."""
    for offset, comment in comments(text):
        if number := national_number(comment):
            yield NATIONAL.at(Where(path, place_of(text, offset + comment.index(number)), subject), number=number)


def _unreadable(where: Where) -> Finding:
    return UNREADABLE.at(where, most=source.LARGEST // 1024**2, values=tree.MOST_VALUES)


def _characters(text: str, path: str, subject: str) -> Iterator[Finding]:
    """Yield violations of R7.3 (TCVN 6909:2001, in composed form), at most `KIND_LIMIT` of each kind."""
    if "\r" in text:
        yield LINES.at(Where(path, place_of(text, text.index("\r")), subject))
    # The distinct non-ASCII characters of the text: searching these few first saves most searches of the whole text.
    used = "".join(set("".join(legacy.beyond_ascii(text))))
    for match in islice(_INVISIBLE.finditer(text), KIND_LIMIT) if _INVISIBLE.search(used) else ():
        yield INVISIBLE.at(Where(path, place_of(text, match.start()), subject), character=describe(match[0]))
    for match in islice(_LOOKALIKE.finditer(text), KIND_LIMIT) if _LOOKALIKE.search(used) else ():
        where = Where(path, place_of(text, match.start()), subject)
        yield LOOKALIKE.at(where, character=describe(match[0]), meant=describe(LOOKALIKES[match[0]]))
    for offset, found in islice(legacy.find(text), KIND_LIMIT):
        yield LEGACY.at(Where(path, place_of(text, offset), subject), encoding=found.name, meant=found.text.strip())
    if not unicodedata.is_normalized("NFC", text):
        yield from islice(_uncomposed(text, path, subject), KIND_LIMIT)


def _uncomposed(text: str, path: str, subject: str) -> Iterator[Finding]:
    for match in re.finditer(r"\S+", text):
        word = match[0]
        if not unicodedata.is_normalized("NFC", word):
            offset = next((i for i, c in enumerate(word) if unicodedata.combining(c)), 0)
            where = Where(path, place_of(text, match.start() + offset), subject)
            # Normalising a word of combining marks alone takes time in the square of its length, so it is cut.
            composed = unicodedata.normalize("NFC", word[:_LONGEST_WORD])
            yield NFC.at(where, word=composed, character=describe(word[offset]))
