"""Questions to a host: which answers are as they must be, how often is asked, and what cannot be asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host.questions import Fault, Question, ask


def said(argv: list[str], expect: str = "^$") -> list[str]:
    """What was said where it was not as it must be."""
    return [fault.said for fault in ask([Question("what", argv, expect, "way")])]


@pytest.mark.parametrize(
    ("argv", "expect"),
    [
        (["echo", "active"], "^active$"),
        (["printf", "active\\nactive\\n"], r"^active\nactive$"),
        (["sh", "-c", "echo no >&2; exit 3"], "^no$"),
        (["sh", "-c", "echo out; echo err >&2"], r"^out\nerr$"),
        (["true"], "^$"),
        (["sh", "-c", "echo $LC_ALL"], "^C.UTF-8$"),
        (["cat"], "^$"),  # there is nothing to read
        (["printf", r"\377"], "^\ufffd$"),
    ],
)
def test_pattern_found_in_stdout_or_stderr_passes(argv: list[str], expect: str) -> None:
    assert said(argv, expect) == []


@pytest.mark.parametrize(
    ("argv", "answer"),
    [
        (["echo", "inactive"], "inactive"),
        (["sh", "-c", "echo out; echo err >&2; exit 1"], "out\nerr"),
        (["no-such-command"], "[Errno 2] No such file or directory: 'no-such-command'"),
        (["echo", "a\0b"], "embedded null byte"),
    ],
)
def test_other_output_is_a_fault_with_the_output(argv: list[str], answer: str) -> None:
    assert said(argv, "^active$") == [answer]


def test_command_that_cannot_run_is_a_fault_for_any_pattern() -> None:
    assert said(["no-such-command"], "")


def test_hanging_command_is_killed_and_a_fault() -> None:
    [fault] = ask([Question("slow", ["sleep", "60"], "", "wait")], timeout=0.2)
    assert "no answer within 0 seconds" in fault.said
    assert (fault.name, fault.way_out) == ("slow", "wait")


def test_faults_keep_the_order_of_the_questions() -> None:
    asked = [Question(name, ["echo", name], "^b$", f"way of {name}") for name in "abc"]
    assert ask(asked) == [Fault("a", "a", "way of a"), Fault("c", "c", "way of c")]


class Host:
    """A host that is well after some time; what it was asked is in a file, a line each time."""

    def __init__(self, folder: Path) -> None:
        self.asked, self.well = folder / "asked", folder / "well"
        self.waited: list[float] = []

    def question(self, name: str, test: str) -> Question:
        return Question(name, ["sh", "-c", f"echo {name} >> {self.asked}; {test} || echo ill"], "^$")

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        if len(self.waited) == 2:
            self.well.touch()


def test_only_failed_questions_are_repeated(tmp_path: Path) -> None:
    host = Host(tmp_path)
    asked = [host.question("right", "true"), host.question("late", f"test -e {host.well}")]
    assert ask(asked, tries=6, delay=5, wait=host.wait) == []
    assert host.asked.read_text().split() == ["right", "late", "late", "late"]
    assert host.waited == [5, 5]


def test_questions_are_asked_at_most_the_given_number_of_tries(tmp_path: Path) -> None:
    host = Host(tmp_path)
    [fault] = ask([host.question("never", "false")], tries=2, wait=host.wait)
    assert fault.said == "ill"
    assert host.asked.read_text().split() == ["never", "never"]


def test_question_without_command_or_with_invalid_pattern_is_refused() -> None:
    with pytest.raises(Failure, match="The question 'what' has no command"):
        Question("what", [], "")
    with pytest.raises(Failure, match="The expression of the question 'what' is wrong: "):
        Question("what", ["true"], "(")
