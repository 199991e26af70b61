"""The merger of 1 July 2025 with few people; the full size is in `tests/integration/test_merger.py`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.factory.merger import DAY, DOCUMENT, bodies, write_merger
from tests.support.merger import PROPERTIES, Merged, carry_out, read_register, read_yaml


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Merged:
    """The merger, carried out by the command."""
    return carry_out(tmp_path_factory.mktemp("merger"), officials=700)


def test_every_body_of_after_is_there_and_every_other_one_ended(merged: Merged) -> None:
    open_after = {code for code, agency in merged.after.items() if "closed" not in agency}
    assert open_after == {code for code, body in bodies().items() if body["period"] != f"before {DAY}"}
    assert merged.after.keys() == bodies().keys()
    for code, agency in merged.after.items():
        if code not in merged.before:
            body = bodies()[code]
            assert (agency["name"], agency["kind"]) == (body["name"], body["kind"])
            assert agency.get("parent") == body.get("parent")


def test_successions_of_the_facts_are_in_the_register(merged: Merged) -> None:
    for code, body in bodies().items():
        assert set(merged.after[code].get("succeeds", [])) >= set(body.get("succeeds", []))


def test_what_it_copes_with_is_there(tmp_path: Path) -> None:
    made = write_merger(tmp_path, officials=700)
    people = [person for agency in read_register(made.register).values() for person in agency["people"]]
    assert sum("closed" not in person or person["closed"]["date"] > DAY for person in people) == 700
    names = Counter(person["name"] for person in people)
    assert max(names.values()) > 1
    assert sum("suspended" in person for person in people) >= 3
    pins = [person["address"] for person in people if "address" in person]
    assert "vanthutinh" in pins
    assert {"anhdecided-snnptnt", "anhdecided-stnmt"} <= set(pins)
    plan = read_yaml(made.plan)
    assert (plan["document"], plan["date"]) == (DOCUMENT, DAY)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    one, two = (write_merger(tmp_path / name, officials=500, seed=5) for name in ("one", "two"))
    assert one.plan.read_bytes() == two.plan.read_bytes()
    assert read_register(one.register) == read_register(two.register)


def test_too_few_people_for_all_of_it_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 500"):
        write_merger(tmp_path / "new", officials=499)
    assert not (tmp_path / "new").exists()


@PROPERTIES
def test_it_holds(merged: Merged, holds: Callable[[Merged], None]) -> None:
    holds(merged)
