"""What holds for any text: a stamp is found wherever it stands, and without one nothing is; in every format."""

from __future__ import annotations

import random
import unicodedata
from typing import Literal, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from danhba.vietnamese import legacy
from danhba_secrecy import scan_file, scan_message
from danhba_secrecy.letters import readings
from tests.support import papers

WORDS = """thực hiện công văn của Ủy ban nhân dân tỉnh về việc tăng cường bảo mật thông tin CẬP NHẬT dữ liệu LUẬT Nghị
    định quy định cơ quan đơn vị BÍ MẬT NHÀ NƯỚC mật khẩu MẬT KHẨU mật độ MẬT ĐỘ Mật Nguyễn Thị Mật KHẨN HỎA TỐC nhận
    NHẬN thật THẬT cất mất MẤT tối nay TỐI tuyệt đối TUYỆT ĐỐI ong thân mật chất lượng NHẬT BẢN CHẤT LƯỢNG""".split()
# A line of several words is never a stamp, unless it is one; a mark's first word would begin one on the next line.
LINES = st.lists(st.sampled_from(WORDS), min_size=2, max_size=12).map(lambda words: " ".join(["Về", *words]))
TEXTS = st.lists(LINES, min_size=1, max_size=12)
STAMPS = st.sampled_from([("MẬT", "mat"), ("TỐI MẬT", "toi-mat"), ("TUYỆT MẬT", "tuyet-mat")])
FRAMES = st.sampled_from(["{}", "[{}]", "({})", "*** {} ***", "  {}  ", "- {} -", "{}.", "Độ mật: {}"])
Form = Literal["NFC", "NFD", "NFKC", "NFKD"]
FORMS: st.SearchStrategy[Form] = st.sampled_from(get_args(Form))
QUICK = sorted(name for name in papers.LINES if name not in ("a.7z", "a.pdf", "a.txt.xz"))


@given(TEXTS, FORMS)
@settings(max_examples=60)
def test_a_text_without_a_stamp_is_clean(lines: list[str], form: Form) -> None:
    text = unicodedata.normalize(form, "\r\n".join(f"- {line}." for line in lines))
    assert scan_message(papers.mail(text)).verdict == "clean", text


@given(TEXTS, STAMPS, FRAMES, FORMS, st.integers(0, 12))
@settings(max_examples=100)
def test_a_stamp_is_found_wherever_it_stands(
    lines: list[str], stamp: tuple[str, str], frame: str, form: Form, place: int
) -> None:
    at = min(place, len(lines))
    whole = [*(f"{line}." for line in lines[:at]), "", frame.format(stamp[0]), "", *lines[at:]]
    verdict = scan_message(papers.mail(unicodedata.normalize(form, "\n".join(whole))))
    assert verdict.verdict == "marked", whole
    assert verdict.marks[0].level == stamp[1]


@pytest.mark.parametrize("name", QUICK)
def test_in_every_format(name: str) -> None:
    chance = random.Random(name)
    for number in range(8):
        lines = ["Về " + " ".join(chance.choices(WORDS, k=chance.randint(3, 9))) + "." for _ in range(6)]
        assert scan_file(name, papers.LINES[name](lines)).verdict == "clean", lines
        stamp, level = chance.choice((("MẬT", "mat"), ("TỐI MẬT", "toi-mat"), ("TUYỆT MẬT", "tuyet-mat")))
        form: Form = "NFD" if number % 2 else "NFC"
        marked = [*lines[: number % 6], unicodedata.normalize(form, stamp), *lines[number % 6 :]]
        assert [mark.level for mark in scan_file(name, papers.LINES[name](marked)).marks][:1] == [level], marked


@pytest.mark.parametrize("name", legacy.ENCODINGS)
@pytest.mark.parametrize("text", ["MẬT", "TỐI MẬT", "TUYỆT MẬT"])
def test_old_encodings_are_read_as_the_register_reads_them(name: str, text: str) -> None:
    """By the tables of the register, which this package cannot have on a host."""
    decode = legacy._DECODERS[name]
    octets = _encoded(text, name)
    assert unicodedata.normalize("NFC", decode(octets)) == text
    for shown in (octets.decode("latin-1"), octets.decode("cp1252", "ignore")):
        if len(shown) == len(octets):
            assert text in readings(shown)


def _encoded(text: str, name: str) -> bytes:
    """A text in an old encoding, by trying every pair of octets for each letter."""
    decode = legacy._DECODERS[name]
    singles = [bytes([n]) for n in range(256)]
    pairs = [bytes([a, b]) for a in b"AEOUI\xc2\xca\xd4" for b in range(0xC0, 256)]
    out = b""
    for letter in text:
        out += next(o for o in singles + pairs if unicodedata.normalize("NFC", decode(o)) == letter)
    return out
