"""The options `database` and `socket` of every module that opens the database of accounts on its host."""

from __future__ import annotations

from typing import Any

OPTIONS: dict[str, Any] = {
    "database": {"type": "str", "default": "danhba"},
    "socket": {"type": "path", "default": "/run/postgresql"},
}
"""The part of the argument spec with the options `database` and `socket`."""
