"""The parser of requests."""

from __future__ import annotations

import json

import pytest

from danhba_host.credentials.protocol import NO_ADDRESS, ChangePassword, LookUp, Malformed, SignIn, parse


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
        ("x" * 255, NO_ADDRESS),
        ("ệ" * 84 + "xx", "ệ" * 84 + "xx"),
        ("ệ" * 85, NO_ADDRESS),
        ("İ" * 100, NO_ADDRESS),  # longer in lower case
        (f"{'x' * 254} ", "x" * 254),
        ("a\0b", NO_ADDRESS),
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
