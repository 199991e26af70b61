"""The store, by restic 0.18: this host may add snapshots, and never remove one."""

from __future__ import annotations

import http.client
import json
import os
import re
import ssl
import subprocess
import syslog
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..journal import Away, Refused
from .commands import run, run_watched, said
from .settings import BEFORE, DATABASE, KEYS, MAIL, Settings

# Files that Dovecot rebuilds from the messages (UIDs are kept in dovecot-uidlist, which is backed up).
REBUILT = ("dovecot.index*", "dovecot.list.index*", "*/Maildir/tmp/*", "*/Maildir/.*/tmp/*")
CONNECT_SECONDS = 10
CLOCK_SECONDS = 3600
PROGRESS = "0.05"  # progress reports per second during a restore
# restic's exit statuses.
_INCOMPLETE, _NO_REPOSITORY, _LOCKED, _WRONG_KEY = 3, 10, 11, 12
_SPECIAL, _ESCAPED = r"([\\\\*?\[$])", r"\\\1"
_KNOWN = "repository"  # file of the state: id of the repository that this host has backed up to
_UNREADABLE = re.compile(r'^Ignoring "?([0-9a-f]{8,64})', re.MULTILINE)  # of a list, which restic gives nevertheless
_AWAY = ("connection refused", "no such host", "i/o timeout", "dial tcp", "connection reset", "unexpected EOF")
# Counts as words: file names contain the same digits.
_FULL = re.compile(r"\b(?:507|413)\b|insufficient storage|no space left|size limit|maximum size", re.IGNORECASE)
_SUSPECT = re.compile(
    r"ciphertext verification failed|invalid data returned|Unmarshal|invalid character|cannot unmarshal|"
    r"trying to decrypt invalid data|ciphertext too short|goroutine [0-9]|unable to load index|"
    r"not found in (?:the )?index|no such index|LoadRaw"
)
_DENIED = re.compile(r"\b401\b|Unauthorized")


@dataclass(frozen=True)
class Set:
    """The snapshots of one run: their ids by kind of content; `run` is the moment of the run, `20261128T003000Z`."""

    run: str
    snapshots: Mapping[str, str]


class Restic:
    """restic with this host's keys."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._wrong = 0.0  # seconds by which this host's clock is wrong
        self.unreadable: list[str] = []  # snapshots that `sets` found damaged
        self._environment = {
            **{name: value for name, value in os.environ.items() if name in {"PATH", "LC_ALL", "TMPDIR"}},
            "RESTIC_REPOSITORY": f"rest:{settings.repository}",
            "RESTIC_REST_USERNAME": settings.user,
            "RESTIC_REST_PASSWORD": _read(settings.secret("store.password")),
            "RESTIC_PASSWORD_FILE": str(settings.secret("repository.password")),
            "RESTIC_CACERT": str(settings.secret("store.crt")),
            "RESTIC_CACHE_DIR": str(settings.folder / "cache"),
        }

    def open(self, *, make: bool) -> None:
        """Check that the store answers and is the repository that this host knows; `make` a repository where there
        never was one.

        Raises:
            Away: the store does not answer.
            Refused: it has another repository, has lost the known one, or does not accept this host's key.
        """
        self._reach()
        known = self._settings.folder / _KNOWN
        done = self._run(["cat", "config"])
        if done.returncode == _NO_REPOSITORY:
            if known.exists() or not make:
                raise Refused(_LOST)
            self._done(self._run(["init"]))
            done = self._run(["cat", "config"])
        self._done(done)
        found = str(json.loads(done.stdout)["id"])
        if known.exists() and known.read_text(encoding="utf-8").strip() != found:
            raise Refused(_FOREIGN)
        known.write_text(f"{found}\n", encoding="utf-8")

    def now(self) -> float:
        """Now, in seconds since 1970; by the store's clock where this host's clock differs from it by an hour.

        Runs are identified and ordered by their moments, so a run by a wrong clock would hide those after it.
        """
        return time.time() + self._wrong

    def _reach(self) -> None:
        """Connect to the store once and read its time: restic itself would retry for a quarter of an hour."""
        where = urlsplit(self._settings.repository)
        context = ssl.create_default_context(cafile=str(self._settings.secret("store.crt")))
        connection = http.client.HTTPSConnection(
            where.hostname or "", where.port or 443, timeout=CONNECT_SECONDS, context=context
        )
        try:
            with closing(connection):
                connection.request("HEAD", "/")
                wrong = _seconds(connection.getresponse().headers["Date"]) - time.time()
            self._wrong = wrong if abs(wrong) > CLOCK_SECONDS else 0
        except ssl.SSLCertVerificationError as error:
            raise Refused(f"{_CERTIFICATE}: {error}") from error
        except (OSError, http.client.HTTPException) as error:
            raise Away(
                f"máy sao lưu {where.hostname} không trả lời; lần chạy sau sẽ làm tiếp -- the backup host does not"
                f" answer; the next run goes on: {error}"
            ) from error

    def backup(self, kind: str, run_: str, paths: Iterable[str], exclude: Iterable[str] = ()) -> str:
        """Add a snapshot of these paths; return its id. Files that vanish meanwhile are skipped."""
        tags = ["--tag", kind, "--tag", f"run-{run_}", "--host", self._settings.user]
        excluded = [word for pattern in exclude for word in ("--exclude", pattern)]
        words = ["restic", "backup", "--json", "--retry-lock", "30m", *tags, *excluded, "--", *paths]
        done = run_watched(words, _is_full, environment=self._environment)
        if done.returncode != _INCOMPLETE:
            self._done(done)
        return str(_last(done.stdout)["snapshot_id"])

    def sets(self) -> list[Set]:
        """The complete runs, the newest first, and after them those with a moment in the future.

        Left out are a run that was cut short, and a run with two snapshots of one kind: one of them is forged, and only
        the
        backup host knows which came first, and removes the other (prune). A damaged snapshot belongs to no run; it is
        listed
        in `unreadable`.
        """
        runs: dict[str, dict[str, str]] = {}
        twice = set()
        done = self._done(self._run(["snapshots", "--json"]))
        self.unreadable = sorted(set(_UNREADABLE.findall(done.stderr)))
        for snapshot in json.loads(done.stdout or "[]"):
            tags = snapshot.get("tags") or []
            moment = next((tag.removeprefix("run-") for tag in tags if tag.startswith("run-")), "")
            for kind in {BEFORE, DATABASE, MAIL, KEYS} & set(tags):
                if runs.setdefault(moment, {}).setdefault(kind, str(snapshot["id"])) != str(snapshot["id"]):
                    twice.add(moment)
        whole = [Set(run_, found) for run_, found in runs.items() if len(found) == 4 and run_ not in twice]
        last = f"{datetime.fromtimestamp(self.now() + CLOCK_SECONDS, UTC):%Y%m%dT%H%M%SZ}"
        return sorted(whole, key=lambda each: (each.run <= last, each.run), reverse=True)

    def files(self, snapshot: str, folder: str) -> Iterator[str]:
        """The paths of all files of a snapshot below a folder."""
        listed = self._done(self._run(["ls", "--json", "--recursive", snapshot, folder])).stdout
        for line in listed.splitlines():
            node = json.loads(line)
            if node.get("type") == "file":
                yield str(node["path"])

    def restore(self, snapshot: str, folder: str, target: Path, only: Sequence[str] = ()) -> None:
        """Restore the files of a snapshot below a folder, or `only` some paths, into another, with owners, modes and
        times.
        """
        command = ["restic", "restore", f"{snapshot}:{folder}", "--target", str(target), "--overwrite", "if-changed"]
        with tempfile.NamedTemporaryFile("w", dir=self._settings.state, encoding="utf-8") as listed:
            listed.writelines(f"{re.sub(_SPECIAL, _ESCAPED, path)}\n" for path in only)
            listed.flush()
            words = [*command, *(["--include-file", listed.name] if only else [])]
            environment = {**self._environment, "RESTIC_PROGRESS_FPS": PROGRESS}
            self._done(run_watched(words, _Progress(folder).tell, environment=environment))

    def check(self, part: str) -> None:
        """Read a part of the store, such as `1/7`, and compare it with its checksums.

        Raises:
            Refused: some data is damaged.
        """
        # A crashed run of this host leaves a lock, for which the check would wait half an hour.
        self._done(self._run(["unlock"]))
        self._done(self._run(["check", f"--read-data-subset={part}", "--retry-lock", "30m"]))

    def _run(self, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return run(["restic", *words], environment=self._environment)

    def _done(self, done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
        """The finished run of restic; Refused with the reason where it failed."""
        if not done.returncode:
            return done
        text = said(done)
        if done.returncode == _LOCKED or any(word in text for word in _AWAY):
            raise Away(f"kho sao lưu bận hoặc không trả lời -- the store is busy or does not answer: {text}")
        reason = next((reason for words, reason in _REASONS if words.search(text)), None)
        # For a malformed file, restic panics with a stack trace: the reason stands before it.
        reason = reason or (_STRANGE if _SUSPECT.search(done.stderr) else _OTHER)
        raise Refused(f"{_WRONG if done.returncode == _WRONG_KEY else reason}: {text}")


_LOST = (
    "kho sao lưu trống, trong khi máy này đã từng ghi vào đó: ổ đĩa của máy sao lưu chưa được gắn, hoặc kho đã"
    " mất. Xem máy"
    " sao lưu; nếu thật sự bắt đầu kho mới thì xóa tệp repository trong thư mục trạng thái -- the store is"
    " empty, though"
    " this host has written to it: its disk is not mounted, or it is lost. See to the backup host; to begin a new store"
    " indeed, remove the file repository in the state's folder"
)
_FOREIGN = (
    "kho sao lưu là kho khác, không phải kho máy này đã ghi; không ghi gì vào đó. Xem backup_host, backup_store_folder"
    " -- the store is another one, not that which this host has written to; nothing was written to it. See to"
    " backup_host and backup_store_folder"
)
_WRONG = (
    "khóa của kho sao lưu không đúng (repository.password): lấy lại từ bản giữ ngoài máy chủ, rồi chạy"
    " playbooks/site.yml --tags backup -- the store's key is wrong (repository.password): take it from where it is kept"
    " outside, then run playbooks/site.yml --tags backup"
)
_CERTIFICATE = (
    "chứng thư của máy sao lưu không đúng: chạy playbooks/site.yml --tags backup -- the backup host's"
    " certificate is not the"
    " one that is known: run playbooks/site.yml --tags backup"
)
_UNKNOWN = (
    "máy sao lưu không nhận mật khẩu của máy này: chạy playbooks/site.yml --tags backup -- backup host does not know"
    " this host's password: run playbooks/site.yml --tags backup"
)
_OTHER = "restic không làm được -- restic could not do it"
_STRANGE = (
    "trong kho có tệp lạ hoặc tệp hỏng. Tệp lạ thì máy sao lưu tự để riêng trong vài phút, lần sao lưu sau chạy lại như"
    " thường; sau một giờ vẫn báo thế này thì xem trang docs/vi/su-co/backup-suspect.md -- the store has a foreign or a"
    " damaged file. The backup host sets a foreign one aside within minutes, and the next backup works again; where"
    " this is still said after an hour, see the page docs/vi/su-co/backup-suspect.md"
)
_REASONS = (
    (_FULL, "kho sao lưu đã đầy: thêm đĩa cho máy sao lưu -- the store is full: enlarge the backup host's disk"),
    (_DENIED, _UNKNOWN),
)  # fmt: skip


def _seconds(date: str | None) -> float:
    """A date of HTTP in seconds since 1970; now where it cannot be parsed."""
    try:
        return parsedate_to_datetime(date or "").timestamp()
    except ValueError:
        return time.time()


class _Progress:
    """Reports the progress of a restore to the journal, under its own identifier: `journalctl -ft danhba-restore`."""

    def __init__(self, folder: str) -> None:
        self._folder, self._last = folder, ""

    def tell(self, printed: str, _complaint: str) -> bool:
        """Report restic's last message once; returns False, since a restore is never given up."""
        lines = [line for line in printed.splitlines() if "%" in line]
        if lines and lines[-1] != self._last:
            self._last = lines[-1]
            syslog.openlog("danhba-restore")
            syslog.syslog(syslog.LOG_NOTICE, f"{self._folder}: {self._last}")
        return False


def _is_full(_printed: str, complaint: str) -> bool:
    """Whether restic complains that the store's disk is full: it would retry for a quarter of an hour and block the
    clean-up.
    """
    return any("retrying" in line and _FULL.search(line) for line in complaint.splitlines())


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Refused(f"{path}: chạy playbooks/site.yml --tags backup -- run it: {error}") from error


def _last(output: str) -> dict[str, Any]:
    """The summary, which is the last of restic's JSON lines."""
    for line in reversed(output.splitlines()):
        found: dict[str, Any] = json.loads(line)
        if found.get("message_type") == "summary" and found.get("snapshot_id"):
            return found
    raise Refused("restic không nói đã lưu gì -- restic does not say what it has stored")
