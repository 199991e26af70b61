"""Predict whether users could still sign in by ssh and become root after a change of sshd's settings.

sshd itself is asked (`sshd -t`, `sshd -T -C`) with a copy of its settings that contains the new file. sshd does not
tell whether it would accept one of a user's keys; that is checked here by its rules (sshd(8), AUTHORIZED_KEYS FILE
FORMAT; sshd_config(5), StrictModes). Nothing is changed.
"""

from __future__ import annotations

import grp
import ipaddress
import os
import pwd
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

SHELL_LESS = ("nologin", "false")
# Values that `sshd -T` prints under another name.
_SAME = {"prohibit-password": "without-password"}
_KEY = re.compile(r"(?:^|\s)((?:sk-)?(?:ssh|ecdsa)-\S+)\s+([A-Za-z0-9+/]+=*)")
_OPTION = re.compile(r'([A-Za-z-]+)(?:="((?:[^"\\]|\\.)*)")?(?:,|$)')
_BECOMES_ROOT = re.compile(r"^\s*\((?:ALL|root)(?:\s*:[^)]*)?\)\s", re.MULTILINE)
_MOMENT = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_FEW = 5  # most refused keys listed in a message


class Fault(NamedTuple):
    """A reason why somebody would be locked out, and the way out, in Vietnamese and English."""

    vi: str
    en: str


@dataclass(frozen=True)
class Who:
    """A login: the user, the client's address, and the address and port of this host."""

    user: str
    address: str
    host_address: str = ""
    port: int = 22

    @property
    def as_asked(self) -> str:
        """The connection in the form of `sshd -C`; the client's host name is its address, as with UseDNS no."""
        to = f",laddr={self.host_address},lport={self.port}" if self.host_address else ""
        return f"user={self.user},host={self.address},addr={self.address}{to}"


Settings = Mapping[str, Sequence[str]]
"""sshd's effective settings: the values of each keyword (in lower case), in the order that sshd prints them."""


@contextmanager
def candidate(path: Path, text: str) -> Iterator[Path]:
    """Copy sshd's settings to a temporary folder, with the new file in place; yield the path of that `sshd_config`."""
    with TemporaryDirectory(prefix="danhba-ssh-") as folder:
        copy = Path(folder, path.parent.name)
        if path.parent.is_dir():
            shutil.copytree(path.parent, copy)
        copy.mkdir(exist_ok=True)
        (copy / path.name).write_text(text, encoding="utf-8")
        whole = (path.parents[1] / "sshd_config").read_text(encoding="utf-8", errors="surrogateescape")
        config = Path(folder, "sshd_config")
        config.write_text(whole.replace(str(path.parent), str(copy)), encoding="utf-8", errors="surrogateescape")
        yield config


def judge(path: Path, text: str, who: Who, *, others: Sequence[str] = (), sudo: bool = False) -> list[Fault]:
    """Return why users would be locked out if `text` were written to `path` in `sshd_config.d`; empty: nobody is.

    Checks `who`, and the users in `others` from the same address. With `sudo`, `who` also has to become root by sudo.
    """
    with candidate(path, text) as config:
        if said := _objection(config, path.parents[1]):
            return [
                Fault(f"sshd không nhận thiết lập mới: {said}", f"sshd does not take the new settings: {said}"),
            ]
        settings = effective(config, who)
        faults = [*_not_in_force(path.parents[1], text, settings), *_shut_out(who, settings, sudo=sudo)]
        for user in others:
            other = Who(user, who.address, who.host_address, who.port)
            faults += _shut_out(other, effective(config, other), sudo=False)
    return faults


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, capture_output=True, text=True, check=False, errors="replace")


def _sshd(*words: str) -> subprocess.CompletedProcess[str]:
    """Run sshd by its absolute path: it refuses to start by a relative one."""
    return _run(shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin") or "/usr/sbin/sshd", *words)


def _objection(config: Path, folder: Path) -> str:
    done = _sshd("-t", "-f", str(config))
    said = " ".join((done.stdout + done.stderr).split()).replace(str(config.parent), str(folder))
    return said or f"status {done.returncode}" if done.returncode else ""


def effective(config: Path, who: Who) -> Settings:
    """Return sshd's effective settings for a login, by `sshd -T`."""
    found: dict[str, list[str]] = {}
    for line in _sshd("-T", "-f", str(config), "-C", who.as_asked).stdout.splitlines():
        keyword, _, value = line.partition(" ")
        found.setdefault(keyword.lower(), []).append(value)
    return found


def wanted(text: str) -> dict[str, str]:
    """Parse a settings file without `Match`: its values by keyword, in lower case."""
    lines = (line.split(None, 1) for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    return {keyword.lower(): " ".join(value.split()) for keyword, value in lines}


def _not_in_force(folder: Path, text: str, settings: Settings) -> Iterator[Fault]:
    """Yield a fault for each setting that another file overrides: sshd uses a keyword's first value, or a `Match`'s."""
    for keyword, value in wanted(text).items():
        found = " ".join(settings.get(keyword, []))
        if _plain(found) != _plain(value):
            yield Fault(
                f"{keyword} vẫn là {found or '?'}, không phải {value}: một tệp khác trong {folder} đặt trước, hoặc"
                f" sshd_config không có Include. Bỏ dòng ấy, hoặc đặt hardening_ssh: false.",
                f"{keyword} stays {found or '?'}, and not {value}: another file in {folder} says so first, or"
                f" sshd_config has no Include. Remove that line, or set hardening_ssh: false.",
            )


def _plain(value: str) -> str:
    return " ".join(_SAME.get(word, word) for word in value.lower().split())


def _shut_out(who: Who, settings: Settings, *, sudo: bool) -> Iterator[Fault]:
    """Yield the reasons why a login would be refused, or the user could not become root."""
    user = who.user
    try:
        account = pwd.getpwnam(user)
    except KeyError:
        yield Fault(f"Máy không có người dùng {user}.", f"This host has no user {user}.")
        return
    if not allowed(who, settings, _groups(account)):
        yield Fault(
            f"{user} (từ {who.address}) sẽ không được vào: thêm vào hardening_ssh_users, hoặc vào một nhóm trong"
            f" hardening_ssh_groups; xem cả DenyUsers, DenyGroups.",
            f"{user} (from {who.address}) would not be let in: add it to hardening_ssh_users, or to a group of"
            f" hardening_ssh_groups; see DenyUsers and DenyGroups too.",
        )
    if user == "root" and settings.get("permitrootlogin", [""])[0] not in ("yes", "without-password"):
        yield Fault(
            "root sẽ không được vào, mà Ansible đang vào bằng root: lập một người dùng có sudo, đặt ansible_user là"
            " người ấy, rồi mới đặt hardening_ssh_root: false.",
            "root would not be let in, and Ansible comes as root: make a user who may use sudo, let ansible_user be"
            " that one, and only then set hardening_ssh_root: false.",
        )
    if account.pw_shell.rpartition("/")[2] in SHELL_LESS:
        yield Fault(f"{user} không có shell ({account.pw_shell}).", f"{user} has no shell ({account.pw_shell}).")
    yield from _without_key(who, account, settings)
    if sudo and not _BECOMES_ROOT.search(_run("sudo", "-n", "-l", "-U", user).stdout):
        yield Fault(
            f"{user} không được dùng sudo để thành root: cấp quyền ấy (nhóm sudo) trước.",
            f"{user} may not become root by sudo: grant that first (group sudo).",
        )


def _groups(account: pwd.struct_passwd) -> list[str]:
    return [grp.getgrgid(number).gr_name for number in os.getgrouplist(account.pw_name, account.pw_gid)]


def allowed(who: Who, settings: Settings, groups: Sequence[str]) -> bool:
    """Return whether AllowUsers, DenyUsers, AllowGroups and DenyGroups permit a login (sshd_config(5))."""

    def lists(keyword: str) -> list[str]:
        return " ".join(settings.get(keyword, [])).split()

    def named(patterns: Sequence[str]) -> bool:
        return any(_is_user(pattern, who) for pattern in patterns)

    def grouped(patterns: Sequence[str]) -> bool:
        return any(fnmatchcase(group, pattern) for group in groups for pattern in patterns)

    if named(lists("denyusers")) or grouped(lists("denygroups")):
        return False
    users, of_groups = lists("allowusers"), lists("allowgroups")
    return (not users or named(users)) and (not of_groups or grouped(of_groups))


def _is_user(pattern: str, who: Who) -> bool:
    name, _, place = pattern.partition("@")
    return fnmatchcase(who.user, name) and (not place or comes_from(place, who.address))


def comes_from(patterns: str, address: str) -> bool:
    """Return whether an address matches comma-separated patterns and networks; `!` excludes (ssh_config(5))."""
    matched = False
    for word in patterns.split(","):
        pattern = word.strip()
        if _is_at(pattern.removeprefix("!"), address):
            if pattern.startswith("!"):
                return False
            matched = True
    return matched


def _is_at(pattern: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(pattern, strict=False)
    except ValueError:
        return fnmatchcase(address, pattern)


def _without_key(who: Who, account: pwd.struct_passwd, settings: Settings) -> Iterator[Fault]:
    """Yield a fault if sshd would accept none of the user's keys, with the reasons for the first few."""
    why: list[str] = []
    for path in key_files(account, settings):
        if reason := _unsafe(path, account):
            why.append(reason)
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if line.strip() and not line.lstrip().startswith("#"):
                reason = refusal(line, who.address, settings)
                if not reason:
                    return
                why.append(f"{path}:{number}: {reason}")
    shown = "; ".join(why[:_FEW]) or f"{account.pw_dir}/.ssh/authorized_keys?"
    yield Fault(
        f"{who.user} không có khóa nào mà sshd sẽ nhận ({shown}). Thêm một khóa trước (ssh-keygen -t ed25519,"
        f" ssh-copy-id).",
        f"{who.user} has no key that sshd would take ({shown}). Add one first (ssh-keygen -t ed25519, ssh-copy-id).",
    )


def key_files(account: pwd.struct_passwd, settings: Settings) -> list[Path]:
    """Return the files in which sshd looks for a user's keys (sshd_config(5), AuthorizedKeysFile)."""
    tokens = {"%%": "%", "%h": account.pw_dir, "%u": account.pw_name, "%U": str(account.pw_uid)}
    names = " ".join(settings.get("authorizedkeysfile", [".ssh/authorized_keys"])).split()
    filled = (re.sub("%[%huU]", lambda found: tokens[found[0]], name) for name in names if name != "none")
    return [Path(account.pw_dir, name) for name in filled]


def _unsafe(path: Path, account: pwd.struct_passwd) -> str:
    """Return why sshd would not read a file of keys (missing, or StrictModes); empty where it would."""
    if not path.is_file():
        return f"{path}: không có -- not there"
    real, home = path.resolve(), Path(account.pw_dir).resolve()
    for place in (real, *real.parents):
        found = place.stat()
        if found.st_uid not in (0, account.pw_uid) or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return f"{place}: người khác sửa được -- others may change it (chmod go-w)"
        if place == home:
            break
    return ""


def refusal(line: str, address: str, settings: Settings) -> str:
    """Return why sshd would refuse a line of authorized_keys for a session from this address; empty if it would not."""
    if (found := _KEY.search(line)) is None:
        return "không phải khóa -- no key"
    kind, body = found.groups()
    options = {name.lower(): value or "" for name, value in _OPTION.findall(line[: found.start()].strip())}
    return _restricted(options, address) or _weak(kind, body, settings)


def _restricted(options: Mapping[str, str], address: str) -> str:
    if "command" in options:
        return "chỉ chạy một lệnh -- for one command"
    if "cert-authority" in options:
        return "là khóa ký -- of an authority"
    if "from" in options and not comes_from(options["from"], address):
        return f"chỉ từ -- from {options['from']}"
    if "expiry-time" in options and _is_over(options["expiry-time"]):
        return f"hết hạn -- ended {options['expiry-time']}"
    return ""


def _is_over(moment: str) -> bool:
    """Return whether an expiry-time has passed: in this host's time zone, or with Z in UTC; True if unreadable."""
    digits = moment.removesuffix("Z")
    try:
        ends = datetime.strptime(digits, _MOMENT[len(digits)])
    except (KeyError, ValueError):
        return True
    ends = ends.replace(tzinfo=UTC) if moment.endswith("Z") else ends.astimezone()
    return ends <= datetime.now(UTC)


def _weak(kind: str, body: str, settings: Settings) -> str:
    """Return why sshd refuses a key for its type, its length, or because it is broken; empty if it accepts it."""
    taken = ",".join(settings.get("pubkeyacceptedalgorithms", [])).split(",")
    needs = ("rsa-sha2-512", "rsa-sha2-256") if kind == "ssh-rsa" else (kind,)
    if not set(needs) & set(taken):
        return f"loại {kind} không được nhận -- kind is not taken"
    done = subprocess.run(
        ["ssh-keygen", "-l", "-f", "/dev/stdin"],
        input=f"{kind} {body}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return "khóa hỏng -- broken key"
    bits, least = int(done.stdout.split()[0]), int((settings.get("requiredrsasize") or ["0"])[0])
    return f"RSA {bits} < {least} bit" if kind == "ssh-rsa" and bits < least else ""
