"""The `danhba` command: exit statuses, formats and languages (register format, The commands)."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from danhba import cli
from danhba.addresses.rule import candidates
from danhba.cli import common
from danhba.planning.accounts import EMPTY, dump
from danhba.vietnamese.names import split
from tests.factory import write_register
from tests.support.registers import SAMPLE, STTTT, UBND, agency, edited, person, register, write

DANHBA = Path(sys.executable).with_name("danhba")
S = "agencies/stttt.yml"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command in a directory that holds the sample register, in English."""
    monkeypatch.setenv("LANGUAGE", "en")
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "directory")

    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(cli.main, [str(a) for a in arguments])
        # Whatever is given, nobody meets a traceback.
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
        return result

    return invoke


def commit(root: Path, message: str = "Change") -> None:
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", message]):
        subprocess.run(
            ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org", *arguments], cwd=root, check=True
        )


def outside(*arguments: str | bytes, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    """Run the installed command as a process of its own, in English."""
    environment = {**os.environ, "LANGUAGE": "en"}
    return subprocess.run([DANHBA, *arguments], cwd=cwd, env=environment, check=False, capture_output=True)


class TestCheck:
    def test_a_register_without_findings(self, run: Run) -> None:
        result = run("check")
        assert (result.exit_code, result.stdout) == (0, "0 errors, 0 pieces of advice\n")

    def test_findings(self, run: Run, tmp_path: Path) -> None:
        write(tmp_path / "directory", edited(S, ("77/QĐ-STTTT", "77")))
        result = run("check", "directory", "--format", "json")
        assert result.exit_code == 1
        (found,) = json.loads(result.stdout)
        assert set(found) == {"rule", "severity", "clause", "file", "line", "column", "object", "message"}
        assert (found["file"], found["line"], found["column"]) == (f"directory/{S}", 27, 24)

    def test_advice_alone_is_no_failure(self, run: Run, tmp_path: Path) -> None:
        write(tmp_path / "directory", edited(S, ('"0214 3 840 034"', "gọi An")))
        result = run("check")
        assert result.exit_code == 0
        assert "office-phone" in result.stdout

    def test_the_day_decides_what_lies_far_ahead(self, run: Run, tmp_path: Path) -> None:
        write(
            tmp_path / "directory", edited(S, ("date: 2012-01-01, event: retired", "date: 2102-01-01, event: retired"))
        )
        assert "date-future" in run("check").stdout
        assert "date-future" not in run("check", "--as-of", "2101-12-01").stdout

    def test_results_are_kept_unless_asked_not_to(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        run("check", "--no-cache")
        assert not (tmp_path / "cache").exists()
        run("check")
        assert list((tmp_path / "cache").rglob("*.sqlite"))
        (tmp_path / "cache" / "danhba" / "results.sqlite").write_bytes(b"damaged" * 100)
        assert run("check").exit_code == 0

    @pytest.mark.parametrize("form", ["text", "json", "github", "gitlab", "sarif"])
    @pytest.mark.parametrize("language", ["vi", "en"])
    def test_every_format_in_both_languages(self, run: Run, tmp_path: Path, form: str, language: str) -> None:
        write(tmp_path / "directory", edited(S, ("77/QĐ-STTTT", "77")))
        result = run("check", "--format", form, "--lang", language)
        assert result.exit_code == 1
        assert "document-shape" in result.stdout
        if form in ("json", "gitlab", "sarif"):
            assert json.loads(result.stdout)

    def test_nothing_to_say_to_github(self, run: Run) -> None:
        assert run("check", "--format", "github").output == ""

    def test_against_a_base(self, run: Run, tmp_path: Path) -> None:
        commit(tmp_path)
        assert run("check", "--base", "HEAD").exit_code == 0
        write(tmp_path / "directory", {S: STTTT[: STTTT.index('  - id: "000103"')]})
        assert run("check").exit_code == 0
        result = run("check", "--base", "HEAD", "--format", "json")
        assert result.exit_code == 1
        assert [f["rule"] for f in json.loads(result.stdout)] == ["history-entry-removed"]

    @pytest.mark.parametrize("base", ["nowhere", "", "--format"])
    def test_a_base_that_is_not_there_is_never_passed_over(self, run: Run, tmp_path: Path, base: str) -> None:
        commit(tmp_path)
        result = run("check", f"--base={base}")
        assert (result.exit_code, result.stdout) == (2, "")
        assert base in result.stderr

    @pytest.mark.parametrize(
        ("directory", "said"),
        [
            ("nowhere", "there is no directory nowhere"),
            ("directory/agencies", "directory/agencies is no register"),
            ("directory/province.yml", "there is no directory directory/province.yml"),
        ],
    )
    def test_what_is_no_register(self, run: Run, directory: str, said: str) -> None:
        result = run("check", directory)
        assert (result.exit_code, result.stdout) == (2, "")
        assert said in result.stderr


class TestLanguage:
    @pytest.mark.parametrize(
        ("environment", "arguments", "lines"),
        [
            ("", [], 2),
            ("fr", [], 2),
            ("vi_VN", [], 1),
            ("en", [], 1),
            ("en_GB.UTF-8:vi", [], 1),
            ("en", ["--lang", "vi"], 1),
            ("vi", ["--lang", "en"], 1),
        ],
    )
    def test_vietnamese_comes_with_the_english_where_nobody_has_chosen(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, environment: str, arguments: list[str], lines: int
    ) -> None:
        monkeypatch.setenv("LANGUAGE", environment)
        for given in (["check", "nowhere", *arguments], [*arguments, "check", "nowhere"]):
            result = run(*given)
            assert len(result.stderr.splitlines()) == lines
            said = "không có thư mục" if environment + "".join(arguments) in {"vi_VN", "en--langvi"} else "there is no"
            assert said in result.stderr.splitlines()[-1]

    def test_the_commands_own_option_goes_first(self, run: Run) -> None:
        assert len(run("--lang", "vi", "check", "nowhere", "--lang", "en").stderr.splitlines()) == 1

    def test_without_the_variable(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("LANGUAGE")
        assert len(run("check", "nowhere").stderr.splitlines()) == 2

    @pytest.mark.parametrize("command", [[], ["check"], ["addresses"], ["candidates"], ["plan"], ["who"]])
    def test_help(self, run: Run, command: list[str]) -> None:
        result = run(*command, "--help")
        assert result.exit_code == 0
        assert " / " in result.stdout


class TestMisuse:
    """A command line that is wrong is told in the language that was chosen, else in both, with where help is."""

    def test_word_that_is_none_of_a_list_is_told_with_the_list_one_a_line(self, run: Run) -> None:
        said = run("close", "x", "--event", "y").stderr
        assert said.startswith("danhba: --event: 'y' is none of:\n    deceased\n    dismissed\n")

    @pytest.mark.parametrize(
        ("arguments", "vietnamese", "english"),
        [
            (["chek"], "không có lệnh chek; có phải ý ông/bà là check, ", "there is no command chek; did you mean"),
            (["xyz"], "không có lệnh xyz", "there is no command xyz"),
            (["--nope"], "không có tùy chọn --nope", "there is no option --nope"),
            (
                ["check", "--formt", "x"],
                "không có tùy chọn --formt; có phải ý ông/bà là --format?",
                "there is no option",
            ),
            (["check", "--format", "x"], "--format: 'x' không thuộc: text, json, ", "--format: 'x' is none of: text, "),
            (["check", "--format", "a' is not b"], "--format: 'a' is not b' không thuộc", "--format: 'a' is not b' is"),
            (["check", "--as-of", "x"], "--as-of: 'x' không phải ngày", "--as-of: 'x' is no date"),
            (["plan"], "thiếu --against", "--against is missing"),
            (["who"], "thiếu ADDRESS|ID|NAME", "ADDRESS|ID|NAME is missing"),
            (["check", "a", "b"], "thừa tham số: b", "more than the command takes: b"),
            (["check", "--as-of"], "--as-of cần một giá trị", "--as-of needs a value"),
            (["check", "--cache=3"], "--cache không nhận giá trị", "--cache takes no value"),
            (["open", "stttt"], "thiếu --name, --document, --date; chạy", "missing --name, --document, --date; a term"),
            (["acknowledge", "--count", "A"], "--count: 'A' không đúng dạng", "--count: 'A' has not the shape"),
            (["check", "--as-of", "\x1b[1m"], "--as-of: '\\u001b[1m' không", "--as-of: '\\u001b[1m' is"),
        ],
    )
    def test_both(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str], vietnamese: str, english: str
    ) -> None:
        assert run(*arguments).stderr.startswith(f"danhba: {english}")
        monkeypatch.delenv("LANGUAGE")
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        first, second, *help_ = result.stderr.splitlines()
        assert first.startswith(f"danhba: {vietnamese}")
        assert second.startswith(f"    {english}")
        assert all(line.startswith("    xem: main") for line in help_)

    def test_in_the_language_that_is_asked_for(self, run: Run) -> None:
        for arguments in (["check", "--as-of"], ["check", "--nope"], ["plan"], ["chek"]):
            assert run("--lang", "vi", *arguments).stderr.count("\n") == 2

    def test_nothing_asked_for_shows_the_help(self, run: Run) -> None:
        result = run()
        assert result.exit_code == 2
        assert "check" in result.stderr


class TestOnce:
    """What is told of a register comes once in the language that was chosen; English stands beside where none was."""

    @pytest.mark.parametrize(
        ("phone", "arguments"),
        [("gọi An", ["check"]), ("0214 3 840 034", ["change", "000101", "--phone", "gọi An", "--dry-run"])],
    )
    def test_findings(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phone: str, arguments: list[str]
    ) -> None:
        write(tmp_path / "directory", edited(S, ("0214 3 840 034", phone)))
        told = {}
        for variable, chosen in (("", ()), ("", ("--lang", "vi")), ("vi", ()), ("", ("--lang", "en"))):
            monkeypatch.setenv("LANGUAGE", variable)
            output = run(*arguments, *chosen).output
            vietnamese, english = "không giống số điện thoại", "does not look like an office telephone"
            told[variable, chosen] = (vietnamese in output, english in output)
        assert [*told.values()] == [(True, True), (True, False), (True, False), (False, True)]

    @pytest.mark.parametrize(("chosen", "english"), [((), True), (("--lang", "vi"), False)])
    def test_a_refused_plan(
        self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: tuple[str, ...], english: bool
    ) -> None:
        names = [f"Lò {word}" for word in ("An", "Ban", "Chi", "Dung", "Hoa", "Kim")]
        for closed in ("", "2011-07-01"):
            people = [person(str(n), name, "2011-01-01", closed if n < 4 else "") for n, name in enumerate(names)]
            write(tmp_path / "directory", register(agency("aa", *people)))
            if not closed:
                commit(tmp_path)
        monkeypatch.setenv("LANGUAGE", "")
        result = run("plan", "--against", "HEAD", "--as-of", "2011-08-01", *chosen)
        assert result.exit_code == 1
        assert "đóng hoặc tạm khóa 4 trên" in result.stdout
        assert ("closing or suspending" in result.stdout) is english


class TestAddresses:
    def test_json(self, run: Run) -> None:
        result = run("addresses", "--as-of", "2011-06-01", "--format", "json")
        assert result.exit_code == 0
        listed = json.loads(result.stdout)
        assert {tuple(item) for item in listed} == {
            ("address", "kind", "id", "agency", "name", "state", "opened", "closed")
        }
        assert [(item["address"].partition("@")[0], item["state"]) for item in listed] == [
            ("contact-stttt", "open"),
            ("nvvinh-stttt", "open"),
            ("vinhnv-stttt", "suspended"),
            ("gsphu-stttt", "open"),
            ("contact-ubnd", "open"),
        ]

    def test_csv(self, run: Run) -> None:
        result = run("addresses", "--format", "csv", "--as-of", "2012-01-01")
        assert result.stdout.splitlines()[4] == (
            "gsphu-stttt@laocai.gov.vn,official,000103,stttt,Giàng Seo Phử,closed,2010-11-01,2012-01-01"
        )

    @pytest.mark.parametrize("language", ["vi", "en"])
    def test_text_is_whole_lines(self, run: Run, language: str) -> None:
        lines = run("addresses", "--as-of", "2011-01-01", "--lang", language).stdout.splitlines()
        assert len(lines) == 5
        assert "nvvinh-stttt@laocai.gov.vn" in lines[1]
        assert "Nguyễn Văn Vịnh" in lines[1]

    def test_the_day_is_that_of_vietnam(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        class Evening(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
                return datetime(2010, 10, 14, 17, 0, tzinfo=UTC).astimezone(tz)

        monkeypatch.setattr(common, "datetime", Evening)
        assert (
            "nvvinh-stttt@laocai.gov.vn,official,000101,stttt,Nguyễn Văn Vịnh,open"
            in run("addresses", "--format", "csv").stdout
        )

    def test_names_are_no_markup(self, run: Run, tmp_path: Path) -> None:
        write(tmp_path / "directory", edited(S, ("name: Sở Thông tin", "name: Sở [/x] :smile:[red]Thông tin")))
        assert "Sở [/x] :smile:[red]Thông tin" in run("addresses").stdout

    def test_a_register_with_errors_gives_no_addresses(self, run: Run, tmp_path: Path) -> None:
        write(tmp_path / "directory", edited(S, ("77/QĐ-STTTT", "77"), ('"0214 3 840 034"', "gọi An")))
        result = run("addresses")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "document-shape" in result.stderr
        assert "office-phone" not in result.stderr
        assert result.stderr.endswith("correct these first; nothing was done\n")

    @pytest.mark.parametrize("day", ["20101015", "15/10/10", "2010-1-5", "2010-W01-1", "", "today", "15-10/2010"])
    @pytest.mark.parametrize("command", [["addresses"], ["plan", "--against", "empty"], ["who", "x"]])
    def test_what_is_no_day(self, run: Run, command: list[str], day: str) -> None:
        result = run(*command, "--as-of", day)
        assert (result.exit_code, result.stdout) == (2, "")
        assert "write it like 2026-12-01 or 1/12/2026" in result.stderr


class TestCandidates:
    def test_one_a_line(self, run: Run) -> None:
        result = run("candidates", "Nguyễn Văn Vịnh")
        assert result.exit_code == 0
        assert result.stdout.split("\n") == [*candidates(split("Nguyễn Văn Vịnh")), ""]

    def test_stated_parts(self, run: Run) -> None:
        assert run("candidates", "H'Hen Niê", "--family", "Niê", "--given", "Hen").stdout.split() == [
            "nhen", "henn", "henni", "hennie",
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["Müller"], "'ü' (U+00FC) has no letter"),
            ([""], "'' has no letters"),
            (["--", "--"], "'--' has no letters"),
            (["Lò An", "--family", "Lý"], "family: 'Lý' is not part of the name 'Lò An'"),
            (["An", "--family", "An"], "given: 'An' is not part"),
            (["An\x1b[31m"], "U+001B"),
        ],
    )
    def test_a_name_that_gives_none(self, run: Run, arguments: list[str], said: str) -> None:
        result = run("candidates", *arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert said in result.stderr
        assert "\x1b" not in result.stderr


class TestPlan:
    def test_against_nothing(self, run: Run) -> None:
        result = run("plan", "--against", "empty", "--as-of", "2011-01-01", "--format", "json")
        assert result.exit_code == 0
        made = json.loads(result.stdout)
        assert set(made) == {"checksum", "as_of", "counts", "refused", "actions"}
        assert (made["as_of"], made["counts"]["create"], made["refused"]) == ("2011-01-01", 5, [])
        assert len(made["actions"]) == sum(made["counts"].values()) == 6

    @pytest.mark.parametrize("form", ["text", "markdown"])
    @pytest.mark.parametrize("language", ["vi", "en"])
    def test_for_people(self, run: Run, form: str, language: str) -> None:
        result = run("plan", "--against", "empty", "--format", form, "--lang", language)
        assert result.exit_code == 0
        assert "000103" not in result.stdout
        assert "Giàng Seo Phử" in result.stdout

    def test_against_a_revision(self, run: Run, tmp_path: Path) -> None:
        commit(tmp_path)
        write(tmp_path / "directory", edited(S, ("title: Giám đốc", "title: Phó Giám đốc")))
        made = json.loads(run("plan", "--against", "HEAD", "--format", "json").stdout)
        assert [(a["action"], a["after"]) for a in made["actions"]] == [("update", {"title": "Phó Giám đốc"})]
        same = run("plan", "--against", "HEAD", "--as-of", "2005-01-01")
        assert "no mailbox and no address changes" in same.stdout

    def test_against_a_revision_with_errors(self, run: Run, tmp_path: Path) -> None:
        write(tmp_path / "directory", {S: "broken"})
        commit(tmp_path)
        write(tmp_path / "directory")
        result = run("plan", "--against", "HEAD")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "schema-type" in result.stderr

    def test_a_refused_plan(self, run: Run, tmp_path: Path) -> None:
        commit(tmp_path)
        closed = "    opened: {document: 101/QĐ-UBND, date: 2010-10-15, event: recruited}\n"
        leaving = "    closed: {document: 1/QĐ-UBND, date: 2011-06-01, event: retired}\n"
        texts = edited(S, (closed, closed + leaving), ("date: 2012-01-01", "date: 2011-06-01"))
        write(tmp_path / "directory", {**texts, "province.yml": SAMPLE["province.yml"].split("acknow")[0]})
        result = run("plan", "--against", "HEAD", "--as-of", "2011-06-01", "--out", "plan.json")
        assert result.exit_code == 1
        assert "REFUSED: plan-limit" in result.stdout
        whole = json.loads((tmp_path / "plan.json").read_text())
        assert [r["rule"] for r in whole["refused"]] == ["plan-limit", "plan-agency-limit"]
        assert whole["counts"]["close"] == 2

    def test_against_an_exported_state(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "state.json").write_text(json.dumps(dump(EMPTY)))
        exported = run("plan", "--against", "state.json", "--format", "json")
        assert (exported.exit_code, exported.stdout) == (
            0,
            run("plan", "--against", "empty", "--format", "json").stdout,
        )

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{",
            b"[]",
            b"\xff",
            b"{}",
            b'{"accounts": [[]], "routes": []}',
            b"[" * 100_000,
            b'{"accounts": 1, "routes": 2}',
            b'{"accounts": [], "routes": [["a", "forward", "d", "", [[1, 2]]]]}',
            b'{"accounts": [], "routes": [["a", "forward", "d", "", [["official", ["x"]]]]]}',
            b'{"accounts": [], "routes": [["a", "forward", "d", "", [["official"]]]]}',
            b'{"accounts": [], "routes": [["a", "forward", "d", "", 1]]}',
        ],
    )
    def test_what_is_no_exported_state(self, run: Run, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "state.json").write_bytes(content)
        result = run("plan", "--against", "state.json")
        assert (result.exit_code, result.stdout) == (2, "")
        assert "state.json is no exported state" in result.stderr

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["--against", "none.json"], "cannot read none.json"),
            (["--against", "nowhere"], "git does not know nowhere"),
            (["--against", "empty", "--out", "none/plan.json"], "cannot write none/plan.json"),
            (["--against", "empty", "--out", "."], "cannot write ."),
            ([], "--against"),
        ],
    )
    def test_what_cannot_run(self, run: Run, arguments: list[str], said: str) -> None:
        result = run("plan", *arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert said in result.stderr


class TestWho:
    def test_text(self, run: Run) -> None:
        result = run("who", "000102", "--as-of", "2011-06-01")
        assert result.exit_code == 0
        assert result.stdout.splitlines()[0] == "vinhnv-stttt@laocai.gov.vn  [suspended]"
        assert "9/QĐ-STTTT" in result.stdout

    def test_json(self, run: Run) -> None:
        found = json.loads(run("who", "vinh", "--format", "json").stdout)
        assert [item["id"] for item in found] == ["000101", "000102"]
        assert found[1]["opened"] == {
            "document": "44/QĐ-STTTT",
            "date": "2010-11-01",
            "event": "recruited",
            "request": "12/STTTT-VP",
        }

    @pytest.mark.parametrize("query", ["nobody", "", "*", "%s {0}", "\x00", "\x1b[31m"])
    @pytest.mark.parametrize("form", ["text", "json"])
    def test_nobody(self, run: Run, query: str, form: str) -> None:
        result = run("who", query, "--format", form)
        assert result.exit_code == 1
        assert result.stdout == ("" if form == "text" else "[]\n")
        assert "\x1b" not in result.stderr

    def test_elsewhere(self, run: Run, tmp_path: Path) -> None:
        write(tmp_path / "other", register(agency("aa", person("1", "Lò An", "2011-01-01"))))
        assert run("who", "lan-aa", str(tmp_path / "other")).exit_code == 0


class TestTerminal:
    """What a person at a terminal sees."""

    @staticmethod
    def shown(*arguments: str, cwd: Path, **environment: str) -> str:
        command = shlex.join([str(DANHBA), *arguments])
        done = subprocess.run(
            ["script", "--quiet", "--return", "--command", command, "/dev/null"],
            cwd=cwd,
            env={**os.environ, "LANGUAGE": "en", "TERM": "xterm-256color", **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        return done.stdout.decode()

    def test_colours(self, tmp_path: Path) -> None:
        write(tmp_path / "directory", edited(S, ("77/QĐ-STTTT", "77")))
        assert "\x1b[31merror" in self.shown("check", cwd=tmp_path)
        assert "\x1b[31m" not in self.shown("check", cwd=tmp_path, NO_COLOR="1")
        write(tmp_path / "directory")
        assert "\x1b[32mcreate: " in self.shown("plan", "--against", "empty", "--as-of", "2011-01-01", cwd=tmp_path)

    def test_long_work_shows_how_far_it_is(self, tmp_path: Path) -> None:
        write_register(tmp_path / "directory", officials=200, agencies=120)
        assert "Checking" in self.shown("check", "--no-cache", cwd=tmp_path)
        assert "Reading" in self.shown("who", "000001", cwd=tmp_path)
        assert outside("check", "--no-cache", cwd=tmp_path).stderr == b""


class TestProcess:
    """What only a process of its own shows."""

    def test_status_and_streams(self, tmp_path: Path) -> None:
        write(tmp_path / "directory")
        done = outside("check", cwd=tmp_path)
        assert (done.returncode, done.stdout, done.stderr) == (0, b"0 errors, 0 pieces of advice\n", b"")

    def test_output_is_utf8_whatever_the_locale(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LC_ALL", "C")
        monkeypatch.setenv("PYTHONIOENCODING", "ascii")
        write(tmp_path / "directory")
        assert "Giàng Seo Phử".encode() in outside("addresses", cwd=tmp_path).stdout

    @pytest.mark.parametrize(
        "command", [["addresses"], ["addresses", "--format", "json"], ["plan", "--against", "empty"]]
    )
    def test_a_closed_pipe(self, tmp_path: Path, command: list[str]) -> None:
        people = [person(str(n), "Lò Văn An" + "a" * n, "2011-01-01") for n in range(1500)]
        write(tmp_path / "directory", register(agency("aa", *people[:40])))
        read, written = os.pipe()
        os.close(read)
        done = subprocess.run([DANHBA, *command], cwd=tmp_path, stdout=written, stderr=subprocess.PIPE, check=False)
        os.close(written)
        assert (done.returncode, done.stderr) == (0, b"")

    @pytest.mark.parametrize(
        "command",
        [
            ["check"],
            ["addresses"],
            ["addresses", "--format", "json"],
            ["export", "--format", "csv", "--out", "-"],
            ["check", "--help"],
        ],
    )
    def test_a_full_disk(self, tmp_path: Path, command: list[str]) -> None:
        write(tmp_path / "directory")
        line = "LANGUAGE=en " + shlex.join([str(DANHBA), *command])
        full = subprocess.run(f"{line} > /dev/full", shell=True, cwd=tmp_path, capture_output=True, check=False)  # noqa: S602
        assert full.returncode == 2
        assert full.stderr == (
            b"danhba: cannot write what was asked for: No space left on device; make room, or write elsewhere\n"
        )
        both = subprocess.run(f"{line} > /dev/full 2>&1", shell=True, cwd=tmp_path, check=False)  # noqa: S602
        assert both.returncode == 2

    @pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
    @pytest.mark.parametrize("command", [["check"], ["addresses"], ["rules", "document-shape"]])
    def test_closed_streams(self, tmp_path: Path, command: list[str], closed: str) -> None:
        write(tmp_path / "directory")
        line = f"{shlex.join([str(DANHBA), *command])} {closed}"
        done = subprocess.run(line, shell=True, cwd=tmp_path, capture_output=True, check=False)  # noqa: S602
        assert (done.returncode, done.stderr) == (0, b"")

    @pytest.mark.usefixtures("interruptible")
    def test_an_interrupt(self, tmp_path: Path) -> None:
        write(tmp_path / "directory")
        program = "import signal; from danhba import cli; from danhba.reading import source; "
        program += (
            "source.from_directory = lambda _: signal.raise_signal(signal.SIGINT); cli.main(['--lang', 'vi', 'check'])"
        )
        done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, check=False)
        assert done.returncode == 130
        assert "danhba: đã dừng theo yêu cầu\n    interrupted\n" in done.stderr.decode()

    @pytest.mark.parametrize("query", [b"\xff", "Vịnh".encode("utf-16-le").replace(b"\0", b"\1")])
    @pytest.mark.parametrize("command", [["who"], ["candidates"], ["check"], ["plan", "--against"]])
    def test_bytes_that_are_no_text(self, tmp_path: Path, command: list[str], query: bytes) -> None:
        write(tmp_path / "directory")
        done = outside(*command, query, cwd=tmp_path)
        assert done.returncode in (1, 2)
        assert done.stdout == b""
        assert b"Traceback" not in done.stderr
        assert done.stderr.decode()

    def test_a_file_name_that_is_no_text(self, tmp_path: Path) -> None:
        agencies = write(tmp_path / "directory") / "agencies"
        Path(os.fsdecode(os.fsencode(agencies) + b"/\xff.yml")).write_text(UBND)
        for form in ("text", "json", "github", "gitlab", "sarif"):
            done = outside("check", "--format", form, cwd=tmp_path)
            assert (done.returncode, done.stderr) == (1, b"")
            assert b"file-name" in done.stdout

    def test_a_broken_register_of_every_kind_is_no_traceback(self, tmp_path: Path) -> None:
        write(tmp_path / "directory", {S: "- [", "province.yml": "\x00"})
        for command in (["check"], ["addresses"], ["who", "x"], ["plan", "--against", "empty"]):
            done = outside(*command, cwd=tmp_path)
            assert done.returncode == 1
            assert b"Traceback" not in done.stdout + done.stderr


def test_a_day_may_be_given_as_one() -> None:
    assert common.Day().convert(date(2011, 1, 1), None, None) == date(2011, 1, 1)
    with pytest.raises(click.BadParameter):
        common.Day().convert("2011-13-01", None, None)
