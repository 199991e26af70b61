"""What another province shows and publishes: no name, host, agency, number or law of the sample's province.

Everything is enumerated (literals of the code, templates, files, catalogue, commands, rule pages, what `init` writes),
so that a new paper, page or message is asked, too.
"""

from __future__ import annotations

import ast
import io
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from ansible_collections.laocai.mail.plugins.module_utils.danhba.model.regulation import Regulation
from ansible_collections.laocai.mail.plugins.module_utils.danhba.planning.state import Timeline
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting import scope
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting.report import make
from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting.using import Rules
from ansible_collections.laocai.mail.plugins.module_utils.danhba.usage.checks import Period
from ansible_collections.laocai.mail.plugins.module_utils.host.credentials import Target
from ansible_collections.laocai.mail.plugins.plugin_utils import controller
from ansible_collections.laocai.mail.plugins.plugin_utils.audit import listing
from ansible_collections.laocai.mail.plugins.plugin_utils.handovers import minutes
from ansible_collections.laocai.mail.plugins.plugin_utils.letters import drawing
from ansible_collections.laocai.mail.plugins.plugin_utils.letters.content import Office
from ansible_collections.laocai.mail.plugins.plugin_utils.papers import drawing as paper_drawing
from ansible_collections.laocai.mail.plugins.plugin_utils.recall import content as recalled
from ansible_collections.laocai.mail.plugins.plugin_utils.report import content, files
from babel.messages.pofile import read_po
from click.testing import CliRunner
from openpyxl import load_workbook
from pypdf import PdfReader

from danhba import cli
from danhba.model import regulation as of_core
from danhba.reading.province import in_folder
from tests.support.founding import ANSWERS
from tests.support.looped import for_each
from tests.support.registers import agency, person, register
from tests.support.rendered import render
from tests.support.simulated import TOLD, simulate
from tests.unit.plugin_utils import test_audit, test_recall

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
# Lào Cai in any spelling, its decision, its operator, its area code, its prefix of national identifiers.
WORDS = re.compile(r"l[àa]o[ _-]?cai|33/2010|\bstttt\b|-stttt|\b0?214[ .]?3|\bH38\b", re.IGNORECASE)
# The software's own name: the collection, its package, its repository.
SOFTWARE = re.compile(r"laocai[./_-]mail|@laocai\b|ansible_collections\.laocai|laocaimail")
# Where the sample is named so that it can be replaced, or told apart.
KNOWING = {
    "module_utils/danhba/model/regulation.py",
    "module_utils/danhba/reading/province.py",
    "plugin_utils/guides.py",
}
ARTICLE = re.compile(r"Điều \d|khoản \d|[Aa]rticles? \d")
KEY = ANSWERS["key"]
TITLE = "Quy chế thư điện tử trên địa bàn tỉnh Hoàng Mộc"
PROVINCE: dict[str, Any] = {
    "province": "Hoàng Mộc",
    "domain": "hoangmoc.gov.vn",
    "host": "mail.hoangmoc.gov.vn",
    "operator": "skhcn",
    "operator_key": KEY,
    "support": {"phone": "0299 3 000 000", "mail": "contact-skhcn@hoangmoc.gov.vn"},
    "system_addresses": {"postmaster": "contact-skhcn"},
    "regulation": {"number": "12/2024/QĐ-UBND", "date": "2024-05-10", "title": TITLE},
}
NUMBERED = PROVINCE["regulation"] | {"articles": {"10.1": "12.2", "10.5": "12.6", "11.2": "14.3", "8": "9"}}
AGENCIES = (
    agency("ubnd", kind="provincial_committee", name="Ủy ban nhân dân tỉnh Hoàng Mộc"),
    agency("skhcn", person("1", "Lò Thị An", "2020-01-01", title="Giám đốc"), parent="ubnd",
           name="Sở Khoa học và Công nghệ",
           custodians=[{"person": "1", "document": "1/QĐ-UBND", "date": "2020-01-01", "as": "head"}]),
    agency("snv", person("2", "Lò Bình", "2020-01-01"), parent="ubnd", name="Sở Nội vụ"),
)  # fmt: skip
DAY = date(2026, 2, 5)


def moved(told: Any) -> Any:
    """What a host of the sample told, with the invented province's agency, documents and addresses."""
    text = json.dumps(told, ensure_ascii=False)
    for ours, theirs in (("STTTT", "SKHCN"), ("stttt", "skhcn"), ("laocai", "hoangmoc")):
        text = text.replace(ours, theirs)
    return json.loads(text)


HOST = moved(TOLD)


def foreign(text: str) -> list[str]:
    """What a text says of the sample's province, beside the software's own name."""
    return sorted(set(WORDS.findall(SOFTWARE.sub("", text))))


def write(folder: Path, regulation: object = PROVINCE["regulation"]) -> Path:
    """The register of the invented province, with another regulation, or without one."""
    keys = PROVINCE | {"regulation": regulation}
    made = register(*AGENCIES, **keys)
    del made["agencies/stttt.yml"]  # which every register of the tests has
    for name, text in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(str(text), encoding="utf-8")
    return folder


def shown(pdf: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


# ------------------------------------------------------------------------------------------------------- papers

RECORD: dict[str, Any] = {
    "handover": 1,
    "agency": "snv",
    "name": "Sở Nội vụ",
    "address": "contact-snv@hoangmoc.gov.vn",
    "document": "5/QĐ-UBND",
    "day": "2026-02-05",
    "at": "2026-02-05T09:30:00+07:00",
    "role": "head",
    "former": {"person": "1", "name": "Lò Thị An", "title": "Giám đốc"},
    "successor": {"person": "2", "name": "Lò Bình", "title": "Giám đốc"},
    "state": {
        "folders": [{"name": "INBOX", "messages": 3, "unread": 1, "octets": 900}],
        "messages": 3,
        "unread": 1,
        "octets": 900,
        "quota": 1000,
        "checksum": "0" * 64,
    },
    "removed": {"rules": [], "signatures": 0, "settings": False},
}


def recall_and_audit_papers() -> dict[str, str]:
    """A recall's report, record and notice to a head, and the list of changes of a mailbox, as PDFs show them."""
    answer, body = moved(test_recall.ANSWER), moved(test_recall.BODY)
    changed = test_audit.entry("readdress", changed={"address": ["a@laocai.gov.vn", "b@laocai.gov.vn"]})
    drawn_papers = {
        "recall-report": recalled.report(answer, "Sở Khoa học và Công nghệ"),
        "recall-record": recalled.record(body, "0" * 64, "Sở Khoa học và Công nghệ"),
        "audit-list": listing.content_of(moved(test_audit.listed(changed, more=True))),
    }
    found = {f"{name}.pdf": shown(paper_drawing.draw(paper)) for name, paper in drawn_papers.items()}
    return found | {"recall-notice": recalled.notice("Sở Nội vụ", 2, answer["plan"])}


def papers(folder: Path) -> dict[str, str]:
    """Letters, the record of a hand-over, a report with its reminders, and papers of recalls and of the audit."""
    by_register, issued = controller.read_register(folder)
    office = Office(by_register, issued, DAY)
    targets = [
        Target("official", "2", "lbinh-snv@hoangmoc.gov.vn", "Lò Bình", "snv", "7/BC-SNV", 1),
        Target("agency", "snv", "contact-snv@hoangmoc.gov.vn", "Sở Nội vụ", "snv", "", None),
    ]
    letters = [(letter, "abcd-efgh") for draft in office.write(targets, "6c52fcec" * 4) for letter in draft.letters]
    timeline = Timeline.of(by_register, issued, date(2025, 12, 31))
    period = Period.of(timeline, date(2025, 1, 1), date(2025, 12, 31))
    names = ["agency/ubnd", "agency/skhcn", "agency/snv", "official/1", "official/2"]
    told = simulate(names, period.first, period.last, {"agency/snv": 0.1}).told(**HOST)
    report = make(timeline, scope.of_province(timeline), period, told, Rules())
    made = files.make(content.write(report, by_register), report, files.sender(by_register, issued, DAY))
    sheets = load_workbook(io.BytesIO(made.pop(".xlsx")))
    cells = (str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row if cell)
    found = {"report.html": made.pop(".html").decode(), "report.xlsx": "\n".join(cells)}
    found |= {f"report{end}": shown(octets) for end, octets in made.items()}
    return found | {
        **recall_and_audit_papers(),
        "letters.pdf": shown(drawing.draw(letters)),
        "minutes.pdf": shown(minutes.draw(RECORD, office)),
    }


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """The papers without a regulation, with one, and with one whose articles are numbered."""
    folders = {
        kind: write(tmp_path_factory.mktemp(kind), regulation)
        for kind, regulation in (("none", None), ("plain", PROVINCE["regulation"]), ("numbered", NUMBERED))
    }
    return {kind: papers(folder) for kind, folder in folders.items()}


@pytest.mark.parametrize("kind", ["none", "plain", "numbered"])
def test_papers_of_another_province_do_not_name_the_sample(drawn: dict[str, dict[str, str]], kind: str) -> None:
    assert len(drawn[kind]) == 10
    found = {name: foreign(text) for name, text in drawn[kind].items()}
    assert {name: words for name, words in found.items() if words} == {}


@pytest.mark.parametrize("kind", ["none", "plain"])
def test_papers_without_stated_articles_cite_none(drawn: dict[str, dict[str, str]], kind: str) -> None:
    assert {name: ARTICLE.findall(text) for name, text in drawn[kind].items() if ARTICLE.search(text)} == {}


def test_papers_name_the_provinces_regulation(drawn: dict[str, dict[str, str]]) -> None:
    basis = (
        f"Quyết định số 12/2024/QĐ-UBND ngày 10 tháng 5 năm 2024 của Ủy ban nhân dân tỉnh Hoàng Mộc ban hành {TITLE}"
    )
    for name in ("letters.pdf", "minutes.pdf"):
        assert basis in drawn["plain"][name]
        assert "Căn cứ quy chế của tỉnh về quản lý, sử dụng hệ thống thư điện tử" in drawn["none"][name]
        assert "Căn cứ Quyết định số" not in drawn["none"][name]


def test_papers_cite_the_articles_that_the_register_states(drawn: dict[str, dict[str, str]]) -> None:
    letters = drawn["numbered"]["letters.pdf"]
    assert "Cấp lại mật khẩu theo khoản 6 Điều 12" in letters
    assert "Đổi mật khẩu ngay (khoản 2 Điều 12)" in letters
    assert "Căn cứ khoản 3 Điều 14 của Quy chế" in drawn["numbered"]["minutes.pdf"]
    assert "Điều 10" not in "".join(drawn["numbered"].values())


def test_letter_before_the_regulation_does_not_cite_it(tmp_path: Path) -> None:
    made = controller.read_register(write(tmp_path))
    assert Office(*made, date(2024, 5, 9)).regulation == Regulation(province="Hoàng Mộc")
    assert Office(*made, date(2024, 5, 10)).regulation.number == "12/2024/QĐ-UBND"


# ------------------------------------------------------------------------------------- what the code has to say


def literals(path: Path) -> Iterator[str]:
    """The texts in a module, without what documents it: docstrings and Ansible's own documentation."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    left = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        or (
            isinstance(node, ast.Assign)
            and getattr(node.targets[0], "id", "") in {"DOCUMENTATION", "EXAMPLES", "RETURN"}
        )
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in left:
            yield node.value


CODE = sorted(
    path
    for folder in (PLUGINS, *ROOT.glob("roles/*/files"))
    for path in folder.rglob("*.py")
    if "doc_fragments" not in path.parts
)


def test_texts_of_the_code_do_not_name_the_sample() -> None:
    found = {
        str(path.relative_to(ROOT)): words
        for path in CODE
        if not path.as_posix().endswith(tuple(KNOWING))
        if (words := sorted({word for text in literals(path) for word in foreign(text)}))
    }
    assert len(CODE) > 300
    assert found == {}


def test_cited_article_numbers_come_from_the_register() -> None:
    citing = {str(path.relative_to(ROOT)) for path in CODE if any(ARTICLE.search(text) for text in literals(path))} - {
        f"plugins/{name}" for name in KNOWING
    }
    without = {name for name in citing if not re.search(r"\bcite\(|REQUIRED", (ROOT / name).read_text())}
    # `danhba usage` gives its title through `cite`, and `danhba rules` its clauses.
    assert without == {"plugins/module_utils/danhba/rendering/usage.py"}


def test_catalogue_does_not_name_the_sample() -> None:
    path = PLUGINS / "module_utils/danhba/locale/vi/LC_MESSAGES/danhba.po"
    messages = read_po(io.BytesIO(path.read_bytes()))
    found = [(message.id, words) for message in messages if (words := foreign(f"{message.id}\n{message.string}"))]
    # The header names the project.
    assert [each for each in found if each[0]] == []


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below
            yield from commands(below, (*path, name))


def test_help_of_commands_does_not_name_the_sample() -> None:
    every = list(commands(cli.main))
    shown_help = {path: CliRunner().invoke(cli.main, [*path, "--help"]).output for path in every}
    assert len(every) > 15
    assert {path: foreign(text) for path, text in shown_help.items() if foreign(text)} == {}


# ------------------------------------------------------------------------------------------ roles and their files

TEMPLATES = sorted(path for path in ROOT.glob("roles/*/templates/*") if path.is_file())
SHIPPED = sorted(
    path
    for path in ROOT.glob("roles/*/files/**/*")
    if path.is_file() and path.suffix not in {".py", ".pyc", ".sql", ".png"} and "__pycache__" not in path.parts
    if path.name != "common.txt"  # passwords that are refused, names of places among them
)
YAML = [
    *ROOT.glob("roles/*/tasks/*.yml"), *ROOT.glob("roles/*/meta/settings.yml"), *ROOT.glob("roles/*/vars/*.yml"),
    *ROOT.glob("roles/*/defaults/*.yml"), *ROOT.glob("playbooks/**/*.yml"),
]  # fmt: skip


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(write(tmp_path_factory.mktemp("directory")))


@for_each("path", TEMPLATES)
def test_templates_do_not_name_the_sample(path: Path, directory: str) -> None:
    item = {"key": "can-bo", "value": "x"}
    source = path.read_text(encoding="utf-8")
    assert foreign(re.sub(r"\{#.*?#\}", "", source, flags=re.DOTALL)) == []
    if path.parts[-3] in {"pages", "roundcube", "postfix", "secrecy", "nginx", "guard"} and "item." not in source:
        text = render(path, register_dir=directory, item=item)
        assert foreign(text) == []


@for_each("path", SHIPPED)
def test_files_of_roles_do_not_name_the_sample(path: Path) -> None:
    assert foreign(path.read_text(encoding="utf-8", errors="replace")) == []


def texts(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key != "author":
                yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)
    elif isinstance(node, str):
        yield node


class _Loader(yaml.CSafeLoader):
    """YAML of Ansible, whose tags (!unsafe, !vault) are texts."""


_Loader.add_multi_constructor("!", lambda loader, _suffix, node: getattr(node, "value", ""))


def test_roles_and_playbooks_do_not_name_the_sample() -> None:
    found = {}
    for path in YAML:
        content_of = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506 - a kind of CSafeLoader
        said = "\n".join(texts(content_of))
        # Pictures are published where they are of this domain alone (role pages).
        if words := foreign(said.replace("pages_domain == 'laocai.gov.vn'", "")):
            found[str(path.relative_to(ROOT))] = words
    assert len(YAML) > 100
    assert found == {}


@pytest.mark.clause("R9.4")
@pytest.mark.parametrize("name", ["can-bo", "quan-ly-hop-thu"])
def test_published_guide_does_not_name_the_sample(name: str, directory: str) -> None:
    page = render(ROOT / "roles/pages/templates/guide.html.j2", register_dir=directory, item={"key": name})
    assert (foreign(page), ARTICLE.findall(page)) == ([], [])
    assert "https://mail.hoangmoc.gov.vn/" in page
    assert "<img" not in page  # they show the sample's webmail


def test_every_published_guide_is_tested() -> None:
    values = yaml.safe_load((ROOT / "roles/pages/vars/main.yml").read_text(encoding="utf-8"))
    assert set(values["__pages_guides"]) == {"can-bo", "quan-ly-hop-thu"}


def test_guide_published_for_the_sample_is_unchanged() -> None:
    page = render(ROOT / "roles/pages/templates/guide.html.j2", item={"key": "can-bo"})
    assert "https://mail.laocai.gov.vn/" in page
    assert "Điều 10.1 của Quy chế" in page
    assert "<img" in page


def test_webmail_and_refusals_cite_the_provinces_regulation(tmp_path: Path, directory: str) -> None:
    config = ROOT / "roles/roundcube/templates/config.inc.php.j2"
    plain, numbered = (render(config, register_dir=each) for each in (directory, str(write(tmp_path, NUMBERED))))
    assert "'danhba.firstintro' => 'Mật khẩu vừa nhập là mật khẩu cấp một lần. Theo Quy chế, phải đổi" in plain
    assert "Theo Điều 12.2 của Quy chế, phải đổi" in numbered
    assert "By article 12.2 of the regulation" in numbered
    assert "'danhba." not in render(config).partition("danhba_cited")[2].partition("];")[0]


# ---------------------------------------------------------------------------------- what a province's clerks read


def test_init_does_not_name_the_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answers = ANSWERS | {
        "province": "Hoàng Mộc", "domain": "hoangmoc.gov.vn", "operator": "skhcn", "name": "Sở Khoa học và Công nghệ",
        "phone": "0299 3 000 000", "regulation": "12/2024/QĐ-UBND", "regulation-date": "10/5/2024",
        "regulation-title": TITLE,
    }  # fmt: skip
    done = CliRunner().invoke(cli.main, ["init", "tinh", *(f"--{key}={value}" for key, value in answers.items())])
    assert done.exit_code == 0, done.output
    written = {path: path.read_text(encoding="utf-8") for path in (tmp_path / "tinh").rglob("*") if path.is_file()}
    assert len(written) >= 14
    assert {str(path): foreign(text) for path, text in written.items() if foreign(text)} == {}
    assert foreign(done.output) == []


def test_commands_of_another_province_do_not_name_the_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "directory")
    monkeypatch.chdir(tmp_path)
    for kind in ("agency", "province"):
        schema = CliRunner().invoke(cli.main, ["schema", kind]).stdout
        assert (foreign(schema), ARTICLE.findall(schema)) == ([], [])
    province = in_folder()
    # That another province's number was copied can only be told by naming it.
    for page in sorted((ROOT / "docs/rules").glob("[a-z]*.md")):
        text = of_core.cite(province.adapt(page.read_text(encoding="utf-8")), province.regulation)
        about = "province-regulation" in page.name
        assert ([] if about else foreign(re.sub(r"33/2010|H38|0214 3", "", text))) == [], page.name
        assert ARTICLE.findall(text) == [], page.name


def test_findings_show_articles_of_the_provinces_regulation(tmp_path: Path) -> None:
    folder = write(tmp_path, PROVINCE["regulation"] | {"articles": {"10.9": "12.3"}})
    text = (folder / "province.yml").read_text(encoding="utf-8")
    (folder / "province.yml").write_text(text.replace('phone: "0299 3 000 000", ', ""), encoding="utf-8")
    shown_findings = CliRunner().invoke(cli.main, ["check", str(folder), "--lang", "vi", "--no-cache"]).stdout
    assert "province-support [R10.9: Điều 12.3]" in shown_findings
