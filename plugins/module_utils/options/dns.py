"""The options of `laocai.mail.dns`, shared by the module and its action plugin."""

from __future__ import annotations

from typing import Any

ARGUMENTS: dict[str, Any] = {
    "domain": {"type": "str", "required": True},
    "host": {"type": "str", "required": True},
    "addresses": {"type": "list", "elements": "str", "required": True},
    "dkim": {"type": "dict", "default": {}},
    "discovery_hosts": {"type": "list", "elements": "str", "default": []},
    "tlsa": {"type": "str", "default": ""},
    "spf": {"type": "list", "elements": "str", "default": []},
    "dmarc": {"type": "str", "choices": ["none", "quarantine", "reject"], "default": "quarantine"},
    "reports": {"type": "str", "default": ""},
    "sts_host": {"type": "str", "default": ""},
    "sts_id": {"type": "str", "default": ""},
    "caa": {"type": "list", "elements": "str", "default": []},
    "ldap": {"type": "bool", "default": False},
    "ttl": {"type": "int", "default": 3600},
    "folder": {"type": "path", "default": ""},
    "servers": {"type": "list", "elements": "str", "default": []},
    "ask": {"type": "bool", "default": True},
    "only": {"type": "str", "choices": ["all", "dkim"], "default": "all"},
}
