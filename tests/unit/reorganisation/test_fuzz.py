"""Whatever stands in a reorganisation's file: findings or a forecast, and never anything else."""

from __future__ import annotations

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from danhba.checking.check import check
from danhba.editing.problem import Problem
from danhba.model.findings import binding
from danhba.reading.source import File
from danhba.reorganisation import rendering
from danhba.reorganisation.forecast import forecast
from danhba.reorganisation.guards import acknowledgements
from danhba.reorganisation.reading import read
from danhba.reorganisation.writing import draft
from tests.factory.text import Value, flow
from tests.support.plans import MERGED, province
from tests.support.registers import files, person, usable

TEXTS = province(
    person("3", "Lò Thị", "2012-01-01", unit="Phòng 1", address="lo-skhdt", address_document="1/QĐ-UBND"),
    person("4", "Ánh", "2012-01-01", suspended=[{"document": "1/QĐ-UBND", "date": "2024-01-01"}]),
    person("5", "Ánh Lê", "2012-01-01", "2026-01-01"),
    policy={"protected": ["contact-stttt"]},
)
REGISTER, ISSUED = usable(TEXTS)
TODAY = date(2025, 6, 1)

CODES = st.sampled_from(("ubnd", "skhdt", "stc", "ttdt", "stttt", "a", "b", "x", "A", ""))
EVENTS = st.sampled_from(("merged", "split", "renamed", "dissolved", "established", "retired", "transferred", "x"))
IDS = st.sampled_from(("1", "2", "3", "4", "5", "8", "9", "77", "?"))
DAYS = st.sampled_from(("2025-07-01", "0001-01-01", "9999-12-31", "2012-01-01", "2010-01-01", "x"))
ADDRESSES = st.sampled_from(("lo-stc", "ltmai-stc", "vanthu", "contact-stc", "x" * 70, "A", "lo-a"))
WORDS: dict[str, st.SearchStrategy[Value]] = {
    "agency": CODES, "parent": CODES, "operator": CODES, "event": EVENTS, "close": EVENTS, "id": IDS, "person": IDS,
    "date": DAYS, "address": ADDRESSES, "to": st.one_of(CODES, st.lists(CODES, max_size=3)),
    "document": st.sampled_from(("1673/NQ-UBTVQH15", "1/QĐ-UBND", "")), "address_document": st.just("1/QĐ-UBND"),
    "name": st.sampled_from(("Sở A", "\u202e", "")), "kind": st.sampled_from(("department", "x")),
    "unit": st.sampled_from(("Phòng 1", "Phòng 2")), "as": st.sampled_from(("head", "delegate", "chief")),
    "quota": st.sampled_from(("2G", "1000", "0M")), "leader": st.sampled_from(("true", "yes")),
}  # fmt: skip


def entry(*required: str, optional: str = "") -> st.SearchStrategy[Value]:
    """A mapping with keys of the format, hardly ever without one of the required."""
    return st.fixed_dictionaries(
        {key: WORDS[key] for key in required}, optional={key: WORDS[key] for key in optional.split()}
    )


FATE = st.one_of(entry("to"), entry("close"), entry(optional="to close document"))
CLOSING = st.builds(
    lambda closing, people: closing | people,
    entry("agency", "event", optional="to"),
    st.one_of(st.just({}), st.fixed_dictionaries({"people": FATE})),
)
PLANS: st.SearchStrategy[Value] = st.fixed_dictionaries(
    {"document": st.just("1673/NQ-UBTVQH15"), "date": DAYS},
    optional={
        "operator": CODES,
        "agencies": st.lists(entry("agency", "name", "kind", "event", optional="parent quota"), max_size=3),
        "close": st.lists(CLOSING, max_size=3),
        "units": st.lists(entry("agency", "unit", optional="to close"), max_size=2),
        "people": st.lists(entry("id", optional="to close document unit leader address address_document"), max_size=3),
        "parents": st.lists(entry("agency", "parent"), max_size=2),
        "custodians": st.lists(entry("agency", "person", "document", "as"), max_size=2),
        "x": CODES,
    },
)


def follow(text: str) -> None:
    """All that the command does with a file."""
    plan, findings = read(File("merger.yml", "merger.yml", text.encode("utf-8", "surrogatepass")))
    if plan is None or binding(findings):
        return
    found = forecast(REGISTER, ISSUED, plan)
    acknowledged = acknowledgements(found, ISSUED, TODAY) if found.possible else []
    told = rendering.Told(found, acknowledged)
    for show in (rendering.text, rendering.as_json, rendering.markdown):
        assert show(told, "vi")
    if not found.possible:
        return
    try:
        made = draft(found, files(TEXTS), acknowledged)
    except Problem:
        return
    check(made.files(), TODAY, files(TEXTS))


@settings(max_examples=150, deadline=None)
@given(PLANS)
def test_any_plan(plan: Value) -> None:
    follow("".join(f"{key}: {flow(value)}\n" for key, value in plan.items()))  # type: ignore[union-attr]


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_change_of_a_text(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(MERGED)))
    end = data.draw(st.integers(start, min(len(MERGED), start + 12)))
    follow(MERGED[:start] + data.draw(st.text(max_size=8)) + MERGED[end:])
