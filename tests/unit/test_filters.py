"""The filters of the public pages, as a template uses them."""

from __future__ import annotations

import importlib
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
pages = importlib.import_module("ansible_collections.laocai.mail.plugins.filter.pages")
FILTERS: dict[str, Any] = pages.FilterModule().filters()


def test_guide() -> None:
    found = FILTERS["guide"]("# Một\n\n## Hai\n\n[x](can-bo.md)", ["can-bo.md"])
    assert found["title"] == "Một"
    assert found["headings"] == [{"level": 2, "anchor": "hai", "text": "Hai"}]
    assert "can-bo.html" in found["body"]


def test_code_is_an_image_with_a_name() -> None:
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
