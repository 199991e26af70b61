"""Check a role's prerequisites on its host: Debian release, files of earlier roles, packages, groups and users.

Runs on the mail host under Debian's Python, so it needs nothing but the standard library.
"""

from __future__ import annotations

import grp
import importlib
import platform
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..debian import DEBIAN, NAME
from ..failure import Failure

SHELL = "/usr/sbin/nologin"


@dataclass(frozen=True)
class Group:
    """A system group; with `gid` None, any number is accepted."""

    name: str
    gid: int | None


@dataclass(frozen=True)
class User:
    """A system user without a login shell; with `uid` or `group` (the primary group) None, any value is accepted."""

    name: str
    uid: int | None
    group: str | None
    home: str


def demand_release(role: str, needs: str) -> None:
    """Refuse a host with another release than `DEBIAN`; `needs` is why the role needs it, such as "Dovecot 2.4".

    Raises:
        Failure: the host runs another release.
    """
    known = _release()
    if known.get("VERSION_CODENAME") != NAME:
        found = known.get("PRETTY_NAME", "?")
        raise Failure(
            f"Role {role} cần {DEBIAN} ({needs}); máy này là {found}. Hãy cài lại máy bằng {DEBIAN}.",
            f"Role {role} needs {DEBIAN} ({needs}); this host is {found}. Reinstall it with {DEBIAN}.",
        )


def can_ask_apt() -> bool:
    """Return whether the module ansible.builtin.apt works here, that is, whether python3-apt is installed."""
    try:
        importlib.import_module("apt")
    except ImportError:
        return False
    return True


def _release() -> dict[str, str]:
    try:
        return platform.freedesktop_os_release()
    except OSError:
        return {}


def missing_paths(paths: Sequence[str]) -> list[str]:
    """Return the paths that do not exist."""
    return [path for path in paths if not Path(path).exists()]


def refuse_missing(paths: Sequence[str], before: str) -> None:
    """Refuse a host that lacks files of earlier roles; `before` are the names of these roles, for the message.

    Raises:
        Failure: `paths`, the missing ones, is not empty.
    """
    if paths:
        what = ", ".join(paths)
        raise Failure(
            f"Chưa có {what}: chạy role {before} trước (playbooks/site.yml làm đúng thứ tự).",
            f"{what} is missing: run role {before} first (playbooks/site.yml keeps the order).",
        )


def missing_packages(names: Sequence[str]) -> list[str]:
    """Return the names of Debian packages that are not installed.

    Raises:
        Failure: dpkg-query cannot be run.
    """
    if not names:
        return []
    command = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *names]
    try:
        # Exits with status 1 if it does not know one of the packages, so the status is ignored.
        said = subprocess.run(command, check=False, text=True, capture_output=True).stdout
    except OSError as error:
        raise Failure(f"Không hỏi được dpkg: {error}", f"dpkg cannot be asked: {error}") from error
    installed = {line.split()[0] for line in said.splitlines() if line.endswith(" installed")}
    # A name with an architecture, such as libc6:amd64, is listed without it.
    return [name for name in names if name.partition(":")[0] not in installed]


def missing_groups(groups: Sequence[Group]) -> list[Group]:
    """Return the groups that do not exist, or have another number."""
    return [group for group in groups if not _is_there(group)]


def _is_there(group: Group) -> bool:
    try:
        found = grp.getgrnam(group.name)
    except KeyError:
        return False
    return group.gid in (None, found.gr_gid)


def missing_users(users: Sequence[User]) -> list[User]:
    """Return the users that do not exist, or have another number, primary group, home or shell."""
    return [user for user in users if not _is_known(user)]


def _is_known(user: User) -> bool:
    try:
        found = pwd.getpwnam(user.name)
        group = grp.getgrnam(user.group).gr_gid if user.group else found.pw_gid
    except KeyError:
        return False
    return (found.pw_uid, found.pw_gid, found.pw_dir, found.pw_shell) == (
        found.pw_uid if user.uid is None else user.uid,
        group,
        user.home,
        SHELL,
    )
