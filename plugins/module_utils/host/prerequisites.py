"""What a role stands on, asked of its host at once: the release, what earlier roles leave, packages, groups, users.

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
    """A group of the system; `gid` is of no matter where it is None."""

    name: str
    gid: int | None


@dataclass(frozen=True)
class User:
    """A user of the system who signs in nowhere; `uid` and `group`, the primary one, are of no matter where None."""

    name: str
    uid: int | None
    group: str | None
    home: str


def demand_release(role: str, needs: str) -> None:
    """Refuse a host that does not run `DEBIAN`, which the role needs for what `needs` says, such as Dovecot 2.4.

    Raises:
        Failure: it is not.
    """
    known = _release()
    if known.get("VERSION_CODENAME") != NAME:
        found = known.get("PRETTY_NAME", "?")
        raise Failure(
            f"Role {role} cần {DEBIAN} ({needs}); máy này là {found}. Hãy cài lại máy bằng {DEBIAN}.",
            f"Role {role} needs {DEBIAN} ({needs}); this host is {found}. Reinstall it with {DEBIAN}.",
        )


def can_ask_apt() -> bool:
    """Whether Ansible can ask apt: its library for Python is there."""
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
    """Those of some paths that are not there."""
    return [path for path in paths if not Path(path).exists()]


def refuse_missing(paths: Sequence[str], before: str) -> None:
    """Refuse a host that lacks what the roles `before` leave.

    Raises:
        Failure: there are such paths.
    """
    if paths:
        what = ", ".join(paths)
        raise Failure(
            f"Chưa có {what}: chạy role {before} trước (playbooks/site.yml làm đúng thứ tự).",
            f"{what} is missing: run role {before} first (playbooks/site.yml keeps the order).",
        )


def missing_packages(names: Sequence[str]) -> list[str]:
    """Those of some packages of Debian that are not installed.

    Raises:
        Failure: there is no dpkg.
    """
    if not names:
        return []
    command = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *names]
    try:
        # It ends with status 1 where it does not know one of them.
        said = subprocess.run(command, check=False, text=True, capture_output=True).stdout
    except OSError as error:
        raise Failure(f"Không hỏi được dpkg: {error}", f"dpkg cannot be asked: {error}") from error
    installed = {line.split()[0] for line in said.splitlines() if line.endswith(" installed")}
    # Of an architecture of its own, as in libc6:amd64, a package has the same name.
    return [name for name in names if name.partition(":")[0] not in installed]


def missing_groups(groups: Sequence[Group]) -> list[Group]:
    """Those of some groups that are not there as they should be."""
    return [group for group in groups if not _is_there(group)]


def _is_there(group: Group) -> bool:
    try:
        found = grp.getgrnam(group.name)
    except KeyError:
        return False
    return group.gid in (None, found.gr_gid)


def missing_users(users: Sequence[User]) -> list[User]:
    """Those of some users who are not there as they should be."""
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
