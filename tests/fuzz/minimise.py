"""Makes a failing case smaller for as long as it fails in the same way."""

from __future__ import annotations

import re
import time

from tests.fuzz.case import Case
from tests.fuzz.worker import Limits, Make, Result, run_all

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
    found = True
    while found and time.monotonic() < end:
        found = False
        smaller = [part for part in case.smaller() if part.size() < case.size()]
        jobs = [(str(number), _always(part)) for number, part in enumerate(smaller)]
        for part, result in zip(smaller, run_all(jobs, limits), strict=False):
            if _same(result, wanted):
                case, found = part, True
                break
            if time.monotonic() > end:
                break
    return case


def _same(result: Result, wanted: str) -> bool:
    return bool(result.error) and signature(result.error) == wanted
