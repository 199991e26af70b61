"""Each rule on what a change takes back: what it says of a change, and of what is none.

Each case changes one thing in the sample register and states all findings that follow.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.factory.text import Value
from tests.support.cases import AGE, DELEGATE, NAME, PHU, UNTIL, Case, P, S, U, each, found, without
from tests.support.looped import for_each
from tests.support.registers import (
    EXCEPTIONS,
    MORE_EXCEPTIONS,
    SAMPLE,
    STTTT,
    UBND,
    Entry,
    Texts,
    agency,
    edited,
    event,
    person,
)
from tests.support.said import recorded, values


def history(name: str, texts: Texts, *expected: str, base: Mapping[str, str] = SAMPLE) -> Case:
    return Case(name, texts, list(expected), base)


def changing(day: str, kind: str) -> dict[str, str]:
    """The sample whose department is of another kind from a day on."""
    opened = "event: established}\n"
    return edited(S, (opened, f"{opened}changes:\n  - {{document: 9/QĐ-UBND, date: {day}, kind: {kind}}}\n"))


FIRST, SECOND, THIRD = (STTTT.index(f'  - id: "00010{n}"') for n in (1, 2, 3))

CLOSING = next(line for line in STTTT.splitlines(keepends=True) if "event: retired" in line)

CLOSED = {
    **SAMPLE,
    U: UBND.replace("people:", "closed: {document: 2/NQ-HĐND, date: 2011-01-01, event: dissolved}\npeople:"),
}
CLOSED[S] = STTTT.replace("parent: ubnd\n", "")

PINNED = f"{PHU}    address: gsphu-stttt\n    address_document: 3/STTTT-VP\n"

SUCCEEDED = {**CLOSED, U: CLOSED[U].replace("dissolved", "merged")}

A = "agencies/aa.yml"

HEIR = agency("aa", opened="2011-01-01 merged", succeeds=["ubnd"])

LEFT_TWO = {
    **SAMPLE,
    A: agency("aa", person("1", "Lò An", "2010-01-01", "2011-01-01")),
    "agencies/cc.yml": agency("cc", person("1", "Lò An", "2008-01-01", "2009-01-01")),
}

ROOM = "quota: 10G\n"
MORE, LESS = "quota: 20G\n", "quota: 100M\n"
BY, BY_ANOTHER = "quota_document: 3/QĐ-UBND\n", "quota_document: 4/QĐ-UBND\n"
QUOTAS: tuple[tuple[str, str, str, list[str]], ...] = (
    ("that is larger", ROOM, MORE, [f"{S}:8:8 history-quota"]),
    ("that is smaller", ROOM, LESS, [f"{S}:8:8 history-quota"]),
    ("that is gone", ROOM, "", [f"{S}:2:1 history-quota"]),
    ("that is larger, without its document any more", ROOM + BY, MORE, [f"{S}:8:8 history-quota"]),
    ("that is larger, decided", ROOM, MORE + BY, []),
    ("that is gone, decided", ROOM, BY, []),
    ("as the document before said", ROOM + BY, MORE + BY, [f"{S}:9:17 history-quota"]),
    ("by another document", ROOM + BY, MORE + BY_ANOTHER, []),
    ("as before by another document", ROOM + BY, ROOM + BY_ANOTHER, [f"{S}:9:17 history-quota-document"]),
    ("as before without its document", ROOM + BY, ROOM, [f"{S}:8:8 history-quota-document"]),
    ("as before, with a document at last", ROOM, ROOM + BY, []),
    ("of before, with a slip", ROOM, ROOM + "quota_document: 3/GM-UBND\n", [f"{S}:9:17 document-slip"]),
)

LEADER = "    leader: true"
OFFICER = STTTT[THIRD:].replace("000103", "000104")
OFFICER = OFFICER.replace(PHU, PINNED.replace("gsphu", "giamdoc").replace("Phử", "Ký"))

NEW_NAME = event("renamed", "2012-05-01")
LEADS: dict[str, Value] = {"leader": "true"}
RENAMED = person("1", "Lò An", "2010-01-01", NEW_NAME, **LEADS)
AN = person("1", "Lò An", "2010-01-01", **LEADS)


def led_by(*people: Entry) -> str:
    """An agency whose head holds its mailbox."""
    head: Value = {"person": "1", "document": "1/QĐ-UBND", "date": "2010-01-01", "as": "head"}
    return agency("aa", *people, custodians=[head])


def keyed(day: str) -> str:
    """An agency whose only custodian has a key, from a day on."""
    head: Value = {"person": "1", "document": "1/QĐ-UBND", "date": day, "as": "head", "key": AGE}
    return agency("aa", AN, custodians=[head])


CASES = [
    history("nothing changed", SAMPLE),
    *(
        history(f"a new name {what}", {**SAMPLE, A: led_by(*people)}, *expected, base={**SAMPLE, A: led_by(AN)})
        for what, people, expected in (
            (
                "as an entry at the end",
                [RENAMED, person("1", "Lò Thị Ân", NEW_NAME, **LEADS)],
                [f"{A}:15:11 history-renamed"],
            ),
            (
                "of no leader any more",
                [RENAMED, person("1", "Lò Thị Ân", NEW_NAME)],
                [f"{A}:14:5 history-leader", f"{A}:15:11 history-renamed"],
            ),
            (
                "written over the former",
                [person("1", "Lý An", "2010-01-01", **LEADS)],
                [f"{A}:10:11 history-name"],
            ),
            (
                "written over the former, which makes another address",
                [person("1", "Lò Thị An", "2010-01-01", **LEADS)],
                [f"{A}:10:11 history-address"],
            ),
        )
    ),
    history(
        "an entry more",
        {**SAMPLE, S: STTTT + STTTT[THIRD:].replace("000103", "000104").replace("Phử", "Ký")},
        f"{S}:30:43 history-back",
    ),
    *(
        history(
            f"an entry more of {day}",
            {**SAMPLE, A: agency("aa", person("1", "Lò An", day))},
            *expected,
            base={**SAMPLE, A: agency("aa")},
        )
        for day, expected in (
            ("2011-05-31", [f"{A}:9:42 history-back"]),
            ("2011-11-30", [f"{A}:9:42 history-back"]),
            ("2011-12-01", []),
            ("2011-05-31 migrated", []),
        )
    ),
    history(
        "an agency more of one hired long ago",
        {**SAMPLE, A: agency("aa", person("1", "Lò An", "2009-06-01"))},
        f"{A}:9:42 history-back",
    ),
    *(
        history(f"a mobile telephone {what}", edited(S, (old, new)), *expected)
        for what, old, new, expected in (
            (
                "in place of the office",
                "0214 3 840 034",
                "0912 345 678",
                [f"{S}:17:12 phone-mobile", f"{S}:17:13 history-mobile"],
            ),
            ("in a comment", LEADER, f"{LEADER}  # +84 912345678", [f"{S}:16:21 history-mobile"]),
            (
                "in a division",
                "    leader: true",
                "    leader: true\n    unit: Tổ 0912.345.678",
                [f"{S}:17:14 history-mobile"],
            ),
            ("for an id", '"000103"', '"0912345678"', [f"{S}:24:9 history-id", f"{S}:26:43 history-back"]),
        )
    ),
    history(
        "a mobile telephone in a file of another encoding",
        {**SAMPLE, S: (STTTT + "# ").encode() + b"\xff 0912345678\n"},
        f"{S}:28:3 file-encoding",
        f"{S}:28:5 history-mobile",
    ),
    history(
        "a mobile telephone that was there in another place",
        {**SAMPLE, U: UBND + "# 0912345678\n"},
        base={**SAMPLE, U: "# 0912 345 678\n" + UBND},
    ),
    history("an agency gone", without("", U).texts, f"{S}:5:9 agency-parent", f"{U}:1:1 history-agency-gone"),
    history("an entry gone", {**SAMPLE, S: STTTT[:THIRD]}, f"{S}:13:3 history-entry-removed"),
    history(
        "an entry in the middle gone",
        {**SAMPLE, S: STTTT[:SECOND] + STTTT[THIRD:]},
        f"{S}:11:14 custodian-official",
        f"{S}:13:3 history-entry-removed",
    ),
    history(
        "entries in another order",
        {**SAMPLE, S: STTTT[:SECOND] + STTTT[THIRD:] + STTTT[SECOND:THIRD]},
        f"{S}:23:5 history-entry-moved",
    ),
    history(
        "an entry in front",
        {**SAMPLE, S: STTTT[:FIRST] + STTTT[THIRD:].replace("000103", "000104").replace("Phử", "Ký") + STTTT[FIRST:]},
        f"{S}:13:5 history-entry-inserted",
        f"{S}:15:43 history-back",
    ),
    history("another name", edited(S, ("Giàng Seo Phử", "Giàng Seo Phúc")), f"{S}:25:11 history-address"),
    history(
        "another name that has no address",
        edited(S, ("Giàng Seo Phử", "Giàng Seo 3")),
        f"{S}:25:11 name-character",
    ),
    history("another mark", edited(S, ("Giàng Seo Phử", "Giàng Seo Phư")), f"{S}:25:11 history-name-marks"),
    history(
        "no leader any more",
        edited(S, ("leader: true", "leader: false")),
        f"{S}:10:69 custodian-head",
        f"{S}:16:13 history-leader",
    ),
    history(
        "one who had left, opened elsewhere",
        {**SAMPLE, U: agency("ubnd", person("000103", "Giàng Seo Phử", "2012-05-01")).replace("1000103/", "5/")},
        f"{U}:9:13 history-return",
        base={**SAMPLE, U: agency("ubnd")},
    ),
    history(
        "another address pinned",
        edited(S, (PHU, f"{PHU}    address: phugs-stttt\n    address_document: 3/STTTT-VP\n")),
        f"{S}:26:14 history-address",
    ),
    history(
        "another name, with the address pinned",
        edited(S, (PHU, "    name: Giàng Phúc\n    address: gsphu-stttt\n    address_document: 3/STTTT-VP\n")),
        f"{S}:25:11 history-name",
    ),
    history(
        "a tendonvi again",
        {**CLOSED, U: UBND.replace("1991-10-01", "2011-01-01")},
        f"{U}:5:9 history-agency-reused",
        base=CLOSED,
    ),
    # Entries that cannot be read have neither place nor address: what is said of the others would be wrong.
    history(
        "an entry broken",
        edited(S, ("date: 2010-11-01, event: recruited}\n    suspended", "date: x, event: recruited}\n    suspended")),
        f"{S}:11:14 custodian-official",
        f"{S}:21:65 schema-date",
    ),
    history(
        "an entry mended",
        SAMPLE,
        "province.yml:1:1 history-base",
        base=edited(S, ('"000102"\n    name', '"000102"\n    nome')),
    ),
    history("an agency broken", edited(S, (NAME, "nome: x")), f"{S}:2:1 schema-missing", f"{S}:3:1 schema-key"),
    history("another kind", edited(S, ("kind: department", "kind: office")), f"{S}:4:7 history-agency-value"),
    history("a change of long ago", changing("2011-05-01", "office"), f"{S}:9:33 history-agency-back"),
    history("a change of 184 days ago", changing("2011-11-30", "office"), f"{S}:9:33 history-agency-back"),
    history("a change of 183 days ago", changing("2011-12-01", "office")),
    history(
        "a merged change of two things taken out",
        SAMPLE,
        f"{S}:2:1 history-agency-change",
        base=changing("2012-05-01", "office, identifier: H38.11"),
    ),
    history(
        "a merged change altered",
        changing("2012-05-01", "board"),
        f"{S}:9:3 history-agency-change",
        base=changing("2012-05-01", "office"),
    ),
    history("the province was not there", SAMPLE, base={}),
    history("a closing taken back", edited(S, (CLOSING, "")), f"{S}:24:5 history-closed"),
    history("an agency opened again", {**CLOSED, U: UBND}, f"{U}:2:1 history-closed", base=CLOSED),
    history(
        "another id",
        edited(S, ('- id: "000103"', '- id: "000104"')),
        f"{S}:24:9 history-id",
        f"{S}:26:43 history-back",
    ),
    history("another request", edited(S, ("12/STTTT-VP", "13/STTTT-VP")), f"{S}:21:13 history-opened"),
    history(
        "another day of opening",
        edited(S, ("45/QĐ-STTTT, date: 2010-11-01", "45/QĐ-STTTT, date: 2010-11-02")),
        f"{S}:26:13 history-opened",
        f"{S}:26:43 history-back",
    ),
    history("another day of closing", edited(S, ("2012-01-01", "2012-01-02")), f"{S}:27:13 history-closed-changed"),
    history("a custodian gone", edited(S, (DELEGATE, "")), f"{S}:10:3 history-custodian"),
    history("another custodian", edited(S, ("05/GUQ", "06/GUQ")), f"{S}:11:5 history-custodian"),
    history("another suspension", edited(S, ("9/QĐ-STTTT", "8/QĐ-STTTT")), f"{S}:23:7 history-suspended"),
    history(
        "another suspension without an end",
        edited(S, (UNTIL, "}"), ("9/QĐ-STTTT", "8/QĐ-STTTT")),
        f"{S}:11:14 custodian-suspended",
        f"{S}:23:7 history-suspended",
        base=edited(S, (UNTIL, "}")),
    ),
    history(
        "a successor that no longer is",
        SUCCEEDED,
        f"{S}:2:1 history-succeeds",
        f"{U}:6:9 agency-heir",
        base={**SUCCEEDED, S: SUCCEEDED[S].replace("people:", "succeeds: [ubnd]\npeople:")},
    ),
    history(
        "a successor of one that had ended",
        {**SUCCEEDED, S: SUCCEEDED[S].replace("people:", "succeeds: [ubnd]\npeople:"), A: HEIR},
        f"{S}:11:11 history-succeeds-added",
        base={**SUCCEEDED, A: HEIR},
    ),
    history(
        "a successor of one that had ended, with an entry broken",
        {
            **SUCCEEDED,
            S: SUCCEEDED[S]
            .replace("people:", "succeeds: [ubnd]\npeople:")
            .replace("    title: Giám đốc", "    job: x"),
            A: HEIR,
        },
        f"{S}:15:5 schema-key",
        base={**SUCCEEDED, A: HEIR},
    ),
    history("another name of an agency", edited(S, (NAME, "name: Sở Khoa học")), f"{S}:3:7 history-agency-name"),
    history(
        "another document of a pin",
        edited(S, (PHU, PINNED.replace("3/STTTT-VP", "4/STTTT-VP"))),
        f"{S}:27:23 history-pin",
        base=edited(S, (PHU, PINNED)),
    ),
    history("a pin taken away", SAMPLE, f"{S}:24:5 history-pin", base=edited(S, (PHU, PINNED))),
    *(
        history(f"a quota {what}", edited(S, (ROOM, now)), *expected, base=edited(S, (ROOM, before)))
        for what, before, now, expected in QUOTAS
    ),
    history("a quota of a person", edited(S, (PHU, f"{PHU}    quota: 5G\n")), f"{S}:26:12 history-quota"),
    history("a quota of a person, decided", edited(S, (PHU, f"{PHU}    quota: 5G\n    quota_document: 3/QĐ-STTTT\n"))),
    history(
        "a quota of a person taken away",
        edited(S, (PHU, PHU)),
        f"{S}:24:5 history-quota",
        base=edited(S, (PHU, f"{PHU}    quota: 5G\n")),
    ),
    history(
        "an entry more with a quota",
        {**SAMPLE, A: agency("aa", person("1", "Lò An", "2012-05-01", quota="1G"))},
        f"{A}:10:12 history-quota",
        base={**SAMPLE, A: agency("aa")},
    ),
    history(
        "an entry more with the document of a quota alone",
        {**SAMPLE, A: agency("aa", person("1", "Lò An", "2012-05-01", quota_document="5/QĐ-AA"))},
        f"{A}:10:21 history-quota-nothing",
        base={**SAMPLE, A: agency("aa")},
    ),
    history(
        "the document of a quota alone",
        edited(S, (PHU, f"{PHU}    quota_document: 5/QĐ-STTTT\n")),
        f"{S}:26:21 history-quota-nothing",
    ),
    *(
        history(
            f"an entry that reads as another one, {name}",
            {
                **SAMPLE,
                S: STTTT
                + OFFICER.replace("gsphu", "gsphu")
                .replace("giamdoc", left)
                .replace("2010-11-01", "2012-05-01")
                .replace("2012-01-01", "2012-05-20"),
            },
            *expected,
        )
        for name, left, expected in (
            ("by an l", "nvvlnh", [f"{S}:30:14 history-candidate", f"{S}:30:14 history-lookalike"]),
            ("by a one", "nvv1nh", [f"{S}:30:14 history-candidate", f"{S}:30:14 history-lookalike"]),
            ("by a point", "nvv.inh", [f"{S}:30:14 history-candidate", f"{S}:30:14 history-lookalike"]),
            ("by a w", "nwinh", [f"{S}:30:14 history-candidate", f"{S}:30:14 history-lookalike"]),
            ("not quite", "nvvanh", [f"{S}:30:14 history-candidate"]),
        )
    ),
    history("an agency more with a quota", {**SAMPLE, A: agency("aa", quota="20G")}, f"{A}:6:8 history-quota"),
    history(
        "an agency more with a quota and its document",
        {**SAMPLE, A: agency("aa", quota="20G", quota_document="8/QĐ-UBND")},
    ),
    history(
        "one who had left two others, opened again",
        {**LEFT_TWO, "agencies/bb.yml": agency("bb", person("1", "Lò An", "2012-05-01"))},
        "agencies/bb.yml:9:13 history-return",
        base={**LEFT_TWO, "agencies/bb.yml": agency("bb")},
    ),
    history(
        "a mailbox no longer protected",
        edited(P, ("  protected: [contact-stttt]\n", "")),
        "province.yml:9:3 history-protected",
    ),
    history(
        "a new exception from the secrecy filter, and one that stays",
        edited(P, ("acknowledgements:", EXCEPTIONS + MORE_EXCEPTIONS + "acknowledgements:")),
        f"{P}:21:5 history-secrecy-exception",
        base=edited(P, ("acknowledgements:", EXCEPTIONS + "acknowledgements:")),
    ),
    history(
        "a new exception from the secrecy filter for two files",
        edited(
            P,
            (
                "acknowledgements:",
                "secrecy_exceptions:\n" + MORE_EXCEPTIONS.replace("]", f", {'0' * 64}]") + "acknowledgements:",
            ),
        ),
        f"{P}:15:5 history-secrecy-exception",
    ),
    history(
        "an exception from the secrecy filter taken back",
        SAMPLE,
        base=edited(P, ("acknowledgements:", EXCEPTIONS + "acknowledgements:")),
    ),
    history("a higher limit", edited(P, ("count: 50", "count: 51")), "province.yml:9:3 history-limit"),
    history(
        "another key for letters",
        edited(S, ("as: delegate}", f"as: delegate, key: {AGE}}}")),
        f"{S}:11:85 history-key",
    ),
    history(
        "a key for letters taken away",
        SAMPLE,
        f"{S}:11:5 history-key",
        base=edited(S, ("as: delegate}", f"as: delegate, key: {AGE}}}")),
    ),
    history(
        "a keyed custodian from a later day on",
        {**SAMPLE, A: keyed("2012-05-02")},
        f"{A}:7:3 history-key",
        f"{A}:7:5 history-custodian",
        base={**SAMPLE, A: keyed("2012-05-01")},
    ),
    history(
        "a suspension taken away",
        edited(S, ("    suspended:\n      - {document: 9/QĐ-STTTT, date: 2011-05-01, until: 2011-08-01}\n", "")),
        f"{S}:19:5 history-suspended",
    ),
    history(
        "another key of the operator",
        edited(P, ("operator: stttt", f"operator: stttt\noperator_key: {AGE}")),
        "province.yml:6:15 history-operator-key",
        base=edited(
            P,
            (
                "operator: stttt",
                "operator: stttt\noperator_key: age10gpvekl02f2vsr2setyt0lc4r9zdkgtr9wayjv3e8ggutwemrc9shyyqml",
            ),
        ),
    ),
    history(
        "the key of the operator taken away",
        SAMPLE,
        "province.yml:1:1 history-operator-key",
        base=edited(P, ("operator: stttt", f"operator: stttt\noperator_key: {AGE}")),
    ),
    history(
        "a first key of the operator",
        edited(P, ("operator: stttt", f"operator: stttt\noperator_key: {AGE}")),
        "province.yml:6:15 history-operator-key",
    ),
    history(
        "the same custodian once more, with a key",
        edited(S, (DELEGATE, f"{DELEGATE}{DELEGATE.replace('2011-02', '2011-03').replace('}', f', key: {AGE}}}')}")),
        f"{S}:12:54 custodian-twice",
        f"{S}:12:54 history-back",
        f"{S}:12:85 history-key",
    ),
    history(
        "a free pin",
        {**SAMPLE, S: STTTT + OFFICER.replace("giamdoc", "hoa.ban").replace("2010-11-01", "2012-05-01")},
        f"{S}:30:14 history-candidate",
        f"{S}:33:13 person-dates",
    ),
    history(
        "a pin of an office",
        {**SAMPLE, S: STTTT + OFFICER},
        f"{S}:30:14 history-office",
        f"{S}:32:43 history-back",
    ),
    *(
        history(
            f"closed on {day} by {event_}",
            edited(S, (CLOSING, CLOSING.replace("2012-01-01", day).replace("retired", event_))),
            *expected,
            base=edited(S, (CLOSING, "")),
        )
        for day, event_, expected in (
            ("2011-11-30", "retired", [f"{S}:27:43 history-late"]),
            ("2011-12-01", "retired", []),
            ("2011-11-30", "transferred", [f"{S}:27:13 person-move-to"]),
        )
    ),
    *(
        history(
            f"an agency that ended on {day}",
            {**SAMPLE, A: agency("aa", closed=day)},
            *expected,
            base={**SAMPLE, A: agency("aa")},
        )
        for day, expected in (("2011-11-30", [f"{A}:6:37 history-late"]), ("2011-12-01", []))
    ),
    history(
        "an agency that was merged long ago",
        {
            **SAMPLE,
            A: agency("aa", closed="2011-11-30 merged"),
            "agencies/bb.yml": agency("bb", opened="2011-11-30 merged", succeeds=["aa"]),
        },
        f"{A}:6:37 history-forwarding",
        base={**SAMPLE, A: agency("aa")},
    ),
    *(
        history(
            f"a leader who retired on {day}",
            {**SAMPLE, A: agency("aa", person("1", "Lò An", "2010-01-01", day, leader="true"))},
            *expected,
            base={**SAMPLE, A: agency("aa", person("1", "Lò An", "2010-01-01", leader="true"))},
        )
        for day, expected in (
            ("2011-06-01", [f"{A}:11:42 history-late"]),
            ("2011-11-30", [f"{A}:11:42 history-late"]),
            ("2011-12-01", []),
        )
    ),
    history("less room for all", edited(P, ("official: 2G", "official: 200M")), "province.yml:9:3 history-setting"),
    history(
        "an acknowledgement for every agency",
        edited(P, ("count: 7", "count: 9")),
        "province.yml:15:5 history-acknowledgement",
    ),
    history("fewer days", edited(P, ("forward_days: 90", "forward_days: 89")), "province.yml:9:3 history-days"),
    history(
        "another domain",
        edited("province.yml", ("domain: laocai.gov.vn", "domain: yenbai.gov.vn")),
        "province.yml:3:9 history-domain",
        "province.yml:6:10 province-support-mail",
    ),
]


@each(CASES)
def test_a_change_gives_its_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_its_findings_name_what_they_are_about(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"
