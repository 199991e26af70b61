"""Reads the targets of a report from a playbook's options."""

from __future__ import annotations

from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting.using import Rules
from ansible_collections.laocai.mail.plugins.plugin_utils import controller

PERCENTS = ("target_percent", "regular_percent")


def read_rules(arguments: dict[str, Any]) -> Rules:
    """Return the targets; raise Failure for an impossible share."""
    target, regular = (controller.read_percent(arguments[name], name) / 100 for name in PERCENTS)
    return Rules(target=target, regular=regular, least_days=max(1, arguments["least_days"]))
