"""The release of Debian that hosts run, stated only here. To change it: docs/recipes.md, "A new Debian release"."""

from __future__ import annotations

NUMBER = "13"
NAME = "trixie"
# The release as it is written in messages.
DEBIAN = f"Debian {NUMBER}"
