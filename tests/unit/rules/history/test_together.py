"""What a change takes back: a register before, a change to it, and exactly what is said of it, at its place.

The rules one by one are in test_each.py; here is what comes together, what may change, and what is acknowledged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from danhba.addresses.issuing import Issued
from danhba.checking.check import check
from danhba.messages import render
from danhba.model.findings import KIND_LIMIT, Finding, Severity, Where
from danhba.model.place import START
from danhba.model.register import Agency, Ending, Event, Issuance, Province, Register
from danhba.model.register import Change as ChangeOfAgency
from danhba.rules import history
from danhba.rules.history import CORRECTIONS, Version
from tests.support.registers import PROVINCE, SAMPLE, STTTT, UBND, Texts, agency, edited, files, person, register

P, S, U = "province.yml", "agencies/stttt.yml", "agencies/ubnd.yml"
DAY = date(2012, 6, 1)


def taken_back(base: Texts, now: Texts, day: date | None = DAY) -> list[Finding]:
    """The findings about the change alone; all in these registers happened long before the day
    (test_past.py).
    """
    return [f for f in all_said(base, now, day) if f.rule.id not in {"history-back", "history-forwarding"}]


def all_said(base: Texts, now: Texts, day: date | None = DAY) -> list[Finding]:
    """All that is said of a change."""
    return [f for f in check(files(now), day, files(base)).findings if f.rule.id.startswith("history-")]


def said(base: Texts, now: Texts, day: date | None = DAY) -> list[str]:
    """Each as `file:line:column object rule`, the rule without what they all begin with."""
    return [
        f"{f.where.file.removeprefix('directory/')}:{f.where.place.line}:{f.where.place.column} "
        f"{f.where.object} {f.rule.id.removeprefix('history-')}"
        for f in taken_back(base, now, day)
    ]


def in_file(text: str, *changes: tuple[str, str]) -> str:
    """A text with others in place of some of it; each occurs there exactly once."""
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


AT_END = "closed: {document: 9/QĐ-UBND, date: 2012-08-01, event: dissolved}\n"
LATE_END = AT_END.replace("2012-08-01", "2012-05-01")


def changing(*entries: str) -> str:
    """The department's file with changes, all by one document."""
    lines = "".join(f"  - {entry.replace('{', '{document: 9/QĐ-UBND, ')}\n" for entry in entries)
    return in_file(STTTT, ("event: established}\n", f"event: established}}\nchanges:\n{lines}"))


class Change(NamedTuple):
    """What the department's file becomes, and what is said of it."""

    name: str
    now: str
    expected: list[str]
    base: str = STTTT


HEAD, *ENTRIES = STTTT.split("  - id: ")
ONE, TWO, THREE = (f"  - id: {entry}" for entry in ENTRIES)
FOUR, FIVE = (THREE.replace("000103", f"00010{n}").replace("Phử", name) for n, name in ((4, "Ký"), (5, "Sính")))
SUSPENDED = "      - {document: 9/QĐ-STTTT, date: 2011-05-01, until: 2011-08-01}\n"
UNTIL, BY_DOCUMENT = ", until: 2011-08-01", ", ended: {document: 10/QĐ-STTTT, date: 2011-07-01}"
FIRST_HEAD = '  - {person: "000101", document: 101/QĐ-UBND, date: 2010-10-15, as: head}\n'
AGE = "age128gkywwwv4lt4vfd5k50fschysur3e8y8atvtvppdlnuffsdw4hq9tda0m"


def entries(*texts: str) -> str:
    """The department's file with these entries."""
    return HEAD + "".join(texts)


def with_pin(address: str = "gsphu-stttt", document: str = "3/STTTT-VP") -> str:
    """The department's file with the third entry's address pinned."""
    return in_file(
        STTTT,
        (
            "    name: Giàng Seo Phử\n",
            f"    name: Giàng Seo Phử\n    address: {address}\n    address_document: {document}\n",
        ),
    )


ORDER = [
    Change("nothing", STTTT, []),
    Change("more at the end", entries(ONE, TWO, THREE, FOUR, FIVE), []),
    Change(
        "one who comes back",
        entries(ONE, TWO, THREE, THREE.replace("2010-11-01", "2012-02-01").replace("2012-01-01", "2012-03-01")),
        [],
    ),
    Change(
        "two removed",
        entries(TWO),
        [f"{S}:13:3 stttt/000101 entry-removed", f"{S}:13:3 stttt/000103 entry-removed"],
    ),
    Change(
        "all removed",
        HEAD.replace("people:\n", "people: []\n"),
        [f"{S}:12:9 stttt/00010{n} entry-removed" for n in (1, 2, 3)],
    ),
    Change("one removed, one added", entries(ONE, TWO, FOUR), [f"{S}:13:3 stttt/000103 entry-removed"]),
    Change("the last two changed places", entries(ONE, THREE, TWO), [f"{S}:23:5 stttt/000102 entry-moved"]),
    Change(
        "all the other way round",
        entries(THREE, TWO, ONE),
        [f"{S}:17:5 stttt/000102 entry-moved", f"{S}:22:5 stttt/000101 entry-moved"],
    ),
    Change(
        "the last one put after the first",
        entries(ONE, FOUR, TWO, THREE),
        [f"{S}:19:5 stttt/000104 entry-moved"],
        base=entries(ONE, TWO, THREE, FOUR),
    ),
    Change("the first one to the end", entries(TWO, THREE, ONE), [f"{S}:22:5 stttt/000101 entry-moved"]),
    Change("one inserted", entries(ONE, FOUR, TWO, THREE), [f"{S}:19:5 stttt/000104 entry-inserted"]),
    Change(
        "two inserted, one at the end",
        entries(FOUR, FIVE, ONE, TWO, THREE, FOUR.replace("000104", "000106").replace("Ký", "Lở")),
        [f"{S}:13:5 stttt/000104 entry-inserted", f"{S}:17:5 stttt/000105 entry-inserted"],
    ),
    Change(
        "merged the wrong way round: one's own entry stands before the one that was merged first",
        entries(ONE, TWO, THREE, FIVE, FOUR),
        [f"{S}:28:5 stttt/000105 entry-inserted"],
        base=entries(ONE, TWO, THREE, FOUR),
    ),
    Change("merged the right way round", entries(ONE, TWO, THREE, FOUR, FIVE), [], base=entries(ONE, TWO, THREE, FOUR)),
    Change(
        "not merged yet: what another added is not there",
        entries(ONE, TWO, THREE, FIVE),
        [f"{S}:13:3 stttt/000104 entry-removed"],
        base=entries(ONE, TWO, THREE, FOUR),
    ),
    Change("another id", entries(ONE, TWO, THREE.replace("000103", "000109")), [f"{S}:24:9 stttt/000109 id"]),
    Change(
        "another id, and another one removed",
        entries(TWO, THREE.replace("000103", "000109")),
        [f"{S}:13:3 stttt/000101 entry-removed", f"{S}:18:9 stttt/000109 id"],
    ),
    Change(
        "another id, and one inserted before",
        entries(ONE, TWO, FOUR, THREE.replace("000103", "000109")),
        [f"{S}:24:5 stttt/000104 entry-inserted", f"{S}:28:9 stttt/000109 id"],
    ),
    Change(
        "one inserted who is called as another and came on the same day",
        entries(ONE, TWO, THREE.replace("000103", "000104"), THREE),
        [f"{S}:24:5 stttt/000104 entry-inserted"],
    ),
    Change(
        "another one in the place of one",
        entries(ONE, TWO.replace("000102", "000104").replace("Ngô Vân Vinh", "Lò Ký"), THREE),
        [f"{S}:13:3 stttt/000102 entry-removed", f"{S}:19:5 stttt/000104 entry-inserted"],
    ),
    Change(
        "removed, and another's dates changed",
        entries(TWO, THREE.replace("2012-01-01", "2012-01-02")),
        [f"{S}:13:3 stttt/000101 entry-removed", f"{S}:21:13 stttt/000103 closed-changed"],
    ),
    Change(
        "removed, and another's name changed",
        entries(TWO, THREE.replace("Giàng Seo Phử", "Giàng Seo Ký")),
        [f"{S}:13:3 stttt/000101 entry-removed", f"{S}:19:11 stttt/000103 name"],
    ),
    Change(
        "one removed, so that the next namesake has another address",
        entries(TWO, THREE),
        [f"{S}:13:3 stttt/000101 entry-removed"],
    ),
]

VALUES = [
    Change(
        "a closing",
        in_file(
            STTTT,
            (
                "    suspended:\n",
                "    closed: {document: 1/QĐ-STTTT, date: 2012-05-01, event: retired}\n    suspended:\n",
            ),
        ),
        [],
    ),
    Change("a request added", in_file(STTTT, ("45/QĐ-STTTT, date", "45/QĐ-STTTT, request: 1/STTTT-VP, date")), []),
    Change("another request", in_file(STTTT, ("12/STTTT-VP", "13/STTTT-VP")), [f"{S}:21:13 stttt/000102 opened"]),
    Change("a request taken away", in_file(STTTT, (", request: 12/STTTT-VP", "")), [f"{S}:21:13 stttt/000102 opened"]),
    Change("another document", in_file(STTTT, ("45/QĐ-STTTT", "46/QĐ-STTTT")), [f"{S}:26:13 stttt/000103 opened"]),
    Change(
        "another event",
        in_file(
            STTTT, ("45/QĐ-STTTT, date: 2010-11-01, event: recruited", "45/QĐ-STTTT, date: 2010-11-01, event: migrated")
        ),
        [f"{S}:26:13 stttt/000103 opened"],
    ),
    Change("another dash in the agency's name", in_file(STTTT, ("Truyền thông", "Truyền-thông")), []),
    Change("an earlier founding", in_file(STTTT, ("2008-03-20", "2008-03-19")), [f"{S}:7:9 stttt opened"]),
    Change(
        "another event of closing",
        in_file(STTTT, ("event: retired", "event: resigned")),
        [f"{S}:27:13 stttt/000103 closed-changed"],
    ),
    Change(
        "title, unit, telephone, quota",
        in_file(
            STTTT,
            (
                "title: Giám đốc",
                "title: Phó Giám đốc\n    unit: Văn phòng\n    quota: 5G\n    quota_document: 3/QĐ-STTTT",
            ),
            ("0214 3 840 034", "0214 3 840 035"),
        ),
        [],
    ),
    Change(
        "kind and parent",
        in_file(STTTT, ("kind: department\nparent: ubnd\n", "kind: office\n")),
        [f"{S}:2:1 stttt agency-value", f"{S}:4:7 stttt agency-value"],
    ),
    Change("another identifier", in_file(STTTT, ("H38.10", "H38.11")), [f"{S}:6:13 stttt agency-value"]),
    Change("an identifier from a day on", changing("{date: 2012-03-01, identifier: H38.11}"), []),
    Change("a change of long ago", changing("{date: 2010-03-01, kind: office}"), [f"{S}:9:33 stttt agency-back"]),
    Change(
        "a merged change altered",
        changing("{date: 2012-03-01, kind: inspectorate}"),
        [f"{S}:9:3 stttt agency-change"],
        base=changing("{date: 2012-03-01, kind: office}"),
    ),
    Change(
        "a merged change to come moved to another day",
        changing("{date: 2012-09-01, kind: office}"),
        [f"{S}:9:3 stttt to-come"],
        base=changing("{date: 2012-08-01, kind: office}"),
    ),
    Change(
        "a merged change gone",
        STTTT,
        [f"{S}:2:1 stttt agency-change"],
        base=changing("{date: 2012-03-01, kind: office}"),
    ),
    Change(
        "a merged change put at the head of the file",
        in_file(STTTT, ("kind: department", "kind: office")),
        [f"{S}:2:1 stttt agency-change", f"{S}:4:7 stttt agency-value"],
        base=changing("{date: 2012-03-01, kind: office}"),
    ),
    Change(
        "a change that would not come to pass, if the end were not withdrawn",
        in_file(STTTT, ("event: established}\n", f"event: established}}\n{AT_END}")),
        [f"{S}:2:1 stttt to-come"],
        base=changing("{date: 2012-08-01, kind: board}"),
    ),
    Change(
        "a change that did not come to pass",
        in_file(STTTT, ("event: established}\n", f"event: established}}\n{LATE_END}")),
        [],
        base=changing("{date: 2012-05-01, kind: board}"),
    ),
    Change(
        "a change that came to pass before the end",
        in_file(STTTT, ("event: established}\n", f"event: established}}\n{LATE_END}")),
        [f"{S}:2:1 stttt agency-change"],
        base=changing("{date: 2012-04-30, kind: board}"),
    ),
    Change(
        "a change before one that is to come",
        changing("{date: 2012-07-01, kind: office}", "{date: 2012-08-01, kind: inspectorate}"),
        [],
        base=changing("{date: 2012-08-01, kind: inspectorate}"),
    ),
    Change(
        "an identifier that was forgotten",
        STTTT,
        [f"{S}:6:13 stttt agency-value"],
        base=in_file(STTTT, ("identifier: H38.10\n", "")),
    ),
    Change(
        "a mark of a name", in_file(STTTT, ("Ngô Vân Vinh", "Ngô Văn Vĩnh")), [f"{S}:20:11 stttt/000102 name-marks"]
    ),
    Change(
        "no marks any more", in_file(STTTT, ("Ngô Vân Vinh", "Ngo Van Vinh")), [f"{S}:20:11 stttt/000102 name-marks"]
    ),
    Change("the tone on another letter", in_file(STTTT, ("Phử", "Hòa")), [], base=in_file(STTTT, ("Phử", "Hoà"))),
    Change("another apostrophe", in_file(STTTT, ("Vinh", "H’Hen")), [], base=in_file(STTTT, ("Vinh", "H'Hen"))),
    Change("a leader", STTTT, [], base=in_file(STTTT, ("    leader: true\n", ""))),
    Change("no leader any more", in_file(STTTT, ("    leader: true\n", "")), [f"{S}:13:5 stttt/000101 leader"]),
    Change("capitals of a name", in_file(STTTT, ("Ngô Vân Vinh", "NGÔ VÂN VINH")), []),
    Change("a mark of the agency's name", in_file(STTTT, ("Truyền thông", "truyển thông")), []),
    Change("another name", in_file(STTTT, ("Ngô Vân Vinh", "Ngô Văn Vươn")), [f"{S}:20:11 stttt/000102 address"]),
    Change(
        "another name of the same initials",
        in_file(STTTT, ("Ngô Vân Vinh", "Nông Vân Vinh")),
        [f"{S}:20:11 stttt/000102 name"],
    ),
    Change("a pin on the address there is", with_pin(), []),
    Change(
        "a pin on another address",
        with_pin("phu.giang-stttt"),
        [f"{S}:26:14 stttt/000103 address", f"{S}:26:14 stttt/000103 candidate"],
    ),
    Change("another pin", with_pin("phugs-stttt"), [f"{S}:26:14 stttt/000103 address"], base=with_pin()),
    Change("a pin taken away", STTTT, [f"{S}:24:5 stttt/000103 pin"], base=with_pin()),
    Change(
        "a pin taken away that held the address",
        STTTT,
        [f"{S}:25:11 stttt/000103 address"],
        base=with_pin("phu.giang-stttt"),
    ),
    Change(
        "another document of a pin", with_pin(document="4/STTTT-VP"), [f"{S}:27:23 stttt/000103 pin"], base=with_pin()
    ),
    Change("a suspension made longer", in_file(STTTT, ("until: 2011-08-01", "until: 2011-09-01")), []),
    Change(
        "a suspension made shorter",
        in_file(STTTT, ("until: 2011-08-01", "until: 2011-07-01")),
        [f"{S}:23:7 stttt/000102 suspended"],
    ),
    Change(
        "the end of a suspension set without a document",
        STTTT,
        [f"{S}:23:7 stttt/000102 suspended"],
        base=in_file(STTTT, (", until: 2011-08-01", "")),
    ),
    *(
        Change(f"a suspension {what} by a document", in_file(STTTT, (UNTIL, f"{UNTIL}{BY_DOCUMENT}")), [], base=base)
        for what, base in (("ended", STTTT), ("made longer and ended", in_file(STTTT, (UNTIL, ", until: 2011-07-15"))))
    ),
    Change(
        "a suspension without an end ended by a document",
        in_file(STTTT, (UNTIL, BY_DOCUMENT)),
        [],
        base=in_file(STTTT, (UNTIL, "")),
    ),
    *(
        Change(
            f"the document that ended a suspension {what}",
            in_file(STTTT, (UNTIL, f"{UNTIL}{ended}")),
            [f"{S}:23:7 stttt/000102 suspended"],
            base=in_file(STTTT, (UNTIL, f"{UNTIL}{BY_DOCUMENT}")),
        )
        for what, ended in (("taken away", ""), ("changed", BY_DOCUMENT.replace("10/", "11/")))
    ),
    Change(
        "the end of a suspension taken away",
        in_file(STTTT, (", until: 2011-08-01", "")),
        [f"{S}:23:7 stttt/000102 suspended"],
    ),
    Change(
        "another day of a suspension",
        in_file(STTTT, ("2011-05-01", "2011-05-02")),
        [f"{S}:23:7 stttt/000102 suspended"],
    ),
    Change("a suspension more", in_file(STTTT, (SUSPENDED, SUSPENDED + SUSPENDED.replace("2011", "2012"))), []),
    Change(
        "a suspension before",
        in_file(
            STTTT,
            (
                SUSPENDED,
                SUSPENDED.replace("2011", "2010").replace("05-01", "11-02").replace("08-01", "12-02") + SUSPENDED,
            ),
        ),
        [f"{S}:23:7 stttt/000102 suspended"],
    ),
    Change(
        "no suspension any more",
        in_file(STTTT, ("    suspended:\n" + SUSPENDED, "")),
        [f"{S}:19:5 stttt/000102 suspended"],
    ),
    Change(
        "a custodian more",
        in_file(
            STTTT,
            (
                "as: delegate}\n",
                'as: delegate}\n  - {person: "000101", document: 7/QĐ-UBND, date: 2012-05-05, as: head}\n',
            ),
        ),
        [],
    ),
    Change(
        "a key for letters", in_file(STTTT, ("as: head}", f"as: head, key: {AGE}}}")), [f"{S}:10:80 stttt/000101 key"]
    ),
    Change("another day of a custodian", in_file(STTTT, ("2011-02-01", "2011-02-02")), [f"{S}:11:5 stttt custodian"]),
    Change(
        "another role of a custodian",
        in_file(
            STTTT,
            ("as: head", "as: delegate"),
            ("101/QĐ-UBND, date: 2010-10-15, as", "101/QĐ-UBND, date: 2010-10-15, as"),
        ),
        [f"{S}:10:5 stttt custodian"],
    ),
    Change("the first custodian gone", in_file(STTTT, (FIRST_HEAD, "")), [f"{S}:10:5 stttt custodian"]),
    Change(
        "a custodian before",
        in_file(STTTT, (FIRST_HEAD, FIRST_HEAD + FIRST_HEAD.replace("101/QĐ", "102/QĐ"))),
        [f"{S}:11:5 stttt custodian"],
    ),
]


@pytest.mark.parametrize("change", [*ORDER, *VALUES], ids=lambda change: change.name)
def test_a_change_of_an_agency(change: Change) -> None:
    assert said({**SAMPLE, S: change.base}, {**SAMPLE, S: change.now}) == change.expected


ACKNOWLEDGED = "acknowledgements:\n  - {limit: history, accounts: [cc], document: 9/STTTT-VP, until: 2012-06-01}\n"
CLOSED = in_file(UBND, ("people:", "closed: {document: 2/NQ-HĐND, date: 2011-01-01, event: merged}\npeople:"))
HEIR = in_file(STTTT, ("parent: ubnd\n", ""), ("quota: 10G", "succeeds: [ubnd]\nquota: 10G"))
AGENCIES: list[tuple[str, Texts, Texts, list[str]]] = [
    ("two gone", SAMPLE, {P: PROVINCE}, [f"{S}:1:1 stttt agency-gone", f"{U}:1:1 ubnd agency-gone"]),
    ("one more", SAMPLE, {**SAMPLE, "agencies/snv.yml": agency("snv")}, []),
    ("one closed", {**SAMPLE, S: HEIR.replace("succeeds: [ubnd]\n", "")}, {**SAMPLE, S: HEIR, U: CLOSED}, []),
    (
        "its closing changed",
        {**SAMPLE, S: HEIR, U: CLOSED},
        {**SAMPLE, S: HEIR, U: CLOSED.replace("2/NQ", "3/NQ")},
        [f"{U}:6:9 ubnd closed-changed"],
    ),
    (
        "its closing and its heir taken back",
        {**SAMPLE, S: HEIR, U: CLOSED},
        {**SAMPLE, S: HEIR.replace("succeeds: [ubnd]", "succeeds: []")},
        [f"{S}:7:11 stttt succeeds", f"{U}:2:1 ubnd closed"],
    ),
    (
        "opened anew under its code",
        {**SAMPLE, S: HEIR, U: CLOSED},
        {**SAMPLE, S: HEIR, U: UBND.replace("1991-10-01", "2012-01-01").replace("Ủy ban", "Ban")},
        [f"{U}:5:9 ubnd agency-reused"],
    ),
    ("another domain", SAMPLE, edited(P, ("laocai.gov.vn\nhost", "yenbai.gov.vn\nhost")), [f"{P}:3:9 province domain"]),
]


@pytest.mark.parametrize(("name", "base", "now", "expected"), AGENCIES, ids=[case[0] for case in AGENCIES])
def test_a_change_of_several_files(name: str, base: Texts, now: Texts, expected: list[str]) -> None:
    assert said(base, now) == expected, name


MERGED = agency("bb", closed="2011-01-01 merged")
BOTH = register(agency("aa", opened="2011-01-01 merged", succeeds=["bb"]), MERGED, agency("cc"))
ENDED = {**BOTH, "agencies/bb.yml": agency("bb", closed="2011-01-01 dissolved")}
ENDED["agencies/aa.yml"] = agency("aa")
JOINS = agency("cc", succeeds=["bb"])
ADDED = "agencies/cc.yml:6:11 cc succeeds-added"
SUCCESSIONS: list[tuple[str, Texts, Texts, list[str]]] = [
    ("one more joins in", BOTH, {**BOTH, "agencies/cc.yml": JOINS}, [ADDED]),
    ("one joins in where none was to", ENDED, {**ENDED, "agencies/cc.yml": JOINS}, [ADDED]),
    (
        "a new one joins in",
        BOTH,
        {**BOTH, "agencies/dd.yml": agency("dd", succeeds=["bb"])},
        ["agencies/dd.yml:6:11 dd succeeds-added"],
    ),
    (
        "one joins in, acknowledged",
        BOTH,
        {**BOTH, "agencies/cc.yml": JOINS, P: BOTH[P] + ACKNOWLEDGED},
        [],
    ),
    (
        "one joins in, acknowledged until the day before",
        BOTH,
        {**BOTH, "agencies/cc.yml": JOINS, P: BOTH[P] + ACKNOWLEDGED.replace("2012-06-01", "2012-05-31")},
        [ADDED],
    ),
    ("a merger", {**register(agency("bb"), agency("cc"))}, BOTH, []),
    (
        "a merger into one that was there",
        register(agency("aa"), agency("bb")),
        {**register(agency("aa", succeeds=["bb"]), MERGED)},
        [],
    ),
    ("it stays as it was", {**BOTH, "agencies/cc.yml": JOINS}, {**BOTH, "agencies/cc.yml": JOINS + "\n"}, []),
]


@pytest.mark.parametrize(("name", "base", "now", "expected"), SUCCESSIONS, ids=[case[0] for case in SUCCESSIONS])
def test_a_successor_of_an_agency_that_had_ended(name: str, base: Texts, now: Texts, expected: list[str]) -> None:
    assert said(base, now) == expected, name


LEFT = person("1", "An", "2010-01-01", "2011-01-01")
EARLIER = person("1", "An", "2008-01-01", "2009-01-01")
OTHER = person("2", "Chi", "2012-02-01")
GONE = register(agency("aa", LEFT), agency("bb"))
RETURNS: list[tuple[str, str, Texts, list[str]]] = [
    ("elsewhere", agency("bb", person("1", "An", "2012-01-01")), GONE, ["agencies/bb.yml:9:13 bb/1 return"]),
    (
        "on the day on which he left",
        agency("bb", person("1", "An", "2011-01-01")),
        GONE,
        ["agencies/bb.yml:9:13 bb/1 return"],
    ),
    ("another one", agency("bb", person("2", "An", "2012-01-01")), GONE, []),
    (
        "as before he left",
        agency("bb", EARLIER, OTHER),
        {**GONE, "agencies/bb.yml": agency("bb", EARLIER)},
        [],
    ),
    (
        "where he was before",
        agency("bb", EARLIER, person("1", "An", "2012-01-01")),
        {**GONE, "agencies/bb.yml": agency("bb", EARLIER)},
        ["agencies/bb.yml:13:13 bb/1 return"],
    ),
    (
        "as before",
        agency("bb", person("1", "An", "2012-01-01"), OTHER),
        {**GONE, "agencies/bb.yml": agency("bb", person("1", "An", "2012-01-01"))},
        [],
    ),
    (
        "where he was last",
        agency("bb", person("1", "An", "2011-01-01", "2011-06-01"), person("1", "An", "2012-01-01")),
        {**GONE, "agencies/bb.yml": agency("bb", person("1", "An", "2011-01-01", "2011-06-01"))},
        [],
    ),
]


@pytest.mark.parametrize(("name", "now", "base", "expected"), RETURNS, ids=[case[0] for case in RETURNS])
def test_one_who_left_another_agency_and_comes_back(name: str, now: str, base: Texts, expected: list[str]) -> None:
    assert said(base, {**base, "agencies/bb.yml": now}) == expected, name


def test_one_who_comes_back_where_he_was_or_moves_is_not_asked_about() -> None:
    assert said(GONE, {**GONE, "agencies/aa.yml": agency("aa", LEFT, person("1", "An", "2012-01-01"))}) == []
    moving = register(
        agency("aa", person("1", "An", "2010-01-01", "2012-01-01 transferred")),
        agency("bb", person("1", "An", "2012-01-01 transferred")),
    )
    assert said(register(agency("aa", person("1", "An", "2010-01-01")), agency("bb")), moving) == []


LIMITED = edited(P, ("quota: {official", "retention_days: {default: 100, leader: 200}\n  quota: {official"))
POLICIES: list[tuple[str, Texts, Texts, list[str]]] = [
    ("more of the days", LIMITED, {**LIMITED, P: LIMITED[P].replace("90", "91").replace("200", "201")}, []),
    (
        "fewer of all days",
        LIMITED,
        {**LIMITED, P: in_file(LIMITED[P], (": 90", ": 89"), ("default: 100", "default: 99"), ("200", "199"))},
        ["policy.forward_days 90 89", "policy.retention_days.default 100 99", "policy.retention_days.leader 200 199"],
    ),
    (
        "days left to the default",
        edited(P, (": 90", ": 95")),
        edited(P, ("  forward_days: 90\n", "")),
        ["policy.forward_days 95 90"],
    ),
    ("lower limits", SAMPLE, edited(P, ("count: 50, percent: 2", "count: 49, percent: 1")), []),
    (
        "higher limits",
        SAMPLE,
        edited(P, ("count: 50, percent: 2, agency_percent: 20", "count: 51, percent: 100, agency_percent: 21")),
        [
            "policy.limits.close.count 50 51",
            "policy.limits.close.percent 2 100",
            "policy.limits.close.agency_percent 20 21",
        ],
    ),
    (
        "higher limits where the default stood",
        SAMPLE,
        edited(P, ("  protected:", "    readdress: {percent: 3}\n  protected:")),
        ["policy.limits.readdress.percent 2 3"],
    ),
    ("another protected", SAMPLE, edited(P, ("[contact-stttt]", "[contact-stttt, contact-ubnd]")), []),
    ("none protected", SAMPLE, edited(P, ("[contact-stttt]", "[]")), ["contact-stttt"]),
]


@pytest.mark.parametrize(("name", "base", "now", "expected"), POLICIES, ids=[case[0] for case in POLICIES])
def test_a_guard_taken_down_is_shown_to_the_reviewers(name: str, base: Texts, now: Texts, expected: list[str]) -> None:
    found = taken_back(base, now)
    assert [" ".join(map(str, finding.values.values())) for finding in found] == expected, name
    assert {finding.rule.severity for finding in found} <= {Severity.ADVICE}
    assert {(finding.where.place, finding.where.object) for finding in found} <= {((9, 3), "province")}


def acknowledging(accounts: str, until: str = "2012-06-01", limit: str = "history") -> str:
    """The province's file with one more acknowledgement."""
    return f"{PROVINCE}  - {{limit: {limit}, accounts: [{accounts}], document: 9/STTTT-VP, until: {until}}}\n"


CORRECTED = in_file(
    STTTT,
    ("2008-03-20", "2008-03-21"),
    (NAME := "name: Sở Thông tin và Truyền thông", "name: Sở Truyền thông"),
    ("2011-02-01", "2011-02-02"),
    ("Ngô Vân Vinh", "Nông Vân Vinh"),
    ("9/QĐ-STTTT, date", "8/QĐ-STTTT, date"),
    ("45/QĐ-STTTT", "46/QĐ-STTTT"),
    ("77/QĐ-STTTT", "78/QĐ-STTTT"),
)
OF_AGENCY = [f"{S}:3:7 stttt agency-name", f"{S}:7:9 stttt opened", f"{S}:11:5 stttt custodian"]
OF_SECOND = [f"{S}:20:11 stttt/000102 name", f"{S}:23:7 stttt/000102 suspended"]
OF_THIRD = [f"{S}:26:13 stttt/000103 opened", f"{S}:27:13 stttt/000103 closed-changed"]


@pytest.mark.parametrize(
    ("province", "expected"),
    [
        (PROVINCE, [*OF_AGENCY, *OF_SECOND, *OF_THIRD]),
        (acknowledging("stttt"), [*OF_SECOND, *OF_THIRD]),
        (acknowledging("contact-stttt"), [*OF_SECOND, *OF_THIRD]),
        (acknowledging("stttt/000103"), [*OF_AGENCY, *OF_SECOND]),
        (acknowledging("stttt/000103, stttt/000102, stttt"), []),
        (acknowledging("ubnd, stttt/000101, '000103', nvvinh-stttt"), [*OF_AGENCY, *OF_SECOND, *OF_THIRD]),
        (acknowledging("stttt/000103, stttt", until="2012-05-31"), [*OF_AGENCY, *OF_SECOND, *OF_THIRD]),
        (acknowledging("stttt/000103, stttt", limit="protected"), [*OF_AGENCY, *OF_SECOND, *OF_THIRD]),
    ],
)
def test_a_correction_that_the_change_acknowledges_passes(province: str, expected: list[str]) -> None:
    assert said(SAMPLE, {**SAMPLE, P: province, S: CORRECTED}) == expected


def test_an_acknowledgement_holds_where_nobody_asks_for_a_day() -> None:
    now = {**SAMPLE, P: acknowledging("stttt, stttt/000102, stttt/000103", until="2012-01-01"), S: CORRECTED}
    assert said(SAMPLE, now, None) == []


def test_what_was_acknowledged_before_the_change_is_acknowledged_still() -> None:
    base = {**SAMPLE, P: acknowledging("stttt/000103")}
    assert said(base, {**base, S: in_file(STTTT, ("45/QĐ-STTTT", "46/QĐ-STTTT"))}) == []


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ({S: entries(ONE, TWO)}, [f"{S}:13:3 stttt/000103 entry-removed"]),
        ({S: entries(ONE, THREE, TWO)}, [f"{S}:23:5 stttt/000102 entry-moved"]),
        ({S: entries(ONE, FOUR, TWO, THREE)}, [f"{S}:19:5 stttt/000104 entry-inserted"]),
        ({S: STTTT.replace('id: "000103"', "id: X1")}, [f"{S}:24:9 stttt/X1 id"]),
        ({S: STTTT.replace("Giàng Seo Phử", "Giàng Seo Ký")}, [f"{S}:25:11 stttt/000103 address"]),
        ({S: None}, [f"{S}:1:1 stttt agency-gone"]),
    ],
)
def test_what_can_never_be_right_is_not_acknowledged(now: Mapping[str, str | None], expected: list[str]) -> None:
    everything = acknowledging("stttt, stttt/000102, stttt/000103, stttt/000104, stttt/X1")
    texts = {name: text for name, text in {**SAMPLE, P: everything, **now}.items() if text is not None}
    assert said(SAMPLE, texts) == expected


@pytest.mark.parametrize("rule", sorted(CORRECTIONS))
def test_what_may_be_acknowledged_says_how(rule: str) -> None:
    found = all_said(*FOUND_BY[rule])
    [message] = {render(finding.rule.message, finding.values, "en") for finding in found if finding.rule.id == rule}
    [where] = {finding.where for finding in found if finding.rule.id == rule}
    assert f"danhba acknowledge --limit history --accounts {where.object}" in message


ADMIN = "    address: quan.tri1-stttt\n    address_document: 3/STTTT-VP\n"


def of(change: str) -> tuple[Texts, Texts]:
    """A case of the tables above."""
    found = next(case for case in VALUES if case.name == change)
    return {**SAMPLE, S: found.base}, {**SAMPLE, S: found.now}


def retiring(day: str) -> Texts:
    """The sample with a retirement on a day."""
    return edited(S, ("date: 2012-01-01, event: retired", f"date: {day}, event: retired"))


FOUND_BY: Mapping[str, tuple[Texts, Texts]] = {
    "history-opened": of("another document"),
    "history-closed-changed": of("another event of closing"),
    "history-closed": AGENCIES[4][1:3],
    "history-to-come": (retiring("2013-01-01"), retiring("2013-02-01")),
    "history-custodian": of("the first custodian gone"),
    "history-suspended": of("no suspension any more"),
    "history-succeeds": AGENCIES[4][1:3],
    "history-succeeds-added": SUCCESSIONS[0][1:3],
    "history-agency-value": of("another identifier"),
    "history-agency-change": of("a merged change gone"),
    "history-agency-name": (SAMPLE, edited(S, (NAME, "name: Sở Khoa học"))),
    "history-name": of("another name of the same initials"),
    "history-pin": of("a pin taken away"),
    "history-quota-document": (
        edited(S, ("quota: 10G\n", "quota: 10G\nquota_document: 3/QĐ-UBND\n")),
        edited(S, ("quota: 10G\n", "quota: 10G\nquota_document: 4/QĐ-UBND\n")),
    ),
    "history-forwarding": (
        register(agency("aa"), agency("bb")),
        register(agency("aa", closed="2011-01-01 merged"), agency("bb", succeeds=["aa"])),
    ),
    "history-renamed-document": (
        register(agency("aa", person("1", "An", "2010-01-01")), agency("bb")),
        register(
            agency("aa", person("1", "An", "2010-01-01", "2012-05-20 transferred")),
            agency("bb", person("1", "Bình", "2012-05-20 transferred")),
        ),
    ),
    "history-lookalike": (
        SAMPLE,
        {
            **SAMPLE,
            S: in_file(entries(ONE, TWO, THREE, FOUR), (" Ký\n", f" Ký\n{ADMIN.replace('quan.tri1', 'nvvlnh')}")),
        },
    ),
    "history-office": (SAMPLE, {**SAMPLE, S: in_file(entries(ONE, TWO, THREE, FOUR), (" Ký\n", f" Ký\n{ADMIN}"))}),
}


def test_both_sides_may_hold_only_the_agencies_that_differ() -> None:
    province = Province("x", "x.vn", "mail.x.vn", "aa", P)
    opened = Event("1/QĐ-UBND", date(2010, 1, 1), "established")
    before, after = (
        Version(
            Register(province, {"bb": Agency("bb", "Sở", "department", opened, "bb.yml", people=people)}, ""),
            Issued({"aa": ["x-aa"], "bb": [f"{issuance.id}-bb" for issuance in people]}),
        )
        for people in ((Issuance("1", "An", opened), Issuance("2", "Ba", opened)), (Issuance("2", "Ba", opened),))
    )
    [finding] = history.check(before, after, frozenset())
    assert (finding.rule.id, finding.where.file, finding.where.object) == ("history-entry-removed", "bb.yml", "bb/1")
    assert list(history.check(before, after, frozenset({"bb"}))) == []


FOUNDED = Event("1/QĐ-UBND", date(2010, 1, 1), "established")


def department(*people: Issuance, **keys: Any) -> Agency:
    return Agency("aa", "Sở", "department", FOUNDED, "aa.yml", people=people, **keys)


def version(*agencies: Agency) -> Version:
    return Version(
        Register(Province("x", "x.vn", "mail.x.vn", "aa", P), {each.code: each for each in agencies}, ""),
        Issued({each.code: [f"{issuance.id}-{each.code}" for issuance in each.people] for each in agencies}),
    )


def rules_of(before: Agency, later: Agency, day: date | None = None) -> Mapping[str, int]:
    """How often each rule objects to what an agency becomes."""
    return Counter(each.rule.id for each in history.check(version(before), version(later), frozenset(), day))


def test_a_file_turned_round_gives_its_first_places_only_and_in_time() -> None:
    people = [Issuance(str(number), "An", FOUNDED) for number in range(20_000)]
    turned = [*reversed(people[: len(people) // 2]), *(Issuance(f"n{i.id}", "Ba", FOUNDED) for i in people), people[-1]]
    assert rules_of(department(*people), department(*turned)) == {
        "history-entry-removed": KIND_LIMIT,
        "history-entry-moved": KIND_LIMIT,
        "history-entry-inserted": KIND_LIMIT,
    }


def test_a_file_with_other_ids_gives_the_first_of_them_only() -> None:
    people = [Issuance(str(number), f"Lò {number}", FOUNDED) for number in range(KIND_LIMIT + 1)]
    assert rules_of(
        department(*people), department(*(replace(issuance, id=f"n{issuance.id}") for issuance in people))
    ) == {"history-id": KIND_LIMIT}


RETIRED = Event("2/QĐ-UBND", date(2011, 1, 1), "retired")
HIRED = [
    Issuance(str(number), f"Lò {number}", Event("1/QĐ-UBND", date(2010, 2, 1), "recruited"))
    for number in range(KIND_LIMIT + 1)
]
CHANGES = tuple(
    ChangeOfAgency("9/QĐ-UBND", date(2011, 1, 1) + timedelta(number), kind=("office", "board")[number % 2])
    for number in range(KIND_LIMIT + 1)
)


@pytest.mark.parametrize(
    ("before", "later", "told"),
    [
        (department(), department(*HIRED), "history-back"),
        (department(*HIRED), department(*(replace(issuance, closed=RETIRED) for issuance in HIRED)), "history-late"),
        (department(), department(changes=CHANGES), "history-agency-back"),
    ],
)
def test_of_what_one_file_enters_long_after_its_day_the_first_are_told(
    before: Agency, later: Agency, told: str
) -> None:
    assert rules_of(before, later, DAY) == {told: KIND_LIMIT}
    assert rules_of(later, later, DAY) == {}


@pytest.mark.parametrize(("event", "told"), [("renamed", 1), ("recruited", 0)])
def test_a_leader_goes_on_under_a_new_name_and_as_nothing_else(event: str, told: int) -> None:
    on = date(2012, 5, 1)
    leader = replace(HIRED[0], leader=True)
    ended = replace(leader, closed=Event("3/QĐ-UBND", on, "renamed"))
    goes_on = replace(HIRED[0], name="Lò Thị Ân", opened=Event("3/QĐ-UBND", on, event))
    assert rules_of(department(leader), department(ended, goes_on), DAY).get("history-leader", 0) == told


def test_an_agency_that_cannot_be_judged_hides_none_behind_it() -> None:
    """One that was not read in full, and one that is gone, stand before the one that lost somebody."""
    first, gone, last = (replace(department(*HIRED[:2]), code=code, file=f"{code}.yml") for code in ("aa", "bb", "cc"))
    now = version(first, replace(last, people=last.people[1:]))
    found = [*history.check(version(first, gone, last), now, frozenset({"aa"}))]
    assert [(each.rule.id, each.where) for each in found] == [
        ("history-agency-gone", Where("bb.yml", START, "bb")),
        ("history-entry-removed", Where("cc.yml", START, "cc/0")),
    ]


def test_a_new_agency_takes_nothing_back_that_is_still_to_come() -> None:
    """What it enters as withdrawn is told where its day has passed, and there alone."""
    for on, told in ((DAY, ["history-withdrawn"]), (DAY + timedelta(1), [])):
        withdrawn = Ending("30/QĐ-UBND", date(2012, 5, 20))
        transfer = Event("3/QĐ-UBND", on, "transferred", withdrawn=withdrawn)
        new = department(replace(HIRED[0], opened=transfer))
        assert [each.rule.id for each in history.check(version(), version(new), frozenset(), DAY)] == told


@pytest.mark.parametrize("count", [KIND_LIMIT, KIND_LIMIT + 1])
def test_of_many_changes_or_telephones_in_one_file_the_first_are_told(count: int) -> None:
    days = [(date(2001, 1, 1) + timedelta(number)).isoformat() for number in range(count)]
    kinds = ("office", "board")
    changes = [{"document": "9/QĐ-UBND", "date": day, "kind": kinds[at % 2]} for at, day in enumerate(days)]
    base = {"agencies/aa.yml": agency("aa", changes=changes)}
    now = agency("aa") + "".join(f"# 09123456{number}\n" for number in range(10, 10 + count))
    told = Counter(finding.rule.id for finding in taken_back({**SAMPLE, **base}, {**SAMPLE, "agencies/aa.yml": now}))
    assert told == {"history-agency-change": KIND_LIMIT, "history-mobile": KIND_LIMIT}


People = list[dict[str, Any]]
NAMES = st.sampled_from(
    ["Lò An", "Lò Thị An", "Lý Anh", "Hoàng Lan", "Giàng Seo Phử", "Ngô Vân Vinh", "Nông Vân Vinh", "Vù A Y"]
)
CODES = ("aa", "bb", "stttt")
DAYS = st.dates(date(2010, 1, 1), date(2011, 12, 1)).map(date.isoformat)


@st.composite
def registers(draw: st.DrawFn, least: int = 0) -> dict[str, People]:
    """The people of a few agencies: some have left, some were suspended; the names clash, the ids do not."""
    numbers = iter(range(100, 1000))
    people: dict[str, People] = {}
    for code in CODES:
        count = draw(st.integers(least, 4))
        people[code] = [draw(issuances(str(next(numbers)))) for _ in range(count)]
    return people


@st.composite
def issuances(draw: st.DrawFn, id_: str) -> dict[str, Any]:
    """One entry as the maker of texts takes it."""
    entry: dict[str, Any] = person(
        id_, draw(NAMES), draw(DAYS), draw(st.sampled_from(["", "2012-01-01", "2013-01-01"]))
    )
    if draw(st.booleans()):
        entry["suspended"] = [{"document": "1/QĐ-AA", "date": entry["opened"]["date"]}]
    return entry


def texts_of(people: dict[str, People], custodians: Mapping[str, list[Any]] | None = None) -> dict[str, str]:
    held = custodians or {}
    return register(*(agency(code, *people[code], custodians=held.get(code) or None) for code in people))  # type: ignore[arg-type]


@settings(max_examples=60)
@given(registers(), st.data())
def test_what_is_only_added_takes_nothing_back(before: dict[str, People], data: st.DataObject) -> None:
    after = {code: [dict(entry) for entry in entries_] for code, entries_ in before.items()}
    for index, code in enumerate(CODES):
        for entry in after[code]:
            if "closed" not in entry and data.draw(st.booleans()):
                entry["closed"] = {"document": "5/QĐ-AA", "date": "2014-01-01", "event": "retired"}
            if "suspended" in entry and data.draw(st.booleans()):
                entry["suspended"] = [
                    {**entry["suspended"][0], "ended": {"document": "3/QĐ-AA", "date": "2012-12-12"}},
                    {"document": "2/QĐ-AA", "date": "2013-01-01"},
                ]
        for more in range(data.draw(st.integers(0, 3))):
            after[code].append(data.draw(issuances(f"{index}{more}")))
    if data.draw(st.booleans()):
        after["cc"] = [data.draw(issuances("77"))]
    custodian = {"person": "100", "document": "1/GUQ-AA", "date": "2012-01-01", "as": "delegate"}
    held = {"aa": [custodian] * data.draw(st.integers(0, 2))}
    later = {"aa": [*held["aa"], *[{**custodian, "document": "2/GUQ-AA"}] * data.draw(st.integers(0, 2))]}
    assert said(texts_of(before, held), texts_of(after, later)) == []


def changed(people: People, at: int, what: str) -> None:
    """Take back something of the entries of one agency."""
    entry = people[at]
    if what == "removed":
        del people[at]
    elif what == "moved":
        people.append(people.pop(at))
    elif what == "inserted":
        people.insert(at, dict(entry, id="999"))
    elif what == "id":
        entry["id"] = "999"
    elif what in ("date", "document"):
        entry["opened"] = {**entry["opened"], what: {"date": "2009-01-01", "document": "999/QĐ-X"}[what]}
    elif what == "closed":
        del entry["closed"]
    elif what == "suspended":
        del entry["suspended"]


@settings(max_examples=100)
@given(
    registers(least=2),
    st.sampled_from(CODES),
    st.sampled_from(["removed", "moved", "inserted", "id", "date", "document", "closed", "suspended"]),
    st.data(),
)
def test_whatever_is_taken_back_is_found_in_its_file(
    before: dict[str, People], code: str, what: str, data: st.DataObject
) -> None:
    after = {**before, code: [dict(entry) for entry in before[code]]}
    # What stands last cannot move to the end; not every entry has what is taken away.
    last = len(after[code]) - (what == "moved")
    places = [at for at in range(last) if what not in ("closed", "suspended") or what in after[code][at]]
    if not places:
        return
    changed(after[code], data.draw(st.sampled_from(places)), what)
    found = taken_back(texts_of(before), texts_of(after))
    assert {finding.where.file for finding in found} == {f"directory/agencies/{code}.yml"}
    assert {finding.rule.severity for finding in found} == {Severity.ERROR}


@pytest.mark.parametrize(("count", "told"), [(KIND_LIMIT, KIND_LIMIT), (KIND_LIMIT + 1, 1), (236, 1)])
def test_a_whole_folder_that_is_gone_is_told_once(count: int, told: int) -> None:
    """As where it was made a link, or emptied."""
    base = register(*(agency(f"a{number}") for number in range(count)))
    found = [finding for finding in taken_back(base, register()) if finding.rule.id == "history-agency-gone"]
    assert len(found) == told
    assert found[0].where == Where("directory/agencies/a0.yml", START, "a0")
    named = [code for finding in found for code in finding.values["agency"]] if told == 1 else []
    assert not named or named[-1] == f"… +{count - KIND_LIMIT}"
