"""Findings, addresses and plans as people and tools read them, and the texts in both languages."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest

from danhba.checking.check import between, check
from danhba.messages import both, render, visible
from danhba.model.findings import Finding, Where
from danhba.model.place import Place
from danhba.model.policy import Guards, Limit
from danhba.planning import listing, plan
from danhba.planning.accounts import EMPTY, Accounts
from danhba.planning.compared import compare
from danhba.rendering import addresses as show_addresses
from danhba.rendering import compared as show_compared
from danhba.rendering import findings as show_findings
from danhba.rendering import plan as show_plan
from tests.support.registers import (
    Texts,
    account,
    agency,
    edited,
    event,
    files,
    person,
    register,
    route,
    timeline,
    wanted,
)

S = "agencies/stttt.yml"
KEYS = ["rule", "severity", "clause", "file", "line", "column", "object", "message"]


def broken() -> list[Finding]:
    """An error and a piece of advice, on one line each."""
    texts = edited(S, ("77/QĐ-STTTT", "77"), ('"0214 3 840 034"', "gọi An"))
    return check(files(texts)).findings


class TestFindings:
    def test_text(self) -> None:
        assert show_findings.text(broken(), "en").splitlines() == [
            (
                "directory/agencies/stttt.yml:17:12: advice office-phone [R5] "
                "'gọi An' does not look like an office telephone; write digits and spaces"
            ),
            (
                "directory/agencies/stttt.yml:27:24: error document-shape [R6] '77' is no number and symbol of a "
                "document; write it as on the document, such as 12/2024/QĐ-UBND, 44/TTr-SNV, 650/UBND-NV"
            ),
            "1 errors, 1 pieces of advice",
        ]

    def test_json_has_the_keys_of_the_format(self) -> None:
        found = json.loads(show_findings.as_json(broken(), "en"))
        assert [list(item) for item in found] == [KEYS, KEYS]
        assert {k: found[1][k] for k in KEYS[:-1]} == {
            "rule": "document-shape",
            "severity": "error",
            "clause": "R6",
            "file": "directory/agencies/stttt.yml",
            "line": 27,
            "column": 24,
            "object": "stttt/000103",
        }
        assert show_findings.as_json([], "en") == "[]"

    def test_github(self) -> None:
        first, second = show_findings.github(broken(), "en").splitlines()
        assert first.startswith(
            "::notice file=directory/agencies/stttt.yml,line=17,col=12,title=office-phone::'gọi An'"
        )
        assert second.startswith("::error file=directory/agencies/stttt.yml,line=27,col=24,title=document-shape::'77'")

    def test_github_cannot_be_given_commands(self) -> None:
        rule = next(f.rule for f in broken())
        finding = rule.at(Where("a,b:c%\n::error::x.yml", Place(1, 2)), value="100%\n::stop-commands::x\r")
        (line,) = show_findings.github([finding], "en").splitlines()
        assert line.startswith("::notice file=a%2Cb%3Ac%25%0A%3A%3Aerror%3A%3Ax.yml,line=1,col=2,")
        assert "'100%25\\u000a::stop-commands::x\\u000d'" in line

    def test_gitlab(self) -> None:
        found = json.loads(show_findings.gitlab(broken(), "en"))
        assert [(f["check_name"], f["severity"], f["location"]) for f in found] == [
            ("office-phone", "info", {"path": f"directory/{S}", "lines": {"begin": 17}}),
            ("document-shape", "major", {"path": f"directory/{S}", "lines": {"begin": 27}}),
        ]
        assert len({f["fingerprint"] for f in found}) == 2
        assert all(f["description"] for f in found)

    def test_a_fingerprint_outlives_lines_above(self) -> None:
        below = check(files(edited(S, ("77/QĐ-STTTT", "77"), ("quota: 10G\n", "")))).findings
        before = json.loads(show_findings.gitlab(broken(), "en"))[1]["fingerprint"]
        assert json.loads(show_findings.gitlab(below, "en"))[0]["fingerprint"] == before

    def test_sarif(self) -> None:
        log = json.loads(show_findings.sarif(broken(), "en"))
        assert (log["version"], len(log["runs"])) == ("2.1.0", 1)
        (run,) = log["runs"]
        assert run["tool"]["driver"]["name"] == "danhba"
        assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["document-shape", "office-phone"]
        assert run["tool"]["driver"]["rules"][0]["helpUri"].endswith("docs/rules/document-shape.md")
        assert [(r["ruleId"], r["level"]) for r in run["results"]] == [
            ("office-phone", "note"),
            ("document-shape", "error"),
        ]
        assert run["results"][1]["locations"] == [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "directory/agencies/stttt.yml"},
                    "region": {"startLine": 27, "startColumn": 24},
                }
            }
        ]

    def test_sarif_has_uris(self) -> None:
        finding = broken()[0].rule.at(Where("sổ danh bạ/x.yml", Place(1, 1)), value="x")
        assert "s%E1%BB%95%20danh%20b%E1%BA%A1/x.yml" in show_findings.sarif([finding], "en")

    @pytest.mark.parametrize("form", list(show_findings.FORMATS))
    def test_nothing_to_say(self, form: str) -> None:
        output = show_findings.FORMATS[form]([], "en")
        assert output == "" if form == "github" else output

    def test_a_file_name_stays_on_its_line(self) -> None:
        finding = broken()[0].rule.at(Where("a\n\x1b[31mb.yml", Place(1, 1)), value="x")
        assert show_findings.text([finding], "en").startswith("a\\u000a\\u001b[31mb.yml:1:1: ")


LET_IN = {"document": "11/QĐ-UBND", "date": "2010-02-15"}
LISTED: Texts = register(
    agency(
        "aa",
        person(
            "1",
            "Đặng Văn Vịnh",
            "2010-01-01",
            "2011-01-01 transferred",
            title="Trưởng phòng",
            suspended=[
                {"document": "9/QĐ-UBND", "date": "2010-02-01", "until": "2010-03-01", "ended": LET_IN},
                {"document": "10/QĐ-UBND", "date": "2010-12-01"},
            ],
        ),
        person("2", "Lò Vĩnh", "2012-01-01"),
    ),
    agency(
        "bb",
        person(
            "1",
            "Đặng Văn Vịnh",
            {"document": "5/QĐ-UBND", "request": "6/UBND-NV", "date": "2011-01-01", "event": "transferred"},
            suspended=[{"document": "10/QĐ-UBND", "date": "2011-01-01", "ended": {**LET_IN, "date": "2011-01-02"}}],
        ),
    ),
)


def test_a_plan_of_two_registers_says_which_addresses_are_pinned_and_who_is_unlocked() -> None:
    """Neither is seen in what a server does: an address looks like any other, and who moves is just there."""
    spell = {"document": "9/QĐ-AA", "date": "2010-02-01"}
    first = person("1", "Lò An", "2010-01-01", suspended=[spell])
    left = {**first, "closed": event("transferred", "2011-01-01")}
    come = person("1", "Lò An", event("transferred", "2011-01-01"), address="la-bb", address_document="3/QĐ-BB")
    then, now = (
        check(files(register(agency("aa", one), agency("bb", *more)))) for one, *more in ([first], [left, come])
    )
    said = [*show_compared.notes(compare(then.register, now.register, now.issued), "en")]
    assert said == [
        "pinned address: bb: la-bb for Lò An (1), decided by 3/QĐ-BB",
        "unlocked sooner: bb: Lò An (1) from 2011-01-01 on by 1/QĐ-UBND; suspended since 2010-02-01, until —",
    ]


def listed() -> list[listing.Listed]:
    return listing.everything(timeline(LISTED, "2011-06-01"))


class TestAddresses:
    def test_everything_in_the_order_of_the_register(self) -> None:
        assert json.loads(show_addresses.as_json(listed()))[:3] == [
            {
                "address": "contact-aa@laocai.gov.vn",
                "kind": "agency",
                "id": "aa",
                "agency": "aa",
                "name": "Cơ quan aa",
                "state": "open",
                "opened": "2000-01-01",
                "closed": None,
            },
            {
                "address": "dvvinh-aa@laocai.gov.vn",
                "kind": "official",
                "id": "1",
                "agency": "aa",
                "name": "Đặng Văn Vịnh",
                "state": "redirecting",
                "opened": "2010-01-01",
                "closed": "2011-01-01",
            },
            {
                "address": "lvinh-aa@laocai.gov.vn",
                "kind": "official",
                "id": "2",
                "agency": "aa",
                "name": "Lò Vĩnh",
                "state": "pending",
                "opened": "2012-01-01",
                "closed": None,
            },
        ]

    def test_csv(self) -> None:
        lines = show_addresses.as_csv(listed()).splitlines()
        assert lines[0] == "address,kind,id,agency,name,state,opened,closed"
        assert lines[2] == "dvvinh-aa@laocai.gov.vn,official,1,aa,Đặng Văn Vịnh,redirecting,2010-01-01,2011-01-01"
        assert len(lines) == 1 + len(listed())

    def test_rows(self) -> None:
        assert show_addresses.rows(listed(), "en")[1:3] == [
            ("dvvinh-aa@laocai.gov.vn", "redirecting", "Đặng Văn Vịnh", "1", "2010-01-01", "2011-01-01"),
            ("lvinh-aa@laocai.gov.vn", "pending", "Lò Vĩnh", "2", "2012-01-01", ""),
        ]

    def test_in_full(self) -> None:
        assert show_addresses.in_full(listed()[1], "en").splitlines() == [
            "dvvinh-aa@laocai.gov.vn  [redirecting]",
            "    Đặng Văn Vịnh (1), Trưởng phòng, Cơ quan aa (aa)",
            "    opened 2010-01-01: 11/QĐ-UBND (recruited)",
            "    closed 2011-01-01: 21/QĐ-UBND (transferred)",
            "    suspended 2010-02-01 until 2010-02-15: 9/QĐ-UBND, ended by 11/QĐ-UBND",
            "    suspended 2010-12-01, no end stated: 10/QĐ-UBND",
        ]
        assert show_addresses.in_full(listed()[0], "en").splitlines() == [
            "contact-aa@laocai.gov.vn  [open]",
            "    Cơ quan aa (aa), Cơ quan aa (aa)",
            "    opened 2000-01-01: 8/QĐ-UBND (established)",
        ]

    def test_what_is_to_be_closed_is_not_closed_yet(self) -> None:
        texts = register(agency("aa", person("1", "Lò An", "2010-01-01", "2011-01-01")))
        for day, line in (
            ("2010-12-31", "    to be closed 2011-01-01: 21/QĐ-UBND (retired)"),
            ("2011-01-01", "    closed 2011-01-01: 21/QĐ-UBND (retired)"),
        ):
            (item,) = (each for each in listing.everything(timeline(texts, day)) if each.id == "1")
            assert line in show_addresses.in_full(item, "en").splitlines()

    def test_in_full_as_data(self) -> None:
        first = show_addresses.in_full_data(listed()[1])
        assert first["closed"] == {"document": "21/QĐ-UBND", "date": "2011-01-01", "event": "transferred"}
        assert first["suspended"][1] == {"document": "10/QĐ-UBND", "date": "2010-12-01", "until": None}
        assert show_addresses.in_full_data(listed()[4])["opened"]["request"] == "6/UBND-NV"
        assert show_addresses.in_full_data(listed()[0])["suspended"] == []

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("dvvinh-aa@laocai.gov.vn", ["dvvinh-aa"]),
            ("DVVINH-AA", ["dvvinh-aa"]),
            ("1", ["dvvinh-aa", "dvvinh-bb"]),
            ("aa", ["contact-aa"]),
            ("vinh", ["dvvinh-aa", "lvinh-aa", "dvvinh-bb"]),
            ("Vĩnh", ["lvinh-aa"]),
            ("Vi\u0323nh", ["dvvinh-aa", "dvvinh-bb"]),
            ("  vịnh   đặng ", ["dvvinh-aa", "dvvinh-bb"]),
            ("dang", ["dvvinh-aa", "dvvinh-bb"]),
            ("vin", []),
            ("", []),
            ("   ", []),
        ],
    )
    def test_who(self, query: str, found: list[str]) -> None:
        assert [item.address.partition("@")[0] for item in listing.who(timeline(LISTED, "2011-06-01"), query)] == found


DAY = date(2011, 1, 1)
GUARDS = Guards(dict.fromkeys(("close", "readdress"), Limit(0, 0, 100)))


def planned(before: Accounts, *after: Any, guards: Guards = GUARDS) -> plan.Plan:
    goal = Accounts.of([a for a in after if hasattr(a, "id")], [r for r in after if not hasattr(r, "id")])
    return plan.make(plan.Wanted(goal, DAY, "digest", guards), before)


AA, BB = ("agency", "aa"), ("agency", "bb")
CLOSING = planned(Accounts.of([account()]), account(state="closed", document="2/QĐ-UBND"))
MANY = planned(
    Accounts.of([account(id_="2"), account(id_="3", phone="1"), account(id_="4", agency="aa")], [route("old")]),
    account(id_="1"),
    account(id_="2", address="2-aa@laocai.gov.vn"),
    account(id_="3", phone="", title="Giám đốc"),
    account(id_="4", agency="aa", state="closed"),
    account("agency", "aa", agency="aa", name=""),
    route("postmaster", "system", "", ("agency", "aa")),
    guards=Guards(dict.fromkeys(("close", "readdress"), Limit(100, 100, 100))),
)


class TestPlan:
    def test_text(self) -> None:
        assert show_plan.text(CLOSING, "en").splitlines() == [
            "close: 1@laocai.gov.vn (Nguyễn Văn An) [2/QĐ-UBND]",
            (
                "REFUSED: plan-limit [R6] closing or suspending 1 of 1 mailboxes in all, but at most 0 at once; "
                "if this is meant, acknowledge it in the register: danhba acknowledge --limit close --count 1"
            ),
            "As of 2011-01-01: close 1",
            f"checksum: {CLOSING.checksum}",
        ]

    def test_each_kind_of_line(self) -> None:
        assert show_plan.text(MANY, "en").splitlines()[:7] == [
            "create: aa@laocai.gov.vn [1/QĐ-UBND]",
            "create: 1@laocai.gov.vn (Nguyễn Văn An) [1/QĐ-UBND]",
            "readdress: 2@laocai.gov.vn (Nguyễn Văn An) → 2-aa@laocai.gov.vn [1/QĐ-UBND]",
            "close: 4@laocai.gov.vn (Nguyễn Văn An) [1/QĐ-UBND]",
            "update: 3@laocai.gov.vn (Nguyễn Văn An) title: — → Giám đốc; telephone: 1 → — [1/QĐ-UBND]",
            "technical address: postmaster@laocai.gov.vn → agency/aa [1/QĐ-UBND]",
            "stop forwarding: old@laocai.gov.vn [1/QĐ-UBND]",
        ]

    @pytest.mark.parametrize(
        ("values", "language", "line"),
        [
            ({}, "en", "rename: 1@laocai.gov.vn (Nguyễn Văn An → Lò Thị Bình) title: — → Văn thư [1/QĐ-UBND]"),
            ({}, "vi", "đổi tên: 1@laocai.gov.vn (Nguyễn Văn An → Lò Thị Bình) chức vụ: — → Văn thư [1/QĐ-UBND]"),
            (
                {"address": "2@laocai.gov.vn"},
                "vi",
                "đổi tên, đổi địa chỉ: 1@laocai.gov.vn (Nguyễn Văn An → Lò Thị Bình) → 2@laocai.gov.vn [1/QĐ-UBND]",
            ),
        ],
    )
    def test_another_name(self, values: dict[str, str], language: str, line: str) -> None:
        before = account(family="Nguyễn", given="An")
        after = account(name="Lò Thị Bình", family="Lò", given="Bình", title="Văn thư", **values)
        made = planned(Accounts.of([before]), after)
        assert show_plan.text(made, language).splitlines()[0] == line
        unfolded = show_plan.markdown(made, language).partition("<details>")[0]
        assert "Nguyễn Văn An → Lò Thị Bình" in unfolded

    def test_a_tone_elsewhere_is_no_other_name(self) -> None:
        made = planned(Accounts.of([account(name="Lò Hoà")]), account(name="Lò Hòa"))
        assert show_plan.text(made, "en").startswith("update: 1@laocai.gov.vn (Lò Hòa) name: Lò Hoà → Lò Hòa")

    def test_nothing_changes(self) -> None:
        nothing = planned(EMPTY)
        assert show_plan.text(nothing, "en").splitlines()[0] == "As of 2011-01-01: no mailbox and no address changes"
        assert show_plan.markdown(nothing, "en") == (
            f"### Plan 2011-01-01: no mailbox and no address changes\n\n`checksum: {nothing.checksum}`"
        )

    def test_json_has_the_keys_of_the_format(self) -> None:
        data = json.loads(show_plan.as_json(CLOSING, "en"))
        assert list(data) == ["checksum", "as_of", "counts", "refused", "actions"]
        assert data["as_of"] == "2011-01-01"
        assert data["counts"] == {**dict.fromkeys(plan.ACTIONS, 0), "close": 1}
        assert [refusal["rule"] for refusal in data["refused"]] == ["plan-limit"]
        assert data["actions"] == [
            {
                "action": "close",
                "kind": "official",
                "id": "1",
                "address": "1@laocai.gov.vn",
                "agency": "stttt",
                "name": "Nguyễn Văn An",
                "document": "2/QĐ-UBND",
                "date": "2010-10-15",
                "before": {"state": "open", "document": "1/QĐ-UBND"},
                "after": {"state": "closed", "document": "2/QĐ-UBND"},
            }
        ]

    def test_markdown(self) -> None:
        text = show_plan.markdown(MANY, "en")
        assert text.startswith(
            "### Plan 2011-01-01: create 2, readdress 1, close 1, update 1, technical address 1, stop forwarding 1\n\n"
        )
        assert "| aa | 1 |  | 1 |  |  |  |" in text
        assert "| stttt | 1 | 1 |  | 1 |  |  |" in text
        assert "| — |  |  |  |  | 1 | 1 |" in text
        opened, folded = text.split("<details><summary>5 more actions</summary>")
        assert "- readdress" in opened
        assert "- close" in opened
        assert folded.count("\n- ") == 5
        assert "> **REFUSED**: plan-limit" in show_plan.markdown(CLOSING, "en")

    @pytest.mark.parametrize(
        "name",
        [
            "<img src=x>",
            "@team",
            "[x](http://example.org)",
            "https://example.org",
            "www.example.org",
            "# x",
            "`x`",
            "$x$",
        ],
    )
    def test_names_do_not_become_markup(self, name: str) -> None:
        text = show_plan.markdown(planned(EMPTY, account(name=name)), "en")
        line = next(line for line in text.splitlines() if line.startswith("- "))
        assert not re.search(r"(?<!\\)[<>@\[\]`#$:*_]", line.replace("&#8203;", "").removeprefix("- "))
        assert "www.example" not in line

    def test_a_comment_that_is_too_long_is_cut_and_says_so(self) -> None:
        many = planned(EMPTY, *(account(id_=str(n)) for n in range(2000)))
        text = show_plan.markdown(many, "en")
        assert len(text) < 65_536
        assert text.count("<details>") == text.count("</details>") == 1
        listed = text.count("\n- ")
        assert 500 < listed < 2000
        assert f"_{2000 - listed} more lines do not fit here; see danhba plan --out FILE_" in text
        assert "see plan\\.json_" in show_plan.markdown(many, "en", "plan.json")
        assert text.endswith(f"`checksum: {many.checksum}`")
        closed = planned(
            Accounts.of(account(id_=str(n)) for n in range(2000)),
            *(account(id_=str(n), state="closed") for n in range(2000)),
        )
        text = show_plan.markdown(closed, "en")
        assert len(text) < 65_536
        assert "<details>" not in text
        assert "more lines do not fit here" in text

    def test_what_takes_a_mailbox_away_comes_before_the_rest(self) -> None:
        agencies = {f"a{n}": n for n in range(3000)}
        before = Accounts.of(account(id_=code, agency=code) for code in agencies)
        after = (
            account(id_=c, agency=c, state="closed" if n < 300 else "open", title="x") for c, n in agencies.items()
        )
        text = show_plan.markdown(planned(before, *after), "en")
        assert len(text) < 65_536
        assert text.count("\n- close") == 300
        assert 100 < text.count("\n| a") < 1000

    @pytest.mark.parametrize(
        ("before", "after", "shown"),
        [
            (("cancelled", "x"), ("forward", "", AA), True),
            (("forward", "", AA), ("forward", "", AA, BB), True),
            (("system", "", AA), ("system", "", BB), True),
            (("redirect", "x"), ("redirect", "y"), True),
            (("cancelled", "x"), ("redirect", "y"), True),
            (("forward", "", AA), ("redirect", "x"), False),
            (("forward", "", AA), ("cancelled", "x"), False),
            (("cancelled", "x"), ("cancelled", "y"), False),
            ((), ("forward", "", AA), False),
        ],
    )
    def test_mail_that_goes_to_others_than_before_is_shown(
        self, before: tuple[Any, ...], after: tuple[Any, ...], shown: bool
    ) -> None:
        actual = Accounts.of([], [route("old", *before)] if before else [])
        assert ("<details>" not in show_plan.markdown(planned(actual, route("old", *after)), "en")) is shown

    def test_a_mailbox_that_opens_again_is_shown(self) -> None:
        text = show_plan.markdown(planned(Accounts.of([account(state="closed")]), account()), "en")
        assert "- reopen" in text.partition("<details>")[0]

    def test_colours_are_for_terminals(self) -> None:
        painted = show_plan.text(CLOSING, "en", lambda text, colour: f"<{colour}>{text}" if colour else text)
        assert "<red>close: " in painted
        assert "<red>REFUSED: plan-limit" in painted
        assert "<" not in show_plan.text(CLOSING, "en")

    def test_every_action_has_a_label(self) -> None:
        assert set(show_plan.LABELS) == set(plan.ACTIONS)

    def test_a_plan_of_a_register(self) -> None:
        goal = wanted(LISTED, "2011-02-01")
        assert "forward: dvvinh-aa@laocai.gov.vn → official/1 [21/QĐ-UBND]" in show_plan.text(
            plan.make(goal, EMPTY), "en"
        )


class TestVietnamese:
    """Vietnamese comes first, with the English beside it."""

    def test_findings(self) -> None:
        lines = show_findings.text(broken(), "vi").splitlines()
        assert lines[0].startswith("directory/agencies/stttt.yml:17:12: ")
        assert lines[1] == "    'gọi An' does not look like an office telephone; write digits and spaces"
        assert lines[0].rpartition("] ")[2] != lines[1].strip()

    def test_a_plan(self) -> None:
        lines = show_plan.text(CLOSING, "vi").splitlines()
        assert lines[2] == "    " + show_plan.text(CLOSING, "en").splitlines()[1].removeprefix("REFUSED: ")
        assert lines[1].endswith("danhba acknowledge --limit close --count 1")
        assert lines[1] not in lines[2]


class TestMessages:
    @pytest.mark.parametrize(
        ("text", "shown"),
        [
            ("Vịnh", "Vịnh"),
            ("a\nb", "a\\u000ab"),
            ("\x1b[31m", "\\u001b[31m"),
            ("\u200b", "\\u200b"),
            ("\udcff", "\\udcff"),
        ],
    )
    def test_what_does_not_print_is_shown(self, text: str, shown: str) -> None:
        assert visible(text) == shown

    def test_values_are_filled_in(self) -> None:
        assert render("{a} {b} {c}", {"a": ["x", 1], "b": DAY, "c": "{d}"}, "en") == "x, 1 2011-01-01 {d}"

    def test_both_languages(self) -> None:
        vi, en = both("nobody here is or was '{query}'", {"query": "x"})
        assert en == "nobody here is or was 'x'"
        assert "'x'" in vi
        assert both("no mailbox and no address changes")[1] == "no mailbox and no address changes"


class TestRefusalsThatNameOthers:
    """An agency that ends lets all its cancelled addresses say whom else to ask: one line, not one each."""

    NAMES = ("Lò An", "Lò Bình", "Lò Chi", "Lò Dung", "Lò Hà", "Lò Lan")

    def plan(self) -> plan.Plan:
        people = [person(str(number), name, "2010-01-01", "2011-01-01") for number, name in enumerate(self.NAMES, 1)]
        before = check(files(register(agency("aa", *people), agency("bb"))))
        ended = agency("aa", *people, closed="2012-01-01 merged")
        now = check(files(register(ended, agency("bb", succeeds=["aa"]))), None, before)
        return between(before, now, date(2012, 1, 1))

    def test_as_text_and_in_a_comment(self) -> None:
        made = self.plan()
        assert made.counts["cancel"] == 6
        shown = "6 refused addresses name others to ask (lan-aa@laocai.gov.vn, lbinh-aa@laocai.gov.vn, "
        for text in (show_plan.text(made, "en"), show_plan.markdown(made, "en").replace("\\", "")):
            assert text.count(shown) == 1
            assert "contact-aa@laocai.gov.vn, contact-stttt" in text
            assert "→ Hop thu nay da bi huy bo" in text
            assert "cancelled → cancelled" not in text
