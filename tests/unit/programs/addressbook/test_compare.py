"""What makes one book the other, and which book is not believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from danhba_host.addressbook.compare import Changes, compare, guard, marks
from danhba_host.journal import Refused

OLD = {
    "ou=a,x": {"ou": ["a"]},
    "uid=1,ou=a,x": {"mail": ["1"], "cn": ["A", "B"]},
    "ou=b,ou=a,x": {"ou": ["b"]},
    "uid=2,ou=b,ou=a,x": {"mail": ["2"]},
}


def compared(actual: Mapping[str, Any], book: Mapping[str, Any]) -> Changes:
    """What makes one book the other."""
    return compare(marks(actual), marks(book))


class TestChanges:
    def test_none_where_nothing_differs(self) -> None:
        same = {dn: {key: list(values) for key, values in entry.items()} for dn, entry in OLD.items()}
        assert not compared(OLD, same)

    def test_order_of_the_values_of_a_name_counts(self) -> None:
        turned = OLD | {"uid=1,ou=a,x": {"mail": ["1"], "cn": ["B", "A"]}}
        assert compared(OLD, turned).changed == ["uid=1,ou=a,x"]

    def test_order_of_attributes_and_classes_does_not_count(self) -> None:
        one = {"x": {"objectClass": ["top", "person"], "cn": ["A"]}}
        other = {"x": {"cn": ["A"], "objectClass": ["person", "top"]}}
        assert not compared(one, other)

    @pytest.mark.parametrize(
        "entry", [{"cn": ["A", "B"]}, {"mail": ["1"], "cn": ["AB"]}, {"mail": ["1", "A"], "cn": ["B"]}, {"mail": ["1"]}]
    )
    def test_every_value_counts(self, entry: Mapping[str, Sequence[str]]) -> None:
        assert compared(OLD, OLD | {"uid=1,ou=a,x": entry}).changed == ["uid=1,ou=a,x"]

    def test_come_from_the_top_and_go_from_the_bottom(self) -> None:
        def above(names: Sequence[str]) -> bool:
            return all(dn.partition(",")[2] not in names[position:] for position, dn in enumerate(names))

        added = compared({}, dict(reversed(OLD.items()))).added
        assert sorted(added) == sorted(OLD)
        assert above(added)
        removed = compared(OLD, {}).removed
        assert sorted(removed) == sorted(OLD)
        assert above(removed[::-1])

    @pytest.mark.parametrize(
        ("before", "after", "refused"), [(40, 20, False), (40, 19, True), (20, 0, True), (19, 0, False)]
    )
    def test_nearly_empty_database_is_not_believed(self, before: int, after: int, *, refused: bool) -> None:
        old, new = (
            marks({"ou=a": {"ou": ["a"]}} | {f"uid={number}": {"mail": ["x"]} for number in range(count)})
            for count in (before, after)
        )
        if refused:
            with pytest.raises(Refused, match="--accept"):
                guard(old, new, 50)
        else:
            guard(old, new, 50)
