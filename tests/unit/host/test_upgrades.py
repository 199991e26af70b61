"""What an upgrade would change, what runs on what was replaced, and whether the host has to start anew."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import upgrades
from ansible_collections.laocai.mail.plugins.module_utils.host.upgrades import Places

PLAYBOOKS = Path(__file__).resolve().parents[3] / "playbooks"
UPGRADE = """\
NOTE: This is only a simulation!
Inst libpq5 [17.6-0+deb13u1] (17.7-0+deb13u1 Debian-Security:13/stable-security [amd64])
Inst linux-image-6.12.57+deb13-amd64 (6.12.57-1 Debian:13.2/stable [amd64])
Inst dovecot-core [1:2.4.1+dfsg1-6] (1:2.4.1+dfsg1-6+deb13u1 Debian:13.2/stable [amd64]) []
Conf libpq5 (17.7-0+deb13u1 Debian-Security:13/stable-security [amd64])
"""
DIST = UPGRADE + "Remv old [1-1]\nInst needs-removal [1-1] (2-1 Debian:13.2/stable [amd64])\n"
DPKG = "installed libc6:amd64 2.41-12\ninstalled tzdata 2025b-4\nhalf-configured rspamd 3.13-1\nconfig-files gone 1-1\n"
MAPS = "7f00-7f01 {mode} 00000000 fe:01 131 {path}\n"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Has a program of the host be a shell script."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")

    def put(name: str, script: str) -> None:
        path = tmp_path / "bin" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)

    for name, said in (("upgrade", UPGRADE), ("dist", DIST), ("dpkg", DPKG)):
        (tmp_path / name).write_text(said)
    put("apt-get", f'case "$*" in *dist-upgrade) cat {tmp_path}/dist ;; *) cat {tmp_path}/upgrade ;; esac')
    put("dpkg-query", f"cat {tmp_path}/dpkg")
    return put


def process(places: Places, number: int, cgroup: str, path: str, mode: str = "r-xp") -> None:
    folder = places.processes / str(number)
    folder.mkdir(parents=True)
    (folder / "maps").write_text(MAPS.format(mode="r-xp", path="/usr/bin/there") + MAPS.format(mode=mode, path=path))
    (folder / "cgroup").write_text(f"0::{cgroup}\n")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path / "proc", tmp_path / "boot", tmp_path / "reboot-required")
    made.kernels.mkdir()
    made.processes.mkdir()
    return made


def test_pending_has_both_versions_and_kept_packages(programs: Callable[[str, str], None], places: Places) -> None:
    found = upgrades.look(places, {"libc6:amd64": "2.41-11", "removed": "1"})
    assert found["pending"] == [
        {"name": "libpq5", "before": "17.6-0+deb13u1", "after": "17.7-0+deb13u1"},
        {"name": "linux-image-6.12.57+deb13-amd64", "before": "", "after": "6.12.57-1"},
        {"name": "dovecot-core", "before": "1:2.4.1+dfsg1-6", "after": "1:2.4.1+dfsg1-6+deb13u1"},
    ]
    assert found["kept"] == ["needs-removal"]
    assert found["installed"] == {"libc6:amd64": "2.41-12", "tzdata": "2025b-4", "rspamd": "3.13-1"}
    assert found["changes"] == [
        {"name": "libc6:amd64", "before": "2.41-11", "after": "2.41-12"},
        {"name": "removed", "before": "1", "after": ""},
        {"name": "rspamd", "before": "", "after": "3.13-1"},
        {"name": "tzdata", "before": "", "after": "2025b-4"},
    ]
    assert (found["outdated"], found["reboot"]) == ([], "")
    assert upgrades.look(places, {})["changes"] == []


def test_failing_apt_is_told_with_the_way_out(programs: Callable[[str, str], None], places: Places) -> None:
    programs("apt-get", "echo 'E: dpkg was interrupted' >&2; exit 100")
    with pytest.raises(Failure, match="dpkg was interrupted") as told:
        upgrades.look(places, {})
    assert "dpkg --configure -a" in str(told.value)


def test_changes_are_told_after_apt_was_broken(programs: Callable[[str, str], None], places: Places) -> None:
    programs("apt-get", "echo 'E: Unmet dependencies.' >&2; exit 100")
    programs("dpkg-query", "echo 'installed libc6:amd64 2.41-12'")
    found = upgrades.look(places, {"libc6:amd64": "2.41-11"})
    assert found["changes"] == [{"name": "libc6:amd64", "before": "2.41-11", "after": "2.41-12"}]
    assert (found["pending"], found["kept"]) == ([], [])


def test_host_without_apt_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Failure, match="apt-get cannot be run"):
        upgrades.pending()


@pytest.mark.parametrize(
    ("cgroup", "path", "mode", "found"),
    [
        ("/system.slice/dovecot.service", "/usr/lib/x86_64-linux-gnu/libssl.so.3 (deleted)", "r-xp", "dovecot.service"),
        ("/system.slice/dovecot.service/worker", "/usr/sbin/dovecot (deleted)", "r-xp", "dovecot.service"),
        (
            "/system.slice/system-postgresql.slice/postgresql@17-main.service",
            "/usr/lib/postgresql/17/bin/postgres (deleted)",
            "r-xp",
            "postgresql@17-main.service",
        ),
        ("/system.slice/dovecot.service", "/usr/lib/x86_64-linux-gnu/libssl.so.3", "r-xp", ""),
        ("/system.slice/dovecot.service", "/usr/share/zoneinfo/tz (deleted)", "r--p", ""),
        ("/system.slice/dovecot.service", "/srv/one (deleted)", "r-xp", ""),
        ("/system.slice/dbus.service", "/usr/lib/x86_64-linux-gnu/libc.so.6 (deleted)", "r-xp", ""),
        ("/user.slice/user-0.slice/session-1.scope", "/usr/lib/x86_64-linux-gnu/libc.so.6 (deleted)", "r-xp", ""),
        ("/user.slice/user-0.slice/user@0.service/init.scope", "/usr/lib/systemd/systemd (deleted)", "r-xp", ""),
        ("/init.scope", "/usr/lib/systemd/systemd (deleted)", "r-xp", ""),
    ],
)
def test_outdated_lists_services_with_replaced_files(
    places: Places, cgroup: str, path: str, mode: str, found: str
) -> None:
    process(places, 10, cgroup, path, mode)
    process(places, 11, cgroup, path, mode)
    (places.processes / "12").mkdir()  # it has ended
    assert upgrades.outdated(places.processes) == ([found] if found else [])


def test_process_that_ends_meanwhile_is_skipped(places: Places) -> None:
    process(places, 10, "/system.slice/one.service", "/usr/bin/one (deleted)")
    (places.processes / "10/cgroup").unlink()
    assert upgrades.outdated(places.processes) == []


@pytest.mark.parametrize(
    ("kernels", "wanted", "said"),
    [
        ([], False, ""),  # a container
        (["6.12.48+deb13-amd64"], False, ""),
        (["6.12.48+deb13-amd64", "6.12.9+deb13-amd64"], False, ""),
        (["6.12.48+deb13-amd64", "6.12.57+deb13-amd64"], False, "6.12.57+deb13-amd64"),
        (["6.12.57+deb13-amd64"], False, ""),  # another one than Debian's runs
        (["6.12.48+deb13-amd64"], True, "reboot-required"),
    ],
)
def test_reboot_is_needed_after_request_or_newer_kernel(
    places: Places, kernels: list[str], wanted: bool, said: str
) -> None:
    for kernel in kernels:
        (places.kernels / f"vmlinuz-{kernel}").touch()
    if wanted:
        places.wanted.touch()
    assert upgrades.reboot(places, "6.12.48+deb13-amd64") == said


def test_upgrade_playbook_asks_only_questions_of_verify() -> None:
    asked = yaml.safe_load((PLAYBOOKS / "vars/upgrade.yml").read_text(encoding="utf-8"))
    known = yaml.safe_load((PLAYBOOKS / "vars/verify.yml").read_text(encoding="utf-8"))
    assert set(asked["upgrade_questions"]) <= {each["name"] for each in known["verify_commands"]}
    assert {each["name"] for each in asked["upgrade_asked_others"]} <= set(asked["upgrade_questions"])


def test_upgrade_parts_are_ordered_database_mail_watch_kernel() -> None:
    parts = yaml.safe_load((PLAYBOOKS / "vars/upgrade.yml").read_text(encoding="utf-8"))["upgrade_parts"]

    def part(name: str) -> int:
        return next(number for number, each in enumerate(parts) if re.search(each["packages"], name))

    order = ["postgresql-17", "dovecot-imapd", "postfix-pgsql", "nginx", "prometheus", "linux-image-amd64"]
    assert [part(name) for name in order] == sorted({part(name) for name in order})
    assert part("rspamd") == part("clamav-daemon") == part("postfix")
    assert part("openssl") == len(parts) - 1
