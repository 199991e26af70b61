"""Renders a report as a web page: one file, without script and without external resources."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ..papers.model import CODE, DAY, TEXT, Table, Value, shown
from . import charts
from .content import Content, Section

STYLE = """
body{font:16px/1.45 system-ui,"Liberation Sans",sans-serif;color:#1a1a1a;background:#fff;max-width:64rem;margin:0 auto;
padding:1rem}h1{font-size:1.5rem;line-height:1.3}h2{font-size:1.2rem;border-bottom:2px solid #1b4f8a;margin-top:2.2rem}
h3{font-size:1rem;margin-bottom:.3rem}table{border-collapse:collapse;width:100%;font-size:.9rem}
th,td{border:1px solid #999;padding:.25rem .5rem;text-align:left;vertical-align:top}th{background:#e8eef5}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td.n{white-space:nowrap}.s{color:#444;font-size:.85rem}
.wide{overflow-x:auto}svg{width:100%;height:auto;font-size:12px}
@media print{body{max-width:none}h2,h3{break-after:avoid}tr{break-inside:avoid}}
"""
_HEAD = '<th scope="col">Chỉ tiêu</th><th scope="col" class="n">Giá trị</th><th scope="col">Nguồn</th>'


def draw(content: Content) -> bytes:
    """Return the page as UTF-8."""
    return "\n".join(_page(content)).encode()


def _page(content: Content) -> Iterator[str]:
    title = escape(content.title)
    yield '<!DOCTYPE html>\n<html lang="vi"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield f"<title>{title}</title><style>{STYLE}</style></head><body>{charts.PATTERNS}<main><h1>{title}</h1>"
    yield from (f"<p><strong>{escape(note)}</strong></p>" for note in content.notes)
    for section in content.sections:
        yield from _section(section)
    yield "</main></body></html>"


def _section(section: Section) -> Iterator[str]:
    yield f"<section><h2>{escape(section.title)}</h2>"
    for text in section.texts:
        yield f"<p>{escape(text)}</p>"
    if section.figures:
        yield f'<div class="wide" tabindex="0" role="group" aria-label="{escape(section.title, quote=True)}"><table>'
        yield f"<thead><tr>{_HEAD}</tr></thead><tbody>"
        for figure in section.figures:
            value = escape(shown(figure.value, figure.form))
            yield f'<tr><th scope="row">{escape(figure.label)}</th><td class="n">{value}</td>'
            yield f'<td class="s">{escape(figure.source)}</td></tr>'
        yield "</tbody></table></div>"
    for table in section.tables:
        yield from _table(table)
    yield "</section>"


def _table(table: Table) -> Iterator[str]:
    title = escape(table.title)
    yield f"<h3>{title}</h3>"
    if table.long:
        yield f"<p>{len(table.rows)} dòng: xem bảng tính, trang “{escape(table.name)}”.</p>"
        return
    if not table.rows:
        yield "<p>Không có.</p>"
        return
    yield charts.svg(table)
    yield f'<div class="wide" tabindex="0" role="group" aria-label="{escape(table.title, quote=True)}"><table>'
    yield "<thead><tr>"
    for head, form in zip(table.heads, table.forms, strict=True):
        yield f'<th scope="col"{_class(form)}>{escape(head)}</th>'
    yield "</tr></thead><tbody>"
    for row in table.rows:
        yield f"<tr>{''.join(_cell(value, form) for value, form in zip(row, table.forms, strict=True))}</tr>"
    yield f'</tbody></table></div><p class="s">Nguồn: {escape(table.source)}.</p>'


def _cell(value: Value, form: str) -> str:
    return f"<td{_class(form)}>{escape(shown(value, form))}</td>"


def _class(form: str) -> str:
    return "" if form in (CODE, DAY, TEXT) else ' class="n"'
