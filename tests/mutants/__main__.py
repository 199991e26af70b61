"""`python -m tests.mutants [--rooms A,B] [--sample 38] [--again]`: changes of the code that tests must see.

mutmut makes one change at a time in the functions of a room and runs the room's tests. Prints the changes that no test
saw. Exit status 1 if a room's tests see fewer than nine in ten. Changes that mypy refuses, and messages that the
catalogue lacks, cannot be committed: they do not count.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tests.mutants import results, stage
from tests.mutants.results import Fate, Mutant
from tests.mutants.rooms import ROOMS, Room

# Percentage of the mutants that count which a room's tests must kill.
LEAST_PERCENT = 90
FOLDER = stage.PROJECT / "build/mutants"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rooms one after the other; print each one's survivors and its share of killed mutants."""
    options = _options(arguments)
    poor = []
    for room in options.rooms:
        if not options.judge:
            folder = (stage.renew if options.again else stage.make)(room, FOLDER / room.name)
            _run(folder, options.sample, options.minutes, options.jobs)
        mutants = list(results.read(FOLDER / room.name / stage.RUN / "src"))
        print(*survivors(mutants), _line(room.name, mutants), sep="\n", flush=True)
        if not is_enough(mutants):
            poor.append(room.name)
    if poor:
        print(f"fewer than {LEAST_PERCENT} % killed, or none run (build/mutants/*/log): {', '.join(poor)}")
    return 1 if poor else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--rooms", type=_rooms, default=ROOMS, metavar="A,B")
    parser.add_argument("--sample", default="", metavar="DIGITS", help="only mutants whose number ends in one of these")
    parser.add_argument("--minutes", type=float, default=None, metavar="N", help="stop in a room after so long")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes at a time")
    parser.add_argument("--again", action="store_true", help="only what has changed since, and survivors")
    parser.add_argument("--judge", action="store_true", help="run nothing; judge the last run again")
    return parser.parse_args(arguments)


def _rooms(text: str) -> list[Room]:
    rooms = [room for room in ROOMS if room.name in text.split(",")]
    if len(rooms) != len(text.split(",")):
        raise argparse.ArgumentTypeError(f"there are {', '.join(room.name for room in ROOMS)}")
    return rooms


def _run(folder: Path, sample: str, minutes: float | None, jobs: int) -> None:
    """Let mutmut change a room; what it writes goes to a file, for it draws its progress thousands of times."""
    names = [f"*__mutmut_*[{sample}]"] if sample else []
    # What a shell starts in the background ignores SIGINT, and so would mutmut.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    command = [str(Path(sys.executable).with_name("mutmut")), "run", "--max-children", str(jobs), *names]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            process.wait(minutes and minutes * 60)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            process.wait()


def _line(name: str, mutants: Sequence[Mutant]) -> str:
    count = Counter(mutant.fate for mutant in mutants)
    seen, unseen = count[Fate.KILLED], count[Fate.SURVIVED]
    percent = f"{100 * seen / (seen + unseen):.1f} %" if seen + unseen else "none"
    rest = f"{count[Fate.TYPES]} refused by mypy, {count[Fate.TEXTS]} by the catalogue, {count[Fate.WAITING]} not run"
    return f"{name}: {seen} of {seen + unseen} seen ({percent}); {rest}"


def survivors(mutants: Sequence[Mutant]) -> list[str]:
    """Return a line for each mutant that no test saw: its function, the lines before and after."""
    changes = sorted(mutant.change for mutant in mutants if mutant.fate is Fate.SURVIVED)
    return [f"survived: {change.function}\n  - {change.before}\n  + {change.after}" for change in changes]


def is_enough(mutants: Sequence[Mutant]) -> bool:
    """Say whether the tests killed `LEAST_PERCENT` of the mutants that count; False if none was run."""
    count = Counter(mutant.fate for mutant in mutants)
    killed = count[Fate.KILLED]
    return killed > 0 and killed * 100 >= LEAST_PERCENT * (killed + count[Fate.SURVIVED])


if __name__ == "__main__":
    sys.exit(main())
