"""The secrecy scanner by format, in MB/s of one core, beside programs that only take the text out."""

from __future__ import annotations

import io
import math
import os
import random
import resource
import subprocess
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from danhba_secrecy import scan_file
from tests.support import compound, papers

WORDS = """thực hiện công văn của Ủy ban nhân dân tỉnh về việc tăng cường bảo mật thông tin CẬP NHẬT dữ liệu
    Luật Nghị định""".split()
# What is asked for, in milliseconds of a processor with the programs that are started.
ASKED = {"mail, 10 kB": 2, "DOCX, 200 kB": 15, "PDF, 10 pages": 100}


@dataclass(frozen=True)
class Row:
    """A format: octets, milliseconds of processor time a file, and the same of the alternative."""

    name: str
    octets: int
    milliseconds: float
    beside: str
    beside_milliseconds: float


def run(console: Console, _folder: Path, times: int) -> dict[str, Any]:
    """Measure and show; the figures as data."""
    rows = [_row(name, octets, file, beside, times) for name, (file, octets, beside) in _files().items()]
    console.print(_table(rows))
    for row in rows:
        if (asked := ASKED.get(row.name)) and row.milliseconds > asked:
            console.print(f"[red]{row.name}: {row.milliseconds:.1f} ms, asked for {asked}")
    return {"rows": [asdict(row) for row in rows]}


def _files() -> dict[str, tuple[str, bytes, str]]:
    chance = random.Random(12)

    def lines(count: int) -> list[str]:
        return [" ".join(chance.choices(WORDS, k=60)) + f" {chance.random()}" for _ in range(count)]

    picture = {"word/media/a.png": b"\x89PNG\r\n\x1a\n" + os.urandom(60_000)}
    return {
        "mail, 10 kB": ("a.eml", papers.mail("\r\n".join(lines(25))), "email"),
        "HTML mail": ("a.eml", papers.mail(papers.html(lines(25)).decode(), kind="html", encoding="base64"), "email"),
        "DOCX, 200 kB": ("a.docx", papers.docx(lines(1500), parts=picture), "lxml"),
        "XLSX": ("a.xlsx", papers.xlsx([line.split()[:20] for line in lines(1000)]), "lxml"),
        "ODT": ("a.odt", papers.odt(lines(1500)), "lxml"),
        "PDF, 10 pages": ("a.pdf", pages(lines(500)), "pdftotext"),
        "RTF": ("a.rtf", papers.rtf(lines(200)), ""),
        "DOC": ("a.doc", compound.doc("\r".join(lines(300))), ""),
        "XLS": ("a.xls", compound.xls([line.split()[:20] for line in lines(500)]), ""),
        "ZIP of 50 texts": ("a.zip", papers.zipped({f"{n}.txt": "\n".join(lines(5)) for n in range(50)}), ""),
    }


def pages(lines: Sequence[str], picture: bytes = b"") -> bytes:
    """A PDF of as many pages as the lines need; of the octets of a picture each three are a dot."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    page = Canvas(out)
    for number, line in enumerate(lines):
        if number % 50 == 0:
            if number:
                page.showPage()
            page.setFont(papers.font(), 10)
        page.drawString(40, 800 - 15 * (number % 50), line[:110])
    if side := math.isqrt(len(picture) // 3):
        dots = Image.frombytes("RGB", (side, side), picture[: 3 * side * side])
        page.drawImage(ImageReader(dots), 400, 40, 100, 100)
    page.save()
    return out.getvalue()


def _by_email(octets: bytes) -> None:
    import email
    import email.policy

    message = email.message_from_bytes(octets, policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    assert body is not None
    body.get_content()


def _by_lxml(octets: bytes) -> None:
    from lxml import etree

    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                "".join(etree.fromstring(archive.read(name)).itertext())


def _by_pdftotext(octets: bytes) -> None:
    subprocess.run(["pdftotext", "-q", "-", "-"], input=octets, capture_output=True, check=True)


ALTERNATIVES: dict[str, Callable[[bytes], None]] = {
    "email": _by_email, "lxml": _by_lxml, "pdftotext": _by_pdftotext, "": lambda _octets: None
}  # fmt: skip


def _row(name: str, octets: bytes, file: str, beside: str, times: int) -> Row:
    verdict = scan_file(file, octets)
    assert verdict.verdict == "clean", (name, verdict)
    mine = _each(lambda: scan_file(file, octets), times)
    return Row(name, len(octets), mine, beside, _each(lambda: ALTERNATIVES[beside](octets), times))


def _each(work: Callable[[], object], times: int) -> float:
    """Milliseconds of processor time a turn, those of processes that it starts among them."""
    work()
    before = _processor()
    for _ in range(times):
        work()
    return (_processor() - before) * 1000 / times


def _processor() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _table(rows: list[Row]) -> Table:
    table = Table(title="secrecy scanner, one core, warm")
    for heading in ("content", "kB", "ms", "MB/s", "beside", "ms", "times"):
        table.add_column(heading, justify="left" if heading in ("content", "beside") else "right")
    for row in rows:
        rate = row.octets / row.milliseconds / 1000
        times = f"{row.milliseconds / row.beside_milliseconds:.1f}" if row.beside else ""
        beside = f"{row.beside_milliseconds:.1f}" if row.beside else ""
        table.add_row(
            row.name, f"{row.octets / 1000:.0f}", f"{row.milliseconds:.1f}", f"{rate:.1f}", row.beside, beside, times
        )
    return table
