"""How what a role stands on is brought about."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.plugin_utils import prerequisites
from ansible_collections.laocai.mail.plugins.plugin_utils.prerequisites import Step

ANSWER = {"package": "slapd", "question": "slapd/no_configuration", "value": "true", "vtype": "boolean"}
USER = {"name": "vmail", "uid": 5000, "group": "vmail", "home": "/srv/vmail"}


def bring(policy: int | None = None, **missing: Any) -> list[Step]:
    wanted = {"packages": ["slapd", "sasl2-bin"], "answers": [ANSWER], "policy": policy}
    return list(prerequisites.steps(wanted, {"packages": [], "groups": [], "users": []} | missing))


def test_nothing_is_run_where_nothing_is_missing() -> None:
    assert bring(101) == []


def test_debconf_is_answered_before_all_packages_of_the_role_are_installed() -> None:
    answer, packages = bring(101, packages=["slapd"])
    assert answer == Step(
        "ansible.builtin.debconf",
        {"name": "slapd", "question": "slapd/no_configuration", "value": "true", "vtype": "boolean"},
    )
    assert packages.module == "ansible.builtin.apt"
    assert packages.arguments["name"] == ["slapd", "sasl2-bin"]
    assert (packages.arguments["policy_rc_d"], packages.arguments["install_recommends"]) == (101, False)


def test_without_a_policy_debians_own_holds() -> None:
    assert "policy_rc_d" not in bring(packages=["slapd"])[-1].arguments


def test_groups_come_after_packages_and_before_users() -> None:
    found = bring(packages=["slapd"], groups=[{"name": "vmail", "gid": None}], users=[USER])
    assert [step.module.rpartition(".")[2] for step in found] == ["debconf", "apt", "group", "user"]
    assert found[2].arguments == {"name": "vmail", "system": True}
    assert found[3].arguments == USER | {"system": True, "create_home": False, "shell": "/usr/sbin/nologin"}


def test_check_mode_does_not_guess_what_apt_would_do() -> None:
    prerequisites.refuse_blind({"packages": [], "apt": False})
    prerequisites.refuse_blind({"packages": ["slapd"], "apt": True})
    with pytest.raises(Failure, match="apt-get install python3-apt"):
        prerequisites.refuse_blind({"packages": ["slapd"], "apt": False})
