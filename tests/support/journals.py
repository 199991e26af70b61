"""Lines of a journal for tests of the collector, and a journalctl that prints them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from danhba_host.events.gathering import Gathering
from danhba_host.events.line import Line

SOURCE = "f4b348b9501c4dfda84529973a7c2320"
BEGIN = 1_795_785_592_000_000  # microseconds
POSTFIX, DOVECOT, WEBMAIL, RSPAMD, SECRECY = (
    f"{name}.service" for name in ("postfix", "dovecot", "danhba-credentials", "rspamd", "danhba-secrecy")
)
# A program's place in the journal: journalctl with the options that the collector gives it, over a file of lines.
_JOURNALCTL = """#!/usr/bin/python3
import json, sys
given = dict(word[2:].partition("=")[::2] for word in sys.argv[1:] if word.startswith("--"))
units = [word.partition("=")[2] for word in sys.argv[1:] if word.startswith("_SYSTEMD_UNIT=")]
users = [word.partition("=")[2] for word in sys.argv[1:] if word.startswith("_UID=")]
after, most = given.get("after-cursor"), int(given["lines"].lstrip("+"))
wanted = not after
for raw in open({path!r}, encoding="utf-8"):
    entry = json.loads(raw)
    if wanted and (not units or entry["_SYSTEMD_UNIT"] in units or entry.get("_UID") in users):
        if not most:
            break
        most -= 1
        sys.stdout.write(raw)
    wanted = wanted or entry["__CURSOR"] == after
"""


def line(unit: str, program: str, text: str, number: int = 1) -> Line:
    """The line of that number in the journal; a second passes between two."""
    return Line(BEGIN + number * 1_000_000, SOURCE, number, f"s={number}", unit, program, text)


def postfix(*said: str) -> list[Line]:
    """Lines of Postfix, each `daemon: text`."""
    parts = [text.partition(": ") for text in said]
    return [line(POSTFIX, f"postfix/{daemon}", text, number) for number, (daemon, _, text) in enumerate(parts, 1)]


def dovecot(*said: str) -> list[Line]:
    """Lines of Dovecot."""
    return [line(DOVECOT, "dovecot", text, number) for number, text in enumerate(said, 1)]


def exported(event: str, **fields: Any) -> str:
    """What Dovecot's event exporter says."""
    return "stats: " + json.dumps({"event": event, "hostname": "mail", "categories": ["x"], "fields": fields})


def gathered(lines: Iterable[Line]) -> Gathering:
    """What the collector makes of lines."""
    gathering = Gathering()
    for one in lines:
        gathering.take(one)
    return gathering


def told(lines: Iterable[Line]) -> list[dict[str, Any]]:
    """The events that lines tell, without where they stand."""
    places = {"at", "source", "position"}
    return [
        {name: value for name, value in asdict(event).items() if value is not None and name not in places}
        for event in gathered(lines).events
    ]


def write(path: Path, lines: Sequence[Line], at: int = 0) -> None:
    """Append lines to the file behind a `journalctl`; `at` is added to their numbers."""
    with path.open("a", encoding="utf-8") as file:
        for number, one in enumerate(lines, at + 1):
            entry = {
                "__REALTIME_TIMESTAMP": str(BEGIN + number * 1000),
                "__SEQNUM_ID": SOURCE,
                "__SEQNUM": str(number),
                "__CURSOR": f"s={number}",
                "_SYSTEMD_UNIT": one.unit,
                "SYSLOG_IDENTIFIER": one.program,
                "MESSAGE": one.text,
            }
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")


def journalctl(path: Path, lines: Path) -> None:
    """Make a `journalctl` over a file of lines."""
    path.write_text(_JOURNALCTL.format(path=str(lines)), encoding="utf-8")
    path.chmod(0o755)
