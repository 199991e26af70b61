"""`python -m tests.bench [--parts check,…]`: each part measured against named alternatives, or what was asked."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

# The parts, each a module here, and the options that it takes.
OPTIONS = {
    "check": ("sizes", "growth"),
    "commands": ("sizes",),
    "usage": ("mailboxes",),
    "daily": ("mailboxes",),
    "apply": ("sizes",),
    "webmail": ("users", "seconds"),
    "sessions": ("sessions", "seconds"),
    "people": ("people", "minutes"),
    "mail": ("messages",),
    "filters": ("messages", "mailboxes"),
    "recall": ("mailboxes",),
    "book": ("mailboxes",),
    "secrecy": ("times",),
    "trace": ("traced",),
    "audit": ("audited",),
}
PROJECT = Path(__file__).resolve().parents[2]
PARTS = tuple(OPTIONS)
SIZES = (1_000, 10_000, 100_000)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print tables, and write the same as JSON where asked."""
    options = _options(arguments)
    console = Console(highlight=False, width=200 if not sys.stdout.isatty() else None)
    console.print(f"{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} CPU")
    with tempfile.TemporaryDirectory(prefix="danhba-bench-") as folder:
        results = {part: _run(part, console, Path(folder), options) for part in options.parts}
    if options.json:
        options.json.write_text(json.dumps(results, indent=2), encoding="utf-8")
    return 0


def _run(part: str, console: Console, folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    sys.path += [str(PROJECT / "roles/programs/files"), str(PROJECT / ".ansible/collections")]  # as pytest has them
    module = importlib.import_module(f"tests.bench.{part}")  # some need what only a controller has
    result: dict[str, Any] = module.run(console, folder, *(getattr(options, name) for name in OPTIONS[part]))
    return result


def _parts(text: str) -> list[str]:
    parts = text.split(",")
    if unknown := [part for part in parts if part not in PARTS]:
        raise argparse.ArgumentTypeError(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return parts


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--parts",
        type=_parts,
        default=PARTS,
        help=f"{','.join(PARTS)} (từ apply trở đi: một máy thử / from apply on: a test host)",
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="số CCVC / numbers of officials")
    parser.add_argument("--growth", type=int, nargs="*", default=SIZES, help="số CCVC, chỉ danhba / danhba alone")
    parser.add_argument("--users", type=int, default=8, help="webmail: số người dùng cùng lúc / users at once")
    parser.add_argument("--seconds", type=float, default=15, help="webmail: mỗi lần đo / each measurement")
    parser.add_argument("--sessions", type=int, default=10_000, help="sessions: số phiên IMAP / IMAP sessions")
    parser.add_argument("--people", type=int, default=300, help="people: số người ở trang thư / people in the webmail")
    parser.add_argument("--messages", type=int, default=1000, help="mail, filters: số thư / messages")
    parser.add_argument("--times", type=int, default=20, help="secrecy: số lần mỗi loại / turns for each format")
    parser.add_argument("--mailboxes", type=int, help="book (100000), filters (2000), recall (30000), usage (30000)")
    parser.add_argument("--traced", type=int, default=1_000_000, help="trace: số thư / messages")
    parser.add_argument("--audited", type=int, default=1_000_000, help="audit: số dòng / rows")
    parser.add_argument("--minutes", type=float, default=2, help="people: đo mấy phút / minutes that are measured")
    parser.add_argument("--json", type=Path, help="tệp kết quả / file for the results")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
