"""The forms of requests: one text for every forge, each with its clauses, its documents and commands that exist."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
import yaml

from danhba.cli import main

PROJECT = Path(__file__).resolve().parents[3]
REQUESTS = {
    "cap-moi": ("Cấp mới", "Điều 6.2.a"),
    "thay-doi": ("Thay đổi", "Điều 11.1"),
    "huy-bo": ("Hủy bỏ", "Điều 6.2.b"),
    "sap-xep-to-chuc": ("Sắp xếp tổ chức", "Điều 6.1"),
}


def read(path: str) -> str:
    return (PROJECT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("request_", REQUESTS)
class TestEachRequest:
    def test_as_an_issue(self, request_: str) -> None:
        name, clause = REQUESTS[request_]
        _start, front, body = read(f".github/ISSUE_TEMPLATE/{request_}.md").split("---\n", 2)
        assert yaml.safe_load(front)["name"] == name
        assert {"name", "about", "title", "labels"} == set(yaml.safe_load(front))
        assert clause in body
        assert "(số và ký hiệu, ngày):" in body
        assert read(f".gitlab/issue_templates/{name}.md") == body.lstrip("\n")

    def test_as_a_pull_request(self, request_: str) -> None:
        name, clause = REQUESTS[request_]
        body = read(f".github/PULL_REQUEST_TEMPLATE/{request_}.md")
        assert clause in body
        assert "(số và ký hiệu, ngày):" in body
        assert "- [ ] `danhba check` không có lỗi" in body
        assert read(f".gitlab/merge_request_templates/{name}.md") == body


def test_what_a_pull_request_begins_with() -> None:
    body = read(".github/PULL_REQUEST_TEMPLATE.md")
    assert all(name in body for name, _clause in REQUESTS.values())
    assert read(".gitlab/merge_request_templates/Default.md") == body


def test_forgejo_takes_those_of_github() -> None:
    """It looks below .github too, and there is nothing that it would take before."""
    assert not list((PROJECT / ".forgejo").glob("*TEMPLATE*")) + list((PROJECT / ".forgejo").glob("*template*"))


def test_every_command_exists() -> None:
    texts = [file.read_text(encoding="utf-8") for file in (PROJECT / ".github").rglob("*.md")]
    named = {command for text in texts for command in re.findall(r"danhba ([a-z]+)", text)}
    assert named
    assert named <= set(main.list_commands(click.Context(main)))
