"""Jobs of a host that look once or twice a minute whether there is something to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab import Host

# Whether each looks at boot; all do every `RARELY` seconds. The other jobs of a host begin seldom enough as they are.
AT_BOOT = {
    "danhba-addressbook-sync": False,
    "danhba-end-sessions": False,
    "danhba-metrics": True,
    "danhba-protected-names": False,
    "danhba-notices": False,
    "danhba-silences": True,
    "danhba-status": True,
}
RARELY = 300
_FOLDER = "/etc/systemd/system/{job}.timer.d"


def let_rest(host: Host) -> None:
    """Have jobs look rarely: as they are deployed, they take a seventh of a processor from each host that is up.

    Who waits for what one of them does starts it, or asks for it `as_deployed`.
    """
    for job, at_boot in AT_BOOT.items():
        first = 0 if at_boot else RARELY
        rarely = rf"[Timer]\nOnBootSec=\nOnBootSec={first}\nOnUnitInactiveSec={RARELY}\n"
        folder = _FOLDER.format(job=job)
        host.run(f"test -e {folder[:-2]} && mkdir -p {folder} && printf '{rarely}' >{folder}/rarely.conf")
    host.run("systemctl daemon-reload")


@contextmanager
def as_deployed(host: Host, job: str) -> Iterator[None]:
    """Have a job begin by its timer as the role has written it."""
    folder, aside = _FOLDER.format(job=job), f"/run/{job}.timer.d"
    begin = f"systemctl daemon-reload && systemctl restart {job}.timer"
    host.run(f"if test -e {folder}; then mv {folder} {aside}; fi; {begin}")
    try:
        yield
    finally:
        host.run(f"if test -e {aside}; then mv {aside} {folder}; fi; {begin}")
