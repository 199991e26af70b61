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


def test_nothing_missing_runs_no_step() -> None:
    assert bring(101) == []


def test_debconf_answers_precede_installation_of_packages() -> None:
    answer, packages = bring(101, packages=["slapd"])
    assert answer == Step(
        "ansible.builtin.debconf",
        {"name": "slapd", "question": "slapd/no_configuration", "value": "true", "vtype": "boolean"},
    )
    assert packages.module == "ansible.builtin.apt"
    assert packages.arguments == {
        "name": ["slapd", "sasl2-bin"],
        "install_recommends": False,
        "policy_rc_d": 101,
        # Another apt may be at work for five minutes, and what the mirror had an hour ago will do.
        "lock_timeout": 300,
        "update_cache": True,
        "cache_valid_time": 3600,
    }


def test_policy_zero_leaves_policy_rc_d_to_debian() -> None:
    assert "policy_rc_d" not in bring(packages=["slapd"])[-1].arguments


def test_groups_are_made_after_packages_and_before_users() -> None:
    found = bring(packages=["slapd"], groups=[{"name": "vmail", "gid": None}], users=[USER])
    assert [step.module.rpartition(".")[2] for step in found] == ["debconf", "apt", "group", "user"]
    assert found[2].arguments == {"name": "vmail", "system": True}
    assert found[3].arguments == USER | {"system": True, "create_home": False, "shell": "/usr/sbin/nologin"}


@pytest.mark.parametrize("nothing", [None, ""])
def test_unset_numbers_are_not_passed_on(nothing: str | None) -> None:
    (step,) = bring(users=[USER | {"uid": None, "group": nothing}])
    assert step.arguments.keys() == {"name", "home", "system", "create_home", "shell"}


def test_result_names_installed_objects_with_diff_and_warnings_of_apt() -> None:
    missing = {"packages": ["slapd"], "groups": [{"name": "vmail"}], "users": [USER]}
    done: list[dict[str, Any]] = [
        {"changed": False},
        {"changed": True, "diff": {"prepared": "slapd"}, "warnings": ["old"]},
        {},
    ]
    assert prerequisites.told(missing, done) == {
        "changed": True,
        "names": ["slapd", "vmail", "vmail"],
        "diff": [{"prepared": "slapd"}],
        "warnings": ["old"],
    }
    assert prerequisites.told(missing, [{"changed": False}]) == {"changed": False}


def test_check_mode_warns_per_host_where_it_stops() -> None:
    one, other = map(prerequisites.where_check_mode_stops, ("mail", "backup"))
    assert one != other  # Ansible shows the same text once, whichever role says it
    assert "The packages of roles are not installed on mail yet" in one


def test_check_mode_without_apt_is_refused() -> None:
    prerequisites.refuse_blind({"packages": [], "apt": False})
    prerequisites.refuse_blind({"packages": ["slapd"], "apt": True})
    with pytest.raises(Failure, match="apt-get install python3-apt"):
        prerequisites.refuse_blind({"packages": ["slapd"], "apt": False})
