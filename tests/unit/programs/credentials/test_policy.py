"""What a password may be."""

from __future__ import annotations

import unicodedata

import pytest

from danhba_host.credentials.policy import CHARACTERS, TOO_LONG, Owner, Policy, fold, prepare, unpreparable
from danhba_host.credentials.words import OWN_LIST, read_words

POLICY = Policy(10, read_words([OWN_LIST]), frozenset({"international", "strawberry"}))
ADDRESS = "nvvinh-stttt@laocai.gov.vn"
OWNER = Owner("Nguyễn Văn Vịnh", ADDRESS)
AGENCY = Owner("Sở Khoa học và Công nghệ", "contact-skhcn@laocai.gov.vn")


def rules(password: str, owner: Owner = OWNER) -> list[str]:
    prepared = prepare(password)
    assert prepared is not None
    return [reason.rule for reason in POLICY.examine(prepared, owner)]


@pytest.mark.parametrize(
    "password",
    [
        "Núi Hàm Rồng mây 7",
        "trau den an co xanh",
        "Suoi Thau chan cay 88",
        "Bake7-Tumo4-Vina9-Nehu3-Gopa5",
        "x9$Kq!27-zR4",
        "Hmoob Dawb ntawv 12",
        "соломенный стул",
        "密码不是这个句子可以吗",
    ],
)
def test_good_password(password: str) -> None:
    assert rules(password) == []


@pytest.mark.parametrize(
    ("password", "rule"),
    [
        ("mây 7 Rồng", None),  # ten characters
        ("mây7 Rồng", "length"),
        ("", None),
        # the owner's name, in every form in which it is typed
        ("Nguyễn nhà tôi 77", "name"),
        ("NGUYEN nha toi 77", "name"),
        ("toi la vinh day 26", "name"),
        ("VỊNH hạ long 2026!", "name"),
        ("nguyenvanvinh", "name"),
        ("xvanvinhx 2026 abc", "name"),
        ("TrauDenVinh26x", "name"),
        ("xnguyenx trau den", "name"),
        # the address
        ("nvvinh-stttt@laocai.gov.vn", "address"),
        ("xx nvvinhstttt xx", "address"),
        ("nvvinh trau den", "address"),
        # what many use
        ("matkhau123", "common"),
        ("Mật khẩu 2026", "common"),
        ("M@tKh4u!2026", "common"),
        ("123456789", "common"),
        ("1234567890", "common"),
        ("anhyeuem123", "common"),
        ("Anh yêu em 1990", "common"),
        ("laocai2010", "common"),
        ("LaoCai@2026", "common"),
        ("laocaimatkhau", "common"),
        ("sapalaocai2026", "common"),
        ("p4ssw0rd2026", "common"),
        ("Password@123", "common"),
        ("qwertyuiop", "common"),
        ("1qaz2wsx3edc", "common"),
        ("zxcvbnm,./1", None),
        ("abcdefghij12", "common"),
        ("aaaaaaaaaaaa", "common"),
        ("1212121212", "common"),
        ("19051990 2010", "common"),
        ("0912345678", "common"),
        ("trautrautrau", "common"),
        ("International1!", "common"),
        ("2026strawberry", "common"),
        ("maatjkhaaur12", "common"),
    ],
)
def test_bad_password(password: str, rule: str | None) -> None:
    if rule:
        assert rule in rules(password)
    elif password:
        assert "length" not in rules(password)


@pytest.mark.parametrize(
    ("name", "password"),
    [("Hoàng Kim Anh", "trau den an co xanh"), ("Lò Thị Mai", "quathi 12 mailon"), ("Lý A Sa", "sa mac lon a 12")],
)
def test_short_words_of_a_name_may_be_parts_of_others(name: str, password: str) -> None:
    assert rules(password, Owner(name, ADDRESS)) == []


def test_name_is_told_by_the_part_that_was_found() -> None:
    [reason] = POLICY.examine("co Vịnh xanh 26", OWNER)
    assert "“vinh”" in reason.vi


def test_agency_name_counts_too() -> None:
    assert "name" in rules("khoa chim bay 2026", AGENCY)
    assert "address" in rules("hop skhcn chim bay", AGENCY)


def test_every_reason_is_told_at_once_in_both_languages() -> None:
    reasons = POLICY.examine("vinh", OWNER)
    assert [reason.rule for reason in reasons] == ["length", "name", "common"]
    for reason in reasons:
        assert not reason.vi.isascii()
        assert reason.en.isascii()


def test_the_same_password_from_every_keyboard() -> None:
    composed = "Tiếng Việt có dấu"
    assert prepare(unicodedata.normalize("NFD", composed)) == composed
    assert prepare("Tiếng\u00a0Việt có\u3000dấu") == composed
    assert prepare(composed.upper()) == composed.upper(), "case is kept"
    assert prepare("  hai đầu  ") == "  hai đầu  ", "spaces at the ends are kept"


@pytest.mark.parametrize(
    "character", ["\0", "\n", "\r", "\t", "\x7f", "\u200b", "\u202e", "\ufeff", "\ue000", "\ufdd0"]
)
def test_characters_that_cannot_be_typed_are_refused(character: str) -> None:
    password = f"trau den an co{character}xanh"
    assert prepare(password) is None
    assert unpreparable(password) == CHARACTERS


def test_longest_password() -> None:
    assert prepare("ệ" * 85) == "ệ" * 85
    assert prepare("ệ" * 86) is None
    assert unpreparable("ệ" * 86) == TOO_LONG
    assert prepare("") is None


@pytest.mark.parametrize(
    ("text", "folded"),
    [("Đặng Thị Ệ", "dang thi e"), ("ƯƠNG", "uong"), ("Straße", "strasse"), ("Nguyê\u0303n", "nguyen")],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded
