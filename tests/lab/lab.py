"""The lab: brings hosts up, finds those that are up, takes them down; always from whatever state was left behind."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path

from tests.lab import process
from tests.lab.cgroup import ControlGroup
from tests.lab.errors import LabError
from tests.lab.host import Host, make_ssh_key
from tests.lab.image import Images
from tests.lab.network import Network
from tests.lab.settings import Settings
from tests.lab.shell import locked, require_root_and_tools, say, wait_for, write
from tests.lab.snapshot import Snapshot, layers

# Short enough for the name of its network interface: `vb-` and 12 characters are what the kernel takes.
_NAME = re.compile(r"^[a-z][a-z0-9-]{0,11}$")
_FQDN = re.compile(r"^(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$")
_START_SECONDS = 5.0
_SSH_SECONDS = 60.0
_ANSWER_SECONDS = 10.0
_BOOT_SECONDS = 120.0
_CONSOLE_LINES = 10

# The root is mounted where only the guest's own processes see it, so the mount dies with them: this machine's mount
# table never has it, and no crash can leave it behind. The shell is the first process of its process namespace, and
# begins systemd-nspawn again where the guest has asked to boot again (EXIT_FORCE_RESTART in systemd's exit-status.h).
_BOOT = """
set -eu
for procs in $1; do echo $$ >"$procs"; done
mount -t overlay overlay -o "$2" "$3"
shift 3
status=133
while [ "$status" = 133 ]; do
    status=0
    "$@" || status=$?
done
exit "$status"
"""


@dataclass(frozen=True)
class Status:
    """A host as `list` shows it. ``state`` is running or stopped; ``since`` in seconds since the epoch."""

    host: Host
    pid: int | None
    since: float | None

    @property
    def state(self) -> str:
        """In one word."""
        return "running" if self.pid else "stopped"


class Lab:
    """All test hosts of this machine, with their network and their images. Safe to use from several processes."""

    def __init__(self, settings: Settings | None = None) -> None:
        require_root_and_tools()
        self._settings = settings or Settings()
        self._network = Network(self._settings)
        self._images = Images(self._settings)

    def build(self) -> Path:
        """Build the root file system unless it is cached, and return its place."""
        return self._images.get(in_use=self._layers())

    def up(self, name: str, *, address: str, fqdn: str, over: str = "") -> Host:
        """Boot a host and wait until everything on it runs; one that is up and healthy is returned as it is.

        Args:
            name: lower case letters, digits and hyphens.
            address: a free IPv4 address of the lab's network.
            fqdn: the host's full name.
            over: the snapshot to begin from; else a Debian that nothing has been deployed to.

        Raises:
            LabError: a name, an address or a full name that cannot be, or a snapshot that is not there; a host that
                does not come up.
        """
        wanted = self._checked(name, address, fqdn, self._get_snapshot(over).image if over else self.build())
        with self._host_lock(name):
            with self._lab_lock():
                self._refuse_taken_address(wanted)
                self._network.up()
                if (running := self._reusable(wanted)) is not None:
                    return running
                self._remove(name)
                self._create(wanted)
            say(f"Khởi động {name} ({fqdn}, {address})", f"Booting {name} ({fqdn}, {address})")
            self._boot(wanted)
            self._wait_until_up(wanted)
        say(f"{name} đã chạy", f"{name} is up")
        return wanted

    def snapshot(self, name: str, snapshot: str) -> None:
        """Power a host off and keep its root file system as a snapshot; the host is no more.

        To go on with it, bring it up again over the snapshot. What it has written to disk is there, what was in memory
        is not. A snapshot of that name is replaced.

        Raises:
            LabError: there is no such host, or a host lies over the snapshot that is to be replaced.
        """
        host = self.get(name)
        self.discard(snapshot)
        with self._host_lock(name):
            process.stop(host.root)
            with self._lab_lock():
                directory = self._settings.snapshots / snapshot
                Snapshot.keep(directory, host.upper, host.image, address=host.address, fqdn=host.fqdn)
                self._remove(name)
        say(f"Đã giữ {name} làm ảnh chụp {snapshot}", f"Kept {name} as the snapshot {snapshot}")

    def discard(self, snapshot: str) -> None:
        """Remove a snapshot, also one that was never completely written; nothing happens when there is none.

        Raises:
            LabError: a host or another snapshot lies over it.
        """
        directory = self._settings.snapshots / _checked_name(snapshot)
        with self._lab_lock():
            if over := ", ".join(self._over(directory)):
                raise LabError(
                    f"Ảnh chụp {snapshot} đang được dùng: {over}. Hãy gỡ những thứ ấy trước.",
                    f"The snapshot {snapshot} is in use: {over}. Remove those first.",
                )
            if directory.exists():
                shutil.rmtree(directory)

    def get(self, name: str) -> Host:
        """A host that exists.

        Raises:
            LabError: there is none of that name.
        """
        host = Host.load(self._settings.hosts / _checked_name(name))
        if host is None:
            known = ", ".join(status.host.name for status in self.statuses()) or "-"
            raise LabError(
                f"Không có máy thử nào tên {name}. Đang có: {known}.",
                f"There is no test host named {name}. There are: {known}.",
            )
        return host

    def client(self, name: str, address: str) -> AbstractContextManager[list[str]]:
        """A network of its own for a program of this machine that is a client of the hosts, as `Network.client`.

        Raises:
            LabError: a name or an address that cannot be.
        """
        return self._network.client(_checked_name(name), self._checked_address(address))

    def statuses(self) -> list[Status]:
        """Every host that exists, by name."""
        statuses = []
        for host in self._hosts():
            with process.launcher(host.root) as found:
                pid = found.pid if found else None
            statuses.append(Status(host, pid, process.started(pid) if pid else None))
        return statuses

    def down(self, name: str) -> None:
        """End a host and remove it; with the last one goes the network. Nothing happens when there is none."""
        with self._host_lock(_checked_name(name)):
            existed = (self._settings.hosts / name).exists()
            with self._lab_lock():
                self._remove(name)
                if not self._names():
                    self._network.down()
        if existed:
            say(f"Đã gỡ {name}", f"Removed {name}")
        else:
            say(f"Không có máy thử nào tên {name}", f"There is no test host named {name}")

    def down_all(self) -> None:
        """Remove every host, the network and the keys; all but the cached root file systems."""
        for name in self._names():
            self.down(name)
        with self._lab_lock():
            if not self._names():
                self._network.down()
                shutil.rmtree(self._settings.state, ignore_errors=True)
        say("Không còn máy thử nào", "No test host is left")

    def clean(self) -> None:
        """Remove everything, the cached root file systems too."""
        self.down_all()
        self._images.clean()

    # --- what exists

    def _names(self) -> list[str]:
        hosts = self._settings.hosts
        return sorted(path.name for path in hosts.iterdir() if path.is_dir()) if hosts.exists() else []

    def _hosts(self) -> list[Host]:
        loaded = (Host.load(self._settings.hosts / name) for name in self._names())
        return [host for host in loaded if host is not None]

    def _snapshots(self) -> list[Snapshot]:
        directory = self._settings.snapshots
        loaded = (Snapshot.load(path) for path in sorted(directory.iterdir())) if directory.exists() else ()
        return [snapshot for snapshot in loaded if snapshot is not None]

    def _get_snapshot(self, name: str) -> Snapshot:
        snapshot = Snapshot.load(self._settings.snapshots / _checked_name(name))
        if snapshot is None:
            known = ", ".join(one.name for one in self._snapshots()) or "-"
            raise LabError(
                f"Không có ảnh chụp nào tên {name}. Đang có: {known}.",
                f"There is no snapshot named {name}. There are: {known}.",
            )
        return snapshot

    def _based(self) -> list[Host | Snapshot]:
        """Everything that lies over an image."""
        return [*self._hosts(), *self._snapshots()]

    def _layers(self) -> set[Path]:
        """Every directory that a host or a snapshot is made of."""
        return {layer for one in self._based() for layer in layers(one.image)}

    def _over(self, snapshot: Path) -> list[str]:
        """The names of the hosts and other snapshots that lie over the snapshot in this directory."""
        others = (one for one in self._based() if one.directory != snapshot)
        return [one.name for one in others if any(layer.parent == snapshot for layer in layers(one.image))]

    def _checked(self, name: str, address: str, fqdn: str, image: Path) -> Host:
        if not _FQDN.match(fqdn):
            raise LabError(
                f"Tên đầy đủ không hợp lệ: {fqdn!r}. Ví dụ đúng: mail.laocai.gov.vn.",
                f"Not a full name: {fqdn!r}. A good one: mail.laocai.gov.vn.",
            )
        return Host.create(_checked_name(name), self._checked_address(address), fqdn, image, self._settings)

    def _checked_address(self, address: str) -> IPv4Address:
        gateway = self._settings.gateway
        try:
            parsed = IPv4Address(address)
        except ValueError:
            parsed = gateway.ip
        if parsed not in gateway.network or parsed in (gateway.ip, gateway.network[0], gateway.network[-1]):
            raise LabError(
                f"Địa chỉ không dùng được: {address}. Hãy chọn một địa chỉ của mạng {gateway.network}, "
                f"trừ {gateway.ip}.",
                f"Not usable as an address: {address}. Choose one of the network {gateway.network}, "
                f"but not {gateway.ip}.",
            )
        return parsed

    def _refuse_taken_address(self, wanted: Host) -> None:
        for host in self._hosts():
            if host.address == wanted.address and host.name != wanted.name:
                raise LabError(
                    f"Địa chỉ {wanted.address} đã thuộc máy thử {host.name}. "
                    f"Hãy chọn địa chỉ khác, hoặc gỡ máy ấy: `python -m tests.lab down {host.name}`.",
                    f"The address {wanted.address} already belongs to the test host {host.name}. "
                    f"Choose another, or remove that host: `python -m tests.lab down {host.name}`.",
                )

    # --- bringing up

    def _reusable(self, wanted: Host) -> Host | None:
        """The host as it runs, when it is what is wanted and in good health."""
        existing = Host.load(wanted.directory)
        if existing is None:
            return None
        if not process.runs(existing.root):
            say(
                f"{wanted.name} còn lại từ lần trước nhưng không chạy: dựng lại",
                f"{wanted.name} was left behind and does not run: making it anew",
            )
            return None
        if existing == wanted and _state(existing) == "running":
            say(f"{wanted.name} đang chạy tốt: dùng lại", f"{wanted.name} is up and healthy: using it again")
            return existing
        say(
            f"{wanted.name} đang chạy nhưng không như yêu cầu: dựng lại",
            f"{wanted.name} runs, but not as asked: making it anew",
        )
        return None

    def _create(self, host: Host) -> None:
        key = self._settings.private_key
        if not key.exists():
            key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            make_ssh_key(key, comment="danhba-lab")
        gateway = self._settings.gateway
        public_key = key.with_name(f"{key.name}.pub").read_text(encoding="utf-8")
        host_key = host.prepare(public_key, str(gateway.ip), gateway.network.prefixlen)
        self._trust(host.address, host_key)

    def _boot(self, host: Host) -> None:
        lower = ":".join(str(layer) for layer in layers(host.image))
        options = f"lowerdir={lower},upperdir={host.upper},workdir={host.directory / 'work'}"
        group = self._control_group(host.name)
        joined = " ".join(str(path) for path in group.create())
        command = [
            *group.wrapper, "unshare", "--pid", "--fork", "--kill-child", "--mount", "--propagation=private",
            "--mount-proc", "sh", "-c", _BOOT, "sh", joined, options, str(host.root),
            process.NSPAWN, process.directory_option(host.root), f"--machine={host.name}", "--boot",
            "--register=no", "--keep-unit", f"--network-bridge={self._settings.bridge}", "--resolv-conf=off",
            "--link-journal=no", "--console=read-only", "--timezone=off",
        ]  # fmt: skip
        with host.console.open("wb") as console:
            subprocess.run(
                ["setsid", "--fork", *command], stdin=subprocess.DEVNULL, stdout=console, stderr=console, check=True
            )
        wait_for(lambda: process.runs(host.root), seconds=_START_SECONDS)

    def _wait_until_up(self, host: Host) -> None:
        wait_for(lambda: _state(host) != "" or not process.runs(host.root), seconds=_SSH_SECONDS)
        state = _state(host, wait=True)
        if state != "running":
            raise _not_up(host, state)

    def _control_group(self, name: str) -> ControlGroup:
        return ControlGroup(f"{self._settings.table}-{name}")

    # --- taking down

    def _remove(self, name: str) -> None:
        directory = self._settings.hosts / name
        host = Host.load(directory)
        process.kill(directory / "root")
        self._control_group(name).remove()
        self._network.release(name)
        if host is not None:
            host.hang_up()
            self._trust(host.address, None)
        if directory.exists():
            shutil.rmtree(directory)

    def _trust(self, address: str, host_key: str | None) -> None:
        """Let known_hosts have this key, or none, for that address."""
        known_hosts = self._settings.known_hosts
        lines = known_hosts.read_text(encoding="utf-8").splitlines() if known_hosts.exists() else []
        lines = [line for line in lines if line.split(" ", 1)[0] != address]
        if host_key:
            lines.append(" ".join([address, *host_key.split()[:2]]))
        write(known_hosts, "".join(f"{line}\n" for line in lines), 0o600)

    # --- one at a time

    def _lab_lock(self) -> AbstractContextManager[None]:
        return self._lock("lock", "Đang chờ một lệnh máy thử khác xong", "Waiting for another lab command to finish")

    def _host_lock(self, name: str) -> AbstractContextManager[None]:
        return self._lock(
            f"{name}.lock",
            f"Đang chờ một lệnh khác xong với {name}",
            f"Waiting for another command to finish with {name}",
        )

    @contextmanager
    def _lock(self, name: str, vi: str, en: str) -> Iterator[None]:
        self._settings.state.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locked(self._settings.locks / name, vi, en):
            yield


def _checked_name(name: str) -> str:
    if not _NAME.match(name):
        raise LabError(
            f"Tên máy thử không hợp lệ: {name!r}. Dùng chữ thường, chữ số và dấu gạch nối, tối đa 12 ký tự.",
            f"Not a host name: {name!r}. Use lower case letters, digits and hyphens, at most 12 of them.",
        )
    return name


def _state(host: Host, *, wait: bool = False) -> str:
    """What systemd on the host says of itself, at once or when it has started; empty when it cannot be asked."""
    command, seconds = ("--wait", _BOOT_SECONDS) if wait else ("", _ANSWER_SECONDS)
    try:
        return host.run(
            f"systemctl is-system-running {command}", check=False, timeout=seconds, login=True
        ).stdout.strip()
    except subprocess.TimeoutExpired:
        return ""


def _not_up(host: Host, state: str) -> LabError:
    if state:
        details = host.run("systemctl --failed --no-legend --plain", check=False).stdout
    else:
        details = "\n".join(host.console.read_text(errors="replace").splitlines()[-_CONSOLE_LINES:])
    return LabError(
        f"Máy thử {host.name} không khởi động được như mong đợi ({state or 'không trả lời'}). "
        f"Xem {host.console}; gỡ nó bằng `python -m tests.lab down {host.name}`.",
        f"The test host {host.name} did not come up as it should ({state or 'no answer'}). "
        f"See {host.console}; remove it by `python -m tests.lab down {host.name}`.\n{details}",
    )
