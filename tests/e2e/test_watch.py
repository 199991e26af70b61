"""The watch on a real host: it tells nobody but this host, says of each cause what it is, and shows it to officials."""

from __future__ import annotations

import json
import re
import shlex
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e.watching import TIME_SERVER, change
from tests.support.browser import Chromium
from tests.support.demo_host import addresses
from tests.support.deployment import FQDN, Deployment, PlaybookFailed, changed
from tests.support.editing import RegisterCopy
from tests.support.jobs import as_deployed
from tests.support.waiting import until

from .conftest import Official

pytestmark = pytest.mark.clause("R9.2")

PORTS = (9090, 9093, 9094, 9095, 9100, 9115, 9187, 9900)
NOTICE = "Tối 30/11, từ 22 giờ tới 24 giờ"
# What is told in minutes is told at once; what takes hours is not. And the numbers are taken as often.
AT_ONCE = r"""
sed -i -E 's/^( +)for: [0-9]+m$/\1for: 0s/' /etc/prometheus/danhba-rules.yml
sed -i -E 's/_interval: .*/_interval: 2s/' /etc/prometheus/danhba.yml
sed -i -E 's/group_(wait|interval): .*/group_\1: 2s/' /etc/prometheus/danhba-alertmanager.yml
systemctl reload prometheus prometheus-alertmanager
"""
# Each by its alert: how it is brought about, and how it is over.
CAUSES = {
    # First, so that it is over before slapd begins again, which reads it.
    "certificate-ending": (
        (
            "cp -a /etc/ssl/mail/server.crt /root/kept.crt;"
            f" openssl req -x509 -key /etc/ssl/mail/server.key -subj /CN={FQDN} -days 5 -out /etc/ssl/mail/server.crt"
        ),
        # A process of Postfix that began meanwhile has the other one, and keeps it for as long as somebody asks it.
        "mv /root/kept.crt /etc/ssl/mail/server.crt; postfix reload",
    ),
    "service-down": ("systemctl stop fail2ban", "systemctl start fail2ban"),
    "port-silent": ("systemctl stop slapd", "systemctl start slapd"),
    # Nobody answers there, so it waits for as long as it takes to hold it.
    "queue-held": (
        (
            "echo x | sendmail -f postmaster@laocai.gov.vn 'held@[192.0.2.1]';"
            " for n in $(seq 100); do postqueue -j | grep -q . && break; sleep 0.1; done; postsuper -h ALL"
        ),
        "postsuper -d ALL hold",
    ),
    "disk-full": (
        "mkdir -p /srv/small; mount -t tmpfs -o size=2M tmpfs /srv/small; head -c 1950K /dev/zero > /srv/small/full",
        "umount /srv/small; rmdir /srv/small",
    ),
    "clock-wrong": (
        (
            "systemd-run --quiet --unit=wrong-time python3 -c '{time_server}';"
            ' sed -i \'s/"time_servers": .*/"time_servers": ["127.0.0.1:1123"]/\' /etc/danhba/metrics.json'
        ),
        'systemctl stop wrong-time; sed -i \'s/"time_servers": .*/"time_servers": []/\' /etc/danhba/metrics.json',
    ),
    "signatures-old": (
        "touch -d '5 days ago' /var/lib/clamav/*.?db /var/lib/clamav/*.c?d 2>/dev/null || true",
        "touch /var/lib/clamav/*.?db /var/lib/clamav/*.c?d 2>/dev/null || true",
    ),
    "sending-suspended": (
        (
            'runuser -u postgres -- psql -qd danhba -c "INSERT INTO mail.sending_suspension (kind, id, reason)'
            " SELECT kind, id, 'test' FROM mail.account WHERE state = 'suspended' LIMIT 1\""
        ),
        "runuser -u postgres -- psql -qd danhba -c \"DELETE FROM mail.sending_suspension WHERE reason = 'test'\"",
    ),
    "backup-old": (
        (
            "echo 'danhba_backup_last_success_timestamp_seconds{what=\"mail\"} 1000'"
            " > /var/lib/prometheus/node-exporter/old.prom"
        ),
        "rm -f /var/lib/prometheus/node-exporter/old.prom",
    ),
}


@pytest.fixture(scope="module")
def officials(mail: Deployment, register: RegisterCopy) -> list[Official]:
    """An operator, and the owner of the probe's mailbox; no more, for each has to choose a password."""
    found = [item for item in addresses(register) if item["kind"] == "official" and item["state"] == "open"]
    return [
        Official(item["id"], item["agency"], item["name"], item["address"], mail.choose(item["address"]))
        for item in found[:2]
    ]


@pytest.fixture(scope="module")
def watched(mail: Deployment, officials: list[Official]) -> Iterator[Deployment]:
    """The host told at once, its alerts to an official, and a notice for all."""
    change(mail, "alerts", operators=[officials[0].address])
    change(mail, "silences", operators=[officials[0].address])
    change(mail, "status", notice=NOTICE)
    mail.host.run(f"{AT_ONCE} systemctl restart danhba-alerts")
    with as_deployed(mail.host, "danhba-metrics"):
        yield mail
    mail.host.run("\n".join(end for _begin, end in CAUSES.values()), check=False)


def status(mail: Deployment) -> dict[str, Any]:
    """What the screen says to programs, with numbers that have just been taken."""
    said = mail.host.run("systemctl start danhba-metrics; sleep 3; danhba-host status --format json", check=False)
    told: dict[str, Any] = json.loads(said.stdout)
    assert (said.returncode == 0) == told["ok"]
    return told


def alerts(mail: Deployment) -> dict[str, str]:
    """What fires and its words, but of a disk and a memory that are those of the machine below."""
    return {
        alert["alert"]: alert["summary"]
        for alert in status(mail)["alerts"]
        if alert["alert"] != "memory-low" and not alert["summary"].startswith(("Đĩa / ", "Đĩa /var/tmp "))
    }


def is_open(mail: Deployment, port: int) -> bool:
    with socket.socket() as connection:
        connection.settimeout(2)
        return connection.connect_ex((str(mail.host.address), port)) == 0


def test_nothing_of_it_is_open_to_others(mail: Deployment) -> None:
    listening = mail.host.run("ss --no-header --listening --tcp --numeric | awk '{print $4}'").stdout.split()
    mine = [place for place in listening if int(place.rpartition(":")[2]) in PORTS]
    assert {place.rpartition(":")[0] for place in mine} == {"127.0.0.1"}
    assert {int(place.rpartition(":")[2]) for place in mine} == {*PORTS} - {9094}
    with ThreadPoolExecutor(len(PORTS)) as pool:
        assert not any(pool.map(lambda port: is_open(mail, port), PORTS))


# What a local user would ask for: to silence all for years, to make an alert up, to have a file read anew, to read
# silences, to write to operators in the watch's name, to remove numbers and to bring some.
EVIL: dict[str, tuple[int, str, dict[str, Any] | list[Any] | None]] = {
    "silence": (9093, "/api/v2/silences", {
        "matchers": [{"name": "alertname", "value": ".+", "isRegex": True, "isEqual": True}],
        "startsAt": "2026-01-01T00:00:00Z", "endsAt": "2036-01-01T00:00:00Z", "createdBy": "x", "comment": "x",
    }),
    "alert": (9093, "/api/v2/alerts", [{"labels": {"alertname": "false", "severity": "urgent"}}]),
    "reload": (9093, "/-/reload", {}),
    "silences": (9093, "/api/v2/silences", None),
    "letter": (9095, "/", {"alerts": [{
        "status": "firing", "startsAt": "2026-12-02T00:00:00Z", "endsAt": "2026-12-02T00:00:00Z",
        "labels": {"alertname": "false"}, "annotations": {"summary": "false"},
    }]}),
    "numbers": (9090, "/api/v1/admin/tsdb/delete_series?match[]=up", {}),
    "more numbers": (9090, "/api/v1/write", {}),
}  # fmt: skip
_TRY = """
import json, ssl, sys, urllib.request
untrusting = ssl._create_unverified_context()
def answer(scheme, port, path, body):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{scheme}://127.0.0.1:{port}{path}", data, {"Content-Type": "application/json"})
    try:
        return urllib.request.urlopen(request, timeout=5, context=untrusting).status
    except OSError as error:
        return getattr(error, "code", 0)
asked = json.load(sys.stdin)
print(json.dumps({name: [answer(s, *each) for s in ("http", "https")] for name, each in asked.items()}))
"""


def test_local_user_neither_silences_alerts_nor_makes_them_up(mail: Deployment) -> None:
    command = mail.host.ssh(f"runuser -u nobody -- python3 -c {shlex.quote(_TRY)}")
    said = subprocess.run(command, input=json.dumps(EVIL), text=True, check=True, stdout=subprocess.PIPE).stdout
    found: dict[str, list[int]] = json.loads(said)
    assert found.keys() == EVIL.keys()
    assert {name: codes for name, codes in found.items() if any(code and code < 400 for code in codes)} == {}
    assert mail.host.run("runuser -u nobody -- amtool silence query", check=False).returncode != 0
    assert mail.host.run("runuser -u nobody -- cat /etc/danhba/watch/local.key", check=False).returncode != 0
    assert mail.host.run("amtool silence query --quiet; amtool alert query alertname=false -o json").stdout == "[]\n"


def test_silence_of_every_alert_is_written_to_operators_and_shown(
    watched: Deployment, officials: list[Official]
) -> None:
    operator = officials[0]

    def subjects() -> list[str]:
        return [str(message["Subject"]) for message in watched.server.inbox(operator.address, operator.password)]

    author = f"--author={operator.address}"
    watched.host.run(
        f"amtool silence add 'alertname=~.+' --duration=48h {author} --comment=thu && systemctl start danhba-silences"
    )
    try:
        until(subjects, holds=lambda found: "[Báo động] Đã bị tắt: nhiều báo động" in found)
        record = watched.host.run("journalctl -u danhba-silences -o cat --no-pager -n 20").stdout
        assert operator.address in record
        assert "DÀI HƠN 24 GIỜ" in record
        until(lambda: alerts(watched), 60, holds=lambda seen: "alerts-silenced" in seen)
    finally:
        watched.host.run("amtool silence expire $(amtool silence query --quiet); systemctl start danhba-silences")
    until(subjects, holds=lambda found: "[Báo động] Hết tắt báo động" in found)


def test_the_probe_goes_its_way_and_leaves_nothing(watched: Deployment, officials: list[Official]) -> None:
    owner = officials[1]
    settings = {
        "host": FQDN, "imap_port": 993, "submission_port": 465, "authority": "/etc/ssl/mail/ca.crt",
        "address": owner.address, "folder": "/run/probe", "wait_seconds": 30,
    }  # fmt: skip
    before = len(watched.server.inbox(owner.address, owner.password))
    watched.host.run("mkdir -p -m 0700 /run/probe")
    command = watched.host.ssh("cat > /run/probe/probe.password")
    subprocess.run(command, input=owner.password, text=True, check=True)
    watched.host.run(
        f"printf %s {shlex.quote(json.dumps(settings))} > /run/probe/probe.json;"
        " CREDENTIALS_DIRECTORY=/run/probe danhba-host probe --settings /run/probe/probe.json"
    )
    numbers = watched.host.run("cat /run/probe/danhba-probe.prom").stdout
    assert re.findall(r'^danhba_probe_success{step="(\w+)"} 1$', numbers, re.MULTILINE) == [
        "login",
        "receive",
        "remove",
        "submit",
    ]
    assert len(watched.server.inbox(owner.address, owner.password)) == before


def test_in_a_quiet_time_none_fires(watched: Deployment) -> None:
    until(lambda: alerts(watched), seconds=180, holds=lambda seen: not seen)


def test_each_fires_by_its_cause_and_operators_are_written_to(watched: Deployment, officials: list[Official]) -> None:
    watched.host.run("\n".join(begin for begin, _end in CAUSES.values()).replace("{time_server}", TIME_SERVER))
    until(lambda: CAUSES.keys() - alerts(watched), seconds=180, holds=lambda missing: not missing)
    operator = officials[0]
    until(
        lambda: [message["Subject"] for message in watched.server.inbox(operator.address, operator.password)],
        holds=lambda subjects: any(subject.startswith("[Báo động] Dịch vụ") for subject in subjects),
    )


def test_officials_see_what_is_disturbed_and_nothing_else(watched: Deployment, browser: Chromium) -> None:
    watched.host.run("systemctl start danhba-status")
    for width in (1280, 320):
        with browser.visitor(width=width, script=width == 1280) as visitor:
            page = visitor.page
            page.goto(f"https://{FQDN}/tinh-trang/")
            expect(page.get_by_role("listitem").filter(has_text="Danh bạ tỉnh")).to_contain_text("gián đoạn từ")
            expect(page.get_by_role("listitem").filter(has_text="Trang thư")).to_contain_text("đang hoạt động")
            expect(page.get_by_text(NOTICE)).to_be_visible()
            assert "fail2ban" not in page.content()
            if width == 1280:
                result = Axe().run(page)
                assert result.violations_count == 0, result.generate_report()
            else:
                assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_operators_see_pictures_by_a_tunnel(watched: Deployment) -> None:
    url = "http://127.0.0.1:9090/consoles/danhba.html"
    page = watched.host.run(
        f"python3 -c \"import urllib.request as r; print(r.urlopen('{url}').read().decode())\""
    ).stdout
    assert page.count("<svg") == 18
    assert "docs/vi/su-co/service-down.md" in page


def screen(mail: Deployment) -> tuple[bool, str]:
    """Whether `playbooks/status.yml` ends well, and what it shows in a terminal."""
    try:
        return True, mail.play("status")
    except PlaybookFailed as failed:
        return False, failed.output


def test_the_playbook_shows_all_in_one_screen_and_fails_where_an_alert_fires(watched: Deployment) -> None:
    well, shown = screen(watched)
    assert not well
    for words in ("Thư chờ trong hàng đợi", "Danh bạ tỉnh", "docs/vi/su-co/service-down.md"):
        assert words in shown
    assert changed(shown) == 0


@pytest.mark.clause("R5")
def test_nothing_of_a_day_is_done_while_the_time_server_says_another_one(watched: Deployment) -> None:
    with pytest.raises(PlaybookFailed) as refused:
        watched.play("accounts")
    assert f"The clock of {FQDN} is 2 days off its time server's" in " ".join(refused.value.output.split())


def test_when_all_is_over_it_says_so(watched: Deployment, browser: Chromium) -> None:
    watched.host.run("\n".join(end for _begin, end in CAUSES.values()))
    until(lambda: alerts(watched), seconds=180, holds=lambda seen: not seen)
    # A disk and a memory that are those of the machine below may have an alert.
    well, shown = screen(watched)
    assert well == status(watched)["ok"]
    assert "docs/vi/su-co/service-down.md" not in shown
    watched.host.run("systemctl start danhba-status")
    with browser.visitor() as visitor:
        visitor.page.goto(f"https://{FQDN}/tinh-trang/")
        expect(visitor.page.get_by_text("Mọi phần đang hoạt động bình thường.")).to_be_visible()
