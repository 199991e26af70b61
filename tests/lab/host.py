"""One test host: what it is called, how to reach it, and the files it is booted from."""

import hashlib
import json
import subprocess
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address
from pathlib import Path
from typing import Self

from tests.lab import interpreter
from tests.lab.settings import Settings
from tests.lab.shell import write
from tests.lab.snapshot import snapshot_of

_CONNECT_SECONDS = 5
_RESOLVED = Path("/run/systemd/resolve/resolv.conf")
# What Ansible's Python is on a test host (`inventories/lab`), and what it keeps, where no role leaves anything.
INTERPRETER = Path("opt/danhba-lab/interpreter.py")
_COMPILED = INTERPRETER.parent / "compiled"


@dataclass(frozen=True)
class Host:
    """A host that has been asked for; whether it runs, `Lab` knows.

    ``image`` is the root file system it lies over, as built or a snapshot's; ``directory`` holds the rest of it.
    ``interpreter`` is what Ansible's Python is there, by a digest: a host that has another is not as asked.
    """

    name: str
    address: str
    fqdn: str
    image: Path
    directory: Path
    private_key: Path
    known_hosts: Path
    interpreter: str = ""

    @classmethod
    def create(cls, name: str, address: IPv4Address, fqdn: str, image: Path, settings: Settings) -> Self:
        """Describe a host; nothing is written yet."""
        directory = settings.hosts / name
        digest = hashlib.sha256(Path(interpreter.__file__).read_bytes()).hexdigest()
        return cls(name, str(address), fqdn, image, directory, settings.private_key, settings.known_hosts, digest)

    @classmethod
    def load(cls, directory: Path) -> Self | None:
        """The host whose directory this is; None when it was never completely written."""
        try:
            fields = json.loads((directory / "host.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        paths = {key: Path(fields[key]) for key in ("image", "directory", "private_key", "known_hosts")}
        return cls(**(fields | paths))

    @property
    def root(self) -> Path:
        """Where its root file system is mounted, in a mount namespace that only its systemd-nspawn sees."""
        return self.directory / "root"

    @property
    def upper(self) -> Path:
        """What it has written over its image."""
        return self.directory / "upper"

    @property
    def console(self) -> Path:
        """What it has said on its console."""
        return self.directory / "console.log"

    def ssh(self, command: str = "") -> list[str]:
        """The command line that logs in as root, or runs one shell command there. Its host key is checked."""
        options = {
            "BatchMode": "yes",
            "ConnectTimeout": str(_CONNECT_SECONDS),
            "GlobalKnownHostsFile": "/dev/null",
            "IdentitiesOnly": "yes",
            "LogLevel": "ERROR",
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": str(self.known_hosts),
        }
        words = ["ssh", "-F", "none", "-i", str(self.private_key)]
        words += [word for key, value in options.items() for word in ("-o", f"{key}={value}")]
        return [*words, f"root@{self.address}", *([command] if command else [])]

    def run(
        self, command: str, *, check: bool = True, timeout: float = 60, login: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """Run one shell command as root, its output captured.

        All share one connection, for a login costs a tenth of a second of the host's processor; with ``login`` it logs
        in anew, which shows that one can.

        Raises:
            subprocess.CalledProcessError: it failed, and ``check`` is set; what it complained of is noted.
            subprocess.TimeoutExpired: it took longer than ``timeout`` seconds.
        """
        words = self.ssh(command)
        if not login:
            words[1:1] = self._shared(ControlMaster="auto", ControlPersist="60", ServerAliveInterval="5")
        try:
            return subprocess.run(words, capture_output=True, text=True, check=check, timeout=timeout)
        except subprocess.CalledProcessError as error:
            error.add_note(error.stderr)
            raise

    def hang_up(self) -> None:
        """End the connection that commands share, if there is one."""
        command = ["ssh", "-F", "none", *self._shared(), "-O", "exit", str(self.address)]
        subprocess.run(command, capture_output=True, check=False)

    def _shared(self, **options: str) -> list[str]:
        """What tells ssh of the connection that commands share."""
        options["ControlPath"] = str(self.directory / "ssh")
        return [word for key, value in options.items() for word in ("-o", f"{key}={value}")]

    def prepare(self, public_key: str, gateway: str, prefix_length: int) -> str:
        """Write all files of a host that has none yet, and return its public host key.

        They go into the upper layer before it is mounted, so the host's first boot already is as asked. Over a
        snapshot, the machine id stays what it was, for the journal is filed under it; and what was deployed there about
        its own name and address stays where these are the same.
        """
        for directory in (self.upper, self.directory / "work", self.root):
            directory.mkdir(parents=True)
        etc = self.upper / "etc"
        snapshot = snapshot_of(self.image)
        if snapshot is None:
            write(etc / "machine-id", "")
        if snapshot is None or (snapshot.address, snapshot.fqdn) != (self.address, self.fqdn):
            self._name(etc, gateway, prefix_length)
        if snapshot is None:
            write(etc / "resolv.conf", (_RESOLVED if _RESOLVED.exists() else Path("/etc/resolv.conf")).read_text())
        write(self.upper / INTERPRETER, Path(interpreter.__file__).read_text(encoding="utf-8"), 0o755)
        (self.upper / _COMPILED).mkdir()
        ssh = self.upper / "root/.ssh"
        ssh.mkdir(parents=True, mode=0o700)
        ssh.parent.chmod(0o700)
        write(ssh / "authorized_keys", public_key, 0o600)
        host_key = make_ssh_key(etc / "ssh/ssh_host_ed25519_key", comment=self.fqdn)
        fields = {key: str(value) for key, value in asdict(self).items()}
        write(self.directory / "host.json", json.dumps(fields, indent=2) + "\n", 0o600)
        return host_key

    def _name(self, etc: Path, gateway: str, prefix_length: int) -> None:
        """Say what the host is called and where it is."""
        write(etc / "hostname", f"{self.fqdn.partition('.')[0]}\n")
        write(etc / "hosts", _hosts(self.address, self.fqdn))
        # Its name sorts before 80-container-host0.network, which would ask for an address by DHCP.
        write(etc / "systemd/network/10-host0.network", _network(self.address, prefix_length, gateway))


def make_ssh_key(path: Path, *, comment: str) -> str:
    """Make an Ed25519 key pair without a passphrase and return the public half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path], check=True)
    return path.with_name(f"{path.name}.pub").read_text(encoding="utf-8")


def _hosts(address: str, fqdn: str) -> str:
    # The full name first: it is what `hostname --fqdn` answers.
    return f"127.0.0.1 localhost\n{address} {fqdn} {fqdn.partition('.')[0]}\n"


def _network(address: str, prefix_length: int, gateway: str) -> str:
    return f"[Match]\nName=host0\n\n[Network]\nAddress={address}/{prefix_length}\nGateway={gateway}\n"
