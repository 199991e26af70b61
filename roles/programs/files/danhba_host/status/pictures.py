"""Renders the page for operators: alerts, and charts over a day and a month as SVG. It has no script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from ..owner_notices import VIETNAM
from ..prometheus import Prometheus
from .screen import Screen, moment

WIDTH, HEIGHT, LEFT, BELOW = 640, 160, 64, 24
DAY, MONTH = 86400, 30 * 86400
POINTS = 240


@dataclass(frozen=True)
class Picture:
    """A metric over time: title, query, and unit."""

    title: str
    query: str
    unit: str = ""


PICTURES = (
    Picture("Thư chờ trong hàng đợi", 'sum(danhba_queue_messages{queue!="hold"})'),
    Picture("95% thư vào hộp trong", 'danhba_delivery_seconds_p95{place="mailbox"}', "giây"),
    Picture("Thư vào hộp trong một giờ", 'danhba_deliveries_last_hour{place="mailbox"}'),
    Picture("Thư ra ngoài trong một giờ", 'danhba_mail_last_hour{what="relayed"}'),
    Picture("Thư rác bị chặn trong một giờ", 'danhba_mail_last_hour{what="spam"}'),
    Picture("Đĩa đầy nhất đã dùng", "max(100 - 100 * node_filesystem_avail_bytes / node_filesystem_size_bytes)", "%"),
    Picture("Bộ nhớ đã dùng", "max(100 - 100 * node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)", "%"),
    Picture("Bộ xử lý bận", '100 - 100 * min(avg by (host) (rate(node_cpu_seconds_total{mode="idle"}[5m])))', "%"),
    Picture("Lần đăng nhập sai trong một phút", "60 * sum(rate(dovecot_auth_failed_total[5m]))"),
)
_PAGE = """\
<!DOCTYPE html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Giám sát {host}</title>
<style>
body {{ margin: 1rem; font: 1rem/1.5 "Noto Sans", "Liberation Sans", Arial, sans-serif; color: #1b1b1b; }}
pre {{ overflow-x: auto; padding: 1rem; background: #eef3f8; }}
figure {{ display: inline-block; margin: 0 1rem 1rem 0; max-width: 100%; }}
svg {{ max-width: 100%; height: auto; background: #fff; border: 1px solid #c5ccd3; }}
</style>
</head>
<body>
<main>
<h1>Giám sát {host}</h1>
<pre tabindex="0">{screen}</pre>
<p>Hỏi thêm: <a href="/graph">Prometheus</a>, <a href="/alerts">các báo động</a>.</p>
{pictures}</main>
</body>
</html>
"""


def render(shown: Screen, prometheus: Prometheus, now: float) -> str:
    """Return the page.

    Raises:
        Away: Prometheus does not answer.
    """
    parts = []
    for name, span in (("Một ngày qua", DAY), ("Một tháng qua", MONTH)):
        parts.append(f"<h2>{name}</h2>\n")
        for picture in PICTURES:
            course = prometheus.course(picture.query, now - span, now, span // POINTS)
            parts.append(draw(picture, course, now - span, now))
    text = escape(shown.as_text(colour=False))
    page = _PAGE.format(host=escape(shown.host), screen=text, pictures="".join(parts))
    # Prometheus serves the page as a template: it must contain no actions.
    return page.replace("{{", "&#123;&#123;")


def draw(picture: Picture, course: Sequence[tuple[float, float]], since: float, until: float) -> str:
    """Return a chart with one line, interrupted at gaps of more than three steps."""
    most = max((value for _moment, value in course), default=0.0)
    top = most * 1.1 or 1.0
    title = f"{picture.title}{f' ({picture.unit})' if picture.unit else ''}"
    last = f"{course[-1][1]:,.4g}" if course else "chưa có số liệu"
    gap = 3 * (until - since) / POINTS
    path, before = [], float("-inf")
    for at, value in course:
        x = LEFT + (at - since) / (until - since) * (WIDTH - LEFT - 8)
        y = HEIGHT - BELOW - value / top * (HEIGHT - BELOW - 12)
        path.append(f"{'M' if at - before > gap else 'L'}{x:.1f} {y:.1f}")
        before = at
    return f"""\
<figure>
<figcaption>{escape(title)}: {last}</figcaption>
<svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" aria-label="{escape(title)}: {last}">
<path d="M{LEFT} 12V{HEIGHT - BELOW}H{WIDTH - 8}" fill="none" stroke="#47474f"/>
<text x="{LEFT - 6}" y="20" font-size="12" text-anchor="end">{top:,.3g}</text>
<text x="{LEFT - 6}" y="{HEIGHT - BELOW}" font-size="12" text-anchor="end">0</text>
<text x="{LEFT}" y="{HEIGHT - 6}" font-size="12">{_clock(since)}</text>
<text x="{WIDTH - 8}" y="{HEIGHT - 6}" font-size="12" text-anchor="end">{_clock(until)}</text>
<path d="{" ".join(path)}" fill="none" stroke="#0b4a86" stroke-width="1.5"/>
</svg>
</figure>
"""


def _clock(at: float) -> str:
    return moment(datetime.fromtimestamp(at, UTC).astimezone(VIETNAM))
