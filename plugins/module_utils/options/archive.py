"""The options of `laocai.mail.archive`, shared by the module and its action plugin."""

from __future__ import annotations

from typing import Any

STEPS = ("list", "archive", "restore", "purge", "export")
ARGUMENTS: dict[str, Any] = {
    "step": {"type": "str", "required": True, "choices": list(STEPS)},
    "folder": {"type": "path", "required": True},
    "register": {"type": "path", "required": True},
    "as_of": {"type": "str", "required": True},
    "test_host": {"type": "bool", "default": False},
    "mailboxes": {"type": "list", "elements": "str", "default": []},
    "document": {"type": "str", "default": ""},
    "document_date": {"type": "str", "default": ""},
    "number": {"type": "int", "default": 0},
    "identity": {"type": "path", "default": ""},
    "into": {"type": "str", "default": ""},
    "into_folder": {"type": "str", "default": ""},
    "key": {"type": "str", "default": "", "no_log": False},
}
"""The options that a playbook sets."""
