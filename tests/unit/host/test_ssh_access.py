"""Who would be locked out by other settings of sshd: by a program that answers as sshd does, and real keys."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ansible_collections.laocai.mail.plugins.module_utils.host import ssh_access
from ansible_collections.laocai.mail.plugins.module_utils.host.ssh_access import Who, comes_from, judge, wanted

from tests.support.sshd import put_sshd

TEXT = "# ours\nPasswordAuthentication no\nPermitRootLogin prohibit-password\nRequiredRSASize 3072\n"
WHO = Who("an", "192.0.2.1", "192.0.2.10")


@dataclass(frozen=True)
class Machine:
    """A host with the user `an`, and root whose home is beside."""

    folder: Path

    @property
    def keys(self) -> Path:
        return self.folder / "an/.ssh/authorized_keys"

    def authorize(self, *lines: str) -> None:
        self.keys.write_text("".join(f"{line}\n" for line in lines))

    def key(self, kind: str = "ed25519", bits: int = 3072) -> str:
        """A new public key."""
        path = self.folder / f"key-{len(list(self.folder.iterdir()))}"
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-b", str(bits), "-N", "", "-f", path], check=True)
        return path.with_suffix(".pub").read_text().strip()

    def faults(self, text: str = TEXT, who: Who = WHO, **more: object) -> list[str]:
        """What is said of a file with this text, in English."""
        path = self.folder / "ssh/sshd_config.d/10-danhba.conf"
        return [fault.en for fault in judge(path, text, who, **more)]  # type: ignore[arg-type]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    etc = tmp_path / "ssh"
    (etc / "sshd_config.d").mkdir(parents=True)
    (etc / "sshd_config").write_text(f"Include {etc}/sshd_config.d/*.conf\nUsePAM yes\n")
    put_sshd(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    for user in ("an", "root"):
        (tmp_path / user / ".ssh").mkdir(parents=True, mode=0o700)

    def account(user: str) -> pwd.struct_passwd:
        if user not in ("an", "root", "shell"):
            raise KeyError(user)
        shell = "/usr/sbin/nologin" if user == "shell" else "/bin/bash"
        home = tmp_path / ("an" if user == "shell" else user)
        return pwd.struct_passwd((user, "x", os.getuid(), os.getgid(), "", str(home), shell))

    monkeypatch.setattr(pwd, "getpwnam", account)
    monkeypatch.setattr(ssh_access, "_groups", lambda _account: ["an", "sudo"])
    made = Machine(tmp_path)
    made.authorize(made.key())
    return made


def test_user_with_a_key_gets_in_and_no_file_changes(machine: Machine) -> None:
    before = sorted((path, path.stat().st_mtime_ns) for path in machine.folder.rglob("*"))
    assert machine.faults() == []
    assert sorted((path, path.stat().st_mtime_ns) for path in machine.folder.rglob("*")) == before


def test_settings_refused_by_sshd_are_a_fault_with_its_message(machine: Machine) -> None:
    [said] = machine.faults("Bad yes\n")
    assert said == (
        f"sshd does not take the new settings: {machine.folder}/ssh/sshd_config.d/10-danhba.conf: line 1: Bad"
        " configuration option: Bad"
    )


def test_setting_overridden_by_an_earlier_file_is_named(machine: Machine) -> None:
    (machine.folder / "ssh/sshd_config.d/05-other.conf").write_text("PasswordAuthentication yes\n")
    [said] = machine.faults()
    assert said.startswith("passwordauthentication stays yes, and not no: another file")


def test_sshd_config_without_include_is_a_fault(machine: Machine) -> None:
    (machine.folder / "ssh/sshd_config").write_text("UsePAM yes\n")
    assert [said.split()[0] for said in machine.faults()] == ["passwordauthentication", "requiredrsasize"]


def test_host_without_sshd_config_d_is_judged(machine: Machine) -> None:
    (machine.folder / "ssh/sshd_config.d").rmdir()
    assert machine.faults() == []


@pytest.mark.parametrize(
    ("line", "gets_in"),
    [
        ("AllowUsers an", True),
        ("AllowUsers binh a?", True),
        ("AllowUsers binh", False),
        ("AllowUsers an@192.0.2.0/24", True),
        ("AllowUsers an@198.51.100.*", False),
        ("DenyUsers an", False),
        ("AllowGroups operators sudo", True),
        ("AllowGroups operators", False),
        ("DenyGroups sudo", False),
    ],
)
def test_allow_and_deny_lists_are_read_as_by_sshd(machine: Machine, line: str, *, gets_in: bool) -> None:
    found = machine.faults(f"{TEXT}{line}\n")
    assert [said.startswith("an (from 192.0.2.1) would not be let in: add it") for said in found] == [True] * (
        not gets_in
    )


def test_root_login_used_by_ansible_is_not_shut_out(machine: Machine) -> None:
    root = Who("root", "192.0.2.1")
    (machine.folder / "root/.ssh/authorized_keys").write_text(machine.key())
    assert machine.faults(who=root) == []
    [said] = machine.faults(TEXT.replace("prohibit-password", "no"), root)
    assert said.startswith("root would not be let in, and Ansible comes as root: make a user")
    assert machine.faults(TEXT.replace("prohibit-password", "no")) == []  # for an comes as an


def test_other_users_must_get_in(machine: Machine) -> None:
    found = machine.faults(others=["root", "binh"])
    assert [said.split(" (")[0] for said in found] == [
        "root has no key that sshd would take",
        "This host has no user binh.",
    ]
    assert machine.faults(who=Who("shell", "192.0.2.1"))[0] == "shell has no shell (/usr/sbin/nologin)."


def broken(key: str) -> str:
    kind, body, *_ = key.split()
    return f"{kind} {body[4:]}"


# By what is wrong: the line that has it made of a key, and how the reason begins.
LINES: dict[str, tuple[Callable[[str], str], str]] = {
    "for one command": (lambda key: f'restrict,command="/usr/bin/true" {key}', "for one command"),
    "of an authority": (lambda key: f"cert-authority {key}", "of an authority"),
    "from elsewhere": (lambda key: f'from="198.51.100.0/24,!192.0.2.1" {key}', "from 198"),
    "over": (lambda key: f'expiry-time="20200101" {key}', "ended"),
    "over, we cannot say when": (lambda key: f'expiry-time="soon" {key}', "ended"),
    "broken": (broken, "broken key"),
    "none": (lambda _key: "nonsense", "no key"),
    "another kind": (lambda key: key.replace("ssh-ed25519", "ssh-dss"), "kind is not taken"),
}


@pytest.mark.parametrize("name", LINES)
def test_refused_key_is_named_with_the_reason(machine: Machine, name: str) -> None:
    make, reason = LINES[name]
    machine.authorize("# mine", make(machine.key()))
    [said] = machine.faults()
    assert f"{machine.keys}:2: " in said
    assert f"-- {reason}" in said
    assert "Add one first" in said


@pytest.mark.parametrize(
    "options",
    ['from="192.0.2.*,198.51.100.1"', 'no-pty,environment="A=b,c d"', 'expiry-time="29991231"', "restrict,pty"],
)
def test_key_with_matching_restrictions_is_accepted(machine: Machine, options: str) -> None:
    machine.authorize(f"{options} {machine.key()}")
    assert machine.faults() == []


@pytest.mark.parametrize(("minutes", "over"), [(-1, True), (5, False)])
def test_expiry_time_counts_in_local_time_and_utc(machine: Machine, minutes: int, *, over: bool) -> None:
    ends = datetime.now(UTC) + timedelta(minutes=minutes)
    for moment in (f"{ends:%Y%m%d%H%M%S}Z", f"{ends.astimezone():%Y%m%d%H%M%S}"):
        machine.authorize(f'expiry-time="{moment}" {machine.key()}')
        assert bool(machine.faults()) == over


@pytest.mark.parametrize(("bits", "taken"), [(2048, False), (3072, True)])
def test_short_rsa_key_is_refused(machine: Machine, bits: int, *, taken: bool) -> None:
    machine.authorize(machine.key("rsa", bits))
    assert [f"RSA {bits} < 3072 bit" in said for said in machine.faults()] == [True] * (not taken)


def test_keys_file_writable_by_others_is_refused(machine: Machine) -> None:
    for place in (machine.keys, machine.keys.parent, machine.folder / "an"):
        mode = place.stat().st_mode
        place.chmod(mode | 0o020)
        [said] = machine.faults()
        assert f"{place}: người khác sửa được -- others may change it" in said
        place.chmod(mode)
    assert machine.faults() == []
    machine.keys.unlink()
    assert f"{machine.keys}: không có -- not there" in machine.faults()[0]


def test_keys_are_read_from_authorized_keys_file_setting(machine: Machine) -> None:
    elsewhere = machine.folder / "an/keys-of-an"
    elsewhere.write_text(machine.keys.read_text())
    machine.keys.unlink()
    assert machine.faults(f"{TEXT}AuthorizedKeysFile none %h/none %h/keys-of-%u\n") == []
    assert "authorized_keys?" in machine.faults(f"{TEXT}AuthorizedKeysFile none\n")[0]


def test_user_without_sudo_rights_is_a_fault(machine: Machine) -> None:
    sudo = machine.folder / "bin/sudo"
    for answer, able in (
        ("    (ALL : ALL) ALL", True),
        ("    (root) NOPASSWD: ALL", True),
        ("    (www-data) ALL", False),
        ("User an is not allowed to run sudo", False),
    ):
        sudo.write_text(f"#!/bin/sh\necho '{answer}'\n")
        sudo.chmod(0o755)
        assert bool(machine.faults(sudo=True)) != able, answer
    assert machine.faults() == []


def test_allow_groups_uses_groups_of_the_system() -> None:
    assert "root" in ssh_access._groups(pwd.getpwnam("root"))


def test_address_that_is_no_network_is_matched_as_pattern() -> None:
    assert comes_from("*.example.vn,192.0.2.?", "192.0.2.7")
    assert not comes_from("2001:db8::/32", "192.0.2.7")
    assert comes_from("2001:db8::/32", "2001:db8::7")


def test_wanted_settings_are_read_from_the_file() -> None:
    assert wanted("# x\n\nPermitOpen  a:1   b:2\nUseDNS no") == {"permitopen": "a:1 b:2", "usedns": "no"}
