"""The options of laocai.mail.files, for its module and its action plugin."""

from __future__ import annotations

from typing import Any

SOURCES = ("template", "copy", "content", "tree", "link")
FILE: dict[str, Any] = {
    "path": {"type": "path", "required": True},
    "each": {"type": "dict"},
    "vars": {"type": "dict", "default": {}},
    **{name: {"type": "str"} for name in SOURCES},
    "directory": {"type": "bool", "default": False},
    "absent": {"type": "bool", "default": False},
    "owner": {"type": "str", "default": "root"},
    "group": {"type": "str", "default": "root"},
    "mode": {"type": "str", "default": ""},
    "validate": {"type": "str", "default": ""},
}
ARGUMENTS: dict[str, Any] = {
    "files": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": FILE,
        "mutually_exclusive": [SOURCES],
    },
    "only_with": {"type": "path", "default": ""},
}
