"""Reports of DMARC and TLS: what is read of those of several senders, what is refused, and how it is shown."""

from __future__ import annotations

import base64
import csv
import gzip
import importlib.util
import io
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.laocai.mail.plugins.module_utils.failure import Failure
from ansible_collections.laocai.mail.plugins.module_utils.host.reports import COLUMNS
from ansible_collections.laocai.mail.plugins.plugin_utils.received_reports import reading, table

from tests.support.reports import (
    ARRIVED,
    BEGIN,
    DOMAIN,
    END,
    HOST,
    aggregate,
    gzipped,
    mail,
    record,
    tls,
    zipped,
)
from tests.support.servers import ask

BOMB = gzip.compress(b"<?xml version='1.0'?>" + b" " * (20 << 20), 9)
ENTITIES = '<?xml version="1.0"?><!DOCTYPE f [<!ENTITY a "x"><!ENTITY b "&a;&a;&a;">]><feedback>&b;</feedback>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE f [<!ENTITY a SYSTEM "file:///etc/passwd">]><feedback>&a;</feedback>'


def mails(messages: Sequence[bytes]) -> list[dict[str, Any]]:
    return [
        {"guid": str(number), "arrived": ARRIVED, "octets": base64.b64encode(message).decode()}
        for number, message in enumerate(messages)
    ]


def read_anew(*messages: bytes) -> list[dict[str, Any]]:
    """As the command has them read: by a program begun for them."""
    answers = reading.read(mails(messages), DOMAIN, HOST)
    assert [answer["guid"] for answer in answers] == [str(number) for number in range(len(messages))]
    return answers


def read(*messages: bytes) -> list[dict[str, Any]]:
    """By the same program, begun once: it loads longer than it reads, and has a process for each mail in any case."""
    answers = [json.loads(ask(begun(), json.dumps(mail))) for mail in mails(messages)]
    assert [answer["guid"] for answer in answers] == [str(number) for number in range(len(messages))]
    return answers


@cache
def begun() -> subprocess.Popen[str]:
    command = [sys.executable, "-I", str(reading.READER)]
    program = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
    )
    assert program.stdin
    print(json.dumps([DOMAIN, HOST]), file=program.stdin, flush=True)
    return program


@pytest.fixture(autouse=True, scope="module")
def _end() -> Iterator[None]:
    """The program goes as it came, without an error."""
    yield
    if begun.cache_info().currsize:
        begun().communicate(timeout=60)
        assert begun().returncode == 0


def test_dmarc_report_is_read_in_any_packing() -> None:
    text = aggregate()
    answer, *others = read(
        mail(gzipped(text), kind="gzip"),
        mail(zipped(text), kind="zip"),
        mail(text, kind="xml"),
        mail("\ufeff" + text, kind="xml"),
        mail(gzipped(text)),
    )
    assert [other["reports"] for other in others] == [answer["reports"]] * 4
    [report] = answer["reports"]
    assert not answer["refused"]
    lines = report.pop("lines")
    assert report == {
        "sender": "big.example",
        "verified": True,
        "kind": "dmarc",
        "organisation": "big.example",
        "id": "1",
        "domain": DOMAIN,
        "since": BEGIN,
        "until": END,
        "policy": "p=quarantine sp=none adkim=r aspf=r",
    }
    assert lines == [
        {
            "source": "203.0.113.7",
            "count": 12,
            "passed": True,
            "dkim": "pass",
            "spf": "pass",
            "disposition": "none",
            "header_from": DOMAIN,
            "envelope_from": DOMAIN,
            "auth": f"dkim {DOMAIN}/d20261101a=pass; spf {DOMAIN}=pass",
            "reason": "",
            "mx": "",
        }
    ]


def test_report_without_base64_is_read() -> None:
    text = b"From: a@big.example\nSubject: Report Domain: x\nContent-Type: text/xml\n\n" + aggregate().encode()
    assert [len(one["reports"]) for one in read(text)] == [1]


def test_line_passes_by_dkim_or_spf() -> None:
    several = [
        record(dkim="fail"),
        record("2001:db8::1", dkim="fail", spf="fail", disposition="quarantine", comment="x"),
    ]
    [answer] = read(mail(aggregate(*several)))
    lines = answer["reports"][0]["lines"]
    assert [(one["passed"], one["dkim"], one["spf"], one["reason"]) for one in lines] == [
        (True, "fail", "pass", ""),
        (False, "fail", "fail", "forwarded x"),
    ]


def test_tls_report_has_successes_and_each_failure() -> None:
    answer, packed = read(mail(tls(), kind="tlsrpt+json"), mail(gzipped(tls()), kind="tlsrpt+gzip"))
    assert packed["reports"] == answer["reports"]
    [report] = answer["reports"]
    assert (report["kind"], report["policy"], report["since"], report["until"]) == ("tls", "sts", BEGIN, END)
    seen = [(one["count"], one["passed"], one["source"], one["reason"], one["mx"]) for one in report["lines"]]
    assert seen == [
        (30, True, None, "", ""),
        (3, False, "2001:db8::7", "certificate-expired", HOST),
        (2, False, None, "", ""),
    ]


HOSTILE: list[tuple[str | bytes, str]] = [
    (BOMB, "large"),
    (gzip.compress(b"<?xml" + b"\xff" * (20 << 20), 1), "large"),
    (zipped(" " * (20 << 20)), "large"),
    (zipped("<feedback>" + " " * (20 << 20)), "large"),
    (gzipped(aggregate())[:-20], "damaged"),
    (b"PK\x03\x04 nothing", "damaged"),
    (zipped(""), "damaged"),
    (ENTITIES, "damaged"),
    (OUTSIDE, "damaged"),
    ("<feedback/>", "damaged"),
    ("{", "damaged"),
    ("{}", "damaged"),
    ('{"a":' * 100_000, "damaged"),
    ("<feedback>" + "<a>" * 500_000, "damaged"),
    (aggregate(domain="other.example"), "foreign"),
    (aggregate(domain=f"not{DOMAIN}"), "foreign"),
    (aggregate(domain=""), "foreign"),
    (tls(domain="other.example"), "foreign"),
    (aggregate(begin=0), "dates"),
    (aggregate(begin=BEGIN - 400 * 86_400, end=END - 400 * 86_400), "dates"),
    (aggregate(begin=END, end=BEGIN), "dates"),
    (aggregate(begin=ARRIVED + 90_000, end=ARRIVED + 200_000), "dates"),
    (aggregate(begin=BEGIN - 40 * 86_400), "dates"),
    (aggregate(end=10**18), "damaged"),
    (tls(other={"date-range": {"start-datetime": "x", "end-datetime": 1}}), "damaged"),
    (tls(other={"policies": [[]]}), "damaged"),
    (tls(well=-1), "damaged"),
    (tls().replace("2001:db8::7", "fe80::1%eth0"), "damaged"),
    (tls().replace('"2001:db8::7"', "7"), "damaged"),
    (tls().replace('"sts"', '["sts"]'), "damaged"),
    (tls().replace(": 30", ": 1e999"), "damaged"),
    (aggregate(id_="\U00020000" * 200, organisation="\U00020000" * 200), "large"),
    (tls(other={"report-id": ["a"]}), "damaged"),
    (aggregate(record(count=-1)), "damaged"),
    (aggregate(record(count=10**30)), "damaged"),
    (aggregate(record("nobody")), "damaged"),
    (aggregate(record("nobody"), record()), "damaged"),
    (aggregate(*[record()] * 5_001).replace(" ", ""), "many"),
    (aggregate(id_=""), "damaged"),
]


def test_hostile_mail_is_refused_and_the_next_is_read() -> None:
    answers = read_anew(*(mail(content) for content, _ in HOSTILE), mail(aggregate()))
    assert [(one["reports"], one["refused"]) for one in answers[:-1]] == [([], [why]) for _, why in HOSTILE]
    assert (len(answers[-1]["reports"]), answers[-1]["refused"]) == (1, [])


def test_mails_beyond_the_time_limit_are_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "wrapped.py"
    program.write_text(
        WRAPPED.format(folder=str(reading.READER.parent)).replace("reader.main", "reader.BUDGET = -1; reader.main")
    )
    monkeypatch.setattr(reading, "READER", program)
    assert reading.read([{"guid": "1", "arrived": 0, "octets": ""}], DOMAIN, HOST) == []


WRAPPED = """\
import sys
sys.path.insert(0, {folder!r})
import reader
usual = reader.read
def read(octets, *rest):
    while b"forever" in octets:
        pass
    if b"much" in octets:
        bytes(200 << 20)
    return usual(octets, *rest)
reader.read, reader.SECONDS, reader.MEMORY = read, 1, 64 << 20
reader.main()
"""


def test_mail_exceeding_memory_or_time_fails_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "wrapped.py"
    program.write_text(WRAPPED.format(folder=str(reading.READER.parent)))
    monkeypatch.setattr(reading, "READER", program)
    *bad, good = read_anew(b"Subject: forever", b"Subject: much", mail(aggregate()))
    assert [(one["reports"], one["refused"]) for one in bad] == [([], ["limits"])] * 2
    assert len(good["reports"]) == 1


def test_bad_attachment_does_not_affect_others() -> None:
    [answer] = read(mail(ENTITIES, aggregate()))
    assert (len(answer["reports"]), answer["refused"]) == (1, ["damaged"])


def test_mail_with_many_attachments_is_read_in_part() -> None:
    [answer] = read(mail(*[aggregate()] * 7))
    assert (len(answer["reports"]), answer["refused"]) == (5, ["many"])


@pytest.mark.parametrize(
    "octets", [b"", b"\x00\xff", mail(), b"Subject: Report Domain\n\nx", mail("hello"), mail(b"\xff")]
)
def test_mail_without_report_is_refused(octets: bytes) -> None:
    assert read(octets)[0]["refused"] == ["none"]


def test_attached_mail_is_not_opened() -> None:
    """So a report of one message (RFC 6591), which holds that message, is never read."""
    within = b"From: a@big.example\nContent-Type: message/rfc822\n\n" + mail(aggregate())
    assert read(within)[0]["refused"] == ["none"]


VOUCHED = [
    (f"{HOST}; dmarc=pass header.from=big.example", True),
    (f"{HOST}; dkim=pass header.d=big.example;\n dmarc=pass (policy=reject) header.from=big.example", True),
    (f"{HOST}; dmarc=fail header.from=big.example", False),
    (f"{HOST}; dmarc=pass header.from=other.example", False),
    ("mail.other.example; dmarc=pass header.from=big.example", False),
    (f'{HOST}; smtp.mailfrom="x; dmarc=pass header.from=big.example"@evil.example; dmarc=fail', False),
    ("", False),
]


def test_only_own_authentication_results_verify_a_sender() -> None:
    rest = f"From: X <a@BIG.example>\nContent-Type: text/xml\n\n{aggregate()}"
    answers = read(*(f"Authentication-Results: {results}\n{rest}".encode() for results, _ in VOUCHED))
    seen = [(one["reports"][0]["sender"], one["reports"][0]["verified"]) for one in answers]
    assert seen == [("big.example", known) for _, known in VOUCHED]


def test_texts_contain_no_control_characters_or_formulas() -> None:
    bad = "=cmd()\x1b".replace("\x1b", "&#x202E;")
    [answer] = read(
        mail(aggregate(record(comment=bad), organisation="+x y"), tls(other={"organization-name": "=\x1b[2J\n"}))
    )
    dmarc, other = answer["reports"]
    assert dmarc["lines"][0]["reason"] == "forwarded =cmd()"
    assert other["organisation"] == "= [2J"
    cells = next(csv.reader(io.StringIO(table.as_csv(rows(dmarc)).split("\n", 1)[1])))
    assert "'+x y" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def rows(*reports: dict[str, Any]) -> list[Sequence[Any]]:
    return [
        [{**one, **line, "since": "2026-11-20 07:00", "until": "2026-11-21 06:59"}[name] for name in COLUMNS]
        for one in reports
        for line in one["lines"]
    ]


def test_table_begins_with_failures_and_sums_up() -> None:
    forged = record("198.51.100.9", 7, "fail", "fail", disposition="quarantine")
    [first, second, third] = read(
        mail(aggregate(record(), forged)),
        mail(aggregate(organisation="small.example"), sender="a@small.example"),
        mail(tls(), dmarc="fail"),
    )
    said = table.lines(rows(*(one for answer in (first, second, third) for one in answer["reports"])))
    assert said == [
        table.HEADING_DMARC,
        f"  ✗        7  198.51.100.9  dkim=fail spf=fail quarantine  {DOMAIN}  [big.example]",
        f"  ✓       24  203.0.113.7  dkim=pass spf=pass none  {DOMAIN}  [big.example, small.example]",
        table.HEADING_TLS,
        f"  ✗        3  {DOMAIN} sts  certificate-expired  2001:db8::7  → {HOST} ?  [Big Example]",
        f"  ✗        2  {DOMAIN} sts ?  [Big Example]",
        f"  ✓       30  {DOMAIN} sts ?  [Big Example]",
        table.UNVERIFIED,
    ]


def test_table_tells_no_reports_and_cut_rows() -> None:
    assert table.lines([]) == [table.HEADING_DMARC, f"  {table.NOTHING}", table.HEADING_TLS, f"  {table.NOTHING}"]
    [answer] = read(mail(aggregate(*(record(f"10.0.0.{number}") for number in range(70)))))
    assert "  … +10" in table.lines(rows(*answer["reports"]))
    assert table.lines([], cut=True)[-1] == table.CUT


def test_reader_works_without_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither DNS nor a server of maps: the reader runs where no network is."""
    monkeypatch.setattr(sys, "executable", _without_network(tmp_path))
    assert [len(one["reports"]) for one in read_anew(mail(aggregate(record("8.8.8.8"))), mail(tls()))] == [1, 1]


def _without_network(folder: Path) -> str:
    program = folder / "python"
    program.write_text(
        f"#!{sys.executable}\nimport runpy, socket, sys\n"
        "def refuse(*a, **k): raise SystemExit('asked somebody')\n"
        "socket.socket.connect = socket.socket.sendto = socket.getaddrinfo = refuse\n"
        "sys.argv = sys.argv[2:]\nrunpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    program.chmod(0o755)
    return str(program)


def test_missing_parsedmarc_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Failure, match="parsedmarc") as failure:
        reading.require()
    assert "pip install --require-hashes" in failure.value.en
    assert reading.LOCK.is_file()


def test_crashed_reader_stores_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "reader.py").write_text("raise SystemExit(3)\n")
    monkeypatch.setattr(reading, "READER", tmp_path / "reader.py")
    with pytest.raises(Failure, match="stopped before its end"):
        read_anew(mail(aggregate()))
