"""The sample register holds what its README promises; read by plain PyYAML, not by what it is to show."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from danhba.rules.province import SAMPLE_KEYS
from tests.support.looped import for_each

ROOT = Path(__file__).resolve().parents[2]
DIRECTORY = ROOT / "directory"
# The day around which the sample places its recent events.
TODAY = date(2026, 11, 24)
FORWARD, REDIRECT = timedelta(days=90), timedelta(days=365)

Map = dict[str, Any]
Entries = list[tuple[str, Map]]


def load(path: Path) -> Any:
    """A YAML file with every scalar as text."""
    with path.open(encoding="utf-8") as stream:
        return yaml.load(stream, Loader=yaml.CBaseLoader)  # noqa: S506 - it makes nothing but text


BODIES: dict[str, Map] = {
    body["code"]: body for body in load(ROOT / "tests/factory/bodies.yml") if body["period"] != "from 2025-07-01"
}
AGENCIES: dict[str, Map] = {path.stem: load(path) for path in sorted((DIRECTORY / "agencies").iterdir())}
# Every issuance with its agency, in the order of the files.
ENTRIES: Entries = [(code, person) for code, agency in AGENCIES.items() for person in agency["people"]]
# The parents that had to differ from the facts, whose parent came into being only by the merger.
PARENTS = {"ttgnn": "snnptnt", "cckl": "snnptnt"}
DOCUMENT = re.compile(r"\d{2,6}(/\d{4})?/(QĐ|NQ|NĐ|GUQ)[-.][A-ZĐ0-9]+|\d{2,6}-QĐ/[A-Z]+|\d{2,6}/[A-ZĐ]+-[A-ZĐ]+")


def day(event: Map) -> date:
    """The date of an event."""
    return date.fromisoformat(event["date"])


def is_open(thing: Map, on: date = TODAY) -> bool:
    """Whether an agency or issuance is open on a day: from `opened`, not on `closed`."""
    return day(thing["opened"]) <= on and not ("closed" in thing and day(thing["closed"]) <= on)


def holding(code: str, wanted: Callable[[Map], bool]) -> list[Map]:
    """The entries of one agency that are as wanted."""
    return [person for person in AGENCIES[code]["people"] if wanted(person)]


def in_office(code: str, person: str, on: date) -> bool:
    """Whether a person has an open issuance in an agency on a day."""
    return bool(holding(code, lambda p: p["id"] == person and is_open(p, on)))


def moves() -> Iterator[tuple[str, Map, str, Map]]:
    """Each closing that has a matching opening elsewhere: from where, its entry, to where, its entry."""
    arrivals = {(p["id"], p["opened"]["date"], p["opened"]["event"]): (code, p) for code, p in ENTRIES}
    for code, person in ENTRIES:
        closed = person.get("closed", {})
        if closed.get("event") in ("transferred", "reorganised"):
            yield (code, person, *arrivals[person["id"], closed["date"], closed["event"]])


@pytest.mark.clause("R1")
def test_sample_has_all_agencies_of_the_time() -> None:
    assert len(BODIES) == 231
    assert AGENCIES.keys() == BODIES.keys()


@for_each("code", sorted(AGENCIES))
def test_agency_agrees_with_the_facts(code: str) -> None:
    agency, body = AGENCIES[code], BODIES[code]
    assert agency["agency"] == code
    assert (agency["name"], agency["kind"]) == (body["name"], body["kind"])
    assert agency.get("parent") == PARENTS.get(code, body.get("parent"))
    first = (DIRECTORY / "agencies" / f"{code}.yml").read_text(encoding="utf-8").splitlines()[1]
    assert ("Code attested" in first) == (body["attested"] == "true")
    assert ("Code inferred" in first) == (body["attested"] == "false")


def test_parent_agency_exists_for_the_life_of_its_children() -> None:
    for code, agency in AGENCIES.items():
        if parent := AGENCIES.get(agency.get("parent", "")):
            assert day(parent["opened"]) <= day(agency["opened"]), code
            assert "closed" not in parent or day(agency["closed"]) <= day(parent["closed"]), code


def test_successors_and_predecessors_agree() -> None:
    heirs = defaultdict(list)
    for code, agency in AGENCIES.items():
        for predecessor in agency.get("succeeds", []):
            heirs[predecessor].append(code)
    closed = {code: agency["closed"] for code, agency in AGENCIES.items() if "closed" in agency}
    assert heirs == {"ttcnttvt": ["lcit"], "ttmtt": ["lcit"], "ccvtlt": ["snv"], "bqlck": ["bqlkkt"]}
    assert closed.keys() == heirs.keys()
    assert {event["event"] for event in closed.values()} == {"merged"}
    assert closed["ttcnttvt"] == closed["ttmtt"] == AGENCIES["lcit"]["opened"]
    for code, event in closed.items():
        on = day(event)
        assert [person["id"] for person in AGENCIES[code]["people"] if is_open(person, on)] == []


def test_closed_agencies_cover_all_states_of_contact_mailboxes() -> None:
    ages = {code: TODAY - day(AGENCIES[code]["closed"]) for code in ("bqlck", "ccvtlt", "ttmtt")}
    assert ages["bqlck"] < FORWARD
    assert FORWARD <= ages["ccvtlt"] < FORWARD + REDIRECT
    assert ages["ttmtt"] > FORWARD + REDIRECT


def test_sample_has_enough_people_in_enough_agencies() -> None:
    people = {person["id"] for _, person in ENTRIES if is_open(person)}
    staffed = [code for code, agency in AGENCIES.items() if len(holding(code, is_open)) >= 8 and is_open(agency)]
    mailboxes = sum(is_open(agency) for agency in AGENCIES.values())
    assert len(people) >= 450
    assert len(staffed) >= 20
    assert len(people) + mailboxes > 600


def test_person_has_one_open_mailbox_and_one_name() -> None:
    spans = defaultdict(list)
    names = defaultdict(set)
    for _, person in ENTRIES:
        closed = day(person["closed"]) if "closed" in person else date.max
        assert day(person["opened"]) < closed
        spans[person["id"]].append((day(person["opened"]), closed))
        names[person["id"]].add(person["name"])
    assert all(len(written) == 1 for written in names.values())
    for times in spans.values():
        times.sort()
        assert all(end <= start for (_, end), (start, _) in pairwise(times))


def test_people_are_in_order_and_within_the_life_of_their_agency() -> None:
    for code, agency in AGENCIES.items():
        dates = [day(person["opened"]) for person in agency["people"]]
        assert dates == sorted(dates), code
        assert all(date(2010, 10, 15) <= opened >= day(agency["opened"]) for opened in dates), code


def test_ids_have_six_digits_and_telephones_are_fictitious() -> None:
    assert all(re.fullmatch(r"\d{6}", person["id"]) for _, person in ENTRIES)
    phones = [person["phone"] for _, person in ENTRIES if "phone" in person]
    assert len(phones) > 300
    assert all(re.fullmatch(r"0214 3 0\d\d \d{3}", phone) for phone in phones)


def test_document_numbers_have_valid_shapes() -> None:
    texts = [agency["opened"]["document"] for agency in AGENCIES.values()]
    for agency in AGENCIES.values():
        texts += [custodian["document"] for custodian in agency.get("custodians", [])]
    for _, person in ENTRIES:
        events = [person["opened"], *person.get("suspended", []), *([person["closed"]] if "closed" in person else [])]
        texts += [event[key] for event in events for key in ("document", "request") if key in event]
    assert [text for text in texts if not DOCUMENT.fullmatch(text)] == []


def test_communes_cite_the_national_assembly() -> None:
    local = [agency for agency in AGENCIES.values() if agency["kind"] in {"commune_committee", "ward_committee"}]
    assert len(local) > 130
    assert all(agency["opened"]["document"].endswith("/NQ-UBTVQH14") for agency in local)


def test_custodians_belong_to_the_agency_and_the_last_is_in_office() -> None:
    kinds: Counter[str] = Counter()
    for code, agency in AGENCIES.items():
        custodians = agency.get("custodians", [])
        for custodian in custodians:
            kinds[custodian["as"]] += 1
            assert in_office(code, custodian["person"], day(custodian)), code
        if is_open(agency) and agency["people"]:
            assert in_office(code, custodians[-1]["person"], TODAY), code
        assert [c["date"] for c in custodians] == sorted(c["date"] for c in custodians)
    assert kinds["head"] >= 80
    assert kinds["delegate"] >= 15


def test_sample_has_changed_and_delegating_heads() -> None:
    for code in ("sxd", "bacha"):
        custodians = AGENCIES[code]["custodians"]
        assert [custodian["as"] for custodian in custodians] == ["head", "head", "delegate"]
        handover = day(custodians[1])
        assert in_office(code, custodians[0]["person"], handover - timedelta(days=1))
        assert not in_office(code, custodians[0]["person"], handover)


def test_sample_has_ten_namesakes_with_the_tenth_pinned() -> None:
    namesakes = holding("bvdk", lambda p: p["name"] == "Nguyễn Văn Vinh")
    assert len(namesakes) == 10
    assert ["address" in person for person in namesakes] == [False] * 9 + [True]
    assert namesakes[-1]["address"].endswith("-bvdk")
    assert namesakes[-1]["address_document"]


def test_sample_has_different_names_with_the_same_address() -> None:
    wanted = ("Hoàng Lan", "Lý Anh")
    names = [person["name"] for person in holding("svhttdl", lambda p: p["name"] in wanted)]
    assert names == ["Hoàng Lan", "Hoàng Lan", "Lý Anh"]


def test_operator_has_the_people_of_the_format_document() -> None:
    first, second, third = AGENCIES["stttt"]["people"][:3]
    assert (first["id"], first["name"], first["leader"]) == ("000101", "Nguyễn Văn Vịnh", "true")
    assert (second["name"], second["family"], second["given"]) == ("H'Hen Niê", "Niê", "Hen")
    assert second["suspended"][0]["until"] == "2011-08-01"
    assert second["closed"] == {"document": "77/QĐ-STTTT", "date": "2012-01-01", "event": "retired"}
    assert (third["id"], third["name"], third["address"]) == ("000103", "Ngô Vân Vinh", "vinhnv-stttt")
    assert [p["opened"]["date"] for p in (first, second, third)] == ["2010-10-15", "2010-11-01", "2010-11-01"]
    assert [custodian["person"] for custodian in AGENCIES["stttt"]["custodians"]] == ["000101", "000107"]


def test_sample_has_transfers_in_every_phase() -> None:
    ages = {
        (source, target): TODAY - day(gone["closed"])
        for source, gone, target, _ in moves()
        if gone["closed"]["event"] == "transferred"
    }
    assert ages["snnptnt", "stnmt"] > FORWARD + REDIRECT
    assert FORWARD <= ages["sct", "skhcn"] < FORWARD + REDIRECT
    assert ages["stttt", "vpubnd"] < FORWARD


def test_both_entries_of_a_transfer_agree() -> None:
    found = list(moves())
    for _, gone, _, come in found:
        assert gone["closed"]["document"] == come["opened"]["document"]
    arrived = [p for _, p in ENTRIES if p["opened"]["event"] in ("transferred", "reorganised")]
    assert len(found) == len(arrived)
    reorganised = {(source, target) for source, gone, target, _ in found if gone["closed"]["event"] == "reorganised"}
    assert reorganised == {("ttcnttvt", "lcit"), ("ttmtt", "lcit"), ("ccvtlt", "snv"), ("bqlck", "bqlkkt")}


def test_sample_has_double_transfer_and_return() -> None:
    journeys = defaultdict(list)
    for code, person in ENTRIES:
        journeys[person["id"]].append((person["opened"]["date"], code))
    paths = [tuple(code for _, code in sorted(journey)) for journey in journeys.values()]
    assert paths.count(("skhdt", "stc", "vpubnd")) == 1
    assert paths.count(("svhttdl", "sapa", "svhttdl")) == 1


@pytest.mark.parametrize(
    ("code", "event", "since", "until"),
    [
        ("stc", "retired", date(2026, 10, 1), TODAY),
        ("snnptnt", "retired", date(2019, 1, 1), date(2020, 1, 1)),
        ("sgtvt", "resigned", date(2025, 1, 1), date(2026, 1, 1)),
        ("sldtbxh", "dismissed", date(2024, 1, 1), date(2025, 1, 1)),
        ("baothang", "deceased", date(2023, 1, 1), date(2024, 1, 1)),
        ("sngv", "left_province", date(2022, 1, 1), date(2023, 1, 1)),
    ],
)
def test_sample_has_every_reason_of_cancellation(code: str, event: str, since: date, until: date) -> None:
    assert holding(code, lambda p: p.get("closed", {}).get("event") == event and since <= day(p["closed"]) < until)


def test_sample_has_suspensions_and_future_recruitments() -> None:
    spells = [(p, s) for _, p in ENTRIES for s in p.get("suspended", [])]
    now = [s for p, s in spells if day(s) <= TODAY < date.fromisoformat(s["until"]) and is_open(p)]
    past = [s for _, s in spells if date.fromisoformat(s["until"]) < TODAY]
    assert len(now) == 1
    assert len(past) == 2
    assert [code for code, p in ENTRIES if day(p["opened"]) > TODAY] == ["stttt", "syt"]


def test_names_have_the_peoples_of_the_province() -> None:
    names = [person["name"] for _, person in ENTRIES]
    lengths = Counter(len(name.split()) for name in names)
    assert lengths.keys() == {1, 2, 3, 4, 5}
    assert lengths[1] == 1
    assert lengths[5] >= 2
    assert sum("Đ" in name for name in names) >= 20
    assert sum("'" in name for name in names) == 2
    assert any(word in ("A", "Y") for name in names for word in name.split())
    families = Counter(name.split()[0] for name in names)
    for family in ("Nguyễn", "Giàng", "Sùng", "Chảo", "Tẩn", "Nông", "Lù", "Vàng", "Lò", "Nùng"):
        assert families[family] >= 2, family


def test_province_yml_sets_every_policy() -> None:
    province = load(DIRECTORY / "province.yml")
    assert province["operator"] == "stttt"
    assert re.fullmatch(r"age1[02-9ac-hj-np-z]{58}", province["operator_key"])
    assert province["policy"].keys() == {
        "forward_days", "redirect_days", "retention_days", "quota", "sending", "usage", "limits", "protected"
    }  # fmt: skip
    assert province["policy"]["limits"].keys() == {"close", "readdress"}
    assert [AGENCIES[address.removeprefix("contact-")]["agency"] for address in province["policy"]["protected"]]
    assert sum("quota" in agency for agency in AGENCIES.values()) >= 3


def test_sample_is_marked_and_its_keys_are_known() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(DIRECTORY.rglob("*.yml")))
    assert load(DIRECTORY / "province.yml")["sample"] == "true"
    assert set(re.findall(r"age1[02-9ac-hj-np-z]{58}", text)) == SAMPLE_KEYS


def test_sample_is_nfc_without_tabs_or_carriage_returns() -> None:
    for path in (DIRECTORY / "province.yml", *(DIRECTORY / "agencies").iterdir()):
        text = path.read_bytes().decode()
        assert unicodedata.is_normalized("NFC", text), path.name
        assert text.endswith("\n")
        assert not set("\t\r\u200b\u00a0\u00d0") & set(text), path.name


def test_readme_lists_the_files_of_the_cases() -> None:
    rows = [line for line in (DIRECTORY / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    named = {code for row in rows for code in re.findall(r"`([a-z]+)`", row.split("|")[2])}
    assert len(named) > 20
    assert named <= AGENCIES.keys()


def test_unit_has_one_chief_at_a_time() -> None:
    for code, agency in AGENCIES.items():
        chiefs = Counter(
            (person["unit"], person["title"])
            for person in agency["people"]
            if is_open(person) and "unit" in person and person["title"].startswith(("Trưởng", "Chánh", "Đội trưởng"))
        )
        assert set(chiefs.values()) <= {1}, code
