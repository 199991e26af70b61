"""What test hosts have otherwise than a real server: one list, with a reason and a real case for each.

`tests/lab/differences.toml` is that list. It has to name what the inventories of test hosts set, what follows from
`test_host`, what single tests set, and which timers are slowed down, and nothing more.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.jobs import AT_BOOT

PROJECT = Path(__file__).resolve().parents[2]
LIST = PROJECT / "tests/lab/differences.toml"
LISTED: Mapping[str, Any] = tomllib.loads(LIST.read_text(encoding="utf-8"))
SHARED = PROJECT / "group_vars/all.yml"
# How a host is reached, and where its files are on the controller: a real server has its own, too.
PLACES = {"register_dir", "private_dir", "province", "province_dir", "mail_host", "mail_domain"}
REACHED = re.compile(r"^ansible_")
COMPUTED = "computed"
SINGLE = {name: entry["why"] for entry in LISTED["single"] for name in entry["names"]}


def yaml_of(path: str) -> Any:
    return yaml.safe_load((PROJECT / path).read_text(encoding="utf-8"))


def set_everywhere() -> Iterator[tuple[str, str, Any]]:
    """Each variable that an inventory of test hosts sets: the file, its name, its value."""
    lab = "inventories/lab/hosts.yml"
    for name, value in yaml_of(lab)["mail"]["hosts"]["mail.laocai.gov.vn"].items():
        yield lab, name, value
    scenarios = sorted((PROJECT / "tests/molecule").glob("*/molecule.yml"))
    for path in [".config/molecule/config.yml", *(str(path.relative_to(PROJECT)) for path in scenarios)]:
        for group in yaml_of(path).get("provisioner", {}).get("inventory", {}).get("group_vars", {}).values():
            for name, value in group.items():
                yield path, name, value


def differs(name: str) -> bool:
    return not REACHED.match(name) and name not in PLACES


SET = [one for one in set_everywhere() if differs(one[1])]
OF_TEST_HOSTS = {
    name for name, value in yaml_of("group_vars/all.yml").items() if re.search(r"\btest_host\b", str(value))
}


def defaults() -> Mapping[str, Any]:
    """What a real server has by the roles, by the shared variables, and by what `danhba init` writes."""
    found: dict[str, Any] = {}
    for path in sorted(PROJECT.glob("roles/*/defaults/main.yml")):
        found |= yaml_of(str(path.relative_to(PROJECT))) or {}
    found |= yaml_of("group_vars/all.yml")
    found |= yaml_of("inventories/single/host_vars/mail.laocai.gov.vn.yml")
    return found


DEFAULTS = defaults()


def set_by_tests() -> Iterator[tuple[str, str]]:
    """Each variable of a host that a file of tests gives to a play or writes into an inventory: the file, its name."""
    files = [
        *(path for path in (PROJECT / "tests/e2e").glob("*.py") if path.name != "test_first_deployment.py"),
        *(PROJECT / "tests/demo").glob("*.py"),
        PROJECT / "tests/support/internet.py",
    ]
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for name in _names(node):
                if name in DEFAULTS and differs(name):
                    yield str(path.relative_to(PROJECT)), name


def _names(node: ast.AST) -> list[str]:
    match node:
        case ast.keyword(arg=str(name)):
            return [name]
        case ast.Dict():
            return [str(key.value) for key in node.keys if isinstance(key, ast.Constant)]
        case ast.Constant(value=str(text)):
            return re.findall(r"(?m)(?:^|-e )([a-z_]+)(?:: |=)", text)
    return []


def test_differences_of_test_hosts_are_listed_and_set() -> None:
    listed = set(LISTED["lab"])
    found = {name for _path, name, _value in SET} | OF_TEST_HOSTS
    assert sorted(found - listed) == [], f"add to {LIST.name}, with a test of each commit that runs the default"
    assert sorted(listed - found) == [], f"is set no more: remove from {LIST.name}"


def test_variables_of_single_tests_are_listed_and_set() -> None:
    listed = SINGLE.keys()
    found = {name for _path, name in set_by_tests()} - set(LISTED["lab"])
    assert sorted(found - listed) == [], f"add to {LIST.name}, with the reason"
    assert sorted(listed - found) == [], f"is set no more: remove from {LIST.name}"


@pytest.mark.parametrize("name", LISTED["lab"])
def test_listed_difference_has_the_actual_default_and_value(name: str) -> None:
    entry = LISTED["lab"][name]
    assert entry.keys() == {"default", "lab", "why", "case"}
    assert entry["default"] == _plain(DEFAULTS[name]), "what a real server has"
    assert entry["lab"] != entry["default"]
    for path, other, value in SET:
        if other == name:
            assert entry["lab"] == (COMPUTED if "{{" in str(value) else value), path


def _plain(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def test_listed_difference_has_a_reason() -> None:
    reasons = [*(entry["why"] for entry in LISTED["lab"].values()), *SINGLE.values()]
    assert [why for why in reasons if len(why) < 20 or not why.endswith(".")] == []
    assert len(SINGLE) == sum(len(entry["names"]) for entry in LISTED["single"]), "no name twice"


def test_slowed_timers_are_all_listed() -> None:
    assert set(LISTED["timers"]["names"]) == set(AT_BOOT)


CASES = sorted({entry["case"] for entry in [*LISTED["lab"].values(), LISTED["timers"]]})


@pytest.mark.parametrize("case", CASES)
def test_test_of_a_default_exists_and_runs_per_commit(case: str) -> None:
    path, _, name = case.partition("::")
    module = ast.parse((PROJECT / path).read_text(encoding="utf-8"))
    found = [node for node in module.body if isinstance(node, ast.FunctionDef) and node.name == name]
    assert found, f"{case} does not exist"
    marks = [ast.unparse(mark) for mark in found[0].decorator_list]
    marks += [ast.unparse(node.value) for node in module.body if isinstance(node, ast.Assign) and _is_marks(node)]
    assert not re.search(r"mark\.(long|skip|xfail)", " ".join(marks)), f"{case} does not run at each commit"


def _is_marks(node: ast.Assign) -> bool:
    return any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets)


def test_first_deployment_sets_no_listed_variable() -> None:
    """It is where defaults run: what it sets are a choice that the guide offers, and servers that are refused."""
    text = (PROJECT / "tests/e2e/test_first_deployment.py").read_text(encoding="utf-8")
    offered = {"tls_mode", "resolver_forwarders"}
    assert [name for name in LISTED["lab"] if name not in offered and re.search(rf"\b{name}\b *[:=]", text)] == []
