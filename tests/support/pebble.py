"""Pebble, the ACME server of Let's Encrypt's own tests, on a test host: an authority that asks that host by port 80.

It speaks TLS by an authority of its own, as a province's would, and issues by another one that it makes at its start.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from tests.lab import Host

from .authority import Authority

NAME, PORT, ROOTS_PORT = "acme.test", 14000, 15000
_CONFIGURATION = {
    "pebble": {
        "listenAddress": f"127.0.0.1:{PORT}",
        "managementListenAddress": f"127.0.0.1:{ROOTS_PORT}",
        "certificate": "/etc/pebble/pebble.crt",
        "privateKey": "/etc/pebble/pebble.key",
        "httpPort": 80,
        "tlsPort": 443,
        "ocspResponderURL": "",
        "externalAccountBindingRequired": False,
    }
}
_START = (
    "systemd-run --quiet --collect --unit=pebble --setenv=PEBBLE_VA_NOSLEEP=1 --setenv=PEBBLE_WFE_NONCEREJECT=0"
    " --setenv=PEBBLE_AUTHZREUSE=0"  # by default it draws lots whether a name must be shown again
    " pebble -config /etc/pebble/config.json"
)
# It is told who asks, and answers once it listens.
_ROOT = f"""
import ssl, sys, time, urllib.request
for _ in range(100):
    try:
        context = ssl._create_unverified_context()
        answer = urllib.request.urlopen("https://127.0.0.1:{ROOTS_PORT}/roots/0", context=context)
        sys.stdout.write(answer.read().decode())
        break
    except OSError:
        time.sleep(0.1)
"""


@dataclass(frozen=True)
class Pebble:
    """One that runs: the URL of its directory, the authority of its own certificate, and that which it issues by."""

    directory: str
    authority: Path
    root: Path


def start(host: Host, folder: Path, names: list[str]) -> Pebble:
    """Install and start it on a host, which it finds under the names; `folder` keeps its authorities."""
    authority = Authority.make(folder)
    authority.issue(folder / "pebble", [NAME])
    host.run("DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends pebble >/dev/null")
    host.run(f"printf '%s\\n' '127.0.0.1 {NAME}' '{host.address} {' '.join(names)}' >>/etc/hosts")
    return run(host, folder, authority)


def run(host: Host, folder: Path, authority: Authority) -> Pebble:
    """Start one that is installed, with the certificate `pebble` that the authority has issued into the folder."""
    host.run("mkdir -p /etc/pebble")
    files = {name: (folder / name).read_text(encoding="utf-8") for name in ("pebble.crt", "pebble.key")}
    for name, text in {**files, "config.json": json.dumps(_CONFIGURATION)}.items():
        host.run(f"umask 077; cat > /etc/pebble/{name} <<'END'\n{text}\nEND")
    host.run(_START)
    root = folder / "root.crt"
    root.write_text(host.run(f"python3 - <<'END'\n{_ROOT}\nEND").stdout, encoding="utf-8")
    return Pebble(f"https://{NAME}:{PORT}/dir", authority.certificate, root)


def stop(host: Host) -> None:
    """End it, and take back under which names it found whom, and what certbot has from it."""
    host.run(f"systemctl stop pebble; sed -i '/{NAME.replace('.', '[.]')}/,+1d' /etc/hosts")
    host.run("cd /etc/letsencrypt && rm -rf accounts archive live renewal")
