"""Tests for findings about keys and values, and for the types as which values are read.

Each case changes one thing in the sample register and lists all findings that follow.
"""

from __future__ import annotations

from datetime import date

from danhba.checking.check import check
from danhba.model.policy import Exceptional, Policy
from tests.support.cases import AGE, ENTRY, NAME, WITH, Case, P, S, U, change, each, found, replace
from tests.support.looped import for_each
from tests.support.registers import PROVINCE, SAMPLE, edited, files, places
from tests.support.said import recorded, values

SWAPPED = AGE[:4] + AGE[5] + AGE[4] + AGE[6:]

# The key of the point zero: its checksum is right, and anybody can decrypt what is encrypted to it.
EVERYBODYS = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z"

WRONG = f"operator: stttt\noperator_key: {AGE[:-1]}q"

CASES = [
    change("an unknown key", S, "quota: 10G", "quata: 10G", f"{S}:8:1 schema-key"),
    change("an unknown key of a person", S, ENTRY, WITH + "password: x\n", f"{S}:21:5 schema-key"),
    change("an unknown key of an event", S, "event: retired}", "event: retired, by: x}", f"{S}:27:71 schema-key"),
    change("an unknown key of the province", P, "policy:", "motto: x\npolicy:", "province.yml:8:1 schema-key"),
    change("no name", S, NAME + "\n", "", f"{S}:2:1 schema-missing"),
    change(
        "no id", S, '- id: "000102"\n    name', "- name", f"{S}:11:14 custodian-official", f"{S}:19:5 schema-missing"
    ),
    change("no event", S, ", event: retired", "", f"{S}:27:13 schema-missing"),
    change("people as text", U, "people: []", "people: none", f"{U}:6:9 schema-type"),
    change("people without a value", U, "people: []", "people:", f"{U}:6:8 schema-empty"),
    change("a name as a sequence", S, NAME, "name: [Sở]", f"{S}:3:7 schema-type"),
    change(
        "an event as text",
        U,
        "{document: 1/QĐ-UBND, date: 1991-10-01, event: established}",
        "x",
        f"{U}:5:9 schema-type",
    ),
    change(
        "an event as a sequence",
        S,
        "{document: 9/QĐ-STTTT, date: 2011-05-01, until: 2011-08-01}",
        "[a]",
        f"{S}:23:9 schema-type",
    ),
    replace("a file as a sequence", U, "- a\n", f"{U}:1:1 schema-type"),
    replace("a file as text", U, "hello\n", f"{U}:1:1 schema-type"),
    change("an empty name", S, NAME, "name:", f"{S}:3:6 schema-empty"),
    change("a name of spaces", S, NAME, 'name: " "', f"{S}:3:7 schema-empty"),
    change("a long name", S, NAME, "name: " + "x" * 201, f"{S}:3:7 schema-long"),
    change("a name as long as it may be", S, NAME, "name: " + "x" * 200),
    change("an unknown kind", S, "kind: department", "kind: ministry", f"{S}:4:7 schema-value"),
    change("an event of a person for an agency", U, "established", "recruited", f"{U}:5:56 schema-value"),
    change(
        "another spelling of true",
        S,
        "leader: true",
        "leader: yes",
        f"{S}:10:69 custodian-head",
        f"{S}:16:13 schema-value",
    ),
    change("an unknown role", S, "as: delegate", "as: friend", f"{S}:11:70 schema-value"),
    change("an impossible code of the parent", S, "parent: ubnd", "parent: UBND", f"{S}:5:9 schema-shape"),
    change("an impossible id", S, '"000103"', "a.b", f"{S}:24:9 schema-shape"),
    change("an impossible identifier", S, "H38.10", "Z38.10", f"{S}:6:13 schema-shape"),
    *(
        change(f"use: {given}", P, "  forward_days: 90", f"  usage: {{{given}}}", *found)
        for given, found in (
            ("windows: [7-9]", ["province.yml:9:3 province-usage-windows", "province.yml:9:21 schema-shape"]),
            ('windows: ["07:00–09:30"]', ["province.yml:9:3 province-usage-windows", "province.yml:9:21 schema-shape"]),
            ('windows: ["7:00-9:30"]', ["province.yml:9:3 province-usage-windows", "province.yml:9:21 schema-shape"]),
            (
                'windows: ["07:00-24:01"]',
                ["province.yml:9:3 province-usage-windows", "province.yml:9:21 schema-shape"],
            ),
            ("required: {official: [1, 3, 5]}", ["province.yml:9:39 schema-shape"]),
            ("required: {leader: [1]}", ["province.yml:9:22 schema-key"]),
            ("days: [{date: 2026-01-02, is: free, document: 1/QĐ-UBND}]", ["province.yml:9:41 schema-value"]),
            ("days: [{date: 02/01/2026, is: off, document: 1/QĐ-UBND}]", ["province.yml:9:25 schema-date"]),
            ("days: [{date: 2026-01-02, is: off}]", ["province.yml:9:18 schema-missing"]),
        )
    ),
    change("a size without a unit", S, "quota: 10G", "quota: 10", f"{S}:8:8 schema-shape"),
    change("a size of nothing", S, "quota: 10G", "quota: 0G", f"{S}:8:8 schema-shape"),
    change("a size that no disk has", S, "quota: 10G", "quota: 1000000T", f"{S}:8:8 schema-shape"),
    change("a key that is not age's", S, "as: head", "as: head, key: age1", f"{S}:10:80 schema-shape"),
    change("a key with a wrong letter", S, "as: head", f"as: head, key: {AGE[:-1]}q", f"{S}:10:80 age-key"),
    change("a key with two letters swapped", S, "as: head", f"as: head, key: {SWAPPED}", f"{S}:10:80 age-key"),
    change("a key that everybody can open", S, "as: head", f"as: head, key: {EVERYBODYS}", f"{S}:10:80 age-key"),
    change("a wrong key of the operator", P, "operator: stttt", WRONG, "province.yml:6:15 age-key"),
    change("a day too many for a number", P, "forward_days: 90", "forward_days: -1", "province.yml:9:17 schema-shape"),
    change("a domain without a dot", P, "domain: laocai.gov.vn", "domain: laocai", "province.yml:3:9 schema-shape"),
    change("no mail address", P, "contact-stttt@laocai.gov.vn", "contact-stttt", "province.yml:6:42 schema-shape"),
    change(
        "a system address that is an agency's",
        P,
        "{postmaster:",
        "{contact-x: contact-stttt, postmaster:",
        "province.yml:7:20 schema-shape",
    ),
    change(
        "a date without hyphens", S, "2012-01-01, event: retired", "20120101, event: retired", f"{S}:27:43 schema-date"
    ),
    change(
        "a day that no month has",
        S,
        "2012-01-01, event: retired",
        "2012-02-30, event: retired",
        f"{S}:27:43 schema-date",
    ),
    change("a day of a week", S, "2012-01-01, event: retired", "2012-W01-1, event: retired", f"{S}:27:43 schema-date"),
    change(
        "a Vietnamese date", S, "2012-01-01, event: retired", "01/01/2012, event: retired", f"{S}:27:43 schema-date"
    ),
    change("no document", S, "77/QĐ-STTTT", "quyết định", f"{S}:27:24 document-shape"),
    change("no request", S, "12/STTTT-VP", "12", f"{S}:21:46 document-shape"),
    change("a telephone with words", S, '"0214 3 840 034"', "gọi An", f"{S}:17:12 office-phone"),
    change("an acknowledgement of nothing", P, "limit: close", "limit: all", "province.yml:15:13 schema-value"),
    change("a limit that is no number", P, "percent: 2,", "percent: 2.5,", "province.yml:12:33 schema-shape"),
]


@each(CASES)
def test_check_changed_sample_reports_expected_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_check_changed_sample_fills_messages_with_recorded_values(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"


def test_read_values_are_texts_as_written() -> None:
    texts = edited(S, ('"000103"', '"0123"'), ("title: Giám đốc", "title: No"), ("Giàng Seo Phử", "Giàng  Seo Phử"))
    checked = check(files(texts))
    assert checked.register is not None
    people = checked.register.agencies["stttt"].people
    assert (people[2].id, people[0].title, people[2].name) == ("0123", "No", "Giàng Seo Phử")


def test_read_policy_takes_stated_values_and_defaults() -> None:
    text = PROVINCE.replace(
        "forward_days: 90",
        "forward_days: 0\n  retention_days: {leader: 400}\n  sending: {agency: {messages_hour: 7}, suspend: 9}\n"
        '  usage: {windows: ["06:30-08:00", "08:00-12:00", "13:00-14:00", "14:00-24:00"], required: {official: [1, 4]},'
        " days: [{date: 2026-01-02, is: off, document: 12729/VPCP-KGVX}]}",
    ).replace("2G", "500M")
    checked = check(files({**SAMPLE, P: text + f"operator_key: {AGE}\n"}))
    assert places(checked.findings) == []
    assert checked.register is not None
    policy = checked.register.province.policy
    assert (policy.forward_days, policy.redirect_days) == (0, 365)
    assert (policy.retention_days, policy.retention_days_leader) == (183, 400)
    assert (policy.quota_official, policy.quota_agency) == (500 * 1024**2, 10 * 1024**3)
    assert (policy.sending_official.messages_hour, policy.sending_suspend) == (100, 9)
    assert (policy.sending_agency.messages_hour, policy.sending_agency.recipients_day) == (7, 15000)
    assert policy.usage.windows == ((390, 480), (480, 720), (780, 840), (840, 1440))
    assert (policy.usage.official, policy.usage.agency) == ((1, 4), (1, 2, 3, 4))
    assert policy.usage.days == (Exceptional(date(2026, 1, 2), worked=False, document="12729/VPCP-KGVX"),)
    assert Policy().usage.windows == ((420, 570), (570, 690), (780, 915), (915, 1020))
    assert (policy.limits["close"].count, policy.limits["readdress"].agency_percent) == (50, 20)
