"""The steps that install a role's prerequisites: Ansible's modules in their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from ..module_utils.failure import Failure
from ..module_utils.host.prerequisites import SHELL

# Seconds to wait for another apt, such as the host's own updates; and maximum age of the package lists.
LOCK_TIMEOUT, CACHE_VALID_TIME = 300, 3600


class Step(NamedTuple):
    """One run of a module on the host."""

    module: str
    arguments: dict[str, Any]


def steps(wanted: Mapping[str, Any], missing: Mapping[str, Any]) -> Iterator[Step]:
    """Yield the steps for what is missing; `wanted` are the options of `laocai.mail.prerequisites`."""
    if missing["packages"]:
        for answer in wanted["answers"]:
            named = {name: answer[name] for name in ("question", "value", "vtype")}
            yield Step("ansible.builtin.debconf", {"name": answer["package"], **named})
        yield Step("ansible.builtin.apt", _packages(wanted))
    # After the packages, some of which create groups.
    for group in missing["groups"]:
        yield Step("ansible.builtin.group", _given(group, "name", "gid") | {"system": True})
    for user in missing["users"]:
        yield Step(
            "ansible.builtin.user",
            _given(user, "name", "uid", "group", "home") | {"system": True, "create_home": False, "shell": SHELL},
        )


def _packages(wanted: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": wanted["packages"],
        "install_recommends": False,
        "update_cache": True,
        "cache_valid_time": CACHE_VALID_TIME,
        "lock_timeout": LOCK_TIMEOUT,
    } | ({"policy_rc_d": wanted["policy"]} if wanted["policy"] else {})


def _given(one: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: one[name] for name in names if one[name] not in (None, "")}


def refuse_blind(missing: Mapping[str, Any]) -> None:
    """Refuse to predict what packages would bring if apt cannot be asked.

    Raises:
        Failure: packages are missing, and Ansible's library for apt is.
    """
    if missing["packages"] and not missing["apt"]:
        raise Failure(
            "Máy chưa có gói python3-apt nên chế độ thử không hỏi được apt. Chạy thật lần đầu (tự cài gói này), hoặc "
            'chạy "apt-get install python3-apt" trên máy.',
            "The host has no python3-apt, so check mode cannot ask apt. Run once for real (which installs it), or run "
            '"apt-get install python3-apt" there.',
        )


def where_check_mode_stops(host: str) -> str:
    """Return the warning about missing packages, the same for every role, so that Ansible shows it once."""
    return (
        f"{host} chưa có gói của các role, nên chế độ thử dừng ở đó: chạy thật lần đầu, sau đó --check cho thấy mọi "
        f"thay đổi.\nThe packages of roles are not installed on {host} yet, so check mode stops there: run once for "
        "real, then --check shows every change."
    )


def told(missing: Mapping[str, Any], done: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the result of the steps: names of what was changed, diffs and warnings."""
    if not any(one.get("changed") for one in done):
        return {"changed": False}
    names = [*missing["packages"], *(one["name"] for kind in ("groups", "users") for one in missing[kind])]
    shown = {
        key: [item for one in done for item in _listed(one.get(key))] for key in ("diff", "warnings", "deprecations")
    }
    return {"changed": True, "names": names, **{key: items for key, items in shown.items() if items}}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []
