"""`danhba decide`: from options or answers to the file of a reorganisation, and the forecast of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from danhba.cli import main
from tests.support.plans import province
from tests.support.registers import agency, person, register, write
from tests.support.terminal import Terminal

Run = Callable[..., Result]
BY = ("--document", "1673/NQ-UBTVQH15", "--date", "2025-07-01")
HEAD = "---\ndocument: 1673/NQ-UBTVQH15\ndate: 2025-07-01\n"
MERGED = HEAD + "close:\n  - {agency: skhdt, event: merged, to: stc, people: {to: stc}}\n"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "directory", province())
    return tmp_path


@pytest.fixture
def run(root: Path) -> Run:
    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(main, arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    return invoke


def there(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_what_is_written_can_be_carried_out(root: Path, run: Run) -> None:
    before = there(root)
    done = run("decide", "plan.yml", *BY, "--end", "skhdt:sáp nhập:stc", "--parent", "ttdt:stc")
    assert done.exit_code == 0, done.output
    assert there(root) == before | {"plan.yml": (MERGED + "parents:\n  - {agency: ttdt, parent: stc}\n").encode()}, (
        "the register does not change"
    )
    assert "Nguyễn Văn Vịnh (1): nvvinh-skhdt → nvvinh-stc" in done.stdout
    assert "danhba reorganise plan.yml" in done.stderr
    assert run("reorganise", "plan.yml", "--yes").exit_code == 0
    assert run("check", "--no-cache").exit_code == 0


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (
            ("--end", "skhdt:merged:stc", "--goes", "1:nghỉ hưu"),
            MERGED.removeprefix(HEAD) + 'people:\n  - {id: "1", close: retired}\n',
        ),
        (
            ("--end", "skhdt:giải thể", "--goes", "skhdt:stc", "--goes", "skhdt/Phòng A: B:stc"),
            ("close:\n  - {agency: skhdt, event: dissolved, people: {to: stc}}\n"
            'units:\n  - {agency: skhdt, unit: "Phòng A: B", to: stc}\n'),
        ),
        (
            ("--end", "skhdt:đổi tên:skd", "--open", "skd:sở:Sở A: B", "--parent", "skd:ubnd", "--operator", "stc",
             "--custodian", "skd:1:5/QĐ-UBND", "--request", "2/TTr-UBND"),
            ("operator: stc\nagencies:\n"
            '  - {agency: skd, name: "Sở A: B", kind: department, parent: ubnd, event: renamed}\n'
            "close:\n  - {agency: skhdt, event: renamed, to: skd, people: {to: skd}}\n"
            'custodians:\n  - {agency: skd, person: "1", document: 5/QĐ-UBND, as: head}\n'),
        ),
        (("--open", "skd:board:Ban A"), "agencies:\n  - {agency: skd, name: Ban A, kind: board, event: established}\n"),
    ],
)  # fmt: skip
def test_what_options_say(root: Path, run: Run, options: tuple[str, ...], lines: str) -> None:
    run("decide", "plan.yml", *BY, *options)
    text = (root / "plan.yml").read_text(encoding="utf-8").replace("request: 2/TTr-UBND\n", "")
    assert text == HEAD + lines


def test_an_agency_that_ends_twice_is_told(run: Run) -> None:
    done = run(
        "decide", "plan.yml", *BY, "--end", "skhdt:merged:stc", "--end", "skhdt:dissolved", "--parent", "ttdt:stc"
    )
    assert done.exit_code == 1
    assert "reorganise-twice" in done.stdout


def test_problems_are_told_and_what_was_said_is_kept(root: Path, run: Run) -> None:
    done = run("decide", "plan.yml", *BY, "--end", "skhdt:dissolved")
    assert done.exit_code == 1
    assert "1 Nguyễn Văn Vịnh, 2 Trần Thị Hà" in done.stdout
    assert "solve the problems above" in done.stderr
    assert (root / "plan.yml").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--end", "skhdt:sold:stc"), "--end: 'sold' is none of:\n    dissolved\n    merged\n"),
        (("--end", "skhdt"), "--end: 'skhdt' has not the shape of: TENDONVI:REASON:TO,TO"),
        (("--end", "skhdt:merged:"), "has not the shape of: TENDONVI:REASON:TO,TO"),
        (("--end", "Sở:merged:stc"), "--end: 'Sở' has not the shape of: snv"),
        (("--end", "skhdt:merged:stc,Sở"), "--end: 'Sở' has not the shape of: snv"),
        (("--open", "skd:shop:A"), "--open: 'shop' is none of:\n    armed_unit\n    board"),
        (("--open", "skd:board"), "--open: 'skd:board' has not the shape of: TENDONVI:KIND:NAME"),
        (
            ("--end", "skhdt:split", "--goes", "1:vũ trụ"),
            "neither an agency (tendonvi) nor one of:\n    deceased",
        ),
        (("--end", "skhdt:split", "--custodian", "stc:1:QĐ"), "--custodian: 'QĐ' has not the shape of"),
        (("--end", "skhdt:split", "--custodian", "stc:1:5/QĐ-A:boss"), "'boss' is none of:\n    delegate\n    head"),
        ((), "say which agency ends or begins: --end, --open"),
    ],
)
def test_what_is_refused(root: Path, run: Run, arguments: tuple[str, ...], said: str) -> None:
    before = there(root)
    done = run("decide", "plan.yml", *BY, *arguments)
    assert (done.exit_code, there(root)) == (2, before)
    assert said in done.stderr


def test_a_file_that_is_there_is_kept(root: Path, run: Run) -> None:
    (root / "plan.yml").write_text("x", encoding="utf-8")
    merged = ("--end", "skhdt:merged:stc", "--parent", "ttdt:stc")
    done = run("decide", "plan.yml", *BY, *merged)
    assert (done.exit_code, (root / "plan.yml").read_text(encoding="utf-8")) == (1, "x")
    assert "--force" in done.stderr
    assert run("decide", "plan.yml", *BY, *merged, "--force", "--dry-run").exit_code == 0
    assert (root / "plan.yml").read_text(encoding="utf-8") == "x"
    shown = run("decide", "plan.yml", *BY, *merged, "--force").stdout
    assert "\n-x\n" in shown
    assert (root / "plan.yml").read_text(encoding="utf-8").startswith(HEAD)


@pytest.mark.parametrize(
    "path", ["directory/plan.yml", "directory/agencies/plan.yml", "./directory/../directory/p.yml"]
)
def test_no_plan_stands_within_the_register(root: Path, run: Run, path: str) -> None:
    before = there(root)
    done = run("decide", path, *BY, "--end", "skhdt:merged:stc", "--parent", "ttdt:stc")
    assert (done.exit_code, there(root)) == (1, before)
    assert "write it beside directory" in done.stderr


def test_what_a_dry_run_shows_is_not_written(root: Path, run: Run) -> None:
    before = there(root)
    done = run("decide", "plan.yml", *BY, "--end", "skhdt:merged:stc", "--parent", "ttdt:stc", "--dry-run")
    assert (done.exit_code, there(root)) == (0, before)
    assert "+  - {agency: skhdt, event: merged, to: stc, people: {to: stc}}" in done.stdout


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[[], Terminal]]:
    opened: list[Terminal] = []

    def start() -> Terminal:
        opened.append(Terminal(tmp_path, "decide", "plan.yml", language="vi"))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def told(terminal: Terminal, *exchange: tuple[str, str]) -> tuple[int, str]:
    """Answer each question when it is asked."""
    for question, answer in exchange:
        terminal.until(question)
        terminal.type(answer)
    return terminal.end()


BEGIN = (("Số và ký hiệu văn bản", "1673/NQ-UBTVQH15"), ("Từ ngày", "2025-07-01"))


def test_a_merger_is_asked_for(root: Path, terminal: Callable[[], Terminal]) -> None:
    status, shown = told(
        terminal(),
        *BEGIN,
        ("Cơ quan nào kết thúc (tendonvi)?", "skhd"),
        ("'skhd' không phải cơ quan đang hoạt động ngày đó; gần giống có: skhdt", "skhdt"),
        ("Cơ quan skhdt kết thúc do đâu?\n   1. giải thể", "sap nhap"),
        ("Cơ quan nào tiếp nhận Cơ quan skhdt", "moi"),
        ("Tên cơ quan mới moi", "Sở Mới"),
        ("Loại cơ quan của moi", ""),
        ("Đơn vị chủ quản của moi", ""),
        ("Còn cơ quan nào kết thúc (tendonvi)? (Enter nếu không có)", ""),
        ("Người của Cơ quan skhdt về đâu", ""),
        ("Ai của Cơ quan skhdt đi nơi khác (id)?", "3"),
        ("'3' không thuộc: 1, 2", "2"),
        ("Trần Thị Hà (2) về đâu", "nghỉ"),
        ("'nghỉ' không phải cơ quan đang hoạt động ngày đó, cũng không thuộc:\n    từ trần", "nghỉ hưu"),
        ("Ai của Cơ quan skhdt đi nơi khác (id)?", ""),
        ("Đơn vị chủ quản của ttdt (tendonvi) [moi]", ""),
        ("Từ ngày đó ai quản lý hộp thư công vụ của moi (id)?", "1"),
        ("Số và ký hiệu văn bản", "5/QĐ-UBND"),
        ("Thủ trưởng hay người được ủy quyền", ""),
        ("Ghi vào sổ?", "y"),
    )
    assert status == 0, shown
    kind, parent = "department", "ubnd"
    assert (root / "plan.yml").read_text(encoding="utf-8") == (
        f"{HEAD}agencies:\n  - {{agency: moi, name: Sở Mới, kind: {kind}, parent: {parent}, event: merged}}\n"
        "close:\n  - {agency: skhdt, event: merged, to: moi, people: {to: moi}}\n"
        'people:\n  - {id: "2", close: retired}\n'
        "parents:\n  - {agency: ttdt, parent: moi}\n"
        'custodians:\n  - {agency: moi, person: "1", document: 5/QĐ-UBND, as: head}\n'
    )


def test_a_split_is_asked_for_division_by_division(root: Path, terminal: Callable[[], Terminal]) -> None:
    people = (
        person("71", "Lò An", "2011-01-01", unit="Phòng A"),
        person("72", "Lò Ba", "2011-01-01", unit="Phòng B"),
        person("73", "Lò Chi", "2011-01-01"),
    )
    for name, text in register(agency("aa", *people), agency("cc")).items():
        (root / "directory" / name).write_text(text, encoding="utf-8")
    status, shown = told(
        terminal(),
        *BEGIN,
        ("Cơ quan nào kết thúc", "aa"),
        ("kết thúc do đâu?", "chia tách"),
        ("Những cơ quan nào tiếp nhận", "bb, cc"),
        ("Tên cơ quan mới bb", "Sở B"),
        ("Loại cơ quan của bb", ""),
        ("Đơn vị chủ quản của bb", ""),
        ("Còn cơ quan nào kết thúc", ""),
        ("Không ghi thì hỏi từng phòng, từng người", ""),
        ("Phòng A của", "bb"),
        ("Phòng B của", ""),
        ("Lò Ba (72) về đâu", "cc"),
        ("Lò Chi (73) về đâu", "bb"),
        ("hộp thư công vụ của bb", ""),
        ("Ghi vào sổ?", "y"),
    )
    assert status == 0, shown
    text = (root / "plan.yml").read_text(encoding="utf-8")
    assert "  - {agency: aa, event: split, to: [bb, cc]}\n" in text
    assert "units:\n  - {agency: aa, unit: Phòng A, to: bb}\n" in text
    assert 'people:\n  - {id: "72", to: cc}\n  - {id: "73", to: bb}\n' in text


def test_who_says_no_has_no_file(root: Path, terminal: Callable[[], Terminal]) -> None:
    status, _shown = told(
        terminal(),
        *BEGIN,
        ("Cơ quan nào kết thúc", "skhdt"),
        ("kết thúc do đâu?", "merged"),
        ("Cơ quan nào tiếp nhận", "stc"),
        ("Còn cơ quan nào kết thúc", ""),
        ("Người của", ""),
        ("đi nơi khác", ""),
        ("Đơn vị chủ quản của ttdt", ""),
        ("Ghi vào sổ?", "n"),
    )
    assert status == 1
    assert not (root / "plan.yml").exists()
