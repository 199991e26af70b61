"""The difference between wanted and actual accounts, the guards that judge it, and the checksum that approves it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from danhba.model.findings import RULES
from danhba.model.policy import Acknowledgement, Guards, Limit
from danhba.planning import plan
from danhba.planning.accounts import EMPTY, Account, Accounts, Exemption, Route, dump, load
from danhba.planning.plan import ACTIONS, Plan, Rest, Wanted, make, most_of
from tests.support.registers import Entry, Texts, account, accounts, agency, person, register, route, wanted

DAY = date(2011, 1, 1)
NO_LIMITS = Guards({"close": Limit(10**6, 100, 100), "readdress": Limit(10**6, 100, 100)})


def aim(*items: Account | Route, guards: Guards = NO_LIMITS) -> Wanted:
    return Wanted(state(*items), DAY, "digest", guards)


def state(*items: Account | Route) -> Accounts:
    found = [item for item in items if isinstance(item, Account)]
    return Accounts.of(found, [item for item in items if isinstance(item, Route)])


def shown(made: Plan) -> list[str]:
    return [f"{action.action} {action.address.partition('@')[0]}" for action in made.actions]


def apply(made: Plan, actual: Accounts) -> Accounts:
    """What a server has after a plan: rows written, routes released, all others as they were."""
    routes = {a: r for a, r in actual.routes.items() if a not in made.changes.released}
    ended = {e.id for e in made.changes.ended}
    kept = {id_: e for id_, e in actual.exemptions.items() if id_ not in ended}
    return Accounts(
        {**actual.accounts, **{a.key: a for a in made.changes.accounts}},
        {**routes, **{r.address: r for r in made.changes.routes}},
        {**kept, **{e.id: e for e in made.changes.granted}},
    )


OPEN, CLOSED, SUSPENDED = account(), account(state="closed"), account(state="suspended")


class TestActions:
    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [
            ([], [OPEN], ["create 1"]),
            ([], [SUSPENDED], ["create 1"]),
            ([], [CLOSED], ["record 1"]),
            ([OPEN], [OPEN], []),
            ([OPEN], [CLOSED], ["close 1"]),
            ([SUSPENDED], [CLOSED], ["close 1"]),
            ([CLOSED], [OPEN], ["reopen 1"]),
            ([CLOSED], [SUSPENDED], ["reopen 1"]),
            ([OPEN], [SUSPENDED], ["suspend 1"]),
            ([SUSPENDED], [OPEN], ["resume 1"]),
            ([OPEN], [account(title="Giám đốc")], ["update 1"]),
            ([OPEN], [account(document="2/QĐ-UBND")], ["update 1"]),
            ([OPEN], [account(address="2@laocai.gov.vn")], ["readdress 1"]),
            ([OPEN], [account(address="2@laocai.gov.vn", title="x")], ["readdress 1"]),
            ([OPEN], [account(address="2@laocai.gov.vn", state="closed")], ["readdress 1", "close 1"]),
            ([CLOSED], [account(address="2@laocai.gov.vn")], ["reopen 1", "readdress 1"]),
            ([], [route("a", "system", "", ("agency", "stttt"))], ["alias a"]),
            ([], [route("a", "forward", "", ("official", "1"))], ["forward a"]),
            ([], [route("a", "redirect", "x")], ["redirect a"]),
            ([], [route("a", "cancelled", "x")], ["cancel a"]),
            ([route("a")], [route("a")], []),
            ([route("a")], [], ["release a"]),
            ([route("a", "forward")], [route("a", "redirect")], ["redirect a"]),
            ([route("a", "cancelled", "x")], [route("a", "cancelled", "y")], ["cancel a"]),
            # A closing says that its address refuses, a readdressing that the old one forwards.
            ([OPEN], [CLOSED, route("1")], ["close 1"]),
            ([], [CLOSED, route("1")], ["record 1"]),
            ([OPEN], [account(address="2@laocai.gov.vn"), route("1", "forward")], ["readdress 1"]),
            ([OPEN], [account(address="2@laocai.gov.vn"), route("1", "redirect")], ["readdress 1", "redirect 1"]),
            ([CLOSED, route("1")], [OPEN], ["reopen 1"]),
            ([OPEN, route("0", "redirect")], [OPEN], ["release 0"]),
        ],
    )
    def test_what_is_done(self, before: list[Any], after: list[Any], expected: list[str]) -> None:
        made = make(aim(*after), state(*before))
        assert shown(made) == expected
        assert made.refused == ()
        assert bool(made.changes) is (before != after)

    def test_an_action_holds_what_differs_and_the_document(self) -> None:
        moved = account(address="lan-bb@laocai.gov.vn", agency="bb", document="2/QĐ-UBND", since="2011-01-01")
        (action,) = make(aim(moved), state(OPEN)).actions
        assert (action.kind, action.id, action.address, action.agency) == ("official", "1", OPEN.address, "stttt")
        assert (action.document, action.date) == ("2/QĐ-UBND", "2011-01-01")
        assert action.before == {n: getattr(OPEN, n) for n in ("address", "agency", "document", "since")}
        assert action.after == {n: getattr(moved, n) for n in ("address", "agency", "document", "since")}

    def test_they_are_in_the_order_of_what_they_do_then_agency_then_address(self) -> None:
        wanted = [
            account(id_="1", agency="bb", address="a@laocai.gov.vn"),
            account(id_="2", agency="aa", address="z@laocai.gov.vn"),
            account(id_="3", agency="aa", address="b@laocai.gov.vn"),
            account(id_="4", agency="aa", address="c@laocai.gov.vn", state="closed"),
        ]
        there = account(id_="4", agency="aa", address="c@laocai.gov.vn")
        made = make(aim(*wanted), state(there))
        assert shown(made) == ["create b", "create z", "create a", "close c"]
        assert shown(replace(made, actions=made.actions[1:3])) == ["create z", "create a"]
        assert made.actions[-1].action == "close"
        assert made.actions == tuple(made.actions)
        assert made.actions != made.actions[1:]
        assert len({made.actions, make(aim(*wanted), state(there)).actions}) == 1

    def test_a_preview_has_no_checksum(self) -> None:
        assert plan.preview(aim(OPEN), EMPTY).checksum == ""

    def test_a_creation_holds_the_whole_account(self) -> None:
        (action,) = make(aim(OPEN), EMPTY).actions
        assert (action.before, set(action.after)) == ({}, set(Account._fields))

    def test_a_routes_action_holds_how_mail_goes(self) -> None:
        before, after = route("a", "forward", "", ("official", "1")), route("a", "redirect", "gone")
        (action,) = make(aim(after), state(before)).actions
        assert action.before == {"mode": "forward", "targets": ["official/1"]}
        assert action.after == {"mode": "redirect", "reply": "gone"}
        assert (action.kind, action.id, action.address, action.document) == (
            "route",
            *[before.address] * 2,
            "1/QĐ-UBND",
        )
        assert (action.agency, action.name, action.date) == ("", "", "")
        (released,) = make(aim(), state(after)).actions
        assert (released.before, released.after) == ({"mode": "redirect", "reply": "gone"}, {})

    def test_a_step_is_of_an_agency_only_where_it_is_of_an_account(self) -> None:
        there = Accounts.of([account(id_="2")], [route("a")], [EXEMPT])
        goal = Accounts.of(
            [account(id_="2", title="x"), OPEN], [route("b", "redirect")], [EXEMPT._replace(sender="b@x")]
        )
        found = plan.steps(Wanted(goal, DAY, "digest", NO_LIMITS), there)
        assert {(step.action, step.agency, step.address) for step in found} == {
            ("create", "stttt", "1@laocai.gov.vn"),
            ("update", "stttt", "2@laocai.gov.vn"),
            ("redirect", "", "b@laocai.gov.vn"),
            ("release", "", "a@laocai.gov.vn"),
            ("except", "", "b@x"),
            ("end_exception", "", "a@x"),
        }

    def test_actions_are_in_order_and_counted(self) -> None:
        before = state(account(id_="3"), account(id_="2", agency="aa"), route("b"))
        closed = (account(id_="3", state="closed"), account(id_="2", agency="aa", state="closed"))
        made = make(aim(*closed, account(id_="9"), account(id_="4"), route("c")), before)
        assert shown(made) == ["create 4", "create 9", "close 2", "close 3", "cancel c", "release b"]
        assert list(made.counts) == list(ACTIONS)
        assert {kind: count for kind, count in made.counts.items() if count} == {
            "create": 2, "close": 2, "cancel": 1, "release": 1,
        }  # fmt: skip


class TestGuards:
    @pytest.mark.parametrize(
        ("limit", "base", "most"),
        [
            (Limit(50, 2), 10_000, 50),
            (Limit(50, 2), 1_000, 20),
            (Limit(50, 2), 149, 2),
            (Limit(50, 2), 49, 1),
            (Limit(50, 2), 0, 1),
            (Limit(50, 0), 10_000, 0),
            (Limit(0, 2), 10_000, 0),
        ],
    )
    def test_the_smaller_of_count_and_percent_but_one_may_always_leave(
        self, limit: Limit, base: int, most: int
    ) -> None:
        assert most_of(limit, base) == most

    @staticmethod
    def staff(count: int, *, closed: int = 0, moved: int = 0, agencies: int = 1) -> Iterable[Account]:
        for number in range(count):
            own = f"a{number % agencies}"
            if number < closed:
                yield account(id_=str(number), agency=own, state="closed")
            elif number < closed + moved:
                yield account(id_=str(number), agency=own, address=f"x{number}@laocai.gov.vn")
            else:
                yield account(id_=str(number), agency=own)

    def refused(
        self, after: Iterable[Account], guards: Guards, count: int = 100, agencies: int = 1
    ) -> list[tuple[Any, ...]]:
        made = make(aim(*after, guards=guards), state(*self.staff(count, agencies=agencies)))
        return [(r.rule.id, *(r.values.get(k) for k in ("action", "count", "base", "most"))) for r in made.refused]

    def test_a_limit_on_all(self) -> None:
        guards = replace(NO_LIMITS, limits={"close": Limit(50, 2, 100), "readdress": Limit(3, 100, 100)})
        assert self.refused(self.staff(100, closed=2, moved=3), guards) == []
        assert self.refused(self.staff(100, closed=3, moved=4), guards) == [
            ("plan-limit", "close", 3, 100, 2),
            ("plan-limit", "readdress", 4, 100, 3),
        ]

    def test_a_limit_on_each_agency(self) -> None:
        guards = replace(NO_LIMITS, limits={"close": Limit(50, 100, 20), "readdress": Limit(50, 100, 20)})
        assert self.refused(self.staff(100, closed=20, agencies=10), guards, agencies=10) == []
        found = self.refused(self.staff(100, closed=21, agencies=10), guards, agencies=10)
        assert found == [("plan-agency-limit", "close", 3, 10, 2)]

    def test_closed_accounts_are_no_base(self) -> None:
        before = [account(id_=str(n), state="closed") for n in range(98)] + [account(id_="98"), account(id_="99")]
        after = [a._replace(state="closed") for a in before]
        made = make(
            aim(*after, guards=replace(NO_LIMITS, limits=dict.fromkeys(("close", "readdress"), Limit()))),
            state(*before),
        )
        assert [(r.rule.id, r.values["count"], r.values["base"]) for r in made.refused] == [
            ("plan-limit", 2, 2),
            ("plan-agency-limit", 2, 2),
        ]

    def test_suspended_accounts_count(self) -> None:
        before = [account(id_=str(n), state="suspended") for n in range(10)]
        after = [a._replace(state="closed") if a.id in ("1", "2") else a for a in before]
        made = make(aim(*after, guards=Guards({"close": Limit(50, 20, 20), "readdress": Limit()})), state(*before))
        assert made.refused == ()

    def test_percent_zero_forbids(self) -> None:
        guards = replace(NO_LIMITS, limits={"close": Limit(50, 0, 100), "readdress": Limit(50, 100, 0)})
        assert self.refused(self.staff(100, closed=1, moved=1), guards) == [
            ("plan-limit", "close", 1, 100, 0),
            ("plan-agency-limit", "readdress", 1, 100, 0),
        ]

    @pytest.mark.parametrize(
        ("acknowledgement", "passes"),
        [
            (Acknowledgement("close", "1/STTTT-VP", DAY, 30), True),
            (Acknowledgement("close", "1/STTTT-VP", DAY, 29), False),
            (Acknowledgement("close", "1/STTTT-VP", DAY - timedelta(1), 30), False),
            (Acknowledgement("readdress", "1/STTTT-VP", DAY, 30), False),
            (Acknowledgement("protected", "1/STTTT-VP", DAY, 30), False),
            (Acknowledgement("close", "1/STTTT-VP", DAY, 0, tuple(f"{n}@laocai.gov.vn" for n in range(28))), True),
            (Acknowledgement("close", "1/STTTT-VP", DAY, 0, tuple(f"{n}@laocai.gov.vn" for n in range(27))), False),
            (Acknowledgement("close", "5/STTTT-VP", DAY, 30, since=DAY), True),
            (Acknowledgement("close", "5/STTTT-VP", date(2099, 1, 1), 30, since=DAY + timedelta(days=1)), False),
        ],
    )
    def test_an_acknowledgement(self, acknowledgement: Acknowledgement, passes: bool) -> None:
        limits = {"close": Limit(50, 2, 20), "readdress": Limit()}
        guards = Guards(limits, acknowledgements=(acknowledgement,))
        assert (self.refused(self.staff(100, closed=30), guards) == []) is passes

    @pytest.mark.parametrize(
        ("after", "acknowledged", "refused"),
        [
            (CLOSED, (), ["close"]),
            (account(address="2@laocai.gov.vn"), (), ["readdress"]),
            (account(address="2@laocai.gov.vn", state="closed"), (), ["readdress", "close"]),
            (SUSPENDED, (), ["suspend"]),
            (account(title="x"), (), []),
            (CLOSED, ("1@laocai.gov.vn",), []),
            (CLOSED, ("2@laocai.gov.vn",), ["close"]),
        ],
    )
    def test_a_protected_account(self, after: Account, acknowledged: tuple[str, ...], refused: list[str]) -> None:
        named = (Acknowledgement("protected", "1/STTTT-VP", DAY, 0, acknowledged),)
        made = make(
            aim(after, guards=replace(NO_LIMITS, protected=frozenset({OPEN.address}), acknowledgements=named)),
            state(OPEN),
        )
        assert [r.values["action"] for r in made.refused] == refused
        assert {r.rule.id for r in made.refused} <= {"plan-protected"}
        assert all(r.values["address"] == OPEN.address for r in made.refused)

    def test_accounts_that_vanished_from_the_register(self) -> None:
        made = make(aim(), state(*(account(id_=f"{n:02}") for n in reversed(range(12)))))
        (refusal,) = made.refused
        assert refusal.rule is RULES["plan-vanished"]
        assert refusal.values == {"count": 12, "sample": [f"{n:02}@laocai.gov.vn" for n in range(10)]}
        assert (made.actions, bool(made.changes)) == ((), False)

    def test_the_first_plan_needs_no_acknowledgement(self) -> None:
        limits = dict.fromkeys(("close", "readdress"), Limit())
        made = make(aim(*self.staff(100, closed=40), guards=Guards(limits)), EMPTY)
        assert made.refused == ()


class TestChecksum:
    def test_it_covers_register_day_and_server_and_nothing_else(self) -> None:
        other = account(id_="2")
        goal, actual = aim(OPEN), state(CLOSED, other, route("a"))
        sums = {
            make(goal, actual).checksum,
            make(replace(goal, register="other"), actual).checksum,
            make(replace(goal, day=date(2011, 1, 2)), actual).checksum,
            make(goal, state(CLOSED, other)).checksum,
            make(goal, state(other, route("a"))).checksum,
        }
        assert len(sums) == 5
        backwards = state(route("a"), other, CLOSED)
        assert make(goal, backwards).checksum == make(goal, actual).checksum

    def test_the_approved_one_passes_and_another_is_refused_first(self) -> None:
        goal, actual = aim(), state(OPEN)
        made = make(goal, actual)
        assert [r.rule.id for r in make(goal, actual, made.checksum).refused] == ["plan-vanished"]
        refusal, _vanished = make(goal, actual, "0" * 64).refused
        assert refusal.rule.id == "plan-checksum"
        assert refusal.values == {"approved": "0" * 12, "now": made.checksum[:12]}


class TestJson:
    def test_what_is_dumped_is_loaded(self) -> None:
        whole = state(
            OPEN, account("agency", "stttt"), route("a", "forward", "", ("official", "1"), ("agency", "stttt"))
        )
        assert load(json.loads(json.dumps(dump(whole)))) == whole
        assert load(json.loads(json.dumps(dump(whole)))).digest() == whole.digest()

    @pytest.mark.parametrize(
        "data",
        [
            [],
            {},
            {"accounts": []},
            {"accounts": [], "routes": [[]]},
            {"accounts": None, "routes": []},
            {"accounts": [{}], "routes": []},
            {"accounts": [["official"]], "routes": []},
            {"accounts": [[*"0123456789ab"]], "routes": []},
            {"accounts": [[[], *["x"] * 7, 1, *["x"] * 3]], "routes": []},
            {"accounts": [], "routes": [["a", "forward", "", "", [["x"]]]]},
            {"accounts": [], "routes": [["a", "forward", "", "", [1]]]},
        ],
    )
    def test_what_is_no_state_is_refused(self, data: Any) -> None:
        with pytest.raises((ValueError, TypeError, KeyError)):
            load(data)


# --- Properties over registers ---------------------------------------------------------------------------------------

DAYS = [f"20{year}-{month:02}-01" for year in (10, 11, 12) for month in (1, 3, 6, 9)]


@st.composite
def people(draw: st.DrawFn) -> tuple[list[Entry], list[Entry]]:
    """Up to four people who come, are suspended, move from aa to bb, and leave."""
    here: list[Entry] = []
    there: list[Entry] = []
    for number in range(draw(st.integers(0, 4))):
        days = sorted(draw(st.lists(st.sampled_from(DAYS), min_size=3, max_size=3, unique=True)))
        name = draw(st.sampled_from(["Hoàng Anh", "Nguyễn Văn An", "Hoàng Lan"]))
        end = draw(st.sampled_from(["", days[2]]))
        if draw(st.booleans()):
            here.append(person(str(number), name, days[0], f"{days[1]} transferred"))
            there.append(person(str(number), name, f"{days[1]} transferred", end))
        else:
            spell = [{"document": "1/QĐ-UBND", "date": days[0], "until": days[1]}]
            here.append(person(str(number), name, days[0], end, suspended=spell))
    return here, there


@st.composite
def registers(draw: st.DrawFn) -> Texts:
    """Registers of two agencies, the first of which may be taken over by a third."""
    here, there = draw(people())
    if draw(st.booleans()):
        return register(agency("aa", *here), agency("bb", *there))
    old = agency("cc", closed="2011-06-01 merged")
    return register(agency("aa", *here, succeeds=["cc"]), agency("bb", *there), old)


@settings(max_examples=60)
@given(registers(), st.lists(st.sampled_from(DAYS), min_size=1, max_size=5))
def test_a_plan_that_was_applied_leaves_nothing_to_do(texts: Texts, days: list[str]) -> None:
    actual = EMPTY
    for day in days:
        goal = wanted(texts, day)
        made = make(goal, actual)
        assert (not made.actions) or made.changes
        if set(actual.accounts) <= set(goal.accounts.accounts):
            actual = apply(made, actual)
            assert actual == goal.accounts
            assert make(goal, actual).actions == ()
        else:  # back to a day before some had come
            assert "plan-vanished" in [r.rule.id for r in made.refused]


@pytest.mark.parametrize(
    ("before", "after", "ended"),
    [
        ([], [OPEN, CLOSED._replace(id="2")], []),
        ([OPEN], [CLOSED], [OPEN.address]),
        ([OPEN], [SUSPENDED], [OPEN.address]),
        ([OPEN], [OPEN._replace(address="new@laocai.gov.vn")], [OPEN.address]),
        ([OPEN], [OPEN._replace(title="Phó")], []),
        ([], [route("old")], []),
    ],
    ids=["created", "closed", "suspended", "readdressed", "updated", "route"],
)
def test_what_is_told_without_actions_is_what_they_tell(
    before: list[Account], after: list[Account | Route], ended: list[str]
) -> None:
    made = make(aim(*after), state(*before))
    assert list(made.data) == [action._asdict() for action in made.actions] != []
    assert made.ended == ended
    # Also where they are no longer steps, as of a plan of a later day.
    assert list(replace(made, actions=tuple(made.actions)).data) == list(made.data)
    assert replace(made, actions=tuple(made.actions)).ended == ended


@settings(max_examples=30)
@given(registers(), st.sampled_from(DAYS))
def test_every_address_is_an_account_or_a_route_and_each_account_delivers(texts: Texts, day: str) -> None:
    found = accounts(texts, day)
    live = {a.address for a in found.accounts.values() if a.state != "closed"}
    assert live.isdisjoint(found.routes)
    addresses = [a.address for a in found.accounts.values()]
    assert len(set(addresses)) == len(addresses)
    for closed in (a for a in found.accounts.values() if a.state == "closed"):
        assert closed.address in found.routes
    for targets in (r.targets for r in found.routes.values()):
        assert all(found.accounts[target].state != "closed" for target in targets)


class TestRest:
    """Where only what differs is compared, all the others count nevertheless."""

    def rest(self, digest: str = "all", **live: int) -> Rest:
        return Rest(digest, lambda: Counter(live))

    def test_the_checksum_is_over_all(self) -> None:
        sums = {make(aim(OPEN), state(), rest=rest).checksum for rest in (self.rest(), self.rest("other"), None)}
        assert len(sums) == 3

    def test_the_limits_are_of_all(self) -> None:
        guards = replace(NO_LIMITS, limits={**NO_LIMITS.limits, "close": Limit(10**6, 10, 100)})
        two = [account(id_="1"), account(id_="2")]
        closed = [account(id_="1", state="closed"), account(id_="2", state="closed")]
        refused = {
            count: bool(make(aim(*closed, guards=guards), state(*two), rest=self.rest(stttt=count)).refused)
            for count in (2, 100)
        }
        assert refused == {2: True, 100: False}


def test_a_protected_account_is_named_in_the_refusal() -> None:
    guards = replace(NO_LIMITS, protected=frozenset({OPEN.address}))
    (refused,) = make(aim(CLOSED, guards=guards), state(OPEN)).refused
    assert refused.rule.message.format(**refused.values).startswith("closing 1@laocai.gov.vn, which is protected")


EXEMPT = Exemption("a@x", ("0" * 64,), "2011-01-01", "2011-01-05", "5/STTTT-VP", "biểu mẫu")


class TestExemptions:
    def plan(self, before: list[Exemption], after: list[Exemption]) -> Plan:
        return make(Wanted(Accounts.of((), (), after), DAY, "digest", NO_LIMITS), Accounts.of((), (), before))

    def test_one_more_is_granted_with_its_document(self) -> None:
        [action] = self.plan([], [EXEMPT]).actions
        assert (action.action, action.kind, action.id, action.address) == ("except", "exception", EXEMPT.id, "a@x")
        assert (action.agency, action.name, action.date) == ("", "", "2011-01-01")
        assert (action.document, action.before) == ("5/STTTT-VP", {})
        assert action.after == {**EXEMPT._asdict(), "files": ["0" * 64]}

    def test_one_less_is_ended(self) -> None:
        [action] = self.plan([EXEMPT], []).actions
        assert (action.action, action.kind, action.id, action.address) == (
            "end_exception", "exception", EXEMPT.id, "a@x",
        )  # fmt: skip
        assert (action.document, action.after) == ("5/STTTT-VP", {})
        assert action.before == {**EXEMPT._asdict(), "files": ["0" * 64]}

    def test_either_alone_is_something_to_do(self) -> None:
        assert self.plan([], [EXEMPT]).changes
        assert self.plan([EXEMPT], []).changes

    def test_those_of_one_sender_come_as_the_register_has_them(self) -> None:
        several = [EXEMPT._replace(files=(digit * 64,)) for digit in "201"]
        for made in (self.plan([], several), self.plan(several, [])):
            assert [action.id for action in made.actions] == [each.id for each in several]

    def test_the_same_is_nothing_to_do(self) -> None:
        made = self.plan([EXEMPT], [EXEMPT])
        assert not made.changes
        assert not made.actions

    @pytest.mark.parametrize("changed", [{"until": "2011-01-06"}, {"sender": "b@x"}, {"files": ("1" * 64,)}])
    def test_a_changed_one_is_another_one(self, changed: dict[str, Any]) -> None:
        assert [each.action for each in self.plan([EXEMPT], [EXEMPT._replace(**changed)]).actions] == [
            "except",
            "end_exception",
        ]

    def test_the_checksum_binds_them(self) -> None:
        assert self.plan([EXEMPT], []).checksum != self.plan([], []).checksum

    def test_a_state_comes_back_as_it_was_written_also_one_of_before(self) -> None:
        there = Accounts.of((), (), [EXEMPT])
        assert load(json.loads(json.dumps(dump(there)))) == there
        assert load({"accounts": [], "routes": []}) == EMPTY


def test_every_rule_on_plans_is_known() -> None:
    assert {id_ for id_ in RULES if id_.startswith("plan-")} == {
        rule.id
        for rule in (
            *(plan.LIMIT, plan.AGENCY_LIMIT, plan.TOGETHER, plan.PROTECTED, plan.VANISHED),
            *(plan.CHECKSUM, plan.DAY),
        )
    }


@pytest.mark.parametrize(
    ("applied", "refused"),
    [(None, []), (DAY - timedelta(1), []), (DAY, []), (DAY + timedelta(1), ["plan-day"])],
)
def test_a_day_before_the_last_one_applied(applied: date | None, refused: list[str]) -> None:
    assert [r.rule.id for r in make(aim(OPEN), state(OPEN), "", applied).refused] == refused


def test_a_day_that_has_passed_is_told_first_with_both_days() -> None:
    guards = replace(NO_LIMITS, protected=frozenset({OPEN.address}))
    first, second = make(aim(CLOSED, guards=guards), state(OPEN), "", DAY + timedelta(1)).refused
    assert (first.rule.id, dict(first.values)) == ("plan-day", {"day": "2011-01-01", "applied": "2011-01-02"})
    assert second.rule.id == "plan-protected"


@pytest.mark.parametrize(
    ("now", "cited"),
    [
        ({"quota": 2048, "quota_document": "5/QĐ-STTTT"}, "5/QĐ-STTTT"),
        ({"quota": 2048}, "1/QĐ-UBND"),
        ({"title": "Giám đốc", "quota_document": "5/QĐ-STTTT"}, "1/QĐ-UBND"),
        ({"quota": 2048, "quota_document": "5/QĐ-STTTT", "state": "closed", "document": "7/QĐ-STTTT"}, "7/QĐ-STTTT"),
    ],
)
def test_a_quota_cites_its_own_document_where_it_is_what_changes(now: dict[str, Any], cited: str) -> None:
    (action,) = make(aim(account()._replace(**now)), state(account())).actions
    assert action.document == cited


def test_a_document_of_a_quota_comes_from_the_register() -> None:
    entry = person("1", "Lò An", "2010-01-01", quota="5G", quota_document="5/QĐ-AA")
    found = accounts(register(agency("aa", entry, quota="20G", quota_document="6/QĐ-UBND")), "2011-01-01").accounts
    assert found["official", "1"].quota_document == "5/QĐ-AA"
    assert found["agency", "aa"].quota_document == "6/QĐ-UBND"
    assert found["agency", "stttt"].quota_document == ""


def test_an_agencys_limit_names_the_agency() -> None:
    guards = Guards({"close": Limit(10**6, 100, 20), "readdress": Limit()})
    people = [account(id_=str(n), address=f"{n}@laocai.gov.vn", agency="aa") for n in range(10)]
    closed = [one._replace(state="closed") for one in people[:3]]
    (refused,) = make(aim(*closed, *people[3:], guards=guards), state(*people)).refused
    assert dict(refused.values) == {
        "action": "close",
        "doing": "closing or suspending",
        "count": 3,
        "base": 10,
        "most": 2,
        "agency": "aa",
    }


def test_many_suspensions_count_as_closings() -> None:
    before = [account(id_=f"{n:03}", address=f"{n:03}@laocai.gov.vn") for n in range(100)]
    after = [a._replace(state="suspended") for a in before]
    made = make(aim(*after, guards=Guards({"close": Limit(), "readdress": Limit()})), state(*before))
    assert "plan-limit" in [r.rule.id for r in made.refused]


def test_another_domain_disarms_no_protection() -> None:
    guards = replace(NO_LIMITS, protected=frozenset({OPEN.address.replace("laocai", "yenbai")}))
    moved = OPEN._replace(address=OPEN.address.replace("laocai", "yenbai"))
    assert [r.rule.id for r in make(aim(moved, guards=guards), state(OPEN)).refused] == ["plan-protected"]


def test_an_agency_stands_where_it_is_until_its_new_parent_has_opened() -> None:
    old, new = account("agency", "old", address="contact-old"), account("agency", "new", address="contact-new")
    child = account("agency", "child", address="contact-child", parent="old")
    moved = child._replace(parent="new")
    actual = state(old, child)
    assert shown(make(aim(old, moved), actual)) == []
    assert shown(make(aim(old, new, moved), actual)) == ["create contact-new", "update contact-child"]
    assert [a.parent for a in make(aim(moved), EMPTY).changes.accounts] == [""]


def test_an_agency_that_stands_under_none_any_more_is_moved_there() -> None:
    old = account("agency", "old", address="contact-old")
    child = account("agency", "child", address="contact-child", parent="old")
    made = make(aim(old, child._replace(parent="")), state(old, child))
    assert shown(made) == ["update contact-child"]
    assert [each.parent for each in made.changes.accounts] == [""]
