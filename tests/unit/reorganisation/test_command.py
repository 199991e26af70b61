"""`danhba reorganise`: what it shows, what it writes, and when it writes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from danhba.cli import main
from danhba.rendering.plan import LONGEST_MARKDOWN, escape
from tests.support.plans import HEAD, MERGED, province
from tests.support.registers import person, write


def run(*arguments: str | Path, language: str = "en") -> Result:
    """The command in English."""
    return CliRunner().invoke(main, ["reorganise", *map(str, arguments), "--lang", language])


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """A register on disk."""
    return write(tmp_path / "directory", province())


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A reorganisation on disk."""
    path = tmp_path / "merger.yml"
    path.write_text(MERGED, encoding="utf-8")
    return path


def contents(root: Path) -> dict[str, bytes]:
    """Everything below a folder."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_it_tells_all_and_writes_it(register: Path, plan: Path) -> None:
    done = run(plan, register)
    assert done.exit_code == 0, done.output
    for told in (
        "Reorganisation by 1673/NQ-UBTVQH15 on 2025-07-01",
        "0 agencies open, 1 end; 2 people move, 0 mailboxes are closed",
        "skhdt (Cơ quan skhdt): ends (merged), succeeded by stc; 2 people go (stc 2)",
        "stc (Cơ quan stc): 2 people come",
        "ttdt (Cơ quan ttdt): now under stc",
        "Nguyễn Văn Vịnh (1): nvvinh-skhdt → nvvinh-stc",
        "limit: readdress, document: 1673/NQ-UBTVQH15",
        "reorganise-no-custodian",
    ):
        assert told in done.output
    assert CliRunner().invoke(main, ["check", str(register), "--no-cache"]).exit_code == 0
    who = CliRunner().invoke(main, ["who", "nvvinh-stc", str(register), "--as-of", "2025-07-01"]).output
    assert "Nguyễn Văn Vịnh" in who
    assert "1673/NQ-UBTVQH15" in who


def test_a_dry_run_writes_nothing(register: Path, plan: Path) -> None:
    before = contents(register)
    done = run(plan, register, "--dry-run")
    assert done.exit_code == 0
    assert "nvvinh-stc" in done.output
    assert contents(register) == before


def test_the_second_run_is_refused_and_changes_nothing(register: Path, plan: Path) -> None:
    run(plan, register)
    after = contents(register)
    done = run(plan, register)
    assert done.exit_code == 1
    assert "reorganise-done" in done.output
    assert contents(register) == after


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD + "close: [{agency: x, event: merged, to: stc}]", "reorganise-agency-open"),
        (HEAD + "close: [{agency: skhdt, event: dissolved}]", "1 Nguyễn Văn Vịnh, 2 Trần Thị Hà"),
        (HEAD + "closed: []", "schema-key"),
        ("\x00", "yaml-syntax"),
        (HEAD + 'people: [{id: "1", to: ttdt}]\nparents: [{agency: ubnd, parent: ttdt}]', "agency-cycle"),
    ],
)
def test_what_cannot_be_is_told_and_nothing_is_written(register: Path, plan: Path, text: str, told: str) -> None:
    before = contents(register)
    plan.write_text(text, encoding="utf-8")
    done = run(plan, register)
    assert done.exit_code == 1
    assert told in done.output
    assert contents(register) == before


def test_a_register_with_errors_is_not_reorganised(register: Path, plan: Path) -> None:
    (register / "agencies/ubnd.yml").write_text("agency: ubnd\n", encoding="utf-8")
    before = contents(register)
    done = run(plan, register)
    assert done.exit_code == 1
    assert "schema-missing" in done.output
    assert contents(register) == before


@pytest.mark.parametrize("kind", ["missing", "directory", "large"])
def test_a_file_that_cannot_be_read_is_refused(
    register: Path, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "other.yml"
    if kind == "directory":
        path.mkdir()
    if kind == "large":
        path.write_text(MERGED, encoding="utf-8")
        monkeypatch.setattr("danhba.cli.reorganise.LARGEST", 10)
    done = run(path, register)
    assert done.exit_code == (2 if kind == "missing" else 1)
    assert "other.yml" in done.output


def test_json_has_everything(register: Path, plan: Path, tmp_path: Path) -> None:
    plan.write_text(MERGED + 'people: [{id: "2", close: retired, document: 7/QĐ-UBND}]\n', encoding="utf-8")
    done = CliRunner().invoke(main, ["reorganise", str(plan), str(register), "--format", "json", "--dry-run"])
    data = json.loads(done.stdout)
    assert (data["document"], data["date"]) == ("1673/NQ-UBTVQH15", "2025-07-01")
    assert data["counts"] == {
        "agencies_opened": 0, "agencies_closed": 1, "moved": 1, "closed": 1, "clashes": 0, "undecided": 0, "problems": 0
    }  # fmt: skip
    assert data["moves"] == [
        {
            "id": "1", "name": "Nguyễn Văn Vịnh", "from": "skhdt", "to": "stc",
            "before": "nvvinh-skhdt@laocai.gov.vn", "after": "nvvinh-stc@laocai.gov.vn",
            "pinned": False, "suspended": False, "clash": None,
        }
    ]  # fmt: skip
    assert data["closed"] == [
        {
            "id": "2", "name": "Trần Thị Hà", "agency": "skhdt", "address": "ttha-skhdt@laocai.gov.vn",
            "event": "retired", "document": "7/QĐ-UBND",
        }
    ]  # fmt: skip
    row = next(row for row in data["agencies"] if row["agency"] == "skhdt")
    assert (row["closed"], row["successors"], row["to"], row["people_closed"]) == ("merged", ["stc"], {"stc": 1}, 1)
    assert [item["limit"] for item in data["acknowledgements"]] == ["close"]
    assert [item["rule"] for item in data["reminders"]] == ["reorganise-no-custodian"]


def test_undecided_people_are_in_the_json_to_the_last(tmp_path: Path, plan: Path) -> None:
    many = [person(str(100 + i), "Lý Anh", "2012-01-01", address=f"la{i}-skhdt", address_document="1/QĐ-UBND")
            for i in range(30)]  # fmt: skip
    register = write(tmp_path / "directory", province(*many))
    plan.write_text(HEAD + "close: [{agency: skhdt, event: dissolved}]", encoding="utf-8")
    done = run(plan, register, "--format", "json")
    assert done.exit_code == 1
    data = json.loads(done.output)
    assert len(data["undecided"]) == data["counts"]["undecided"] == 32
    assert [item["rule"] for item in data["problems"]] == ["reorganise-parent", "reorganise-undecided"]


class TestBounds:
    """A terminal and a comment are spared the whole; the file has it."""

    @pytest.fixture
    def crowd(self, tmp_path: Path) -> Path:
        """A register with many people who move."""
        many = [
            person(str(1000 + i), "Lý Anh", "2012-01-01", address=f"la{i}-skhdt", address_document="1/QĐ-UBND")
            for i in range(600)
        ]
        return write(tmp_path / "directory", province(*many))

    def test_text_shows_some_and_the_file_all(self, crowd: Path, plan: Path, tmp_path: Path) -> None:
        out = tmp_path / "forecast.txt"
        done = run(plan, crowd, "--dry-run", "--out", out)
        assert len(done.output.splitlines()) < 180
        assert "… 582 more; see the whole with --out FILE" in done.output
        whole = out.read_text(encoding="utf-8")
        assert all(f"la{i}-stc" in whole for i in range(600))

    def test_markdown_is_as_long_as_a_comment_may_be(self, crowd: Path, plan: Path, tmp_path: Path) -> None:
        out = tmp_path / "forecast.md"
        done = CliRunner().invoke(
            main, ["reorganise", str(plan), str(crowd), "--dry-run", "--format", "markdown", "--out", str(out)]
        )
        assert len(done.stdout) <= LONGEST_MARKDOWN
        assert done.stdout.count("<details>") == done.stdout.count("</details>") == 1
        whole = out.read_text(encoding="utf-8")
        assert all(f"la{i}-stc" in whole for i in range(600))


def test_names_are_no_markup(register: Path, plan: Path) -> None:
    name = "Sở @everyone [x](y) < b"
    opening = f'agencies: [{{agency: m, name: "{name}", kind: department, event: merged, parent: ubnd}}]\n'
    plan.write_text(HEAD + opening + "close: [{agency: skhdt, event: merged, to: m}]\n", encoding="utf-8")
    done = run(plan, register, "--dry-run", "--format", "markdown")
    assert done.exit_code == 0
    assert escape(name) in done.output
    assert name not in done.output


def test_it_speaks_vietnamese(register: Path, plan: Path) -> None:
    done = run(plan, register, "--dry-run", language="vi")
    assert "Sắp xếp cơ quan theo văn bản 1673/NQ-UBTVQH15, ngày 2025-07-01" in done.output
