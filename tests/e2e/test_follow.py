"""A day without a hand: what is signed is applied, what is not is refused, what was changed by hand told and healed."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.deployment import FQDN, PROJECT, Deployment, PlaybookFailed, changed, environment
from tests.support.editing import RegisterCopy

SIGNED, UNSIGNED = "999801", "999802"  # who is opened by a commit of that kind
OPERATORS = "contact-stttt@laocai.gov.vn"
PARTS = "postfix,accounts"  # enough of site.yml to see what it says and heals


@dataclass
class Followed:
    """The province's repository on the forge, an editor's clone of it, and the one that the servers follow."""

    folder: Path
    mail: Deployment

    @property
    def editors(self) -> RegisterCopy:
        return RegisterCopy(self.folder / "editors" / "directory")

    @property
    def clone(self) -> Path:
        return self.folder / "clone"

    def git(self, where: str, *words: str) -> str:
        known = {**environment(), "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(self.folder)}
        who = ["-c", "user.name=an", "-c", "user.email=an@laocai.gov.vn", "-c", "gpg.format=ssh"]
        command = ["git", "-C", str(self.folder / where), *who, *words]
        return subprocess.run(command, env=known, check=True, capture_output=True, text=True).stdout.strip()

    def send(self, *, signed: bool) -> None:
        """Commit all that the editor changed, and have the forge take it."""
        self.git("editors", "add", "--all")
        sign = f"-S{self.folder / 'key'}" if signed else "--no-gpg-sign"
        self.git("editors", "commit", "--quiet", sign, "-m", "đổi")
        self.git("editors", "push", "--quiet", "origin", "HEAD:main")

    @property
    def at(self) -> str:
        return self.git("clone", "rev-parse", "HEAD")

    def command(self, *options: str) -> list[str]:
        register = self.clone / "directory"
        where = {"province_dir": str(self.clone), "register_dir": str(register)}
        return self.mail.command("follow", *options, follow_signers=str(self.folder / "signers"), **where)

    def follow(self, *options: str) -> str:
        """What the timer runs; its output."""
        done = subprocess.run(
            self.command(*options), cwd=PROJECT, env=environment(), check=False, capture_output=True, text=True
        )
        if done.returncode:
            raise PlaybookFailed("follow", done.stdout + done.stderr)
        return done.stdout

    def has(self, person: str) -> bool:
        """Whether somebody has a mailbox on the server."""
        query = f"SELECT state FROM mail.account WHERE id = '{person}'"
        return self.mail.host.run(f"runuser -u postgres -- psql -qAt danhba -c {shlex.quote(query)}").stdout == "open\n"

    def refuse(self) -> str:
        """It must not be applied; what was said."""
        with pytest.raises(PlaybookFailed) as refusal:
            self.follow()
        return " ".join(refusal.value.output.split())


@pytest.fixture(scope="module")
def followed(mail: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Followed:
    made = Followed(tmp_path_factory.mktemp("followed"), mail)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(made.folder / "key")], check=True)
    public = (made.folder / "key.pub").read_text()
    (made.folder / "signers").write_text(f'an@laocai.gov.vn namespaces="git" {public}')
    made.git(".", "init", "--quiet", "--bare", "--initial-branch=main", "forge")
    made.git(".", "clone", "--quiet", "forge", "editors")
    made.git("editors", "switch", "--quiet", "-c", "main")
    shutil.copytree(mail.register, made.editors.path)
    made.send(signed=True)
    made.git(".", "clone", "--quiet", "forge", "clone")
    return made


@pytest.mark.clause("R5", "R9.3")
def test_what_is_signed_is_applied(followed: Followed, today: str) -> None:
    assert changed(followed.follow()) == 0
    followed.editors.append("stc", SIGNED, "Giàng A Phềnh", today)
    followed.send(signed=True)
    before = followed.at
    followed.follow("--check")
    assert (followed.at, followed.has(SIGNED)) == (before, False)
    followed.follow()
    assert followed.at == followed.git("editors", "rev-parse", "HEAD")
    assert followed.has(SIGNED)
    assert changed(followed.follow()) == 0


@pytest.mark.clause("R5", "R9.3")
def test_what_is_not_signed_is_refused_until_somebody_has_looked(followed: Followed, today: str) -> None:
    before = followed.at
    followed.editors.append("stc", UNSIGNED, "Thào A Sử", today)
    followed.send(signed=False)
    assert "không có chữ ký" in followed.refuse()
    assert (followed.at, followed.has(UNSIGNED)) == (before, False)
    followed.git("clone", "checkout", "--quiet", "--detach", "origin/main")  # as it says
    followed.follow()
    assert followed.has(UNSIGNED)


def test_a_clone_in_which_somebody_works_is_not_followed(followed: Followed) -> None:
    stray = followed.clone / "directory/agencies/them.yml"
    for ignored in (False, True):
        if ignored:
            (followed.clone / ".git/info/exclude").write_text("them.yml\n")
        stray.touch()
        assert "agencies/them.yml" in followed.refuse()
    stray.unlink()


def test_signers_in_the_repository_itself_count_for_nothing(followed: Followed) -> None:
    inside = followed.clone / ".git/signers"
    shutil.copy(followed.folder / "signers", inside)
    command = [part.replace(str(followed.folder / "signers"), str(inside)) for part in followed.command()]
    done = subprocess.run(command, cwd=PROJECT, env=environment(), check=False, capture_output=True, text=True)
    assert done.returncode != 0
    assert "phải là tệp trên máy điều khiển" in " ".join(done.stdout.split())


@pytest.fixture
def drift(mail: Deployment, tmp_path: Path) -> Iterator[Path]:
    """Where what is different is written; and what was changed by hand."""
    row = "UPDATE mail.account SET quota = quota + 1 WHERE id = '000101'"
    mail.host.run(f"runuser -u postgres -- psql -q danhba -c {shlex.quote(row)}")
    mail.host.run("echo '# by hand' >> /etc/postfix/master.cf; systemctl stop postfix")
    yield tmp_path / "drift.txt"
    mail.host.run("systemctl start postfix")


@pytest.mark.clause("R9.2")
def test_what_was_changed_by_hand_is_told_and_healed(followed: Followed, drift: Path) -> None:
    known = {**environment(), "ANSIBLE_CALLBACKS_ENABLED": "laocai.mail.drift", "DANHBA_DRIFT": str(drift)}
    mail, register = followed.mail, str(followed.clone / "directory")

    def look() -> str:
        command = mail.command("site", "--check", "--tags", PARTS, register_dir=register)
        done = subprocess.run(command, cwd=PROJECT, env=known, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
        return drift.read_text(encoding="utf-8")

    said = look()
    assert drift.stat().st_mode & 0o777 == 0o600
    for what in ("/etc/postfix/master.cf", "Enable and start the units", "Bring the accounts to the register"):
        assert what in said, said
    mail.play("site", "--tags", PARTS, register_dir=register)
    for _time in range(2):
        mail.play("tell", tell_subject="Thử: máy chủ bị sửa", tell_file=str(drift), operators_mail=[OPERATORS])
    inbox = "timeout 30 sh -c 'until grep -rlF \"$0\" /srv/vmail/agency/stttt/Maildir/new; do sleep 0.5; done' {}"
    subject = "=?utf-8?b?VGjhu606IG3DoXkgY2jhu6cgYuG7iyBz4butYQ==?="
    assert len(mail.host.run(inbox.format(shlex.quote(subject))).stdout.split()) == 1
    assert look() == ""


@pytest.fixture
def controller(mail: Deployment, tmp_path: Path) -> Iterator[list[str]]:
    """Options by which the host is the controller, too; its timers do not run on."""
    inventory = tmp_path / "controller.yml"
    inventory.write_text(f"controller: {{hosts: {{{FQDN}: }}}}\n")
    yield ["--inventory", str(inventory)]
    mail.host.run("systemctl disable --now danhba-follow.timer danhba-drift.timer danhba-monthly.timer")


@pytest.mark.clause("R9.2")
def test_the_controllers_timers_are_there_and_a_second_run_changes_nothing(
    mail: Deployment, controller: list[str]
) -> None:
    units = "ls /etc/systemd/system | grep -cE 'danhba-(follow|drift|monthly|told)' || true"
    mail.play("controller", *controller, "--check")
    assert mail.host.run(units).stdout == "0\n"
    mail.play("controller", *controller, controller_user="root", follow_signers="/etc/signers")
    assert mail.host.run(units).stdout == "7\n"
    timers = "danhba-follow.timer danhba-drift.timer danhba-monthly.timer"
    assert mail.host.run(f"systemctl is-active {timers}").stdout == "active\n" * 3
    assert changed(mail.play("controller", *controller, controller_user="root", follow_signers="/etc/signers")) == 0
    starts = mail.host.run("systemctl show --property ExecStart danhba-follow.service danhba-drift.service").stdout
    assert [starts.count(f"playbooks/{name}.yml") for name in ("follow", "site", "tell", "verify", "audit")] == [
        1,
        2,
        1,
        1,
        1,
    ]
