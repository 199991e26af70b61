"""Tests for `danhba init` at a pseudo-terminal: asks for missing answers, and again after a wrong one."""

from __future__ import annotations

from pathlib import Path

from tests.support.terminal import Terminal

KEY = "age128gkywwwv4lt4vfd5k50fschysur3e8y8atvtvppdlnuffsdw4hq9tda0m"


def test_init_at_a_terminal_asks_for_each_missing_answer(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "init", "tinh", language="vi")
    try:
        for question, answer in (
            ("Tên tỉnh", "Lào Cai"),
            ("Tên miền", "LaoCai.gov.vn"),
            ("không đúng dạng", "laocai.gov.vn"),
            ("Mã cơ quan vận hành", "stttt"),
            ("Tên cơ quan", "Sở Thông tin và Truyền thông"),
            ("hoặc tên", "6"),
            ("Số và ký hiệu văn bản", "11/2008/QĐ-UBND"),
            ("Từ ngày", "20/3/2008"),
            ("ngày 20 tháng 3 năm 2008 (2008-03-20)\nĐiện thoại hỗ trợ", "0214 3 000 000"),
            ("Địa chỉ ssh", "192.0.2.10"),
            ("Máy chủ git", "forgejo"),
            ("Văn bản ban hành quy chế", "33/2010/QĐ-UBND"),
            ("Khóa công khai age", KEY[:-1] + "q"),
            ("có ký tự sai", KEY),
            ("Tên máy chủ thư", ""),
            ("Tổ chức trên máy chủ git", ""),
            ("Ngày ban hành quy chế", "ngày 5"),
            ("hãy viết như 1/12/2026 hoặc 2026-12-01", "5/10/2010"),
            ("ngày 5 tháng 10 năm 2010 (2010-10-05)\nTên quy chế", ""),
        ):
            terminal.until(question)
            terminal.type(answer)
        status, shown = terminal.end()
    finally:
        terminal.close()
    assert status == 0, shown
    assert "đã lập tinh" in shown
    written = (tmp_path / "tinh/directory/province.yml").read_text(encoding="utf-8")
    assert f"operator_key: {KEY}" in written
    assert "regulation:\n  number: 33/2010/QĐ-UBND\n  date: 2010-10-05\n#   title: >-\n" in written
    assert "kind: department" in (tmp_path / "tinh/directory/agencies/stttt.yml").read_text(encoding="utf-8")
    assert (tmp_path / "tinh/.forgejo/workflows/pull-request.yml").exists()


def test_init_interrupted_leaves_no_files(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "init", "tinh")
    try:
        terminal.until("The province's name")
        terminal.press(b"\x03")
        status, _shown = terminal.end()
    finally:
        terminal.close()
    assert status == 130
    assert list(tmp_path.iterdir()) == []
