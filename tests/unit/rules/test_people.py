"""The rules on people in one agency or several.

Each case changes one thing in the sample register and states all findings that follow.
"""

from __future__ import annotations

from tests.factory.text import Value
from tests.support.cases import UNTIL, Case, S, change, each, found
from tests.support.looped import for_each
from tests.support.registers import Entry, agency, event, person, register
from tests.support.said import recorded, values

RECRUITED_THEN = event("recruited", "2011-01-01")


def moved(
    name: str,
    left: dict[str, Value],
    came: dict[str, Value] | None = None,
    *expected: str,
    event: str = "transferred",
    on: str = "2012-01-01",
) -> Case:
    """Somebody who leaves aa with a suspension and comes to bb with another, or with none."""
    arrival = "transferred" if event == "transferred" else "recruited"
    texts = register(
        agency("aa", person("1", "Lò An", "2011-01-01", f"2012-01-01 {event}", suspended=[left] if left else [])),
        agency("bb", person("1", "Lò An", f"{on} {arrival}", suspended=[came] if came else [])),
    )
    return Case(name, texts, [f"agencies/bb.yml:{place}" for place in expected])


def renamed(name: str, *expected: str, former: Entry | None = None, later: Entry | None = None) -> Case:
    """Somebody of aa who gets another name on 1 January 2012, with one side of that as stated."""
    one = former or person("1", "Lò An", "2011-01-01", event("renamed", "2012-01-01"))
    other = later or person("1", "Lò Thị Ân", event("renamed", "2012-01-01"))
    return Case(f"a new name {name}", register(agency("aa", one, other)), [f"agencies/aa.yml:{e}" for e in expected])


SINCE: dict[str, Value] = {"document": "9/QĐ-AA", "date": "2011-05-01"}
CARRIED: dict[str, Value] = {"document": "9/QĐ-AA", "date": "2012-01-01"}
NOT_CARRIED = "7:5 person-suspension-carried"
BY_DOCUMENT: dict[str, Value] = {"document": "10/QĐ-AA", "date": "2011-12-01"}


def doubled(
    name: str, first: dict[str, Value], second: dict[str, Value], *expected: str, code: str = "aa", **days: str
) -> Case:
    """Two of one name, in one agency or in two; `days` are `opened` of the second and `closed` of either."""
    closed, ends = days.get("closed", ""), days.get("ends", "")
    one = person("1", "Lò Thị Hoà", "2011-01-01", closed, **first)
    second = {**second}
    other = person("2", "Lò Thị Hòa", second.pop("opened", days.get("opened", "2012-01-01")), ends, **second)
    texts = register(agency("aa", one, other)) if code == "aa" else register(agency("aa", one), agency(code, other))
    return Case(name, texts, [f"agencies/{code}.yml:{place}" for place in expected])


NEVER: dict[str, Value] = {
    "document": "7/QĐ-UBND",
    "date": "2012-07-01",
    "event": "recruited",
    "withdrawn": {"document": "8/QĐ-UBND", "date": "2010-12-01"},
}
NEVER_THEN: dict[str, Value] = {**NEVER, "date": "2011-01-01"}
CLERK: dict[str, Value] = {"title": "Văn thư", "unit": "Văn phòng"}
PHONE: dict[str, Value] = {"phone": "0214 3 840 034"}
SAME_PHONE: dict[str, Value] = {"phone": "02143840034"}

CASES = [
    doubled("one name, title and unit", CLERK, CLERK, "12:5 person-alike"),
    doubled("all the same is told once", {**CLERK, **PHONE}, {**CLERK, **PHONE}, "13:5 person-alike"),
    doubled("one name and title, of one no unit", CLERK, {"title": "Văn thư"}, "12:5 person-alike"),
    doubled("one name, title and unit on another telephone", {**CLERK, **PHONE}, {**CLERK, "phone": "0214 3 840 035"}),
    doubled("one name in another unit", CLERK, {**CLERK, "unit": "Phòng Nội vụ"}),
    doubled("one name of which nothing else is known", {}, {}),
    doubled(
        "one name and document", {}, {"opened": event("recruited", "2012-01-01", "11/QĐ-UBND")}, "10:5 person-alike"
    ),
    doubled("one name, the earlier entry second", CLERK, CLERK, "7:5 person-alike", opened="2010-01-01"),
    doubled("one name and telephone, and nothing else", PHONE, SAME_PHONE, "11:5 person-alike"),
    doubled(
        "one name and telephone with another title",
        {**CLERK, **PHONE},
        {"title": "Kế toán", **PHONE},
        "13:5 person-alike",
    ),
    doubled("one name and telephone elsewhere", PHONE, SAME_PHONE, "7:5 person-alike", code="bb"),
    doubled("one name, title and unit elsewhere", CLERK, CLERK, code="bb"),
    doubled("one name and telephone of one who has left", PHONE, SAME_PHONE, code="bb", closed="2012-01-01"),
    doubled("one name and telephone of one who left later", PHONE, SAME_PHONE, code="bb", closed="2012-06-01"),
    doubled(
        "one name and telephone until tomorrow", PHONE, SAME_PHONE, "7:5 person-alike", code="bb", closed="2012-06-02"
    ),
    doubled(
        "one name and telephone from the day on which the other leaves",
        PHONE,
        SAME_PHONE,
        code="bb",
        opened="2012-07-01",
        closed="2012-07-01",
    ),
    doubled("one name and title of one who leaves far ahead", CLERK, CLERK, "12:5 person-alike", ends="2013-01-01"),
    doubled("one name, title and unit of one who has left", CLERK, CLERK, ends="2012-05-01"),
    doubled("one name and title of one who never came", CLERK, {**CLERK, "opened": NEVER}),
    doubled("one name and telephone of one who came nowhere", PHONE, {**SAME_PHONE, "opened": NEVER}, code="bb"),
    doubled("one name and day of one who never came", CLERK, {**CLERK, "opened": NEVER_THEN}),
    *(
        Case(
            f"one name and title in three entries, {name}",
            register(agency("aa", *(person(str(n), "Lò An", *days, **CLERK) for n, days in enumerate(entries, 1)))),
            [f"agencies/aa.yml:{place} person-alike" for place in expected],
        )
        for name, entries, expected in (
            ("of one who has left", (["2010-01-01", "2011-01-01"], ["2010-06-01"], ["2012-01-01"]), ["18:5"]),
            ("as one leaves", (["2010-01-01", "2012-01-01"], ["2011-06-01"], ["2012-01-01"]), ["18:5"]),
            ("as one comes", (["2012-07-01"], ["2011-01-01"], ["2010-01-01", "2012-07-01"]), ["7:5", "12:5"]),
        )
    ),
    Case(
        "one name and telephone three times",
        register(
            agency("aa", person("1", "Lò An", "2011-01-01", **PHONE)),
            agency("bb", person("2", "Lò An", "2011-02-01", "2011-03-01", **PHONE)),
            agency("cc", person("3", "Lò An", "2011-03-01", **PHONE)),
            agency("dd", person("3", "Lò An", "2010-01-01", "2010-02-01", **PHONE)),
        ),
        ["agencies/cc.yml:7:5 person-alike"],
    ),
    moved("one who was never suspended moves", {}),
    moved("one whose suspension was over moves", {**SINCE, "until": "2012-01-01"}),
    moved("one who is suspended moves", {**SINCE, "until": "2012-01-02"}, {}, NOT_CARRIED),
    moved("one who is suspended without an end moves", SINCE, {}, NOT_CARRIED),
    moved("one who is suspended moves with the suspension", SINCE, CARRIED),
    moved("one who is suspended moves with a shorter one", SINCE, {**CARRIED, "until": "2012-06-01"}, NOT_CARRIED),
    moved(
        "one who is suspended moves, and is suspended later by the agency of before",
        SINCE,
        {**CARRIED, "date": "2012-01-02"},
        NOT_CARRIED,
        "11:20 document-foreign",
    ),
    moved(
        "one who is suspended moves with a longer one",
        {**SINCE, "until": "2012-06-01"},
        {**CARRIED, "until": "2012-07-01"},
    ),
    moved("one who was suspended until a document", {**SINCE, "ended": BY_DOCUMENT}),
    moved(
        "one who is suspended moves, and a document of the agency of before ends it later",
        SINCE,
        {**CARRIED, "ended": {**BY_DOCUMENT, "date": "2012-01-05"}},
        "11:65 document-foreign",
    ),
    moved(
        "one who is suspended moves, and a document ends it later",
        SINCE,
        {**CARRIED, "ended": {**BY_DOCUMENT, "date": "2012-01-05", "document": "10/QĐ-BB"}},
    ),
    moved("one who is suspended leaves and comes again", SINCE, {}, NOT_CARRIED, event="resigned", on="2012-03-01"),
    moved(
        "one who is suspended leaves and comes again when that is over",
        {**SINCE, "until": "2012-02-01"},
        event="resigned",
        on="2012-03-01",
    ),
    moved(
        "one who is suspended leaves and comes again by a document",
        {**SINCE, "ended": {**BY_DOCUMENT, "date": "2012-03-01"}},
        event="resigned",
        on="2012-03-01",
    ),
    *(
        change(f"a suspension ended {name}", S, UNTIL, f", until: 2011-08-01, ended: {{{ended}}}}}", *expected)
        for name, ended, expected in (
            ("before it began", "document: 8/QĐ-STTTT, date: 2011-04-30", [f"{S}:23:105 person-dates"]),
            ("when it began", "document: 8/QĐ-STTTT, date: 2011-05-01", []),
            ("when it was over", "document: 8/QĐ-STTTT, date: 2011-08-01", [f"{S}:23:105 person-dates"]),
            ("by what suspended", "document: 9/QĐ-STTTT, date: 2011-06-01", [f"{S}:23:87 document-ended"]),
            ("by an invitation", "document: 9/GM-STTTT, date: 2011-06-01", [f"{S}:23:87 document-slip"]),
            ("without a day", "document: 8/QĐ-STTTT", [f"{S}:23:76 schema-missing"]),
        )
    ),
    renamed("of one who goes on"),
    *(
        renamed(
            what,
            "10:13 person-renamed-to",
            "13:13 person-renamed-from",
            *more,
            later=person("1", "Lò Thị Ân", event("renamed", *since)),
        )
        for what, since, more in (
            ("on another day", ("2012-01-02",), []),
            ("by another document", ("2012-01-01", "2/QĐ-UBND"), []),
        )
    ),
    renamed(
        "on the day before",
        "10:13 person-renamed-to",
        "11:5 person-two-mailboxes",
        "13:13 person-renamed-from",
        later=person("1", "Lò Thị Ân", event("renamed", "2011-12-31")),
    ),
    renamed(
        "of another id",
        "10:13 person-renamed-to",
        "13:13 person-renamed-from",
        later=person("2", "Lò Thị Ân", event("renamed", "2012-01-01")),
    ),
    renamed(
        "that opens as a hiring",
        "10:13 person-renamed-to",
        "12:11 person-two-names",
        later=person("1", "Lò Thị Ân", "2012-01-01"),
    ),
    renamed("of one who retired", "13:13 person-renamed-from", former=person("1", "Lò An", "2011-01-01", "2012-01-01")),
    renamed(
        "that is the same", "12:11 person-renamed-same", later=person("1", "Lò An", event("renamed", "2012-01-01"))
    ),
    renamed(
        "in other capitals alone",
        "12:11 name-capitals",
        "12:11 person-renamed-same",
        later=person("1", "LÒ AN", event("renamed", "2012-01-01")),
    ),
    renamed("with other marks", later=person("1", "Lò Ân", event("renamed", "2012-01-01"))),
    renamed(
        "by an invitation",
        "10:24 document-person",
        "13:24 document-person",
        former=person("1", "Lò An", "2011-01-01", event("renamed", "2012-01-01", "1/GM-UBND")),
        later=person("1", "Lò Thị Ân", event("renamed", "2012-01-01", "1/GM-UBND")),
    ),
    Case(
        "a new name without an entry of it",
        register(agency("aa", person("1", "Lò An", "2011-01-01", event("renamed", "2012-01-01")))),
        ["agencies/aa.yml:10:13 person-renamed-to"],
    ),
    Case(
        "a new name that stands before the former one",
        register(
            agency(
                "aa",
                person("1", "Lò Thị Ân", event("renamed", "2012-01-01")),
                person("1", "Lò An", "2011-01-01", event("renamed", "2012-01-01")),
            )
        ),
        ["agencies/aa.yml:9:13 person-renamed-from", "agencies/aa.yml:13:13 person-renamed-to"],
    ),
    Case(
        "a new name in another agency",
        register(
            agency("aa", person("1", "Lò An", "2011-01-01", event("renamed", "2012-01-01"))),
            agency("bb", person("1", "Lò Thị Ân", event("renamed", "2012-01-01"))),
        ),
        ["agencies/aa.yml:10:13 person-renamed-to", "agencies/bb.yml:9:13 person-renamed-from"],
    ),
    Case(
        "one who came back under the new name, and one under the former",
        register(
            agency(
                "aa",
                person("1", "Lò An", "2011-01-01", event("renamed", "2012-01-01")),
                person("1", "Lò Thị Ân", event("renamed", "2012-01-01"), "2012-02-01"),
                person("1", "Lò Thị Ân", "2012-03-01", "2012-04-01"),
                person("1", "Lò An", "2012-05-01"),
            )
        ),
        ["agencies/aa.yml:20:11 person-two-names"],
    ),
    *(
        Case(
            f"one who is suspended gets a new name {what}",
            register(
                agency(
                    "aa",
                    person("1", "Lò An", "2011-01-01", event("renamed", "2012-01-01"), suspended=[SINCE]),
                    person("1", "Lò Thị Ân", event("renamed", "2012-01-01"), suspended=carried),
                )
            ),
            expected,
        )
        for what, carried, expected in (
            ("with the suspension", [CARRIED], []),
            ("without it", [], ["agencies/aa.yml:13:5 person-suspension-carried"]),
        )
    ),
    Case(
        "two mailboxes at once",
        register(
            agency("aa", person("1", "Lò An", "2011-01-01", "2012-01-01")),
            agency("bb", person("1", "Lò An", "2011-12-31")),
        ),
        ["agencies/bb.yml:7:5 person-two-mailboxes"],
    ),
    Case(
        "two mailboxes for ever",
        register(agency("aa", person("1", "Lò An", "2011-01-01")), agency("bb", person("1", "Lò An", "2011-12-31"))),
        ["agencies/bb.yml:7:5 person-two-mailboxes"],
    ),
    Case(
        "two people of one id",
        register(
            agency("aa", person("1", "Lò An", "2011-01-01", "2012-01-01")),
            agency("bb", person("1", "Lý Bình", "2012-01-01")),
        ),
        ["agencies/bb.yml:8:11 person-two-names"],
    ),
    change(
        "closed before opened", S, "2012-01-01, event: retired", "2010-11-01, event: retired", f"{S}:27:13 person-dates"
    ),
    change("suspended before opened", S, "2011-05-01", "2010-05-01", f"{S}:23:7 person-dates"),
    change("suspended backwards", S, "2011-08-01", "2011-05-01", f"{S}:23:7 person-dates"),
    *(
        change(
            f"suspended again {name}",
            S,
            UNTIL,
            f"{until}}}\n      - {{document: 9/QĐ-STTTT, date: {day}, until: 2012-07-01}}",
            *expected,
        )
        for name, until, day, expected in (
            ("when the former ends", ", until: 2011-08-01", "2011-08-01", []),
            ("before the former ends", ", until: 2011-08-01", "2011-07-31", [f"{S}:24:38 person-suspensions"]),
            ("out of order", ", until: 2011-08-01", "2011-01-01", [f"{S}:24:38 person-suspensions"]),
            ("after one without an end", "", "2012-05-01", [f"{S}:24:38 person-suspensions"]),
        )
    ),
    Case(
        "one who died and came back",
        register(
            agency("aa", person("1", "Lò An", "2011-01-01", "2012-01-01 deceased")),
            agency("bb", person("1", "Lò An", "2012-02-01")),
        ),
        ["agencies/bb.yml:7:5 person-deceased"],
    ),
    Case(
        "one who retired and came back with the tone elsewhere",
        register(
            agency("aa", person("1", "Lò Hoà", "2011-01-01", "2012-01-01")),
            agency("bb", person("1", "Lò Hòa", "2012-02-01")),
        ),
        [],
    ),
    Case(
        "ids that differ in zeros or capitals",
        register(
            agency("aa", person("001", "Lò An", RECRUITED_THEN), person("NV-7", "Lò Ba", RECRUITED_THEN)),
            agency("bb", person("1", "Lò An", RECRUITED_THEN), person("nv-7", "Lò Cả", RECRUITED_THEN)),
            agency("cc", person("010", "Lò An", RECRUITED_THEN), person("NV-07", "Lò Cả", RECRUITED_THEN)),
        ),
        ["agencies/bb.yml:7:5 id-alike", "agencies/bb.yml:10:5 id-alike"],
    ),
    change(
        "suspended when closed",
        S,
        "    closed:",
        "    suspended:\n      - {document: 9/QĐ-STTTT, date: 2012-01-01}\n    closed:",
        f"{S}:28:7 person-dates",
    ),
    change(
        "older than the agency",
        S,
        "2010-10-15, event: recruited",
        "2008-03-19, event: recruited",
        f"{S}:18:13 person-before-agency",
    ),
    Case(
        "open longer than the agency",
        register(
            agency(
                "aa",
                person("1", "Lò An", "2011-01-01"),
                person("2", "Lò Ba", "2011-01-01", "2012-01-01"),
                person("3", "Lò Cả", "2011-01-01", "2012-01-02"),
                closed="2012-01-01",
            )
        ),
        ["agencies/aa.yml:8:5 person-agency-closed", "agencies/aa.yml:15:5 person-agency-closed"],
    ),
    change("transferred to nowhere", S, "event: retired", "event: transferred", f"{S}:27:13 person-move-to"),
    change(
        "transferred from nowhere",
        S,
        "45/QĐ-STTTT, date: 2010-11-01, event: recruited",
        "45/QĐ-STTTT, date: 2010-11-01, event: transferred",
        f"{S}:26:13 person-move-from",
    ),
    Case(
        "moves on two days",
        register(
            agency("aa", person("1", "Lò An", "2011-01-01", "2012-01-01 transferred")),
            agency("bb", person("1", "Lò An", "2012-01-02 transferred")),
        ),
        ["agencies/aa.yml:10:13 person-move-to", "agencies/bb.yml:9:13 person-move-from"],
    ),
    Case(
        "moves of two kinds",
        register(
            agency("aa", person("1", "Lò An", "2011-01-01", "2012-01-01 transferred")),
            agency("bb", person("1", "Lò An", "2012-01-01 reorganised")),
        ),
        ["agencies/aa.yml:10:13 person-move-to", "agencies/bb.yml:9:13 person-move-from"],
    ),
    Case(
        "a move to an agency that cannot be read",
        {
            **register(agency("aa", person("1", "Lò An", "2011-01-01", "2012-01-01 transferred"))),
            "agencies/bb.yml": "- x",
        },
        ["agencies/bb.yml:1:1 schema-type"],
    ),
    Case("opened on the day of the agency", register(agency("aa", person("1", "Lò An", "2000-01-01"))), []),
    Case(
        "a move with a new name to an agency that sorts before",
        register(
            agency("bb", person("1", "Lò An", "2011-01-01", "2012-01-01 transferred")),
            agency("aa", person("1", "Lò Thị An", "2012-01-01 transferred")),
        ),
        [],
    ),
    Case(
        "a move with a new name",
        register(
            agency("aa", person("1", "Lò An", "2011-01-01", "2012-01-01 transferred")),
            agency("bb", person("1", "Lò Thị An", "2012-01-01 transferred")),
        ),
        [],
    ),
]


@each(CASES)
def test_a_change_gives_its_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_its_findings_name_what_they_are_about(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"
