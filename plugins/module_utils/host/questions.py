"""Questions to a host: commands, and what their answers must look like.

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

# What is matched are the programs' own words, not those of the host's language.
LANGUAGE = {"LC_ALL": "C.UTF-8"}


@dataclass(frozen=True)
class Question:
    """A command, the regular expression that must be found in what it says, and the way out where it is not."""

    name: str
    argv: Sequence[str]
    expect: str
    way_out: str = ""

    def __post_init__(self) -> None:
        """Refuse what can be neither asked nor compared.

        Raises:
            Failure: there is no command, or the expression is none.
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
    """A question whose answer is not as it must be, and what was said."""

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
    """The faults of the questions, in their order; of what is wrong, each is asked `tries` times at most.

    `delay` seconds are between two times; a command that has not ended after `timeout` seconds is killed, and wrong.
    """
    wrong = _wrong(questions, timeout)
    for _time in range(1, tries):
        if not wrong:
            break
        wait(delay)
        wrong = _wrong([question for question, _said in wrong], timeout)
    return [Fault(question.name, said, question.way_out) for question, said in wrong]


def _wrong(questions: Sequence[Question], timeout: float) -> list[tuple[Question, str]]:
    """Those whose answer is not as it must be, with what was said."""
    answers = [(question, *_answer(question.argv, timeout)) for question in questions]
    return [
        (question, fault or said) for question, said, fault in answers if fault or not re.search(question.expect, said)
    ]


def _answer(argv: Sequence[str], timeout: float) -> tuple[str, str]:
    """What a command says, on both ways, and why it could not be asked (empty where it could)."""
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
