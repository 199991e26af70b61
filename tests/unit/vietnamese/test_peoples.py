"""Names of all 54 peoples are taken as they are written, and the same names in an old encoding are still told."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from danhba.checking.check import check
from danhba.vietnamese.legacy import TCVN3, VISCII, VNI, recognise, recognise_bytes
from tests.support.encodings import disguised, encoded
from tests.support.registers import agency, files, person, register

# Of nobody: forms of names, a people a line.
PEOPLES = {
    people: names.split(", ")
    for people, _colon, names in (
        line.partition(": ")
        for line in (Path(__file__).parents[2] / "support/peoples.txt").read_text(encoding="utf-8").splitlines()
    )
}
NAMES = [name for names in PEOPLES.values() for name in names]


def test_the_list_has_every_people() -> None:
    assert len(PEOPLES) == 54
    assert min(map(len, PEOPLES.values())) >= 4
    assert len(set(NAMES)) == len(NAMES) >= 213
    assert all(unicodedata.is_normalized("NFC", name) for name in NAMES)


@pytest.mark.clause("R7.3")
@pytest.mark.parametrize("people", PEOPLES)
def test_no_name_is_refused(people: str) -> None:
    for name in PEOPLES[people]:
        checked = check(files(register(agency("aa", person("1", name, "2011-01-01")))))
        assert [(finding.rule.id, finding.values) for finding in checked.findings] == []
        assert checked.issued
        assert checked.issued.locals["aa"][0]


@pytest.mark.parametrize("encoding", [TCVN3, VNI, VISCII])
def test_a_list_of_them_in_an_old_encoding_is_told(encoding: str) -> None:
    assert recognise_bytes(encoded("\n".join(NAMES[:60]), encoding)) == encoding


# Others are plausible as they stand, or have letters that the encoding lacks; the whole file is told nevertheless.
@pytest.mark.clause("R7.3")
@pytest.mark.parametrize(("encoding", "share"), [(TCVN3, 89), (VNI, 85), (VISCII, 85)])
def test_most_names_in_the_guise_of_unicode_are_told(encoding: str, share: int) -> None:
    possible = [name for name in NAMES if not set("ŏĕĭŭŎĔĬŬ") & set(name)]
    pairs = [(name, disguised(name, encoding)) for name in possible]
    changed = [(name, shown) for name, shown in pairs if name != shown]
    told = sum(recognise(shown) is not None for _name, shown in changed)
    assert told * 100 >= share * len(changed)
