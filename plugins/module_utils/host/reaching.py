"""Ask from the host whether it reaches what a deployment needs: DNS, packages, the virus database, time servers.

Runs on the mail host under Debian's Python before anything is installed, so it needs nothing but the standard library.
All questions are asked at once, and changed is nothing. What is asked of DNS is RFC 1035, with EDNS (RFC 6891) and the
bit DO (RFC 3225), by which a server says that signatures (RRSIG, RFC 4034) are wanted.
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

# Seconds that an answer may take: of one question, and of apt, which asks several.
PATIENCE, APT_PATIENCE = 3.0, 9.0
# Of the thirteen root servers (named.root), four by different operators: a resolver without forwarders begins there.
ROOTS = ("198.41.0.4", "192.33.4.12", "199.7.91.13", "193.0.14.129")
# Seconds between 1900, from which NTP counts (RFC 5905), and 1970.
NTP_EPOCH = 2208988800
DNS, NTP = 53, 123
# The leap indicator and the stratum of a time server that is not synchronised (RFC 5905, 7.3); a stratum of 0 is a
# refusal ("kiss-o'-death").
_ALARM, _UNSYNCHRONISED = 3, 16
# Where unbound keeps the root's keys (RFC 5011), once it has been there.
ROOT_KEY = "/var/lib/unbound/root.key"
# What apt does is what it will do when packages are installed, but for the lists themselves: releases with their
# signatures alone, into a folder of their own.
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
# What signs the root's other keys, of a DNSKEY's flags (RFC 4034, 2.1.1).
_SIGNS_KEYS = 257
_REFUSALS = {2: "SERVFAIL", 5: "REFUSED"}
_QUERY = struct.Struct(">HHHHHH")
_KEY = re.compile(r"^[.]\s+(?:\d+\s+)?(?:IN\s+)?(DNSKEY|DS)\s+(\d+)\s+(\d+)\s+(\d+)\s+([^;\n]+)", re.MULTILINE)
_DATABASE = b"ClamAV-VDB:"
_PUBLIC_MIRROR = re.compile(r"(https?://)?database[.]clamav[.]net/?")


@dataclass(frozen=True)
class Wanted:
    """What a deployment is going to ask: DNS where `names` are wanted, at the root where there is no forwarder; what is
    empty of the others is not asked for.
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
    """One question that was not answered as it has to be: what was asked, where, and how it went."""

    what: str
    where: str
    how: str


def ask(wanted: Wanted) -> list[Found]:
    """What is not as it has to be."""
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
    """Ask for the root's SOA with its signature, as a resolver that validates does."""
    address, _, port = server.partition("@")
    number = random.randrange(65536)  # noqa: S311 - it tells answers apart, and guards nothing
    try:
        answer = _exchange(address, int(port or DNS), _question(number, _SOA, recursion=kind == "forwarder"))
        code, records = read_answer(answer, number)
    except (OSError, ValueError, struct.error) as error:
        return Found(kind, server, f"silent: {error}")
    if code in _REFUSALS:
        return Found(kind, server, f"refused: {_REFUSALS[code]}")
    # A forwarder within may know nothing of the root, and the names of the Internet all the same.
    return Found(kind, server, "unsigned") if signatures and _RRSIG not in dict(records) else None


def _root_key(servers: Sequence[str], path: Path) -> Found | None:
    """Look whether the host's copy of the root's key, where it has one, holds a key that the root has now."""
    try:
        held = key_tags(path.read_text(encoding="utf-8", errors="replace"))
    except FileNotFoundError:
        return None  # it is laid down with unbound
    except OSError as error:
        return Found("key", str(path), f"refused: {error.strerror}")
    if not held:
        return Found("key", str(path), "none")
    present = next(filter(None, map(_root_tags, servers)), set())
    return Found("key", str(path), "other") if present and not held & present else None


def _root_tags(server: str) -> set[int]:
    """The tags of the keys that sign the root's keys, as a server has them; none where it does not answer."""
    address, _, port = server.partition("@")
    number = random.randrange(65536)  # noqa: S311 - as above
    question = _question(number, _DNSKEY, recursion=True)
    try:  # by TCP: two keys with their signatures may be more than an answer by UDP carries
        with socket.create_connection((address, int(port or DNS)), PATIENCE) as connection:
            connection.sendall(struct.pack(">H", len(question)) + question)
            whole = connection.makefile("rb")
            answer = whole.read(struct.unpack(">H", whole.read(2))[0])
        _code, records = read_answer(answer, number)
    except (OSError, ValueError, struct.error):
        return set()
    return {key_tag(data) for kind, data in records if kind == _DNSKEY and data[:2] == struct.pack(">H", _SIGNS_KEYS)}


def key_tags(text: str) -> set[int]:
    """The tags of the root's keys in a file of zone records, as DNSKEY or DS."""
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
    """The tag of a key by its record's data (RFC 4034, appendix B)."""
    total = sum(octet << 8 if place % 2 == 0 else octet for place, octet in enumerate(data))
    return (total + (total >> 16)) & 0xFFFF


def _question(number: int, kind: int, *, recursion: bool) -> bytes:
    head = _QUERY.pack(number, 0x0100 if recursion else 0, 1, 0, 0, 1)
    # The root's name is one octet of zero; 1232 octets of answer pass every network; the last bit set is DO.
    return head + b"\0" + struct.pack(">HH", kind, 1) + b"\0" + struct.pack(">HHIH", _OPT, 1232, 0x8000, 0)


def _exchange(address: str, port: int, question: bytes) -> bytes:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as connection:
        connection.settimeout(PATIENCE)
        connection.connect((address, port))
        connection.send(question)
        return connection.recv(4096)


def read_answer(answer: bytes, number: int) -> tuple[int, list[tuple[int, bytes]]]:
    """The response code, and type and data of the records in the answer's first section.

    Raises:
        ValueError, struct.error: it is no answer to the question of that number.
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
        if length >= 0xC0:  # a pointer to a name that stands elsewhere
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
    # The first of several has the reason; the others follow from it, or say the same of another list.
    return Found("packages", ", ".join(uris), f"refused: {(said or ['?'])[0][:300]}")


def _package_uris(environment: dict[str, str]) -> list[str]:
    """The mirrors that apt's sources name; what is on a disk or a CD is not asked for."""
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
    """Ask the mirror of the virus database: the public one only whether it is there, one's own for the database."""
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
    """How a question by HTTP went wrong; nothing where it did not.

    The authorities that a host believes are among the packages that it does not have yet, so none is asked for: the
    database itself is signed.
    """
    asked = urllib.request.Request(url, headers={"Range": "bytes=0-511", "User-Agent": "danhba-preflight"})  # noqa: S310 - the role's own check holds it to http and https
    believing = ssl._create_unverified_context()  # noqa: S323
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE, context=believing) as answer:  # noqa: S310
            begins = answer.read(len(_DATABASE))
    except urllib.error.HTTPError as error:
        # The public one lets in nobody but freshclam, and says so.
        return "" if public else f"refused: HTTP {error.code}"
    except (OSError, ValueError) as error:
        return f"silent: {getattr(error, 'reason', error)}"
    return "" if public or begins == _DATABASE else "other"


def _time(server: str) -> Found | None:
    """Ask a time server how far this host's clock is off, in seconds.

    One that has not the time itself says so (RFC 5905, figures 9 to 11): what it sends is then no time.
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
