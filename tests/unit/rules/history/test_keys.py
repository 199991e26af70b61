"""Whichever way another key comes into force, a change says whose it was, whose it is, and both keys."""

from __future__ import annotations

from datetime import date

import pytest

from danhba.checking.check import check
from danhba.governance.comment import markdown
from danhba.governance.review import review
from tests.factory.text import Value
from tests.support.proposals import proposal
from tests.support.registers import Entry, Texts, agency, files, person, register

DAY = date(2020, 1, 1)
OLD = "age10gpvekl02f2vsr2setyt0lc4r9zdkgtr9wayjv3e8ggutwemrc9shyyqml"
NEW = "age128gkywwwv4lt4vfd5k50fschysur3e8y8atvtvppdlnuffsdw4hq9tda0m"
AN, BINH = person("1", "Lò An", "2010-01-01"), person("2", "Lý Bình", "2010-01-01")
LEFT = person("1", "Lò An", "2010-01-01", "2015-03-01")
SUSPENDED: Entry = AN | {"suspended": [{"document": "9/QĐ-AA", "date": "2019-01-01"}]}
RETURNED: Entry = AN | {
    "suspended": [
        {"document": "9/QĐ-AA", "date": "2019-01-01", "ended": {"document": "10/QĐ-AA", "date": "2020-02-01"}}
    ]
}
OPERATOR = "stttt"


def held(who: str, day: str, key: str = "", document: str = "") -> dict[str, Value]:
    entry: dict[str, Value] = {
        "person": who,
        "document": document or f"{day[5:7]}/GUQ-AA",
        "date": day,
        "as": "delegate",
    }
    return entry | ({"key": key} if key else {})


def texts(*custodians: dict[str, Value], people: tuple[Entry, ...] = (AN, BINH), **province: Value) -> Texts:
    return register(agency("aa", *people, custodians=[*custodians]), **province)


MINE = held("1", "2011-01-01", OLD)
NONE = held("1", "2011-01-01")
# Before, after, and of each finding: the day, whose the key is and which, whose it was and which.
CHANGES: dict[str, tuple[Texts, Texts, list[tuple[str, str, str, str, str]]]] = {
    "edited": (
        texts(MINE),
        texts(held("1", "2011-01-01", NEW)),
        [("2011-01-01", "Lò An (1)", NEW, "Lò An (1)", OLD)],
    ),
    "the same custodian once more": (
        texts(MINE),
        texts(MINE, held("1", "2019-12-01", NEW)),
        [("2019-12-01", "Lò An (1)", NEW, "Lò An (1)", OLD)],
    ),
    "another official": (
        texts(MINE),
        texts(MINE, held("2", "2019-12-01", NEW)),
        [("2019-12-01", "Lý Bình (2)", NEW, "Lò An (1)", OLD)],
    ),
    "another official without a key": (
        texts(MINE),
        texts(MINE, held("2", "2019-12-01")),
        [("2019-12-01", OPERATOR, "—", "Lò An (1)", OLD)],
    ),
    "two entries at once": (
        texts(MINE),
        texts(MINE, held("2", "2019-11-01"), held("1", "2019-12-01", NEW)),
        [("2019-11-01", OPERATOR, "—", "Lò An (1)", OLD), ("2019-12-01", "Lò An (1)", NEW, "Lò An (1)", OLD)],
    ),
    "two entries of one day": (
        texts(MINE),
        texts(MINE, held("2", "2019-12-01"), held("2", "2019-12-01", NEW, "13/GUQ-AA")),
        [("2019-12-01", "Lý Bình (2)", NEW, "Lò An (1)", OLD)],
    ),
    "a day to come": (
        texts(MINE),
        texts(MINE, held("1", "2020-12-01", NEW)),
        [("2020-12-01", "Lò An (1)", NEW, "Lò An (1)", OLD)],
    ),
    "the first custodian": (
        texts(),
        texts(held("2", "2019-12-01", NEW)),
        [("2019-12-01", "Lý Bình (2)", NEW, OPERATOR, "—")],
    ),
    "a first key": (texts(NONE), texts(MINE), [("2011-01-01", "Lò An (1)", OLD, OPERATOR, "—")]),
    "removed": (texts(MINE), texts(NONE), [("2011-01-01", OPERATOR, "—", "Lò An (1)", OLD)]),
    "the custodian leaves": (
        texts(MINE),
        texts(MINE, people=(person("1", "Lò An", "2010-01-01", "2020-03-01"), BINH)),
        [("2020-03-01", OPERATOR, "—", "Lò An (1)", OLD)],
    ),
    "one who had left comes back": (
        texts(MINE, people=(person("1", "Lò An", "2010-01-01", "2015-03-01"), BINH)),
        texts(
            MINE, people=(person("1", "Lò An", "2010-01-01", "2015-03-01"), BINH, person("1", "Lò An", "2019-12-01"))
        ),
        [("2019-12-01", "Lò An (1)", OLD, OPERATOR, "—")],
    ),
    "one who was suspended is let in": (
        texts(MINE, people=(SUSPENDED, BINH)),
        texts(MINE, people=(RETURNED, BINH)),
        [("2020-02-01", "Lò An (1)", OLD, OPERATOR, "—")],
    ),
    "another custodian, the operator's key as before": (texts(NONE), texts(NONE, held("2", "2019-12-01")), []),
    "the same key once more": (texts(MINE), texts(MINE, held("2", "2019-12-01", OLD)), []),
}


@pytest.mark.clause("R9.3")
@pytest.mark.parametrize("name", CHANGES)
def test_whoever_gets_the_letters_is_named_with_both_keys(name: str) -> None:
    before, now, expected = CHANGES[name]
    found = check(files(now), DAY, files(before)).findings
    keys = [f.values for f in found if f.rule.id == "history-key"]
    assert [(str(v["day"]), v["who"], v["now"], v["was"], v["before"]) for v in keys] == expected


@pytest.mark.parametrize("name", [name for name, (_before, _now, expected) in CHANGES.items() if expected])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_comment_shows_both_keys_unfolded(name: str, language: str) -> None:
    before, now, expected = CHANGES[name]
    made = review(proposal(now, before), DAY)
    shown = markdown(made, language).replace("\\", "").partition("<details>")[0]
    for _day, who, key, was, former in expected:
        assert {who, key, was, former} <= {part for part in (who, key, was, former) if part in shown}
    assert "nothing changes" not in shown
    assert "không có gì thay đổi" not in shown


OPERATORS = [("", NEW), (OLD, NEW), (OLD, "")]


@pytest.mark.parametrize(("before", "now"), OPERATORS)
def test_the_key_of_the_operator(before: str, now: str) -> None:
    was, becomes = (texts(NONE, operator_key=key) if key else texts(NONE) for key in (before, now))
    found = check(files(becomes), DAY, files(was)).findings
    assert [(f.rule.id, f.values["before"], f.values["now"]) for f in found] == [
        ("history-operator-key", before or "—", now or "—")
    ]
    shown = markdown(review(proposal(becomes, was), DAY), "en").replace("\\", "").partition("<details>")[0]
    assert f"{before or '—'} and is now {now or '—'}" in shown


def test_a_new_agency_shows_its_custodian_and_key() -> None:
    """No key was in force before, so that nothing has changed; but reviewers compare it."""
    now = texts(MINE)
    before = {name: text for name, text in now.items() if name != "agencies/aa.yml"}
    shown = markdown(review(proposal(now, before), DAY), "en").replace("\\", "").partition("<details>")[0]
    assert f"- aa: from 2011-01-01 on Lò An (1), authorised in writing, 01/GUQ-AA; key: {OLD}" in shown


def test_a_custodian_who_gets_no_key_is_shown_too() -> None:
    made = review(proposal(texts(NONE, held("2", "2019-12-01")), texts(NONE)), DAY)
    shown = markdown(made, "en").replace("\\", "")
    assert "- aa: from 2019-12-01 on Lý Bình (2), authorised in writing, 12/GUQ-AA; key: —" in shown
    assert "Lò An (1), " not in shown
