"""Every rule has a page, and the page is right: its bad example gives its finding where it says, its good one none."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from danhba import cli
from danhba.checking.check import check
from danhba.cli import rules as command
from danhba.messages import translator
from danhba.model.findings import RULES, Finding, Severity
from danhba.rules.clauses import CLAUSES
from danhba.rules.pages import SITE, path, url
from tests.fixtures import pages, registers
from tests.fixtures.__main__ import indexed
from tests.fixtures.pages import PAGES, ROOT, Page
from tests.fixtures.plans import PLANS
from tests.fixtures.registers import DAY, Contents
from tests.support.looped import for_each

pytestmark = pytest.mark.no_cover

DANHBA = Path(sys.executable).with_name("danhba")
EVERY = pages.every()
BINDING = {Severity.ERROR: "**Bắt buộc** / demanded", Severity.ADVICE: "**Lưu ý** / advice"}

every_page = for_each("page", EVERY, ids=lambda page: page.rule)
of_the_register = pytest.mark.parametrize("page", [p for p in EVERY if p.rule not in PLANS], ids=lambda page: page.rule)

# One of each group, and those that do not lie on the disk as plain text.
FIRST = {command.group(RULES[page.rule]): page for page in reversed(EVERY) if page.rule not in PLANS}
ON_DISK = [page for page in EVERY if page in FIRST.values() or any(block.lies for block in page.of("bad"))]


def found(contents: Contents, base: Contents | None) -> list[Finding]:
    return check(registers.files(contents), DAY, registers.files(base) if base is not None else None).findings


def places(findings: list[Finding]) -> list[str]:
    return [f"{f.where.file}:{f.where.place.line}:{f.where.place.column} {f.rule.id}" for f in findings]


def as_stated(page: Page, shown: list[str]) -> bool:
    """Whether these findings are those of the page; where there are more, its own must be as stated."""
    if page.more:
        shown = [place for place in shown if place.endswith(f" {page.rule}")]
    return shown == list(map(str, page.expected))


def test_example_register_has_no_findings() -> None:
    assert places(found(registers.example(), registers.example())) == []


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    assert {page.rule for page in EVERY} == set(RULES)


@every_page
def test_rule_page_agrees_with_the_code(page: Page) -> None:
    rule = RULES[page.rule]
    heading, vietnamese, english = page.headings
    assert heading == f"# `{rule.id}`"
    assert page.text.split("\n\n")[1] == f"{BINDING[rule.severity]} · `{rule.clause}`"
    words = " ".join(page.text.split())
    for title, spoken in ((vietnamese, "vi"), (english, "en")):
        assert f"{title} *{command.clause(rule, spoken)}.*" in words


@every_page
def test_rule_page_is_in_both_languages(page: Page) -> None:
    _head, vietnamese, english = page.text.split("\n## ")
    assert "**Cách sửa**: " in vietnamese
    assert not vietnamese.partition("\n")[0].isascii()
    assert english.partition("\n")[0].replace("Đ", "D").isascii()
    assert "```" in vietnamese
    assert "```" not in english


@every_page
def test_commands_named_by_rule_pages_exist(page: Page) -> None:
    assert set(re.findall("`danhba ([a-z]+)", page.text)) <= cli.COMMANDS.keys()


@every_page
def test_rule_page_is_short(page: Page) -> None:
    prose = [line for line in page.text.splitlines() if line and not line.startswith(("#", "*", "```", " "))]
    assert max(map(len, page.text.splitlines())) <= 120
    assert len(prose) < 60


@of_the_register
def test_bad_example_gives_the_stated_finding(page: Page) -> None:
    assert [expected for expected in page.expected if expected.rule == page.rule]
    assert as_stated(page, places(found(registers.bad(page), registers.base(page))))


@of_the_register
def test_good_example_gives_no_finding(page: Page) -> None:
    base = registers.example() if page.of("before") else None
    assert page.of("good")
    assert places(found(registers.good(page), base)) == []


@pytest.mark.parametrize("rule", PLANS)
def test_plan_of_the_bad_example_is_refused(rule: str) -> None:
    bad, good = PLANS[rule](pages.page(rule))
    assert [refusal.rule.id for refusal in bad.refused] == [rule]
    assert good.refused == ()


def invoke(*arguments: object) -> Result:
    result = CliRunner().invoke(cli.main, list(map(str, arguments)))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


@pytest.mark.parametrize("page", ON_DISK, ids=lambda page: page.rule)
def test_check_command_finds_the_same_on_disk(page: Page, tmp_path: Path) -> None:
    register = tmp_path / "register"
    registers.write(page, register)
    against = [] if registers.base(page) is None else ["--base", "HEAD"]
    done = invoke("check", register, "--as-of", DAY, "--format", "json", "--no-cache", *against)
    shown = [
        f"{f['file'].removeprefix(f'{register}/')}:{f['line']}:{f['column']} {f['rule']}"
        for f in json.loads(done.stdout)
    ]
    assert as_stated(page, shown)
    assert done.exit_code == any(RULES[expected.rule].severity is Severity.ERROR for expected in page.expected)


@pytest.mark.parametrize("rule", ["schema-date", "history-entry-removed"])
def test_example_is_written_to_a_folder(rule: str, tmp_path: Path) -> None:
    register = tmp_path / "register"
    arguments = [sys.executable, "-m", "tests.fixtures", rule, str(register)]
    written = subprocess.run(arguments, cwd=ROOT, check=True, capture_output=True, encoding="utf-8")
    tool, *rest = written.stdout.split()
    assert tool == "danhba"
    tried = subprocess.run([DANHBA, *rest, "--no-cache"], check=False, capture_output=True, encoding="utf-8")
    (expected,) = pages.page(rule).expected
    assert f"{register}/{expected.file}:{expected.line}:{expected.column}: lỗi {rule} [" in tried.stdout
    assert tried.returncode == 1


def test_example_overwrites_no_file(tmp_path: Path) -> None:
    kept = tmp_path / "agencies/kept.yml"
    kept.parent.mkdir()
    kept.write_text("mine", encoding="utf-8")
    with pytest.raises(FileExistsError):
        registers.write(pages.page("schema-date"), tmp_path)
    assert [*tmp_path.rglob("*.*")] == [kept]


def test_index_of_rules_is_up_to_date() -> None:
    text = (PAGES / "README.md").read_text(encoding="utf-8")
    assert text == indexed(text), "bring it up to date: python -m tests.fixtures index"
    assert all(f"]({rule}.md)" in text for rule in RULES)


def test_cited_clauses_have_both_languages() -> None:
    assert {rule.clause for rule in RULES.values()} <= CLAUSES.keys()
    for sentence in CLAUSES.values():
        assert not translator("vi")(sentence).isascii()
        assert sentence.isascii()


def test_links_to_rule_pages_use_the_collections_repository() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    assert SITE.startswith(f"{galaxy['repository']}/")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_rules_command_lists_all_rules(language: str) -> None:
    shown = json.loads(invoke("rules", "--format", "json", "--lang", language).stdout)
    assert {rule["rule"]: (rule["severity"], rule["clause"]) for rule in shown} == {
        rule.id: (rule.severity.value, rule.clause) for rule in RULES.values()
    }
    assert {rule["message"].isascii() for rule in shown} >= {language == "en"}
    assert [rule["page"] for rule in shown] == [path(rule["rule"]) for rule in shown]
    assert not [rule for rule in shown if "{{" in rule["message"]]
    lines = invoke("rules", "--lang", language).stdout.splitlines()
    assert [line.split()[0] for line in lines] == [rule["rule"] for rule in shown]
    assert all(line.rstrip().endswith(".md") for line in lines)


def test_every_rule_is_in_a_known_group() -> None:
    assert {command.group(rule) for rule in RULES.values()} <= set(command.GROUPS.values())


@pytest.mark.parametrize(("language", "title"), [("vi", "| quy tắc | mức |"), ("en", "| rule | severity |")])
def test_rules_command_prints_markdown(language: str, title: str) -> None:
    shown = invoke("rules", "--format", "markdown", "--lang", language).stdout
    assert shown.count(title) == len({command.group(rule) for rule in RULES.values()})
    assert "| [`schema-date`](schema-date.md) |" in shown


@pytest.mark.parametrize("language", ["vi", "en"])
def test_rules_command_shows_the_page_of_a_rule(language: str) -> None:
    shown = invoke("rules", "custodian-left", "--lang", language).stdout
    assert command.clause(RULES["custodian-left"], language) in shown
    assert url("custodian-left") in shown
    assert pages.page("custodian-left").text in shown


def test_rules_command_without_pages_shows_the_message(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(command, "_REPOSITORY", tmp_path)
    shown = invoke("rules", "custodian-left", "--lang", "en").stdout
    assert "nobody follows; hand it over" in shown
    assert "# `custodian-left`" not in shown
    assert "| [`file-name`](file-name.md) | error | R4.1 | a file here is named &lt;tendonvi>.yml" in (
        invoke("rules", "--format", "markdown", "--lang", "en").stdout
    )


def test_rules_command_suggests_the_nearest_rule() -> None:
    done = invoke("rules", "agency-her", "--lang", "en")
    assert done.exit_code == 2
    assert "agency-heir" in done.stderr
