"""The list of parts of a release (SBOM, CycloneDX 1.6): the controller's Python packages, and Debian's on the hosts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.lab.settings import SUITE

from .tools import ROOT, run

LOCK = ROOT / "plugins/module_utils/danhba/founding/files/requirements.txt"  # of `make generated`, as a province has it
_LIST = re.compile(r"\[([^\[\]]*)\]")
_QUOTED = re.compile(r"'([a-z0-9][a-z0-9.+-]+)'")


def packages(roles: Path = ROOT / "roles") -> dict[str, list[str]]:
    """Debian's packages that the roles install, each with the roles that do: all that a setting can bring, too."""
    found: dict[str, set[str]] = {}
    for path in sorted(roles.glob("*/*/*.yml")):
        if path.parent.name in {"vars", "defaults", "tasks"}:
            role = path.parents[1].name
            for value in _lists(yaml.safe_load(path.read_text(encoding="utf-8"))):
                for name in _names(value):
                    found.setdefault(name, set()).add(role)
    return {name: sorted(found[name]) for name in sorted(found)}


def _lists(node: Any) -> Iterator[Any]:
    """The values of all keys that end in `packages`, at any depth."""
    if isinstance(node, dict):
        for key, value in node.items():
            if str(key).endswith("packages"):
                yield value
            yield from _lists(value)
    elif isinstance(node, list):
        for item in node:
            yield from _lists(item)


def _names(value: Any) -> Iterator[str]:
    """The names in a list, or in the lists that an expression of Jinja has."""
    if isinstance(value, list):
        yield from value
    elif isinstance(value, str):
        for inside in _LIST.findall(value):
            yield from _QUOTED.findall(inside)


def component(name: str, roles: list[str]) -> dict[str, Any]:
    """A package of Debian; which version a host has, its archive decides."""
    return {
        "type": "library",
        "bom-ref": f"deb:{name}",
        "name": name,
        "purl": f"pkg:deb/debian/{name}?distro={SUITE}",
        "properties": [{"name": "laocai.mail:role", "value": role} for role in roles],
    }


def make(version: str) -> dict[str, Any]:
    """The whole list, as CycloneDX has it."""
    told = run("cyclonedx-py", "requirements", LOCK, "--output-reproducible", "--of", "JSON", "--sv", "1.6")
    made: dict[str, Any] = json.loads(told)
    name = {"type": "application", "bom-ref": "laocai.mail", "name": "laocai.mail", "version": version}
    made["metadata"] = {**made.get("metadata", {}), "component": name}
    made["components"] += [component(*item) for item in packages().items()]
    return made


def write(path: Path, version: str) -> None:
    """Write it, in the order in which it was made."""
    path.write_text(json.dumps(make(version), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
