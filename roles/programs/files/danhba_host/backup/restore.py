"""Restores from a backup in steps: {"step", "actor", "document", …} as JSON on standard input (R9.2).

A whole host takes the steps stage, database, mail, keys, queue and finish. Single steps restore one mailbox, or the
table of accounts.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .. import durable, program
from ..database import connect, translated
from ..journal import Refused
from . import mailbox, queue
from .accounts import put_back
from .cluster import FULL_WANTED, POINT, Cluster, Copy
from .commands import demand, run
from .locking import alone
from .maildir_names import living, messages, stored
from .restic import Restic, Set
from .settings import BEFORE, DATABASE, KEYS, MAIL, Settings

LONGEST = 20_000  # characters of a request
SHOWN = 3  # examples in an error message
FOLDER = "danhba-restore"
SKEW_SECONDS = 3600  # by which this host's clock may have been wrong when the backup was made


class Restore:
    """A restore, whose state is kept in a file between its steps."""

    def __init__(self, settings: Settings, request: dict[str, Any]) -> None:
        self._settings = settings
        self._asked = request
        self._restic = Restic(settings)
        self._copy = Copy(settings, Path(settings.copies) / FOLDER)
        self._file = settings.folder / "restore.json"

    def sets(self) -> dict[str, Any]:
        """The available sets, the newest first, and the number of damaged snapshots, which may have belonged to
        others.
        """
        self._restic.open(make=False)
        return {"sets": [each.run for each in self._restic.sets()], "unreadable": len(self._restic.unreadable)}

    def stage(self) -> dict[str, Any]:
        """Fetch the database, replay it to its restore point beside the live one, and check that the host is empty
        enough.

        Raises:
            Refused: the host has changes or mail that the backup does not have; nothing was changed.
        """
        begun = time.time()
        chosen = self._chosen()
        until = str(self._asked.get("until") or "")
        lost = _lost(str(self._asked.get("lost") or ""), _saved(chosen.run, until), begun)
        self._fetch(chosen)
        self._copy.start()
        runs = self._living_runs() - {row[0] for row in self._copy.ask(_RUNS)}
        accounts = int(self._copy.ask("SELECT count(*) FROM mail.account")[0][0])
        self._copy.stop()
        kept = self._messages(chosen)
        strangers = sorted(set(messages(living(self._settings.mail), self._settings.mail)) - set(kept))
        if runs or strangers:
            self._copy.discard()
            raise Refused(_in_use(len(runs), strangers))
        now = {"run": chosen.run, "snapshots": dict(chosen.snapshots), "begun": begun, "until": until, "lost": lost}
        self._remember(now)
        return {"changed": True, "run": chosen.run, "accounts": accounts, "messages": len(kept)}

    def _fetch(self, chosen: Set) -> None:
        self._copy.discard()
        self._copy.make()
        self._restic.restore(chosen.snapshots[DATABASE], self._settings.archive, self._copy.archive)
        until = str(self._asked.get("until") or "")
        if until and _moment(until).timestamp() < (first := self._copy.first_moment()):
            self._copy.discard()
            raise Refused(_too_early(until, first))
        self._copy.restore(f"{POINT}{chosen.run}", f"{_moment(until):%Y-%m-%d %H:%M:%S.%f+00}" if until else "")

    def _chosen(self) -> Set:
        """The requested set; by default the newest, or the first one after the moment to which the database is
        restored.
        """
        self._restic.open(make=False)
        found = self._restic.sets()
        wanted, until = str(self._asked.get("set") or ""), str(self._asked.get("until") or "")
        if self._restic.unreadable and not wanted:
            raise Refused(_hidden(self._restic.unreadable))
        if until:
            first = f"{_moment(until):%Y%m%dT%H%M%SZ}"
            found = sorted((each for each in found if each.run > first), key=lambda each: each.run)[:1]
        if wanted:
            found = [each for each in found if each.run == wanted]
        if not found:
            raise Refused(
                "không có bản sao lưu trọn vẹn nào như vậy: xem danh sách bằng -e step=sets -- there is no such whole"
                " backup: see the list by -e step=sets"
            )
        return found[0]

    def _messages(self, chosen: Set) -> dict[str, str]:
        """The messages of both snapshots of the mail, with the path from the later one where both have a message."""
        mail = self._settings.mail
        both = [messages(self._restic.files(chosen.snapshots[kind], mail), mail) for kind in (BEFORE, MAIL)]
        return {**both[0], **both[1]}

    def _living_runs(self) -> set[str]:
        """The runs recorded in the live database, where there is one."""
        cluster, name = Cluster(self._settings), self._settings.database
        if not cluster.answers() or not cluster.ask(f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):  # noqa: S608
            return set()
        there = cluster.ask("SELECT to_regclass('mail.run') IS NOT NULL", name)[0][0] == "t"
        return {row[0] for row in cluster.ask(_RUNS, name)} if there else set()

    def database(self) -> dict[str, Any]:
        """Replace the live cluster by the restored one; the former live cluster is kept beside it."""
        now = self._recall()
        for unit in reversed(self._settings.services):
            _systemctl("stop", unit)
        aside = f"before-{now['run']}"
        if self._copy.data.exists():
            self._copy.stop()
            self._copy.settle()
            _systemctl("stop", self._settings.cluster_unit)
            cluster, archive = Path(self._settings.cluster), Path(self._settings.archive)
            _aside(cluster, Path(self._settings.copies) / aside)
            self._copy.data.rename(cluster)
        archive = Path(self._settings.archive)
        if self._copy.archive.exists():
            _aside(archive, archive.with_name(f"{archive.name}.{aside}"))
            shutil.move(self._copy.archive, archive)
            (self._settings.folder / FULL_WANTED).touch()
        demand(["systemctl", "start", self._settings.cluster_unit])
        return {"changed": True, "run": now["run"]}

    def mail(self) -> dict[str, Any]:
        """Restore all mail; from the earlier snapshot also messages that the later one missed because they were being
        renamed.
        """
        now, root = self._recall(), self._settings.mail
        before, after = (messages(self._restic.files(now["snapshots"][kind], root), root) for kind in (BEFORE, MAIL))
        self._restic.restore(now["snapshots"][MAIL], root, Path(root))
        missed = [path.removeprefix(root) for name, path in before.items() if name not in after]
        if missed:
            self._restic.restore(now["snapshots"][BEFORE], root, Path(root), missed)
        there = messages(living(root), root)
        lost = sorted({**before, **after}.keys() - there.keys())
        if lost:
            raise Refused(
                f"{len(lost)} thư chưa về được, ví dụ {lost[0]}: chạy lại bước này -- messages did not come"
                " back, such as"
                " this one: run this step again"
            )
        return {"changed": True, "run": now["run"], "messages": len(there)}

    def keys(self) -> dict[str, Any]:
        """Restore the keys, which no playbook could make again."""
        now = self._recall()
        there = list(self._restic.files(now["snapshots"][KEYS], "/"))
        wanted = [path for path in self._settings.keys_back if any(f"{each}/".startswith(f"{path}/") for each in there)]
        if wanted:
            self._restic.restore(now["snapshots"][KEYS], "/", Path("/"), wanted)
        return {"changed": True, "run": now["run"], "keys": wanted}

    def queue(self) -> dict[str, Any]:
        """Restore the queue, without recipients who have the message in their mailbox or whose delivery was
        completed.
        """
        now, state = self._recall(), self._settings.folder
        source = str(state / queue.FOLDER)
        there = list(self._restic.files(now["snapshots"][DATABASE], source))
        count = 0
        if there:
            with TemporaryDirectory(dir=state) as folder:
                self._restic.restore(now["snapshots"][DATABASE], source, Path(folder))
                done, known = self._done_with(), self._stored_since(now["run"])
                count = queue.put_back(Path(folder), self._settings.queue, done, known)
        return {"changed": bool(count), "run": now["run"], "queued": count}

    def _done_with(self) -> dict[str, set[str]]:
        """By queue id, the recipients whom the message has reached or whose failure the sender was told, from the
        events.
        """
        query = (
            "SELECT queue_id, recipient FROM events.event WHERE event IN ('delivered', 'bounced', 'expired')"
            " AND queue_id IS NOT NULL AND recipient IS NOT NULL AND at > now() - interval '30 days'"
        )
        done: dict[str, set[str]] = {}
        for queue_id, recipient in Cluster(self._settings).ask(query, self._settings.database):
            done.setdefault(queue_id, set()).add(recipient)
        return done

    def _stored_since(self, run_: str) -> set[tuple[str, str]]:
        """Address and Message-ID of messages stored while the backup was made, for which there may be no event."""
        began = datetime.strptime(run_, "%Y%m%dT%H%M%S%z").timestamp()
        query = "SELECT kind || '/' || id, lower(address) FROM mail.account"
        addresses = dict(Cluster(self._settings).ask(query, self._settings.database))
        young: dict[str, list[Path]] = {}
        for name, path in messages(living(self._settings.mail), self._settings.mail).items():
            if stored(name) >= began - SKEW_SECONDS:
                young.setdefault(name.partition(" ")[0], []).append(Path(path))
        return {
            (addresses[box], message_id)
            for box, paths in young.items()
            if box in addresses
            for message_id in queue.message_ids(paths)
        }

    def finish(self) -> dict[str, Any]:
        """Start the services, and record the measurements (`_measured`)."""
        now = self._recall()
        for unit in self._settings.services:
            _systemctl("start", unit)
        told = _measured(now, time.time())
        self._record("host", now["run"], told)
        self._copy.discard()
        self._file.unlink()
        return {"changed": True, "run": now["run"], **told}

    def mailbox(self) -> dict[str, Any]:
        """Restore a mailbox, a folder or one message into a new folder beside the live mail."""
        chosen = self._chosen()
        told = mailbox.restore(self._settings, self._restic, chosen.snapshots, self._asked)
        self._record("mailbox", chosen.run, told)
        return {"changed": True, "run": chosen.run, **told}

    def accounts(self) -> dict[str, Any]:
        """Restore the table of accounts; accounts created since stay as they are."""
        chosen = self._chosen()
        self._fetch(chosen)
        try:
            self._copy.start()
            rows = [json.loads(row[0]) for row in self._copy.ask("SELECT to_json(account)::text FROM mail.account")]
        finally:
            self._copy.discard()
        told = put_back(self._settings, rows, str(self._asked["actor"]), str(self._asked["document"]))
        self._record("accounts", chosen.run, told)
        return {"run": chosen.run, **told}

    def _record(self, what: str, run_: str, counts: dict[str, Any]) -> None:
        names = ("actor", "document", "document_date")
        with (
            translated(),
            connect(self._settings, "danhba_apply", program="danhba-restore") as database,
        ):
            database.execute(
                "INSERT INTO mail.restore (actor, document, document_date, what, run, counts)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                [*(str(self._asked[name]) for name in names), what, run_, json.dumps(counts)],
            )

    def _remember(self, now: dict[str, Any]) -> None:
        durable.write_json(self._file, now)

    def _recall(self) -> dict[str, Any]:
        try:
            now: dict[str, Any] = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise Refused("chưa có bước step=stage -- step=stage comes first") from error
        return now


# Their timestamps too, because a new host counts its runs from the start.
_RUNS = "SELECT run || ' ' || extract(epoch FROM at) FROM mail.run"


def _measured(now: Mapping[str, Any], ended: float) -> dict[str, Any]:
    """The measurements of a host's restore, moments in UTC.

    `saved` is the moment up to which data was restored. `lost` is the moment when the old host was lost, None if
    unknown.
    `rpo_seconds` lies between them, None without `lost`; `rpo_most_seconds` ends with the beginning of the restore, and
    so
    includes the time in which the host was rebuilt. `rto_seconds` is the restore of data alone, from `began` to
    `ended`;
    `outage_seconds` runs from the loss to the start of the services, None without `lost`.
    """
    saved, lost, begun = _saved(now["run"], str(now.get("until") or "")), now.get("lost"), float(now["begun"])
    return {
        "saved": _written(saved),
        "lost": None if lost is None else _written(lost),
        "began": _written(begun),
        "ended": _written(ended),
        "rpo_seconds": None if lost is None else round(lost - saved),
        "rpo_most_seconds": round(begun - saved),
        "rto_seconds": round(ended - begun),
        "outage_seconds": None if lost is None else round(ended - lost),
    }


def _saved(run_: str, until: str) -> float:
    """The moment up to which data is restored: the requested moment, which is before the run, or the run's own."""
    return (_moment(until) if until else datetime.strptime(run_, "%Y%m%dT%H%M%S%z")).timestamp()


def _written(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"


def _lost(text: str, saved: float, begun: float) -> float | None:
    """The moment when the old host was lost, as the operator gives it; None where it is not given.

    Raises:
        Refused: it is no moment with a time zone, or not between the saved moment and now.
    """
    if not text:
        return None
    lost = _moment(text, "lost").timestamp()
    if not int(saved) <= lost <= begun:
        raise Refused(
            f"lost (lúc mất máy) phải sau thời điểm dữ liệu được lưu, {_written(saved)}, và trước bây giờ,"
            f" {_written(begun)}. Chưa có gì thay đổi -- lost, when the host was lost, must be behind the moment of"
            " what was saved and before now. Nothing was changed"
        )
    return lost


def _moment(until: str, name: str = "until") -> datetime:
    """Parse a moment with a time zone, into UTC."""
    try:
        moment = datetime.fromisoformat(until)
        if not moment.tzinfo:
            raise ValueError("+07:00")
    except ValueError as error:
        raise Refused(
            f"{name} phải là thời điểm có múi giờ, như 2026-11-28T10:30:00+07:00 -- must be a moment with its time"
            f" zone: {error}"
        ) from error
    return moment.astimezone(UTC)


def _too_early(until: str, first: float) -> str:
    earliest = f"{datetime.fromtimestamp(first + 1, UTC):%Y-%m-%dT%H:%M:%S+00:00}"
    return (
        f"{until} là trước bản sao lưu cơ sở dữ liệu đầu tiên trong bản này. Chưa có gì thay đổi. Sớm nhất có thể là"
        f" {earliest} (giờ UTC): đặt -e moment= từ lúc ấy trở đi, hoặc chọn bản bằng -e set= -- is before the first"
        f" backup of the database in this set. Nothing was changed. The first possible moment is {earliest}"
    )


def _in_use(runs: int, strangers: Sequence[str]) -> str:
    some = ", ".join(strangers[:SHOWN])
    return (
        f"máy này đang được dùng: cơ sở dữ liệu có {runs} lần thay đổi và kho thư có {len(strangers)} thư"
        f" ({some}) mà bản"
        " sao lưu không có; phục hồi sẽ làm mất. Chưa có gì thay đổi. Phục hồi lên máy mới, hoặc phục hồi từng"
        " hộp thư --"
        f" this host is in use: {runs} changes of the database and {len(strangers)} messages are not in the backup, and"
        " would be lost. Nothing was changed. Restore onto a fresh host, or single mailboxes"
    )


def _hidden(unreadable: Sequence[str]) -> str:
    some = ", ".join(each[:8] for each in unreadable[:SHOWN])
    return (
        f"{len(unreadable)} tệp của kho hỏng ({some}), nên bản mới nhất đọc được có thể không phải bản mới nhất. Chưa"
        " có gì thay đổi. Xem đĩa của máy sao lưu; rồi tự chọn bản: -e step=sets, -e set=… --"
        f" {len(unreadable)} snapshots of the store are damaged, so that the newest one that can be read may not be the"
        " newest. Nothing was changed. See to the backup host's disk; then choose one yourself"
    )


def _aside(path: Path, where: Path) -> None:
    """Rename whatever is at this path, so that somebody can inspect and remove it later."""
    if path.exists() and not where.exists():
        path.rename(where)
    elif path.exists():
        shutil.rmtree(path)


def _systemctl(verb: str, unit: str) -> None:
    """Run systemctl on a unit; a unit that this host lacks is skipped."""
    if run(["systemctl", "cat", unit]).returncode == 0:
        demand(["systemctl", verb, unit])


STEPS: dict[str, Callable[[Restore], dict[str, Any]]] = {
    "sets": Restore.sets,
    "stage": Restore.stage,
    "database": Restore.database,
    "mail": Restore.mail,
    "keys": Restore.keys,
    "queue": Restore.queue,
    "finish": Restore.finish,
    "mailbox": Restore.mailbox,
    "accounts": Restore.accounts,
}


def answer(settings: Settings, request: dict[str, Any]) -> dict[str, Any]:
    """Carry out one step.

    Raises:
        Away, Refused
    """
    step = str(request.get("step", ""))
    if step not in STEPS:
        raise Refused(f"cần bước -- a step is needed: {', '.join(STEPS)}")
    if step != "sets":
        _demand_reason(request)
    with alone(settings):
        return STEPS[step](Restore(settings, request))


def _demand_reason(request: dict[str, Any]) -> None:
    try:
        date.fromisoformat(str(request.get("document_date", "")))
        if not str(request.get("actor") or "").strip() or not str(request.get("document") or "").strip():
            raise ValueError("actor, document")
    except ValueError as error:
        raise Refused(
            "cần người thực hiện (actor), số văn bản (document) và ngày văn bản (document_date, như"
            " 2026-11-27) -- who does"
            f" it, the document's number and its date are needed: {error}"
        ) from error


def work(settings: Settings, _given: argparse.Namespace) -> str:
    """Carry out one step.

    Raises:
        Away, Refused
    """
    return program.exchange(partial(answer, settings), LONGEST)


def main(words: Sequence[str] | None = None) -> int:
    """Carry out one step."""
    return program.run(program.parser("backup.restore", __doc__, "backup.json"), Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
