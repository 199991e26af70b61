"""danhba-access: what lets people in is put back as it was, unless somebody has come in by what is new."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAM = Path(__file__).resolve().parents[2] / "roles/hardening/files/danhba-access"
OLD = "danhba-access-back-1-1.timer"
# Notes what it is asked; a service is active, an old clock runs and a new one does not start where a file says so.
FAKE = """#!/bin/sh
echo "$(basename "$0") $*" >> {folder}/asked
case "$(basename "$0") $*" in
*is-active*) test -e {folder}/active ;;
*list-units*) [ ! -e {folder}/old ] || echo "{old} loaded active waiting a clock" ;;
systemd-run*) test ! -e {folder}/broken ;;
esac
"""


@dataclass(frozen=True)
class Doors:
    """Two files that let people in, of which the second is not there yet, and what systemd is asked."""

    folder: Path

    @property
    def first(self) -> Path:
        return self.folder / "ssh.conf"

    @property
    def second(self) -> Path:
        return self.folder / "sudo.conf"

    @property
    def kept(self) -> Path:
        return self.folder / "kept"

    @property
    def asked(self) -> list[str]:
        """What systemd was asked since this was asked last."""
        path = self.folder / "asked"
        lines = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return lines

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        path = f"{self.folder}/bin:{os.environ['PATH']}"
        known = {**os.environ, "PATH": path, "DANHBA_ACCESS": str(self.kept)}
        return subprocess.run([PROGRAM, *words], env=known, capture_output=True, text=True, check=False)

    def keep(self) -> None:
        assert self.run("keep", "180", str(self.first), str(self.second)).returncode == 0

    def change(self) -> None:
        self.first.write_text("new\n")
        self.first.chmod(0o644)
        self.second.write_text("new\n")


@pytest.fixture
def doors(tmp_path: Path) -> Doors:
    (tmp_path / "bin").mkdir()
    for name in ("systemctl", "systemd-run"):
        (tmp_path / "bin" / name).write_text(FAKE.format(folder=tmp_path, old=OLD))
        (tmp_path / "bin" / name).chmod(0o755)
    made = Doors(tmp_path)
    made.first.write_text("old\n")
    made.first.chmod(0o600)
    return made


def test_back_restores_files_and_reloads_ssh(doors: Doors) -> None:
    doors.keep()
    started = doors.asked[0]
    assert "--on-active=180" in started
    assert started.endswith(f"{PROGRAM} back")
    doors.change()
    assert doors.run("back").returncode == 0
    assert (doors.first.read_text(), doors.first.stat().st_mode & 0o777) == ("old\n", 0o600)
    assert not doors.second.exists()
    assert not doors.kept.exists()
    assert doors.asked[0] == "systemctl try-reload-or-restart ssh.service"
    assert doors.run("back").returncode == 0, "there is nothing to do any more"


def test_settle_keeps_the_new_files(doors: Doors) -> None:
    doors.keep()
    doors.change()
    assert doors.run("settle").returncode == 0
    assert not doors.kept.exists()
    assert doors.run("back").returncode == 0
    assert doors.first.read_text() == doors.second.read_text() == "new\n"


def test_settle_after_back_fails(doors: Doors) -> None:
    doors.keep()
    doors.run("back")
    late = doors.run("settle")
    assert (late.returncode, "put back already" in late.stderr) == (1, True)
    doors.keep()
    (doors.folder / "active").touch()  # the clock is at it in this moment
    assert doors.run("settle").returncode == 1


def test_second_keep_leaves_the_first_copies(doors: Doors) -> None:
    doors.keep()
    doors.change()
    doors.keep()
    doors.run("back")
    assert doors.first.read_text() == "old\n"
    assert not doors.second.exists()


def test_keep_starts_the_new_timer_before_it_stops_the_old(doors: Doors) -> None:
    (doors.folder / "old").touch()
    doors.keep()
    started, *later = doors.asked
    assert "--unit=danhba-access-back-" in started
    assert OLD not in started, "by a name of its own it can start beside the old one"
    assert f"systemctl stop {OLD}" in later
    (doors.folder / "broken").touch()
    assert doors.run("keep", "180", str(doors.first)).returncode != 0
    assert not any(" stop " in asked for asked in doors.asked)


def test_keep_during_back_is_reported(doors: Doors) -> None:
    (doors.folder / "active").touch()
    late = doors.run("keep", "180", str(doors.first), str(doors.second))
    assert (late.returncode, "put back already" in late.stderr) == (1, True)


def test_absent_file_is_restored_as_absent(doors: Doors) -> None:
    doors.first.unlink()
    doors.keep()
    doors.change()
    assert doors.run("back").returncode == 0
    assert not doors.first.exists()


@pytest.mark.parametrize("words", [[], ["nonsense"], ["keep"]])
def test_wrong_command_line_changes_nothing(doors: Doors, words: list[str]) -> None:
    assert doors.run(*words).returncode == 2
    assert doors.asked == []
    assert not doors.kept.exists()
