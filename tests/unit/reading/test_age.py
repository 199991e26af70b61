"""Tests for public keys of age: generated keys are accepted, keys with a typing mistake are refused."""

from __future__ import annotations

import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st

from danhba.reading import age

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
KEYS = [str(pyrage.x25519.Identity.generate().to_public()) for _ in range(50)]


def test_is_key_generated_key_is_accepted() -> None:
    assert [key for key in KEYS if not age.is_key(key)] == []


@given(st.sampled_from(KEYS), st.integers(4, 61), st.sampled_from(ALPHABET))
def test_is_key_one_wrong_letter_is_refused(key: str, at: int, letter: str) -> None:
    slip = key[:at] + letter + key[at + 1 :]
    assert age.is_key(slip) == (slip == key)


@given(st.sampled_from(KEYS), st.integers(4, 60))
def test_is_key_two_swapped_letters_are_refused(key: str, at: int) -> None:
    slip = key[:at] + key[at + 1] + key[at] + key[at + 2 :]
    assert age.is_key(slip) == (slip == key)


@pytest.mark.parametrize(
    "text",
    ["", "age1", KEYS[0][:-1], f"{KEYS[0]}q", KEYS[0].upper(), f" {KEYS[0]}", f"{KEYS[0]}\n"],
    ids=["nothing", "beginning", "short", "long", "capitals", "space before", "line end"],
)
def test_is_key_other_shape_is_refused(text: str) -> None:
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
def test_is_key_point_of_small_order_is_refused(key: str) -> None:
    """What is encrypted to a point of small order, everybody can decrypt; the checksums of these keys are right."""
    pyrage.x25519.Recipient.from_str(key)  # the library accepts it
    assert not age.is_key(key)
