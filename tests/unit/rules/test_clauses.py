"""Clauses and pages, as findings cite them."""

from __future__ import annotations

import pytest

from danhba.rules.clauses import article
from danhba.rules.pages import SITE, path, url


@pytest.mark.parametrize(
    ("clause", "numbered"), [("R5", "5"), ("R4.0", "4"), ("R6.1", "6.1"), ("R6.1a", "6.1.a"), ("R11.2", "11.2")]
)
def test_articles_are_numbered_as_in_the_regulation(clause: str, numbered: str) -> None:
    assert article(clause) == numbered


def test_the_page_of_a_rule() -> None:
    assert path("schema-date") == "docs/rules/schema-date.md"
    assert url("schema-date") == f"{SITE}/docs/rules/schema-date.md"
