"""The public page of contact mailboxes: every agency, no person, and nothing that a name could smuggle in."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest

from danhba.checking.check import check
from danhba.exporting import page
from danhba.exporting.addressbook import Contact
from danhba.exporting.order import tree
from danhba.model.kinds import HEADINGS, KINDS
from danhba.model.register import Register
from tests.support.office import Office
from tests.support.registers import agency, event, files, person, register

OPENED = event("recruited", "2010-11-01")
AGENCIES = (
    agency("ubnd", person("1", "Đặng Văn Dũng", OPENED)),
    agency("stttt", person("2", "Trần Thị Hồng Ngọc", OPENED, phone="0214 3 840 001"), parent="ubnd"),
    agency("under", parent="stttt"),
    agency("old", parent="ubnd", closed="2011-01-01"),
)
DAY = date(2012, 1, 1)


class Tree(HTMLParser):
    """The list items of the page by their depth, and every element with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.depth = 0
        self.links: list[tuple[int, str]] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.depth += tag == "ul"
        if tag == "a" and self.depth:
            self.links.append((self.depth, str(dict(attrs)["href"])))

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag == "ul"


def exported(office: Office) -> str:
    office.keep(register(*AGENCIES))
    result = office.run("export", "--format", "html", "--out", "site", "--force", "--as-of", str(DAY), "--lang", "vi")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (office.path / "site").iterdir()) == ["danh-ba.css", "danh-ba.js", "index.html"]
    return (office.path / "site/index.html").read_text("utf-8")


@pytest.mark.clause("R1")
def test_agencies_as_a_tree(office: Office) -> None:
    assert Tree(exported(office)).links == [
        (1, "mailto:contact-ubnd@laocai.gov.vn"),
        (2, "mailto:contact-stttt@laocai.gov.vn"),
        (3, "mailto:contact-under@laocai.gov.vn"),
    ]


def test_no_person_is_on_it(office: Office) -> None:
    text = exported(office)
    for personal in ("Đặng Văn Dũng", "Trần Thị", "ngoc", "840 001", "QĐ-"):
        assert personal not in text


def test_it_says_of_which_day_it_is_and_whom_to_ask(office: Office) -> None:
    text = exported(office)
    assert "ngày 1/1/2012" in text
    assert "0214 3 000 000" in text
    assert '<html lang="vi">' in text


def test_nothing_is_inline(office: Office) -> None:
    """It must work under Content-Security-Policy: default-src 'self'."""
    found = Tree(exported(office))
    for tag, attributes in found.elements:
        assert tag != "style"
        assert tag != "script" or attributes.get("src")
        assert not any(name == "style" or name.startswith("on") for name in attributes)
        for name in ("src", "href"):
            assert not re.match(r"(?:https?:)?//|data:|javascript:", attributes.get(name) or "")


def sample() -> Register:
    found = check(files(register(*AGENCIES))).register
    assert found
    return found


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a & b 'c'"])
def test_names_are_text(text: str) -> None:
    register_ = sample()
    agencies = dict(register_.agencies)
    agencies["ubnd"] = replace(agencies["ubnd"], name=text)
    province = replace(register_.province, name=text, support_phone=text, support_mail=f"a{text}@b")
    evil = replace(register_, agencies=agencies, province=province)
    contact = Contact(text, "", "", text, f"contact-ubnd{text}@x", "", "ubnd")
    html = page.as_site([contact], evil, "vi", DAY)["index.html"].decode()
    plain = page.as_site([Contact("x", "", "", "x", "contact-ubnd@x", "", "ubnd")], register_, "vi", DAY)
    tags = [tag for tag, _attributes in Tree(html).elements]
    assert tags == [tag for tag, _attributes in Tree(plain["index.html"].decode()).elements]
    assert text not in html


@pytest.mark.clause("R1")
def test_every_kind_of_agency_has_a_heading() -> None:
    assert {kind.heading for kind in KINDS.values()} == set(HEADINGS)


def test_who_has_lost_a_parent_stands_below_the_next_higher() -> None:
    agencies = sample().agencies
    (top,) = tree(agencies, {"ubnd", "under"})
    assert [agency.code for _depth, agency in top.walk()] == ["ubnd", "under"]


def test_neighbours_stand_by_their_names_without_marks() -> None:
    agencies = {
        code: replace(sample().agencies["ubnd"], code=code, name=name)
        for code, name in (("a", "Sở Y tế"), ("b", "Đài Phát thanh"), ("c", "Ban Dân tộc"), ("d", "Sở Xây dựng"))
    }
    assert [node.agency.code for node in tree(agencies, agencies)] == ["c", "b", "d", "a"]


def test_several_files_do_not_go_to_one_stream(office: Office) -> None:
    result = office.run("export", "--format", "html", "--out", "-")
    assert result.exit_code == 2
    assert "name a folder" in result.output


def test_where_it_cannot_be_written(office: Office) -> None:
    (office.path / "site").write_text("a file")
    result = office.run("export", "--format", "html", "--out", "site")
    assert result.exit_code == 2
    assert "cannot write" in result.output
