"""Renders a report as a workbook: typed numbers, days and shares, text that is never a formula, and charts."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

from ..papers.model import CODE, DAY, GIGABYTES, NONE, NUMBER, SHARE, TEXT, Table, Value
from .content import Content

_FORMATS = {NUMBER: "#,##0", SHARE: "0.0%", GIGABYTES: '#,##0.0" GB"', DAY: "dd/mm/yyyy", TEXT: "@", CODE: "@"}
_SUMMARY = ("Mục", "Chỉ tiêu", "Giá trị", "Nguồn")
_WIDEST, _NARROWEST = 60, 10
_LINE, _SHADE = 15.0, "DDE6F0"
SUMMARY, MEASURED = "Tổng hợp", "Phạm vi số liệu"
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*<")


def draw(content: Content) -> bytes:
    """Return the workbook: a sheet with every figure, and one for each table."""
    from openpyxl import Workbook

    book = Workbook()
    _summary(book.active, content)
    for section in content.sections:
        for table in section.tables:
            _table(book.create_sheet(table.name), table)
    out = io.BytesIO()
    book.save(out)
    return _timeless(out)


def _timeless(book: io.BytesIO) -> bytes:
    """Return the workbook without the time of its creation: equal reports make equal files."""
    out = io.BytesIO()
    with zipfile.ZipFile(book) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in made.namelist():
            kept.writestr(zipfile.ZipInfo(name), _TIMES.sub(rb"\g<1>2000-01-01T00:00:00Z<", made.read(name)))
    return out.getvalue()


def _summary(sheet: Any, content: Content) -> None:
    from openpyxl.styles import Alignment

    sheet.title = SUMMARY
    _put(sheet.cell(1, 1), content.title, TEXT, bold=True)
    _heads(sheet, 2, _SUMMARY)
    for row, note in enumerate(content.notes, 3):
        _put(sheet.cell(row, 1), MEASURED, TEXT)
        _put(sheet.cell(row, 2), note, TEXT)
    row = 3 + len(content.notes)
    for section in content.sections:
        for figure in section.figures:
            _put(sheet.cell(row, 1), section.title, TEXT)
            _put(sheet.cell(row, 2), figure.label, TEXT)
            _put(sheet.cell(row, 3), figure.value, figure.form)
            _put(sheet.cell(row, 4), figure.source, TEXT)
            row += 1
        for text in section.texts:
            _put(sheet.cell(row, 1), section.title, TEXT)
            _put(sheet.cell(row, 2), text, TEXT)
            row += 1
    for column, width in zip("ABCD", (30, 60, 16, 60), strict=True):
        sheet.column_dimensions[column].width = width
    for cells in sheet.iter_rows(min_row=3):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=True, horizontal=cell.alignment.horizontal, vertical="top",
                                       indent=cell.alignment.indent)  # fmt: skip
    sheet.freeze_panes = "A3"
    _printed(sheet, "1:2")


def _table(sheet: Any, table: Table) -> None:
    _heads(sheet, 1, table.heads)
    for number, row in enumerate(table.rows, 2):
        for column, (value, form) in enumerate(zip(row, table.forms, strict=True), 1):
            _put(sheet.cell(number, column), value, form)
    _widths(sheet, table)
    _source(sheet, len(table.rows) + 3, table)
    sheet.freeze_panes = "A2"
    _printed(sheet, "1:1")
    if table.rows:
        sheet.auto_filter.ref = f"A1:{_letter(len(table.heads))}{len(table.rows) + 1}"
        _chart(sheet, table)


def _printed(sheet: Any, heads: str) -> None:
    """Set printing on A4: all columns on a page, with the headings on each."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = heads
    sheet.print_options.gridLines = True


def _source(sheet: Any, row: int, table: Table) -> None:
    """Write the source of the figures below the table, in its width."""
    from openpyxl.styles import Alignment

    text, columns = f"Nguồn: {table.source}", len(table.heads)
    _put(sheet.cell(row, 1), text, TEXT)
    sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=columns)
    width = sum(sheet.column_dimensions[_letter(column)].width for column in range(1, columns + 1))
    sheet.row_dimensions[row].height = _LINE * (1 + len(text) // int(width))


def _heads(sheet: Any, row: int, heads: Sequence[str]) -> None:
    from openpyxl.styles import Alignment, PatternFill

    for column, head in enumerate(heads, 1):
        cell = sheet.cell(row, column)
        _put(cell, head, TEXT, bold=True)
        cell.alignment = Alignment(wrap_text=True, horizontal="center", vertical="center")
        cell.fill = PatternFill("solid", fgColor=_SHADE)


def _put(cell: Any, value: Value, form: str, *, bold: bool = False) -> None:
    """Write a cell by the type of its value: a text is never taken for a formula or a number."""
    if value is None or isinstance(value, str):
        from openpyxl.styles import Alignment

        cell.value = NONE if value is None else value
        cell.data_type, cell.number_format = "s", _FORMATS[TEXT]
        cell.alignment = Alignment(
            horizontal="left", indent=1, vertical="top"
        )  # keeps texts away from the digits of the column before
    else:
        cell.value = value
        cell.number_format = _FORMATS[DAY if isinstance(value, date) else form]
    if bold:
        from openpyxl.styles import Font

        cell.font = Font(name=cell.font.name, size=cell.font.size, bold=True)


def _widths(sheet: Any, table: Table) -> None:
    for number, head in enumerate(table.heads):
        texts = [value for row in table.rows if isinstance(value := row[number], str)]
        longest = max(map(len, texts), default=0)
        sheet.column_dimensions[_letter(number + 1)].width = min(_WIDEST, max(_NARROWEST, longest, len(head)) + 2)


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))


def _chart(sheet: Any, table: Table) -> None:
    if table.chart is None:
        return
    from openpyxl.chart import BarChart, Reference

    chart = BarChart()
    chart.title, chart.height, chart.width = table.chart.title, 9, 18
    chart.x_axis.delete = chart.y_axis.delete = False
    form = table.forms[table.chart.series[0]]
    chart.y_axis.number_format = "0%" if form == SHARE else "#,##0"
    if form == SHARE:
        chart.y_axis.scaling.min, chart.y_axis.scaling.max = 0, 1
    last = len(table.rows) + 1
    for column in table.chart.series:
        chart.add_data(Reference(sheet, min_col=column + 1, min_row=1, max_row=last), titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=table.chart.labels + 1, min_row=2, max_row=last))
    # Below the table, on one page with it: beside it, everything would be printed small.
    sheet.page_setup.fitToHeight, sheet.print_options.gridLines = 1, False
    sheet.add_chart(chart, f"A{len(table.rows) + 5}")
