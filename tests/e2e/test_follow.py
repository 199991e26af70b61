"""A day without a hand: what is signed is applied, what is not is refused, what was changed by hand told and healed."""

from __future__ import annotations

import email
import email.policy
import json
import re
import shlex
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from tests.support import sandboxes
from tests.support.deployment import FQDN, PROJECT, Deployment, PlaybookFailed, changed, environment
from tests.support.editing import RegisterCopy
from tests.support.waiting import until

pytestmark = pytest.mark.long

SIGNED, UNSIGNED = "999801", "999802"  # who is opened by a commit of that kind
BY_UNIT, NOT_BY_UNIT, TOMORROW, IN_TWO_DAYS = "999803", "999804", "999805", "999806"
OPERATORS = "contact-stttt@laocai.gov.vn"
PARTS = "postfix,guard,accounts"  # enough of site.yml to see what it says and heals


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

    def merge(self, *, signed: bool) -> str:
        """Have the forge take all that the editor changed as a branch of an unsigned commit, merged; the merge."""
        self.git("editors", "switch", "--quiet", "-c", "proposal")
        self.git("editors", "add", "--all")
        self.git("editors", "commit", "--quiet", "--no-gpg-sign", "-m", "đề nghị")
        self.git("editors", "switch", "--quiet", "main")
        sign = f"-S{self.folder / 'key'}" if signed else "--no-gpg-sign"
        self.git("editors", "merge", "--quiet", "--no-ff", sign, "-m", "gộp", "proposal")
        self.git("editors", "branch", "--quiet", "-d", "proposal")
        self.git("editors", "push", "--quiet", "origin", "HEAD:main")
        return self.git("editors", "rev-parse", "HEAD")

    @property
    def at(self) -> str:
        return self.git("clone", "rev-parse", "HEAD")

    def command(self, *options: str) -> list[str]:
        register = self.clone / "directory"
        where = {"province_dir": str(self.clone), "register_dir": str(register)}
        signers = str(self.folder / "signers")
        return self.mail.command("follow", *options, follow_signers=signers, follow_told=True, **where)

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
        return sql(self.mail, f"SELECT state FROM mail.account WHERE id = '{person}'") == "open\n"

    def open(self) -> set[str]:
        """Everybody who has one."""
        return set(sql(self.mail, "SELECT id FROM mail.account WHERE state = 'open'").split())

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
    followed.follow()  # the day may have turned since the demo, and the page of the contact mailboxes tells it
    assert changed(followed.follow()) == 0
    followed.editors.append("stc", SIGNED, "Giàng A Phềnh", today)
    followed.send(signed=True)
    before = followed.at
    followed.follow("--check")
    assert (followed.at, followed.has(SIGNED)) == (before, False)
    followed.follow()
    assert followed.at == followed.git("editors", "rev-parse", "HEAD")
    assert followed.has(SIGNED)
    assert followed.git("forge", "rev-parse", "refs/danhba/applied") == followed.at
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


def letters(mail: Deployment, subject: str, seconds: int = 30) -> list[str]:
    """The texts of the letters of that subject that the operators have, once there is one."""
    said = f"=?utf-8?b?{b64encode(subject.encode()).decode()}?="
    wait = f"timeout {seconds} sh -c 'until grep -rlF \"$0\" /srv/vmail/agency/stttt/Maildir/new; do sleep 0.5; done'"
    files = mail.host.run(f"{wait} {shlex.quote(said)}", timeout=seconds + 30).stdout.split()
    found = (mail.host.run(f"cat {shlex.quote(file)}").stdout for file in files)
    return [email.message_from_string(text, policy=email.policy.default).get_content() for text in found]


def told(mail: Deployment, said: str) -> list[str]:
    """Of the letters about runs of danhba-follow that failed, the reasons that say this, before any log."""
    written = letters(mail, "Không tự chạy được: danhba-follow", 180)
    why = [" ".join(text.partition("Nhật ký -- the log:")[0].split()) for text in written]
    return [text for text in why if said in text]


def sql(mail: Deployment, command: str) -> str:
    """What the database answers."""
    return mail.host.run(f"runuser -u postgres -- psql -qAt danhba -c {shlex.quote(command)}").stdout


@pytest.fixture
def by_hand(mail: Deployment) -> Iterator[tuple[str, ...]]:
    """A row, a role's file, a service and a user were changed by hand; by which words each is told."""
    sql(mail, "UPDATE mail.account SET quota = quota + 1 WHERE id = '000101'")
    mail.host.run(
        "echo '# by hand' >> /etc/postfix/master.cf; systemctl stop postfix; usermod -s /bin/bash danhba-notices"
    )
    yield (
        "/etc/postfix/master.cf",
        "read their files: postfix.service",
        "Bring the accounts to the register",
        "stands on: danhba-notices",
    )
    mail.host.run("systemctl start postfix")


@pytest.fixture
def drift(by_hand: tuple[str, ...], tmp_path: Path) -> Path:
    """Where what was changed by hand is written."""
    return tmp_path / "drift.txt"


@pytest.mark.clause("R9.2")
def test_what_was_changed_by_hand_is_told_and_healed(followed: Followed, by_hand: tuple[str, ...], drift: Path) -> None:
    known = {**environment(), "ANSIBLE_CALLBACKS_ENABLED": "laocai.mail.drift", "DANHBA_DRIFT": str(drift)}
    mail, register = followed.mail, str(followed.clone / "directory")

    def look() -> str:
        command = mail.command("site", "--check", "--tags", PARTS, register_dir=register)
        done = subprocess.run(command, cwd=PROJECT, env=known, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
        return drift.read_text(encoding="utf-8")

    said = look()
    assert drift.stat().st_mode & 0o777 == 0o600
    assert [what for what in by_hand if what not in said] == [], said
    mail.play("site", "--tags", PARTS, register_dir=register)
    for _time in range(2):
        mail.play(
            "notify_operators", notify_subject="Thử: máy chủ bị sửa", notify_file=str(drift), operators_mail=[OPERATORS]
        )
    (letter,) = letters(mail, "Thử: máy chủ bị sửa")
    assert letter.splitlines() == said.splitlines()
    assert look() == ""


@pytest.mark.clause("R9.2")
def test_with_the_database_off_it_is_told_how_far_it_was_compared_and_healed(
    followed: Followed, tmp_path: Path
) -> None:
    """Check mode does not start it, so that the migrations cannot be compared; the healing run does."""
    drift, mail = tmp_path / "drift.txt", followed.mail
    known = {**environment(), "ANSIBLE_CALLBACKS_ENABLED": "laocai.mail.drift", "DANHBA_DRIFT": str(drift)}
    register = str(followed.clone / "directory")
    command = mail.command("site", "--check", "--tags", "database", register_dir=register)
    mail.host.run("systemctl stop postgresql@17-main")
    try:
        done = subprocess.run(command, cwd=PROJECT, env=known, check=False, capture_output=True, text=True)
        assert done.returncode != 0
        assert "not compared from here on" in drift.read_text(encoding="utf-8")
        mail.play("site", "--tags", "database", register_dir=register)
        assert mail.host.run("systemctl is-active postgresql@17-main").stdout == "active\n"
    finally:
        mail.host.run("systemctl start postgresql@17-main postfix dovecot", timeout=120)


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
    # What the units do in which order: tests/unit/test_controller.py; that they can: the test below.
    assert [starts.count(f"playbooks/{name}.yml") for name in ("follow", "site", "notify_operators")] == [1, 1, 2]
    assert "for each in site verify audit" in starts


def forwarders() -> list[str]:
    """The name servers of this machine, as the inventory of the lab has them."""
    paths = map(Path, ("/run/systemd/resolve/resolv.conf", "/etc/resolv.conf"))
    text = next(path for path in paths if path.exists()).read_text(encoding="utf-8")
    return re.findall(r"^nameserver +([0-9.]+)", text, re.MULTILINE)


MIDNIGHT = timedelta(minutes=15)  # more than a test takes, so that the day ends not while it runs
HOME = "/var/lib/own-controller"  # nothing of it in /tmp, of which each unit has its own
SOFTWARE = "/opt/danhba"
# What no playbook needs of this clone and of its Python.
LEFT = (".git", ".private", "build", "playwright", "mypy", "biome*", "__pycache__")


@dataclass
class OwnController:
    """The host as its own controller, with a copy of this software and a clone: its units run as they do anywhere."""

    followed: Followed

    def run(self, command: str, seconds: float = 60, *, check: bool = True) -> subprocess.CompletedProcess[str]:
        return self.followed.mail.host.run(command, check=check, timeout=seconds)

    def send(self, source: Path, target: str, *left: str) -> None:
        """Put a folder of this machine onto the host."""
        pack = ["tar", "--create", f"--directory={source}", *(f"--exclude={each}" for each in left), "."]
        unpack = f"mkdir -p {target} && tar --extract --no-same-owner --directory={target}"
        with subprocess.Popen(pack, stdout=subprocess.PIPE) as packing:
            subprocess.run(self.followed.mail.host.ssh(unpack), stdin=packing.stdout, check=True, timeout=300)
        assert packing.returncode == 0

    def install(self) -> None:
        """The software, and the way in: the host's own key, as the units have neither capabilities nor sudo."""
        packages = "git fonts-liberation"  # of those that the guide installs on a controller
        self.run(
            f"apt-get update --quiet && DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes {packages}", 300
        )
        self.send(PROJECT, SOFTWARE, *LEFT)
        python = f"{SOFTWARE}/.venv/bin/python3"
        self.run(f"cd {SOFTWARE}/.venv && sed -i '1s|^#!.*/python3*$|#!{python}|' bin/ansible* bin/danhba")
        self.run(f"sed -i 's|{PROJECT}|{SOFTWARE}|g' {SOFTWARE}/.venv/lib/python3*/site-packages/__editable__*")
        self.send(self.followed.mail.private, f"{HOME}/private", "lock", "told")
        self.run(
            f"cd {HOME} && ssh-keygen -q -t ed25519 -N '' -C own-controller -f key && "
            "cat key.pub >> /root/.ssh/authorized_keys && "
            f"sed 's|^|{self.followed.mail.host.address} |' /etc/ssh/ssh_host_*_key.pub > known_hosts"
        )

    def set_up(self) -> None:
        """The clone, the inventory and the units."""
        self.fetch()
        self.run(f"cd {HOME} && git clone --quiet forge clone && mkdir -p inventories/own")
        self.write("signers", (self.followed.folder / "signers").read_text())
        self.write("inventories/own/hosts.yml", json.dumps(self.inventory()))
        places = f"controller_province={HOME}/clone controller_private={HOME}/private"
        self.run(
            f"cd {SOFTWARE} && LC_ALL=C.UTF-8 .venv/bin/ansible-playbook --inventory {HOME}/inventories/own "
            f"--extra-vars '{places}' playbooks/controller.yml",
            300,
        )
        # Each run is begun by the test.
        self.run("systemctl stop danhba-follow.timer danhba-drift.timer danhba-monthly.timer")

    def inventory(self) -> dict[str, Any]:
        known = yaml.safe_load((PROJECT / "inventories/lab/hosts.yml").read_text(encoding="utf-8"))
        host = known["mail"]["hosts"][FQDN] | {
            "ansible_host": str(self.followed.mail.host.address),
            "ansible_ssh_private_key_file": f"{HOME}/key",
            "ansible_ssh_common_args": f"-o UserKnownHostsFile={HOME}/known_hosts -o StrictHostKeyChecking=yes",
            "private_dir": f"{HOME}/private",
            "province_dir": f"{HOME}/clone",
            "register_dir": f"{HOME}/clone/directory",
            "follow_signers": f"{HOME}/signers",
            "operators_mail": [OPERATORS],
            # The host's own name server is what they are for; the inventory of the lab reads the controller's.
            "resolver_forwarders": forwarders(),
        }
        return {**known, "mail": {"hosts": {FQDN: host}}, "controller": {"hosts": {FQDN: {}}}}

    def write(self, name: str, text: str) -> None:
        command = self.followed.mail.host.ssh(f"cat > {HOME}/{name}")
        subprocess.run(command, input=text, text=True, check=True)

    def fetch(self) -> None:
        """The forge as it is now, where the clone finds it: at once, for a timer may be looking."""
        self.send(self.followed.folder / "forge", f"{HOME}/sent")
        self.run(
            f"cd {HOME} && git init --quiet --bare --initial-branch=main forge && "
            "git -C forge fetch --quiet ../sent '+refs/heads/*:refs/heads/*'"
        )

    def follow(self) -> int:
        """Have systemd run the unit; whether that fails."""
        self.fetch()
        return self.run("systemctl start danhba-follow.service", 600, check=False).returncode

    def refusals(self, commit: str) -> int:
        """How often the unit has refused a commit."""
        log = self.run("journalctl --unit danhba-follow --output cat").stdout
        return len(re.findall(rf"--detach\s+{commit}", log))

    def told(self) -> None:
        """Wait until what writes to the operators has ended; it is begun by the failure of the unit."""
        state = "systemctl show --value --property ActiveState danhba-told@danhba-follow"
        self.run(f"timeout 180 sh -c 'while {state} | grep -q ^activ; do sleep 1; done'", 200)

    @contextmanager
    def timer(self, name: str, setting: str) -> Iterator[None]:
        """Have a timer run by another calendar, and let what it has begun come to its end."""
        with self.drop_in(f"{name}.timer", f"[Timer]\nOnCalendar=\n{setting}\nAccuracySec=1\n"):
            self.run(f"systemctl start {name}.timer")
            yield
            self.run(f"systemctl stop {name}.timer")
        until(lambda: not self.state(name).startswith("activating"), 600)

    def state(self, unit: str) -> str:
        """What systemd says of a unit: what it is at, and how its last run ended."""
        asked = self.run(f"systemctl show --property ActiveState --property Result {unit}").stdout
        return " ".join(sorted(line.partition("=")[2] for line in asked.split()))

    @contextmanager
    def drop_in(self, unit: str, setting: str) -> Iterator[None]:
        """More settings of a unit, for as long."""
        folder = f"/run/systemd/system/{unit}.d"
        self.run(f"mkdir -p {folder} && printf {shlex.quote(setting)} > {folder}/test.conf && systemctl daemon-reload")
        yield
        self.run(f"rm -r {folder} && systemctl daemon-reload")

    @contextmanager
    def clock(self, ahead: timedelta) -> Iterator[None]:
        """The clock by which the unit goes is that much ahead; the host's own is not."""
        self.run("apt-get update --quiet && apt-get install --quiet --yes libfaketime", 300)
        library = self.run("dpkg -L libfaketime | grep '/libfaketime.so.1$'").stdout.strip()
        setting = f"[Service]\nEnvironment=LD_PRELOAD={library} FAKETIME={round(ahead.total_seconds()):+}\n"
        with self.drop_in("danhba-follow.service", setting):
            yield

    @contextmanager
    def a_day_later(self) -> Iterator[None]:
        """The unit's clock and what the host says are a day ahead, and what a test takes."""
        ahead = timedelta(1) + MIDNIGHT
        with self.clock(ahead):
            says = f'exec /usr/bin/date -d "+{round(ahead.total_seconds())} seconds" "$@"'
            self.run(f"printf '#!/bin/sh\n{says}\n' > /usr/local/bin/date && chmod 755 /usr/local/bin/date")
            yield
            self.run("rm /usr/local/bin/date")


@pytest.fixture(scope="module")
def own(followed: Followed) -> Iterator[OwnController]:
    made = OwnController(followed)
    made.install()
    made.set_up()
    yield made
    made.run("systemctl disable danhba-follow.timer danhba-drift.timer danhba-monthly.timer")
    made.run(f"sed -i '/ own-controller$/d' /root/.ssh/authorized_keys; rm -rf {HOME} {SOFTWARE}", 300)


@pytest.mark.clause("R5", "R9.2", "R9.3")
def test_timers_apply_a_signed_merge_and_write_to_the_operators_about_one_that_is_not(
    followed: Followed, own: OwnController, today: str
) -> None:
    """Nobody starts a unit, its timer comes by every few seconds. Who edits needs no key: who merges signs."""
    with own.timer("danhba-follow", "OnCalendar=*:*:0/10"):
        followed.editors.append("stc", BY_UNIT, "Sùng A Páo", today)
        followed.merge(signed=True)
        own.fetch()
        until(lambda: followed.has(BY_UNIT), 300)
        followed.editors.append("stc", NOT_BY_UNIT, "Hầu A Lềnh", today)
        refused = followed.merge(signed=False)
        own.fetch()
        # It goes on being refused, and is told once.
        until(lambda: own.refusals(refused) > 1, 300)
    own.told()
    assert not followed.has(NOT_BY_UNIT)
    (text,) = letters(followed.mail, "Không tự chạy được: danhba-follow", 180)
    why, _, log = text.partition("Nhật ký -- the log:")
    assert "không có chữ ký" in " ".join(why.split())
    assert "PLAY [Take in what was approved]" in log
    # As the letter says: an operator has looked, and takes it.
    own.run(f"git -C {HOME}/clone checkout --quiet --detach origin/main")
    assert own.follow() == 0
    assert followed.has(NOT_BY_UNIT)


def test_their_sandboxes_refuse_what_they_do_not_need(own: OwnController) -> None:
    tried = sandboxes.try_all(lambda command: own.run(command, 120).stdout)
    assert tried.keys() >= sandboxes.CONTROLLER
    assert sandboxes.faults(tried) == []


@pytest.mark.clause("R9.8", "R14")
def test_the_months_unit_mails_its_report_sealed(own: OwnController) -> None:
    own.run("systemctl start danhba-monthly.service", 600)
    assert "Đã gửi báo cáo tháng" in own.run("journalctl --unit danhba-monthly --output cat").stdout
    wait = "timeout 60 sh -c 'until grep -rlF \"bao-cao-\" /srv/vmail/agency/stttt/Maildir/new; do sleep 0.5; done'"
    [file] = own.run(wait, 90).stdout.split()
    assert ".zip.age" in own.run(f"cat {file}").stdout


@pytest.mark.clause("R9.2", "R9.3")
def test_what_goes_beyond_a_guard_is_asked_about_and_nothing_of_it_is_done(
    followed: Followed, own: OwnController, today: str
) -> None:
    before = followed.open()
    closed = [(agency, person) for agency, person in _many(followed.editors) if person in before]
    assert len(closed) > 20
    for agency, person in closed:
        followed.editors.close(agency, person, today)
    followed.send(signed=True)
    assert own.follow() != 0
    assert followed.open() == before
    own.told()
    assert until(lambda: told(followed.mail, f"danhba acknowledge --limit close --count {len(closed)}"), 300)
    followed.git("editors", "revert", "--no-edit", f"-S{followed.folder / 'key'}", "HEAD")
    followed.git("editors", "push", "--quiet", "origin", "HEAD:main")
    assert own.follow() == 0


@pytest.mark.clause("R9.2")
@pytest.mark.timeout(3000)
def test_the_days_timer_tells_what_was_changed_by_hand_and_heals_it(
    followed: Followed, own: OwnController, by_hand: tuple[str, ...]
) -> None:
    """The whole unit in its sandbox, begun by its timer: it ends well, so `verify.yml` and `audit.yml` did, too."""
    quota = "SELECT quota FROM mail.account WHERE id = '000101'"
    changed_by_hand = sql(followed.mail, quota)
    own.run("systemctl reset-failed")
    with own.timer("danhba-drift", "OnActiveSec=2"):
        until(lambda: own.state("danhba-drift").startswith("activating"), 60)
        until(lambda: not own.state("danhba-drift").startswith("activating"), 2400)
    log = own.run("journalctl --unit danhba-drift --lines 200 --output cat").stdout
    assert own.state("danhba-drift") == "inactive success", log
    (letter,) = letters(followed.mail, "Máy chủ đã bị sửa ngoài quy trình")
    assert [what for what in by_hand if what not in letter] == []
    assert sql(followed.mail, quota) != changed_by_hand
    healed = "grep -c 'by hand' /etc/postfix/master.cf; systemctl is-active postfix"
    assert own.run(healed, check=False).stdout == "0\nactive\n"
    assert json.loads(own.run(f"tail -n 1 {HOME}/private/audit-heads.jsonl").stdout)["host"] == FQDN


@pytest.mark.clause("R5", "R9.2")
def test_by_a_clock_two_days_wrong_nothing_begins_and_the_operators_are_told(
    followed: Followed, own: OwnController, today: str
) -> None:
    """Ahead, what begins the day after tomorrow would begin today; behind, commits come from the future."""
    followed.editors.append("stc", IN_TWO_DAYS, "Ly A Sò", str(date.fromisoformat(today) + timedelta(2)))
    followed.send(signed=True)
    before = followed.open()
    for days, said in ((-2, "là ngày chưa tới"), (2, "nhanh hơn"), (2, "nhanh hơn"), (-2, "chậm hơn")):
        with own.clock(timedelta(days)):
            assert own.follow() != 0
        own.told()
        assert len(until(lambda said=said: told(followed.mail, said), 300)) == 1, said  # type: ignore[misc]
        assert followed.open() == before
    assert own.follow() == 0
    assert followed.open() == before


@pytest.mark.clause("R5", "R9.2")
def test_what_begins_tomorrow_begins_without_anybody_at_work(followed: Followed, own: OwnController) -> None:
    """The last here: a server on which a day was applied does not go back to the day before."""
    # Not begun yet, though midnight may pass on the way.
    tomorrow = (datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")) + MIDNIGHT).date() + timedelta(1)
    followed.editors.append("stc", TOMORROW, "Tẩn A Lủ", str(tomorrow))
    followed.send(signed=True)
    assert own.follow() == 0
    assert not followed.has(TOMORROW)
    with own.a_day_later():
        assert own.follow() == 0
    assert followed.has(TOMORROW)


def _many(register: RegisterCopy) -> Iterator[tuple[str, str]]:
    """More people than may be closed at once, and of no agency too many; nobody who keeps a mailbox or leads."""
    for path in sorted((register.path / "agencies").glob("*.yml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        keepers = {each["person"] for each in data.get("custodians", ())}
        there = [each for each in data.get("people") or () if "closed" not in each and "suspended" not in each]
        # Those of this file came today, and none leaves on the day on which he came.
        found = [each for each in there if each["id"] not in keepers and not each.get("leader") and each["id"] < "9998"]
        yield from ((data["agency"], each["id"]) for each in found[-2:] if len(there) > 12)
