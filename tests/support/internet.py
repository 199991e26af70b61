"""An Internet for a mail server of the lab: authoritative DNS that is signed, and domains of others with a mail server.

One host is all of it. knot signs and serves the zones, the province's own among them, which come from what
`playbooks/dns.yml` renders; opendkim and opendmarc, which are not what the province's server has, sign and judge;
Postfix takes whatever comes for the domains below into one file each, and brings mail to anybody that DNS knows.
"""

from __future__ import annotations

import hashlib
import io
import re
import shlex
import subprocess
import tarfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

from tests.lab import Host, Lab, LabError
from tests.lab.settings import Settings
from tests.lab.shell import locked

from .authority import Authority

NAME, ADDRESS = "internet", "10.233.0.34"
PACKAGES = (
    "knot", "knot-dnsutils", "nginx", "opendkim", "opendkim-tools", "opendmarc", "openssl", "postfix", "python3-dkim",
    "python3-authres", "python3-dnspython", "unbound", "dns-root-data", "pebble",
)  # fmt: skip
# A domain that does everything as it should, and by what each other one differs.
GOOD = "xa.example"
BAD_DANE = "lech.example"  # its TLSA records are of another key
STS = "chinhsach.example"  # MTA-STS in place of DANE
BAD_STS = "gia.example"  # its policy is enforced, but its server's certificate is not for its name
UNSIGNED = "tran.example"  # neither SPF nor DKIM nor DMARC
BOTH = "haiduong.example"  # a policy of MTA-STS that holds, and DANE that does not: DANE decides (RFC 8461, 2)
QUARANTINING = BAD_STS  # asks for p=quarantine where the others ask for p=reject (DMARC)
DOMAINS = (GOOD, BAD_DANE, STS, BAD_STS, UNSIGNED, BOTH)
PROVINCE = "laocai.gov.vn"
REVERSE = "0.233.10.in-addr.arpa"
SELECTOR = "xa2026"
VIRUS_FILES = "/srv/viruses"
# Servers of the public Internet that a mail server asks by its defaults (`tests/support/public.py`).
VIRUSES, ACME = "database.clamav.net", "acme-v02.api.letsencrypt.org"
_UNNAMED = {BAD_STS}  # whose mail server is in no certificate


@dataclass(frozen=True)
class Internet:
    """The host, and what a server has to believe in order to find its way there."""

    host: Host
    authority: Authority

    @property
    def variables(self) -> dict[str, object]:
        """What the inventory of a mail server has to say (role resolver)."""
        zones = [*DOMAINS, PROVINCE, REVERSE]
        return {
            "resolver_stubs": [{"name": zone, "addresses": [self.host.address]} for zone in zones],
            "resolver_trust_anchors": [anchor for zone in zones for anchor in self._anchors(zone)],
            "dns_servers": [self.host.address],
        }

    def _anchors(self, zone: str) -> list[str]:
        said = self.host.run(f"keymgr {zone} ds").stdout.splitlines()
        return [f"{zone}. DS {line.split(' DS ', 1)[1]}" for line in said if re.search(r" DS \d+ \d+ 2 ", line)]

    def hold(self, fragment: str, *, mail: str) -> None:
        """Serve the province's zone with these lines, and the name of its mail server's address."""
        lines = head(PROVINCE, self.host.address) + fragment
        reverse = head(REVERSE, self.host.address)
        reverse += "".join(
            f"{address.split('.')[-1]}.{REVERSE}. 60 IN PTR {name}.\n"
            for address, name in ((mail, f"mail.{PROVINCE}"), (self.host.address, f"mx.{GOOD}"))
        )
        self._serve({PROVINCE: lines, REVERSE: reverse})

    def _serve(self, zones: Mapping[str, str]) -> None:
        put(self.host, {f"/var/lib/knot/zones/{zone}.zone": text for zone, text in zones.items()})
        self.host.run("chown -R knot: /var/lib/knot/zones")
        for zone in zones:
            self.host.run(f"knotc --blocking zone-reload {zone} && knotc --blocking zone-sign {zone}")

    def received(self, domain: str) -> str:
        """All that has come for a domain, with the verdicts of opendkim and opendmarc on top of each message."""
        return self.host.run(f"cat /var/spool/sink/{domain} 2>/dev/null || true").stdout

    def waits_for(self, domain: str, text: str, seconds: float = 30.0) -> str:
        """The message that has come for a domain with this text in it; AssertionError where none comes."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for message in re.split(r"(?m)^From .*\n", self.received(domain)):
                if text in message:
                    return message
            time.sleep(0.5)
        log = self.host.run("journalctl -u postfix -u opendkim -u opendmarc -n 20 --no-pager", check=False).stdout
        raise AssertionError(f"nothing with {text!r} has come for {domain}:\n{log}")

    def send(self, message: str, sender: str, recipient: str) -> None:
        """Have this Postfix bring a message to the province; opendkim signs it where it says to be from GOOD."""
        command = f"/usr/sbin/sendmail -f {shlex.quote(sender)} -- {shlex.quote(recipient)}"
        subprocess.run(self.host.ssh(command), input=message, text=True, check=True, timeout=60)


_VERDICT = re.compile(r"(?ms)^Authentication-Results: (.*?)\n(?!\s)")


def verdicts(message: str) -> str:
    """What opendkim and opendmarc of the other side say of a message."""
    return " ".join(_VERDICT.findall(message))


def without_verdicts(message: str) -> str:
    """The message as it was before they looked at it."""
    return _VERDICT.sub("", message)


def raw(sender: str, subject: str, origin: str = GOOD, text: str = "Xin chao") -> str:
    """A message of somebody elsewhere, as sendmail(1) takes it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "can bo", subject
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=origin)
    message.set_content(text)
    return message.as_string()


def put(host: Host, files: Mapping[str, str], mode: int = 0o644) -> None:
    """Write files on a host, all at once."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for path, text in files.items():
            octets = text.encode()
            entry = tarfile.TarInfo(path.lstrip("/"))
            entry.size, entry.mode, entry.mtime = len(octets), mode, int(time.time())
            archive.addfile(entry, io.BytesIO(octets))
    subprocess.run(host.ssh("tar -x -C / --no-same-owner"), input=packed.getvalue(), check=True, timeout=60)


def boot(folder: Path, name: str = NAME, address: str = ADDRESS) -> Internet:
    """Boot it; `folder` keeps its authority. The packages are installed once for all, in a snapshot."""
    lab = Lab()
    host = lab.up(name, address=address, fqdn=f"mx.{GOOD}", over=_snapshot(lab))
    authority = Authority.make(folder)
    names = [f"mx.{domain}" for domain in DOMAINS if domain not in _UNNAMED] + [
        f"mta-sts.{domain}" for domain in DOMAINS
    ]
    names += [VIRUSES, ACME]
    authority.issue(folder / "mx", names)
    files = {f"/etc/ssl/private/mx.{end}": (folder / f"mx.{end}").read_text(encoding="utf-8") for end in ("crt", "key")}
    put(host, files, mode=0o640)
    host.run(_KEYS)
    put(host, _files(address))
    put(host, {f"/var/lib/knot/zones/{zone}.zone": _zone(host, zone, address) for zone in DOMAINS})
    host.run(_START)
    internet = Internet(host, authority)
    internet.hold("", mail="10.233.0.2")
    put(host, {"/etc/unbound/unbound.conf.d/internet.conf": _unbound(internet)})
    host.run(
        "systemctl restart unbound && printf 'nameserver 127.0.0.1\\n' >/etc/resolv.conf && systemctl restart postfix"
    )
    return internet


def _snapshot(lab: Lab) -> str:
    """The snapshot with the packages and the databases of viruses, made where it is not there.

    By one process at a time, for they share a place.
    """
    install = _INSTALL.format(packages=" ".join(PACKAGES), viruses=VIRUS_FILES)
    key = "net" + hashlib.sha256(install.encode()).hexdigest()[:8]
    waiting = "Đang chờ các gói của Internet thử", "Waiting for the packages of the lab's Internet"
    with locked(Settings().locks / "internet-packages.lock", *waiting):
        try:
            lab._get_snapshot(key)
        except LabError:
            maker = lab.up(f"{key[:10]}m", address=ADDRESS, fqdn=f"mx.{GOOD}")
            maker.run(install, timeout=600)
            lab.snapshot(maker.name, key)
    return key


_INSTALL = """
set -eu
export DEBIAN_FRONTEND=noninteractive
printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d
echo postfix postfix/main_mailer_type select No configuration | debconf-set-selections
apt-get -qq update
apt-get -qq --yes --no-install-recommends install {packages} >/dev/null
rm /usr/sbin/policy-rc.d
# ClamAV's own tests have small databases that its makers have signed: freshclam takes them as it takes the real ones.
cd /srv
sources=/etc/apt/sources.list.d/sources.list
cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | sed -n 's/^deb /deb-src /p' >/tmp/sources.list
mv /tmp/sources.list $sources
apt-get -qq update
apt-get -qq --tar-only --download-only source clamav >/dev/null
rm $sources
python3 - {viruses} <<'END'
import glob, os, sys, tarfile
os.mkdir(sys.argv[1])
wanted = dict([("test-5.cvd", "main.cvd"), ("test-6.cvd", "daily.cvd"), ("bytecode.cvd", "bytecode.cvd")])
with tarfile.open(glob.glob("clamav_*.orig.tar.xz")[0]) as archive:
    for member in archive:
        if name := wanted.get(os.path.basename(member.name)):
            with open(os.path.join(sys.argv[1], name), "wb") as file:
                file.write(archive.extractfile(member).read())
END
rm clamav_*
apt-get -qq update
"""
_KEYS = f"""
set -eu
mkdir -p /etc/opendkim /var/spool/sink /srv/sts /var/lib/knot/zones
[ -e /etc/opendkim/{SELECTOR}.private ] || opendkim-genkey -b 2048 -d {GOOD} -s {SELECTOR} -D /etc/opendkim
chown -R opendkim: /etc/opendkim
chown nobody /var/spool/sink
"""
_START = """
set -eu
chown -R knot: /var/lib/knot/zones
install -d -o opendmarc -g opendmarc /run/opendmarc; install -d -o opendkim -g opendkim /run/opendkim
systemctl restart knot opendkim opendmarc nginx postfix
for i in $(seq 50); do knotc status >/dev/null 2>&1 && break; sleep 0.1; done
"""


def head(zone: str, address: str) -> str:
    """The beginning of a zone, with a serial number that only grows."""
    lines = [
        f"@ IN SOA ns.{GOOD}. hostmaster.{GOOD}. {int(time.time() * 10) % 2**32} 60 60 600 5",
        f"@ IN NS ns.{GOOD}.",
        *([f"ns IN A {address}"] if zone == GOOD else []),
    ]
    return f"$ORIGIN {zone}.\n$TTL 5\n" + "".join(f"{line}\n" for line in lines)


def _zone(host: Host, zone: str, address: str) -> str:
    lines = [f"@ IN MX 10 mx.{zone}.", f"mx IN A {address}"]
    if zone != UNSIGNED:
        policy = "quarantine" if zone == QUARANTINING else "reject"
        lines += [f'@ IN TXT "v=spf1 a:mx.{zone} -all"', f'_dmarc IN TXT "v=DMARC1; p={policy}"']
    if zone in (GOOD, STS):
        text = host.run(f"cat /etc/opendkim/{SELECTOR}.txt").stdout
        lines += [re.sub(r"\s*;\s*-----.*", "", text).strip()]
    if zone in (GOOD, BAD_DANE, BOTH):
        digest = host.run(
            "openssl x509 -in /etc/ssl/private/mx.crt -noout -pubkey | openssl pkey -pubin -outform DER | sha256sum"
        ).stdout.split()[0]
        lines += [f"_25._tcp.mx IN TLSA 3 1 1 {digest if zone == GOOD else digest[::-1]}"]
    if zone in (STS, BAD_STS, BOTH):
        lines += [f"mta-sts IN A {address}", '_mta-sts IN TXT "v=STSv1; id=1"']
    return head(zone, address) + "".join(f"{line}\n" for line in lines)


def _unbound(internet: Internet) -> str:
    zones = [*DOMAINS, PROVINCE, REVERSE]
    anchors = [anchor for zone in zones for anchor in internet._anchors(zone)]
    server = "server:\n" + "".join(f'  trust-anchor: "{anchor}"\n' for anchor in anchors)
    server += f'  local-zone: "{REVERSE}" nodefault\n  local-zone: "10.in-addr.arpa" nodefault\n'
    return server + "".join(f'stub-zone:\n  name: "{zone}"\n  stub-addr: {internet.host.address}\n' for zone in zones)


def knot(listen: Sequence[str], zones: Sequence[str] = ()) -> dict[str, str]:
    """What knot is told: to serve the zones of others, those of the province and some more, signed, at addresses."""
    served = "".join(
        f"  - domain: {zone}\n    dnssec-signing: on\n    journal-content: none\n{ROOT_FILE if zone == '.' else ''}"
        for zone in (*DOMAINS, PROVINCE, REVERSE, *zones)
    )
    return {"/etc/knot/knot.conf": _KNOT.format(listen=", ".join(f"{one}@53" for one in listen), zones=served)}


def _files(address: str) -> dict[str, str]:
    sites = "".join(
        f"server {{ listen 443 ssl; server_name mta-sts.{zone}; default_type text/plain;\n"
        "  location = /.well-known/mta-sts.txt { return 200 "
        f'"version: STSv1\\nmode: enforce\\nmx: mx.{zone}\\nmax_age: 86400\\n"; }}\n}}\n'
        for zone in (STS, BAD_STS, BOTH)
    )
    return {
        **knot([address]),
        "/etc/opendkim.conf": _OPENDKIM,
        "/etc/opendmarc.conf": _OPENDMARC,
        "/etc/nginx/sites-enabled/default": (
            "ssl_certificate /etc/ssl/private/mx.crt; ssl_certificate_key /etc/ssl/private/mx.key;\n" + sites
        ),
        "/etc/postfix/main.cf": _MAIN,
        "/etc/postfix/sink": "".join(f"@{domain} {domain}\n" for domain in DOMAINS),
    }


ROOT_FILE = "    file: root.zone\n"
_KNOT = """
server:
    listen: [{listen}]
log:
  - target: syslog
    any: warning
policy:
  - id: default
    single-type-signing: on
    rrsig-lifetime: 14d
template:
  - id: default
    storage: /var/lib/knot/zones
    file: "%s.zone"
    zonefile-sync: -1
    zonefile-load: whole
zone:
{zones}"""
_OPENDKIM = f"""
Mode sv
Socket inet:8891@127.0.0.1
UserID opendkim
UMask 000
PidFile /run/opendkim/opendkim.pid
Canonicalization relaxed/relaxed
Domain {GOOD}
Selector {SELECTOR}
KeyFile /etc/opendkim/{SELECTOR}.private
InternalHosts 127.0.0.1
AuthservID mx.{GOOD}
AlwaysAddARHeader yes
Nameservers 127.0.0.1
RequireSafeKeys no
Syslog yes
"""
_OPENDMARC = f"""
Socket inet:8893@127.0.0.1
UserID opendmarc
UMask 000
PidFile /run/opendmarc/opendmarc.pid
AuthservID mx.{GOOD}
TrustedAuthservIDs mx.{GOOD}
IgnoreHosts /dev/null
RejectFailures false
SPFIgnoreResults true
SPFSelfValidate true
Syslog true
"""
_MAIN = f"""
compatibility_level = 3.10
myhostname = mx.{GOOD}
mydestination =
inet_protocols = ipv4
virtual_mailbox_domains = {", ".join(DOMAINS)}
virtual_mailbox_base = /var/spool/sink
virtual_mailbox_maps = texthash:/etc/postfix/sink
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
virtual_mailbox_limit = 0
message_size_limit = 50000000
smtpd_tls_chain_files = /etc/ssl/private/mx.key, /etc/ssl/private/mx.crt
smtpd_tls_security_level = may
smtpd_tls_received_header = yes
smtp_tls_security_level = may
alias_maps =
smtpd_milters = inet:127.0.0.1:8891, inet:127.0.0.1:8893
non_smtpd_milters = inet:127.0.0.1:8891
milter_default_action = tempfail
smtputf8_enable = yes
maillog_file =
"""
