"""Tests for findings about names that give no address, and about pinned addresses (R4.1, R4.2).

Each case changes one thing in the sample register and lists all findings that follow.
"""

from __future__ import annotations

from tests.support.cases import ENTRY, PHU, WITH, Case, P, S, U, change, each, found, pinned
from tests.support.looped import for_each
from tests.support.registers import PROVINCE, accounts, agency, edited, person, register
from tests.support.said import recorded, values

NAMES = [
    change("a digit in a name", S, "Ngô Vân Vinh", "Ngô Vân 3", f"{S}:20:11 name-character"),
    change("a foreign letter", S, "Ngô Vân Vinh", "Müller", f"{S}:20:11 name-character"),
    change("no letters", S, "Ngô Vân Vinh", '"-"', f"{S}:20:11 name-letters"),
    change("another family name", S, ENTRY, WITH + "family: Trần\n", f"{S}:21:13 name-part"),
    change("another given name", S, ENTRY, WITH + "given: Tâm\n", f"{S}:21:12 name-part"),
    change("a name that is a family name only", S, "Ngô Vân Vinh\n", "Ngô\n    family: Ngô\n", f"{S}:19:5 name-part"),
]

DECIDED = {"address": "decided-aa", "address_document": "1/AA-VP"}
PINS = [
    *(
        Case(
            f"{name}, pinned",
            register(
                agency("aa", person("1", name, "2011-01-01", address="decided-aa", address_document="1/AA-VP", **keys))
            ),
            [],
        )
        for name, keys in (
            ("François Müller", {}),
            ("Søren Łukasz Groß", {"family": "Groß", "given": "Søren"}),
            ("Öğüt Ñandú-Çelik", {"given": "Öğüt"}),
        )
    ),
    pinned("phu.giang-stttt"),
    pinned("phugs-stttt"),
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


CASES = [*NAMES, *PINS]


@each(CASES)
def test_check_changed_sample_reports_expected_findings(case: Case) -> None:
    assert found(case) == case.expected


@for_each("case", CASES, ids=lambda case: case.name)
def test_check_changed_sample_fills_messages_with_recorded_values(case: Case) -> None:
    assert values(case) == recorded().get(case.name, []), "if that is right: python -m tests.support.said"


def test_accounts_pinned_foreign_name_is_shown_as_written() -> None:
    """A name that cannot be folded, with stated parts and a pinned address, appears in accounts as written."""
    entry = person("1", "Søren Łukasz Groß", "2011-01-01", address="lukasz-aa", address_document="1/AA-VP")
    found = accounts(register(agency("aa", {**entry, "family": "Groß", "given": "Søren"})), "2012-01-01")
    [account] = [account for account in found.accounts.values() if account.kind == "official"]
    assert (account.family, account.given, account.name) == ("Groß", "Søren", "Søren Łukasz Groß")
