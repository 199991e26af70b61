"""The bench on registers that are small enough for a test: whether it measures, not what."""

from __future__ import annotations

import json
import os
import re
import smtplib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from rich.console import Console

from danhba_secrecy import scan_message
from tests.bench import filters, mail, people, post, sessions, usage, watching
from tests.bench.__main__ import main
from tests.bench.commands import WHOLE
from tests.bench.measure import measure, percentile
from tests.bench.webmail import LOGINS, Rates, show

pytestmark = [pytest.mark.no_cover, pytest.mark.of_the_tests]

EATER = "import sys; held = bytearray(int(sys.argv[1]) << 20); held[::4096] = b'x' * len(held[::4096]); import time; "
CHILD = "import time; held = b'x' * (60 << 20); time.sleep(0.5)"
STARTED = f"import subprocess; subprocess.run([sys.executable, '-c', {CHILD!r}])"
FORKED = "import os; pid = os.fork(); time.sleep(0.5); pid and os.wait()"


def eat(mebibytes: int, more: str = "time.sleep(0.5)") -> float:
    """What is measured of a program that needs so many MiB."""
    command = [sys.executable, "-c", EATER + more, str(mebibytes)]
    return measure(command, cwd=Path(), env=dict(os.environ)).peak


def test_memory_is_that_of_all_processes_with_what_they_share_counted_once() -> None:
    alone, forked = eat(60), eat(60, FORKED)
    assert 60 < alone < 90
    assert 60 < forked < 90
    assert 120 < eat(60, STARTED) < 170


def test_a_command_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="ended with 3:\nwhy"):
        measure(["sh", "-c", "echo why; exit 3"], cwd=tmp_path, env={})


def test_the_part_about_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "results.json"
    assert main(["--parts", "check", "--sizes", "200", "--growth", "200", "400", "--json", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "200 → 400: check ~ n^" in shown
    assert "yamllint + check-jsonschema : check ≥ 15 (200): " in shown
    assert "1 file touched : all < 0.1 (400): " in shown
    found = json.loads(out.read_text(encoding="utf-8"))["check"]
    (compared,) = found["compared"]
    assert all(compared[name]["seconds"] > 0 for name in ("yamllint", "jsonschema", "check"))
    assert [row["officials"] for row in found["grown"]] == [200, 400]
    assert all(row[name]["peak"] > 5 for row in found["grown"] for name in ("check", "same", "touched", "base", "plan"))


@pytest.mark.long
def test_the_part_about_every_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "results.json"
    assert main(["--parts", "commands", "--sizes", "200", "--json", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "plan, remembered : first check ≤ 0.5 (200): " in shown
    assert "close --dry-run, remembered ≤ 1.5 s (200): " in shown
    (row,) = json.loads(out.read_text(encoding="utf-8"))["commands"]["rows"]
    assert all(command["again"]["seconds"] > 0 for command in row["commands"])
    assert [command["name"] for command in row["commands"] if command["first"]] == [*WHOLE]


def test_the_part_about_use_counts_the_same_in_both_ways(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "results.json"
    assert main(["--parts", "usage", "--mailboxes", "60", "--json", str(out)]) == 0
    shown = capsys.readouterr().out
    assert re.search(r"SQLite : usage ≥ 1\.0 \(60\): \d", shown)
    assert re.search(r"memory < 400 MiB \(60\): \d+ MiB ✓", shown)
    found = json.loads(out.read_text(encoding="utf-8"))["usage"]
    assert found["events"] > found["signs"] > 1000
    assert all(found[name]["seconds"] > 0 for name in ("usage", "plain"))


def test_counts_that_differ_are_no_result(tmp_path: Path) -> None:
    counted, plain = tmp_path / "usage.json", tmp_path / "plain.json"
    row = {"mailbox": "official/1", "day": "2026-03-02", "windows": [1, 0, 0, 2]}
    counted.write_text(json.dumps([row]), encoding="utf-8")
    plain.write_text(
        json.dumps([["official/1", "2026-03-02", 0, 1], ["official/1", "2026-03-02", 3, 2]]), encoding="utf-8"
    )
    assert usage._same(counted, plain) == 3
    plain.write_text(json.dumps([["official/1", "2026-03-02", 0, 1]]), encoding="utf-8")
    with pytest.raises(RuntimeError, match="the counts differ: 1 of 1"):
        usage._same(counted, plain)


def test_the_part_about_the_webmail_shows_both_and_the_gain() -> None:
    out = StringIO()
    rates = [Rates("IMAP logins", 120.0, 30.0), Rates("webmail: message opened", 9.0, 6.0)]
    show(Console(file=out, width=200), rates, users=4, seconds=2)
    assert re.search(r"IMAP logins\s.*120\.0\s.*30\.0\s.*4\.0 : 1", out.getvalue())
    assert re.search(r"message opened\s.*9\.0\s.*6\.0\s.*1\.5 : 1", out.getvalue())


def test_the_load_on_the_host_is_a_program() -> None:
    compile(LOGINS, "logins.py", "exec")


def test_an_unknown_part(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--parts", "check,speed"])
    assert "no such part: speed" in capsys.readouterr().err


def shown_by(show: Callable[..., None], *figures: object) -> str:
    console = Console(file=StringIO(), width=200)
    show(console, *figures)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def test_percentiles() -> None:
    assert percentile([1.0, 2.0, 3.0], 50) == 2.0
    assert percentile([5.0], 95) == 5.0
    assert percentile([], 95) == float("inf")


SESSIONS = sessions.Figures(
    sessions=1000, mailboxes=500, open_rate=60, refused=0, memory_before=200, memory=320,
    notices=sessions.Times([0.1, 0.9]), paced=19.5, sign_ins=30, quiet=sessions.Times([0.01]),
    beside=sessions.Times([0.02]), late={"* BYE [UNAVAILABLE]": 20}, ended=0, died=0,
)  # fmt: skip


def test_the_part_about_sessions() -> None:
    shown = shown_by(sessions.show, SESSIONS)
    assert "whole host at 10,000 ≤ 2048 MiB (1,000): 1400 MiB ✓" in shown
    assert "20 × * BYE [UNAVAILABLE]" in shown
    assert "✗" not in shown


@pytest.mark.parametrize(
    "changes",
    [
        {"memory": 400},
        {"notices": sessions.Times([0.1, 1.1])},
        {"notices": sessions.Times([0.1], missed=1)},
        {"paced": 18.0},
        {"refused": 1},
        {"ended": 1},
        {"died": 1},
        {"late": {}},
    ],
)
def test_what_is_asked_of_sessions(changes: dict[str, Any]) -> None:
    assert shown_by(sessions.show, replace(SESSIONS, **changes)).count("✗") == 1


def test_the_part_about_people() -> None:
    figures = people.Figures(300, 300.0, 500.0, [0.5], {action: [0.1, 0.2] for action in people.ACTIONS})
    assert shown_by(people.show, figures).count("✓") == 2
    figures.actions[people.ACTIONS[0]].append(2.0)
    figures.errors.append("429")
    assert shown_by(people.show, figures).count("✗") == 2


def test_the_part_about_the_mail_path() -> None:
    shown = shown_by(mail.show, [mail.Rates(70, 69)], [mail.Rates(100, 100)], 1000)
    assert "accepted : bare ≥ 0.7: 0.70 ✓" in shown
    assert "delivered : bare ≥ 0.7: 0.69 ✗" in shown


MADE = [post.Letter(kind, b"") for kind in ("clean", "virus", "mark", "clean")]
THERE = [(0, ""), (3, "")]


def leaves(octets: bytes) -> list[EmailMessage]:
    """The parts of a message that have no parts."""
    whole = message_from_bytes(octets, policy=policy.default)
    return [part for part in whole.walk() if not part.is_multipart()]


def test_letters_are_what_they_are_said_to_be() -> None:
    made = post.letters(60, seed=1)
    parts = [part.get_content() for letter in made for part in leaves(letter.octets)]
    assert len(parts) == len(set(parts)) == 60 + 30 + 13
    assert not set(parts) & {part.get_content() for part in leaves(post.letters(1, seed=2)[0].octets)}
    assert sum(b"text/html" in letter.octets for letter in made) == 30
    assert sum(b"cong-van" in letter.octets for letter in made) == 12
    assert [number for number, letter in enumerate(made) if letter.kind == "virus"] == [7]
    assert {letter.kind: scan_message(letter.addressed("1@a", "b@c")).verdict for letter in made} == {
        "clean": "clean", "virus": "clean", "mark": "marked"
    }  # fmt: skip


def test_the_database_of_viruses_is_of_real_size_and_knows_a_letter() -> None:
    assert len(set(post.hashes().splitlines())) == 200_000
    bodies = post.bodies()
    assert len(set(bodies.splitlines())) == 20_000
    assert f":0:*:{post.KNOWN.hex()}\n" in bodies


def test_letters_are_found_in_mailboxes(tmp_path: Path) -> None:
    for number, folder in enumerate(("new", "cur", ".Junk/new", "tmp")):
        place = tmp_path / "of/an/Maildir" / folder
        place.mkdir(parents=True)
        head = b"Authentication-Results: mail; spf=pass\nReceived: from x\n"
        octets = MADE[0].addressed(f"thu00.{number}@{post.OUTSIDE}", "b@c").replace(b"\r", b"")
        (place / "1").write_bytes(head + octets)
        (place / "2").write_bytes(head + octets.replace(b"thu00", b"am00"))
    command = [sys.executable, "-", "thu00", str(tmp_path)]
    found = subprocess.run(command, input=filters.FOUND, text=True, check=True, stdout=subprocess.PIPE).stdout
    assert sorted(line.split() for line in found.splitlines()) == [["0", "Maildir"], ["1", "Maildir"], ["2", ".Junk"]]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (smtplib.SMTPDataError(554, b"no"), 554),
        (smtplib.SMTPDataError(451, b"later"), 451),
        (smtplib.SMTPRecipientsRefused({"b@c": (550, b"no")}), 550),
        (smtplib.SMTPServerDisconnected("gone"), 421),
        (TimeoutError(), 421),
    ],
)
def test_what_a_client_is_told(error: Exception, code: int) -> None:
    client = Mock(spec=smtplib.SMTP)
    assert filters.hand_in(client, "b@c", b"") == 250
    client.sendmail.side_effect = error
    assert filters.hand_in(client, "b@c", b"") == code


def test_every_letter_is_accounted_for() -> None:
    account = filters.accounted(MADE, [250, 554, 554, 250], THERE, 0)
    assert (account.sent, account.delivered, account.refused, account.junk) == (4, 2, 2, 0)
    assert account.whole
    assert account.right


@pytest.mark.parametrize(
    ("codes", "found", "queued", "changes"),
    [
        ([250, 554, 554, 250], THERE[:1], 0, {"lost": 1}),
        ([250, 554, 554, 250], THERE[:1], 1, {"queued": 1}),
        ([250, 554, 554, 250], [*THERE, (3, ".Junk")], 0, {"twice": 1}),
        ([250, 554, 554, 250], [*THERE, (1, "")], 0, {"twice": 1}),
        ([250, 554, 554, 451], THERE[:1], 0, {"waits": 1}),
        ([250, 250, 554, 250], [*THERE, (1, "")], 0, {"passed": 1}),
        ([250, 554, 554, 550], THERE[:1], 0, {"wronged": 1}),
    ],
)
def test_what_is_wrong_with_an_account(
    codes: list[int], found: list[tuple[int, str]], queued: int, changes: dict[str, int]
) -> None:
    account = filters.accounted(MADE, codes, found, queued)
    assert {name: getattr(account, name) for name in changes} == changes
    assert not (account.whole and account.right)


def sending(rate: float, account: filters.Account) -> filters.Sending:
    return filters.Sending(rate, rate, watching.Usage({("rspamd", "rspamd"): 0.04}, {"rspamd": 300.0}), account)


def test_the_part_about_the_filters() -> None:
    refusing, open_to_all = (
        filters.accounted(MADE, [250, code, code, 250], THERE + more, 0)
        for code, more in ((554, []), (250, [(1, ""), (2, "")]))
    )
    rates = {filters.COMPLETE: (60, refusing), filters.OPEN: (90, open_to_all), filters.BARE: (100, open_to_all)}
    figures = {name: [sending(*each)] for name, each in rates.items()}
    shown = shown_by(filters.show, figures)
    assert "delivered : bare ≥ 0.6: 0.60 ✓" in shown
    assert "sent = delivered + refused + queued (danhba): 4 = 2 + 2 + 0 ✓" in shown
    assert re.search(r"rspamd rspamd\s.*10\.00\s.*10\.00", shown)
    assert "✗" not in shown
    figures[filters.COMPLETE] = [sending(59, open_to_all)]
    shown = shown_by(filters.show, figures)
    assert "delivered : bare ≥ 0.6: 0.59 ✗" in shown
    assert "infected and marked refused, no other: 2, 0 ✗" in shown


class Here:
    """This machine, as a host that is watched."""

    def ssh(self, command: str) -> list[str]:
        return ["sh", "-c", command]


BURN = """
import time
open("/proc/self/comm", "w").write("danhba-burns")
while time.process_time() < float({}): pass
time.sleep({})
"""


def test_what_a_process_uses_is_seen_by_its_name_and_what_ended_is_counted() -> None:
    with watching.watched(Here()) as found:  # type: ignore[arg-type]
        subprocess.run([sys.executable, "-c", BURN.format(0.5, 2.5)], check=True)
    used = [seconds for (_service, name), seconds in found.processor.items() if name == "danhba-burns"]
    assert len(used) == 1
    assert 0.4 < used[0] < 0.8
    assert sum(found.memory.values()) > 10


def test_what_ended_between_two_looks_is_its_service() -> None:
    found = watching.Usage()
    said = [["secrecy", "python3", 1.0], ["session-1", "python3", 9.0]]
    watching.fill(
        found, {"services": {"secrecy": 1.5, "session-1": 9.0}, "processes": said, "memory": {"session-1": 9}}
    )
    assert found.processor == {("secrecy", "python3"): 1.0, ("secrecy", watching.ELSE): 0.5}
    assert found.seconds == 1.5
    assert found.memory == {}
