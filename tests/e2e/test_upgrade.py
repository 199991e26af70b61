"""A host of the former release, with mail on it, is brought to this one, and back again (issue 14, Show 6).

The former release is the last tag; or the commit that was tagged as 0.2.0, where a clone has no tags. The next one is
this tree with one migration more, so that there always is one. Both run as they are published, in folders of their own.
"""

from __future__ import annotations

import fcntl
import json
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab import Host, Lab
from tests.support.demo_host import officials_of_one_agency
from tests.support.deployment import FQDN, PROJECT, Deployment, PlaybookFailed, changed, environment
from tests.support.editing import RegisterCopy
from tests.support.mail import compose

from .conftest import _position

FIRST = "87728c61ab2717cd98bf1c2039a7e794042ef892"  # 0.2.0
REASON: dict[str, Any] = {"document": "12/QĐ-STTTT", "document_date": "2026-11-27"}
MIGRATION = "COMMENT ON SCHEMA mail IS 'upgraded';\n"
# Packages in a repository of the host's own: one of the last part, and one of the mail store's, which breaks the gates.
PACKAGE, BREAKER = "danhba-sample", "dovecot-sample"
_REPOSITORY = """
set -e
mkdir -p /srv/packages/$1/DEBIAN && cd /srv/packages
form='Package: %s\\nVersion: %s\\nArchitecture: all\\nMaintainer: Nobody <nobody@example.org>\\nDescription: x\\n'
printf "$form" "$1" "$2" > "$1/DEBIAN/control"
printf '#!/bin/sh\\n%s\\n' "$3" > "$1/DEBIAN/postinst"
chmod 755 "$1/DEBIAN/postinst"
rm -f "$1"_*.deb
dpkg-deb --build "$1" "$1_$2.deb" > /dev/null
for each in *.deb; do
  dpkg-deb --field $each
  printf 'Filename: ./%s\\nSize: %s\\n' $each $(stat --format=%s $each)
  printf 'SHA256: %s\\n\\n' $(sha256sum $each | cut -d' ' -f1)
done > Packages
echo 'deb [trusted=yes] file:/srv/packages ./' > /etc/apt/sources.list.d/sample.list
apt-get update -qq
"""

pytestmark = [pytest.mark.clause("R9.2"), pytest.mark.long, pytest.mark.timeout(3600)]


def former() -> str:
    """The last release before this tree, as git knows it."""
    words = ["git", "describe", "--tags", "--abbrev=0", "--match", "v[0-9]*", "HEAD^"]
    told = subprocess.run(words, cwd=PROJECT, check=False, text=True, capture_output=True)
    revision = told.stdout.strip() or FIRST
    known = subprocess.run(["git", "cat-file", "-e", f"{revision}^{{commit}}"], cwd=PROJECT, check=False)
    if known.returncode:
        pytest.skip(f"this clone does not have {revision}: git fetch --unshallow --tags")
    return revision


def publish(tree: Path, folder: Path) -> Path:
    """A folder to run a version from: its collection as it is published, and the lab's inventory."""
    _galaxy("build", "--output-path", str(folder / "built"), cwd=tree)
    (artefact,) = (folder / "built").iterdir()
    collections = str(folder / ".ansible/collections")
    _galaxy("install", "--force", "--no-deps", "--offline", str(artefact), "--collections-path", collections, cwd=tree)
    shutil.copytree(tree / "inventories", folder / "inventories", symlinks=True)
    shutil.copy(tree / "ansible.cfg", folder)
    for name in ("docs", "playbooks", "roles"):
        (folder / name).symlink_to(f".ansible/collections/ansible_collections/laocai/mail/{name}")
    return folder


def _galaxy(*words: str, cwd: Path) -> None:
    galaxy = str(Path(sys.executable).with_name("ansible-galaxy"))
    subprocess.run([galaxy, "collection", *words], cwd=cwd, env=environment(), check=True, capture_output=True)


def take_out(revision: str, folder: Path) -> Path:
    """The tree of a revision, or of the working copy where none is named."""
    folder.mkdir(parents=True)
    if revision:
        packed = subprocess.run(["git", "archive", revision], cwd=PROJECT, check=True, stdout=subprocess.PIPE).stdout
        subprocess.run(["tar", "--extract"], cwd=folder, input=packed, check=True)
        return folder
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=PROJECT, check=True, text=True, stdout=subprocess.PIPE).stdout.split("\0")
    for name in filter(None, names):
        if (PROJECT / name).exists() or (PROJECT / name).is_symlink():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name, follow_symlinks=False)
    return folder


@dataclass(frozen=True)
class World:
    """A mail host and a backup host, and the two versions."""

    mail: Host
    store: Host
    work: Path
    number: int

    @cached_property
    def old(self) -> Path:
        return publish(take_out(former(), self.work / "old-tree"), self.work / "old")

    @cached_property
    def new(self) -> Path:
        tree = take_out("", self.work / "new-tree")
        folder = tree / "roles/database/files/migrations"
        last = max(int(path.name[:4]) for path in folder.glob("*.sql"))
        (folder / f"{last + 1:04}_upgraded.sql").write_text(MIGRATION)
        return publish(tree, self.work / "new")

    def deployment(self, project: Path) -> Deployment:
        """The mail host as one of the versions has it."""
        # An upgrade is refused while the timer's own backup runs, which would begin within five minutes of each hour.
        variables = {"backup_host": str(self.store.address), "backup_times": "yearly"}
        return Deployment(self.mail, self.work / "private", variables=variables, project=project)

    def on_store(self, version: Path, playbook: str, **variables: Any) -> str:
        """Run a playbook of a version on the backup host alone; what was said."""
        known = yaml.safe_load((self.old / "inventories/lab/hosts.yml").read_text(encoding="utf-8"))
        lab = known["mail"]["hosts"][FQDN]
        names = [name for name in lab if name.startswith("ansible_") and name != "ansible_host"]
        there = {name: lab[name] for name in names} | {"ansible_host": str(self.store.address), "test_host": True}
        inventory = self.work / "store.yml"
        inventory.write_text(yaml.safe_dump({"backup": {"hosts": {"backup.laocai.gov.vn": there}}}), encoding="utf-8")
        second = replace(
            self.deployment(version), host=self.store, variables={"backupstore_names": [str(self.store.address)]}
        )
        return second.play(playbook, "--inventory", str(inventory), "--limit", "backup", **variables)

    def deploy_store(self) -> None:
        """The backup host, by the former version."""
        own: dict[str, Any] = {"base_unattended_upgrades": False, "backupstore_from": [str(self.mail.address)]}
        self.on_store(self.old, "site", **own)


@pytest.fixture(scope="module")
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    number, lab = _position(request.path), Lab()
    names = (f"upgrade-{number}", f"upstore-{number}")
    for name in names:
        lab.down(name)
    try:
        mail = lab.up(names[0], address=f"10.233.0.{100 + number}", fqdn=FQDN)
        store = lab.up(names[1], address=f"10.233.0.{200 + number}", fqdn="backup.laocai.gov.vn")
        yield World(mail, store, tmp_path_factory.mktemp("upgrade"), number)
    finally:
        for name in names:
            lab.down(name)


@pytest.fixture(scope="module")
def people() -> tuple[str, str]:
    """The addresses of two officials of one agency."""
    one, other, *_rest = (item["address"] for item in officials_of_one_agency(RegisterCopy(PROJECT / "directory")))
    return one, other


def send(host: Deployment, people: tuple[str, str], subject: str) -> str:
    """Send a message from one to the other by their own passwords, and see it arrive; its id."""
    one, other = people
    message = compose(one, [other], subject, "Nội dung.")
    with host.server.submission(one, host.passwords[one]) as smtp:
        smtp.send_message(message)
    host.server.wait_for(other, host.passwords[other], str(message["Message-ID"]), 120)
    return str(message["Message-ID"])


def rows(host: Deployment, moment: str) -> dict[str, str]:
    """What must be as it was: digests of accounts, credentials, the first run's records, events until a moment."""
    until = f"WHERE at <= '{moment}'"
    asked = {
        "accounts": "SELECT md5(string_agg(id || address || state, ',' ORDER BY id)) FROM mail.account",
        "credentials": "SELECT md5(string_agg(password, ',' ORDER BY kind, id)) FROM mail.credential",
        "events": f"SELECT md5(string_agg(position::text, ',' ORDER BY source, position)) FROM events.event {until}",
        "records": "SELECT md5(string_agg(a::text, ',' ORDER BY entry)) FROM mail.audit a"
        " WHERE run = (SELECT min(run) FROM mail.audit)",
    }
    return {name: ask(host, question) for name, question in asked.items()}


def ask(host: Deployment, question: str) -> str:
    return host.host.run(f'cd / && runuser -u postgres -- psql -XAt -d danhba -c "{question}"').stdout.strip()


def collected(host: Deployment, messages: int) -> str:
    """The moment of the last event, when as many deliveries were collected."""
    end = time.monotonic() + 120
    while int(ask(host, "SELECT count(*) FROM events.event WHERE event = 'delivered'")) < messages:
        assert time.monotonic() < end, "the events of the messages are not collected"
        time.sleep(1)
    return ask(host, "SELECT max(at) FROM events.event")


def mail_files(host: Deployment) -> dict[str, str]:
    """SHA-256 of each message by its folder and base name, which stay when flags change."""
    find = "cd /srv/vmail && find . -path '*/cur/*' -o -path '*/new/*' | xargs -r -d '\\n' sha256sum"
    lines = (line.split("  ", 1) for line in host.host.run(find).stdout.splitlines())
    return {re.sub(r"/(cur|new)/", "/", path).partition(":")[0]: digest for digest, path in lines}


def offer(host: Deployment, name: str, version: str, does: str = ":") -> None:
    """Have a package in this version in a repository of the host's; what it does when it is installed."""
    words = shlex.join([name, version, does])
    host.host.run(f"bash -s -- {words} <<'END'\n{_REPOSITORY}END\n")


def install(host: Deployment, name: str) -> None:
    host.host.run(f"DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes {name}")


def version(host: Deployment, name: str) -> str:
    return host.host.run(f"dpkg-query --show --showformat='${{Version}}' {name}").stdout


# What one step leaves for the next.
KEPT: dict[str, Any] = {}


def test_the_former_release_works_with_mail_on_it(world: World, people: tuple[str, str]) -> None:
    old = world.deployment(world.old)
    world.deploy_store()
    old.play("site")
    old.play("passwords")
    for address in people:
        old.choose(address)
    KEPT["before"] = [send(old, people, f"thư trước {number}") for number in range(3)]
    KEPT["moment"] = collected(old, len(KEPT["before"]))
    KEPT["rows"], KEPT["mail"] = rows(old, KEPT["moment"]), mail_files(old)
    assert all(KEPT["rows"].values()), KEPT["rows"]
    for name in (PACKAGE, BREAKER):
        offer(old, name, "1")
        install(old, name)
    offer(old, PACKAGE, "2")


def test_check_mode_and_an_unwell_host_change_nothing(world: World, story: Callable[[], None]) -> None:
    story()
    new = world.deployment(world.new)
    said = new.play("upgrade", "--check")
    assert f"{PACKAGE} 1 → 2" in said
    assert changed(said) == 0
    new.host.run("systemctl stop postfix")
    with pytest.raises(PlaybookFailed, match=r"is\s+not\s+well"):
        new.play("upgrade")
    new.host.run("systemctl start postfix")
    with pytest.raises(PlaybookFailed, match=r"is\s+no\s+backup\s+host"):
        new.play("upgrade", backup_host="")
    # A drill is at work, so that a backup ends well without having made one; an older one is there.
    drill = "systemd-run --quiet --unit=drill-at-work flock /var/lib/danhba-backup/lock sleep infinity"
    new.host.run(f"systemctl start danhba-backup && {drill}")
    with pytest.raises(PlaybookFailed, match=r"No\s+backup\s+could\s+be\s+made\s+now"):
        new.play("upgrade")
    new.host.run("systemctl stop drill-at-work")
    assert version(new, PACKAGE) == "1"
    assert not list((world.work / "private").glob("upgrades/*"))


def test_the_backup_host_is_not_upgraded_beside_another_playbook(world: World, story: Callable[[], None]) -> None:
    story()
    with (world.work / "private/lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(PlaybookFailed, match=r"holds\s+that\s+lock"):
            world.on_store(world.new, "upgrade")
    assert changed(world.on_store(world.new, "upgrade")) == 0, "there is nothing to upgrade"


def test_debians_packages_come_behind_a_backup(world: World, story: Callable[[], None]) -> None:
    story()
    new = world.deployment(world.new)
    said = new.play("upgrade")
    point = re.search(r"-e\s+set=([0-9]{8}T[0-9]{6}Z)", said)
    assert point, said
    KEPT["point"] = point[1]
    (record,) = (world.work / "private/upgrades").glob(f"{FQDN}-*.json")
    told = json.loads(record.read_text(encoding="utf-8"))
    assert {"name": PACKAGE, "before": "1", "after": "2"} in told["packages"]
    assert told["backup"] == point[1]
    assert record.stat().st_mode & 0o077 == 0
    assert version(new, PACKAGE) == "2"
    journal = new.host.run("journalctl --identifier=danhba-upgrade --output=cat --no-pager").stdout
    assert f"{PACKAGE} 1 -> 2" in journal
    assert "Now run playbooks/site.yml" in " ".join(said.split())


def test_it_stops_at_the_part_that_breaks_the_mail(world: World, story: Callable[[], None]) -> None:
    story()
    new = world.deployment(world.new)
    offer(new, PACKAGE, "3")
    offer(new, BREAKER, "2", "systemctl stop postfix")
    with pytest.raises(PlaybookFailed, match=r"is\s+not\s+well") as stopped:
        new.play("upgrade")
    said = " ".join(stopped.value.output.split())
    assert "after the mail store" in said
    assert "playbooks/restore.yml -e step=host -e set=" in said
    assert (version(new, BREAKER), version(new, PACKAGE)) == ("2", "2")
    assert len(list((world.work / "private/upgrades").glob("*.json"))) == 2
    new.host.run("systemctl start postfix")
    new.play("upgrade")
    assert version(new, PACKAGE) == "3"


def test_the_way_back_is_told_though_apt_itself_cannot_go_on(world: World, story: Callable[[], None]) -> None:
    story()
    new = world.deployment(world.new)
    before = set((world.work / "private/upgrades").glob("*.json"))
    offer(new, BREAKER, "3", "exit 1")
    with pytest.raises(PlaybookFailed) as stopped:
        new.play("upgrade")
    said = " ".join(stopped.value.output.split())
    assert "playbooks/restore.yml -e step=host -e set=" in said
    assert set((world.work / "private/upgrades").glob("*.json")) > before, "it is on record"
    offer(new, BREAKER, "4")
    new.play("upgrade")
    assert version(new, BREAKER) == "4"


def test_the_next_release_keeps_all_and_goes_on(
    world: World, people: tuple[str, str], story: Callable[[], None]
) -> None:
    story()
    new = world.deployment(world.new)
    new.play("site")
    found = mail_files(new)
    assert {name: found.get(name) for name in KEPT["mail"]} == KEPT["mail"]
    assert rows(new, KEPT["moment"]) == KEPT["rows"]
    KEPT["after"] = send(new, people, "thư sau")
    new.play("verify")
    assert changed(new.play("site")) == 0
    assert changed(new.play("upgrade")) == 0


def test_a_host_starts_anew_only_where_it_may(world: World, people: tuple[str, str], story: Callable[[], None]) -> None:
    story()
    new = world.deployment(world.new)
    new.host.run("touch /run/reboot-required")
    said = new.play("upgrade")
    assert changed(said) == 0
    assert "The host still has to start anew" in " ".join(said.split())
    new.play("upgrade", upgrade_reboot=True)
    assert new.host.run("test -e /run/reboot-required", check=False).returncode
    send(new, people, "thư sau khi khởi động lại")


def test_an_older_version_is_refused_before_it_changes_anything(world: World, story: Callable[[], None]) -> None:
    story()
    with pytest.raises(PlaybookFailed, match=r"is\s+older\s+than\s+the\s+server") as refused:
        world.deployment(PROJECT).play("site")
    assert "restore.yml -e step=host" in " ".join(refused.value.output.split())
    assert changed(refused.value.output) == 0
    world.deployment(world.new).host.run("systemctl stop postgresql@17-main")
    with pytest.raises(PlaybookFailed, match=r"is\s+older\s+than\s+the\s+server"):
        world.deployment(PROJECT).play("site")


def test_the_way_back_is_a_restore(world: World, people: tuple[str, str], story: Callable[[], None]) -> None:
    """A fresh host of the former version, and the backup that the upgrade has made."""
    story()
    lab = Lab()
    lab.down(world.mail.name)
    lab.up(world.mail.name, address=str(world.mail.address), fqdn=FQDN)
    old = world.deployment(world.old)
    old.play("site", "--skip-tags", "accounts")
    old.play("restore", step="host", set=KEPT["point"], **REASON)
    old.play("site")
    found = mail_files(old)
    assert {name: found.get(name) for name in KEPT["mail"]} == KEPT["mail"]
    assert rows(old, KEPT["moment"]) == KEPT["rows"]
    ids = {str(each["Message-ID"]) for each in old.server.inbox(people[1], old.passwords[people[1]])}
    assert set(KEPT["before"]) <= ids
    assert KEPT["after"] not in ids
    send(old, people, "thư sau khi lùi")
    old.play("verify")
