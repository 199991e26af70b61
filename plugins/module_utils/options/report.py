"""The options of `laocai.mail.report`, shared by the module and its action plugin."""

from __future__ import annotations

from typing import Any

from .database import OPTIONS

ARGUMENTS: dict[str, Any] = {
    "register": {"type": "path", "required": True},
    "first_day": {"type": "str", "required": True},
    "last_day": {"type": "str", "required": True},
    "day": {"type": "str", "required": True},
    "agency": {"type": "str", "default": ""},
    "mailbox": {"type": "str", "default": ""},
    "target_percent": {"type": "int", "default": 90},
    "regular_percent": {"type": "int", "default": 80},
    "least_days": {"type": "int", "default": 20},
    "folder": {"type": "path", "required": True},
    "test_host": {"type": "bool", "default": False},
    **OPTIONS,
}
