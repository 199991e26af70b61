"""A test host with as many mailboxes as are asked for, all with one password that is known."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import argon2
from rich.console import Console

from tests.factory import write_register
from tests.lab import Lab
from tests.support.deployment import FQDN, Deployment
from tests.support.sessions import inotify_for

NAME, ADDRESS = "bench", "10.233.0.50"
PASSWORD = "mot-mat-khau-cho-tat-ca-2026"
# The first so many mailboxes have a hash that costs what a real one does, the others one that costs nothing: whoever
# opens thousands of sessions one after the other does not want to measure that.
REAL, REAL_COST, NO_COST = 40, (2, 19456), (1, 8)  # rounds, KiB
_HASH = "{{ARGON2ID}}{}"
_GIVE = """
INSERT INTO mail.credential (kind, id, password, run, initial)
SELECT kind, id, CASE WHEN row_number() OVER (ORDER BY address) <= {real} THEN '{dear}' ELSE '{cheap}' END,
       (SELECT max(run) FROM mail.run), false
  FROM mail.account WHERE state = 'open'
"""
_LIST = "SELECT address FROM dovecot.passdb ORDER BY address"
_MEMORY = """
import glob, re
total = 0
for path in glob.glob("/proc/[0-9]*/smaps_rollup"):
    try:
        total += int(re.search(r"^Pss: +(\\d+)", open(path).read(), re.MULTILINE)[1])
    except (OSError, TypeError):
        pass  # it has just ended, or is the kernel's
print(total / 1024)
"""


@dataclass(frozen=True)
class Crowd:
    """The host, and the addresses of its open mailboxes; those of `real` have a hash of the real cost."""

    deployment: Deployment
    addresses: Sequence[str]

    @property
    def real(self) -> Sequence[str]:
        return self.addresses[:REAL]

    @property
    def cheap(self) -> Sequence[str]:
        return self.addresses[REAL:]

    def memory(self) -> float:
        """MiB of all processes of the host; what several share counts once, what the kernel itself holds does not."""
        done = subprocess.run(
            self.deployment.host.ssh("python3 -"), input=_MEMORY, text=True, check=True, stdout=subprocess.PIPE
        )
        return float(done.stdout)

    def died(self) -> int:
        """How many of Dovecot's processes were ended by a fault of theirs."""
        asked = "journalctl -u dovecot --no-pager -o cat | grep -cE 'Panic:|killed with signal (6|9|11)' || true"
        return int(self.deployment.host.run(asked).stdout)


@contextmanager
def crowd(console: Console, folder: Path, mailboxes: int, **variables: Any) -> Iterator[Crowd]:
    """A host with at least so many open mailboxes; the variables are those of the inventory."""
    register = folder / "crowd"
    write_register(register, officials=mailboxes * 5 // 4 + 100)  # some have left, or have not come yet
    with _kernel(mailboxes):
        try:
            console.print(f"Dựng máy chủ với {mailboxes:,} hộp thư / deploying with so many mailboxes …")
            host = Lab().up(NAME, address=ADDRESS, fqdn=FQDN)
            deployment = Deployment(host, folder / "private", register)
            deployment.play("site", **variables)
            found = Crowd(deployment, _give_passwords(deployment))
            if len(found.addresses) < mailboxes + REAL:
                raise RuntimeError(f"{len(found.addresses)} mailboxes are not {mailboxes} and {REAL}")
            yield found
        finally:
            Lab().down(NAME)


def _give_passwords(deployment: Deployment) -> list[str]:
    """Every open mailbox has PASSWORD from now on; their addresses."""
    dear, cheap = (
        _HASH.format(argon2.PasswordHasher(time_cost=rounds, memory_cost=memory, parallelism=1).hash(PASSWORD))
        for rounds, memory in (REAL_COST, NO_COST)
    )
    _psql(deployment, _GIVE.format(real=REAL, dear=dear, cheap=cheap))
    return _psql(deployment, _LIST).split()


def _psql(deployment: Deployment, statement: str) -> str:
    command = deployment.host.ssh("runuser -u postgres -- psql -v ON_ERROR_STOP=1 -qtAd danhba")
    return subprocess.run(command, input=statement, text=True, check=True, stdout=subprocess.PIPE).stdout


@contextmanager
def _kernel(mailboxes: int) -> Iterator[None]:
    """This machine is the outside of the host, which cannot set these itself; and as a client it opens many files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        with inotify_for(4 * mailboxes):
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
