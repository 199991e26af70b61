"""The options of `laocai.mail.preflight`, shared by the module and its action plugin."""

from __future__ import annotations

from typing import Any

ARGUMENTS: dict[str, Any] = {
    "answer": {"type": "dict", "required": True},
    "whole": {"type": "bool", "default": False},
    "day": {"type": "bool", "default": False},
}
"""The options that a playbook sets."""
