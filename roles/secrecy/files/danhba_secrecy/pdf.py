"""PDF (ISO 32000): the text of its pages by poppler's pdftotext; what is not on pages by pypdf.

pdftotext is four times as fast as a library in Python, knows where a word stands, and ends by itself where it is told
to. Notes, the fields of forms, the title and files within a PDF it does not tell.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from . import marks, programs
from .bounds import Exhausted, Unreadable
from .scan import Scan, Where
from .verdict import Why

# Words that are as far apart as this, in heights of their letters, stand in columns of their own.
_APART = 1.3
_FRAGMENT = 3
# What parts columns, and how far from each other, in points, lines of one row begin.
_GAP = "   "
_SAME_ROW = 3.0
_BESIDE = (b"/Annot", b"/AcroForm", b"/EmbeddedFile", b"/Info", b"/Metadata", b"/ObjStm", b"/Outlines", b"/Encrypt")
_NOTE_KEYS = ("/Contents", "/T", "/V", "/DV", "/TU", "/RC", "/Subj")
# Of an outline that leads back to itself.
_DEEPEST, _ENTRIES = 6, 5000
_HIDDEN = re.compile(r"<[^>]*>")


def read(scan: Scan, where: Where, octets: bytes, _declared: str = "") -> None:
    """Read a PDF."""
    octets = octets[octets.find(b"%PDF-") :]
    said = programs.run(scan, ["pdftotext", "-q", "-tsv", "-", "-"], octets)
    if said.status == 3 or "ncorrect password" in said.complaint:
        raise Unreadable(Why.ENCRYPTED)
    if said.status != 0:
        raise Unreadable(Why.BROKEN)
    scan.budget.take(len(said.octets))
    for number, page in enumerate(_pages(said.octets.decode("utf-8", "replace")), 1):
        rows = _rows(page)
        scan.text((*where, f"page {number}"), "\n".join(_apart(page, rows)))
        scan.text((*where, f"page {number}"), "\n".join(_GAP.join(line.text for line in row) for row in rows))
        scan.text((*where, f"page {number}"), "\n".join(_aslant(page)))
    if any(name in octets for name in _BESIDE):
        _beside(scan, where, octets)


class _Line(NamedTuple):
    """A line: where it begins from the left and from above, in points, and its text; an empty one between blocks."""

    left: float
    text: str
    top: float = 0.0


def _pages(table: str) -> Iterator[list[_Line]]:
    """The lines of each page: words with what parts them, which are three spaces where they are far apart."""
    lines: list[_Line] = []
    key: tuple[str, ...] = ()
    end = 0.0
    for row in table.splitlines()[1:]:
        cells = row.split("\t", 11)
        if cells[0] == "1" and lines:
            yield lines
            lines, key = [], ()
        if len(cells) < 12 or cells[0] != "5":
            continue
        here = tuple(cells[1:5])
        left, width, height = float(cells[6]), float(cells[8]), float(cells[9])
        if here == key:
            between = _GAP if left - end > _APART * min(height, 40) else " "
            lines[-1] = lines[-1]._replace(text=lines[-1].text + between + cells[11])
        else:
            # Blocks are apart from each other as paragraphs are.
            lines += [_Line(0, "")] * (here[:3] != key[:3]) + [_Line(left, cells[11], float(cells[7]))]
        key, end = here, left + width
    if lines:
        yield lines


def _rows(page: list[_Line]) -> list[list[_Line]]:
    """The lines of a page that stand beside each other, as the cells of a table do, from above."""
    rows: list[list[_Line]] = []
    for line in sorted((line for line in page if line.text), key=lambda line: line.top):
        if rows and line.top - rows[-1][0].top < _SAME_ROW:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row) for row in rows]


def _apart(page: list[_Line], rows: list[list[_Line]]) -> Iterator[str]:
    """The lines in their order; a level alone beside others is left to its row, which tells a name from a stamp."""
    beside = {line for row in rows if len(row) > 1 for line in row}
    before = ""
    for line in page:
        alone = line in beside and marks.is_alone(line.text) and not marks.begun(before)
        yield "" if alone else line.text
        before = line.text or before


def _aslant(page: list[_Line]) -> Iterator[str]:
    """What stands aslant, as a stamp across the page does: pdftotext tells it in fragments, in any order."""
    run: list[_Line] = []
    for line in [*page, _Line(0, "." * 9)]:
        if len(line.text) <= _FRAGMENT:
            run += [line] if any(map(str.isalpha, line.text)) else []
        else:
            if len(run) > 1:
                yield "".join(fragment.text for fragment in sorted(run))
            run = []


def _beside(scan: Scan, where: Where, octets: bytes) -> None:
    """What is not on the pages."""
    import logging

    import pypdf
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        document = pypdf.PdfReader(io.BytesIO(octets), strict=False)
        if document.is_encrypted and not document.decrypt(""):
            raise Unreadable(Why.ENCRYPTED)
        _parts(scan, where, document)
    except (FileNotDecryptedError, DependencyError):
        raise Unreadable(Why.ENCRYPTED) from None
    except PyPdfError:
        # pdftotext has read its pages; who has mended the file so that it can be read, has read what is beside them.
        raise Unreadable(Why.BROKEN) from None


def _parts(scan: Scan, where: Where, document: Any) -> None:
    for key, value in (document.metadata or {}).items():
        if isinstance(value, str) and key != "/Author":  # a name
            scan.title((*where, "title"), value)
    _outline(scan, (*where, "outline"), _resolved(document.trailer["/Root"].get("/Outlines")), 0)
    for number, page in enumerate(document.pages, 1):
        scan.budget.time()
        for note in _resolved(page.get("/Annots")) or ():
            _note(scan, (*where, f"page {number}", "note"), _resolved(note))
    form = _resolved(document.trailer["/Root"].get("/AcroForm"))
    if isinstance(form, dict):
        _fields(scan, (*where, "form"), _resolved(form.get("/Fields")) or (), 0)
    for name, contents in _attachments(document):
        for octets in contents:
            scan.name((*where, name), name)
            scan.attempt((*where, name), lambda name=name, octets=octets: scan.open((*where, name), octets))  # type: ignore[misc]


def _outline(scan: Scan, where: Where, item: Any, depth: int) -> None:
    """The entries of an outline, which are headings."""
    here = _resolved(item.get("/First")) if isinstance(item, dict) and depth < _DEEPEST else None
    for _ in range(_ENTRIES):
        if not isinstance(here, dict):
            return
        scan.budget.time()
        if isinstance(title := _resolved(here.get("/Title")), str):
            scan.text(where, title)
        _outline(scan, where, here, depth + 1)
        here = _resolved(here.get("/Next"))


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _attachments(document: Any) -> Iterator[tuple[str, list[bytes]]]:
    try:
        yield from document.attachments.items()
    except Exhausted:
        raise
    except Exception:  # noqa: BLE001 - a tree of names that is none
        raise Unreadable(Why.BROKEN) from None


def _note(scan: Scan, where: Where, note: Any) -> None:
    if not isinstance(note, dict):
        return
    for key in _NOTE_KEYS:
        value = _resolved(note.get(key))
        if isinstance(value, str):
            scan.text(where, _HIDDEN.sub("\n", value) if key == "/RC" else value.replace("\r", "\n"))
    file = _resolved(note.get("/FS"))
    if isinstance(file, dict) and isinstance(streams := _resolved(file.get("/EF")), dict):
        name = str(file.get("/UF") or file.get("/F") or "file")
        stream = _resolved(streams.get("/F") or streams.get("/UF"))
        scan.name((*where, name), name)
        scan.attempt((*where, name), lambda: scan.open((*where, name), stream.get_data()))


def _fields(scan: Scan, where: Where, fields: Any, depth: int) -> None:
    for field in fields if depth < 10 else ():
        scan.budget.time()
        value = _resolved(field)
        _note(scan, where, value)
        if isinstance(value, dict) and (kids := _resolved(value.get("/Kids"))):
            _fields(scan, where, kids, depth + 1)
