"""Corners of formats that the corpus has no builders for, each by octets of its own."""

from __future__ import annotations

import base64
import io
import random
import struct
import unicodedata
import zlib

import pytest

from danhba_secrecy import scan_file, scan_message
from danhba_secrecy.scan import Scan
from tests.support import compound, papers
from tests.support.papers import attached, docx, zipped

from .corpus import signed

MARKED = docx(["MẬT"])


def told(name: str, octets: bytes) -> str:
    verdict = scan_file(name, octets)
    return verdict.marks[0].level if verdict.marks else verdict.reason or "clean"


def rar5(*headers: bytes) -> bytes:
    blocks = b"".join(struct.pack("<I", zlib.crc32(bytes([len(h)]) + h)) + bytes([len(h)]) + h for h in headers)
    return b"Rar!\x1a\x07\x01\0" + blocks


def test_encrypted_rar_of_today_is_known_by_its_headers() -> None:
    assert told("a.rar", rar5(b"\x04\0\0\0\x0f" + bytes(16))) == "encrypted"
    assert told("a.rar", rar5(b"\1\0\0", b"\2\1\4" + bytes(8) + b"\3\1\0\0")) == "encrypted"
    assert told("a.rar", rar5(b"\1\0\0", b"\2\3\4\0" + bytes(8) + b"\3\5\0\0")) == "broken"
    assert told("a.rar", b"Rar!\x1a\x07\x00" + b"\0\0\x73\x80\0\x0d\0" + bytes(6)) == "encrypted"


def test_signed_files_in_text_and_in_pieces() -> None:
    whole = signed("x\nMẬT\n".encode())
    pem = b"-----BEGIN PKCS7-----\n" + base64.encodebytes(whole) + b"-----END PKCS7-----\n"
    assert told("a.p7m", pem) == told("a.eml", attached("a.p7m", base64.encodebytes(whole))) == "mat"
    piece = "x\nMẬT\n".encode()
    inner = b"\x24\x80" + b"\x04" + bytes([len(piece)]) + piece + b"\0\0"
    data = b"\x06\x09" + bytes.fromhex("2a864886f70d010701") + b"\xa0\x80" + inner + b"\0\0"
    body = b"\2\1\1\x31\0\x30" + bytes([len(data)]) + data
    endless = b"\x30\x80\x06\x09" + bytes.fromhex("2a864886f70d010702") + b"\xa0\x80\x30\x80" + body + bytes(6)
    assert told("a.p7m", endless) == "mat"
    assert told("a.p7m", whole[:40]) == "broken"


def cpio(*members: tuple[str, int, bytes]) -> bytes:
    """An archive of cpio (its portable form of octal digits): names, modes and contents."""
    out = b""
    for number, (name, mode, content) in enumerate((*members, ("TRAILER!!!", 0, b"")), 1):
        fields = (0, number, mode, 0, 0, 1, 0)
        head = "070707" + "".join(f"{field:06o}" for field in fields)
        out += f"{head}{0:011o}{len(name) + 1:06o}{len(content):011o}{name}\0".encode() + content
    return out


def test_archive_of_which_a_file_was_left_out_is_broken_not_clean() -> None:
    """bsdtar leaves out a member of no kind that it knows, says so, and ends as if all were well."""
    harmless = ("a.txt", 0o100644, b"Xin chao\n")
    assert told("a.cpio", cpio(harmless)) == "clean"
    assert told("a.cpio", cpio(harmless, ("b.docx", 0o100644, MARKED))) == "mat"
    assert told("a.cpio", cpio(harmless, ("b.docx", 0o000644, MARKED))) == "broken"


def native(name: bytes, content: bytes) -> bytes:
    head = b"\2\0" + name + b"\0" + b"C:\\a\0" + bytes(4) + struct.pack("<I", 4) + b"tmp\0"
    return struct.pack("<I", 0) + head + struct.pack("<I", len(content)) + content


def test_objects_and_properties_of_compound_files() -> None:
    for name in ("Package", "CONTENTS"):
        assert told("a.bin", compound.compound({name: MARKED})) == "mat"
    assert told("a.bin", compound.compound({"\x01Ole10Native": native(b"a.docx", MARKED)})) == "mat"
    assert told("a.bin", compound.compound({"\x01Ole10Native": struct.pack("<I", 0) + MARKED})) == "mat"
    title = "MẬT".encode("utf-16-le") + b"\0\0"
    values = struct.pack("<IIII", 16 + len(title) + 8, 1, 2, 16) + struct.pack("<II", 31, 4) + title
    summary = struct.pack("<HHI16sI16sI", 0xFFFE, 0, 0, b"", 1, b"", 48) + values
    book = compound.workbook([["x"]])
    assert told("a.xls", compound.compound({"Workbook": book, "\x05SummaryInformation": summary})) in ("mat", "clean")
    assert told("a.xls", compound.compound({"Workbook": book, "\x05SummaryInformation": b"x" * 10})) == "clean"


def xlsb(number: int, record: bytes) -> bytes:
    head = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    octets = head + bytes([len(record)]) + record
    return zipped({"[Content_Types].xml": papers.TYPES, "xl/sharedStrings.bin": octets, "xl/styles.bin": b"x"})


def test_binary_workbooks() -> None:
    wide = struct.pack("<I", 3) + "MẬT".encode("utf-16-le")
    assert told("a.xlsb", xlsb(19, b"\0" + wide)) == told("a.xlsb", xlsb(156, bytes(8) + wide)) == "mat"
    assert told("a.xlsb", xlsb(19, b"\0" + wide)[:-60]) == "broken"


def test_word_of_before_1997() -> None:
    text = b"A\rM\xcbT\rB"
    head = bytearray(512)
    struct.pack_into("<H", head, 0, 0xA5DC)
    struct.pack_into("<II", head, 0x18, 512, 512 + len(text))
    assert told("a.doc", compound.compound({"WordDocument": bytes(head) + text})) == "mat"
    struct.pack_into("<II", head, 0x18, 9, 3)
    assert told("a.doc", compound.compound({"WordDocument": bytes(head) + text})) == "broken"


def test_rich_text_that_outlook_compresses() -> None:
    text = b"{\\rtf1 x\\par M\\u7852?T\\par}"
    plain = struct.pack("<IIII", len(text) + 12, len(text), 0x414C454D, 0) + text
    packed = b"".join(b"\0" + text[at : at + 8] for at in range(0, len(text), 8))
    packed = struct.pack("<IIII", len(packed) + 12, len(text), 0x75465A4C, 0) + packed
    for rich in (plain, packed):
        assert told("a.msg", compound.msg("A", "x", extra={"__substg1.0_10090102": rich})) == "mat"
    assert told("a.msg", compound.msg("A", "x", extra={"__substg1.0_10090102": bytes(16)})) == "broken"
    inner = {
        "__substg1.0_3701000D": {"__properties_version1.0": b"", "__substg1.0_1000001F": "MẬT".encode("utf-16-le")}
    }
    assert told("a.msg", compound.msg("A", "x", extra={"__attach_version1.0_#00000000": inner})) == "mat"
    page = "<p>MẬT</p>".encode()
    assert told("a.msg", compound.msg("A", "x", extra={"__substg1.0_10130102": page})) == "mat"


def test_objects_in_rtf_and_files_in_calendars() -> None:
    data = MARKED.hex()
    assert told("a.rtf", papers.rtf(["x"], inner=f"{{\\object{{\\*\\objdata {data}}}}}")) == "mat"
    line = "ATTACH;ENCODING=BASE64;VALUE=BINARY:" + base64.b64encode(MARKED).decode()
    assert told("a.ics", f"BEGIN:VCALENDAR\r\n{line}\r\nEND:VCALENDAR\r\n".encode()) == "mat"
    card = "BEGIN:VCARD\r\nNOTE;ENCODING=QUOTED-PRINTABLE:M=E1=BA=ACT\r\nEND:VCARD\r\n"
    assert told("a.vcf", card.encode()) == "mat"


def test_files_within_a_pdf() -> None:
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(papers.pdf(["x"]))))
    writer.add_attachment("a.docx", MARKED)
    out = io.BytesIO()
    writer.write(out)
    assert told("a.pdf", out.getvalue()) == "mat"


@pytest.mark.parametrize("coding", ["x-uuencode", "uuencode"])
def test_uuencoded_parts_and_rare_kinds(coding: str) -> None:
    body = papers.uuencoded("a", "x\nMẬT\n".encode())
    head = f"From: a@b\nTo: c@d\nContent-Transfer-Encoding: {coding}\n\n"
    assert scan_message((head + body).encode()).verdict == "marked"
    assert scan_message(b"From: a@b\nContent-Type: message/partial; id=1\n\nx").verdict == "unreadable"
    assert scan_message(b"From: a@b\nContent-Transfer-Encoding: x-yenc\n\nx").verdict == "unreadable"


def record(number: int, data: bytes) -> bytes:
    return struct.pack("<HH", number, len(data)) + data


@pytest.mark.parametrize(
    "inner",
    [
        record(0x0204, struct.pack("<HHHH", 0, 0, 0, 3) + b"M\xcbT"),
        record(0x0006, struct.pack("<HH", 0, 0) + bytes(16)) + record(0x0207, struct.pack("<H", 3) + b"M\xcbT"),
        record(0x001C, struct.pack("<HHH", 0, 0, 3) + b"M\xcbT"),
        record(0x100D, b"\0\0\x03M\xcbT"),
        record(0x0014, b"\x05&CM\xcbT"),
        record(0x0085, bytes(6) + b"\x03M\xcbT"),
    ],
)
def test_excel_5(inner: bytes) -> None:
    book = record(0x0809, struct.pack("<HHHH", 0x0500, 5, 0, 0)) + inner + record(0x0A, b"")
    assert told("a.xls", compound.compound({"Book": book})) == "mat"
    assert told("a.xls", compound.compound({"Book": b"\0\0\0\0" + book})) == "broken"


def test_other_corners() -> None:
    session = struct.pack("<HHI", 0, 0x2F14, 0)
    assert told("a.ppt", compound.compound({"PowerPoint Document": session, "Current User": b""})) == "encrypted"
    short = struct.pack("<HHI", 0, 4008, 3) + b"M\xcbT" + struct.pack("<HHI", 0, 1, 0)
    assert told("a.ppt", compound.compound({"PowerPoint Document": short, "Current User": b""})) == "mat"
    flat = (
        "<?xml version='1.0'?><office:document xmlns:office='o' xmlns:text='t'><text:p>A<text:tab/>B<text:line-break/>"
    )
    flat += (
        f"MẬT</text:p><office:binary-data>{base64.b64encode(MARKED).decode()}</office:binary-data></office:document>"
    )
    assert len(scan_file("a.fodt", flat.encode()).marks) == 2
    assert told("a.xml", "<a><b>MẬT</c>".encode()) == "mat"
    assert told("a.html", "<?xml version='1.0'?><html><!-- x --></html>Ậ".encode()) == "clean"
    many = "\n".join(f"<p>{n}</p>" for n in range(50)) + "<a><b x='MẬT'>y</b></a>"
    assert told("a.xml", f"<?xml version='1.0'?><r>{many}</r>".encode()) == "mat"
    broken = compound.compound({"WordDocument": struct.pack("<H", 0xA5EC) + bytes(600), "1Table": b"\1\2\0xx\3"})
    assert told("a.doc", broken) == "broken"
    assert told("a.bin", b"{\\rtf1 a\\bin3 }}}\\~\\_\\{x\\}\\emdash\\plain\\par M\\u7852?T\\par}") == "mat"
    prompt = '<worksheet><dataValidations><dataValidation prompt="MẬT"/></dataValidations></worksheet>'
    book = zipped({"[Content_Types].xml": papers.TYPES, "xl/worksheets/sheet1.xml": prompt})
    assert told("a.xlsx", book) == "mat"
    entity = "<!DOCTYPE a [<!ENTITY m 'MẬT'>]><sst><si><t>&m;</t></si></sst>"
    assert told("a.xlsx", zipped({"[Content_Types].xml": papers.TYPES, "xl/sharedStrings.xml": entity})) == "mat"
    locked = "<m xmlns='m'><encryption-data/></m>"
    assert told("a.odt", zipped({"mimetype": "x", "content.xml": "x", "META-INF/manifest.xml": locked})) == "encrypted"


def test_rare_encodings_of_mail() -> None:
    text = "x\nMẬT\n".encode()
    coded = f"begin-base64 644 a\n{base64.b64encode(text).decode()}\n====\n"
    assert scan_message(papers.mail(f"A\n{coded}")).verdict == "marked"
    line = papers.uuencoded("a", text).splitlines()[1]
    assert scan_message(papers.mail(f"A\nbegin 644 a\n{line}xxx\n`\nend\n")).verdict == "marked"
    body = b"From: a@b\nTo: c@d\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Description: "
    assert scan_message(body + "[MẬT] A\n\nx\n--x--\n".encode()).verdict == "marked"
    named = b"From: a@b\nTo: c@d\nContent-Type: text/plain; name="
    assert scan_message(named + '"[MẬT] a.txt"\n\nx\n'.encode()).verdict == "marked"
    assert scan_message(named + b'"=?utf-8?b?W03huqxUXQ==?="\n\nx\n').verdict == "marked"
    assert scan_message(b"From x\n" + papers.mail("x\r\nM\u1eacT")).verdict == "marked"


@pytest.mark.parametrize(
    "line",
    [
        *("MẬT".encode(form) for form in ("utf-8", "utf-8-sig")),
        unicodedata.normalize("NFD", "MẬT").encode(),
        "MÂ\u0323T".encode("cp1258"),
        "MËT".encode("latin-1"),
        "MAÄT".encode("latin-1"),
        "M\x01Ậ\x01T".encode(),
        "=== М . Ậ . Т ===".encode(),
        "ＭẬＴ".encode(),
        "Độ mật: mật".encode(),
    ],
)
@pytest.mark.parametrize("around", [b"\x07\x01\x02\xff" * 5000, random.Random(1).randbytes(20_000)])
def test_text_in_octets_that_are_no_text_is_read(line: bytes, around: bytes) -> None:
    assert not scan_file("a.bin", b"\x07" + around + around).marks
    assert told("a.bin", b"\x07" + around + b"\n" + line + b"\n" + around) == "mat"


def test_what_says_that_a_word_is_no_mark_is_read_with_it() -> None:
    listed = "\nMẬT\nTỐI MẬT\nTUYỆT MẬT\n".encode()
    assert not scan_file("a.bin", b"\x07" * 5000 + listed + b"\x07" * 5000).marks


def test_of_octets_that_are_no_text_little_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    monkeypatch.setattr(Scan, "text", lambda _scan, _where, text: read.append(text))
    assert told("a.bin", b"\x07" + random.Random(1).randbytes(2**22)) == "clean"
    assert 0 < sum(map(len, read)) < 2**22
