"""The options of `laocai.mail.lock`, shared by the module and its action plugin."""

from __future__ import annotations

from typing import Any

ARGUMENTS: dict[str, Any] = {"path": {"type": "path", "required": True}}
"""The options that a playbook sets."""
