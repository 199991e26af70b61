"""Compound files (MS-CFB) made of streams, for tests that need an old document; and the documents themselves."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from itertools import pairwise

SECTOR, MINI, CUTOFF = 512, 64, 4096
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
Tree = Mapping[str, "bytes | Tree"]


class _Entry:
    def __init__(self, name: str, kind: int) -> None:
        self.name, self.kind, self.child, self.right = name, kind, FREE, FREE
        self.start, self.size = 0, 0


def compound(tree: Tree) -> bytes:
    """A compound file with these streams; a mapping in it is a storage."""
    entries: list[_Entry] = [_Entry("Root Entry", 5)]
    sectors: list[bytes] = []
    fat: list[int] = []
    mini = bytearray()
    mini_fat: list[int] = []

    def chain(data: bytes) -> int:
        start, count = len(sectors), -(-len(data) // SECTOR)
        for index in range(count):
            sectors.append(data[index * SECTOR : (index + 1) * SECTOR].ljust(SECTOR, b"\0"))
            fat.append(start + index + 1 if index < count - 1 else END)
        return start if count else END

    def add(tree: Tree) -> int:
        made = []
        for name, content in sorted(tree.items(), key=lambda item: (len(item[0]), item[0].upper())):
            entry = _Entry(name, 2 if isinstance(content, bytes) else 1)
            made.append(len(entries))
            entries.append(entry)
            if not isinstance(content, bytes):
                entry.child = add(content)
            elif len(content) >= CUTOFF:
                entry.start, entry.size = chain(content), len(content)
            else:
                entry.start, entry.size = len(mini_fat), len(content)
                count = -(-len(content) // MINI)
                mini_fat.extend([*range(entry.start + 1, entry.start + count), END] if count else [])
                mini.extend(content.ljust(count * MINI, b"\0"))
        for left, right in pairwise(made):
            entries[left].right = right
        return made[0] if made else FREE

    entries[0].child = add(tree)
    entries[0].start, entries[0].size = chain(bytes(mini)), len(mini)
    mini_table = chain(
        b"".join(struct.pack("<I", n) for n in mini_fat).ljust(-(-len(mini_fat) // 128) * SECTOR, b"\xff")
    )
    folder = chain(b"".join(map(_written, entries)).ljust(-(-len(entries) // 4) * SECTOR, b"\0"))
    tables = 1
    while (len(fat) + tables) > tables * 128:
        tables += 1
    first = len(sectors)
    fat += [FAT] * tables
    table = b"".join(struct.pack("<I", n) for n in fat).ljust(tables * SECTOR, b"\xff")
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, folder,
        0, CUTOFF,
        mini_table, -(-len(mini_fat) // 128), END, 0,
    )  # fmt: skip
    places = struct.pack("<109I", *range(first, first + tables), *[FREE] * (109 - tables))
    return header + places + b"".join(sectors) + table


def _written(entry: _Entry) -> bytes:
    name = entry.name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16sI8s8sIII", name, len(name), entry.kind, 1, FREE, entry.right, entry.child, b"", 0, b"", b"",
        entry.start,
        entry.size, 0,
    )  # fmt: skip


def doc(
    text: str,
    *,
    wide: bool = True,
    encrypted: bool = False,
    runs: Sequence[tuple[int, int, bytes]] = (),
    paragraphs: Sequence[tuple[int, int, int]] = (),
    styles: Sequence[tuple[int, int, bytes]] = (),
) -> bytes:
    """A document of Word 97 to 2003; `\\r` ends paragraphs, `\\x07` cells.

    Of runs: the first letter, the letter after the last, their properties; of paragraphs their style; of styles the
    kind (1 a paragraph's, 2 of characters), the one that they stand on (0xFFF none), the properties of characters.
    """
    coded = text.encode("utf-16-le") if wide else text.encode("cp1252")
    coded += b"\0" * (-len(coded) % 512)
    head = bytearray(1024)
    struct.pack_into("<H", head, 0, 0xA5EC)
    struct.pack_into("<H", head, 0x0A, 0x0200 | (0x0100 if encrypted else 0))
    place = 1024 if wide else (1024 * 2) | 0x40000000
    width = 2 if wide else 1
    characters = [(first, last, bytes([len(said)]) + said) for first, last, said in runs]
    whole = [(first, last, struct.pack("<BBH", 0, 1, style)) for first, last, style in paragraphs]
    pages = [_page(formats, size, width) for formats, size in ((characters, 1), (whole, 13))]
    number = 2 + len(coded) // 512
    parts = {
        0x01A2: b"\x02" + struct.pack("<I", 16) + struct.pack("<II", 0, len(text)) + struct.pack("<HIH", 0, place, 0),
        0xFA: struct.pack("<III", 1024, 1024 + len(coded), number),
        0x102: struct.pack("<III", 1024, 1024 + len(coded), number + 1),
        0xA2: _sheet(styles) if styles else b"",
    }
    table = b""
    for at, part in parts.items():
        struct.pack_into("<II", head, at, len(table), len(part))
        table += part
    return compound({"WordDocument": bytes(head) + coded + b"".join(pages) + b"\0" * 4096, "1Table": table})


def _page(formats: Sequence[tuple[int, int, bytes]], size: int, width: int) -> bytes:
    """A page of formats of Word: places, where what is said of each lies (in so many octets), and that at the end."""
    page, end = bytearray(512), 510
    page[-1] = len(formats)
    for number, (first, last, said) in enumerate(formats):
        struct.pack_into("<II", page, 4 * number, 1024 + width * first, 1024 + width * last)
        end -= len(said) + len(said) % 2
        page[end : end + len(said)] = said
        page[4 * (len(formats) + 1) + size * number] = end // 2
    return bytes(page)


def _sheet(styles: Sequence[tuple[int, int, bytes]]) -> bytes:
    sheet = struct.pack("<HHHI", 8, len(styles), 10, 0)
    for kind, base, said in styles:
        style = struct.pack("<HHHHH", 0, kind | base << 4, 0, 0, 0) + struct.pack("<HHH", 1, ord("A"), 0)
        if kind == 1:
            style += struct.pack("<HH", 2, 0)
        style += struct.pack("<H", len(said)) + said
        sheet += struct.pack("<H", len(style)) + style
    return sheet


def _record(number: int, data: bytes) -> bytes:
    return struct.pack("<HH", number, len(data)) + data


def _wide(text: str, length: str = "<H") -> bytes:
    return struct.pack(length, len(text)) + b"\x01" + text.encode("utf-16-le")


def workbook(
    rows: list[list[str]],
    *,
    sheet: str = "Sheet1",
    header: str = "",
    box: str = "",
    cut: int = 0,
    encrypted: bool = False,
) -> bytes:
    """The stream of an Excel 97 to 2003 workbook; `cut` octets of the shared strings stand in the first record."""
    strings = [text for row in rows for text in row]
    table = struct.pack("<II", len(strings), len(strings)) + b"".join(map(_wide, strings))
    out = _record(0x0809, struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0))
    if encrypted:
        out += _record(0x2F, b"\x01\0" + b"\0" * 52)
    out += _record(0x85, struct.pack("<IH", 0, 0) + struct.pack("<B", len(sheet)) + b"\x01" + sheet.encode("utf-16-le"))
    out += _record(0xFC, table[:cut]) + _record(0x3C, b"\x01" + table[cut:]) if cut else _strings(strings)
    out += _record(0x0A, b"") + _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0))
    if header:
        out += _record(0x14, _wide(header))
    index = 0
    for number, row in enumerate(rows):
        for column, _text in enumerate(row):
            out += _record(0xFD, struct.pack("<HHHI", number, column, 0, index))
            index += 1
    if box:
        out += _record(0x1B6, b"\0" * 18) + _record(0x3C, b"\x01" + box.encode("utf-16-le")) + _record(0x3C, b"\0" * 16)
    return out + _record(0x0A, b"")


def _strings(strings: list[str]) -> bytes:
    """The shared strings in records of at most 8,224 octets, each with whole strings."""
    pieces = [struct.pack("<II", len(strings), len(strings))]
    for text in map(_wide, strings):
        if len(pieces[-1]) + len(text) > 8224:
            pieces.append(b"")
        pieces[-1] += text
    return b"".join(_record(0x3C if number else 0xFC, piece) for number, piece in enumerate(pieces))


def xls(rows: list[list[str]], *, sheet: str = "Sheet1", header: str = "", box: str = "", cut: int = 0) -> bytes:
    """A workbook of Excel 97 to 2003."""
    return compound({"Workbook": workbook(rows, sheet=sheet, header=header, box=box, cut=cut)})


def ppt(texts: list[str], *, encrypted: bool = False) -> bytes:
    """A presentation of PowerPoint 97 to 2003."""
    atoms = b"".join(struct.pack("<HHI", 0, 4000, 2 * len(text)) + text.encode("utf-16-le") for text in texts)
    slide = struct.pack("<HHI", 0xF, 1006, len(atoms)) + atoms
    token = 0xF3D1C4DF if encrypted else 0xE391C05F
    return compound({"PowerPoint Document": slide, "Current User": struct.pack("<HHIII", 0, 0xFF6, 20, 20, token)})


def msg(subject: str, body: str, files: Mapping[str, bytes] | None = None, *, extra: Tree | None = None) -> bytes:
    """A message of Outlook."""
    tree: dict[str, bytes | Tree] = {
        "__properties_version1.0": b"\0" * 32,
        "__substg1.0_0037001F": subject.encode("utf-16-le"),
        "__substg1.0_1000001F": body.encode("utf-16-le"),
    }
    for number, (name, content) in enumerate((files or {}).items()):
        tree[f"__attach_version1.0_#{number:08X}"] = {
            "__substg1.0_3707001F": name.encode("utf-16-le"),
            "__substg1.0_37010102": content,
        }
    return compound({**tree, **(extra or {})})


def tnef(subject: str, body: str, files: Mapping[str, bytes] | None = None) -> bytes:
    """A winmail.dat."""

    def attribute(level: int, number: int, data: bytes) -> bytes:
        return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)

    def wide(number: int, text: str) -> bytes:
        data = text.encode("utf-16-le") + b"\0\0"
        return struct.pack("<HHII", 0x1F, number, 1, len(data)) + data + b"\0" * (-len(data) % 4)

    out = struct.pack("<IH", 0x223E9F78, 1)
    out += attribute(1, 0x00069003, struct.pack("<I", 2) + wide(0x37, subject) + wide(0x1000, body))
    for name, content in (files or {}).items():
        out += attribute(2, 0x00069002, b"\0" * 14) + attribute(2, 0x0006800F, content)
        out += attribute(2, 0x00069005, struct.pack("<I", 1) + wide(0x3707, name))
    return out
