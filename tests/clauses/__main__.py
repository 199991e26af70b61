"""`python -m tests.clauses`: write the pages of the clauses."""

from __future__ import annotations

from .pages import pages

for path, text in pages().items():
    path.write_text(text, encoding="utf-8")
