"""Tests whether the newest backup can be restored, beside the live host and without changing it (R9.2).

The drill uses a second cluster and a folder of its own, which must not exist before and are removed afterwards. Each
check describes the meaning of its failure; the record of all results is signed by the host's own key.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeGuard

from .. import program
from ..credential import given
from ..credentials.hashing import Hasher
from ..journal import Refused
from .cluster import POINT, Cluster, Copy
from .commands import POSTGRES, demand
from .dovecot import Dovecot
from .locking import alone
from .maildir_names import living, messages, stored
from .metrics import note
from .restic import Restic, Set
from .settings import BEFORE, DATABASE, MAIL, Settings
from .store import read_told
from .suspects import DAMAGED

FOLDER = "danhba-drill"
NAMESPACE = "danhba-drill"
DAY = 86400
PARTS = 7
MOST_SILENCE = 2 * DAY  # since the backup host reported; as long as the alert `backup-store` waits
FOREVER = 1e11  # seconds since 1970, in the year 5138
OLDEST_HOURS = 26  # of the newest backup
SHOWN = 3  # examples of a fault
NOBODY_TELLS = "máy sao lưu không nói gì / the backup host says nothing"
NOT_READ_YET = "máy sao lưu chưa đọc lại kho lần nào / the backup host has not read the store yet"
NOBODY = ", không có hộp thử: chưa thử mật khẩu nào / no probe: no password was tried"


class Found(Exception):
    """A check found a fault."""


@dataclass
class Drill:
    """One drill: the results of its checks, and when each passed check began and ended, in seconds since 1970.

    `age` is the age of the newest backup. `sample` says how many mailboxes and messages were restored, of how many, and
    how many of them were compared with live ones.
    """

    settings: Settings
    now: float = field(default_factory=time.time)
    lines: list[str] = field(default_factory=list)
    failed: int = 0
    spans: dict[str, tuple[float, float]] = field(default_factory=dict)
    age: float | None = None
    sample: tuple[int, int, int, int] = (0, 0, 0, 0)
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read the sets of the store."""
        self.restic = Restic(self.settings)
        self.copy = Copy(self.settings, Path(self.settings.copies) / FOLDER)

    @cached_property
    def told(self) -> dict[str, Any]:
        """The backup host's report about itself; empty where there is none."""
        return read_told(self.settings)

    @property
    def messages(self) -> dict[str, str]:
        """The messages of both snapshots of the mail, with their paths."""
        return {**self.before, **self.after}

    def run(self) -> None:
        """Run all checks.

        Raises:
            Refused: the target folder is not empty; nothing was done.
            Away: the store does not answer.
        """
        if self.copy.folder.exists():
            raise Refused(
                f"{self.copy.folder} đã có: diễn tập chỉ ghi vào chỗ trống. Xem trong đó có gì, rồi tự xóa -- is there"
                " already: a drill writes to an empty place alone. Look what it is, then remove it"
            )
        self.restic.open(make=False)
        sets = self.restic.sets()
        if not sets:
            raise Refused("chưa có bản sao lưu nào -- there is no backup yet")
        try:
            for name, meaning, check in CHECKS:
                self._one(name, meaning, check, sets[0])
        finally:
            self.copy.discard()

    def _one(self, name: str, meaning: str, check: Callable[[Drill, Set], str], chosen: Set) -> None:
        began, begun = time.time(), time.monotonic()
        try:
            said = f"ĐẠT     {name}: {check(self, chosen)}"
            self.spans[name] = began, began + time.monotonic() - begun
        except (Found, Refused) as fault:
            self.failed += 1
            said = f"HỎNG    {name}: {fault}. {meaning}"
        self.lines.append(f"{said} [{time.monotonic() - begun:.1f} s]")


def _age(drill: Drill, chosen: Set) -> str:
    age = drill.restic.now() - datetime.strptime(chosen.run, "%Y%m%dT%H%M%S%z").timestamp()
    drill.age = age
    if age > OLDEST_HOURS * 3600:
        raise Found(f"{chosen.run}, {age / 3600:.0f} h")
    return f"{chosen.run}, {age:.0f} s"


def _store(drill: Drill, _chosen: Set) -> str:
    if damaged := drill.restic.unreadable:
        raise Found(", ".join(each[:8] for each in damaged[:SHOWN]))
    part = f"{int(drill.now // DAY) % PARTS + 1}/{PARTS}"
    drill.restic.check(part)
    if known := known_damage(drill.told):
        raise Found(known)
    return part


def _told(drill: Drill, _chosen: Set) -> str:
    """Check that the backup host reads the store: this drill reads one seventh, only the backup host knows of the
    rest.
    """
    if why := silence(drill.told, drill.restic.now()):
        raise Found(why)
    checked = drill.told.get("checked")
    return f"đọc lại lúc / read again at {_moment(checked)} UTC" if _is_moment(checked) else NOT_READ_YET


def silence(told: Mapping[str, Any], now: float) -> str:
    """The reason why the backup host's report proves nothing; empty where it is recent and complete.

    The report has, within minutes of the first backup, the end of the last sweep (`swept`), and from the first nightly
    clean-up on the time when the store was last read (`checked`); a backup host of an earlier release reports only the
    latter.
    """
    checked = told.get("checked")
    swept = told.get("swept", checked)
    if not told:
        return NOBODY_TELLS
    if not _is_moment(swept) or abs(now - swept) > MOST_SILENCE:
        return f"máy sao lưu không xem tệp mới từ / the backup host has not looked at new files since: {_since(swept)}"
    if _is_moment(checked) and abs(now - checked) > MOST_SILENCE:
        return f"máy sao lưu không đọc lại kho từ / the backup host has not read the store since: {_since(checked)}"
    return ""


def _is_moment(found: object) -> TypeGuard[float]:
    """Whether a value is a number of seconds since 1970 within the range of dates; 0 stands for an event that never
    was.
    """
    return isinstance(found, int | float) and not isinstance(found, bool) and 0 < found < FOREVER


def _since(at: object) -> str:
    return f"{_moment(at)} UTC" if _is_moment(at) else UNKNOWN


def known_damage(told: Mapping[str, Any]) -> str:
    """The damage that the backup host knows of in any part of the store: this drill has read only one seventh."""
    words = []
    if isinstance(told.get("failed"), int) and told["failed"] > 0:
        words.append(f"{told['failed']}/{PARTS} kho đọc lại bị hỏng / sevenths of the store failed when last read")
    suspects = told.get("suspects")
    damaged = suspects.get(DAMAGED) if isinstance(suspects, dict) else None
    if isinstance(damaged, dict) and isinstance(damaged.get("count"), int):
        words.append(f"{damaged['count']} tệp hỏng trên đĩa / files are damaged on the disk")
    return ", ".join(words)


def _database(drill: Drill, chosen: Set) -> str:
    drill.copy.make()
    drill.restic.restore(chosen.snapshots[DATABASE], drill.settings.archive, drill.copy.archive)
    drill.copy.restore(f"{POINT}{chosen.run}")
    drill.copy.start()
    (archiving,) = drill.copy.ask("SHOW archive_mode")[0]
    if archiving != "off":
        raise Found(f"archive_mode = {archiving}")
    return f"{POINT}{chosen.run}"


def _archive(drill: Drill, _chosen: Set) -> str:
    said = drill.copy.verify()
    if "status: ok" not in said:
        raise Found(" ".join(said.split())[-200:])
    return "status: ok"


def _indices(drill: Drill, _chosen: Set) -> str:
    words = ["-h", str(drill.copy.folder), "-p", str(drill.copy.PORT), "-U", "postgres", "-d", drill.settings.database]
    demand([*POSTGRES, f"{drill.settings.binaries}/pg_amcheck", "--install-missing", *words])
    return "pg_amcheck"


# Tables whose number of rows never falls: the copy has at most as many as the live one.
_TABLES = ("mail.account", "mail.run", "mail.audit")


def _counts(drill: Drill, _chosen: Set) -> str:
    query = "SELECT " + ", ".join(f"(SELECT count(*) FROM {name})" for name in _TABLES)  # noqa: S608
    copied = [int(each) for each in drill.copy.ask(query)[0]]
    alive = [int(each) for each in Cluster(drill.settings).ask(query, drill.settings.database)[0]]
    told = ", ".join(f"{name} {there}/{now}" for name, there, now in zip(_TABLES, copied, alive, strict=True))
    if not copied[0] or any(there > now for there, now in zip(copied, alive, strict=True)):
        raise Found(told)
    return told


def _sign_in(drill: Drill, _chosen: Set) -> str:
    """Check a sign-in as Dovecot does: by its database role and its view."""
    wanted = drill.copy.ask(
        "SELECT count(*) FROM mail.account JOIN mail.credential USING (kind, id) WHERE state = 'open'"
    )
    found = drill.copy.ask("SET ROLE dovecot; SELECT count(password) FROM dovecot.passdb")
    if int(found[0][0]) < int(wanted[0][0]):
        raise Found(f"{found[0][0]} < {wanted[0][0]}")
    return f"{found[0][0]}" + _by_password(drill)


def _by_password(drill: Drill) -> str:
    """Check a sign-in with a password, the probe's: the restored hash has to match it."""
    address, password = drill.settings.drill_address, _password(drill)
    if not password:
        return NOBODY
    whose = f"WHERE address = {_quoted(address)}"
    rows = drill.copy.ask(f"SET ROLE dovecot; SELECT password FROM dovecot.passdb {whose}")  # noqa: S608 - quoted
    if not rows or not Hasher(1).verify(rows[0][0], password):
        raise Found(f"{address}: mật khẩu trong {drill.settings.drill_password} không đúng / is not its password")
    return f", {address} bằng mật khẩu / by its password"


def _password(drill: Drill) -> str:
    """The probe's password; empty where no mailbox's password is known."""
    file = given(drill.settings.drill_password)
    return file.read_text(encoding="utf-8").strip() if drill.settings.drill_address and file.exists() else ""


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _mailboxes(drill: Drill, chosen: Set) -> str:
    root = drill.settings.mail
    drill.before, drill.after = (
        messages(drill.restic.files(chosen.snapshots[kind], root), root) for kind in (BEFORE, MAIL)
    )
    known = {row[0] for row in drill.copy.ask("SELECT kind || '/' || id FROM mail.account")}
    boxes = {name.partition(" ")[0] for name in drill.messages}
    if nobody := sorted(boxes - known):
        raise Found(", ".join(nobody[:SHOWN]))
    return f"{len(boxes)}"


def _names(drill: Drill, chosen: Set) -> str:
    """Check that the restored store has every message that existed when the backup began and still exists."""
    began = datetime.strptime(chosen.run, "%Y%m%dT%H%M%S%z").timestamp()
    old = {name for name in messages(living(drill.settings.mail), drill.settings.mail) if stored(name) < began}
    if missing := sorted(old - drill.messages.keys()):
        raise Found(f"{len(missing)} / {len(old)}: {', '.join(missing[:SHOWN])}")
    return f"{len(old)} / {len(old)}"


def _content(drill: Drill, chosen: Set) -> str:
    """Restore some mailboxes, and compare each live message with its restored copy."""
    root, target = drill.settings.mail, drill.copy.folder / "mail"
    boxes = sorted({name.partition(" ")[0] for name in drill.after})
    some = random.sample(boxes, min(len(boxes), drill.settings.drill_mailboxes))
    for box in some:
        (target / box).mkdir(parents=True)
        drill.restic.restore(chosen.snapshots[MAIL], f"{root}/{box}", target / box)
    back = messages(living(str(target)), str(target))
    alive = {name: path for box in some for name, path in messages(living(f"{root}/{box}"), root).items()}
    wanted = {name for name in drill.after if name.partition(" ")[0] in some}
    if wanted != back.keys():
        raise Found(f"{len(back)} / {len(wanted)}")
    both = {name: (_digest(back[name]), _digest(alive[name])) for name in back.keys() & alive.keys()}
    compared = {name: one == other for name, (one, other) in both.items() if other}
    if unlike := sorted(name for name, is_same in compared.items() if not is_same):
        raise Found(f"{len(unlike)}: {', '.join(unlike[:SHOWN])}")
    drill.sample = len(some), len(back), len(drill.after), len(compared)
    return f"{len(some)}, {len(back)}, SHA-256 {len(compared)}"


def _digest(path: str) -> str:
    """SHA-256 of a file; empty if it was removed or renamed meanwhile."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""


def _inbox(drill: Drill, chosen: Set) -> str:
    """Sign in to a second Dovecot as the probe, and open the restored inbox."""
    password = _password(drill)
    if not password:
        return NOBODY.removeprefix(", ")
    address, root = drill.settings.drill_address, drill.settings.mail
    whose = f"WHERE address = {_quoted(address)}"
    rows = drill.copy.ask(f"SET ROLE dovecot; SELECT home FROM dovecot.userdb {whose}")  # noqa: S608 - quoted
    if not rows:
        raise Found(f"{address}: không có hộp thư / there is no such mailbox")
    home = rows[0][0]
    inbox = tuple(f"{root}/{home}/Maildir/{part}/" for part in ("cur", "new"))
    wanted = sum(path.startswith(inbox) for path in drill.after.values())
    dovecot = Dovecot(drill.settings, drill.copy)
    place = dovecot.make(home)
    if any(name.startswith(f"{home} ") for name in drill.after):
        drill.restic.restore(chosen.snapshots[MAIL], f"{root}/{home}", place)
    with dovecot.running():
        found = dovecot.count(address, password)
    if found != wanted:
        raise Found(f"{address}: INBOX {found} / {wanted}")
    return f"{address}, INBOX {found}"


# Checks whose duration the record names, as `_CHECKS` below calls them.
DATABASE_CHECK = "phục hồi cơ sở dữ liệu vào cụm thứ hai / the database is restored into a second cluster"
CONTENT_CHECK = "phục hồi hộp thư và so nội dung (hộp, thư, so) / mailboxes are restored and compared"
# The checks: title, function, and meaning of a failure.
CHECKS: tuple[tuple[str, str, Callable[[Drill, Set], str]], ...] = (
    (
        "bản mới nhất / the newest backup",
        "Sao lưu đã dừng: xem danhba-backup trên máy thư. / Backups have stopped: see danhba-backup.",
        _age,
    ),
    (
        "đọc một phần bảy kho / a seventh of the store can be read",
        (
            "Đĩa của máy sao lưu hỏng: thay đĩa, sao lưu lại toàn bộ sang kho mới. / Its disk is damaged: replace"
            " it, back up"
            " all to a new store."
        ),
        _store,
    ),
    (
        "máy sao lưu còn xem kho / the backup host still looks at the store",
        (
            "Không biết phần kho không đọc hôm nay có hỏng không: trên máy sao lưu xem danhba-backup-store,"
            " danhba-backup-quarantine, danhba-backup-prune; kho mới lập thì chờ năm phút rồi diễn tập lại. / Whether"
            " the rest of the store is damaged is not known: see those units on the backup host; where the store is"
            " new, wait five minutes and drill again."
        ),
        _told,
    ),
    (
        DATABASE_CHECK,
        (
            "Nếu máy hỏng hôm nay thì không lấy lại được tài khoản: xem lỗi, sao lưu lại ngay. / Accounts would be"
            " lost today:"
            " see the fault, back up at once."
        ),
        _database,
    ),
    (
        "kho WAL nguyên vẹn / the archive is whole",
        (
            "Có tệp hỏng trong kho của pgBackRest: chạy một bản đầy đủ. / A file of pgBackRest is damaged: make a"
            " full backup."
        ),
        _archive,
    ),
    (
        "chỉ mục và bảng / tables and indices",
        (
            "Dữ liệu hỏng đã vào bản sao lưu: kiểm tra đĩa của máy thư. / Damage has come into the backup: see to"
            " the mail host's disk."
        ),
        _indices,
    ),
    ("số dòng / rows (bản sao/hiện nay)", "Bản sao thiếu hoặc thừa dòng. / The copy lacks rows or has more.", _counts),
    (
        "đăng nhập / sign-in",
        "Phục hồi xong không ai đăng nhập được. / After a restore nobody could sign in.",
        _sign_in,
    ),
    (
        "hộp thư có tài khoản / mailboxes have accounts",
        "Kho thư có hộp mà cơ sở dữ liệu không biết. / There is mail of nobody.",
        _mailboxes,
    ),
    (
        "thư hiện có đều có trong bản sao / living messages are in the backup",
        (
            "Các thư này sẽ mất: chạy lại danhba-backup rồi diễn tập lại. / They would be lost: back up again,"
            " drill again."
        ),
        _names,
    ),
    (
        CONTENT_CHECK,
        "Thư phục hồi khác thư gốc. / What came back is not what was there.",
        _content,
    ),
    (
        "mở hộp thư thử trên Dovecot thứ hai / the probe's inbox is opened on a second Dovecot",
        "Phục hồi xong không ai đọc được thư. / After a restore nobody could read mail.",
        _inbox,
    ),
)


UNKNOWN = "không rõ / unknown"
UNMEASURED = "không đo được vì mục này hỏng / not measured, because this check failed"
# The record's line of measurements.
LOSS = (
    "- RPO: bản sao lưu mới nhất cũ {age} lúc diễn tập; máy hỏng đúng lúc đó thì mất nhiều nhất chừng ấy / the age of"
    " the newest backup at the drill, which is the most that would have been lost then"
)
# The same line after a failed check, when nothing proves that the sample could be restored.
NO_LOSS = (
    "- tuổi của bản mới nhất lúc diễn tập: {age}; diễn tập hỏng nên chưa chứng tỏ được bản này phục hồi được, và không"
    " biết sẽ mất bao nhiêu / the age of the newest backup at the drill, which is not shown to be restorable: what"
    " would have been lost is not known"
)
DATABASE_TIME = (
    "- RTO của riêng cơ sở dữ liệu, phục hồi vào cụm thứ hai trên máy này / of the database alone, into a second"
    " cluster on this host: {span}"
)
SAMPLE_TIME = (
    "- phục hồi {boxes} hộp thư, {some}/{whole} thư; so nội dung được {compared} thư với thư hiện có / so many"
    " mailboxes restored with so many of all messages, and so many of these compared with the living ones: {span}"
)
NOT_WHOLE = (
    "Không đo / not measured: RTO của cả máy (dựng máy mới, chạy playbook, phục hồi mọi hộp thư). Diễn tập không dựng"
    " lại máy; khi dựng lại thật, restore.yml -e step=host ghi thời gian ấy. / RTO of the whole host (a new machine,"
    " playbooks, all mailboxes): a drill rebuilds no host; restore.yml -e step=host records it where one is rebuilt."
)


def record(drill: Drill) -> str:
    """The record for an inspector: the result, the measurements with their times, and each check."""
    result = "HỎNG / FAILED" if drill.failed else "ĐẠT / PASSED"
    boxes, some, whole, compared = drill.sample
    loss = NO_LOSS if drill.failed else LOSS
    head = [
        "BIÊN BẢN DIỄN TẬP PHỤC HỒI / RECORD OF A RESTORE DRILL",
        f"Lúc / at: {_moment(drill.now)} UTC. Kết quả / result: {result}",
        "Đã đo / measured:",
        loss.format(age=UNKNOWN if drill.age is None else f"{drill.age:.0f} s"),
        DATABASE_TIME.format(span=_span(drill, DATABASE_CHECK)),
        SAMPLE_TIME.format(boxes=boxes, some=some, whole=whole, compared=compared, span=_span(drill, CONTENT_CHECK)),
        NOT_WHOLE,
    ]
    return "\n".join([*head, *drill.lines, ""])


def _span(drill: Drill, check: str) -> str:
    """The duration of a check, with its beginning and end."""
    if check not in drill.spans:
        return UNMEASURED
    began, ended = drill.spans[check]
    return f"{ended - began:.1f} s, {_moment(began)} - {_moment(ended)} UTC"


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M:%S}"


def _sign(settings: Settings, text: str, now: float) -> Path:
    """Write the record, and sign it (ssh-keygen -Y verify -n danhba-drill)."""
    folder = settings.folder / "drills"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}.txt"
    path.write_text(text, encoding="utf-8")
    demand(["ssh-keygen", "-q", "-Y", "sign", "-n", NAMESPACE, "-f", str(given(settings.host_key)), str(path)])
    return path


def work(settings: Settings, given: argparse.Namespace | None = None) -> str:
    """Hold a drill, print the path of its record, and write its result for the watch.

    Raises:
        Away: the store does not answer, or a backup or restore runs for longer than the drill waits.
        Refused: a check failed, or the target folder is not empty.
    """
    with alone(settings, given.wait if given else 0):
        try:
            path, now = _drilled(settings)
        except Refused:
            _note_end(settings, failed=True)
            raise
    _note_end(settings, failed=False)
    note(settings.metrics, "danhba_drill", "danhba_drill_last_success_timestamp_seconds",
         "Last restore drill that found all well", {"": now})  # fmt: skip
    return f"diễn tập phục hồi đạt: {path} -- the restore drill passed"


def _drilled(settings: Settings) -> tuple[Path, float]:
    """Hold a drill; return the path of its record, and its moment in seconds since 1970.

    Raises:
        Away: the store does not answer, so nothing is known.
        Refused: a check failed, or the drill could not begin.
    """
    drill = Drill(settings)
    drill.run()
    text = record(drill)
    path = _sign(settings, text, drill.now)
    sys.stdout.write(text)
    if drill.failed:
        raise Refused(
            f"diễn tập phục hồi HỎNG {drill.failed} mục: {path} -- the restore drill FAILED in so many checks"
        )
    return path, drill.now


def _note_end(settings: Settings, *, failed: bool) -> None:
    note(settings.metrics, "danhba_drill_failed", "danhba_drill_failed",
         "Whether the last restore drill failed", {"": failed})  # fmt: skip


def main(words: Sequence[str] | None = None) -> int:
    """Hold one drill."""
    parser = program.parser("backup.drill", __doc__, "backup.json")
    parser.add_argument(
        "--wait", metavar="SECONDS", type=int, default=0, help="for the end of a backup or restore that is at work"
    )
    return program.run(parser, Settings, work, words)


if __name__ == "__main__":
    sys.exit(main())
