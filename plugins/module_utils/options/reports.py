"""The options of `laocai.mail.reports`, shared by the module and its action plugin."""

from __future__ import annotations

from typing import Any

from .database import OPTIONS

ARGUMENTS: dict[str, Any] = {
    "domain": {"type": "str", "required": True},
    "host": {"type": "str", "required": True},
    "address": {"type": "str", "required": True},
    "first_day": {"type": "str", "required": True},
    "last_day": {"type": "str", "required": True},
    "file": {"type": "path", "default": ""},
    **OPTIONS,
}
