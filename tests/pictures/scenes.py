"""What the pictures show: commands in a copy of the sample register, on a day of their own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.pictures import terminal

SAMPLE = Path(__file__).resolve().parents[2] / "directory"
DANHBA = Path(sys.executable).with_name("danhba")
# Nothing of the machine is in a picture, so that it is the same wherever it is drawn.
ENVIRONMENT = {"LANGUAGE": "vi", "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PS1": "$ "}


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture: a change made beforehand, then commands with the answers that are typed."""

    title: str
    commands: tuple[tuple[str, ...], ...]
    prepare: Callable[[Path], None] | None = None
    answers: tuple[tuple[str, str], ...] = ()


def _mistaken(directory: Path) -> None:
    """An editor's first attempt: a date as on paper, an unknown key, a name with an invisible character."""
    path = directory / "agencies" / "stttt.yml"
    path.write_text(
        path.read_text(encoding="utf-8")
        + '  - id: "000977"\n'
        + "    name: Lò Thị\u200b Mai Hoa\n"
        + "    chuc_vu: Chuyên viên\n"
        + "    opened: {document: 152/QĐ-STTTT, date: 15/3/2026, event: recruited}\n",
        encoding="utf-8",
    )


SCENES = {
    "kiem-tra": Scene("danhba check", (("danhba", "check"),), _mistaken),
    "ten-va-dia-chi": Scene("danhba candidates", (("danhba", "candidates", "Trần Thị Hồng Ngọc"),)),
}


def play(scene: Scene) -> str:
    """Play a scene in a folder of its own; the picture as SVG."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        shutil.copytree(SAMPLE, root / "directory")
        _git(root, "init", "-q", "-b", "main")
        _git(root, "add", ".")
        _git(root, "commit", "-q", "-m", "Sổ danh bạ")
        if scene.prepare:
            scene.prepare(root / "directory")
        environment = {**ENVIRONMENT, "XDG_CACHE_HOME": str(root / "cache")}
        shown = ""
        for command in scene.commands:
            typed = " ".join(f'"{word}"' if " " in word else word for word in command)
            words = [str(DANHBA) if word == "danhba" else word for word in command]
            shown += f"\x1b[1m$ {typed}\x1b[0m\n" + terminal.run(words, root, environment, scene.answers)
        return terminal.draw(shown, scene.title)


def _git(root: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=Danh bạ", "-c", "user.email=danhba@example.org")
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, capture_output=True)
