"""The options of `laocai.mail.use_pages`, shared by the module and its action plugin."""

from __future__ import annotations

from typing import Any

from ..host.postgres import OPTIONS

ARGUMENTS: dict[str, Any] = {
    "register": {"type": "path", "required": True},
    "as_of": {"type": "str", "required": True},
    "target_percent": {"type": "int", "default": 90},
    "test_host": {"type": "bool", "default": False},
    **OPTIONS,
}
