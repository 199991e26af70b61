"""`python -m tests.factory OUT --officials N [--agencies M] [--seed S]` writes a fictitious register to OUT."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.factory.register import write_register


def main() -> int:
    """Exit status 0 when written, 2 when it could not be."""
    parser = argparse.ArgumentParser(prog="python -m tests.factory", description="Write a fictitious register.")
    parser.add_argument("out", type=Path, metavar="OUT", help="directory to write to; made where missing")
    parser.add_argument("--officials", type=int, required=True, metavar="N")
    parser.add_argument("--agencies", type=int, metavar="M", help="one per hundred officials where not given")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    options = parser.parse_args()
    try:
        made = write_register(options.out, officials=options.officials, agencies=options.agencies, seed=options.seed)
    except (OSError, ValueError) as error:
        print(f"Không tạo được sổ mẫu / Cannot write the register: {error}", file=sys.stderr)
        return 2
    print(f"{made.path}: {made.officials} officials, {made.agencies} agencies, {made.pinned} pinned addresses")
    return 0


if __name__ == "__main__":
    sys.exit(main())
