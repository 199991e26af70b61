"""The database, by pgBackRest 2.55: base backups and archived WAL in a folder that restic then backs up."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any

from ..journal import Away, Refused
from .commands import POSTGRES, demand, run
from .settings import Settings

STANZA = "main"
POINT = "danhba-"  # prefix of the WAL restore point of a run, before the run's moment
ARCHIVE_SECONDS = 300
RECOVERY_SECONDS = 6 * 3600
START_SECONDS = 30  # without a new line in the log, before a start counts as failed
FULL_WANTED = "full"  # marker file in the state folder: after a restore, the next backup has to be full


class Cluster:
    """The live cluster."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def ask(self, query: str, database: str = "postgres") -> list[list[str]]:
        """The rows of a query, asked as the superuser; each field as text.

        Raises:
            Refused: the server does not answer, or reports an error.
        """
        return ask(self._settings.database_socket_dir, 5432, query, database)

    def answers(self) -> bool:
        """Whether the server answers."""
        words = [f"{self._settings.binaries}/pg_isready", "--quiet", "--host", self._settings.database_socket_dir]
        return not run(words).returncode

    def backup(self, moment: float) -> str:
        """Make the base backup that is due; return its kind: full, incr or none."""
        self._pgbackrest("stanza-create")
        due = self._due(moment)
        if due:
            self._pgbackrest(f"--type={due}", "backup")
        (self._settings.folder / FULL_WANTED).unlink(missing_ok=True)
        return due

    def _due(self, moment: float) -> str:
        backups = self._backups()
        full = [each["timestamp"]["stop"] for each in backups if each["type"] == "full"]
        days, hours = self._settings.full_days, self._settings.increment_hours
        wanted = (self._settings.folder / FULL_WANTED).exists()
        if wanted or not full or moment - max(full) >= days * 86400:
            return "full"
        return "incr" if moment - max(each["timestamp"]["stop"] for each in backups) >= hours * 3600 else ""

    def _backups(self) -> list[dict[str, Any]]:
        stanzas = json.loads(self._pgbackrest("--output=json", "info"))
        return [each for stanza in stanzas for each in stanza.get("backup", []) if not each.get("error")]

    def mark(self, name: str) -> None:
        """Create a named restore point in the WAL, and wait until the WAL archive has it.

        Raises:
            Away: it is not archived in time.
        """
        position = self.ask(f"SELECT pg_walfile_name(pg_create_restore_point('{name}')), pg_switch_wal()")[0][0]
        end = time.monotonic() + ARCHIVE_SECONDS
        while time.monotonic() < end:
            last = self.ask("SELECT coalesce(last_archived_wal, '') FROM pg_stat_archiver")[0][0]
            if last[:24] >= position and len(last) >= len(position):
                return
            time.sleep(0.2)
        raise Away(
            'kho WAL không nhận kịp: xem đĩa của máy và "journalctl -u postgresql@17-main" -- the archive of WAL does'
            ' not keep up: see to this host\'s disk and to "journalctl -u postgresql@17-main"'
        )

    def _pgbackrest(self, *words: str) -> str:
        return demand([*POSTGRES, "pgbackrest", f"--config={self._settings.pgbackrest}", f"--stanza={STANZA}", *words])


def ask(socket_dir: str, port: int, query: str, database: str) -> list[list[str]]:
    """The rows of a query by psql, as the system user postgres."""
    options = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--field-separator=\t", "--set=ON_ERROR_STOP=1"]
    where = [f"--host={socket_dir}", f"--port={port}", f"--dbname={database}", "--username=postgres", "--file=-"]
    return [line.split("\t") for line in demand([*POSTGRES, "psql", *options, *where], stdin=query).splitlines()]


class Copy:
    """A second cluster, restored into a folder of its own: for a drill, or before it replaces the live cluster.

    It has no access to the network, and archives nothing (`--archive-mode=off`): the archive is the live cluster's.
    """

    PORT = 5499

    def __init__(self, settings: Settings, folder: Path) -> None:
        self._settings = settings
        self.folder = folder
        self.data = folder / "data"
        self.archive = folder / "archive"

    def discard(self) -> None:
        """Stop the cluster, and remove its folder."""
        if self.folder.exists():
            self.stop()
            shutil.rmtree(self.folder)

    def make(self) -> None:
        """Make the empty folder."""
        for path in (self.folder, self.data, self.archive):
            path.mkdir(mode=0o700)
            demand(["chown", "postgres:postgres", str(path)])

    def restore(self, point: str, until: str = "") -> None:
        """Restore the data up to a named restore point, or to a moment."""
        target = ["--type=time", f"--target={until}"] if until else ["--type=name", f"--target={point}"]
        where = [f"--repo1-path={self.archive}", f"--pg1-path={self.data}"]
        words = [f"--config={self._settings.pgbackrest}", f"--stanza={STANZA}", *where, *target]
        demand([*POSTGRES, "pgbackrest", *words, "--target-action=promote", "--archive-mode=off", "restore"])
        for name, text in self._files().items():
            (self.data / name).write_text(text, encoding="utf-8")
            demand(["chown", "postgres:postgres", str(self.data / name)])

    def first_moment(self) -> float:
        """The end of the oldest base backup in the archive (seconds since 1970); no earlier moment can be restored."""
        words = [f"--config={self._settings.pgbackrest}", f"--stanza={STANZA}", f"--repo1-path={self.archive}"]
        stanzas = json.loads(demand([*POSTGRES, "pgbackrest", *words, "--output=json", "info"]))
        moments = [float(each["timestamp"]["stop"]) for stanza in stanzas for each in stanza.get("backup", [])]
        return min(moments, default=0.0)

    def _files(self) -> dict[str, str]:
        """Configuration files that Debian keeps outside of the data folder, so that the backup lacks them."""
        lines = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "port": str(self.PORT),
            "hot_standby": "off",
            "archive_mode": "off",
            "max_connections": "20",
            "max_locks_per_transaction": "256",
            "shared_buffers": "64MB",
            "jit": "off",  # the drill's unit forbids writable executable memory
        }
        written = "".join(f"{name} = '{value}'\n" for name, value in lines.items())
        access = "local all postgres peer\nlocal all dovecot peer\n"
        return {"postgresql.conf": written, "pg_hba.conf": access, "pg_ident.conf": ""}

    def start(self) -> None:
        """Start the cluster, and wait until it has replayed its WAL and accepts writes.

        Raises:
            Refused: it does not reach its recovery target.
        """
        log = self.folder / "log"
        words = ["-D", str(self.data), "-l", str(log), "-W", "start"]
        demand([*POSTGRES, f"{self._settings.binaries}/pg_ctl", *words])
        end = time.monotonic() + RECOVERY_SECONDS
        while not self._ready():
            if time.monotonic() > end or not self._runs():
                said = " ".join(log.read_text(encoding="utf-8", errors="replace").split())[-400:]
                raise Refused(
                    f"bản phục hồi của cơ sở dữ liệu không chạy -- the restored database does not start: {said}"
                )
            time.sleep(0.2)

    def _ready(self) -> bool:
        return not run(
            [f"{self._settings.binaries}/pg_isready", "-q", "-h", str(self.folder), "-p", str(self.PORT)]
        ).returncode

    def _runs(self) -> bool:
        """Whether its process exists, or is just starting and has not written its pid file."""
        pid = self.data / "postmaster.pid"
        words = pid.read_text(encoding="utf-8").split() if pid.exists() else []
        if words:
            return Path(f"/proc/{words[0]}").exists()
        return time.time() - (self.folder / "log").stat().st_mtime < START_SECONDS

    def stop(self) -> None:
        """Stop the cluster, whether it runs or not."""
        run([*POSTGRES, f"{self._settings.binaries}/pg_ctl", "-D", str(self.data), "-m", "fast", "-w", "stop"])

    def ask(self, query: str, database: str = "") -> list[list[str]]:
        """The rows of a query."""
        return ask(str(self.folder), self.PORT, query, database or self._settings.database)

    def verify(self) -> str:
        """pgBackRest's report on all its files; `status: ok` where none is damaged (the exit status says nothing)."""
        words = [f"--config={self._settings.pgbackrest}", f"--stanza={STANZA}", f"--repo1-path={self.archive}"]
        return demand(
            [*POSTGRES, "pgbackrest", *words, "--output=text", "--verbose", "--log-level-console=off", "verify"]
        )

    def settle(self) -> None:
        """Remove settings that only the copy needs, before its data replaces the live cluster's."""
        for name in self._files():
            (self.data / name).unlink()
        path = self.data / "postgresql.auto.conf"
        kept = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(_FOR_THE_COPY)]
        path.write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")


_FOR_THE_COPY = ("archive_mode", "restore_command", "recovery_target")
