"""What the check and the comment say of a proposal that a cell composes."""

from __future__ import annotations

from functools import lru_cache

from danhba.checking.check import Checked, check
from danhba.governance.comment import markdown
from danhba.governance.review import review
from danhba.model.findings import new
from tests.support.proposals import proposal
from tests.support.registers import files

from .composing import TODAY, Proposed
from .table import WARNED


@lru_cache(maxsize=64)  # proposals of one event begin with few registers
def _checked(texts: tuple[tuple[str, str], ...]) -> Checked:
    return check(files(dict(texts)), TODAY)


def found(proposed: Proposed) -> frozenset[str]:
    """The rules whose findings the proposal adds, as `danhba check --base` and a review have them."""
    before = _checked(tuple(proposed.before.items()))
    now = check(files(proposed.after), TODAY, before)
    return frozenset(finding.rule.id for finding in new(before.findings, now.findings))


def comment(proposed: Proposed) -> str:
    """The comment that its reviewers get."""
    made = proposal(proposed.after, proposed.before, outside=proposed.outside)
    return markdown(review(made, TODAY), "en")


def answered(proposed: Proposed) -> frozenset[str]:
    """The rules as `found`, and the mark where the comment warns of what passes."""
    head = comment(proposed).splitlines()[1]
    return found(proposed) | ({WARNED} if WARNED in head else frozenset())
