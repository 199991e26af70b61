"""The rules on documents: which kind, by whom.

Each case changes one thing in the sample register and states all findings that follow.
"""

from __future__ import annotations

from tests.factory.text import Value
from tests.support.cases import PHU, WITH, Case, S, U, change, each, found, pinned
from tests.support.looped import for_each
from tests.support.registers import SAMPLE, STTTT, UBND, agency, edited, event, person, register
from tests.support.said import recorded, values

UNDER = "kind: department\nparent: ubnd"

FOUNDED = "opened: {document: 11/2008/QĐ-UBND"

ENDED = "closed: {document: 2/NQ-HĐND, date: 2011-01-01, event: dissolved}\npeople:"

RECRUITED = "44/QĐ-STTTT, request: 12/STTTT-VP"
RETIRED = "77/QĐ-STTTT, date: 2012-01-01, event: retired"

ALONE = {**SAMPLE, S: STTTT.replace("parent: ubnd\n", "")}


def founded(document: str, *expected: str, under: str = UNDER) -> Case:
    """The department, or what it is made to be, founded by a document."""
    texts = edited(S, (FOUNDED, f"opened: {{document: {document}"), (UNDER, under))
    return Case(f"{' '.join(under.split()[1::2])} founded by {document}", texts, list(expected))


def cited(old: str, document: str, *expected: str) -> Case:
    """One document of the sample cited as another."""
    return change(f"{document} in place of {old}", S, old, old.replace(old.partition(",")[0], document, 1), *expected)


CENTRE = "kind: public_service_unit\nparent: ubnd"


def beside(name: str, document: str, *expected: str, parent: str = "ubnd") -> Case:
    """A department founded by some document, beside another, a unit under that and one that it grew out of."""
    new = agency("bb", parent=parent, opened="2010-01-01").replace("8/QĐ-UBND", document)
    return Case(
        name,
        register(
            agency("ubnd", kind="provincial_committee"),
            agency("aa", parent="ubnd", opened="2001-01-01 merged", succeeds=["old"]),
            agency("old", parent="ubnd", opened="2000-01-01", closed="2001-01-01 merged"),
            new,
        ),
        [f"agencies/bb.yml:{place}" for place in expected],
    )


def hired(name: str, document: str, *expected: str, by: str = "recruited") -> Case:
    """Somebody hired by a document, in a unit under a department."""
    return Case(
        name,
        register(
            agency("ubnd", kind="provincial_committee"),
            agency("snv", parent="ubnd"),
            agency("aa", parent="ubnd"),
            agency("cc", parent="ubnd"),
            agency("bb", person("1", "Lò An", event(by, "2010-01-01", document)), parent="aa"),
        ),
        [f"agencies/bb.yml:{place}" for place in expected],
    )


def reshaped(name: str, change: dict[str, str], *expected: str, kind: str = "office") -> Case:
    """A unit under a department that changes, beside another department."""
    return Case(
        name,
        register(
            agency("ubnd", kind="provincial_committee"),
            agency("aa", parent="ubnd"),
            agency("cc", parent="ubnd"),
            agency("bb", parent="aa", kind=kind, changes=[{"date": "2010-01-01", **change}]),
        ),
        [f"agencies/bb.yml:8:{place}" for place in expected],
    )


MOVED: dict[str, Value] = {"document": "1/QĐ-UBND", "date": "2010-01-01"}


def moved_and_changed(name: str, day: str, document: str, *expected: str) -> Case:
    """A unit that goes to another department on 1 January 2010, and is made another kind of unit on a day."""
    changes: Value = [{**MOVED, "parent": "cc"}, {"document": document, "date": day, "kind": "board"}]
    return Case(
        name,
        register(
            agency("ubnd", kind="provincial_committee"),
            *(agency(code, parent="ubnd") for code in ("aa", "cc")),
            agency("bb", kind="office", parent="aa", changes=changes),
        ),
        [f"agencies/bb.yml:{place}" for place in expected],
    )


HIRED = ["12:24 document-hired"]


def taken(name: str, day: str, document: str, *expected: str) -> Case:
    """Somebody hired by a unit that goes from one department to another in 2011, by the committee's decision."""
    change = {"document": "1/QĐ-UBND", "date": "2011-01-01", "parent": "cc"}
    return Case(
        name,
        register(
            agency("ubnd", kind="provincial_committee"),
            *(agency(code, parent="ubnd") for code in ("aa", "cc")),
            agency("bb", person("1", "Lò An", event("recruited", day, document)), parent="aa", changes=[change]),
        ),
        [f"agencies/bb.yml:{place}" for place in expected],
    )


def decided(name: str, keys: dict[str, Value], *expected: str, **of_agency: Value) -> Case:
    """Something that a document does to somebody in a unit of the department aa; cc is another one."""
    opened: Value = {"document": "1/QĐ-BB", "date": "2010-11-01", "event": "recruited"}
    return Case(
        f"of another agency: {name}",
        register(
            agency("ubnd", kind="provincial_committee"),
            agency("snv", parent="ubnd"),
            *(agency(code, parent="ubnd") for code in ("aa", "cc")),
            agency("bb", {"id": "1", "name": "Lò An", "opened": opened, **keys}, parent="aa", **of_agency),
        ),
        [f"agencies/bb.yml:{place}" for place in expected],
    )


def by(document: str, **keys: Value) -> dict[str, Value]:
    return {"document": document, "date": "2012-05-01", **keys}


def holding(document: str, role: str) -> Value:
    return [{"person": "1", "document": document, "date": "2012-05-01", "as": role}]


FOREIGN = "document-foreign"
OF_ANOTHER = [
    *(
        decided(f"{event} by {body}", {"closed": by(f"9/QĐ-{body}", event=event)}, *told)
        for event in ("retired", "resigned", "dismissed", "deceased", "left_province")
        for body, told in (("CC", [f"12:24 {FOREIGN}"]), ("BB", []), ("AA", []), ("UBND", []), ("SNV", []), ("SYT", []))
    ),
    *(
        decided(f"suspended by {body}", {"suspended": [by(f"9/QĐ-{body}")]}, *told)
        for body, told in (("CC", [f"13:20 {FOREIGN}"]), ("AA", []), ("STTTT", []), ("SNV", [f"13:20 {FOREIGN}"]))
    ),
    *(
        decided(f"unlocked by {body}", {"suspended": [by("9/QĐ-BB", ended=by(f"10/QĐ-{body}"))]}, *told)
        for body, told in (("CC", [f"13:65 {FOREIGN}"]), ("BB", []), ("STTTT", []))
    ),
    *(
        decided(
            f"not retired after all by {body}",
            {"withdrawn": [{**by("9/QĐ-BB", event="retired"), "date": "2012-09-01", "withdrawn": by(f"10/TB-{body}")}]},
            *told,
        )
        for body, told in (("CC", [f"13:85 {FOREIGN}"]), ("BB", []))
    ),
    *(
        decided(f"made a {role} by {body}", {"leader": "true"}, *told, custodians=holding(f"4{kind}-{body}", role))
        for role, kind, body, told in (
            ("delegate", "1/GUQ", "CC", [f"8:29 {FOREIGN}"]),
            ("delegate", "1/GUQ", "SNV", [f"8:29 {FOREIGN}"]),
            ("delegate", "1/GUQ", "BB", []),
            ("head", "1/QĐ", "CC", [f"8:29 {FOREIGN}"]),
            ("head", "1/QĐ", "SNV", []),
            ("head", "1/QĐ", "AA", []),
        )
    ),
    *(
        decided(f"given room by {body}", {"quota": "4G", "quota_document": f"5/QĐ-{body}"}, *told)
        for body, told in (("CC", [f"13:21 {FOREIGN}"]), ("BB", []), ("STTTT", []))
    ),
    *(
        decided(f"an agency given room by {body}", {}, *told, quota="40G", quota_document=f"5/QĐ-{body}")
        for body, told in (("CC", [f"8:17 {FOREIGN}"]), ("AA", []), ("STTTT", []))
    ),
    *(
        decided(f"pinned by {body}", {"address": "an.lo-bb", "address_document": f"5/QĐ-{body}"}, *told)
        for body, told in (("CC", [f"12:23 {FOREIGN}"]), ("STTTT", []))
    ),
    *(
        decided(
            f"on leave by {body}",
            {"leave": [{"from": "2012-05-01", "to": "2012-05-02", "document": f"5/QĐ-{body}"}]},
            *told,
        )
        for body, told in (("CC", [f"13:54 {FOREIGN}"]), ("BB", []), ("STTTT", [f"13:54 {FOREIGN}"]))
    ),
    decided(
        "asked by another department", {"closed": by("9/QĐ-BB", event="retired", request="4/CC-VP")}, f"12:76 {FOREIGN}"
    ),
    *(
        Case(
            f"of another agency: moved by {body}",
            register(
                agency("ubnd", kind="provincial_committee"),
                *(agency(code, parent="ubnd") for code in ("aa", "cc")),
                agency("bb", person("1", "Lò An", "2010-11-01", moving), parent="aa"),
                agency("dd", person("1", "Lò An", moving), parent="aa"),
            ),
            [f"agencies/{place} {FOREIGN}" for place in told],
        )
        for body, told in (("BB", []), ("DD", []), ("AA", []), ("CC", ["bb.yml:11:24", "dd.yml:10:24"]))
        for moving in [event("transferred", "2012-05-01", f"9/QĐ-{body}")]
    ),
]


def ended(name: str, document: str, *expected: str, event: str = "dissolved", **keys: Value) -> Case:
    """A unit under the department aa that ends; cc is another department, and dd a unit under that."""
    closed: dict[str, Value] = {"closed": by(document, event=event)} if "withdrawn" not in keys else {}
    heir: dict[str, Value] = {"succeeds": ["bb"], "opened": by(document, event=event)} if event != "dissolved" else {}
    return Case(
        f"ended {name}",
        register(
            agency("ubnd", kind="provincial_committee"),
            *(agency(code, parent="ubnd") for code in ("aa", "cc")),
            agency("bb", kind="office", parent="aa", **closed, **keys),
            agency("dd", kind="office", parent="cc", **heir),
        ),
        [f"agencies/bb.yml:{place} document-founder" for place in expected],
    )


def taken_back(document: str) -> Value:
    return [{**by("9/QĐ-AA", event="dissolved"), "withdrawn": {"document": document, "date": "2012-04-01"}}]


ENDINGS = [
    ended("by the department above", "9/QĐ-AA"),
    ended("by the committee", "9/QĐ-UBND"),
    ended("by another department", "9/QĐ-CC", "7:20"),
    ended("by a notice of another department", "9/TB-CC", "7:20"),
    ended("by a ministry", "9/QĐ-BNV"),
    ended("by its merger into a unit of another department", "9/QĐ-CC", "7:20", event="merged"),
    ended("by its merger, which the committee decides", "9/QĐ-UBND", event="merged"),
    ended("not after all, by the department above", "", withdrawn=taken_back("10/QĐ-AA")),
    ended("not after all, by another department", "", "8:83", withdrawn=taken_back("10/QĐ-CC")),
    ended(
        "before it opened, by another department",
        "",
        "10:25",
        opened=by("9/QĐ-AA", event="established", withdrawn={"document": "10/QĐ-CC", "date": "2012-04-01"}),
        withdrawn=[],
    ),
]
LEAVE: dict[str, Value] = {"from": "2012-05-01", "to": "2012-05-02"}
CASES = [
    *OF_ANOTHER,
    *ENDINGS,
    *(
        decided(f"leave by {document}", {"leave": [{**LEAVE, "document": document}]}, *told)
        for document, told in (
            ("5/GNP-BB", ["13:54 document-slip"]),
            ("5/TB-BB", []),
            ("5/QD-BB", ["13:54 document-marks"]),
        )
    ),
    reshaped("changed by the department above", {"document": "1/TTr-AA", "kind": "board"}),
    reshaped(
        "made a department by the one above", {"document": "1/TTr-AA", "kind": "department"}, "34 document-agency"
    ),
    reshaped(
        "made a unit of itself by the department above",
        {"document": "1/TTr-AA", "kind": "office"},
        "34 document-agency",
        kind="department",
    ),
    reshaped(
        "moved by the department that it comes under", {"document": "1/QĐ-CC", "parent": "cc"}, "34 document-founder"
    ),
    reshaped(
        "moved by the department that it was under", {"document": "1/QĐ-AA", "parent": "cc"}, "34 document-founder"
    ),
    reshaped("given a number by the department above", {"document": "1/QĐ-AA", "identifier": "H38.1"}),
    reshaped(
        "given a number by another department", {"document": "1/QĐ-CC", "identifier": "H38.1"}, "34 document-founder"
    ),
    reshaped("moved by the committee", {"document": "1/QĐ-UBND", "parent": "cc"}),
    reshaped("moved by another department", {"document": "1/QĐ-CC", "parent": "ubnd"}, "34 document-founder"),
    moved_and_changed("changed by the department that it came under the day before", "2010-01-02", "1/QĐ-CC"),
    moved_and_changed(
        "changed by the department that it left the day before", "2010-01-02", "1/QĐ-AA", "9:16 document-founder"
    ),
    Case(
        "changed by who stood above the one above until that day",
        register(
            agency("ubnd", kind="provincial_committee"),
            agency("cc", parent="ubnd"),
            agency("aa", kind="office", parent="cc", changes=[{**MOVED, "parent": "ubnd"}]),
            agency("bb", kind="office", parent="aa", changes=[{**MOVED, "document": "1/QĐ-CC", "kind": "board"}]),
        ),
        [],
    ),
    reshaped("changed by itself", {"document": "1/QĐ-BB", "kind": "board"}, "34 document-own"),
    reshaped("given a number by itself", {"document": "1/TB-BB", "identifier": "H38.1"}),
    reshaped("given a number by a slip", {"document": "1/PG-AA", "identifier": "H38.1"}, "34 document-slip"),
    reshaped("changed by a later document", {"document": "1/2011/QĐ-AA", "kind": "board"}, "34 document-year"),
    reshaped("changed by what lost its mark", {"document": "1/QD-AA", "kind": "board"}, "34 document-marks"),
    beside("founded by the committee", "1/QĐ-UBND"),
    beside("founded by a ministry", "1/QĐ-BNV"),
    beside("founded by another department", "1/QĐ-AA", "6:9 document-founder"),
    beside("founded by a unit of another department", "1/QĐ-AA-VP", "6:9 document-founder"),
    beside("founded by the department above", "1/QĐ-AA", parent="aa"),
    beside("founded by what the department above grew out of", "1/QĐ-OLD", parent="aa"),
    beside("founded by a notice of another department", "1/TB-AA", "6:9 document-founder", "6:20 document-agency"),
    hired("hired by the unit itself", "1/QĐ-BB"),
    hired("hired by the department above", "1/QĐ-AA"),
    hired("hired by the committee", "1/QĐ-UBND"),
    hired("hired by home affairs", "1/QĐ-SNV"),
    hired("hired by nobody of this register", "1/QĐ-XYZ"),
    hired("hired by another department", "1/QĐ-CC", "10:24 document-hired"),
    hired("come from before by another department's", "1/QĐ-CC", "10:24 document-foreign", by="migrated"),
    *(
        taken(name, day, document, *expected)
        for name, day, document, expected in (
            ("hired before it goes under another department, by that one", "2010-12-31", "2/QĐ-CC", HIRED),
            ("hired on the day on which it does", "2011-01-01", "2/QĐ-CC", []),
            ("hired by the department that it was under", "2011-01-01", "2/QĐ-AA", HIRED),
            ("hired by that one the day before", "2010-12-31", "2/QĐ-AA", []),
        )
    ),
    *(
        change(f"{document} for a decision", S, "45/QĐ-STTTT", document, *expected)
        for document, expected in (
            ("45/QD-STTTT", [f"{S}:26:24 document-marks"]),
            ("45/2010/QD-STTTT", [f"{S}:26:24 document-shape"]),
            ("45/STTTT-QD", []),
        )
    ),
    *(
        change(f"{document} in place of {old}", S, old, document, f"{S}:{place} document-marks")
        for document, old, place in (
            ("101/QD-UBND, date: 2010-10-15, as", "101/QĐ-UBND, date: 2010-10-15, as", "10:34"),
            ("77/QD-STTTT", "77/QĐ-STTTT", "27:24"),
            ("9/QD-STTTT", "9/QĐ-STTTT", "23:20"),
        )
    ),
    change(
        "founded by what lost its mark",
        S,
        "11/2008/QĐ-UBND",
        "11/QD-UBND",
        f"{S}:7:20 document-agency",
        f"{S}:7:20 document-marks",
    ),
    *(
        change(f"{key} without marks at line {line}", S, old, f"{old}{more}", f"{S}:{line}:{column} document-marks")
        for key, old, more, line, column in (
            ("quota_document", "quota: 10G\n", "quota_document: 3/QD-UBND\n", 9, 17),
            ("quota_document", WITH, "quota: 3G\n    quota_document: 3/QD-STTTT\n    ", 22, 21),
            ("address_document", WITH, "address: vinhnv-stttt\n    address_document: 3/QD-STTTT\n    ", 22, 23),
        )
    ),
    *(
        change(f"founded by a document of {year}", S, "11/2008/QĐ-UBND", f"11/{year}/QĐ-UBND", *expected)
        for year, expected in (
            ("2009", [f"{S}:7:20 document-year"]),
            ("2007", []),
            ("1945", []),
            ("1944", [f"{S}:7:20 document-year"]),
        )
    ),
    change("recruited by a document of later", S, "45/QĐ-STTTT", "45/2011/QĐ-STTTT", f"{S}:26:24 document-year"),
    *(
        founded(document)
        for document in ("08/TT-BNV", "9/2005/TTLT-BTTTT-BNV", "195/2004/NĐ-CP", "11/QĐ-UB", "31-QĐ/TW")
    ),
    *(founded(document) for document in ("1673/NQ-UBTVQH15", "20/2003/QH11", "2/NQ-HĐND")),
    *(
        founded(document, f"{S}:7:20 document-agency")
        for document in ("650/UBND-NV", "3/TTr-SNV", "3/BC-UBND", "3/TB-UBND")
    ),
    *(
        founded(document, f"{S}:7:20 document-agency")
        for document in ("3/KH-UBND", "3/GM-UBND", "414-CTr/TU", "7/SY-UBND")
    ),
    *(founded(document, under=CENTRE) for document in ("650/UBND-NV", "3/TTr-SNV", "3/TB-SNV", "3/QĐ-SNV")),
    *(founded(document, f"{S}:7:20 document-unit", under=CENTRE) for document in ("3/GM-SNV", "3/GNP-SNV", "7/SY-SNV")),
    founded("650/UBND-NV", f"{S}:6:20 document-agency", under="kind: public_service_unit"),
    founded("1/QĐ-STTTT", f"{S}:7:20 document-own"),
    founded("1/QĐ-STTTT.VP", f"{S}:7:20 document-own"),
    founded("1/STTTT-VP", f"{S}:7:20 document-own", under=CENTRE),
    founded("1/STTTT-VP", f"{S}:7:20 document-agency", f"{S}:7:20 document-own"),
    founded("1/QĐ-STTTT2"),
    founded("802/QĐ-STTTT", under="kind: central_body_in_province\nparent: ubnd"),
    Case(
        "a code as its symbol without marks",
        register(agency("sgddt").replace("8/QĐ-UBND", "8/QĐ-SGDĐT"), agency("vptu").replace("8/QĐ-UBND", "8-QĐ/TU")),
        ["agencies/sgddt.yml:5:20 document-own"],
    ),
    Case(
        "ended by an official letter",
        {**ALONE, U: UBND.replace("people:", ENDED.replace("2/NQ-HĐND", "2/UBND-NV"))},
        [f"{U}:6:20 document-agency"],
    ),
    *(cited(RECRUITED, f"44/{kind}-STTTT") for kind in ("QĐ", "NQ", "HĐ", "TB", "KL")),
    cited(RECRUITED, "44/STTTT-VP"),
    *(
        cited(RECRUITED, f"44/{kind}-STTTT", f"{S}:21:24 document-person")
        for kind in ("GM", "GGT", "GNP", "PC", "SY", "TTr", "BC", "KH", "GUQ", "TT", "BB")
    ),
    *(cited(RETIRED, f"77/{kind}-STTTT") for kind in ("NQ", "TB")),
    *(cited(RETIRED, f"77/{kind}-STTTT", f"{S}:27:24 document-person") for kind in ("GM", "GNP", "HĐ", "BC", "TTr")),
    *(
        change(
            f"{event} by {document}",
            S,
            RETIRED,
            f"{document}, date: 2012-01-01, event: {event}",
            *([] if right else [f"{S}:27:24 document-person"]),
        )
        for event, document, right in (
            ("resigned", "77/HĐ-STTTT", True),
            ("resigned", "77/BB-STTTT", True),
            ("resigned", "77/KH-STTTT", False),
            ("dismissed", "77/NQ-HĐND", True),
            ("dismissed", "77/BB-STTTT", False),
            ("deceased", "77/BC-STTTT", True),
            ("deceased", "77/TLKT-UBND", True),
            ("deceased", "77/GM-STTTT", False),
            ("left_province", "77/QĐ-BNV", True),
            ("left_province", "77/GGT-STTTT", False),
        )
    ),
    *(
        Case(
            f"moved ({kind}) by {document}",
            register(
                agency("aa", person("1", "Lò An", "2011-01-01", closed=event(kind, "2012-01-01", document))),
                agency("bb", person("1", "Lò An", event(kind, "2012-01-01", document))),
            ),
            [] if right else ["agencies/aa.yml:10:24 document-person", "agencies/bb.yml:9:24 document-person"],
        )
        for kind, document, right in (
            ("transferred", "5/QĐ-UBND", True),
            ("transferred", "5/NQ-UBTVQH15", True),
            ("transferred", "5/HĐ-AA", False),
            ("reorganised", "1673/NQ-UBTVQH15", True),
            ("reorganised", "20/2003/QH11", True),
            ("reorganised", "5/ĐA-UBND", True),
            ("reorganised", "5/GM-UBND", False),
        )
    ),
    *(
        change(
            f"migrated by {document}",
            S,
            "45/QĐ-STTTT, date: 2010-11-01, event: recruited",
            f"{document}, date: 2010-11-01, event: migrated",
            *expected,
        )
        for document, expected in (
            ("45/BC-STTTT", []),
            ("45/STTTT-VP", []),
            ("45/CTr-STTTT", []),
            ("45/GM-STTTT", [f"{S}:26:24 document-slip"]),
        )
    ),
    *(
        change(f"asked by {request}", S, "12/STTTT-VP", request)
        for request in ("12/TTr-STTTT", "12/BC-STTTT", "12/GĐN-STTTT")
    ),
    *(
        change(f"asked by {request}", S, "12/STTTT-VP", request, f"{S}:21:46 document-request")
        for request in ("44/QĐ-STTTT", "12/NQ-HĐND", "12/GM-STTTT", "12/HĐ-STTTT")
    ),
    *(change(f"delegated by {d}", S, "05/GUQ-STTTT", d) for d in ("5/QĐ-STTTT", "5/STTTT-VP", "5/TB-STTTT")),
    *(
        change(f"delegated by {d}", S, "05/GUQ-STTTT", d, f"{S}:11:34 document-delegate")
        for d in ("5/BC-STTTT", "5/GM-STTTT", "5/TTr-STTTT")
    ),
    *(
        change(f"head by {d}", S, '{person: "000101", document: 101/QĐ-UBND', f'{{person: "000101", document: {d}')
        for d in ("1/NQ-HĐND", "2-QĐ/TU", "3/UBND-NC")
    ),
    *(
        change(
            f"head by {d}",
            S,
            '{person: "000101", document: 101/QĐ-UBND',
            f'{{person: "000101", document: {d}',
            f"{S}:10:34 document-head",
        )
        for d in ("1/GUQ-STTTT", "2/TTr-SNV", "3/GM-UBND")
    ),
    change(
        "a document that pins nothing",
        S,
        PHU,
        f"{PHU}    address_document: 3/STTTT-VP\n",
        f"{S}:26:23 address-missing",
    ),
    change("suspended by a letter", S, "9/QĐ-STTTT", "9/STTTT-VP"),
    change("suspended by an invitation", S, "9/QĐ-STTTT", "9/GM-STTTT", f"{S}:23:20 document-slip"),
    pinned("phugis-stttt", document="\n    address_document: 3/TTr-STTTT"),
    pinned("phugias-stttt", f"{S}:27:23 document-slip", document="\n    address_document: 3/PC-STTTT"),
]


@each(CASES)
def test_a_change_gives_its_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_its_findings_name_what_they_are_about(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"
