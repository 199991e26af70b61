"""Accounts and routes as rows: what is taken for one, and what their digest tells apart."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from danhba.planning.accounts import Account, Accounts, Route, dump, load, values_of
from tests.support.registers import account, route

WHOLE = account(title="Giám đốc", unit="Ban", phone="0214 3 840 034", parent="", family="Nguyễn", given="An")
ROUTE = route("a", "forward", "", ("official", "1"))


def rows(account: Any = (), route: Any = ()) -> dict[str, Any]:
    return {"accounts": [list(account)] if account else [], "routes": [list(route)] if route else []}


@pytest.mark.parametrize("name", Account.__slots__)
def test_the_digest_tells_every_field_of_an_account_apart(name: str) -> None:
    changed: dict[str, Any] = {name: 1 if name == "quota" else "other"}
    assert Accounts.of([WHOLE]).digest() != Accounts.of([replace(WHOLE, **changed)]).digest()


@pytest.mark.parametrize("name", Route.__slots__)
def test_the_digest_tells_every_field_of_a_route_apart(name: str) -> None:
    changed: dict[str, Any] = {name: (("official", "2"),) if name == "targets" else "other"}
    assert Accounts.of([], [ROUTE]).digest() != Accounts.of([], [replace(ROUTE, **changed)]).digest()


def test_the_digest_knows_no_order() -> None:
    one, two = account(id_="1"), account(id_="2")
    assert Accounts.of([one, two]).digest() == Accounts.of([two, one]).digest()


def test_rows_come_back() -> None:
    whole = Accounts.of([WHOLE], [ROUTE])
    assert load(dump(whole)) == whole


@pytest.mark.parametrize("missing", [0, 2, 3])
def test_a_row_of_an_earlier_version_lacks_the_last_fields(missing: int) -> None:
    values = values_of(WHOLE)[: len(Account.__slots__) - missing]
    loaded = load(rows(values)).accounts["official", "1"]
    assert values_of(loaded)[: len(values)] == values
    assert values_of(loaded)[len(values) :] == ("",) * missing


@pytest.mark.parametrize("missing", [1, 4, 5, 13])
def test_a_row_that_no_version_wrote_is_refused(missing: int) -> None:
    with pytest.raises(TypeError, match=r"no account: .*'official'"):
        load(rows(values_of(WHOLE)[: len(Account.__slots__) - missing]))


@pytest.mark.parametrize(
    ("values", "error", "said"),
    [
        ({"quota": "1024"}, TypeError, "no account: .*'1024'"),
        ({"quota": True}, TypeError, "no account"),
        ({"name": 7}, TypeError, "no account"),
        ({"state": "gone"}, ValueError, "no state: 'gone'"),
        ({"since": "2010-13-01"}, ValueError, "month"),
    ],
)
def test_an_account_with_a_wrong_value_is_refused(values: dict[str, Any], error: type[Exception], said: str) -> None:
    with pytest.raises(error, match=said):
        load(rows(values_of(replace(WHOLE, **values))))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((7, "forward", "1/QĐ", "", []), "no route: 7"),
        (("a@b", "forwards", "1/QĐ", "", []), "no route: 'a@b'"),
        (("a@b", "forward", None, "", []), "no route: 'a@b'"),
        (("a@b", "forward", "1/QĐ", 0, []), "no route: 'a@b'"),
        (("a@b", "forward", "1/QĐ", "", [["official", 1]]), "no targets: 'a@b'"),
        (("a@b", "forward", "1/QĐ", "", [["official", "1"], [None, "1"]]), "no targets: 'a@b'"),
    ],
)
def test_a_route_with_a_wrong_value_is_refused(row: tuple[Any, ...], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        load(rows(route=row))
