"""The documents say what is so: their commands run, their links lead somewhere, their examples are a valid register.

A fence is marked in its info string: ```` ```sh exit=0 ```` runs each `danhba` command in the clone and expects that
status; ```` ```yaml file=PATH ```` and ```` ```yaml append=PATH ```` make up a register.
"""

from __future__ import annotations

import importlib
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from danhba import cli
from danhba.model.findings import RULES
from tests.support.looped import for_each

pytestmark = pytest.mark.no_cover

ROOT = Path(__file__).resolve().parents[2]
DANHBA = Path(sys.executable).with_name("danhba")
REFERENCE = ROOT / "docs/reference.md"
# The operator's guide shows province.yml, the editor's the files of the agencies.
GUIDES = (ROOT / "docs/vi/van-hanh.md", ROOT / "docs/vi/so-danh-ba.md")
READMES = (ROOT / "README.md", ROOT / "README.vi.md")
DECISIONS = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
DOCUMENTS = sorted(chain(*map(ROOT.glob, ("*.md", "docs/**/*.md", "roles/*/README.md", "directory/*.md"))))

# How a decision is cited in code and documents; "Decision 33/2010/QĐ-UBND" is the regulation's.
_CITED = re.compile(r"\b[Dd]ecisions?[ /]\[?(\d{4})\b(?!/)")
# A stranger who reads 200 words a minute.
WORDS_OF_AN_HOUR = 12_000

_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
_SPAN = re.compile(r"`([^`\n]+)`")
_PATH = re.compile(r"(?:directory|docs|inventories|playbooks|plugins|requirements|roles|scripts|tests)/[\w./-]*")


class Fence(NamedTuple):
    """A fenced block: its language, the `key=value` options behind it, its text, and the line it opens on."""

    language: str
    options: dict[str, str]
    text: str
    line: int


@dataclass(frozen=True)
class Command:
    """One command of a `sh` fence, with the exit status that the document promises, if any."""

    words: tuple[str, ...]
    exit: int | None
    document: Path
    line: int

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}: {shlex.join(self.words)}"


@cache
def text_of(document: Path) -> str:
    """The text of a document, which several tests look at."""
    return document.read_text(encoding="utf-8")


@cache
def fences(document: Path) -> tuple[Fence, ...]:
    """Every fenced block of a document, without the indentation of its fence."""
    return tuple(_fences(document))


def _fences(document: Path) -> Iterator[Fence]:
    opening: re.Match[str] | None = None
    start = 0
    body: list[str] = []
    for number, line in enumerate(text_of(document).splitlines(), start=1):
        if opening is None:
            opening, start, body = re.match(r"(\s*)```(\w+)(.*)", line), number, []
        elif line.strip() == "```":
            options = dict(option.split("=", 1) for option in opening[3].split())
            yield Fence(opening[2], options, "".join(f"{text}\n" for text in body), start)
            opening = None
        else:
            body.append(line.removeprefix(opening[1]))
    assert opening is None, f"{document}:{start}: the fence is never closed"


@cache
def prose(document: Path) -> str:
    """The text of a document without its fenced blocks."""
    return re.sub(r"^\s*```\w.*?^\s*```$", "", text_of(document), flags=re.MULTILINE | re.DOTALL)


def commands(document: Path) -> Iterator[Command]:
    """Every command of the `sh` fences of a document."""
    for fence in fences(document):
        if fence.language == "sh":
            status = int(fence.options["exit"]) if "exit" in fence.options else None
            for offset, line in enumerate(fence.text.splitlines(), start=1):
                if line and not line.startswith("#"):
                    # A clone has the command in its environment, which READMEs spell out.
                    yield Command(
                        tuple(shlex.split(line.removeprefix(".venv/bin/"))), status, document, fence.line + offset
                    )


COMMANDS = [command for document in DOCUMENTS for command in commands(document)]


@cache
def headings(document: Path) -> list[tuple[int, str]]:
    """Level and text of each heading, in order."""
    return [(len(m[1]), m[2]) for m in re.finditer(r"^(#+) (.+)$", prose(document), flags=re.MULTILINE)]


@cache
def anchors(document: Path) -> set[str]:
    """The anchors that the forges make of a document's headings."""
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for _, text in headings(document)}


def links(document: Path) -> list[str]:
    """The targets of a document's links that lead to other places in the clone."""
    return [target for target in _LINK.findall(prose(document)) if not re.match(r"[a-z]+:", target)]


def danhba(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command at the clone's root, as a reader of the documents does."""
    return subprocess.run(
        [DANHBA, *arguments], cwd=ROOT, check=False, capture_output=True, encoding="utf-8", timeout=60
    )


def kind(words: tuple[str, ...]) -> tuple[str, ...]:
    """Which command it is, as `danhba check`; those for an agency are three."""
    return words[:3] if words[1] == "agency" else words[:2]


def name(document: Path) -> str:
    """How a test case names its document."""
    return str(document.relative_to(ROOT))


@for_each("document", DOCUMENTS, ids=name)
def test_links_of_documents_exist(document: Path) -> None:
    for link in links(document):
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), f"{link}: no such file"
        assert not anchor or anchor in anchors(target), f"{link}: no such heading, only {sorted(anchors(target))}"


@for_each("document", DOCUMENTS, ids=name)
def test_paths_named_in_documents_exist(document: Path) -> None:
    spans = [span for span in _SPAN.findall(prose(document)) if _PATH.fullmatch(span) and "NNNN" not in span]
    missing = [span for span in spans if not (ROOT / span).exists()]
    assert missing == []


@for_each("document", DOCUMENTS, ids=name)
def test_make_targets_named_in_documents_exist(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*)\s*:(?!=)", makefile, flags=re.MULTILINE))
    spans = (span.split() for span in _SPAN.findall(prose(document)))
    named = {words[1] for words in spans if len(words) == 2 and words[0] == "make"}
    named |= {command.words[1] for command in commands(document) if command.words[0] == "make"}
    assert named <= targets


@for_each("command", COMMANDS)
def test_commands_in_documents_are_known(command: Command) -> None:
    """A command that no test looks at could rot: only these may stand in a `sh` fence."""
    assert command.words[0] in {"make", "danhba", "ansible-playbook", "git", "."}
    assert (command.words[0] == "danhba") == (command.exit is not None), (
        "a fence with danhba says exit=N, no other does"
    )


def test_guide_for_editors_names_no_git_command() -> None:
    text = (ROOT / "docs/vi/so-danh-ba.md").read_text(encoding="utf-8")
    assert not re.findall(r"(?:`|^\s*)git [a-z-]+", text, re.MULTILINE)


@for_each("command", [c for c in COMMANDS if c.words[0] == "ansible-playbook"])
def test_playbook_takes_the_documented_variables(command: Command) -> None:
    words = list(command.words[1:])
    playbook = ROOT / next(word for word in words if word.startswith("playbooks/"))
    inventory = ROOT / words[words.index("-i") + 1]
    given = [words[i + 1] for i, word in enumerate(words) if word == "-e"]
    variables = {text.partition("=")[0] for text in given}
    assert inventory.is_dir()
    assert [
        v for v in variables if not re.search(rf"^    {v}:", playbook.read_text(encoding="utf-8"), re.MULTILINE)
    ] == []


# Both READMEs have the same commands: one run tells.
RUNNABLE = {command.words: command for command in reversed(COMMANDS) if command.exit is not None}
# One of each kind runs as its reader runs it. Others of that kind run here: a process would only load the same again.
AS_PROCESSES = {kind(command.words): command for command in RUNNABLE.values()}


@pytest.mark.parametrize("command", RUNNABLE.values(), ids=str)
def test_documented_command_exits_as_stated(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    # A clone that runs this test may have no branch main.
    words = ["HEAD" if word == "main" else word for word in command.words[1:]]
    if AS_PROCESSES[kind(command.words)] == command:
        done = danhba(*words)
        assert done.returncode == command.exit, done.stdout + done.stderr
    else:
        monkeypatch.chdir(ROOT)
        result = CliRunner().invoke(cli.main, words)
        assert result.exit_code == command.exit, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info


def write_register(document: Path, folder: Path) -> None:
    """Write the register that the marked YAML fences of a document make up: files first, then what is appended."""
    for option, mode in (("file", "w"), ("append", "a")):
        for fence in fences(document):
            if option in fence.options:
                path = folder / fence.options[option]
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open(mode, encoding="utf-8") as file:
                    file.write(fence.text)


@pytest.mark.clause("R9.4")
def test_examples_of_guides_are_a_valid_register(tmp_path: Path) -> None:
    for guide in GUIDES:
        write_register(guide, tmp_path)
    done = danhba("check", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def shape(value: Any) -> Any:
    """The keys of some JSON down to its leaves; of a list, those of its first item."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return [shape(item) for item in value[:1]] if isinstance(value, list) else None


JSON_ARGUMENTS = {
    "check": [],
    "addresses": [],
    "who": ["000101"],
    "plan": ["--against", "empty", "--as-of", "2010-12-01"],
    "migrated": ["--against", "before.txt"],
}


@pytest.mark.parametrize("command", JSON_ARGUMENTS)
def test_json_has_the_keys_of_the_reference(command: str, tmp_path: Path) -> None:
    documented = [json.loads(f.text) for f in fences(REFERENCE) if f.options.get("command") == command]
    for guide in GUIDES:
        write_register(guide, tmp_path)
    if command == "check":
        with (tmp_path / "province.yml").open("a", encoding="utf-8") as file:
            file.write("unknown: key\n")
    (tmp_path / "before.txt").write_text("vinhnv-stttt@laocai.gov.vn\n")
    arguments = [tmp_path / argument if argument.endswith(".txt") else argument for argument in JSON_ARGUMENTS[command]]
    done = danhba(command, *arguments, tmp_path, "--format", "json")
    assert [shape(json.loads(done.stdout))] == [shape(example) for example in documented]


def test_rules_named_in_the_guide_exist() -> None:
    table = re.findall(r"^\| (`[a-z-]+`(?:, `[a-z-]+`)*) \| [^|]+ \| [^|]+ \|$", prose(GUIDES[1]), flags=re.MULTILINE)
    explained = {rule for cell in table for rule in _SPAN.findall(cell)}
    assert len(explained) > 20
    importlib.import_module("danhba.checking.check")  # rules are stated where they are checked
    assert explained <= RULES.keys()


def outline(document: Path) -> dict[str, Any]:
    """What a document and its translation have in common: levels of headings, commands, links, rows of tables."""
    return {
        "headings": [level for level, _ in headings(document)],
        "commands": [fence.text for fence in fences(document) if fence.language == "sh"],
        "links": [link for link in links(document) if not link.startswith("README")],
        "rows": len(re.findall(r"^\|", prose(document), flags=re.MULTILINE)),
    }


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_readmes_name_every_role(readme: Path) -> None:
    [row] = [line for line in readme.read_text(encoding="utf-8").splitlines() if line.startswith("| `roles/` |")]
    named = set(re.findall(r"[a-z]+", row))
    assert {path.name for path in (ROOT / "roles").iterdir()} <= named


def test_readmes_have_the_same_structure() -> None:
    english, vietnamese = READMES
    assert outline(english) == outline(vietnamese)
    assert vietnamese.name in links(english)
    assert english.name in links(vietnamese)


def test_decision_numbers_are_unique() -> None:
    numbers = [path.name[:4] for path in DECISIONS]
    assert len(set(numbers)) == len(numbers)


@for_each("document", DECISIONS, ids=name)
def test_decision_has_its_headings_and_an_index_line(document: Path) -> None:
    (title, *parts) = headings(document)
    assert title[1].startswith(f"{int(document.name[:4])}. ")
    assert parts == [(2, part) for part in ("Context", "Decision", "Consequences", "Status")]
    index = (document.parent / "README.md").read_text(encoding="utf-8")
    assert index.count(f"| [{document.name[:4]}]({document.name}) | {title[1].partition(' ')[2]} |") == 1


def test_index_of_decisions_has_no_extra_line() -> None:
    index = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"(?m)^\| \[\d{4}\]\((.+?)\)", index)) == [path.name for path in DECISIONS]


def test_cited_decision_exists() -> None:
    """In code, tests and documents; a released changelog tells what was so then."""
    numbers = {path.name[:4] for path in DECISIONS}
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE)
    missing = [
        f"{path}: {number}"
        for path in tracked.stdout.split("\0")
        if path and (ROOT / path).is_file() and not path.startswith(("changelogs/", "CHANGELOG"))
        for number in _CITED.findall((ROOT / path).read_text(encoding="utf-8", errors="ignore"))
        if number not in numbers
    ]
    assert missing == []


def test_reading_order_takes_at_most_an_hour() -> None:
    """The pages of `docs/README.md`'s first table, by words; tables are looked up, not read."""
    text = (ROOT / "docs/README.md").read_text(encoding="utf-8").partition("## Look up")[0]
    pages = [(ROOT / "docs" / target).resolve() for target in re.findall(r"(?m)^\| \d+ \| \[[^\]]+\]\(([^)#]+)", text)]
    assert len(pages) >= 8
    read = [line for page in pages for line in page.read_text(encoding="utf-8").splitlines() if line[:1] != "|"]
    assert sum(len(line.split()) for line in read) <= WORDS_OF_AN_HOUR


def test_operators_guide_lists_every_section_in_its_contents() -> None:
    guide = ROOT / "docs/vi/van-hanh.md"
    text = guide.read_text(encoding="utf-8")
    contents = text.partition("**Mục lục**")[2].partition("\n## ")[0]
    assert re.findall(r"(?m)^- \[(.+)\]\(", contents) == [title for level, title in headings(guide) if level == 2]
