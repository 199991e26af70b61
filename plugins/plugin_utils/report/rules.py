"""What a report compares with, as a playbook gives it."""

from __future__ import annotations

from typing import Any

from ansible_collections.laocai.mail.plugins.module_utils.danhba.reporting.using import Rules
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure

PERCENTS = ("target_percent", "regular_percent")


def read_rules(arguments: dict[str, Any]) -> Rules:
    """The rules; Failure where a share cannot be one."""
    for name in PERCENTS:
        if not 1 <= arguments[name] <= 100:
            raise Failure(
                f"{name} phải từ 1 đến 100, không phải {arguments[name]}. Chưa ghi gì.",
                f"{name} must be 1 to 100, not {arguments[name]}. Nothing was written.",
            )
    target, regular = (arguments[name] / 100 for name in PERCENTS)
    return Rules(target=target, regular=regular, least_days=max(1, arguments["least_days"]))
