"""The rest of the Internet, as a mail server finds it that is set up by its defaults alone.

Beside the domains of others (`internet.py`), the same host is then the servers of the root, whose zone is signed by a
key of the lab's, and of `vn` and `gov.vn`, which delegate the province's zone; database.clamav.net, with databases that
ClamAV's makers have signed; and the authority of Let's Encrypt (Pebble). Names of servers of packages are answered with
their real addresses, so that apt gets there as before.

A host joins it by what surrounds a host, and by no variable: routes to the root's servers, the resolver of its network,
the root's key of the package dns-root-data, and the authorities that its system believes.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.lab import Host

from . import pebble
from .authority import Authority
from .internet import ACME, DOMAINS, GOOD, PROVINCE, REVERSE, VIRUS_FILES, VIRUSES, Internet, head, knot, put
from .pebble import Pebble

PARENTS = (".", "vn", "gov.vn")
_CLAMAV, _LETSENCRYPT = VIRUSES.partition(".")[2], ACME.partition("api.")[2]
_SIGNED_SECONDS = 30.0
_KEY = "/usr/share/dns/root.key"
# The record of versions, which freshclam believes while it is young: of ClamAV, main and daily; when it was written;
# the least and the present level of functions; of the two other databases.
_VERSIONS = "1.4.0:5:6:{now}:1:90:49192:19"


@dataclass(frozen=True)
class Public:
    """The Internet with its root, the key that signs the root, and its ACME authority."""

    internet: Internet
    key: str
    acme: Pebble

    @property
    def authorities(self) -> str:
        """The certificates of the authorities that everybody's system believes there."""
        return "".join(
            path.read_text(encoding="utf-8") for path in (self.internet.authority.certificate, self.acme.root)
        )

    def join(self, host: Host) -> None:
        """Have a host whose system is as it was installed be in this Internet."""
        address = self.internet.host.address
        routes = "".join(
            f"[Route]\nDestination={server}/32\nGateway={address}\n\n" for server in _root_servers(self.internet.host)
        )
        put(
            host,
            {
                "/etc/systemd/network/10-host0.network.d/internet.conf": routes,
                "/etc/resolv.conf": f"nameserver {address}\n",
                _KEY: self.key,
                "/usr/local/share/ca-certificates/internet.crt": self.internet.authority.certificate.read_text(
                    encoding="utf-8"
                ),
                "/usr/local/share/ca-certificates/acme.crt": self.acme.root.read_text(encoding="utf-8"),
            },
        )
        # The package finds its file taken by somebody else's (dpkg-divert(1)).
        host.run(f"dpkg-divert --quiet --local --no-rename --divert {_KEY}.iana --add {_KEY}")
        host.run("networkctl reload && update-ca-certificates >/dev/null 2>&1")


def extend(internet: Internet, folder: Path) -> Public:
    """Make an Internet that is up a whole one; `folder` keeps what its ACME authority needs."""
    host = internet.host
    mirrors = dict(_mirrors(host))
    zones = [*PARENTS, _CLAMAV, _LETSENCRYPT, *mirrors]
    servers = _root_servers(host)
    host.run("".join(f"ip address replace {server}/32 dev lo; " for server in servers))
    leaves = {zone: f"@ IN A {address}\n" for zone, address in mirrors.items()}
    leaves[_CLAMAV] = (
        f'{VIRUSES}. IN A {host.address}\ncurrent.cvd.{_CLAMAV}. IN TXT "{_VERSIONS.format(now=int(time.time()))}"\n'
    )
    leaves[_LETSENCRYPT] = f"{ACME}. IN A {host.address}\n"
    below = [*DOMAINS, REVERSE, *leaves]
    _write(internet, {zone: leaves.get(zone, "") for zone in zones})
    put(host, knot([host.address, *servers], zones))
    put(host, {"/etc/nginx/sites-enabled/public": _SITES})
    host.run("systemctl restart nginx; chown -R knot: /var/lib/knot/zones; systemctl restart knot")
    digests = _digests(host, [*PARENTS[1:], *below, PROVINCE])
    _write(internet, {"gov.vn": _delegated([PROVINCE], digests, host.address)})
    _write(internet, {"vn": _delegated(["gov.vn"], digests, host.address)})
    _write(internet, {".": _root(servers) + _delegated(["vn", *below], digests, host.address)})
    host.run("chown -R knot: /var/lib/knot/zones")
    host.run("".join(f"knotc --blocking zone-reload {zone}; knotc --blocking zone-sign {zone}; " for zone in PARENTS))
    key = host.run("keymgr . dnskey").stdout.replace(" DNSKEY", " IN DNSKEY")
    assert re.fullmatch(r"([.] IN DNSKEY 257 .*\n)+", key), key
    authority = Authority.make(folder)
    authority.issue(folder / "pebble", [pebble.NAME])
    return Public(internet, key, pebble.run(host, folder, authority))


def _root_servers(host: Host) -> list[str]:
    """The addresses (IPv4) of the servers of the root, as every resolver is shipped with them."""
    return re.findall(r"(?m)^\S+ +\d+ +A +(\S+)$", host.run("cat /usr/share/dns/root.hints").stdout)


def _mirrors(host: Host) -> Iterator[tuple[str, str]]:
    """The servers that apt fetches from, by name, each with the address at which this machine finds it."""
    said = host.run("grep -rhoE 'https?://[^/\"; ]+' /etc/apt || true").stdout
    hosts = {re.sub(r":\d+$", "", url.rpartition("/")[2].rpartition("@")[2]) for url in said.split()}
    for name in sorted(host for host in hosts if re.search("[a-z]", host)):
        with suppress(socket.gaierror):
            yield name, str(socket.getaddrinfo(name, None, socket.AF_INET)[0][4][0])


def _digests(host: Host, zones: Sequence[str]) -> Mapping[str, str]:
    """The DS records of zones, as their parents have them, as soon as knot has keys for all."""
    deadline = time.monotonic() + _SIGNED_SECONDS
    while True:
        said = host.run("".join(f"keymgr {zone} ds; " for zone in zones), check=False).stdout
        found = {zone: _digest(zone, said) for zone in zones}
        if all(found.values()):
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.5)


def _digest(zone: str, said: str) -> str:
    return "".join(re.findall(rf"(?m)^{re.escape(zone)}[.] DS \d+ \d+ 2 .*\n", said)).replace(" DS ", " IN DS ")


def _delegated(zones: list[str], digests: Mapping[str, str], address: str) -> str:
    return "".join(f"{zone}. IN NS ns.{GOOD}.\n{digests[zone]}" for zone in zones)


def _root(servers: list[str]) -> str:
    named = {f"{chr(ord('a') + number)}.root-servers.net.": server for number, server in enumerate(servers)}
    return "".join(f"@ IN NS {name}\n{name} IN A {server}\n" for name, server in named.items())


def _write(internet: Internet, zones: Mapping[str, str]) -> None:
    def text(zone: str, lines: str) -> str:
        begun = head("" if zone == "." else zone, internet.host.address)
        return begun + lines + (f"ns.{GOOD}. IN A {internet.host.address}\n" if zone == "." else "")

    files = {"root" if zone == "." else zone: text(zone, lines) for zone, lines in zones.items()}
    put(internet.host, {f"/var/lib/knot/zones/{name}.zone": lines for name, lines in files.items()})


_SITES = f"""
server {{ listen 443 ssl; server_name {VIRUSES}; root {VIRUS_FILES}; }}
server {{ listen 443 ssl; server_name {ACME};
  location = /directory {{ proxy_pass https://127.0.0.1:{pebble.PORT}/dir; proxy_set_header Host $host; }}
  location / {{ proxy_pass https://127.0.0.1:{pebble.PORT}; proxy_set_header Host $host; }}
}}
"""
