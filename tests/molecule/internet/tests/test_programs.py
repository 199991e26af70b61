"""The library of the host's programs as it is installed, and what the units may do that stand on it."""

from __future__ import annotations

import time

import pytest
from testinfra.host import Host
from tests.support import jobs, sandboxes

COMMAND = "/usr/local/sbin/danhba-host"
PROGRAMS = [
    "addressbook",
    "alerts",
    "credentials",
    "events",
    "free_space",
    "metrics",
    "owner_notices",
    "probe",
    "protected_names",
    "quota",
    "secrecy_gate",
    "sending",
    "session_endings",
    "session_refusal",
    "silences",
    "status",
    "tlspolicy",
    "trace",
    "usage",
]
# How exposed systemd finds a unit (0 to 10), rounded up.
EXPOSURE = {
    "clamav-daemon": 1,
    "clamav-freshclam": 2,
    "danhba-addressbook-sync": 1,
    "danhba-alerts": 2,
    "danhba-credentials": 1,
    "danhba-end-sessions": 1,
    "danhba-events": 1,
    "danhba-filters": 1,
    "danhba-session-refusal": 2,
    "danhba-metrics": 2,
    "danhba-protected-names": 2,
    "danhba-notices": 2,
    "danhba-free-space": 1,
    "danhba-secrecy": 1,
    "danhba-silences": 2,
    "danhba-status": 2,
    "danhba-tls-policy": 2,
    "danhba-usage": 1,
    "fail2ban": 3,
    "postfix-mta-sts-resolver": 3,
    "prometheus": 1,
    "prometheus-alertmanager": 2,
    "prometheus-blackbox-exporter": 2,
    "prometheus-node-exporter": 2,
    "prometheus-postgres-exporter": 2,
    "rspamd": 2,
    "unbound": 3,
    "valkey-server": 1,
    "roundcube-cleandb": 1,
    "roundcube-gc": 1,
    "saslauthd": 2,
    "slapd": 2,
    "nginx": 3,
    "php8.4-fpm": 3,
    "postgresql@17-main": 2,
    "dovecot": 3,
    "postfix": 4,
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_program_refuses_wrong_settings_in_one_line(host: Host, program: str) -> None:
    refusal = host.run(f"{COMMAND} {program} --check /dev/null")
    assert (refusal.rc, refusal.stdout) == (1, "")
    assert refusal.stderr.startswith("/dev/null: không đọc được -- cannot be read:")
    assert refusal.stderr.count("\n") == 1


def test_programs_belong_to_root_and_are_compiled(host: Host) -> None:
    assert host.check_output("find /usr/local/lib/danhba %s -not -user root -o -perm /022 -not -type l", COMMAND) == ""
    for folder in ("", "/addressbook", "/credentials", "/events", "/trace"):
        assert host.file(f"/usr/local/lib/danhba/danhba_host{folder}/__pycache__").is_directory


@pytest.mark.parametrize(
    "path",
    [
        "/usr/local/lib/danhba/danhba_credentials",
        "/usr/local/lib/danhba/quota-warning",
        "/usr/local/libexec/danhba-addressbook-sync",
        "/usr/local/libexec/danhba-end-sessions",
        "/etc/systemd/system/danhba-full.service",
        "/etc/systemd/system/danhba-room.timer",
        "/etc/systemd/system/danhba-names.timer",
    ],
)
def test_what_was_there_before_is_gone(host: Host, path: str) -> None:
    assert not host.file(path).exists


@pytest.mark.parametrize("unit", EXPOSURE)
def test_unit_may_do_no_more_than_it_needs(host: Host, unit: str) -> None:
    found = host.check_output(
        "systemd-analyze security --no-pager %s.service | grep -oE '[0-9.]+ [A-Z]+' | tail -1", unit
    )
    assert float(found.split()[0]) <= EXPOSURE[unit]


@pytest.fixture(scope="module")
def tried(host: Host) -> sandboxes.Found:
    """What no service needs, tried in the sandbox of each unit of the project's own."""
    return sandboxes.try_all(host.check_output)


@pytest.mark.clause("R9.3")
def test_each_sandbox_refuses_what_its_unit_does_not_need(tried: sandboxes.Found) -> None:
    assert tried.keys() == sandboxes.MAIL | sandboxes.OPEN
    assert sandboxes.faults(tried) == []


def test_without_a_sandbox_it_would_be_let(tried: sandboxes.Found) -> None:
    assert sandboxes.not_tried(tried) == set()


@pytest.mark.parametrize("line", ["NoNewPrivilges=yes", "ExecStartPre=/nowhere", "LimitCORE=0# no end of the line"])
def test_wrong_unit_does_not_land(host: Host, line: str) -> None:
    folder = host.check_output("mktemp -d")
    host.check_output("printf '[Service]\\n%%s\\n' %s > %s", line, f"{folder}/new")
    refusal = host.run(f"{COMMAND} unit nginx.service.d/danhba.conf {folder}/new")
    assert refusal.rc == 1
    assert refusal.stderr.startswith("nginx.service.d/danhba.conf: systemd từ chối -- systemd refuses it: ")


@pytest.mark.parametrize("unit", ["nginx.service.d", "php8.4-fpm.service.d", "dovecot.service.d", "slapd.service.d"])
def test_what_was_added_is_what_systemd_takes(host: Host, unit: str) -> None:
    assert host.run(f"{COMMAND} unit {unit}/danhba.conf /etc/systemd/system/{unit}/danhba.conf").rc == 0


def test_what_is_added_to_no_unit_is_refused(host: Host) -> None:
    refusal = host.run(f"{COMMAND} unit nowhere.service.d/danhba.conf /dev/null")
    assert refusal.rc == 1
    assert "this host has no such unit" in refusal.stderr


@pytest.mark.parametrize("unit", ["nginx", "php8.4-fpm"])
def test_a_reload_still_works(host: Host, unit: str) -> None:
    host.check_output("systemctl reload %s", unit)
    assert host.check_output("systemctl is-active %s", unit) == "active"


def test_services_are_started_again_for_as_long_as_it_takes(host: Host) -> None:
    """Of those that a role made or added to, Debian's among them."""
    asked = ("Id", "Restart", "StartLimitIntervalUSec", "FragmentPath", "DropInPaths")
    shown = host.check_output("systemctl show '*.service' " + " ".join(f"-p {name}" for name in asked))
    units = [dict(line.partition("=")[::2] for line in unit.splitlines()) for unit in shown.split("\n\n")]
    ours = [unit for unit in units if "/danhba" in unit["FragmentPath"] + unit["DropInPaths"]]
    again = {unit["Id"]: unit["StartLimitIntervalUSec"] for unit in ours if unit["Restart"] != "no"}
    assert {"danhba-credentials.service", "dovecot.service", "nginx.service", "unbound.service"} <= again.keys()
    assert {name: limit for name, limit in again.items() if limit != "0"} == {}


def test_a_service_that_ends_again_and_again_is_up_once_it_can_be(host: Host) -> None:
    """More often, and sooner, than systemd would have it by itself."""
    unit = "danhba-credentials"
    counted = f"systemctl show -P NRestarts {unit}"
    before = int(host.check_output(counted))
    for restarts in range(before + 1, before + 7):
        # Just after its end systemd may still call it active: what was counted tells that it has seen it.
        up = f"until {counted} | grep -qx {restarts} && systemctl is-active -q {unit}; do sleep 0.1; done"
        host.check_output(f"systemctl kill --signal=KILL {unit}; timeout 60 sh -c '{up}'")
    assert host.check_output("systemctl is-active %s", unit) == "active"


def test_no_job_begins_because_the_units_are_read(host: Host) -> None:
    """A timer that is due whenever systemd reads it would begin its job at each installed package."""

    def begun() -> str:
        return str(host.check_output("systemctl show -P ExecMainStartTimestampMonotonic " + " ".join(jobs.AT_BOOT)))

    for _another in range(3):  # one may be due by its interval just then
        before = begun()
        host.check_output("systemctl daemon-reload")
        time.sleep(3)
        if begun() == before:
            return
    assert begun() == before
