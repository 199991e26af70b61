"""Documents that are XML: Office Open XML (ECMA-376), OpenDocument (ISO 26300) in a ZIP or flat, and their parts."""

from __future__ import annotations

import re
import zipfile
from functools import partial
from typing import Any

from . import marks, markup
from .bounds import Unreadable
from .scan import Scan, Where
from .text import decodings
from .verdict import Why

_PARAGRAPHS = frozenset(("p", "h", "si", "is", "note-citation"))
# Elements whose own text is text that is seen; of others it is only what lies between elements.
_TEXTS = frozenset(("t", "delText", "v", "f", "text"))
_BREAKS = frozenset(("br", "cr", "line-break", "lastRenderedPageBreak"))
_GAPS = frozenset(("tab", "ptab"))
_CELLS = frozenset(("tc", "table-cell", "covered-table-cell"))
_ROWS = frozenset(("tr", "table-row"))
_PROSE = frozenset(
    """title subject keywords description category keyword user-defined lpwstr desc oddHeader
    oddFooter evenHeader evenFooter firstHeader firstFooter contentStatus Manager Company Title Subject Keywords
    Category Description""".split()
)
# What Word, Excel and LibreOffice show that stands in attributes: the text of WordArt, what pictures and boxes are
# said to be, prompts, names of sheets.
_ATTRIBUTES = frozenset(
    "string descr title prompt promptTitle error errorTitle formula string-value display tooltip formatCode".split()
)
_UPPER = ("caps", "Caps", 'cap="all"', 'cap="small"', "uppercase")
_OFF = frozenset(("0", "false", "off", "none"))
# How often a style that stands on another is asked for.
_GENERATIONS = 5
_PARTS = {
    "word/header": "header", "word/footer": "footer", "word/comments": "comments", "word/footnotes": "footnotes",
    "word/endnotes": "endnotes", "ppt/slides/slide": "slide", "ppt/notesSlides/": "notes", "ppt/slideMasters": "master",
    "ppt/slideLayouts": "layout", "ppt/comments": "comments", "xl/comments": "comments", "xl/drawings": "drawing",
    "xl/charts": "chart", "docProps/": "properties", "meta.xml": "properties", "word/document": "", "content.xml": "",
    "styles.xml": "header or footer", "xl/worksheets": "sheet", "xl/threadedComments": "comments",
}  # fmt: skip
_CODES = re.compile(r'&"[^"]*"|&K[0-9A-F]{6}|&\d+|&[BIUSXYEPNDTFAZ]')


def is_document(archive: zipfile.ZipFile) -> bool:
    """Whether a ZIP is a document."""
    names = archive.NameToInfo
    return "[Content_Types].xml" in names or (
        "mimetype" in names and ("content.xml" in names or "META-INF/manifest.xml" in names)
    )


def read(scan: Scan, where: Where, archive: zipfile.ZipFile) -> None:
    """Read each part of a document, also those that no other part names."""
    if _is_locked(scan, archive):
        raise Unreadable(Why.ENCRYPTED)
    shared: list[str] = []
    capital = _styles(scan, archive)
    for entry in sorted(archive.infolist(), key=_later):
        step = (*where, _named(entry.filename))
        scan.attempt(step, partial(_entry, scan, step, archive, entry, shared, capital))


def _is_locked(scan: Scan, archive: zipfile.ZipFile) -> bool:
    """Whether an OpenDocument says that its parts are encrypted (part 2, 4.8)."""
    manifest = archive.NameToInfo.get("META-INF/manifest.xml")
    return manifest is not None and b"encryption-data" in _taken(scan, archive, manifest)


def _styles(scan: Scan, archive: zipfile.ZipFile) -> frozenset[str]:
    """The styles of a whole document that show capitals, those that stand on them too."""
    names = ("word/styles.xml", "styles.xml")
    entry = next((archive.NameToInfo[name] for name in names if name in archive.NameToInfo), None)
    octets = _taken(scan, archive, entry) if entry else b""
    if not any(word.encode() in octets for word in _UPPER):
        return frozenset()
    return frozenset(_capital_styles(markup.tree(octets)))


def _later(entry: zipfile.ZipInfo) -> bool:
    """Whether a part is read behind the strings that the cells of others refer to."""
    return not entry.filename.endswith(("sharedStrings.xml", "workbook.xml"))


def _taken(scan: Scan, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    from .archives import content

    octets = b"" if entry.is_dir() else content(scan, archive, entry)
    scan.budget.take(len(octets))
    return octets


def _named(name: str) -> str:
    """How people call a part."""
    for begin, said in _PARTS.items():
        if name.startswith(begin):
            number = re.search(r"(\d+)\.xml$", name)
            return f"{said} {number[1]}" if number and said in ("slide", "sheet", "notes") else said
    return name.rpartition("/")[2]


def _entry(  # noqa: PLR0913, PLR0917 - what one document has
    scan: Scan,
    where: Where,
    archive: zipfile.ZipFile,
    entry: zipfile.ZipInfo,
    shared: list[str],
    capital: frozenset[str],
) -> None:
    name, octets = entry.filename, _taken(scan, archive, entry)
    if name.endswith(".rels") or name in ("[Content_Types].xml", "mimetype") or name.startswith("META-INF/"):
        return
    if name.endswith(("xl/workbook.xml", "xl/sharedStrings.xml")) or name.startswith("xl/worksheets/sheet"):
        from . import sheets

        sheets.read_part(scan, where, name, octets, shared)
    elif name.endswith((".xml", ".vml")):
        read_xml(scan, where, octets, capital)
    elif name.endswith(".bin") and name.startswith("xl/") and "/embeddings/" not in name:
        from . import sheets

        sheets.read_binary(scan, where, name, octets)
    elif octets and not name.endswith("vbaProject.bin"):
        scan.name(where, name)
        scan.open(where, octets)


def read_flat(scan: Scan, where: Where, octets: bytes, declared: str = "") -> None:
    """Read XML that stands for itself: a flat OpenDocument, Word's of 2003 and flat one, or any other."""
    head = octets[:4096].replace(b"\0", b"")
    if (
        b"office:document" in head
        or b"wordDocument" in head
        or b"pkg:package" in head
        or b"urn:schemas-microsoft-com:office" in head
    ):
        read_xml(scan, where, octets)
    else:
        markup.read_xml(scan, where, octets, declared)


def read_xml(scan: Scan, where: Where, octets: bytes, capital: frozenset[str] = frozenset()) -> None:
    """Read one part; `capital` are the styles of its document that show capitals."""
    text = decodings(octets, markup.charset(octets))[0]
    caps = (capital or any(word in text for word in _UPPER)) and re.search(
        "(?i)m(?:<[^<>]{0,300}>|\\W){0,40}[âậạ]", text
    ) is not None
    if not caps and "<!DOCTYPE" not in text and "<!ENTITY" not in text and not markup.worth(text):
        return
    found = _Document(scan, capital)
    found.walk(markup.tree(octets))
    scan.text(where, "\n".join(found.lines))
    for piece in found.apart:
        scan.text(where, piece)
    for name in found.names:
        scan.title((*where, "sheet name"), name)
    for inner in found.inner:
        scan.attempt(where, lambda inner=inner: _embedded(scan, where, inner))  # type: ignore[misc]


def _embedded(scan: Scan, where: Where, coded: str) -> None:
    from .message import unbase64

    scan.open((*where, "embedded"), unbase64(coded.encode("ascii", "ignore")))


class _Document:
    """The lines of a part: a paragraph each, or a row of a table with its cells.

    Paragraphs lie within paragraphs (a box of text is anchored in one), and tables in cells, so each is put together
    apart and told when it ends.
    """

    def __init__(self, scan: Scan, capital: frozenset[str]) -> None:
        self.lines: list[str] = []
        self.apart: list[str] = []
        self.names: list[str] = []
        self.inner: list[str] = []
        self._scan = scan
        self._open: list[list[str]] = []
        self._cells: list[list[str]] = []
        self._rows: list[list[str]] = []
        # Of each run and paragraph that is open: whether it shows capitals, where it says so.
        self._caps: list[bool | None] = []
        self._capital_styles = set(capital)

    def walk(self, root: Any) -> None:
        """Take in a tree."""
        from lxml import etree

        self._capital_styles.update(_capital_styles(root))
        for count, (event, node) in enumerate(etree.iterwalk(root, events=("start", "end"))):
            if not count % 1000:
                self._scan.budget.time()
            tag = node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
            (self._start if event == "start" else self._end)(tag, node)

    def _start(self, tag: str, node: Any) -> None:
        self._attributes(tag, node)
        if tag in _PARAGRAPHS:
            self._open.append([])
        elif tag in _CELLS:
            self._cells.append([])
        elif tag in _ROWS:
            self._rows.append([])
        if tag in ("r", "span", "p", "h"):
            self._caps.append(_is_capitals(tag, node, self._capital_styles))
        if node.text and (tag in _TEXTS or tag in _PARAGRAPHS or tag in ("span", "a")):
            self._say(node.text)

    def _end(self, tag: str, node: Any) -> None:
        if tag in ("r", "span", "p", "h") and self._caps:
            self._caps.pop()
        if tag in _PARAGRAPHS and self._open:
            self._tell("".join(self._open.pop()))
        elif tag in _CELLS and self._cells:
            cell = marks.INNER.join(self._cells.pop())
            (self._rows[-1] if self._rows else self.lines).append(cell)
        elif tag in _ROWS and self._rows:
            self._tell(marks.CELL.join(self._rows.pop()))
        else:
            self._middle(tag, node)
        if node.tail and self._open and not node.tail.isspace():
            self._say(node.tail)

    def _middle(self, tag: str, node: Any) -> None:
        if tag in _BREAKS:
            self._say(marks.INNER)
        elif tag in _GAPS:
            self._say("    ")
        elif tag == "s":
            self._say(
                " " * min(40, int(_attribute(node, "c") or 1) if (_attribute(node, "c") or "1").isdecimal() else 1)
            )
        elif tag in _PROSE and node.text:
            self.apart += [_CODES.sub("", piece) for piece in re.split("&[LCR]", "".join(node.itertext()))]
        elif tag in ("binData", "binaryData", "binary-data") and node.text:
            self.inner.append(node.text)
        elif tag in ("v", "t", "text") and not self._open and node.text:
            self.lines.append(node.text)

    def _say(self, text: str) -> None:
        if self._open:
            said = [caps for caps in self._caps[-2:] if caps is not None]
            self._open[-1].append(text.upper() if said and said[-1] else text)

    def _tell(self, line: str) -> None:
        """A paragraph or row that has ended: it belongs to the cell around it, or is a line."""
        if self._cells:
            self._cells[-1].append(line.replace(marks.CELL, marks.INNER))
        elif marks.INNER in line and marks.CELL not in line:
            self.lines += line.split(marks.INNER)
        else:
            self.lines.append(line)

    def _attributes(self, tag: str, node: Any) -> None:
        if tag == "table":
            self.names.append(_attribute(node, "name"))
        for key, value in node.attrib.items():
            if key.rpartition("}")[2] in _ATTRIBUTES:
                self.apart.append(value)


def _attribute(node: Any, name: str) -> str:
    return next((value for key, value in node.attrib.items() if key.rpartition("}")[2] == name), "")


def _is_capitals(tag: str, node: Any, styles: set[str]) -> bool | None:
    """Whether a run or paragraph shows small letters as capitals; None: it does not say."""
    if tag in ("span", "p", "h") and _attribute(node, "style-name") in styles:
        return True
    for child in node[:2] if tag in ("r", "p") else ():
        name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
        if name in ("rPr", "pPr") and (shown := _shows_capitals(child, styles)) is not None:
            return shown
    return None


def _shows_capitals(properties: Any, styles: set[str]) -> bool | None:
    """What properties say, by themselves or by a style; None: nothing."""
    if properties.get("cap") in ("all", "small"):
        return True
    said: dict[str, bool] = {}
    for child in properties:
        name = child.tag.rpartition("}")[2] if isinstance(child.tag, str) else ""
        if name in ("caps", "smallCaps"):
            said[name] = _attribute(child, "val") not in _OFF
        elif name in ("rStyle", "pStyle") and _attribute(child, "val") in styles:
            said["style"] = True
    if any(said.get(name) for name in ("caps", "smallCaps")):
        return True
    return said.get("caps", said.get("style"))


def _capital_styles(root: Any) -> set[str]:
    """The styles of a document that show capitals, those that stand on them too."""
    found: set[str] = set()
    for node in root.iter("{*}text-properties"):
        capital = _attribute(node, "text-transform") == "uppercase" or _attribute(node, "font-variant") == "small-caps"
        if capital and (style := node.getparent()) is not None:
            found.add(_attribute(style, "name"))
    styles = list(root.iter("{*}style"))
    for _ in range(_GENERATIONS):
        before = len(found)
        for style in styles:
            parents = (_attribute(child, "val") for child in style.iterfind("{*}basedOn"))
            if any(_shows_capitals(run, found) for run in style.iterfind("{*}rPr")) or not found.isdisjoint(parents):
                found.add(_attribute(style, "styleId"))
            if _attribute(style, "parent-style-name") in found:
                found.add(_attribute(style, "name"))
        if len(found) == before:
            break
    return found - {""}
