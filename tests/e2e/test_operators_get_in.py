"""SSH is hardened by the SSH that Ansible comes by: who would be locked out is told before, or let in again after."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.lab.settings import Settings
from tests.support.deployment import PROJECT, Deployment, PlaybookFailed, changed, environment
from tests.support.waiting import until

pytestmark = [pytest.mark.clause("R9.3"), pytest.mark.long]

FILES = "/etc/ssh /etc/sudoers.d /etc/sysctl.d"
OTHER = "/etc/ssh/sshd_config.d/05-other.conf"
MINE = "/etc/sudoers.d/an"
TIMERS = "systemctl list-timers --all --no-legend 'danhba-access*'"
RELOAD = "/etc/systemd/system/ssh.service.d/test.conf"
# From the moment in which sshd reads what is new, nobody gets a new connection; who is in stays.
LET_IN_AGAIN = "/usr/bin/systemd-run --on-active=60 /usr/bin/systemctl reload nftables"
CUT_OFF = "/usr/sbin/nft insert rule inet danhba input tcp dport 22 ct state new drop"


def harden(mail: Deployment, *options: str, **variables: Any) -> str:
    return mail.play("site", "--tags", "hardening", *options, **variables)


def refused(mail: Deployment, **variables: Any) -> str:
    """What is said where nothing is changed."""
    before = state(mail)
    with pytest.raises(PlaybookFailed) as failed:
        harden(mail, **variables)
    assert state(mail) == before
    return " ".join(failed.value.output.split())


def state(mail: Deployment) -> str:
    """All that lets somebody in, and what sshd does now."""
    return mail.host.run(f"find {FILES} -type f -exec sha256sum {{}} + | sort; sshd -T | sha256sum").stdout


@pytest.fixture(scope="module")
def hardened(mail: Deployment) -> Deployment:
    """The host, as site.yml leaves it."""
    mail.host.run("systemctl is-active ssh.service")
    harden(mail)
    return mail


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("key") / "id"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path], check=True)
    return path


@pytest.fixture(scope="module")
def an(hardened: Deployment, key: Path) -> Iterator[Deployment]:
    """The host as an operator comes to it who is not root, and may use sudo."""
    public = key.with_suffix(".pub").read_text().strip()
    hardened.host.run(
        "useradd --create-home --shell /bin/bash an; install -d -m 700 -o an -g an /home/an/.ssh;"
        f" echo '{public}' > /home/an/.ssh/authorized_keys; chown an: /home/an/.ssh/authorized_keys;"
        f" echo 'an ALL=(ALL) NOPASSWD: ALL' > {MINE}"
    )
    mine = {"ansible_user": "an", "ansible_ssh_private_key_file": str(key)}
    yield replace(hardened, variables={**hardened.variables, **mine})
    hardened.host.run(f"rm -f {MINE}; userdel --force --remove an")


@contextmanager
def there(mail: Deployment, path: str, text: str) -> Iterator[None]:
    """A file on the host that is not ours, for a while."""
    mail.host.run(f"mkdir -p $(dirname {path}); printf '{text}' > {path}; systemctl daemon-reload")
    try:
        yield
    finally:
        mail.host.run(f"rm {path}; systemctl daemon-reload")


@contextmanager
def reloaded_with(mail: Deployment, *commands: str) -> Iterator[None]:
    """What sshd's host does besides, for a while, as sshd reads its settings."""
    with there(mail, RELOAD, "[Service]\\n" + "".join(f"ExecReload={command}\\n" for command in commands)):
        yield


def test_a_second_run_and_check_mode_change_nothing(hardened: Deployment) -> None:
    before = state(hardened)
    assert changed(harden(hardened)) == 0
    assert changed(harden(hardened, "--check", hardening_ssh_tries=5)) == 1
    assert state(hardened) == before


def test_another_operator_comes_in_and_becomes_root(an: Deployment) -> None:
    assert changed(harden(an, hardening_ssh_users=["an", "root"])) > 0
    assert "allowusers an" in an.host.run("sshd -T").stdout
    harden(an)
    assert "allowusers" not in an.host.run("sshd -T").stdout


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"hardening_ssh_users": ["root"]}, "an (from 10.233.0.1) would not be let in"),
        ({"hardening_ssh_groups": ["operators"]}, "an (from 10.233.0.1) would not be let in"),
        ({"hardening_ssh_users": ["an", "binh"]}, "This host has no user binh"),
        ({"hardening_ssh_keys": ["rsa-sha2-512"]}, "kind is not taken"),
        ({"hardening_ssh_ciphers": ["rot13"]}, "sshd does not take the new settings"),
        ({"hardening_ssh_users": ["an"], "hardening_ssh_groups": ["an"]}, "Set one of hardening_ssh_users"),
        ({"hardening_ssh_tries": 1}, "hardening_ssh_tries 2 to 20"),
    ],
)
def test_who_would_lock_himself_out_is_told_first(an: Deployment, variables: dict[str, Any], said: str) -> None:
    assert said in refused(an, **variables)


def test_root_who_has_come_in_is_not_shut_out(hardened: Deployment) -> None:
    assert "root would not be let in, and Ansible comes as root" in refused(hardened, hardening_ssh_root=False)


def test_what_somebody_else_has_set_first_is_named(hardened: Deployment) -> None:
    with there(hardened, OTHER, "PasswordAuthentication yes\\n"):
        assert "passwordauthentication stays yes, and not no" in refused(hardened)


def until_one_gets_in(hardened: Deployment) -> None:
    until(lambda: hardened.host.run("true", check=False, login=True).returncode, 200, holds=lambda status: status == 0)


def test_where_nobody_gets_in_any_more_it_is_put_back(hardened: Deployment) -> None:
    with reloaded_with(hardened, LET_IN_AGAIN, CUT_OFF):
        before = state(hardened)
        with pytest.raises(PlaybookFailed, match="what was in force was put back"):
            harden(hardened, hardening_ssh_tries=5)
        until(
            lambda: hardened.host.run("true", check=False, login=True).returncode, 200, holds=lambda status: status == 0
        )
    assert state(hardened) == before
    assert hardened.host.run("ls -d /var/lib/danhba-access", check=False).returncode
    assert not hardened.host.run(TIMERS).stdout


def kill_at(name: str, mail: Deployment, **variables: Any) -> None:
    """Begin to harden, and end it without a word as a task begins."""
    command = mail.command("site", "--tags", "hardening", **variables)
    with subprocess.Popen(
        command, cwd=PROJECT, env=environment(), text=True, start_new_session=True, stdout=subprocess.PIPE
    ) as run:
        for line in run.stdout or ():
            if name in line:
                os.killpg(run.pid, signal.SIGKILL)
                return
    pytest.fail(f"no task {name}")


def test_where_the_controller_dies_the_host_puts_it_back_by_itself(hardened: Deployment) -> None:
    before = state(hardened)
    kill_at("Come in by another, and become root", hardened, hardening_ssh_tries=6, hardening_back_seconds=60)
    look: Callable[[], str] = lambda: state(hardened)  # noqa: E731
    assert look() != before
    until(look, 120, holds=lambda seen: seen == before)
    assert changed(harden(hardened)) == 0


@pytest.fixture
def old(hardened: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The socket of a connection to the host that is open already."""
    socket = tmp_path_factory.mktemp("ssh") / "old"
    program, *words = hardened.host.ssh()
    opened = [program, "-M", "-N", "-f", "-o", f"ControlPath={socket}", *words]
    subprocess.run(opened, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield socket
    subprocess.run([program, "-O", "exit", "-o", f"ControlPath={socket}", *words], check=True, capture_output=True)


def common(*more: str) -> dict[str, str]:
    """Options by which ssh finds its way to a host of the lab, and others."""
    known = f"-o UserKnownHostsFile={Settings().known_hosts} -o StrictHostKeyChecking=yes"
    return {"ansible_ssh_common_args": " ".join([known, *more])}


@pytest.mark.parametrize("where", ["inventory", "settings"])
def test_a_connection_that_was_kept_open_is_no_proof(
    hardened: Deployment, old: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    kept = f"-o ControlMaster=auto -o ControlPersist=60s -o ControlPath={old}"
    given = common(kept) if where == "inventory" else {}
    if where == "settings":
        monkeypatch.setenv("ANSIBLE_SSH_ARGS", kept)
    with reloaded_with(hardened, LET_IN_AGAIN, CUT_OFF):
        before = state(hardened)
        with pytest.raises(PlaybookFailed, match="what was in force was put back"):
            harden(hardened, hardening_ssh_tries=5, **given)
        until(
            lambda: hardened.host.run("true", check=False, login=True).returncode, 200, holds=lambda status: status == 0
        )
        assert state(hardened) == before


@pytest.mark.parametrize("option", ["-S {}", "ansible_ssh_args"])
def test_who_can_come_by_no_other_is_told_first(hardened: Deployment, old: Path, option: str) -> None:
    """By -S the last one counts, wherever it stands; a variable of the command line is stronger than a task's."""
    given = common(option.format(old)) if "{}" in option else {option: f"-o ControlPath={old}"}
    assert "Ansible does not come to mail.laocai.gov.vn by a new connection of ssh" in refused(hardened, **given)


def test_where_the_session_cannot_put_back_either_it_is_told_that_the_host_does(an: Deployment) -> None:
    before = state(an)
    with reloaded_with(an, f"-/usr/bin/mv {MINE} /root/an"):
        with pytest.raises(PlaybookFailed, match="the host will put back what was in force after 60 seconds"):
            harden(an, hardening_ssh_tries=5, hardening_back_seconds=60)
        until(lambda: an.host.run(TIMERS, login=True).stdout, 120, holds=lambda seen: not seen)
        an.host.run(f"mv /root/an {MINE}")
    assert state(an) == before


def test_a_clock_that_does_not_start_leaves_the_one_before(hardened: Deployment) -> None:
    keep = "danhba-access keep 600 /etc/ssh/sshd_config.d/10-danhba.conf"
    clocks = "systemctl list-timers --all --output=json 'danhba-access*' | grep -o 'danhba-access-back[^\"]*.timer'"
    first = hardened.host.run(f"{keep}; {clocks}").stdout.split()
    assert len(first) == 1
    none = "install -D -m 755 /bin/false /run/none/systemd-run; PATH=/run/none:$PATH"
    assert hardened.host.run(f"{none} {keep}", check=False).returncode
    assert hardened.host.run(clocks).stdout.split() == first
    second = hardened.host.run(f"rm -r /run/none; {keep}; {clocks}").stdout.split()
    assert len(second) == 1
    assert second != first
    hardened.host.run("danhba-access settle")
    assert not hardened.host.run(TIMERS).stdout
