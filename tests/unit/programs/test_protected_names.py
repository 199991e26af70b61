"""Which names are the same to the gate that warns of strangers with names of ours."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from danhba_host import protected_names
from danhba_host.protected_names import fold, lines


@pytest.mark.parametrize(
    "shown",
    [
        "Nguyễn Văn Vịnh",
        "nguyen van vinh",
        "VỊNH NGUYỄN VĂN",
        unicodedata.normalize("NFD", "Nguyễn Văn Vịnh"),
        "Nguyễn  Văn-Vịnh ",
    ],
)
def test_the_same_name(shown: str) -> None:
    assert fold(shown) == "nguyen-van-vinh"


@pytest.mark.parametrize(("name", "folded"), [("Đỗ Đức Đạt", "dat-do-duc"), ("K'Sor H'Bia", "bia-h-k-sor")])
def test_other_letters(name: str, folded: str) -> None:
    assert fold(name) == folded


def test_each_once_and_none_of_one_word() -> None:
    assert lines(["Lò Thị Mai", "Mai Thị Lò", "Mỷ", "", "Sở Nội vụ"]) == "lo-mai-thi\nnoi-so-vu\n"


def test_a_file_is_written_in_one_step_and_only_where_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "names.map"
    protected_names._replace(file, "a-b\n")
    before = file.stat().st_ino
    protected_names._replace(file, "a-b\n")
    assert (file.read_text(encoding="ascii"), file.stat().st_ino) == ("a-b\n", before)
    protected_names._replace(file, "a-c\n")
    assert file.read_text(encoding="ascii") == "a-c\n"
    assert list(tmp_path.iterdir()) == [file]
