"""Templates as the roles write them, by Ansible's own engine; no host is asked."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from copy import copy
from functools import cache
from pathlib import Path
from typing import Any

from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader, lookup_loader
from ansible.template import Templar, trust_as_template

ROOT = Path(__file__).resolve().parents[2]
# What Ansible knows of a host that has every part.
HOST = {
    "ansible_check_mode": False,
    "ansible_facts": {
        "all_ipv4_addresses": ["192.0.2.10"],
        "all_ipv6_addresses": [],
        "memtotal_mb": 16384,
        "processor_nproc": 2,
    },
    "ansible_inventory_sources": [str(ROOT / "inventories/single")],
    "ansible_managed": "Ansible managed",
    "ansible_playbook_python": "/usr/bin/python3",
    "group_names": ["addressbook", "mail", "webmail"],
    "groups": {"mail": ["mail.example.org"], "backup": ["backup.example.org"]},
    "hostvars": {
        "mail.example.org": {"ansible_host": "192.0.2.10"},
        "backup.example.org": {"ansible_host": "192.0.2.11"},
    },
    "inventory_dir": str(ROOT / "inventories/single"),
    "inventory_hostname": "mail.example.org",
    "playbook_dir": str(ROOT / "playbooks"),
}


def templates(pattern: str) -> Iterator[tuple[Path, str]]:
    """Each template of the roles whose name matches, with its text as written: by path."""
    for path in sorted(ROOT.glob(f"roles/*/templates/{pattern}")):
        yield path, render(path)


def render(path: Path, **other: Any) -> str:
    """The text that a template makes, with other values of some inputs; an error of Ansible's where one is missing."""
    loader, values = _values()
    role = path.parents[1]
    own = {"role_name": role.name, "role_path": str(role), "ansible_search_path": [str(role)]}
    engine = Templar(loader=loader, variables=values | own | other)
    # The plug-in, not the text: it knows where templates that are included stand.
    return str(engine.template(trust_as_template(f"{{{{ lookup('ansible.builtin.template', '{path}') }}}}")))


@cache
def _values() -> tuple[DataLoader, dict[str, Any]]:
    """The defaults and internals of all roles, and above them what all inventories share."""
    init_plugin_loader([str(ROOT / ".ansible/collections")])
    # For each template it copies all that is in any value, which takes far longer than the template; none changes them.
    plugin = sys.modules[type(lookup_loader.get("ansible.builtin.template")).__module__]
    plugin.deepcopy = copy  # type: ignore[attr-defined]
    loader = DataLoader()
    values: dict[str, Any] = {}
    for pattern in ("roles/*/defaults/main.yml", "roles/*/vars/main.yml", "playbooks/group_vars/all.yml"):
        for path in sorted(ROOT.glob(pattern)):
            values |= loader.load_from_file(str(path), trusted_as_template=True) or {}
    return loader, values | HOST
