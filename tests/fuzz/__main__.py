"""`python -m tests.fuzz [--runs N] [--seconds T] [--seed S] [--target TARGET]`: exit status 1 where anything failed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.fuzz.campaign import HARD, TARGETS, Failure, Tally, campaign, jobs, keep
from tests.fuzz.minimise import signature
from tests.fuzz.seeds import PROJECT
from tests.fuzz.worker import MIB, Limits


def main() -> int:
    """Run, count, and show each failure with the smallest case that has it."""
    options = _options()
    targets = [*TARGETS, HARD] if options.target == "all" else [options.target]
    limits = Limits()
    tally = campaign(jobs(targets, options.seed, options.runs), limits, options.seconds)
    for failure in tally.failures.values():
        keep(failure, limits, options.out, options.minimise)
        show(failure)
    print(summary(tally, options.seed))
    return 1 if tally.failures else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000, metavar="N", help="and the hardest cases, each once")
    parser.add_argument("--seconds", type=float, metavar="T", help="stop after so long")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument("--target", choices=[*TARGETS, HARD, "all"], default="all")
    parser.add_argument("--minimise", type=float, default=20, metavar="T", help="seconds for each way to fail")
    parser.add_argument("--out", type=Path, default=PROJECT / "build" / "fuzz", help="folder for what failed")
    return parser.parse_args()


def show(failure: Failure) -> None:
    """One way to fail: how often, the end of what it says, where its smallest case lies."""
    print(f"FAILED {failure.count} × {signature(failure.error)}")
    print("    " + "\n    ".join(failure.error.strip().splitlines()[-6:]))
    print(f"    {failure.name} → {failure.path}")


def summary(tally: Tally, seed: int) -> str:
    """The counts, a line each."""
    slowest, largest = tally.slowest, tally.largest
    return "\n".join(
        [
            f"seed {seed}: {tally.runs:,} runs",
            f"findings: {tally.findings:,}, by {len(tally.rules)} rules: {', '.join(sorted(tally.rules))}",
            f"refusals: {tally.refusals:,}; neither: {tally.clean:,}",
            f"tracebacks and other failures: {sum(failure.count for failure in tally.failures.values()):,}",
            f"longest: {slowest.seconds:.2f} s, {slowest.name} ({slowest.how[:200]})",
            f"most memory: {largest.memory / MIB:.0f} MiB, {largest.name} ({largest.how[:200]})",
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
