"""The options of laocai.mail.addresses, for its module and its action plugin."""

from __future__ import annotations

from typing import Any

ARGUMENTS: dict[str, Any] = {
    "register": {"type": "path"},
    "as_of": {"type": "str"},
    "names": {"type": "list", "elements": "str"},
    "agency": {"type": "str"},
    "dest": {"type": "path"},
}
RULES: dict[str, Any] = {
    "required_one_of": [("register", "names")],
    "required_together": [("names", "agency")],
    "required_by": {"dest": ("as_of",)},
    "mutually_exclusive": [("names", "as_of"), ("names", "dest")],
}
