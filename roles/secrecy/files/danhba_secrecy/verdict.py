"""What a scan tells: the verdict, the marks and where they stand, and what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

CLEAN: Literal["clean"] = "clean"
MARKED: Literal["marked"] = "marked"
UNREADABLE: Literal["unreadable"] = "unreadable"

# Between the steps of a path to a mark: "báo-cáo.zip › công văn.docx › header".
STEP = " › "
# A step is a name that somebody has chosen; of a longer one so much shows which it is.
_LONGEST = 120


class Why(StrEnum):
    """Why a content could not be read; the values are for ever, as messages and tables hold them."""

    ENCRYPTED = "encrypted"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    LARGE = "too-large"
    MANY = "too-many"
    DEEP = "too-deep"
    LONG = "too-long"
    PROGRAM = "program-missing"

    def __str__(self) -> str:
        return str(self.value)


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark: `level` is ``mat``, ``toi-mat`` or ``tuyet-mat``, `where` a path, `text` the mark in NFC."""

    level: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What could not be read (a path; empty: all of it), and why."""

    where: str
    why: Why

    def __str__(self) -> str:
        return f"{self.why}: {self.where}" if self.where else str(self.why)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`verdict` is ``clean``, ``marked`` or ``unreadable``; a mark counts more than what is unreadable beside it.

    `files` is SHA-256 in hexadecimal of each attachment of a mail, as it would be saved.
    """

    marks: tuple[Mark, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    files: tuple[str, ...] = ()

    @property
    def verdict(self) -> Literal["clean", "marked", "unreadable"]:
        """The word for it."""
        return MARKED if self.marks else UNREADABLE if self.obstacles else CLEAN

    @property
    def reason(self) -> str:
        """The first thing that could not be read, ``encrypted: kế hoạch.zip``; empty where all was."""
        return str(self.obstacles[0]) if self.obstacles else ""

    def data(self) -> dict[str, Any]:
        """It as JSON has it."""
        marks = [{"level": mark.level, "where": mark.where, "text": mark.text} for mark in self.marks]
        return {"verdict": self.verdict, "marks": marks, "reason": self.reason}


def path(where: tuple[str, ...]) -> str:
    """The steps of a path as one text, with nothing that steers a terminal or a log."""
    return STEP.join(_shown(step) for step in where if step)


def _shown(step: str) -> str:
    shown = step if len(step) <= _LONGEST else step[:_LONGEST] + "…"
    return shown if shown.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in shown)
