"""laocai.mail.questions: asked of this machine, it tells all that is not as it must be, and nothing else."""

from __future__ import annotations

import pytest

from .conftest import Ansible

MODULE = "laocai.mail.questions"
QUESTIONS = [
    {"name": "it answers", "argv": ["echo", "yes"], "expect": "^yes$"},
    {"name": "it is well", "argv": ["echo", "no"], "expect": "^yes$", "way_out": "mend it"},
    {"name": "it is there", "argv": ["no-such-command"], "expect": ""},
]


@pytest.mark.parametrize("check", [False, True])
def test_all_faults_are_told_at_once_in_check_mode_too(ansible: Ansible, check: bool) -> None:
    done = ansible.run(MODULE, {"questions": QUESTIONS}, check=check)
    assert (done.status, done.changed) == (0, False), done.output
    assert (done.result["passed"], done.result["asked"]) == (False, [question["name"] for question in QUESTIONS])
    well, there = done.result["faults"]
    assert well == {"name": "it is well", "said": "no", "way_out": "mend it"}
    assert (there["name"], there["way_out"]) == ("it is there", "")


def test_nothing_is_told_where_all_is_as_it_must_be(ansible: Ansible) -> None:
    done = ansible.run(MODULE, {"questions": QUESTIONS[:1], "tries": 2})
    assert (done.result["passed"], done.result["faults"]) == (True, []), done.output


def test_an_expression_that_is_none_is_refused(ansible: Ansible) -> None:
    done = ansible.run(MODULE, {"questions": [{"name": "what", "argv": ["true"], "expect": "("}]})
    done.assert_refused("Biểu thức của câu hỏi 'what' sai", "The expression of the question 'what' is wrong")
