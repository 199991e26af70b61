"""Accounts and routes as rows: what is taken for one, and what their digest tells apart."""

from __future__ import annotations

from typing import Any

import pytest

from danhba.planning.accounts import Account, Accounts, Route, digest_of, dump, line, load, of_line
from tests.support.registers import account, route

WHOLE = account(title="Giám đốc", unit="Ban", phone="0214 3 840 034", parent="", family="Nguyễn", given="An")
ROUTE = route("a", "forward", "", ("official", "1"))


def rows(account: Any = (), route: Any = ()) -> dict[str, Any]:
    return {"accounts": [list(account)] if account else [], "routes": [list(route)] if route else []}


@pytest.mark.parametrize("name", Account._fields)
def test_the_digest_tells_every_field_of_an_account_apart(name: str) -> None:
    value: Any = 1 if name == "quota" else "other"
    other = WHOLE._replace(**{name: value})
    assert Accounts.of([WHOLE]).digest() != Accounts.of([other]).digest()


@pytest.mark.parametrize("name", Route._fields)
def test_the_digest_tells_every_field_of_a_route_apart(name: str) -> None:
    value: Any = (("official", "2"),) if name == "targets" else "other"
    changed = ROUTE._replace(**{name: value})
    assert Accounts.of([], [ROUTE]).digest() != Accounts.of([], [changed]).digest()


def test_the_digest_knows_no_order() -> None:
    one, two = account(id_="1"), account(id_="2")
    assert Accounts.of([one, two]).digest() == Accounts.of([two, one]).digest()


@pytest.mark.parametrize(
    "text", ["", "Sở Y tế", "tab\tend", "line\nend", "\\", "\\t", "\\n", "a\\\tb\\\\n", "\r", "\u2028"]
)
def test_a_line_is_one_line_and_comes_back(text: str) -> None:
    whole = WHOLE._replace(title=text, unit=text)
    said = line(whole)
    assert (said.count("\t"), said.count("\n"), said.count("\r")) == (len(Account._fields) - 1, 0, 0)
    assert of_line(said) == whole


def test_a_single_tab_in_a_line_comes_back() -> None:
    whole = WHOLE._replace(title="tab\tend")
    assert of_line(line(whole)) == whole


@pytest.mark.parametrize(
    "text",
    ["", "official", *("\t" * count for count in (7, 8, 14)), line(WHOLE) + "\tx", line(WHOLE).replace("1024", "1 GB")],
)
def test_what_is_no_line(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        of_line(text)


def test_the_digest_is_of_the_lines() -> None:
    whole = Accounts.of([WHOLE, account(id_="2")], [ROUTE])
    assert whole.digest() == digest_of([line(each) for each in reversed([*whole.accounts.values()])], [ROUTE])


def test_rows_come_back() -> None:
    whole = Accounts.of([WHOLE], [ROUTE])
    assert load(dump(whole)) == whole


@pytest.mark.parametrize("missing", [0, 1, 3, 4])
def test_a_row_of_an_earlier_version_lacks_the_last_fields(missing: int) -> None:
    values = tuple(WHOLE)[: len(Account._fields) - missing]
    loaded = load(rows(values)).accounts["official", "1"]
    assert tuple(loaded)[: len(values)] == values
    assert tuple(loaded)[len(values) :] == ("",) * missing


@pytest.mark.parametrize("missing", [2, 5, 6, 14])
def test_a_row_that_no_version_wrote_is_refused(missing: int) -> None:
    with pytest.raises(TypeError, match=r"no account: .*'official'"):
        load(rows(tuple(WHOLE)[: len(Account._fields) - missing]))


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
        load(rows(tuple(WHOLE._replace(**values))))


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
