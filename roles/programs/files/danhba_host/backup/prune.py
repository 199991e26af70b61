"""On the backup host: deletes expired snapshots, and reads a seventh of the store each day (R9.2).

Age counts from a snapshot's *arrival*, taken from this host's disk: an intruder on the mail host can put any time into
a
snapshot, for example future ones that would make all good snapshots expire.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .. import durable, program
from ..credential import given
from ..journal import Away, Refused
from . import quarantine
from .commands import run, said
from .locking import only_one
from .metrics import note
from .quarantine import TOLD_STATE, Place
from .settings import BEFORE, DATABASE, KEYS, MAIL

DAY = 86400
PARTS = 7
RETRY_LOCK = "2h"  # how long restic waits for a running backup to end
LOCKED = 11  # restic's exit status where the store stayed locked
# The state file with arrival times of snapshots that are being rewritten.
ARRIVALS = "arrivals.json"
# Mail lies here in clear for a moment. Only one run uses the folder, so that the next one can empty it after a kill.
MEMORY = Path("/dev/shm/danhba-forget")  # noqa: S108 - made anew, by this user alone
KINDS = {BEFORE, DATABASE, MAIL, KEYS}


@dataclass(frozen=True)
class Settings:
    """Every setting.

    Attributes:
        folder: of the repository.
        password_file: with its key, which systemd hands over.
        state: folder of restic's cache.
        all_days, daily_days, monthly_days: how many days every run is kept, the first of each day, the first of each
        month.
        metrics: folder of node_exporter's text files.
    """

    folder: str
    password_file: str
    state: str
    all_days: int
    daily_days: int
    monthly_days: int
    metrics: str

    def __post_init__(self) -> None:
        """Refuse periods that would keep no snapshot."""
        if not 1 <= self.all_days <= self.daily_days <= self.monthly_days:
            raise ValueError("phải có -- there must be 1 ≤ all_days ≤ daily_days ≤ monthly_days")


@dataclass(frozen=True)
class Noted:
    """The saved state of a rewrite of snapshots.

    Attributes:
        moments: when each arrived, in seconds since 1970.
        there: all snapshots that existed before.
        disputed: snapshots of which several claim to replace the same one.
    """

    moments: dict[str, float] = field(default_factory=dict)
    there: list[str] = field(default_factory=list)
    disputed: list[str] = field(default_factory=list)


@contextmanager
def at_work(settings: Place) -> Iterator[None]:
    """Hold the store's lock, with an empty folder in memory: a killed run may have left mail in it.

    Raises:
        Away: another run is at work.
        Refused: the folder belongs to another user.
    """
    busy = (
        "máy sao lưu đang dọn kho hoặc đang xóa thư trong bản sao lưu: chờ xong rồi chạy lại -- the backup host is"
        " cleaning the store or has it forget a message: wait for its end, then run again"
    )
    with ExitStack() as held:
        # The timer's sweep holds both locks: wait here for its end, for the second lock is not waited for.
        with quarantine.alone(settings, quarantine.WAIT_SECONDS):
            held.enter_context(only_one(Path(settings.state), busy))
        try:
            if MEMORY.exists():
                shutil.rmtree(MEMORY)
            MEMORY.mkdir(mode=0o700)
        except OSError as error:
            raise Refused(
                f"không làm trống được {MEMORY}: xem ai đã tạo nó rồi xóa nó -- it cannot be emptied; see who made it,"
                f" and remove it: {error}"
            ) from error
        try:
            yield
        finally:
            shutil.rmtree(MEMORY, ignore_errors=True)


def superfluous(arrived: Mapping[str, float], now: float, settings: Settings) -> set[str]:
    """The runs that are not kept any more, chosen by their arrival; the newest run is always kept."""
    kept: set[str] = set()
    days: set[str] = set()
    for name, moment in sorted(arrived.items(), key=lambda each: each[1]):
        day = f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d}"
        age = (now - moment) / DAY
        daily, monthly = day not in days, not any(each.startswith(day[:7]) for each in days)
        days.add(day)
        bounds = [(True, settings.all_days), (daily, settings.daily_days), (monthly, settings.monthly_days)]
        if any(first and age <= most for first, most in bounds):
            kept.add(name)
    newest = max(arrived, key=lambda name: arrived[name], default="")
    return set(arrived) - kept - {newest}


class Store:
    """The repository, on the backup host itself."""

    def __init__(self, settings: Place) -> None:
        self._settings = settings
        self._folder = Path(settings.folder)
        self._arrivals = Path(settings.state, ARRIVALS)
        self._environment = {
            **{name: value for name, value in os.environ.items() if name in {"PATH", "LC_ALL", "TMPDIR"}},
            "RESTIC_REPOSITORY": settings.folder,
            "RESTIC_PASSWORD_FILE": str(given(settings.password_file)),
            "RESTIC_CACHE_DIR": f"{settings.state}/cache",
        }

    def unlock(self) -> None:
        """Remove stale locks: an intruder on the mail host can add any number of them, with any time in them."""
        quarantine.unlock(self._settings)

    def all(self) -> list[str]:
        """The ids of all snapshots."""
        return [str(snapshot["id"]) for snapshot in self._snapshots()]

    def arrived(self, snapshots: Sequence[str]) -> dict[str, float]:
        """The arrival times of these snapshots."""
        return {snapshot: (self._folder / "snapshots" / snapshot).stat().st_mtime for snapshot in snapshots}

    def remember_arrivals(self, arrived: Mapping[str, float]) -> None:
        """Save the arrival times of snapshots before they are rewritten (for `date_back`), and the ids of all
        snapshots.
        """
        noted = self._noted()
        self._write(replace(noted, moments=noted.moments | dict(arrived), there=self.all()))

    def date_back(self) -> set[str]:
        """Give rewritten snapshots the arrival time of the snapshot that they replace.

        restic writes the id of the replaced snapshot into the new one, and an intruder can forge that. So it is
        believed only
        if the new snapshot did not exist before, the replaced one is gone, and no other snapshot claims to replace it.
        Where
        two claim it, neither is believed, and both are returned: one of them is the only copy of a good one.
        """
        noted = self._noted()
        if noted == Noted():
            return set()
        originals = {str(each["id"]): str(each.get("original") or "") for each in self._snapshots()}
        made: dict[str, list[str]] = {}
        for snapshot in originals.keys() - set(noted.there):
            if originals[snapshot] in noted.moments.keys() - originals.keys():
                made.setdefault(originals[snapshot], []).append(snapshot)
        for original, (snapshot, *more) in made.items():
            if not more:
                os.utime(self._folder / "snapshots" / snapshot, (noted.moments[original],) * 2)
        claimed = {snapshot for each in made.values() if len(each) > 1 for snapshot in each}
        known = set(noted.disputed)  # also where these were rewritten since
        disputed = {each for each, original in originals.items() if each in claimed or known & {each, original}}
        left = {original: moment for original, moment in noted.moments.items() if original in originals}
        self._write(Noted(left, noted.there if left else [], sorted(disputed)))
        return disputed

    def _noted(self) -> Noted:
        """The saved state; an empty one if the file is damaged: snapshots that were being rewritten then count from
        their new
        arrival, and are kept for longer.
        """
        found = durable.read_state(self._arrivals)
        try:
            return Noted(
                {str(name): float(moment) for name, moment in found.get("moments", {}).items()},
                [str(each) for each in found.get("there", [])],
                [str(each) for each in found.get("disputed", [])],
            )
        except (TypeError, ValueError, AttributeError) as error:
            durable.set_damaged_aside(self._arrivals, str(error))
            return Noted()

    def _write(self, noted: Noted) -> None:
        durable.write_json(self._arrivals, asdict(noted))

    def _snapshots(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self._demand("snapshots", "--json"))
        return found

    def arrivals(self) -> Iterator[tuple[str, str, str, float]]:
        """Each snapshot's id, its kind and run, and its arrival; the earliest first."""
        found = []
        for snapshot in self._snapshots():
            tags = set(snapshot.get("tags") or [])
            kind = next(iter(tags & KINDS), "")
            moment = next((tag for tag in sorted(tags) if tag.startswith("run-")), "")
            path = self._folder / "snapshots" / snapshot["id"]
            found.append((str(snapshot["id"]), kind, moment, path.stat().st_mtime))
        yield from sorted(found, key=lambda each: each[3])

    def forget(self, snapshots: Sequence[str]) -> None:
        """Remove these snapshots, and data that no other snapshot needs."""
        if snapshots:
            self._demand("forget", "--prune", *snapshots)

    def check(self, part: int) -> None:
        """Read one of seven parts and compare it with its checksums; check the structure of the whole store."""
        self._demand("check", f"--read-data-subset={part}/{PARTS}")

    def _demand(self, *words: str) -> str:
        done = self._run(words)
        if done.returncode == LOCKED:
            raise Away(
                "kho đang được ghi (sao lưu hoặc diễn tập): chạy lại khi xong -- the store is being written to (a"
                f" backup or a drill): run again after it: {said(done)}"
            )
        if done.returncode:
            raise Refused(
                f"restic {words[0]} thất bại trên máy sao lưu, sau khi tệp lạ đã được để riêng: xem đĩa của máy này"
                " (journalctl -k -p err) và trang docs/vi/su-co/backup-store.md; đừng tự xóa tệp nào trong kho --"
                " failed on the backup host, though foreign files were set aside: see to its disk and to that page;"
                f" remove no file of the store yourself: {said(done)}"
            )
        return done.stdout

    def _run(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return run(["restic", "--retry-lock", RETRY_LOCK, *words], environment=self._environment, inherit=True)


def work(settings: Settings, _given: argparse.Namespace | None = None) -> str:
    """Remove expired snapshots, and check the store.

    Raises:
        Away: a recall is changing the store, or a backup has been running for hours.
        Refused
    """
    if not Path(settings.folder, "config").exists():
        return ""  # the mail host has made no repository yet
    with at_work(settings):
        swept = quarantine.sweep(settings, quarantine.WAIT_SECONDS)
        return "; ".join(filter(None, (str(swept), _work(settings, Store(settings), time.time()))))


def _work(settings: Settings, store: Store, now: float) -> str:
    store.unlock()
    disputed = store.date_back()
    runs: dict[str, float] = {}
    first: dict[tuple[str, str], str] = {}
    later, members = [], []
    for snapshot, kind, moment, arrived in store.arrivals():
        members.append((snapshot, moment or snapshot))
        runs.setdefault(moment or snapshot, arrived)
        # Two snapshots of one kind and run: one is forged, and could be taken for the first.
        if moment and snapshot not in disputed and first.setdefault((moment, kind), snapshot) != snapshot:
            later.append(snapshot)
    drop = superfluous(runs, now, settings)
    gone = sorted({*later, *(snapshot for snapshot, moment in members if moment in drop)})
    store.forget(gone)
    part = int(now // DAY) % PARTS + 1
    try:
        store.check(part)
    except Refused:
        tell(settings, now, part, whole=False)
        raise
    tell(settings, now, part, whole=True)
    note(settings.metrics, "danhba_backup_store", "danhba_backup_store_check_timestamp_seconds",
         "Last time that a part of the store was read and found whole", {"": now})  # fmt: skip
    return (
        f"bỏ {len(gone)} bản, kho đọc lại được -- removed {len(gone)} snapshots, the store can be read" if gone else ""
    )


def tell(settings: Settings, now: float, part: int, *, whole: bool) -> None:
    """Write the report of this host's state that the mail host reads and passes to the operators (`store`).

    `checked`: when a part of the store was last read and found whole; `failed`: the parts that failed at their last
    reading; in addition the values of `quarantine.tell`.
    """
    kept = Path(settings.state, TOLD_STATE)
    before = durable.read_state(kept)
    failed = quarantine.failed_parts(before) - {part} | (set() if whole else {part})
    durable.write_json(kept, {"checked": now if whole else before.get("checked", 0), "failed": sorted(failed)})
    quarantine.tell(settings)


def main(words: Sequence[str] | None = None) -> int:
    """Run once."""
    return program.run(program.parser("backup.prune", __doc__, "backup-prune.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
