"""The parts that every message passes, as they run: as whom, where they listen, and who else gets at them."""

from __future__ import annotations

import re

import pytest
from testinfra.host import Host

# Whose the processes of a unit are.
USERS = {
    "clamav-daemon": {"clamav"},
    "danhba-credentials": {"danhba-credentials"},
    "danhba-events": {"danhba-events"},
    "danhba-secrecy": {"danhba-secrecy"},
    "fail2ban": {"root"},
    "postfix-mta-sts-resolver": {"_mta-sts"},
    "rspamd": {"_rspamd"},
    "unbound": {"unbound"},
    "valkey-server": {"valkey"},
}
NETWORK = {22, 25, 80, 443, 465, 587, 636, 993, 995, 1419, 1993, 1995, 4190}
SOCKETS = {
    "/run/valkey/valkey-server.sock": 0o770,
    "/run/clamav/clamd.ctl": 0o660,
    "/run/rspamd/controller.sock": 0o660,
    "/run/danhba-secrecy/scan.sock": 0o660,
    "/run/danhba-credentials/socket": 0o660,
}
CONNECT = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"


@pytest.mark.parametrize("unit", USERS)
def test_runs_now_and_as_its_own_user(host: Host, unit: str) -> None:
    assert host.check_output("systemctl is-active %s", unit) == "active"
    process = host.check_output("systemctl show --value --property=MainPID %s", unit)
    found = host.check_output("ps -o user:32= -p %s --ppid %s", process, process)
    assert set(found.split()) == USERS[unit]


@pytest.mark.clause("R9.3")
def test_nothing_but_the_services_listens_to_the_network(host: Host) -> None:
    listening = host.check_output("ss --no-header --numeric --listening --tcp --udp")
    local = [line.split()[4] for line in listening.splitlines()]
    ports = {int(one.rpartition(":")[2]) for one in local if not re.match(r"127\.|\[::1\]", one)}
    assert ports == NETWORK


@pytest.mark.clause("R10.8")
@pytest.mark.parametrize("path", SOCKETS)
def test_socket_is_closed_to_other_users(host: Host, path: str) -> None:
    socket = host.file(path)
    assert socket.is_socket
    assert socket.mode == SOCKETS[path]
    for user in ("www-data", "nobody"):
        assert "Permission denied" in host.run("runuser -u %s -- python3 -c %s %s", user, CONNECT, path).stderr


def test_keys_of_signing_are_read_by_nobody_else(host: Host) -> None:
    keys = host.check_output("find /var/lib/danhba-dkim -name '*.key'").split()
    assert len(keys) >= 2
    for key in keys:
        assert host.file(key).mode & 0o007 == 0
        assert host.run("runuser -u danhba-secrecy -- cat %s", key).failed
