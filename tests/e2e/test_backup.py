"""Backups on a second host: a mail host that is lost comes back, and whoever has broken into it cannot destroy them."""

from __future__ import annotations

import json
import re
import secrets
import shlex
import smtplib
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from ipaddress import IPv4Address
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab import Host, Lab
from tests.support import sandboxes
from tests.support.demo_host import AGAIN, NAME
from tests.support.deployment import FQDN, PROJECT, Deployment, PlaybookFailed, changed, environment
from tests.support.mail import compose
from tests.support.waiting import until

from .conftest import Official, _position

OPERATORS = "agency/stttt"
REASON: dict[str, Any] = {"document": "12/QĐ-STTTT", "document_date": "2026-11-27"}
RESTIC = (
    'export RESTIC_REPOSITORY=rest:$(python3 -c \'import json; print(json.load(open("/etc/danhba/backup.json"))'
    '["repository"])\') RESTIC_REST_USERNAME=mail RESTIC_REST_PASSWORD=$(cat /etc/danhba/backup/store.password)'
    " RESTIC_PASSWORD_FILE=/etc/danhba/backup/repository.password RESTIC_CACERT=/etc/danhba/backup/store.crt"
    " RESTIC_CACHE_DIR=/root/cache; "
)

# By the store's own protocol, without restic.
_BY_HAND = """
import base64, http.client, os, ssl, urllib.parse
where = urllib.parse.urlsplit(os.environ["RESTIC_REPOSITORY"].removeprefix("rest:"))
user = base64.b64encode(f"mail:{os.environ['RESTIC_REST_PASSWORD']}".encode()).decode()
context = ssl.create_default_context(cafile=os.environ["RESTIC_CACERT"])
for method in ("DELETE", "POST"):
    for name in ("config", "keys/", "snapshots/", "data/", "index/", ""):
        connection = http.client.HTTPSConnection(where.hostname, where.port, context=context)
        connection.request(method, where.path + name, b"rubbish", {"Authorization": f"Basic {user}"})
        connection.getresponse()
"""

FOLDER = "Việc cũ"
# What takes from a mail server all that it has of its own: mail, database, keys, certificates and secrets. Left are the
# packages with their settings, which playbooks/site.yml would make again in minutes, and Debian's own empty cluster.
# The stop of postgresql alone does not wait for its clusters.
BARE = """
systemctl stop 'danhba-*' postfix dovecot nginx php8.4-fpm slapd rspamd valkey-server postgresql postgresql@17-main
set -e
rm -rf /srv/vmail /etc/ssl/mail /etc/letsencrypt /etc/roundcube/des_key
rm -rf /etc/pgbackrest.conf /var/lib/pgbackrest/* /var/spool/pgbackrest/*
find /etc/danhba ! -name '*.json' ! -type d -delete
find /var/lib/danhba-* /var/lib/valkey -ignore_readdir_race ! -type d -delete
pg_dropcluster 17 main
LC_ALL=C.UTF-8 pg_createcluster 17 main
"""
KEYS = ("tls", "database", "dkim", "dovecot", "credentials", "backup", "watch")
PSQL = "runuser -u postgres -- psql -XAt -d danhba -c "
DOORS = {"webmail": 443, "IMAP": 993, "submission": 465, "address book": 636}

pytestmark = [pytest.mark.clause("R9.2"), pytest.mark.long]


@pytest.fixture(scope="module")
def store(request: pytest.FixtureRequest) -> Iterator[Host]:
    """The backup host, with nothing deployed to it."""
    number = _position(request.path)
    name = f"{AGAIN}2" if AGAIN else f"store-{number}"
    lab = Lab()
    address = str(IPv4Address(lab.get(AGAIN).address) + 1) if AGAIN else f"10.233.0.{200 + number}"
    yield lab.up(name, address=address, fqdn="backup.laocai.gov.vn")
    if not AGAIN:
        lab.down(name)


@pytest.fixture(scope="module")
def backed(mail: Deployment, store: Host, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """The mail server, backed up to the backup host."""
    known = yaml.safe_load((PROJECT / "inventories/lab/hosts.yml").read_text(encoding="utf-8"))
    lab = known["mail"]["hosts"]["mail.laocai.gov.vn"]
    names = ("ansible_user", "ansible_python_interpreter", "ansible_ssh_private_key_file", "ansible_ssh_common_args")
    inventory = tmp_path_factory.mktemp("backup") / "hosts.yml"
    there = {name: lab[name] for name in names} | {"ansible_host": str(store.address), "test_host": True}
    inventory.write_text(yaml.safe_dump({"backup": {"hosts": {"backup.laocai.gov.vn": there}}}), encoding="utf-8")
    # Variables on the command line are those of all hosts, so each has a run of its own.
    second = replace(mail, host=store, variables={"backupstore_names": [str(store.address)]})
    options = ("--inventory", str(inventory))
    more: dict[str, Any] = {"base_unattended_upgrades": False, "backupstore_from": [str(mail.host.address)]}
    host: dict[str, Any] = {"backup_host": str(store.address)}
    second.play("site", *options, "--limit", "backup", **more)
    mail.play("site", "--tags", "backup", *(["--tags", "programs"] if AGAIN else []), **host)
    return replace(mail, variables=host)


def back_up(mail: Deployment) -> str:
    """Back up now, and say what the journal says; the hour's own run may have begun before what is sought was there."""
    state = "systemctl show --value --property ActiveState danhba-backup.service"
    ended = f"timeout 300 sh -c 'while {state} | grep -q ^activ; do sleep 1; done'"
    mail.host.run(f"systemctl stop danhba-backup.timer && {ended} && systemctl start danhba-backup", timeout=400)
    return mail.host.run("journalctl -u danhba-backup -n 5 -o cat --no-pager").stdout


def send(mail: Deployment, sender: Official, recipient: Official, subject: str) -> str:
    """Send a message; its id, when the server has taken it."""
    message = compose(sender.address, [recipient.address], subject, "Nội dung.")
    with mail.server.submission(sender.address, sender.password) as smtp:
        smtp.send_message(message)
    return str(message["Message-ID"])


def digests(mail: Deployment) -> dict[str, str]:
    """SHA-256 of each message by its folder and base name, which stay when flags change.

    But of the operators', to whom the watch may write at any moment.
    """
    find = f"cd /srv/vmail && find . -path './{OPERATORS}/*' -prune -o -path '*/cur/*' -print -o -path '*/new/*' -print"
    find += " | xargs -r -d '\\n' sha256sum"
    lines = (line.split("  ", 1) for line in mail.host.run(find).stdout.splitlines())
    return {re.sub(r"/(cur|new)/", "/", path).partition(":")[0]: digest for digest, path in lines}


def rows(mail: Deployment, query: str) -> list[str]:
    """What a query of the database gives, a line each."""
    return mail.host.run(PSQL + shlex.quote(query)).stdout.splitlines()


def lose(mail: Deployment) -> None:
    """The host is gone; at its address is a fresh one, given its keys by an operator (test_upgrade: from nothing)."""
    if not AGAIN:
        lab = Lab()
        lab.down(mail.host.name)
        lab.up(mail.host.name, address=str(mail.host.address), fqdn=FQDN, over=NAME)
    mail.host.run(BARE, timeout=300)
    mail.play("site", "--tags", ",".join(KEYS), "--skip-tags", "accounts")
    mail.host.run("systemctl start $(systemctl list-unit-files --state=enabled --no-legend 'danhba-*' | cut -d' ' -f1)")


def own(mail: Deployment) -> dict[str, object]:
    """What no playbook could make again: the certificate that each door shows, the keys, what was applied and when."""
    asked = f"openssl s_client -servername {FQDN} -connect {mail.host.address}:"
    shown = asked + "{} < /dev/null 2> /dev/null | openssl x509 -noout -fingerprint"
    keys = "find /etc/ssl/mail /var/lib/danhba-dkim -type f | sort | xargs sha256sum"
    accounts = "SELECT a, c FROM mail.account a LEFT JOIN mail.credential c USING (kind, id) ORDER BY 1"
    return {
        **{door: mail.host.run(shown.format(port)).stdout for door, port in DOORS.items()},
        "keys": mail.host.run(keys).stdout,
        "commits": rows(mail, "SELECT run, at, actor, register, checksum FROM mail.run ORDER BY run"),
        "accounts": rows(mail, accounts),
    }


def test_it_backs_up_under_load_and_comes_back_whole(
    backed: Deployment, officials: list[Official], store: Host, capsys: pytest.CaptureFixture[str]
) -> None:
    """The host is lost; all that was acknowledged before the last backup began is on the fresh one."""
    one, other, busy = officials[:3]  # the last may have sent all that he may by the end
    taken = [send(backed, one, other, f"before {number}") for number in range(10)]
    for message_id in taken:
        backed.server.wait_for(other.address, other.password, message_id, 60)
    told = f"SELECT message_id FROM events.event WHERE event = 'stored' AND id = '{other.id}'"
    until(lambda: set(taken) <= set(rows(backed, told)))
    before, stop = digests(backed), threading.Event()

    def go_on() -> None:
        with suppress(smtplib.SMTPRecipientsRefused):  # as many as somebody may send
            while not stop.is_set():
                send(backed, busy, other, "under load")

    load = threading.Thread(target=go_on)
    load.start()
    try:
        back_up(backed)
    finally:
        stop.set()
        load.join()
    kept, settings = own(backed), "cd /etc && sha256sum dovecot/dovecot.conf postfix/main.cf danhba/backup.json"
    written = backed.host.run(settings).stdout
    kept_sets = json.loads(backed.host.run(RESTIC + "restic snapshots --tag keys --json").stdout)
    newest = max(kept_sets, key=itemgetter("time"))["id"]
    lose(backed)
    assert not backed.host.run("ls -A /srv/vmail").stdout
    assert rows(backed, "SELECT count(*) FROM mail.account") == ["0"]
    refused = backed.host.run("danhba-host backup", check=False)
    assert "restore first" in refused.stderr
    said = backed.play("restore", step="host", **REASON)
    figures = re.search(r"RPO at most ([0-9]+) s.*RTO of the data alone.*: ([0-9]+) s", " ".join(said.split()))
    assert figures, said
    with capsys.disabled():
        print(f"\nRPO {figures[1]} s, RTO {figures[2]} s")
    after = digests(backed)
    assert {name: after.get(name) for name in before} == before
    backed.play("site", "--tags", "tls")  # for the controller, which keeps the certificate of the lab's authority
    assert own(backed) == kept
    there = {str(message["Message-ID"]) for message in backed.server.inbox(other.address, other.password)}
    assert set(taken) <= there
    assert set(taken) <= set(rows(backed, told))
    # Settings are not put back, and are in the set, to look things up in; the hour's own run may have made one since.
    restored = f"cd $(mktemp -d) && restic restore -t . -i /etc {newest} > /dev/null && cd etc && {{}}"
    assert backed.host.run(RESTIC + restored.format(settings.partition("&& ")[2])).stdout == written
    # It works on: mail arrives, signed by the key that was lost, and is backed up again.
    late = send(backed, one, other, "after the restore")
    assert backed.server.wait_for(other.address, other.password, late, 60)
    assert "backed up" in back_up(backed)


@pytest.mark.parametrize("what", ["message", "folder", "mailbox"])
def test_a_part_comes_back_and_nothing_else_changes(
    backed: Deployment, officials: list[Official], story: Callable[[], None], what: str
) -> None:
    """One message, one folder, one mailbox, each into a new folder beside the living mail."""
    story()
    address = officials[1].address
    if what == "message":
        save = f"doveadm save -u {shlex.quote(address)} -m {shlex.quote(FOLDER)}"
        backed.host.run(f"doveadm mailbox create -u {shlex.quote(address)} {shlex.quote(FOLDER)}")
        backed.host.run(f"for each in 1 2 3; do printf 'Subject: %s\\n\\nx\\n' $each | {save}; done")
        back_up(backed)
    before = digests(backed)
    own = status(backed, address)
    one = str(backed.server.inbox(address, officials[1].password)[0]["Message-ID"])
    choices: dict[str, tuple[dict[str, Any], dict[str, int]]] = {
        "message": ({"message_id": one}, {"INBOX": 1}),
        "folder": ({"folder": FOLDER}, {FOLDER: 3}),
        "mailbox": ({}, {name: count for name, count in own.items() if count and not name.startswith("Khôi phục")}),
    }
    asked, wanted = choices[what]
    said = backed.play("restore", step="mailbox", mailbox=address, **asked, **REASON)
    assert re.search(rf"\b{sum(wanted.values())}\s+messages\b", said), said
    new = {name: count for name, count in status(backed, address).items() if name not in own and count}
    assert {re.sub(r"^Khôi phục 20[0-9-]{8}( \([0-9]\))?/", "", name): count for name, count in new.items()} == wanted
    after = digests(backed)
    assert {name: after.get(name) for name in before} == before
    assert len(after) == len(before) + sum(wanted.values())


def status(mail: Deployment, address: str) -> dict[str, int]:
    """How many messages each folder of a mailbox has."""
    said = mail.host.run(f"doveadm -f json mailbox status -u {shlex.quote(address)} messages '*'").stdout
    return {each["mailbox"]: int(each["messages"]) for each in json.loads(said)}


def test_the_table_of_accounts_comes_back_alone(
    backed: Deployment, officials: list[Official], story: Callable[[], None]
) -> None:
    """To a moment: what was changed by mistake since is as it was, and nothing else is touched."""
    story()
    other = officials[1]
    others = (
        "SELECT to_jsonb(a) - 'name', c FROM mail.account a LEFT JOIN mail.credential c USING (kind, id) ORDER BY 1"
    )
    named = f"SELECT name FROM mail.account WHERE id = '{other.id}'"
    moment = backed.host.run("date +%Y-%m-%dT%H:%M:%S.%6N%:z").stdout.strip()
    before, name, mail = rows(backed, others), rows(backed, named), digests(backed)
    time.sleep(2)
    rows(backed, f"UPDATE mail.account SET name = 'Sửa Nhầm' WHERE id = '{other.id}'")
    back_up(backed)

    said = " ".join(backed.play("restore", step="sets").split())
    listed = re.search(r"([0-9]+) bản sao lưu, giờ UTC: ([0-9TZ, ]+)[.]", said)
    assert listed, said
    sets = listed[2].split(", ")
    assert (len(sets), sets) == (int(listed[1]), sorted(sets, reverse=True))
    assert rows(backed, named) == ["Sửa Nhầm"]

    said = " ".join(backed.play("restore", step="accounts", moment=moment, **REASON).split())
    assert f"1 tài khoản đã đổi lại: bảng tài khoản như bản {sets[0]}" in said
    assert rows(backed, named) == name
    assert (rows(backed, others), digests(backed)) == (before, mail)
    recorded = "SELECT document, document_date, run, counts ->> 'changed' FROM mail.restore WHERE what = 'accounts'"
    assert rows(backed, recorded) == [f"12/QĐ-STTTT|2026-11-27|{sets[0]}|1"]
    audited = "SELECT id, document, before ->> 'name' FROM mail.audit WHERE action = 'restore_account'"
    assert rows(backed, audited) == [f"{other.id}|12/QĐ-STTTT|Sửa Nhầm"]
    assert backed.server.inbox(other.address, other.password)


def test_a_host_in_use_is_refused(backed: Deployment, officials: list[Official], story: Callable[[], None]) -> None:
    story()
    late = send(backed, officials[0], officials[1], "not in the backup")
    backed.server.wait_for(officials[1].address, officials[1].password, late, 60)
    before = digests(backed)
    asked = json.dumps({"step": "stage", "actor": "an", **REASON})
    answer = backed.host.run(f"danhba-host backup.restore <<< {shlex.quote(asked)}", check=False)
    assert answer.returncode == 1
    assert "this host is in use" in answer.stderr
    assert digests(backed) == before


def test_ransom(backed: Deployment, store: Host, story: Callable[[], None]) -> None:
    """Root on the mail host, with all the keys that it holds: what he can do is to add rubbish."""
    story()
    listing = "cd /srv/danhba-backup/mail && find . -type f -not -path './locks/*' -exec sha256sum {} +"
    before = set(store.run(listing).stdout.splitlines())
    for attempt in (
        "restic forget --keep-last 1 --prune",
        "restic forget latest --unsafe-allow-remove-all",
        "restic rewrite --forget --exclude '*'",
        "restic prune --max-unused 0",
        "restic unlock --remove-all",
        "restic init",
        f"python3 -c {shlex.quote(_BY_HAND)}",
    ):
        backed.host.run(RESTIC + attempt, check=False)
    ssh = backed.host.run(f"ssh -o BatchMode=yes -o StrictHostKeyChecking=no root@{store.address} true", check=False)
    assert ssh.returncode
    backed.host.run(
        "setpriv --reuid=postgres --regid=postgres --init-groups pgbackrest --stanza=main stop", check=False
    )
    after = set(store.run(listing).stdout.splitlines())
    assert before <= after
    # The backup host puts aside what he has put beside, and reads the rest; the good ones can be restored.
    store.run("systemctl start danhba-backup-prune.service")
    left = set(store.run(listing).stdout.splitlines())
    assert {line for line in before if "/snapshots/" in line} <= left


def test_drill(backed: Deployment, store: Host, officials: list[Official], story: Callable[[], None]) -> None:
    """By its own unit, behind a backup that is at work; the playbook fetches the record, signed by the host."""
    story()
    backed.host.run(
        "setpriv --reuid=postgres --regid=postgres --init-groups pgbackrest --stanza=main start", check=False
    )
    back_up(backed)
    store.run("systemctl start danhba-backup-quarantine.service")  # as its timer does every two minutes
    probe = officials[1]
    backed.host.run(f"umask 077 && printf %s {shlex.quote(probe.password)} > /etc/danhba/probe.password")
    backed.play("site", "--tags", "backup", backup_drill_address=probe.address)
    living = "systemctl show -P MainPID dovecot; doveadm instance list"
    before, mail = backed.host.run(living).stdout, digests(backed)
    backed.host.run("flock /var/lib/danhba-backup/lock sleep 10 > /dev/null 2>&1 < /dev/null &")
    backed.host.run("systemctl start danhba-drill.service", timeout=600)
    text = backed.host.run("cat $(ls /var/lib/danhba-backup/drills/*.txt | tail -n 1)").stdout
    assert "PASSED" in text
    assert "HỎNG" not in text
    assert re.search(r"RTO của riêng cơ sở dữ liệu.*: [0-9.]+ s, 20.* - 20.* UTC", text), text
    there = len(backed.server.inbox(probe.address, probe.password))
    assert f"is opened on a second Dovecot: {probe.address}, INBOX {there} " in text
    assert "bằng mật khẩu / by its password" in text
    assert (backed.host.run(living).stdout, digests(backed)) == (before, mail)
    assert not backed.host.run("ls -d /var/lib/postgresql/danhba-drill", check=False).stdout
    assert "PASSED" in backed.play("drill")
    records = sorted(Path(backed.private / "drills").glob("*.txt"))
    assert records[-2].read_text(encoding="utf-8") == text
    assert Path(f"{records[-1]}.sig").exists()


def on(host: Host, command: str) -> str:
    """What a command says on a host."""
    return host.run(command, timeout=120).stdout


@pytest.mark.clause("R9.3")
def test_each_sandbox_of_them_refuses_what_its_unit_does_not_need(backed: Deployment, store: Host) -> None:
    for host, units in ((backed.host, sandboxes.BACKED_UP), (store, sandboxes.STORE)):
        tried = sandboxes.try_all(partial(on, host))
        assert units <= tried.keys()
        assert sandboxes.faults(tried) == []


@contextmanager
def every_few_seconds(host: Host, timer: str) -> Iterator[None]:
    """Have a timer of systemd fire every five seconds; then as it was."""
    folder = f"/run/systemd/system/{timer}.d"
    often = "[Timer]\nOnCalendar=\nOnCalendar=*:*:0/5\nRandomizedDelaySec=0\nAccuracySec=1s\n"
    reload = f"systemctl daemon-reload && systemctl restart {timer}"
    host.run(f"mkdir -p {folder} && printf {shlex.quote(often)} > {folder}/often.conf && {reload}")
    try:
        yield
    finally:
        host.run(f"rm -r {folder} && {reload}")


def test_the_timers_fire(backed: Deployment, store: Host, story: Callable[[], None]) -> None:
    """By systemd alone: a new set is in the store, and the backup host has looked after it."""
    story()
    timers = ((backed.host, "danhba-backup"), (store, "danhba-backup-prune"))
    for host, name in timers:
        last = f"systemctl show -P ExecMainExitTimestampMonotonic {name}.service"
        before, sets = host.run(last).stdout, arrivals(store)
        with every_few_seconds(host, f"{name}.timer"):
            until(lambda: host.run(last).stdout not in {before, "0\n"}, 300)  # noqa: B023
        # So that no run of the hour begins while it is counted what has arrived.
        host.run(f"systemctl stop {name}.timer")
        until(lambda: host.run(f"systemctl is-active {name}.service", check=False).stdout != "activating\n", 120)  # noqa: B023
        assert host.run(f"systemctl show -P Result -P ExecMainStatus {name}.service").stdout.split() == ["success", "0"]
        new = len(arrivals(store)) - len(sets)
        # Whole sets of four; on a quick machine the timer comes by more than once.
        assert new % 4 == 0
        assert bool(new) is ("prune" not in name)
    for host, name in timers:
        host.run(f"systemctl start {name}.timer")


def both(mail: Deployment, store: Host, folder: Path) -> Path:
    """An inventory of the mail server and the backup host."""
    known = yaml.safe_load((PROJECT / "inventories/lab/hosts.yml").read_text(encoding="utf-8"))
    lab = known["mail"]["hosts"]["mail.laocai.gov.vn"]
    there = lab | {"ansible_host": str(store.address)}
    hosts = {
        **{group: known[group] for group in ("webmail", "addressbook", "watch")},
        "mail": {"hosts": {"mail.laocai.gov.vn": lab | {"ansible_host": str(mail.host.address)}}},
        "backup": {"hosts": {"backup.laocai.gov.vn": there}},
    }
    (folder / "both.yml").write_text(yaml.safe_dump(hosts), encoding="utf-8")
    return folder / "both.yml"


def play_of_both(
    mail: Deployment, store: Host, folder: Path, playbook: str, *options: str, **variables: Any
) -> subprocess.CompletedProcess[str]:
    """Run a playbook that asks both hosts."""
    command = mail.command(playbook, *options, **variables)
    values = json.loads(command[command.index("--extra-vars") + 1])
    values.pop("ansible_host")  # on the command line it would be that of all hosts
    command[command.index("--extra-vars") + 1] = json.dumps(values)
    command[command.index("--inventory") + 1] = str(both(mail, store, folder))
    return subprocess.run(
        command,
        cwd=PROJECT,
        env=environment(),
        text=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )


def play_on_both(mail: Deployment, store: Host, folder: Path, playbook: str, *options: str, **variables: Any) -> str:
    """Run it, and what it said where all went well."""
    done = play_of_both(mail, store, folder, playbook, *options, **variables)
    assert not done.returncode, done.stdout + done.stderr
    return done.stdout


# Asks the backup host's exporter as Prometheus does, or as somebody who has no certificate, or one of his own.
_ASK_EXPORTER = """
set -e
cd /etc/danhba/watch
ask() { python3 -c 'import ssl, sys, urllib.request as r
context = ssl.create_default_context(cafile="backup.laocai.gov.vn.crt")
if sys.argv[2:]: context.load_cert_chain(*sys.argv[2:])
print(r.urlopen(sys.argv[1], context=context, timeout=10).read().decode())' https://{address}:9100/metrics "$@"; }
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=mail.laocai.gov.vn \
  -keyout /run/own.key -out /run/own.crt 2> /dev/null
ask watch.crt watch.key | grep -c ^node_boot_time_seconds
ask 2> /dev/null | wc -c
ask /run/own.crt /run/own.key 2> /dev/null | wc -c
rm /run/own.*
"""


def test_the_backup_host_is_watched(backed: Deployment, store: Host, tmp_path: Path) -> None:
    """By TLS, where both sides show who they are; what is wrong there is told with its name."""
    at_once = {"watch_at_once": True, "watch_seconds": 5, "metrics_seconds": 5}
    tags = ("--tags", "base,metrics,watch")
    play_on_both(backed, store, tmp_path, "site", *tags, **at_once)
    assert changed(play_on_both(backed, store, tmp_path, "site", *tags, **at_once)) == 0
    assert backed.host.run(_ASK_EXPORTER.replace("{address}", str(store.address))).stdout.split() == ["1", "0", "0"]
    with socket.socket() as somebody_else:
        somebody_else.settimeout(3)
        assert somebody_else.connect_ex((str(store.address), 9100)) != 0
    tried = sandboxes.try_all(partial(on, store))
    assert sandboxes.faults(tried) == []

    def told() -> dict[str, Any]:
        said: dict[str, Any] = json.loads(backed.host.run("danhba-host status --format json", check=False).stdout)
        return said

    name = "backup.laocai.gov.vn"
    until(told, holds=lambda seen: {"host": name, "answers": True} in seen["hosts"])
    for begin, end, alert in (
        ("systemctl stop danhba-backup-prune.timer", "systemctl start danhba-backup-prune.timer", "service-down"),
        (
            "systemd-run --quiet --unit=trial false; sleep 1",
            "systemctl reset-failed trial",
            "unit-failed",
        ),
        (
            "mkdir /srv/small; mount -t tmpfs -o size=2M tmpfs /srv/small; head -c 1950K /dev/zero > /srv/small/full",
            "umount /srv/small; rmdir /srv/small",
            "disk-full",
        ),
        ("systemctl stop prometheus-node-exporter", "systemctl start prometheus-node-exporter", "target-down"),
    ):
        store.run(begin)
        try:
            until(told, holds=partial(names_it, alert, name))
        finally:
            store.run(end)
        until(told, holds=partial(is_over, alert, name))


def names_it(alert: str, host: str, status: dict[str, Any]) -> bool:
    """Whether an alert fires that names a host."""
    return any(each["alert"] == alert and host in each["summary"] for each in status["alerts"])


def is_over(alert: str, host: str, status: dict[str, Any]) -> bool:
    """Whether it does not any more."""
    return not names_it(alert, host, status)


def test_what_listens_on_the_backup_host_is_verified_too(
    backed: Deployment, store: Host, tmp_path: Path, story: Callable[[], None]
) -> None:
    """The store's own port and ssh are not among what is told."""
    story()
    told = "nothing listens on the backup host backup.laocai.gov.vn but what should tcp 8098 xem"
    store.run("systemd-run --quiet --unit=listens-on-purpose python3 -m http.server 8098; sleep 3")
    try:
        assert told in " ".join(play_of_both(backed, store, tmp_path, "verify").stdout.split())
    finally:
        store.run("systemctl stop listens-on-purpose")


@pytest.mark.clause("R10.7")
def test_the_backups_forget_what_was_recalled(
    backed: Deployment, store: Host, officials: list[Official], tmp_path: Path, story: Callable[[], None]
) -> None:
    """Erased on the mail host, then in every snapshot, by the same two signatures; other mail stays in them."""
    story()
    one, other = officials[0], officials[1]
    keys = [tmp_path / name for name in ("an", "binh")]
    for key in keys:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    known = [f"{key.name} {' '.join(key.with_suffix('.pub').read_text().split()[:2])}" for key in keys]
    for host, file in ((backed.host, "recall"), (store, "backup-recall")):
        script = f"import json; p='/etc/danhba/{file}.json'; s=json.load(open(p)); s['operators']={known!r}"
        host.run(f"python3 -c {shlex.quote(script + '; json.dump(s, open(p, chr(119)))')}")
    secret, kept = send(backed, one, other, "to be recalled"), send(backed, one, other, "to be kept")
    for each in (secret, kept):
        backed.server.wait_for(other.address, other.password, each, 60)
    back_up(backed)

    name = f"TH-{secrets.token_hex(4)}"
    why = {"purpose": "secret", "message_id": secret, **REASON}
    # The collector tells of a message a moment after it has come.
    until(lambda: succeeds(lambda: backed.play("recall", step="find", recall=name, **why)), 300)
    papers = backed.private / "recalls" / name
    for key in keys:
        words = ["ssh-keygen", "-Y", "sign", "-q", "-n", "danhba-recall", "-f", str(key)]
        with (papers / "plan.sha256").open("rb") as plan, (papers / f"{key.name}.sig").open("wb") as signature:
            subprocess.run(words, stdin=plan, stdout=signature, check=True)
    backed.play("recall", step="erase", recall=name)
    arrived = arrivals(store)

    for attempt in range(2):
        said = play_on_both(backed, store, tmp_path, "forget", recall=name)
        assert re.search(r"[1-9][0-9]*\s+backups\s+had.*\s0\s+have\s+it\s+still", said, re.DOTALL), said
        assert (changed(said) > 0) is (attempt == 0)
    assert arrivals(store) == arrived
    assert "no errors were found" in backed.host.run(RESTIC + "restic check --read-data").stdout
    backed.play("recall", step="record", recall=name)
    record = json.loads(sorted(papers.glob("bien-ban-*.json"))[-1].read_text(encoding="utf-8"))
    assert [step["detail"]["left"] for step in record["steps"] if step["step"] == "backups"] == [0]
    assert "backups" not in record["beyond"]


def arrivals(store: Host) -> list[str]:
    """When each snapshot arrived, oldest first."""
    listing = "find /srv/danhba-backup/mail/snapshots -type f -printf '%T@\\n'"
    return sorted(line.partition(".")[0] for line in store.run(listing).stdout.split())


def succeeds(attempt: Callable[[], object]) -> bool:
    """Whether a playbook comes to its end."""
    try:
        attempt()
    except PlaybookFailed:
        return False
    return True
