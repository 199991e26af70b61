"""Every alert on a real host: its cause is made, it fires and reaches Alertmanager, the cause goes, and it ends (R9.2).

What takes hours is not waited for: `for:` is 0 by `watch_at_once`, a job that last ran days ago is that job's own
program, run with a clock that is so many days behind, and what Prometheus has seen of a disk is given to it. What each
cause is its line says.
"""

from __future__ import annotations

import json
import shlex
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml

from tests.e2e.sending import RECIPIENTS, TIMES, Owner
from tests.e2e.watching import TIME_SERVER, asking, change
from tests.support import sandboxes
from tests.support.demo_host import addresses
from tests.support.deployment import FQDN, PROJECT, Deployment
from tests.support.editing import RegisterCopy
from tests.support.waiting import until

from .conftest import Official

pytestmark = [pytest.mark.clause("R9.2"), pytest.mark.long]

RULES = yaml.safe_load((PROJECT / "roles/watch/files/rules.yml").read_text(encoding="utf-8"))
ALERTS = [rule["alert"] for group in RULES["groups"] for rule in group["rules"]]
QUIET_SECONDS = 3600  # issue 14, Show 3: "none fires in a quiet hour"
SECONDS = 5  # between two looks
# What a container shares with the machine below.
MACHINES = ("/", "/var/tmp")  # noqa: S108 - names of labels
METRICS = "/var/lib/prometheus/node-exporter"
HERE = "10.233.0.1"  # this machine, as the host sees it
FAR_END = 25
# A program of the host with a clock that is behind, as it ran so many seconds ago.
_BEFORE = """
import sys, time
sys.path.insert(0, "/usr/local/lib/danhba")
now, behind = time.time, float(sys.argv.pop(1))
time.time = lambda: now() - behind
"""
_GUESSES = """
import json, socket, sys
from concurrent.futures import ThreadPoolExecutor
def guess(number, address):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect("/run/danhba-credentials/socket")
        asked = {"request": "sign_in", "address": address, "password": f"doan-{number}"}
        asked["client"] = f"198.51.100.{number}"
        connection.sendall(json.dumps(asked).encode() + b"\\n")
        return connection.recv(65536)
with ThreadPoolExecutor(16) as pool:
    guesses = [(number, address) for number in range(1, 22) for address in sys.argv[1:]]
    list(pool.map(lambda each: guess(*each), guesses))
"""
# Takes memory until so much of a hundred is left; it is the first to be killed where somebody needs it.
_TAKE = """
import mmap, time
kept = []
def left():
    rows = dict(line.split(":") for line in open("/proc/meminfo"))
    return 100 * int(rows["MemAvailable"].split()[0]) / int(rows["MemTotal"].split()[0])
while True:
    if left() > 4.5:
        kept.append(mmap.mmap(-1, 64 << 20))
        for page in range(0, 64 << 20, 4096):
            kept[-1][page] = 1
    elif left() < 3 and kept:
        kept.pop().close()
    else:
        time.sleep(0.2)
"""
_BACKUP = "from danhba_host.backup.metrics import note; note(*{words!r}, {{{label!r}: {value}}})"
# A package here, and a newer one where Debian's security updates come from.
SECURITY = r"""
set -e
mkdir -p /srv/fixed/package/DEBIAN && cd /srv/fixed
for version in 1 2; do
  printf 'Package: danhba-fixed\nVersion: %s\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\n' $version \
    > package/DEBIAN/control
  echo 'Description: x' >> package/DEBIAN/control
  dpkg-deb --build package $version.deb > /dev/null
done
dpkg -i 1.deb > /dev/null
{ dpkg-deb --field 2.deb
  printf 'Filename: ./2.deb\nSize: %s\n' $(stat --format=%s 2.deb)
  printf 'SHA256: %s\n\n' $(sha256sum 2.deb | cut -d' ' -f1); } > Packages
printf 'Origin: Debian\nLabel: Debian-Security\nSuite: stable-security\nCodename: %s-security\n' \
  "$(. /etc/os-release; echo "$VERSION_CODENAME")" > Release
printf 'SHA256:\n %s %s Packages\n' $(sha256sum Packages | cut -d' ' -f1) $(stat --format=%s Packages) >> Release
echo 'deb [trusted=yes] file:/srv/fixed ./' > /etc/apt/sources.list.d/fixed.list
apt-get update -qq
"""
LOOKED_AT = "systemctl start prometheus-node-exporter-apt.service"
_SQL = "runuser -u postgres -- psql -qAt -v ON_ERROR_STOP=1 danhba -c "


@dataclass
class Watched:
    """A host that is watched, and the mailboxes by which it is."""

    mail: Deployment
    operator: Official
    probed: Official
    sender: Official

    def run(self, command: str, timeout: float = 120) -> str:
        """What a command says there."""
        return self.mail.host.run(command, timeout=timeout).stdout

    def sql(self, *statements: str) -> str:
        """What the database's superuser is told."""
        return self.run(_SQL + shlex.quote("; ".join(statements)))

    def before(self, seconds: float, code: str) -> None:
        """Run Python with the library of the host's programs, its clock so far behind."""
        self.run(f"python3 -c {shlex.quote(_BEFORE + code)} {seconds}")

    def done_before(self, seconds: float, what: str, given: str = "") -> None:
        """Run one of the host's programs so."""
        words = what.split()
        code = f"from danhba_host.{words[0]}.__main__ import main; sys.exit(main({words[1:]!r}))"
        echo = f"echo {shlex.quote(given)} | " if given else ""
        self.run(f"{echo}python3 -c {shlex.quote(_BEFORE + code)} {seconds} || true")

    def ask(self, port: int, path: str) -> Any:
        """What Prometheus or Alertmanager answers; the second one, to whoever has root's key of the watch."""
        return json.loads(self.run(asking(port, path)))

    def over_time(self, query: str, since: float) -> list[dict[str, Any]]:
        """The series of a query, from a moment until now."""
        words = urlencode({"query": query, "start": since, "end": time.time(), "step": SECONDS})
        found: list[dict[str, Any]] = self.ask(9090, f"/api/v1/query_range?{words}")["data"]["result"]
        return found

    def firing(self) -> set[str]:
        """The alerts that Prometheus says fire and Alertmanager has, but of the machine below."""
        rules = self.ask(9090, "/api/v1/alerts")["data"]["alerts"]
        of_rules = {
            each["labels"]["alertname"] for each in rules if each["state"] == "firing" and _ours(each["labels"])
        }
        told = {each["labels"]["alertname"] for each in self.ask(9093, "/api/v2/alerts") if _ours(each["labels"])}
        return of_rules & told

    def ended(self) -> set[str]:
        """Those that neither has any more."""
        rules = self.ask(9090, "/api/v1/alerts")["data"]["alerts"]
        there = {
            each["labels"]["alertname"] for each in [*rules, *self.ask(9093, "/api/v2/alerts")] if _ours(each["labels"])
        }
        return set(ALERTS) - there


def _ours(labels: dict[str, str]) -> bool:
    return labels.get("mountpoint") not in MACHINES


@dataclass(frozen=True)
class Cause:
    """How an alert is brought about, and how its cause goes; how long it may take."""

    begin: Callable[[Watched], object]
    end: Callable[[Watched], object]
    seconds: float = 90


def shell(begin: str, end: str, seconds: float = 90) -> Cause:
    """A cause that two commands of the host's are."""
    return Cause(lambda watched: watched.run(begin), lambda watched: watched.run(end), seconds)


def job(days: float, what: str, given: str = "") -> Cause:
    """A job that last ran so many days ago, and now runs again."""
    return Cause(
        lambda watched: watched.done_before(days * 86400, what, given),
        lambda watched: watched.done_before(0, what, given),
    )


def noted(days: float, *words: str, label: str = "", value: str = "time.time()") -> Cause:
    """As a job of the backup notes that it is done: the host has no backup host, so it does not run itself."""
    code = _BACKUP.format(words=(METRICS, *words), label=label, value=value)
    return Cause(
        lambda watched: watched.before(days * 86400, code),
        lambda watched: watched.run(f"rm {METRICS}/{words[0]}.prom"),
    )


def asks_for_the_time(server: str, before: str = "true", after: str = "true") -> Cause:
    """A time server that this host asks, and then none."""

    def ask(watched: Watched, *servers: str) -> None:
        change(watched.mail, "metrics", time_servers=list(servers))

    def begin(watched: Watched) -> None:
        watched.run(before)
        ask(watched, server)

    def end(watched: Watched) -> None:
        ask(watched)
        watched.run(after)

    return Cause(begin, end)


def sends_far_too_much(watched: Watched) -> None:
    owner = Owner(watched.mail, watched.sender.address)
    owner.has_sent(recipients=TIMES * RECIPIENTS - 1)
    assert owner.send()[0] == 554


def guess_at_many(watched: Watched) -> None:
    many = sorted(address for address in watched.mail.passwords if not address.startswith("contact-"))[-12:]
    watched.run(f"python3 -c {shlex.quote(_GUESSES)} {' '.join(many)}", timeout=500)


def keep_mail_for_five_minutes(watched: Watched) -> None:
    """Twelve letters to a mailbox while Dovecot is off."""
    to = watched.operator.address
    watched.run(
        f"systemctl stop dovecot; for n in $(seq 12); do echo x | sendmail -f postmaster@laocai.gov.vn {to}; done"
    )
    time.sleep(310)
    watched.run("systemctl start dovecot; postqueue -f")


def break_the_chain(watched: Watched) -> None:
    watched.sql(
        "SET session_replication_role = replica",
        "CREATE TABLE IF NOT EXISTS public.kept AS SELECT * FROM mail.audit ORDER BY entry DESC LIMIT 1",
        "UPDATE mail.audit SET document = '1/QD-GIA' WHERE entry IN (SELECT entry FROM public.kept)",
    )
    watched.done_before(0, "audit verify --note", "{}")


def mend_the_chain(watched: Watched) -> None:
    watched.sql(
        "SET session_replication_role = replica",
        "UPDATE mail.audit SET document = kept.document FROM public.kept WHERE audit.entry = kept.entry",
        "DROP TABLE public.kept",
    )
    watched.done_before(0, "audit verify --note", "{}")


def wrong_name(watched: Watched, record: str) -> None:
    """What our resolver says of the domain's MX."""
    lines = f'server:\\n local-zone: "laocai.gov.vn." static\\n local-data: "laocai.gov.vn. MX 10 {record}."\\n'
    watched.run(
        "cp -n /etc/unbound/unbound.conf /root/unbound.conf;"
        f" {{ cat /root/unbound.conf; printf '{lines}'; }} > /etc/unbound/unbound.conf; systemctl restart unbound"
    )
    change(watched.mail, "metrics", dns=[f"MX MX laocai.gov.vn {FQDN}"])


def send_out(watched: Watched) -> None:
    """Two hundred and ten people elsewhere are written to."""
    for part in range(5):
        to = " ".join(f"'a{part}-{number}@[{HERE}]'" for number in range(42))
        watched.run(f"echo x | sendmail -f postmaster@laocai.gov.vn {to}")


def stick_in_the_queue(watched: Watched) -> None:
    """A letter to somebody whose server never answers, as the host sees it when that has lasted for half an hour."""
    watched.run(
        f"systemctl stop danhba-metrics.timer danhba-metrics; echo x | sendmail -f postmaster@laocai.gov.vn"
        f" '{SILENT}@[{HERE}]'; for n in $(seq 100); do postqueue -j | grep -q active && break; sleep 0.1; done"
    )
    watched.done_before(-1900, "metrics")


def fill_a_disk_for_hours(watched: Watched) -> None:
    """A disk that fills now, and what Prometheus would have seen of it: one look a minute for seven hours."""
    watched.run(f"mkdir -p {FILLING}; mount -t tmpfs -o size=64M tmpfs {FILLING}; head -c 40M /dev/zero > {FILLING}/x")
    query = "/api/v1/query?" + urlencode({"query": f'node_filesystem_avail_bytes{{mountpoint="{FILLING}"}}'})
    until(lambda: watched.ask(9090, query)["data"]["result"], 60)
    labels = watched.ask(9090, query)["data"]["result"][0]["metric"]
    name = labels.pop("__name__")
    words = ",".join(f'{label}="{value}"' for label, value in sorted(labels.items()))
    now, left, size = int(time.time()), 24 << 20, 64 << 20
    rows = [f"{name}{{{words}}} {left + (size - left) * ago // 420} {now - 60 * ago}" for ago in range(420, 0, -1)]
    text = "\n".join([f"# TYPE {name} gauge", *rows, "# EOF", ""])
    watched.mail.host.run(f"cat > /root/seen.txt <<'END'\n{text}END", timeout=60)
    watched.run(
        f"promtool tsdb create-blocks-from openmetrics /root/seen.txt {NUMBERS}; chown -R prometheus: {NUMBERS}"
        "; systemctl restart prometheus;"
        # It answers once it has read all of that.
        " for n in $(seq 120); do promtool query instant http://127.0.0.1:9090 1 > /dev/null && break; sleep 0.5; done"
    )


def an_hour_later(event: str) -> str:
    return f"UPDATE events.event SET at = at - interval '61 minutes' WHERE event = '{event}'"


SILENT = "stuck"  # who is written to there hears nothing more
FILLING = "/srv/filling"
NUMBERS = "/var/lib/prometheus/metrics2"
AGES = "SET session_replication_role = replica"
STOP, START = "systemctl stop ", "systemctl start "
# By their alerts, in the order in which they are tried: what others need is not taken away while they need it.
CAUSES: dict[str, Cause] = {
    "service-down": shell(STOP + "fail2ban", START + "fail2ban"),
    # It looks back a quarter of an hour.
    "service-restarts": shell(
        "systemd-run --quiet --unit=again --property=Restart=on-failure --property=RestartSec=1"
        " --property=StartLimitIntervalSec=0 false",
        STOP + "again",
        1080,
    ),
    "unit-failed": shell("systemd-run --quiet --unit=trial false; sleep 1", "systemctl reset-failed trial"),
    "port-silent": shell(STOP + "slapd", START + "slapd"),
    "queue-held": shell(
        "echo x | sendmail -f postmaster@laocai.gov.vn 'held@[192.0.2.1]';"
        " for n in $(seq 100); do postqueue -j | grep -q . && break; sleep 0.1; done; postsuper -h ALL",
        "postsuper -d ALL hold",
    ),
    "disk-full": shell(
        "mkdir -p /srv/small; mount -t tmpfs -o size=2M tmpfs /srv/small; head -c 1950K /dev/zero > /srv/small/full",
        "umount /srv/small; rmdir /srv/small",
    ),
    # Issued by the lab's own authority, for ten days.
    "certificate-ending": shell(
        "cd /etc/ssl/mail; cp -a server.crt /root/kept.crt;"
        f" openssl req -new -key server.key -subj /CN={FQDN}"
        " | openssl x509 -req -CA ca.crt -CAkey ca.key -days 10 -out server.crt",
        "mv /root/kept.crt /etc/ssl/mail/server.crt",
    ),
    "signatures-old": shell(
        "touch -d '5 days ago' /var/lib/clamav/*.?db /var/lib/clamav/*.c?d 2>/dev/null || true",
        "touch /var/lib/clamav/*.?db /var/lib/clamav/*.c?d 2>/dev/null || true",
    ),
    "updates-waiting": shell(
        SECURITY + LOOKED_AT,
        "rm -r /etc/apt/sources.list.d/fixed.list /srv/fixed; dpkg --purge danhba-fixed; apt-get update -qq; "
        + LOOKED_AT,
    ),
    "reboot-waiting": shell("touch /run/reboot-required; " + LOOKED_AT, "rm /run/reboot-required; " + LOOKED_AT),
    "files-unread": shell(f"echo 'no number' > {METRICS}/broken.prom", f"rm {METRICS}/broken.prom"),
    "target-down": shell(STOP + "prometheus-postgres-exporter", START + "prometheus-postgres-exporter"),
    "source-silent": shell("mv /etc/ssl/mail/server.crt /root/kept.crt", "mv /root/kept.crt /etc/ssl/mail/server.crt"),
    "metrics-old": shell(
        STOP + f"danhba-metrics.timer danhba-metrics; rm {METRICS}/danhba.prom", START + "danhba-metrics.timer"
    ),
    "clock-wrong": asks_for_the_time(
        "127.0.0.1:1123",
        f"systemd-run --quiet --unit=wrong-time python3 -c {shlex.quote(TIME_SERVER)}",
        STOP + "wrong-time",
    ),
    "clock-unknown": asks_for_the_time("127.0.0.1:1124"),
    "dns-wrong": Cause(
        lambda watched: wrong_name(watched, "mail.example.org"), lambda watched: wrong_name(watched, FQDN)
    ),
    "sending-suspended": Cause(
        sends_far_too_much, lambda watched: watched.mail.play("sending", accounts=watched.sender.address)
    ),
    "guessing": Cause(
        guess_at_many, lambda watched: watched.sql("UPDATE mail.notice SET since = since - interval '2 days'")
    ),
    "mail-leaving": Cause(send_out, lambda watched: watched.sql(AGES, an_hour_later("delivered")), 180),
    "deliveries-late": Cause(
        keep_mail_for_five_minutes, lambda watched: watched.sql(AGES, an_hour_later("delivered")), 180
    ),
    "queue-long": shell(
        "seq 510 | xargs -P 8 -I N sh -c \"echo x | sendmail -f postmaster@laocai.gov.vn 'xN@[192.0.2.1]'\"",
        "postsuper -d ALL",
        240,
    ),
    "queue-stuck": Cause(
        stick_in_the_queue, lambda watched: watched.run("postsuper -d ALL; systemctl start danhba-metrics.timer")
    ),
    # Where Prometheus has not looked since its restart, it takes what it was given for five minutes more.
    "disk-full-soon": Cause(
        fill_a_disk_for_hours, lambda watched: watched.run(f"umount {FILLING}; rmdir {FILLING}"), 400
    ),
    # That of the machine below, too, which the host shares.
    "memory-low": shell(
        "systemd-run --quiet --unit=memory-taken --property=OOMScoreAdjust=1000 --property=OOMPolicy=continue"
        f" python3 -c {shlex.quote(_TAKE)}",
        STOP + "memory-taken",
        180,
    ),
    "collector-behind": shell(
        "systemctl kill --signal=STOP danhba-events", "systemctl kill --signal=CONT danhba-events", 720
    ),
    # Of something that has to be told; and it looks back a quarter of an hour.
    "alerts-unsent": shell(
        STOP + f"danhba-alerts; echo 'no number' > {METRICS}/broken.prom",
        f"rm {METRICS}/broken.prom; " + START + "danhba-alerts",
        1080,
    ),
    # Of one alert that has no cause here, so that no other is silenced; Alertmanager counts it until it is over.
    "alerts-silenced": shell(
        "amtool silence add alertname=drill-old --duration=1h --author=an@laocai.gov.vn --comment=test",
        "amtool silence expire $(amtool silence query --quiet)",
    ),
    "apply-old": job(9, "metrics --done apply"),
    "audit-old": job(4, "audit verify --note", "{}"),
    "audit-broken": Cause(break_the_chain, mend_the_chain),
    "backup-old": noted(2, "danhba-backup", "danhba_backup_last_success_timestamp_seconds", "x", label="mail"),
    "backup-store": noted(4, "danhba_backup_store", "danhba_backup_store_check_timestamp_seconds", "x"),
    "backup-suspect": noted(0, "danhba_backup_suspects", "danhba_backup_suspects", "x", label="keys", value="1"),
    "backup-unswept": noted(1, "danhba_backup_swept_timestamp_seconds", "danhba_backup_swept_timestamp_seconds", "x"),
    "drill-failed": noted(0, "danhba_drill_failed", "danhba_drill_failed", "x", value="1"),
    "drill-old": noted(41, "danhba-drill", "danhba_drill_last_success_timestamp_seconds", "x"),
    "job-missing": shell(
        f"mv {METRICS}/danhba-apply.prom /root/kept.prom", f"mv /root/kept.prom {METRICS}/danhba-apply.prom"
    ),
    "probe-failed": shell(
        STOP + "dovecot; systemctl start danhba-probe || true", START + "dovecot; systemctl start danhba-probe"
    ),
    # The file that the probe has written, as it wrote it an hour ago: it needs the credential that systemd gives it.
    "probe-old": shell(
        STOP + f"danhba-probe.timer danhba-probe; sed -i -E 's/^(danhba_probe_timestamp_seconds).*/\\1 '$(date -d"
        f" '1 hour ago' +%s)/ {METRICS}/danhba-probe.prom",
        START + "danhba-probe danhba-probe.timer",
    ),
    "database-down": shell(STOP + "postgresql@17-main", START + "postgresql@17-main"),
}


@pytest.fixture(scope="module")
def watched(mail: Deployment, register: RegisterCopy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """The host with its watch as the role sets it, but told at once, and with a probe."""
    found = [item for item in addresses(register) if item["kind"] == "official" and item["state"] == "open"][:3]
    operator, probed, sender = (
        Official(item["id"], item["agency"], item["name"], item["address"], mail.choose(item["address"]))
        for item in found
    )
    password = tmp_path_factory.mktemp("probe") / "password"
    password.write_text(probed.password)
    password.chmod(0o600)
    told = {
        "watch_at_once": True,
        "watch_seconds": SECONDS,
        "metrics_seconds": SECONDS,
        "watch_operators": [operator.address],
        "watch_probe_address": probed.address,
        "watch_probe_password": str(password),
        "watch_probe_seconds": 120,
    }
    there = replace(mail, variables={**mail.variables, **told})
    there.play("audit")  # first, or it is missed at once
    there.play("site", "--tags", "metrics,watch")
    # What Debian has mended since the hosts' image was made would be told of.
    mail.host.run(f"mv /etc/apt/sources.list /root/; apt-get update -qq; {LOOKED_AT}")
    with far_end():
        yield Watched(there, operator, probed, sender)
    mail.host.run("mv /root/sources.list /etc/apt/; apt-get update -qq")
    mail.host.run(
        f"rm -f {METRICS}/broken.prom; cp /root/unbound.conf /etc/unbound/; systemctl restart unbound", check=False
    )


@contextmanager
def far_end() -> Iterator[None]:
    """A mail server elsewhere, which takes everything."""
    with socket.create_server((HERE, FAR_END)) as server:
        threading.Thread(target=_serve, args=(server,), daemon=True).start()
        yield


def _serve(server: socket.socket) -> None:
    with suppress(OSError):
        while True:
            client, _ = server.accept()
            threading.Thread(target=_talk, args=(client,), daemon=True).start()


def _talk(client: socket.socket) -> None:
    with suppress(OSError), client, client.makefile("rb") as lines:
        client.sendall(b"220 elsewhere\r\n")
        for line in lines:
            if line[:4].upper() == b"DATA":
                client.sendall(b"354 go on\r\n")
                while lines.readline() not in (b".\r\n", b""):
                    pass
            if SILENT.encode() in line:
                lines.read()
            client.sendall(b"221 bye\r\n" if line[:4].upper() == b"QUIT" else b"250 ok\r\n")


def test_every_alert_has_its_cause_here() -> None:
    assert sorted(CAUSES) == sorted(ALERTS)


@pytest.mark.timeout(QUIET_SECONDS + 900)
def test_none_fires_in_a_quiet_hour(watched: Watched) -> None:
    """Nor did one for a moment: Prometheus is asked about all of it."""
    until(watched.firing, holds=lambda seen: not seen)
    begin = time.time() + 2 * SECONDS
    time.sleep(QUIET_SECONDS)
    found = watched.over_time('ALERTS{alertstate="firing"}', begin)
    assert [each["metric"] for each in found if _ours(each["metric"])] == []
    looks = watched.over_time("up", begin)
    assert looks
    assert all(len(each["values"]) >= QUIET_SECONDS // SECONDS // 2 for each in looks), "it looked all the time"


@pytest.mark.parametrize("alert", CAUSES)
def test_it_fires_by_its_cause_and_ends_with_it(watched: Watched, alert: str) -> None:
    cause = CAUSES[alert]
    try:
        cause.begin(watched)
        until(watched.firing, cause.seconds, holds=lambda seen: alert in seen)
    finally:
        cause.end(watched)
    until(watched.ended, cause.seconds, holds=lambda seen: alert in seen)


def test_the_sandbox_of_the_probe_refuses_what_it_does_not_need(watched: Watched) -> None:
    """The other units: tests/molecule/internet/tests/test_programs.py."""
    tried = sandboxes.try_all(watched.run)
    assert tried.keys() >= sandboxes.MAIL | sandboxes.PROBE
    assert sandboxes.faults(tried) == []


def test_operators_were_written_to(watched: Watched) -> None:
    server, who = watched.mail.server, watched.operator
    until(
        lambda: [message["Subject"] for message in server.inbox(who.address, who.password)],
        holds=lambda subjects: any(subject.startswith("[Báo động]") for subject in subjects),
    )


@contextmanager
def second_way() -> Iterator[tuple[int, list[tuple[str, dict[str, Any]]]]]:
    """A service elsewhere that takes alerts: its port, and what was posted to which path."""
    taken: list[tuple[str, dict[str, Any]]] = []

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(200)
            self.end_headers()

    with ThreadingHTTPServer((HERE, 0), Taking) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port, taken
        server.shutdown()


def test_the_second_way_is_told_too_and_its_url_is_kept_secret(watched: Watched, tmp_path: Path) -> None:
    """By a credential of the unit's: whoever knows the URL could post there."""
    secret, file, cause = "bot-4f9c2e71", tmp_path / "webhook", CAUSES["job-missing"]
    with second_way() as (port, taken):
        file.touch(mode=0o600)
        file.write_text(f"http://{HERE}:{port}/{secret}/send\n", encoding="utf-8")
        said = watched.mail.play("site", "--tags", "watch", "--diff", watch_webhook=str(file))
        try:
            cause.begin(watched)
            until(lambda: [path for path, told in taken if "job-missing" in json.dumps(told)])
        finally:
            cause.end(watched)
        until(lambda: [told["status"] for _path, told in taken], holds=lambda seen: "resolved" in seen)
        assert {path for path, _told in taken} == {f"/{secret}/send"}
        units = "-u prometheus-alertmanager -u danhba-alerts"
        seen = watched.run(f"cat /etc/prometheus/*.yml; ps -eo args; journalctl --no-pager -b {units}")
        assert secret not in said + seen
        assert watched.run("stat -c '%a %U' /etc/prometheus/danhba-webhook") == "600 root\n"
        # While somebody answers there, or what cannot be sent is an alert for a quarter of an hour.
        watched.mail.play("site", "--tags", "watch")
    assert watched.run("ls /etc/prometheus; systemctl is-active prometheus-alertmanager").endswith("active\n")
    assert watched.run("test -e /etc/prometheus/danhba-webhook || echo gone") == "gone\n"
