"""`danhba secrecy`: its statuses, its JSON, which outside checks rely on, and what it says to a clerk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from danhba.cli import main
from tests.support import papers


def run(*words: str, stdin: bytes = b"", language: str = "vi") -> Result:
    return CliRunner().invoke(main, ["secrecy", *words], input=stdin, env={"LANGUAGE": language})


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("sạch.eml").write_bytes(papers.mail("bảo mật"))
    Path("công văn.docx").write_bytes(papers.docx_header(["TỐI MẬT"]))
    Path("hỏng.docx").write_bytes(b"PK\3\4")
    return tmp_path


@pytest.mark.clause("R7.1")
@pytest.mark.usefixtures("files")
def test_json_is_what_outside_checks_rely_on() -> None:
    result = run("sạch.eml", "công văn.docx", "hỏng.docx", "--format", "json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == [
        {"file": "sạch.eml", "verdict": "clean", "marks": [], "reason": ""},
        {
            "file": "công văn.docx",
            "verdict": "marked",
            "marks": [{"level": "toi-mat", "where": "header", "text": "TỐI MẬT"}],
            "reason": "",
        },
        {"file": "hỏng.docx", "verdict": "unreadable", "marks": [], "reason": "broken"},
    ]


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(("file", "status"), [("sạch.eml", 0), ("công văn.docx", 1), ("hỏng.docx", 1)])
def test_the_status_says_whether_all_is_clean(file: str, status: int) -> None:
    assert run(file).exit_code == status


@pytest.mark.usefixtures("files")
def test_the_text_names_the_place_and_the_way_out() -> None:
    said = run("sạch.eml", "công văn.docx", "hỏng.docx").stdout
    assert said.splitlines()[:5] == [
        "sạch.eml: không có dấu chỉ độ mật",
        "công văn.docx: có dấu chỉ độ mật: không được gửi qua hệ thống này",
        "    TỐI MẬT tại header",
        "hỏng.docx: không đọc được hết, nên coi như chưa được kiểm tra",
        "    toàn bộ tệp bị hỏng; hãy lưu hoặc tạo lại tệp",
    ]
    assert "không được gửi bí mật nhà nước qua thư điện tử:" in said
    assert "no mark of secrecy" in run("sạch.eml", language="en").stdout


def test_the_standard_input_is_a_file_too() -> None:
    result = run("-", "--format", "json", stdin=papers.mail("x", "[MẬT] A"))
    assert result.exit_code == 1
    assert json.loads(result.stdout)[0]["file"] == "-"


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("words", "said"),
    [(["không có.eml"], "không có tệp"), (["."], "là thư mục"), (["sạch.eml", "xa.docx"], "không có tệp")],
)
def test_what_cannot_run_ends_with_2_before_anything_is_said(words: list[str], said: str) -> None:
    result = run(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_no_file_is_misuse() -> None:
    assert run().exit_code == 2


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read all")
def test_a_file_that_may_not_be_read_is_told(files: Path) -> None:
    (files / "sạch.eml").chmod(0)
    assert run("sạch.eml").exit_code == 2


@pytest.mark.usefixtures("files")
def test_a_file_without_an_end_is_too_large_and_not_all_read() -> None:
    with Path("lớn.bin").open("wb") as file:
        file.truncate(8 * 1024**3)
    result = run("lớn.bin", "sạch.eml", "--format", "json")
    assert result.exit_code == 1
    assert [(each["verdict"], each["reason"]) for each in json.loads(result.stdout)] == [
        ("unreadable", "too-large"),
        ("clean", ""),
    ]


def test_a_closed_standard_input_is_told() -> None:
    words = [sys.executable, "-c", "from danhba.cli import main; main()", "secrecy", "-"]
    result = subprocess.run(["sh", "-c", 'exec "$@" <&-', "sh", *words], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


@pytest.mark.usefixtures("files")
def test_a_name_cannot_steer_the_terminal() -> None:
    Path("a\x1b[2J.txt").write_bytes("MẬT".encode())
    assert "\x1b[2J" not in run("a\x1b[2J.txt").stdout
