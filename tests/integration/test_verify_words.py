"""What verify.yml makes of the answers: DNS is a result of its own, and who is told to try later has asked nothing."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from .conftest import PROJECT, Ansible

PASSED = {"passed": True, "faults": [], "failed": False}
LIMIT = "said 'MAIL FROM:<probe@example.org>', expected '^250', got '450 4.7.1 Error: too much mail from 10.233.0.1'"
GREETED = "the connection ended after b'421 4.7.0 Error: too many connections from 10.233.0.1'"
BUSY = "said 'RCPT TO:<a@b.vn>', expected '^550.5[.]1[.]1', got '451 4.3.0 temporary lookup failure'"
WRONG = "said 'RCPT TO:<a@b.vn>', expected '^550.5[.]1[.]1', got '250 2.1.5 Ok'"
BY_HAND = "Postfix's settings were changed by hand"


def rendered(ansible: Ansible, name: str, **answers: Any) -> Any:
    """A variable of playbooks/vars/verify.yml with these answers of its questions."""
    known = yaml.safe_load((PROJECT / "playbooks/vars/verify.yml").read_text(encoding="utf-8"))
    right = {
        "verify_probed": PASSED,
        "verify_answered": PASSED,
        "verify_elsewhere": {"results": []},
        "verify_migrations": {"failed": False},
        "verify_accounts": {"failed": False},
    }
    variables = {**known, **right, **answers}
    done = ansible.run("ansible.builtin.debug", {"msg": "{{ " + name + " }}"}, variables=variables)
    return done.result["msg"]


def probed(said: str) -> dict[str, Any]:
    fault = {"name": "relaying is refused on port 25", "said": said, "way_out": BY_HAND}
    return {"passed": False, "failed": True, "faults": [fault]}


@pytest.mark.parametrize(
    ("dns", "state", "failed"),
    [
        ({}, "unwanted", False),
        ({"dns_asked": {"skipped": True}}, "unwanted", False),
        ({"dns_asked": {"failed": True, "asked": False, "msg": "Không biết máy chủ tên nào"}}, "unasked", False),
        ({"dns_asked": {"failed": False, "asked": False, "faults": 24, "table": []}}, "unasked", False),
        ({"dns_asked": {"failed": False, "asked": True, "faults": 2, "table": ["✗ MX    x"]}}, "wrong", True),
        ({"dns_asked": {"failed": True, "msg": "dns_addresses: no address"}}, "wrong", True),
        ({"dns_asked": {"failed": False, "asked": True, "faults": 0, "table": []}}, "right", False),
    ],
)
def test_verify_dns_is_a_result_of_its_own(ansible: Ansible, dns: dict[str, Any], state: str, failed: bool) -> None:
    found = rendered(ansible, "[verify_dns_state, verify_failed, verify_dns_said]", **dns)
    assert found[:2] == [state, failed]
    assert ("DNS WAS NOT ASKED" in found[2]) == (state == "unasked")


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        (LIMIT, "this address has asked port 25 too often"),
        (GREETED, "this address has asked port 25 too often"),
        (BUSY, "the server asks to try later (4xx)"),
    ],
)
def test_verify_names_a_question_that_was_put_off_as_not_asked(ansible: Ansible, said: str, advice: str) -> None:
    report = rendered(ansible, "verify_report", verify_probed=probed(said))
    assert "- CHƯA HỎI ĐƯỢC / NOT ASKED: relaying is refused on port 25" in report
    assert advice in report
    assert BY_HAND not in report
    assert rendered(ansible, "verify_failed", verify_probed=probed(said)) is True


def test_verify_names_a_wrong_answer_with_its_own_way_out(ansible: Ansible) -> None:
    report = rendered(ansible, "verify_report", verify_probed=probed(WRONG))
    assert "NOT ASKED" not in report.replace("DNS was not asked", "")
    assert BY_HAND in report
