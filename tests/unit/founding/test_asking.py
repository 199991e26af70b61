"""`danhba init` at a real pseudo-terminal: it asks for what is not given, once more where an answer will not do."""

from __future__ import annotations

from pathlib import Path

from tests.support.terminal import Terminal

KEY = "age128gkywwwv4lt4vfd5k50fschysur3e8y8atvtvppdlnuffsdw4hq9tda0m"


def test_it_asks_for_all_that_only_the_province_knows(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "init", "tinh", language="vi")
    try:
        for question, answer in (
            ("Tên tỉnh", "Lào Cai"),
            ("Tên miền", "LaoCai.gov.vn"),
            ("không đúng dạng", "laocai.gov.vn"),
            ("Mã cơ quan vận hành", "stttt"),
            ("Tên cơ quan", "Sở Thông tin và Truyền thông"),
            ("Loại cơ quan", "department"),
            ("Số và ký hiệu văn bản", "11/2008/QĐ-UBND"),
            ("Từ ngày", "2008-03-20"),
            ("Điện thoại hỗ trợ", "0214 3 000 000"),
            ("Địa chỉ ssh", "192.0.2.10"),
            ("Máy chủ git", "forgejo"),
            ("Khóa công khai age", KEY[:-1] + "q"),
            ("có ký tự sai", KEY),
            ("Tên máy chủ thư", ""),
            ("Tổ chức trên máy chủ git", ""),
        ):
            terminal.until(question)
            terminal.type(answer)
        status, shown = terminal.end()
    finally:
        terminal.close()
    assert status == 0, shown
    assert "đã lập tinh" in shown
    assert f"operator_key: {KEY}" in (tmp_path / "tinh/directory/province.yml").read_text(encoding="utf-8")
    assert (tmp_path / "tinh/.forgejo/workflows/pull-request.yml").exists()


def test_backing_out_leaves_nothing(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "init", "tinh")
    try:
        terminal.until("The province's name")
        terminal.press(b"\x03")
        status, _shown = terminal.end()
    finally:
        terminal.close()
    assert status == 130
    assert list(tmp_path.iterdir()) == []
