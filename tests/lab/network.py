"""The hosts' network: a bridge on this machine, and a masquerade rule so that hosts reach the package mirror."""

import json
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

from tests.lab.errors import LabError
from tests.lab.settings import Settings
from tests.lab.shell import locked, run, succeeds, wait_for, write

_FORWARDING = Path("/proc/sys/net/ipv4/ip_forward")
_RELEASE_SECONDS = 5.0
_UP_SECONDS = 5.0
_LABS = re.compile(rf"^table ip {Settings.table}", re.MULTILINE)

# One transaction, and the same result however often it is loaded. Hosts are masqueraded on the way out only: between
# hosts, and between them and this machine, everybody sees real addresses.
_RULES = """
table ip {table}
delete table ip {table}
table ip {table} {{
    chain postrouting {{
        type nat hook postrouting priority srcnat; policy accept;
        ip saddr {network} oifname != "{bridge}" masquerade
    }}
}}
"""


def hardware_address(gateway: IPv4Interface) -> str:
    """The bridge's, locally administered (IEEE 802): made of its IP address, so that each lab has another."""
    return ":".join(f"{octet:02x}" for octet in (0x02, 0x00, *gateway.ip.packed))


class Network:
    """The bridge, the nft table and the forwarding switch of one lab."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def up(self) -> None:
        """Make it, or mend what is missing of it.

        Raises:
            LabError: the gateway's address already belongs to another interface.
        """
        bridge = self._settings.bridge
        if not _exists(self._settings.bridge):
            self._refuse_taken_gateway()
            run(["ip", "link", "add", bridge, "type", "bridge"])
        # Of its own: a bridge without one takes the lowest of its ports', and when that port goes, all hosts lose the
        # gateway until they ask for it anew.
        run(["ip", "link", "set", bridge, "address", hardware_address(self._settings.gateway)])
        run(["ip", "address", "replace", str(self._settings.gateway), "dev", bridge])
        run(["ip", "link", "set", bridge, "up"])
        rules = _RULES.format(
            table=self._settings.table, bridge=bridge, network=self._settings.gateway.network.with_prefixlen
        )
        with self._switch():
            run(["nft", "--file", "-"], text=rules)
            if not self._settings.forwarding.exists():
                write(self._settings.forwarding, _FORWARDING.read_text())
            _FORWARDING.write_text("1")

    def down(self) -> None:
        """Remove every trace of it; nothing happens when there is none.

        With the last lab of this machine, forwarding is again what it was before the first.
        """
        table, forwarding = ["table", "ip", self._settings.table], self._settings.forwarding
        with self._switch():
            if succeeds(["nft", "list", *table]):
                run(["nft", "delete", *table])
            if forwarding.exists() and not _LABS.search(run(["nft", "list", "tables"])):
                _FORWARDING.write_text(forwarding.read_text())
                forwarding.unlink()
        for client in json.loads(run(["ip", "-json", "netns", "list"]) or "[]"):
            if client["name"].startswith(self._client("")):
                run(["ip", "netns", "delete", client["name"]])
        if _exists(self._settings.bridge):
            run(["ip", "link", "delete", self._settings.bridge])

    @contextmanager
    def client(self, name: str, address: IPv4Address) -> Iterator[list[str]]:
        """A network namespace beside the hosts, for a program of this machine that is their client.

        Nothing changes in it while hosts and labs come and go: a browser takes such a change for a lost connection and
        gives up what it loads. Gives the command that runs a program there, which goes before the program's own.
        """
        space, interface = self._client(name), f"vc-{name}"
        if Path("/run/netns", space).exists():
            run(["ip", "netns", "delete", space])
        run(["ip", "netns", "add", space])
        try:
            run(["ip", "link", "add", interface, "type", "veth", "peer", "name", "eth0", "netns", space])
            run(["ip", "link", "set", interface, "master", self._settings.bridge, "up"])
            # An address that the kernel gives by itself comes some time later, which would be a change.
            run(["ip", "-n", space, "link", "set", "eth0", "addrgenmode", "none"])
            mask = self._settings.gateway.network.prefixlen
            run(["ip", "-n", space, "address", "add", f"{address}/{mask}", "dev", "eth0"])
            for device in ("lo", "eth0"):
                run(["ip", "-n", space, "link", "set", device, "up"])
            # That it is up the kernel tells when it gets to it, on a busy machine later than a browser begins.
            wait_for(lambda: _operates("eth0", space), seconds=_UP_SECONDS)
            yield ["ip", "netns", "exec", space]
        finally:
            run(["ip", "netns", "delete", space])

    def _client(self, name: str) -> str:
        return f"{self._settings.bridge}-{name}"

    def _switch(self) -> AbstractContextManager[None]:
        """Hold the switch, which labs share: one that goes must not cut off another that is there."""
        return locked(
            self._settings.forwarding.with_suffix(".lock"),
            "Đang chờ một mạng thử khác",
            "Waiting for the network of another lab",
        )

    def release(self, name: str) -> None:
        """Remove the interface of a host that no longer runs: the kernel itself does so, but only some time later."""
        interface = f"vb-{name}"
        if _exists(interface) and not succeeds(["ip", "link", "delete", interface]):
            wait_for(lambda: not _exists(interface), seconds=_RELEASE_SECONDS)

    def _refuse_taken_gateway(self) -> None:
        gateway = str(self._settings.gateway.network)
        routes = json.loads(run(["ip", "-json", "route", "show", "root", gateway]) or "[]")
        if routes:
            device = routes[0]["dev"]
            raise LabError(
                f"Mạng {gateway} đã được giao diện {device} dùng. Hãy gỡ giao diện ấy (xem `ip route`) rồi thử lại.",
                f"The network {gateway} is already used by the interface {device}. "
                "Remove that interface (see `ip route`), then try again.",
            )


def _exists(interface: str) -> bool:
    return succeeds(["ip", "link", "show", "dev", interface])


def _operates(interface: str, space: str) -> bool:
    listed = json.loads(run(["ip", "-json", "-n", space, "link", "show", "dev", interface]))
    return bool(listed[0]["operstate"] == "UP")
