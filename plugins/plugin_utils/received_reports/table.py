"""Renders received reports as a table for people and as CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...module_utils.danhba.exporting.writing import harmless
from ...module_utils.host.reports import COLUMNS

SHOWN = 60  # lines of each part; all of them are in the CSV
HEADING_DMARC = "DMARC: ai gửi thư mang tên chúng ta -- who sends in our name (✓ đạt -- passes, ✗ không đạt -- fails)"
HEADING_TLS = "TLS: nơi khác gửi đến chúng ta -- others on their way to us (✓ được -- went well, ✗ hỏng -- failed)"
NOTHING = "chưa có báo cáo nào -- no report yet"
CUT = "quá nhiều dòng, chỉ có phần mới nhất: chọn ít ngày hơn -- too many lines, only the newest: ask for fewer days"
UNVERIFIED = (
    "? là do nơi gửi mà DMARC không xác nhận kể, có thể bịa"
    " -- is told by senders that DMARC did not confirm, and may be made up"
)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a report, with the report's own fields."""

    kind: str
    sender: str
    verified: bool
    organisation: str
    id: str
    domain: str
    since: str
    until: str
    policy: str
    source: str | None
    count: int
    passed: bool
    dkim: str
    spf: str
    disposition: str
    header_from: str
    envelope_from: str
    auth: str
    reason: str
    mx: str


def as_csv(rows: Iterable[Sequence[Any]]) -> str:
    """Return every line, with headings; no cell begins a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue()


def lines(rows: Iterable[Sequence[Any]], *, cut: bool = False) -> list[str]:
    """Return failures first, then the largest counts; equal kinds are summed. `cut` says that there are more."""
    known = [Row(*row) for row in rows]
    dmarc = _summed((row for row in known if row.kind == "dmarc"), _dmarc)
    tls = _summed((row for row in known if row.kind == "tls" and row.count), _tls)
    doubt = [UNVERIFIED] if any(not row.verified for row in known) else []
    return [HEADING_DMARC, *dmarc, HEADING_TLS, *tls, *doubt, *([CUT] if cut else [])]


def _summed(rows: Iterable[Row], words: Callable[[Row], str]) -> Iterator[str]:
    counts: dict[tuple[bool, str], int] = defaultdict(int)
    by: dict[tuple[bool, str], set[str]] = defaultdict(set)
    for row in rows:
        key = row.passed, f"{words(row)}{'' if row.verified else ' ?'}"
        counts[key] += row.count
        by[key].add(row.organisation)
    if not counts:
        yield f"  {NOTHING}"
    ranked = sorted(counts, key=lambda key: (key[0], -counts[key], key[1]))
    for key in ranked[:SHOWN]:
        yield f"  {'✓' if key[0] else '✗'} {counts[key]:>8}  {key[1]}  [{_some(sorted(by[key]))}]"
    if len(ranked) > SHOWN:
        yield f"  … +{len(ranked) - SHOWN}"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f", +{len(names) - 3}" if len(names) > 3 else "")


def _dmarc(row: Row) -> str:
    told = f"{row.source}  dkim={row.dkim} spf={row.spf} {row.disposition}  {row.header_from}"
    return f"{told}  ({row.reason})" if row.reason else told


def _tls(row: Row) -> str:
    return "  ".join(filter(None, (f"{row.domain} {row.policy}", row.reason, row.source, row.mx and f"→ {row.mx}")))
