"""`python -m tests.mutants [--rooms A,B] [--sample 38] [--again]`: changes of the code that tests must see.

mutmut makes one change at a time in the functions of a room and runs the room's tests. Exit status 1 where fewer than
nine in ten are seen by a test, where one survives that `survivors.toml` does not list, or where one that it lists is
seen or gone. What mypy refuses, and messages that the catalogue does not have, no commit can bring: they do not count.
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
from tests.mutants.results import Change, Fate, Mutant
from tests.mutants.rooms import ROOMS, Room
from tests.mutants.survivors import as_toml, listed

# Of the mutants that count, as many per cent have to be seen.
LEAST_PERCENT = 90
FOLDER = stage.PROJECT / "build/mutants"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the rooms one after the other, and judge them together."""
    options = _options(arguments)
    found: list[Mutant] = []
    for room in options.rooms:
        if not options.judge:
            folder = (stage.renew if options.again else stage.make)(room, FOLDER / room.name)
            _run(folder, options.sample, options.minutes, options.jobs)
        mutants = list(results.read(FOLDER / room.name / stage.RUN / "src"))
        print(_line(room.name, mutants), flush=True)
        found += mutants
    print(_line("all", found))
    complaints = judge(found, listed(), whole=not options.sample)
    print("\n".join(complaints))
    return 1 if complaints else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--rooms", type=_rooms, default=ROOMS, metavar="A,B")
    parser.add_argument("--sample", default="", metavar="DIGITS", help="only mutants whose number ends in one of these")
    parser.add_argument("--minutes", type=float, default=None, metavar="N", help="stop in a room after so long")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes at a time")
    parser.add_argument("--again", action="store_true", help="only what has changed since, and survivors not listed")
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


def judge(mutants: Sequence[Mutant], known: frozenset[Change], *, whole: bool) -> list[str]:
    """What is wrong with a run, a line each; of a sample, no mutant that is listed has to be in it."""
    count = Counter(mutant.fate for mutant in mutants)
    survived = {mutant.change for mutant in mutants if mutant.fate is Fate.SURVIVED}
    seen = {mutant.change for mutant in mutants if mutant.fate is Fate.KILLED}
    complaints = []
    if count[Fate.KILLED] * 100 < LEAST_PERCENT * (count[Fate.KILLED] + count[Fate.SURVIVED]):
        complaints.append(f"fewer than {LEAST_PERCENT} % are seen by a test")
    if unknown := sorted(survived - known):
        complaints.append(f"{len(unknown)} survive that are not listed; test them, or list them with a reason:")
        complaints += [as_toml(change) for change in unknown]
    if whole and not count[Fate.KILLED]:
        complaints.append("nothing was run; see build/mutants/*/log")
    complaints += [f"listed as a survivor, but seen: {as_toml(change)}" for change in sorted((seen & known) - survived)]
    if whole:
        complaints += [f"listed, but no such change is made: {as_toml(change)}" for change in _gone(mutants, known)]
    return complaints


def _gone(mutants: Sequence[Mutant], known: frozenset[Change]) -> list[Change]:
    """What is listed of the rooms that were run, and stands in no source any more."""
    made = {mutant.change for mutant in mutants}
    rooms = {change.function.partition(".")[0] for change in made}
    return sorted(change for change in known - made if change.function.partition(".")[0] in rooms)


if __name__ == "__main__":
    sys.exit(main())
