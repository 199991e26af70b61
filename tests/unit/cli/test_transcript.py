"""The transcript of a clerk's day (`day.txt`): it is what the commands say now, and it has no word of git's."""

from __future__ import annotations

import re

import pytest

from tests.pictures import day

_GIT = re.compile(r"\b(git|commit|branch|nhánh|merge|rebase|push|pull|checkout|HEAD|origin)\b")


def test_transcript_of_the_ten_jobs_has_no_word_of_git() -> None:
    text = day.TRANSCRIPT.read_text("utf-8")
    assert [line for line in text.splitlines() if _GIT.search(line)] == []
    assert [step.heading[:3] for step in day.DAY if re.match(r"\d+\. ", step.heading)] == [
        f"{number}. "[:3] for number in range(1, 11)
    ]


@pytest.mark.long
def test_transcript_is_what_the_commands_say_now() -> None:
    """`python -m tests.pictures.day` writes it anew."""
    assert day.play() == day.TRANSCRIPT.read_text("utf-8")
