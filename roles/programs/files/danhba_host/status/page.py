"""Renders the page for officials: state of each part, since when, and planned work. It has no script."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape

from ..owner_notices import VIETNAM
from .parts import State

_FRAME = """\
<!DOCTYPE html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tình trạng hệ thống - Thư điện tử công vụ</title>
<link rel="stylesheet" href="danh-ba.css">
</head>
<body>
<a class="skip" href="#main">Đến nội dung chính</a>
<header>
<h1>Tình trạng hệ thống thư</h1>
<nav aria-label="Trang khác">
<p><a href="/">Mở hộp thư</a> · <a href="/huong-dan/">Hướng dẫn sử dụng</a></p>
</nav>
</header>
<main id="main" class="text" tabindex="-1">
<p><strong>{whole}</strong></p>
{notice}<h2>Từng phần</h2>
<ul>
{parts}</ul>
<p>Xem lúc {at}. Muốn xem lại, hãy tải lại trang.</p>
</main>
<footer>
{support}<p>Không soạn, gửi hay lưu bí mật nhà nước trong hộp thư này.</p>
</footer>
</body>
</html>
"""
WELL = "Mọi phần đang hoạt động bình thường."
DISTURBED = "Có phần đang gián đoạn. Người vận hành đã được báo; thư gửi đến không mất mà chờ để vào hộp thư."
UNKNOWN = "Chưa xem được tình trạng. Nếu bạn không dùng được thư, hãy báo bộ phận hỗ trợ."


def render(states: Sequence[State] | None, at: datetime, notice: str, support: str) -> str:
    """Return the page; `states` is None if they are unknown."""
    if states is None:
        whole, parts = UNKNOWN, "<li>Chưa rõ</li>\n"
    else:
        whole = WELL if all(state.works for state in states) else DISTURBED
        parts = "".join(f"<li>{escape(state.name)}: <strong>{_word(state)}</strong></li>\n" for state in states)
    return _FRAME.format(
        whole=whole,
        notice=f"<h2>Bảo trì sắp tới</h2>\n<p>{escape(notice)}</p>\n" if notice else "",
        parts=parts,
        at=_moment(at),
        support=f"<p>Hỗ trợ: {escape(support)}.</p>\n" if support else "",
    )


def _word(state: State) -> str:
    return f"gián đoạn từ {_moment(state.since)}" if state.since else "đang hoạt động"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"
