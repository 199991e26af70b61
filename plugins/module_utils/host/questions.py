"""Check a host by commands: compare the output of each with a regular expression.

Runs on the mail host under Debian's Python, so it needs nothing but the standard library.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..failure import Failure

# Untranslated output, whatever the host's language, because the expressions match English messages.
LANGUAGE = {"LC_ALL": "C.UTF-8"}


@dataclass(frozen=True)
class Question:
    """A command, a regular expression that must be found in its output, and what to do where it is not."""

    name: str
    argv: Sequence[str]
    expect: str
    way_out: str = ""

    def __post_init__(self) -> None:
        """Validate the question.

        Raises:
            Failure: `argv` is empty, or `expect` is no valid regular expression.
        """
        if not self.argv:
            raise Failure(f"Câu hỏi {self.name!r} không có lệnh.", f"The question {self.name!r} has no command.")
        try:
            re.compile(self.expect)
        except re.error as error:
            raise Failure(
                f"Biểu thức của câu hỏi {self.name!r} sai: {error}.",
                f"The expression of the question {self.name!r} is wrong: {error}.",
            ) from None


@dataclass(frozen=True)
class Fault:
    """A question that failed: its name, the output of its command, and what to do."""

    name: str
    said: str
    way_out: str


def ask(
    questions: Sequence[Question],
    *,
    tries: int = 1,
    delay: float = 0,
    timeout: float = 120,
    wait: Callable[[float], None] = time.sleep,
) -> list[Fault]:
    """Run all questions, and return the faults in their order.

    Questions that fail are repeated, `tries` times in all, `delay` seconds apart. A command that has not ended after
    `timeout` seconds is killed and counts as failed.
    """
    wrong = _wrong(questions, timeout)
    for _time in range(1, tries):
        if not wrong:
            break
        wait(delay)
        wrong = _wrong([question for question, _said in wrong], timeout)
    return [Fault(question.name, said, question.way_out) for question, said in wrong]


def _wrong(questions: Sequence[Question], timeout: float) -> list[tuple[Question, str]]:
    """Run the questions, and return those that fail, each with its output or the reason."""
    answers = [(question, *_answer(question.argv, timeout)) for question in questions]
    return [
        (question, fault or said) for question, said, fault in answers if fault or not re.search(question.expect, said)
    ]


def _answer(argv: Sequence[str], timeout: float) -> tuple[str, str]:
    """Run a command, and return its stdout and stderr together, and why it could not be run (else empty)."""
    try:
        done = subprocess.run(
            argv,
            check=False,
            capture_output=True,
            env={**os.environ, **LANGUAGE},
            encoding="utf-8",
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=timeout,
        )
    except subprocess.TimeoutExpired:
        return "", f"không trả lời trong {timeout:.0f} giây -- no answer within {timeout:.0f} seconds"
    except (OSError, ValueError) as error:
        return "", str(error)
    return "\n".join(text.rstrip("\r\n") for text in (done.stdout, done.stderr) if text), ""
