"""The pages made of the table: English for reviewers, Vietnamese for inspectors of the province."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from danhba.cli.rules import in_groups
from danhba.rules.clauses import article

from .markers import LAYERS, Proof, collect
from .table import CLAUSES, ROOT, Clause, within


class Words(NamedTuple):
    """The words of a page in one language."""

    head: str
    columns: str
    states: dict[str, str]
    how: str
    missing: str
    code: str
    rules: str
    guides: str
    tests: str
    layers: dict[str, str]
    whole: str


ENGLISH = Words(
    head="""# Clauses and tests

Made by `make generated` from `docs/clauses.yml` and from the marker `pytest.mark.clause` of the tests; a test fails
while it is not up to date. [Tiếng Việt](vi/dieu-khoan.md)

What the regulation of Decision 33/2010/QĐ-UBND asks, what carries it out, and which tests show it. *Done*: it is in
this version, and at least one test shows it. *Part*: something is missing, which is named. *Later*: it is not there
yet. Clauses that ask nothing of the system itself are left out. Unit tests need no server; integration tests ask a real
PostgreSQL or git server; tests on hosts ask a Debian server that the roles have built; end-to-end tests use real mail
programs and a browser.
""",
    columns="| clause | article | what it asks | state | tests |",
    states={"done": "done", "part": "part", "later": "later"},
    how="What the system does",
    missing="Not there yet",
    code="Code",
    rules="Rules",
    guides="Guides",
    tests="Tests",
    layers=dict(zip(LAYERS, ("unit", "integration", "on hosts", "end to end"), strict=True)),
    whole="as a whole",
)
VIETNAMESE = Words(
    head="""# Điều khoản và kiểm thử

Trang này do lệnh `make generated` tạo từ `docs/clauses.yml` và từ dấu `pytest.mark.clause` của các bài kiểm thử; khi
trang chưa cập nhật thì kiểm thử báo lỗi. [English](../clauses.md)

Quy chế ban hành kèm Quyết định 33/2010/QĐ-UBND yêu cầu gì, phần nào của hệ thống thực hiện, bài kiểm thử nào chứng tỏ
điều đó. *Đã có*: có trong bản này và có ít nhất một bài kiểm thử. *Một phần*: còn thiếu điều được nêu. *Chưa có*: sẽ
làm sau. Khoản nào không đòi hỏi gì ở hệ thống thì không nêu. Kiểm thử đơn vị không cần máy chủ; kiểm thử tích hợp hỏi
cơ sở dữ liệu hoặc máy chủ git thật; kiểm thử trên máy chủ hỏi một máy Debian do các role dựng; kiểm thử đầu cuối dùng
chương trình thư và trình duyệt thật.
""",
    columns="| mã | điều khoản | yêu cầu | tình trạng | số bài kiểm thử |",
    states={"done": "đã có", "part": "một phần", "later": "chưa có"},
    how="Hệ thống làm gì",
    missing="Còn thiếu",
    code="Mã nguồn",
    rules="Quy tắc",
    guides="Hướng dẫn",
    tests="Kiểm thử",
    layers=dict(zip(LAYERS, ("đơn vị", "tích hợp", "trên máy chủ", "đầu cuối"), strict=True)),
    whole="chung cho cả điều",
)
# Articles that rules cite as a whole, of which the table has the clauses.
ARTICLES = sorted({rule.clause for rule in in_groups() if "." not in rule.clause} - CLAUSES.keys())
PAGES = {ROOT / "docs/clauses.md": "en", ROOT / "docs/vi/dieu-khoan.md": "vi"}


class Page:
    """One page: `path` says from where its links lead."""

    def __init__(self, path: Path, language: str, proofs: list[Proof]) -> None:
        self.folder = path.parent
        self.language = language
        self.words = VIETNAMESE if language == "vi" else ENGLISH
        self.proofs = proofs

    def text(self) -> str:
        """The page as it should be."""
        rows = [self._row(clause) for clause in CLAUSES.values()]
        table = "\n".join([self.words.columns, "|---" * (self.words.columns.count("|") - 1) + "|", *rows])
        parts = ["\n".join(self._part(clause)) for clause in CLAUSES.values()]
        return "\n".join([self.words.head, table, "", *parts, *self._articles()])

    def _row(self, clause: Clause) -> str:
        number = f"[{clause.clause}](#{clause.clause.lower().replace('.', '')})"
        cells = [number, _article(clause.clause, self.language), _cell(clause.asks[self.language])]
        return f"| {' | '.join([*cells, self.words.states[clause.state], str(len(self._of(clause)))])} |"

    def _of(self, clause: Clause) -> list[Proof]:
        return [test for test in self.proofs if clause.clause in test.clauses]

    def _part(self, clause: Clause) -> Iterator[str]:
        words, language = self.words, self.language
        yield f"## {clause.clause}\n"
        yield f"{_article(clause.clause, language)}, *{words.states[clause.state]}*: {clause.asks[language]}.\n"
        yield f"- {words.how}: {clause.how[language]}"
        if clause.missing:
            yield f"- {words.missing}: {clause.missing[language]}."
        for label, links in ((words.code, self._code(clause)), (words.rules, self._rules(clause))):
            if links:
                yield f"- {label}: {', '.join(links)}"
        if clause.guides:
            yield f"- {words.guides}: {', '.join(self._link(_title(path), path) for path in clause.guides)}"
        yield from self._tests(self._of(clause))
        yield ""

    def _code(self, clause: Clause) -> list[str]:
        return [self._link(f"`{path}`", path) for path in clause.code]

    def _rules(self, clause: Clause) -> list[str]:
        """The rules that cite the clause, or the clause of which it is a point."""
        return self._citing(lambda cited: within(clause.clause, cited) and cited not in ARTICLES)

    def _articles(self) -> Iterator[str]:
        """The rules that cite an article as a whole, once and not at each of its clauses."""
        for cited in ARTICLES:
            yield f"## {cited}\n"
            yield f"{_article(cited, self.language)}, {self.words.whole}:\n"
            yield f"- {self.words.rules}: {', '.join(self._citing(cited.__eq__))}\n"

    def _citing(self, wanted: Callable[[str], bool]) -> list[str]:
        """Links to the pages of rules, which have examples."""
        ids = sorted(rule.id for rule in in_groups() if wanted(rule.clause))
        return [self._link(f"`{id_}`", f"docs/rules/{id_}.md") for id_ in ids]

    def _tests(self, tests: Iterable[Proof]) -> Iterator[str]:
        for (layer, path), group in groupby(tests, lambda test: (test.layer, test.path)):
            names = ", ".join(f"`{test.name}`" for test in group)
            yield f"- {self.words.tests} ({self.words.layers[layer]}): {self._link(Path(path).name, path)}: {names}"

    def _link(self, text: str, path: str) -> str:
        return f"[{text}]({os.path.relpath(ROOT / path, self.folder)})"


def _article(clause: str, language: str) -> str:
    """A clause as documents cite it: ``Article 4.2.a``, ``điểm a khoản 2 Điều 4``."""
    number = article(clause)
    if language == "en":
        return f"Article {number}"
    first, *parts = number.split(".")
    named = [f"{kind} {part}" for kind, part in zip(("khoản", "điểm"), parts, strict=False)]
    text = " ".join([*reversed(named), f"Điều {first}"])
    return text[0].upper() + text[1:]


def _title(path: str) -> str:
    heading = re.search(r"^# (.+)$", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
    return heading[1] if heading else path


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def pages() -> dict[Path, str]:
    """Each page with the text that it should have."""
    tests = collect(ROOT)
    return {path: Page(path, language, tests).text() for path, language in PAGES.items()}
