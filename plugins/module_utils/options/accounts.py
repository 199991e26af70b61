"""The options of laocai.mail.accounts, for its module and its action plugin."""

from __future__ import annotations

from typing import Any

from .database import OPTIONS

ARGUMENTS: dict[str, Any] = {
    "register": {"type": "path", "default": "directory"},
    "as_of": {"type": "str", "required": True},
    "test_host": {"type": "bool", "default": False},
    "checksum": {"type": "str", "default": ""},
    "plan": {"type": "path"},
    "export": {"type": "path"},
    "target_percent": {"type": "int", "default": 90},
    "after": {"type": "list", "elements": "str", "default": []},
    **OPTIONS,
}
"""The options that a playbook sets. The module itself reads only `database`, `socket` and `after`."""
