"""The options of `laocai.mail.letters`, shared by the module and its action plugin."""

from __future__ import annotations

from typing import Any

ARGUMENTS: dict[str, Any] = {
    "letters": {"type": "str", "required": True},
    "to": {"type": "str", "required": True},
    "register": {"type": "path", "required": True},
    "as_of": {"type": "str", "required": True},
    "test_host": {"type": "bool", "default": False},
}
"""The options that a playbook sets."""
