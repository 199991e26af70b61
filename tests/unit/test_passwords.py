"""The pure part of issuing passwords: how they are made and hashed, and the file in which they end."""

from __future__ import annotations

import math
import re
import stat
from pathlib import Path

import pytest
from ansible_collections.laocai.mail.plugins.module_utils import passwords
from ansible_collections.laocai.mail.plugins.module_utils.credentials import BatchName
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.passwords import (
    DIGITS,
    ENTROPY,
    SCHEME,
    Password,
    PasswordFile,
    hash_passwords,
    make_password,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from passlib.hash import argon2

NAME = BatchName("7-1", "6c52fcec-54ba-4ed2-99e0-9a9ecf24c30f")
MANY = 2000


@pytest.fixture
def file(tmp_path: Path) -> PasswordFile:
    return PasswordFile(tmp_path / "private" / "passwords.csv")


def line(address: str, password: str) -> Password:
    return Password(address, "Nguyễn Văn Vịnh", "stttt", password)


def test_shape_carries_the_stated_entropy() -> None:
    group = (
        rf"[{passwords.CONSONANTS.upper()}][{passwords.VOWELS}][{passwords.CONSONANTS}][{passwords.VOWELS}][{DIGITS}]"
    )
    shape = re.compile("-".join([group] * passwords.GROUPS))
    assert all(shape.fullmatch(make_password()) for _ in range(MANY))
    # Counted by hand: in each of five groups 10 x 5 x 10 x 5 letters and 8 digits.
    assert pytest.approx(math.log2((10 * 5 * 10 * 5 * 8) ** 5)) == ENTROPY
    assert ENTROPY >= 70


def test_every_choice_is_used() -> None:
    """A generator that leaves out letters has less entropy than it says."""
    made = [make_password() for _ in range(MANY)]
    for position, alphabet in enumerate([passwords.CONSONANTS.upper(), passwords.VOWELS, passwords.CONSONANTS]):
        assert {password[position] for password in made} == set(alphabet)
    assert {password[4] for password in made} == set(DIGITS)


def test_passwords_are_unique_and_free_of_look_alikes() -> None:
    made = [make_password() for _ in range(MANY)]
    assert len(set(made)) == MANY
    assert not set("".join(made)) & set("lI1O0")


def test_passwords_satisfy_every_usual_policy() -> None:
    password = make_password()
    for characters in ("[A-Z]", "[a-z]", "[0-9]", "[^A-Za-z0-9]"):
        assert re.search(characters, password)
    assert len(password) >= 12


def test_hashes_verify_in_order_and_say_how_they_were_made() -> None:
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


def test_missing_library_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HAS_PASSLIB", False)
    with pytest.raises(Failure, match="make setup"):
        hash_passwords(["Bake7"], lambda done, total: None)


@settings(deadline=None, max_examples=40)  # each example syncs files to disk
@given(st.lists(st.tuples(st.sampled_from("abc"), st.text(st.characters(exclude_categories=["C", "Zl", "Zp"])))))
def test_newest_password_of_an_address_wins(
    tmp_path_factory: pytest.TempPathFactory, issued: list[tuple[str, str]]
) -> None:
    """Whatever a name or password holds: commas, quotes, anything printable."""
    file = PasswordFile(tmp_path_factory.mktemp("issue") / "private" / "passwords.csv")
    with file.locked():
        for address, text in issued:
            file.merge(file.write_partial(NAME, [Password(address, text, "stttt", text)]))
        assert {address: item.password for address, item in file.read().items()} == dict(issued)
        assert file.find_partials() == []


def test_everything_written_is_private(file: PasswordFile) -> None:
    with file.locked():
        file.merge(file.write_partial(NAME, [line("a@laocai.gov.vn", "one")]))
        file.write_partial(NAME, [line("a@laocai.gov.vn", "two")])
    assert stat.S_IMODE(file.path.parent.stat().st_mode) == 0o700
    assert [stat.S_IMODE(path.stat().st_mode) for path in file.path.parent.iterdir()] == [0o600, 0o600]


def test_partial_files_are_found_by_their_name(file: PasswordFile) -> None:
    with file.locked():
        partial = file.write_partial(NAME, [line("a@laocai.gov.vn", "one")])
        (file.path.parent / "other.csv.7-1.6c52fcec-54ba-4ed2-99e0-9a9ecf24c30f.partial").touch()
        assert file.find_partials() == [partial]
        assert partial.name == NAME
        file.discard(partial)
        assert file.find_partials() == []


def test_second_run_is_kept_out(file: PasswordFile) -> None:
    with file.locked(), pytest.raises(Failure, match="Another run is issuing"), PasswordFile(file.path).locked():
        pass
    with file.locked():
        pass


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o777])
def test_folder_that_others_can_read_is_refused(file: PasswordFile, mode: int) -> None:
    file.path.parent.mkdir()
    file.path.parent.chmod(mode)
    with pytest.raises(Failure, match="chmod 700"), file.locked():
        pass
    assert list(file.path.parent.iterdir()) == []


@pytest.mark.parametrize("content", ["", "address,password\n", "address,name,agency,password\na,b\n", "not a table"])
def test_foreign_file_is_not_touched(file: PasswordFile, content: str) -> None:
    file.path.parent.mkdir(mode=0o700)
    file.path.write_text(content)
    with pytest.raises(Failure, match="Move it away"), file.locked():
        pass
    assert file.path.read_text() == content


def test_output_that_is_a_folder_is_refused(file: PasswordFile) -> None:
    file.path.mkdir(parents=True, mode=0o700)
    file.path.parent.chmod(0o700)
    with pytest.raises(Failure, match="Cannot read or write"), file.locked():
        pass


def test_failing_merge_names_the_file_that_keeps_the_passwords(
    file: PasswordFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with file.locked():
        partial = file.write_partial(NAME, [line("a@laocai.gov.vn", "one")])
        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", fail)
            with pytest.raises(Failure, match="No space left") as caught:
                file.merge(partial)
        assert str(partial.path) in caught.value.en
        assert str(partial.path) in caught.value.vi
        file.merge(partial)
        assert file.read()["a@laocai.gov.vn"].password == "one"
