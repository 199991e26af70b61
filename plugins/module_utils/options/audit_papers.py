"""The options of `laocai.mail.audit_papers`, shared by the module and its action plugin."""

from __future__ import annotations

from typing import Any

ARGUMENTS: dict[str, Any] = {
    "heads": {"type": "path", "required": True},
    "copy": {"type": "str"},
    "answer": {"type": "dict"},
    "mailbox": {"type": "dict"},
    "folder": {"type": "path"},
    "register": {"type": "path", "default": "directory"},
    "host": {"type": "str", "default": ""},
    "document": {"type": "str", "default": ""},
    "commit": {"type": "bool", "default": False},
}
"""The options that a playbook sets."""
REQUIRED_BY: dict[str, Any] = {"mailbox": ["folder"]}
