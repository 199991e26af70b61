"""A proposal to a small register, as `danhba review` is given one."""

from __future__ import annotations

from typing import Any

from danhba.governance.proposal import Proposal
from tests.support.registers import Texts, agency, files, person, register

PEOPLE = [
    person(f"{n:03d}", f"Lò Thị Mai Hoa {word}", "2010-10-15") for n, word in enumerate("An Ban Chi Dung".split())
]
BEFORE = register(agency("snv", *PEOPLE, parent="ubnd"), agency("ubnd", kind="provincial_committee"))


def proposal(result: Texts | None, before: Texts = BEFORE, **more: Any) -> Proposal:
    """A proposal that merges cleanly, unless `more` says otherwise."""
    values: dict[str, Any] = {
        "target": "origin/main",
        "target_commit": "a" * 40,
        "commit": "b" * 40,
        "behind": 0,
        "related": True,
        "conflicts": (),
        "appended": (),
        "outside": (),
        "before": files(before),
        "ancestor": files(before),
        "own": files(result or before),
        "result": None if result is None else files(result),
    }
    return Proposal(**{**values, **more})
