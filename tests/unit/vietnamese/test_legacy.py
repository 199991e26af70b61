"""Tests for old Vietnamese encodings: recognised, converted, and never suspected in correct text."""

from __future__ import annotations

import random
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danhba.vietnamese.legacy import (
    CP1258,
    ENCODINGS,
    TCVN3,
    UTF8,
    UTF16,
    VISCII,
    VNI,
    decode,
    find,
    recognise,
    recognise_bytes,
)
from tests.factory import names as factory
from tests.factory.names import draw_name
from tests.support.editing import PROJECT
from tests.support.encodings import ICONV, LETTERS, disguised, encoded, iconv
from tests.support.looped import for_each

NAMES = sorted({draw_name(random.Random(seed)) for seed in range(2500)})
ETHNIC = """H'Hen|Niê|H’Hen|Kpă|Y|Bhăm|Rơ|Châm|Siu|Blô|Kbuôr|Êban|Mlô|Ênuôl|Ksor|Adrơng|Byă|Hwing|Đ'Sơn|Ayun|Êung
|Ksơr|Rcom|Nay|Hrê|Zơrâm|Pơloong|Arất|Bríu|Kră|Jăn|Lơmu""".replace("\n", "").split("|")  # fmt: skip
WORDS = sorted(
    {word for group in factory.GROUPS for words in (group.families, group.men.middles, group.men.givens,
     group.women.middles, group.women.givens) for choice in words._words for word in choice.split()} | set(ETHNIC)
)  # fmt: skip


@pytest.mark.parametrize("name", [TCVN3, VISCII, CP1258])
def test_decode_all_letters_equals_iconv(name: str) -> None:
    assert decode(iconv(LETTERS, ICONV[name]), name) == LETTERS


def test_decode_all_letters_in_vni_gives_them_back() -> None:
    assert decode(encoded(LETTERS, VNI), VNI) == LETTERS


@pytest.mark.clause("R7.3")
@pytest.mark.parametrize("name", ENCODINGS)
def test_recognise_bytes_list_of_names_names_its_encoding(name: str) -> None:
    text = "\n".join(NAMES)
    data = encoded(text, name)
    assert recognise_bytes(data) == name
    assert decode(data, name) == text


@pytest.mark.parametrize("charset", ["utf-16", "utf-16-le", "utf-16-be"])
def test_recognise_bytes_utf_16_is_named(charset: str) -> None:
    data = "Họ và tên\nNguyễn Văn Vịnh\n".encode(charset)
    assert recognise_bytes(data) == UTF16
    assert decode(data, UTF16) == "Họ và tên\nNguyễn Văn Vịnh\n"


@pytest.mark.parametrize(
    "data",
    [b"", bytes(range(256)), "Größe, Äpfel, Füße, naïve, Øl".encode("latin-1"), "Привет, мир".encode("cp1251"),
     random.Random(1).randbytes(9000), b"PK\x03\x04" + bytes(200), "名前と役職".encode("shift_jis")],
)  # fmt: skip
def test_recognise_bytes_other_data_is_none(data: bytes) -> None:
    assert recognise_bytes(data) is None


@pytest.mark.parametrize(
    ("shown", "name", "meant"),
    [
        ("NguyÔn V¨n VÞnh", TCVN3, "Nguyễn Văn Vịnh"),
        ("§Æng", TCVN3, "Đặng"),
        ("Sïng A LÒnh", TCVN3, "Sùng A Lềnh"),
        ("Th\u00ad¬ng", TCVN3, "Thương"),
        ("ñy ban nh©n d©n x·", TCVN3, "ủy ban nhân dân xã"),
        ("Phã phßng", TCVN3, "Phó phòng"),
        ("Nguyeãn Vaên Vònh", VNI, "Nguyễn Văn Vịnh"),
        ("NGUYEÃN VAÊN VÒNH", VNI, "NGUYỄN VĂN VỊNH"),
        ("Ñaëng Thò AÙnh", VNI, "Đặng Thị Ánh"),
        ("NguyêÞn Vãn Viònh", CP1258, "Nguyễn Văn Vịnh"),
        ("Nguy\u00adn Vån V¸nh", VISCII, "Nguyễn Văn Vịnh"),
        ("Nguyá»…n VÄƒn Vá»‹nh", UTF8, "Nguyễn Văn Vịnh"),
        ("HÃ\u00a0 Minh Chung", UTF8, "Hà Minh Chung"),
        ("HoÃ ng VÄƒn HÃ", UTF8, "Hoàng Văn Hà"),
    ],
)
def test_recognise_text_in_disguise_returns_encoding_and_meaning(shown: str, name: str, meant: str) -> None:
    found = recognise(shown)
    assert found is not None
    assert (found.name, found.text) == (name, meant)


@pytest.mark.parametrize(
    ("shown", "meant"),
    [
        ("NGUYÔN V¡N VÞNH", "NGUYỄN VĂN VỊNH"),
        ("L£ V¡N Tó", "LÊ VĂN TÚ"),
        ("NguyÔn ThÞ ¸nh", "Nguyễn Thị Ánh"),
        ("§Æng ThÞ Tó", "Đặng Thị Tú"),
        ("ViÖn nghiªn cøu ¸nh s¸ng", "Viện nghiên cứu ánh sáng"),
    ],
)
def test_recognise_tcvn3_restores_capitals_that_abc_fonts_lack(shown: str, meant: str) -> None:
    found = recognise(shown)
    assert found is not None
    assert found.text == meant


# By encoding: the least percentage of names of two words or more that are converted correctly, of those that the
# encoding changes. The others are plausible as they stand: Chu Anh Dòng (Dũng), Cao Thò Mai (Thị), Bùi Vãn Hùng
# (Văn); or have another finding: Bùi Ðình Hà (eth).
SHARE = {TCVN3: 99, VNI: 98, VISCII: 97, CP1258: 93, UTF8: 100}


@pytest.mark.clause("R7.3")
@pytest.mark.parametrize("name", SHARE)
def test_recognise_disguised_names_finds_nearly_all(name: str) -> None:
    shown = disguised("\n".join(NAMES), name).split("\n")
    pairs = [(a, b) for a, b in zip(NAMES, shown, strict=True) if a != b and " " in a]
    found = [(meant, recognise(seen)) for meant, seen in pairs]
    right = sum(result is not None and (result.name, result.text) == (name, meant) for meant, result in found)
    assert right * 100 >= SHARE[name] * len(pairs)


def test_recognise_names_of_the_province_are_correct() -> None:
    assert [name for name in NAMES if recognise(name) or recognise(name.upper()) or recognise(name.lower())] == []


@given(st.lists(st.sampled_from(WORDS), max_size=8), st.sampled_from([" ", "\u00a0", " - ", "–", ", ", "“"]))
def test_recognise_vietnamese_words_are_correct(words: list[str], between: str) -> None:
    text = between.join(words)
    for form in (text, text.upper(), unicodedata.normalize("NFD", text), f"«{text}»"):
        assert recognise(form) is None


@given(st.lists(st.text(LETTERS, min_size=1, max_size=7).map(lambda word: "ế" + word), max_size=5))
def test_recognise_letters_of_unicode_alone_are_correct(words: list[str]) -> None:
    assert recognise(" ".join(words)) is None


@given(st.text(st.characters(max_codepoint=0x7F)))
def test_recognise_ascii_is_correct(text: str) -> None:
    assert recognise(text) is None
    assert list(find(text)) == []


@for_each("letter", LETTERS)
def test_recognise_single_letter_is_correct(letter: str) -> None:
    assert recognise(letter) is None


@pytest.mark.parametrize(
    "text",
    ["Café Müller", "20 °C, 120 m², 5 µm", "São Paulo", "naïve Noël", "§ 5 Điều 4 © ®", "Ðào Hà", "Ð", "`Ð`", "“Lò”"],
)  # fmt: skip
def test_recognise_other_language_or_symbols_are_correct(text: str) -> None:
    assert recognise(text) is None


def test_find_sample_register_has_no_old_encoding() -> None:
    found = [path for path in Path(PROJECT / "directory").rglob("*.yml") if any(find(path.read_text("utf-8")))]
    assert found == []


def test_find_file_with_tcvn3_yields_offset_and_meaning() -> None:
    text = "---\nname: Sở\npeople:\n  - name: NguyÔn V¨n An\n  - {name: Đỗ Hà, title: Chuyªn viên}\n"
    found = [(text[offset:][:6], legacy.name, legacy.text) for offset, legacy in find(text)]
    assert found == [("NguyÔn", TCVN3, "  - name: Nguyễn Văn An"), ("Chuyªn", TCVN3, "Chuyên")]


@given(st.binary(max_size=300))
def test_decode_any_bytes_returns_text(data: bytes) -> None:
    name = recognise_bytes(data)
    for encoding in ENCODINGS if name is None else [name]:
        assert isinstance(decode(data, encoding), str)


@given(st.text(st.characters(max_codepoint=0x17F), max_size=60))
def test_recognise_any_disguised_text_returns_another_text(text: str) -> None:
    found = recognise(text)
    if found:
        assert re.sub(r"\W", "", found.text) != re.sub(r"\W", "", text)
