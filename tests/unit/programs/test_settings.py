"""Which settings files are refused, and what is said about them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from danhba_host import (
    alerts,
    filters,
    free_space,
    owner_notices,
    probe,
    protected_names,
    quota,
    sending,
    session_endings,
    session_refusal,
    silences,
    spam_training,
    tlspolicy,
    usage,
)
from danhba_host.addressbook import settings as addressbook
from danhba_host.archive import settings as archive
from danhba_host.audit import settings as audit
from danhba_host.backup import __main__ as backup
from danhba_host.backup import drill, prune, quarantine, restore
from danhba_host.backup import recall as forget
from danhba_host.backup import settings as backup_settings
from danhba_host.credentials import settings as credentials
from danhba_host.events import settings as events
from danhba_host.journal import Refused
from danhba_host.metrics import __main__ as metrics
from danhba_host.recall import settings as recall
from danhba_host.secrecy_gate import __main__ as gate
from danhba_host.secrecy_gate import settings as secrecy
from danhba_host.settings import load
from danhba_host.status import __main__ as status
from danhba_host.trace import settings as trace
from tests.support.looped import for_each
from tests.support.programs import ADDRESSBOOK, ENDINGS, QUOTA, SERVICE
from tests.support.secrecy import SETTINGS as SECRECY

GOOD: dict[str, Any] = {"name": "Lào Cai", "count": 3, "on": True, "paths": ["/a"]}


@dataclass(frozen=True)
class Example:
    """One setting of each type."""

    name: str
    count: int
    on: bool
    paths: list[str]

    def __post_init__(self) -> None:
        if self.count > 9:
            raise ValueError("count: tối đa 9 -- at most 9")


def written(folder: Path, values: Any) -> Path:
    path = folder / "settings.json"
    path.write_text(values if isinstance(values, str) else json.dumps(values), encoding="utf-8")
    return path


def test_good_file(tmp_path: Path) -> None:
    assert load(written(tmp_path, GOOD), Example) == Example("Lào Cai", 3, True, ["/a"])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (GOOD | {"count": "3"}, "count phải là -- must be int: '3'"),
        (GOOD | {"count": True}, "count phải là -- must be int: True"),
        (GOOD | {"count": 3.0}, "count phải là -- must be int: 3.0"),
        (GOOD | {"count": None}, "count phải là -- must be int: None"),
        (GOOD | {"name": 7}, "name phải là -- must be str: 7"),
        (GOOD | {"on": 1}, "on phải là -- must be bool: 1"),
        (GOOD | {"paths": "/a"}, "paths phải là -- must be list[str]: '/a'"),
        (GOOD | {"paths": ["/a", 1]}, "paths phải là -- must be list[str]: ['/a', 1]"),
        (GOOD | {"cuont": 3, "more": 1}, "có khóa lạ -- keys are unknown: cuont, more"),
        ({"name": "x", "paths": []}, "thiếu khóa -- keys are missing: count, on"),
        ([GOOD], "phải là một đối tượng JSON -- must be one JSON object"),
        (GOOD | {"count": 10}, "count: tối đa 9 -- at most 9"),
        ("{", "không đọc được -- cannot be read"),
        ("", "không đọc được -- cannot be read"),
        ("[" * 100_000, "không đọc được -- cannot be read"),
    ],
)
def test_wrong_file_is_refused_as_a_whole(tmp_path: Path, values: Any, said: str) -> None:
    path = written(tmp_path, values)
    with pytest.raises(Refused) as refusal:
        load(path, Example)
    assert str(refusal.value).startswith(f"{path}: {said}")


def test_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be read"):
        load(tmp_path / "none.json", Example)


WATCHED = {
    "host": "mail.laocai.gov.vn",
    "sender": "postmaster@laocai.gov.vn",
    "operators": ["a@b.vn"],
    "folder": "/etc/danhba/watch",
}
ALERTS = WATCHED | {"port": 9095, "prometheus": 9090}
SILENCES = WATCHED | {"port": 9093, "state": "/var/lib/danhba-silences/told.json"}
STATUS = {
    "port": 9090,
    "host": "mail.laocai.gov.vn",
    "parts": ["web"],
    "page": "",
    "pictures": "",
    "notice": "",
    "support": "",
    "probed": False,
}
BACKUP = {
    "repository": "https://backup:8000/mail/",
    "user": "mail",
    "secrets": "/etc/danhba/backup",
    "state": "/var/lib/danhba-backup",
    "mail": "/srv/vmail",
    "queue": "/var/spool/postfix",
    "keys": ["/etc"],
    "keys_back": ["/etc/ssl/mail"],
    "database": "danhba",
    "database_socket_dir": "/run",
    "cluster": "/var/lib/postgresql/17/main",
    "cluster_unit": "postgresql@17-main.service",
    "copies": "/var/lib/postgresql",
    "binaries": "/usr/lib/postgresql/17/bin",
    "pgbackrest": "/etc/pgbackrest.conf",
    "archive": "/var/lib/pgbackrest",
    "full_days": 7,
    "increment_hours": 24,
    "services": ["dovecot.service"],
    "drill_mailboxes": 20,
    "drill_address": "",
    "drill_password": "/nowhere",
    "host_key": "/etc/ssh/ssh_host_ed25519_key",
    "metrics": "/var/lib/prometheus/node-exporter",
}
PRUNE = {
    "folder": "/srv/danhba-backup/mail",
    "password_file": "/etc/danhba/backup-store/repository.password",
    "state": "/var/lib/danhba-backup-store",
    "all_days": 35,
    "daily_days": 100,
    "monthly_days": 750,
    "metrics": "/var/lib/danhba-backup-store",
}
QUARANTINE = {name: PRUNE[name] for name in ("folder", "password_file", "state", "metrics")}
EVENTS = {
    "database": "danhba",
    "database_socket_dir": "/run",
    "interval_seconds": 5,
    "batch_lines": 5000,
    "keep_days": 400,
    "monitoring": [],
}
RECALL = {"database": "danhba", "database_socket_dir": "/run", "store": "/srv", "folder": "/var", "operators": []}
FORGET = {"folder": "/srv", "password_file": "/etc/p", "state": "/var", "operators": []}
ARCHIVE = {
    "database": "danhba",
    "database_socket_dir": "/run",
    "store": "/srv/vmail",
    "folder": "/var/lib/danhba-archive",
    "webmail": "",
    "operators": [],
}
AUDIT = {"database": "danhba", "database_socket_dir": "/run", "metrics": "/var/lib/prometheus/node-exporter"}
TRACE = {"database": "danhba", "database_socket_dir": "/run"}
USAGE = {"database": "danhba", "database_socket_dir": "/run", "folders": ["/srv/vmail"], "keep_days": 2200}
FULL = {"doors": ["imap 1993 10000", "pop3 1995 1000", "sieve 1419 200"]}
TLS_POLICY = {"resolver": "127.0.0.1", "sts_socket": "/run/danhba-mta-sts/socket"}
FILTERS = {
    "database": "danhba",
    "database_socket_dir": "/run",
    "store": "/srv/vmail",
    "sender": "postmaster@laocai.gov.vn",
    "webmail": "https://mail.laocai.gov.vn",
    "support": "",
}
ROOM = {"database": "danhba", "database_socket_dir": "/run", "percent": 80}
LEARN = {"controller": "/run/rspamd/controller.sock", "largest": 4194304}
NAMES = {"database": "danhba", "database_socket_dir": "/run", "folder": "/var/lib/danhba-protected-names"}
METRICS = {
    "database": "danhba",
    "database_socket_dir": "/run",
    "folder": "/var/lib/prometheus/node-exporter",
    "services": ["postfix.service"],
    "queue": True,
    "bans": True,
    "certificate": "/etc/ssl/mail/server.crt",
    "signatures": "/var/lib/clamav",
    "time_servers": [],
    "dns": [],
    "jobs": ["apply"],
}
NOTICES = {
    "database": "danhba",
    "database_socket_dir": "/run",
    "sender": "postmaster@laocai.gov.vn",
    "operator": "postmaster@laocai.gov.vn",
    "support": "",
}
PROBE = {
    "host": "mail.laocai.gov.vn",
    "imap_port": 993,
    "submission_port": 465,
    "authority": "/etc/ssl/mail/ca.crt",
    "address": "contact-vhud@laocai.gov.vn",
    "folder": "/var/lib/prometheus/node-exporter",
    "wait_seconds": 60,
}
PROGRAMS: list[tuple[type, dict[str, Any]]] = [
    (addressbook.Settings, ADDRESSBOOK),
    (alerts.Settings, ALERTS),
    (silences.Settings, SILENCES),
    (backup_settings.Settings, BACKUP),
    (prune.Settings, PRUNE),
    (quarantine.Settings, QUARANTINE),
    (session_endings.Settings, ENDINGS),
    (events.Settings, EVENTS),
    (session_refusal.Settings, FULL),
    (metrics.Settings, METRICS),
    (protected_names.Settings, NAMES),
    (owner_notices.Settings, NOTICES),
    (probe.Settings, PROBE),
    (quota.Settings, QUOTA),
    (filters.Settings, FILTERS),
    (free_space.Settings, ROOM),
    (spam_training.Settings, LEARN),
    (credentials.Settings, SERVICE),
    (archive.Settings, ARCHIVE),
    (recall.Settings, RECALL),
    (forget.Settings, FORGET),
    (trace.Settings, TRACE),
    (audit.Settings, AUDIT),
    (secrecy.Settings, SECRECY),
    (status.Settings, STATUS),
    (tlspolicy.Settings, TLS_POLICY),
    (usage.Settings, USAGE),
]


@pytest.mark.parametrize(("kind", "values"), PROGRAMS)
def test_programs_take_theirs(tmp_path: Path, kind: type, values: dict[str, Any]) -> None:
    load(written(tmp_path, values), kind)


@for_each("each", [(kind, values, name) for kind, values in PROGRAMS for name in values])
def test_wrong_value(tmp_path: Path, each: tuple[type, dict[str, Any], str]) -> None:
    """A number as text is what `ansible-playbook -e` makes of it."""
    kind, values, name = each
    wrong = str(values[name]) if not isinstance(values[name], str) else 1
    with pytest.raises(Refused, match=f"{name} phải là"):
        load(written(tmp_path, values | {name: wrong}), kind)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (addressbook.Settings, ADDRESSBOOK | {"least_percent": -1}),
        (addressbook.Settings, ADDRESSBOOK | {"least_percent": 101}),
        (backup_settings.Settings, BACKUP | {"repository": "http://backup:8000/mail/"}),
        (backup_settings.Settings, BACKUP | {"full_days": 0}),
        (prune.Settings, PRUNE | {"all_days": 0}),
        (archive.Settings, ARCHIVE | {"store": "vmail"}),
        (archive.Settings, ARCHIVE | {"folder": "archive"}),
        (events.Settings, EVENTS | {"interval_seconds": 0}),
        (events.Settings, EVENTS | {"batch_lines": 99}),
        (events.Settings, EVENTS | {"keep_days": 30}),
        (quota.Settings, QUOTA | {"days": -1}),
        (session_refusal.Settings, {"doors": ["smtp 25 100"]}),
        (filters.Settings, FILTERS | {"store": "vmail"}),
        (free_space.Settings, ROOM | {"percent": 0}),
        (spam_training.Settings, LEARN | {"largest": 0}),
        (free_space.Settings, ROOM | {"percent": 100}),
        (status.Settings, STATUS | {"parts": ["web", "fax"]}),
        (secrecy.Settings, SECRECY | {"workers": 0}),
        (secrecy.Settings, SECRECY | {"held_octets": SECRECY["message_octets"] - 1}),
        (secrecy.Settings, SECRECY | {"answer_seconds": 0}),
        (secrecy.Settings, SECRECY | {"unreadable_outgoing": "accept"}),
    ],
)
def test_out_of_bounds(tmp_path: Path, kind: type, values: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r" -- .* must "):
        load(written(tmp_path, values), kind)


@pytest.mark.parametrize("percent", [0, 100])
def test_bounds_are_within(tmp_path: Path, percent: int) -> None:
    load(written(tmp_path, ADDRESSBOOK | {"least_percent": percent}), addressbook.Settings)


@pytest.mark.parametrize(
    "program", [filters, protected_names, free_space, sending, gate, backup, drill, prune, quarantine, restore]
)
def test_a_program_says_beforehand_which_file_would_not_do(
    program: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = written(tmp_path, {})
    assert program.main(["--check", str(wrong)]) != 0
    assert str(wrong) in capsys.readouterr().err
