"""How exposed systemd finds each unit of the project's own (0 to 10): 2.5 at most; its secrets.

Read from the units as the roles write them; those that run on the hosts of Molecule are asked there again, with what
their packages say (`tests/molecule/internet/tests/test_programs.py`).
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.support import sandboxes
from tests.support.rendered import render, units

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "roles/programs/files/danhba_host"
MOST = 2.5
WATCH = {"local.crt": "/etc/danhba/watch/local.crt", "local.key": "/etc/danhba/watch/local.key"}
# By the unit, which secrets systemd hands it, each from which file of root's alone. No other unit has any.
SECRETS = {
    "danhba-alerts": WATCH,
    "danhba-backup": {
        "repository.password": "/etc/danhba/backup/repository.password",
        "store.password": "/etc/danhba/backup/store.password",
        "store.crt": "/etc/danhba/backup/store.crt",
    },
    "danhba-backup-prune": {"repository.password": "/etc/danhba/backup-store/repository.password"},
    "danhba-backup-quarantine": {"repository.password": "/etc/danhba/backup-store/repository.password"},
    "danhba-backup-store": {
        "htpasswd": "/etc/danhba/backup-store/htpasswd",
        "store.crt": "/etc/danhba/backup-store/store.crt",
        "store.key": "/etc/danhba/backup-store/store.key",
    },
    "danhba-credentials": {"dovecot-key": "/etc/danhba/dovecot.key"},
    "danhba-drill": {
        "repository.password": "/etc/danhba/backup/repository.password",
        "store.password": "/etc/danhba/backup/store.password",
        "store.crt": "/etc/danhba/backup/store.crt",
        "ssh_host_ed25519_key": "/etc/ssh/ssh_host_ed25519_key",
    },
    "danhba-session-refusal": {"server.crt": "/etc/ssl/mail/server.crt", "server.key": "/etc/ssl/mail/server.key"},
    "danhba-silences": WATCH,
    "danhba-probe": {"probe.password": "/etc/danhba/probe.password"},
}


def own_services() -> dict[str, str]:
    """Each by its name, as the roles write it."""
    return {name: text for name, text in units().items() if name.startswith("danhba-") and name.endswith(".service")}


def exposures(folder: Path, services: dict[str, str]) -> dict[str, float]:
    """How exposed each is."""
    paths = {name: folder / name.replace("@.", "@x.") for name in services}
    for name, path in paths.items():
        path.write_text(services[name], encoding="utf-8")
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", *map(str, paths.values())]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^→ Overall exposure level for (\S+): ([0-9.]+) ", said, re.MULTILINE)
    return {name.replace("@x.", "@."): float(value) for name, value in found}


def test_exposure_of_every_unit_is_below_its_limit(tmp_path: Path) -> None:
    own = own_services()
    found = exposures(tmp_path, own)
    assert found.keys() == own.keys()
    assert len(found) >= 20
    assert {name: value for name, value in found.items() if value > MOST} == {}


def credentials(text: str) -> dict[str, str]:
    """What a unit is handed: by name, from where."""
    return dict(re.findall(r"^LoadCredential=([^:\n]+):(.+)$", text, re.MULTILINE))


def test_secrets_are_passed_as_systemd_credentials() -> None:
    handed = {name.removesuffix(".service"): credentials(text) for name, text in own_services().items()}
    assert {name: secrets for name, secrets in handed.items() if secrets} == SECRETS


def test_drill_gets_an_optional_test_password() -> None:
    text = render(ROOT / "roles/backup/templates/danhba-drill.service.j2", backup_drill_address="a@example.org")
    assert credentials(text)["probe.password"] == "/etc/danhba/probe.password"
    assert "\nSetCredential=probe.password:\\n\n" in text  # nothing but the end of a line


def test_units_name_files_of_secrets_only_as_credentials() -> None:
    files = {file for secrets in SECRETS.values() for file in secrets.values()}
    for name, text in own_services().items():
        rest = re.sub(r"^(LoadCredential|InaccessiblePaths)=.*$", "", text, flags=re.MULTILINE)
        assert [file for file in files if file in rest] == [], name


def test_programs_read_secrets_in_one_place() -> None:
    found = [path.name for path in LIBRARY.rglob("*.py") if "CREDENTIALS_DIRECTORY" in path.read_text("utf-8")]
    assert found == ["credential.py"]


def test_every_unit_has_a_host_that_tries_its_sandbox() -> None:
    """What each is let, and where it is tried: `tests/support/sandboxes.py`."""
    places = [sandboxes.MAIL, sandboxes.BACKED_UP, sandboxes.STORE, sandboxes.PROBE, sandboxes.CONTROLLER]
    tried = [unit for place in places for unit in place]
    assert sorted(tried) == sorted(name.removesuffix(".service") for name in own_services())
    assert sandboxes.LET.keys() <= set(tried)


def test_exposure_test_fails_for_an_open_unit(tmp_path: Path) -> None:
    assert (
        exposures(tmp_path, {"danhba-open.service": "[Service]\nExecStart=/usr/bin/true\n"})["danhba-open.service"] > 9
    )
