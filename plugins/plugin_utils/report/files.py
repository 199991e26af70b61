"""The files of a report, by their suffixes."""

from __future__ import annotations

from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting.report import Report

from ..papers.drawing import check
from . import page, paper, workbook
from .content import Content
from .paper import Sender, sender

__all__ = ["Sender", "make", "require", "sender"]

REMINDERS = "-nhac-nho.pdf"


def require() -> None:
    """Raise Failure, before anything is asked, if papers cannot be drawn."""
    check()


def make(content: Content, report: Report, who: Sender) -> dict[str, bytes]:
    """Return all files; reminders only if an agency misses the target and the report is about agencies."""
    found = {
        ".xlsx": workbook.draw(content),
        ".html": page.draw(content),
        ".pdf": paper.draw(content, report, who),
    }
    found_below = [] if report.scope.mailbox else report.using.below(report.rules)
    # The operator sends no reminder to itself.
    below = [each for each in found_below if each.code != who.code.lower()]
    return found | ({REMINDERS: paper.remind(report, below, who)} if below else {})
