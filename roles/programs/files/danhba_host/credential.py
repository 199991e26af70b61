"""Finds a program's secrets: systemd puts them into its unit's credentials folder (`LoadCredential=`) by file name."""

from __future__ import annotations

import os
from pathlib import Path


def given(file: str | Path) -> Path:
    """The path of a secret among the unit's credentials; when run by hand, root's file from which systemd copies it."""
    path = Path(file)
    return Path(os.environ.get("CREDENTIALS_DIRECTORY", path.parent), path.name)
