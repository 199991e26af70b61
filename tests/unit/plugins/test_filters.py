"""The filters of pages and their scripts, and the templates that have to use them."""

from __future__ import annotations

import importlib
import os
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[3]
pages = importlib.import_module("ansible_collections.laocai.mail.plugins.filter.pages")
FILTERS: dict[str, Any] = pages.FilterModule().filters()
TEMPLATES = sorted((PROJECT / "roles").glob("*/templates/*.j2"))
PHP = [path for path in TEMPLATES if path.name.endswith(".php.j2")]
MARKUP = [path for path in TEMPLATES if path.name.endswith((".html.j2", ".xml.j2"))]
# As one would write it who wants to leave a literal of PHP, an attribute or an element.
HOSTILE = "0214'; phpinfo(); //\\'; phpinfo(); \n\"><script>alert(1)</script>&lt;\\"
TEXTS = ("vi", "vi_text", "en", "en_text")
LITERAL = re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL)


def test_guide_filter_gives_title_body_and_headings() -> None:
    found = FILTERS["guide"]("# Một\n\n## Hai\n\n[x](can-bo.md)", ["can-bo.md"])
    assert found["title"] == "Một"
    assert found["headings"] == [{"level": 2, "anchor": "hai", "text": "Hai"}]
    assert "can-bo.html" in found["body"]


def test_qr_code_is_an_image_with_a_label() -> None:
    svg = FILTERS["qr_svg"]("https://mail.laocai.gov.vn/dien-thoai/", 'Mã "QR" <của trang>')
    root = ET.fromstring(svg)  # noqa: S314
    assert root.tag.endswith("svg")
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == 'Mã "QR" <của trang>'
    assert re.search(r"<path[^>]+stroke=", svg)
    assert "style=" not in svg


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_is_documented(name: str) -> None:
    documents = yaml.safe_load((PROJECT / f"plugins/filter/{name}.yml").read_text(encoding="utf-8"))
    assert documents["DOCUMENTATION"]["name"] == name
    assert f"laocai.mail.{name}" in documents["EXAMPLES"]


@pytest.mark.parametrize("text", [HOSTILE, "", "\\", "'", "\\'", "$a {$b} \\n", "Lào Cai"])
def test_php_literal_evaluates_to_the_text(text: str) -> None:
    literal = LITERAL.fullmatch(FILTERS["php"](text))
    assert literal
    assert re.sub(r"\\([\\'])", r"\1", literal[1]) == text


def render(path: Path) -> str:
    """A template with the same hostile text for everything that is named there, as Jinja renders it for Ansible."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(path.parent),
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - as Ansible does it, which is why the templates have to
    )
    environment.filters |= {f"laocai.mail.{name}": made for name, made in FILTERS.items()}
    environment.filters |= {"comment": lambda text, *_style, **_more: f"// {text}", "splitext": os.path.splitext}
    services = [{"name": HOSTILE, "type": HOSTILE, "port": 993, "security": HOSTILE}]
    known = {
        "ansible_managed": "managed", "item": {"key": "404"}, "__nginx_errors": {"404": dict.fromkeys(TEXTS, HOSTILE)},
        "__pages_services": services, "__pages_guides": {}, "__roundcube_plugins": [HOSTILE],
        "__roundcube_cited": {"vi_VN": {"firstintro": HOSTILE}},
        "__pages_guide": {"title": HOSTILE, "body": "", "headings": [{"level": 2, "anchor": HOSTILE, "text": HOSTILE}]},
    }  # fmt: skip
    source = "".join(file.read_text(encoding="utf-8") for file in path.parent.glob("*.j2"))
    named = re.findall(r"\b(?:__)?(?:roundcube|nginx|pages)_[a-z_]+", source)
    return environment.get_template(path.name).render(dict.fromkeys(named, HOSTILE) | known)


@pytest.mark.parametrize("path", PHP, ids=lambda path: path.name)
def test_hostile_value_does_not_become_part_of_a_script(path: Path) -> None:
    script = render(path)
    assert path.name == "address.php.j2" or "phpinfo" in script
    assert "phpinfo" not in LITERAL.sub("", script)


@pytest.mark.parametrize("path", MARKUP, ids=lambda path: path.name)
def test_hostile_value_does_not_become_markup(path: Path) -> None:
    page = render(path)
    assert "alert(1)" in page
    assert "<script" not in page
    for attribute in re.findall(r'="([^"]*)"[ />]', page):
        assert "<" not in attribute
    assert 'phpinfo(); \n">' not in page
