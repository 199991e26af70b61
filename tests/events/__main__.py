"""`python -m tests.events`: write the page of the events."""

from __future__ import annotations

from .pages import PAGE, page

PAGE.write_text(page(), encoding="utf-8")
