"""Where a program finds its secrets: systemd hands them to its unit (`LoadCredential=`), each by its file's name."""

from __future__ import annotations

import os
from pathlib import Path


def given(file: str | Path) -> Path:
    """A secret among the unit's credentials; by hand, root's file from which systemd takes it."""
    path = Path(file)
    return Path(os.environ.get("CREDENTIALS_DIRECTORY", path.parent), path.name)
