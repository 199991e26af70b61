"""A host asks for DNS, packages, the virus database and the time; with real sockets and a web server of the test's."""

from __future__ import annotations

import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.laocai.mail.plugins.module_utils.host import reaching
from ansible_collections.laocai.mail.plugins.module_utils.host.reaching import Found, Wanted
from ansible_collections.laocai.mail.plugins.plugin_utils import reaching as told
from ansible_collections.laocai.mail.plugins.plugin_utils.settings import Fault

SOA, RRSIG = 6, 46


def answer(question: bytes, code: int = 0, kinds: tuple[int, ...] = (SOA, RRSIG)) -> bytes:
    """What a name server says of the root, by records of these types."""
    head = struct.pack(">HHHHHH", struct.unpack_from(">H", question)[0], 0x8180 | code, 1, len(kinds), 0, 0)
    records = b"".join(b"\0" + struct.pack(">HHIH", kind, 1, 60, 4) + b"data" for kind in kinds)
    return head + question[12:17] + records


@contextmanager
def server(says: Callable[[bytes], bytes | None]) -> Iterator[str]:
    """An address at which one question by UDP is answered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(10)

        def serve() -> None:
            question, client = listening.recvfrom(4096)
            if (said := says(question)) is not None:
                listening.sendto(said, client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1@{listening.getsockname()[1]}"
        thread.join(timeout=10)


def ask(says: Callable[[bytes], bytes | None], *, signatures: bool = True) -> list[Found]:
    """What is found of one forwarder."""
    with server(says) as address:
        found = reaching.ask(Wanted(forwarders=[address], signatures=signatures, packages=False))
        return [Found(one.what, "x", one.how) for one in found if one.where == address]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaching, "PATIENCE", 0.3)
    monkeypatch.setattr(reaching, "APT_PATIENCE", 0.5)


@pytest.mark.parametrize(
    ("says", "how"),
    [
        (answer, None),
        (lambda question: answer(question, kinds=(SOA,)), "unsigned"),
        (lambda question: answer(question, code=3, kinds=()), "unsigned"),
        (lambda question: answer(question, code=5), "refused: REFUSED"),
        (lambda question: answer(question, code=2), "refused: SERVFAIL"),
        (lambda _question: None, "silent: timed out"),
        (lambda _question: b"nothing", "silent: "),
        (lambda question: answer(b"\xff\xff" + question[2:]), "silent: no answer"),
    ],
)
def test_forwarder_that_returns_the_signed_root_passes(says: Callable[[bytes], bytes | None], how: str | None) -> None:
    found = ask(says)
    assert [one.how.startswith(how or "-") for one in found] == ([True] if how else [])


def test_unsigned_forwarder_passes_where_signatures_are_not_required() -> None:
    assert ask(lambda question: answer(question, code=3, kinds=()), signatures=False) == []


def test_query_to_forwarder_has_edns_with_bit_do() -> None:
    asked: list[bytes] = []

    def says(question: bytes) -> bytes:
        asked.append(question)
        return answer(question)

    assert ask(says) == []
    assert asked[0][-6:-2] == b"\0\0\x80\0"  # EDNS, with the bit DO


def test_root_servers_are_queried_without_forwarders(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def exchange(address: str, port: int, _question: bytes) -> bytes:
        asked.append((address, port))
        raise TimeoutError("timed out")

    monkeypatch.setattr(reaching, "_exchange", exchange)
    found = reaching.ask(Wanted(packages=False))
    assert sorted(asked) == sorted((address, 53) for address in reaching.ROOTS)
    assert {one.what for one in found} == {"root"}
    assert len(found) == len(reaching.ROOTS)


class Mirror(BaseHTTPRequestHandler):
    """A web server that has a database of viruses in one folder, and a page for everything else in another."""

    def do_GET(self) -> None:
        database = self.path.startswith("/good/")
        self.send_response(200 if database or self.path.startswith("/portal/") else 404)
        self.end_headers()
        self.wfile.write(b"ClamAV-VDB:02 Dec 2026" if database else b"<html>Sign in first</html>")

    def log_message(self, *_more: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def mirror() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Mirror) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{listening.server_port}"
        listening.shutdown()


@pytest.mark.parametrize(
    ("path", "how"), [("/good", ""), ("/good/", ""), ("/portal", "other"), ("/none", "refused: HTTP 404")]
)
def test_private_mirror_must_have_the_database(mirror: str, path: str, how: str) -> None:
    found = reaching._mirror(f"http://{mirror}{path}")
    assert (found.how if found else "") == how
    bare = reaching._mirror(f"{mirror}{path}")  # freshclam tries TLS first
    assert (bare.how if bare else "") == how


def test_unreachable_mirror_is_reported() -> None:
    found = reaching._mirror("http://127.0.0.1:9")
    assert found
    assert found.how.startswith("silent: ")


def test_public_mirror_passes_with_any_http_answer(monkeypatch: pytest.MonkeyPatch, mirror: str) -> None:
    """It lets in nobody but freshclam: HTTP 403."""
    assert reaching._get(f"http://{mirror}/none", public=True) == ""


@pytest.mark.parametrize(("ahead", "how"), [(0, None), (7200, "off: 7200"), (-7200, "off: -7200")])
def test_wrong_clock_is_reported_with_its_difference(
    monkeypatch: pytest.MonkeyPatch, ahead: int, how: str | None
) -> None:
    monkeypatch.setattr(time, "time", lambda: 1_764_331_200 + ahead)
    monkeypatch.setattr(reaching, "_exchange", lambda *_more: time_answer())
    found = reaching._time("127.0.0.1")
    assert (found.how if found else None) == how


def time_answer(leap: int = 0, stratum: int = 2, sent: int = 1_764_331_200 + reaching.NTP_EPOCH) -> bytes:
    """What a time server says (RFC 5905, 7.3)."""
    return struct.pack(">BB38xII", leap << 6 | 0x24, stratum, sent, 0)


@pytest.mark.parametrize(
    "answer",
    [time_answer(leap=3), time_answer(stratum=0), time_answer(stratum=16), time_answer(sent=0)],
    ids=["alarm", "refusal", "stratum 16", "no time"],
)
def test_unsynchronised_time_server_does_not_judge_the_clock(monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    monkeypatch.setattr(reaching, "_exchange", lambda *_more: answer)
    found = reaching._time("127.0.0.1")
    assert found == Found("time", "127.0.0.1", "unsynchronised")
    assert said(found) == ""
    assert "10.1.1.3 answer mail.x, but are not synchronised" in warned(Found("time", "10.1.1.3", found.how))


@pytest.mark.parametrize(
    ("offs", "faults"),
    [
        ([7200], 0),  # two others say that the clock is right
        ([7200, 7230], 1),
        ([7200, -7200], 0),
        ([7200, 7230, 7190], 1),
        ([7200, None, None], 1),
        ([7200, None], 0),
    ],
)
def test_clock_is_a_fault_if_most_answering_time_servers_agree(offs: list[int | None], faults: int) -> None:
    found = [
        Found("time", f"10.1.1.{3 + number}", "unsynchronised" if off is None else f"off: {off}")
        for number, off in enumerate(offs)
    ]
    assert said(*found).count("The clock of mail.x") == faults
    assert ("have another time than mail.x" in warned(*found)) == (not faults)


class Apt:
    """apt-get in the place of a host's."""

    def __init__(self, uris: str, status: int = 0, said: str = "", *, waits: bool = False) -> None:
        self.uris, self.status, self.said, self.waits = uris, status, said, waits
        self.ran: list[str] = []

    def run(self, command: list[str], **_options: Any) -> subprocess.CompletedProcess[str]:
        if "--print-uris" in command:
            return subprocess.CompletedProcess(command, 0, self.uris, "")
        self.ran = command
        if self.waits:
            raise subprocess.TimeoutExpired(command, 1)
        return subprocess.CompletedProcess(command, self.status, "", self.said)


URI = "'http://mirror.example/debian/dists/trixie/InRelease' mirror.example_debian_dists_trixie_InRelease 0 \n"


@pytest.mark.parametrize(
    ("apt", "how"),
    [
        (Apt(URI), None),
        (Apt(URI, 100, "E: Failed to fetch http://mirror.example Could not resolve\n"), "refused: E: Failed to fetch"),
        (Apt(URI, 100, "E: The repository is not signed.\n"), "refused: E: The repository is not signed."),
        (Apt(URI, waits=True), "silent"),
        (Apt("'cdrom:[Debian 13]/dists/trixie/InRelease' x 0\n"), "none"),
        (Apt(""), "none"),
    ],
)
def test_package_mirrors_are_asked_for_signed_releases(
    monkeypatch: pytest.MonkeyPatch, apt: Apt, how: str | None
) -> None:
    monkeypatch.setattr(subprocess, "run", apt.run)
    found = reaching._packages()
    assert bool(found) == bool(how)
    assert not found or found.how.startswith(how or "-")
    lists = [word for word in apt.ran if word.startswith("-oDir::State::Lists=")]
    assert all("danhba-apt-" in word for word in lists)  # the host's own are left alone


# The root's key of 2017 as IANA and dns-root-data have it; its tag is 20326.
KSK = (
    "AwEAAaz/tAm8yTn4Mfeh5eyI96WSVexTBAvkMgJzkKTOiW1vkIbzxeF3+/4RgWOq7HrxRixHlFlExOLAJr5emLvN7SWXgnLh4+B5xQlNVz8Og8kv"
    "ArMtNROxVQuCaSnIDdD5LKyWbRd2n9WGe2R8PzgCmr3EgVLrjyBxWezF0jLHwVN8efS3rCj/EWgvIWgb9tarpVUDK/b58Da+sqqls3eNbuv7pr+e"
    "oZG+SrDK6nWeL3c6H5Apxz7LjVc1uTIdsIXxuOLYA4/ilBmSVIzuDWfdRUfhHdY6+cn8HFRm+2hM8AnXGXws9555KrUB5qihylGa8subX2Nn6UwN"
    "R1AkUTV74bU="
)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        (f".\t172800\tIN\tDNSKEY\t257 3 8 {KSK} ;{{id = 20326 (ksk)}} ;;state=2 [  VALID  ]\n", {20326}),
        (f". IN DNSKEY 257 3 8 {KSK}\n", {20326}),
        (". IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16\n", {38696}),
        ("; autotrust trust anchor file\n;;id: . 1\n", set()),
        ("laocai.gov.vn. IN DS 1 8 2 00\n", set()),
        (". IN DNSKEY 257 3 8 !!\n", set()),
        ("", set()),
    ],
)
def test_root_key_file_is_read_as_key_tags(text: str, tags: set[int]) -> None:
    assert reaching.key_tags(text) == tags


@pytest.mark.parametrize(
    ("text", "how"),
    [(f". IN DNSKEY 257 3 8 {KSK}\n", None), ("", "none"), (". IN DS 19036 8 2 00\n", "other"), (None, None)],
)
def test_outdated_root_key_of_the_host_is_reported(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str | None, how: str | None
) -> None:
    monkeypatch.setattr(reaching, "_root_tags", lambda _server: {20326, 38696})
    if text is not None:
        (tmp_path / "root.key").write_text(text, encoding="utf-8")
    found = reaching._root_key(["10.1.1.1"], tmp_path / "root.key")
    assert (found.how if found else None) == how


ASKED = {"forwarders": ["10.1.1.1", "10.1.1.2"], "time_servers": ["10.1.1.3", "10.1.1.4", "10.1.1.5"]}


def said(*found: Found) -> str:
    """The faults, in English; each is in Vietnamese, too."""
    faults: list[Fault] = list(told.faults("mail.x", [asdict(one) for one in found], ASKED))
    assert all(fault.vi and fault.en for fault in faults)
    return "\n".join(fault.en for fault in faults)


def warned(*found: Found) -> str:
    """The warnings, in English; each is in Vietnamese, too."""
    warnings: list[Fault] = list(told.warnings("mail.x", [asdict(one) for one in found], ASKED))
    assert all(fault.vi and fault.en for fault in warnings)
    return "\n".join(fault.en for fault in warnings)


@pytest.mark.parametrize(
    ("found", "way_out"),
    [
        (
            [Found("forwarder", address, "silent: timed out") for address in ASKED["forwarders"]],
            "no name server answers",
        ),
        ([Found("forwarder", "10.1.1.1", "unsigned")], "resolver_forwarders = 10.1.1.1 strips the signatures"),
        ([Found("root", address, "silent: timed out") for address in reaching.ROOTS], "resolver_forwarders is empty"),
        ([Found("root", "198.41.0.4", "unsigned")], "is answered by the network in their place"),
        (
            [Found("packages", "http://mirror.example/debian", "silent")],
            "cannot fetch Debian's packages from http://mirror",
        ),
        ([Found("packages", "/etc/apt", "none")], "has no source of packages"),
        (
            [Found("mirror", "database.clamav.net", "silent: timed out")],
            "set clamav_mirror to the province's own mirror",
        ),
        ([Found("mirror", "http://x", "other")], "daily.cvd there is no database"),
        ([Found("key", "/var/lib/unbound/root.key", "none")], "root.key is empty or broken"),
        ([Found("key", "/var/lib/unbound/root.key", "other")], "root.key is not the root's"),
        (
            [Found("time", each, "off: 7200") for each in ASKED["time_servers"]],
            "is 120 minutes ahead of the time server 10.1.1.3",
        ),
    ],
)
def test_each_unreachable_server_is_a_fault_with_a_way_out(found: list[Found], way_out: str) -> None:
    assert way_out in said(*found)


@pytest.mark.parametrize(
    "found",
    [
        [Found("forwarder", "10.1.1.1", "silent: timed out")],  # the other one answers
        [Found("root", "198.41.0.4", "silent: timed out")],
        [Found("time", "10.1.1.3", "silent: timed out")],
        [Found("time", "10.1.1.3", "off: 40")],
    ],
)
def test_one_unreachable_server_of_several_is_no_fault(found: list[Found]) -> None:
    assert said(*found) == ""


def test_unreachable_servers_are_warned_of() -> None:
    found = [Found("forwarder", "10.1.1.1", "silent: x"), Found("time", "10.1.1.3", "silent: x")]
    text = warned(*found)
    assert "10.1.1.1 does not answer mail.x" in text
    assert "set base_ntp_servers" in text
