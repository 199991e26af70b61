"""Makes a failing case smaller for as long as it fails in the same way."""

from __future__ import annotations

import re
import time
from itertools import islice

from tests.fuzz.case import Case
from tests.fuzz.worker import Limits, Make, run_all

# So many are tried in a process.
AT_ONCE = 50
_FRAME = re.compile(r'File ".*/(danhba/[^"]+)", line (\d+)')


def signature(error: str) -> str:
    """What makes two failures the same: the exception and its place in the core; else the text, numbers apart."""
    last = re.sub(r"[0-9]+", "N", error.strip().splitlines()[-1])
    frames = _FRAME.findall(error)
    return f"{last.partition(':')[0]} at {':'.join(frames[-1])}" if frames else last


def _always(case: Case) -> Make:
    return lambda: case


def smallest(case: Case, error: str, limits: Limits, seconds: float) -> Case:
    """The smallest case found in so many seconds that fails as this one does."""
    wanted, end = signature(error), time.monotonic() + seconds
    found: Case | None = case
    while found and time.monotonic() < end:
        case, found = found, _next(found, wanted, limits, end)
    return found or case


def _next(case: Case, wanted: str, limits: Limits, end: float) -> Case | None:
    """The first smaller one that fails in the same way."""
    smaller = (part for part in case.smaller() if part.size() < case.size())
    while (some := list(islice(smaller, AT_ONCE))) and time.monotonic() < end:
        jobs = [(str(number), _always(part)) for number, part in enumerate(some)]
        for part, result in zip(some, run_all(jobs, limits), strict=False):
            if result.error and signature(result.error) == wanted:
                return part
    return None
