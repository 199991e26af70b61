"""The editing commands at a real pseudo-terminal: what they ask, what they accept, and how one backs out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.registers import SAMPLE, STTTT, UBND, write
from tests.support.terminal import Terminal

UNTOUCHED = {name: text.encode() for name, text in SAMPLE.items()}
OPENED = "{document: 5/QĐ-UBND, date: 2011-07-01, event: recruited}"
LINES = f'people:\n  - id: "000104"\n    name: Lò Thị Mai\n    title: Văn thư\n    opened: {OPENED}\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write(tmp_path / "directory")


@pytest.fixture
def terminals() -> Iterator[list[Terminal]]:
    started: list[Terminal] = []
    yield started
    for terminal in started:
        terminal.close()


def start(terminals: list[Terminal], root: Path, *arguments: str, language: str = "en") -> Terminal:
    terminals.append(Terminal(root.parent, *arguments, language=language))
    return terminals[-1]


def there(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_what_is_missing_is_asked_for_and_checked_at_once(root: Path, terminals: list[Terminal]) -> None:
    terminal = start(terminals, root, "open", "ubnd", "--id", "000104")
    terminal.until("Full name: ")
    terminal.type("Lò Thị Mai")
    terminal.until("Number and symbol of the document: ")
    terminal.type("công văn số 5")
    terminal.until("has not the shape of: 12/2024/QĐ-UBND, 44/TTr-SNV, 650/UBND-NV")
    terminal.until("Number and symbol of the document: ")
    terminal.type("5/QĐ-UBND")
    terminal.until("From which day: ")
    terminal.type("")
    terminal.until("From which day: ")
    terminal.type("31/6/2011")
    terminal.until("month 6 of 2011 has 30 days")
    terminal.until("From which day: ")
    terminal.type("1/7/2011")
    terminal.until("1/7/2011 is taken as day 1 of month 7, 2011 (2011-07-01)")
    for question, answer in (("Title", " Văn  thư "), ("Division within the agency", ""), ("Office telephone", "")):
        terminal.until(f"{question} (Enter for none): ")
        terminal.type(answer)
    shown = terminal.until("Write this? [y/N]: ")
    assert "\x1b[32m+    name: Lò Thị Mai\x1b[0m\n" in shown
    assert "\x1b[32m+    title: Văn thư\x1b[0m\n" in shown
    assert "\x1b[31m-people: []\x1b[0m\n" in shown
    assert re.search(r"\ncreate: ltmai-ubnd@laocai.gov.vn \(Lò Thị Mai\) \[5/QĐ-UBND\]\nAs of .*: create 1\n", shown)
    assert there(root) == UNTOUCHED, "it wrote before the answer"
    terminal.type("y")
    status, shown = terminal.end()
    assert status == 0
    assert shown.endswith("written: directory/agencies/ubnd.yml\n")
    assert there(root) == UNTOUCHED | {"agencies/ubnd.yml": UBND.replace("people: []\n", LINES).encode()}


ENDINGS = "   1. từ trần\n   2. buộc thôi việc\n   3. chuyển ra ngoài tỉnh\n   4. thôi việc\n   5. nghỉ hưu\n"


def test_in_vietnamese(root: Path, terminals: list[Terminal]) -> None:
    terminal = start(terminals, root, "close", "000101", language="vi")
    terminal.until(f"Lý do:\n{ENDINGS}Số thứ tự (1-5) hoặc tên: ")
    terminal.type("transferred")
    terminal.until("'transferred' không có trong danh sách trên; gõ số thứ tự từ 1 đến 5")
    terminal.until("hoặc tên: ")
    terminal.type("Nghỉ hưu")
    terminal.until("Số và ký hiệu văn bản: ")
    terminal.type("5/QĐ-UBND")
    terminal.until("Từ ngày: ")
    terminal.type("2011-07-01")
    terminal.until("Ghi vào sổ? [y/N]: ")
    terminal.type("y")
    status, shown = terminal.end()
    assert (status, "đã ghi: directory/agencies/stttt.yml\n" in shown) == (0, True)
    line = "    opened: {document: 101/QĐ-UBND, date: 2010-10-15, event: recruited}\n"
    closed = "    closed: {document: 5/QĐ-UBND, date: 2011-07-01, event: retired}\n"
    assert there(root) == UNTOUCHED | {"agencies/stttt.yml": STTTT.replace(line, line + closed).encode()}


ALL = ("open", "ubnd", "--id", "000104", "--name", "Lò Thị Mai", "--document", "5/QĐ-UBND", "--date", "2011-07-01")


@pytest.mark.parametrize("answer", ["n", "", "x\nn"])
def test_no(root: Path, terminals: list[Terminal], answer: str) -> None:
    terminal = start(terminals, root, *ALL)
    terminal.until("Write this? [y/N]: ")
    terminal.type(answer)
    status, shown = terminal.end()
    assert status == 1
    assert shown.endswith("nothing was written\n")
    assert there(root) == UNTOUCHED


def test_yes_is_not_asked_for(root: Path, terminals: list[Terminal]) -> None:
    status, shown = start(terminals, root, *ALL, "--yes").end()
    assert (status, "Write this?" in shown) == (0, False)
    assert there(root) != UNTOUCHED


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize(("keys", "status"), [(b"\x04", 130), (b"\x03", 130)])
@pytest.mark.parametrize("arguments", [("open", "ubnd"), ALL])
def test_one_backs_out(
    root: Path, terminals: list[Terminal], arguments: tuple[str, ...], keys: bytes, status: int
) -> None:
    """By the end of input, or by an interrupt; at a question, or at the last one."""
    terminal = start(terminals, root, *arguments)
    terminal.until(": " if arguments is not ALL else "[y/N]: ")
    terminal.press(keys)
    ended, shown = terminal.end()
    assert ended == status
    assert shown.endswith("danhba: interrupted\n")
    assert there(root) == UNTOUCHED


def test_who_it_is_about_is_settled_before_anything_is_asked(root: Path, terminals: list[Terminal]) -> None:
    status, shown = start(terminals, root, "close", "vinh").end()
    assert (status, "could be 2 people" in shown) == (1, True)


def test_an_agency_is_asked_about_as_one(root: Path, terminals: list[Terminal]) -> None:
    terminal = start(terminals, root, "agency", "open", "moi", "--event", "established", language="vi")
    terminal.until("Tên cơ quan: ")
    terminal.type("Sở Mới")
    terminal.until("Loại cơ quan:\n   1. ")
    terminal.until("hoặc tên: ")
    terminal.type("99")
    terminal.until("'99' không có trong danh sách trên; gõ số thứ tự từ 1 đến ")
    terminal.type("department")
    terminal.until("Số và ký hiệu văn bản: ")
    terminal.type("5/QĐ-UBND")
    terminal.until("Từ ngày: ")
    terminal.type("1/7/2011")
    terminal.until("Cơ quan chủ quản, mã hoặc tên (Enter nếu không có): ")
    terminal.type("Ủy ban nhân dân tỉnh")
    terminal.until("Ủy ban nhân dân tỉnh (ubnd)\n")
    assert "+parent: ubnd" in terminal.until("[y/N]: ")


@pytest.mark.parametrize(
    ("query", "code", "old", "new"),
    [
        ("000101", "stttt", "101/QĐ-UBND, date: 2010-10-15, event: recruited}\n", "    closed: {ENDS retired}\n"),
        ("ubnd", "ubnd", "event: established}\n", "closed: {ENDS dissolved}\n"),
    ],
)
def test_what_withdraws_is_asked_for_of_a_person_and_of_an_agency_alike(  # noqa: PLR0917
    query: str, code: str, old: str, new: str, root: Path, terminals: list[Terminal]
) -> None:
    path = root / f"agencies/{code}.yml"
    ends = new.replace("ENDS ", "document: 5/NQ-HĐND, date: 2099-07-01, event: ")
    head, found, tail = path.read_text(encoding="utf-8").rpartition(old)
    path.write_text(head + found + ends + tail, encoding="utf-8")
    before = there(root)
    terminal = start(terminals, root, "withdraw", query)
    terminal.until("Number and symbol of the document: ")
    terminal.type("6/NQ-HĐND")
    shown = terminal.until("Write this? [y/N]: ")
    assert "by 6/NQ-HĐND it does not come to pass" in shown
    assert "withdrawn: {document: 6/NQ-HĐND, date: " in shown
    assert there(root) == before, "it wrote before the answer"
    terminal.type("y")
    assert terminal.end()[0] == 0
    assert there(root) != before


@pytest.mark.parametrize(("no_color", "begins"), [(None, "\x1b[32mcreate: "), ("", "create: ")])
def test_a_plan_has_colours_at_a_terminal_unless_somebody_wants_none(
    root: Path, terminals: list[Terminal], monkeypatch: pytest.MonkeyPatch, no_color: str | None, begins: str
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color is not None:
        monkeypatch.setenv("NO_COLOR", no_color)
    status, shown = start(terminals, root, "plan", "--against", "empty").end()
    assert status == 0
    assert all(line.startswith(begins) for line in shown.splitlines() if "create: " in line)
    assert shown.startswith(begins)


def test_what_is_wrong_has_colours_at_a_terminal(root: Path, terminals: list[Terminal]) -> None:
    (root / "agencies/ubnd.yml").write_text("code: ubnd\n", encoding="utf-8")
    status, shown = start(terminals, root, "check").end()
    assert status == 1
    assert "\x1b[31merror\x1b[0m" in shown
