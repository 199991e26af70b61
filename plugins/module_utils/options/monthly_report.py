"""The options of `laocai.mail.monthly_report`, shared by the module and its action plugin."""

from __future__ import annotations

from typing import Any

from .database import OPTIONS

ARGUMENTS: dict[str, Any] = {
    "register": {"type": "path", "required": True},
    "day": {"type": "str", "required": True},
    "key": {"type": "str", "default": "", "no_log": False},
    "target_percent": {"type": "int", "default": 90},
    "regular_percent": {"type": "int", "default": 80},
    "least_days": {"type": "int", "default": 10},
    "doveadm": {"type": "path", "default": "/usr/bin/doveadm"},
    "test_host": {"type": "bool", "default": False},
    **OPTIONS,
}
