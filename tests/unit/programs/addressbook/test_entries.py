"""The entries of the address book."""

from __future__ import annotations

import pytest

from danhba_host.addressbook import entries


@pytest.mark.parametrize(
    ("name", "called", "values"),
    [
        ("Lan", "Lan", ["Lan"]),
        ("Lan Lan", "Lan", ["Lan Lan"]),
        ("Đỗ Duy", "Duy", ["Đỗ Duy", "Duy Đỗ", "Do Duy", "Duy Do"]),
        ("An Thị Lan An", "An", ["An Thị Lan An", "An An Thị Lan", "An Thi Lan An", "An An Thi Lan"]),
        ("H'Hen Niê", "H'Hen", ["H'Hen Niê", "H'Hen Nie"]),
        ("Sở Y tế", "", ["Sở Y tế", "So Y te"]),
    ],
)
def test_values_of_a_name_are_distinct_and_begin_with_it(name: str, called: str, values: list[str]) -> None:
    assert entries.names(name, called) == values


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("0214 3 840 034", "0214 3 840 034"),
        ("0214.3840034 (máy lẻ 12)", "0214.3840034 (may le 12)"),
        ("_", ""),
    ],
)
def test_telephone_has_the_letters_of_ldap(text: str, written: str) -> None:
    assert entries.telephone(text) == written
