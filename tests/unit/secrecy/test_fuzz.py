"""Files that are cut or broken in places: no format raises, takes long, or is called clean where a document was cut."""

from __future__ import annotations

import random
import time

import pytest

from danhba_secrecy import Bounds, scan_file, scan_message
from tests.support import papers

BOUNDS = Bounds(seconds=1, waiting=5)
TIMES = 25
# Those that another program reads cost a process each.
DEAR = ("a.pdf", "a.7z", "a.rar")
LINES = ["Kính gửi: Sở Nội vụ", "TỐI MẬT", "Công tác bảo mật"]


@pytest.mark.parametrize("name", papers.LINES)
def test_a_broken_file_is_told_and_never_raises(name: str) -> None:
    whole = papers.LINES[name](LINES)
    chance = random.Random(name)
    before = time.process_time()
    for number in range(TIMES if name not in DEAR else 5):
        octets = bytearray(whole)
        if number % 2:
            del octets[chance.randrange(len(octets)) :]
        else:
            for _ in range(chance.randint(1, 20)):
                octets[chance.randrange(len(octets))] = chance.randrange(256)
        verdict = scan_file(name, bytes(octets), BOUNDS)
        assert verdict.verdict in ("clean", "marked", "unreadable")
    assert time.process_time() - before < 10


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pptx", "a.odt", "a.zip"])
def test_a_document_that_was_cut_is_unreadable(name: str) -> None:
    whole = papers.LINES[name](["Công tác bảo mật"])
    for share in (0.1, 0.5, 0.9):
        assert scan_file(name, whole[: int(len(whole) * share)], BOUNDS).verdict == "unreadable"


def test_noise_of_every_length_is_a_mail_too() -> None:
    chance = random.Random(1)
    for length in range(0, 400, 7):
        scan_message(chance.randbytes(length), BOUNDS)
        scan_message(b"Content-Type: " + chance.randbytes(length) + b"\n\n" + chance.randbytes(length), BOUNDS)
