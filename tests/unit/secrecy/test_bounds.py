"""Bombs and hostile files: each ends within its bounds, as unreadable and never as clean; none by an exception."""

from __future__ import annotations

import bz2
import gzip
import io
import shutil
import threading
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from danhba_secrecy import Bounds, Why, scan_file, scan_message
from tests.support import compound, papers
from tests.support.papers import docx, mail, zipped

MIB = 1024**2
SMALL = Bounds(seconds=1, waiting=5, octets=8 * MIB, expanded=16 * MIB, parts=500, depth=8)


def nested(depth: int) -> bytes:
    octets = docx(["MẬT"])
    for _ in range(depth):
        octets = zipped({"a.zip": octets})
    return octets


def nested_mails(depth: int) -> bytes:
    octets = mail("x")
    for _ in range(depth):
        octets = b"From: a@b\nTo: c@d\nContent-Type: message/rfc822\n\n" + octets
    return octets


def nested_parts(depth: int) -> bytes:
    head = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    return b"From: a@b\nTo: c@d\n" + head + b"\nx\n"


def many_files(count: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(count):
            archive.writestr(f"{number}.txt", b"")
    return out.getvalue()


def many_parts(count: int) -> bytes:
    return b"From: a@b\nTo: c@d\nContent-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\na\n" * count + b"--x--\n"


def huge_stream() -> bytes:
    data = zlib.compress(b"BT (x) Tj ET " * (30 * MIB // 13))
    return (
        b"%PDF-1.4\n1 0 obj<</Length "
        + str(len(data)).encode()
        + b"/Filter/FlateDecode>>stream\n"
        + data
        + b"\nendstream endobj\n"
    )


def laughs() -> bytes:
    entities = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10 if n else 'x' * 100}'>" for n in range(12))
    return f"<?xml version='1.0'?><!DOCTYPE a [{entities}]><a>&a11;</a>".encode()


def overlapping() -> bytes:
    """A file in a ZIP that is larger than it says."""
    out = bytearray(zipped({"a.txt": b"x" * (9 * MIB)}))
    place = out.index(b"PK\x01\x02") + 24
    out[place : place + 4] = (100).to_bytes(4, "little")
    return bytes(out)


BOMBS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "archives in archives": ("a.zip", partial(nested, 100)),
    "mails in mails": ("a.eml", partial(nested_mails, 100)),
    "parts in parts": ("a.eml", partial(nested_parts, 3000)),
    "10,000 files": ("a.zip", partial(many_files, 10_000)),
    "a million parts": ("a.eml", partial(many_parts, 1_000_000)),
    "zeros in gzip": ("a.gz", lambda: gzip.compress(bytes(40 * MIB))),
    "zeros in bzip2": ("a.bz2", lambda: bz2.compress(bytes(40 * MIB))),
    "zeros in a ZIP": ("a.zip", lambda: zipped({"a.txt": bytes(40 * MIB)})),
    "ten of what is just small enough": ("a.zip", lambda: zipped({f"{n}.bin": b"\1" * (7 * MIB) for n in range(10)})),
    "gzip in gzip": ("a.gz", lambda: gzip.compress(gzip.compress(gzip.compress(bytes(60 * MIB))))),
    "zeros in a document": ("a.docx", lambda: docx(["x"], parts={"word/header1.xml": bytes(40 * MIB)})),
    "zeros in a 7z": ("a.7z", lambda: papers.by_bsdtar({"a": bytes(40 * MIB)}, "7zip")),
    "a stream of a PDF": ("a.pdf", huge_stream),
    "entities": ("a.xml", laughs),
    "entities in a document": ("a.docx", lambda: docx([], parts={"word/header1.xml": laughs()})),
    "a ZIP that lies": ("a.zip", overlapping),
}


@pytest.mark.clause("R7.1")
@pytest.mark.parametrize("what", BOMBS)
def test_a_bomb_is_unreadable_and_takes_no_more_than_its_bounds(what: str) -> None:
    name, make = BOMBS[what]
    octets = make()
    before = time.process_time()
    verdict = scan_file(name, octets, SMALL)
    assert time.process_time() - before < SMALL.seconds + 2
    assert verdict.verdict == "unreadable", verdict
    assert verdict.obstacles


def test_memory_stays_within_a_few_times_the_largest_content() -> None:
    octets = gzip.compress(bytes(60 * MIB))
    tracemalloc.start()
    scan_file("a.gz", octets, SMALL)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * SMALL.octets


HARD_LINES = {
    "frames": "[" * 290 + "MẬT" + "x",
    "many frames": ("- " * 140 + "MẬTx\n") * 2000,
    "levels": ("MẬT " * 70 + "x\n") * 2000,
    "spaces": "MẬ" + " " * 2_000_000 + "T",
    "letters": "Ậ " * 500_000,
    "labels": "Độ mật: " * 100_000,
    "brackets": "<" * 1_000_000 + "Ậ",
    "quotes": "> " * 500_000 + "MẬT",
    "begins": "begin 644 a\n" * 200_000,
    "one line": "MẬT " * 500_000,
}


@pytest.mark.parametrize("what", HARD_LINES)
@pytest.mark.parametrize("name", ["a.txt", "a.html", "a.eml"])
def test_no_text_takes_long(what: str, name: str) -> None:
    text = HARD_LINES[what]
    octets = mail(text, text[:3000].replace("\n", " ")) if name == "a.eml" else text.encode()
    before = time.process_time()
    scan_file(name, octets, SMALL)
    assert time.process_time() - before < SMALL.seconds + 1


def test_time_ends_a_scan_that_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    from danhba_secrecy import text

    def forever(*_given: object, **_more: object) -> None:
        while True:
            pass

    monkeypatch.setattr(text, "decodings", forever)
    verdict = scan_file("a.txt", b"abc", replace(SMALL, seconds=0.3))
    assert [obstacle.why for obstacle in verdict.obstacles] == [Why.LONG]


def test_time_is_asked_for_in_other_threads_too() -> None:
    verdicts = []
    octets = "\n".join("MẬT x" for _ in range(30_000)).encode()
    files = {f"{n}.txt": octets for n in range(40)}
    small = replace(SMALL, seconds=0.2, expanded=1024 * MIB)
    thread = threading.Thread(target=lambda: verdicts.append(scan_file("a.zip", zipped(files), small)))
    thread.start()
    thread.join()
    assert verdicts[0].obstacles[-1].why is Why.LONG


def test_a_program_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    from danhba_secrecy import programs

    monkeypatch.setattr(shutil, "which", lambda *_, **__: "/bin/sh")
    real = programs._run
    monkeypatch.setattr(
        programs, "_run", lambda scan, _words, *files: real(scan, ["/bin/sh", "-c", "/bin/sleep 60; :"], *files)
    )
    before = time.monotonic()
    verdict = scan_file("a.pdf", papers.pdf(["x"]), replace(SMALL, waiting=0.5))
    assert time.monotonic() - before < 30
    assert verdict.reason == "too-long"


def test_a_program_that_is_missing_leaves_it_unread(monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    for name, octets in (("a.pdf", papers.pdf(["x"])), ("a.rar", papers.rar({"a.txt": b"x"}))):
        assert scan_file(name, octets).reason == "program-missing"


def test_what_is_unreadable_does_not_hide_a_mark() -> None:
    verdict = scan_message(papers.attached("a.zip", zipped({"a.docx": b"PK\3\4xx", "b.docx": docx(["MẬT"])})))
    assert (verdict.verdict, verdict.marks[0].where, verdict.reason) == (
        "marked",
        "a.zip › b.docx",
        "broken: a.zip › a.docx",
    )


def test_a_bound_is_above_nothing() -> None:
    with pytest.raises(ValueError, match="above 0"):
        Bounds(depth=0)


def test_only_so_many_marks_are_told() -> None:
    verdict = scan_file("a.txt", "\n".join(["MẬT"] * 1000 + ["TUYỆT MẬT"]).encode())
    assert len(verdict.marks) == Bounds().marks


def test_a_ring_of_compound_sectors_ends() -> None:
    before = time.process_time()
    octets = bytearray(compound.doc("x\r"))
    table = len(octets) - 512
    for place in range(table, len(octets), 4):
        octets[place : place + 4] = (0).to_bytes(4, "little")
    scan_file("a.doc", bytes(octets), SMALL)
    assert time.process_time() - before < SMALL.seconds
