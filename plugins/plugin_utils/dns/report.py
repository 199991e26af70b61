"""Reports the servers' answers as a table for people, with ways out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from .asking import Answer, State

MARKS = {State.HELD: "✓", State.MISSING: "✗", State.OTHER: "✗", State.SILENT: "?"}
WAYS_OUT = {
    State.MISSING: ("chưa có: thêm vào vùng", "not there: add it to the zone"),
    State.OTHER: ("khác giá trị phải có: sửa trong vùng", "has other values: correct them in the zone"),
    State.SILENT: ("máy chủ tên không trả lời: hỏi nơi quản lý nó", "the name server is silent: ask who runs it"),
}
# Maximum number of characters shown of a value: nobody reads the rest of a key.
SHOWN = 72


def faults(answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers of missing, different or unanswered records."""
    return [answer for answer in answers if answer.state is not State.HELD]


def table(answers: Sequence[Answer]) -> list[str]:
    """Return a line for each record with a mark for each server, and below it faults with ways out."""
    lines = []
    for record, group in groupby(answers, key=lambda answer: answer.record):
        said = list(group)
        worst = next((mark for mark in "✗?" if mark in {MARKS[answer.state] for answer in said}), "✓")
        lines.append(f"{worst} {record.type:5} {record.name}  ({record.why})")
        lines += [line for answer in said if answer.state is not State.HELD for line in _fault(answer)]
    return lines


def _fault(answer: Answer) -> Iterator[str]:
    vi, en = WAYS_OUT[answer.state]
    server = answer.server.name
    if answer.server.address not in ("", server):
        server += f" {answer.server.address}"
    yield f"    {server}: {vi} -- {en}"
    yield from (f"      + {_short(value)}" for value in answer.record.values)
    yield from (f"      - {_short(value)}" for value in answer.found)


def _short(value: str) -> str:
    return value if len(value) <= SHOWN else f"{value[:SHOWN]}…"
