"""Public keys of age: what the library makes is one, and what differs from it by a slip is none."""

from __future__ import annotations

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from danhba.reading import age

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
KEYS = [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(50)]


def test_every_key_of_the_library_is_one() -> None:
    assert [key for key in KEYS if not age.is_key(key)] == []


@given(st.sampled_from(KEYS), st.integers(4, 61), st.sampled_from(ALPHABET))
def test_no_letter_may_be_another(key: str, at: int, letter: str) -> None:
    slip = key[:at] + letter + key[at + 1 :]
    assert age.is_key(slip) == (slip == key)


@given(st.sampled_from(KEYS), st.integers(4, 60))
def test_no_two_letters_may_be_swapped(key: str, at: int) -> None:
    slip = key[:at] + key[at + 1] + key[at] + key[at + 2 :]
    assert age.is_key(slip) == (slip == key)


@pytest.mark.parametrize(
    "text", ["", "age1", KEYS[0][:-1], f"{KEYS[0]}q", KEYS[0].upper(), f" {KEYS[0]}", f"{KEYS[0]}\n"]
)
def test_another_shape_is_none(text: str) -> None:
    assert not age.is_key(text)


@pytest.mark.parametrize(
    "key",
    [
        "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z",
        "age1qyqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqj7vrya",
        "age1anlllllllllllllllllllllllllllllllllllllllllllllllals4n2t7m",
        "age1ahlllllllllllllllllllllllllllllllllllllllllllllllalsn46ayy",
        "age1ur4h5lpmgxu2u9jku0a0r87ydtdqnr0tnsetrlvxvgz3vh6fhqqqzyt4v9",
    ],
)
def test_a_key_that_anybody_can_open_is_none(key: str) -> None:
    """Points of small order, with checksums that hold: whoever encrypts to them gets a secret that everybody knows."""
    pyrage.x25519.Recipient.from_str(key)  # the library takes it
    assert not age.is_key(key)
