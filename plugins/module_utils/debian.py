"""The release of Debian that hosts run: here alone. How to change it: docs/recipes.md, "A new Debian release"."""

from __future__ import annotations

NUMBER = "13"
NAME = "trixie"
# As people read it.
DEBIAN = f"Debian {NUMBER}"
