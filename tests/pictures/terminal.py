"""A terminal that remembers what was shown, and draws it."""

from __future__ import annotations

import io
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from fcntl import ioctl
from pathlib import Path

from rich.console import Console, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.terminal_theme import DIMMED_MONOKAI, TerminalTheme
from rich.text import Text
from rich.theme import Theme

COLUMNS = 110
_LATEST = 60.0
# The page of a forge: dark on nearly white. A terminal's sixteen colours are not used on it.
_PAPER = TerminalTheme((246, 248, 250), (31, 35, 40), [(31, 35, 40)] * 8)
_STYLES = Theme(
    {
        "markdown.h2": "bold",
        "markdown.h3": "bold",
        "markdown.code": "on #e4e8ec",
        "markdown.table.header": "bold",
        "markdown.table.border": "",
        "markdown.item.bullet": "",
        "markdown.block_quote": "",
    }
)
# What rich's template asks a font server for is left out, for a picture loads nothing; and what cuts off the last line.
_TEMPLATE = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" xml:space="preserve">
<style>
.{unique_id}-matrix {{ font-family: "DejaVu Sans Mono", Menlo, Consolas, "Liberation Mono", monospace;
font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 18px; font-family: sans-serif; }}
{styles}
</style>
<defs>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def run(
    command: Sequence[str],
    cwd: Path,
    environment: Mapping[str, str],
    answers: Sequence[tuple[str, str]] = (),
    columns: int = COLUMNS,
) -> str:
    """What a command shows at a terminal; each of the answers is typed when its question has appeared.

    Raises:
        TimeoutError: the command did not end.
        LookupError: it ended without asking all questions.
    """
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(cwd)
        os.execvpe(command[0], list(command), within(environment))  # noqa: S606
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    shown, waiting, asked = b"", list(answers), 0
    end = time.monotonic() + _LATEST
    try:
        while True:
            if not select.select([terminal], [], [], max(0.0, end - time.monotonic()))[0]:
                raise TimeoutError(shown.decode(errors="replace"))
            try:
                shown += os.read(terminal, 65536)
            except OSError:  # the other side has gone
                break
            question = waiting[0][0].encode() if waiting else b""
            if waiting and question in shown[asked:]:
                asked = shown.index(question, asked) + len(question)
                os.write(terminal, (waiting.pop(0)[1] + "\n").encode())
    except BaseException:
        os.kill(pid, signal.SIGKILL)
        raise
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)
    if waiting:
        raise LookupError(f"{waiting[0][0]!r} was not asked: {shown.decode(errors='replace')}")
    return _settled(shown.decode(errors="replace"))


def within(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment that has nothing else of this process's than where programs are."""
    return {"PATH": os.environ.get("PATH", os.defpath), **environment}


def _settled(shown: str) -> str:
    """As it stands in the end, with progress bars overwritten and taken away."""
    kept: list[str] = []
    for line in shown.replace("\r\n", "\n").split("\n"):
        del kept[len(kept) - line.count("\x1b[1A") :]
        kept.append(re.split(r"\r|\x1b\[1A|\x1b\[2K", line)[-1])
    return re.sub(r"\x1b\[\?25[hl]", "", "\n".join(kept))


def draw(shown: str, title: str, columns: int = COLUMNS) -> str:
    """A terminal's text with its colours as SVG."""
    return _drawn(Text.from_ansi(shown.rstrip()), title, DIMMED_MONOKAI, columns)


def draw_markdown(text: str, title: str, columns: int = COLUMNS) -> str:
    """A comment in Markdown about as a forge shows it, with what it folds unfolded, as SVG."""
    unfolded = re.sub(r"</?details>", "", re.sub(r"<summary>(.*?)</summary>", r"▾ \1", text))
    shown = Markdown(re.sub(r"<!--.*?-->", "", unfolded).strip(), code_theme="default")
    return _drawn(Padding(shown, (0, 1)), title, _PAPER, columns)


def _drawn(shown: RenderableType, title: str, theme: TerminalTheme, columns: int) -> str:
    console = Console(
        record=True, width=columns, file=io.StringIO(), force_terminal=True, color_system="truecolor", theme=_STYLES
    )
    console.print(shown)
    return console.export_svg(title=title, theme=theme, code_format=_TEMPLATE, unique_id="hinh")
