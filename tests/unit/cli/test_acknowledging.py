"""`danhba acknowledge`: what it writes into province.yml, what it asks, and what it refuses without touching a byte."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from danhba import cli
from danhba.checking.check import check
from danhba.cli import acknowledging, commit
from danhba.reading import source
from danhba.reading.source import File
from tests.support.registers import PROVINCE, SAMPLE, agency, person, register, write
from tests.support.terminal import Terminal

Run = Callable[..., Result]
TODAY = date(2011, 6, 1)
BY = ("--document", "5/QĐ-UBND", "--until", "2011-12-31")
DAYS = "document: 5/QĐ-UBND, until: 2011-12-31"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.chdir(tmp_path)
    for module in (commit, acknowledging):
        monkeypatch.setattr(module, "today", lambda: TODAY)
    return write(tmp_path / "directory")


@pytest.fixture
def run(root: Path) -> Run:
    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(cli.main, ["acknowledge", *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    return invoke


def there(root: Path) -> dict[str, str]:
    return {str(p.relative_to(root)): p.read_text(encoding="utf-8") for p in root.rglob("*") if p.is_file()}


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--limit", "close", "--count", "30"), f"{{limit: close, {DAYS}, count: 30}}"),
        (("--limit", "đóng", "--count", "30"), f"{{limit: close, {DAYS}, count: 30}}"),
        (
            ("--limit", "close", "--count", "30", "--agencies", "ubnd, stttt,ubnd"),
            f"{{limit: close, {DAYS}, count: 30, agencies: [ubnd, stttt]}}",
        ),
        (
            ("--limit", "close", "--count", "30", "--documents", "70/QĐ-SNV, 71/QĐ-SNV"),
            f"{{limit: close, {DAYS}, count: 30, documents: [70/QĐ-SNV, 71/QĐ-SNV]}}",
        ),
        (("--limit", "doi dia chi", "--accounts", "000101"), f"{{limit: readdress, {DAYS}, accounts: [nvvinh-stttt]}}"),
        (
            ("--limit", "close", "--count", "3", "--from", "2011-07-01"),
            "{limit: close, document: 5/QĐ-UBND, from: 2011-07-01, until: 2011-12-31, count: 3}",
        ),
        (
            ("--limit", "protected", "--accounts", "contact-stttt@laocai.gov.vn, contact-stttt"),
            f"{{limit: protected, {DAYS}, accounts: [contact-stttt]}}",
        ),
        (
            ("--limit", "sửa mục đã ghi", "--accounts", "stttt/000101,vinhnv-stttt,stttt,contact-ubnd"),
            f"{{limit: history, {DAYS}, accounts: [stttt/000101, stttt/000102, stttt, ubnd]}}",
        ),
    ],
)
def test_what_is_written(root: Path, run: Run, arguments: tuple[str, ...], line: str) -> None:
    shown = run(*arguments, *BY, "--dry-run")
    assert (shown.exit_code, there(root)) == (0, SAMPLE)
    assert f"+  - {line}" in shown.stdout
    done = run(*arguments, *BY)
    assert (done.exit_code, there(root)) == (0, {**SAMPLE, "province.yml": f"{PROVINCE}  - {line}\n"})


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--limit", "x"), 2, "'x' is none of:\n    close\n    history\n    protected\n    readdress\n"),
        (("--limit", "close"), 2, "missing --count, --document, --until"),
        (("--limit", "history"), 2, "missing --accounts, --document, --until"),
        ((), 2, "missing --limit (close | history | protected | readdress)"),
        (("--limit", "history", "--count", "3"), 2, "--count is for these alone: close, readdress"),
        (("--limit", "protected", "--count", "3", "--accounts", "contact-stttt", *BY), 2, "--count is for these alone"),
        (("--limit", "history", "--accounts", ", ,", *BY), 2, "has not the shape of: contact-snv, snv/000101"),
        (("--limit", "close", "--count", "3", "--agencies", "snv", *BY), 1, "the register has no agency 'snv'"),
        (("--limit", "close", "--count", "3", "--documents", "x}", *BY), 1, "'x}' is no number and symbol"),
        (
            ("--limit", "history", "--accounts", "stttt", "--agencies", "stttt", *BY),
            2,
            "--agencies says in what a count holds",
        ),
        (("--limit", "close", "--count", "0", *BY), 2, "'0' has not the shape of: 25"),
        (("--limit", "close", "--count", "-1", *BY), 2, "'-1' has not the shape of: 25"),
        (("--limit", "close", "--count", "3", *BY, "--document", "QĐ"), 2, "'QĐ' has not the shape of"),
        (
            ("--limit", "close", "--count", "3", *BY, "--until", "31/13/2011"),
            2,
            "'31/13/2011' is no day: there is no month 13",
        ),
        (("--limit", "close", "--count", "3", *BY, "--until", "2011-05-31"), 1, "2011-05-31 has passed"),
        (("--limit", "close", "--count", "3", *BY, "--from", "2012-01-01"), 1, "and so never; correct the days"),
        (("--limit", "protected", "--accounts", "contact-ubnd", *BY), 1, "protected are: contact-stttt"),
        (("--limit", "history", "--accounts", "stttt/x", *BY), 1, "'stttt/x' is no agency and no entry"),
        (("--limit", "history", "--accounts", "x/000101", *BY), 1, "'x/000101' is no agency and no entry"),
        (("--limit", "history", "--accounts", "nobody", *BY), 1, "nobody here is or was 'nobody'"),
        (("--limit", "close", "--accounts", "Nguyễn Văn Vịnh", *BY), 1, "nobody here is or was"),
    ],
)
def test_what_is_refused(root: Path, run: Run, arguments: tuple[str, ...], status: int, said: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, there(root)) == (status, SAMPLE)
    assert said in result.stderr


def test_an_id_in_two_agencies_is_no_one_entry(root: Path, run: Run) -> None:
    moved = "2011-02-01 transferred"
    texts = register(agency("aa", person("7", "Lò An", "2011-01-01", moved)), agency("bb", person("7", "Lò An", moved)))
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8")
    result = run("--limit", "history", "--accounts", "7", *BY)
    assert result.exit_code == 1
    assert "lan-aa@laocai.gov.vn" in result.stdout
    assert run("--limit", "history", "--accounts", "bb/7", *BY).exit_code == 0
    assert "accounts: [bb/7]" in (root / "province.yml").read_text(encoding="utf-8")


def test_what_a_refusal_says_lets_the_change_pass(root: Path, run: Run) -> None:
    """The command in the message, completed by document and day, is the way out that it promises."""
    read: list[list[File]] = []
    names = [f"Lò {word}" for word in ("An", "Ban", "Chi", "Dung", "Hoa", "Kim")]
    for closed in ("", "2011-07-01"):
        people = [person(str(n), name, "2011-01-01", closed if n < 4 else "") for n, name in enumerate(names)]
        for name, text in register(agency("aa", *people)).items():
            (root / name).write_text(text, encoding="utf-8")
        read.append(source.from_directory(root))

    def refused() -> list[str]:
        files = source.from_directory(root)
        found = check(files, TODAY, check(read[0], TODAY)).findings
        return [f.rule.message.format(**f.values) for f in found if f.rule.id.startswith("plan-")]

    commands = [re.search(r"danhba acknowledge (.*)", message) for message in refused()]
    assert commands
    for command in commands:
        assert command
        assert run(*command[1].split(), *BY).exit_code == 0
    assert refused() == []


def test_a_clerk_is_asked_in_vietnamese(tmp_path: Path) -> None:
    write(tmp_path / "directory")
    terminal = Terminal(tmp_path, "acknowledge", language="vi")
    try:
        for question, answer in (
            ("4. đổi địa chỉ", "đóng"),
            ("Nhiều nhất bao nhiêu hộp thư", "nhiều"),
            ("'nhiều' không đúng dạng, ví dụ: 25", "30"),
            ("Số và ký hiệu văn bản", "5/QĐ-UBND"),
            ("Đến hết ngày", "31/12/2099"),
            ("Chỉ cho các cơ quan", "sở thông tin"),
            ("Chỉ cho việc theo các văn bản", "70/QĐ-SNV"),
            ("Có hiệu lực từ ngày (Enter nếu không có)", ""),
            ("Ghi vào sổ?", "y"),
        ):
            terminal.until(question)
            terminal.type(answer)
        status, _shown = terminal.end()
    finally:
        terminal.close()
    assert status == 0
    bound = "agencies: [stttt], documents: [70/QĐ-SNV]"
    line = f"  - {{limit: close, document: 5/QĐ-UBND, until: 2099-12-31, count: 30, {bound}}}\n"
    assert (tmp_path / "directory/province.yml").read_text(encoding="utf-8") == PROVINCE + line
