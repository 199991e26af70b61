"""What has to be started or reloaded, told by what systemd says and by the times of files."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import units
from ansible_collections.laocai.mail.plugins.module_utils.host.units import Check, Outcome, Unit

START, RELOAD = 1_000_000_000, 1_000_000_100  # seconds since 1970
NAME = "mail.service"


def shown(seconds: float) -> str:
    """A time as `systemctl show --timestamp=us+utc` writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%a %Y-%m-%d %H:%M:%S.%f UTC")


def block(**other: str) -> str:
    """What systemctl prints of one unit, in an order of its own."""
    properties = {
        "ActiveEnterTimestamp": shown(START),
        "StateChangeTimestamp": shown(RELOAD),
        "LoadState": "loaded",
        "ActiveState": "active",
        "UnitFileState": "enabled",
        "NeedDaemonReload": "no",
    } | other
    return "".join(f"{name}={value}\n" for name, value in properties.items())


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file with what `systemctl` prints, which is a program of this test's own."""
    program, said = tmp_path / "bin/systemctl", tmp_path / "said"
    program.parent.mkdir()
    program.write_text(f"""#!/bin/sh
printf "%s " "$@" > {tmp_path}/asked
if [ "$1" = show ]; then cat {said}; else echo "$*" >> {tmp_path}/done; fi
if [ "$2" = broken.service ]; then echo Job failed >&2; exit 1; fi
""")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    said.write_text(block())
    return said


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "settings/mail.conf"
    path.parent.mkdir()
    path.touch()
    return path


def change(path: Path, seconds: float) -> str:
    os.utime(path, (seconds, seconds), follow_symlinks=False)
    return str(path)


def unit(start: str = "", read: str = "", *, enabled: bool = True, running: bool = True) -> Unit:
    return Unit(NAME, enabled, running, [start] if start else [], [read] if read else [])


@pytest.mark.parametrize(
    ("seconds", "restart", "reload"),
    [
        (START - 1, [], []),
        (START, [], []),
        (START + 1, [NAME], []),
        (RELOAD, [NAME], []),
        (RELOAD + 0.000_001, [NAME], []),
    ],
)
def test_start_file_newer_than_start_restarts_without_reload(
    systemd: Path, file: Path, seconds: float, restart: list[str], reload: list[str]
) -> None:
    path = change(file, seconds)
    found = units.examine([unit(path, path)])
    assert (found.restart, found.reload) == (restart, reload)
    assert found.changed == bool(restart)


@pytest.mark.parametrize(("seconds", "reload"), [(START + 1, []), (RELOAD, []), (RELOAD + 0.000_001, [NAME])])
def test_read_file_newer_than_reload_reloads(systemd: Path, file: Path, seconds: float, reload: list[str]) -> None:
    found = units.examine([unit(read=change(file, seconds))])
    assert (found.restart, found.reload, found.changed) == ([], reload, bool(reload))


def test_folder_counts_by_its_newest_file(systemd: Path, file: Path) -> None:
    change(file.parent, START)
    change(file, RELOAD + 1)
    assert units.examine([unit(read=str(file.parent))]).reload == [NAME]


def test_removed_file_is_seen_by_the_time_of_its_folder(systemd: Path, file: Path) -> None:
    file.unlink()
    change(file.parent, RELOAD + 1)
    assert units.examine([unit(read=str(file.parent))]).reload == [NAME]


def test_link_counts_by_its_own_time(systemd: Path, file: Path) -> None:
    link = file.with_name("link")
    link.symlink_to(file)
    change(file, RELOAD + 1)
    assert units.examine([unit(read=change(link, START))]).reload == []


@pytest.mark.parametrize(
    ("other", "wanted", "lacks"),
    [
        ({}, unit(), set()),
        ({"ActiveState": "inactive"}, unit(), {"running"}),
        ({"ActiveState": "failed"}, unit(), {"running"}),
        ({"ActiveState": "inactive"}, unit(running=False), set()),
        ({"UnitFileState": "disabled"}, unit(), {"enabled"}),
        ({"UnitFileState": "disabled"}, unit(enabled=False), set()),
        ({"UnitFileState": "disabled", "ActiveState": "inactive"}, unit(), {"enabled", "running"}),
        ({"UnitFileState": "disabled", "ActiveState": "inactive"}, unit(enabled=False), {"running"}),
    ],
)
def test_unit_not_running_or_not_enabled_is_idle(
    systemd: Path, other: dict[str, str], wanted: Unit, lacks: set[str]
) -> None:
    systemd.write_text(block(**other))
    found = units.examine([wanted])
    assert found.idle == [idle(NAME, enabled="enabled" in lacks, running="running" in lacks)] * bool(lacks)
    assert found.changed == bool(lacks)


def test_stopped_unit_is_started_not_reloaded(systemd: Path, file: Path) -> None:
    systemd.write_text(block(ActiveState="inactive", ActiveEnterTimestamp="", StateChangeTimestamp="n/a"))
    path = change(file, RELOAD + 1)
    found = units.examine([unit(path, path)])
    assert (found.restart, found.reload) == ([], [])
    assert found.idle == [idle(NAME, enabled=False)]


def test_units_are_matched_to_systemctl_output_by_order(systemd: Path, file: Path) -> None:
    systemd.write_text(block() + "\n" + block(NeedDaemonReload="yes", ActiveState="inactive"))
    other = Unit("other.timer", True, True, [], [])
    found = units.examine([unit(read=change(file, RELOAD + 1)), other])
    assert found.reload == [NAME]
    assert [item["name"] for item in found.idle] == ["other.timer"]
    assert found.daemon_reload
    assert (systemd.parent / "asked").read_text().endswith(f"-- {NAME} other.timer ")


def test_missing_file_fails_except_in_check_mode(systemd: Path, file: Path) -> None:
    wanted = unit(read=str(file.with_name("none")))
    with pytest.raises(Failure, match="none is missing"):
        units.examine([wanted])
    assert not units.examine([wanted], dry_run=True).changed


def test_check_mode_skips_a_unit_that_does_not_exist(systemd: Path) -> None:
    systemd.write_text(block(LoadState="not-found", ActiveState="inactive", UnitFileState=""))
    assert not units.examine([unit()], dry_run=True).changed
    assert units.examine([unit()]).idle


def test_failing_systemctl_is_a_failure(systemd: Path) -> None:
    (systemd.parent / "bin/systemctl").write_text("#!/bin/sh\necho Failed to connect to bus >&2\nexit 1\n")
    with pytest.raises(Failure, match="Failed to connect to bus"):
        units.examine([unit()])


def test_times_are_read_to_the_microsecond() -> None:
    assert units.parse_time("Wed 2026-11-25 17:36:52.123456 UTC") == 1795628212123456000
    assert units.parse_time("") == units.parse_time("n/a") == 0


def outcome(**found: Any) -> Outcome:
    """What `examine` may have found."""
    none: dict[str, Any] = {"changed": True, "daemon_reload": False, "idle": [], "restart": [], "reload": []}
    return Outcome(**none | found)


def idle(name: str, *, enabled: bool = True, running: bool = True) -> dict[str, Any]:
    return {"name": name, "enabled": enabled, "running": running}


def done(systemd: Path) -> list[str]:
    """What systemctl was told to do, in its order."""
    file = systemd.with_name("done")
    return file.read_text().splitlines() if file.exists() else []


def test_actions_are_done_in_order(systemd: Path) -> None:
    found = outcome(
        daemon_reload=True,
        idle=[idle("a.service"), idle("b.timer", running=False), idle("c.service", enabled=False)],
        restart=["d.socket", "d.service"],
        reload=["e.service"],
    )
    units.bring_about(found, None)
    assert done(systemd) == [
        "enable a.service b.timer",
        "start a.service",
        "start c.service",
        "stop d.service",
        "restart d.socket",
        "restart d.service",
        "reload e.service",
    ]
    names = ["a.service", "b.timer", "c.service", "d.socket", "d.service", "e.service"]
    assert units.as_result(found)["names"] == names


def test_daemon_reload_precedes_start(systemd: Path) -> None:
    """Where none has to be enabled, which does the same."""
    units.bring_about(outcome(daemon_reload=True, idle=[idle("a.service", enabled=False)], restart=["b.service"]), None)
    assert done(systemd) == ["daemon-reload", "start a.service", "restart b.service"]


def test_empty_outcome_runs_nothing(systemd: Path) -> None:
    units.bring_about(outcome(changed=False), Check(["false"], "", "$"))
    assert done(systemd) == []


@pytest.mark.parametrize("argv", [["sh", "-c", "echo unknown setting; exit 1"], ["echo", "unknown setting"]])
def test_failing_check_prevents_restart_and_reload(systemd: Path, argv: list[str]) -> None:
    for found in (outcome(restart=["a.service"]), outcome(reload=["a.service"])):
        with pytest.raises(Failure, match=r"finds fault with the settings.*unknown setting"):
            units.bring_about(found, Check(argv, "", "$"))
    assert done(systemd) == []


def test_check_gets_its_input_and_usual_lines_pass(systemd: Path) -> None:
    asks = ["sh", "-c", "read word; echo updating $word; [ $word = hosts ]"]
    units.bring_about(outcome(reload=["a.service"]), Check(asks, "hosts\n", "updating "))
    assert done(systemd) == ["reload a.service"]
    with pytest.raises(Failure):
        units.bring_about(outcome(reload=["a.service"]), Check(asks, "other\n", "updating "))


def test_missing_check_command_is_a_failure(systemd: Path) -> None:
    with pytest.raises(Failure, match="none cannot be run"):
        units.bring_about(outcome(restart=["a.service"]), Check(["/none"], "", "$"))


def test_unit_that_does_not_start_fails_with_message_of_systemd(systemd: Path) -> None:
    with pytest.raises(Failure, match=r"systemctl start broken.service has failed: Job failed"):
        units.bring_about(outcome(idle=[idle("broken.service", enabled=False), idle("b.service", enabled=False)]), None)
    assert "start b.service" not in done(systemd)
