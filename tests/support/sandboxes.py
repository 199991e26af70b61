"""Which unit of the project's own may do what of all that no service needs (`trespass.py`), and why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

# Where each of the project's own units is tried, by what a host has: all are in one of these.
MAIL = {
    "danhba-addressbook-sync",
    "danhba-alerts",
    "danhba-credentials",
    "danhba-end-sessions",
    "danhba-events",
    "danhba-filters",
    "danhba-session-refusal",
    "danhba-metrics",
    "danhba-protected-names",
    "danhba-notices",
    "danhba-free-space",
    "danhba-secrecy",
    "danhba-silences",
    "danhba-status",
    "danhba-tls-policy",
    "danhba-usage",
}
BACKED_UP = {"danhba-backup", "danhba-drill"}
STORE = {"danhba-backup-prune", "danhba-backup-quarantine", "danhba-backup-store"}
PROBE = {"danhba-probe"}
CONTROLLER = {"danhba-drift", "danhba-follow", "danhba-monthly", "danhba-told@"}

# Reasons that several have.
_ELSEWHERE = "it talks to others by the network"
_THIS_HOST = "it talks to this host by the network; where systemd can filter addresses, to nobody else"
_SENDMAIL = "sendmail(1) asks which addresses this host has"
_POSTCAT = "postcat(1) asks which addresses this host has"
_ROOT = "it runs as root, from whom the kernel hides no process and which may signal its own"
_STORE = "it talks to the store by the network; where systemd can filter addresses, to nobody else"
_MAIL_HOSTS = "mail hosts reach it by the network; where systemd can filter addresses, nobody else"
# What only a filter of addresses refuses, by the reason why a unit has a network at all: in a container there is none.
BY_ADDRESS = {_THIS_HOST: {"away"}, _MAIL_HOSTS: {"away"}, _STORE: {"here", "away"}}

# It reads all of the host, and runs PostgreSQL's programs as their user.
_BACKUP = {
    "here": _STORE,
    "away": _STORE,
    "limits": "restic asks for as many files as there are, and PostgreSQL for less",
    "mail": "it reads all mail",
    "rows": "it reads PostgreSQL's files",
    "user": "pgBackRest and PostgreSQL run as the database's user",
    "processes": _ROOT,
    "signal": _ROOT,
}
_HOMES = "its user's home is in one of these, with the keys of ssh and what Ansible keeps"
# It runs playbooks as a person does; where it was tried, as root, on a mail host that is its own controller.
_CONTROLLER = {
    "here": _ELSEWHERE,
    "away": _ELSEWHERE,
    "chown": "SQLite gives its files to whom the folder belongs, where root runs it",
    "code": "Ansible's libraries make code as they run",
    "processes": "ssh asks which processes there are",
    "signal": _ROOT,
    "root's home": _HOMES,
    "write /home": _HOMES,
    "write /root": _HOMES,
    "write /run": "systemd leaves it open to root, where it makes /proc anew",
    "read": "root's files are its user's own; a controller of its own has none of them",
}
# Every attempt to read a secret that is not the unit's own, of which each host has others.
SECRETS = "read"

# By the unit, what it is let, with the reason. All else is refused, in each of them.
LET: dict[str, dict[str, str]] = {
    "danhba-alerts": {"here": _THIS_HOST, "away": _THIS_HOST, "netlink": _SENDMAIL},
    "danhba-backup": _BACKUP | {SECRETS: "it carries off keys and settings, but its own", "netlink": _POSTCAT},
    "danhba-backup-store": {"here": _MAIL_HOSTS, "away": _MAIL_HOSTS},
    "danhba-drill": _BACKUP | {"chown": "what it restores belongs to whom it did"},
    **dict.fromkeys(CONTROLLER, _CONTROLLER),
    "danhba-filters": {
        "mail": "scripts lie beside the mail",
        "write /srv/vmail": "it changes scripts and delivers what owners are told",
        "user": "doveadm takes the user of each mailbox, which it is already",
    },
    "danhba-session-refusal": {"here": _ELSEWHERE, "away": _ELSEWHERE},
    "danhba-metrics": {"here": _ELSEWHERE, "away": _ELSEWHERE, "netlink": _SENDMAIL},
    "danhba-probe": {
        "here": _ELSEWHERE,
        "away": _ELSEWHERE,
        "netlink": "by the name of its host it finds which addresses that has",
    },
    "danhba-free-space": {
        "mail": "it counts what is in each mailbox",
        "write /srv/vmail": "Dovecot brings its indices up to date",
        "user": "doveadm takes the user of each mailbox, which it is already",
    },
    "danhba-silences": {"here": _THIS_HOST, "away": _THIS_HOST, "netlink": _SENDMAIL},
    "danhba-status": {"here": _THIS_HOST, "away": _THIS_HOST},
    "danhba-tls-policy": {"here": _THIS_HOST, "away": _THIS_HOST},
}
# What ends the program that tries it, and no unit is let.
FILTERED = {"mount", "ptrace", "keyctl", "bpf", "module", "clock"}
# What a test host, which is a container, refuses root as well.
CONTAINED = {"keyctl", "bpf", "module", "clock"}
# Of those who may read what others have: their own secrets, which systemd hands them.
OWN = {"danhba-backup": "read /etc/danhba/backup/"}
_PROGRAM = Path(__file__).with_name("trespass.py")
_FOLDER = "/run/danhba-trespass"
# Units of the test itself, which show what the attempts are worth.
OPEN = {"open", "addresses"}

Found = Mapping[str, Mapping[str, str]]


def try_all(run: Callable[[str], str]) -> Found:
    """What came of each attempt, by the unit, on the host where `run` runs a command."""
    program = _PROGRAM.read_text(encoding="utf-8")
    run(f"install -d {_FOLDER} && cat > {_FOLDER}/given.py <<'END'\n{program}\nEND")
    found: dict[str, dict[str, str]] = json.loads(run(f"python3 {_FOLDER}/given.py 'danhba-*.service'"))
    return found


def faults(found: Found) -> list[str]:
    """Where a unit is let or refused otherwise than the table says."""
    filters = found["addresses"]["away"] != ""
    return [fault for unit in sorted(found.keys() - OPEN) for fault in _faults(unit, found[unit], filters=filters)]


def _faults(unit: str, tried: Mapping[str, str], *, filters: bool) -> Iterator[str]:
    reasons = LET.get(unit, {})
    readable = {name for name in tried if name.startswith("read ") and not name.startswith(OWN.get(unit, "none"))}
    wanted = (tried.keys() & reasons.keys()) | (readable if SECRETS in reasons else set())
    if filters:
        wanted -= BY_ADDRESS.get(reasons.get("away", ""), set())
    let = {name for name, refusal in tried.items() if not refusal}
    yield from (f"{unit} is let: {name}" for name in sorted(let - wanted))
    yield from (f"{unit} needs no exception: {name}" for name in sorted(wanted - let))
    for name in sorted(FILTERED - let):
        if tried[name] != "SIGSYS":
            yield f"{unit}, {name}: refused by {tried[name]}, not by its filter"


def not_tried(found: Found) -> set[str]:
    """What even who has no sandbox did not get, so that it shows nothing; a container refuses some of it."""
    return {name for name, refusal in found["open"].items() if refusal} - CONTAINED
