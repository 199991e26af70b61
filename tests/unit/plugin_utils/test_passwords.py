"""The pure part of issuing passwords: how they are made and hashed."""

from __future__ import annotations

import math
import re

import pytest
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.plugin_utils import passwords
from ansible_collections.laocai.mail.plugins.plugin_utils.passwords import (
    DIGITS,
    SCHEME,
    hash_passwords,
    make_password,
)
from passlib.hash import argon2

MANY = 2000


def test_password_has_68_bits_of_entropy() -> None:
    group = (
        rf"[{passwords.CONSONANTS.upper()}][{passwords.VOWELS}][{passwords.CONSONANTS}][{passwords.VOWELS}][{DIGITS}]"
    )
    shape = re.compile("-".join([group] * passwords.GROUPS))
    assert all(shape.fullmatch(make_password()) for _ in range(MANY))
    assert (len(passwords.CONSONANTS), len(passwords.VOWELS), len(DIGITS), passwords.GROUPS) == (9, 5, 8, 5)
    # No vowel comes twice in a group.
    assert math.log2((9 * 5 * 9 * 4 * 8) ** 5) >= 68


def test_every_character_is_drawn() -> None:
    """A generator that leaves out letters has less entropy than it says."""
    made = [make_password() for _ in range(MANY)]
    used = [passwords.CONSONANTS.upper(), passwords.VOWELS, passwords.CONSONANTS, passwords.VOWELS]
    for position, alphabet in enumerate(used):
        assert {password[position] for password in made} == set(alphabet)
    assert {password[4] for password in made} == set(DIGITS)


def test_passwords_are_unique_and_free_of_look_alikes() -> None:
    made = [make_password() for _ in range(MANY)]
    assert len(set(made)) == MANY
    assert not set("".join(made)) & set("lI1O0")


def test_telex_input_leaves_passwords_unchanged() -> None:
    """In a masked field nobody sees that a key became a mark: a tone, a horn, or the hat of a vowel typed twice."""
    for password in [make_password() for _ in range(MANY)]:
        assert not set(password.lower()) & set("sfrxjzwd"), password
        assert not re.search(r"([aeiou])[a-z]\1", password.lower()), password


def test_passwords_satisfy_usual_policies() -> None:
    password = make_password()
    for characters in ("[A-Z]", "[a-z]", "[0-9]", "[^A-Za-z0-9]"):
        assert re.search(characters, password)
    assert len(password) >= 12


def test_hashes_verify_in_order_and_name_their_scheme() -> None:
    made = [make_password() for _ in range(3)]
    told: list[tuple[int, int]] = []
    hashes = hash_passwords(made, lambda done, total: told.append((done, total)))
    for password, hashed in zip(made, hashes, strict=True):
        assert hashed.startswith("{ARGON2ID}$argon2id$v=19$m=19456,t=2,p=1$")
        assert argon2.verify(password, hashed.removeprefix(SCHEME))
        assert not argon2.verify(password.lower(), hashed.removeprefix(SCHEME))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_equal_passwords_have_different_hashes() -> None:
    first, second = hash_passwords(["Bake7", "Bake7"], lambda done, total: None)
    assert first != second


def test_missing_libpass_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HAS_PASSLIB", False)
    with pytest.raises(Failure, match="make setup"):
        hash_passwords(["Bake7"], lambda done, total: None)
