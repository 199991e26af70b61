"""JSON by the fast library is JSON as Python writes it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danhba import jsontext
from danhba.jsontext import pack, pretty, pretty_list, pretty_object, unpack

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**63), 2**63 - 1)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_fast_json_equals_python_json(value: Any) -> None:
    assert pretty(value) == json.dumps(value, ensure_ascii=False, indent=2)
    assert pack(value) == json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    assert unpack(pack(value)) == value


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7])
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_list_in_pieces_equals_the_whole(monkeypatch: pytest.MonkeyPatch, count: int, depth: int) -> None:
    monkeypatch.setattr(jsontext, "AT_ONCE", 2)
    items = [{"a": number, "b": []} for number in range(count)]
    lines = b"".join(pretty_list(items, depth)).decode().split("\n")
    assert "\n".join([lines[0], *(line.removeprefix("  " * depth) for line in lines[1:])]) == pretty(items)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_object_in_pieces_equals_the_whole(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(jsontext, "AT_ONCE", 2)
    head, items = {"checksum": "…", "refused": []}, [{"x": {"y": number}} for number in range(count)]
    assert b"".join(pretty_object(head, "actions", items)).decode() == json.dumps(
        {**head, "actions": items}, ensure_ascii=False, indent=2
    )


def test_surrogates_are_escaped_in_pieces() -> None:
    (_opening, body, _closing) = pretty_list([{"file": "\udcff.yml"}])
    assert json.loads(body) == {"file": "\udcff.yml"}


def test_name_with_surrogates_is_read_back() -> None:
    name = b"agencies/\xff.yml".decode(errors="surrogateescape")
    assert unpack(pack([name])) == [name]


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 100_000])
def test_invalid_json_is_refused(data: bytes) -> None:
    with pytest.raises((ValueError, RecursionError)):
        unpack(data)
