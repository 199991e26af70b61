"""The options of `laocai.mail.recall_papers`, shared by the module and its action plugin."""

from __future__ import annotations

from typing import Any

ARGUMENTS: dict[str, Any] = {
    "answer": {"type": "dict", "required": True},
    "folder": {"type": "path", "required": True},
}
"""The options that a playbook sets."""
