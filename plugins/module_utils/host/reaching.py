"""Check from the host that it reaches what a deployment needs: DNS, packages, the virus database, time servers.

Runs on the mail host under Debian's Python before anything is installed, so it needs nothing but the standard library.
All checks run in parallel, and change nothing. DNS queries follow RFC 1035, with EDNS (RFC 6891) and the bit DO
(RFC 3225), which asks for signatures (RRSIG, RFC 4034).
"""

from __future__ import annotations

import base64
import os
import random
import re
import socket
import ssl
import struct
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

# Time-outs in seconds: of one query, and of apt-get, which makes several.
PATIENCE, APT_PATIENCE = 3.0, 9.0
# Four of the thirteen root servers (named.root), by different operators: a resolver without forwarders starts there.
ROOTS = ("198.41.0.4", "192.33.4.12", "199.7.91.13", "193.0.14.129")
# Seconds between 1900, from which NTP counts (RFC 5905), and 1970.
NTP_EPOCH = 2208988800
DNS, NTP = 53, 123
# The leap indicator and the stratum of a time server that is not synchronised (RFC 5905, 7.3); a stratum of 0 is a
# refusal ("kiss-o'-death").
_ALARM, _UNSYNCHRONISED = 3, 16
# Where unbound keeps the root's DNSSEC keys (RFC 5011), once unbound is installed.
ROOT_KEY = "/var/lib/unbound/root.key"
# `apt-get update` as it will run in the deployment, except that it fetches only the signed release files, into a
# temporary folder, and no package lists.
APT = (
    *("apt-get", "--quiet", "--error-on=any", "update", "-oAPT::Sandbox::User=root", "-oAcquire::Retries=0"),
    *(
        "-oAcquire::http::Timeout=4",
        "-oAcquire::https::Timeout=4",
        "-oDir::Cache::pkgcache=",
        "-oDir::Cache::srcpkgcache=",
    ),
    *(
        f"-oAcquire::IndexTargets::deb::{kind}::DefaultEnabled=false"
        for kind in ("Packages", "Translations", "Contents-deb")
    ),
)
_SOA, _OPT, _RRSIG, _DNSKEY = 6, 41, 46, 48
# Flags of a DNSKEY that signs the zone's other keys (RFC 4034, 2.1.1).
_SIGNS_KEYS = 257
_REFUSALS = {2: "SERVFAIL", 5: "REFUSED"}
_QUERY = struct.Struct(">HHHHHH")
_KEY = re.compile(r"^[.]\s+(?:\d+\s+)?(?:IN\s+)?(DNSKEY|DS)\s+(\d+)\s+(\d+)\s+(\d+)\s+([^;\n]+)", re.MULTILINE)
_DATABASE = b"ClamAV-VDB:"
_PUBLIC_MIRROR = re.compile(r"(https?://)?database[.]clamav[.]net/?")


@dataclass(frozen=True)
class Wanted:
    """Which servers to check.

    DNS is checked if `names` is set: the forwarders, or, without any, root servers. An empty `mirror` or
    `time_servers` is not checked.
    """

    names: bool = True
    forwarders: Sequence[str] = ()
    signatures: bool = True
    packages: bool = True
    mirror: str = ""
    time_servers: Sequence[str] = ()
    root_key: str = ROOT_KEY


@dataclass(frozen=True)
class Found:
    """A failed check: what was checked (such as `root`), at which server, and how it failed (such as `silent: …`)."""

    what: str
    where: str
    how: str


def ask(wanted: Wanted) -> list[Found]:
    """Run all checks in parallel, and return those that failed."""
    servers = (wanted.forwarders or ROOTS) if wanted.names else ()
    kind = "forwarder" if wanted.forwarders else "root"
    questions: list[Callable[[], Found | None]] = [
        partial(_dns, kind, server, signatures=wanted.signatures) for server in servers
    ]
    if wanted.names and wanted.signatures:
        questions.append(partial(_root_key, servers, Path(wanted.root_key)))
    if wanted.packages:
        questions.append(_packages)
    if wanted.mirror:
        questions.append(partial(_mirror, wanted.mirror))
    questions += [partial(_time, server) for server in wanted.time_servers]
    with ThreadPoolExecutor(max_workers=max(1, len(questions))) as pool:
        return [found for found in pool.map(lambda question: question(), questions) if found]


def _dns(kind: str, server: str, *, signatures: bool) -> Found | None:
    """Query a name server for the root's SOA with its signature, as a validating resolver does."""
    address, _, port = server.partition("@")
    number = random.randrange(65536)  # noqa: S311 - the id only matches answers to queries
    try:
        answer = _exchange(address, int(port or DNS), _question(number, _SOA, recursion=kind == "forwarder"))
        code, records = read_answer(answer, number)
    except (OSError, ValueError, struct.error) as error:
        return Found(kind, server, f"silent: {error}")
    if code in _REFUSALS:
        return Found(kind, server, f"refused: {_REFUSALS[code]}")
    # Other response codes are accepted: an internal forwarder may not know the root and still resolve Internet names.
    return Found(kind, server, "unsigned") if signatures and _RRSIG not in dict(records) else None


def _root_key(servers: Sequence[str], path: Path) -> Found | None:
    """Check that the host's copy of the root's keys, if there is one, has a key that the root uses now."""
    try:
        held = key_tags(path.read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        return None  # unbound is not installed yet; its package brings the file
    except OSError as error:
        return Found("key", str(path), f"refused: {error.strerror}")
    if not held:
        return Found("key", str(path), "none")
    present = next(filter(None, map(_root_tags, servers)), set())
    return Found("key", str(path), "other") if present and not held & present else None


def _root_tags(server: str) -> set[int]:
    """Return the tags of the root's key-signing keys, by this server; empty if it does not answer."""
    address, _, port = server.partition("@")
    number = random.randrange(65536)  # noqa: S311 - as above
    question = _question(number, _DNSKEY, recursion=True)
    try:  # by TCP: two keys with their signatures may not fit into a UDP answer
        with socket.create_connection((address, int(port or DNS)), PATIENCE) as connection:
            connection.sendall(struct.pack(">H", len(question)) + question)
            whole = connection.makefile("rb")
            answer = whole.read(struct.unpack(">H", whole.read(2))[0])
        _code, records = read_answer(answer, number)
    except (OSError, ValueError, struct.error):
        return set()
    return {key_tag(data) for kind, data in records if kind == _DNSKEY and data[:2] == struct.pack(">H", _SIGNS_KEYS)}


def key_tags(text: str) -> set[int]:
    """Return the tags of the root's keys in a file with DNSKEY or DS records."""
    found = set()
    for match in _KEY.finditer(text):
        kind, first, second, third, rest = match.groups()
        if kind == "DS":
            found.add(int(first))
        else:
            with suppress(ValueError, struct.error):
                head = struct.pack(">HBB", int(first), int(second), int(third))
                found.add(key_tag(head + base64.b64decode("".join(rest.split()), validate=True)))
    return found


def key_tag(data: bytes) -> int:
    """Compute the tag of a key from its DNSKEY record's data (RFC 4034, appendix B)."""
    total = sum(octet << 8 if place % 2 == 0 else octet for place, octet in enumerate(data))
    return (total + (total >> 16)) & 0xFFFF


def _question(number: int, kind: int, *, recursion: bool) -> bytes:
    head = _QUERY.pack(number, 0x0100 if recursion else 0, 1, 0, 0, 1)
    # The root's name is one zero byte; answers of 1232 bytes are not fragmented; 0x8000 is the bit DO.
    return head + b"\0" + struct.pack(">HH", kind, 1) + b"\0" + struct.pack(">HHIH", _OPT, 1232, 0x8000, 0)


def _exchange(address: str, port: int, question: bytes) -> bytes:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as connection:
        connection.settimeout(PATIENCE)
        connection.connect((address, port))
        connection.send(question)
        return connection.recv(4096)


def read_answer(answer: bytes, number: int) -> tuple[int, list[tuple[int, bytes]]]:
    """Parse a DNS answer: return its response code, and type and data of the records in its answer section.

    Raises:
        ValueError, struct.error: the message is malformed, or no answer to the query with the id `number`.
    """
    found, flags, questions, answers, _authorities, _more = _QUERY.unpack_from(answer)
    if found != number or not flags & 0x8000:
        raise ValueError("no answer to what was asked")
    at = _QUERY.size
    for _ in range(questions):
        at = _behind_name(answer, at) + 4
    records = []
    for _ in range(answers):
        at = _behind_name(answer, at)
        kind, _class, _ttl, length = struct.unpack_from(">HHIH", answer, at)
        records.append((kind, answer[at + 10 : at + 10 + length]))
        at += 10 + length
    return flags & 0xF, records


def _behind_name(answer: bytes, at: int) -> int:
    while at < len(answer):
        length = answer[at]
        if length >= 0xC0:  # a compression pointer, which ends the name (RFC 1035, 4.1.4)
            return at + 2
        at += 1 + length
        if not length:
            return at
    raise ValueError("a name without an end")


def _packages() -> Found | None:
    with tempfile.TemporaryDirectory(prefix="danhba-apt-") as folder:
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        try:
            if not (uris := _package_uris(environment)):
                return Found("packages", "/etc/apt", "none")
            done = subprocess.run(
                [*APT, f"-oDir::State::Lists={folder}"],
                capture_output=True,
                text=True,
                check=False,
                timeout=APT_PATIENCE,
                stdin=subprocess.DEVNULL,
                env=environment,
            )
        except subprocess.TimeoutExpired:
            return Found("packages", ", ".join(uris), "silent")
        except OSError as error:
            return Found("packages", "apt-get", f"refused: {error}")
    if done.returncode == 0:
        return None
    said = [line.strip() for line in done.stderr.splitlines() if line.startswith(("E:", "W:"))]
    # The first message has the reason; further ones follow from it, or repeat it for another list.
    return Found("packages", ", ".join(uris), f"refused: {(said or ['?'])[0][:300]}")


def _package_uris(environment: dict[str, str]) -> list[str]:
    """Return the HTTP mirrors in apt's sources; local sources (file, cdrom) are left out."""
    command = ["apt-get", "update", "--print-uris"]
    told = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
        env=environment,
    )
    found = re.findall(r"^'((?:https?|mirror)[^']*?)/dists/", told.stdout, re.MULTILINE)
    return list(dict.fromkeys(found))


def _mirror(mirror: str) -> Found | None:
    """Check the mirror of the virus database: that the public one answers, or that a private one has the database."""
    public = bool(_PUBLIC_MIRROR.fullmatch(mirror))
    bare = mirror.rstrip("/")
    urls = [bare] if "://" in bare else [f"https://{bare}", f"http://{bare}"]
    how = ""
    for url in urls:
        how = _get(url if public else f"{url}/daily.cvd", public=public)
        if not how:
            return None
    return Found("mirror", mirror, how)


def _get(url: str, *, public: bool) -> str:
    """Request the first bytes of a URL, and return how that failed; empty where it succeeded.

    TLS certificates are not verified, because the package ca-certificates may not be installed yet; the database itself
    is signed.
    """
    asked = urllib.request.Request(url, headers={"Range": "bytes=0-511", "User-Agent": "danhba-preflight"})  # noqa: S310 - the role's own check holds it to http and https
    believing = ssl._create_unverified_context()  # noqa: S323
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE, context=believing) as answer:  # noqa: S310
            begins = answer.read(len(_DATABASE))
    except urllib.error.HTTPError as error:
        # The public mirror refuses all clients but freshclam, so an HTTP error proves that it was reached.
        return "" if public else f"refused: HTTP {error.code}"
    except (OSError, ValueError) as error:
        return f"silent: {getattr(error, 'reason', error)}"
    return "" if public or begins == _DATABASE else "other"


def _time(server: str) -> Found | None:
    """Compare this host's clock with a time server; report a difference of more than 30 seconds.

    A server that is not synchronised says so (RFC 5905, figures 9 to 11); its time is not used.
    """
    try:
        answer = _exchange(_address_of(server), NTP, b"\x23" + 47 * b"\0")
        leap_and_mode, stratum, sent = struct.unpack_from(">BB38xI", answer)
    except (OSError, struct.error) as error:
        return Found("time", server, f"silent: {error}")
    if leap_and_mode >> 6 == _ALARM or not 0 < stratum < _UNSYNCHRONISED or not sent:
        return Found("time", server, "unsynchronised")
    ahead = time.time() - (sent - NTP_EPOCH)
    return Found("time", server, f"off: {ahead:.0f}") if abs(ahead) > PATIENCE * 10 else None


def _address_of(server: str) -> str:
    name = server.rpartition(":")[0] if re.fullmatch(r"[^:]+:[0-9]+", server) else server
    return str(next(_addresses(name)))


def _addresses(name: str) -> Iterator[str]:
    for _family, _kind, _protocol, _name, address in socket.getaddrinfo(name, NTP, type=socket.SOCK_DGRAM):
        yield str(address[0])
