"""Whether the entries of mailboxes that existed before are proved by the operator's lists."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from danhba.importing.mailboxes import Line, lines
from danhba.importing.sheets import Cell, Merged, Sheet
from tests.support.forms import workbook
from tests.support.office import Office
from tests.support.registers import agency, person, register, write

DOMAIN = "laocai.gov.vn"
BEFORE = "2011-01-01 migrated"
TEXTS = register(
    agency("stttt", person("1", "Lò An", BEFORE), person("2", "Vù A Y", "2011-01-01"), person("3", "Lý Ba", BEFORE)),
    agency("ubnd", person("4", "An", BEFORE, address="an.lo", address_document="1/STTTT-VP")),
    agency("old", person("1", "Lò An", "2009-01-01", "2010-01-01"), closed="2010-06-01"),
    system_addresses={"postmaster": "contact-stttt"},
)
WHOLE = ["lan-stttt", "lba-stttt", "an.lo"]


@pytest.fixture
def before(office: Office) -> Office:
    """An office with a register in which three mailboxes are older than the system."""
    office.keep(TEXTS)
    return office


def prove(office: Office, *listed: str, more: tuple[str, ...] = ()) -> tuple[int, list[tuple[str, ...]]]:
    """The exit status, and address, status, id and cell of each, after a list with these lines."""
    (office.path / "list.txt").write_text("".join(f"{line}\n" for line in listed), encoding="utf-8")
    result = office.run("migrated", "--against", "list.txt", *more, "--format", "json")
    keys = ("address", "status", "id", "cell")
    return result.exit_code, [tuple(each[key] for key in keys) for each in json.loads(result.stdout)]


def full(*locals_: str) -> list[str]:
    return [f"{local}@{DOMAIN}" for local in locals_]


def test_each_entry_is_on_the_list_and_each_address_is_an_entrys(before: Office) -> None:
    assert prove(before, *full(*WHOLE)) == (
        0,
        [
            (f"lan-stttt@{DOMAIN}", "proved", "1", "A1"),
            (f"lba-stttt@{DOMAIN}", "proved", "3", "A2"),
            (f"an.lo@{DOMAIN}", "proved", "4", "A3"),
        ],
    )


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        (full(*WHOLE[:2]), (f"an.lo@{DOMAIN}", "unlisted", "4", "")),
        (full(*WHOLE, "vay-stttt"), (f"vay-stttt@{DOMAIN}", "not_migrated", "2", "A4")),
        (full(*WHOLE, "lan-old"), (f"lan-old@{DOMAIN}", "not_migrated", "1", "A4")),
        (full(*WHOLE, "giamdoc"), (f"giamdoc@{DOMAIN}", "missing", "", "A4")),
        (full(*WHOLE, "contact-snv"), (f"contact-snv@{DOMAIN}", "missing", "", "A4")),
        (full(*WHOLE, "LAN-STTTT"), (f"lan-stttt@{DOMAIN}", "duplicate", "", "A4")),
        ([*full(*WHOLE), "an.lo@gmail.com"], ("an.lo@gmail.com", "other_domain", "", "A4")),
        ([*full(*WHOLE), "x@mail.laocai.gov.vn"], ("x@mail.laocai.gov.vn", "other_domain", "", "A4")),
        ([*full(*WHOLE), "vay-stttt"], ("vay-stttt", "no_address", "", "A4")),
    ],
)
def test_what_differs(before: Office, listed: list[str], expected: tuple[str, ...]) -> None:
    status, found = prove(before, *listed)
    assert status == 1
    assert [each for each in found if each[1] != "proved"] == [expected]
    shown = before.run("migrated", "--against", "list.txt")
    assert shown.exit_code == 1
    assert [line.split()[0] for line in shown.stdout.splitlines()] == [expected[0]]
    assert "differences: " in shown.stderr


def test_contact_mailboxes_and_addresses_of_the_system_have_no_entry(before: Office) -> None:
    listed = full(*WHOLE, "contact-stttt", "contact-old", "postmaster")
    status, found = prove(before, "Địa chỉ hộp thư", *listed)
    assert status == 0
    assert [each[1:] for each in found[3:]] == [("contact", "", "A5"), ("contact", "", "A6"), ("system", "", "A7")]
    assert before.run("migrated", "--against", "list.txt").stdout == ""


def test_a_column_of_a_workbook_among_others(before: Office) -> None:
    heading = ("Stt", "Email riêng", "Họ tên", "Hộp thư")
    rows = [(n, f"x{n}@gmail.com", "An", f"<{address}>") for n, address in enumerate(full(*WHOLE), 1)]
    rows += [(n, f"x{n}@gmail.com", "An", "") for n in range(4, 9)]
    (before.path / "list.xlsx").write_bytes(workbook({"Sheet1": [heading, *rows[:3]]}))
    assert before.run("migrated", "--against", "list.xlsx").exit_code == 0
    (before.path / "list.xlsx").write_bytes(workbook({"Sheet1": [heading, *rows]}))
    result = before.run("migrated", "--against", "list.xlsx")
    assert result.exit_code == 1
    assert result.stdout.count("no address in this row") == 5
    assert "x4@gmail.com" in result.stdout


def test_several_lists_are_one(before: Office) -> None:
    (before.path / "more.csv").write_text(
        f"stt;hộp thư\n1;{full(WHOLE[2])[0]}\n2;{full(WHOLE[0])[0]}\n", encoding="utf-8"
    )
    status, found = prove(before, *full(*WHOLE[:2]), more=("--against", "more.csv"))
    assert (status, [each[1] for each in found]) == (1, ["proved", "proved", "proved", "duplicate"])


@pytest.mark.parametrize("content", [b"", b"nguyen van a\n", b"%PDF-1.4", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None])
def test_what_proves_nothing_could_not_run(before: Office, content: bytes | None) -> None:
    if content is not None:
        (before.path / "list.txt").write_bytes(content)
    result = before.run("migrated", "--against", "list.txt")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "list.txt" in result.stderr
    assert before.run("migrated").exit_code == 2


def test_a_register_that_does_not_hold_proves_nothing(before: Office) -> None:
    (before.path / "list.txt").write_text(full("x")[0], encoding="utf-8")
    write(before.path / "directory", {"agencies/bb.yml": agency("bb", parent="nowhere")})
    result = before.run("migrated", "--against", "list.txt")
    assert (result.exit_code, "agency-parent" in result.stderr) == (1, True)


def test_of_many_differences_the_first_are_shown(before: Office) -> None:
    listed = full(*WHOLE, *(f"x{n}" for n in range(60)))
    status, found = prove(before, *listed)
    assert (status, len(found)) == (1, 63)
    shown = before.run("migrated", "--against", "list.txt")
    assert len(shown.stdout.splitlines()) == 50
    assert "… and 10 more" in shown.stderr


@pytest.mark.parametrize(
    ("local", "said"),
    [
        ("lan-stttt", {"status": "proved", "id": "1", "agency": "stttt", "name": "Lò An"}),
        ("contact-old", {"status": "contact", "id": "", "agency": "old", "name": "Cơ quan old"}),
        ("postmaster", {"status": "system", "id": "", "agency": "", "name": ""}),
        ("giamdoc", {"status": "missing", "id": "", "agency": "", "name": ""}),
    ],
)
def test_keys_of_the_proof(before: Office, local: str, said: dict[str, str]) -> None:
    (address,) = full(local)
    (before.path / "list.txt").write_text(f"{address}\n", encoding="utf-8")
    found = json.loads(before.run("migrated", "--against", "list.txt", "--format", "json").stdout)
    assert found[0] == {"address": address, **said, "file": "list.txt", "sheet": "CSV", "cell": "A1"}


def test_of_several_entries_at_an_address_the_one_from_before_the_system_counts(office: Office) -> None:
    again = [person("1", "Lò An", BEFORE, "2011-06-01"), person("1", "Lò An", "2012-01-01")]
    office.keep(register(agency("stttt", *again)))
    assert prove(office, *full("lan-stttt")) == (0, [(f"lan-stttt@{DOMAIN}", "proved", "1", "A1")])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A@x.vn", ["a@x.vn"]),
        ("a@x.vn; b@x.vn", ["a@x.vn", "b@x.vn"]),
        ("Nguyễn An <a@x.vn>", ["a@x.vn"]),
        ("mailto:a@x.vn.", ["a@x.vn"]),
        ("a@\u200bx.vn", ["a@x.vn"]),
        ("a@x.vn\x1b[2J", ["a@x.vn"]),
        ("@x.vn", []),
    ],
)
def test_addresses_of_a_cell(text: str, expected: list[str]) -> None:
    sheet = Sheet("S", {1: [Cell(text)]})
    assert [line.address for line in lines("f", [sheet], "x.vn") if line.is_address] == expected


def test_a_cell_that_is_merged_with_one_above_is_the_same() -> None:
    rows = {1: [Cell("a@x.vn")], 2: [Cell("a@x.vn", merged=Merged.DOWN)], 3: [Cell("b@x.vn")]}
    assert list(lines("f", [Sheet("S", rows)], "x.vn")) == [
        Line("a@x.vn", "f", "S", "A1"),
        Line("b@x.vn", "f", "S", "A3"),
    ]


def test_every_column_with_addresses_of_the_domain_counts() -> None:
    rows = {1: [Cell("a@x.vn"), Cell("p@y.vn"), Cell("b@x.vn")], 2: [Cell(""), Cell("q@y.vn"), Cell("c@x.vn")]}
    found = list(lines("f", [Sheet("S", rows)], "x.vn"))
    assert [(line.address, line.cell) for line in found] == [("a@x.vn", "A1"), ("b@x.vn", "C1"), ("c@x.vn", "C2")]


@pytest.mark.parametrize("most", [0, 1])
def test_of_other_domains_the_column_with_most_addresses_counts(most: int) -> None:
    cells = [["a@y.vn", "b@y.vn"], ["c@z.vn", ""]]
    rows = {number: [Cell(text) for text in (row if most == 0 else row[::-1])] for number, row in enumerate(cells, 1)}
    assert [line.address for line in lines("f", [Sheet("S", rows)], "x.vn")] == ["a@y.vn", "c@z.vn"]


def test_a_row_without_an_address_is_told_by_its_text_but_not_above_the_first() -> None:
    """It may be shorter than the others."""
    rows = {1: [Cell("Stt"), Cell("Hộp thư")], 2: [Cell("1"), Cell("a@x.vn")], 3: [Cell("Tổ 2")]}
    rows[4] = [Cell("3"), Cell(""), Cell("Vù A Y")]
    found = list(lines("f", [Sheet("S", rows), Sheet("T", {1: [Cell("Tổ 3")]})], "x.vn"))
    assert [(line.address, line.cell, line.is_address) for line in found] == [
        ("a@x.vn", "B2", True),
        ("Tổ 2", "B3", False),
        ("3 Vù A Y", "B4", False),
    ]


def test_a_hidden_sheet_is_told(before: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {number: [Cell(address)] for number, address in enumerate(full(*WHOLE), 1)}
    sheets = [Sheet("A", rows), Sheet("B", {1: [Cell("c@x.vn")]}, hidden=True)]
    monkeypatch.setattr("danhba.importing.formats.read", lambda _path: sheets)
    result = before.run("migrated", "--against", str(Path("list.xlsx")))
    assert result.exit_code == 0
    assert "hidden sheet B" in result.stderr
