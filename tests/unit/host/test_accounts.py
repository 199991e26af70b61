"""What an apply compares: only what differs is taken apart, and the plan is as if all was."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.policy import Guards, Limit
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning import plan
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.accounts import (
    Account,
    Accounts,
    Exemption,
    Route,
    line,
)
from ansible_collections.laocai.mail.plugins.module_utils.host.accounts import Actual
from ansible_collections.laocai.mail.plugins.module_utils.host.request import dump_request, load_request, request_for
from hypothesis import given, settings
from hypothesis import strategies as st

DAY = date(2011, 1, 1)
CODES = ("aa", "bb")
GUARDS = Guards({"close": Limit(1, 50, 50), "readdress": Limit(1, 50, 50)}, frozenset({"contact-aa@x"}), ())


def official(number: int, code: str, state: str, title: str) -> Account:
    return Account(
        "official", f"{number}", f"{number}-{code}@x", "Lò An", code, title, "", "", 1, state, "1/QĐ-A", "2010-01-01"
    )


def office(code: str, parent: str) -> Account:
    return Account(
        "agency", code, f"contact-{code}@x", code, code, "", "", "", 1, "open", "1/QĐ-A", "2010-01-01", parent
    )


STATES = st.sampled_from(("open", "open", "suspended", "closed"))
OFFICIALS = st.builds(official, st.integers(0, 8), st.sampled_from(CODES), STATES, st.sampled_from(("", "a", "b\tc")))
OFFICES = st.builds(office, st.sampled_from(CODES), st.sampled_from(("", "aa", "cc")))
ROUTES = st.builds(
    Route, st.sampled_from(("a@x", "b@x")), st.just("cancelled"), st.just("1/QĐ-A"), st.sampled_from("xy"), st.just(())
)
EXEMPTIONS = st.builds(
    Exemption,
    st.sampled_from(("a@x", "b@x")),
    st.sampled_from((("0" * 64,), ("0" * 64, "1" * 64))),
    st.just("2011-01-01"),
    st.sampled_from(("2011-01-01", "2011-01-31")),
    st.just("1/QĐ-A"),
    st.just("biểu\tmẫu"),
)
SIDES = st.builds(
    Accounts.of,
    st.lists(st.one_of(OFFICIALS, OFFICES), max_size=12),
    st.lists(ROUTES, max_size=2),
    st.lists(EXEMPTIONS, max_size=3),
)


@settings(max_examples=300)
@given(SIDES, SIDES, st.sets(st.integers(0, 11)))
def test_plan_of_differing_accounts_equals_plan_of_all_accounts(
    first: Accounts, second: Accounts, shared: set[int]
) -> None:
    # Most of a server is as it should be.
    kept = {key: value for number, (key, value) in enumerate(first.accounts.items()) if number in shared}
    second = replace(second, accounts={**second.accounts, **kept})
    wanted = plan.Wanted(second, DAY, "digest", GUARDS)
    whole = plan.make(wanted, first)
    lines = [line(account) for account in first.accounts.values()]
    actual = Actual(lines, first.routes, tuple(first.exemptions.values()))
    asked = request_for(wanted, approved="", actor="", commit="", whole=False, state=False)
    _there, made = actual.plan(asked, None)
    assert list(made.actions) == list(whole.actions)
    # Neither makes all actions for it.
    assert list(made.data) == [action._asdict() for action in made.actions]
    assert made.ended == [action.address for action in made.actions if action.action in plan.ENDING]
    assert sorted(map(repr, made.refused)) == sorted(map(repr, whole.refused))
    assert made.checksum == whole.checksum
    assert set(made.changes.accounts) == set(whole.changes.accounts)
    assert (set(made.changes.routes), set(made.changes.released)) == (
        set(whole.changes.routes),
        set(whole.changes.released),
    )
    assert (set(made.changes.granted), set(made.changes.ended)) == (
        set(whole.changes.granted),
        set(whole.changes.ended),
    )
    assert actual.whole() == first


@given(SIDES)
def test_request_survives_dump_and_load(side: Accounts) -> None:
    wanted = plan.Wanted(side, DAY, "digest", GUARDS)
    sent = request_for(wanted, approved="abc", actor="an", commit="c", whole=True, state=False)
    assert load_request(dump_request(sent).decode()) == sent


def test_plan_parses_only_accounts_that_differ() -> None:
    same, other = official(1, "aa", "open", ""), official(2, "aa", "open", "")
    actual = Actual([line(same), line(other), line(office("aa", ""))], {})
    wanted = plan.Wanted(Accounts.of([same, other._replace(title="Phó"), office("aa", "")]), DAY, "digest", GUARDS)
    asked = request_for(wanted, approved="", actor="", commit="", whole=False, state=False)
    there, made = actual.plan(asked, None)
    assert set(there.accounts) == {("official", "2"), ("agency", "aa")}
    assert [action.id for action in made.actions] == ["2"]
