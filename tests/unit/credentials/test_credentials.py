"""The rules of passwords, the count of failures and the parser of requests in the credential service."""

from __future__ import annotations

import json
import tracemalloc
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from danhba_credentials.policy import CHARACTERS, TOO_LONG, Owner, Policy, fold, prepare, unpreparable
from danhba_credentials.protocol import NOBODY, ChangePassword, LookUp, Malformed, SignIn, parse
from danhba_credentials.throttle import KNOWN_CLIENTS, KnownClients, Throttle, key_of
from danhba_credentials.words import OWN_LIST, read_words

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


# ---------------------------------------------------------------------------------------------- failures


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


A, B, C = key_of("account", "a"), key_of("account", "b"), key_of("client", "1.2.3.4")


def test_who_fails_too_often_waits_and_nobody_else() -> None:
    clock = Clock()
    throttle = Throttle(900, clock)
    for _ in range(3):
        assert throttle.admit({A: 3}) == 0
        clock.now += 10
    assert throttle.admit({A: 3}) == 870
    assert throttle.admit({B: 3}) == 0
    clock.now += 870
    assert throttle.admit({A: 3}) == 0, "the oldest failure no longer counts"
    assert throttle.admit({A: 3}) == 10


def test_refused_attempts_do_not_prolong_the_wait() -> None:
    clock = Clock()
    throttle = Throttle(900, clock)
    assert throttle.admit({A: 1}) == 0
    for _ in range(5):
        clock.now += 100
        assert throttle.admit({A: 1}) == 1900 - clock.now


def test_a_client_is_counted_over_all_accounts() -> None:
    throttle = Throttle(900, Clock())
    for name in "abc":
        assert throttle.admit({key_of("account", name): 10, C: 3}) == 0
    assert throttle.admit({key_of("account", "d"): 10, C: 3}) == 900
    assert throttle.admit({key_of("account", "d"): 10, key_of("client", "other"): 3}) == 0


def test_success_clears_one_key_and_takes_its_own_attempt_back_from_another() -> None:
    throttle = Throttle(900, Clock())
    for _ in range(2):
        throttle.admit({A: 3, C: 3})
    throttle.admit({A: 3, C: 3})
    throttle.forget(A)
    throttle.forgive(C)
    assert throttle.admit({A: 3, C: 3}) == 0
    assert throttle.admit({A: 3, C: 3}) == 900, "the client's earlier failures still count"


def test_memory_is_bounded() -> None:
    throttle = Throttle(900, Clock(), capacity=10)
    for number in range(1000):
        throttle.admit({key_of("account", str(number)): 1})
    assert throttle.admit({key_of("account", "999"): 1}) == 900
    assert throttle.admit({key_of("account", "1"): 1}) == 0


@contextmanager
def traced() -> Iterator[Callable[[], int]]:
    """How many octets the code within has allocated and not given back."""
    tracemalloc.start()
    try:
        yield lambda: tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def test_a_key_is_small_whatever_was_typed_and_goes_when_it_no_longer_counts() -> None:
    clock = Clock()
    throttle = Throttle(900, clock)
    with traced() as octets:
        for number in range(5000):
            throttle.admit({key_of("account", f"{number}".ljust(8000, "x")): 10})
        full = octets()
        assert full < 5000 * 400
        clock.now += 901
        throttle.admit({A: 10})
        assert octets() < full / 3
    assert throttle.admit({A: 1}) == 900


def test_keys_of_several_parts_are_told_apart() -> None:
    parts = [("client", "a", "b"), ("client", "ab"), ("client", "a\0b"), ("client", "a", "b", ""), ("account", "ab")]
    assert len({key_of(*texts) for texts in parts}) == len(parts)


def test_client_is_known_for_thirty_days_to_that_account_alone() -> None:
    clock = Clock()
    known = KnownClients(clock)
    assert not known.knows(A, C)
    known.remember(A, C)
    clock.now += 30 * 86400 - 1
    assert known.knows(A, C)
    assert not known.knows(B, C)
    assert not known.knows(A, B)
    known.remember(A, C)
    clock.now += 30 * 86400
    assert not known.knows(A, C)


def test_known_clients_of_an_account_push_out_none_but_its_own() -> None:
    known = KnownClients(Clock())
    known.remember(B, C)
    clients = [key_of("client", str(number)) for number in range(1000)]
    for client in clients:
        known.remember(A, clients[0])
        known.remember(A, client)
    assert [client for client in clients if known.knows(A, client)] == [clients[0], *clients[1 - KNOWN_CLIENTS :]]
    assert known.knows(B, C)


def test_memory_of_known_clients_is_bounded() -> None:
    known = KnownClients(Clock(), capacity=1000)
    with traced() as octets:
        for number in range(20000):
            known.remember(key_of("account", str(number // 10)), key_of("client", str(number)))
        assert octets() < 1000 * 1500
    assert known.knows(key_of("account", "1999"), key_of("client", "19999"))
    assert not known.knows(key_of("account", "0"), key_of("client", "9"))


# ---------------------------------------------------------------------------------------------- requests


def test_requests_are_read() -> None:
    line = {"request": "sign_in", "address": " An@LaoCai.gov.vn ", "password": " p ", "client": "203.0.113.9"}
    assert parse(json.dumps(line).encode()) == SignIn("an@laocai.gov.vn", " p ", "203.0.113.9")
    line = {"request": "change_password", "address": "a", "old": "x", "new": "y", "client": "2001:db8:1:2:3::4"}
    assert parse(json.dumps(line).encode()) == ChangePassword("a", "x", "y", "2001:db8:1:2::/64")
    line = {"request": "look_up", "address": "a", "token": "t"}
    assert parse(json.dumps(line).encode()) == LookUp("a", "t")


def test_mapped_address_is_the_ipv4_address() -> None:
    line = {"request": "sign_in", "address": "a", "password": "p", "client": "::ffff:203.0.113.9"}
    request = parse(json.dumps(line).encode())
    assert isinstance(request, SignIn)
    assert request.client == "203.0.113.9"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("x" * 254, "x" * 254),
        ("x" * 255, NOBODY),
        ("ệ" * 84 + "xx", "ệ" * 84 + "xx"),
        ("ệ" * 85, NOBODY),
        ("İ" * 100, NOBODY),  # longer in lower case
        (f"{'x' * 254} ", "x" * 254),
        ("a\0b", NOBODY),
    ],
)
def test_address_that_can_be_none_is_nobodys(typed: str, address: str) -> None:
    line = {"request": "look_up", "address": typed, "token": "t"}
    assert parse(json.dumps(line).encode()) == LookUp(address, "t")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"\xff",
        b"[" * 5000,
        b'{"request": "set_password"}',
        b'{"request": ["sign_in"]}',
        b'{"request": "look_up", "address": "a"}',
        b'{"request": "look_up", "address": "a", "token": null}',
        b'{"request": "look_up", "address": "a", "token": "t", "client": "1.2.3.4"}',
        b'{"request": "look_up", "address": "a", "token": "\\ud800"}',
        b'{"request": "sign_in", "address": "a", "password": "p", "client": "localhost"}',
        b'{"request": "sign_in", "address": "a", "password": 1, "client": "1.2.3.4"}',
    ],
)
def test_anything_else_is_malformed(line: bytes) -> None:
    with pytest.raises(Malformed):
        parse(line)
