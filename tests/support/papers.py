"""Documents of every kind that the secrecy scanner reads, made of lines or rows of text."""

from __future__ import annotations

import binascii
import bz2
import gzip
import io
import lzma
import quopri
import struct
import subprocess
import tarfile
import zipfile
import zlib
from base64 import b64encode, encodebytes
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from . import compound

_FONT = Path("/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf")
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    """A ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def mail(
    body: str = "", subject: str = "Báo cáo tuần", *, charset: str = "utf-8", label: str | None = None,
    encoding: str = "8bit",
    kind: str = "plain", raw_subject: bytes = b"",
) -> bytes:  # fmt: skip
    """A mail with a text; `label` is the character set that it says it has."""
    data = body.encode(charset)
    codings: dict[str, Callable[[bytes], bytes]] = {"base64": encodebytes, "quoted-printable": quopri.encodestring}
    coded = codings[encoding](data) if encoding in codings else data
    title = raw_subject or b"=?utf-8?b?" + b64encode(subject.encode()) + b"?="
    head = f"From: a@laocai.gov.vn\r\nTo: b@laocai.gov.vn\r\nMIME-Version: 1.0\r\nContent-Type: text/{kind}"
    head += f"; charset={label or charset}\r\nContent-Transfer-Encoding: {encoding}\r\n"
    return head.encode() + b"Subject: " + title + b"\r\n\r\n" + coded


def attached(name: str, content: bytes, *, kind: str = "application/octet-stream", subject: str = "Báo cáo") -> bytes:
    """A mail with a file."""
    coded = encodebytes(content)
    return (
        b"From: a@laocai.gov.vn\nTo: b@laocai.gov.vn\nMIME-Version: 1.0\nSubject: =?utf-8?b?"
        + b64encode(subject.encode())
        + b"?=\nContent-Type: multipart/mixed; boundary=b1\n\n--b1\nContent-Type: text/plain; charset=utf-8\n\n"
        + "Kính gửi đồng chí\n".encode()
        + f"--b1\nContent-Type: {kind}\nContent-Transfer-Encoding: base64\n".encode()
        + b"Content-Disposition: attachment; filename*=utf-8''"
        + quoted(name)
        + b"\n\n"
        + coded
        + b"--b1--\n"
    )


def quoted(text: str) -> bytes:
    """A value of RFC 2231."""
    return "".join(f"%{byte:02X}" for byte in text.encode()).encode()


def html(lines: Sequence[str]) -> bytes:
    """A page."""
    body = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f"<html><head><meta charset=utf-8></head><body>{body}</body></html>".encode()


def _paragraph(line: str) -> str:
    return f"<w:p><w:r><w:t xml:space='preserve'>{escape(line)}</w:t></w:r></w:p>"


def word_xml(inner: str, root: str = "document") -> str:
    """A part of a Word document."""
    spaces = f'xmlns:w="{W}" xmlns:a="{A}" xmlns:v="urn:schemas-microsoft-com:vml"'
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{root} {spaces}>{inner}</w:{root}>'


def docx(lines: Sequence[str] = (), *, inner: str = "", parts: Mapping[str, bytes | str] | None = None) -> bytes:
    """A Word document of paragraphs, and of what else stands in it."""
    document = word_xml(f"<w:body>{''.join(map(_paragraph, lines))}{inner}</w:body>")
    return zipped({"[Content_Types].xml": TYPES, "word/document.xml": document, **(parts or {})})


def docx_header(lines: Sequence[str]) -> bytes:
    """A Word document with something in its header."""
    header = word_xml("".join(map(_paragraph, lines)), "hdr")
    return docx(["Nội dung"], parts={"word/header1.xml": header})


def docx_box(lines: Sequence[str]) -> bytes:
    """A Word document with a text box within a paragraph."""
    box = f"<w:r><w:txbxContent>{''.join(map(_paragraph, lines))}</w:txbxContent></w:r>"
    return docx([], inner=f"<w:p><w:r><w:t>Trước</w:t></w:r>{box}<w:r><w:t> sau</w:t></w:r></w:p>")


def docx_table(rows: Sequence[Sequence[str]]) -> bytes:
    """A Word document with a table."""
    inner = "".join(f"<w:tr>{''.join(f'<w:tc>{_paragraph(cell)}</w:tc>' for cell in row)}</w:tr>" for row in rows)
    return docx(["Danh sách"], inner=f"<w:tbl>{inner}</w:tbl>")


def docx_runs(pieces: Sequence[str]) -> bytes:
    """A Word document with a paragraph of several runs."""
    runs = "".join(f"<w:r><w:rPr><w:b/></w:rPr><w:t>{piece}</w:t></w:r><w:proofErr w:type='x'/>" for piece in pieces)
    return docx([], inner=f"<w:p>{runs}</w:p>")


def pptx(lines: Sequence[str], *, part: str = "ppt/slides/slide1.xml") -> bytes:
    """A presentation."""
    inner = "".join(f"<a:p><a:r><a:t>{escape(line)}</a:t></a:r></a:p>" for line in lines)
    space = "http://schemas.openxmlformats.org/presentationml/2006/main"
    slide = f'<p:sld xmlns:p="{space}" xmlns:a="{A}"><p:txBody>{inner}</p:txBody></p:sld>'
    return zipped({"[Content_Types].xml": TYPES, "ppt/presentation.xml": "<x/>", part: slide})


def xlsx(rows: Sequence[Sequence[str]], *, sheet: str = "Trang 1", header: str = "", comment: str = "") -> bytes:
    """A workbook, by openpyxl."""
    from openpyxl import Workbook
    from openpyxl.comments import Comment

    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(list(row))
    if header and page.oddHeader is not None:
        page.oddHeader.center.text = header
    if comment:
        page["A1"].comment = Comment(comment, "x")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx_shared(rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook as Excel writes it: cells refer to strings that they share, some of several runs."""
    strings = [text for row in rows for text in row]
    table = "".join(f"<si><r><t>{escape(text[:1])}</t></r><r><t>{escape(text[1:])}</t></r></si>" for text in strings)
    numbers = iter(range(len(strings)))
    cells = "".join(
        f'<row r="{n}">'
        + "".join(f'<c r="{chr(65 + c)}{n}" s="1" t="s"><v>{next(numbers)}</v></c>' for c in range(len(row)))
        + "</row>"
        for n, row in enumerate(rows, 1)
    )
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return zipped(
        {
            "[Content_Types].xml": TYPES,
            "xl/workbook.xml": f'<workbook {space}><sheets><sheet name="Trang 1" sheetId="1"/></sheets></workbook>',
            "xl/worksheets/sheet1.xml": f"<worksheet {space}><sheetData>{cells}</sheetData></worksheet>",
            "xl/sharedStrings.xml": f"<sst {space}>{table}</sst>",
        }
    )


_ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{last}:1.0"'
    for name, last in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("draw", "drawing"),
        ("style", "style"),
        ("fo", "xsl-fo-compatible"),
    )
)


def odf(inner: str, kind: str = "text", *, styles: str = "", automatic: str = "", encrypted: bool = False) -> bytes:
    """An OpenDocument."""
    mime = f"application/vnd.oasis.opendocument.{kind}"
    lock = "<manifest:encryption-data/>" if encrypted else ""
    return zipped(
        {
            "mimetype": mime,
            "META-INF/manifest.xml": f"<manifest:manifest xmlns:manifest='m'>{lock}</manifest:manifest>",
            "content.xml": f"<office:document-content {_ODF}>{automatic}"
            f"<office:body>{inner}</office:body></office:document-content>",
            "styles.xml": f"<office:document-styles {_ODF}>{styles}</office:document-styles>",
        }
    )


def odt(lines: Sequence[str]) -> bytes:
    """A text."""
    return odf("".join(f"<text:p>{escape(line)}</text:p>" for line in lines))


def odt_footer(lines: Sequence[str]) -> bytes:
    """A text with a footer."""
    inner = "".join(f"<text:p>{escape(line)}</text:p>" for line in lines)
    return odf("<text:p>x</text:p>", styles=f"<style:footer>{inner}</style:footer>")


def odt_box(lines: Sequence[str]) -> bytes:
    """A text with a box within a paragraph."""
    inner = "".join(f"<text:p>{escape(line)}</text:p>" for line in lines)
    return odf(f"<text:p>Trước<draw:frame><draw:text-box>{inner}</draw:text-box></draw:frame> sau</text:p>")


def ods(rows: Sequence[Sequence[str]], sheet: str = "Trang 1") -> bytes:
    """A spreadsheet."""
    inner = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{escape(c)}</text:p></table:table-cell>" for c in row)
        + "</table:table-row>"
        for row in rows
    )
    return odf(
        f"<office:spreadsheet><table:table table:name='{escape(sheet)}'>{inner}</table:table></office:spreadsheet>",
        "spreadsheet",
    )


def odp(lines: Sequence[str]) -> bytes:
    """A presentation."""
    inner = "".join(f"<text:p>{escape(line)}</text:p>" for line in lines)
    return odf(
        f"<draw:page><draw:frame><draw:text-box>{inner}</draw:text-box></draw:frame></draw:page>", "presentation"
    )


def fodt(lines: Sequence[str]) -> bytes:
    """A flat text."""
    inner = "".join(f"<text:p>{escape(line)}</text:p>" for line in lines)
    body = f"<office:body>{inner}</office:body>"
    return f"<?xml version='1.0' encoding='UTF-8'?><office:document {_ODF}>{body}</office:document>".encode()


@cache
def font() -> str:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont("Papers", str(_FONT)))
    return "Papers"


def pdf(
    lines: Sequence[str], *, beside: str = "", title: str = "", note: str = "", password: str | None = None,
    owner: bool = False,
    angle: int = 0, field: str = "", compress: int = 1,
) -> bytes:  # fmt: skip
    """A page of text; `beside` stands on the first line's height, far to the right."""
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    lock = (
        StandardEncryption("" if owner else password or "", ownerPassword="o", strength=128)
        if password or owner
        else None
    )
    page = Canvas(out, pageCompression=compress, encrypt=lock)
    page.setFont(font(), 12)
    if angle:
        page.translate(300, 400)
        page.rotate(angle)
        page.translate(-72, -700)
    if title:
        page.setTitle(title)
    for number, line in enumerate(lines):
        page.drawString(72, 750 - 30 * number, line)
    if beside:
        page.drawString(330, 750, beside)
    if note:
        page.textAnnotation(note, (100, 100, 200, 200))
    if field:
        page.acroForm.textfield(name="t", value="x", x=100, y=300, width=100)
    page.save()
    return _filled(out.getvalue(), field) if field else out.getvalue()


def _filled(octets: bytes, value: str) -> bytes:
    """A form with a value that reportlab cannot write."""
    from pypdf import PdfWriter
    from pypdf.generic import NameObject, TextStringObject

    writer = PdfWriter(clone_from=io.BytesIO(octets))
    notes: Any = writer.pages[0]["/Annots"]
    for note in notes:
        note.get_object()[NameObject("/V")] = TextStringObject(value)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def rtf(lines: Sequence[str], *, inner: str = "") -> bytes:
    """A document in Rich Text Format."""
    body = "".join(f"{_rtf(line)}\\par\n" for line in lines)
    fonts = "{\\fonttbl{\\f0\\fcharset0 Times;}{\\f1\\fcharset163 Times;}}"
    return f"{{\\rtf1\\ansi\\ansicpg1252\\uc1{fonts}\\f0 {body}{inner}}}".encode("ascii")


def _rtf(line: str) -> str:
    return "".join(
        c if c.isascii() and c not in "\\{}" else f"\\u{ord(c) - 65536 if ord(c) > 32767 else ord(c)}?" for c in line
    )


def tar(files: Mapping[str, bytes]) -> bytes:
    """A tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def by_bsdtar(files: Mapping[str, bytes], form: str) -> bytes:
    """An archive of a kind that bsdtar writes: 7zip, cpio, iso9660 …"""
    return subprocess.run(
        ["bsdtar", "-c", "-f", "-", "--format", form, "@-"], input=tar(files), stdout=subprocess.PIPE, check=True
    ).stdout


def rar(files: Mapping[str, bytes], *, encrypted: bool = False) -> bytes:
    """A RAR of version 4 that stores its files as they are."""

    def block(body: bytes) -> bytes:
        return struct.pack("<H", zlib.crc32(body) & 0xFFFF) + body

    out = b"Rar!\x1a\x07\x00" + block(struct.pack("<BHH6x", 0x73, 0, 13))
    for name, content in files.items():
        coded = name.encode()
        flags = 0x8000 | (0x04 if encrypted else 0)
        head = struct.pack("<BHH", 0x74, flags, 32 + len(coded))
        head += struct.pack(
            "<IIBIIBBHI", len(content), len(content), 3, zlib.crc32(content), 0, 29, 0x30, len(coded), 0o100644
        )
        out += block(head + coded) + content
    return out + block(struct.pack("<BHH", 0x7B, 0x4000, 7))


def uuencoded(name: str, content: bytes) -> str:
    """A file within a text."""
    lines = "".join(binascii.b2a_uu(content[at : at + 45]).decode() for at in range(0, len(content), 45))
    return f"begin 644 {name}\n{lines}`\nend\n"


def calendar(summary: str, description: str) -> bytes:
    """A meeting."""
    said = description.replace("\n", "\\n")
    lines = (
        "BEGIN:VCALENDAR",
        "BEGIN:VEVENT",
        f"SUMMARY:{summary}",
        f"DESCRIPTION:{said}",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return "".join(f"{line}\r\n" for line in lines).encode()


# Each format as a document of some lines; those of tables have one line a row.
LINES: dict[str, Callable[[Sequence[str]], bytes]] = {
    "a.eml": lambda lines: mail("\r\n".join(lines)),
    "html.eml": lambda lines: mail(html(lines).decode(), kind="html", encoding="quoted-printable"),
    "a.txt": lambda lines: "\n".join(lines).encode(),
    "a.csv": lambda lines: "\n".join(lines).encode(),
    "a.html": html,
    "a.docx": docx,
    "header.docx": docx_header,
    "box.docx": docx_box,
    "table.docx": lambda lines: docx_table([[line, "x"] for line in lines]),
    "a.xlsx": lambda lines: xlsx([[line, "x"] for line in lines]),
    "shared.xlsx": lambda lines: xlsx_shared([[line, "x"] for line in lines]),
    "a.pptx": pptx,
    "a.odt": odt,
    "footer.odt": odt_footer,
    "box.odt": odt_box,
    "a.ods": lambda lines: ods([[line, "x"] for line in lines]),
    "a.odp": odp,
    "a.fodt": fodt,
    "a.pdf": pdf,
    "a.rtf": rtf,
    "a.doc": lambda lines: compound.doc("\r".join(lines) + "\r"),
    "a.xls": lambda lines: compound.xls([[line, "x"] for line in lines]),
    "a.ppt": lambda lines: compound.ppt(["\r".join(lines)]),
    "a.msg": lambda lines: compound.msg("Báo cáo", "\r\n".join(lines)),
    "winmail.dat": lambda lines: compound.tnef("Báo cáo", "\r\n".join(lines)),
    "a.ics": lambda lines: calendar("Họp", "\n".join(lines)),
    "a.zip": lambda lines: zipped({"trong.docx": docx(lines)}),
    "a.tar": lambda lines: tar({"trong.txt": "\n".join(lines).encode()}),
    "a.txt.gz": lambda lines: gzip.compress("\n".join(lines).encode()),
    "a.txt.bz2": lambda lines: bz2.compress("\n".join(lines).encode()),
    "a.txt.xz": lambda lines: lzma.compress("\n".join(lines).encode()),
    "a.7z": lambda lines: by_bsdtar({"trong.docx": docx(lines)}, "7zip"),
    "a.rar": lambda lines: rar({"trong.txt": "\n".join(lines).encode()}),
}
