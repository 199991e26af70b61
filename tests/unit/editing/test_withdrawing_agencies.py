"""`danhba withdraw` of what is to come for an agency: its opening and its closing, a hand-over, what it is."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from danhba import cli
from danhba.cli import commit, editing, withdrawing
from tests.support.cases import AGE
from tests.support.forges import git
from tests.support.registers import Texts, agency, event, person, register, write

DAY = "2011-07-01"
WITHDRAW = ("--document", "8/QĐ-UBND")
LATER = ("--until", "2011-09-01")
TAKEN = "withdrawn: {document: 8/QĐ-UBND, date: 2011-06-01}"


def leading(id_: str, name: str, *closed: Any) -> Any:
    return person(id_, name, "2010-01-01", *closed, leader="true")


def held(id_: str, day: str = "2010-01-01", document: str = "4/QĐ-UBND", **more: str) -> Any:
    return {"person": id_, "document": document, "date": day, "as": "head", **more}


class Office:
    """A register on disk, on 1 June 2011, and what the command makes of it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def has(self, *texts: str) -> None:
        write(self.path / "directory", register(*texts))

    def run(self, *arguments: str) -> Result:
        result = CliRunner().invoke(cli.main, arguments)
        # Whatever is given, nobody meets a traceback.
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    def withdraw(self, *arguments: str) -> Result:
        return self.run("withdraw", *arguments)

    def done(self, *arguments: str) -> Result:
        result = self.withdraw(*arguments)
        assert result.exit_code == 0, result.output
        return result

    def text(self, code: str = "aa") -> str:
        return (self.path / f"directory/agencies/{code}.yml").read_text(encoding="utf-8")

    def texts(self) -> Texts:
        root = self.path / "directory"
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*.yml")}

    def committed(self) -> None:
        for arguments in (("init", "-q"), ("add", "."), ("commit", "-qm", "x")):
            git(self.path, *arguments)

    def against_what_was(self) -> str:
        """What a check of the change says."""
        return self.run("check", "--base", "HEAD", "--as-of", "2011-06-01").stdout


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.chdir(tmp_path)
    for module in (commit, editing, withdrawing):
        monkeypatch.setattr(module, "today", lambda: date(2011, 6, 1))
    return Office(tmp_path)


CLOSED = event("dissolved", DAY, "5/QĐ-UBND")
BOARD = {"document": "7/QĐ-UBND", "date": DAY, "kind": "board"}
NONE = "0 errors, 0 pieces of advice\n"


class TestAClosing:
    def test_is_withdrawn(self, office: Office) -> None:
        office.has(agency("aa", closed=CLOSED))
        office.committed()
        result = office.done("aa", *WITHDRAW)
        assert "closed:" not in office.text()
        item = f"withdrawn:\n  - {{document: 5/QĐ-UBND, date: 2011-07-01, event: dissolved, {TAKEN}}}\n"
        assert item in office.text()
        said = (
            "withdrawn: Cơ quan aa (aa): dissolved, without a successor, from 2011-07-01 on, by 5/QĐ-UBND; by 8/QĐ-UBND"
        )
        assert f"{said} it does not come to pass\n" in result.stderr
        assert result.stdout.endswith("As of 2011-06-01: no mailbox and no address changes\n")
        assert office.against_what_was() == NONE
        assert "[open]" in office.run("who", "contact-aa", "--as-of", "2012-01-01").stdout

    def test_is_put_off_and_withdrawn_in_the_end(self, office: Office) -> None:
        office.has(agency("aa", closed=CLOSED))
        office.committed()
        assert "it comes on 2011-09-01" in office.done("aa", *WITHDRAW, *LATER).stderr
        assert "closed: {document: 8/QĐ-UBND, date: 2011-09-01, event: dissolved}\n" in office.text()
        assert office.against_what_was() == NONE
        office.done("aa", "--document", "9/QĐ-UBND", "--date", "2011-05-30")
        assert office.text().count("event: dissolved, withdrawn:") == 2
        assert "closed:" not in office.text()
        assert office.against_what_was() == NONE
        result = office.run("agency", "close", "aa", "--document", "10/QĐ-UBND", "--date", DAY)
        assert result.exit_code == 0, result.output

    def test_is_shown_with_the_agency(self, office: Office) -> None:
        office.has(agency("aa", closed=CLOSED))
        office.done("aa", *WITHDRAW)
        shown = office.run("who", "contact-aa").stdout
        assert "withdrawn 2011-06-01 by 8/QĐ-UBND: 5/QĐ-UBND (dissolved), of 2011-07-01" in shown
        (data,) = json.loads(office.run("who", "contact-aa", "--format", "json").stdout)
        assert (data["closed"], data["withdrawn"][0]["withdrawn"]["document"]) == (None, "8/QĐ-UBND")

    def test_dry_run_writes_nothing(self, office: Office) -> None:
        office.has(agency("aa", closed=CLOSED))
        before = office.texts()
        assert TAKEN in office.done("aa", *WITHDRAW, "--dry-run").stdout
        assert office.texts() == before


def merged(on: str = DAY) -> list[str]:
    """Two people go to another agency, the first of whom gets its mailbox; a third retires; a unit goes along."""
    moves, retires = event("reorganised", on, "6/QĐ-UBND"), event("retired", on, "6/QĐ-UBND")
    aa = agency(
        "aa",
        leading("1", "Lò An", moves),
        leading("2", "Lý Bình", moves),
        person("3", "Má A Chư", "2010-01-01", retires),
        person("4", "Vàng A Páo", "2010-01-01", event("resigned", "2011-06-15", "2/QĐ-AA")),
        custodians=[held("1")],
        closed=event("merged", on, "6/QĐ-UBND"),
    )
    bb = agency(
        "bb",
        leading("5", "Giàng A Sử"),
        *({**leading(id_, name), "opened": moves} for id_, name in (("1", "Lò An"), ("2", "Lý Bình"))),
        custodians=[held("5"), held("1", on, "3/QĐ-UBND", key=AGE)],
        succeeds=["cc", "aa"],
    )
    cc = agency("cc", closed=event("merged", "2009-01-01", "1/NQ-HĐND"))
    dd = agency("dd", parent="aa", changes=[{"document": "6/QĐ-UBND", "date": on, "parent": "bb"}])
    ee = agency("ee", parent="stttt", changes=[{"document": "6/QĐ-UBND", "date": on, "parent": "bb"}])
    return [aa, bb, cc, dd, ee]


class TestAMerger:
    def holds(self, office: Office) -> None:
        """Only that somebody else opens the letters meanwhile is to be read."""
        *said, summary = office.against_what_was().splitlines()
        assert (len(said), "history-key" in said[0], summary) == (1, True, "0 errors, 1 pieces of advice")

    def test_is_withdrawn_with_all_that_goes_along(self, office: Office) -> None:
        office.has(*merged())
        office.committed()
        result = office.done("aa", *WITHDRAW)
        aa, bb, dd = (office.text(code) for code in ("aa", "bb", "dd"))
        assert aa.count(TAKEN) == 4
        assert bb.count(TAKEN) == 3
        assert "succeeds: [cc]\n" in bb
        assert f"parent: bb, {TAKEN}" in dd
        assert TAKEN not in office.text("ee")
        # By another document, on another day.
        assert "closed: {document: 2/QĐ-AA, date: 2011-06-15, event: resigned}" in aa
        self.holds(office)
        assert "bb succeeds aa no more" in result.stderr
        assert (
            "withdrawn: Cơ quan bb (bb): hand-over of the contact mailbox: Lò An (1), from 2011-07-01 on, by 3/QĐ-UBND"
        ) in result.stderr
        assert "bb: Lò An (1): contact mailbox, from 2011-07-01 on, 3/QĐ-UBND" in result.stdout

    def test_leaves_nothing_to_come(self, office: Office) -> None:
        """As though it had never been decided."""
        office.has(*merged())
        office.done("aa", *WITHDRAW)
        states = [
            (each["address"], each["state"])
            for each in json.loads(office.run("addresses", "--as-of", "2012-01-01", "--format", "json").stdout)
            if each["agency"] in {"aa", "bb"} and each["state"] != "withdrawn"
        ]
        assert states == [
            ("contact-aa@laocai.gov.vn", "open"),
            ("lan-aa@laocai.gov.vn", "open"),
            ("lbinh-aa@laocai.gov.vn", "open"),
            ("machu-aa@laocai.gov.vn", "open"),
            ("vapao-aa@laocai.gov.vn", "closed"),
            ("contact-bb@laocai.gov.vn", "open"),
            ("gasu-bb@laocai.gov.vn", "open"),
        ]

    def test_is_put_off_with_all_that_goes_along(self, office: Office) -> None:
        office.has(*merged())
        office.committed()
        office.done("aa", *WITHDRAW, *LATER)
        assert "closed: {document: 8/QĐ-UBND, date: 2011-09-01, event: merged}\n" in office.text()
        assert "succeeds: [cc, aa]\n" in office.text("bb")
        given = f'{{person: "1", document: 8/QĐ-UBND, date: 2011-09-01, as: head, key: {AGE}}}'
        assert given in office.text("bb")
        assert "{document: 8/QĐ-UBND, date: 2011-09-01, parent: bb}" in office.text("dd")
        self.holds(office)

    def test_is_withdrawn_with_whom_its_document_gives_the_mailbox_of_the_successor(self, office: Office) -> None:
        aa = agency("aa", closed=event("merged", DAY, "6/QĐ-UBND"))
        given = [held("5"), held("6", DAY, "6/QĐ-UBND"), held("5", "2011-08-01", "6/QĐ-UBND")]
        office.has(aa, agency("bb", leading("5", "Lò An"), leading("6", "Lý Bình"), custodians=given, succeeds=["aa"]))
        office.done("aa", *WITHDRAW)
        assert f"date: 2011-07-01, as: head, {TAKEN}" in office.text("bb")
        assert office.text("bb").count(TAKEN) == 1

    def test_the_only_one_taken_over_leaves_no_list(self, office: Office) -> None:
        office.has(agency("aa", closed=event("merged", DAY, "6/QĐ-UBND")), agency("bb", succeeds=["aa"]))
        office.done("aa", *WITHDRAW)
        assert "succeeds" not in office.text("bb")


def founding(*formers: str) -> list[str]:
    """Agencies that end where another one begins: one person of each goes there, the first gets its mailbox."""
    moves = event("reorganised", DAY, "6/QĐ-UBND")
    ends = event("merged", DAY, "6/QĐ-UBND")
    people = {code: person(str(n), f"Lò An {code.title()}", "2010-01-01", moves) for n, code in enumerate(formers, 1)}
    came = [person(str(n), f"Lò An {code.title()}", moves) for n, code in enumerate(formers, 1)]
    given = {**held("1", DAY, "3/GUQ-NN"), "as": "delegate"}
    new = agency("nn", *came, custodians=[given], succeeds=[*formers], opened=f"{DAY} merged")
    new = new.replace("8/QĐ-UBND", "6/QĐ-UBND")
    return [*(agency(code, entry, closed=ends) for code, entry in people.items()), new]


class TestAFounding:
    NEVER = "opened: {document: 6/QĐ-UBND, date: 2011-07-01, event: merged, " + TAKEN + "}"

    def test_is_withdrawn(self, office: Office) -> None:
        office.has(agency("aa", opened=DAY))
        office.committed()
        result = office.done("aa", *WITHDRAW[:1], "9/QĐ-UBND")
        assert (
            "withdrawn: Cơ quan aa (aa): established, from 2011-07-01 on, by 8/QĐ-UBND; by 9/QĐ-UBND" in result.stderr
        )
        assert office.against_what_was() == NONE
        shown = office.run("who", "contact-aa", "--as-of", "2012-01-01").stdout
        assert "contact-aa@laocai.gov.vn  [withdrawn]" in shown
        assert "withdrawn 2011-06-01 by 9/QĐ-UBND: 8/QĐ-UBND (established), of 2011-07-01" in shown
        (data,) = json.loads(office.run("who", "contact-aa", "--format", "json").stdout)
        assert (data["state"], data["closed"]) == ("withdrawn", None)
        listed = json.loads(office.run("addresses", "--format", "json").stdout)
        assert [(each["state"], each["closed"]) for each in listed if each["id"] == "aa"] == [("withdrawn", None)]
        # A plan of a later day misses nobody who never comes.
        plan = office.run("plan", "--against", "HEAD", "--as-of", "2012-01-01")
        assert (plan.exit_code, "plan-vanished" in plan.stdout) == (0, False)
        assert "nothing is to come for Cơ quan aa (aa)" in office.withdraw("aa", *WITHDRAW).stderr

    @pytest.mark.parametrize("query", ["nn", "aa"])
    def test_goes_with_the_only_one_that_it_grows_out_of(self, query: str, office: Office) -> None:
        office.has(*founding("aa"))
        office.committed()
        office.done(query, "--event", "merged", *WITHDRAW)
        assert self.NEVER in office.text("nn")
        assert office.text("nn").count(TAKEN) == 3
        assert office.text("aa").count(TAKEN) == 2
        assert "succeeds: [aa]" in office.text("nn")
        assert office.against_what_was() == NONE
        assert "lananaa-aa" not in office.run("addresses", "--as-of", "2012-01-01").stdout

    def test_goes_with_all_that_it_grows_out_of(self, office: Office) -> None:
        office.has(*founding("aa", "bb"))
        office.committed()
        assert "several things are to come for" in office.withdraw("nn", *WITHDRAW).stderr
        office.done("nn", "--event", "merged", *WITHDRAW)
        assert self.NEVER in office.text("nn")
        assert office.text("aa").count(TAKEN) == office.text("bb").count(TAKEN) == 2
        assert "succeeds: [aa, bb]\n" in office.text("nn")
        assert office.against_what_was() == NONE

    def test_goes_on_without_one_of_several(self, office: Office) -> None:
        office.has(*founding("aa", "bb"))
        office.committed()
        result = office.done("bb", *WITHDRAW)
        assert "nn succeeds bb no more" in result.stderr
        assert "succeeds: [aa]\n" in office.text("nn")
        assert "event: merged}\n" in office.text("nn")
        assert TAKEN not in office.text("aa")
        assert office.against_what_was() == NONE
        # The last takes it along.
        office.done("aa", *WITHDRAW)
        assert self.NEVER in office.text("nn")
        assert office.against_what_was() == NONE

    @pytest.mark.parametrize("query", ["nn", "aa"])
    def test_is_not_put_off(self, query: str, office: Office) -> None:
        office.has(*founding("aa"))
        before = office.texts()
        result = office.withdraw(query, "--event", "merged", *WITHDRAW, *LATER)
        assert (result.exit_code, "nn is to begin on 2011-07-01, and that is not put off" in result.stderr) == (1, True)
        assert office.texts() == before

    def test_does_not_go_while_somebody_else_is_to_come(self, office: Office) -> None:
        """By another document: that one is taken back first."""
        office.has(agency("aa", person("1", "Lò An", DAY), opened=DAY))
        refused = office.withdraw("aa", "--document", "9/QĐ-UBND")
        assert (refused.exit_code, "person-agency-closed" in refused.stderr) == (1, True)
        office.done("1", *WITHDRAW)
        office.done("aa", "--document", "9/QĐ-UBND")

    def test_does_not_go_while_another_is_to_end_for_it_later(self, office: Office) -> None:
        later = agency("bb", closed=event("merged", "2011-09-01", "6/QĐ-UBND"))
        *_first, new = founding("aa")
        office.has(*founding("aa")[:1], later, new.replace("[aa]", "[aa, bb]"))
        refused = office.withdraw("nn", "--event", "merged", *WITHDRAW)
        assert (refused.exit_code, "agency-heir" in refused.stderr) == (1, True)
        office.done("bb", *WITHDRAW)
        office.done("nn", "--event", "merged", *WITHDRAW)
        assert self.NEVER in office.text("nn")

    def test_that_was_withdrawn_succeeds_nobody(self, office: Office) -> None:
        """What its file says stays what it was, whatever becomes of those that it was to grow out of."""
        office.has(*founding("aa"), agency("cc"))
        office.done("aa", *WITHDRAW)
        never = office.text("nn")
        ends = "closed: {document: 11/QĐ-UBND, date: 2011-07-01, event: merged}\nwithdrawn:"
        for code, old, new in (("aa", "withdrawn:", ends), ("cc", "people:", "succeeds: [aa]\npeople:")):
            path = office.path / f"directory/agencies/{code}.yml"
            path.write_text(office.text(code).replace(old, new, 1), encoding="utf-8")
        office.done("aa", "--document", "12/QĐ-UBND")
        assert office.text("nn") == never
        assert "succeeds" not in office.text("cc")

    def test_takes_along_what_it_was_to_stand_above(self, office: Office) -> None:
        moved = {"document": "8/QĐ-UBND", "date": DAY, "parent": "aa"}
        office.has(agency("aa", opened=DAY), agency("cc", parent="stttt", changes=[moved]))
        office.committed()
        office.done("aa", "--document", "9/QĐ-UBND")
        assert "parent: aa, withdrawn: " in office.text("cc")
        assert office.against_what_was() == NONE


class TestAHandOver:
    PEOPLE = (leading("1", "Lò An"), leading("2", "Lý Bình"))

    def has(self, office: Office, *later: Any) -> None:
        office.has(agency("aa", *self.PEOPLE, custodians=[held("1"), *later]))
        office.committed()

    def test_is_withdrawn(self, office: Office) -> None:
        self.has(office, held("2", DAY, key=AGE))
        result = office.done("contact-aa@laocai.gov.vn", *WITHDRAW)
        assert f'{{person: "2", document: 4/QĐ-UBND, date: 2011-07-01, as: head, key: {AGE}, {TAKEN}}}' in office.text()
        assert "hand-over of the contact mailbox: Lý Bình (2), from 2011-07-01 on, by 4/QĐ-UBND" in result.stderr
        said = office.against_what_was()
        assert said.count("history-") == said.count("history-key") == 1

    def test_is_put_off_with_its_key(self, office: Office) -> None:
        self.has(office, held("2", DAY, key=AGE))
        office.done("aa", *WITHDRAW, *LATER)
        item = f'  - {{person: "2", document: 8/QĐ-UBND, date: 2011-09-01, as: head, key: {AGE}}}\n'
        assert f"{TAKEN}}}\n{item}" in office.text()

    def test_is_the_last_of_several(self, office: Office) -> None:
        self.has(office, held("2", DAY), held("1", "2011-08-01"))
        office.done("aa", *WITHDRAW)
        assert f"date: 2011-08-01, as: head, {TAKEN}" in office.text()
        office.done("aa", *WITHDRAW)
        assert f"date: 2011-07-01, as: head, {TAKEN}" in office.text()
        assert office.against_what_was() == NONE
        assert "nothing is to come for Cơ quan aa (aa) after 2011-06-01" in office.withdraw("aa", *WITHDRAW).stderr


class TestAChange:
    def test_is_withdrawn(self, office: Office) -> None:
        office.has(agency("aa", changes=[BOARD]))
        office.committed()
        result = office.done("aa", "--event", "thay đổi của cơ quan", *WITHDRAW)
        assert f"  - {{document: 7/QĐ-UBND, date: 2011-07-01, kind: board, {TAKEN}}}\n" in office.text()
        assert "(aa): what the agency is, from 2011-07-01 on" in result.stderr
        assert office.against_what_was() == NONE

    def test_is_put_off_among_the_others_by_its_day(self, office: Office) -> None:
        office.has(agency("aa", changes=[BOARD, {"document": "7/QĐ-UBND", "date": "2012-01-01", "kind": "office"}]))
        office.committed()
        office.done("aa", *WITHDRAW, "--until", "2012-02-01")
        office.done("aa", "--document", "9/QĐ-UBND", "--until", "2012-03-01")
        assert office.against_what_was() == NONE
        days = [line.split("date: ")[1][:10] for line in office.text().splitlines() if line.startswith("  - ")]
        assert days == ["2011-07-01", "2012-01-01", "2012-02-01", "2012-03-01"]


EVERYTHING = agency("aa", changes=[BOARD], closed=event("dissolved", "2012-01-01", "5/QĐ-UBND"))


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (
            ("stttt", *WITHDRAW),
            1,
            "nothing is to come for Cơ quan stttt (stttt) after 2011-06-01; what has happened is",
        ),
        (("aa",), 2, "missing --document"),
        (("aa", "--event", "merged", *WITHDRAW), 1, "nothing is to come for Cơ quan aa"),
        (("aa", "--event", "retired", *WITHDRAW), 1, "nothing is to come for Cơ quan aa"),
        (
            ("aa", *WITHDRAW),
            1,
            (
                "several things are to come for Cơ quan aa (aa): what the agency is 2011-07-01 (7/QĐ-UBND), dissolved, "
                "without a successor 2012-01-01 (5/QĐ-UBND); say which one: --event"
            ),
        ),
        (("aa", "--event", "changed", "--document", "7/QĐ-UBND"), 1, "document-withdrawn"),
        (("aa", "--event", "changed", "--document", "7/GM-UBND"), 1, "document-agency"),
        (("aa", "--event", "changed", "--document", "7/QĐ-AA"), 1, "document-own"),
        (("aa", "--event", "changed", *WITHDRAW, "--date", DAY), 1, "agency-withdrawn"),
        (
            ("aa", "--event", "changed", *WITHDRAW, "--until", DAY),
            1,
            "2011-07-01 is not after 2011-07-01, when it is to",
        ),
        (("aa", "--event", "changed", *WITHDRAW, "--until", "2012-01-01"), 1, "agency-change-day"),
        (("aa@laocai.gov.vn", *WITHDRAW), 1, "nobody here is or was 'aa@laocai.gov.vn'"),
        (("contact-zz", *WITHDRAW), 1, "nobody here is or was 'contact-zz'"),
    ],
)
def test_refused(arguments: tuple[str, ...], status: int, said: str, office: Office) -> None:
    office.has(EVERYTHING)
    before = office.texts()
    result = office.withdraw(*arguments)
    assert (result.exit_code, said in result.stderr) == (status, True), result.output
    assert office.texts() == before


@pytest.mark.parametrize(
    "keys",
    [
        {"changes": [{**BOARD, "date": "2011-06-01"}]},
        {"closed": event("dissolved", "2011-06-01", "5/QĐ-UBND")},
        {"custodians": [held("1", "2011-06-01")]},
    ],
)
def test_what_has_come_is_not_taken_back(keys: dict[str, Any], office: Office) -> None:
    closed = [event("retired", "2011-06-01", "5/QĐ-AA")] if "closed" in keys else []
    office.has(agency("aa", leading("1", "Lò An", *closed), **keys))
    result = office.withdraw("aa", *WITHDRAW)
    assert (result.exit_code, "nothing is to come for Cơ quan aa (aa)" in result.stderr) == (1, True)


class TestWhoIsMeant:
    """An id may look as a tendonvi does, and so may a pinned address."""

    def test_an_agency_that_is_a_person_too(self, office: Office) -> None:
        retiring = person("aa", "Lò An", "2010-01-01", DAY)
        office.has(agency("aa", changes=[BOARD]), agency("bb", retiring))
        refused = office.withdraw("aa", *WITHDRAW)
        assert refused.exit_code == 1
        said = "'aa' is an agency, and Lò An (aa), too; write contact-aa for the agency, lan-bb@laocai.gov.vn for the"
        assert said in refused.stderr
        office.done("contact-aa", *WITHDRAW)
        assert TAKEN in office.text("aa")
        office.done("lan-bb@laocai.gov.vn", *WITHDRAW)
        assert TAKEN in office.text("bb")

    def test_a_pinned_address_with_its_domain(self, office: Office) -> None:
        pinned = person("9", "Lò An", "2010-01-01", DAY, address="aa", address_document="3/BB-VP")
        office.has(agency("aa", changes=[BOARD]), agency("bb", pinned))
        assert "is an agency, and Lò An (9), too" in office.withdraw("aa", *WITHDRAW).stderr
        office.done("aa@laocai.gov.vn", *WITHDRAW)
        assert (TAKEN in office.text("aa"), TAKEN in office.text("bb")) == (False, True)

    def test_a_name_that_is_also_a_tendonvi_is_the_agency(self, office: Office) -> None:
        office.has(agency("an", changes=[BOARD]), agency("bb", person("9", "Lò An", "2010-01-01", DAY)))
        office.done("an", *WITHDRAW)
        assert (TAKEN in office.text("an"), TAKEN in office.text("bb")) == (True, False)

    def test_an_agency_by_its_whole_name_whatever_marks_and_capitals(self, office: Office) -> None:
        office.has(agency("aa", changes=[BOARD]))
        office.done("co quan AA", *WITHDRAW)
        assert TAKEN in office.text("aa")
