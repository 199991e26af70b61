"""The editing commands: what they write, what they show, and what they refuse without touching a byte."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from danhba import cli
from danhba.checking.check import Checked, check
from danhba.cli import commit, editing, withdrawing
from danhba.editing import people, transaction
from danhba.reading import source
from danhba.reading.source import File
from tests.support.cases import AGE
from tests.support.forges import git
from tests.support.registers import PROVINCE, SAMPLE, STTTT, UBND, edited, write

Run = Callable[..., Result]
S = "agencies/stttt.yml"
BY = ("--document", "5/QĐ-UBND", "--date", "2011-07-01")
EVENT = "{document: 5/QĐ-UBND, date: 2011-07-01, event: %s}"
LINES = f"""\
  - id: "000104"
    name: Lò Thị Mai
    opened: {EVENT % "recruited"}
"""
OPEN = ("open", "ubnd", "--name", "Lò Thị Mai", "--id", "000104", *BY)
NEW = ("agency", "open", "--name", "A", "--kind", "department", "--event", "established", *BY)
UNTOUCHED = {name: text.encode() for name, text in SAMPLE.items()}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sample register, in the directory where commands look for it."""
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.chdir(tmp_path)
    for module in (commit, editing, withdrawing):
        monkeypatch.setattr(module, "today", lambda: date(2011, 6, 1))
    return write(tmp_path / "directory")


@pytest.fixture
def run(root: Path) -> Run:
    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(cli.main, arguments)
        # Whatever is given, nobody meets a traceback.
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    return invoke


def there(root: Path) -> dict[str, bytes]:
    """Every file there is, hidden or not."""
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def changed(**texts: str) -> dict[str, bytes]:
    return UNTOUCHED | {f"agencies/{code}.yml": text.encode() for code, text in texts.items()}


def after(text: str, place: str, new: str) -> str:
    assert text.count(place) == 1
    return text.replace(place, place + new)


# Each person's last line in the sample register.
VINH = "    opened: {document: 101/QĐ-UBND, date: 2010-10-15, event: recruited}\n"
NGO = "      - {document: 9/QĐ-STTTT, date: 2011-05-01, until: 2011-08-01}\n"


class TestWhatIsWritten:
    @pytest.mark.parametrize(
        ("arguments", "files"),
        [
            (OPEN, {"ubnd": UBND.replace(" []", "\n" + LINES.rstrip("\n"))}),
            (
                (*OPEN, "--title", "Chuyên  viên", "--unit", "Phòng A, B", "--phone", "0214 3 840 035", "--leader",
                 "--address", "mai-ubnd", "--address-document", "3/UBND-VP", "--quota", "5G",
                 "--quota-document", "4/UBND-VP", "--request", "12/UBND-VP",
                 "--event", "migrated", "--family", "Lò", "--given", "Mai"),
                {
                    "ubnd": UBND.replace(
                        " []\n",
                        '\n  - id: "000104"\n    name: Lò Thị Mai\n    family: Lò\n    given: Mai\n'
                        '    title: Chuyên viên\n    leader: true\n    unit: "Phòng A, B"\n'
                        '    phone: "0214 3 840 035"\n    address: mai-ubnd\n    address_document: 3/UBND-VP\n'
                        "    quota: 5G\n    quota_document: 4/UBND-VP\n"
                        "    opened: {document: 5/QĐ-UBND, request: 12/UBND-VP, "
                        "date: 2011-07-01, event: migrated}\n",
                    )
                },
            ),
            (
                ("close", "000101", "--event", "retired", "--request", "6/STTTT-VP", *BY),
                {"stttt": after(STTTT, VINH, "    closed: {document: 5/QĐ-UBND, request: 6/STTTT-VP, "
                                             "date: 2011-07-01, event: retired}\n")},
            ),
            (
                ("transfer", "000102", "--to", "ubnd", "--title", "Chánh Văn phòng", *BY),
                {
                    "stttt": after(STTTT, NGO, f"    closed: {EVENT % 'transferred'}\n"),
                    "ubnd": UBND.replace(
                        " []\n",
                        '\n  - id: "000102"\n    name: Ngô Vân Vinh\n    title: Chánh Văn phòng\n'
                        f"    opened: {EVENT % 'transferred'}\n    suspended:\n"
                        "      - {document: 9/QĐ-STTTT, date: 2011-07-01, until: 2011-08-01}\n",
                    ),
                },
            ),
            (
                ("transfer", "000102", "--to", "ubnd", "--leader", *BY),
                {
                    "stttt": after(STTTT, NGO, f"    closed: {EVENT % 'transferred'}\n"),
                    "ubnd": UBND.replace(
                        " []\n",
                        '\n  - id: "000102"\n    name: Ngô Vân Vinh\n    leader: true\n'
                        f"    opened: {EVENT % 'transferred'}\n    suspended:\n"
                        "      - {document: 9/QĐ-STTTT, date: 2011-07-01, until: 2011-08-01}\n",
                    ),
                },
            ),
            (
                ("suspend", "000102", "--document", "8/QĐ-STTTT", "--date", "2011-09-01", "--until", "2011-10-01"),
                {"stttt": after(STTTT, NGO, "      - {document: 8/QĐ-STTTT, date: 2011-09-01, until: 2011-10-01}\n")},
            ),
            (
                ("suspend", "000101", *BY),
                {"stttt": after(STTTT, VINH, "    suspended:\n      - {document: 5/QĐ-UBND, date: 2011-07-01}\n")},
            ),
            (
                ("custodian", "stttt", "Nguyễn Văn Vịnh", "--as", "head", *BY),
                {
                    "stttt": after(
                        STTTT,
                        '  - {person: "000102", document: 05/GUQ-STTTT, date: 2011-02-01, as: delegate}\n',
                        '  - {person: "000101", document: 5/QĐ-UBND, date: 2011-07-01, as: head}\n',
                    )
                },
            ),
            (
                ("resume", "000102", "--document", "8/QĐ-STTTT", "--date", "2011-06-15"),
                {
                    "stttt": STTTT.replace(
                        "until: 2011-08-01}",
                        "until: 2011-08-01, ended: {document: 8/QĐ-STTTT, date: 2011-06-15}}",
                        1,
                    )
                },
            ),
            (
                ("leave", "000101", "--from", "2011-07-04", "--to", "2011-07-08"),
                {"stttt": after(STTTT, VINH, "    leave:\n      - {from: 2011-07-04, to: 2011-07-08}\n")},
            ),
            (
                ("leave", "000102", "--from", "2011-07-04", "--to", "2011-07-04", "--document", "4/STTTT-VP"),
                {
                    "stttt": after(
                        STTTT, NGO,
                        "    leave:\n      - {document: 4/STTTT-VP, from: 2011-07-04, to: 2011-07-04}\n",
                    )
                },
            ),
            (
                ("key", "stttt", "--key", AGE, *BY),
                {
                    "stttt": after(
                        STTTT,
                        '  - {person: "000102", document: 05/GUQ-STTTT, date: 2011-02-01, as: delegate}\n',
                        f'  - {{person: "000102", document: 5/QĐ-UBND, date: 2011-07-01, as: delegate, key: {AGE}}}\n',
                    )
                },
            ),
            (
                ("change", "000102", "--title", "Văn thư", "--phone", "0214 3 840 035", "--quota", "5G",
                 "--quota-document", "3/STTTT-VP", "--leader"),
                {
                    "stttt": after(
                        STTTT,
                        "    name: Ngô Vân Vinh\n",
                        '    title: Văn thư\n    leader: true\n    phone: "0214 3 840 035"\n    quota: 5G\n'
                        "    quota_document: 3/STTTT-VP\n",
                    )
                },
            ),
            (
                ("change", "000101", "--without", "phone", "--no-leader"),
                {"stttt": STTTT.replace('    leader: true\n    phone: "0214 3 840 034"\n', "", 1)},
            ),
            (
                ("agency", "open", "moi", "--name", "Sở Mới", "--kind", "department", "--parent", "ubnd",
                 "--identifier", "H38.99", "--event", "established", *BY),
                {"moi": "---\nagency: moi\nname: Sở Mới\nkind: department\nparent: ubnd\nidentifier: H38.99\n"
                        f"opened: {EVENT % 'established'}\npeople: []\n"},
            ),
            (
                ("agency", "change", "stttt", "--kind", "thanh tra", "--identifier", "H38.99", *BY),
                {"stttt": STTTT.replace(
                    "event: established}\n", "event: established}\nchanges:\n"
                    "  - {document: 5/QĐ-UBND, date: 2011-07-01, kind: inspectorate, identifier: H38.99}\n",
                )},
            ),
        ],
    )  # fmt: skip
    def test_nothing_but_what_was_asked_for(
        self, run: Run, root: Path, arguments: tuple[str, ...], files: dict[str, str]
    ) -> None:
        dry = run(*arguments, "--dry-run")
        assert dry.exit_code == 0, dry.output
        assert there(root) == UNTOUCHED
        assert dry.stderr.endswith("--dry-run: nothing was written\n")
        result = run(*arguments)
        assert result.exit_code == 0, result.output
        assert there(root) == changed(**files)
        assert result.stdout == dry.stdout
        assert run("check").exit_code == 0

    def test_what_is_shown(self, run: Run) -> None:
        result = run(*OPEN)
        assert result.stdout == (
            "--- directory/agencies/ubnd.yml\n"
            "+++ directory/agencies/ubnd.yml\n"
            "@@ -3,4 +3,7 @@\n"
            " name: Ủy ban nhân dân tỉnh\n"
            " kind: provincial_committee\n"
            " opened: {document: 1/QĐ-UBND, date: 1991-10-01, event: established}\n"
            "-people: []\n"
            "+people:\n" + "".join(f"+{line}\n" for line in LINES.splitlines()) +
            "create: ltmai-ubnd@laocai.gov.vn (Lò Thị Mai) [5/QĐ-UBND]\n"
            "As of 2011-07-01: create 1\n"
        )  # fmt: skip
        assert result.stderr == ("written: directory/agencies/ubnd.yml\n")

    def test_of_a_day_that_has_passed_the_plan_is_that_of_today(self, run: Run) -> None:
        result = run("open", "ubnd", "--name", "Lò Thị Mai", "--document", "5/QĐ-UBND", "--date", "2011-01-01")
        assert "\nAs of 2011-06-01: create 1\n" in result.stdout

    def test_a_new_agency_says_that_its_file_has_no_owner_yet(self, run: Run, root: Path) -> None:
        result = run(*NEW, "moi")
        assert result.exit_code == 0
        assert "CODEOWNERS does not know the file of moi yet" in result.stderr

    def test_another_directory(self, run: Run, root: Path) -> None:
        root.rename(root.parent / "so")
        assert run(OPEN[0], "ubnd", "so", *OPEN[2:]).exit_code == 0
        assert (root.parent / "so/agencies/ubnd.yml").read_bytes() != UBND.encode()

    def test_in_vietnamese(self, run: Run) -> None:
        result = run(*OPEN, "--lang", "vi")
        assert "\ntạo lập: ltmai-ubnd@laocai.gov.vn" in result.stdout
        assert result.stderr.startswith("đã ghi: directory/agencies/ubnd.yml\n")

    def test_a_name_is_written_as_the_register_demands_it(self, run: Run, root: Path) -> None:
        decomposed = "Lo\u0300  Thi\u0323 Mai "
        assert run("open", "ubnd", "--name", decomposed, "--id", "000104", *BY).exit_code == 0
        assert there(root) == changed(ubnd=UBND.replace(" []", "\n" + LINES.rstrip("\n")))

    def test_a_journal_that_a_killed_command_left_is_cleared_first(
        self, run: Run, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept = {name: transaction._JournalEntry(data, transaction._digest(b"half")) for name, data in UNTOUCHED.items()}
        (root / source.JOURNAL).write_bytes(transaction._dump(kept))
        (root / S).write_bytes(b"half")
        half = there(root)
        dry = run(*OPEN, "--dry-run")
        assert (dry.exit_code, dry.stdout, there(root)) == (2, "", half)
        assert "run the command without --dry-run, which first puts the files back" in dry.stderr
        done = run(*OPEN)
        assert done.exit_code == 0
        assert done.stderr.startswith(
            "a command was cut off half way; these files are again what they were before it: directory/agencies/stttt"
        )
        assert there(root) == changed(ubnd=UBND.replace(" []", "\n" + LINES.rstrip("\n")))

    def test_a_journal_that_came_with_a_commit_is_not_believed(self, run: Run, root: Path) -> None:
        journal = {S: transaction._JournalEntry(b"theirs", transaction._digest(UNTOUCHED[S]))}
        (root / source.JOURNAL).write_bytes(transaction._dump(journal))
        for command in (["init", "-q"], ["add", "."]):
            subprocess.run(["git", *command], cwd=root, check=True)
        result = run(*OPEN)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "came with a commit" in result.stderr
        assert (root / S).read_bytes() == UNTOUCHED[S]


class TestIds:
    def test_a_random_one(self, run: Run, root: Path) -> None:
        for _turn in range(2):
            assert run("open", "ubnd", "--name", "Lò Thị Mai", *BY).exit_code == 0
        found = re.findall('id: "(.*)"', (root / "agencies/ubnd.yml").read_text(encoding="utf-8"))
        assert len(set(found)) == 2
        assert all(re.fullmatch("[a-z2-7]{8}", id_) for id_ in found)

    def test_one_that_is_taken_is_not_chosen(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        given = iter([b"\0" * 5, b"\0" * 5, b"\1" * 5])
        monkeypatch.setattr(people, "secrets", SimpleNamespace(token_bytes=lambda _count: next(given)))
        assert '"aaaaaaaa"' in run("open", "ubnd", "--name", "Lò Thị Mai", *BY).stdout
        assert '"aeaqcaib"' in run("open", "ubnd", "--name", "Lò Thị Mai", *BY).stdout

    def test_who_has_the_name_already_is_told(self, run: Run) -> None:
        result = run("open", "ubnd", "--name", "giàng seo phử", *BY, "--dry-run")
        assert result.stderr.startswith(
            "'giàng seo phử' is written as: Giàng Seo Phử\n"
            "the register has Giàng Seo Phử already: 000103 (gsphu-stttt@laocai.gov.vn); "
            "if it is the same person, give that id: --id\n"
        )


class TestWhichAgencyIsMeant:
    @pytest.mark.parametrize("query", ["ubnd", "UBND", "Ủy ban nhân dân tỉnh", "uy ban nhan dan", "contact-ubnd"])
    def test_agency_given_by_code_or_name_is_found(self, run: Run, root: Path, query: str) -> None:
        assert run("open", query, *OPEN[2:]).exit_code == 0
        assert "Lò Thị Mai" in (root / "agencies/ubnd.yml").read_text("utf-8")

    @pytest.mark.parametrize(
        "arguments",
        [
            ("open", "sttt", *OPEN[2:]),
            ("transfer", "000101", "--to", "sttt", *BY),
            ("custodian", "sttt", "000101", "--as", "head", *BY),
            ("agency", "close", "sttt", *BY),
            ("agency", "change", "ubnd", "--parent", "sttt", *BY),
            (*NEW, "moi", "--parent", "sttt"),
        ],
    )
    def test_agency_mistyped_is_refused_with_the_near_ones(
        self, run: Run, root: Path, arguments: tuple[str, ...]
    ) -> None:
        result = run(*arguments)
        assert (result.exit_code, there(root)) == (1, UNTOUCHED)
        assert "did you mean: stttt (Sở Thông tin và Truyền thông)?" in result.stderr


class TestDaysAndNames:
    @pytest.mark.parametrize("day", ["1/7/2011", "01/07/2011", "01.07.2011", "1-7-2011", "ngày 01 tháng 7 năm 2011"])
    def test_day_as_documents_write_it_is_shown_back_and_written_as_iso(self, run: Run, root: Path, day: str) -> None:
        result = run(*OPEN, "--date", day)
        assert f"{day} is taken as day 1 of month 7, 2011 (2011-07-01)" in result.stderr
        assert "date: 2011-07-01" in (root / "agencies/ubnd.yml").read_text("utf-8")

    def test_day_that_no_month_has_is_refused_with_the_length_of_the_month(self, run: Run) -> None:
        for day in ("30/02/2026", "2026-02-30", "ngày 30 tháng 02 năm 2026"):
            assert "month 2 of 2026 has 28 days" in run(*OPEN, "--date", day).stderr
        assert "there is no month 13" in run(*OPEN, "--date", "1/13/2026").stderr

    @pytest.mark.parametrize(
        "name",
        ["LÒ THỊ MAI", "lò thị mai", "ThS. Lò Thị Mai", "Đồng chí Lò Thị Mai", "Bà Lò Thị Mai", "1. Lò Thị Mai (PGĐ)"],
    )
    def test_name_in_capitals_or_with_a_title_is_mended_and_told(self, run: Run, root: Path, name: str) -> None:
        result = run(*OPEN, "--name", name)
        assert f"'{name}' is written as: Lò Thị Mai\n" in result.stderr
        assert "name: Lò Thị Mai\n" in (root / "agencies/ubnd.yml").read_text("utf-8")

    def test_family_name_that_is_also_an_honorific_is_kept(self, run: Run, root: Path) -> None:
        assert run(*OPEN, "--name", "Ông Ích Khiêm").exit_code == 0
        assert "name: Ông Ích Khiêm\n" in (root / "agencies/ubnd.yml").read_text("utf-8")

    def test_refusal_before_the_language_option_is_said_in_that_language_alone(self, run: Run) -> None:
        said = run("open", "ubnd", "--document", "x", "--lang", "vi").stderr
        assert "không đúng dạng" in said
        assert "shape" not in said


class TestWhoIsMeant:
    @pytest.mark.parametrize(
        "query",
        ["000101", "nvvinh-stttt", "nvvinh-stttt@laocai.gov.vn", "Nguyễn Văn Vịnh", "nguyen vinh", " 000101 "],
    )
    def test_one(self, run: Run, query: str) -> None:
        result = run("close", query, "--event", "retired", *BY, "--dry-run")
        assert "\nclose: nvvinh-stttt@laocai.gov.vn (Nguyễn Văn Vịnh) [5/QĐ-UBND]\n" in result.stdout

    @pytest.mark.parametrize(
        ("query", "message"),
        [
            ("Tẩn", "nobody here is or was 'Tẩn'; try an address, an id or a name"),
            ("", "nobody here is or was ''; try an address, an id or a name"),
            ("\x1b[1m", "nobody here is or was '\\u001b[1m'; try an address, an id or a name"),
            (
                "contact-stttt",
                "contact-stttt is the contact mailbox of an agency; it opens and closes with it: danhba agency",
            ),
        ],
    )
    def test_nobody(self, run: Run, root: Path, query: str, message: str) -> None:
        result = run("close", query, "--event", "retired", *BY)
        assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"danhba: {message}\n")
        assert there(root) == UNTOUCHED

    @pytest.mark.parametrize(
        ("now", "said"), [("2012-01-01", "open mailbox: {} was"), ("2011-06-01", "open mailbox by then: {} will be")]
    )
    @pytest.mark.parametrize("day", ["2012-01-01", "2012-07-01"])
    def test_one_whose_mailboxes_are_closed(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, day: str, now: str, said: str
    ) -> None:
        monkeypatch.setattr(editing, "today", lambda: date.fromisoformat(now))
        result = run("suspend", "000103", "--document", "5/QĐ-UBND", "--date", day)
        assert result.exit_code == 1
        assert result.stderr == (
            f"danhba: Giàng Seo Phử (000103) has no {said.format('gsphu-stttt@laocai.gov.vn')} closed on 2012-01-01 "
            "by 77/QĐ-STTTT\n"
        )

    def test_several(self, run: Run, root: Path) -> None:
        result = run("close", "vinh", "--event", "retired", *BY)
        assert result.exit_code == 1
        assert [line.split()[0] for line in result.stdout.splitlines()] == [
            "nvvinh-stttt@laocai.gov.vn",
            "vinhnv-stttt@laocai.gov.vn",
        ]
        assert result.stderr == "danhba: 'vinh' could be 2 people, listed above; give an id or an address\n"
        assert there(root) == UNTOUCHED

    def test_an_id_goes_before_a_name(self, run: Run, root: Path) -> None:
        write(
            root,
            edited(
                S,
                ('id: "000103"\n    name', 'id: "vinh"\n    name'),
                ("\n    closed: {document: 77/QĐ-STTTT, date: 2012-01-01, event: retired}", ""),
            ),
        )
        assert "(Giàng Seo Phử)" in run("close", "vinh", "--event", "retired", *BY, "--dry-run").stdout

    def test_a_former_address_means_whoever_had_it(self, run: Run) -> None:
        assert run("transfer", "000102", "--to", "ubnd", *BY).exit_code == 0
        day = ("--document", "6/QĐ-UBND", "--date", "2011-08-01")
        assert "+++ directory/agencies/ubnd.yml" in run("close", "vinhnv-stttt", "--event", "retired", *day).stdout

    def test_what_is_to_come_is_not_in_the_way(self, run: Run, root: Path) -> None:
        """Of somebody who is to move, or to leave, the entry is edited that is open on the day."""
        leaving = ("--document", "6/QĐ-UBND", "--date", "2011-12-01")
        assert run("transfer", "000101", "--to", "ubnd", *leaving).exit_code == 0
        assert run("suspend", "000101", *BY, "--until", "2011-08-01").exit_code == 0
        text = (root / S).read_text(encoding="utf-8")
        assert "    suspended:\n      - {document: 5/QĐ-UBND, date: 2011-07-01, until: 2011-08-01}\n" in text
        assert run("suspend", "000103", *BY, "--until", "2011-08-01").exit_code == 0
        assert "until: 2011-08-01}\n" in (root / S).read_text(encoding="utf-8").partition('"000103"')[2]
        after = ("--document", "7/QĐ-UBND", "--date", "2011-12-01", "--until", "2012-01-01")
        assert run("suspend", "000101", *after).exit_code == 0
        assert "7/QĐ-UBND" in (root / "agencies/ubnd.yml").read_text(encoding="utf-8")

    @pytest.mark.parametrize("until", [(), ("--until", "2012-01-01")])
    def test_a_suspension_goes_along_with_who_is_to_move(self, until: tuple[str, ...], run: Run, root: Path) -> None:
        leaving = ("--document", "6/QĐ-UBND", "--date", "2011-12-01")
        assert run("transfer", "000101", "--to", "ubnd", *leaving).exit_code == 0
        assert run("suspend", "000101", *BY, *until).exit_code == 0
        end = ", until: 2012-01-01" if until else ""
        assert f"{{document: 5/QĐ-UBND, date: 2011-07-01{end}}}" in (root / S).read_text(encoding="utf-8")
        there_too = (root / "agencies/ubnd.yml").read_text(encoding="utf-8")
        assert f"    suspended:\n      - {{document: 5/QĐ-UBND, date: 2011-12-01{end}}}\n" in there_too

    def test_nothing_is_closed_twice(self, run: Run, root: Path) -> None:
        result = run("close", "000103", "--event", "deceased", *BY)
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == (
            "danhba: Giàng Seo Phử (000103) will be closed in stttt on 2012-01-01 by 77/QĐ-STTTT already, and nothing "
            "is closed twice; take it back first: danhba withdraw, or give a day from then on\n"
        )
        assert there(root) == UNTOUCHED


REFUSALS = [
    (
        ("open", "snv", "--name", "Lò Thị Mai", *BY),
        1,
        "danhba: the register has no agency 'snv'; write its code, such as snv, or its name\n",
    ),
    (
        ("transfer", "000101", "--to", "snv", *BY),
        1,
        "danhba: the register has no agency 'snv'; write its code, such as snv, or its name\n",
    ),
    (
        ("transfer", "000101", "--to", "stttt", *BY),
        1,
        "danhba: Nguyễn Văn Vịnh (000101) is in stttt already; a transfer goes to another agency\n",
    ),
    (
        ("custodian", "ubnd", "000101", "--as", "head", *BY),
        1,
        "danhba: Nguyễn Văn Vịnh (000101) is open in stttt, not in ubnd\n",
    ),
    (
        ("agency", "close", "stttt", *BY),
        1,
        ("danhba: stttt has 3 people who are open on 2011-07-01, listed above; close or transfer them first, "
        "or decide on all of them at once: danhba reorganise\n"),
    ),
    (
        ("agency", "close", "snv", *BY),
        1,
        "danhba: the register has no agency 'snv'; write its code, such as snv, or its name\n",
    ),
    (
        (*NEW, "ubnd"),
        1,
        "danhba: the register has ubnd already, and no tendonvi is issued again; take another\n",
    ),
    (
        (*NEW, "moi", "--event", "merged", "--succeeds", "x, stttt"),
        1,
        ("danhba: moi cannot take over from stttt, which is still open; what closes one and opens another is a "
        "reorganisation: danhba reorganise\n"),
    ),
    (
        ("open", "ubnd", "--name", "A\udcff", *BY),
        1,
        "danhba: 'A\\udcff' has U+DCFF, which cannot stand in a register; write it on one line, without it\n",
    ),
    (
        ("open", "ubnd", "trống", "--name", "A", *BY),
        2,
        "danhba: there is no directory trống; name the register's directory\n",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "status", "message"), REFUSALS)
def test_refusals(run: Run, root: Path, arguments: tuple[str, ...], status: int, message: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stderr) == (status, message)
    assert there(root) == UNTOUCHED


def test_an_agency_with_people_lists_them(run: Run) -> None:
    assert [line.split()[-1] for line in run("agency", "close", "stttt", *BY).stdout.splitlines()] == [
        "đốc", "000102", "000103"
    ]  # fmt: skip


ENDINGS = "deceased | dismissed | left_province | resigned | retired"


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (("open", "ubnd"), "--name, --document, --date"),
        (("open", "ubnd", "--document", "5/QĐ-UBND"), "--name, --date"),
        (("close", "000101"), f"--event ({ENDINGS}), --document, --date"),
        (("transfer", "000101", "--date", "2011-07-01"), "--to, --document"),
        (("suspend", "000101"), "--document, --date"),
        (("custodian", "stttt", "000101"), "--as (delegate | head), --document, --date"),
        (("key", "stttt"), "--key, --document, --date"),
        (("resume", "000102"), "--document, --date"),
        (("leave", "000101"), "--from, --to"),
        (("return", "000101"), "--date"),
        (
            ("agency", "open", "moi"),
            "--name, --kind, --event (established | merged | renamed | split), --document, --date",
        ),
        (("agency", "close", "ubnd"), "--document, --date"),
    ],
)
def test_all_that_is_missing_is_told_at_once(run: Run, root: Path, arguments: tuple[str, ...], missing: str) -> None:
    result = run(*arguments)
    command = " ".join(arguments[: 1 + (arguments[0] == "agency")])
    assert result.exit_code == 2
    assert result.stderr == (
        f"danhba: missing {missing}; a terminal is asked for them\n    see: main {command} --help\n"
    )
    assert there(root) == UNTOUCHED


@pytest.mark.parametrize(
    "arguments",
    [
        (*OPEN, "--document", "công văn số 5"),
        (*OPEN, "--date", "30/2/2026"),
        (*OPEN, "--date", "2026-13-01"),
        (*OPEN, "--date", "20110701"),
        (*OPEN, "--event", "transferred"),
        (*OPEN, "--id", "Lò Thị Mai"),
        (*OPEN, "--name", " "),
        (*OPEN, "--name", "Mai 2"),
        (*OPEN, "--name", "Lò Thị Mai, Tẩn Văn Bình"),
        ("close", "000101", "--event", "transferred", *BY),
        ("custodian", "stttt", "000101", "--as", "deputy", *BY),
        ("custodian", "stttt", "000101", "--as", "head", "--key", "age1", *BY),
        ("agency", "close", "ubnd", "--event", "merged", *BY),
        (*NEW, "moi", "--kind", "ministry"),
    ],
)
def test_what_has_the_wrong_shape(run: Run, root: Path, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert re.match("danhba: (--)?[a-zA-Z_]+: ", result.stderr)
    assert there(root) == UNTOUCHED


class TestLeave:
    """Entered day by day, ended sooner, and taken out where it has not begun."""

    @pytest.fixture
    def on_leave(self, run: Run) -> Run:
        for span in (("2011-07-04", "2011-07-08"), ("2011-08-01", "2011-08-12")):
            assert run("leave", "000101", "--from", span[0], "--to", span[1]).exit_code == 0
        return run

    @pytest.mark.parametrize(
        ("back", "left"),
        [
            ("2011-07-06", ["from: 2011-07-04, to: 2011-07-05", "from: 2011-08-01, to: 2011-08-12"]),
            ("2011-07-08", ["from: 2011-07-04, to: 2011-07-07", "from: 2011-08-01, to: 2011-08-12"]),
            ("2011-07-04", ["from: 2011-08-01, to: 2011-08-12"]),
            ("2011-07-09", ["from: 2011-07-04, to: 2011-07-08"]),
            ("2011-08-02", ["from: 2011-07-04, to: 2011-07-08", "from: 2011-08-01, to: 2011-08-01"]),
        ],
    )
    def test_back_sooner(self, on_leave: Run, root: Path, back: str, left: list[str]) -> None:
        assert on_leave("return", "000101", "--date", back).exit_code == 0
        assert re.findall(r"from: [-0-9]+, to: [-0-9]+", (root / S).read_text(encoding="utf-8")) == left

    def test_what_is_left_can_go_too(self, on_leave: Run, root: Path) -> None:
        for back in ("2011-07-04", "2011-08-01"):
            assert on_leave("return", "000101", "--date", back).exit_code == 0
        assert there(root) == UNTOUCHED

    def test_nothing_to_come_back_from(self, on_leave: Run) -> None:
        result = on_leave("return", "000101", "--date", "2011-08-13")
        assert result.exit_code == 1
        assert result.stderr == (
            "danhba: 000101 has no leave in stttt on 2011-08-13 or later; see what there is: danhba who 000101\n"
        )

    def test_of_somebody_who_moved_meanwhile(self, on_leave: Run, root: Path) -> None:
        leaving = ("--document", "6/QĐ-UBND", "--date", "2011-08-03")
        assert on_leave("transfer", "000101", "--to", "ubnd", *leaving).exit_code == 0
        assert on_leave("return", "000101", "--date", "2011-08-05").exit_code == 0
        assert "{from: 2011-08-01, to: 2011-08-04}" in (root / S).read_text(encoding="utf-8")

    def test_of_somebody_who_comes_later(self, run: Run, root: Path) -> None:
        """What was entered for the former day stays where it is, and is none of the new entry's."""
        assert run(*OPEN).exit_code == 0
        assert run("leave", "000104", "--from", "2011-07-04", "--to", "2011-08-05").exit_code == 0
        until = ("--until", "2011-08-01", "--date", "2011-06-01")
        result = run("withdraw", "000104", "--document", "9/QĐ-UBND", *until)
        assert result.exit_code == 0, result.output
        assert (root / "agencies/ubnd.yml").read_text(encoding="utf-8").count("leave:") == 1

    def test_twice_on_one_day_is_a_finding(self, on_leave: Run, root: Path) -> None:
        before = there(root)
        result = on_leave("leave", "000101", "--from", "2011-07-08", "--to", "2011-07-11")
        assert result.exit_code == 1
        assert "leave-overlap" in result.stdout + result.stderr
        assert there(root) == before

    def test_who_shows_it(self, on_leave: Run) -> None:
        assert "    on leave 2011-07-04 to 2011-07-08\n" in on_leave("who", "000101").stdout
        [shown] = json.loads(on_leave("who", "000101", "--format", "json").stdout)
        assert shown["leave"][0] == {"from": "2011-07-04", "to": "2011-07-08"}
        assert "leave" not in on_leave("addresses", "--format", "json").stdout


class TestFindings:
    @pytest.mark.parametrize(
        ("arguments", "rule"),
        [
            (("open", "ubnd", "--name", "Mai", "--id", "000101", *BY), "person-two-mailboxes"),
            (
                ("open", "ubnd", "--name", "Lan", "--quota", "9", "--quota-document", "3/UBND-VP", *BY),
                "schema-shape",
            ),
            (("open", "ubnd", "--name", "Lan", "--title", "V\u200băn thư", *BY), "unicode-invisible"),
            (("close", "000101", "--event", "retired", *BY[:3], "2010-01-01"), "person-dates"),
            (("close", "000101", "--event", "retired", *BY, "--document", "5/TTr-X"), "document-person"),
            (("suspend", "000101", *BY, "--until", "2011-06-01"), "person-dates"),
            (("custodian", "stttt", "000102", "--as", "head", *BY[:3], "2010-10-20"), "custodian-order"),
            (("agency", "close", "ubnd", *BY), "agency-parent-closed"),
            (("agency", "change", "stttt", "--kind", "office", *BY[:3], "1990-01-01"), "agency-change-day"),
            (("agency", "change", "stttt", "--kind", "department", *BY), "agency-change-same"),
            (("agency", "change", "ubnd", "--parent", "stttt", *BY), "agency-cycle"),
            (("agency", "change", "stttt", "--kind", "office", "--document", "5/TTr-X", *BY[2:]), "document-agency"),
            (("agency", "change", "stttt", "--kind", "office", "--document", "5/QĐ-STTTT", *BY[2:]), "document-own"),
        ],
    )
    def test_an_error_that_the_change_brings_in(
        self, run: Run, root: Path, arguments: tuple[str, ...], rule: str
    ) -> None:
        result = run(*arguments)
        assert result.exit_code == 1, result.output
        assert re.search(f"^directory/agencies/.*: error {rule} ", result.stderr, re.MULTILINE), result.stderr
        assert result.stderr.endswith(
            "danhba: the change would bring in what stands above (lines as they would be); nothing was written\n"
        )
        assert result.stdout == ""
        assert there(root) == UNTOUCHED

    def test_over_the_limits_of_a_plan(self, run: Run, root: Path) -> None:
        """What an apply would refuse is refused here already, since nobody could do anything with it."""
        strict = PROVINCE.partition("acknowledgements")[0].replace("agency_percent: 20", "agency_percent: 0")
        write(root, {**SAMPLE, "province.yml": strict})
        result = run("close", "000101", "--event", "retired", "--document", "5/QĐ-UBND", "--date", "2011-06-01")
        assert result.exit_code == 1
        assert "error plan-agency-limit " in result.stderr

    def test_advice_does_not_refuse(self, run: Run, root: Path) -> None:
        result = run(*OPEN, "--phone", "hỏi An")
        assert result.exit_code == 0
        assert "advice office-phone" in result.stderr
        assert there(root) != UNTOUCHED

    def test_errors_that_were_there_before(self, run: Run, root: Path) -> None:
        texts = edited(S, ("77/QĐ-STTTT", "77"))
        write(root, texts)
        result = run(*OPEN)
        assert result.exit_code == 0
        assert "document-shape" not in result.stderr
        assert (
            "the register has 1 errors already, which danhba check shows: they do not stop this change, but its plan "
            "can be shown only after they are corrected\n"
        ) in result.stderr
        assert "checksum" not in result.stdout
        assert there(root)["agencies/ubnd.yml"] != UBND.encode()

    def test_an_error_of_the_same_kind_elsewhere_is_a_new_one(self, run: Run, root: Path) -> None:
        write(root, edited(S, ("date: 2012-01-01, event: retired", "date: 2009-01-01, event: retired")))
        result = run("close", "000101", "--event", "retired", "--document", "5/QĐ-UBND", "--date", "2009-01-01")
        assert (result.exit_code, "000101: closed 2009-01-01" in result.stderr) == (1, True)
        assert "000103" not in result.stderr

    def test_where_nothing_can_be_made_out(self, run: Run, root: Path) -> None:
        write(root, {**SAMPLE, "province.yml": "province: [\n"})
        before = there(root)
        result = run(*OPEN)
        assert result.exit_code == 1
        assert result.stderr.endswith("correct these first; nothing was done\n")
        assert there(root) == before

    def test_a_file_that_is_no_register(self, run: Run, root: Path) -> None:
        write(root, {**SAMPLE, "agencies/ubnd.yml": UBND + "people: []\n"})
        result = run(*OPEN)
        assert (result.exit_code, result.stderr) == (
            1,
            (
                "danhba: directory/agencies/ubnd.yml cannot be edited: line 7 is not as a register is written; "
                "correct what danhba check says\n"
            ),
        )


def test_somebody_else_was_faster(run: Run, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file changes while the change is being checked; theirs stays."""

    def slow(files: list[File], day: date, base: Checked | None = None) -> Checked:
        (root / "agencies/ubnd.yml").write_bytes(b"# theirs\n")
        return check(files, day, base)

    monkeypatch.setattr("danhba.cli.commit.examine", slow)
    result = run(*OPEN)
    assert (result.exit_code, result.stderr) == (
        1,
        (
            "danhba: directory/agencies/ubnd.yml has changed since it was read; nothing was written: "
            "run the command again\n"
        ),
    )
    assert there(root) == UNTOUCHED | {"agencies/ubnd.yml": b"# theirs\n"}


def test_a_change_says_what_is_to_be_changed(run: Run, root: Path) -> None:
    result = run("change", "000101")
    assert (result.exit_code, there(root)) == (2, UNTOUCHED)
    assert "--title, --unit, --phone, --quota" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("open", "ubnd", "--name", "Trần Thị Lan"),
        ("transfer", "000102", "--to", "ubnd"),
        ("agency", "open", "moi", "--name", "Sở Mới", "--kind", "department", "--event", "established"),
    ],
)
def test_a_quota_that_is_given_wants_its_document(run: Run, root: Path, arguments: tuple[str, ...]) -> None:
    result = run(*arguments, "--quota", "20G", *BY)
    assert (result.exit_code, there(root)) == (2, UNTOUCHED)
    assert "--quota-document" in result.stderr
    assert run(*arguments, "--quota", "20G", "--quota-document", "3/QĐ-UBND", *BY).exit_code == 0


def test_a_change_of_a_quota_wants_the_document_that_decides_it(run: Run, root: Path) -> None:
    result = run("change", "000101", "--quota", "5G")
    assert (result.exit_code, there(root)) == (2, UNTOUCHED)
    assert "--quota-document" in result.stderr
    assert run("change", "000101", "--quota", "5G", "--quota-document", "3/STTTT-VP").exit_code == 0
    written = there(root)
    for more in (("--quota", "9G"), ("--without", "quota")):
        result = run("change", "000101", *more, "--quota-document", "3/STTTT-VP")
        assert (result.exit_code, there(root)) == (1, written)
        assert "history-quota" in result.stderr
    assert run("change", "000101", "--without", "quota", "--quota-document", "4/STTTT-VP").exit_code == 0


def test_a_change_of_an_agency_says_what_changes(run: Run, root: Path) -> None:
    result = run("agency", "change", "stttt", *BY)
    assert (result.exit_code, there(root)) == (2, UNTOUCHED)
    assert "--kind, --parent, --identifier" in result.stderr
    assert run("agency", "change", "snv", "--kind", "office", *BY).exit_code == 1


@pytest.mark.clause("R6.1a")
def test_changes_of_an_agency_stand_by_their_days(run: Run, root: Path) -> None:
    """Entered in whatever order, and no address by it is another."""
    addresses = run("addresses", "--format", "json").stdout
    for kind, day in (("office", "2011-09-01"), ("board", "2011-08-01"), ("inspectorate", "2011-10-01")):
        arguments = ("agency", "change", "stttt", "--kind", kind, "--document", "5/QĐ-UBND", "--date", day)
        assert run(*arguments).exit_code == 0
    text = (root / S).read_text("utf-8")
    assert re.findall(r"date: (2011-..-01), kind: (\w+)", text) == [
        ("2011-08-01", "board"), ("2011-09-01", "office"), ("2011-10-01", "inspectorate")
    ]  # fmt: skip
    assert run("addresses", "--format", "json").stdout == addresses


def test_a_key_is_for_an_agency_whose_mailbox_somebody_has(run: Run, root: Path) -> None:
    for agency, day in (("ubnd", "2011-07-01"), ("stttt", "2010-01-01")):
        result = run("key", agency, "--key", AGE, "--document", "5/QĐ-UBND", "--date", day)
        assert (result.exit_code, there(root)) == (1, UNTOUCHED)
        assert f"danhba custodian {agency}" in result.stderr


def test_only_a_suspension_in_force_is_ended(run: Run, root: Path) -> None:
    for person, day in (("000101", "2011-06-15"), ("000102", "2011-09-01")):
        result = run("resume", person, "--document", "8/QĐ-STTTT", "--date", day)
        assert (result.exit_code, there(root)) == (1, UNTOUCHED)
        assert f"{person} is not suspended in stttt on {day}" in result.stderr


MAI = ("change", "000102", "--name", "Ngô Thị Mai", *BY)
RENAMED = """\
    closed: {document: 5/QĐ-UBND, date: 2011-07-01, event: renamed}
"""
NEW_NAME = """\
  - id: "000102"
    name: Ngô Thị Mai
    opened: {document: 5/QĐ-UBND, date: 2011-07-01, event: renamed}
    suspended:
      - {document: 9/QĐ-STTTT, date: 2011-07-01, until: 2011-08-01}
"""


class TestAnotherName:
    def test_is_a_pair_of_entries_and_takes_a_suspension_along(self, run: Run, root: Path) -> None:
        result = run(*MAI)
        assert result.exit_code == 0, result.output
        assert there(root) == changed(stttt=after(STTTT, NGO, RENAMED) + NEW_NAME)
        # She is suspended by then: the same plan as for a transfer.
        assert (
            "rename, readdress: vinhnv-stttt@laocai.gov.vn (Ngô Vân Vinh → Ngô Thị Mai) → ntmai-stttt@laocai.gov.vn"
        ) in result.stdout
        assert "close" not in result.stdout.splitlines()[-1]

    def test_keeps_what_is_said_of_a_person_and_a_pinned_address(self, run: Run, root: Path) -> None:
        result = run(
            *("change", "000101", "--name", "Nguyễn Thị Vịnh", "--unit", "Ban Giám đốc", *BY),
            *("--address", "nvvinh-stttt", "--address-document", "5/QĐ-UBND"),
        )
        assert result.exit_code == 0, result.output
        assert (
            (root / S)
            .read_text(encoding="utf-8")
            .endswith("""\
  - id: "000101"
    name: Nguyễn Thị Vịnh
    title: Giám đốc
    leader: true
    unit: Ban Giám đốc
    phone: "0214 3 840 034"
    address: nvvinh-stttt
    address_document: 5/QĐ-UBND
    opened: {document: 5/QĐ-UBND, date: 2011-07-01, event: renamed}
""")
        )
        assert "rename: nvvinh-stttt@laocai.gov.vn (Nguyễn Văn Vịnh → Nguyễn Thị Vịnh)" in result.stdout

    def test_of_which_a_part_is_stated(self, run: Run, root: Path) -> None:
        parts = "    name: Ngô Vân Vinh\n    family: Ngô\n    given: Vinh\n"
        write(root, edited(S, ("    name: Ngô Vân Vinh\n", parts)))
        assert run(*MAI).exit_code == 0
        assert "    name: Ngô Thị Mai\n    family: Ngô\n    opened" in (root / S).read_text(encoding="utf-8")

    @pytest.mark.parametrize(
        ("arguments", "status", "said"),
        [
            (("--name", "Ngô Vân Vinh", *BY), 1, "person-renamed-same"),
            (("--name", "Ngô Thị Mai"), 2, "missing --document, --date"),
            (("--address", "mai-stttt"), 2, "--address go with a new name; give it: --name"),
            (("--title", "Văn thư", *BY), 2, "--document, --date go with a new name; give it: --name"),
            (("--name", "Ngô Thị Mai", *BY, "--address", "mai-stttt"), 1, "address-document"),
        ],
    )
    def test_is_refused(self, arguments: tuple[str, ...], status: int, said: str, run: Run, root: Path) -> None:
        result = run("change", "000102", *arguments)
        assert (result.exit_code, said in result.stderr) == (status, True), result.output
        assert there(root) == UNTOUCHED

    def test_to_come_is_not_in_the_way_of_what_is_described_suspended_and_resumed(self, run: Run, root: Path) -> None:
        later = ("--document", "6/QĐ-UBND", "--date", "2011-07-15")
        assert run("change", "000102", "--name", "Ngô Thị Mai", *later).exit_code == 0
        assert run("change", "000102", "--title", "Văn thư").exit_code == 0
        text = (root / S).read_text(encoding="utf-8")
        assert text.count("    title: Văn thư\n") == 2
        assert "{document: 9/QĐ-STTTT, date: 2011-07-15, until: 2011-08-01}" in text
        assert run("resume", "000102", *BY).exit_code == 0
        text = (root / S).read_text(encoding="utf-8")
        assert "until: 2011-08-01, ended: {document: 5/QĐ-UBND, date: 2011-07-01}}" in text
        assert "until: 2011-08-01, ended: {document: 5/QĐ-UBND, date: 2011-07-15}}" in text
        again = ("--document", "7/QĐ-UBND", "--date", "2011-07-10")
        assert run("suspend", "000102", *again).exit_code == 0
        text = (root / S).read_text(encoding="utf-8")
        assert "- {document: 7/QĐ-UBND, date: 2011-07-10}\n" in text
        assert "- {document: 7/QĐ-UBND, date: 2011-07-15}\n" in text

    def test_to_come_is_not_overtaken(self, run: Run, root: Path) -> None:
        later = ("--document", "6/QĐ-UBND", "--date", "2011-12-01")
        assert run("change", "000101", "--name", "Nguyễn Thị Vịnh", *later).exit_code == 0
        before = there(root)
        for arguments in (("transfer", "000101", "--to", "ubnd", *BY), ("close", "000101", "--event", "retired", *BY)):
            result = run(*arguments)
            assert (result.exit_code, "will be closed in stttt on 2011-12-01" in result.stderr) == (1, True)
        assert there(root) == before


TAKEN = "withdrawn: {document: 8/QĐ-UBND, date: 2011-06-01}"
WITHDRAW = ("--document", "8/QĐ-UBND")
LATER = ("--until", "2011-09-01")


class TestWithdrawing:
    """On 1 June 2011; what `BY` does is of 1 July."""

    def test_a_retirement(self, run: Run, root: Path) -> None:
        assert run("close", "000101", "--event", "retired", *BY).exit_code == 0
        result = run("withdraw", "000101", *WITHDRAW)
        assert result.exit_code == 0, result.output
        item = f"    withdrawn:\n      - {{document: 5/QĐ-UBND, date: 2011-07-01, event: retired, {TAKEN}}}\n"
        assert there(root) == changed(stttt=after(STTTT, VINH, item))
        assert (
            "withdrawn: Nguyễn Văn Vịnh (000101): retired, from 2011-07-01 on, by 5/QĐ-UBND; by 8/QĐ-UBND it does not "
            "come to pass\n"
        ) in result.stderr
        assert result.stdout.endswith("As of 2011-06-01: no mailbox and no address changes\n")

    def test_a_retirement_put_off_and_withdrawn_in_the_end(self, run: Run, root: Path) -> None:
        assert run("close", "000101", "--event", "retired", *BY).exit_code == 0
        result = run("withdraw", "000101", *WITHDRAW, *LATER)
        assert result.exit_code == 0, result.output
        assert "it comes on 2011-09-01" in result.stderr
        closed = "    closed: {document: 8/QĐ-UBND, date: 2011-09-01, event: retired}\n"
        item = f"    withdrawn:\n      - {{document: 5/QĐ-UBND, date: 2011-07-01, event: retired, {TAKEN}}}\n"
        assert there(root) == changed(stttt=after(STTTT, VINH, closed + item))
        assert run("withdraw", "000101", "--document", "9/QĐ-UBND", "--date", "2011-05-30").exit_code == 0
        again = item.rstrip("\n") + (
            "\n      - {document: 8/QĐ-UBND, date: 2011-09-01, event: retired, "
            "withdrawn: {document: 9/QĐ-UBND, date: 2011-05-30}}\n"
        )
        assert there(root) == changed(stttt=after(STTTT, VINH, again))

    def test_one_who_never_comes_and_one_who_comes_later(self, run: Run, root: Path) -> None:
        assert run(*OPEN).exit_code == 0
        assert run("withdraw", "000104", *WITHDRAW, *LATER).exit_code == 0
        opened = LINES.replace("recruited}", f"recruited, {TAKEN}}}")
        again = LINES.replace(EVENT % "recruited", "{document: 8/QĐ-UBND, date: 2011-09-01, event: recruited}")
        assert there(root) == changed(ubnd=UBND.replace(" []", "\n" + (opened + again).rstrip("\n")))
        assert run("withdraw", "ltmai-ubnd", "--document", "9/QĐ-UBND").exit_code == 0
        assert (root / "agencies/ubnd.yml").read_text(encoding="utf-8").count("withdrawn:") == 2
        # The address stays hers.
        result = run("open", "ubnd", "--name", "Lò Thị Mai", "--id", "000105", *BY)
        assert "mailt-ubnd@laocai.gov.vn" in result.stdout
        hers = ("open", "ubnd", "--name", "Lò Thị Mai", "--id", "000104", "--dry-run")
        anew = ("--document", "10/QĐ-UBND", "--date", "2011-07-01")
        assert "create: ltmai-ubnd@laocai.gov.vn" in run(*hers, *anew).stdout
        # What was withdrawn does not come to pass by the same document after all.
        assert "person-withdrawn-twice" in run(*hers, *BY).stderr
        refused = run("close", "000104", "--event", "resigned", *BY)
        assert "that ltmai-ubnd@laocai.gov.vn opens on 2011-09-01 was withdrawn by 9/QĐ-UBND" in refused.stderr

    @pytest.mark.parametrize("later", [(), LATER])
    def test_a_transfer(self, later: tuple[str, ...], run: Run, root: Path) -> None:
        assert run("transfer", "000102", "--to", "ubnd", *BY).exit_code == 0
        result = run("withdraw", "000102", *WITHDRAW, *later)
        assert result.exit_code == 0, result.output
        left, came = ((root / f"agencies/{code}.yml").read_text(encoding="utf-8") for code in ("stttt", "ubnd"))
        assert f"event: transferred, {TAKEN}" in left
        assert f"event: transferred, {TAKEN}" in came
        new = "{document: 8/QĐ-UBND, date: 2011-09-01, event: transferred}\n"
        assert (f"closed: {new}" in left, f"opened: {new}" in came) == (bool(later), bool(later))

    @pytest.mark.parametrize("later", [(), LATER])
    def test_a_name(self, later: tuple[str, ...], run: Run, root: Path) -> None:
        assert run(*MAI).exit_code == 0
        assert run("withdraw", "000102", "--event", "đổi tên", *WITHDRAW, *later).exit_code == 0
        text = (root / S).read_text(encoding="utf-8")
        assert text.count(f"event: renamed, {TAKEN}") == 2
        assert text.count("    name: Ngô Thị Mai\n") == (2 if later else 1)
        shown = run("who", "000102").stdout
        assert "ntmai-stttt@laocai.gov.vn  [withdrawn]" in shown
        assert "withdrawn 2011-06-01 by 8/QĐ-UBND: 5/QĐ-UBND (renamed), of 2011-07-01" in shown
        former, never, *_rest = json.loads(run("who", "000102", "--format", "json").stdout)
        taken_back = {"document": "5/QĐ-UBND", "date": "2011-07-01", "event": "renamed"}
        ending = {"withdrawn": {"document": "8/QĐ-UBND", "date": "2011-06-01"}}
        assert former["withdrawn"] == [taken_back | ending]
        assert (never["state"], never["opened"], never["closed"]) == ("withdrawn", taken_back | ending, None)
        listed = json.loads(run("addresses", "--format", "json").stdout)
        never, *_rest = (each for each in listed if each["address"].startswith("ntmai"))
        assert (never["state"], never["closed"]) == ("withdrawn", None)
        # What is described is of the name that holds.
        assert run("change", "000102", "--title", "Văn thư").exit_code == 0
        assert (root / S).read_text(encoding="utf-8").count("    title: Văn thư\n") == (2 if later else 1)

    def test_a_suspension_with_what_it_takes_along(self, run: Run, root: Path) -> None:
        assert run("change", "000101", "--name", "Nguyễn Thị Vịnh", "--document", "6/QĐ-UBND", "--date", "2011-08-01")
        assert run("suspend", "000101", *BY).exit_code == 0
        assert run("withdraw", "000101", *WITHDRAW).exit_code == 1
        assert run("withdraw", "000101", "--event", "suspended", *WITHDRAW).exit_code == 0
        text = (root / S).read_text(encoding="utf-8")
        assert f"- {{document: 5/QĐ-UBND, date: 2011-07-01, {TAKEN}}}\n" in text
        assert f"- {{document: 5/QĐ-UBND, date: 2011-08-01, {TAKEN}}}\n" in text

    @pytest.mark.parametrize(
        ("first", "arguments", "status", "said"),
        [
            ((), ("000101", *WITHDRAW), 1, "nothing is to come for Nguyễn Văn Vịnh (000101) after 2011-06-01"),
            ((), ("000101",), 2, "missing --document"),
            ((), ("nobody", *WITHDRAW), 1, "nobody here is or was 'nobody'"),
            ((), ("000103", "--event", "resigned", *WITHDRAW), 1, "nothing is to come"),
            ((), ("000103", "--document", "77/QĐ-STTTT"), 1, "document-withdrawn"),
            ((), ("000103", "--document", "8/GM-STTTT"), 1, "document-slip"),
            ((), ("000103", *WITHDRAW, "--date", "2012-01-01"), 1, "person-withdrawn"),
            (
                (),
                ("000103", *WITHDRAW, "--until", "2012-01-01"),
                1,
                "2012-01-01 is not after 2012-01-01, when it is to",
            ),
            (
                ("suspend", "000103", *BY),
                ("000103", *WITHDRAW),
                1,
                (
                    "several things are to come for Giàng Seo Phử (000103): suspended 2011-07-01 (5/QĐ-UBND), retired "
                    "2012-01-01 (77/QĐ-STTTT); say which one: --event"
                ),
            ),
            (
                ("close", "000101", "--event", "retired", "--document", "5/QĐ-UBND", "--date", "2011-06-01"),
                ("000101", *WITHDRAW),
                1,
                "nothing is to come",
            ),
        ],
    )
    def test_refused(  # noqa: PLR0917
        self, first: tuple[str, ...], arguments: tuple[str, ...], status: int, said: str, run: Run, root: Path
    ) -> None:
        if first:
            assert run(*first).exit_code == 0
        before = there(root)
        result = run("withdraw", *arguments)
        assert (result.exit_code, said in result.stderr) == (status, True), result.output
        assert there(root) == before

    def test_who_was_to_move_is_suspended_where_the_mailbox_stays(self, run: Run, root: Path) -> None:
        assert run("transfer", "000101", "--to", "ubnd", *BY).exit_code == 0
        assert run("withdraw", "000101", *WITHDRAW, *LATER).exit_code == 0
        assert run("suspend", "000101", "--document", "7/QĐ-UBND", "--date", "2011-06-15").exit_code == 0
        assert (root / S).read_text(encoding="utf-8").count("{document: 7/QĐ-UBND, date: 2011-06-15}") == 1
        came = (root / "agencies/ubnd.yml").read_text(encoding="utf-8")
        assert came.count("7/QĐ-UBND") == came.count("{document: 7/QĐ-UBND, date: 2011-09-01}") == 1
        assert run("resume", "000101", "--document", "6/QĐ-UBND", "--date", "2011-06-20").exit_code == 0
        came = (root / "agencies/ubnd.yml").read_text(encoding="utf-8")
        assert came.count("ended: {document: 6/QĐ-UBND, date: 2011-09-01}") == 1

    def test_a_plan_of_a_later_day_misses_nobody_who_never_comes(self, run: Run, root: Path) -> None:
        assert run(*OPEN).exit_code == 0
        git(root.parent, "init", "-q")
        git(root.parent, "add", ".")
        git(root.parent, "commit", "-qm", "x")
        assert run("withdraw", "000104", *WITHDRAW).exit_code == 0
        result = run("plan", "--against", "HEAD", "--as-of", "2011-08-02")
        assert (result.exit_code, "plan-vanished" in result.output) == (0, False), result.output
