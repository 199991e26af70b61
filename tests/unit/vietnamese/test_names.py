"""Tests for folding names, and for the candidates of the address rule (R4.2)."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danhba.addresses.rule import candidates
from danhba.vietnamese.names import NameProblem, PartMissing, Parts, describe, fold, split

VINH = "nvvinh vinhnv vinhngv vinhnguv vinhnguyv vinhnguyev vinhnguyenv vinhnguyenva vinhnguyenvan"

# All candidates of names: the examples of the regulation, and names of the peoples of the province.
WHOLE = {
    "Nguyễn Văn Vịnh": VINH,
    "Giàng Seo Phử": "gsphu phugs phugis phugias phugians phugiangs phugiangse phugiangseo",
    "Sùng A Lềnh": "salenh lenhsa lenhsua lenhsuna lenhsunga",
    "Lò Thị": "lthi thil thilo",
    "Ánh": "anh",
    "Lý Láo Lở": "lllo loll lolyl lolyla lolylao",
    "Thào Seo Sùng": "tssung sungts sungths sungthas sungthaos sungthaose sungthaoseo",
    "Vàng Mí Sính": "vmsinh sinhvm sinhvam sinhvanm sinhvangm sinhvangmi",
    "Vù A Y": "vay yva yvua",
    "Hoàng Lan": "hlan lanh lanho lanhoa lanhoan lanhoang",
    "Lý Anh": "lanh anhl anhly",
    "Trần Thị Hồng Ngọc": (
        "tthngoc ngoctth ngoctrth ngoctrath ngoctranth ngoctranthh ngoctranthih ngoctranthiho ngoctranthihon "
        "ngoctranthihong"
    ),
}
# Names of five or more syllables: the first candidates, and the number of all.
BEGINNING = [
    ("Tôn Nữ Thị Bích Đào", "tntbdao daotntb daotontb daotonntb", 10),
    ("Đặng Thị Mai Ước", "dtmuoc uocdtm uocdatm uocdantm uocdangtm", 9),
    ("Lê Nguyễn Thị Hồng Hạnh", "lnthhanh hanhlnth hanhlenth hanhlength", 13),
]


def rule(name: str, family: str | None = None, given: str | None = None) -> list[str]:
    return list(candidates(split(name, family, given)))


@pytest.mark.clause("R4.2a", "R4.2b")
@pytest.mark.parametrize(("name", "expected"), WHOLE.items())
def test_candidates_names_of_the_regulation_give_its_table(name: str, expected: str) -> None:
    assert rule(name) == expected.split()


@pytest.mark.parametrize(("name", "beginning", "count"), BEGINNING)
def test_candidates_long_name_begins_as_expected_and_has_its_count(name: str, beginning: str, count: int) -> None:
    expected = beginning.split()
    assert rule(name)[: len(expected)] == expected
    assert len(rule(name)) == count


@pytest.mark.parametrize(
    ("written", "meaning"),
    [
        pytest.param(unicodedata.normalize("NFD", "Nguyễn Văn Vịnh"), VINH, id="NFD"),
        pytest.param("  Nguyễn   Văn\tVịnh ", VINH, id="doubled spaces"),
        pytest.param("Nguyễn\u00a0Văn\u3000Vịnh", VINH, id="no-break and wide space"),
        pytest.param("Ng\u200buyễn\u00ad Văn\u2060 \ufeffVịnh\u200d", VINH, id="zero-width characters"),
        pytest.param("Nguyễn-Văn–Vịnh", VINH, id="hyphen and en dash"),
        pytest.param("NGUYỄN VĂN VỊNH", VINH, id="upper case"),
        pytest.param("Nguyen Van Vinh", VINH, id="without marks"),
        pytest.param("Đào Thị Lê", "dtle ledt ledat ledaot ledaoth ledaothi", id="Đ"),
        pytest.param("Ðào Thị Lê", "dtle ledt ledat ledaot ledaoth ledaothi", id="eth"),
        pytest.param("Ɖào Thị Lê", "dtle ledt ledat ledaot ledaoth ledaothi", id="African D"),
        pytest.param("Sùng H'Mông", "shmong hmongs hmongsu hmongsun hmongsung", id="apostrophe"),
        pytest.param("Sùng H’Mông", "shmong hmongs hmongsu hmongsun hmongsung", id="curly apostrophe"),
        pytest.param("Sùng Hʼmông", "shmong hmongs hmongsu hmongsun hmongsung", id="modifier apostrophe"),
        pytest.param("Lò Vịnh\u0301", "lvinh vinhl vinhlo", id="a mark that does not compose"),
        pytest.param("Lò Vi\u200b\u0323nh", "lvinh vinhl vinhlo", id="a mark behind an invisible character"),
    ],
)
def test_candidates_name_written_otherwise_are_the_same(written: str, meaning: str) -> None:
    assert rule(written) == meaning.split()


@pytest.mark.parametrize(
    ("name", "family", "stated", "expected"),
    [
        ("H'Hen Niê", "Niê", "Hen", Parts(("nie",), "hen")),
        ("H'Hen Niê", "Niê", None, Parts(("nie",), "hhen")),
        ("H’Hen Niê", None, "Hen", Parts(("nie",), "hen")),
        ("Sùng Thị Mai Lan", None, "Mai Lan", Parts(("sung", "thi"), "mailan")),
        ("Vịnh Văn Nguyễn", "Nguyễn", "Vịnh", Parts(("nguyen", "van"), "vinh")),
        ("Anna Maria Schmidt", "Schmidt", None, Parts(("schmidt", "anna"), "maria")),
        ("Tôn Nữ Bích Đào", "Tôn Nữ", None, Parts(("ton", "nu", "bich"), "dao")),
    ],
)
def test_split_stated_family_and_given_are_used(
    name: str, family: str | None, stated: str | None, expected: Parts
) -> None:
    assert split(name, family, stated) == expected


@pytest.mark.parametrize(
    ("name", "family", "stated", "part", "value"),
    [
        ("Nguyễn Văn Vịnh", "Trần", None, "family", "Trần"),
        ("Nguyễn Văn Vịnh", None, "Vinh Quang", "given", "Vinh Quang"),
        ("Nguyễn Văn Vịnh", "–", None, "family", "–"),
        ("Niê", "Niê", None, "given", "Niê"),
        ("Nguyễn Văn", "Nguyễn", "Nguyễn", "given", "Nguyễn"),
    ],
)
def test_split_stated_part_that_the_name_lacks_raises_part_missing(
    name: str, family: str | None, stated: str | None, part: str, value: str
) -> None:
    with pytest.raises(PartMissing) as caught:
        split(name, family, stated)
    assert (caught.value.part, caught.value.value) == (part, value)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Müller An", "'ü' (U+00FC)"),
        ("Nguyễn Văn 2", "'2' (U+0032)"),
        ("Nguyễn, Văn Vịnh", "',' (U+002C)"),
        ("Nguyễn Văn Vịnh'", "''' (U+0027)"),
        ("Ｎguyễn An", "'Ｎ' (U+FF2E)"),
        ("Иван An", "'И' (U+0418)"),
        ("Nguyễn \u0301An", "'\u0301' (U+0301)"),
        ("An\x07 Vịnh", "U+0007 CONTROL CHARACTER"),
        ("An \udcff", "U+DCFF CONTROL CHARACTER"),
    ],
)
def test_split_character_without_a_letter_raises_name_problem(name: str, shown: str) -> None:
    with pytest.raises(NameProblem) as caught:
        split(name)
    assert describe(caught.value.character) == shown
    assert str(caught.value) == shown


@pytest.mark.parametrize("name", ["", "   ", "-", "–", "\u200b", "\u00a0"])
def test_split_name_without_letters_raises_name_problem(name: str) -> None:
    with pytest.raises(NameProblem) as caught:
        split(name)
    assert caught.value.character == ""
    assert str(caught.value) == "no letters"


@pytest.mark.parametrize(
    ("character", "shown"),
    [("\u200b", "U+200B ZERO WIDTH SPACE"), ("\u2028", "U+2028 LINE SEPARATOR"), ("Đ", "'Đ' (U+0110)")],
)
def test_describe_character_shows_it_with_its_code(character: str, shown: str) -> None:
    assert describe(character) == shown


def test_candidates_end_at_the_longest_length() -> None:
    assert list(candidates(split("Nguyễn Văn Vịnh"), 7)) == ["nvvinh", "vinhnv", "vinhngv"]
    assert list(candidates(split("Nguyễn Văn Vịnh"), 5)) == []


SYLLABLES = """nguyễn trần lê đặng hoàng giàng sùng thào vàng lý lò tẩn chảo phàn a y thị văn seo láo mí hồng quỳnh
anh ước vịnh lềnh phử lở ngọc đào khuyên nghiêng""".split()
words = st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=6)
INVISIBLE = "\u00ad\u200b\u200c\u200d\u2060\ufeff"


@given(words, st.sampled_from(["NFC", "NFD"]), st.data())
def test_candidates_invisible_characters_and_capitals_change_nothing(
    name: list[str], form: str, data: st.DataObject
) -> None:
    plain = " ".join(name)
    text = unicodedata.normalize(form, plain)  # type: ignore[arg-type]
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(st.sampled_from(INVISIBLE)) + text[at:]
    assert rule(text) == rule(plain)
    assert rule(text.upper()) == rule(plain)


@given(words)
def test_candidates_any_name_have_the_shape_of_the_rule(name: list[str]) -> None:
    *before, last = [fold(word) for word in name]
    initials = "".join(word[0] for word in before)
    found = rule(" ".join(name))
    assert found[0] == initials + last
    assert all(re.fullmatch("[a-z]+", candidate) for candidate in found)
    assert len(set(found)) == len(found)
    assert [len(c) for c in found[1:]] == sorted(len(c) for c in found[1:])
    repeats = int(initials + last == last + initials)
    assert len(found) == 2 + sum(len(word) - 1 for word in before) - repeats
    if before:
        assert found[-1] == last + "".join(before)


@given(st.text(max_size=12))
def test_candidates_any_text_are_letters_or_raise_name_problem(text: str) -> None:
    problem, found = "", [""]
    try:
        found = rule(text)
    except NameProblem as error:
        problem = error.character or " "
    assert problem in f"{unicodedata.normalize('NFC', text)} "
    assert all(re.fullmatch("[a-z]+", candidate) for candidate in found) is not bool(problem)
