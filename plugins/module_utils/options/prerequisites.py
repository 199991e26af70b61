"""The options of `laocai.mail.prerequisites`, shared by the module and its action plugin."""

from __future__ import annotations

from typing import Any

GROUP: dict[str, Any] = {"name": {"type": "str", "required": True}, "gid": {"type": "int"}}
USER: dict[str, Any] = {
    "name": {"type": "str", "required": True},
    "uid": {"type": "int"},
    "group": {"type": "str"},
    "home": {"type": "str", "default": "/nonexistent"},
}
ANSWER: dict[str, Any] = {name: {"type": "str", "required": True} for name in ("package", "question", "value", "vtype")}
ARGUMENTS: dict[str, Any] = {
    "role": {"type": "str"},
    "folder": {"type": "path"},
    "debian": {"type": "str", "default": ""},
    "paths": {"type": "list", "elements": "path", "default": []},
    "before": {"type": "str", "default": ""},
    "packages": {"type": "list", "elements": "str", "default": []},
    "groups": {"type": "list", "elements": "dict", "default": [], "options": GROUP},
    "users": {"type": "list", "elements": "dict", "default": [], "options": USER},
    "bring": {"type": "bool", "default": True},
    "missing": {"type": "dict"},
    "answers": {"type": "list", "elements": "dict", "default": [], "options": ANSWER},
    "policy": {"type": "int", "default": 101},
}
"""The options that a playbook sets. The module itself reads neither `folder` nor those from `bring` on."""
