"""How exposed systemd finds each unit of the project's own (`systemd-analyze security`, 0 to 10): 2.5 at most.

Read from the units as the roles write them; those that run on the hosts of Molecule are asked there again, with what
their packages say (`tests/molecule/internet/tests/test_programs.py`).
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from tests.support.rendered import units

MOST = 2.5


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


def test_none_is_more_exposed_than_it_has_to_be(tmp_path: Path) -> None:
    own = own_services()
    found = exposures(tmp_path, own)
    assert found.keys() == own.keys()
    assert len(found) >= 20
    assert {name: value for name, value in found.items() if value > MOST} == {}


def test_the_test_can_fail(tmp_path: Path) -> None:
    assert (
        exposures(tmp_path, {"danhba-open.service": "[Service]\nExecStart=/usr/bin/true\n"})["danhba-open.service"] > 9
    )
