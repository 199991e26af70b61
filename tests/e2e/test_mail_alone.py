"""A host that is a mail server and nothing else: no webmail, no address book, no watch."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.support.deployment import PROJECT, Deployment, environment

pytestmark = pytest.mark.long


@pytest.fixture
def alone(tmp_path: Path) -> Path:
    """The lab's inventory with the group of mail servers alone."""
    inventory = tmp_path / "alone"
    inventory.mkdir()
    known = yaml.safe_load((PROJECT / "inventories/lab/hosts.yml").read_text(encoding="utf-8"))
    (inventory / "hosts.yml").write_text(yaml.safe_dump({"mail": known["mail"]}), encoding="utf-8")
    return inventory


def test_a_mail_server_needs_no_other_part(mail: Deployment, alone: Path) -> None:
    command = [str(alone) if word == "inventories/lab" else word for word in mail.command("site")]
    done = subprocess.run(command, cwd=PROJECT, env=environment(), check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
