"""The editors' page of the table: which change needs whose document, what the check says, and when it is silent."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from danhba.cli.rules import in_groups
from danhba.model.findings import Severity

from .table import DIMENSIONS, ROOT, WARNED, Line, Row, Table, read

PAGE = ROOT / "docs/vi/su-kien.md"
HEAD = """# Việc nào cần văn bản của ai

Trang này do lệnh `make generated` tạo từ `docs/events.yml`; khi trang chưa cập nhật thì kiểm thử báo lỗi.

Mỗi việc ghi vào sổ: cần văn bản của ai, máy trả lời thế nào, và khi nào máy không báo gì. Máy không báo không có nghĩa
là không ai xem: lời bình của đề nghị vẫn nêu việc ấy để người duyệt đối chiếu với văn bản.

- 🛑 lỗi: sửa xong mới gộp được.
- 💡 lưu ý: xem lại; đúng ý thì để nguyên.
- ⚠️ chốt chặn được nới: vẫn gộp được, nhưng đầu lời bình cảnh báo để người duyệt đọc kỹ.

Mã như `history-late` dẫn đến trang của quy tắc, có ví dụ sai và ví dụ đúng. Một việc gặp nhiều trường hợp cùng lúc thì
máy báo hết. «Cấp trên» là cơ quan chủ quản và các cấp trên nữa; «cơ quan ngoài sổ» là bộ, Trung ương, tỉnh khác.
"""
_COLUMNS = "| việc | văn bản | máy báo | máy không báo |"
_LEVELS = {Severity.ERROR: "🛑", Severity.ADVICE: "💡"}
_ANY: frozenset[str] = frozenset()
_WRITTEN = frozenset(("own", "above", "foreign", "outside"))
# Values that have one word together.
_TOGETHER = {
    frozenset(("long_ago", "reported", "applied", "today")): "việc đã đến ngày",
    frozenset(("long_ago", "reported")): "ghi lùi hơn một tháng",
    frozenset(("own", "above")): "văn bản của cơ quan mình hoặc cấp trên",
    frozenset(("own", "foreign")): "văn bản không phải của cấp trên",
}
_ALWAYS = "mọi trường hợp"


def page(table: Table | None = None) -> str:
    """The page as it should be."""
    made = _Page(table or read())
    return "\n".join([HEAD, *made.parts()])


class _Page:
    def __init__(self, table: Table) -> None:
        self.table = table
        self.known = {rule.id: rule for rule in in_groups()}

    def parts(self) -> Iterator[str]:
        """A heading and a table for each group."""
        for group, title in self.table.groups.items():
            yield f"## {title['vi']}\n"
            yield _COLUMNS
            yield "|---|---|---|---|"
            rows = [row for row in self.table.rows.values() if row.group == group]
            yield from (self._row([*same]) for _number, same in groupby(rows, attrgetter("number")))
            yield ""

    def _row(self, same: list[Row]) -> str:
        """One row of the page, of the events that stand in one row of the file."""
        first = same[0]
        finding = [self._finding(line, same) for line in first.lines if line.finds or line.only]
        silent = [self._silent(line) for line in first.lines if line.silent]
        title = ", ".join(_lower(row.title["vi"], first=row is first) for row in same)
        if first.group == "files":
            title += ": " + ", ".join(f"`{each}`" for each in first.covers)
        cells = [title, first.document["vi"], "<br>".join(finding) or "—", "<br>".join(dict.fromkeys(silent)) or "—"]
        return f"| {' | '.join(cells)} |"

    def _finding(self, line: Line, same: list[Row]) -> str:
        about = [row for row in same if "event" not in line.cells or row.event in line.cells["event"]]
        rules = ", ".join(self._rule(rule) for rule in sorted(line.finds or line.only, reverse=True))
        named = [", ".join(_lower(row.title["vi"], first=False) for row in about)] if len(about) < len(same) else []
        return f"{'; '.join([*named, *self._when(line)]) or _ALWAYS}: {rules}"

    def _silent(self, line: Line) -> str:
        documents = line.cells["document"]
        among = self._words("document", documents) if len(documents) < len(self.table.dimensions["document"]) else ""
        reason = self.table.reasons[line.silent]["vi"]
        return f"{among}: {reason}" if among and documents != {"none"} else reason

    def _rule(self, rule: str) -> str:
        return rule if rule == WARNED else f"{_LEVELS[self.known[rule].severity]} [`{rule}`](../rules/{rule}.md)"

    def _when(self, line: Line) -> list[str]:
        """Which cells a line is about, in the words of its dimensions; those that any such change has are left out."""
        return [self._words(name, line.cells[name]) for name in DIMENSIONS if _tells(name, line)]

    def _words(self, name: str, values: frozenset[str]) -> str:
        chosen = {*values}
        if values in _TOGETHER:
            return _TOGETHER[values]
        return ", ".join(text["vi"] for value, text in self.table.dimensions[name].items() if value in chosen)


def _tells(name: str, line: Line) -> bool:
    """Whether a line says something by a dimension: not where it names all ways of a new entry, or all documents."""
    values = line.cells.get(name, _ANY)
    return values != _ANY and not (len(values) > 1 and name == "how") and not values >= _WRITTEN


def _lower(text: str, *, first: bool) -> str:
    return text if first else text[0].lower() + text[1:]
