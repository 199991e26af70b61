"""What `docs/architecture.md` promises of the tree: its walk is true, and what a change forgets is told by a test."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from danhba.checking.check import Usable, check, wanted
from danhba.model.kinds import KINDS
from danhba.planning import plan
from danhba.planning.accounts import Account
from danhba.reading import source

PROJECT = Path(__file__).resolve().parents[2]
ARCHITECTURE = (PROJECT / "docs/architecture.md").read_text(encoding="utf-8")
WALK = ARCHITECTURE.split("## From a line of YAML", 1)[1].split("\n## ", 1)[0]
OPENED = date(2011, 3, 1)


def part(pattern: str, text: str) -> str:
    """What a pattern's group stands for in a text, where it is first found."""
    found = re.search(pattern, text, re.DOTALL)
    assert found, pattern
    return found[1]


def load(path: str) -> Any:
    return yaml.safe_load((PROJECT / path).read_text(encoding="utf-8"))


def sound(directory: Path) -> Usable:
    checked = check(source.from_directory(directory), OPENED)
    assert checked.usable, checked.findings
    return checked.usable


def test_walk_through_the_architecture_creates_its_account(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "directory", tmp_path / "directory")
    with (tmp_path / part("appends to `(.*?)`", WALK)).open("a", encoding="utf-8") as file:
        file.write(part(r"```yaml\n(.*?)```", WALK))
    before, after = sound(PROJECT / "directory"), sound(tmp_path / "directory")

    def steps(day: date) -> list[plan.Step]:
        return plan.steps(wanted(*after, day), wanted(*before, day).accounts)

    (created,) = steps(OPENED)
    told = dict(re.findall(r'(\w+)="([^"]+)"', part(r"Account\((.*?)\)", WALK)))
    assert isinstance(created.after, Account)
    assert created.action == plan.CREATE
    assert {name: getattr(created.after, name) for name in told} == told
    assert f"official/{told['id']}" in WALK
    assert not steps(date(2011, 2, 28))


def test_editors_guide_has_every_kind_of_agency() -> None:
    guide = (PROJECT / "docs/vi/so-danh-ba.md").read_text(encoding="utf-8")
    table = guide.split("## Các loại cơ quan", 1)[1].split("\n## ", 1)[0]
    named = re.findall(r"`([a-z_]+)`", " ".join(line.split("|")[1] for line in table.splitlines()[3:] if "| `" in line))
    assert sorted(named) == sorted(KINDS)


def test_every_role_is_used_by_a_playbook() -> None:
    books = "".join(path.read_text(encoding="utf-8") for path in (PROJECT / "playbooks").rglob("*.yml"))
    used = set(re.findall(r"laocai\.mail\.(\w+), rolespec_validate|(?:role|name): laocai\.mail\.(\w+)", books))
    roles = {path.name for path in (PROJECT / "roles").iterdir()}
    assert not roles - {name for pair in used for name in pair}


def test_listening_ports_are_compared_with_the_firewall() -> None:
    expected = load("playbooks/vars/verify.yml")["verify_ports"]
    ports = load("roles/base/defaults/main.yml")["base_firewall_ports"]
    assert f"base_firewall_ports | default({ports})" in expected


def test_minimum_password_length_is_stated_once() -> None:
    shared = load("playbooks/group_vars/all.yml")
    home = "{{ mail_password_length }}"
    assert (shared["credentials_minimum_length"], shared["roundcube_password_length"]) == (home, home)
    for book in ("passwords", "handover"):
        text = (PROJECT / f"playbooks/{book}.yml").read_text(encoding="utf-8")
        assert 'shortest: "{{ credentials_minimum_length }}"' in text
