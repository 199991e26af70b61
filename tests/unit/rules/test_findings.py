"""Every rule on a register: the text that breaks it gives its findings, at its place, and no others.

Each case changes one thing in the sample register (`registers.SAMPLE`) and states all findings that follow.
"""

from __future__ import annotations

import gc
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from danhba import cli  # noqa: F401 - with all that the command uses, every rule is registered
from danhba.checking.cache import Kept
from danhba.checking.check import check, find
from danhba.messages import render
from danhba.model.findings import RULES, Severity, rule
from danhba.rendering.findings import as_data
from tests.support.registers import (
    PROVINCE,
    SAMPLE,
    STTTT,
    UBND,
    Texts,
    agency,
    edited,
    event,
    files,
    person,
    places,
    register,
)

P, S, U = "province.yml", "agencies/stttt.yml", "agencies/ubnd.yml"


class Case(NamedTuple):
    """A change and the findings that follow; `base` is the register before, where the change is what is judged."""

    name: str
    texts: Texts
    expected: list[str]
    base: Texts | None = None


def change(name: str, file: str, old: str, new: str, *expected: str) -> Case:
    """One text replaced in one file."""
    return Case(name, edited(file, (old, new)), list(expected))


def replace(name: str, file: str, content: str | bytes | None, *expected: str) -> Case:
    """One file replaced or added."""
    return Case(name, {**SAMPLE, file: content}, list(expected))


def without(name: str, file: str, *expected: str) -> Case:
    """One file taken away."""
    return Case(name, {key: text for key, text in SAMPLE.items() if key != file}, list(expected))


NAME = "name: Sở Thông tin và Truyền thông"
VINH = "name: Nguyễn Văn Vịnh"
ENTRY = "    name: Ngô Vân Vinh\n"
WITH = "    name: Ngô Vân Vinh\n    "
PHU = "    name: Giàng Seo Phử\n"
AGE = "age128gkywwwv4lt4vfd5k50fschysur3e8y8atvtvppdlnuffsdw4hq9tda0m"
SWAPPED = AGE[:4] + AGE[5] + AGE[4] + AGE[6:]
# The point zero: its checksum holds, and anybody can open what is encrypted to it.
EVERYBODYS = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z"
WRONG = f"operator: stttt\noperator_key: {AGE[:-1]}q"

FILES = [
    without("no province", P, "province.yml:1:1 province-missing"),
    replace("the province is a link", P, None, "province.yml:1:1 file-unreadable"),
    replace("a file too large or a directory", "agencies/x.yml", None, "agencies/x.yml:1:1 file-unreadable"),
    replace("another ending", "agencies/snv.yaml", STTTT, "agencies/snv.yaml:1:1 file-name"),
    replace("an impossible code", "agencies/Sở.yml", STTTT, "agencies/Sở.yml:1:1 file-name"),
    replace("a folder within", "agencies/a/snv.yml", STTTT, "agencies/a/snv.yml:1:1 file-name"),
    replace("a code of another file", "agencies/snv.yml", UBND, "agencies/snv.yml:2:9 agency-code"),
    replace("an empty file", "agencies/snv.yml", "", "agencies/snv.yml:1:1 file-empty"),
    replace("only a comment", "agencies/snv.yml", "# nothing\n", "agencies/snv.yml:1:1 file-empty"),
    replace("only a beginning", "agencies/snv.yml", "---\n", "agencies/snv.yml:1:1 file-empty"),
    replace("an empty province", P, "", "province.yml:1:1 file-empty"),
    replace("Latin-1", U, "name: Tr\xecnh\n".encode("latin-1"), "agencies/ubnd.yml:1:9 file-legacy"),
    replace("UTF-16", S, STTTT.encode("utf-16"), "agencies/stttt.yml:1:1 file-legacy"),
    replace(
        "TCVN3",
        S,
        "name: Sở Tư pháp".encode()
        .replace("ở".encode(), b"\xeb")
        .replace("ư".encode(), b"\xad")
        .replace("á".encode(), b"\xb8"),
        "agencies/stttt.yml:1:8 file-legacy",
    ),
    replace("a picture", U, b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "agencies/ubnd.yml:1:1 file-encoding"),
    change("TCVN3 read as Latin-1", S, VINH, "name: NguyÔn V¨n VÞnh", f"{S}:14:11 unicode-legacy"),
    change("VNI read as Latin-1", S, VINH, "name: Nguyeãn Vaên Vònh", f"{S}:14:11 unicode-legacy"),
    change("UTF-8 read as Latin-1", S, "title: Giám đốc", "title: GiÃ¡m Ä‘á»‘c", f"{S}:15:12 unicode-legacy"),
    replace(
        "Windows-1258 after other lines",
        U,
        b"---\nagency: ubnd\nname: \xc3\x9a \xd2\n",
        "agencies/ubnd.yml:3:9 file-encoding",
    ),
    replace("CRLF", U, UBND.replace("\n", "\r\n"), "agencies/ubnd.yml:1:4 file-lines"),
    replace("a byte order mark", U, "\ufeff" + UBND, "agencies/ubnd.yml:1:1 unicode-invisible"),
    change("NFD", S, VINH, unicodedata.normalize("NFD", VINH), *(f"{S}:14:{c} unicode-nfc" for c in (16, 22, 27))),
    change("a zero-width space", S, VINH, "name: Nguyễn\u200b Văn Vịnh", f"{S}:14:17 unicode-invisible"),
    change("a line separator", S, "Giám đốc", "Giám\u2028", f"{S}:15:16 unicode-invisible"),
    change("eth for Đ", S, "9/QĐ-STTTT", "9/QÐ-STTTT", f"{S}:23:20 document-shape", f"{S}:23:23 unicode-lookalike"),
]

TREE = [
    change("not YAML", S, NAME, NAME + ": x", f"{S}:3:35 yaml-syntax"),
    change("a conflict", S, NAME, "<<<<<<< HEAD\n" + NAME, f"{S}:3:1 file-conflict"),
    change("the middle of a conflict", S, NAME, NAME + "\n=======", f"{S}:4:1 file-conflict"),
    change("the end of a conflict", S, NAME, NAME + "\n>>>>>>> abc1234", f"{S}:4:1 file-conflict"),
    change("a line drawn in a comment", S, NAME, "# ==========\n" + NAME),
    change("an open quote", S, "quota: 10G", 'quota: "10G', f"{S}:10:15 yaml-syntax"),
    change("a tab", S, "    title: Giám đốc", "\ttitle: Giám đốc", f"{S}:15:1 yaml-syntax"),
    change("a control character", S, "Giám đốc", "Giám\x07đốc", f"{S}:15:16 yaml-syntax"),
    change("a key twice", S, NAME, NAME + "\nname: Sở", f"{S}:4:1 yaml-twice"),
    change("a key twice in an entry", S, ENTRY, ENTRY * 2, f"{S}:21:5 yaml-twice"),
    change("an anchor", S, "kind: department", "kind: &k department", f"{S}:4:7 yaml-anchor"),
    change("an alias", S, "kind: department", "kind: *k", f"{S}:4:7 schema-empty", f"{S}:4:7 yaml-anchor"),
    change("a merge key", S, ENTRY, ENTRY + "    <<: {title: x}\n", f"{S}:21:5 schema-key"),
    change("a tag", S, NAME, "name: !!str Sở", f"{S}:3:7 yaml-tag"),
    change("a tag of Python", S, NAME, "name: !!python/name:os.system x", f"{S}:3:7 yaml-tag"),
    change("a tag on a sequence", U, "people: []", "people: !!set []", f"{U}:6:9 yaml-tag"),
    change("a directive", S, "---\n", "%TAG ! !x\n---\n", f"{S}:1:1 yaml-directive"),
    change("a directive further down", U, "people: []", "people: []\n...\n%YAML 1.2", f"{U}:8:1 yaml-directive"),
    change("a percent sign", S, NAME, "name: 50\n  %Sở"),
    change("a key that is no text", S, NAME, NAME + "\n{a: b}: c", f"{S}:4:1 yaml-key"),
    change("two documents", U, "people: []", "people: []\n---\nagency: x", f"{U}:7:1 yaml-documents"),
    change("nesting", S, NAME, "name: " + "[" * 90 + "]" * 90, f"{S}:3:38 yaml-depth"),
    change("an escape", S, NAME, 'name: "Sở\\u200b"', f"{S}:3:7 yaml-escape"),
    change("an escape in a key", S, "quota:", '"quo\\x74a":', f"{S}:8:1 yaml-escape"),
    replace(
        "an alias bomb",
        U,
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
        f"{U}:1:1 schema-key",
        *(f"{U}:1:1 schema-missing" for _ in range(5)),
        f"{U}:1:4 yaml-anchor",
        f"{U}:2:1 schema-key",
        *(f"{U}:2:{column} yaml-anchor" for column in (4, 8, 12)),
        f"{U}:3:1 schema-key",
        *(f"{U}:3:{column} yaml-anchor" for column in (4, 8, 12)),
        # Nobody says that the others' parent is missing: its file is there, and cannot be read.
    ),
]

SCHEMA = [
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
    change("an impossible code", S, "parent: ubnd", "parent: UBND", f"{S}:5:9 schema-shape"),
    change("an impossible id", S, '"000103"', "a.b", f"{S}:24:9 schema-shape"),
    change("an impossible identifier", S, "H38.10", "Z38.10", f"{S}:6:13 schema-shape"),
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

NAMES = [
    change("a digit in a name", S, "Ngô Vân Vinh", "Ngô Vân 3", f"{S}:20:11 name-character"),
    change("a foreign letter", S, "Ngô Vân Vinh", "Müller", f"{S}:20:11 name-character"),
    change("no letters", S, "Ngô Vân Vinh", '"-"', f"{S}:20:11 name-letters"),
    change("another family name", S, ENTRY, WITH + "family: Trần\n", f"{S}:21:13 name-part"),
    change("another given name", S, ENTRY, WITH + "given: Tâm\n", f"{S}:21:12 name-part"),
    change("a name that is a family name only", S, "Ngô Vân Vinh\n", "Ngô\n    family: Ngô\n", f"{S}:19:5 name-part"),
]


def pinned(address: str, *expected: str, document: str = "\n    address_document: 3/STTTT-VP") -> Case:
    return change(f"pinned {address[:40]}", S, PHU, f"{PHU}    address: {address}{document}\n", *expected)


PINS = [
    change(
        "a document that pins nothing",
        S,
        PHU,
        f"{PHU}    address_document: 3/STTTT-VP\n",
        f"{S}:26:23 address-missing",
    ),
    pinned("phu.giang-stttt"),
    pinned("giang.phu", f"{S}:26:14 address-bare"),
    pinned("giangphu-stttt", f"{S}:26:14 address-document", document=""),
    pinned("nvvinh-stttt", f"{S}:26:14 address-taken"),
    *(
        pinned(name, f"{S}:26:14 address-reserved")
        for name in ("postmaster", "admin", "administrator", "info", "ssladmin", "sysadmin", "autodiscover", "smtp")
    ),
    pinned("admin-stttt"),
    pinned("contact-stttt", f"{S}:26:14 address-reserved"),
    pinned("contact-x", f"{S}:26:14 address-reserved"),
    pinned("phu-ubnd", f"{S}:26:14 address-shape"),
    pinned("Phu-stttt", f"{S}:26:14 address-shape"),
    pinned("phử-stttt", f"{S}:26:14 address-shape"),
    pinned("phu@laocai.gov.vn", f"{S}:26:14 address-shape"),
    pinned("a" * 59 + "-stttt", f"{S}:26:14 address-shape"),
    pinned("a" * 58 + "-stttt"),
    Case(
        "an address of the system",
        {
            **edited(S, (PHU, f"{PHU}    address: hotro\n    address_document: 3/STTTT-VP\n")),
            P: PROVINCE.replace("{postmaster:", "{hotro: contact-stttt, postmaster:"),
        },
        [f"{S}:26:14 address-taken"],
    ),
    Case(
        "the tenth namesake",
        register(agency("stttt", *(person(str(i), "Nguyễn Văn Vịnh", f"2011-01-{i + 1:02}") for i in range(10)))),
        [f"{S}:35:11 address-exhausted"],
    ),
    Case(
        "the tenth namesake, pinned",
        register(
            agency(
                "stttt",
                *(person(str(i), "Nguyễn Văn Vịnh", f"2011-01-{i + 1:02}") for i in range(9)),
                person("9", "Nguyễn Văn Vịnh", "2011-02-01", address="vinhbich-stttt", address_document="1/STTTT-VP"),
            )
        ),
        [],
    ),
    Case(
        "one pin in two agencies",
        register(
            agency("stttt", person("1", "An", "2011-01-01 migrated", address="an", address_document="1/STTTT-VP")),
            agency("ubnd", person("2", "An", "2011-01-01 migrated", address="an", address_document="1/STTTT-VP")),
        ),
        [f"{U}:9:14 address-taken"],
    ),
    Case(
        "a pin of the old system that moves along",
        register(
            agency(
                "stttt",
                person(
                    "1",
                    "An",
                    "2011-01-01 migrated",
                    "2012-01-01 transferred",
                    address="an",
                    address_document="1/STTTT-VP",
                ),
            ),
            agency("ubnd", person("1", "An", "2012-01-01 transferred", address="an", address_document="1/STTTT-VP")),
        ),
        [],
    ),
]

SYSTEM, SUPPORT = (
    next(line for line in PROVINCE.splitlines(keepends=True) if line.startswith(key)) for key in ("system", "support")
)
PROVINCES = [
    change("an unknown operator", P, "operator: stttt", "operator: snv", "province.yml:5:11 province-operator"),
    change(
        "a system address of nobody",
        P,
        "postmaster: contact-stttt",
        "postmaster: contact-snv",
        "province.yml:7:19 province-system-address",
    ),
    Case(
        "a system address of an agency that ended without an heir",
        {
            **edited(S, ("parent: ubnd\n", "")),
            U: UBND.replace("people:", "closed: {document: 2/NQ-HĐND, date: 2011-01-01, event: dissolved}\npeople:"),
            P: PROVINCE.replace("contact-stttt}", "contact-ubnd}", 1),
        },
        ["province.yml:7:19 province-system-closed"],
    ),
    change(
        "a system address that one of the people could have",
        P,
        "{postmaster:",
        "{nvvinh-stttt: contact-stttt, postmaster:",
        "province.yml:7:19 province-system-person",
    ),
    change("a system address that ends like no agency", P, "{postmaster:", "{dmarc-report: contact-stttt, postmaster:"),
    change("no postmaster", P, "{postmaster:", "{abuse:", "province.yml:7:19 province-postmaster"),
    change("no system addresses", P, SYSTEM, "", "province.yml:2:1 province-postmaster"),
    change("no telephone", P, 'phone: "0214 3 000 000", ', "", "province.yml:6:10 province-support"),
    change("no support", P, SUPPORT, "", "province.yml:2:1 province-support"),
    change(
        "mail to nobody", P, "mail: contact-stttt@", "mail: nvvinh-stttt@", "province.yml:6:10 province-support-mail"
    ),
    change(
        "mail to no agency", P, "mail: contact-stttt@", "mail: contact-snv@", "province.yml:6:10 province-support-mail"
    ),
    change("mail to a system address", P, "mail: contact-stttt@", "mail: postmaster@"),
    change("mail elsewhere", P, "mail: contact-stttt@laocai.gov.vn", "mail: hotro@example.org"),
    change("a mobile telephone", P, "0214 3 000 000", "0912 345 678", "province.yml:6:10 phone-mobile"),
    Case(
        "an operator that has ended",
        register(agency("aa", closed="2012-06-01"), operator="aa"),
        ["province.yml:5:11 province-operator-closed"],
    ),
    Case("an operator that will end", register(agency("aa", closed="2012-06-02"), operator="aa"), []),
    change("all of it", P, "percent: 2,", "percent: 100,"),
    change("more than all", P, "percent: 2,", "percent: 101,", "province.yml:9:3 province-percent"),
    change(
        "more than all of an agency",
        P,
        "agency_percent: 20",
        "agency_percent: 200",
        "province.yml:9:3 province-percent",
    ),
    change(
        "a retention that is too short",
        P,
        "  forward_days: 90",
        "  retention_days: {default: 30, leader: 29}",
        "province.yml:9:3 province-retention",
    ),
    change("quotas of the policy", P, "official: 2G, agency: 10G", "official: 100M, agency: 1T"),
    change(
        "quotas of the policy that nobody means",
        P,
        "official: 2G, agency: 10G",
        "official: 99M, agency: 1025G",
        *["province.yml:9:3 schema-quota"] * 2,
    ),
    change("an acknowledgement for a year", P, "until: 2012-01-01", "until: 2013-06-02"),
    change(
        "an acknowledgement for ever",
        P,
        "until: 2012-01-01",
        "until: 9999-12-31",
        "province.yml:15:59 province-acknowledgement",
    ),
    change(
        "nobody protected",
        P,
        "protected: [contact-stttt]",
        "protected: [nvvinh-stttt]",
        "province.yml:9:3 province-protected",
    ),
]

AGENCIES = [
    change("an unknown parent", S, "parent: ubnd", "parent: snv", f"{S}:5:9 agency-parent"),
    change("its own parent", S, "parent: ubnd", "parent: stttt", f"{S}:5:9 agency-cycle"),
    Case(
        "a circle of parents",
        register(agency("aa", parent="bb"), agency("bb", parent="cc"), agency("cc", parent="bb")),
        ["agencies/bb.yml:5:9 agency-cycle", "agencies/cc.yml:5:9 agency-cycle"],
    ),
    change("older than its parent", U, "1991-10-01", "2009-01-01", f"{S}:5:9 agency-parent-closed"),
    Case(
        "open longer than its parent",
        register(
            agency("aa", closed="2011-01-01"), agency("bb", parent="aa"), agency("cc", parent="aa", closed="2011-01-01")
        ),
        ["agencies/bb.yml:5:9 agency-parent-closed"],
    ),
    change(
        "the successor of an unknown one", U, "people: []", "succeeds: [snv]\npeople: []", f"{U}:6:11 agency-succeeds"
    ),
    change("its own successor", U, "people: []", "succeeds: [ubnd]\npeople: []", f"{U}:6:11 agency-succeeds"),
    Case("merged into none", register(agency("aa", closed="2011-01-01 merged")), ["agencies/aa.yml:6:9 agency-heir"]),
    Case(
        "closed before it opened",
        register(agency("aa", closed="1999-01-01")),
        ["agencies/aa.yml:6:9 agency-dates"],
    ),
    change("a custodian from elsewhere", S, '{person: "000102"', '{person: "000999"', f"{S}:11:14 custodian-official"),
    change(
        "a custodian before his time",
        S,
        "101/QĐ-UBND, date: 2010-10-15, as",
        "101/QĐ-UBND, date: 2010-10-14, as",
        f"{S}:10:14 custodian-official",
    ),
    change(
        "a custodian after his time",
        S,
        '000102", document: 05/GUQ-STTTT, date: 2011-02-01',
        '000103", document: 05/GUQ-STTTT, date: 2012-01-01',
        f"{S}:11:14 custodian-official",
    ),
    change(
        "a custodian on the last day",
        S,
        '000102", document: 05/GUQ-STTTT, date: 2011-02-01',
        '000103", document: 05/GUQ-STTTT, date: 2011-12-31',
        f"{S}:11:14 custodian-left",
    ),
    Case(
        "custodians of one day",
        register(
            agency(
                "aa",
                person("1", "Lò An", "2011-01-01", leader="true"),
                custodians=[
                    {"person": "1", "document": "1/QĐ-UBND", "date": "2011-01-01", "as": "head"},
                    {"person": "1", "document": "2/QĐ-UBND", "date": "2011-01-01", "as": "delegate"},
                ],
            )
        ),
        [],
    ),
    Case(
        "merged into one that cannot be read",
        {**register(agency("aa", closed="2011-01-01 merged")), "agencies/bb.yml": "- x"},
        ["agencies/bb.yml:1:1 schema-type"],
    ),
    Case(
        "closed on the day it opened",
        register(agency("aa", closed="2000-01-01")),
        ["agencies/aa.yml:6:9 agency-dates"],
    ),
    Case(
        "the successor of an open one",
        register(agency("aa"), agency("bb", succeeds=["aa"])),
        ["agencies/bb.yml:6:11 agency-succeeds-open"],
    ),
    Case(
        "a successor that comes later",
        register(agency("aa", closed="2011-01-01"), agency("bb", opened="2011-01-02", succeeds=["aa"])),
        ["agencies/bb.yml:6:11 agency-succeeds-day"],
    ),
    Case(
        "a successor that ends on the same day",
        register(agency("aa", closed="2011-01-01"), agency("bb", closed="2011-01-01", succeeds=["aa"])),
        ["agencies/bb.yml:7:11 agency-succeeds-day"],
    ),
    Case(
        "the successor of a successor",
        register(
            agency("aa", closed="2011-01-01 renamed"),
            agency("bb", opened="2011-01-01 renamed", closed="2012-01-01 merged", succeeds=["aa"]),
            agency("cc", opened="2012-01-01 merged", succeeds=["bb"]),
        ),
        [],
    ),
    Case(
        "merged from none",
        register(agency("aa", opened="2011-01-01 merged")),
        ["agencies/aa.yml:5:9 agency-origin"],
    ),
    Case(
        "renamed by another event",
        register(agency("aa", closed="2011-01-01 merged"), agency("bb", opened="2011-01-01 renamed", succeeds=["aa"])),
        ["agencies/bb.yml:5:9 agency-origin"],
    ),
    Case(
        "merged on another day",
        register(agency("aa", closed="2011-02-01 merged"), agency("bb", opened="2011-01-01 merged", succeeds=["aa"])),
        ["agencies/bb.yml:5:9 agency-origin"],
    ),
    Case(
        "renamed into two",
        register(
            agency("aa", closed="2011-01-01 renamed"),
            agency("bb", opened="2011-01-01 renamed", succeeds=["aa"]),
            agency("cc", opened="2011-01-01 renamed", succeeds=["aa"]),
        ),
        ["agencies/aa.yml:6:9 agency-renamed"],
    ),
    Case(
        "two renamed into one",
        register(
            agency("aa", closed="2011-01-01 renamed"),
            agency("bb", closed="2011-01-01 renamed"),
            agency("cc", opened="2011-01-01 renamed", succeeds=["aa", "bb"]),
        ),
        ["agencies/aa.yml:6:9 agency-renamed", "agencies/bb.yml:6:9 agency-renamed"],
    ),
    Case(
        "renamed into one that was there",
        register(agency("aa", closed="2011-01-01 renamed"), agency("bb", succeeds=["aa"])),
        ["agencies/aa.yml:6:9 agency-renamed"],
    ),
    Case(
        "renamed into one that also takes over others",
        register(
            agency("aa", closed="2011-01-01 renamed"),
            agency("bb", closed="2011-01-01 merged"),
            agency("cc", closed="2012-01-01"),
            agency("dd", opened="2011-01-01 renamed", succeeds=["aa", "bb", "cc"]),
        ),
        [],
    ),
    Case(
        "renamed into one that cannot be read",
        {**register(agency("aa", closed="2011-01-01 renamed")), "agencies/bb.yml": "- x"},
        ["agencies/bb.yml:1:1 schema-type"],
    ),
    Case(
        "one identifier at the same time",
        register(
            agency("aa", closed="2011-01-01", identifier="H38.1"),
            agency("bb", opened="2010-12-31", closed="2011-06-01", identifier="H38.1"),
            agency("cc", opened="2011-03-01", identifier="H38.1"),
            agency("dd", identifier="H38.2"),
        ),
        ["agencies/bb.yml:5:13 agency-identifier", "agencies/cc.yml:5:13 agency-identifier"],
    ),
    Case(
        "an identifier handed on",
        register(
            agency("bb", closed="2011-01-01 renamed", identifier="H38.1"),
            agency("aa", opened="2011-01-01 renamed", identifier="H38.1", succeeds=["bb"]),
        ),
        [],
    ),
    Case(
        "one name under one parent",
        register(
            agency("aa", name="Ủy ban nhân dân xã Hòa Bình", parent="stttt"),
            agency("bb", name="Uỷ ban nhân dân xã Hoà Bình", parent="stttt"),
            agency("cc", name="Ủy ban nhân dân xã Hoa Bình", parent="stttt"),
            agency("dd", name="Ủy ban nhân dân xã Hòa Bình"),
        ),
        ["agencies/bb.yml:3:7 agency-namesake"],
    ),
    Case(
        "one name one after the other",
        register(agency("aa", name="Sở Y tế", closed="2011-01-01"), agency("bb", name="Sở Y tế", opened="2011-01-01")),
        [],
    ),
    change("older than the state", U, "1991-10-01", "1191-10-01", f"{U}:5:9 date-past"),
    change("as old as the state", U, "1991-10-01", "1945-09-02"),
    change("a small quota", S, "quota: 10G", "quota: 99M", f"{S}:8:8 schema-quota"),
    change("a small quota that may be", S, "quota: 10G", "quota: 100M"),
    change("a large quota", S, "quota: 10G", "quota: 10T", f"{S}:8:8 schema-quota"),
    change("a person's quota", S, ENTRY, WITH + "quota: 1025G\n", f"{S}:21:12 schema-quota"),
    Case(
        "split from one that goes on",
        register(agency("aa"), agency("bb", opened="2011-01-01 split")),
        [],
    ),
    Case(
        "days far ahead",
        register(
            agency(
                "aa",
                person("1", "Lò An", "2011-01-01", "2013-06-03"),
                person("2", "Lò Anh", "2013-06-02"),
                person("3", "Lò Ánh", "2013-06-03"),
                person("4", "Lò Ơn", "2011-01-01", suspended=[{"document": "1/QĐ-AA", "date": "2031-01-01"}]),
                person(
                    "5",
                    "Lò Ớt",
                    "2011-01-01",
                    suspended=[{"document": "1/QĐ-AA", "date": "2012-01-01", "until": "9999-12-31"}],
                ),
            ),
            agency("bb", opened="2013-06-03", closed="2013-06-04"),
        ),
        [
            "agencies/aa.yml:10:13 date-future",
            "agencies/aa.yml:16:13 date-future",
            "agencies/aa.yml:21:35 date-future",
            "agencies/aa.yml:26:54 date-future",
            "agencies/bb.yml:5:9 date-future",
            "agencies/bb.yml:6:9 date-future",
        ],
    ),
    change(
        "custodians out of order",
        S,
        "date: 2011-02-01",
        "date: 2010-10-14",
        f"{S}:11:14 custodian-official",
        f"{S}:11:54 custodian-order",
    ),
]

RECRUITED_THEN = event("recruited", "2011-01-01")
UNTIL = ", until: 2011-08-01}"
PEOPLE = [
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
        f"{S}:18:13 person-agency-closed",
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


UNDER = "kind: department\nparent: ubnd"
FOUNDED = "opened: {document: 11/2008/QĐ-UBND"
ENDED = "closed: {document: 2/NQ-HĐND, date: 2011-01-01, event: dissolved}\npeople:"
RECRUITED = "44/QĐ-STTTT, request: 12/STTTT-VP"
RETIRED = "77/QĐ-STTTT, date: 2012-01-01, event: retired"
ALONE = {**SAMPLE, S: STTTT.replace("parent: ubnd\n", "")}


def founded(document: str, *expected: str, under: str = UNDER) -> Case:
    """The department, or what it is made to be, founded by a document."""
    texts = edited(S, (FOUNDED, f"opened: {{document: {document}"), (UNDER, under))
    return Case(f"{under.split()[1]} founded by {document}", texts, list(expected))


def cited(old: str, document: str, *expected: str) -> Case:
    """One document of the sample cited as another."""
    return change(f"{document} in place of {old}", S, old, old.replace(old.partition(",")[0], document, 1), *expected)


CENTRE = "kind: public_service_unit\nparent: ubnd"
DOCUMENTS = [
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
    change("suspended by a letter", S, "9/QĐ-STTTT", "9/STTTT-VP"),
    change("suspended by an invitation", S, "9/QĐ-STTTT", "9/GM-STTTT", f"{S}:23:20 document-slip"),
    pinned("giangphu-stttt", document="\n    address_document: 3/TTr-STTTT"),
    pinned("phugiang-stttt", f"{S}:27:23 document-slip", document="\n    address_document: 3/PC-STTTT"),
]

HEAD, DELEGATE = STTTT.splitlines(keepends=True)[9:11]
CUSTODIANS = [
    change("a head that is no leader", S, "    leader: true\n", "", f"{S}:10:69 custodian-head"),
    change("a head that is marked so", S, "    leader: true\n", "    leader: false\n", f"{S}:10:69 custodian-head"),
    change(
        "a head who came back as a leader",
        S,
        '{person: "000101", document: 101/QĐ-UBND, date: 2010-10-15, as: head}',
        '{person: "000103", document: 101/QĐ-UBND, date: 2010-11-15, as: head}',
        f"{S}:10:69 custodian-head",
    ),
    change(
        "a head before his time",
        S,
        '{person: "000101", document: 101/QĐ-UBND, date: 2010-10-15, as: head}',
        '{person: "000102", document: 101/QĐ-UBND, date: 2010-10-15, as: head}',
        f"{S}:10:14 custodian-official",
    ),
    change("a delegate who left", S, DELEGATE, DELEGATE.replace("000102", "000103"), f"{S}:11:14 custodian-left"),
    change(
        "a delegate who left, with another after",
        S,
        DELEGATE,
        DELEGATE.replace("000102", "000103") + DELEGATE.replace("2011-02-01", "2012-01-02"),
    ),
    Case(
        "a custodian who left and came back",
        register(
            agency(
                "aa",
                person("1", "Lò An", "2011-01-01", "2011-06-01"),
                person("1", "Lò An", "2011-07-01"),
                custodians=[{"person": "1", "document": "1/GUQ-AA", "date": "2011-02-01", "as": "delegate"}],
            )
        ),
        [],
    ),
    Case(
        "a custodian of an agency that closed",
        register(
            agency(
                "aa",
                person("1", "Lò An", "2011-01-01", "2012-01-01"),
                closed="2012-01-01",
                custodians=[{"person": "1", "document": "1/GUQ-AA", "date": "2011-02-01", "as": "delegate"}],
            )
        ),
        [],
    ),
    change("a delegate entered twice", S, DELEGATE, DELEGATE * 2, f"{S}:12:54 custodian-twice"),
    change(
        "two delegates of one day",
        S,
        DELEGATE,
        DELEGATE + DELEGATE.replace("000102", "000101"),
        f"{S}:12:54 custodian-twice",
    ),
    change(
        "an authorisation that is renewed",
        S,
        DELEGATE,
        DELEGATE + DELEGATE.replace("05/", "06/").replace("2011-02-01", "2012-02-01"),
    ),
    change("a delegate who is suspended", S, UNTIL, "}", f"{S}:11:14 custodian-suspended"),
    Case(
        "a delegate who was suspended when leaving",
        register(
            agency(
                "aa",
                person(
                    "1", "Lò An", "2011-01-01", "2012-01-01", suspended=[{"document": "9/QĐ-AA", "date": "2011-05-01"}]
                ),
                person("1", "Lò An", "2012-02-01"),
                custodians=[{"person": "1", "document": "1/GUQ-AA", "date": "2011-02-01", "as": "delegate"}],
            )
        ),
        [],
    ),
    change(
        "a leader, and nobody holds the mailbox", S, "custodians:\n" + HEAD + DELEGATE, "", f"{S}:2:1 custodian-missing"
    ),
    Case("no leader, and nobody holds the mailbox", register(agency("aa", person("1", "Lò An", "2011-01-01"))), []),
    Case(
        "a leader who stayed when the agency closed",
        register(agency("aa", person("1", "Lò An", "2011-01-01", leader="true"), closed="2012-01-01")),
        ["agencies/aa.yml:8:5 person-agency-closed"],
    ),
    Case(
        "a leader who left",
        register(agency("aa", person("1", "Lò An", "2011-01-01", "2012-01-01", leader="true"))),
        [],
    ),
]

IDENTITY = [
    *(
        change(f"the id {id_}", S, "000103", id_, f"{S}:24:9 {rule_}")
        for id_, rule_ in (
            ("012345678901", "id-national"),
            ("giangseophu", "id-name"),
            ("Giang-Seo-Phu", "id-name"),
            ("GSPhu", "id-name"),
            ("gsphu-stttt", "id-name"),
            ("phugs", "id-name"),
        )
    ),
    *(
        change(f"the id {id_}", S, "000103", id_)
        for id_ in ("01234567890", "0123456789012", "phu", "gsphu1", "GSP-103", "abcdef")
    ),
    Case(
        "one person with two ids",
        register(
            agency("aa", *(person(str(i), "Lò An", "2011-01-01") for i in (1, 2)), person("3", "LÒ AN", "2011-01-01"))
        ),
        [
            "agencies/aa.yml:10:9 person-two-ids",
            "agencies/aa.yml:13:9 person-two-ids",
            "agencies/aa.yml:14:11 name-capitals",
        ],
    ),
    *(
        Case(
            f"two people told apart by {key}",
            register(
                agency(
                    "aa",
                    person("1", "Lò An", "2011-01-01", **{key: one}),
                    person("2", "Lò An", "2011-01-01", **({key: other} if other else {})),
                )
            ),
            [] if right else ["agencies/aa.yml:11:9 person-two-ids"],
        )
        for key, one, other, right in (
            ("title", "Kế toán", "Văn thư", True),
            ("unit", "Văn phòng", "Thanh tra", True),
            ("phone", "0214 3 000 001", "0214 3 000 002", True),
            ("title", "Kế toán", "Kế toán", False),
            ("title", "Kế toán", "", False),
        )
    ),
    Case(
        "two people on two days, in two agencies, of two marks",
        register(
            agency("aa", person("1", "Lò An", "2011-01-01"), person("2", "Lò An", "2011-01-02")),
            agency("bb", person("3", "Lò An", "2011-01-01"), person("4", "Lò Ân", "2011-01-01")),
        ),
        [],
    ),
    Case(
        "one who came back on the day",
        register(agency("aa", person("1", "Lò An", "2011-01-01", "2011-01-02"), person("1", "Lò An", "2011-01-02"))),
        [],
    ),
]


def named(name: str, *expected: str, more: str = "") -> Case:
    """The third person of the sample under another name."""
    return change(f"the name {name}", S, "Giàng Seo Phử", name + more, *expected)


def typed(name: str, *expected: str) -> Case:
    """The third person's name; the address stays, for marks do not count."""
    return change(f"typed {name}", S, "name: Giàng Seo Phử", f"name: {name}", *expected)


def titled(title: str, *expected: str) -> Case:
    """The first person of the sample with another title."""
    return change(f"the title {title}", S, "title: Giám đốc", f"title: {title}", *expected)


def called(phone: str, *expected: str) -> Case:
    """The first person of the sample with another telephone."""
    return change(f"the telephone {phone}", S, "0214 3 840 034", phone, *expected)


NUMBERS = (
    "0912 345 678",
    "0384123456",
    "+84 912 345 678",
    "84 987654321",
    "+84 (0)912 345 678",
    "0168 234 5678",
    "0123.456.7890",
)
WORDING = [
    typed("Nguyen Van Vinh", f"{S}:25:11 name-marks"),
    typed("tran thi hoa", f"{S}:25:11 name-marks"),
    typed(
        "Nguyen",
    ),
    typed("Nguyễn Van Vinh"),
    typed("Cao Lan Anh"),
    typed("Nguy\u1ec5n V\u0430n", f"{S}:25:19 unicode-lookalike"),
    change("Greek in the name of an agency", S, NAME, "name: Sở N\u03bfi", f"{S}:3:11 unicode-lookalike"),
    change("wide letters", S, "title: Giám đốc", "title: \uff30hó", f"{S}:15:12 unicode-lookalike"),
    *(
        named(name, f"{S}:25:11 name-capitals")
        for name in ("GIÀNG SEO PHỬ", "giàng seo phử", "Giàng seo Phử", "Giàng Seo PHỬ", "H'HEN NIÊ")
    ),
    *(
        named(name)
        for name in (
            "Giàng A Phử",
            "H'Hen Niê",
            "Y Ban",
            "Đ’Sơn K’Phử",
            "McDonald An",
            "Ánh",
            "Đồng Văn Chí",
            "Bá Thị Cố",
        )
    ),
    *(
        named(name, f"{S}:25:11 name-title")
        for name in (
            "Ông Giàng Phử",
            "BÀ Giàng Phử",
            "ThS Giàng Phử",
            "TS Giàng Phử",
            "PGS TS Giàng Phử",
            "Đồng chí Giàng Phử",
        )
    ),
    named("ThS. Giàng Phử", f"{S}:25:11 name-character", f"{S}:25:11 name-title"),
    named("Ông Ích Khiêm", more="\n    family: Ông"),
    named("Ông"),
    *(
        titled(title)
        for title in ("Bác sĩ chuyên khoa I", "Phó Trưởng phòng Nghiệp vụ 1", "BTV", "Kiểm soát viên thị trường")
    ),
    *(titled(title, f"{S}:15:12 text-capitals") for title in ("GIÁM ĐỐC", "PHÓ CHÁNH VĂN PHÒNG")),
    *(
        titled(title, f"{S}:15:12 title-content")
        for title in (
            "Giám đốc 0912 345 678",
            "Giám đốc x@laocai.gov.vn",
            "Giám đốc Nguyễn văn vịnh",
            "Chuyên viên 01.003",
        )
    ),
    Case(
        "a name of one word that is in the title",
        register(agency("aa", person("1", "An", "2011-01-01", title="Cán bộ An toàn giao thông"))),
        [],
    ),
    *(called(phone, f"{S}:17:12 phone-mobile") for phone in NUMBERS),
    *(called(phone) for phone in ("0214 3 840 034", "+84 214 3840 034", "020 3 840 034", "1900 1234", "3 840 034")),
    change(
        "an agency in capitals",
        S,
        NAME,
        NAME.replace("Sở Thông tin", "SỞ THÔNG TIN").upper().replace("NAME", "name"),
        f"{S}:3:7 text-capitals",
    ),
    change("an agency known by its letters", S, NAME, "name: VNPT"),
    change("a unit in capitals", S, ENTRY, WITH + "unit: PHÒNG KẾ TOÁN\n", f"{S}:21:11 text-capitals"),
]


def history(name: str, texts: Texts, *expected: str, base: Mapping[str, str] = SAMPLE) -> Case:
    return Case(name, texts, list(expected), base)


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

HISTORY = [
    history("nothing changed", SAMPLE),
    history("an entry more", {**SAMPLE, S: STTTT + STTTT[THIRD:].replace("000103", "000104").replace("Phử", "Ký")}),
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
        "province.yml:2:1 history-base",
        base=edited(S, ('"000102"\n    name', '"000102"\n    nome')),
    ),
    history("an agency broken", edited(S, (NAME, "nome: x")), f"{S}:2:1 schema-missing", f"{S}:3:1 schema-key"),
    history("the province was not there", SAMPLE, base={}),
    history("a closing taken back", edited(S, (CLOSING, "")), f"{S}:24:5 history-closed"),
    history("an agency opened again", {**CLOSED, U: UBND}, f"{U}:2:1 history-closed", base=CLOSED),
    history(
        "another id",
        edited(S, ('- id: "000103"', '- id: "000104"')),
        f"{S}:24:9 history-id",
    ),
    history(
        "another day of opening",
        edited(S, ("45/QĐ-STTTT, date: 2010-11-01", "45/QĐ-STTTT, date: 2010-11-02")),
        f"{S}:26:13 history-opened",
    ),
    history("another day of closing", edited(S, ("2012-01-01", "2012-01-02")), f"{S}:27:13 history-closed-changed"),
    history("a custodian gone", edited(S, (DELEGATE, "")), f"{S}:10:3 history-custodian"),
    history("another suspension", edited(S, ("9/QĐ-STTTT", "8/QĐ-STTTT")), f"{S}:23:7 history-suspended"),
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
    history("another name of an agency", edited(S, (NAME, "name: Sở Khoa học")), f"{S}:3:7 history-agency-name"),
    history(
        "another document of a pin",
        edited(S, (PHU, PINNED.replace("3/STTTT-VP", "4/STTTT-VP"))),
        f"{S}:27:23 history-pin",
        base=edited(S, (PHU, PINNED)),
    ),
    history(
        "a mailbox no longer protected",
        edited(P, ("  protected: [contact-stttt]\n", "")),
        "province.yml:9:3 history-protected",
    ),
    history("a higher limit", edited(P, ("count: 50", "count: 51")), "province.yml:9:3 history-limit"),
    history(
        "another key for letters",
        edited(S, ("as: delegate}", f"as: delegate, key: {AGE}}}")),
        f"{S}:11:85 history-key",
    ),
    history(
        "another key of the operator",
        edited(P, ("operator: stttt", f"operator: stttt\noperator_key: {AGE}")),
        "province.yml:6:15 history-key",
        base=edited(
            P,
            (
                "operator: stttt",
                "operator: stttt\noperator_key: age10gpvekl02f2vsr2setyt0lc4r9zdkgtr9wayjv3e8ggutwemrc9shyyqml",
            ),
        ),
    ),
    history("a first key of the operator", edited(P, ("operator: stttt", f"operator: stttt\noperator_key: {AGE}"))),
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
    history("fewer days", edited(P, ("forward_days: 90", "forward_days: 89")), "province.yml:9:3 history-days"),
    history(
        "another domain",
        edited("province.yml", ("domain: laocai.gov.vn", "domain: yenbai.gov.vn")),
        "province.yml:3:9 history-domain",
    ),
]

TOO_MANY = [
    replace(
        "more mistakes than anybody reads",
        U,
        UBND.replace("people: []\n", "people:\n") + "  - x\n" * 1001,
        f"{U}:1:1 file-findings",
        *(f"{U}:{line}:5 schema-type" for line in range(7, 1007)),
    ),
    replace(
        "more aliases than anybody reads",
        U,
        UBND.replace("[]", "[" + "*a, " * 2000 + "]"),
        f"{U}:1:1 file-findings",
        *(f"{U}:6:{10 + 4 * index} yaml-anchor" for index in range(1000)),
    ),
    replace(
        "the same in the province",
        P,
        PROVINCE.replace("[contact-stttt]", "[" + "*a, " * 2000 + "]"),
        f"{P}:1:1 file-findings",
        *(f"{P}:13:{15 + 4 * index} yaml-anchor" for index in range(1000)),
    ),
]

CASES = [*TOO_MANY, *FILES, *TREE, *SCHEMA, *NAMES, *PINS, *PROVINCES, *AGENCIES, *PEOPLE, *HISTORY]
CASES += [*DOCUMENTS, *CUSTODIANS, *IDENTITY, *WORDING]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(tmp_path_factory.mktemp("cache") / "results.sqlite")


TODAY = date(2012, 6, 1)


def found(case: Case) -> list[str]:
    return places(check(files(case.texts), TODAY, None if case.base is None else files(case.base)).findings)


def test_the_sample_has_no_findings() -> None:
    assert places(check(files(SAMPLE)).findings) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_change_gives_its_findings(case: Case) -> None:
    assert found(case) == case.expected


def test_every_rule_is_broken_by_a_case() -> None:
    broken = {finding.rpartition(" ")[2] for case in CASES for finding in case.expected}
    # The rules on plans need accounts beside the register: test_plan.py.
    assert {id_ for id_ in RULES if not id_.startswith("plan-")} == broken


@pytest.mark.parametrize("id_", RULES)
def test_a_rule_cites_a_clause_and_says_the_way_out(id_: str) -> None:
    stated = RULES[id_]
    assert stated.clause.startswith("R")
    assert stated.severity in Severity
    assert stated.message[-1] not in ".!"


@pytest.mark.parametrize("case", [case for case in CASES if case.base is None], ids=lambda case: case.name)
def test_the_fast_way_finds_the_same(case: Case, results: Kept) -> None:
    expected = [as_data(finding, "vi") for finding in check(files(case.texts), TODAY).findings]
    for _time in range(2):
        found_fast = find(files(case.texts), TODAY, results)
        assert [as_data(finding, "vi") for finding in found_fast] == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_message_can_be_shown(case: Case) -> None:
    checked = check(files(case.texts), TODAY, None if case.base is None else files(case.base))
    for finding in checked.findings:
        assert render(finding.rule.message, finding.values, "en").isprintable()


def test_an_id_is_given_to_one_rule_only() -> None:
    with pytest.raises(ValueError, match="two rules are called file-name"):
        rule("file-name", "R1", "x")


def test_advice_does_not_stop_a_register() -> None:
    checked = check(files(edited(S, ('"0214 3 840 034"', "gọi An"))))
    assert [f.rule.severity for f in checked.findings] == [Severity.ADVICE]
    assert checked.usable is not None


def test_a_register_that_cannot_be_read_is_not_usable() -> None:
    assert check(files(replace("", P, None).texts)).usable is None
    assert check(files(edited(S, ("77/QĐ-STTTT", "x")))).usable is None


def test_reading_leaves_the_collector_as_it_was() -> None:
    for enabled in (True, False):
        (gc.enable if enabled else gc.disable)()
        check(files(SAMPLE))
        assert gc.isenabled() is enabled
    gc.enable()


def test_a_file_in_the_wrong_form_gives_its_first_places_only() -> None:
    names = " ".join(unicodedata.normalize("NFD", "Vịnh") for _ in range(500))
    findings = check(files({**SAMPLE, U: UBND.replace("tỉnh", "tỉnh\u200b" * 30) + f"# {names}\n"})).findings
    rules = [finding.rule.id for finding in findings]
    assert rules.count("unicode-nfc") == 20
    assert rules.count("unicode-invisible") == 20


def test_values_are_read_as_written() -> None:
    texts = edited(S, ('"000103"', '"0123"'), ("title: Giám đốc", "title: No"), ("Giàng Seo Phử", "Giàng  Seo Phử"))
    checked = check(files(texts))
    assert checked.register is not None
    people = checked.register.agencies["stttt"].people
    assert (people[2].id, people[0].title, people[2].name) == ("0123", "No", "Giàng Seo Phử")


def test_the_policy_has_defaults_and_takes_what_is_given() -> None:
    text = PROVINCE.replace("forward_days: 90", "forward_days: 0\n  retention_days: {leader: 400}").replace(
        "2G", "500M"
    )
    checked = check(files({**SAMPLE, P: text + f"operator_key: {AGE}\n"}))
    assert places(checked.findings) == []
    assert checked.register is not None
    policy = checked.register.province.policy
    assert (policy.forward_days, policy.redirect_days) == (0, 365)
    assert (policy.retention_days, policy.retention_days_leader) == (183, 400)
    assert (policy.quota_official, policy.quota_agency) == (500 * 1024**2, 10 * 1024**3)
    assert (policy.limits["close"].count, policy.limits["readdress"].agency_percent) == (50, 20)


INSERTED = st.sampled_from(
    [*"\"'[]{}:,-#&*!|>%@\n\t ?0", "\u200b", "\u0301", "\x00", "\\u0000", "Ð", "&a ", "*a", "- ", "---\n", "null"]
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([P, S, U]), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 30), INSERTED), max_size=4))
def test_no_text_stops_the_check(name: str, cuts: list[tuple[int, int, str]]) -> None:
    text = SAMPLE[name]
    for at, length, inserted in cuts:
        text = text[:at] + inserted + text[at + length :]
    checked = check(files({**SAMPLE, name: text}), TODAY, files(SAMPLE))
    for finding in checked.findings:
        assert finding.where.place >= (1, 1)
        assert render(finding.rule.message, finding.values, "en")


@settings(max_examples=100, deadline=None)
@given(st.sampled_from([P, S]), st.binary(max_size=60), st.integers(0, 1500))
def test_no_bytes_stop_the_check(name: str, data: bytes, at: int) -> None:
    text = SAMPLE[name].encode()
    assert check(files({**SAMPLE, name: text[:at] + data + text[at:]})).findings is not None
