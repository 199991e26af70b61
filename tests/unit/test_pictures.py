"""The pictures of the guides show what the commands say now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from defusedxml import ElementTree
from tests.pictures.__main__ import PICTURES
from tests.pictures.scenes import SCENES, play

GUIDE = PICTURES.parent / "so-danh-ba.md"


@pytest.mark.parametrize("name", SCENES)
def test_a_picture_is_up_to_date(name: str) -> None:
    assert (PICTURES / f"{name}.svg").read_text(encoding="utf-8") == play(SCENES[name]), "run: make pictures"


@pytest.mark.parametrize("path", sorted(PICTURES.iterdir()), ids=lambda path: path.stem)
def test_a_picture_stands_alone(path: Path) -> None:
    assert path.stem in SCENES
    text = path.read_text(encoding="utf-8")
    ElementTree.fromstring(text)
    assert set(re.findall(r"https?://[^\s\"<]+", text)) == {"http://www.w3.org/2000/svg"}


def test_the_guide_shows_every_picture() -> None:
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", GUIDE.read_text(encoding="utf-8"))
    assert set(shown) == {f"hinh/{name}.svg" for name in SCENES}
