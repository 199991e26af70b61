"""The guides show what the commands do now: their pictures, and the commands and options that they name."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click
import pytest
from defusedxml import ElementTree

from danhba.cli import main
from tests.pictures import terminal
from tests.pictures.__main__ import PICTURES
from tests.pictures.scenes import MERGER, SCENES, play

GUIDES = sorted(PICTURES.parent.glob("*.md"))
_IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], click.Command]:
    """Every command by its words, groups too."""
    found: dict[tuple[str, ...], click.Command] = {}
    for name in group.list_commands(click.Context(group)):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        found[(*path, name)] = command
        if isinstance(command, click.Group):
            found |= leaves(command, (*path, name))
    return found


COMMANDS = leaves(main)
OPTIONS = {
    option
    for command in COMMANDS.values()
    for parameter in command.params
    for option in (*parameter.opts, *parameter.secondary_opts)
}


@pytest.mark.parametrize("name", SCENES)
def test_picture_is_up_to_date(name: str) -> None:
    assert (PICTURES / f"{name}.svg").read_text(encoding="utf-8") == play(SCENES[name]), "run: make pictures"


@pytest.mark.parametrize("path", sorted(PICTURES.glob("*.svg")), ids=lambda path: path.stem)
def test_picture_needs_no_other_file(path: Path) -> None:
    assert path.stem in SCENES
    text = path.read_text(encoding="utf-8")
    ElementTree.fromstring(text)
    assert set(re.findall(r"https?://[^\s\"<]+", text)) == {"http://www.w3.org/2000/svg"}
    # Nothing of the place where it was drawn, and nothing that went wrong there.
    assert not re.search(r"/(tmp|home|root|usr)/|Traceback|python", text)


def test_guides_show_every_picture_with_alternative_text() -> None:
    shown = [image for guide in GUIDES for image in _IMAGE.findall(guide.read_text(encoding="utf-8"))]
    # Screenshots of the webmail are the browser test's to make.
    drawn = [(alt, path) for alt, path in shown if path.endswith(".svg")]
    assert {path for _alt, path in drawn} == {f"hinh/{name}.svg" for name in SCENES}
    assert [path for alt, path in drawn if len(alt) < 40] == []


def test_pictures_named_by_guides_exist_and_are_used() -> None:
    """Screenshots too, by every guide and every page of what to do."""
    pages = sorted(PICTURES.parent.rglob("*.md"))
    shown = {(page.parent / path, alt) for page in pages for alt, path in _IMAGE.findall(page.read_text("utf-8"))}
    assert {path.resolve() for path, _alt in shown} == {path for path in PICTURES.rglob("*.*") if path.is_file()}
    assert [str(path) for path, alt in shown if len(alt) < 20] == []


def test_guide_has_the_pictured_reorganisation_file() -> None:
    assert f"```yaml\n{MERGER}```\n" in (PICTURES.parent / "so-danh-ba.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_commands_and_options_in_guides_exist(guide: Path) -> None:
    spans = [span.split() for span in re.findall(r"`([^`\n]+)`", guide.read_text(encoding="utf-8"))]
    commands = [words[1:] for words in spans if words[0] == "danhba" and len(words) > 1]
    assert [words for words in commands if (words[0],) not in COMMANDS] == []
    options = [word for words in [*spans, *commands] for word in words[:1] if word.startswith("--")]
    options += [word for words in commands for word in words if word.startswith("--")]
    git = {"--check", "--diff"}  # ansible-playbook's
    assert {option for option in options if option not in OPTIONS | git} == set()


def program(text: str) -> list[str]:
    return [sys.executable, "-c", text]


def test_terminal_types_each_answer_to_its_question(tmp_path: Path) -> None:
    asks = "print('|'.join([input('Tên: '), input('Ngày: '), input('Ngày: ')]))"
    answers = (("Tên: ", "Hoa"), ("Ngày: ", "1"), ("Ngày: ", "2"))
    shown = terminal.run(program(asks), tmp_path, {}, answers)
    assert shown.splitlines() == ["Tên: Hoa", "Ngày: 1", "Ngày: 2", "Hoa|1|2"]


def test_terminal_fails_without_the_expected_question(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="Ngày"):
        terminal.run(program("input('Tên: ')"), tmp_path, {}, (("Tên: ", "Hoa"), ("Ngày: ", "1")))


def test_terminal_ends_a_hanging_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "_LATEST", 0.3)
    with pytest.raises(TimeoutError):
        terminal.run(program("input('Tên: ')"), tmp_path, {})


def test_terminal_shows_only_the_last_text_of_a_line(tmp_path: Path) -> None:
    draws = r"print('10 %\n\x1b[1A\x1b[2K50 %\r\x1b[2Kdone', end='')"
    assert terminal.run(program(draws), tmp_path, {}) == "done"
