"""Where the database of a module's own host is: the same options in every module that has it."""

from __future__ import annotations

from typing import Any

OPTIONS: dict[str, Any] = {
    "database": {"type": "str", "default": "danhba"},
    "socket": {"type": "path", "default": "/run/postgresql"},
}
"""The part of an argument spec that says where the database is, the same in every module."""
