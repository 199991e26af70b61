"""What a role stands on, and what of it a host lacks."""

from __future__ import annotations

import grp
import os
import platform
import pwd
from pathlib import Path

import pytest
from ansible_collections.laocai.mail.plugins.module_utils import debian
from ansible_collections.laocai.mail.plugins.module_utils.debian import DEBIAN
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host import prerequisites
from ansible_collections.laocai.mail.plugins.module_utils.host.prerequisites import Group, User

RIGHT = {"VERSION_CODENAME": debian.NAME, "PRETTY_NAME": f"Debian GNU/Linux {debian.NUMBER} ({debian.NAME})"}
BOOKWORM = {"VERSION_CODENAME": "bookworm", "PRETTY_NAME": "Debian GNU/Linux 12 (bookworm)"}
# As useradd(8) makes them here: name, number, primary group, home, shell.
KNOWN = pwd.struct_passwd(("vmail", "x", 985, 984, "", "/srv/vmail", "/usr/sbin/nologin"))
GROUPS = {"vmail": 984, "other": 983}


@pytest.mark.parametrize("release", [BOOKWORM, {}])
def test_another_release_is_refused_with_what_was_found(
    monkeypatch: pytest.MonkeyPatch, release: dict[str, str]
) -> None:
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: release)
    with pytest.raises(Failure) as refused:
        prerequisites.demand_release("postfix", "Postfix 3.10")
    found = release.get("PRETTY_NAME", "?")
    assert refused.value.vi == (
        f"Role postfix cần {DEBIAN} (Postfix 3.10); máy này là {found}. Hãy cài lại máy bằng {DEBIAN}."
    )
    assert f"this host is {found}" in refused.value.en


def test_expected_release_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: RIGHT)
    prerequisites.demand_release("postfix", "Postfix 3.10")


def test_host_without_os_release_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> dict[str, str]:
        raise OSError

    monkeypatch.setattr(platform, "freedesktop_os_release", none)
    with pytest.raises(Failure, match=r"máy này là [?]"):
        prerequisites.demand_release("postfix", "Postfix 3.10")


def test_missing_files_of_earlier_roles_are_named(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.touch()
    missing = prerequisites.missing_paths([str(there), str(tmp_path / "none")])
    assert missing == [str(tmp_path / "none")]
    with pytest.raises(Failure, match="run role tls first"):
        prerequisites.refuse_missing(missing, "tls")
    prerequisites.refuse_missing([], "tls")


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ("postfix installed\nvalkey installed\n", []),
        ("postfix installed\n", ["valkey"]),
        ("postfix installed\nvalkey config-files\n", ["valkey"]),
        ("postfix half-installed\nvalkey installed\n", ["postfix"]),
        ("postfix installed\nvalkey not-installed\n", ["valkey"]),
    ],
)
def test_half_installed_package_counts_as_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, missing: list[str]
) -> None:
    program = tmp_path / "dpkg-query"
    program.write_text(f"#!/bin/sh\nprintf '{said}'\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert prerequisites.missing_packages(["postfix", "valkey"]) == missing
    assert bool(prerequisites.missing_packages(["postfix:amd64"])) == ("postfix" in missing)


def test_dpkg_is_not_run_without_packages_and_its_absence_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert prerequisites.missing_packages([]) == []
    with pytest.raises(Failure, match="dpkg cannot be asked"):
        prerequisites.missing_packages(["postfix"])


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host with one user and two groups."""

    def user(name: str) -> pwd.struct_passwd:
        return {"vmail": KNOWN}[name]

    def group(name: str) -> grp.struct_group:
        return grp.struct_group((name, "x", GROUPS[name], []))

    monkeypatch.setattr(pwd, "getpwnam", user)
    monkeypatch.setattr(grp, "getgrnam", group)


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        (Group("vmail", None), True),
        (Group("vmail", 984), True),
        (Group("vmail", 985), False),
        (Group("none", None), False),
    ],
)
def test_group_is_compared_by_name_and_given_number(wanted: Group, there: bool) -> None:
    assert prerequisites.missing_groups([wanted]) == [wanted] * (not there)


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        (User("vmail", None, None, "/srv/vmail"), True),
        (User("vmail", 985, "vmail", "/srv/vmail"), True),
        (User("vmail", 986, "vmail", "/srv/vmail"), False),
        (User("vmail", 985, "other", "/srv/vmail"), False),
        (User("vmail", 985, "none", "/srv/vmail"), False),
        (User("vmail", 985, "vmail", "/nonexistent"), False),
        (User("none", None, None, "/nonexistent"), False),
    ],
)
def test_user_is_compared_in_every_given_property(wanted: User, there: bool) -> None:
    assert prerequisites.missing_users([wanted]) == [wanted] * (not there)


@pytest.mark.usefixtures("known")
def test_user_with_a_login_shell_counts_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pwd, "getpwnam", lambda _name: pwd.struct_passwd((*KNOWN[:6], "/bin/sh")))
    assert prerequisites.missing_users([User("vmail", None, None, "/srv/vmail")])
