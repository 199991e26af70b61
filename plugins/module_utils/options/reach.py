"""The options of laocai.mail.reach, for its module and for the action plugin of laocai.mail.preflight."""

from __future__ import annotations

from typing import Any

ARGUMENTS: dict[str, dict[str, Any]] = {
    "names": {"type": "bool", "default": True},
    "forwarders": {"type": "list", "elements": "str", "default": []},
    "signatures": {"type": "bool", "default": True},
    "packages": {"type": "bool", "default": True},
    "mirror": {"type": "str", "default": ""},
    "time_servers": {"type": "list", "elements": "str", "default": []},
}
