"""Tests with names of all 54 peoples: accepted as written, and recognised where they are in an old encoding."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from danhba.checking.check import check
from danhba.vietnamese.legacy import TCVN3, VISCII, VNI, recognise, recognise_bytes
from tests.support.encodings import disguised, encoded
from tests.support.registers import agency, files, person, register

# Invented names in the forms that each people uses, one people a line.
PEOPLES = {
    people: names.split(", ")
    for people, _colon, names in (
        line.partition(": ")
        for line in (Path(__file__).parents[2] / "support/peoples.txt").read_text(encoding="utf-8").splitlines()
    )
}
NAMES = [name for names in PEOPLES.values() for name in names]


def test_peoples_list_has_all_54_peoples() -> None:
    assert len(PEOPLES) == 54
    assert min(map(len, PEOPLES.values())) >= 4
    assert len(set(NAMES)) == len(NAMES) >= 213
    assert all(unicodedata.is_normalized("NFC", name) for name in NAMES)


@pytest.mark.clause("R7.3")
@pytest.mark.parametrize("people", PEOPLES)
def test_check_name_of_any_people_is_accepted_with_an_address(people: str) -> None:
    for name in PEOPLES[people]:
        checked = check(files(register(agency("aa", person("1", name, "2011-01-01")))))
        assert [(finding.rule.id, finding.values) for finding in checked.findings] == []
        assert checked.issued
        assert checked.issued.locals["aa"][0]


@pytest.mark.parametrize("encoding", [TCVN3, VNI, VISCII])
def test_recognise_bytes_names_of_peoples_in_old_encoding_is_named(encoding: str) -> None:
    assert recognise_bytes(encoded("\n".join(NAMES[:60]), encoding)) == encoding


# The other names are plausible as they stand, or have letters that the encoding lacks; a whole file of them is still
# recognised.
@pytest.mark.clause("R7.3")
@pytest.mark.parametrize(("encoding", "share"), [(TCVN3, 89), (VNI, 85), (VISCII, 85)])
def test_recognise_most_disguised_names_of_peoples_are_found(encoding: str, share: int) -> None:
    possible = [name for name in NAMES if not set("ŏĕĭŭŎĔĬŬ") & set(name)]
    pairs = [(name, disguised(name, encoding)) for name in possible]
    changed = [(name, shown) for name, shown in pairs if name != shown]
    told = sum(recognise(shown) is not None for _name, shown in changed)
    assert told * 100 >= share * len(changed)
