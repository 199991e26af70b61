"""From a file to its sheets: what is no file, and what keeps to the limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from danhba.importing import formats
from danhba.importing.sheets import EMPTY, LONGEST_CELL, Cell
from danhba.reading.source import Unusable
from tests.support.forms import workbook


def refusal(path: Path) -> tuple[str, dict[str, object]]:
    with pytest.raises(Unusable) as refused:
        formats.read(path)
    return refused.value.template, refused.value.values


def test_a_file_is_known_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(workbook({"DS": [("Stt", "Họ và tên")]}))
    (sheet,) = formats.read(path)
    assert sheet.name == "DS"
    assert [cell for _row, _column, cell in sheet.cells()] == [Cell("Stt"), Cell("Họ và tên")]


def test_what_is_no_file(tmp_path: Path) -> None:
    assert refusal(tmp_path / "list") == (formats.NO_FILE, {"path": tmp_path / "list"})
    assert refusal(tmp_path) == (formats.NOT_PLAIN, {"path": tmp_path})


def test_what_is_wrong_with_a_file_is_told_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(workbook({"DS": [("Stt", "x" * 40_000)]}))
    _template, values = refusal(path)
    assert values["path"] == str(path)


def test_a_file_that_cannot_be_read() -> None:
    """The memory of this process is a plain file, and its beginning is unreadable even for root."""
    memory = Path("/proc/self/mem")
    assert refusal(memory) == (formats.UNREADABLE, {"path": memory, "reason": "Input/output error"})


def test_as_large_as_a_file_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "LARGEST", 2 * 1024**2)
    path, data = tmp_path / "list.csv", (b"a;b".ljust(1023) + b"\n") * 2048
    path.write_bytes(data)
    assert len(formats.read(path)[0].rows) == 2048
    path.write_bytes(data + b"\n")
    assert refusal(path) == (formats.TOO_LARGE, {"path": path, "most": 2})


def test_what_nobody_could_see_is_no_text() -> None:
    (sheet,) = formats.parse("list", "Stt;\u200b;Họ và tên\n\u200b;\u00ad\n1; ;Vù A Y\n".encode())
    assert sheet.rows == {1: [Cell("Stt"), EMPTY, Cell("Họ và tên")], 3: [Cell("1"), EMPTY, Cell("Vù A Y")]}


def test_as_long_as_a_cell_may_be() -> None:
    (sheet,) = formats.parse("list", f"Stt;{'a' * LONGEST_CELL}\n".encode())
    assert len(sheet.rows[1][1].text) == LONGEST_CELL
    with pytest.raises(Unusable) as refused:
        formats.parse("list", f"Stt;b\nStt;{'a' * (LONGEST_CELL + 1)}\n".encode())
    assert refused.value.template == formats.TOO_LONG
    assert refused.value.values == {"path": "list", "sheet": "CSV", "cell": "B2", "most": LONGEST_CELL}
