"""Reads mails with reports of DMARC (RFC 7489, RFC 9990) and TLS (RFC 8460); started by `reading.py`.

Anybody can send such a mail, so each is read in a process of its own with little memory and time, without network: no
DNS, no download. A program by itself, which imports nothing of the collection. parsedmarc reads the attachments;
reports of single messages (RFC 6591) are never read, because they contain a message.

Standard input is lines of JSON: first the domain and the host, then mails, each with `guid`, `arrived` (seconds since
the epoch) and `octets` (base64; null if too large). Standard output has a line for each mail that was read in time:
`guid`, `reports`, and `refused`, the keys of reasons.
"""

from __future__ import annotations

import base64
import email
import email.policy
import email.utils
import json
import logging
import os
import re
import resource
import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message
from ipaddress import ip_address
from pathlib import Path
from typing import Any

MEGABYTE = 1 << 20
UNPACKED = 10 * MEGABYTE  # octets of one report; those of large providers have less than one million
MEMORY = 1024 * MEGABYTE  # beside what the program has anyway
SECONDS = 20  # of processor time for one mail; twice as many of the clock
LINES = 5_000  # of one report; those of large providers on a domain of this size have some hundred
ATTACHMENTS = 5  # of one mail
BUDGET = 600  # seconds after which no further mail is begun
LONGEST = 200  # characters of any text
NAMES = 1_000  # octets of all that a report is known by; PostgreSQL's index takes 2,700
MOST = 10**12  # messages in one line
DAY = 86_400
LONGEST_PERIOD, OLDEST, AHEAD = 32 * DAY, 366 * DAY, 2 * DAY  # seconds; two of them from when the mail came

_BEGINNINGS = (b"PK\x03\x04", b"\x1f\x8b", b"<?xml", b"<feedback", b"{")
_PASSED = re.compile(r"(?:^|[\s;])dmarc=pass(?![\w-])[^;]*?\bheader\.from=\"?([\w.-]+)", re.IGNORECASE)


class Refused(Exception):
    """Raised for a report that is not taken; its argument is the key of the reason."""


class Lost(logging.Handler):
    """Counts the lines that parsedmarc skips and only logs."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count the record; its text may be the sender's, and is dropped."""
        self.count += str(record.msg).startswith("Could not parse record")


def main() -> None:
    """Answer the mails one by one."""
    os.environ["TZ"] = "UTC"  # parsedmarc returns times in the machine's zone
    time.tzset()
    import parsedmarc

    parsedmarc.MAX_DECOMPRESSED_REPORT_SIZE = UNPACKED
    # Prevents parsedmarc from reading its table of 38,000 owners of addresses for each mail: they are not needed.
    parsedmarc.REVERSE_DNS_MAP[""] = {"name": "", "type": ""}
    domain, host = json.loads(sys.stdin.readline())
    began = time.monotonic()
    for line in sys.stdin:
        if time.monotonic() - began > BUDGET:
            break
        mail = json.loads(line)
        print(json.dumps({"guid": mail["guid"], **apart(mail, domain, host)}), flush=True)


def apart(mail: dict[str, Any], domain: str, host: str) -> dict[str, Any]:
    """Return what a process of its own reads of a mail; if that process does not end well, the mail is refused."""
    if mail["octets"] is None:
        return {"reports": [], "refused": ["large"]}
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        _answer(writing, mail, domain, host)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    try:
        answer: dict[str, Any] = json.loads(said)
    except ValueError:
        return {"reports": [], "refused": ["limits"]}
    return answer


def _answer(writing: int, mail: dict[str, Any], domain: str, host: str) -> None:
    try:
        _limit()
        said = read(base64.b64decode(mail["octets"]), mail["arrived"], domain, host)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(json.dumps(said).encode())
    finally:
        os._exit(0)


def _limit() -> None:
    taken = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(2 * SECONDS)


def read(octets: bytes, arrived: float, domain: str, host: str) -> dict[str, Any]:
    """Return all reports of a mail, and the keys of the reasons why other parts were refused."""
    reports: list[dict[str, Any]] = []
    refused: list[str] = []
    try:
        message = email.message_from_bytes(octets, policy=email.policy.compat32)
        sender, verified = origin(message, host)
        found = list(_attachments(message))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {"reports": [], "refused": ["damaged"]}
    if len(found) > ATTACHMENTS:
        refused.append("many")
    for content in found[:ATTACHMENTS]:
        try:
            reports += [{"sender": sender, "verified": verified, **one} for one in _reports(content, arrived, domain)]
        except Refused as error:
            refused.append(str(error))
    return {"reports": reports, "refused": refused if found else ["none"]}


def origin(message: Message, host: str) -> tuple[str, bool]:
    """Return the domain of the mail's From, and whether our own gate's topmost result says that DMARC passed for it."""
    domain = _text(email.utils.parseaddr(str(message.get("From", "")))[1].rpartition("@")[2]).lower()
    header = " ".join(str(message.get("Authentication-Results", "")).split())
    ours, _, results = header.partition(";")
    # Exactly once: a sender may have put the same words into an address, which is in the header, too.
    known = ours.split(" ")[0].lower() == host.lower() and results.lower().count("dmarc=") == 1
    passed = _PASSED.search(results) if known else None
    return domain, bool(passed and domain and passed[1].lower() == domain)


def _attachments(message: Message) -> Iterator[bytes]:
    """Yield parts that may be reports, without those of attached messages."""
    if message.get_content_maintype() == "message":
        return
    if message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _attachments(part)
        return
    content = message.get_payload(decode=True)
    if isinstance(content, bytes) and message.get_content_type() != "text/html":
        content = content.removeprefix(b"\xef\xbb\xbf").lstrip()
        if content.startswith(_BEGINNINGS):
            yield content


def _reports(content: bytes, arrived: float, domain: str) -> list[dict[str, Any]]:
    import parsedmarc

    try:
        text = parsedmarc.extract_report(content)
    except parsedmarc.ParserError as error:
        raise Refused("large" if "byte limit" in str(error) else "damaged") from error
    if len(text) > UNPACKED:
        raise Refused("large")
    text = text.removeprefix("\ufeff").lstrip()
    try:
        found = _tls(text) if text.startswith("{") else [_dmarc(text)]
    except (
        parsedmarc.ParserError,
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ):
        raise Refused("damaged") from None
    return [_fit(report, arrived) for report in _ours(found, domain)]


def _ours(reports: list[dict[str, Any]], domain: str) -> list[dict[str, Any]]:
    ours = [one for one in reports if f".{one['domain']}".endswith(f".{domain}")]
    if not ours:
        raise Refused("foreign")
    return ours


def _fit(report: dict[str, Any], arrived: float) -> dict[str, Any]:
    """Return the report if it is plausible; else raise Refused."""
    since, until = report["since"], report["until"]
    if not (0 <= until - since <= LONGEST_PERIOD and arrived - OLDEST <= since and until <= arrived + AHEAD):
        raise Refused("dates")
    if len(report["lines"]) > LINES:
        raise Refused("many")
    if len("".join(str(report[name]) for name in ("organisation", "id", "domain", "policy")).encode()) > NAMES:
        raise Refused("large")
    if not (report["organisation"] and report["id"]) or any(not 0 <= one["count"] <= MOST for one in report["lines"]):
        raise Refused("damaged")
    return report


def _dmarc(text: str) -> dict[str, Any]:
    import parsedmarc
    from parsedmarc.log import logger

    lost = Lost()
    logger.addHandler(lost)
    logger.propagate = False
    try:
        # Periods are not split by days: the split counts would be invented.
        found: Any = parsedmarc.parse_aggregate_report_xml(
            text, offline=True, always_use_local_files=True, normalize_timespan_threshold_hours=float("inf")
        )
    finally:
        logger.removeHandler(lost)
    if lost.count:
        raise Refused("damaged")
    about, policy = found["report_metadata"], found["policy_published"]
    return {
        "kind": "dmarc",
        "organisation": _text(about["org_name"]),
        "id": _text(about["report_id"]),
        "domain": _text(policy["domain"]).lower().rstrip("."),
        "since": _moment(about["begin_date"]),
        "until": _moment(about["end_date"]),
        "policy": " ".join(f"{name}={_text(policy[name])}" for name in ("p", "sp", "adkim", "aspf")),
        "lines": [_dmarc_line(record) for record in found["records"]],
    }


def _dmarc_line(record: Any) -> dict[str, Any]:
    judged, named, results = record["policy_evaluated"], record["identifiers"], record["auth_results"]
    auth = [f"dkim {_text(one['domain'])}/{_text(one['selector'])}={_text(one['result'])}" for one in results["dkim"]]
    auth += [f"spf {_text(one['domain'])}={_text(one['result'])}" for one in results["spf"]]
    reasons = [
        " ".join(filter(None, (_text(one.get("type")), _text(one.get("comment")))))
        for one in judged["policy_override_reasons"]
    ]
    return _line(
        source=_address(record["source"]["ip_address"]),
        count=record["count"],
        passed=record["alignment"]["dmarc"],
        dkim="pass" if record["alignment"]["dkim"] else "fail",
        spf="pass" if record["alignment"]["spf"] else "fail",
        disposition=_text(judged["disposition"]),
        header_from=_text(named["header_from"]),
        envelope_from=_text(named["envelope_from"]),
        auth=_text("; ".join(auth), 5 * LONGEST),
        reason=_text("; ".join(reasons)),
    )


def _tls(text: str) -> list[dict[str, Any]]:
    import parsedmarc

    found: Any = parsedmarc.parse_smtp_tls_report_json(text)
    reports: dict[tuple[str, str], dict[str, Any]] = {}
    for policy in found["policies"]:
        key = _text(policy["policy_domain"]).lower().rstrip("."), policy["policy_type"]
        report = {
            "kind": "tls",
            "organisation": _text(found["organization_name"]),
            "id": _text(found["report_id"]),
            "domain": key[0],
            "since": _moment(found["begin_date"]),
            "until": _moment(found["end_date"]),
            "policy": key[1],
            "lines": [],
        }
        reports.setdefault(key, report)["lines"] += _tls_lines(policy)
    return list(reports.values())


def _tls_lines(policy: Any) -> Iterator[dict[str, Any]]:
    """Yield a line for successful sessions, one for each kind of failure, and one for unexplained failures."""
    details = policy.get("failure_details", [])
    yield _line(count=_number(policy["successful_session_count"]), passed=True)
    told = 0
    for one in details:
        told += _number(one["failed_session_count"])
        yield _line(
            source=_address(one["sending_mta_ip"]) if one.get("sending_mta_ip") else None,
            count=_number(one["failed_session_count"]),
            passed=False,
            reason=" ".join(filter(None, (_text(one["result_type"]), _text(one.get("failure_reason_code"))))),
            mx=_text(one.get("receiving_mx_hostname")),
        )
    if (left := _number(policy["failed_session_count"]) - told) > 0:
        yield _line(count=left, passed=False)


def _line(**known: Any) -> dict[str, Any]:
    texts = ("dkim", "spf", "disposition", "header_from", "envelope_from", "auth", "reason", "mx")
    return {"source": None, **dict.fromkeys(texts, ""), **known}


def _address(value: Any) -> str:
    """Return an IPv4 or IPv6 address without a zone; raise ValueError for other values."""
    if not isinstance(value, str) or "%" in value:
        raise ValueError
    return str(ip_address(value))


def _number(value: Any) -> int:
    """Return a JSON integer; raise ValueError for other values, such as `true` or `1e999`."""
    if type(value) is not int:
        raise ValueError
    return value


def _moment(value: Any) -> float:
    """Return seconds since the epoch; a time without zone is UTC."""
    moment = datetime.fromisoformat(value)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _text(value: Any, longest: int = LONGEST) -> str:
    """Return a text on one line without terminal control characters; empty for other values."""
    if not isinstance(value, str):
        return ""
    return "".join(letter if letter.isprintable() else " " for letter in value[:longest]).strip()


if __name__ == "__main__":
    main()
