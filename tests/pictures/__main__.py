"""Draws the pictures of the guides, or with --check says which are out of date (exit status 1)."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.pictures.scenes import SCENES, play

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "vi" / "hinh"


def main(arguments: list[str]) -> int:
    """Draw all, or those that are named."""
    checking = "--check" in arguments
    names = [name for name in arguments if not name.startswith("-")] or list(SCENES)
    stale = []
    for name in names:
        path, drawn = PICTURES / f"{name}.svg", play(SCENES[name])
        if path.is_file() and path.read_text(encoding="utf-8") == drawn:
            continue
        stale.append(name)
        if not checking:
            path.write_text(drawn, encoding="utf-8")
            print(path.relative_to(PICTURES.parents[2]))
    if checking and stale:
        print(f"make pictures: {', '.join(stale)}")
    return 1 if checking and stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
