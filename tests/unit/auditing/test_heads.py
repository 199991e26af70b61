"""Tests for the file of heads: which heads a chain must contain, also after a restore."""

from __future__ import annotations

import pytest

from danhba.auditing import heads
from danhba.auditing.chain import Head
from danhba.auditing.heads import BadHeads

ONE, TWO, THREE = (Head(n, str(n) * 64, "2026") for n in (1, 2, 3))


def test_read_written_heads_returns_them() -> None:
    lines = [heads.line(ONE, host="mail"), "\n", heads.line(TWO)]
    assert heads.read(lines) == [ONE, TWO]


def test_read_void_heads_are_left_out() -> None:
    other = Head(2, "b" * 64, "2026")
    lines = [*map(heads.line, (ONE, TWO, THREE)), heads.line(other, void=[2, 3], document="1/BB")]
    assert heads.read(lines) == [ONE, other]


@pytest.mark.parametrize("line", ["x", "[]", '{"n": 1}', '{"n": "x", "hash": "", "at": ""}', "[" * 100_000, "1"])
def test_read_line_that_is_no_head_raises_bad_heads(line: str) -> None:
    with pytest.raises(BadHeads) as refused:
        heads.read([heads.line(ONE), line])
    assert refused.value.line == 2
