"""SSH, sudo and the kernel as role hardening leaves them: asked from outside, and of sshd, sudo and the kernel."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from testinfra.host import Host

PROJECT = Path(os.environ["MOLECULE_PROJECT_DIRECTORY"])
ADDRESS = "10.233.0.31"
LAB = Path("/var/lib/danhba-lab/ssh")
NOT_THERE = "/var/lib/danhba-access"


def ssh(*words: str) -> subprocess.CompletedProcess[str]:
    """What a client of this machine is told, by one way of signing in."""
    options = {
        "UserKnownHostsFile": LAB / "known_hosts",
        "IdentitiesOnly": "yes",
        "ConnectTimeout": 10,
        "BatchMode": "yes",
    }
    given = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    command = ["ssh", "-F", "none", "-i", str(LAB / "id_ed25519"), *given, *words]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60)


def test_who_has_a_key_comes_in() -> None:
    assert ssh(f"root@{ADDRESS}", "id -u").stdout == "0\n"


@pytest.mark.clause("R9.3")
@pytest.mark.parametrize("ways", ["password,keyboard-interactive", "none"])
def test_nobody_else_is_asked_for_anything(ways: str) -> None:
    said = ssh("-o", f"PreferredAuthentications={ways}", f"root@{ADDRESS}", "true").stderr
    assert "Permission denied (publickey)." in said


@pytest.mark.parametrize("option", ["Ciphers=aes256-ctr", "KexAlgorithms=diffie-hellman-group14-sha256"])
def test_old_algorithms_are_not_spoken(option: str) -> None:
    assert "no matching" in ssh("-o", option, f"root@{ADDRESS}", "true").stderr


@pytest.mark.parametrize(
    ("target", "led"), [("127.0.0.1:9090", True), ("127.0.0.1:5432", False), (f"{ADDRESS}:25", False)]
)
def test_a_tunnel_leads_to_the_operators_page_alone(target: str, *, led: bool) -> None:
    done = ssh("-W", target, f"root@{ADDRESS}")
    assert ("administratively prohibited" not in done.stderr) == led, done.stderr


def test_nothing_is_left_of_the_change(host: Host) -> None:
    assert not host.file(NOT_THERE).exists
    assert host.check_output("systemctl list-timers --all --no-legend 'danhba-access*'") == ""


def test_sudo_takes_its_settings(host: Host) -> None:
    host.check_output("visudo --check --quiet")
    assert {"use_pty", "passwd_tries=3"} <= set(re.split(r"[,\s]+", host.check_output("sudo -l")))


def test_the_kernel_does_what_is_its_own_to_do(host: Host) -> None:
    """In a container the network's alone is; the rest is the machine's below."""
    text = (PROJECT / "roles/hardening/vars/main.yml").read_text(encoding="utf-8")
    wanted = {name: value for name, value in yaml.safe_load(text)["__hardening_kernel"].items() if ".conf." in name}
    found = host.check_output("sysctl --values " + " ".join(wanted)).split()
    assert dict(zip(wanted, map(int, found), strict=True)) == wanted
