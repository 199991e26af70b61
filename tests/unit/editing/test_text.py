"""Texts as the register writes them: every reader of YAML, old or new, reads the same text back."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from danhba.editing.problem import Problem
from danhba.editing.text import Value, flow, scalar
from danhba.reading import tree

# What the core schema of YAML 1.2.2 (10.3.2) makes of a plain scalar, other than a text.
CORE = re.compile(
    r"null|Null|NULL|~|true|True|TRUE|false|False|FALSE|[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|"
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?(\.inf|\.Inf|\.INF)|\.nan|\.NaN|\.NAN"
)


@pytest.mark.parametrize(
    ("text", "key", "written"),
    [
        ("Nguyễn Văn Vịnh", "name", "Nguyễn Văn Vịnh"),
        ("H'Hen Niê", "name", "H'Hen Niê"),
        ("101/QĐ-UBND", "document", "101/QĐ-UBND"),
        ("10G", "quota", "10G"),
        ("contact-stttt@laocai.gov.vn", "mail", "contact-stttt@laocai.gov.vn"),
        ("000101", "id", '"000101"'),
        ("k7m2p9", "id", '"k7m2p9"'),
        ("k7m2p9", "person", '"k7m2p9"'),
        ("0214 3 840 034", "phone", '"0214 3 840 034"'),
        ("2010-10-15", "date", "2010-10-15"),
        ("2010-10-15", "until", "2010-10-15"),
        ("2010-10-15", "name", '"2010-10-15"'),
        ("true", "leader", "true"),
        ("true", "name", '"true"'),
        ("12", "count", "12"),
        ("012", "count", '"012"'),
        ("no", "agency", '"no"'),
        ("Y", "name", '"Y"'),
        ("1e5", "unit", '"1e5"'),
        ("0x1F", "unit", '"0x1F"'),
        ("a: b", "name", '"a: b"'),
        ("a #b", "name", '"a #b"'),
        ("a, b", "name", '"a, b"'),
        ("'x", "name", '"\'x"'),
        ('a "b" \\', "name", '"a \\"b\\" \\\\"'),
        ("", "name", '""'),
        (" a", "name", '" a"'),
    ],
)
def test_scalar(text: str, key: str, written: str) -> None:
    assert scalar(text, key) == written


def test_flow() -> None:
    value: Value = {"person": "1", "as": "head", "accounts": ["a-b", "no"], "more": {"date": "2010-10-15"}}
    assert flow(value) == '{person: "1", as: head, accounts: [a-b, "no"], more: {date: 2010-10-15}}'


@given(st.text(min_size=1) | st.from_regex(r"[0-9a-fox_.+e:-]{1,8}|[\w '/().-]{1,12}", fullmatch=True))
def test_every_reader_reads_it_back(text: str) -> None:
    try:
        written = scalar(text)
    except Problem:
        assert not text.isprintable()
        return
    for line in (f"a: {written}\n", f"a: {{b: {written}, c: d}}\n"):
        node, problems = tree.parse(line)
        assert not problems
        assert isinstance(node, tree.Map)
        value = node.entries["a"]
        value = value.entries["b"] if isinstance(value, tree.Map) else value
        assert isinstance(value, tree.Text)
        assert value.value == text
    assert yaml.safe_load(f"a: {written}") == {"a": text}
    assert written.startswith('"') or not CORE.fullmatch(written)
