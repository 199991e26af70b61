"""The roles: what is the same in several stands in one place, and every input has its present name."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from tests.lab.settings import OFFERED, PACKAGES, PREFETCHED
from tests.support import internet
from tests.support.rendered import render

PROJECT = Path(__file__).resolve().parents[2]
ROLES = sorted(path.name for path in (PROJECT / "roles").iterdir())
RUN = 5  # lines; fewer that are alike say the same of different things, as `owner: root` does
MOST_REPEATED = 0.08  # of all lines; it was 0.219 once


def read_lines(role: str, path: Path) -> list[str]:
    """The lines of a file of tasks without comments and indentation, and with the role's own name put as ROLE."""
    lines = (re.sub(rf"\b_*{role}", "ROLE", line.strip(), flags=re.IGNORECASE) for line in path.open(encoding="utf-8"))
    return [line for line in lines if line and line != "---" and not line.startswith("#")]


def runs(lines: list[str]) -> dict[tuple[str, ...], list[int]]:
    """Where each run of RUN lines begins."""
    found = defaultdict(list)
    for start in range(len(lines) - RUN + 1):
        found[tuple(lines[start : start + RUN])].append(start)
    return found


def count_repeated() -> tuple[int, int]:
    """Lines of tasks in a run that another role has too, and all lines of tasks."""
    files = {
        (role, path): read_lines(role, path)
        for role in ROLES
        for path in (PROJECT / "roles" / role / "tasks").iterdir()
    }
    owners = defaultdict(set)
    for (role, _path), lines in files.items():
        for run in runs(lines):
            owners[run].add(role)
    repeated = 0
    for lines in files.values():
        starts = [start for run, places in runs(lines).items() if len(owners[run]) > 1 for start in places]
        repeated += len({line for start in starts for line in range(start, start + RUN)})
    return repeated, sum(map(len, files.values()))


def test_roles_repeat_few_task_lines() -> None:
    repeated, everything = count_repeated()
    assert repeated / everything <= MOST_REPEATED, f"{repeated} of {everything} lines: make a module of them"


def variables(text: str) -> set[str]:
    return set(re.findall(r"\b[a-z]+(?:_[a-z0-9]+)+\b", text))


def test_no_file_uses_a_former_name() -> None:
    former = set(yaml.safe_load((PROJECT / "playbooks/vars/former.yml").read_text(encoding="utf-8")))
    assert former
    folders = ("roles", "playbooks", "inventories")
    paths = [path for folder in folders for path in (PROJECT / folder).rglob("*.y*ml") if path.name != "former.yml"]
    paths += list((PROJECT / "roles").rglob("*.j2"))
    for path in paths:
        assert not former & variables(path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("role", ROLES)
def test_role_defaults_and_argument_specs_agree(role: str) -> None:
    folder = PROJECT / "roles" / role
    defaults = yaml.safe_load((folder / "defaults/main.yml").read_text(encoding="utf-8")) or {}
    specs = yaml.safe_load((folder / "meta/argument_specs.yml").read_text(encoding="utf-8"))["argument_specs"]
    options = specs["main"].get("options", {})
    assert set(defaults) == set(options)
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert not [name for name in defaults if name not in readme]


@pytest.mark.parametrize("role", ROLES)
def test_lab_snapshot_has_packages_of_every_role(role: str) -> None:
    """Each test host would fetch it once more."""
    path = PROJECT / "roles" / role / "vars/main.yml"
    said = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else {}
    wanted = [
        name for key, names in said.items() if key.endswith("_packages") and isinstance(names, list) for name in names
    ]
    fetched = {name.replace("php8.4-", "php-") for name in (*PACKAGES, *PREFETCHED)}
    assert {name.replace("php8.4-", "php-") for name in wanted} <= fetched


def test_lab_snapshot_has_packages_of_its_internet() -> None:
    """apt on a test host knows of no other package."""
    assert set(internet.PACKAGES) <= {*PACKAGES, *PREFETCHED, *OFFERED}


@pytest.mark.parametrize("unit", ["store", "prune", "quarantine"])
def test_backup_units_keep_shared_memory_of_their_user(unit: str) -> None:
    """systemd removes all that the unit's user has in /dev/shm where RemoveIPC= is on; the last line counts."""
    text = render(PROJECT / "roles/backupstore/templates" / f"danhba-backup-{unit}.service.j2")
    assert re.findall(r"^RemoveIPC=(\w+)$", text, re.MULTILINE)[-1] == "no"


@pytest.mark.parametrize(
    ("largest", "option"),
    [("90%", " --max-size 9000"), ("7", " --max-size 7000000000"), (7, " --max-size 7000000000"), (0, "")],
)
def test_backup_store_has_a_limit_below_its_disk(largest: str | int, option: str) -> None:
    """What was removed on the disk, its server sees at its start alone: so the clean-up starts it anew."""
    given = {"backupstore_largest": largest, "__backupstore_disk": {"stdout_lines": ["1B-blocks", "10000"]}}
    store, prune = (
        render(PROJECT / "roles/backupstore/templates" / f"danhba-backup-{unit}.service.j2", **given)
        for unit in ("store", "prune")
    )
    assert re.findall(r"( --max-size \d+)$", store, re.MULTILINE) == ([option] if option else [])
    assert ("try-restart danhba-backup-store.service" in prune) == bool(option)


def test_backup_store_has_a_limit_by_default() -> None:
    text = (PROJECT / "roles/backupstore/defaults/main.yml").read_text(encoding="utf-8")
    assert yaml.safe_load(text)["backupstore_largest"] == "90%"


def test_drill_does_not_run_beside_a_backup() -> None:
    timers = {
        name: render(PROJECT / "roles/backup/templates" / f"danhba-{name}.timer.j2") for name in ("backup", "drill")
    }
    late = {
        name: int(re.findall(r"^RandomizedDelaySec=(\d+)$", text, re.MULTILINE)[0]) for name, text in timers.items()
    }
    assert "OnCalendar=hourly\n" in timers["backup"]
    minute = int(re.findall(r"^OnCalendar=.* \d\d:(\d\d):00 ", timers["drill"], re.MULTILINE)[0])
    assert late["backup"] < minute * 60 < minute * 60 + late["drill"] < 3600
    service = render(PROJECT / "roles/backup/templates/danhba-drill.service.j2")
    assert re.search(r"^ExecStart=.* backup\.drill .* --wait [1-9]\d{3,}$", service, re.MULTILINE)


@pytest.mark.parametrize(
    ("mirror", "asked", "not_asked"),
    [
        ("database.clamav.net", "DatabaseMirror database.clamav.net", "PrivateMirror"),
        ("https://guong.example/clamav", "PrivateMirror https://guong.example/clamav", "clamav.net"),
        ("", "PrivateMirror none.invalid", "clamav.net"),
    ],
)
def test_virus_signatures_come_from_the_named_mirror(mirror: str, asked: str, not_asked: str) -> None:
    text = render(PROJECT / "roles/clamav/templates/freshclam.conf.j2", clamav_mirror=mirror)
    assert asked in text.splitlines()
    assert not_asked not in text
    assert ("DNSDatabaseInfo no" in text) == ("clamav.net" not in mirror)


@pytest.mark.parametrize("wanted", [True, False])
def test_policy_decides_whether_programs_and_macros_are_refused(wanted: bool) -> None:
    given = {"rspamd_refuse_programs": wanted, "rspamd_refuse_macros": wanted, "clamav_refuse_macros": wanted}
    names = render(PROJECT / "roles/rspamd/templates/local.d/multimap.conf.j2", **given)
    assert [f"refused_{kind} {{" in names for kind in ("programs", "macros")] == [wanted] * 2
    content = render(PROJECT / "roles/clamav/templates/clamd.conf.j2", **given)
    assert f"AlertOLE2Macros {'yes' if wanted else 'no'}" in content.splitlines()


def test_roles_that_write_for_rspamd_test_its_configuration() -> None:
    """A unit of rspamd stands in the vars of each role that writes for it."""
    texts = {role: "".join(map(Path.read_text, (PROJECT / "roles" / role).rglob("*.yml"))) for role in ROLES}
    writing = {role for role, text in texts.items() if "name: rspamd.service" in text}
    trying = {role for role, text in texts.items() if re.search(r"rspamadm,? configtest", text)}
    assert writing == trying >= {"dkim", "guard", "rspamd", "secrecy"}
