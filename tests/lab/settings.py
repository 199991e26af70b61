"""What the lab is called, where it keeps things, and what a host is made of."""

import runpy
from dataclasses import dataclass
from ipaddress import IPv4Interface
from pathlib import Path

# Hosts of the lab run the release that the roles demand. It is read as a file: the lab needs nothing on Python's path.
_RELEASE = runpy.run_path(str(Path(__file__).resolve().parents[2] / "plugins/module_utils/debian.py"))
SUITE: str = _RELEASE["NAME"]
DEBIAN: str = _RELEASE["DEBIAN"]
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

# What a small Debian server has before anybody deploys something to it. python3-apt: Ansible's apt module cannot
# predict anything in check mode without it.
PACKAGES = (
    "apt-utils",
    "ca-certificates",
    "dbus",
    "iproute2",
    "iputils-ping",
    "kmod",
    "less",
    "libpam-systemd",
    "netbase",
    "openssh-server",
    "procps",
    "python3",
    "python3-apt",
    "systemd-sysv",
    "tzdata",
    "udev",
)

# What the roles install. Only fetched into the image, never installed there: it saves each host the download.
PREFETCHED = (
    "age",
    "apache2-utils",
    "clamav-daemon",
    "clamav-freshclam",
    "cracklib-runtime",
    "dns-root-data",
    "dovecot-core",
    "dovecot-imapd",
    "dovecot-lmtpd",
    "dovecot-managesieved",
    "dovecot-pgsql",
    "dovecot-pop3d",
    "dovecot-sieve",
    "fail2ban",
    "ldap-utils",
    "libarchive-tools",
    "nftables",
    "nginx",
    "openssh-client",
    "openssl",
    "pgbackrest",
    "php-fpm",
    "php-intl",
    "php-ldap",
    "php-mbstring",
    "php-net-ldap3",
    "php-pgsql",
    "php-zip",
    "poppler-utils",
    "postfix",
    "postfix-mta-sts-resolver",
    "postfix-pgsql",
    "postgresql-17",
    "prometheus",
    "prometheus-alertmanager",
    "prometheus-blackbox-exporter",
    "prometheus-node-exporter",
    "prometheus-node-exporter-collectors",
    "prometheus-postgres-exporter",
    "python3-argon2",
    "python3-cryptography",
    "python3-dnspython",
    "python3-ldap",
    "python3-lxml",
    "python3-olefile",
    "python3-psycopg",
    "python3-pypdf",
    "python3-systemd",
    "python3-unidecode",
    "restic",
    "restic-rest-server",
    "roundcube-core",
    "roundcube-pgsql",
    "roundcube-plugins",
    "rspamd",
    "sasl2-bin",
    "slapd",
    "sudo",
    "systemd-timesyncd",
    "unbound",
    "valkey-server",
)

# What tests install on single hosts, over the network: hosts know of it.
OFFERED = (
    "certbot",
    "fonts-liberation",
    "git",
    "knot",
    "knot-dnsutils",
    "libfaketime",
    "opendkim",
    "opendkim-tools",
    "opendmarc",
    "pebble",
    "php8.4-pcov",
    "python3-authres",
    "python3-dkim",
    "unattended-upgrades",
)

# Command on the PATH, or file -> Debian package.
TOOLS = {
    str(KEYRING): "debian-archive-keyring",
    "apt-get": "apt",
    "ip": "iproute2",
    "mmdebstrap": "mmdebstrap",
    "nft": "nftables",
    "setpriv": "util-linux",
    "setsid": "util-linux",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "systemd-nspawn": "systemd-container",
    "unshare": "util-linux",
}


_GATEWAY = IPv4Interface("10.233.0.1/24")


@dataclass(frozen=True)
class Settings:
    """Names and places of one lab. The defaults are the lab of this machine; tests make a second one beside it."""

    cache: Path = Path("/var/cache/danhba-lab")
    state: Path = Path("/var/lib/danhba-lab")
    locks: Path = Path("/run/danhba-lab")
    # What the switch was before the first lab of this machine.
    forwarding: Path = Path("/run/danhba-lab/ip_forward")
    bridge: str = "danhba0"
    table: str = "danhba_lab"
    gateway: IPv4Interface = _GATEWAY

    @property
    def hosts(self) -> Path:
        """Holds one directory for each host."""
        return self.state / "hosts"

    @property
    def snapshots(self) -> Path:
        """Holds one directory for each snapshot."""
        return self.state / "snapshots"

    @property
    def private_key(self) -> Path:
        """The ssh key that opens root on every host."""
        return self.state / "ssh" / "id_ed25519"

    @property
    def known_hosts(self) -> Path:
        """The host keys of the hosts that exist."""
        return self.state / "ssh" / "known_hosts"
