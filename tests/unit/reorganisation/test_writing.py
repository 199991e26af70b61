"""A forecast written into the register: what was foreseen is what the files say, and nothing was lost on the way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from danhba.addresses.issuing import Issued
from danhba.checking.check import check, wanted
from danhba.model.findings import binding
from danhba.model.policy import Acknowledgement
from danhba.model.register import Agency, Register
from danhba.planning import plan
from danhba.planning.state import LIVE, State, Timeline
from danhba.reorganisation.forecast import Forecast
from danhba.reorganisation.guards import acknowledgements
from danhba.reorganisation.writing import draft
from tests.factory.text import Value, flow
from tests.support.plans import DAY, HEAD, MERGED, foresee_in, places, province
from tests.support.registers import Entry, agency, files, people_of, person, register, usable

EVE = date(2025, 6, 30)


def carry_out(texts: Mapping[str, str], text: str, today: date = EVE) -> tuple[Forecast, Register, Issued]:
    """The register after a reorganisation, which must pass both checks and the guards of a plan on its day."""
    before, issued = usable(texts)
    found = foresee_in(before, issued, text)
    assert places(found.problems) == []
    made = draft(found, files(texts), acknowledgements(found, issued, today))
    checked = check(made.files(), today, files(texts))
    assert [(f.rule.id, f.where, f.values) for f in binding(checked.findings)] == []
    assert checked.usable
    after, given = checked.usable
    assert plan.make(wanted(after, given, DAY), wanted(before, issued, EVE).accounts).refused == ()
    assert plan.make(wanted(after, given, DAY), wanted(before, issued, DAY).accounts).refused == ()
    return found, after, given


def bare(agencies: Mapping[str, Agency]) -> dict[str, tuple[object, ...]]:
    """Agencies without the places where they stand."""
    names = [name for name in Agency.__slots__ if name not in ("at", "file")]
    return {code: tuple(getattr(agency, name) for name in names) for code, agency in agencies.items()}


def test_the_files_say_what_was_foreseen() -> None:
    keys: dict[str, Value] = {
        "title": "Trưởng phòng", "leader": "true", "unit": "Phòng 1", "phone": "0214 3 840 034", "family": "Niê",
        "given": "Hen", "quota": "1536M", "quota_document": "8/QĐ-SKHDT",
        "address": "hen-skhdt", "address_document": "3/STTTT-VP",
        "suspended": [{"document": "9/QĐ-SKHDT", "date": "2025-05-01", "until": "2025-09-01"}],
    }  # fmt: skip
    text = (
        HEAD.replace("date:", "request: 5/TTr-UBND\ndate:")
        + """\
operator: tt
agencies:
  - {agency: tt, name: "Trung tâm: Tin học", kind: public_service_unit, parent: ubnd, event: renamed,
     identifier: H38.10, quota: 2T}
close:
  - {agency: skhdt, event: merged, to: stc}
  - {agency: stttt, event: renamed, to: tt}
custodians:
  - {agency: stc, person: "3", document: 7/QĐ-UBND, as: delegate,
     key: age128gkywwwv4lt4vfd5k50fschysur3e8y8atvtvppdlnuffsdw4hq9tda0m}
"""
    )
    found, after, given = carry_out(province(person("3", "H'Hen Niê", "2012-01-01", **keys)), text)
    assert bare(after.agencies) == bare(found.after.agencies)
    assert given.locals == found.issued.locals
    assert after.province.operator == "tt"


def test_comments_and_the_rest_of_each_file_stay() -> None:
    texts = province()
    texts["agencies/skhdt.yml"] = texts["agencies/skhdt.yml"].replace("people:", "# Người của Sở\npeople:  # 2 người")
    before, issued = usable(texts)
    found = foresee_in(before, issued, MERGED)
    made = draft(found, files(texts), [])
    changed = made.changed()
    assert changed.keys() == {"agencies/skhdt.yml", "agencies/stc.yml", "agencies/ttdt.yml"}
    new = changed["agencies/skhdt.yml"].decode().splitlines()
    old = iter(texts["agencies/skhdt.yml"].splitlines())
    added = [line for line in new if "2025-07-01" in line]
    assert len(added) == 3
    assert [line for line in new if line not in added] == list(old)


def test_a_closing_entered_for_a_later_day_is_corrected_and_acknowledged() -> None:
    texts = province(
        person("3", "Vũ An", "2013-01-01", "2025-08-01"), person("4", "Lý Anh", "2013-01-01", "2025-09-01")
    )
    found, after, _given = carry_out(texts, MERGED + 'people: [{id: "4", close: retired}]\n')
    assert bare(after.agencies) == bare(found.after.agencies)
    corrected = [a.accounts for a in after.province.acknowledgements if a.limit == "history"]
    assert corrected == [("skhdt/3", "skhdt/4")]
    assert [i.closed and i.closed.date for i in after.agencies["stc"].people if i.id == "3"] == [date(2025, 8, 1)]


class TestAcknowledgements:
    """What the guards would refuse is acknowledged, in the exact number, and nothing else."""

    def test_each_limit_that_is_exceeded(self) -> None:
        before, issued = usable(province(policy={"protected": ["contact-skhdt"]}))
        found = foresee_in(before, issued, MERGED)
        document, until = "1673/NQ-UBTVQH15", date(2025, 7, 31)
        assert acknowledgements(found, issued, EVE) == [
            Acknowledgement("readdress", document, until, 2, agencies=("skhdt",)),
            Acknowledgement("protected", document, until, accounts=("contact-skhdt",)),
        ]

    def test_nothing_where_nothing_is_exceeded(self) -> None:
        limit = {"count": "50", "percent": "90", "agency_percent": "90"}
        before, issued = usable(province(policy={"limits": {"readdress": limit, "close": limit}}))
        found = foresee_in(before, issued, HEAD + 'people: [{id: "1", to: stc}]\n')
        assert acknowledgements(found, issued, EVE) == []

    def test_what_else_happens_on_the_day_counts_with_it(self) -> None:
        leaving = tuple(person(str(20 + i), "Lý Anh", "2012-01-01", "2025-07-01") for i in range(3))
        before, issued = usable(province(stc=leaving))
        found = foresee_in(before, issued, MERGED + "  - {agency: ttdt, event: merged, to: stc}\n")
        counts = {a.limit: a.count for a in acknowledgements(found, issued, EVE)}
        assert counts == {"close": 2 + 3, "readdress": 3}

    def test_what_is_entered_late_holds_from_today(self) -> None:
        before, issued = usable(province())
        found = foresee_in(before, issued, MERGED)
        assert acknowledgements(found, issued, date(2025, 12, 1))[0].until == date(2025, 12, 31)


NAMES = ("Nguyễn Văn Vinh", "Ngô Vân Vinh", "Lò Thị", "Ánh", "Trần Thị Hà", "Trịnh Thanh Hà", "Lý Thị Hà", "Lý Anh")
UNITS = ("", "Phòng 1", "Phòng 2")
OLD, NEW, STAYING = ("c1", "c2", "c3"), ("m1", "m2"), ("s1", "stttt")


@st.composite
def provinces(draw: st.DrawFn) -> dict[str, str]:
    """Namesakes in a few agencies, some pinned, suspended, or gone."""
    numbers = iter(range(1, 100))

    def somebody(code: str) -> Entry:
        number = str(next(numbers))
        keys: dict[str, Value] = {}
        if unit := draw(st.sampled_from(UNITS)):
            keys["unit"] = unit
        if draw(st.integers(0, 3)) == 0:
            keys |= {"address": f"p{number}-{code}", "address_document": "3/STTTT-VP"}
        fate = draw(st.sampled_from(("open", "open", "open", "suspended", "gone")))
        if fate == "suspended":
            keys["suspended"] = [{"document": "9/QĐ-UBND", "date": "2025-01-01"}]
        gone = "2020-01-01" if fate == "gone" else ""
        return person(number, draw(st.sampled_from(NAMES)), "2011-01-01", gone, **keys)

    def staff(code: str, most: int) -> list[Entry]:
        return [somebody(code) for _ in range(draw(st.integers(0, most)))]

    texts = [agency(code, *staff(code, 4), parent="ubnd") for code in (*OLD, *STAYING)]
    return register(agency("ubnd"), *texts)


@st.composite
def reorganisations(draw: st.DrawFn) -> str:
    """Any endings of the old agencies, with new ones and such that stay as successors."""
    targets = (*NEW, *STAYING)
    closings, merged = [], set()
    for code in OLD:
        event = draw(st.sampled_from(("merged", "split", "dissolved")))
        entry: dict[str, Value] = {"agency": code, "event": event}
        if event == "merged":
            entry["to"] = draw(st.sampled_from(targets))
            merged.add(entry["to"])
        elif event == "split":
            entry["to"] = draw(st.lists(st.sampled_from(targets), min_size=2, max_size=3, unique=True))
        if event != "merged":
            go: dict[str, Value] = {"to": draw(st.sampled_from(targets))}
            entry["people"] = draw(st.sampled_from([go, {"close": "retired"}]))
        closings.append(entry)
    openings: list[Value] = [
        {"agency": code, "name": code, "kind": "department", "parent": "ubnd",
         "event": "merged" if code in merged else "established"}
        for code in NEW
    ]  # fmt: skip
    return f"{HEAD}agencies: {flow(openings)}\nclose: {flow(closings)}\n"


@settings(max_examples=60)
@given(provinces(), reorganisations())
def test_every_mailbox_is_open_or_knowingly_closed_after(texts: dict[str, str], text: str) -> None:
    checked = check(files(texts))
    assume(checked.usable)  # Lò Thị has three candidates, Ánh one
    assert checked.usable
    before, issued = checked.usable
    found = foresee_in(before, issued, text)
    assume(all(problem.rule.id != "address-exhausted" for problem in found.problems))
    found, after, given = carry_out(texts, text)
    assert bare(after.agencies) == bare(found.after.agencies)
    then, now = Timeline.of(before, issued, EVE), Timeline.of(after, given, DAY)
    closed = {item.issuance.id for item in found.closed}
    later = people_of(now)
    for id_, entries in people_of(then).items():
        former, current = then.last(entries), now.last(later[id_])
        assert former
        assert current
        if then.own_state(former.issuance) not in LIVE:
            assert now.own_state(current.issuance) is State.CLOSED
        elif id_ in closed:
            assert current.issuance.closed
            assert current.issuance.closed.event == "retired"
        else:
            assert now.own_state(current.issuance) is then.own_state(former.issuance)
            left = former.local.rpartition("-")[0]
            assert not former.issuance.address or current.local == f"{left}-{current.agency.code}"
            assert all(now.state(e) is State.FORWARDING for e in later[id_] if e.local != current.local)
        assert len(entries) <= len(later[id_])
