"""Lets `reader.py` read mails with reports in separate processes, and explains refusals."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...module_utils.failure import Failure

READER = Path(__file__).with_name("reader.py")
LOCK = Path(__file__).parents[2] / "module_utils/danhba/founding/files/reports.txt"
REASONS = {
    "none": ("không có báo cáo nào trong thư", "no report in the mail"),
    "damaged": ("không đọc được", "cannot be read"),
    "foreign": ("của tên miền khác", "of another domain"),
    "dates": ("thời gian không thể đúng", "a period that cannot be true"),
    "large": ("quá lớn", "too large"),
    "many": ("quá nhiều dòng hoặc tệp", "too many lines or files"),
    "limits": ("tốn quá nhiều bộ nhớ hoặc thời gian", "takes too much memory or time"),
}
"""Why a report is refused, by the key that is stored: in Vietnamese and English."""


def require() -> None:
    """Raise Failure, with the way out, if the library that reads reports is missing."""
    if importlib.util.find_spec("parsedmarc") is None:
        command = f"{sys.executable} -m pip install --require-hashes --no-deps --requirement {LOCK}"
        raise Failure(
            f"Máy điều khiển chưa có thư viện parsedmarc, chỉ việc này cần đến. Cài bằng: {command}",
            f"The controller lacks the library parsedmarc, which only this needs. Install it: {command}",
        )


def read(mails: Iterable[dict[str, Any]], domain: str, host: str) -> list[dict[str, Any]]:
    """Return `guid`, `reports` and the keys of `refused` reasons of each mail that was read in time.

    Args:
        mails: `guid`, `arrived` in seconds since the epoch, `octets` in base64, None if too large.
        domain: the domain whose reports are taken, with those of its subdomains.
        host: the name under which our own gate wrote its results.
    """
    lines = [json.dumps([domain, host]), *map(json.dumps, mails)]
    if len(lines) == 1:
        return []
    done = subprocess.run(
        [sys.executable, "-I", READER],
        input="\n".join(lines),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        check=False,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode:
        raise Failure(
            f"Chương trình đọc báo cáo dừng giữa chừng ({done.returncode}). Chưa lưu gì; hãy chạy lại.",
            f"The program that reads reports stopped before its end ({done.returncode}). Nothing is stored; run again.",
        )
    return answers
